package sip

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
	"sahut/sip/siptest"
)

func TestCancelBeforeTheDeskDecides(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			h := openHouse(t, func(h *house) { h.desk.on = func(queue.Event) {} })
			p := h.phone(network)
			c, err := p.Dial(t.Context(), h.uri(network), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
			if err != nil {
				t.Fatal(err)
			}
			await[queue.Arrived](t, h.desk, 1)
			c.Cancel()
			h.within(c.WaitDone)
			if c.Status() != 487 {
				t.Errorf("final status %d, want 487", c.Status())
			}
			h.ended(1, queue.ByCaller, queue.CauseCancel)
			// An answer that comes too late does nothing.
			id := await[queue.Arrived](t, h.desk, 1).Contact
			h.voice().Answer(id, queue.Sound{})
			h.voice().End(id, queue.ByAgent, queue.CauseNormal)
		})
	}
}

// racingTx lets a CANCEL win between the decision to answer and the 200.
type racingTx struct {
	sip.ServerTransaction
	before func(code int)
}

func (tx *racingTx) Respond(res *sip.Response) error {
	tx.before(res.StatusCode)
	return tx.ServerTransaction.Respond(res)
}

// sipgo defect 1: a 200 given to a transaction that a CANCEL has just ended is
// refused, and then repeated to the caller in place of the 487.
func TestCancelThatOvertakesTheAnswerStays487(t *testing.T) {
	for _, late := range []int{100, 180, 200} {
		t.Run(strconv.Itoa(late), func(t *testing.T) {
			reached, goOn := make(chan struct{}), make(chan struct{})
			h := openHouse(t, func(h *house) {
				h.server.srv.OnRequest(sip.INVITE, func(req *sip.Request, tx sip.ServerTransaction) {
					trunk, _ := h.server.trunkOf(req)
					h.server.onInvite(trunk, req, &racingTx{tx, func(code int) {
						if code == late {
							close(reached)
							<-goOn
						}
					}})
				})
			})
			s := newScript(h, "udp")
			s.sendRaw(s.message("INVITE", 1, 77, quietSDP))
			h.within(func(ctx context.Context) error { return happened(ctx, reached) })
			s.sendRaw(s.message("CANCEL", 1, 77, ""))
			h.waitStatus(s.wire, "INVITE", 487)
			close(goOn)
			// 487 is not acknowledged, so it is repeated: four times 487.
			h.within(func(ctx context.Context) error {
				from := 0
				for range 4 {
					m, next, err := s.wire.Wait(ctx, from, func(m siptest.Message) bool {
						return m.Method() == "INVITE" && m.Status() >= 200
					})
					if err != nil {
						return err
					}
					if m.Status() != 487 {
						return fmt.Errorf("the caller who hung up was told %s", m.Line())
					}
					from = next
				}
				return nil
			})
			got := statuses(s.wire, "INVITE")
			if i := slices.Index(got, 487); slices.ContainsFunc(got[i:], func(code int) bool { return code != 487 }) {
				t.Errorf("after the 487 came %v", got[i:])
			}
			h.ended(1, queue.ByCaller, queue.CauseCancel)
			if n := count[queue.Established](h.desk); n != 0 {
				t.Errorf("a cancelled call was established %d times", n)
			}
		})
	}
}

// happened waits until c is closed.
func happened(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A CANCEL that comes after the 200 changes nothing: the caller acknowledges
// and hangs up (RFC 3261 §9.1).
func TestCancelAfterTheAnswerChangesNothing(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.sendRaw(s.message("INVITE", 1, 77, quietSDP))
	ok := h.waitStatus(s.wire, "INVITE", 200)
	s.sendRaw(s.message("CANCEL", 1, 77, ""))
	h.waitStatus(s.wire, "CANCEL", 200)
	s.to = ok.Tag("To")
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
	s.send("BYE", 2, "")
	h.waitStatus(s.wire, "BYE", 200)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
	if got := statuses(s.wire, "INVITE"); slices.Contains(got, 487) {
		t.Errorf("responses %v", got)
	}
}

func TestByeBeforeAck(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.answered(h, quietSDP)
	s.send("BYE", 2, "")
	h.waitStatus(s.wire, "BYE", 200)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
	s.send("ACK", 1, "") // late; nothing minds
	s.send("BYE", 3, "")
	h.waitStatus(s.wire, "BYE", 481)
}

// A BYE in place of a CANCEL, on the early dialog (RFC 3261 §15).
func TestByeWhileRinging(t *testing.T) {
	h := openHouse(t, func(h *house) {
		h.desk.on = func(queue.Event) {}
		h.server.calls.patience.ringing = time.Millisecond
	})
	s := newScript(h, "udp")
	s.send("INVITE", 1, quietSDP)
	s.to = h.waitStatus(s.wire, "INVITE", 180).Tag("To")
	s.send("BYE", 2, "")
	h.waitStatus(s.wire, "BYE", 200)
	h.waitStatus(s.wire, "INVITE", 487)
	h.ended(1, queue.ByCaller, queue.CauseCancel)
}

// The desk hangs up while our 200 is still unacknowledged: the BYE waits for
// the ACK, because a callee may not send it before (RFC 3261 §15).
func TestOurByeWaitsForTheAck(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.answered(h, quietSDP)
	h.voice().End(await[queue.Arrived](t, h.desk, 1).Contact, queue.BySystem, queue.CauseNormal)
	h.ended(1, queue.BySystem, queue.CauseNormal)
	s.send("OPTIONS", 2, "") // answered by now means: no BYE was sent before
	h.waitStatus(s.wire, "OPTIONS", 200)
	for _, m := range s.wire.Got() {
		if m.Status() == 0 {
			t.Fatalf("sent before the ACK: %s", m.Line())
		}
	}
	s.send("ACK", 1, "")
	h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
}

func TestSilenceAsksBeforeItEnds(t *testing.T) {
	quiet := func(h *house) { h.server.calls.patience.silence = 50 * time.Millisecond }
	asked := func(n int) func(*siptest.Call) bool {
		return func(c *siptest.Call) bool {
			for _, r := range c.Requests() {
				if r.Method == sip.OPTIONS {
					n--
				}
			}
			return n <= 0
		}
	}
	t.Run("the far end is there", func(t *testing.T) {
		h := openHouse(t, quiet)
		c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
		h.within(func(ctx context.Context) error { return c.WaitUntil(ctx, asked(3)) })
		h.within(c.Hangup)
		h.ended(1, queue.ByCaller, queue.CauseNormal)
	})
	t.Run("the far end lost the call", func(t *testing.T) {
		h := openHouse(t, quiet)
		c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
		c.Forget()
		h.ended(1, queue.ByNetwork, queue.CauseSilence)
	})
	t.Run("the far end is gone", func(t *testing.T) {
		h := openHouse(t, quiet)
		c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
		c.Vanish()
		h.ended(1, queue.ByNetwork, queue.CauseSilence)
	})
	t.Run("the far end holds", func(t *testing.T) {
		h := openHouse(t, quiet)
		c, _ := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
		sound := h.studio.sound(0)
		func() { defer sound.lock()(); sound.onHold = true }()
		before := len(c.Requests())
		h.within(func(ctx context.Context) error { _, err := c.Update(ctx, nil); return err })
		if n := len(c.Requests()) - before; n > 1 {
			t.Errorf("asked %d times while on hold", n)
		}
		h.within(c.Hangup)
	})
}
