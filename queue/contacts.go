package queue

import "time"

// contact is one person seeking help, from Arrived to HungUp, or one we called.
type contact struct {
	id       ContactID
	channel  Kind
	caller   Caller
	dialled  string // as the trunk delivered it
	language string
	before   int // how often she called before
	arrived  time.Time

	phase   phase
	limit   token // the phase's own deadline
	line    *line // where she waits, or waited before she talked
	agent   *agent
	outcome Outcome // decided before the end: closed, refused_full
	talked  bool    // ever
	inTalk  bool    // talk.started without talk.ended
	music   string  // what she was last told to hear

	// Her place, kept from line to line and while it rings or connects.
	class   Class
	head    bool // before all of her line who are not: she talked already
	entered time.Time
	credit  time.Duration
	seq     uint64
	needs   needs    // what she asked for; before join
	unmet   []string // what she was asked about that nobody could give, and where
	danger  bool     // she pressed that she is in danger

	// Of her earlier calls; see marks.go.
	awaitedBack bool // she was to be called back
	wasCut      bool // her talk broke off, or she left at once

	// Who may be rung for her; see steps.go and returning.go.
	group     *group // in line.order
	stood     time.Time
	step      int // of the steps of her line
	widen     token
	rung      reach // what held when the ringing began
	rangSince time.Time
	grow      token
	spared    token     // until then she is left to those whose shift goes on
	resumed   bool      // she came back to her place and goes on there
	prefers   AgentID   // rung first if ready
	never     []AgentID // not rung for her
	back      string    // how she came back, for queue.entered

	// Her stay in this line.
	since          time.Time
	cameAt         int      // the place she entered at
	earlier, later *contact // in line.stays
	exitDue        string   // the ladder's reason, while the last ringing is finished
	exits          []QueueID
	announced      int // the last place she was told
	announce       token
	placeDue       time.Time // when her place is told next; zero: never
	comfortDue     time.Time
	saidAt         time.Time
	told           WaitRange // how long it may take, as she was told last
	comforts       int       // lines she heard
	rungs          int       // of her line's ladder, that were said to her
	rungDue        token
	fresh          bool // in state.newcomers

	unexplained bool   // in state.unexplained
	explained   string // the queue.why that was kept last

	// What she is asked, and what she pressed.
	inquiry *inquiry
	asks    int         // orders to ask, so that a late Asked is known
	zero    time.Time   // a 0 that may be the first of two
	silent  *SilentView // she cannot speak

	// What keeps her from being served like everybody; see barred.go.
	bar *bar
	key string // the pseudonym of her number, when somebody asked for it

	// Ringing.
	offers []*offer
	passed map[AgentID]*pass
	ringMS int64 // of the accepted offer

	// Talking.
	waited   time.Duration // over all stays
	accepted time.Time
	started  time.Time
	rejoin   bool // the agent's leg was lost: Resume must connect again
	keys     string

	// Going out; see dial.go and transfer.go.
	out      bool
	rings    bool
	answered bool
	due      *charge // of an outgoing leg
	cutoff   token   // the longest an outgoing leg may last
	transfer *transfer
	givenBy  string // alias of who transferred her last

	// Called back; see callback.go and calling.go.
	virtual  *callback  // she is only the place of a call-back: no call is behind her
	calls    *callback  // this contact is an attempt of it
	listens  bool       // it was answered, and the agent is not heard yet
	promised bool       // her volunteer promised to call her back
	safe     Safe       // what she said in this contact about being called
	talkSafe talkSafety // whether she can talk safely, of this talk
	toldSafe talkSafety // the same of her latest talk that is over
	ifCut    CutPlan    // what the two agreed on if it breaks off

	// Who else is with her; see conference.go.
	third    *guest
	watchers []*guest // supervisors
	sos      *sos
	extra    float64 // what thirds cost that are gone
}

// phase is where a contact is in her life; the diagram is in doc.go.
type phase int8

const (
	arriving   phase = iota // Answer ordered, Established not yet here
	choosing                // in a menu, in no line yet
	waiting                 // in line.order, ringing or not
	connecting              // accepted, still in line.order
	talking                 // with an agent, held or not
	parked                  // with an agent whose path is away: music
	rejoining               // her agent is back, Connect ordered again
	summoning               // outgoing: the agent's own phone is rung first
	dialling                // outgoing: Dial ordered
	forwarding              // transferred to a number that is being called: music
	outside                 // with the number she was transferred to
	recording               // leaves a message
	closing                 // closing words are playing
	ending                  // End ordered
	over                    // gone
)

func (p phase) String() string {
	return [...]string{"arriving", "choosing", "waiting", "connecting", "talking", "parked", "rejoining", "summoning", "dialling", "forwarding", "outside", "recording", "closing", "ending", "over"}[p]
}

// inLine tells whether a contact of this phase has a place in its line.
func (p phase) inLine() bool { return p == waiting || p == connecting }

// withAgent tells whether a contact of this phase counts as talking.
func (p phase) withAgent() bool { return p == talking || p == parked || p == rejoining }

