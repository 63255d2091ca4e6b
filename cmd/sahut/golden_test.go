package main

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// The golden scenarios once more, over real SIP and real browsers' sound. After
// each of them the house is closed and its journal must obey every law.

// journal is the journal so far, of one kind.
func (s *site) journal(kind queue.EntryKind) (list []queue.Entry) {
	s.t.Helper()
	s.must("read the journal", s.store.Entries(0, func(e queue.Entry) bool {
		if e.Kind == kind {
			list = append(list, e)
		}
		return true
	}))
	return list
}

// isReady tells whether a is ready, by the journal.
func (s *site) isReady(a queue.AgentID) func() bool {
	return func() bool {
		last := queue.Offline
		for _, e := range s.journal(queue.StateChanged) {
			if e.Agent == a {
				last = e.To
			}
		}
		return last == queue.Ready
	}
}

// S1: 20 callers wait for three volunteers; they are rung for in the very order
// they came, and everybody is answered.
func TestGoldenOverSIPOrder(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		r.Queues[0].WrapUp, r.Queues[0].Strategy, r.Queues[0].MaxWaitNobody = 0, "round_robin", configs.Duration(time.Minute)
	})
	const callers = 20
	var all sync.WaitGroup
	for i := range callers {
		c := s.dial(siptest.Options{})
		s.until("the caller in her place", func() bool { return len(s.journal(queue.QueueEntered)) == i+1 })
		all.Go(func() {
			if err := c.Media().Hears().WaitTone(s.ctx, volunteerTone); err != nil {
				t.Error(err)
			}
			if err := c.Hangup(s.ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for _, name := range []string{"sari", "dewi", "ayu"} {
		s.answerAll(name)
	}
	all.Wait()
	s.until("the end of all calls", func() bool { return len(s.journal(queue.CallOver)) == callers })
	var came, rung []queue.ContactID
	for _, e := range s.journal(queue.QueueEntered) {
		came = append(came, e.Contact)
	}
	for _, e := range s.journal(queue.OfferMade) {
		if !slices.Contains(rung, e.Contact) {
			rung = append(rung, e.Contact)
		}
	}
	if !slices.Equal(came, rung) {
		t.Errorf("they came %v\nand were rung for %v", came, rung)
	}
	for _, e := range s.journal(queue.CallOver) {
		if e.Outcome != queue.OutcomeAnswered {
			t.Errorf("%s ended %s", e.Contact, e.Outcome)
		}
	}
}

// S1: exactly who is rung for whom and who answers, of 20 callers and three
// volunteers, by each rule. Two of them are free whenever somebody calls, so that
// the rule decides; now the older and now the younger of two talks ends.
func TestGoldenOverSIPWhoAnswersWhom(t *testing.T) {
	t.Parallel()
	document := []string{"sari", "dewi", "ayu"}
	for strategy, rings := range map[string]func(idle []string) []string{ // longest idle first
		"longest_idle": func(idle []string) []string { return idle[:1] },
		"linear": func(idle []string) []string {
			return slices.DeleteFunc(slices.Clone(document), func(name string) bool { return !slices.Contains(idle, name) })[:1]
		},
		"ring_all": func(idle []string) []string { return idle },
	} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(r *configs.Routing) {
				r.Queues[0].WrapUp, r.Queues[0].Strategy, r.Queues[0].DropReturnFor, r.Queues[0].ResumeFor = 0, strategy, 0, 0
			})
			crew, idle := map[string]*livetest.Volunteer{}, []string{"ayu", "sari", "dewi"}
			for _, name := range idle {
				crew[name], _ = s.volunteer(name)
			}
			type talk struct {
				with string
				call *siptest.Call
			}
			var talks []talk
			for i := range 20 {
				caller := s.dial(siptest.Options{From: fmt.Sprintf("+6281100000%02d", i)})
				want := rings(idle)
				var offer *queue.OfferView
				for _, name := range want {
					offer = s.offered(crew[name])
				}
				who := want[i%len(want)]
				crew[who].Answer(crew[who].View().Offer.ID)
				s.talking(crew[who])
				var rung []string
				for _, e := range s.journal(queue.OfferMade) {
					if e.Contact == offer.Contact {
						rung = append(rung, string(e.Agent))
					}
				}
				slices.Sort(rung)
				if sorted := slices.Sorted(slices.Values(want)); !slices.Equal(rung, sorted) {
					t.Fatalf("caller %d: rung for %v, want %v", i, rung, sorted)
				}
				for _, name := range want {
					if name != who {
						_, err := crew[name].AwaitState(s.ctx, queue.Ready)
						s.must("the others are free", err)
					}
				}
				idle = slices.DeleteFunc(idle, func(name string) bool { return name == who })
				if talks = append(talks, talk{who, caller}); len(talks) < 2 {
					continue
				}
				over := talks[i%2]
				talks = slices.Delete(talks, i%2, i%2+1)
				s.must("hang up", over.call.Hangup(s.ctx))
				_, err := crew[over.with].AwaitState(s.ctx, queue.Ready)
				s.must("free again", err)
				idle = append(idle, over.with)
			}
			if n := len(s.journal(queue.TalkStarted)); n != 20 {
				t.Errorf("%d talks", n)
			}
		})
	}
}

