package main

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A volunteer's line carries 64 kbit/s each way. Her page finds that out before the
// shift and changes over to Opus, in which a call has no holes.
func TestChromiumOnASlowLine(t *testing.T) {
	t.Parallel()
	l := openLine(t)
	l.slow(true)
	p := l.screen
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Hear yourself")
	p.reads("Your calls are sent squeezed")
	p.picture("slow-1-measured")
	l.until("Opus", l.opus(1))
	p.js("the new connection", fmt.Sprintf(waiting, `return document.querySelector("#measure-again:not([aria-busy])") ? "is up" : "";`))
	p.press("Hear yourself")
	p.hears(micTone)
	// How even it is depends on what this machine does beside; what is lost does not.
	loss := p.js("what is lost", fmt.Sprintf(waiting, `return /([\d.]+)% (lost|of the sound lost)/.exec(document.getElementById("proof-net-text")?.innerText ?? "")?.[1] ?? "";`))
	if share, err := strconv.ParseFloat(loss, 64); err != nil || share > 3 {
		t.Errorf("over Opus %s %% is lost", loss)
	}
	p.picture("slow-2-measured-again")
	p.press("Ready")
	p.state(queue.Ready)
	caller := l.talks()
	l.must("caller hears the browser", caller.Media().Hears().WaitTone(l.ctx, micTone))
	p.hears(callerTone)
	caller.Media().Hears().Reset()
	got := l.arrives()
	heard := caller.Media().Hears().Heard()
	lost := float64(heard.Lost) / float64(max(heard.Lost+heard.Packets, 1))
	t.Logf("%+v; %.1f %% of what the caller hears is lost", got, 100*lost)
	if got.codec != "audio/opus" || got.lost > 0.03 || lost > 0.03 {
		t.Errorf("%+v; %.1f %% of what the caller hears is lost", got, 100*lost)
	}
	p.press("Hang up")
	l.must("BYE", caller.WaitDone(l.ctx))
}

// A line that was good becomes slow in a call: the page says what will come of it, the
// call is left as it is, and the next one is Opus, until she says that her line is fast.
func TestChromiumLineBecomesSlow(t *testing.T) {
	t.Parallel()
	l := openLine(t)
	p := l.screen
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	p.state(queue.Ready)
	caller := l.talks()
	p.hears(callerTone)
	l.slow(true)
	got := l.arrives()
	t.Logf("%+v", got)
	if got.codec != "audio/PCMA" || got.lost < 0.1 || got.madeUp < 0.08 {
		t.Errorf("%+v: a line of 64 kbit/s cannot carry it", got)
	}
	p.reads("from the next call on, calls are sent squeezed")
	p.picture("slow-3-in-a-call")
	if !l.opus(0)() {
		t.Error("a running call was changed over")
	}
	p.press("Hang up")
	l.must("BYE", caller.WaitDone(l.ctx))
	l.until("Opus", l.opus(1))
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	caller = l.talks()
	l.must("caller hears the browser", caller.Media().Hears().WaitTone(l.ctx, micTone))
	p.hears(callerTone)
	if got = l.arrives(); got.codec != "audio/opus" || got.lost > 0.03 {
		t.Errorf("%+v", got)
	}
	p.press("Hang up")
	l.must("BYE", caller.WaitDone(l.ctx))
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	p.js("her line is fast, she says", `(e => { e.value = "fast"; return String(e.dispatchEvent(new Event("change"))); })(document.getElementById("side-line"))`)
	l.until("G.711", l.opus(0))
}

// homeLine is a house whose volunteer's sound goes through a line of the test's.
type homeLine struct {
	*site
	screen   *screen
	up, down policer
}

func openLine(t *testing.T) *homeLine {
	t.Helper()
	at := freeAddr(t, "127.0.0.1")
	_, port, _ := net.SplitHostPort(at)
	l := &homeLine{site: openAs(t, func(cfg *configs.Server) { cfg.Media.WebRTCPort, _ = strconv.Atoi(port) }, nil)}
	relay := newRelay(t, at, "127.0.0.1", func(data []byte, toHouse bool) []byte {
		way := &l.down
		if toHouse {
			way = &l.up
		}
		if !way.passes(len(data), time.Now()) {
			return nil
		}
		return data
	})
	l.screen = l.openScreen()
	_, end, _ := net.SplitHostPort(relay.addr())
	if _, err := chromedp.Call(l.screen.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf(throughLine, port, end)}); err != nil {
		l.screen.fail("lay the line", err)
	}
	return l
}

// slow lets 64 kbit/s through each way, or everything.
func (l *homeLine) slow(on bool) {
	l.up.limited.Store(on)
	l.down.limited.Store(on)
}

// opus tells whether so many connections speak Opus.
func (l *homeLine) opus(want int) func() bool {
	return func() bool { return l.peers.Totals().Opus == want }
}

// talks has somebody call, and her answer.
func (l *homeLine) talks() *siptest.Call {
	l.t.Helper()
	caller := l.dial(siptest.Options{})
	l.screen.state(queue.Offered)
	l.screen.press("Answer")
	l.screen.state(queue.Talking)
	return caller
}

// arrival is how 120 packets of sound came to her browser: in which codec, which share
// was lost, and how much of what she heard the browser had to make up, be it for that
// or because this machine was busy.
type arrival struct {
	codec        string
	lost, madeUp float64
}

func (l *homeLine) arrives() (a arrival) {
	l.t.Helper()
	if _, err := fmt.Sscan(l.screen.js("what she hears", arrived), &a.codec, &a.lost, &a.madeUp); err != nil {
		l.t.Fatal(err)
	}
	return a
}

// throughLine has the page's sound go to the relay in place of the house.
const throughLine = `(() => {
	const set = RTCPeerConnection.prototype.setRemoteDescription;
	RTCPeerConnection.prototype.setRemoteDescription = function (d) {
		window.line = this;
		const sdp = d.sdp.split("\r\n").filter((l) => !/^a=candidate:.* tcp /i.test(l)).map((l) => l.replace(/^(a=candidate:.*) %s typ/, "$1 %s typ")).join("\r\n");
		return set.call(this, { type: d.type, sdp });
	}; })()`

const arrived = `(async () => {
	const look = async () => { let r, codec; const all = await window.line.getStats(); all.forEach((s) => { if (s.type === "inbound-rtp") { r = s; codec = all.get(s.codecId)?.mimeType; } }); return { made: r.concealedSamples - r.silentConcealedSamples, of: r.totalSamplesReceived, codec, got: r.packetsReceived, lost: r.packetsLost }; };
	const from = await look();
	let to = from;
	while (to.got < from.got + 120) { await new Promise((r) => setTimeout(r, 50)); to = await look(); }
	const lost = Math.max(0, to.lost - from.lost);
	return [to.codec, lost / (lost + to.got - from.got), (to.made - from.made) / (to.of - from.of)].join(" "); })()`

// policer is one direction of a line: once it is limited, bits that come faster than
// its rate are lost, but for those of a fifth of a second.
type policer struct {
	limited atomic.Bool

	mu   sync.Mutex // guards what follows
	owed float64    // bits passed and not yet paid for
	at   time.Time
}

func (l *policer) passes(bytes int, now time.Time) bool {
	const rate = 64000 // bit/s, with IPv4 and UDP
	if !l.limited.Load() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owed = max(0, l.owed-rate*now.Sub(l.at).Seconds())
	l.at = now
	bits := float64(8 * (bytes + 28))
	if l.owed+bits > rate/5 {
		return false
	}
	l.owed += bits
	return true
}