// enter moves c to phase p. The old phase's deadline ends with it.
func (s *state) enter(c *contact, p phase) {
	c.limit.disarm()
	if p != waiting && p != choosing && p != recording {
		s.unask(c)
	}
	if c.phase.withAgent() != p.withAgent() {
		if p.withAgent() {
			c.line.talking++
		} else {
			c.line.talking--
		}
		s.touch(c.line)
	}
	c.phase = p
}

// onArrived answers, or turns away whom no queue awaits.
func (s *state) onArrived(ev Arrived) {
	if _, known := s.contacts[ev.Contact]; known {
		return
	}
	if ev.Drill {
		s.onDrillArrived(ev)
		return
	}
	s.lastSeq++
	c := &contact{
		id: ev.Contact, channel: ev.Channel, caller: ev.Caller, dialled: ev.Dialled,
		arrived: s.now, class: ClassNormal, seq: s.lastSeq,
	}
	n, known := s.numbers[canonical(ev.Dialled)]
	switch {
	case s.draining:
		s.refuse(c, Draining)
		return
	case !known:
		s.refuse(c, UnknownNumber)
		return
	}
	c.line, c.language = n.line, n.language
	greeting := c.line.set.Greeting
	if s.shut(n) { // the words that say so come at once
		greeting = ""
	}
	s.contacts[c.id] = c
	s.tally.arrived++
	s.record(Entry{Kind: CallArrived, Contact: c.id, Queue: c.line.id, Channel: c.channel, Direction: DirectionIn, Number: c.caller.String()})
	s.noteCaller(c)
	s.screen(c)
	if c.turnedAway() {
		greeting = ""
	}
	s.order(Answer{Contact: c.id, Sound: c.sound(greeting)})
	s.arm(&c.limit, establishWithin, func() { s.end(c, BySystem, CauseNoAck) })
}

// refuse turns a contact away unanswered; there is no record of her but this.
func (s *state) refuse(c *contact, why Refusal) {
	s.tally.refused[why]++
	s.record(Entry{Kind: CallRefused, Contact: c.id, Reason: string(why), Channel: c.channel, Direction: DirectionIn, Number: c.caller.String()})
	s.order(Refuse{Contact: c.id, Why: why})
}

// onEstablished leads her on to the menu or her line.
func (s *state) onEstablished(ev Established) {
	c := s.contacts[ev.Contact]
	if c == nil {
		return
	}
	if c.phase != arriving {
		s.answered(c)
		return
	}
	s.record(Entry{Kind: CallEstablished, Contact: c.id})
	c.entered = s.now
	s.reception(c)
}

// join gives c her place in l.
func (s *state) join(c *contact, l *line) {
	c.line, c.since, c.exitDue = l, s.now, ""
	if c.low() {
		c.class, c.head = ClassLow, false
	}
	if !c.phase.inLine() {
		s.enter(c, waiting)
	}
	s.stand(c, l)
	l.order.insert(c)
	l.stays.add(c)
	s.touch(l)
	c.cameAt = l.order.place(c)
	s.record(Entry{Kind: QueueEntered, Contact: c.id, Queue: l.id, Reason: c.class.String(), Position: c.cameAt, Needs: c.needs.String(), Result: c.back})
	c.back, c.explained = "", ""
	s.explainLater(c)
	s.stepOn(c)
	s.rungOn(c)
	s.announceLater(c)
}

// leave takes c out of her line. Reasons: talk, abandon, exit, moved, callback,
// failed.
func (s *state) leave(c *contact, reason string) {
	s.explainLeft(c, reason)
	wait, stage := s.now.Sub(c.since), ""
	if reason == "abandon" {
		stage = c.gaveUpAt()
	}
	place := c.line.order.place(c)
	c.waited += wait
	c.line.order.remove(c)
	c.line.stays.remove(c)
	c.announce.disarm()
	c.widen.disarm()
	c.spared.disarm()
	c.rungDue.disarm()
	s.unask(c)
	s.touch(c.line)
	s.record(Entry{Kind: QueueLeft, Contact: c.id, Queue: c.line.id, Reason: reason, WaitMS: ms(wait), Position: place, Count: c.cameAt, Stage: stage})
}

// gaveUpAt is what c was in the middle of when she gave up.
func (c *contact) gaveUpAt() string {
	switch {
	case c.phase == waiting && c.inquiry != nil:
		return "asked"
	case c.phase == waiting && len(c.offers) > 0:
		return "ringing"
	}
	return c.phase.String()
}

// end hangs up; HungUp follows, and if not, the contact is over all the same.
func (s *state) end(c *contact, by Party, cause Cause) {
	if c.agent != nil {
		s.unsummon(c.agent)
	}
	s.enter(c, ending)
	s.order(End{Contact: c.id, By: by, Cause: cause})
	s.arm(&c.limit, endWithin, func() { s.finish(c, by, cause) })
}

func (s *state) onHungUp(ev HungUp) {
	if c := s.contacts[ev.Contact]; c != nil {
		s.finish(c, ev.By, ev.Cause)
	}
}

