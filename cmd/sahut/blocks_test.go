package main

import (
	"net/http"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// block adds a block as the operator does.
func (s *site) block(n agentui.NewBlock) agentui.Block {
	s.t.Helper()
	var b agentui.Block
	o, err := openOperator(s.cfg.Data)
	s.must("operator", err)
	s.must("block", o.json(s.ctx, http.MethodPost, "/api/v1/blocks", n, &b))
	s.must("leave", o.close())
	return b
}

// entries are the journal's of one kind.
func (s *site) entries(kind queue.EntryKind) (all []queue.Entry) {
	s.t.Helper()
	s.must("read the journal", s.store.Since(time.Time{}, func(e queue.Entry) bool {
		if e.Kind == kind {
			all = append(all, e)
		}
		return true
	}))
	return all
}

// A blocked caller is answered, hears the words to their end and is let go; her
// record says so. The block is kept over a restart, and so is who she is.
func TestBlockedCallerHearsWords(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	b := s.block(agentui.NewBlock{Number: "0811 2233 445", Reason: "prank"})
	s.until("the block to hold", func() bool { return len(s.entries(queue.BlockBegan)) == 1 })
	began := time.Now()
	caller := s.dial(siptest.Options{From: "+628112233445"})
	s.must("words", caller.Media().Hears().WaitSound(s.ctx))
	s.must("BYE", caller.WaitDone(s.ctx))
	if took := time.Since(began); took < 10*time.Second {
		t.Errorf("the words lasted %v; the prompt is longer", took)
	}
	if got := s.record(); got.Outcome != queue.OutcomeBlocked || got.WaitMS != 0 || got.EndedBy != queue.BySystem {
		t.Errorf("record %+v", got)
	}
	if hits := s.entries(queue.BlockMet); len(hits) != 1 || hits[0].Block != b.ID {
		t.Errorf("hits %+v", hits)
	}
	s.until("the hit to be counted", func() bool {
		kept, err := s.store.Blocks()
		return err == nil && len(kept) == 1 && kept[0].Hits == 1
	})
	if view, _ := v.Await(s.ctx, func(queue.AgentView) bool { return true }); view.State != queue.Ready {
		t.Errorf("sari is %s", view.State)
	}
}

// Whoever presses the key, or the code, during the words reaches the queue of
// the supervisors.
func TestBlockedCallerReachesSupervisors(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{"11", "4711"} {
		t.Run(keys, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(r *configs.Routing) {
				r.Queues = append(r.Queues, configs.NewQueue("crisis", "Crisis", configs.Exit{Words: "closing"}))
				r.Agents[1].Queues = []string{"crisis"}
				r.Blocked.Queue, r.Blocked.Code = "crisis", "4711"
			})
			sari, _ := s.volunteer("sari")
			dewi, page := s.volunteer("dewi")
			s.block(agentui.NewBlock{Number: "+62811223344", Reason: "abusive"})
			s.until("the block to hold", func() bool { return len(s.entries(queue.BlockBegan)) == 1 })
			caller := s.dial(siptest.Options{From: "0811223344"})
			s.must("words", caller.Media().Hears().WaitSound(s.ctx))
			s.must("press", caller.SendKeys(keys))
			offer := s.offered(dewi)
			if offer.Queue != "crisis" {
				t.Errorf("offered %+v", offer)
			}
			dewi.Answer(offer.ID)
			s.talking(dewi)
			s.must("dewi hears her", page.Hears().WaitTone(s.ctx, callerTone))
			if view, _ := sari.Await(s.ctx, func(queue.AgentView) bool { return true }); view.State != queue.Ready {
				t.Errorf("sari is %s", view.State)
			}
			s.must("hang up", caller.Hangup(s.ctx))
			if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "dewi" {
				t.Errorf("record %+v", got)
			}
		})
	}
}

// A volunteer blocks from her page; the next call of that number hears the words,
// from whichever way it is written, and a second start of the server knows it.
func TestVolunteerBlocks(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{From: "0811223344"})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	if call.Block != "may" {
		t.Errorf("block says %q", call.Block)
	}
	v.Send("block", map[string]any{"contact": call.Contact, "reason": "sexual"})
	_, err := v.AwaitNotice(s.ctx, queue.BlockKept)
	s.must("block", err)
	_, err = v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && a.Call.Block == "held" })
	s.must("the screen says so", err)
	kept, err := s.store.Blocks()
	s.must("read", err)
	if len(kept) != 1 || kept[0].By != "sari" || kept[0].Reason != "sexual" || kept[0].Caller != s.store.Pseudonym("62811223344") || kept[0].Ends().Sub(kept[0].Added) != 24*time.Hour {
		t.Errorf("kept %+v", kept)
	}
	s.must("hang up", caller.Hangup(s.ctx))
	again := s.dial(siptest.Options{From: "+62811223344"})
	s.until("the block to be met", func() bool { return len(s.entries(queue.BlockMet)) == 1 })
	s.must("hang up", again.Hangup(s.ctx))
}

