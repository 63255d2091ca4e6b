package main

import (
	"context"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// The main job: answered, greeted, rung, talked, held, keys, hung up, recorded.
func TestMainJob(t *testing.T) {
	t.Parallel()
	for _, codec := range []mediatest.Law{mediatest.PCMA, mediatest.PCMU} {
		t.Run(codec.String(), func(t *testing.T) {
			s := open(t, nil)
			caller := s.dial(siptest.Options{Media: mediatest.CallerOptions{Laws: []mediatest.Law{codec}}})
			s.must("greeting", caller.Media().Hears().WaitSound(s.ctx))

			v, page := s.volunteer("sari")
			offer := s.offered(v)
			if offer.Caller != "••••001" {
				t.Errorf("the screen shows %q; want the masked number", offer.Caller)
			}
			v.Answer(offer.ID)
			call := s.talking(v)
			s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
			s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))

			s.must("press 5#", caller.SendKeys("5#"))
			_, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && a.Call.Keys == "5#" })
			s.must("caller's keys on the screen", err)
			v.Send("keys", map[string]any{"contact": call.Contact, "keys": "12"})
			s.must("volunteer's keys at the caller", caller.Media().Hears().WaitKeys(s.ctx, "12"))

			v.Send("mute", map[string]any{"contact": call.Contact, "on": true})
			s.must("silence when muted", caller.Media().Hears().WaitQuiet(s.ctx))
			v.Send("mute", map[string]any{"contact": call.Contact, "on": false})
			s.must("voice when unmuted", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))

			v.Send("hold", map[string]any{"contact": call.Contact})
			_, err = v.AwaitState(s.ctx, queue.Held)
			s.must("hold", err)
			s.must("music on hold", caller.Media().Hears().WaitSound(s.ctx))
			v.Send("resume", map[string]any{"contact": call.Contact})
			s.must("voice after hold", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
			s.must("caller after hold", page.Hears().WaitTone(s.ctx, callerTone))

			v.HangUp(call.Contact)
			s.must("BYE", caller.WaitDone(s.ctx))
			if caller.EndedBy() != siptest.ByCallee {
				t.Errorf("ended by %s", caller.EndedBy())
			}
			_, err = v.AwaitState(s.ctx, queue.WrapUp)
			s.must("wrap-up", err)
			v.Send("wrapup.finish", map[string]any{"contact": call.Contact, "disposition": "silent"})
			_, err = v.AwaitState(s.ctx, queue.Ready)
			s.must("ready again", err)

			got := s.record()
			if got.Outcome != queue.OutcomeAnswered || got.Agent != "sari" || got.EndedBy != queue.ByAgent || got.Number != "••••001" || got.TalkMS == 0 {
				t.Errorf("record %+v", got)
			}
			heard := caller.Media().Hears().Heard()
			if heard.TimeBack != 0 || heard.Sources != 1 || heard.Late != 0 {
				t.Errorf("the caller's stream was not one: %+v", heard)
			}
		})
	}
}

// Declined by one, rung out at the next, answered by the third.
func TestOfferGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].RingFor = configs.Duration(5 * time.Second) })
	sari, _ := s.volunteer("sari")
	dewi, _ := s.volunteer("dewi")
	caller := s.dial(siptest.Options{})
	first := s.offered(sari) // longest idle
	sari.Send("decline", map[string]any{"offer": first.ID})
	s.offered(dewi)
	_, err := dewi.AwaitNotice(s.ctx, queue.OfferMissed)
	s.must("ring-out", err)
	again := s.offered(sari)
	sari.Answer(again.ID)
	s.talking(sari)
	s.must("caller hears sari", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Agent != "sari" || got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByCaller {
		t.Errorf("record %+v", got)
	}
}

// Both ring, both accept: one wins, the other is told who.
func TestTwoAcceptAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" })
	sari, _ := s.volunteer("sari")
	dewi, _ := s.volunteer("dewi")
	caller := s.dial(siptest.Options{})
	a, b := s.offered(sari), s.offered(dewi)
	sari.Answer(a.ID)
	dewi.Answer(b.ID)
	s.must("caller hears one", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	winner, loser := sari, dewi
	if got := s.winner(); got == "dewi" {
		winner, loser = dewi, sari
	}
	s.talking(winner)
	_, err := loser.AwaitNotice(s.ctx, queue.AnsweredElsewhere)
	s.must("the other is told", err)
	_, err = loser.AwaitState(s.ctx, queue.Ready)
	s.must("the other is free", err)
	s.must("hang up", caller.Hangup(s.ctx))
}

