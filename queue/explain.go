package queue

import (
	"slices"
	"strconv"
	"strings"
)

// "Why is she still waiting?" has an answer after the fact, too: queue.why keeps
// it whenever it may have changed for her, so that a complaint of tomorrow can be
// looked into. It says what Why says, shorter; the states of volunteers in between
// are in the journal by themselves.

// explainNamed is how many volunteers on shift an answer names. Of more it counts
// the reasons: nobody reads two hundred names, and the journal keeps them for years.
const explainNamed = 12

// explainLater has c's reasons kept at the end of this event, when all that it
// leads to is decided.
func (s *state) explainLater(c *contact) {
	if !c.unexplained && c.virtual == nil {
		c.unexplained = true
		s.unexplained = append(s.unexplained, c)
	}
}

// explainAll runs once an event. Callers who are like each other get their answer
// from one look at the volunteers, so a tick that takes hundreds a step on costs
// no more than one.
func (s *state) explainAll() {
	var like *group
	var text string
	for _, c := range s.unexplained {
		c.unexplained = false
		switch {
		case c.phase != waiting || len(c.offers) > 0: // the journal has who rings for her
		case !c.plain():
			s.explain(c, s.exclusions(c))
		default:
			if like != c.group {
				like, text = c.group, s.exclusions(c)
			}
			s.explain(c, text)
		}
	}
	clear(s.unexplained)
	s.unexplained = s.unexplained[:0]
}

// plain tells whether nothing but her group decides who may be rung for c.
func (c *contact) plain() bool {
	return len(c.never) == 0 && len(c.passed) == 0 && c.exitDue == "" && !c.spared.armed() && c.awaits() == nil
}

// explain keeps why nobody talks to c, if it is something new.
func (s *state) explain(c *contact, text string) {
	if text != c.explained {
		c.explained = text
		s.record(Entry{Kind: QueueWhy, Contact: c.id, Queue: c.line.id, Result: text})
	}
}

// explainLeft keeps it for who goes out of her line without a talk.
func (s *state) explainLeft(c *contact, reason string) {
	if c.virtual == nil && len(c.offers) == 0 && reason != "talk" && reason != "moved" && reason != "failed" {
		s.explain(c, s.exclusions(c))
	}
}

// exclusions are the reasons of c's volunteers as the journal keeps them: those on
// shift as "sari:paused dewi:gender", those who are not as "offline=28"; of many
// the reasons are counted only, as "talking=40 paused=2". A line that has no
// volunteers gives "nobody".
func (s *state) exclusions(c *contact) string {
	members := c.line.members
	if len(members) == 0 {
		return "nobody"
	}
	s.reasons = s.reasons[:0]
	here := 0
	for _, a := range members {
		if a.onShift() {
			here++
		}
	}
	var text strings.Builder
	for _, a := range members {
		reason, _, _ := s.exclusion(c, a)
		if a.onShift() && here <= explainNamed {
			text.WriteString(string(a.id) + ":" + string(reason) + " ")
		} else {
			s.countReason(reason)
		}
	}
	for _, r := range s.reasons {
		text.WriteString(string(r.reason) + "=" + strconv.Itoa(r.n) + " ")
	}
	return strings.TrimSuffix(text.String(), " ")
}

// reasonCount is how many volunteers have a reason.
type reasonCount struct {
	reason Exclusion
	n      int
}

func (s *state) countReason(e Exclusion) {
	i := slices.IndexFunc(s.reasons, func(r reasonCount) bool { return r.reason == e })
	if i < 0 {
		s.reasons = append(s.reasons, reasonCount{e, 1})
		return
	}
	s.reasons[i].n++
}
