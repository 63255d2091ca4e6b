package queue

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// crew is a house whose hotline is answered by the volunteers named, with
// nothing to write afterwards.
func crew(names string, edit func(*configs.Routing)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Agents = nil
		for _, id := range strings.Fields(names) {
			r.Agents = append(r.Agents, configs.Agent{ID: id, Name: strings.ToUpper(id), Queues: []string{"hotline"}})
		}
		r.Queues[0].WrapUp, r.Queues[0].MaxWait, r.Queues[0].MaxWaitNobody = 0, dur(4*time.Hour), dur(4*time.Hour)
		if edit != nil {
			edit(r)
		}
	})
}

// sequence declines for everybody who rings for c, one after the other, and
// returns in which order they were rung. Those who rang at once stand together.
func (tr *trial) sequence(c ContactID) string {
	tr.Helper()
	var order []string
	for p := tr.s.contacts[c]; len(p.offers) > 0; {
		var now []string
		for _, o := range p.offers {
			now = append(now, string(o.agent.id))
		}
		order = append(order, strings.Join(now, "+"))
		for _, o := range slices.Clone(p.offers) {
			tr.do(Declined{o.agent.id, o.id})
			if tr.s.offers[o.id] == nil && len(p.offers) > 1 {
				continue
			}
		}
	}
	return strings.Join(order, " ")
}

// TestOrderOfRinging: five volunteers whose history is told apart by every
// preset, and who is rung after whom if each of them declines.
func TestOrderOfRinging(t *testing.T) {
	for _, tt := range []struct{ strategy, want string }{
		{"longest_idle", "c b a e d"},
		{"unknown", "c b a e d"},
		{"fewest_calls", "b d e a c"},
		{"least_talk", "d a c b e"},
		{"round_robin", "d e a b c"}, // c was rung last
		{"linear", "a b c d e"},
		{"ring_all", "c+b+a+e+d"},
	} {
		t.Run(tt.strategy, func(t *testing.T) {
			tr := newTrial(t, crew("a b c d e", func(r *configs.Routing) { r.Queues[0].Strategy = tt.strategy }))
			tr.ready("a", "b", "c", "d", "e")
			today := tr.s.today()
			for id, h := range map[AgentID]struct{ idle, calls, talk int }{
				"a": {30, 4, 20}, "b": {40, 1, 40}, "c": {50, 5, 30}, "d": {10, 2, 10}, "e": {20, 3, 50},
			} {
				a := tr.s.agents[id]
				a.idle = tr.now.Add(-time.Duration(h.idle) * time.Minute)
				a.done = done{today, h.calls, time.Duration(h.talk) * time.Minute}
			}
			tr.s.lineByID["hotline"].turn = 3
			if got := tr.sequence(tr.call()); got != tt.want {
				t.Fatalf("rung %s, want %s", got, tt.want)
			}
		})
	}
}

// Two callers in turn: linear begins at the top again, round_robin goes on.
func TestLinearAndRoundRobin(t *testing.T) {
	for strategy, want := range map[string]string{"linear": "a b / a", "round_robin": "a b / c"} {
		tr := newTrial(t, crew("a b c", func(r *configs.Routing) { r.Queues[0].Strategy = strategy }))
		tr.ready("a", "b", "c")
		first := tr.call()
		got := string(tr.s.contacts[first].offers[0].agent.id)
		tr.do(Declined{"a", tr.offerID("a")})
		got += " " + string(tr.s.contacts[first].offers[0].agent.id)
		tr.do(HungUp{first, ByCaller, CauseNormal})
		got += " / " + string(tr.s.contacts[tr.call()].offers[0].agent.id)
		if got != want {
			t.Errorf("%s rang %s, want %s", strategy, got, want)
		}
	}
}

