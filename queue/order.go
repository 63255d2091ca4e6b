package queue

import (
	"slices"
	"sort"
	"time"
)

// Class is how urgent a contact is. A higher class is always served before a
// lower one; inside a class the longer wait goes first.
type Class int8

// The classes, lowest first.
const (
	ClassLow         Class = iota // a known nuisance: served, but last
	ClassNormal                   // everyone
	ClassPriority                 // in danger, or dropped and back
	ClassInterrupted              // was talking when the volunteer's path broke
)

// String is the word the journal keeps.
func (c Class) String() string {
	switch c {
	case ClassLow:
		return "low"
	case ClassPriority:
		return "priority"
	case ClassInterrupted:
		return "interrupted"
	}
	return "normal"
}

// urgency is the first key of the order: who talked already and lost her agent
// or was handed on comes before all who did not; then the class counts.
func (c *contact) urgency() Class {
	if c.head {
		return c.class + headOfLine
	}
	return c.class
}

const headOfLine = ClassInterrupted + 1

// before is the order callers are served in: (urgency desc, entered - credit
// asc, seq). seq is unique, so there are no ties and the order is total.
func before(a, b *contact) bool {
	if a, b := a.urgency(), b.urgency(); a != b {
		return a > b
	}
	at, bt := a.entered.Add(-a.credit), b.entered.Add(-b.credit)
	if !at.Equal(bt) {
		return at.Before(bt)
	}
	return a.seq < b.seq
}

// order is the callers of one line, first to be served first. A sorted slice
// beats a tree here: 10,000 pointers move in microseconds, a place is a binary
// search, and the head is at hand.
type order struct {
	list   []*contact
	groups []*group // the same callers by what they need; none is empty
}

// place returns c's place counted from 1, or 0 when she is not in it.
func (o *order) place(c *contact) int {
	if i, ok := seek(o.list, c); ok {
		return i + 1
	}
	return 0
}

func (o *order) insert(c *contact) {
	i, _ := seek(o.list, c)
	o.list = slices.Insert(o.list, i, c)
	o.gather(c)
}

func (o *order) remove(c *contact) {
	if i, ok := seek(o.list, c); ok {
		o.list = slices.Delete(o.list, i, i+1)
		o.scatter(c)
	}
}

// regroup takes c, who is in o, to the group of her step and needs.
func (o *order) regroup(c *contact) {
	o.scatter(c)
	o.gather(c)
}

// gather adds c to her group.
func (o *order) gather(c *contact) {
	at := slices.IndexFunc(o.groups, func(g *group) bool { return g.step == c.step && g.needs == c.needs })
	if at < 0 {
		at = len(o.groups)
		o.groups = append(o.groups, &group{line: c.line, needs: c.needs, step: c.step})
	}
	g := o.groups[at]
	i, _ := seek(g.list, c)
	g.list = slices.Insert(g.list, i, c)
	c.group = g
}

// scatter takes c out of her group.
func (o *order) scatter(c *contact) {
	g := c.group
	if i, ok := seek(g.list, c); ok {
		g.list = slices.Delete(g.list, i, i+1)
	}
	c.group = nil
	if len(g.list) == 0 {
		o.groups = slices.DeleteFunc(o.groups, func(h *group) bool { return h == g })
	}
}

// seek returns where c is in list, or where she belongs.
func seek(list []*contact, c *contact) (i int, ok bool) {
	i = sort.Search(len(list), func(i int) bool { return !before(list[i], c) })
	return i, i < len(list) && list[i] == c
}

// oldest returns since when the longest waiting caller waits. Inside an urgency
// the order is by time, so only the head of each needs a look.
func (o *order) oldest() (since time.Time, ok bool) {
	for u := ClassInterrupted + headOfLine; u >= ClassLow; u-- {
		i := sort.Search(len(o.list), func(i int) bool { return o.list[i].urgency() <= u })
		for i < len(o.list) && o.list[i].virtual != nil { // nobody waits on the phone there
			i++
		}
		if i == len(o.list) || o.list[i].urgency() != u {
			continue
		}
		if at := o.list[i].entered; !ok || at.Before(since) {
			since, ok = at, true
		}
	}
	return since, ok
}

// stays is the same callers by when they entered this line, earliest first.
// max_wait is one figure per line, so its head is always the next to leave and
// one deadline a line is enough. It is a list threaded through the contacts:
// callers enter at the end and leave anywhere.
type stays struct{ first, last *contact }

func (l *stays) add(c *contact) {
	c.earlier, c.later = l.last, nil
	if l.last == nil {
		l.first = c
	} else {
		l.last.later = c
	}
	l.last = c
}

func (l *stays) remove(c *contact) {
	if c.earlier == nil {
		l.first = c.later
	} else {
		c.earlier.later = c.later
	}
	if c.later == nil {
		l.last = c.earlier
	} else {
		c.later.earlier = c.earlier
	}
	c.earlier, c.later = nil, nil
}
