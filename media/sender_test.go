package media

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// tape is a Writer that keeps what was sent.
type tape struct {
	sent []rtp.Packet
	fail bool
}

func (t *tape) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	if t.fail {
		return 0, errors.New("no network")
	}
	t.sent = append(t.sent, rtp.Packet{Header: *h, Payload: append([]byte(nil), payload...)})
	return len(payload), nil
}

// last is the newest packet.
func (t *tape) last() rtp.Packet { return t.sent[len(t.sent)-1] }

// stage is a Sender with a clock the test moves.
type stage struct {
	*tape
	s   *Sender
	now time.Time
}

func newStage(f Format) *stage {
	st := &stage{tape: new(tape), s: NewSender(), now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	st.s.Bind(st.tape, f)
	return st
}

func (st *stage) pass(d time.Duration) { st.now = st.now.Add(d) }

// play sends n frames of the conductor's, one every 20 ms.
func (st *stage) play(n int) (result outcome) {
	times, _ := st.s.takeover()
	for range n {
		alaw, ulaw := silentFrame.frame(0)
		result = st.s.frame(st.now, times, alaw, ulaw)
		st.pass(frameTime)
	}
	return result
}

// voice is another leg's stream.
type voice struct {
	id    Source
	codec Codec
	h     rtp.Header
}

func newVoice(codec Codec) *voice {
	return &voice{id: nextSource(), codec: codec, h: rtp.Header{SSRC: 0xABCD, SequenceNumber: 65530, Timestamp: 0xFFFFFF00, PayloadType: 8}}
}

// speak forwards n packets of 20 ms.
func (st *stage) speak(v *voice, n int) (accepted bool) {
	for range n {
		payload := make([]byte, frameSamples)
		fill(payload, 0x2A)
		accepted = st.s.forward(st.now, v.id, v.codec, &v.h, payload)
		v.h.SequenceNumber++
		v.h.Timestamp += frameSamples
		st.pass(frameTime)
	}
	return accepted
}

// continuous fails unless the far end sees one stream: one SSRC, numbers in
// order, timestamps that only go forward and never far from the wall clock.
func (st *stage) continuous(t *testing.T) {
	t.Helper()
	for i := 1; i < len(st.sent); i++ {
		a, b := st.sent[i-1], st.sent[i]
		if a.SSRC != b.SSRC {
			t.Fatalf("packet %d: SSRC changed", i)
		}
		if b.SequenceNumber != a.SequenceNumber+1 {
			t.Errorf("packet %d: sequence number steps by %d", i, int16(b.SequenceNumber-a.SequenceNumber))
		}
		if d := int32(b.Timestamp - a.Timestamp); d < int32(len(a.Payload)) && a.PayloadType == b.PayloadType {
			t.Errorf("packet %d: timestamp steps by %d", i, d)
		}
	}
	if len(st.sent) > 1 {
		wall := st.s.wallTS(st.s.at)
		if off := int32(st.last().Timestamp - wall); off < -frameSamples || off > 2*frameSamples {
			t.Errorf("the last timestamp is %d samples off the wall clock", off)
		}
	}
}

func TestSenderMusicVoiceMusic(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: 101})
	st.play(10)
	v := newVoice(PCMA)
	st.pass(7 * time.Millisecond) // a volunteer does not keep our pace
	st.speak(v, 10)
	if got := st.play(1); got != busy {
		t.Errorf("the conductor's frame while somebody speaks: %v, want busy", got)
	}
	st.s.Release(v.id)
	st.pass(500 * time.Millisecond)
	st.play(10)
	st.continuous(t)
	if len(st.sent) != 30 {
		t.Fatalf("%d packets sent, want 30", len(st.sent))
	}
	for i, p := range st.sent {
		if want := i == 0 || i == 10 || i == 20; p.Marker != want {
			t.Errorf("packet %d: marker %v, want %v", i, p.Marker, want)
		}
	}
	v = newVoice(PCMA)
	st.speak(v, 1)
	st.s.Release(v.id)
	st.play(1)
	if !st.last().Marker {
		t.Error("no marker where the music goes on at once")
	}
	if d := st.sent[20].Timestamp - st.sent[19].Timestamp; d < 500*8 || d > 600*8 {
		t.Errorf("the timestamp over half a second of nothing steps by %d samples", d)
	}
}

