package queue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// reasonsOf is the latest queue.why of c, and how many there are.
func (tr *trial) reasonsOf(c ContactID) (text string, n int) {
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && r.Entry.Kind == QueueWhy && r.Entry.Contact == c {
			text, n = r.Entry.Result, n+1
		}
	}
	return text, n
}

// short is an answer as the journal keeps it, made of what the screen shows.
func (w *Why) short(s *state) string {
	if len(w.Agents) == 0 {
		return "nobody"
	}
	named, here := map[AgentID]Exclusion{}, 0
	for _, a := range w.Agents {
		named[a.Agent] = a.Reason
		if s.agents[a.Agent].onShift() {
			here++
		}
	}
	var all, order []string
	counts := map[string]int{}
	for _, a := range s.lineByID[w.Queue].members {
		reason := string(named[a.id])
		if a.onShift() && here <= explainNamed {
			all = append(all, string(a.id)+":"+reason)
			continue
		}
		if counts[reason]++; counts[reason] == 1 {
			order = append(order, reason)
		}
	}
	for _, reason := range order {
		all = append(all, fmt.Sprintf("%s=%d", reason, counts[reason]))
	}
	return strings.Join(all, " ")
}

// The reasons are kept when she enters, when a step is taken, when nobody took
// her, and when she leaves; not when they are what they were, and not while
// somebody is rung for her.
func TestReasonsAreKept(t *testing.T) {
	tr := newTrial(t, crew("sari dewi far", func(r *configs.Routing) {
		r.Queues[0].Steps = []configs.Step{step(time.Minute, func(s *configs.Step) { s.Tiers = 1 })}
		r.Agents[2].Tiers = []configs.Tier{{Queue: "hotline", Tier: 1}}
	}))
	c := tr.call()
	want := func(what, text string, n int) {
		t.Helper()
		if got, kept := tr.reasonsOf(c); got != text || kept != n {
			t.Fatalf("%s: %q, the %d., want %q, the %d.", what, got, kept, text, n)
		}
	}
	want("she came", "offline=2 tier=1", 1)
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
	tr.do(SessionOpened{"far"}, ShiftStarted{"far"}, PathProven{"far"}, ReadyAsked{"far"})
	want("they came", "offline=2 tier=1", 1)
	want("sari is rung", "offline=2 tier=1", 1)
	tr.do(Declined{"sari", tr.offerID("sari")})
	want("sari declined", "sari:declined far:tier offline=1", 2)
	tr.do(PauseAsked{"sari", "break"})
	tr.do(PauseAsked{"far", "break"})
	want("they pause", "sari:declined far:tier offline=1", 2)
	tr.pass(time.Minute)
	want("the step", "sari:paused far:paused offline=1", 3)
	tr.do(ShiftEnded{"far"})
	tr.do(HungUp{c, ByCaller, CauseNormal})
	want("she gave up", "sari:paused offline=2", 4)
	if first, ok := tr.last[0].(Record); !ok || first.Entry.Kind != QueueWhy {
		t.Fatalf("not kept before she left: %+v", tr.last)
	}
}

// Of many volunteers the reasons are counted.
func TestReasonsOfMany(t *testing.T) {
	var names []string
	for i := range explainNamed + 2 {
		names = append(names, fmt.Sprintf("v%d", i))
	}
	tr := newTrial(t, crew(strings.Join(names, " "), func(*configs.Routing) {}))
	for _, a := range names[:explainNamed+1] {
		tr.ready(AgentID(a))
		tr.do(PauseAsked{AgentID(a), "break"})
	}
	c := tr.call()
	if got, _ := tr.reasonsOf(c); got != fmt.Sprintf("paused=%d offline=1", explainNamed+1) {
		t.Fatalf("kept %q", got)
	}
}

// Two who are taken a step on by the same tick need the same, but one of them asked
// not to have a volunteer again: each has her own reasons.
func TestReasonsOfTwoAtOnce(t *testing.T) {
	tr := newTrial(t, crew("sari far", func(r *configs.Routing) {
		r.Queues[0].Steps = []configs.Step{step(5*time.Second, func(s *configs.Step) { s.Strategy = "linear" })}
	}))
	tr.ready("far")
	tr.do(PauseAsked{"far", "break"})
	first, second, third := tr.call(), tr.call(), tr.call()
	tr.do(ShiftEnded{"far"})
	tr.s.contacts[second].never = []AgentID{"sari"}
	tr.pass(5 * time.Second)
	for c, want := range map[ContactID]string{first: "offline=2", second: "never=1 offline=1", third: "offline=2"} {
		if got, n := tr.reasonsOf(c); got != want || n != 2 {
			t.Errorf("%s: %q, the %d., want %q", c, got, n, want)
		}
	}
}

// On wild days what is kept is what the screen would have answered then.
func TestReasonsAreThoseOfTheScreen(t *testing.T) {
	kept := 0
	for seed := uint64(7000); seed < 7060; seed++ {
		d := newDay(t, seed)
		var last []Entry
		d.watch = func(e Effect) {
			r, ok := e.(Record)
			switch {
			case ok && r.Entry.Kind == QueueWhy:
				last = append(last, r.Entry)
			case ok && r.Entry.Kind == QueueLeft: // of a stay that is over nothing is on the screen
				last = slices.DeleteFunc(last, func(e Entry) bool { return e.Contact == r.Entry.Contact })
			}
		}
		d.seen = func() {
			for _, e := range last {
				w := d.s.why(e.Contact, d.now)
				if kept++; w == nil || w.short(d.s) != e.Result {
					t.Fatalf("day %d: kept %q of %s, the screen says %+v", seed, e.Result, e.Contact, w)
				}
			}
			last = last[:0]
		}
		d.run()
	}
	if kept < 300 {
		t.Fatalf("only %d were compared", kept)
	}
}
