package sip

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media"
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

// With a delayed offer nothing can be played before the ACK brings the answer.
func TestDelayedOfferIsPlayedToAtTheAck(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	ok := s.answered(h, "")
	if !strings.Contains(ok.Body(), "m=audio") {
		t.Fatalf("the 200 carries no offer:\n%s", ok.Text)
	}
	if h.studio.sound(0).playing() {
		t.Error("plays before anybody can hear it")
	}
	s.send("ACK", 1, quietSDP)
	await[queue.Established](t, h.desk, 1)
	h.studio.sound(0).awaitNote(t, "accept", 1)
	h.studio.sound(0).awaitNote(t, "play greeting", 1)
}

func (s *quietSound) playing() bool {
	defer s.lock()()
	return slices.Contains(s.notes, "play greeting music en")
}

// An ACK without the answer we need leaves nothing to talk with.
func TestAckWithoutAnswerEndsTheCall(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, "")
	h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
	h.ended(1, queue.BySystem, queue.CauseNoCodec)
}

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

// sipgo defect 2: the 200 is repeated at T1, 2*T1, … up to T2 (not at T2 from
// the second time on), and a call whose ACK never comes is ended by BYE.
func TestAnswerIsRepeatedUntilAcked(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	ok := s.answered(h, quietSDP)
	h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
	var at []time.Time
	for _, m := range s.wire.Got() {
		if m.Status() == 200 && m.Method() == "INVITE" {
			if m.Text != ok.Text {
				t.Errorf("a repeated 200 differs:\n%s\n%s", m.Text, ok.Text)
			}
			at = append(at, m.At)
		}
	}
	// 25, 50, 100, 100, … ms within 1.6 s: 17 times, less on a busy machine.
	if len(at) < 10 || len(at) > 20 {
		t.Errorf("200 was sent %d times", len(at))
	}
	for i, want := range []time.Duration{25, 50, 100, 100} {
		if gap := at[i+1].Sub(at[i]); gap < want*time.Millisecond-15*time.Millisecond {
			t.Errorf("gap %d is %v, want %v ms", i, gap, want)
		}
	}
	h.ended(1, queue.ByNetwork, queue.CauseNoAck)
	if n := count[queue.Established](h.desk); n != 0 {
		t.Error("established without an ACK")
	}
	bye, err := s.wire.WaitRequest(t.Context(), "BYE")
	if err != nil || !strings.Contains(bye.Header("Reason"), "cause=102") {
		t.Errorf("BYE without its reason: %q %v", bye.Header("Reason"), err)
	}
}

// A lost first ACK is no lost call: each repeated 200 is acknowledged anew.
func TestLateAckEstablishes(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.answered(h, quietSDP)
	h.within(func(ctx context.Context) error {
		from := 0
		for range 3 {
			_, next, err := s.wire.Wait(ctx, from, func(m siptest.Message) bool { return m.Status() == 200 })
			if err != nil {
				return err
			}
			from = next
		}
		return nil
	})
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
	s.send("ACK", 1, "") // and again: nothing happens
	s.send("BYE", 2, "")
	h.waitStatus(s.wire, "BYE", 200)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
	if n := count[queue.Established](h.desk); n != 1 {
		t.Errorf("established %d times", n)
	}
}

// Some send the ACK of a 200 in the branch of the INVITE.
func TestAckInTheBranchOfTheInvite(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.sendRaw(s.message("INVITE", 1, 77, quietSDP))
	s.to = h.waitStatus(s.wire, "INVITE", 200).Tag("To")
	s.sendRaw(s.message("ACK", 1, 77, ""))
	await[queue.Established](t, h.desk, 1)
}

