package main

import (
	"fmt"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/queue"
	"sahut/reports"
	"sahut/sip/siptest"
	"sahut/store"
)

// A caller who was answered is in the figures, and nobody else is.
func TestReportOfACall(t *testing.T) {
	t.Parallel()
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

// BenchmarkYearReport is the report of a year of 100,000 calls, from the disk to
// the figures.
func BenchmarkYearReport(b *testing.B) {
	s, err := store.Open(b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const calls = 100_000
	begin := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
	var batch []queue.Entry
	for i := range calls {
		c, a, o := queue.ContactID(fmt.Sprintf("01J%023d", i)), queue.AgentID(fmt.Sprintf("v%d", i%40)), queue.OfferID(i+1)
		at := func(n int) time.Time {
			return begin.Add(time.Duration(i)*(365*24*time.Hour/calls) + time.Duration(n)*time.Second)
		}
		batch = append(batch,
			queue.Entry{At: at(0), Kind: queue.CallArrived, Contact: c, Queue: "hotline", Channel: queue.Voice, Direction: queue.DirectionIn, Number: "••••963"},
			queue.Entry{At: at(1), Kind: queue.CallEstablished, Contact: c}, queue.Entry{At: at(1), Kind: queue.QueueEntered, Contact: c, Queue: "hotline", Reason: "normal", Position: 1},
			queue.Entry{At: at(1), Kind: queue.StateChanged, Agent: a, From: queue.Ready, To: queue.Offered},
			queue.Entry{At: at(1), Kind: queue.OfferMade, Contact: c, Agent: a, Queue: "hotline", Offer: o},
			queue.Entry{At: at(6), Kind: queue.OfferEnded, Contact: c, Agent: a, Queue: "hotline", Offer: o, Reason: "accepted", RingMS: 5000},
			queue.Entry{At: at(6), Kind: queue.StateChanged, Agent: a, From: queue.Offered, To: queue.Talking},
			queue.Entry{At: at(7), Kind: queue.QueueLeft, Contact: c, Queue: "hotline", Reason: "talk", WaitMS: 6000},
			queue.Entry{At: at(7), Kind: queue.TalkStarted, Contact: c, Agent: a, Queue: "hotline", WaitMS: 6000, RingMS: 5000},
			queue.Entry{At: at(187), Kind: queue.TalkEnded, Contact: c, Agent: a, Queue: "hotline", By: "caller", Reason: "normal", TalkMS: 180_000},
			queue.Entry{At: at(187), Kind: queue.CallOver, Contact: c, Queue: "hotline", Outcome: queue.OutcomeAnswered, By: "caller", Reason: "normal"},
			queue.Entry{At: at(187), Kind: queue.StateChanged, Agent: a, From: queue.Talking, To: queue.WrapUp},
			queue.Entry{At: at(247), Kind: queue.WrapUpDone, Contact: c, Agent: a, By: "agent", Reason: "listened"},
			queue.Entry{At: at(247), Kind: queue.StateChanged, Agent: a, From: queue.WrapUp, To: queue.Ready})
		if len(batch) > 20_000 || i == calls-1 {
			if err := s.Append(batch); err != nil {
				b.Fatal(err)
			}
			batch = nil
		}
	}
	for b.Loop() {
		r := reports.NewReader(begin, begin.Add(365*24*time.Hour), reports.DefaultLimits)
		if err := (directory{s}).Since(begin, func(e queue.Entry) bool { r.Add(e); return true }); err != nil {
			b.Fatal(err)
		}
		if r.All().KPIs()[0].Value != 100 || len(r.Hours()) != 365*24 {
			b.Fatalf("%+v, %d hours", r.All().KPIs()[0], len(r.Hours()))
		}
	}
}
