package queue

import (
	"slices"
	"strings"
	"time"
)

// What a caller presses: the keys that end a call without a word, the answers
// to what she was asked, and in a talk whatever her volunteer asked her for.

const (
	quickWithin = 2 * time.Second // between the two zeros
	askWithin   = 3 * time.Minute // from Ask to Asked: longer than any words
)

// inquiry is what a caller is being asked. She hears the prompts, and then has
// timeout to press one of keys; the volunteer's answer comes before hers.
type inquiry struct {
	first   []string // said before the prompts, once
	prompts []string
	keys    string
	timeout time.Duration
	again   int            // how often more it is asked
	answer  func(key rune) // 0: she pressed nothing that counts
	due     token
}

// inquire asks c. Her music goes on when the words are over. Whatever else happens
// to her ends the question unanswered.
func (s *state) inquire(c *contact, q inquiry) {
	s.unask(c)
	c.inquiry = &q
	s.putInquiry(c)
}

func (s *state) putInquiry(c *contact) {
	c.asks++
	s.order(Ask{Contact: c.id, Ask: c.asks, Prompts: slices.Concat(c.inquiry.first, c.inquiry.prompts), Sound: c.sound("")})
	s.arm(&c.inquiry.due, askWithin, func() { s.unanswered(c) })
}

// unask withdraws the question; nobody answers it any more.
func (s *state) unask(c *contact) {
	if c.inquiry != nil {
		c.inquiry.due.disarm()
		c.inquiry = nil
	}
}

// onAsked: the words are over; now she may think.
func (s *state) onAsked(ev Asked) {
	c := s.contacts[ev.Contact]
	if c == nil || c.inquiry == nil || ev.Ask != c.asks {
		return
	}
	if c.inquiry.keys == "" {
		s.answerInquiry(c, 0)
		return
	}
	s.arm(&c.inquiry.due, c.inquiry.timeout, func() { s.unanswered(c) })
}

// unanswered: she pressed nothing, or a key that means nothing.
func (s *state) unanswered(c *contact) {
	if c.inquiry.again == 0 {
		s.answerInquiry(c, 0)
		return
	}
	c.inquiry.again--
	c.inquiry.first = nil
	s.putInquiry(c)
}

func (s *state) answerInquiry(c *contact, key rune) {
	answer := c.inquiry.answer
	s.unask(c)
	answer(key)
}

// onKeyPressed gives a key to what it is for.
func (s *state) onKeyPressed(ev KeyPressed) {
	c := s.contacts[ev.Contact]
	if c == nil || phoneKey(ev.Key) < 0 {
		return
	}
	switch {
	case s.quick(c, ev.Key):
		s.quickExit(c)
	case c.bar != nil && c.bar.words && c.inquiry != nil:
		s.barredKey(c, ev.Key)
	case c.inquiry != nil:
		s.inquiryKey(c, ev.Key)
	case c.agent != nil && c.phase.withAgent():
		s.keyHeard(c, ev.Key)
	}
}

// quick tells whether key is the second of two zeros: somebody came in, and she
// must be off the phone at once (SI-3).
func (s *state) quick(c *contact, key rune) bool {
	if key != '0' {
		c.zero = time.Time{}
		return false
	}
	second := !c.zero.IsZero() && s.now.Sub(c.zero) <= quickWithin
	c.zero = s.now
	return second && s.callersLeg(c) && c.phase != ending && c.phase != arriving
}

// callersLeg tells whether c's keys are those of somebody who called here, be it
// that we call her now: somebody may come in on exactly this call.
func (s *state) callersLeg(c *contact) bool {
	return !c.out || c.calls != nil || s.person(c.caller, true) != ""
}

// quickExit ends her call without a word, as if she had hung up. If we called her,
// our telephone call is what gave her away: nobody calls again before she says
// anew that it is safe.
func (s *state) quickExit(c *contact) {
	if c.out {
		e := Entry{Contact: c.id, Queue: c.line.id, Reason: string(CauseQuickExit)}
		if c.agent != nil {
			e.Agent = c.agent.id
		}
		s.forgetConsent(s.person(c.caller, true), e)
	}
	s.order(End{Contact: c.id, By: ByCaller, Cause: CauseQuickExit})
	s.finish(c, ByCaller, CauseQuickExit)
}

// inquiryKey takes an answer. A key that is none has the question asked again;
// a zero may be the first of two.
func (s *state) inquiryKey(c *contact, key rune) {
	switch {
	case strings.ContainsRune(c.inquiry.keys, key):
		s.answerInquiry(c, key)
	case c.inquiry.keys != "" && key != '0':
		s.unanswered(c)
	}
}

// keyHeard shows what the caller pressed in a talk. Keys may be a card number or
// a code, so the journal never has them.
func (s *state) keyHeard(c *contact, key rune) {
	if s.silentKey(c, key) {
		return
	}
	c.keys += string(key)
	if over := len(c.keys) - keysShown; over > 0 {
		c.keys = c.keys[over:]
	}
	s.notify(c.agent, Notice{Code: KeyHeard, Contact: c.id, Key: string(key)})
	s.show(c.agent)
}

// phoneKey is a key a telephone has, or -1.
func phoneKey(r rune) rune {
	if strings.ContainsRune("0123456789*#ABCD", r) {
		return r
	}
	return -1
}
