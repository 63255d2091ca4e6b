package queue

// What happens if a call breaks off: somebody may have come in, and then a ringing
// telephone is the worst that can follow. So the two agree on it while they can
// (SC-7), and without an agreement nothing happens.

// CutPlan is what they agreed on.
type CutPlan string

// The plans. Only the first begins a call-back, and like any it is dialled only
// while her answer says that it is safe.
const (
	CutWeCall   CutPlan = "we_call"
	CutSheCalls CutPlan = "she_calls"
	CutNothing  CutPlan = "nothing"
)

// Known tells whether p is a plan, or none.
func (p CutPlan) Known() bool {
	return p == "" || p == CutWeCall || p == CutSheCalls || p == CutNothing
}

func (s *state) onCutAgreed(ev CutAgreed) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	if a == nil || !ev.Plan.Known() {
		return
	}
	if ev.Plan == CutWeCall && s.person(c.caller, c.out) == "" {
		s.notify(a, Notice{Code: CallbackUnknown, Contact: c.id})
		s.show(a)
		return
	}
	if ev.Plan != c.ifCut {
		c.ifCut = ev.Plan
		s.record(Entry{Kind: CutPlanned, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: string(ev.Plan)})
	}
	s.show(a)
}

// calledAfterCut tells whether she is to be called back because of how the call
// ended. Whether who hung up herself was cut off only her volunteer knows, who
// sees the promise while she writes and can take it back; without time to write
// it is none. Who pressed the two zeros had somebody come in.
func (c *contact) calledAfterCut(by Party, cause Cause) bool {
	switch {
	case c.ifCut != CutWeCall, by == ByAgent, cause == CauseQuickExit:
		return false
	case by == ByCaller:
		return c.line.set.WrapUpMode != noWrapUp
	}
	return true
}
