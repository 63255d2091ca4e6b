package queue

import (
	"strings"
	"time"

	"sahut/configs"
)

// What a caller lives through whom a block or a limit keeps from being served
// like everybody:
//
//	words with the emergency numbers ──► the end, 8 s after them
//	   └── 1 1, or the code ──► supervisors
//	supervisors alone
//	everybody, but last
//
// Nobody gets a dead line, and whoever knows the key reaches a person.

// bar is why she is not served like everybody, and how far she is.
type bar struct {
	action BlockAction
	words  bool   // they are being said to her
	keys   string // pressed during the words
}

const (
	barredWait = 8 * time.Second // for keys, after the words
	barredKeys = "0123456789"
)

// screen looks, before c is answered, whether a block or a limit applies.
func (s *state) screen(c *contact) {
	if b := s.blockOf(c); b != nil {
		b.Hits++
		c.bar = &bar{action: b.Action}
		s.record(Entry{Kind: BlockMet, Contact: c.id, Block: b.ID, Queue: c.line.id, Result: string(b.Action)})
		s.order(HitBlock{b.ID, s.now})
		return
	}
	if why, n := s.flooded(c); why != "" {
		c.bar = &bar{action: ActionLowClass}
		if s.flood.Over == configs.FloodWords {
			c.bar.action = ActionMessage
		}
		s.record(Entry{Kind: FloodMet, Contact: c.id, Queue: c.line.id, Reason: why, Result: string(c.bar.action), Count: n})
	}
}

// turnedAway tells whether c hears the words instead of a greeting.
func (c *contact) turnedAway() bool { return c.bar != nil && c.bar.action == ActionMessage }

// low tells whether c is served after everybody else. Once she talked, she is a
// contact like any other.
func (c *contact) low() bool {
	return c.bar != nil && c.bar.action == ActionLowClass && !c.talked
}

// barred leads an answered caller her own way, and tells whether it did.
func (s *state) barred(c *contact) bool {
	if c.bar == nil {
		return false
	}
	switch c.bar.action {
	case ActionMessage:
		s.tellBarred(c)
		return true
	case ActionSupervisor:
		s.toSupervisors(c)
		return true
	}
	return false
}

// tellBarred says the words, waits a moment for keys, and ends the call.
func (s *state) tellBarred(c *contact) {
	c.outcome, c.bar.words = OutcomeBlocked, true
	words := s.barring.Prompt
	if words == "" {
		words = closingWords
	}
	s.enter(c, choosing)
	s.inquire(c, inquiry{
		prompts: []string{words}, keys: barredKeys, timeout: barredWait,
		answer: func(rune) { s.end(c, BySystem, CausePlayed) },
	})
}

// barredKey takes a key during the words. They go on meanwhile: whoever stands
// beside her hears nothing unusual.
func (s *state) barredKey(c *contact, key rune) {
	const kept = 8 // the longest code
	c.bar.keys += string(key)
	c.bar.keys = c.bar.keys[max(0, len(c.bar.keys)-kept):]
	switch code := s.barring.Code; {
	case strings.HasSuffix(c.bar.keys, configs.SilentKey):
		s.letThrough(c, "key")
	case code != "" && strings.HasSuffix(c.bar.keys, code):
		s.letThrough(c, "code")
	}
}

// letThrough brings her to the supervisors.
func (s *state) letThrough(c *contact, how string) {
	s.record(Entry{Kind: BlockPassed, Contact: c.id, Queue: c.line.id, Result: how})
	c.outcome, c.bar.words, c.bar.action = "", false, ActionSupervisor
	s.unask(c)
	s.toSupervisors(c)
	if c.phase.inLine() {
		s.order(Wait{Contact: c.id, Sound: c.sound("")})
	}
}

// toSupervisors lets c into the queue the document names for it, or has the
// supervisors alone of the queue she called rung for her. If there is neither,
// she is served after everybody else.
func (s *state) toSupervisors(c *contact) {
	if l := s.lineByID[QueueID(s.barring.Queue)]; l != nil {
		c.line = l
	} else if c.line.supervised() {
		c.needs.supervisor = true
	} else {
		c.bar.action = ActionLowClass
	}
	s.admit(c, false)
}

// supervised tells whether a supervisor answers l at all.
func (l *line) supervised() bool {
	for _, a := range l.members {
		if a.supervisor {
			return true
		}
	}
	return false
}
