package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A volunteer's line carries 64 kbit/s each way. Her page finds that out before the
// shift, and changes over to Opus by itself, in which the call has no holes; when she
// says that her line is fast, G.711 is spoken again, and breaks.
func TestChromiumOnASlowLine(t *testing.T) {
	t.Parallel()
	at := freeAddr(t, "127.0.0.1")
	_, port, _ := net.SplitHostPort(at)
	s := openAs(t, func(cfg *configs.Server) { cfg.Media.WebRTCPort, _ = strconv.Atoi(port) }, nil)
	up, down := &policer{rate: 64000}, &policer{rate: 64000}
	line := newRelay(t, at, "127.0.0.1", func(data []byte, toHouse bool) []byte {
		way := down
		if toHouse {
			way = up
		}
		if !way.passes(len(data), time.Now()) {
			return nil
		}
		return data
	})
	p := s.openScreen()
	_, lineEnd, _ := net.SplitHostPort(line.addr())
	if _, err := chromedp.Call(p.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf(throughLine, port, lineEnd)}); err != nil {
		p.fail("lay the line", err)
	}
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	opus := func(want int) func() bool { return func() bool { return s.peers.Totals().Opus == want } }
	if !opus(0)() {
		t.Error("Opus is spoken before the line was measured")
	}
	p.press("Hear yourself")
	p.reads("Your calls are sent squeezed")
	p.picture("slow-1-measured")
	s.until("Opus", opus(1))
	p.js("the new connection", fmt.Sprintf(waiting, `return document.querySelector("#measure-again:not([aria-busy])") ? "is up" : "";`))
	p.press("Hear yourself")
	p.hears(micTone)
	p.reads("Your connection is good")
	p.picture("slow-2-measured-again")
	p.press("Ready")
	p.state(queue.Ready)

	caller := s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.press("Answer")
	p.state(queue.Talking)
	s.must("caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	silent := func() (share float64, codec string) {
		t.Helper()
		if _, err := fmt.Sscan(p.js("what she hears", heardShare), &share, &codec); err != nil {
			t.Fatal(err)
		}
		return share, codec
	}
	caller.Media().Hears().Reset()
	share, codec := silent()
	heard := caller.Media().Hears().Heard()
	lost := float64(heard.Lost) / float64(max(heard.Lost+heard.Packets, 1))
	t.Logf("%s: %.1f %% of what she hears is made up, %.1f %% of what the caller hears lost", codec, 100*share, 100*lost)
	if codec != "audio/opus" || share > 0.05 || lost > 0.05 {
		t.Errorf("%s: %.1f %% of what she hears is made up, %.1f %% of what the caller hears is lost", codec, 100*share, 100*lost)
	}
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.press("Finish wrap-up")
	p.state(queue.Ready)

	p.js("her line is fast, she says", `(e => { e.value = "fast"; return String(e.dispatchEvent(new Event("change"))); })(document.getElementById("side-line"))`)
	s.until("G.711", opus(0))
	caller = s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.press("Answer")
	p.state(queue.Talking)
	s.must("sound", caller.Media().Hears().WaitSound(s.ctx))
	share, codec = silent()
	t.Logf("%s: %.1f %% of what she hears is made up", codec, 100*share)
	if strings.Contains(codec, "opus") || share < 0.08 {
		t.Errorf("%s: %.1f %% of what she hears is made up; a line of 64 kbit/s cannot carry it", codec, 100*share)
	}
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
}

// throughLine has the page's sound go to the relay in place of the house.
const throughLine = `(() => {
	const set = RTCPeerConnection.prototype.setRemoteDescription;
	RTCPeerConnection.prototype.setRemoteDescription = function (d) {
		window.line = this;
		const sdp = d.sdp.split("\r\n").filter((l) => !/^a=candidate:.* tcp /i.test(l)).map((l) => l.replace(/^(a=candidate:.*) %s typ/, "$1 %s typ")).join("\r\n");
		return set.call(this, { type: d.type, sdp });
	}; })()`

// heardShare is how much of three seconds of sound the browser made up, and its codec.
const heardShare = `(async () => {
	const look = async () => { let r, c; const all = await window.line.getStats(); all.forEach((s) => { if (s.type === "inbound-rtp") { r = s; c = all.get(s.codecId)?.mimeType; } }); return { made: r.concealedSamples - r.silentConcealedSamples, of: r.totalSamplesReceived, codec: c, packets: r.packetsReceived }; };
	const from = await look();
	let to = from;
	while (to.packets < from.packets + 120) { await new Promise((r) => setTimeout(r, 50)); to = await look(); }
	return (to.made - from.made) / (to.of - from.of) + " " + to.codec; })()`

// policer is one direction of a line: bits that come faster than its rate are lost,
// but for those of a fifth of a second.
type policer struct {
	rate float64 // bit/s, with IPv4 and UDP

	mu   sync.Mutex // guards what follows
	owed float64    // bits passed and not yet paid for
	at   time.Time
}

func (l *policer) passes(bytes int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owed = max(0, l.owed-l.rate*now.Sub(l.at).Seconds())
	l.at = now
	bits := float64(8 * (bytes + 28))
	if l.owed+bits > l.rate/5 {
		return false
	}
	l.owed += bits
	return true
}
