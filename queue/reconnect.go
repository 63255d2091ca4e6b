package queue

// Her screen and her path come and go on their own. This file is what the desk
// makes of it; the caller never notices more than a piece of music.

// onPathProven: sound went both ways. It ends the check, a lost path, and a
// conversation's interruption.
func (s *state) onPathProven(ev PathProven) {
	a := s.agents[ev.Agent]
	if a == nil {
		s.onDrillPath(ev.Agent, true)
		return
	}
	if !a.path && a.onShift() {
		s.record(Entry{Kind: MediaProof, Agent: a.id, Result: "ok"})
	}
	a.path = true
	switch a.state {
	case Checking:
		s.checked(a)
	case Reconnecting:
		s.comeBack(a)
	}
}

// onPathLost is the server's own judgement, so it counts at once. Only the
// device she uses matters: a page closed during a talk on the phone is none.
func (s *state) onPathLost(ev PathLost) {
	a := s.agents[ev.Agent]
	switch {
	case a == nil:
		s.onDrillPath(ev.Agent, false)
	case ev.Device == "" || ev.Device == DeviceBrowser:
		had := a.path
		a.path = false
		if had && a.onShift() {
			s.record(Entry{Kind: MediaProof, Agent: a.id, Result: "lost"})
		}
		if had && a.device == DeviceBrowser {
			s.cutOff(a)
		}
	case ev.Device == a.device && a.contact != nil:
		s.lostWith(a, a.contact)
	case ev.Device == a.device && a.guest != nil && a.guest.stage != summoned:
		s.cutOffGuest(a)
	}
}

func (s *state) onSessionOpened(ev SessionOpened) {
	a := s.agents[ev.Agent]
	if a == nil {
		a = newAgent(ev.Agent, s.seed, s.now)
		s.agents[a.id] = a
	}
	a.session = true
	s.show(a)
	if a.state == Reconnecting {
		s.comeBack(a)
	}
}

// onSessionLost: a conversation goes on without a screen for as long as its
// path carries sound, and wrap-up runs on; all else waits for her.
func (s *state) onSessionLost(ev SessionLost) {
	a := s.agents[ev.Agent]
	if a == nil || !a.session {
		return
	}
	a.session = false
	if a.device == DeviceBrowser { // else her shift needs no page
		s.cutOff(a)
	}
	s.forget(a)
}

// cutOff is what a lost path or screen means in each state.
func (s *state) cutOff(a *agent) {
	c := a.contact
	switch {
	case c != nil && !a.path:
		s.lostWith(a, c)
	case a.guest != nil && (!a.path || a.guest.stage == summoned):
		s.cutOffGuest(a)
	case a.offer != nil:
		o := a.offer
		s.endOffer(o, "agent_lost")
		a.lost = Notice{Code: OfferWithdrawn, Contact: o.contact.id, Offer: o.id}
		s.spare(a)
		s.afterRing(o.contact)
	case a.state == Ready:
		s.awayFrom(a, Ready, "")
	case a.session: // a path is only missed in the states above
	case a.state == Paused || a.state == Checking || a.state == NotResponding || a.state == MediaFault:
		s.awayFrom(a, a.state, a.reason)
	}
}

// lostWith: her path broke with c in hand.
func (s *state) lostWith(a *agent, c *contact) {
	switch c.phase {
	case connecting: // nobody spoke yet: c rings elsewhere, from her place
		s.giveBack(c, "peer")
		if a.device != DeviceBrowser { // which could be rung again at once, and fail again
			s.passOver(c, a, declinePause)
		}
		s.order(Wait{Contact: c.id, Sound: c.sound("")})
		s.spare(a)
		s.afterRing(c)
	case talking, rejoining:
		if s.lostToThird(c) {
			return
		}
		s.park(a, c)
	case dialling:
		s.end(c, ByNetwork, CauseSilence)
	}
}

