package media

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"sahut/media/mediatest"
)

// Who offers what to which trunk, and what comes of it. The other leg is plain:
// a room does not care.
func TestSRTPOnTheWire(t *testing.T) {
	savp, avp := "RTP/SAVP", "RTP/AVP"
	for _, c := range []struct {
		name   string
		policy SRTP
		caller mediatest.CallerOptions
		suite  string // in use; empty: plain
		err    error
	}{
		{"off, plain", SRTPOff, mediatest.CallerOptions{}, "", nil},
		{"off, keys that may be ignored", SRTPOff, mediatest.CallerOptions{SRTP: avp}, "", nil},
		{"off, only encrypted", SRTPOff, mediatest.CallerOptions{SRTP: savp}, "", ErrNoSRTP},
		{"optional, plain", SRTPOptional, mediatest.CallerOptions{}, "", nil},
		{"optional, keys that may be ignored", SRTPOptional, mediatest.CallerOptions{SRTP: avp}, mediatest.Suite80, nil},
		{"optional, only encrypted", SRTPOptional, mediatest.CallerOptions{SRTP: savp, RTCPMux: true}, mediatest.Suite80, nil},
		{"required, plain", SRTPRequired, mediatest.CallerOptions{}, "", ErrNoSRTP},
		{"required, keys that may be ignored", SRTPRequired, mediatest.CallerOptions{SRTP: avp}, mediatest.Suite80, nil},
		{"required, only encrypted", SRTPRequired, mediatest.CallerOptions{SRTP: savp, RTCPMux: true}, mediatest.Suite80, nil},
		{"the caller's order", SRTPRequired, mediatest.CallerOptions{SRTP: savp, Suites: []string{mediatest.Suite32, mediatest.Suite80}}, mediatest.Suite32, nil},
		{"only the short suite", SRTPOptional, mediatest.CallerOptions{SRTP: savp, Suites: []string{mediatest.Suite32}, RTCPMux: true}, mediatest.Suite32, nil},
		{"packets that name their key", SRTPRequired, mediatest.CallerOptions{SRTP: savp, MKI: true, RTCPMux: true}, mediatest.Suite80, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, ctx := newEngine(t, "38000-38198"), soon(t)
			if c.err != nil {
				leg, err := e.OpenRTP(RTPOptions{Allow: loopback, SRTP: c.policy})
				must(t, err)
				caller, err := mediatest.NewCaller(c.caller)
				must(t, err)
				defer caller.Close()
				if _, err = leg.Answer(caller.Offer()); !errors.Is(err, c.err) || !errors.Is(err, ErrNoCodec) {
					t.Errorf("error %v, want %v", err, c.err)
				}
				return
			}
			a := newTrunkLine(t, e, RTPOptions{SRTP: c.policy}, c.caller)
			converse(t, ctx, e, a, newLine(t, e, mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMU}}))
			if a.Encrypted() != c.suite || a.leg.Stats().SRTP != (c.suite != "") {
				t.Errorf("encrypted with %q, want %q", a.Encrypted(), c.suite)
			}
			a.reports(t, ctx, c.caller.RTCPMux)
		})
	}
}

// converse has two lines joined, hear each other and press keys.
func converse(t *testing.T, ctx context.Context, e *Engine, a, b line) {
	t.Helper()
	room := e.NewRoom()
	t.Cleanup(room.Close)
	must(t, room.Join(a.leg))
	must(t, room.Join(b.leg))
	a.Speak(440)
	b.Speak(1000)
	must(t, a.Hears().WaitTone(ctx, 1000))
	must(t, b.Hears().WaitTone(ctx, 440))
	must(t, a.SendKeys("1#"))
	must(t, b.SendKeys("27"))
	must(t, b.Hears().WaitKeys(ctx, "1#"))
	must(t, a.Hears().WaitKeys(ctx, "27"))
	a.smooth(t)
	b.smooth(t)
	if s := a.leg.Stats(); s.Forged != 0 || s.Bad != 0 {
		t.Errorf("stats %+v", s)
	}
}

