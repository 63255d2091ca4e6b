package main

import (
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// S10: a volunteer closes her laptop's lid: her page falls silent without a word
// and her sound with it, while it rings, while she talks, and while the caller is
// on hold. The caller hears the house at once, keeps her call, and when the window
// in which the volunteer may come back is over the next one answers her, before
// somebody who waited meanwhile.
func TestLidClosed(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"ringing", "talking", "held"} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(r *configs.Routing) { r.Queues[0].Strategy = "linear" })
			sari, page := s.volunteer("sari")
			dewi, _ := s.onShift("dewi")
			her := s.dial(siptest.Options{From: "+62811000001"})
			offer := s.offered(sari)
			if phase != "ringing" {
				sari.Answer(offer.ID)
				s.talking(sari)
				s.must("she hears sari", her.Media().Hears().WaitTone(s.ctx, volunteerTone))
			}
			if phase == "held" {
				sari.Send("hold", map[string]any{"contact": offer.Contact})
				_, err := sari.AwaitState(s.ctx, queue.Held)
				s.must("hold", err)
			}
			second := s.dial(siptest.Options{From: "+62811000002"})
			s.until("the second in her place", func() bool { return len(s.journal(queue.QueueEntered)) == 2 })

			sari.Sleep()
			page.Cut(true)
			s.must("she hears the house", her.Media().Hears().WaitSoundBut(s.ctx, volunteerTone))
			if phase == "ringing" {
				s.until("the end of the ring", func() bool { return len(s.journal(queue.OfferEnded)) == 1 })
			} else {
				s.until("her at the head", func() bool { return len(s.journal(queue.QueueEntered)) == 3 })
				back := s.journal(queue.QueueEntered)[2]
				if back.Contact != offer.Contact || back.Position != 1 {
					t.Errorf("back in line: %+v", back)
				}
				// 20 s to come back, counted from the loss that was noticed first.
				lost := s.journal(queue.StateChanged)
				for _, e := range lost {
					if e.Agent == "sari" && e.To == queue.Reconnecting && back.At.Sub(e.At) > 25*time.Second {
						t.Errorf("she waited %v for sari", back.At.Sub(e.At))
					}
				}
			}
			if her.Bye() != nil || second.Bye() != nil {
				t.Fatal("a caller was hung up on")
			}
			s.must("ready", dewi.Ready(s.ctx))
			next := s.offered(dewi)
			if next.Contact != offer.Contact {
				t.Fatalf("dewi is rung for %s, want %s", next.Contact, offer.Contact)
			}
			dewi.Answer(next.ID)
			s.must("she hears dewi", her.Media().Hears().WaitTone(s.ctx, volunteerTone))
			if her.Bye() != nil {
				t.Error("a caller was hung up on")
			}
			s.must("hang up", her.Hangup(s.ctx))
			s.must("hang up", second.Hangup(s.ctx))
		})
	}
}

// A caller whose BYE is lost: her telephone knows of no call any more. Silence has
// her asked, and her volunteer is freed. (That nobody answers at all is a matter
// of fifteen seconds more: sip/lost_test.go.)
func TestLostByeFreesTheVolunteer(t *testing.T) {
	t.Parallel()
	s := openAs(t, func(cfg *configs.Server) { cfg.Media.SilentAfter = configs.Duration(300 * time.Millisecond) }, nil)
	v, page := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("she hears sari", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	sent, _ := page.Sent()
	caller.Forget()
	_, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("free", err)
	if now, _ := page.Sent(); now-sent > 500 {
		t.Errorf("she spoke to nobody for %d packets of 20 ms", now-sent)
	}
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByNetwork {
		t.Errorf("record %+v", got)
	}
}
