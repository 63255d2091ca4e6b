package queue

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// This file is the blind transfer: an agent gives her contact away and goes on
// to her wrap-up. The contact hears music until somebody else speaks to her, and
// whatever goes wrong leads back to that agent, if she is there, and else to the head
// of a line.

// Target is where a contact is transferred to; exactly one field is set. Number
// is as she typed it; from a phone that has but one field, a queue's or
// volunteer's id may stand there too.
type Target struct {
	Queue  QueueID `json:"queue,omitempty"`
	Agent  AgentID `json:"agent,omitempty"`
	Number string  `json:"number,omitempty"`
}

// The one kind of transfer there is, and how it went well.
const (
	blind    = "blind"
	byLadder = "ladder" // the caller chose it herself
	resultOK = "ok"
)

// transfer is one under way.
type transfer struct {
	by     AgentID
	to     *agent // whom it waits for; nil: a number is being called
	target string // as the journal has it
	kind   string // empty: blind
	back   bool   // it failed and is in the journal; she is offered to by, see ringBack
	until  token  // how long she waits for to alone
}

// awaits returns the agent c waits for alone, or nil.
func (c *contact) awaits() *agent {
	if c.transfer == nil {
		return nil
	}
	return c.transfer.to
}

func (s *state) onTransferAsked(ev TransferAsked) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	to := s.resolve(ev.To)
	_, c := s.inHand(ev.Agent, ev.Contact)
	if c == nil || c.phase != talking {
		s.refuseTransfer(a, ev.Contact, to, "", TransferNotNow)
		return
	}
	switch {
	case to.Queue != "" && to.Agent == "" && to.Number == "":
		s.transferToQueue(a, c, to)
	case to.Agent != "" && to.Queue == "" && to.Number == "":
		s.transferToAgent(a, c, to)
	case to.Number != "" && to.Queue == "" && to.Agent == "":
		s.transferToNumber(a, c, to)
	default:
		s.refuseTransfer(a, c.id, to, "", TransferUnknown)
	}
}

// resolve reads a queue's or volunteer's id where a phone wrote a number.
func (s *state) resolve(to Target) Target {
	if to.Number == "" || to.Queue != "" || to.Agent != "" {
		return to
	}
	if s.lineByID[QueueID(to.Number)] != nil {
		return Target{Queue: QueueID(to.Number)}
	}
	if t := s.agents[AgentID(to.Number)]; t != nil && t.member {
		return Target{Agent: AgentID(to.Number)}
	}
	return to
}

// refuseTransfer tells her why, and the journal that she tried.
func (s *state) refuseTransfer(a *agent, contact ContactID, to Target, number string, code NoticeCode) {
	if c := s.contacts[contact]; c != nil {
		target := to.masked(number)
		if code == TransferUnknown { // whatever she typed, it may be a number
			target, _, _ = strings.Cut(target, ":")
		}
		s.record(Entry{Kind: TransferBegun, Contact: contact, Agent: a.id, Queue: c.line.id, Reason: blind, Target: target, Result: string(code)})
	}
	s.notify(a, Notice{Code: code, Contact: contact})
	s.order(Transferred{Agent: a.id, Contact: contact, Code: code})
	s.show(a)
}

// masked is the target as the journal has it.
func (t Target) masked(number string) string {
	switch {
	case t.Queue != "":
		return "queue:" + string(t.Queue)
	case t.Agent != "":
		return "agent:" + string(t.Agent)
	}
	return numberTarget + number
}

// handOver takes c from a, who goes on to her wrap-up, and gives c music.
func (s *state) handOver(a *agent, c *contact, target string) {
	if p := c.third; p != nil {
		s.endThird(p, "transfer")
	}
	s.record(Entry{Kind: TransferBegun, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: blind, Target: target})
	c.transfer, c.givenBy = &transfer{by: a.id, target: target}, a.name
	talk := s.now.Sub(c.started)
	s.talkOver(c, ByAgent, "transfer")
	c.agent, c.rejoin, c.keys = nil, false, ""
	s.clearPasses(c)
	s.letGo(a)
	s.order(Transferred{Agent: a.id, Contact: c.id})
	s.wrapUp(a, c, talk, ByAgent)
}

