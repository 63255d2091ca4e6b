package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

func step(after time.Duration, edit func(*configs.Step)) configs.Step {
	s := configs.Step{After: dur(after)}
	edit(&s)
	return s
}

// ladderHouse has one volunteer for each thing a step can do. All are ready.
func ladderHouse(edit func(*configs.Routing)) configs.Routing {
	return crew("near far boss cell", func(r *configs.Routing) {
		r.Agents[1].Tiers = []configs.Tier{{Queue: "hotline", Tier: 2}}
		r.Agents[2].Supervisor = true
		r.Agents[3].Mobile = "+62811000111"
		r.Queues[0].Strategy, r.Queues[0].RingFor = "ring_all", dur(5*time.Second)
		r.Queues[0].Steps = []configs.Step{
			step(30*time.Second, func(s *configs.Step) { s.Tiers = 2 }),
			step(60*time.Second, func(s *configs.Step) { s.Supervisors = true }),
			step(90*time.Second, func(s *configs.Step) { s.Mobiles = true }),
		}
		if edit != nil {
			edit(r)
		}
	})
}

// everRung returns who was rung for c so far.
func (tr *trial) everRung(c ContactID) map[AgentID]bool {
	rung := map[AgentID]bool{}
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && r.Entry.Kind == OfferMade && r.Entry.Contact == c {
			rung[r.Entry.Agent] = true
		}
	}
	return rung
}

func (tr *trial) mustHaveRung(c ContactID, want ...AgentID) {
	tr.Helper()
	got := tr.everRung(c)
	if len(got) != len(want) {
		tr.Fatalf("at %s %v were rung, want %v", tr.now.Sub(day0), got, want)
	}
	for _, a := range want {
		if !got[a] {
			tr.Fatalf("at %s %s was not rung, but %v", tr.now.Sub(day0), a, got)
		}
	}
}

// Each step rings at its second, not before, and only widens.
func TestStepsWiden(t *testing.T) {
	tr := newTrial(t, ladderHouse(nil))
	tr.do(SessionOpened{"cell"}, DeviceChosen{"cell", DeviceMobile})
	tr.ready("near", "far", "boss")
	tr.do(ShiftStarted{"cell"}, ReadyAsked{"cell"})
	c := tr.call()
	tr.mustHaveRung(c, "near")
	tr.do(Declined{"near", tr.offerID("near")}) // so that nobody rings when a step is due
	tr.do(PauseAsked{"near", "break"})
	tr.pass(30*time.Second - 1)
	tr.mustHaveRung(c, "near")
	tr.pass(1)
	tr.mustHaveRung(c, "near", "far")
	if tr.kinds[QueueStep] != 1 {
		t.Fatal("the journal knows no step")
	}
	tr.do(Declined{"far", tr.offerID("far")}, PauseAsked{"far", "break"})
	tr.pass(30*time.Second - 1)
	tr.mustHaveRung(c, "near", "far")
	tr.pass(1)
	tr.mustHaveRung(c, "near", "far", "boss")
	tr.do(Declined{"boss", tr.offerID("boss")}, PauseAsked{"boss", "break"})
	tr.pass(30*time.Second - 1)
	tr.mustHaveRung(c, "near", "far", "boss")
	tr.pass(1)
	tr.mustHaveRung(c, "near", "far", "boss", "cell")
	tr.accept("cell")
	tr.do(Connected{c, "cell"})
	tr.mustPhase(c, talking)
}

// While a volunteer rings for her nothing widens; the end of the ring does it.
func TestNoStepWhileItRings(t *testing.T) {
	tr := newTrial(t, ladderHouse(func(r *configs.Routing) { r.Queues[0].RingFor = dur(20 * time.Second) }))
	tr.ready("near", "far")
	c := tr.call()
	tr.do(Declined{"near", tr.offerID("near")})
	tr.pass(15 * time.Second) // near rings again since the tenth second, until the thirtieth and beyond
	tr.mustBe("near", Offered)
	tr.do(RoutingChanged{Revision: 2, Routing: ladderHouse(func(r *configs.Routing) {
		r.Queues[0].RingFor = dur(20 * time.Second)
		r.Queues[0].Steps[0].After = dur(20 * time.Second)
	})})
	tr.pass(14 * time.Second)
	tr.do(RoutingChanged{Revision: 3, Routing: ladderHouse(func(r *configs.Routing) {
		r.Queues[0].RingFor, r.Queues[0].Steps = dur(20*time.Second), nil // even if all may be rung from now on
	})})
	tr.mustHaveRung(c, "near")
	tr.do(RoutingChanged{Revision: 4, Routing: ladderHouse(func(r *configs.Routing) {
		r.Queues[0].RingFor = dur(20 * time.Second)
		r.Queues[0].Steps[0].After = dur(20 * time.Second)
	})})
	if tr.kinds[QueueStep] != 0 {
		t.Fatal("a step was taken while it rang")
	}
	tr.pass(time.Second)
	tr.mustHaveRung(c, "near", "far") // at the thirtieth the ring was over
	if at := tr.s.contacts[c].step; at != 1 {
		t.Fatalf("at step %d", at)
	}
}