// park gives c music and her agent 20 s to come back. Who else is with the two, or
// is being rung for it, waits as long.
func (s *state) park(a *agent, c *contact) {
	if c.phase == talking {
		s.record(Entry{Kind: LegLost, Contact: c.id, Agent: a.id, Reason: "agent"})
	}
	s.enter(c, parked)
	c.rejoin = true
	if !a.held { // held, she hears music already
		s.order(Wait{Contact: c.id, Sound: c.sound(holdWords)})
	}
	for _, p := range c.guests() {
		if p.stage == joining {
			s.limitJoining(p)
		}
	}
	if a.device != DeviceBrowser { // a browser comes back by itself, a phone is rung
		s.unsummon(a)
		s.summon(a, c)
	}
	if a.state == Reconnecting { // it broke again while it was mended: the window stays
		s.show(a)
	} else {
		s.awayFrom(a, a.state, "")
	}
	s.showGuests(c)
}

// awayFrom makes an agent reconnecting, to resume state when she is back.
func (s *state) awayFrom(a *agent, resume AgentState, reason string) {
	a.resume, a.resumeReason = resume, reason
	s.become(a, Reconnecting, "")
	s.arm(&a.timer, reconnectWithin, func() { s.stayedAway(a) })
}

// comeBack ends reconnecting as soon as she has what her state needs.
func (s *state) comeBack(a *agent) {
	if c := a.contact; c != nil {
		if a.path && c.phase == parked && a.device == DeviceBrowser {
			s.rejoin(a, c)
		}
		return
	}
	needsPath := a.resume == Ready
	if !a.here() || (needsPath && !a.reachable()) {
		s.show(a)
		return
	}
	a.timer.disarm()
	s.become(a, a.resume, a.resumeReason)
	if a.state == Checking && (a.reachable() || a.device != DeviceBrowser) { // proven before her screen was back
		s.checked(a)
	}
}

// rejoin puts the two together again; on hold it waits for Resume, and only who
// else is with her agent hears her at once.
func (s *state) rejoin(a *agent, c *contact) {
	if a.held {
		s.record(Entry{Kind: LegReattached, Contact: c.id, Agent: a.id})
		s.enter(c, talking)
		s.backTo(a, Held)
		if len(c.guests()) > 0 {
			s.order(Reseat{Contact: c.id})
			s.showGuests(c)
		}
		return
	}
	s.enter(c, rejoining)
	s.order(Connect{Contact: c.id, Agent: a.id})
	s.arm(&c.limit, connectWithin, func() { s.connectOverdue(c) })
	s.show(a)
	s.showGuests(c)
}

// backTo ends the reconnecting of an agent with a contact.
func (s *state) backTo(a *agent, to AgentState) {
	a.timer.disarm()
	s.become(a, to, "")
}

// stayedAway: the window is over. Her caller goes to the head of the line.
func (s *state) stayedAway(a *agent) {
	c := a.contact
	if c != nil {
		s.interrupt(c, a)
	}
	switch {
	case !a.member:
		s.dismiss(a)
	case c != nil && a.device != DeviceBrowser && a.next != Offline: // her shift goes on, but her phone did not ring through
		a.timer.disarm()
		a.next, a.nextReason = "", ""
		s.become(a, NotResponding, "")
	default:
		s.goOffline(a)
	}
}

// interrupt ends a talk that broke and takes c back into her line, before
// everybody who has not talked yet.
func (s *state) interrupt(c *contact, a *agent) {
	s.talkOver(c, ByNetwork, "agent_lost")
	c.agent, c.rejoin, c.prefers = nil, false, a.id
	s.letGo(a)
	c.class, c.head, c.entered, c.credit, c.announced = ClassInterrupted, true, s.now, 0, 0
	s.clearPasses(c)
	c.exits = nil
	to := c.line
	if to.gone {
		if to = s.heir(c); to == nil {
			s.close(c, c.line.words(), OutcomeClosed)
			return
		}
	}
	s.enter(c, waiting)
	s.join(c, to)
	s.welcome(c)
}
