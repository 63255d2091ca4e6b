package queue

import (
	"slices"
	"time"

	"sahut/configs"
)

// reach is who may be rung for a caller by now, and how: what a line begins
// with, and what each of its steps made of it. Each is wider than the one
// before.
type reach struct {
	strategy    string
	tiers       int  // the highest that is rung
	anyLanguage bool // she is asked whether another is fine
	anyTopic    bool
	supervisors bool
	mobiles     bool
}

// reachesOf returns the reach a queue begins with, one for each step, and a last
// one that no time leads to: everybody, whatever she knows. It is taken when
// nobody present fits the others. The gender is in none of them, because nothing
// waives it but the caller; nor does any waive her language, see unmet.go.
func reachesOf(q configs.Queue) []reach {
	now := reach{strategy: q.Strategy, supervisors: true, mobiles: true, tiers: allTiers}
	for _, step := range q.Steps {
		if step.Tiers > 0 {
			now.tiers = 0
		}
		now.supervisors = now.supervisors && !step.Supervisors
		now.mobiles = now.mobiles && !step.Mobiles
	}
	reaches := []reach{now}
	for _, step := range q.Steps {
		if step.Strategy != "" {
			now.strategy = step.Strategy
		}
		now.tiers = max(now.tiers, step.Tiers)
		now.anyLanguage = now.anyLanguage || slices.Contains(step.Drop, configs.NeedLanguage)
		now.anyTopic = now.anyTopic || slices.Contains(step.Drop, configs.NeedTopic)
		now.supervisors = now.supervisors || step.Supervisors
		now.mobiles = now.mobiles || step.Mobiles
		reaches = append(reaches, now)
	}
	now.tiers, now.anyTopic, now.supervisors, now.mobiles = allTiers, true, true, true
	return append(reaches, now)
}

const allTiers = 1 << 30

// group is those callers of a line for whom the same agents may be rung: they
// need the same and took the same steps. There are few of them in a line
// however many wait, so that a caller whom nobody free can serve is passed over
// with all who are like her in one look.
type group struct {
	line  *line
	needs needs
	step  int // of the line's, that their wait led to
	list  []*contact

	reach int    // the one that holds: the step's, or a later one that somebody present fits
	staff uint64 // line.staff when reach was found
}

// now returns the reach that holds for g: the first from its step on that
// somebody present fits. If there is nobody at all, it is the step's.
func (g *group) now() *reach {
	l := g.line
	if g.staff != l.staff {
		g.staff, g.reach = l.staff, g.due()
		for i := g.reach; i < len(l.reaches); i++ {
			if g.met(i) {
				g.reach = i
				break
			}
		}
	}
	return &l.reaches[g.reach]
}

// due is the reach that g's time has led to, whoever is present; taken is what holds
// in it. After an edit there may be fewer steps than were taken.
func (g *group) due() int { return min(g.step, len(g.line.reaches)-2) }

func (g *group) taken() *reach { return &g.line.reaches[g.due()] }

// met tells whether somebody present fits reach i of g's line.
func (g *group) met(i int) bool {
	return slices.ContainsFunc(g.line.members, func(a *agent) bool {
		return a.present && g.line.unfit(&g.line.reaches[i], g.needs, a) == ""
	})
}

// served tells whether somebody ready may be rung for g.
func (g *group) served() bool {
	st := g.now()
	for _, a := range g.line.free {
		if g.line.unfit(st, g.needs, a) == "" {
			return true
		}
	}
	return false
}

// stepBy is how many steps of l a caller has taken who stood in it for so long.
func (l *line) stepBy(stood time.Duration) int {
	n := 0
	for n < len(l.set.Steps) && l.set.Steps[n].After.D() <= stood {
		n++
	}
	return n
}

// stand begins c's way through the steps of l; a caller who came back to her
// place goes on where she was.
func (s *state) stand(c *contact, l *line) {
	if !c.resumed {
		c.stood = s.now
	}
	c.resumed = false
	c.rungs = l.rungsBy(s.now.Sub(c.stood))
	c.step = l.stepBy(s.now.Sub(c.stood))
}

// stepOn takes c on by the time she has stood and by the steps of now. While
// somebody rings for her nothing changes; the end of the ring comes back here.
func (s *state) stepOn(c *contact) {
	l := c.line
	if c.group == nil || len(c.offers) > 0 {
		return
	}
	if to := l.stepBy(s.now.Sub(c.stood)); to != c.step {
		c.step = to
		l.order.regroup(c)
		c.doubt()
		s.record(Entry{Kind: QueueStep, Contact: c.id, Queue: l.id, Count: to})
		s.explainLater(c)
	}
	if c.step < len(l.set.Steps) {
		s.timers.arm(&c.widen, c.stood.Add(l.set.Steps[c.step].After.D()), func() { s.stepOn(c) })
	} else {
		c.widen.disarm()
	}
}

// restaff notes that who is present changed, or how she is rung.
func (a *agent) restaff() {
	for _, l := range a.lines {
		l.staff++
		l.doubtful = true
	}
}