// A step that nobody on shift fits is passed at once; whoever comes later is
// rung first again.
func TestAStepNobodyFitsIsPassed(t *testing.T) {
	tr := newTrial(t, ladderHouse(nil))
	tr.ready("boss")
	c := tr.call()
	tr.mustHaveRung(c, "boss") // not after a minute
	tr.do(Declined{"boss", tr.offerID("boss")})
	tr.ready2("near", t)
	tr.mustHaveRung(c, "boss", "near")
	tr.do(Declined{"near", tr.offerID("near")})
	tr.pass(15 * time.Second) // near is rung again; boss waits for her step
	if got := ringing(tr, c); got != "near" {
		t.Fatalf("rings %q", got)
	}
	tr.do(ShiftEnded{"near"}) // after the ring
	tr.pass(5 * time.Second)
	if got := ringing(tr, c); got != "boss" {
		t.Fatalf("rings %q", got)
	}
}

// Somebody who moves to her mobile is on shift in another way.
func TestAStepIsPassedWhenADeviceChanges(t *testing.T) {
	tr := newTrial(t, ladderHouse(nil))
	tr.ready("cell")
	tr.do(PauseAsked{"cell", "break"})
	c := tr.call()
	if w := tr.s.why(c, tr.now); w.reasons() != "near=offline far=tier* boss=supervisor* cell=paused(break)" {
		t.Fatal(w.reasons())
	}
	tr.do(DeviceChosen{"cell", DeviceMobile}, ReadyAsked{"cell"})
	tr.mustHaveRung(c, "cell")
}

// An edit reaches those who wait, at the time they have waited.
func TestAnEditReachesThoseWhoWait(t *testing.T) {
	tr := newTrial(t, ladderHouse(nil))
	tr.ready("near", "boss")
	tr.do(PauseAsked{"near", "break"})
	c := tr.call()
	tr.pass(40 * time.Second)
	tr.mustHaveRung(c)
	sooner := ladderHouse(func(r *configs.Routing) {
		r.Queues[0].Steps = r.Queues[0].Steps[1:2]
		r.Queues[0].Steps[0].After = dur(35 * time.Second)
		r.Agents[1].Tiers = nil
	})
	tr.do(RoutingChanged{Routing: sooner, Revision: 2})
	tr.mustHaveRung(c, "boss")
	tr.do(Declined{"boss", tr.offerID("boss")}) // and back: she waits for her step again
	tr.do(RoutingChanged{Routing: ladderHouse(nil), Revision: 3})
	tr.pass(15 * time.Second)
	if got := ringing(tr, c); got != "" {
		t.Fatalf("rings %q at %s", got, tr.now.Sub(day0))
	}
	tr.pass(5 * time.Second)
	if got := ringing(tr, c); got != "boss" {
		t.Fatalf("rings %q", got)
	}
}

// A step may change how many ring.
func TestAStepChangesTheStrategy(t *testing.T) {
	tr := newTrial(t, crew("a b c", func(r *configs.Routing) {
		r.Queues[0].RingFor = dur(10 * time.Second)
		r.Queues[0].Steps = []configs.Step{step(10*time.Second, func(s *configs.Step) { s.Strategy = "ring_all" })}
	}))
	tr.ready("a", "b", "c")
	c := tr.call()
	if got := len(tr.s.contacts[c].offers); got != 1 {
		t.Fatalf("%d ring", got)
	}
	tr.pass(10 * time.Second)
	if got := len(tr.s.contacts[c].offers); got != 2 { // all who had her less often
		t.Fatalf("%d ring", got)
	}
}

// Moved to another queue, she takes that queue's steps from the beginning.
func TestStepsBeginAnewInAnotherQueue(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) {
		r.Queues[0].MaxWait = dur(time.Minute)
		r.Queues[1].Steps = []configs.Step{step(50*time.Second, func(s *configs.Step) { s.Supervisors = true })}
		r.Agents[0].Queues, r.Agents[0].Supervisor = []string{"backup"}, true
	}))
	tr.ready("sari", "dewi")
	tr.do(PauseAsked{"dewi", "break"})
	c := tr.call()
	tr.pass(time.Minute)
	if q := tr.s.contacts[c].line.id; q != "backup" {
		t.Fatalf("in %s", q)
	}
	tr.pass(50*time.Second - 1)
	tr.mustHaveRung(c)
	tr.pass(1)
	tr.mustHaveRung(c, "sari")
}
