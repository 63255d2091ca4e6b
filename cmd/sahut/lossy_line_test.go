package main

import (
	"testing"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// S15: three packets in twenty are lost on a caller's line, both ways. Nobody is
// hung up on, her keys arrive each once, both hear each other, what was lost is
// counted, and the record is that of any call.
func TestLossyLine(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
	v, page := s.volunteer("sari")
	lost := func(seq uint16) bool { return seq%20 == 3 || seq%20 == 9 || seq%20 == 16 }
	caller := s.dial(siptest.Options{Media: mediatest.CallerOptions{Loses: lost}})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	const keys = "1593#7*0"
	s.must("press", caller.SendKeys(keys))
	view, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && len(a.Call.Keys) >= len(keys) })
	s.must("the keys", err)
	if view.Call.Keys != keys {
		t.Errorf("the volunteer sees %q, want %q", view.Call.Keys, keys)
	}
	v.Send("keys", map[string]any{"contact": call.Contact, "keys": "42"})
	s.must("keys to the caller", caller.Media().Hears().WaitKeys(s.ctx, "42"))
	s.must("four seconds", page.Hears().WaitPackets(s.ctx, 200))
	select {
	case <-caller.Done():
		t.Fatal("hung up on")
	default:
	}
	s.must("they still hear each other", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByCaller || got.Agent != "sari" || got.TalkMS == 0 {
		t.Errorf("record %+v", got)
	}
	_, err = v.AwaitState(s.ctx, queue.Ready)
	s.must("free again", err)
	figures := s.engine.Stats()
	if share := float64(figures.Lost) / float64(figures.Lost+figures.Received); share < 0.01 || figures.Lost == 0 {
		t.Errorf("%d of %d packets are counted as lost", figures.Lost, figures.Received+figures.Lost)
	}
}
