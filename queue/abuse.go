package queue

// The end of an abusive call: one press, and the volunteer is off at once; the
// caller hears why, and where to turn in danger.

// limitWords are said to the caller.
const limitWords = "limits"

// abusive is the reason of such an end, in the journal.
const abusive = "abusive"

// onAbuseEnded parts the two. What the volunteer does next is to write, with a
// rest offered; where there is no writing time she rests.
func (s *state) onAbuseEnded(ev AbuseEnded) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || !c.phase.withAgent() {
		return
	}
	talk := s.now.Sub(c.started)
	s.talkOver(c, ByAgent, abusive)
	c.agent, c.rejoin, c.keys = nil, false, ""
	s.clearPasses(c)
	s.letGo(a)
	s.close(c, limitWords, OutcomeAnswered)
	if !c.line.writes() {
		s.offerRest(a)
	}
	s.wrapUp(a, c, talk, ByAgent)
	if a.writing != nil {
		a.writing.rest, a.writing.abused = true, true
	} else {
		a.hard = true
	}
}

// onRestAsked: she takes the rest she was offered; it begins when she has
// written.
func (s *state) onRestAsked(ev RestAsked) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	if a == nil {
		return
	}
	if _, offered := s.restAhead(a); !offered {
		return
	}
	w.rest = false
	s.offerRest(a)
	s.show(a)
}

// offerRest has her rest after what she does now, unless she or an admin wanted
// something else.
func (s *state) offerRest(a *agent) {
	if a.next != "" || !a.member {
		return
	}
	a.next, a.nextReason = Paused, PauseBreak
	if s.care.HeavyRest > 0 {
		a.nextReason = PauseDecompression
	}
}

// writes tells whether a contact of l is followed by writing time.
func (l *line) writes() bool {
	switch l.set.WrapUpMode {
	case noWrapUp:
		return false
	case wrapUpUntilDone:
		return true
	}
	return l.set.WrapUp > 0
}
