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
type order struct{ list []*contact }

// place returns c's place counted from 1, or 0 when she is not in it.
func (o *order) place(c *contact) int {
	i := o.search(c)
	if i < len(o.list) && o.list[i] == c {
		return i + 1
	}
	return 0
}

func (o *order) insert(c *contact) { o.list = slices.Insert(o.list, o.search(c), c) }

func (o *order) remove(c *contact) {
	if i := o.place(c); i > 0 {
		o.list = slices.Delete(o.list, i-1, i)
	}
}

func (o *order) search(c *contact) int {
	return sort.Search(len(o.list), func(i int) bool { return !before(o.list[i], c) })
}

// oldest returns since when the longest waiting caller waits. Inside an urgency
// the order is by time, so only the head of each needs a look.
func (o *order) oldest() (since time.Time, ok bool) {
	for u := ClassInterrupted + headOfLine; u >= ClassLow; u-- {
		i := sort.Search(len(o.list), func(i int) bool { return o.list[i].urgency() <= u })
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
