package media

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"sahut/configs"
	"sahut/media/mediatest"
)

// sink is a wire that takes packets and keeps none.
type sink struct {
	packets int
	last    rtp.Header
}

func (s *sink) WriteRTP(h *rtp.Header, p []byte) (int, error) {
	s.packets++
	s.last = *h
	return len(p), nil
}

// browserPacket is a packet as a browser sends it.
func browserPacket(pt uint8, seq uint16, ts uint32, payload int) []byte {
	b := make([]byte, 12+payload)
	putHeader(b, &rtp.Header{PayloadType: pt, SequenceNumber: seq, Timestamp: ts, SSRC: 7})
	fill(b[12:], PCMA.silence())
	return b
}

func TestPeerPassesOnlyWhatWasAgreed(t *testing.T) {
	p, out := &Peer{sender: NewSender()}, new(sink)
	p.keys.Store(126)
	caller := NewSender()
	caller.Bind(out, Format{Codec: PCMA, PayloadType: 8, Event: 101})
	p.SetRoute(newRoute(caller, new(atomic.Bool)))
	var h rtp.Header
	seq, ts := uint16(100), uint32(5000)
	next := func(b []byte) { p.packet(time.Now(), &h, b); seq++; ts += 160 }

	next(browserPacket(8, seq, ts, 160))
	first := out.last.SequenceNumber
	next(browserPacket(8, seq, ts, 0)) // Chromium's padding probe
	next(browserPacket(13, seq, ts, 1))
	next(browserPacket(111, seq, ts, 80))
	next(browserPacket(101, seq, ts, 4)) // Firefox's number, but this is Chromium
	p.packet(time.Now(), &h, []byte{0x80, 8, 0})
	if out.packets != 1 || p.foreign.Load() != 4 {
		t.Fatalf("%d packets passed and %d were foreign, want 1 and 4", out.packets, p.foreign.Load())
	}
	next(browserPacket(126, seq, ts, 4))
	if out.packets != 2 || out.last.PayloadType != 101 || out.last.SequenceNumber != first+1 {
		t.Errorf("a key went out as %+v after number %d", out.last, first)
	}
}

// Whoever was told of a leg must learn that it is another one now, even when
// the new connection is up before anybody looked.
func TestAReplacedPeerIsAlwaysNews(t *testing.T) {
	old, p := new(Peer), new(Peer)
	for _, c := range []struct {
		was   PeerState
		of    *Peer
		now   PeerState
		wants string
	}{
		{PeerConnected, old, PeerConnected, "[connecting connected]"},
		{PeerConnected, old, PeerConnecting, "[connecting]"},
		{PeerConnected, p, PeerConnected, "[]"},
		{PeerConnecting, old, PeerConnected, "[connected]"},
		{PeerLost, nil, PeerConnected, "[connecting connected]"},
		{PeerConnected, p, PeerLost, "[lost]"},
		{PeerLost, p, PeerConnected, "[connected]"},
	} {
		s := &seat{peer: p, of: c.of, state: c.was}
		if got := fmt.Sprint(s.news(c.now, s.peer != s.of)); got != c.wants {
			t.Errorf("%v, then %v: told %v, want %v", c.was, c.now, got, c.wants)
		}
	}
}

func TestForwardingFromABrowserDoesNotAllocate(t *testing.T) {
	p, out := &Peer{sender: NewSender()}, new(sink)
	p.keys.Store(126)
	caller := NewSender()
	caller.Bind(out, Format{Codec: PCMU, PayloadType: 0, Event: 101})
	p.SetRoute(newRoute(caller, new(atomic.Bool)))
	p.meter.Store(new(meter))
	var h rtp.Header
	sound, key := browserPacket(8, 0, 0, 160), browserPacket(126, 0, 0, 4)
	seq := uint16(0)
	now := time.Now()
	if n := testing.AllocsPerRun(1000, func() {
		seq++
		putHeader(sound, &rtp.Header{PayloadType: 8, SequenceNumber: seq, Timestamp: uint32(seq) * 160, SSRC: 7})
		p.packet(now, &h, sound)
		seq++
		putHeader(key, &rtp.Header{PayloadType: 126, SequenceNumber: seq, Timestamp: uint32(seq) * 160, SSRC: 7})
		p.packet(now, &h, key)
	}); n != 0 {
		t.Errorf("%v allocations for two packets", n)
	}
	if out.packets < 1000 {
		t.Errorf("only %d packets passed", out.packets)
	}
}

// chromium is Chromium 156's offer without preferences, which puts Opus first.
const chromium = `v=0
o=- 4962303333179871722 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 50001 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.168.1.20
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 b1f4c6de-1d5e-4f5f-a28f-c6c7d8e9f0a1.local 50001 typ host generation 0
a=candidate:2 1 udp 1677729535 203.0.113.5 50001 typ srflx raddr 192.168.1.20 rport 50001
a=ice-ufrag:yxYb
a=ice-pwd:05iMxO9GujD2fUWXSoi0ByNd
a=ice-options:trickle
a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=sendrecv
a=msid:- 3e3a3c5e-0000-4000-8000-000000000001
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:3735928559 cname:abc
`

// formats are the payload types of the audio section.
func formats(sdp string) string {
	_, rest, _ := strings.Cut(sdp, "m=audio ")
	line, _, _ := strings.Cut(rest, "\r\n")
	_, types, _ := strings.Cut(line, "SAVPF ")
	return types
}