// sipgo's dialogs compare the ACK with the latest request. Here a request that
// is faster than the ACK does not cost the ACK its meaning.
func TestAckIsNotLostBehindOtherRequests(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.answered(h, quietSDP)
	s.send("INFO", 2, "Signal=5\nDuration=160\n", "Content-Type: application/dtmf-relay")
	h.waitStatus(s.wire, "INFO", 200)
	s.send("UPDATE", 3, "")
	h.waitStatus(s.wire, "UPDATE", 200)
	if n := count[queue.Established](h.desk); n != 0 {
		t.Error("established before the ACK")
	}
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
	if key := await[queue.KeyPressed](t, h.desk, 1).Key; key != '5' {
		t.Errorf("key %q", key)
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

// sipgo defect 5: a 200 of more than 1300 bytes was not sent at all.
func TestLongAnswerIsSent(t *testing.T) {
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	for i := range 12 {
		pad := strings.Repeat("x", 60)
		s.top = append(s.top, fmt.Sprintf("Via: SIP/2.0/UDP 192.0.2.%d:5060;branch=z9hG4bK%s%d", i+1, pad, i))
		s.extra = append(s.extra, fmt.Sprintf("Record-Route: <sip:192.0.2.%d;lr;ftag=%s>", i+1, pad))
	}
	ok := s.answered(h, quietSDP)
	if len(ok.Text) < 1500 {
		t.Fatalf("the answer has only %d bytes; the test is worth nothing", len(ok.Text))
	}
	if n := strings.Count(ok.Text, "Record-Route:"); n != 12 {
		t.Errorf("%d Record-Route lines came back", n)
	}
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
}

func TestProvisionalIsRepeatedWhileNobodyAnswers(t *testing.T) {
	h := openHouse(t, func(h *house) {
		h.desk.on = func(queue.Event) {}
		h.server.calls.patience.ringing = 10 * time.Millisecond
	})
	p := h.phone("udp")
	c := h.dial(p, siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	// More than ten provisional responses: sipgo's own UAC gives up there
	// and leaves a ghost call (defect 3); ours does not mind.
	h.within(func(ctx context.Context) error {
		return c.WaitUntil(ctx, func(c *siptest.Call) bool { return len(c.Codes()) > 14 })
	})
	h.voice().Answer(await[queue.Arrived](t, h.desk, 1).Contact, queue.Sound{})
	h.within(c.WaitAnswered)
	h.within(c.Hangup)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// A caller who goes away while the desk thinks, without a word: her connection
// breaks.
func TestConnectionLostWhileRinging(t *testing.T) {
	h := openHouse(t, func(h *house) { h.desk.on = func(queue.Event) {} })
	s := newScript(h, "tcp")
	s.send("INVITE", 1, quietSDP)
	await[queue.Arrived](t, h.desk, 1)
	s.wire.Close()
	h.ended(1, queue.ByNetwork, queue.CauseCancel)
}

func TestInviteThatCannotBecomeACall(t *testing.T) {
	tests := []struct {
		name   string
		lines  []string
		body   string
		status int
		header string
	}{
		{"unknown extension", []string{"Require: timer, sec-agree"}, quietSDP, 420, "Unsupported"},
		{"not SDP", []string{"Content-Type: application/x-thing"}, "hello", 415, "Accept"},
		{"session too brief", []string{"Supported: timer", "Session-Expires: 30"}, quietSDP, 422, "Min-SE"},
	}
	h := openHouse(t, nil)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(h, "udp")
			s.id += strconv.Itoa(i)
			s.send("INVITE", 1, tt.body, tt.lines...)
			if m := h.waitStatus(s.wire, "INVITE", tt.status); m.Header(tt.header) == "" {
				t.Errorf("no %s in\n%s", tt.header, m.Text)
			}
		})
	}
	if n := len(h.desk.all()); n != 0 {
		t.Errorf("the desk was told of %d things that were no calls", n)
	}
}

// A call that fails for want of codecs or ports still has its record.
func TestCallThatCannotBeAnsweredIsRecorded(t *testing.T) {
	tests := []struct {
		name   string
		open   error
		judge  error
		status int
		cause  queue.Cause
	}{
		{"no codec", nil, errNoCodecInTest, 488, queue.CauseNoCodec},
		{"broken SDP", nil, fmt.Errorf("test: %w", media.ErrBadSDP), 400, queue.CauseNoCodec},
		{"no ports", media.ErrNoPorts, nil, 503, queue.CauseNoPorts},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := openHouse(t, func(h *house) {
				h.studio.fail = tt.open
				h.studio.judge = func([]byte) error { return tt.judge }
			})
			s := newScript(h, "udp")
			s.send("INVITE", 1, quietSDP)
			m := h.waitStatus(s.wire, "INVITE", tt.status)
			if tt.status == 503 {
				if after, err := strconv.Atoi(m.Header("Retry-After")); err != nil || after < 5 || after > 30 {
					t.Errorf("Retry-After %q, want 5 to 30", m.Header("Retry-After"))
				}
			}
			if first, ok := h.desk.all()[0].(queue.Arrived); !ok {
				t.Errorf("the first event is %T", first)
			}
			h.ended(1, queue.BySystem, tt.cause)
		})
	}
}

