package queue

import (
	"cmp"
	"slices"
	"time"

	"sahut/configs"
)

// Every wait ends somewhere: this file is the ladder out of a line.

// Prompts the desk itself names.
const (
	closingWords = "closing" // when a way out names no words of its own
	closedWords  = "closed"  // while a queue is closed
	holdWords    = "hold"    // "please stay, we will be right back"
)

// nobodyWords say that nobody of the gender she asked for is there, and what she
// may choose.
var nobodyWords = map[string]string{configs.GenderFemale: "no-woman", configs.GenderMale: "no-man"}

// languageWords say that nobody who speaks hers is free, and what she may choose.
const languageWords = "no-language"

// ladder returns when the first caller of l must take the exit, and why. Both
// rules are monotone in the time she entered, so the first caller whose exit is
// not decided yet is always the next.
func (l *line) ladder() (c *contact, at time.Time, reason string) {
	c = l.stays.first
	for c != nil && c.exitDue != "" { // her last ringing is being finished
		c = c.later
	}
	if c == nil {
		return nil, time.Time{}, ""
	}
	at, reason = c.since.Add(l.set.MaxWait.D()), "max_wait"
	if alone, ok := l.alone(); ok {
		if c.since.After(alone) {
			alone = c.since
		}
		if alone = alone.Add(l.set.MaxWaitNobody.D()); alone.Before(at) {
			at, reason = alone, "nobody"
		}
	}
	return c, at, reason
}

// counted tells whether callers of l are left to wait for somebody.
func (l *line) counted(now time.Time) bool {
	return slices.ContainsFunc(l.members, func(a *agent) bool { return a.counts(now) })
}

// leftBy remembers when a, who leaves l, counted last: now, or the end of a break
// that was too long.
func (l *line) leftBy(a *agent, now time.Time) {
	if at := a.counted(now); at.After(l.nobody) {
		l.nobody = at
	}
}

// alone is when nobody of l counts as present any more, or since when that is so;
// false while somebody works. A break counts as presence for breakCounts only.
func (l *line) alone() (time.Time, bool) {
	if l.working > 0 {
		return time.Time{}, false
	}
	at := l.nobody
	for _, a := range l.members {
		if end := a.since.Add(breakCounts); a.present && end.After(at) {
			at = end
		}
	}
	return at, true
}

// watchLines runs once an event: it keeps the one ladder deadline of each line
// whose head, settings or staff changed. A deadline that is too early is left
// alone; it looks again when it fires.
func (s *state) watchLines() {
	for i := 0; i < len(s.touched); i++ {
		l := s.touched[i]
		l.touched = false
		l.stale = true
		if c, at, _ := l.ladder(); c != nil && (!l.watch.armed() || at.Before(l.watch.at)) {
			s.timers.arm(&l.watch, at, func() { s.climb(l) })
		}
	}
	if len(s.touched) > 0 {
		s.showFigures()
	}
	clear(s.touched)
	s.touched = s.touched[:0]
}

// climb takes the exit for the callers of l whose time is over. A ringing
// volunteer is never cut: the exit waits for the end of the ring.
func (s *state) climb(l *line) {
	s.touch(l)
	for range deadlinesPerTick {
		c, at, reason := l.ladder()
		if c == nil || at.After(s.now) {
			return
		}
		if len(c.offers) > 0 || c.phase == connecting {
			c.exitDue = reason
			continue
		}
		s.takeExit(c, reason)
	}
}

// takeExit leads c out of her line: into the line the exit names, to a message,
// or to the closing words. A line that is full or closed passes her on.
func (s *state) takeExit(c *contact, reason string) {
	from, waited := c.line, c.phase.inLine()
	s.record(Entry{Kind: LadderRung, Contact: c.id, Queue: from.id, Reason: reason})
	s.transferOver(c, "exit")
	to, end := s.wayOut(c, reason)
	if waited {
		s.leave(c, "exit")
	}
	c.exitDue = ""
	switch {
	case to != nil:
		s.join(c, to)
		if waited {
			s.order(Wait{Contact: c.id, Sound: c.sound("")})
		} else {
			s.order(Wait{Contact: c.id, Sound: c.sound(to.set.Greeting)})
			s.welcome(c)
		}
	case waited, reason == closedByHours, reason == closedNow:
		s.part(c, end, OutcomeClosed)
	default:
		s.part(c, end, OutcomeRefusedFull)
	}
}

// wayOut follows the exits from c's line to the first that takes her, or to what
// is at the end. No line is visited twice in one contact's life: a circle in the
// document ends in words too.
func (s *state) wayOut(c *contact, reason string) (to *line, end configs.Exit) {
	l, exit := c.line, c.line.set.Exit
	if reason == closedByHours || reason == closedNow {
		exit = l.whenClosed()
	}
	c.exits = append(c.exits, l.id)
	for {
		next := s.lineByID[QueueID(exit.Queue)]
		if next == nil {
			return nil, exit
		}
		if slices.Contains(c.exits, next.id) {
			return nil, configs.Exit{Words: closingWords}
		}
		switch {
		case next.closedAt(s.now) != "":
			exit = next.whenClosed()
		case next.full():
			exit = next.set.Exit
		default:
			return next, configs.Exit{}
		}
		c.exits = append(c.exits, next.id)
	}
}

// part ends a contact that nobody answered as the exit says: by a message, or by
// words.
func (s *state) part(c *contact, end configs.Exit, outcome Outcome) {
	if end.Message {
		s.leaveMessage(c)
		return
	}
	s.close(c, cmp.Or(end.Words, closingWords), outcome)
}

// words is what l says before a call ends.
func (l *line) words() string {
	if l.set.Exit.Words != "" {
		return l.set.Exit.Words
	}
	return closingWords
}

// close plays words and lets the channel end the contact. If it never does,
// the contact is ended.
func (s *state) close(c *contact, words string, outcome Outcome) {
	c.outcome = outcome
	s.enter(c, closing)
	s.order(Close{Contact: c.id, Words: words})
	s.arm(&c.limit, closeWithin, func() { s.end(c, BySystem, CausePlayed) })
}
