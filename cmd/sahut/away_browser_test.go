package main

import (
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// She has left her desk without a word. Two rings pass her by, each caller is answered
// by the next volunteer, and her page, which nobody looked at, says what happened: also
// after a reload. One press and the next call rings for her again.
func TestChromiumNotThere(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		r.Queues[0].RingFor, r.Queues[0].WrapUp, r.Queues[0].Strategy = configs.Duration(5*time.Second), 0, "linear"
		r.Queues[0].Greeting = "hold" // short
	})
	p := s.openScreen()
	p.inLanguage("id", true)
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	p.state(queue.Ready)
	dewi, ear := s.volunteer("dewi")
	for _, words := range []string{"The call was not answered here. The caller keeps her place for whoever is free.", "Calls were not answered here"} {
		caller := s.dial(siptest.Options{})
		p.state(queue.Offered)
		dewi.Answer(s.offered(dewi).ID)
		p.reads(words)
		s.must("dewi hears her", ear.Hears().WaitTone(s.ctx, callerTone))
		s.must("hang up", caller.Hangup(s.ctx))
		_, err := dewi.AwaitState(s.ctx, queue.Ready)
		s.must("dewi is ready", err)
	}
	p.state(queue.NotResponding)
	p.reads("No caller was lost: they go to other volunteers. Nothing rings here until you press Ready.")
	p.picture("away-1-not-responding")
	p.reloadsIn(queue.NotResponding, nil)
	third := s.dial(siptest.Options{})
	dewi.Answer(s.offered(dewi).ID) // at once: nobody waits for who is not there
	s.must("dewi hears her", ear.Hears().WaitTone(s.ctx, callerTone))
	s.must("hang up", third.Hangup(s.ctx))

	p.press("Ready")
	p.state(queue.Ready)
	caller := s.dial(siptest.Options{})
	p.answers()
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	if missed := s.entries(queue.OfferEnded); len(missed) < 2 || missed[0].Reason != "timeout" || missed[0].Agent != "sari" {
		t.Errorf("offers %+v", missed)
	}
	s.must("hang up", caller.Hangup(s.ctx))
}
