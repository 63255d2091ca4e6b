package queue

import "cmp"

// This file is the attended transfer: an agent asks somebody else first, while
// her contact hears music.
//
//	talking ── ConsultAsked ──► held, the third rings ── nobody came ──► talking
//	                                 │ answered
//	                                 ▼
//	                            held, the two talk ── BackAsked ──► talking
//	                                 │        │     └ the third is gone: held
//	                CompleteAsked    │        │ MergeAsked
//	      the contact is the third's ◄────┐   ▼
//	      and the agent writes            └─ talking, all three ── BackAsked, the third is gone ──► talking
//
// When a third is gone while it talks with the agent alone the contact stays on
// hold: the agent may be in the middle of a sentence about her. When nobody came
// there was no such sentence, and she is back at once.
//
// When the agent's path breaks meanwhile, the third has the contact's patience:
// it stays, or goes on being rung, until she is back or her time is over.

// attended is the kind of such a transfer in the journal.
const attended = "attended"

// The ends of a consultation, beside causes and the reasons of offers. A
// completed one is resultOK.
const (
	consultBack = "back"   // the agent went back to the contact, or dropped the third
	consultJoin = "merged" // the contact heard the third; whoever left later
)

func (s *state) onConsultAsked(ev ConsultAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil {
		return
	}
	to := s.resolve(ev.To)
	if c.phase != talking || c.third != nil {
		s.refuseConsult(a, c, to, "", ConsultNotNow)
		return
	}
	p := s.newGuest(c, RoleThird)
	p.target = to.masked("")
	switch {
	case to.Queue != "" && to.Agent == "" && to.Number == "":
		l := s.lineByID[to.Queue]
		if l == nil {
			s.refuseConsult(a, c, to, "", TransferUnknown)
			return
		}
		p.line, p.tried = l, map[AgentID]bool{}
		t := s.nextOf(p)
		if t == nil {
			s.refuseConsult(a, c, to, "", ConsultNobody)
			return
		}
		s.consult(a, p)
		s.callIn(p, t, false)
	case to.Agent != "" && to.Queue == "" && to.Number == "":
		t := s.agents[to.Agent]
		switch {
		case t == nil || !t.member:
			s.refuseConsult(a, c, to, "", TransferUnknown)
		case t == a || c.refuses(t):
			s.refuseConsult(a, c, to, "", TransferNotAllowed)
		case t.state != Ready:
			s.refuseConsult(a, c, to, "", ConsultNobody)
		default:
			s.consult(a, p)
			s.callIn(p, t, false)
		}
	case to.Number != "" && to.Queue == "" && to.Agent == "":
		s.consultNumber(a, c, p, to)
	default:
		s.refuseConsult(a, c, to, "", TransferUnknown)
	}
}

// consultNumber calls a number as the helpline. Whoever answers there is told
// nothing of the contact's number.
func (s *state) consultNumber(a *agent, c *contact, p *guest, to Target) {
	number, code := s.dialable(a, to.Number)
	if code == "" && s.draining {
		code = TransferNotAllowed
	}
	if code != "" {
		s.refuseConsult(a, c, to, number.String(), code)
		return
	}
	p.number, p.target = number, to.masked(number.String())
	p.due = &charge{perMinute: s.outgoing.PerMinute(number.Reveal())}
	s.charges++
	s.ledger.dialled(a.id, s.now)
	s.consult(a, p)
	s.bring(p)
}

// refuseConsult tells her why, and the journal that she tried.
func (s *state) refuseConsult(a *agent, c *contact, to Target, number string, code NoticeCode) {
	target := to.masked(number)
	if code == TransferUnknown { // whatever she typed, it may be a number
		target = ""
	}
	if to.Number != "" && number == "" && code != TransferUnknown {
		target = numberTarget
	}
	s.record(Entry{Kind: TransferBegun, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: attended, Target: target, Result: string(code)})
	s.notify(a, Notice{Code: code, Contact: c.id})
	s.show(a)
}

// consult seats p as the third, and gives the contact music.
func (s *state) consult(a *agent, p *guest) {
	c := p.contact
	c.third = p
	s.record(Entry{Kind: TransferBegun, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: attended, Target: p.target})
	if !a.held {
		s.hold(a, c)
	}
	s.showRoom(c)
}

// nextOf is the volunteer of p's line whose turn it is and who was not rung for p;
// supervisors come last, as they do for callers.
func (s *state) nextOf(p *guest) *agent {
	var best *agent
	l, c := p.line, p.contact
	for _, t := range l.free {
		if t == c.agent || p.tried[t.id] || c.refuses(t) {
			continue
		}
		if best == nil || cmp.Or(later(t.supervisor, best.supervisor), cmp.Compare(l.tier[t.id], l.tier[best.id]), t.idle.Compare(best.idle), cmp.Compare(t.tie, best.tie)) < 0 {
			best = t
		}
	}
	if best != nil {
		p.tried[best.id] = true
	}
	return best
}

// later orders what is true after what is not.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// thirdGone: the third did not come, or went.
func (s *state) thirdGone(p *guest, why string) {
	c, a := p.contact, p.contact.agent
	if p.stage == summoned && p.line != nil && !p.line.gone { // the next of that queue
		if next := s.tryNext(p, why); next {
			return
		}
	}
	came := p.stage == present
	s.endThird(p, why)
	if a == nil {
		return
	}
	code := ConsultFailed
	if came {
		code = ThirdLeft
	}
	s.notify(a, Notice{Code: code, Contact: c.id, Key: why})
	switch {
	case came || !a.held:
	case c.phase == talking:
		s.resume(a, c)
	case c.phase == parked: // as soon as she is back
		a.held = false
		s.record(Entry{Kind: TalkResumed, Contact: c.id, Agent: a.id})
		s.showRoom(c)
	}
}

