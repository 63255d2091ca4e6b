package queue

import "time"

// Snapshot is what screens, metrics and /readyz read of the desk without
// asking it. It is immutable: whoever holds one may read it for ever.
type Snapshot struct {
	At       time.Time   `json:"at"`
	Revision uint64      `json:"revision"`
	Draining bool        `json:"draining"`
	Queues   []QueueView `json:"queues"` // in the order of the routing document
	Agents   []AgentLine `json:"agents"` // in the order of the routing document

	Waiting  int `json:"waiting"`  // callers in any queue, ringing and connecting ones too
	Talking  int `json:"talking"`  // contacts with an agent
	Contacts int `json:"contacts"` // all contacts in progress; a drain is over at zero

	// Since the desk started.
	Arrived  uint64             `json:"arrived"`
	Refused  map[Refusal]uint64 `json:"refused"`
	Outcomes map[Outcome]uint64 `json:"outcomes"`
	Offers   map[string]uint64  `json:"offers"` // by how they ended
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
}
