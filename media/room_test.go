package media

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// puppet is a leg without a network.
type puppet struct {
	Inlet
	*tape
	s     *Sender
	codec Codec
	h     rtp.Header
}

func newPuppet(codec Codec) *puppet {
	p := &puppet{tape: new(tape), s: NewSender(), codec: codec, h: rtp.Header{SSRC: 3}}
	p.s.Bind(p.tape, Format{Codec: codec, PayloadType: 8, Event: 101})
	return p
}

func (p *puppet) Sender() *Sender { return p.s }
func (p *puppet) Close()          {}

// says has the leg receive one packet whose bytes are v.
func (p *puppet) says(v byte) {
	p.h.SequenceNumber++
	p.h.Timestamp += frameSamples
	payload := make([]byte, frameSamples)
	fill(payload, v)
	p.audio(p.codec, &p.h, payload)
}

// heard is the last byte of each packet the leg was sent; the first ones of a new
// voice slide in.
func (p *puppet) heard() string {
	var b []byte
	for _, q := range p.sent {
		b = append(b, q.Payload[len(q.Payload)-1])
	}
	return string(b)
}

func TestRoom(t *testing.T) {
	e := &Engine{}
	a, b, c := newPuppet(PCMA), newPuppet(PCMA), newPuppet(PCMA)
	r := e.NewRoom()
	a.says('x') // not in the room
	must(t, r.Join(a))
	a.says('x') // alone
	must(t, r.Join(b))
	must(t, r.Join(b)) // twice is once
	a.says('1')
	b.says('2')
	c.says('x')
	if a.heard() != "2" || b.heard() != "1" {
		t.Errorf("a heard %q, b heard %q", a.heard(), b.heard())
	}
	r.Mute(a, true)
	a.says('x')
	b.says('3')
	r.Mute(a, false)
	a.says('4')
	if a.heard() != "23" || b.heard() != "1"+quiet+"4" {
		t.Errorf("with mute a heard %q, b heard %q", a.heard(), b.heard())
	}
	r.Leave(a)
	r.Leave(a)
	a.says('x')
	b.says('x')
	must(t, r.Join(c))
	c.says('5')
	b.says('6')
	if a.heard() != "23" || b.heard() != "1"+quiet+"45" || c.heard() != "6" {
		t.Errorf("after the change a heard %q, b %q, c %q", a.heard(), b.heard(), c.heard())
	}
	r.Close()
	b.says('x')
	c.says('x')
	if b.heard() != "1"+quiet+"45" || c.heard() != "6" {
		t.Error("a closed room forwards")
	}
	if err := r.Join(a); err == nil {
		t.Error("a closed room was joined")
	}
	r.Close()
}

// A packet that is on its way when the leg leaves is not heard, and does not
// stop the music that begins then.
func TestRoomLateArrival(t *testing.T) {
	e := &Engine{}
	a, b := newPuppet(PCMA), newPuppet(PCMA)
	r := e.NewRoom()
	must(t, r.Join(a))
	must(t, r.Join(b))
	a.says('1')
	old := a.route.Load()
	r.Leave(b)
	a.SetRoute(old) // a reader that loaded its route a moment ago
	a.says('x')
	if b.heard() != "1" {
		t.Errorf("b heard %q", b.heard())
	}
	times, speaking := b.s.takeover()
	if speaking || b.s.frame(time.Now(), times, letters("m").alaw, letters("m").ulaw) != sent {
		t.Error("the music cannot begin")
	}
}

func TestRoomOnFirst(t *testing.T) {
	e := &Engine{}
	a, b := newPuppet(PCMA), newPuppet(PCMU)
	r := e.NewRoom()
	calls := make(map[string]int)
	call := func(name string) func() { return func() { calls[name]++ } }
	r.OnFirst(a, call("before joining"))
	must(t, r.Join(a))
	a.says('x') // nobody there yet
	r.OnFirst(b, call("of the other"))
	must(t, r.Join(b))
	if len(calls) != 0 {
		t.Errorf("called before any packet: %v", calls)
	}
	a.says('1')
	a.says('2')
	if calls["before joining"] != 1 || len(calls) != 1 {
		t.Errorf("calls %v", calls)
	}
	b.says('3')
	b.says('4')
	if calls["of the other"] != 1 {
		t.Errorf("calls %v", calls)
	}
	r.OnFirst(a, call("after the first"))
	if calls["after the first"] != 1 {
		t.Errorf("calls %v", calls)
	}
	r.Leave(a)
	r.OnFirst(a, call("second time"))
	must(t, r.Join(a))
	if calls["second time"] != 0 {
		t.Error("the packets of the first time count for the second")
	}
	a.says('5')
	if calls["second time"] != 1 {
		t.Errorf("calls %v", calls)
	}
	// b waits for a, who leaves and comes back before b has said anything.
	r.Leave(a)
	r.OnFirst(b, call("after the pause"))
	must(t, r.Join(a))
	r.Leave(a)
	must(t, r.Join(a))
	b.says('6')
	if calls["after the pause"] != 1 {
		t.Errorf("calls %v", calls)
	}
}

// Packets pass while the room changes under them; the race detector watches.
func TestRoomChangesUnderTraffic(t *testing.T) {
	e := &Engine{}
	a, b := newPuppet(PCMA), newPuppet(PCMU)
	r := e.NewRoom()
	stop := make(chan struct{})
	var talking sync.WaitGroup
	for _, p := range []*puppet{a, b} {
		talking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					p.says('t')
				}
			}
		})
	}
	for range 200 {
		must(t, r.Join(a))
		must(t, r.Join(b))
		r.OnFirst(a, func() {})
		r.Mute(b, true)
		times, _ := a.s.takeover()
		a.s.frame(time.Now(), times, letters("m").alaw, letters("m").ulaw)
		r.Mute(b, false)
		r.Leave(a)
		r.Leave(b)
	}
	close(stop)
	talking.Wait()
	for name, p := range map[string]*puppet{"a": a, "b": b} {
		for i := 1; i < len(p.sent); i++ {
			if d := int16(p.sent[i].SequenceNumber - p.sent[i-1].SequenceNumber); d != 1 {
				t.Fatalf("%s: packet %d has a number %d after the one before", name, i, d)
			}
		}
	}
}