// reports exchanges RTCP on the port of the sound.
func (l line) reports(t *testing.T, ctx context.Context, mux bool) {
	t.Helper()
	if !mux {
		return
	}
	l.leg.report(time.Now())
	must(t, l.Hears().WaitRTCP(ctx, 1))
	b, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{{SSRC: l.leg.sender.SSRC(), TotalLost: 7}}}})
	must(t, err)
	must(t, l.SendRTCP(b))
	for l.leg.Stats().FarLost != 7 { // the next packet of sound comes after the report
		must(t, l.Hears().WaitPackets(ctx, 1))
	}
	before := l.leg.Stats().Forged
	l.leg.control(time.Now(), l.Addr(), b) // the same, but for everyone to read
	if s := l.leg.Stats(); (s.Forged != before) != s.SRTP {
		t.Errorf("a plain report on a leg with SRTP %v: %d forged", s.SRTP, s.Forged-before)
	}
}

// Our own offers, for calls we place and for INVITEs without one.
func TestSRTPOfferedByUs(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy SRTP
		caller mediatest.CallerOptions
		proto  string
		suite  string
		err    error
	}{
		{"off", SRTPOff, mediatest.CallerOptions{SRTP: "RTP/AVP"}, "RTP/AVP", "", nil},
		{"optional, taken", SRTPOptional, mediatest.CallerOptions{SRTP: "RTP/AVP", RTCPMux: true}, "RTP/AVP", mediatest.Suite80, nil},
		{"optional, not taken", SRTPOptional, mediatest.CallerOptions{}, "RTP/AVP", "", nil},
		{"required, taken", SRTPRequired, mediatest.CallerOptions{SRTP: "RTP/SAVP", RTCPMux: true}, "RTP/SAVP", mediatest.Suite80, nil},
		{"required, not taken", SRTPRequired, mediatest.CallerOptions{}, "RTP/SAVP", "", ErrNoSRTP},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, ctx := newEngine(t, "38200-38298"), soon(t)
			leg, err := e.OpenRTP(RTPOptions{Allow: loopback, SRTP: c.policy})
			must(t, err)
			leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
			c.caller.Pacer = pacer()
			caller, err := mediatest.NewCaller(c.caller)
			must(t, err)
			defer caller.Close()
			offer, err := leg.Offer()
			must(t, err)
			for _, want := range []string{" " + c.proto + " ", "a=rtcp-mux\r\n"} {
				if !strings.Contains(string(offer), want) {
					t.Errorf("our offer lacks %q:\n%s", want, masked(offer))
				}
			}
			if n := strings.Count(string(offer), "a=crypto:"); (c.policy == SRTPOff && n != 0) || (c.policy != SRTPOff && n != 2) {
				t.Errorf("our offer has %d keys", n)
			}
			if again, err := leg.Offer(); err != nil || string(again) != string(offer) {
				t.Errorf("the offer said twice differs (%v)", err)
			}
			answer, err := caller.Answer(offer)
			if err != nil && c.err != nil {
				answer = []byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/SAVP 8\r\n")
			} else {
				must(t, err)
			}
			if err := leg.Accept(answer); !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if c.err != nil {
				return
			}
			caller.Speak(440)
			must(t, caller.Hears().WaitTone(ctx, 600))
			l := line{caller, leg}
			l.reports(t, ctx, c.caller.RTCPMux)
			if l.Encrypted() != c.suite {
				t.Errorf("encrypted with %q, want %q", l.Encrypted(), c.suite)
			}
			// A refresh of ours changes nothing.
			refresh, err := leg.OfferUpdate()
			must(t, err)
			answer, err = caller.Answer(refresh)
			must(t, err)
			must(t, leg.Accept(answer))
			caller.Hears().Reset()
			must(t, caller.Hears().WaitTone(ctx, 600))
			l.smooth(t)
		})
	}
}

// masked is a description without its keys.
func masked(sdp []byte) string {
	var b strings.Builder
	for l := range strings.Lines(string(sdp)) {
		if l, _, ok := strings.Cut(l, "inline:"); ok {
			b.WriteString(l + "…\n")
			continue
		}
		b.WriteString(l)
	}
	return b.String()
}

