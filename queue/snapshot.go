package queue

import (
	"maps"
	"time"
)

// Snapshot is what screens, metrics and /readyz read of the desk without
// asking it. It is immutable: whoever holds one may read it for ever.
type Snapshot struct {
	At       time.Time   `json:"at"`
	Revision uint64      `json:"revision"`
	Draining bool        `json:"draining"`
	Queues   []QueueView `json:"queues"` // in the order of the routing document
	Agents   []AgentLine `json:"agents"` // in the order of the routing document

	Waiting  int `json:"waiting"`  // callers in any queue, ringing and connecting ones too
	Talking  int `json:"talking"`  // contacts with an agent, past connecting and dialling
	Contacts int `json:"contacts"` // all contacts in progress; a drain is over at zero

	// Since the desk started. Arrived are the contacts that came in and Outcomes
	// how they ended; those we called are counted apart.
	Arrived  uint64             `json:"arrived"`
	Dialled  uint64             `json:"dialled"`
	Refused  map[Refusal]uint64 `json:"refused"`
	Outcomes map[Outcome]uint64 `json:"outcomes"`
	Outgoing map[Outcome]uint64 `json:"outgoing"`
	Offers   map[string]uint64  `json:"offers"` // by how they ended

	Callbacks []CallbackView `json:"callbacks,omitempty"` // the first to be served first

	Drill *DrillView `json:"drill,omitempty"` // the latest trial call; nil: there was none

	// For the wallboard of supervisors alone, on shift or not.
	Sos      []SosView     `json:"-"` // calls for help
	Debriefs []DebriefView `json:"-"` // who would like to talk to somebody
}

// DrillView is how the latest trial call through a trunk went.
type DrillView struct {
	At     time.Time `json:"at"`
	OK     bool      `json:"ok"`
	Stage  string    `json:"stage"` // how far it came
	TookMS int64     `json:"took_ms"`
}

// AgentLine is one agent on a supervisor's list.
type AgentLine struct {
	Agent   AgentID    `json:"agent"`
	Name    string     `json:"name"`
	State   AgentState `json:"state"`
	Reason  string     `json:"reason,omitempty"`
	Since   time.Time  `json:"since"`
	Next    AgentState `json:"next,omitempty"`
	Queues  []QueueID  `json:"queues"`
	Contact ContactID  `json:"contact,omitempty"`
	Device  Device     `json:"device,omitempty"`

	Late      *time.Time `json:"late,omitempty"`       // when her shift of the plan began, to which she has not come
	ShiftEnds *time.Time `json:"shift_ends,omitempty"` // soon: others are rung first
}

// snapshot copies what others may see. It costs a walk over lines and agents,
// never over those who wait.
func (s *state) snapshot(now time.Time) *Snapshot {
	snap := &Snapshot{
		At: now, Revision: s.revision, Draining: s.draining,
		Queues: make([]QueueView, 0, len(s.lines)), Agents: make([]AgentLine, 0, len(s.roster)),
		Contacts: len(s.contacts), Arrived: s.tally.arrived, Dialled: s.tally.dialled, Outgoing: maps.Clone(s.tally.outgoing), Drill: s.drill,
		Refused: maps.Clone(s.tally.refused), Outcomes: maps.Clone(s.tally.outcomes), Offers: maps.Clone(s.tally.offers),
	}
	snap.Callbacks = s.callbackViews(func(*line) bool { return true })
	for _, l := range s.lines {
		v := l.view()
		snap.Queues = append(snap.Queues, v)
		snap.Waiting += v.Waiting
	}
	for _, a := range s.roster {
		snap.Agents = append(snap.Agents, a.summary())
	}
	for _, c := range s.alarms {
		snap.Sos = append(snap.Sos, s.sosView(c, nil))
	}
	snap.Debriefs = s.debriefs(nil)
	for _, a := range s.agents { // one whom the document names no longer may talk on
		if a.contact != nil && a.contact.inTalk {
			snap.Talking++
		}
	}
	return snap
}

func (a *agent) summary() AgentLine {
	v := AgentLine{Agent: a.id, Name: a.name, State: a.state, Reason: a.reason, Since: a.since, Next: a.next, Device: a.device, Queues: make([]QueueID, 0, len(a.lines))}
	for _, l := range a.lines {
		v.Queues = append(v.Queues, l.id)
	}
	if p := a.planned; p.late && !p.came {
		v.Late = &p.from
	}
	if p := a.planned; p.ending && a.onShift() {
		v.ShiftEnds = &p.to
	}
	if a.contact != nil {
		v.Contact = a.contact.id
	}
	if a.guest != nil {
		v.Contact = a.guest.contact.id
	}
	return v
}