func ringing(tr *trial, c ContactID) string {
	var all []string
	for _, o := range tr.s.contacts[c].offers {
		all = append(all, string(o.agent.id))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestRingN(t *testing.T) {
	tr := newTrial(t, crew("a b c d", func(r *configs.Routing) { r.Queues[0].Strategy, r.Queues[0].RingN = "ring_n", 2 }))
	for _, a := range []AgentID{"a", "b", "c", "d"} { // a is idle for longest
		tr.ready(a)
		tr.pass(time.Second)
	}
	c := tr.call()
	if got := ringing(tr, c); got != "a b" {
		t.Fatalf("rings %s", got)
	}
	tr.do(Declined{"a", tr.offerID("a")}) // c takes her place at once, b rings on
	if got := ringing(tr, c); got != "b c" {
		t.Fatalf("rings %s", got)
	}
	tr.pass(20 * time.Second) // both ring out; a may again, but had her once
	if got := ringing(tr, c); got != "b d" && got != "c d" && got != "a d" && got != "d" {
		t.Fatalf("rings %s", got)
	}
	tr.accept("d")
	if got := ringing(tr, c); got != "" {
		t.Fatalf("rings %s", got)
	}
}

// One more each ring_step; those who ring go on ringing.
func TestRingProgressive(t *testing.T) {
	tr := newTrial(t, crew("a b c d e", func(r *configs.Routing) {
		r.Queues[0].Strategy, r.Queues[0].RingStep, r.Queues[0].RingFor = "ring_progressive", dur(5*time.Second), dur(30*time.Second)
	}))
	for _, a := range []AgentID{"a", "b", "c", "d", "e"} {
		tr.ready(a)
		tr.pass(time.Second)
	}
	c := tr.call()
	for _, want := range []string{"a", "a b", "a b c", "a b c d"} {
		if got := ringing(tr, c); got != want {
			t.Fatalf("rings %q, want %q", got, want)
		}
		tr.pass(5*time.Second - 1)
		if got := ringing(tr, c); got != want {
			t.Fatalf("rings %q too soon", got)
		}
		tr.pass(1)
	}
	tr.do(HungUp{c, ByCaller, CauseNormal})
	d := tr.call() // a new caller begins with one
	if got := ringing(tr, d); len(got) != 1 {
		t.Fatalf("rings %q", got)
	}
	tr.accept(AgentID(ringing(tr, d)))
	if tr.s.contacts[d].grow.armed() {
		t.Fatal("it grows on though somebody answered")
	}
}

// Lots fall evenly, or by weight, and the same again in a replay.
func TestLots(t *testing.T) {
	const rounds = 4000
	share := func(strategy string, weights map[string]int) (map[string]int, string) {
		tr := newTrial(t, crew("a b c", func(r *configs.Routing) {
			r.Queues[0].Strategy = strategy
			for i := range r.Agents {
				r.Agents[i].Weight = weights[r.Agents[i].ID]
			}
		}))
		tr.ready("a", "b", "c")
		tr.keep, tr.hears = false, nil
		won, order := map[string]int{}, ""
		for range rounds {
			c := tr.call()
			first := ringing(tr, c)
			won[first]++
			order += first
			tr.do(HungUp{c, ByCaller, CauseNormal})
		}
		return won, order
	}
	even, order := share("random", nil)
	if _, again := share("random", nil); again != order {
		t.Error("a replay draws other lots")
	}
	for a, n := range even {
		if n < rounds/3-200 || n > rounds/3+200 {
			t.Errorf("%s was first %d times of %d", a, n, rounds)
		}
	}
	heavy, _ := share("weighted_random", map[string]int{"a": 5, "b": 3}) // c: 0 counts as 1, nobody is left out
	for a, want := range map[string]int{"a": rounds * 5 / 9, "b": rounds * 3 / 9, "c": rounds / 9} {
		if n := heavy[a]; n < want-200 || n > want+200 {
			t.Errorf("%s was first %d times, want about %d", a, n, want)
		}
	}
	if len(slices.Collect(maps.Keys(even))) != 3 {
		t.Error(even)
	}
}

// Tiers are absolute: the strategy only orders within one.
func TestTiersAreAbsolute(t *testing.T) {
	for _, tt := range []struct{ strategy, want string }{
		{"longest_idle", "c d e b a"}, {"ring_all", "c+d e b+a"}, {"linear", "c d e a b"}, {"round_robin", "c d e a b"}, {"ring_n", "c+d e b+a"},
	} {
		tr := newTrial(t, crew("a b c d e", func(r *configs.Routing) {
			r.Queues[0].Strategy = tt.strategy
			for i, tier := range []int{7, 7, 0, 0, 3} {
				r.Agents[i].Tiers = []configs.Tier{{Queue: "hotline", Tier: tier}}
			}
		}))
		for i, a := range []AgentID{"b", "a", "e", "c", "d"} {
			tr.ready(a)
			tr.s.agents[a].idle = tr.now.Add(time.Duration(i) * time.Second)
		}
		if got := tr.sequence(tr.call()); got != tt.want {
			t.Errorf("%s rang %s, want %s", tt.strategy, got, tt.want)
		}
	}
}

// A pause, the end of a shift, an edit and a restart leave the day's figures as
// they are; midnight in Jakarta clears them.
func TestDoneToday(t *testing.T) {
	house := crew("a b", func(r *configs.Routing) { r.Queues[0].Strategy = "fewest_calls" })
	tr := newTrial(t, house) // 01:00 in Jakarta
	tr.ready("a", "b")
	var first AgentID
	for i := range 4 {
		c := tr.call()
		a := AgentID(ringing(tr, c))
		if i == 0 {
			first = a
		}
		tr.talk(a)
		tr.pass(time.Duration(i+1) * time.Minute)
		tr.do(HungUp{c, ByCaller, CauseNormal})
	}
	figures := func(s *state) string {
		a, b := s.agents["a"].done.on(s.today()), s.agents["b"].done.on(s.today())
		return fmt.Sprintf("%d %v, %d %v", a.calls, a.talk, b.calls, b.talk)
	}
	want := figures(tr.s)
	if d := tr.s.agents[first].done; d.calls != 2 || d.talk != 4*time.Minute && d.talk != 5*time.Minute {
		t.Fatalf("%+v", d)
	}
	tr.do(PauseAsked{"a", "break"}, ReadyAsked{"a"}, ShiftEnded{"b"}, RoutingChanged{Routing: house, Revision: 2})
	tr.ready("b")
	if got := figures(tr.s); got != want {
		t.Fatalf("%s became %s", want, got)
	}
	later := newState(house, 2, 1, tr.now)
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && Lasting(r.Entry) {
			later.remember(r.Entry)
		}
	}
	if got := figures(later); got != want {
		t.Fatalf("after a restart %s, not %s", got, want)
	}
	if later.lineByID["hotline"].pace != tr.s.lineByID["hotline"].pace {
		t.Fatal("the restart forgot how long talks last")
	}
	midnight := time.Date(2026, 3, 3, 0, 0, 0, 0, houseZone)
	tr.pass(midnight.Sub(tr.now) - 1)
	tr.do(Ticked{})
	if got := figures(tr.s); got != want {
		t.Fatalf("before midnight %s", got)
	}
	tr.pass(1)
	tr.do(Ticked{})
	if got := figures(tr.s); got != "0 0s, 0 0s" {
		t.Fatalf("after midnight %s", got)
	}
}

// Of two queues that share a volunteer, the heavier is served first, and with
// equal weight whoever waits longer.
func TestWeights(t *testing.T) {
	for weight, want := range map[int]string{0: "hotline", 5: "backup"} {
		tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[1].Weight = weight }))
		tr.call()
		tr.pass(time.Minute)
		late := tr.knock("0215550000")
		tr.do(Established{late})
		tr.do(SessionOpened{"dewi"}, ShiftStarted{"dewi"}, PathProven{"dewi"}, ReadyAsked{"dewi"}) // answers both
		if got := tr.s.agents["dewi"].offer.contact.line.id; string(got) != want {
			t.Errorf("weight %d: %s was served", weight, got)
		}
	}
}
