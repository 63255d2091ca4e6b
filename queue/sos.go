package queue

import (
	"cmp"
	"slices"
	"time"
)

// This file is the SOS button: one press of a volunteer calls a supervisor to
// her talk. All supervisors on shift see it at once, and how long it stands; one
// of them is called by name. If nobody comes within sosStep the next is called
// too, and so on until all are, and whoever comes on shift meanwhile. Who answers
// is brought into the talk in whisper: the volunteer hears her, the caller does not.

// sosStep is how long one supervisor is called before the next is called too.
const sosStep = 30 * time.Second

// sos is a call for help that stands until the talk is over or it is withdrawn.
type sos struct {
	by       *agent
	raised   time.Time
	called   []*agent // in the order they were
	next     token
	answered *agent
}

// onSosAsked raises an SOS, or takes it back.
func (s *state) onSosAsked(ev SosAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	switch {
	case a == nil || !c.inTalk || c.phase == ending:
	case !ev.On:
		s.sosOver(c, "withdrawn")
	case c.sos == nil:
		c.sos = &sos{by: a, raised: s.now}
		s.alarms = append(s.alarms, c)
		s.record(Entry{Kind: SosRaised, Contact: c.id, Agent: a.id, Queue: c.line.id})
		s.escalate(c)
		if len(c.sos.called) == 0 {
			s.notify(a, Notice{Code: SosNobody, Contact: c.id})
		}
	}
}

// escalate calls one more supervisor; while there is none, it looks again later.
func (s *state) escalate(c *contact) {
	o := c.sos
	if next := s.nextLead(o); next != nil {
		o.called = append(o.called, next)
		s.record(Entry{Kind: SosCalled, Contact: c.id, Agent: next.id, Queue: c.line.id, Count: len(o.called)})
	}
	s.arm(&o.next, sosStep, func() { s.escalate(c) })
	s.showSos(c)
}

// nextLead is the supervisor who is called next: those first who can come now,
// of them who is free for longest.
func (s *state) nextLead(o *sos) *agent {
	var best *agent
	free := func(a *agent) int {
		switch {
		case a.mayAssist() && a.state == Ready:
			return 0
		case a.mayAssist():
			return 1
		}
		return 2
	}
	for _, a := range s.roster {
		if a == o.by || !a.leads() || !a.onShift() || slices.Contains(o.called, a) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(free(a), free(best)), a.since.Compare(best.since)) < 0 {
			best = a
		}
	}
	return best
}

// onSosAccepted: a supervisor comes.
func (s *state) onSosAccepted(ev SosAccepted) {
	a, c := s.agents[ev.Agent], s.contacts[ev.Contact]
	switch {
	case a == nil:
		return
	case !a.leads():
		s.notify(a, Notice{Code: SuperviseNotAllowed, Contact: ev.Contact})
		return
	case c == nil || c.sos == nil || c.sos.answered != nil || c.phase != talking || slices.Contains(c.never, a.id):
		s.notify(a, Notice{Code: SuperviseNotNow, Contact: ev.Contact})
		s.show(a)
		return
	}
	if p := a.guest; p != nil && p.contact == c && p.role == RoleSupervisor { // she listens already
		p.sos = true
		s.sosAnswered(c, a)
		if p.mode == ModeListen {
			s.setMode(p, ModeWhisper)
		}
		return
	}
	if !a.mayAssist() {
		s.notify(a, Notice{Code: SuperviseNotNow, Contact: ev.Contact})
		s.show(a)
		return
	}
	s.sosAnswered(c, a)
	s.supervise(a, c, ModeWhisper, true)
}

func (s *state) sosAnswered(c *contact, a *agent) {
	c.sos.answered = a
	c.sos.next.disarm()
	s.record(Entry{Kind: SosAnswered, Contact: c.id, Agent: a.id, Queue: c.line.id, MS: ms(s.now.Sub(c.sos.raised))})
	s.notify(c.sos.by, Notice{Code: SosComing, Contact: c.id, Agent: a.name})
	s.showSos(c)
}

// sosAgain: who answered could not be brought in; the next is called.
func (s *state) sosAgain(c *contact, a *agent) {
	if c.sos == nil || c.sos.answered != a {
		return
	}
	c.sos.answered = nil
	s.escalate(c)
}

// sosOver ends it; the journal says why.
func (s *state) sosOver(c *contact, why string) {
	o := c.sos
	if o == nil {
		return
	}
	o.next.disarm()
	c.sos = nil
	s.alarms = slices.DeleteFunc(s.alarms, func(one *contact) bool { return one == c })
	s.record(Entry{Kind: SosOver, Contact: c.id, Agent: o.by.id, Queue: c.line.id, Reason: why, MS: ms(s.now.Sub(o.raised))})
	s.showSos(c)
}

// showSos brings it to the volunteer and to every supervisor at once.
func (s *state) showSos(c *contact) {
	s.showRoom(c)
	for _, a := range s.roster {
		if a.leads() && a.onShift() {
			s.show(a)
		}
	}
}
