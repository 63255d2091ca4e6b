package agentui

import (
	"fmt"
	"net/http"

	"sahut/queue"
)

// Targets is whom a volunteer may give a contact to.
type Targets struct {
	Queues  []QueueTarget `json:"queues"`
	Agents  []AgentTarget `json:"agents"`  // the others on shift, in the document's order
	Numbers bool          `json:"numbers"` // she may transfer to what outgoing allows
}

// QueueTarget is a queue as a target.
type QueueTarget struct {
	Queue queue.QueueID `json:"queue"`
	Label string        `json:"label"`
}

// AgentTarget is a volunteer as a target.
type AgentTarget struct {
	Agent queue.AgentID    `json:"agent"`
	Name  string           `json:"name"` // her alias
	State queue.AgentState `json:"state"`
}

// getTargets is asked when the list is opened: it is a moment's picture, and
// the desk checks the choice again.
func (s *Server) getTargets(w http.ResponseWriter, r *request) error {
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	me := queue.AgentID(r.author())
	t := Targets{Queues: []QueueTarget{}, Agents: []AgentTarget{}}
	for _, q := range routing.Queues {
		t.Queues = append(t.Queues, QueueTarget{queue.QueueID(q.ID), q.Label})
	}
	for _, a := range routing.Agents {
		view, known := s.desk.View(queue.AgentID(a.ID))
		switch {
		case !known:
		case queue.AgentID(a.ID) == me:
			t.Numbers = view.MayDial
		case view.State != queue.Offline:
			t.Agents = append(t.Agents, AgentTarget{queue.AgentID(a.ID), a.Name, view.State})
		}
	}
	return writeJSON(w, http.StatusOK, t)
}
