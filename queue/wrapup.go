package queue

import "time"

// writing is an agent's wrap-up. Its timer is the desk's, so a closed or
// reloaded page neither ends nor extends it.
type writing struct {
	contact ContactID
	who     identity
	label   string
	talk    time.Duration
	endedBy Party
	until   time.Time
	extend  time.Duration
}

// wrapUp begins after a talk; a queue without it leads straight to what is next.
func (s *state) wrapUp(a *agent, c *contact, talk time.Duration, by Party) {
	a.timer.disarm()
	last := c.line.set.WrapUp.D()
	if last <= 0 {
		s.relieve(a, "")
		s.rest(a)
		return
	}
	a.writing = &writing{
		contact: c.id, who: s.identify(c.caller), label: c.line.set.Label, talk: talk, endedBy: by,
		until: s.now.Add(last), extend: c.line.set.WrapUpExtend.D(),
	}
	s.become(a, WrapUp, "")
	s.arm(&a.timer, last, func() { s.wrapUpOver(a, "", "timer") })
}

// wrapUpOver keeps the disposition and lets her go on.
func (s *state) wrapUpOver(a *agent, disposition, by string) {
	w := a.writing
	a.writing = nil
	s.record(Entry{Kind: WrapUpDone, Contact: w.contact, Agent: a.id, Reason: disposition, By: by})
	s.relieve(a, disposition)
	s.rest(a)
}

func (s *state) writingOf(id AgentID, contact ContactID) (*agent, *writing) {
	a := s.agents[id]
	if a == nil || a.writing == nil || a.writing.contact != contact {
		return nil, nil
	}
	return a, a.writing
}

func (s *state) onWrapUpExtended(ev WrapUpExtended) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	if a == nil || w.extend <= 0 {
		return
	}
	w.until = w.until.Add(w.extend)
	s.timers.arm(&a.timer, w.until, func() { s.wrapUpOver(a, "", "timer") })
	s.show(a)
}

// onWrapUpFinished refuses a disposition the document does not know: an admin
// may have taken it away since the page was loaded, and she shall choose again.
func (s *state) onWrapUpFinished(ev WrapUpFinished) {
	a, _ := s.writingOf(ev.Agent, ev.Contact)
	if a == nil {
		return
	}
	if ev.Disposition != "" && !s.dispositions[ev.Disposition] {
		s.notify(a, Notice{Code: UnknownDisposition, Contact: ev.Contact})
		s.show(a)
		return
	}
	s.wrapUpOver(a, ev.Disposition, string(ByAgent))
}