// S2: nobody on shift. Each caller is led out after her time, hears the words to
// their end, and the house hangs up.
func TestGoldenOverSIPNobody(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		r.Queues[0].MaxWaitNobody, r.Queues[0].Exit = configs.Duration(time.Second), configs.Exit{Words: "closing"}
	})
	var calls []*siptest.Call
	for range 3 {
		calls = append(calls, s.dial(siptest.Options{}))
	}
	for _, c := range calls {
		s.must("the end", c.WaitDone(s.ctx))
		if by := c.EndedBy(); by == "" || c.Bye() == nil {
			t.Errorf("ended by %q, BYE %v", by, c.Bye())
		}
	}
	s.until("three records", func() bool { return len(s.journal(queue.CallOver)) == 3 })
	for _, e := range s.journal(queue.CallOver) {
		if e.Outcome != queue.OutcomeClosed {
			t.Errorf("ended %s", e.Outcome)
		}
	}
}

// S7: forty callers hang up, each a little later, from before they are answered
// until after both hear each other. Each has one end, and the volunteer is free
// after each.
func TestGoldenOverSIPHangUpAnyTime(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
	s.answerAll("sari")
	s.until("sari on shift", s.isReady("sari"))
	const callers = 40
	for i := range callers {
		c, err := s.phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+s.sip.Addr(), siptest.Options{})
		s.must("dial", err)
		select {
		case <-time.After(time.Duration(i) * 3 * time.Millisecond):
		case <-s.ctx.Done():
		}
		select {
		case <-c.Answered():
			err = c.Hangup(s.ctx)
		default:
			c.Cancel()
		}
		s.must("hang up", err)
		s.must("the end", c.WaitDone(s.ctx))
		s.until("its end in the journal", func() bool { return len(s.journal(queue.CallOver)) == len(s.journal(queue.CallArrived)) })
	}
	outcomes := map[queue.Outcome]int{}
	for _, e := range s.journal(queue.CallOver) {
		outcomes[e.Outcome]++
	}
	t.Logf("ended %v", outcomes)
	if outcomes[queue.OutcomeAnswered] == 0 || outcomes[queue.OutcomeAbandonedShort] == 0 || outcomes[queue.OutcomeAnswered]+outcomes[queue.OutcomeAbandonedShort] != len(s.journal(queue.CallArrived)) {
		t.Errorf("ended %v", outcomes)
	}
	s.until("sari is free", s.isReady("sari"))
	if laws := s.desk.Conservation(); laws.Violations > 0 || laws.InProgress > 0 {
		t.Errorf("the laws while it ran: %+v", laws)
	}
}

// S8: three volunteers press Answer in the same moment, ten times over: one
// talks, the others are told who was faster.
func TestGoldenOverSIPAcceptAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) {
		r.Queues[0].WrapUp, r.Queues[0].Strategy, r.Queues[0].DropReturnFor = 0, "ring_all", 0
	})
	var crew []*livetest.Volunteer
	for _, name := range []string{"sari", "dewi", "ayu"} {
		v, _ := s.volunteer(name)
		crew = append(crew, v)
	}
	for round := range 10 {
		c := s.dial(siptest.Options{})
		var offers []queue.OfferID
		for _, v := range crew {
			offers = append(offers, s.offered(v).ID)
		}
		var all sync.WaitGroup
		for i, v := range crew {
			all.Go(func() { v.Answer(offers[i]) })
		}
		all.Wait()
		s.must("one voice", c.Media().Hears().WaitTone(s.ctx, volunteerTone))
		s.until("one talk", func() bool { return len(s.journal(queue.TalkStarted)) == round+1 })
		s.must("hang up", c.Hangup(s.ctx))
		for _, v := range crew {
			_, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.State == queue.Ready && a.Offer == nil && a.Call == nil })
			s.must("everybody is free", err)
		}
	}
	ends := map[string]int{}
	for _, e := range s.journal(queue.OfferEnded) {
		ends[e.Reason]++
	}
	if len(s.journal(queue.TalkStarted)) != 10 || ends["accepted"] != 10 || ends["rescinded"] != 20 {
		t.Errorf("%d talks, offers ended %v", len(s.journal(queue.TalkStarted)), ends)
	}
}
