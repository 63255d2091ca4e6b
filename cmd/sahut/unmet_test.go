package main

import (
	"bytes"
	"testing"
	"time"

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// askedTone is what callers of these tests hear in place of the words of a question.
const askedTone = 1931

// asksByTone has the house say a long tone for the words of that name; a key ends it.
func (s *site) asksByTone(name string) {
	s.t.Helper()
	var wav bytes.Buffer
	s.must("words", mediatest.WriteWAV(&wav, mediatest.Tone(askedTone, -12, 30*mediatest.Rate)))
	s.must("words", prompts{s.library}.Set(name, wav.Bytes()))
}

// unmetHouse asks with a short menu: 3 for a woman, 4 for English. sari is a woman and
// speaks it, dewi neither.
func unmetHouse(r *configs.Routing) {
	r.Queues[0].Greeting, r.Queues[0].WrapUp = "hold", 0
	r.Numbers[0].Menu = "main"
	r.Menus = []configs.Menu{{ID: "main", Prompt: "hold", Timeout: configs.Duration(time.Minute), Queue: "hotline",
		Choices: []configs.MenuChoice{{Key: "3", Gender: "f"}, {Key: "4", Language: "en"}}}}
	r.Agents[0].Gender, r.Agents[0].Languages = "f", []string{"id", "en"}
	r.Agents[1].Gender, r.Agents[1].Languages = "m", []string{"id"}
}

// A6: who asked for a woman waits while the only one is on a break, and no man is rung
// for her. When that one goes home she is told, and only her own key brings her to a
// man; another who chose to wait is kept.
func TestLastWomanGoesWhileTwoWait(t *testing.T) {
	t.Parallel()
	s := open(t, unmetHouse)
	s.asksByTone("no-woman")
	woman, _ := s.onShift("sari")
	man, _ := s.volunteer("dewi")
	waits, chooses := s.asksFor("3", 1), s.asksFor("3", 2)

	woman.Send("shift.end", nil)
	for _, her := range []*siptest.Call{waits, chooses} {
		s.must("told that no woman is there", her.Media().Hears().WaitTone(s.ctx, askedTone))
	}
	s.must("press", waits.SendKeys("1"))
	s.until("she waits", s.chose("gender", "1"))
	if offer := man.View().Offer; offer != nil {
		t.Fatalf("a man is rung: %+v", offer)
	}
	s.must("press", chooses.SendKeys("2"))
	s.answered(man, chooses)
	if len(s.journal(queue.OfferMade)) != 1 {
		t.Error("a man was rung for who waits for a woman")
	}
	woman.Close()
	woman, _ = s.volunteer("sari")
	s.answered(woman, waits)
}

// A7: who chose English is brought to nobody who does not speak it, though one is free,
// until she says that another language will do.
func TestLanguageIsHersToWaive(t *testing.T) {
	t.Parallel()
	s := open(t, unmetHouse)
	s.asksByTone("no-language")
	v, _ := s.volunteer("dewi")
	her := s.asksFor("4", 1)
	s.must("told that nobody speaks it", her.Media().Hears().WaitTone(s.ctx, askedTone))
	if n := len(s.journal(queue.OfferMade)); n != 0 {
		t.Fatalf("%d offers before she was asked", n)
	}
	s.must("press", her.SendKeys("2"))
	offer := s.offered(v)
	if offer.Said.Language != "en" {
		t.Errorf("the volunteer does not see what she speaks: %+v", offer.Said)
	}
	s.answered(v, her)
	if !s.chose("language", "2")() {
		t.Error("the journal does not have what she chose")
	}
}

// asksFor has the n-th caller press key in the menu and wait in her line.
func (s *site) asksFor(key string, n int) *siptest.Call {
	s.t.Helper()
	her := s.dial(siptest.Options{From: "+62812000000" + string(rune('0'+n))})
	s.must("menu", her.Media().Hears().WaitSound(s.ctx))
	s.must("press", her.SendKeys(key))
	s.until("her place", func() bool { return len(s.journal(queue.QueueEntered)) == n })
	return her
}

// chose tells whether somebody chose that.
func (s *site) chose(reason, key string) func() bool {
	return func() bool {
		for _, e := range s.journal(queue.ChoiceMade) {
			if e.Reason == reason && e.Result == key {
				return true
			}
		}
		return false
	}
}

// answered has v answer her, who hears v and hangs up.
func (s *site) answered(v *livetest.Volunteer, her *siptest.Call) {
	s.t.Helper()
	offer := s.offered(v)
	v.Answer(offer.ID)
	s.must("she hears the volunteer", her.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", her.Hangup(s.ctx))
	s.until("her end", func() bool {
		for _, e := range s.journal(queue.CallOver) {
			if e.Contact == offer.Contact {
				return e.Outcome == queue.OutcomeAnswered
			}
		}
		return false
	})
}