// finish ends c wherever she is: her line, whoever rings for her, whoever
// talks with her. It is the only end of a contact.
func (s *state) finish(c *contact, by Party, cause Cause) {
	outcome := c.result(by, cause, s.now)
	s.noteLeft(c, by, cause)
	stage := ""
	if !c.phase.inLine() && (outcome == OutcomeAbandoned || outcome == OutcomeAbandonedShort) {
		stage = c.gaveUpAt()
	}
	if c.phase.inLine() {
		reason := "abandon"
		if outcome != OutcomeAbandoned && outcome != OutcomeAbandonedShort && outcome != OutcomeAnswered {
			reason = "failed"
		}
		s.leave(c, reason)
		s.withdraw(c, "caller_left", Notice{Code: CallerLeft, Contact: c.id})
	}
	s.transferOver(c, "caller_left")
	a := c.agent
	talk, spoke := s.now.Sub(c.started), c.inTalk
	s.clearRoom(c, "call_over")
	s.talkOver(c, by, string(cause))
	s.enter(c, over)
	s.clearPasses(c)
	s.calledBack(c, cause)
	cost := s.discharge(c) + s.settleExtra(c)
	delete(s.contacts, c.id)
	s.tally.ended(c, outcome)
	s.record(Entry{Kind: CallOver, Contact: c.id, Queue: c.line.id, Outcome: outcome, By: string(by), Reason: string(cause), Stage: stage, Cost: cost})
	if c.promised && (a == nil || !spoke) { // nobody writes about her any more
		s.promiseCallback("", s.writingAbout(c))
	}
	if a == nil {
		return
	}
	c.agent = nil
	s.letGo(a)
	if !spoke { // nothing to write about
		s.notify(a, Notice{Code: c.unheard(by, cause), Contact: c.id})
		s.spare(a)
		return
	}
	c.promised = c.promised || c.calledAfterCut(by, cause)
	if by != ByAgent {
		s.notify(a, Notice{Code: CallEnded, Contact: c.id})
	}
	s.wrapUp(a, c, talk, by)
}

// talkBegan and talkOver frame what the journal calls a talk.
func (s *state) talkBegan(c *contact) {
	c.talked, c.inTalk, c.started = true, true, s.now
	c.agent.hard = false
	s.talkOn(c.agent, c)
	c.silent, c.needs.supervisor = nil, false
	s.noteTalkBegan(c)
	s.floorChanged()
	s.noteFound(c)
	s.record(Entry{Kind: TalkStarted, Contact: c.id, Agent: c.agent.id, Queue: c.line.id, WaitMS: ms(c.waited), RingMS: c.ringMS})
}

func (s *state) talkOver(c *contact, by Party, reason string) {
	if c.inTalk {
		s.clearRoom(c, reason)
		s.floorChanged()
		c.inTalk = false
		c.toldSafe, c.talkSafe = c.talkSafe, talkSafety{}
		s.noteTalkOver(c)
		s.record(Entry{Kind: TalkEnded, Contact: c.id, Agent: c.agent.id, Queue: c.line.id, By: string(by), Reason: reason, TalkMS: ms(s.now.Sub(c.started))})
	}
}

// clearPasses forgets who had c and did not take her.
func (s *state) clearPasses(c *contact) {
	for _, p := range c.passed {
		p.again.disarm()
	}
	c.passed = nil
}

// unheard is what an agent is told of a contact that ended before they spoke.
func (c *contact) unheard(by Party, cause Cause) NoticeCode {
	switch {
	case !c.out:
		return CallerLeft
	case by == ByAgent, cause == CausePanic, cause == CauseDrain, cause == CauseQuickExit:
		return CallEnded
	}
	return NoticeCode(cause)
}

// result is the one outcome of a contact that ends now.
func (c *contact) result(by Party, cause Cause, now time.Time) Outcome {
	switch {
	case cause == CausePanic || cause == CauseDrain:
		return OutcomeSystem
	case c.talked: // whoever once talked to a human was answered
		return OutcomeAnswered
	case c.outcome != "":
		return c.outcome
	case cause == CauseNoCodec || cause == CauseNoPorts || cause == CauseNoAck || cause == CauseSilence:
		return OutcomeFailedMedia
	case c.out:
		return OutcomeUnreached
	case by == BySystem:
		return OutcomeSystem
	}
	since := c.entered
	if c.phase == arriving {
		since = c.arrived
	}
	if now.Sub(since) <= c.line.set.ShortAbandon.D() {
		return OutcomeAbandonedShort
	}
	return OutcomeAbandoned
}

// sound is what c hears while she waits or is held, after the prompt first.
func (c *contact) sound(first string) Sound {
	c.music = c.line.set.Music
	if c.turnedAway() {
		c.music = ""
	}
	return Sound{Greeting: first, Music: c.music, Language: c.language}
}

// refreshMusic gives her the line's music if she hears another.
func (s *state) refreshMusic(c *contact) {
	if c.phase == waiting && c.music != c.line.set.Music {
		s.order(Wait{Contact: c.id, Sound: c.sound("")})
	}
}
