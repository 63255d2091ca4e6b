package queue

import (
	"slices"
	"time"
)

// What a caller asked for and nobody present can give. She is told so, honestly
// and once in each queue, whenever it becomes true: as she enters, when she is
// moved on, when the last volunteer goes who could; and she chooses. Nothing but
// her own key waives it.

// The keys of her choice.
const (
	keyWait    = '1'
	keyAnybody = '2'
	keyMessage = '3'
)

// The reasons of choice.made.
const (
	unmetGender   = "gender"
	unmetLanguage = "language"
)

// dropLanguage is unmetLanguage once more: those who speak hers are busy, and a
// step of the queue thinks that another will do (RO-5).
const dropLanguage = "drop"

// askUnmet runs once an event, after match: who is rung for is not asked. It looks at
// the queues whose staff changed, and at those that somebody entered who asked for
// something.
func (s *state) askUnmet() {
	for _, l := range s.lines {
		if !l.doubtful {
			continue
		}
		l.doubtful = false
		for _, g := range l.order.groups {
			if what := s.lacks(g); what != "" {
				for _, c := range g.list {
					s.tellUnmet(c, what)
				}
			}
		}
	}
}

// doubt has c looked at by askUnmet, if she asked for something.
func (c *contact) doubt() {
	if c.needs.gender != "" || c.needs.language != "" {
		c.line.doubtful = true
	}
}

// lacks is what nobody present can give the callers of g.
func (s *state) lacks(g *group) string {
	if g.needs.gender != "" && !slices.ContainsFunc(g.line.members, func(a *agent) bool { return a.present && g.needs.allow(a) }) {
		return unmetGender
	}
	if n := g.needs; n.language == "" || n.another || g.line.oneLanguage {
		return ""
	}
	if !slices.ContainsFunc(g.line.members, func(a *agent) bool { return a.present && g.needs.allow(a) && a.speaks(g.needs.language) }) {
		return unmetLanguage
	}
	if g.taken().anyLanguage {
		return dropLanguage
	}
	return ""
}

// tellUnmet asks c about what is lacking, if she was not in this queue. Who is
// rung for or asked something else is asked when that is over, see rungOn.
func (s *state) tellUnmet(c *contact, what string) {
	if c.virtual != nil || c.phase != waiting || len(c.offers) > 0 || c.inquiry != nil || c.awaits() != nil {
		return
	}
	key := what + " " + string(c.line.id)
	if slices.Contains(c.unmet, key) {
		return
	}
	c.unmet = append(c.unmet, key)
	words := nobodyWords[c.needs.gender]
	if what != unmetGender {
		what, words = unmetLanguage, languageWords
	}
	s.inquire(c, inquiry{
		prompts: []string{words}, keys: "123", timeout: 8 * time.Second, again: 1,
		answer: func(key rune) { s.unmetAnswered(c, what, key) },
	})
}

func (s *state) unmetAnswered(c *contact, what string, key rune) {
	if key == 0 {
		key = keyWait
	}
	s.record(Entry{Kind: ChoiceMade, Contact: c.id, Queue: c.line.id, Reason: what, Result: string(key)})
	switch key {
	case keyAnybody:
		if what == unmetGender {
			c.needs.gender = ""
		} else {
			c.needs.another = true
		}
		c.line.order.regroup(c)
		s.stayInLine(c)
	case keyMessage:
		s.leaveForMessage(c)
	default:
		s.stayInLine(c)
	}
}