func TestSenderManySwitchesKeepTheWallClock(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	for range 300 {
		st.play(3)
		st.pass(5 * time.Millisecond)
		v := newVoice(PCMA)
		st.speak(v, 3)
		st.s.Release(v.id)
		st.pass(3 * time.Millisecond)
	}
	st.continuous(t)
}

func TestSenderLossAndReorderStayVisible(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	for _, n := range []uint16{0, 1, 4, 3, 5, 5} { // 2 is lost, 4 and 3 swapped, 5 twice
		h := v.h
		h.SequenceNumber += n
		h.Timestamp += uint32(n) * frameSamples
		st.s.forward(st.now, v.id, PCMA, &h, make([]byte, frameSamples))
		st.pass(frameTime)
	}
	first := st.sent[0]
	for i, n := range []uint16{0, 1, 4, 3, 5, 5} {
		if got := st.sent[i].SequenceNumber - first.SequenceNumber; got != n {
			t.Errorf("packet %d has number +%d, want +%d", i, int16(got), n)
		}
		if got := st.sent[i].Timestamp - first.Timestamp; got != uint32(n)*frameSamples {
			t.Errorf("packet %d has timestamp +%d", i, got)
		}
	}
}

func TestSenderDropsWhatIsOld(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	old, young := newVoice(PCMA), newVoice(PCMA)
	st.speak(old, 5)
	st.speak(young, 5)
	if st.speak(old, 1) {
		t.Error("a packet of the replaced source was accepted")
	}
	// A packet that left the new source before the first we saw of it.
	late := young.h
	late.SequenceNumber -= 7
	late.Timestamp -= 7 * frameSamples
	st.s.forward(st.now, young.id, PCMA, &late, make([]byte, frameSamples))
	st.s.Release(young.id)
	if st.speak(young, 1) {
		t.Error("a packet of a released source was accepted")
	}
	if len(st.sent) != 10 {
		t.Errorf("%d packets sent, want 10", len(st.sent))
	}
	st.continuous(t)
	if st.s.report(st.now).stale != 3 {
		t.Errorf("%d stale packets counted, want 3", st.s.report(st.now).stale)
	}
}

func TestSenderSourceStartsAnew(t *testing.T) {
	for name, change := range map[string]func(*rtp.Header){
		"SSRC":      func(h *rtp.Header) { h.SSRC++; h.SequenceNumber += 30000; h.Timestamp -= 1 << 30 },
		"timestamp": func(h *rtp.Header) { h.Timestamp += 1 << 30 },
		"sequence":  func(h *rtp.Header) { h.SequenceNumber += 20000 },
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(Format{Codec: PCMA, PayloadType: 8})
			v := newVoice(PCMA)
			st.speak(v, 5)
			change(&v.h)
			st.speak(v, 5)
			st.continuous(t)
			if !st.sent[5].Marker {
				t.Error("no marker where the source began anew")
			}
		})
	}
}

// The process was stopped for three seconds: what waited in the socket comes at
// once. Only speech that is still worth hearing is passed on.
func TestSenderDropsABacklog(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	st.speak(v, 50)
	st.pass(3 * time.Second)
	before := len(st.sent)
	for range 150 { // at once
		st.s.forward(st.now, v.id, PCMA, &v.h, make([]byte, frameSamples))
		v.h.SequenceNumber++
		v.h.Timestamp += frameSamples
	}
	if burst := len(st.sent) - before; burst > 15 {
		t.Errorf("%d packets of old sound were passed on at once", burst)
	}
	before = len(st.sent)
	st.speak(v, 20)
	if got := len(st.sent) - before; got != 20 {
		t.Errorf("%d of 20 packets passed after the backlog", got)
	}
	st.continuous(t)
}

// The network held its breath for four seconds and then lets go, as fast as it
// can, which is not at once.
func TestSenderDropsASlowBacklog(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	st.speak(v, 50)
	st.pass(4 * time.Second)
	before := len(st.sent)
	for range 220 { // four seconds and what is said meanwhile, within 440 ms
		st.s.forward(st.now, v.id, PCMA, &v.h, make([]byte, frameSamples))
		v.h.SequenceNumber++
		v.h.Timestamp += frameSamples
		st.pass(2 * time.Millisecond)
	}
	if burst := len(st.sent) - before; burst > 20 {
		t.Errorf("%d packets of old sound were passed on", burst)
	}
	before = len(st.sent)
	st.speak(v, 20)
	if got := len(st.sent) - before; got != 20 {
		t.Errorf("%d of 20 packets passed after the backlog", got)
	}
}