// transferOver tells the journal how it ended; c is like any other now.
func (s *state) transferOver(c *contact, result string) {
	t := c.transfer
	if t == nil {
		return
	}
	t.until.disarm()
	c.transfer = nil
	c.doubt()
	if i := slices.Index(s.awaiting, c); i >= 0 {
		s.awaiting = slices.Delete(s.awaiting, i, i+1)
	}
	if t.back {
		return
	}
	s.record(Entry{Kind: TransferDone, Contact: c.id, Agent: t.by, Queue: c.line.id, Reason: cmp.Or(t.kind, blind), Target: t.target, Result: result})
	if by := s.agents[t.by]; result != resultOK && result != "caller_left" && by != nil {
		s.notify(by, Notice{Code: TransferFailed, Contact: c.id, Key: result})
		if result != "exit" && result != "queue_deleted" { // else she does not wait any more
			s.ringBack(c, by)
		}
	}
}

// ringBack has c, whom nobody took, wait for who gave her away, for as long as one
// is rung: the two know each other, and a stranger would have to begin anew. Who is
// not there, or wants to be gone, is not waited for; c is at the head of her line.
func (s *state) ringBack(c *contact, by *agent) {
	if c.refuses(by) || !by.takesBack(c) {
		return
	}
	c.transfer = &transfer{by: by.id, to: by, back: true}
	s.awaiting = append(s.awaiting, c)
	s.arm(&c.transfer.until, c.line.set.RingFor.D(), func() { s.awaitedEnough(c) })
}

// takesBack tells whether a can be rung for c, whom she gave away: she is ready, or
// still writes about her, and her sound works.
func (a *agent) takesBack(c *contact) bool {
	switch {
	case !a.member || a.next != "" || !a.reachable():
		return false
	case a.state == WrapUp:
		return a.writing.contact == c.id
	}
	return a.state == Ready
}

// awaitedEnough: the time for one volunteer alone is over; from here on c is
// anybody's. If it rings, the end of the ring decides.
func (s *state) awaitedEnough(c *contact) {
	if len(c.offers) == 0 && c.phase == waiting {
		s.transferOver(c, "timeout")
	}
}

// releaseRefused lets those go on who wait for somebody alone whom they must not
// have any more.
func (s *state) releaseRefused() {
	for _, c := range slices.Clone(s.awaiting) {
		if a := c.awaits(); a != nil && c.phase == waiting && c.refuses(a) {
			s.transferOver(c, "withdrawn")
		}
	}
}

// setAside interrupts a's wrap-up for the very contact she writes about. It goes on
// when they do not hear each other again; else there will be another.
func (a *agent) setAside() {
	a.timer.disarm()
	a.aside, a.writing = a.writing, nil
}

// asideLeast is the time she has left for it then.
const asideLeast = 15 * time.Second

// writeOn goes on with the wrap-up that was set aside, and tells whether there is
// one.
func (s *state) writeOn(a *agent) bool {
	w := a.aside
	if w == nil {
		return false
	}
	a.aside, a.writing = nil, w
	s.become(a, WrapUp, "")
	until := s.now.Add(asideLeast)
	if w.until.After(until) {
		until = w.until
	}
	s.writeUntil(a, until)
	return true
}

// talkOn: a talks with c again; what she had noted about her goes on with the talk.
func (s *state) talkOn(a *agent, c *contact) {
	if w := a.aside; w != nil {
		a.aside = nil
		c.promised, c.safe = w.back, w.safe
	}
}

func (s *state) transferToQueue(a *agent, c *contact, to Target) {
	l := s.lineByID[to.Queue]
	if l == nil {
		s.refuseTransfer(a, c.id, to, "", TransferUnknown)
		return
	}
	s.handOver(a, c, to.masked(""))
	s.toHead(c, l)
	s.transferOver(c, resultOK)
	s.welcome(c)
}

