package queue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// member is a queue member by Asterisk's rules (calc_metric of app_queue), for
// the strategies it documents. The lowest metric is rung first; a penalty of 1
// outweighs everything a strategy can say.
//
//	ringall      0: all with the best metric ring
//	leastrecent  0 if never called, else 1,000,000 - seconds since the last hang-up
//	fewestcalls  calls completed
//	rrmemory     the place in the list after the one rung last
//	linear       the place in the list
//
// Equal metrics are taken in the order of the list.
type member struct {
	name    string
	penalty int
	place   int
	calls   int
	last    time.Time
}

func (m member) metric(strategy string, now time.Time, rrpos, members int) int {
	metric := 0
	switch strategy {
	case "leastrecent":
		if !m.last.IsZero() {
			metric = 1_000_000 - int(now.Sub(m.last)/time.Second)
		}
	case "fewestcalls":
		metric = m.calls
	case "rrmemory":
		metric = m.place
		if m.place < rrpos {
			metric += 1000
		}
	case "linear":
		metric = m.place
	}
	return metric + m.penalty*1_000_000
}

// TestAsterisk plays 1,000 random histories with each of Asterisk's documented
// strategies and its counterpart here, and wants the same members in the same
// order for the next caller.
//
// The histories are such that the rules coincide. They deliberately do not
// where Asterisk's serve people ill: longest_idle counts from becoming ready,
// not from the last call, so who is back from a break is not hit at once (here:
// no pauses, no wrap-up, shifts begun in the order of the list); fewest_calls
// counts the day, not since a restart, over all queues (here: one queue, one
// day) and falls by lot between equals (here: equals are compared as a set);
// who just declined is not rung again before all others had her chance, tiers
// notwithstanding (here: one decision, no declines).
func TestAsterisk(t *testing.T) {
	for theirs, ours := range map[string]string{
		"ringall": "ring_all", "leastrecent": "longest_idle", "fewestcalls": "fewest_calls", "rrmemory": "round_robin", "linear": "linear",
	} {
		t.Run(theirs, func(t *testing.T) {
			for seed := range uint64(1000) {
				differ(t, theirs, ours, seed)
			}
		})
	}
}

func differ(t *testing.T, theirs, ours string, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 5))
	n := 2 + rnd.IntN(8)
	var names []string
	members := make([]member, n)
	for i := range members {
		members[i] = member{name: fmt.Sprintf("m%d", i), place: i}
		if rnd.IntN(3) == 0 {
			members[i].penalty = rnd.IntN(3)
		}
		names = append(names, members[i].name)
	}
	tr := newTrial(t, crew(strings.Join(names, " "), func(r *configs.Routing) {
		r.Queues[0].Strategy = ours
		for i := range r.Agents {
			r.Agents[i].Tiers = []configs.Tier{{Queue: "hotline", Tier: members[i].penalty}}
		}
	}))
	tr.keep, tr.hears = false, nil
	for _, name := range names {
		tr.ready(AgentID(name))
		tr.pass(time.Second)
	}
	rrpos := 0
	for range rnd.IntN(20) {
		c := tr.call()
		offers := tr.s.contacts[c].offers
		rung := offers[len(offers)-1].agent.id
		rrpos = slices.Index(names, string(rung)) + 1
		if rnd.IntN(5) > 0 {
			tr.pass(time.Duration(rnd.IntN(5)) * time.Second)
			winner := offers[rnd.IntN(len(offers))].agent.id
			tr.talk(winner)
			tr.pass(time.Duration(1+rnd.IntN(600)) * time.Second)
			m := &members[slices.Index(names, string(winner))]
			m.calls++
			m.last = tr.now
		}
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.pass(time.Duration(1+rnd.IntN(60)) * time.Second)
	}

	metric := func(m member) int { return m.metric(theirs, tr.now, rrpos, n) }
	want := slices.Clone(members)
	slices.SortStableFunc(want, func(a, b member) int { return metric(a) - metric(b) })

	id := tr.knock(hotlineNumber)
	c := tr.s.contacts[id]
	s := tr.s
	s.stand(c, c.line) // one decision, without ringing anybody
	c.line.order.insert(c)
	ranks := slices.Clone(s.eligible(c))
	slices.SortFunc(ranks, compareRanks)
	set := s.ringSet(c)
	c.line.order.remove(c)

	line := func(of func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 && metric(want[i]) != metric(want[i-1]) {
				b.WriteString("| ")
			}
			b.WriteString(of(i) + " ")
		}
		return b.String()
	}
	a, b := line(func(i int) string { return want[i].name }), line(func(i int) string { return string(ranks[i].agent.id) })
	if theirs == "fewestcalls" || theirs == "ringall" { // equals fall by lot, or ring all at once
		a, b = sortedParts(a), sortedParts(b)
	}
	if a != b {
		t.Fatalf("seed %d: Asterisk's %s gives %s, our %s %s", seed, theirs, a, ours, b)
	}
	if theirs == "ringall" {
		best := slices.IndexFunc(want, func(m member) bool { return metric(m) != metric(want[0]) })
		if best < 0 {
			best = n
		}
		if len(set) != best {
			t.Fatalf("seed %d: Asterisk rings %d, we %d", seed, best, len(set))
		}
	}
}

func sortedParts(s string) string {
	parts := strings.Split(s, "| ")
	for i, p := range parts {
		words := strings.Fields(p)
		slices.Sort(words)
		parts[i] = strings.Join(words, " ")
	}
	return strings.Join(parts, " | ")
}
