package sip

import "time"

// TrunkState is one trunk as the state page shows it.
type TrunkState struct {
	Name       string
	Server     string        // as in the settings; empty: it only brings calls
	Address    string        // where the server is now, "203.0.113.5:5060"
	Registers  bool          // whether we register there
	Registered bool          // and are registered
	Expires    time.Time     // when the registration would run out
	Up         bool          // usable, as far as is known
	Since      time.Time     // up or down since
	Cause      string        // why it is down; empty when it is up
	CauseCode  string        // the same for screens in other languages: a code, and behind a colon what is said with it
	Checked    time.Time     // the last sign of life
	RTT        time.Duration // of the latest OPTIONS
	Calls      int           // running now, both ways
	Outgoing   int           // of them placed by us
}

// Alarm tells of a trunk that stopped to work, or works again. There is one of
// each for an outage, however often the trunk comes and goes in it.
type Alarm struct {
	Trunk string
	Up    bool // it works again
	Since time.Time
	Cause string // empty when it works again
}

// TrunkStates returns how each trunk is, in the order of the settings. A trunk
// without a server is known by the calls it brings; that none come is no fault.
func (s *Server) TrunkStates() []TrunkState {
	states := make([]TrunkState, 0, len(s.trunks.all))
	for _, t := range s.trunks.all {
		st := TrunkState{Name: t.Name, Up: true, Since: s.trunks.since, Calls: int(t.calls.Load())}
		if ns := t.heard.Load(); ns > 0 {
			st.Checked = time.Unix(0, ns)
		}
		if t.uplink != nil {
			t.uplink.describe(&st)
		}
		states = append(states, st)
	}
	return states
}

func (u *uplink) describe(st *TrunkState) {
	v := u.seen.Load()
	st.Server, st.Registers, st.Registered, st.Expires = u.cfg.Server, u.cfg.Register, v.registered, v.expires
	st.Up, st.Since, st.Cause, st.CauseCode, st.RTT = v.up, v.since, inEnglish(v.cause), v.cause, v.rtt
	st.Outgoing = int(u.outgoing.Load())
	if v.checked.After(st.Checked) {
		st.Checked = v.checked
	}
	if len(v.places) > 0 {
		st.Address = v.places[0].addr.String()
	}
}
