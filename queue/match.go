package queue

import (
	"cmp"
	"slices"
)

// rank is an agent who may be rung for a contact, and how soon.
type rank struct {
	agent *agent
	tier  int     // absolute: a lower tier is exhausted first
	key   float64 // the preset's
	tie   uint64  // hash of seed and id, so that ties fall the same way in a replay
}

func compareRanks(a, b rank) int {
	return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.key, b.key), cmp.Compare(a.tie, b.tie), cmp.Compare(a.agent.id, b.agent.id))
}

// ringSet returns whom to ring for c now: eligible -> sort(tier, key, tie) ->
// as many of the best tier as the preset rings at once. While she already
// rings, only agents of the tiers that ring are added.
func (s *state) ringSet(c *contact) []rank {
	p, room := presetOf(c.reach().strategy), len(c.line.free)
	if p.size != nil {
		room = min(room, p.size(s, c)-len(c.offers))
	}
	if room <= 0 {
		return nil
	}
	ranks := s.eligible(c)
	if len(ranks) == 0 {
		return nil
	}
	slices.SortFunc(ranks, compareRanks)
	best := ranks[0].tier
	for i, o := range c.offers {
		if i == 0 || o.tier > best {
			best = o.tier
		}
	}
	n := 0
	for n < len(ranks) && ranks[n].tier <= best && n < room {
		n++
	}
	return ranks[:n]
}

// reach is what holds for c now; while it rings, what held when that began.
func (c *contact) reach() *reach {
	if len(c.offers) > 0 {
		return &c.rung
	}
	return c.group.now()
}

// eligible returns the agents of c's line who are ready and may be rung for her.
func (s *state) eligible(c *contact) []rank {
	ranks := s.ringing[:0]
	s.sparing = false
	if c.awaits() != nil {
		return ranks // matchAwaiting rings for her
	}
	if c.virtual != nil && !s.mayCallBack() {
		return ranks
	}
	st := c.reach()
	key := presetOf(st.strategy).key
	for _, a := range c.line.free {
		if c.line.unfit(st, c.needs, a) != "" || s.excluded(c, a) != "" {
			continue
		}
		if s.spares(c, a) {
			s.sparing = true
			continue
		}
		ranks = append(ranks, rank{agent: a, tier: c.tierOf(a), key: key(s, c, a), tie: a.tie})
	}
	s.ringing = ranks
	return ranks
}

// tierOf is how late a is rung for c: first who had this contact less often,
// among them by the document's tiers, and before all of them the one she
// talked to last.
func (c *contact) tierOf(a *agent) int {
	const tiers = 100
	rounds := 0
	if had := c.passed[a.id]; had != nil {
		rounds = had.rounds
	}
	if c.prefers == a.id && rounds == 0 {
		return 0
	}
	return rounds*tiers + 1 + min(c.line.tier[a.id], tiers-2)
}

// Why somebody who fits is not rung for this one caller.
const (
	ExcludedNever    Exclusion = "never"    // the caller asked not to have her again
	ExcludedDeclined Exclusion = "declined" // had this caller a moment ago
	ExcludedPage     Exclusion = "page"     // a call-back needs her page open
)

// excluded tells what stands between c and a beside what c needs.
func (s *state) excluded(c *contact, a *agent) Exclusion {
	if slices.Contains(c.never, a.id) {
		return ExcludedNever
	}
	if c.virtual != nil && !a.session { // what she may say stands on it, and her first word
		return ExcludedPage
	}
	if had := c.passed[a.id]; had != nil && s.now.Before(had.until) {
		return ExcludedDeclined
	}
	return ""
}

// cursor is how far match has looked through a group.
type cursor struct {
	group  *group
	at     int
	served bool
	asOf   OfferID // the latest offer when served was found
}

// match rings agents for callers until one side is used up. Callers of all
// lines are taken in one order, so an agent of two lines serves whoever waits
// longest; a line with more weight comes first. Without a ready agent it costs
// nothing. With some it looks at the groups that one of them can serve, and in
// those at the heads only, because each caller it looks at either takes an
// agent or rings already or was just declined.
func (s *state) match() {
	if s.ready == 0 {
		return
	}
	all := s.cursors[:0]
	for _, l := range s.lines {
		if len(l.free) > 0 {
			for _, g := range l.order.groups {
				all = append(all, cursor{group: g, asOf: ^OfferID(0)})
			}
		}
	}
	for s.ready > 0 {
		next := s.firstOf(all)
		if next == nil {
			break
		}
		c := next.group.list[next.at]
		next.at++
		if c.phase != waiting || c.exitDue != "" {
			continue
		}
		s.sparing = false
		ring := s.ringSet(c)
		if len(ring) == 0 && s.sparing {
			s.spareFor(c)
		}
		for _, r := range ring {
			c.line.turn = c.line.seat[r.agent.id] + 1
			s.offerTo(c, r)
		}
	}
	clear(all)
	s.cursors = all
}

// firstOf returns the cursor at the first caller, in the order of service, of
// the groups that a ready agent can serve.
func (s *state) firstOf(all []cursor) (first *cursor) {
	for i := range all {
		cur := &all[i]
		if cur.at >= len(cur.group.list) {
			continue
		}
		if cur.asOf != s.lastOffer {
			cur.asOf, cur.served = s.lastOffer, cur.group.served()
		}
		if cur.served && (first == nil || sooner(cur.head(), first.head())) {
			first = cur
		}
	}
	return first
}

func (cur *cursor) head() *contact { return cur.group.list[cur.at] }

// sooner is the order of service over all lines: the heavier line, then before.
func sooner(a, b *contact) bool {
	if a, b := a.line.set.Weight, b.line.set.Weight; a != b {
		return a > b
	}
	return before(a, b)
}