func TestChromiumsOwnOfferIsAnswered(t *testing.T) {
	d := newDesk(t)
	o, err := readOffer(chromium)
	d.must(err)
	if o.keys != 126 || o.mid != "0" || strings.Contains(o.sdp, "candidate") || strings.Contains(o.sdp, ".local") {
		t.Errorf("read as %+v", o)
	}
	answer, err := d.peers.Offer(d.ctx, "sari", chromium)
	d.must(err)
	if f := formats(answer); f != "111" || !strings.Contains(answer, "maxaveragebitrate") {
		t.Errorf("Opus first is answered with %q", f)
	}
	const preferring = " 0 8 111 63 9 13 110 126"
	answer, err = d.peers.Offer(d.ctx, "sari", strings.NewReplacer("4962303333179871722", "4962303333179871723", " 111 63 9 0 8 13 110 126", preferring).Replace(chromium))
	d.must(err)
	if f := formats(answer); f != "0 8 126" {
		t.Errorf("G.711 first is answered with %q", f)
	}
	for _, want := range []string{"a=setup:passive", "a=rtcp-mux", "tcptype passive", "a=fingerprint:sha-256", "a=sendrecv", "typ host"} {
		if !strings.Contains(answer, want) {
			t.Errorf("the answer lacks %q:\n%s", want, answer)
		}
	}
	for _, not := range []string{"extmap:", "opus", "a=rtcp-fb", ".local"} {
		if strings.Contains(answer, not) {
			t.Errorf("the answer has %q:\n%s", not, answer)
		}
	}
	// Sixteen of them, each in place of the one before: nothing is left over
	// when the test ends (goleak).
	for range 16 {
		_, err := d.peers.Offer(d.ctx, "sari", strings.Replace(chromium, "4962303333179871722", time.Now().Format("150405000000000"), 1))
		d.must(err)
	}
	if n := d.peers.Totals(); n.Open != 1 {
		t.Errorf("%d connections are open", n.Open)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.peers.CloseAll()
	cancel()
	if _, err := d.peers.Offer(ctx, "sari", chromium); err == nil {
		t.Error("an offer after the end was answered")
	}
}

func TestReportsReachTheBrowser(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	leg, c := d.calls(mediatest.CallerOptions{RTCPMux: true})
	d.room(leg, d.leg("sari"))
	b.Speak(agentTone)
	c.Speak(callerTone)
	d.must(b.Hears().WaitPackets(d.ctx, 1))
	d.must(b.Hears().WaitRTCP(d.ctx, 1))
	if s, ok := d.peers.Stats("sari"); !ok || s.Received == 0 || s.Sent == 0 || s.Lost != 0 || s.Codec != PCMA {
		t.Errorf("stats %+v", s)
	}
	if n := d.peers.Totals(); n.Connected != 1 || n.Open != 1 || n.Offers != 1 || n.Received == 0 {
		t.Errorf("totals %+v", n)
	}
}

func TestPublicAddressIsOffered(t *testing.T) {
	d := newDesk(t)
	port, err := openBrowserPort(configs.Media{Address: "127.0.0.1", PublicAddress: "203.0.113.7"}, d.engine.log)
	d.must(err)
	defer port.close()
	was := d.engine.browsers
	d.engine.browsers = port
	answer, err := d.peers.Offer(d.ctx, "sari", chromium)
	d.peers.Close("sari")
	d.engine.browsers = was
	d.must(err)
	if !strings.Contains(answer, " 203.0.113.7 ") || strings.Contains(answer, " 127.0.0.1 ") {
		t.Errorf("behind NAT it answered\n%s", answer)
	}
	d.peers.CloseAll() // before the port
}

func TestTakenPortIsSaid(t *testing.T) {
	d := newDesk(t)
	taken := d.engine.browsers.addrs[0]
	_, err := openBrowserPort(configs.Media{Address: "127.0.0.1", WebRTCPort: int(taken.Port())}, d.engine.log)
	if err == nil || !strings.Contains(err.Error(), "media.webrtc_port") || !strings.Contains(err.Error(), "choose another") {
		t.Errorf("a taken port: %v", err)
	}
	for _, bad := range [][2]string{{"localhost", ""}, {"127.0.0.1", "example.org"}} {
		if _, err := openBrowserPort(configs.Media{Address: bad[0], PublicAddress: bad[1]}, d.engine.log); err == nil || !strings.Contains(err.Error(), "is not an IP address") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestStrangersCannotHoldTheTCPPort(t *testing.T) {
	d := newDesk(t)
	addr := d.engine.browsers.addrs[0].String()
	for range tcpPerAddress {
		c, err := net.Dial("tcp", addr)
		d.must(err)
		defer c.Close()
	}
	over, err := net.Dial("tcp", addr)
	d.must(err)
	defer over.Close()
	// Sooner than a silent connection is dropped.
	d.must(over.SetReadDeadline(time.Now().Add(tcpFirstPacket / 2)))
	if _, err := over.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one connection more than allowed was kept: %v", err)
	}
}

func FuzzReadOffer(f *testing.F) {
	f.Add(chromium)
	f.Add("v=0\r\nm=audio\r\n")
	f.Fuzz(func(t *testing.T, sdp string) {
		o, err := readOffer(sdp)
		if err == nil && (o.audio != 1 || !o.g711 || o.fingerprint == "" || strings.Contains(o.sdp, "a=candidate:")) {
			t.Errorf("took %q", sdp)
		}
	})
}