// A phone that stops its clock while it is silent is not late, however long it
// was silent: a short doubt, then it is heard.
func TestSenderFollowsAStoppedClock(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	st.speak(v, 50)
	st.pass(4 * time.Second)
	before := len(st.sent)
	st.speak(v, 50)
	if got := len(st.sent) - before; got < 44 {
		t.Errorf("only %d of 50 packets passed after the pause", got)
	}
	st.continuous(t)
}

func TestSenderClockDrift(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	for range 50 * 60 * 60 { // an hour at 100 ppm
		st.s.forward(st.now, v.id, PCMA, &v.h, make([]byte, frameSamples))
		v.h.SequenceNumber++
		v.h.Timestamp += frameSamples
		st.pass(frameTime + 2*time.Microsecond)
		st.sent = st.sent[:0]
	}
	r := st.s.report(st.now)
	if r.stale != 0 || r.packets != 50*60*60 {
		t.Errorf("%d packets passed, %d stale", r.packets, r.stale)
	}
}

func TestSenderTranslates(t *testing.T) {
	st := newStage(Format{Codec: PCMU, PayloadType: 0})
	v := newVoice(PCMA)
	st.s.forward(st.now, v.id, PCMA, &v.h, []byte{0xD5, 0xD5, 0xD5, 0xD5}) // slides in
	v.h.SequenceNumber++
	v.h.Timestamp += 4
	payload := []byte{0xD5, 0x55, 0x2A, 0xAA}
	st.s.forward(st.now, v.id, PCMA, &v.h, payload)
	got := st.last()
	if got.PayloadType != 0 {
		t.Errorf("payload type %d", got.PayloadType)
	}
	for i, a := range []byte{0xD5, 0x55, 0x2A, 0xAA} {
		want, have := int(alawToLinear[a]), int(ulawToLinear[got.Payload[i]])
		if d := want - have; d < -1024 || d > 1024 || want > 1000 && have < 900 {
			t.Errorf("A-law %#x (%d) became mu-law %#x (%d)", a, want, got.Payload[i], have)
		}
	}
}

func TestSenderSplitsForMaxptime(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, MaxSamples: 80})
	st.play(3)
	st.speak(newVoice(PCMA), 3)
	if len(st.sent) != 12 {
		t.Fatalf("%d packets, want 12 of 10 ms", len(st.sent))
	}
	for i, p := range st.sent {
		if len(p.Payload) != 80 {
			t.Errorf("packet %d has %d samples", i, len(p.Payload))
		}
	}
	st.continuous(t)
}

// Telephone-events of a caller do not reach a browser, and leave no hole.
func TestSenderLeavesEventsOut(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: noEvent})
	v := newVoice(PCMA)
	st.speak(v, 5)
	for range 8 {
		st.s.forwardEvent(st.now, v.id, &v.h, []byte{1, 10, 0, 160})
		v.h.SequenceNumber++
		st.pass(frameTime)
	}
	v.h.Timestamp += 8 * frameSamples
	st.speak(v, 5)
	if len(st.sent) != 10 {
		t.Fatalf("%d packets, want 10", len(st.sent))
	}
	st.continuous(t)
	if !st.sent[5].Marker {
		t.Error("no marker after the key")
	}
}

// A reordered event packet must not cost a number twice.
func TestSenderLeavesReorderedEventOut(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: noEvent})
	v := newVoice(PCMA)
	st.speak(v, 3)
	event := v.h
	v.h.SequenceNumber++
	st.speak(v, 1) // overtakes the event
	st.s.forwardEvent(st.now, v.id, &event, []byte{1, 10, 0, 160})
	st.speak(v, 2)
	seen := make(map[uint16]bool)
	for i, p := range st.sent {
		if seen[p.SequenceNumber] {
			t.Errorf("packet %d repeats a number", i)
		}
		seen[p.SequenceNumber] = true
	}
}