func TestRefusals(t *testing.T) {
	for why, status := range map[queue.Refusal]int{queue.UnknownNumber: 404, queue.Draining: 503} {
		t.Run(string(why), func(t *testing.T) {
			h := openHouse(t, func(h *house) {
				h.desk.on = func(ev queue.Event) {
					if a, ok := ev.(queue.Arrived); ok {
						h.voice().Refuse(a.Contact, why)
					}
				}
			})
			c := h.dial(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
			h.within(c.WaitDone)
			if c.Status() != status {
				t.Errorf("status %d, want %d", c.Status(), status)
			}
			h.ended(1, queue.BySystem, queue.CauseRefused)
		})
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
			h.voice().Announce(id, 3)
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

func TestTalk(t *testing.T) {
	h := openHouse(t, nil)
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	sound := h.studio.sound(0)
	v := h.voice()

	v.Connect(id, "sari")
	sound.awaitNote(t, "connect sari", 1)
	sound.speak()
	sound.speak() // twice is once
	if got := await[queue.Connected](t, h.desk, 1); got.Agent != "sari" || got.Contact != id {
		t.Errorf("connected %+v", got)
	}
	v.Mute(id, true)
	sound.awaitNote(t, "mute true", 1)
	v.Hold(id, queue.Sound{Music: "music", Language: "en"})
	sound.awaitNote(t, "play  music en", 1)
	v.Resume(id)
	sound.awaitNote(t, "connect sari", 2)
	sound.awaitNote(t, "mute true", 2) // what was muted stays muted
	v.SendKeys(id, "12#")
	sound.awaitNote(t, "keys 12#", 1)
	v.Wait(id, queue.Sound{Greeting: "again", Music: "music", Language: "en"})
	sound.awaitNote(t, "play again music en", 1)

	// The same volunteer, whose microphone had its say in the try before.
	v.Connect(id, "dewi")
	sound.awaitNote(t, "connect dewi", 1)
	sound.speak()
	if got := await[queue.Connected](t, h.desk, 2); got.Agent != "dewi" {
		t.Errorf("connected %+v", got)
	}
	v.Close(id, "goodbye")
	sound.awaitNote(t, "play goodbye", 1)
	sound.said()
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CausePlayed)
	if n := count[queue.Connected](h.desk); n != 2 {
		t.Errorf("connected %d times", n)
	}
}

func TestConnectFails(t *testing.T) {
	h := openHouse(t, func(h *house) { h.server.calls.patience.connect = 50 * time.Millisecond })
	_, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	sound := h.studio.sound(0)

	h.voice().Connect(id, "sari") // never speaks
	if got := await[queue.ConnectFailed](t, h.desk, 1); got.Stage != "microphone" || got.Agent != "sari" || got.Contact != id {
		t.Errorf("failed as %+v", got)
	}
	sound.speak() // too late
	func() { defer sound.lock()(); sound.noPeer = true }()
	h.voice().Connect(id, "dewi")
	if got := await[queue.ConnectFailed](t, h.desk, 2); got.Stage != "peer" || got.Agent != "dewi" {
		t.Errorf("failed as %+v", got)
	}
	if n := count[queue.Connected](h.desk); n != 0 {
		t.Errorf("connected %d times", n)
	}
}

// Nobody says when the closing words end: the call ends all the same.
func TestClosingWordsThatNeverEnd(t *testing.T) {
	h := openHouse(t, func(h *house) { h.server.calls.patience.words = 50 * time.Millisecond })
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.voice().Close(id, "sorry")
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CausePlayed)
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
