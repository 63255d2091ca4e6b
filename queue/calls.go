package queue

import "strings"

// This file is the talk: from Connect to Hang up. Every button names its
// contact, so a late click never reaches the next one.

const keysShown = 32

// onConnected: both hear each other. Only now does she leave the line.
func (s *state) onConnected(ev Connected) {
	c := s.contacts[ev.Contact]
	if c != nil && c.phase == forwarding && ev.Agent == "" {
		s.forwarded(c)
		return
	}
	if c == nil || c.agent == nil || c.agent.id != ev.Agent {
		return
	}
	a := c.agent
	switch c.phase {
	case connecting:
		s.leave(c, "talk")
		s.enter(c, talking)
		s.talkBegan(c)
		s.transferOver(c, resultOK)
	case dialling:
		if c.calls != nil {
			s.listen(c)
			return
		}
		s.answered(c)
		s.enter(c, talking)
		s.talkBegan(c)
		s.limitTalk(c)
	case rejoining:
		if c.rejoin {
			s.record(Entry{Kind: LegReattached, Contact: c.id, Agent: a.id})
		}
		s.enter(c, talking)
		c.rejoin = false
		s.backTo(a, Talking)
	default:
		return
	}
	if a.muted { // pressed while it connected
		s.order(Mute{Contact: c.id, On: true})
	}
	s.show(a)
}

// onConnectFailed: a fault of the path is no miss of the agent's. c keeps her
// place at the head, and the agent checks her microphone.
func (s *state) onConnectFailed(ev ConnectFailed) {
	c := s.contacts[ev.Contact]
	if c != nil && c.phase == forwarding && ev.Agent == "" {
		s.forwardFailed(c, ev.Stage)
		return
	}
	if c == nil || c.agent == nil || c.agent.id != ev.Agent {
		return
	}
	switch c.phase {
	case connecting, rejoining:
		s.connectFailed(c, ev.Stage)
	case talking: // Resume found no path
		a := c.agent
		s.lostWith(a, c)
		s.comeBack(a)
	case dialling: // somebody picked up, and nobody can talk to her
		s.notify(c.agent, Notice{Code: ConnectTrouble, Contact: c.id})
		s.end(c, BySystem, CauseSilence)
	}
}

// connectOverdue: the channel never said how Connect went.
func (s *state) connectOverdue(c *contact) {
	s.order(Wait{Contact: c.id, Sound: c.sound("")})
	s.connectFailed(c, "timeout")
}

func (s *state) connectFailed(c *contact, stage string) {
	a := c.agent
	if c.phase == rejoining {
		s.record(Entry{Kind: OfferFailed, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: stage})
		s.interrupt(c, a)
	} else {
		s.giveBack(c, stage)
	}
	s.notify(a, Notice{Code: ConnectTrouble, Contact: c.id})
	if a.device == DeviceBrowser {
		a.path = false // what was proven is disproved
	}
	switch {
	case !a.member, a.next != "", !a.here(), a.aside != nil:
		s.rest(a)
	default:
		a.timer.disarm()
		a.eager = false
		s.become(a, MediaFault, stage)
	}
	s.afterRing(c)
}

// giveBack ends a connection in which nobody spoke: c waits on in her place,
// which she never left.
func (s *state) giveBack(c *contact, stage string) {
	a := c.agent
	s.record(Entry{Kind: OfferFailed, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: stage})
	c.agent = nil
	s.letGo(a)
	s.enter(c, waiting)
	s.refreshMusic(c)
	s.transferOver(c, stage)
}

// inHand returns the agent and the contact she names, if that is hers.
func (s *state) inHand(id AgentID, contact ContactID) (*agent, *contact) {
	a := s.agents[id]
	if a == nil || a.contact == nil || a.contact.id != contact {
		return nil, nil
	}
	return a, a.contact
}

func (s *state) onHoldAsked(ev HoldAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || c.phase != talking || a.held {
		return
	}
	s.hold(a, c)
}

// hold gives c music; whoever else is with a stays with her.
func (s *state) hold(a *agent, c *contact) {
	a.held = true
	s.record(Entry{Kind: TalkHeld, Contact: c.id, Agent: a.id})
	s.order(Hold{Contact: c.id, Sound: c.sound("")})
	s.become(a, Held, "")
	s.showRoom(c)
}

func (s *state) onResumeAsked(ev ResumeAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || c.phase != talking || !a.held {
		return
	}
	if p := c.third; p != nil && !p.merged { // nobody hears her who was only asked
		s.back(a, c, p)
		return
	}
	s.resume(a, c)
}

// resume ends hold.
func (s *state) resume(a *agent, c *contact) {
	a.held = false
	s.showRoom(c)
	s.record(Entry{Kind: TalkResumed, Contact: c.id, Agent: a.id})
	s.become(a, Talking, "")
	if !c.rejoin {
		s.order(Resume{Contact: c.id})
		if a.muted { // the two legs are joined anew
			s.order(Mute{Contact: c.id, On: true})
		}
		return
	}
	// Her leg is a new one since she pressed Hold.
	s.enter(c, rejoining)
	s.order(Connect{Contact: c.id, Agent: a.id})
	s.arm(&c.limit, connectWithin, func() { s.connectOverdue(c) })
}

func (s *state) onMuteAsked(ev MuteAsked) {
	if g := s.agents[ev.Agent]; g != nil && g.guest != nil && g.guest.contact.id == ev.Contact {
		s.muteGuest(g, ev.On)
		return
	}
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || c.phase == ending || a.muted == ev.On {
		return
	}
	if c.calls != nil && c.phase == dialling {
		if c.listens && !ev.On {
			s.firstWord(c)
		}
		return
	}
	a.muted = ev.On
	if c.phase == talking {
		s.order(Mute{Contact: c.id, On: ev.On})
	}
	s.show(a)
}

func (s *state) onKeysAsked(ev KeysAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || c.phase != talking || len(ev.Keys) > keysShown {
		return
	}
	if keys := strings.Map(phoneKey, ev.Keys); keys != "" {
		s.order(SendKeys{Contact: c.id, Keys: keys})
	}
}

// onHangUpAsked ends a talk. Before anybody spoke it ends only her part in it:
// the caller waits on for somebody else.
func (s *state) onHangUpAsked(ev HangUpAsked) {
	if g := s.agents[ev.Agent]; g != nil && g.guest != nil {
		s.leaveRoom(g, ev.Contact)
		return
	}
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil {
		return
	}
	switch {
	case c.phase == talking && c.third != nil && a.held: // a contact on hold is not hung up on by the way
		s.back(a, c, c.third)
	case c.phase == connecting:
		s.giveBack(c, "given_up")
		s.passOver(c, a, declinePause)
		s.order(Wait{Contact: c.id, Sound: c.sound("")})
		s.spare(a)
		s.afterRing(c)
	case c.phase == summoning: // nothing was dialled yet
		s.finish(c, ByAgent, CauseCancel)
	case c.phase == dialling && !c.answered:
		s.end(c, ByAgent, CauseCancel)
		s.show(a)
	case c.phase == dialling, c.phase.withAgent():
		s.end(c, ByAgent, CauseNormal)
		s.show(a)
	}
}
