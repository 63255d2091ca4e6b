package media

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"sahut/media/mediatest"
)

// injector is somebody who sends to a leg's port.
type injector struct {
	conn *net.UDPConn
	h    rtp.Header
	to   *net.UDPAddr
}

func newInjector(t *testing.T, ip string, leg *RTPLeg) *injector {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return &injector{conn: conn, h: rtp.Header{Version: 2, PayloadType: 8, SSRC: 0x666}, to: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(leg.port)}}
}

func (i *injector) send(t *testing.T, n int) {
	t.Helper()
	for range n {
		b := make([]byte, 12+frameSamples)
		putHeader(b, &i.h)
		i.h.SequenceNumber++
		i.h.Timestamp += frameSamples
		if _, err := i.conn.WriteToUDP(b, i.to); err != nil {
			t.Fatal(err)
		}
	}
}

// A stranger who knows the port, the SSRC and the numbers is neither heard nor
// given a packet, and does not cost the caller hers.
func TestInjectionOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "33000-33098"), soon(t)
	victim, other := newLine(t, e, mediatest.CallerOptions{}), newLine(t, e, mediatest.CallerOptions{})
	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(victim.leg))
	must(t, room.Join(other.leg))
	victim.Speak(440)
	must(t, other.Hears().WaitTone(ctx, 440))
	stranger := newInjector(t, "127.0.0.2", victim.leg)
	sameHost := newInjector(t, "127.0.0.1", victim.leg)
	stream, _ := victim.leg.gate.state()
	stranger.h.SSRC, sameHost.h.SSRC = stream.ssrc, stream.ssrc
	before := other.Hears().Heard()
	for range 20 {
		stranger.send(t, 25)
		sameHost.send(t, 25)
		must(t, other.Hears().WaitPackets(ctx, 2))
	}
	other.Hears().Reset()
	must(t, other.Hears().WaitTone(ctx, 440))
	s := victim.leg.Stats()
	if s.Rejected != 1000 {
		t.Errorf("%d packets rejected, want 1000", s.Rejected)
	}
	if h := other.Hears().Heard(); h.Lost != before.Lost || h.Sources > 1 {
		t.Errorf("the injection changed what is heard: %+v", h)
	}
	for _, i := range []*injector{stranger, sameHost} {
		must(t, i.conn.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		if n, err := i.conn.Read(make([]byte, 1500)); err == nil {
			t.Errorf("an injector was sent %d bytes", n)
		}
	}
}

// Behind a NAT the SDP's address leads nowhere: sound follows the source, once
// it has proven itself.
func TestNATOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "33100-33198"), soon(t)
	leg, err := e.OpenRTP(RTPOptions{Allow: loopback, NAT: true})
	must(t, err)
	defer leg.Close()
	c, err := mediatest.NewCaller(mediatest.CallerOptions{})
	must(t, err)
	defer c.Close()
	offer := strings.Replace(string(c.Offer()), "c=IN IP4 127.0.0.1", "c=IN IP4 192.168.77.7", 1)
	answer, err := leg.Answer([]byte(offer))
	must(t, err)
	must(t, c.Accept(answer))
	leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	c.Speak(440)
	must(t, c.Hears().WaitTone(ctx, 600))
	c.Renew() // the gateway begins a new stream from the same place
	must(t, c.Hears().WaitPackets(ctx, 20))
	if s := leg.Stats(); s.Rejected >= 10 {
		t.Errorf("%d packets rejected", s.Rejected)
	}
}

func TestFloodFromTheCallerIsBounded(t *testing.T) {
	e, ctx := newEngine(t, "33200-33298"), soon(t)
	victim, other := newLine(t, e, mediatest.CallerOptions{}), newLine(t, e, mediatest.CallerOptions{})
	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(victim.leg))
	must(t, room.Join(other.leg))
	now := time.Now()
	h := rtp.Header{SSRC: 1, PayloadType: 8}
	passed := 0
	from := victim.Addr()
	b := make([]byte, 12+frameSamples)
	victim.Park()
	for i := range 5000 { // ten seconds of 500 packets a second
		h.SequenceNumber++
		h.Timestamp += 16
		putHeader(b, &h)
		before := victim.leg.flooded.Load()
		victim.leg.packet(now.Add(time.Duration(i)*2*time.Millisecond), from, b)
		if victim.leg.flooded.Load() == before {
			passed++
		}
	}
	if passed > packetBurst+10*packetsPerSecond+10 {
		t.Errorf("%d of 5000 packets passed", passed)
	}
	must(t, other.Hears().WaitPackets(ctx, 1))
}

// Packets of a payload type nobody agreed to, such as comfort noise, are no
// loss to the other side.
func TestUnknownPayloadTypesLeaveNoHole(t *testing.T) {
	e := newEngine(t, "33300-33398")
	victim := newLine(t, e, mediatest.CallerOptions{})
	var out tape
	s := NewSender()
	s.Bind(&out, Format{Codec: PCMA, PayloadType: 8})
	r := newRoute(s, &(&member{}).muted)
	victim.leg.SetRoute(r)
	from, b := victim.Addr(), make([]byte, 12+frameSamples)
	h := rtp.Header{SSRC: 1}
	for i := range 20 {
		h.SequenceNumber++
		h.Timestamp += frameSamples
		h.PayloadType = 8
		if i%3 == 1 {
			h.PayloadType = 13
		}
		putHeader(b, &h)
		victim.leg.packet(time.Now(), from, b)
	}
	for i := 1; i < len(out.sent); i++ {
		if out.sent[i].SequenceNumber != out.sent[i-1].SequenceNumber+1 {
			t.Fatalf("packet %d: a hole", i)
		}
	}
	if len(out.sent) != 13 || victim.leg.Stats().Unknown != 7 {
		t.Errorf("%d passed, %d unknown", len(out.sent), victim.leg.Stats().Unknown)
	}
}

// Nothing that comes to a leg's ports ends it.
func TestGarbageOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "33800-33898"), soon(t)
	c := newLine(t, e, mediatest.CallerOptions{RTCPMux: true})
	from := c.Addr()
	for _, b := range [][]byte{
		nil, {0x80}, make([]byte, 11), make([]byte, 12), {0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1},
		{0x8F, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, {0x90, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xBE, 0xDE, 0xFF, 0xFF},
		{0xA0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0}, {0xA0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 200},
		{0x80, 200, 0, 99, 0, 0, 0, 0}, {0x81, 201, 0, 1, 0, 0, 0, 0}, {0x00, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0},
		{0x80, 101, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 99, 99}, append([]byte{0x80, 8}, make([]byte, 1490)...),
	} {
		c.leg.guard(func() { c.leg.packet(time.Now(), from, b) })
		c.leg.guard(func() { c.leg.control(time.Now(), from, b) })
	}
	c.leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	must(t, c.Hears().WaitTone(ctx, 600))
}
