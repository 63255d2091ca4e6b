package sip

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

func TestCallIsAnsweredAndHungUp(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		for _, delayed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s delayed=%v", network, delayed), func(t *testing.T) {
				h := openHouse(t, nil)
				p := h.phone(network)
				o := siptest.Options{NoMedia: true, Delayed: delayed, SDP: []byte(quietSDP),
					Headers: []string{"P-Asserted-Identity: <sip:+62811999@carrier.example;user=phone>"}}
				c, err := p.Dial(t.Context(), h.uri(network), o)
				if err != nil {
					t.Fatal(err)
				}
				h.within(c.WaitAnswered)
				arrived := await[queue.Arrived](t, h.desk, 1)
				if arrived.Dialled != "0213903963" || arrived.Caller.Reveal() != "+62811999" || arrived.Channel != queue.Voice {
					t.Errorf("arrived as %+v (caller %s)", arrived, arrived.Caller.Reveal())
				}
				if id := await[queue.Established](t, h.desk, 1).Contact; id != arrived.Contact {
					t.Errorf("contact %s established, %s arrived", id, arrived.Contact)
				}
				if codes := c.Codes(); !slices.Equal(codes, []int{100, 180, 200}) {
					t.Errorf("responses %v, want 100, 180, 200", codes)
				}
				tags := map[string]bool{}
				for _, r := range c.Responses()[1:] {
					if r.Message != nil {
						tag, _ := r.Message.To().Params.Get("tag")
						tags[tag] = true
					}
				}
				if len(tags) != 1 {
					t.Errorf("the To tag changed between responses: %v", tags)
				}
				h.studio.sound(0).awaitNote(t, "play greeting music en", 1)
				h.within(c.Hangup)
				h.ended(1, queue.ByCaller, queue.CauseNormal)
				h.studio.sound(0).awaitNote(t, "close", 1)
			})
		}
	}
}

// A fault in one call ends that call, and no other.
func TestPanicEndsOneCall(t *testing.T) {
	var armed atomic.Bool
	h := openHouse(t, func(h *house) {
		h.studio.before = func() {
			if armed.Load() {
				panic(errBoom)
			}
		}
	})
	p := h.phone("udp")
	first, _ := h.up(p, siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	armed.Store(true)
	second := h.dial(p, siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.within(second.WaitDone)
	if second.Status() != 500 {
		t.Errorf("status %d, want 500", second.Status())
	}
	h.ended(1, queue.BySystem, queue.CausePanic)
	if got := h.server.panics.Load(); got != 1 {
		t.Errorf("%d panics counted", got)
	}
	h.within(first.Hangup)
	h.ended(2, queue.ByCaller, queue.CauseNormal)
}

// A fault in a call that is up says BYE to the caller.
func TestPanicInATalk(t *testing.T) {
	h := openHouse(t, func(h *house) {
		h.desk.on = func(ev queue.Event) {
			h.desk.pickUp(ev)
			if _, ok := ev.(queue.KeyPressed); ok {
				panic(errBoom) // as if the call's own code had failed
			}
		}
	})
	c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.within(func(ctx context.Context) error { _, err := c.Info(ctx, "application/dtmf", "1"); return err })
	h.within(c.WaitDone)
	if c.EndedBy() != siptest.ByCallee {
		t.Errorf("ended by %s", c.EndedBy())
	}
	h.ended(1, queue.BySystem, queue.CausePanic)
}

func TestMaximumDuration(t *testing.T) {
	h := openHouse(t, func(h *house) { h.server.calls.patience.limit = 300 * time.Millisecond })
	c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CauseDuration)
}

func TestCloseSaysByeToAll(t *testing.T) {
	h := openHouse(t, nil)
	p := h.phone("udp")
	var all []*siptest.Call
	for range 5 {
		c, _ := h.up(p, siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
		all = append(all, c)
	}
	h.within(h.server.Close)
	for _, c := range all {
		h.within(c.WaitDone)
		if c.EndedBy() != siptest.ByCallee {
			t.Errorf("ended by %q", c.EndedBy())
		}
	}
	h.ended(5, queue.BySystem, queue.CauseDrain)
	if n := h.server.CallStats().Calls; n != 0 {
		t.Errorf("%d calls left", n)
	}
}

// Every state of a call, ended from either side: one HungUp each, and sound
// that is closed once.
func TestEveryStateCanEnd(t *testing.T) {
	orders := map[string]func(h *house, id queue.ContactID){
		"waiting": func(h *house, id queue.ContactID) {},
		"announced": func(h *house, id queue.ContactID) {
			h.voice().Announce(id, queue.Announcement{Position: 3})
			h.studio.sound(0).awaitNote(h.t, "position 3 en", 1)
		},
		"connecting": func(h *house, id queue.ContactID) {
			h.voice().Connect(id, "sari")
			h.studio.sound(0).awaitNote(h.t, "connect sari", 1)
		},
		"talking": func(h *house, id queue.ContactID) {
			h.voice().Connect(id, "sari")
			h.studio.sound(0).awaitNote(h.t, "connect sari", 1)
			h.studio.sound(0).speak()
			await[queue.Connected](h.t, h.desk, 1)
		},
		"held": func(h *house, id queue.ContactID) {
			h.voice().Connect(id, "sari")
			h.voice().Hold(id, queue.Sound{Music: "music", Language: "id"})
			h.studio.sound(0).awaitNote(h.t, "play  music id", 1)
		},
		"closing": func(h *house, id queue.ContactID) {
			h.voice().Close(id, "sorry")
			h.studio.sound(0).awaitNote(h.t, "play sorry", 1)
		},
	}
	for state, reach := range orders {
		for _, end := range []string{"caller", "agent", "system"} {
			t.Run(state+" by "+end, func(t *testing.T) {
				h := openHouse(t, nil)
				c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
				reach(h, id)
				switch end {
				case "caller":
					h.within(c.Hangup)
					h.ended(1, queue.ByCaller, queue.CauseNormal)
				case "agent":
					h.voice().End(id, queue.ByAgent, queue.CauseNormal)
					h.ended(1, queue.ByAgent, queue.CauseNormal)
				case "system":
					h.voice().End(id, queue.BySystem, queue.CauseDrain)
					h.ended(1, queue.BySystem, queue.CauseDrain)
				}
				h.within(c.WaitDone)
				h.within(h.server.Close)
				if n := h.studio.sound(0).closes(); n != 1 {
					t.Errorf("the sound was closed %d times", n)
				}
			})
		}
	}
}

func (s *quietSound) closes() int { defer s.lock()(); return s.closed }
