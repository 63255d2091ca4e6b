package queue

import (
	"cmp"
	"time"

	"sahut/configs"
)

// A message is what a caller leaves who could not be answered. The channel says
// the words, records and keeps; the desk knows that it was left, and never what
// is in it.

// MessageOrder is how a message is taken.
type MessageOrder struct {
	Queue    QueueID
	Caller   string // masked
	Language string
	Consent  string // prompt: that it will be recorded, who listens, how long it is kept
	Limit    time.Duration
	Silence  time.Duration // without a word, until it is over
}

// leaveMessage has c, who has left her line, leave a message. Whatever becomes
// of it, she is thanked and the call ends.
func (s *state) leaveMessage(c *contact) {
	set := s.messages
	s.unask(c)
	c.outcome = OutcomeClosed // unless she says something
	s.enter(c, recording)
	s.order(TakeMessage{Contact: c.id, Order: MessageOrder{
		Queue: c.line.id, Caller: c.caller.String(), Language: c.language, Consent: set.Consent, Limit: set.Limit.D(), Silence: set.Silence.D(),
	}})
	s.arm(&c.limit, set.Limit.D()+closeWithin, func() { s.close(c, c.line.words(), c.outcome) })
}

// onMessageTaken: it is over, kept or not. Gone says that she hung up. Whose
// message is kept is asked whether she may be called.
func (s *state) onMessageTaken(ev MessageTaken) {
	c := s.contacts[ev.Contact]
	if c == nil || c.phase != recording || c.inquiry != nil {
		return
	}
	words := c.line.words()
	if ev.Kept {
		c.outcome, words = OutcomeVoicemail, cmp.Or(s.messages.Thanks, words)
		s.record(Entry{Kind: MessageLeft, Contact: c.id, Queue: c.line.id, MS: ms(ev.Length)})
	}
	switch {
	case ev.Gone: // HungUp is on its way
	case ev.Kept && c.bar == nil && s.denied(c.caller) == "":
		s.askAfterMessage(c, words)
	default:
		s.close(c, words, c.outcome)
	}
}

// aloneWords end the call of who left a message and is not called back.
const aloneWords = "message-alone"

// askAfterMessage asks c, after the thanks, whether it is safe to call her back.
func (s *state) askAfterMessage(c *contact, thanks string) {
	s.arm(&c.limit, closeWithin, func() { s.close(c, aloneWords, c.outcome) })
	s.inquire(c, inquiry{
		first: []string{thanks}, prompts: []string{safeQuestion}, keys: "12", timeout: safeWithin, again: 1,
		answer: func(key rune) { s.answeredAfterMessage(c, key) },
	})
}

// answeredAfterMessage: only a clear yes has her called back, by the same gate as
// everybody. No, and nothing said, leaves a message that nobody answers by a call.
func (s *state) answeredAfterMessage(c *contact, key rune) {
	if !s.noteAsked(c, key) || c.line.gone {
		s.close(c, aloneWords, c.outcome)
		return
	}
	b := s.callbackFrom(c)
	if b.entry.stood.IsZero() { // the line was closed: she never stood in it
		b.entry.stood = c.entered
	}
	s.queueCallback(b, 0)
	s.close(c, callbackWords, c.outcome)
}

// messagesWithDefaults fills what may not be empty.
func messagesWithDefaults(m configs.Messages) configs.Messages {
	or := func(d *configs.Duration, def time.Duration) {
		if *d <= 0 {
			*d = configs.Duration(def)
		}
	}
	or(&m.Limit, 3*time.Minute)
	or(&m.Silence, 8*time.Second)
	m.Consent = cmp.Or(m.Consent, "message-consent")
	return m
}