// A caller who cannot speak answers by her keys; they are on the live page and
// in the journal as yes and no. Silence ends nothing.
func TestSilentCaller(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, page := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	caller.Media().Speak(0)
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("the caller hears her", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("press 5", caller.SendKeys("5"))
	_, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && a.Call.Keys == "5" })
	s.must("a key is a key", err)

	for i, q := range []struct{ question, key, answer string }{{"danger", "1", "yes"}, {"own", "2", "no"}} {
		v.Send("silent.ask", map[string]any{"contact": call.Contact, "question": q.question})
		s.must("words instead of the volunteer", caller.Media().Hears().WaitSoundBut(s.ctx, volunteerTone))
		s.must("the volunteer hears them", page.Hears().WaitSound(s.ctx))
		s.must("press "+q.key, caller.SendKeys(q.key))
		view, err := v.Await(s.ctx, func(a queue.AgentView) bool {
			return a.Call != nil && a.Call.Silent != nil && len(a.Call.Silent.Answers) == i+1
		})
		s.must("the answer on the screen", err)
		if got := view.Call.Silent.Answers[i]; got.Question != q.question || got.Answer != q.answer || view.Call.Keys != "5" {
			t.Errorf("answer %+v, keys %s", got, view.Call.Keys)
		}
		s.must("and the volunteer again", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	}
	if said := s.entries(queue.QuestionAnswered); len(said) != 2 || said[0].Reason != "danger" || said[0].Result != "yes" || said[1].Result != "no" {
		t.Errorf("journal %+v", said)
	}
	v.HangUp(call.Contact)
	s.must("BYE", caller.WaitDone(s.ctx))
}

// One press: the volunteer is off at once and writes, with a rest offered; the
// caller hears words to their end.
func TestAbusiveCallEnds(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, page := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("she hears him", page.Hears().WaitTone(s.ctx, callerTone))
	v.Send("abuse.end", map[string]any{"contact": call.Contact})
	view, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("off at once", err)
	if !view.WrapUp.Rest {
		t.Error("no rest is offered")
	}
	heard := page.Hears().Heard().Packets
	s.must("words for him", caller.Media().Hears().WaitSound(s.ctx))
	v.Send("rest", map[string]any{"contact": call.Contact})
	_, err = v.Await(s.ctx, func(a queue.AgentView) bool { return a.Next == queue.Paused })
	s.must("the rest follows", err)
	v.Send("wrapup.finish", map[string]any{"contact": call.Contact, "disposition": "abusive"})
	_, err = v.AwaitState(s.ctx, queue.Paused)
	s.must("rest", err)
	s.must("BYE", caller.WaitDone(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "sari" {
		t.Errorf("record %+v", got)
	}
	if more := page.Hears().Heard().Packets - heard; more > 5 { // on their way
		t.Errorf("she heard %d more packets", more)
	}
	if over := s.entries(queue.TalkEnded); len(over) != 1 || over[0].Reason != "abusive" {
		t.Errorf("journal %+v", over)
	}
}

// Who calls again and again is over the limit with the sixth call: answered, and
// told where to turn; somebody else is not.
func TestFloodOfOneNumber(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Flood.PerNumber, r.Flood.Over = 5, configs.FloodWords })
	for range 5 {
		caller := s.dial(siptest.Options{From: "0811223344"})
		s.must("hang up", caller.Hangup(s.ctx))
	}
	last := s.dial(siptest.Options{From: "+62811223344"})
	s.must("words", last.Media().Hears().WaitSound(s.ctx))
	s.until("the limit to be met", func() bool { return len(s.entries(queue.FloodMet)) == 1 })
	s.must("hang up", last.Hangup(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeBlocked {
		t.Errorf("record %+v", got)
	}
	v, _ := s.volunteer("sari")
	other := s.dial(siptest.Options{From: "0811223345"})
	v.Answer(s.offered(v).ID)
	s.talking(v)
	s.must("hang up", other.Hangup(s.ctx))
}