// An answer with a key for a line we never offered is none.
func TestSRTPAnswerWithAnotherTag(t *testing.T) {
	s := newSession(netip.MustParseAddr("203.0.113.7"), 20000, SRTPOptional)
	_ = s.offer()
	for _, line := range []string{"3 AES_CM_128_HMAC_SHA1_80", "1 AES_CM_128_HMAC_SHA1_32"} {
		d, err := parseSDP([]byte("v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 8\na=crypto:" + line + " inline:" + thirty + "\n"))
		must(t, err)
		if err := s.accept(d); !errors.Is(err, ErrNoSRTP) {
			t.Errorf("%s: error %v", line, err)
		}
	}
}

// Some telephones offer the same sound twice: encrypted, and plain for those
// who know no better.
func TestSRTPOfferedTwice(t *testing.T) {
	offer := "v=0\nc=IN IP4 198.51.100.2\nm=audio 4000 RTP/AVP 8\nm=audio 4002 RTP/SAVP 8\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "\n"
	for policy, want := range map[SRTP]string{
		SRTPOff:      "audio 20000 RTP/AVP, audio 0 RTP/SAVP",
		SRTPOptional: "audio 0 RTP/AVP, audio 20000 RTP/SAVP",
		SRTPRequired: "audio 0 RTP/AVP, audio 20000 RTP/SAVP",
	} {
		d, err := parseSDP([]byte(offer))
		must(t, err)
		s := newSession(netip.MustParseAddr("203.0.113.7"), 20000, policy)
		_, err = s.answer(d)
		must(t, err)
		update := string(s.update())
		var lines []string
		for l := range strings.Lines(update) {
			if l, ok := strings.CutPrefix(l, "m="); ok {
				lines = append(lines, strings.TrimSuffix(strings.TrimSpace(l), " 8"))
			}
		}
		if got := strings.Join(lines, ", "); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
	}
}

// Both counters wrap, the far end refreshes the session with the same key, then
// with a new one. What is heard has no hole.
func TestSRTPWrapAndRekey(t *testing.T) {
	e, ctx := newEngine(t, "38300-38398"), soon(t)
	caller, err := mediatest.NewCaller(mediatest.CallerOptions{SRTP: "RTP/SAVP", Pacer: pacer()})
	must(t, err)
	defer caller.Close()
	leg, err := e.OpenRTP(RTPOptions{Allow: loopback, SRTP: SRTPRequired})
	must(t, err)
	leg.sender.mu.Lock()
	leg.sender.seq = 65500 // two thirds of a second before the wrap
	leg.sender.mu.Unlock()
	caller.CountFrom(65500)
	c, other := line{caller, leg}, newLine(t, e, mediatest.CallerOptions{})
	c.exchange(t, c.Offer())
	converse(t, ctx, e, c, other)
	must(t, c.Hears().WaitPackets(ctx, 60))
	if seq := c.leg.sender.seqNow(); seq > 65000 {
		t.Fatalf("our counter is at %d and has not wrapped", seq)
	}

	ours, opens := c.leg.secret.Load().keys.out, c.leg.secret.Load().open
	heard := func() {
		t.Helper()
		must(t, c.Hears().WaitPackets(ctx, 5))
		must(t, c.Hears().WaitTone(ctx, 1000))
		must(t, other.Hears().WaitTone(ctx, 440))
	}
	c.exchange(t, c.Reoffer("sendrecv")) // the same key: a counter that has wrapped stays so
	heard()
	if !c.leg.secret.Load().keys.out.same(&ours) {
		t.Error("a refresh changed our key")
	}
	if c.leg.secret.Load().open != opens {
		t.Error("a refresh forgot how far the far end's key has counted")
	}
	c.smooth(t)
	if s := c.leg.Stats(); s.Forged != 0 {
		t.Errorf("we could not open %d packets", s.Forged)
	}
	for range 2 { // a new key each time: its counter begins at zero, on both sides
		c.Rekey()
		c.exchange(t, c.Offer())
		heard()
		if c.leg.secret.Load().keys.out.same(&ours) {
			t.Error("the far end has a new key, and we go on with ours")
		}
		ours = c.leg.secret.Load().keys.out
	}
	if h, s := c.Hears().Heard(), c.leg.Stats(); h.Forged > 4 || s.Forged > 4 { // on their way when the keys changed
		t.Errorf("the far end could not open %d packets, we could not open %d", h.Forged, s.Forged)
	}
}

// seqNow is the number of the newest packet sent.
func (s *Sender) seqNow() uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seq
}

