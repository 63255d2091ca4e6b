package main

import (
	"testing"

	"sahut/agentui"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A caller who was answered is in the figures, and nobody else is.
func TestReportOfACall(t *testing.T) {
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	v.HangUp(call.Contact)
	_, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("wrap-up", err)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered {
		t.Fatalf("record %+v", got)
	}
	o, err := openOperator(s.cfg.Data)
	s.must("control socket", err)
	defer o.close()
	var rep agentui.Report
	s.must("report", o.get(s.ctx, "/api/v1/report", &rep))
	if rep.All.Offered != 1 || rep.All.Answered != 1 || rep.All.Abandoned != 0 || len(rep.Queues) != 1 || rep.Queues[0].Queue != "hotline" || len(rep.Hours) != 1 {
		t.Errorf("report %+v", rep)
	}
}
