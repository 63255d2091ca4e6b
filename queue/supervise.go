package queue

import "slices"

// This file is supervision: somebody with more experience listens to a talk,
// whispers to the volunteer, joins, or takes over. The volunteer always sees
// who and how, and the journal keeps it. A volunteer without a screen before her
// could not see it, so nobody supervises her.

// leads tells whether a may supervise: by the routing document, or because her
// account says so.
func (a *agent) leads() bool { return a.supervisor || a.rights }

// mayAssist tells whether a can be brought into somebody else's talk now.
func (a *agent) mayAssist() bool {
	return a.member && !a.busy() && (a.state == Ready || a.state == Paused) && a.reachable()
}

// onRightsKnown: what her account allows her, as her page signed in.
func (s *state) onRightsKnown(ev RightsKnown) {
	a := s.agents[ev.Agent]
	if a == nil || a.rights == ev.Supervisor {
		return
	}
	a.rights = ev.Supervisor
	s.show(a)
}

// onSuperviseAsked begins supervision, or changes how far it goes.
func (s *state) onSuperviseAsked(ev SuperviseAsked) {
	a, c := s.agents[ev.Agent], s.contacts[ev.Contact]
	if a == nil {
		return
	}
	code := s.maySupervise(a, c, ev.Mode)
	if p := a.guest; code == "" && p != nil && p.contact == c && p.role == RoleSupervisor {
		s.setMode(p, ev.Mode)
		return
	}
	if code == "" && !a.mayAssist() {
		code = SuperviseNotNow
	}
	if code != "" {
		s.notify(a, Notice{Code: code, Contact: ev.Contact})
		s.show(a)
		return
	}
	s.supervise(a, c, ev.Mode, false)
}

// maySupervise says why not; empty: she may. Nobody is brought to a contact whom
// the contact refuses, if she would hear her.
func (s *state) maySupervise(a *agent, c *contact, m Mode) NoticeCode {
	switch {
	case !a.leads():
		return SuperviseNotAllowed
	case !slices.Contains([]Mode{ModeListen, ModeWhisper, ModeBarge, ModeTakeOver}, m):
		return SuperviseNotNow
	case c == nil || c.phase != talking || c.agent == nil || c.agent == a:
		return SuperviseNotNow
	case !c.line.set.Supervision && (a.guest == nil || a.guest.contact != c || !a.guest.sos):
		return SuperviseNotAllowed
	case slices.Contains(c.never, a.id), (m == ModeBarge || m == ModeTakeOver) && c.refuses(a):
		return SuperviseNotAllowed
	case !c.agent.session:
		return SuperviseUnseen
	}
	return ""
}

// supervise brings a into c's room. Who takes over listens until she is there.
func (s *state) supervise(a *agent, c *contact, m Mode, sos bool) {
	p := s.newGuest(c, RoleSupervisor)
	p.mode, p.sos = m, sos
	if m == ModeTakeOver {
		p.mode = ModeListen
		p.takes = true
	}
	c.watchers = append(c.watchers, p)
	s.record(Entry{Kind: SuperviseBegan, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: string(m), Target: "agent:" + string(c.agent.id)})
	if a.state == Paused { // and there she shall be again
		a.next, a.nextReason = Paused, a.reason
	}
	s.notify(c.agent, Notice{Code: SupervisorCame, Contact: c.id, Agent: a.name, Key: string(m)})
	s.callIn(p, a, true)
	s.showRoom(c)
}

// watching: the supervisor is in the room.
func (s *state) watching(p *guest) {
	if p.takes {
		p.takes = false
		s.setMode(p, ModeTakeOver)
	}
}

// setMode changes how far she takes part.
func (s *state) setMode(p *guest, m Mode) {
	c := p.contact
	switch {
	case p.stage != present:
		p.takes = m == ModeTakeOver
		if p.takes || p.mode == m {
			return
		}
		if p.stage == summoned { // it is brought in with the new one
			s.modeChanged(p, m)
			return
		}
	case p.mode == m:
		return
	}
	if m == ModeTakeOver {
		s.takeOver(p)
		return
	}
	s.modeChanged(p, m)
	s.order(SetMode{Contact: c.id, Guest: p.id, Mode: m})
}

func (s *state) modeChanged(p *guest, m Mode) {
	c := p.contact
	p.mode = m
	s.record(Entry{Kind: SuperviseMode, Contact: c.id, Agent: p.agent.id, Queue: c.line.id, Reason: string(m)})
	s.notify(c.agent, Notice{Code: SupervisorCame, Contact: c.id, Agent: p.agent.name, Key: string(m)})
	s.showRoom(c)
}

// takeOver makes the supervisor the one who talks with c. Who talked until now
// goes on to her wrap-up. A third whom c has heard stays.
func (s *state) takeOver(p *guest) {
	c, a := p.contact, p.contact.agent
	if c.phase != talking {
		s.notify(p.agent, Notice{Code: SuperviseNotNow, Contact: c.id})
		return
	}
	s.modeChanged(p, ModeTakeOver)
	s.unseat(p, "took_over")
	s.superviseOver(p, "took_over")
	s.sosOver(c, "took_over")
	third := c.third
	if third != nil && third.merged && !a.held {
		c.third = nil
	} else {
		third = nil
	}
	talk := s.now.Sub(c.started)
	s.talkOver(c, ByAgent, "taken_over")
	c.third = third
	s.letGo(a)
	c.givenBy = a.name
	s.notify(a, Notice{Code: TakenOver, Contact: c.id, Agent: p.agent.name})
	s.order(Promote{Contact: c.id, Guest: p.id, Agent: p.agent.id})
	s.inherit(c, p)
	s.wrapUp(a, c, talk, ByAgent)
}

// onSuperviseEnded: the supervisor leaves.
func (s *state) onSuperviseEnded(ev SuperviseEnded) {
	if a := s.agents[ev.Agent]; a != nil && a.guest != nil && a.guest.role == RoleSupervisor {
		s.leaveRoom(a, ev.Contact)
	}
}

// watchOver ends the supervision of one talk; talk and volunteer go on.
func (s *state) watchOver(p *guest, why string) {
	c, came := p.contact, p.stage == present
	s.dismissGuest(p, why)
	s.superviseOver(p, why)
	if c.agent != nil {
		s.notify(c.agent, Notice{Code: SupervisorWent, Contact: c.id, Agent: p.agent.name})
	}
	if !came && p.sos && why != "talk_over" {
		s.sosAgain(c, p.agent)
	}
}

func (s *state) superviseOver(p *guest, why string) {
	s.record(Entry{Kind: SuperviseOver, Contact: p.contact.id, Agent: p.agent.id, Queue: p.contact.line.id, Reason: why, MS: ms(s.now.Sub(p.asked))})
}
