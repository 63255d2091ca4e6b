package sip

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sahut/media"
	"sahut/queue"
	"sahut/sip/siptest"
)

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