// transferToAgent has c wait at the head of her line for one volunteer alone,
// for as long as one is rung.
func (s *state) transferToAgent(a *agent, c *contact, to Target) {
	t := s.agents[to.Agent]
	switch {
	case t == nil || !t.member:
		s.refuseTransfer(a, c.id, to, "", TransferUnknown)
		return
	case t == a || !t.onShift() || c.refuses(t):
		s.refuseTransfer(a, c.id, to, "", TransferNotAllowed)
		return
	}
	s.handOver(a, c, to.masked(""))
	c.transfer.to = t
	s.awaiting = append(s.awaiting, c)
	s.arm(&c.transfer.until, c.line.set.RingFor.D(), func() { s.awaitedEnough(c) })
	if t.state != Ready {
		s.notify(t, Notice{Code: TransferWaiting, Contact: c.id, Agent: a.name})
	}
	s.toHeadOrHeir(c)
}

// transferToNumber calls a number for c, as the helpline.
func (s *state) transferToNumber(a *agent, c *contact, to Target) {
	number, code := s.dialable(a, to.Number)
	if code == "" && (c.due != nil || s.draining) {
		code = TransferNotAllowed // one paid leg a contact; drained, nothing new begins
	}
	if code != "" {
		s.refuseTransfer(a, c.id, to, number.String(), code)
		return
	}
	s.handOver(a, c, to.masked(number.String()))
	s.forwardTo(c, a.id, number)
}

// forwardTo calls a number for c; by is charged, empty for the house itself.
func (s *state) forwardTo(c *contact, by AgentID, number Caller) {
	s.charge(c, by, number)
	s.enter(c, forwarding)
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
	s.order(Forward{Contact: c.id, Number: number})
	s.arm(&c.limit, forwardWithin, func() { s.forwardFailed(c, string(CauseNoAnswer)) })
}

// forwarded: the number was answered, and the two are joined.
func (s *state) forwarded(c *contact) {
	if c.due.answered.IsZero() { // else it is one she consulted
		c.due.answered = s.now
	}
	s.enter(c, outside)
	if !c.talked { // she chose another service, and has it: she did not give up
		c.outcome = OutcomeClosed
	}
	s.transferOver(c, resultOK)
	s.limitTalk(c)
}

// forwardFailed brings c back to who gave her away, or the head of her line.
func (s *state) forwardFailed(c *contact, why string) {
	s.putAside(c)
	herself := c.transfer != nil && c.transfer.kind == byLadder
	s.transferOver(c, why)
	if herself {
		s.undivert(c)
		return
	}
	s.toHeadOrHeir(c)
	if c.phase == waiting {
		s.welcome(c)
	}
}

// toHead brings c, who talked already, before all who did not. She keeps her
// class, and counts as waiting for as long as she did in all.
func (s *state) toHead(c *contact, l *line) {
	c.head, c.entered, c.credit, c.announced = true, s.now.Add(-c.waited), 0, 0
	c.exits = nil
	s.enter(c, waiting)
	s.join(c, l)
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
}

// toHeadOrHeir is toHead for her own line; if an admin deleted it, for its heir.
func (s *state) toHeadOrHeir(c *contact) {
	to := c.line
	if to.gone {
		to = s.heir(c)
	}
	if to == nil {
		s.transferOver(c, "queue_deleted")
		s.close(c, c.line.words(), OutcomeClosed)
		return
	}
	s.toHead(c, to)
}

// matchAwaiting rings those whom transferred contacts wait for. It comes before
// match: they have waited their turn already.
func (s *state) matchAwaiting() {
	for _, c := range slices.Clone(s.awaiting) {
		a := c.awaits()
		if a == nil || c.phase != waiting || len(c.offers) > 0 {
			continue
		}
		switch {
		case c.transfer.back && !a.takesBack(c): // she is gone before it could ring
			s.transferOver(c, "timeout")
			continue
		case a.state == WrapUp && c.transfer.back:
			a.setAside()
		case a.state != Ready:
			continue
		}
		s.offerTo(c, rank{agent: a, tie: a.tie})
	}
}

// How long the desk bears an outgoing call that nobody answers.
const (
	summonWithin  = 30 * time.Second // her own phone, before a number is dialled
	dialWithin    = 2 * time.Minute  // from Dial to the answer
	forwardWithin = 45 * time.Second // from Forward to the answer; the caller waits meanwhile
)
