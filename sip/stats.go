package sip

// Stats are the figures of the SIP side, for the metrics.
type Stats struct {
	Passed        uint64            // messages the ingress layer let through
	Rejected      map[string]uint64 // messages it did not, by reason
	Banned        int               // hosts banned now
	Bans          uint64            // bans since the start
	Panics        uint64            // faults that ended one request or call
	Registrations int               // phones registered now
	Connections   int               // TCP connections open now
	Calls         int               // lines in use now
	TrunkCalls    map[string]int    // of them by trunk
	Setup         Setup
}

// Stats returns the figures as they are now. Every reason is in Rejected, so
// that a metric exists before it is first needed.
func (s *Server) Stats() Stats {
	st := Stats{
		Passed:        s.guard.passed.Load(),
		Rejected:      make(map[string]uint64, len(reasonNames)),
		Panics:        s.panics.Load(),
		Registrations: s.registrar.phones.count(),
		Connections:   int(s.guard.open.Load()),
		Calls:         int(s.trunks.calls.Load()),
		TrunkCalls:    map[string]int{},
		Setup:         s.setups.figures(),
	}
	st.Banned, st.Bans = s.guard.limits.figures()
	for r, name := range reasonNames {
		if name != "" {
			st.Rejected[name] = s.guard.counts[r].Load()
		}
	}
	for _, t := range s.trunks.all {
		st.TrunkCalls[t.Name] += int(t.calls.Load())
	}
	return st
}