// Whoever knows everything about the call but its key is not heard, does not
// move the call, and does not cost the caller a word.
func TestSRTPForgeries(t *testing.T) {
	e, ctx := newEngine(t, "38400-38498"), soon(t)
	victim := newTrunkLine(t, e, RTPOptions{SRTP: SRTPRequired}, mediatest.CallerOptions{SRTP: "RTP/SAVP", RTCPMux: true})
	other := newLine(t, e, mediatest.CallerOptions{})
	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(victim.leg))
	must(t, room.Join(other.leg))
	victim.Speak(440)
	must(t, other.Hears().WaitTone(ctx, 440))
	victim.exchange(t, victim.Reoffer("sendrecv")) // sources may be learned again
	stream, _ := victim.leg.gate.state()
	sameHost := newInjector(t, "127.0.0.1", victim.leg)
	sameHost.h.SSRC = stream.ssrc
	rejected := victim.leg.Stats().Rejected
	for range 10 {
		sameHost.send(t, 10)
		must(t, other.Hears().WaitPackets(ctx, 1))
	}
	newInjector(t, "127.0.0.2", victim.leg).send(t, 10) // no host of the trunk: not worth decrypting
	other.Hears().Reset()
	must(t, other.Hears().WaitTone(ctx, 440))
	if now, _ := victim.leg.gate.state(); now.from != stream.from {
		t.Errorf("the call moved to %v", now.from)
	}
	if s := victim.leg.Stats(); s.Forged != 100 || s.Rejected != rejected+10 {
		t.Errorf("%d forged, %d rejected, want 100 and 10", s.Forged, s.Rejected-rejected)
	}
	if n := e.Stats().Forged; n != 100 {
		t.Errorf("the engine counts %d forged", n)
	}
	if h := other.Hears().Heard(); h.Lost != 0 || h.Late != 0 {
		t.Errorf("the forgeries changed what is heard: %+v", h)
	}
}

// Encrypting and decrypting cost no memory.
func TestSRTPDoesNotAllocate(t *testing.T) {
	e := newEngine(t, "38500-38598")
	a := newTrunkLine(t, e, RTPOptions{SRTP: SRTPRequired}, mediatest.CallerOptions{SRTP: "RTP/SAVP"})
	b := newTrunkLine(t, e, RTPOptions{SRTP: SRTPRequired}, mediatest.CallerOptions{SRTP: "RTP/SAVP"})
	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(a.leg))
	must(t, room.Join(b.leg))
	e.conductor.detach(a.leg.player) // its work is not counted here
	e.conductor.detach(b.leg.player)
	seal, err := newSealer(&a.leg.secret.Load().keys.in)
	must(t, err)
	from, buf := a.Addr(), make([]byte, 200)
	h := rtp.Header{SSRC: 1, PayloadType: 8, SequenceNumber: 65000}
	now := time.Now()
	n := testing.AllocsPerRun(1000, func() {
		now = now.Add(frameTime)
		h.SequenceNumber++
		h.Timestamp += frameSamples
		putHeader(buf, &h)
		packet, _ := seal.seal(buf, 12+frameSamples, h.SequenceNumber)
		a.leg.guard(func() { a.leg.packet(now, from, packet) })
	})
	if n >= 1 && !raceDetector { // the far ends' own goroutines allocate now and then
		t.Errorf("%v allocations a packet", n)
	}
	if s := a.leg.Stats(); s.Received < 1000 || s.Forged != 0 {
		t.Errorf("stats %+v", s)
	}
}

// BenchmarkSRTP is one packet sealed and opened.
func BenchmarkSRTP(b *testing.B) {
	for _, s := range slices.Clone(suites) {
		b.Run(s.String(), func(b *testing.B) {
			c := crypto{suite: s, key: newMasterKey()}
			seal, _ := newSealer(&c)
			open, _ := newOpener(&c, nil)
			buf := make([]byte, 200)
			h := rtp.Header{SSRC: 1, PayloadType: 8}
			b.ReportAllocs()
			for b.Loop() {
				h.SequenceNumber++
				putHeader(buf, &h)
				p, ok := seal.seal(buf, 12+frameSamples, h.SequenceNumber)
				if _, ok2 := open.open(p); !ok || !ok2 {
					b.Fatal("a packet did not open")
				}
			}
		})
	}
}
