package main

import (
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// twoQueues adds a queue for English, which dewi alone answers.
func twoQueues(r *configs.Routing) {
	r.Queues = append(r.Queues, configs.NewQueue("english", "English", configs.Exit{Words: "closing"}))
	r.Agents[1].Queues = []string{"english"}
}

// A key leads past the greeting and the menu into the queue it names, where the
// volunteer of that queue answers; who presses nothing is led on.
func TestCallerChoosesInAMenu(t *testing.T) {
	t.Parallel()
	for keys, name := range map[string]string{"2": "dewi", "": "sari"} {
		t.Run("key "+keys, func(t *testing.T) {
			s := open(t, func(r *configs.Routing) {
				twoQueues(r)
				r.Queues[0].Greeting = "hold" // short, so that who waits for the end of the menu need not wait long
				r.Numbers[0].Menu = "main"
				r.Menus = []configs.Menu{{ID: "main", Prompt: "hold", Timeout: configs.Duration(time.Second), Queue: "hotline",
					Choices: []configs.MenuChoice{{Key: "2", Language: "en", Queue: "english"}}}}
				r.Agents[1].Languages = []string{"en"}
			})
			v, page := s.volunteer(name)
			caller := s.dial(siptest.Options{})
			s.must("words", caller.Media().Hears().WaitSound(s.ctx))
			if keys != "" {
				s.must("press", caller.SendKeys(keys))
			}
			v.Answer(s.offered(v).ID)
			s.talking(v)
			s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
			s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
			s.must("hang up", caller.Hangup(s.ctx))
			if got := s.record(); string(got.Agent) != name || got.Outcome != queue.OutcomeAnswered {
				t.Errorf("record %+v", got)
			}
		})
	}
}

// The ladder speaks to who waits, and a key of hers takes her to another queue.
func TestCallerChoosesOnTheLadder(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		twoQueues(r)
		r.Queues[0].Ladder = []configs.Rung{{Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "4", Do: configs.DoQueue, Queue: "english"}}}}
	})
	v, _ := s.volunteer("dewi")
	caller := s.dial(siptest.Options{})
	s.must("words", caller.Media().Hears().WaitSound(s.ctx))
	s.must("press", caller.SendKeys("4"))
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Queue != "english" {
		t.Errorf("record %+v", got)
	}
}

// Two zeros: our BYE comes at once, nothing is said, and the record tells.
func TestTwoZerosEndTheCall(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	caller := s.dial(siptest.Options{})
	s.must("greeting", caller.Media().Hears().WaitSound(s.ctx))
	s.must("press", caller.SendKeys("00"))
	s.must("BYE", caller.WaitDone(s.ctx))
	if caller.EndedBy() != siptest.ByCallee {
		t.Errorf("ended by %s", caller.EndedBy())
	}
	if got := s.record(); got.EndedBy != queue.ByCaller || got.Outcome != queue.OutcomeAbandonedShort {
		t.Errorf("record %+v", got)
	}
}

// S3: an admin closes the queue while one waits. She is kept and answered; who
// calls now hears the words, and the call ends.
func TestClosedWhileSomebodyWaits(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].WhenClosed = configs.Exit{Words: "hold"} })
	v, _ := s.onShift("sari")
	caller := s.dial(siptest.Options{})
	s.must("greeting", caller.Media().Hears().WaitSound(s.ctx))
	r := configs.DemoRouting()
	r.Queues[0].WhenClosed = configs.Exit{Words: "hold"}
	r.Queues[0].Closed.Until = time.Now().Add(time.Hour).Format(time.RFC3339)
	s.applied(r)
	late, err := s.phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+s.sip.Addr(), siptest.Options{From: "+628120000002"})
	s.must("dial", err)
	s.must("closed words", late.Media().Hears().WaitSound(s.ctx))
	s.must("BYE", late.WaitDone(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeClosed {
		t.Errorf("record %+v", got)
	}
	s.must("ready", v.Ready(s.ctx))
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
}
