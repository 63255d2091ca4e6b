package queue

import (
	"cmp"
	"slices"
)

// preset is a ring strategy: how it ranks the agents who may be rung, and how
// many it rings at once. All else is the same for all of them.
type preset struct {
	key  func(s *state, l *line, a *agent) float64 // smaller is rung first
	size int                                       // 0: everybody of the best tier
}

var presets = map[string]preset{
	"longest_idle": {key: idleKey, size: 1},
	"ring_all":     {key: idleKey},
	"round_robin":  {key: turnKey, size: 1},
}

// presetOf returns the named preset; an unknown name is the default, so that a
// document of a newer version still rings somebody.
func presetOf(name string) preset {
	if p, ok := presets[name]; ok {
		return p
	}
	return presets["longest_idle"]
}

// idleKey: who is ready for longer goes first. Ready counts from the latest of
// end of call, end of wrap-up and becoming ready; see agent.idle.
func idleKey(s *state, _ *line, a *agent) float64 { return -float64(s.now.Sub(a.idle)) }

// turnKey: the agents in the document's order, beginning after the one rung
// last.
func turnKey(_ *state, l *line, a *agent) float64 {
	n := len(l.members)
	return float64((l.seat[a.id] - l.turn + n) % n)
}

// rank is an agent who may be rung for a contact, and how soon.
type rank struct {
	agent *agent
	tier  int     // absolute: a lower tier is exhausted first
	key   float64 // the preset's
	tie   uint64  // hash of seed and id, so that ties fall the same way in a replay
}

// ringSet returns whom to ring for c now: eligible -> sort(tier, key, tie) ->
// as many of the best tier as the preset rings at once. While she already
// rings, only agents of the tiers that ring are added.
func (s *state) ringSet(c *contact) []rank {
	p := presetOf(c.line.set.Strategy)
	room := p.size - len(c.offers)
	if p.size > 0 && room <= 0 {
		return nil
	}
	ranks := s.eligible(c, p)
	if len(ranks) == 0 {
		return nil
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.key, b.key), cmp.Compare(a.tie, b.tie), cmp.Compare(a.agent.id, b.agent.id))
	})
	best := ranks[0].tier
	for i, o := range c.offers {
		if i == 0 || o.tier > best {
			best = o.tier
		}
	}
	n := 0
	for n < len(ranks) && ranks[n].tier <= best && (p.size == 0 || n < room) {
		n++
	}
	return ranks[:n]
}

// eligible returns the agents of c's line who are ready and have not just
// declined her. An agent's tier is how often she had this contact already.
func (s *state) eligible(c *contact, p preset) []rank {
	ranks := s.ringing[:0]
	if c.awaits() != nil {
		return ranks // matchAwaiting rings for her
	}
	for _, a := range c.line.free {
		r := rank{agent: a, tie: a.tie}
		if had := c.passed[a.id]; had != nil {
			if s.now.Before(had.until) {
				continue
			}
			r.tier = had.rounds
		}
		r.key = p.key(s, c.line, a)
		ranks = append(ranks, r)
	}
	s.ringing = ranks
	return ranks
}

// match rings agents for callers until one side is used up. Callers of all
// lines are taken in one order, so an agent of two lines serves whoever waits
// longest. Without a ready agent it costs nothing; with some it looks at the
// heads of the lines only, because each caller it looks at either takes an
// agent or rings already or was just declined.
func (s *state) match() {
	if s.ready == 0 {
		return
	}
	at := make([]int, len(s.lines)) // how far each line is looked through
	for s.ready > 0 {
		c := s.firstOf(at)
		if c == nil {
			return
		}
		at[c.line.index]++
		if c.phase != waiting || c.exitDue != "" {
			continue
		}
		for _, r := range s.ringSet(c) {
			c.line.turn = c.line.seat[r.agent.id] + 1
			s.offerTo(c, r)
		}
	}
}

// firstOf returns the first caller, in the order of service, of the lines that
// still have a ready agent, each looked through up to at.
func (s *state) firstOf(at []int) *contact {
	var first *contact
	for i, l := range s.lines {
		if len(l.free) == 0 || at[i] >= len(l.order.list) {
			continue
		}
		if c := l.order.list[at[i]]; first == nil || before(c, first) {
			first = c
		}
	}
	return first
}