func TestSenderForwardsEvents(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8, Event: 101})
	v := newVoice(PCMA)
	st.speak(v, 2)
	v.h.PayloadType, v.h.Marker = 126, true
	for range 3 {
		st.s.forwardEvent(st.now, v.id, &v.h, []byte{1, 10, 0, 160})
		v.h.SequenceNumber++
		v.h.Marker = false
		st.pass(frameTime)
	}
	v.h.Timestamp += 3 * frameSamples
	st.speak(v, 2)
	for i, want := range []uint8{8, 8, 101, 101, 101, 8, 8} {
		if p := st.sent[i]; p.PayloadType != want || p.SequenceNumber != st.sent[0].SequenceNumber+uint16(i) {
			t.Errorf("packet %d: payload type %d number +%d", i, p.PayloadType, p.SequenceNumber-st.sent[0].SequenceNumber)
		}
	}
	if st.sent[3].Timestamp != st.sent[2].Timestamp || st.sent[4].Timestamp != st.sent[2].Timestamp {
		t.Error("the event's packets do not share a timestamp")
	}
}

func TestSenderHeld(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	st.speak(v, 3)
	st.s.SetHeld(true)
	if !st.speak(v, 50) {
		t.Error("a held far end makes the source look dead")
	}
	st.s.silence(st.now)
	if len(st.sent) != 3 {
		t.Fatalf("%d packets sent while held", len(st.sent)-3)
	}
	st.s.SetHeld(false)
	st.speak(v, 3)
	st.continuous(t)
	if !st.sent[3].Marker {
		t.Error("no marker after the hold")
	}
}

// Somebody took over and then says nothing: the stream must not stop.
func TestSenderFillsASilentSource(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	st.speak(v, 5)
	for range 50 {
		st.s.silence(st.now)
		st.pass(frameTime)
	}
	if filled := len(st.sent) - 5; filled < 45 || filled > 47 {
		t.Errorf("%d frames of silence in a second of nothing, want 46", filled)
	}
	v.h.Timestamp += 50 * frameSamples
	st.speak(v, 5)
	st.s.silence(st.now) // not now
	if got := st.last().Payload[0]; got != 0x2A {
		t.Errorf("silence was sent while the source speaks")
	}
	st.continuous(t)
}

func TestSenderSequenceWraps(t *testing.T) {
	st := newStage(Format{Codec: PCMA, PayloadType: 8})
	v := newVoice(PCMA)
	for range 3 {
		st.speak(v, 33000)
	}
	if len(st.sent) != 99000 {
		t.Fatalf("%d packets of 99000 passed", len(st.sent))
	}
	st.continuous(t)
}

func TestSenderUnboundAndShut(t *testing.T) {
	st := newStage(Format{})
	st.s.Bind(nil, Format{})
	v := newVoice(PCMA)
	if st.speak(v, 1) || st.play(1) != waiting {
		t.Error("a Sender with nowhere to send to accepted a packet")
	}
	st.s.Shut()
	st.s.Bind(st.tape, Format{PayloadType: 8})
	if st.speak(v, 1) || len(st.sent) != 0 {
		t.Error("a shut Sender sent")
	}
}

func TestSenderCountsFailures(t *testing.T) {
	st := newStage(Format{PayloadType: 8})
	st.fail = true
	st.play(3)
	if r := st.s.report(st.now); r.failed != 3 || r.packets != 0 {
		t.Errorf("failed %d, sent %d; want 3, 0", r.failed, r.packets)
	}
}

// nowhere is a Writer that keeps nothing.
type nowhere struct{}

func (nowhere) WriteRTP(_ *rtp.Header, p []byte) (int, error) { return len(p), nil }

func TestForwardDoesNotAllocate(t *testing.T) {
	for name, f := range map[string]Format{
		"same codec":    {Codec: PCMA, PayloadType: 8},
		"other codec":   {Codec: PCMU, PayloadType: 0},
		"short packets": {Codec: PCMA, PayloadType: 8, MaxSamples: 80},
	} {
		s := NewSender()
		s.Bind(nowhere{}, f)
		var in Inlet
		in.SetRoute(newRoute(s, new(atomic.Bool)))
		h := rtp.Header{SSRC: 1, PayloadType: 8}
		payload := make([]byte, frameSamples)
		n := testing.AllocsPerRun(1000, func() {
			h.SequenceNumber++
			h.Timestamp += frameSamples
			in.audio(PCMA, &h, payload)
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}

func BenchmarkForward(b *testing.B) {
	s := NewSender()
	s.Bind(nowhere{}, Format{Codec: PCMA, PayloadType: 8})
	id := nextSource()
	h := rtp.Header{SSRC: 1, PayloadType: 8}
	payload := make([]byte, frameSamples)
	b.ReportAllocs()
	for b.Loop() {
		h.SequenceNumber++
		h.Timestamp += frameSamples
		s.Forward(id, PCMA, &h, payload)
	}
}