// tryNext rings another volunteer of the queue that is consulted.
func (s *state) tryNext(p *guest, why string) bool {
	next := s.nextOf(p)
	if next == nil {
		return false
	}
	c := p.contact
	s.dismissGuest(p, why)
	again := s.newGuest(c, RoleThird)
	again.target, again.line, again.tried = p.target, p.line, p.tried
	c.third = again
	s.callIn(again, next, false)
	s.showRoom(c)
	return true
}

// endThird ends the consultation, or the three-way talk. How it ends is the
// journal's result: one that the contact heard was merged, whoever left.
func (s *state) endThird(p *guest, why string) {
	result := why
	if p.merged {
		result = consultJoin
	}
	s.consulted(p, result)
	if a := p.agent; a != nil && p.stage != summoned {
		s.notify(a, Notice{Code: CallEnded, Contact: p.contact.id})
	}
	s.dismissGuest(p, why)
}

// consulted tells the journal how it ended.
func (s *state) consulted(p *guest, result string) {
	c := p.contact
	by := AgentID("")
	if c.agent != nil {
		by = c.agent.id
	}
	s.record(Entry{Kind: TransferDone, Contact: c.id, Agent: by, Queue: c.line.id, Reason: attended, Target: p.target, Result: result})
}

// thirdOf returns what the buttons of a consultation need.
func (s *state) thirdOf(id AgentID, contact ContactID) (*agent, *contact, *guest) {
	a, c := s.inHand(id, contact)
	if a == nil {
		return nil, nil, nil
	}
	if c.phase != talking || c.third == nil {
		s.notify(a, Notice{Code: ConsultNotNow, Contact: c.id})
		s.show(a)
		return nil, nil, nil
	}
	return a, c, c.third
}

// onBackAsked drops the third; the contact is with her agent alone.
func (s *state) onBackAsked(ev BackAsked) {
	if a, c, p := s.thirdOf(ev.Agent, ev.Contact); a != nil {
		s.back(a, c, p)
	}
}

func (s *state) back(a *agent, c *contact, p *guest) {
	s.endThird(p, consultBack)
	if a.held {
		s.resume(a, c)
	}
}

// onMergeAsked lets all three hear each other.
func (s *state) onMergeAsked(ev MergeAsked) {
	a, c, p := s.thirdOf(ev.Agent, ev.Contact)
	switch {
	case a == nil:
	case p.stage != present:
		s.notify(a, Notice{Code: ConsultNotNow, Contact: c.id})
	case a.held:
		if !p.merged {
			p.merged = true
			s.record(Entry{Kind: RoomMerged, Contact: c.id, Agent: a.id, Queue: c.line.id, Target: p.target})
		}
		s.resume(a, c)
		s.showRoom(c)
	}
}

// onCompleteAsked gives the contact to the third; the agent goes on to writing.
func (s *state) onCompleteAsked(ev CompleteAsked) {
	a, c, p := s.thirdOf(ev.Agent, ev.Contact)
	switch {
	case a == nil:
	case p.stage != present:
		s.notify(a, Notice{Code: ConsultNotNow, Contact: c.id})
	case p.agent == nil && c.due != nil: // two paid legs and nobody of ours between them
		s.notify(a, Notice{Code: TransferNotAllowed, Contact: c.id})
	default:
		s.complete(c, p, ByAgent, "transfer")
	}
}

// complete takes c from her agent, who goes on to her wrap-up, and gives her to
// the third.
func (s *state) complete(c *contact, p *guest, by Party, reason string) {
	a, talk := c.agent, s.now.Sub(c.started)
	due := p.due
	p.due = nil // the contact's from here on
	s.unseat(p, "completed")
	if p.agent != nil {
		s.consulted(p, resultOK)
	}
	s.talkOver(c, by, reason)
	s.letGo(a)
	c.givenBy = a.name
	s.order(Promote{Contact: c.id, Guest: p.id, Agent: p.agentID()})
	if p.agent != nil {
		s.inherit(c, p)
	} else {
		c.agent, c.rejoin, c.keys = nil, false, ""
		c.due = due
		c.transfer = &transfer{by: a.id, target: p.target, kind: attended}
		s.enter(c, forwarding)
		s.arm(&c.limit, connectWithin, func() { s.forwardFailed(c, string(CauseNoAnswer)) })
	}
	s.wrapUp(a, c, talk, by)
}

// inherit makes p's agent the one who talks with c. Connected says that the two
// hear each other; if it never comes, c is at the head of her line.
func (s *state) inherit(c *contact, p *guest) {
	t := p.agent
	t.guest, t.contact, t.held = nil, c, false
	c.agent, c.rejoin, c.keys = t, false, ""
	c.ringMS, c.accepted = p.ringMS, s.now
	s.clearPasses(c)
	s.become(t, Talking, "")
	s.enter(c, rejoining)
	s.arm(&c.limit, connectWithin, func() { s.connectOverdue(c) })
	s.talkBegan(c)
	s.show(t)
}

// lostToThird: the agent's path broke in a talk of three, and it tells whether a
// volunteer goes on with the contact who is with her already. Any other third
// waits with the contact.
func (s *state) lostToThird(c *contact) bool {
	p := c.third
	if p == nil || !p.merged || p.agent == nil || p.stage != present || c.agent.held {
		return false
	}
	s.record(Entry{Kind: LegLost, Contact: c.id, Agent: c.agent.id, Reason: "agent"})
	s.complete(c, p, ByNetwork, "agent_lost")
	return true
}
