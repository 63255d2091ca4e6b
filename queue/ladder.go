package queue

import (
	"slices"
	"strings"
	"time"

	"sahut/configs"
)

// The rungs before the exit: what is said to a caller who waits for long, and
// what she may choose. exits.go has the last rung, which each line has.

// choiceWithin is how long she may think about a rung's choices.
const choiceWithin = 8 * time.Second

// rungsBy is how many rungs of l lie behind a caller who stood in it for so long.
func (l *line) rungsBy(stood time.Duration) int {
	n := 0
	for n < len(l.set.Ladder) && l.set.Ladder[n].After.D() < stood {
		n++
	}
	return n
}

// rungOn sets c's next rung. One that became due while it rang is taken now.
func (s *state) rungOn(c *contact) {
	c.doubt()
	if c.rungs >= len(c.line.set.Ladder) {
		c.rungDue.disarm()
		return
	}
	at := c.stood.Add(c.line.set.Ladder[c.rungs].After.D())
	s.timers.arm(&c.rungDue, at, func() { s.takeRung(c) })
}

// takeRung says what the rung says. Who is rung for, or being asked something
// else, is left alone; what ends that comes back here by rungOn.
func (s *state) takeRung(c *contact) {
	if c.phase != waiting || len(c.offers) > 0 || c.inquiry != nil || c.rungs >= len(c.line.set.Ladder) {
		return
	}
	r := c.line.set.Ladder[c.rungs]
	c.rungs++
	s.record(Entry{Kind: LadderSaid, Contact: c.id, Queue: c.line.id, Count: c.rungs})
	var keys strings.Builder
	for _, o := range r.Choices {
		keys.WriteString(o.Key)
	}
	s.inquire(c, inquiry{
		prompts: []string{r.Prompt}, keys: keys.String(), timeout: choiceWithin,
		answer: func(key rune) { s.rungAnswered(c, r, key) },
	})
}

// rungAnswered does what she chose; who chose nothing stays.
func (s *state) rungAnswered(c *contact, r configs.Rung, key rune) {
	i := slices.IndexFunc(r.Choices, func(o configs.Option) bool { return o.Key == string(key) })
	if i < 0 {
		s.rungOn(c)
		s.armAnnouncement(c)
		return
	}
	o := r.Choices[i]
	s.record(Entry{Kind: ChoiceMade, Contact: c.id, Queue: c.line.id, Reason: o.Do, Result: o.Key})
	switch o.Do {
	case configs.DoCallback:
		s.rungOn(c)
		s.offerCallback(c)
	case configs.DoMessage:
		s.leaveForMessage(c)
	case configs.DoQueue:
		s.switchQueue(c, QueueID(o.Queue))
	case configs.DoNumber:
		s.divert(c, o.Number)
	default:
		s.stayInLine(c)
	}
}

// stayInLine gives her her music again, at the place she never left.
func (s *state) stayInLine(c *contact) {
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
	s.rungOn(c)
	s.armAnnouncement(c)
}

// unring calls off who rings for c: she chose something else herself.
func (s *state) unring(c *contact) {
	s.withdraw(c, "withdrawn", Notice{Code: OfferWithdrawn, Contact: c.id})
	s.transferOver(c, "exit")
}

// leaveForMessage takes c out of her line to leave a message.
func (s *state) leaveForMessage(c *contact) {
	s.unring(c)
	s.leave(c, "exit")
	s.leaveMessage(c)
}

// switchQueue takes c to another line, if that takes her now; else she stays.
func (s *state) switchQueue(c *contact, id QueueID) {
	to := s.lineByID[id]
	if to == nil || to == c.line || to.closedAt(s.now) != "" || to.full() {
		s.stayInLine(c)
		return
	}
	s.unring(c)
	c.exits = append(c.exits, c.line.id)
	s.move(c, to)
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
	s.welcome(c)
}

// divert has another line called for her, as the helpline. If it is not reached, or
// is somebody who called here and did not say that it is safe, she is where she was.
func (s *state) divert(c *contact, to string) {
	e164, err := configs.E164(to, s.country)
	if err != nil || !s.outgoing.Allows(e164) || s.unsafe(e164) != "" || s.charges >= s.outgoing.MaxAtOnce || c.due != nil || s.draining {
		s.stayInLine(c)
		return
	}
	number := NewCaller(e164)
	s.unring(c)
	s.leave(c, "exit")
	target := numberTarget + number.String()
	c.transfer = &transfer{target: target, kind: byLadder}
	s.record(Entry{Kind: TransferBegun, Contact: c.id, Queue: c.line.id, Reason: byLadder, Target: target})
	s.forwardTo(c, "", number)
}

// undivert brings c back to the place she had.
func (s *state) undivert(c *contact) {
	if c.line.gone {
		s.toHeadOrHeir(c)
		return
	}
	s.join(c, c.line)
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
	s.welcome(c)
}
