package queue

import "time"

// After a heavy or an abusive contact she is offered somebody to talk to (WE-1).
// She asks by one press; supervisors see her name and nothing of the contact, and
// one of them, on shift, says when the two have talked. It stands until then,
// over the end of her shift and a restart of the server, and the journal keeps it
// apart from any contact.

// DebriefView is a volunteer who would like to talk to somebody.
type DebriefView struct {
	Agent AgentID   `json:"agent"`
	Name  string    `json:"name"` // alias
	Since time.Time `json:"since"`
}

// What her own screen says of it.
const (
	DebriefOffered = "offered"
	DebriefWanted  = "asked"
)

// debriefWord is what a's screen says; empty: nothing.
func (s *state) debriefWord(a *agent) string {
	switch w := a.writing; {
	case !a.debrief.IsZero():
		return DebriefWanted
	case a.member && (a.hard || w != nil && s.weighs(w)):
		return DebriefOffered
	}
	return ""
}

// weighs tells whether what w is about weighs on who writes it.
func (s *state) weighs(w *writing) bool { return w.abused || s.heavy[w.disposition] }

// onDebriefAsked: she would like to talk to somebody; On false takes it back.
func (s *state) onDebriefAsked(ev DebriefAsked) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	was := s.debriefWord(a)
	switch {
	case ev.On && was == DebriefOffered:
		a.debrief = s.now.Truncate(time.Millisecond) // as it is kept: the same wish after a restart
		s.record(Entry{Kind: DebriefCalled, Agent: a.id, Result: debriefOn})
	case !ev.On && was == DebriefWanted:
		a.debrief = time.Time{}
		s.record(Entry{Kind: DebriefCalled, Agent: a.id, Result: debriefOff})
	}
	s.show(a)
	s.floorChanged()
}

// onDebriefsKept takes in the wishes of an earlier run.
func (s *state) onDebriefsKept(ev DebriefsKept) {
	for _, a := range s.roster {
		since, wanted := ev.Since[a.id]
		if !wanted || !a.debrief.IsZero() {
			continue
		}
		a.debrief = since
		s.record(Entry{Kind: DebriefCalled, Agent: a.id, Result: debriefKept, MS: ms(s.now.Sub(since))})
		s.show(a)
	}
	s.floorChanged()
}

// The results of debrief.asked.
const (
	debriefOn   = "on"
	debriefOff  = "off"
	debriefKept = "kept"
)

// OpenDebrief tells of an entry about a debrief whether its agent still waits for
// one after it.
func (e Entry) OpenDebrief() (open, about bool) {
	switch e.Kind {
	case DebriefCalled:
		return e.Result != debriefOff, true
	case DebriefOver:
		return false, true
	}
	return false, false
}

// onDebriefHeld: a supervisor has talked with her.
func (s *state) onDebriefHeld(ev DebriefHeld) {
	a, by := s.agents[ev.Agent], s.agents[ev.By]
	if a == nil || by == nil || a == by || !by.leads() || !by.member || a.debrief.IsZero() {
		return
	}
	s.record(Entry{Kind: DebriefOver, Agent: a.id, By: string(by.id), MS: ms(s.now.Sub(a.debrief))})
	a.debrief, a.hard = time.Time{}, false
	s.show(a)
	s.show(by)
	s.floorChanged()
}

// debriefs are who would like to talk to somebody, but the one who looks (nil: nobody).
func (s *state) debriefs(but *agent) []DebriefView {
	var all []DebriefView
	for _, a := range s.roster {
		if a != but && !a.debrief.IsZero() {
			all = append(all, DebriefView{a.id, a.name, a.debrief})
		}
	}
	return all
}