// winner waits for the record to say who answered.
func (s *site) winner() (who queue.AgentID) {
	s.until("a record that says who answered", func() bool {
		s.must("read", s.store.Calls(time.Time{}, func(c queue.Call) bool { who = c.Agent; return false }))
		return who != ""
	})
	return who
}

// The caller leaves at every moment; nobody is stuck.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"waiting", "ringing", "talking", "held"} {
		t.Run(phase, func(t *testing.T) {
			s := open(t, nil)
			caller := s.dial(siptest.Options{})
			want := queue.OutcomeAbandonedShort
			v, _ := s.onShift("sari")
			if phase != "waiting" {
				s.must("ready", v.Ready(s.ctx))
				offer := s.offered(v)
				if phase != "ringing" {
					want = queue.OutcomeAnswered
					v.Answer(offer.ID)
					call := s.talking(v)
					if phase == "held" {
						v.Send("hold", map[string]any{"contact": call.Contact})
						_, err := v.AwaitState(s.ctx, queue.Held)
						s.must("hold", err)
					}
				}
			}
			s.must("hang up", caller.Hangup(s.ctx))
			if got := s.record(); got.Outcome != want && got.Outcome != queue.OutcomeAbandoned || got.EndedBy != queue.ByCaller {
				t.Errorf("record %+v, want outcome %s", got, want)
			}
			free := map[string]queue.AgentState{"waiting": queue.Paused, "ringing": queue.Ready, "talking": queue.WrapUp, "held": queue.WrapUp}[phase]
			_, err := v.AwaitState(s.ctx, free)
			s.must("free again", err)
		})
	}
}

// A page reload keeps the shift, the wrap-up and the readiness.
func TestReloadKeepsState(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	fresh := func() speaker {
		b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
		s.must("browser", err)
		t.Cleanup(b.Close)
		return speaker{b, mediatest.ToneSound(volunteerTone)}
	}
	s.must("reload", v.Reload(s.ctx, fresh()))
	s.must("media again", v.OfferMedia(s.ctx))
	_, err := v.AwaitState(s.ctx, queue.Ready)
	s.must("ready after reload", err)

	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	v.HangUp(call.Contact)
	before, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("wrap-up", err)
	s.must("caller gone", caller.WaitDone(s.ctx))
	s.must("reload", v.Reload(s.ctx, fresh()))
	after, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("wrap-up after reload", err)
	if !after.WrapUp.Until.Equal(before.WrapUp.Until) {
		t.Errorf("wrap-up ends %s after the reload, %s before", after.WrapUp.Until, before.WrapUp.Until)
	}
}

// Nobody on shift: the exit's words, then the end; the outcome says closed.
func TestNobodyOnShift(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].MaxWaitNobody = configs.Duration(time.Second) })
	caller := s.dial(siptest.Options{})
	long, cancel := context.WithTimeout(s.ctx, time.Minute)
	defer cancel()
	s.must("end", caller.WaitDone(long))
	if got := s.record(); got.Outcome != queue.OutcomeClosed || got.EndedBy != queue.BySystem {
		t.Errorf("record %+v", got)
	}
}

// A routing edit while a caller waits keeps her; a mistake changes nothing.
func TestRoutingEditKeepsCalls(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	caller := s.dial(siptest.Options{})
	r := configs.DemoRouting()
	r.Queues[0].Label = "Night line"
	s.applied(r)
	v, page := s.volunteer("ayu")
	if offer := s.offered(v); offer.Label != "Night line" {
		t.Errorf("the screen shows %q", offer.Label)
	} else {
		v.Answer(offer.ID)
	}
	s.must("they hear each other", page.Hears().WaitTone(s.ctx, callerTone))
	s.must("hang up", caller.Hangup(s.ctx))
}

// applied puts r in force through the operator's API.
func (s *site) applied(r configs.Routing) {
	s.t.Helper()
	o, err := openOperator(s.cfg.Data)
	s.must("operator", err)
	defer o.close()
	res, err := o.do(s.ctx, "PUT", "/api/v1/routing", "application/yaml", bytesReader(configs.FormatRouting(r)), "If-Match", "*")
	s.must("apply", err)
	res.Body.Close()
}
