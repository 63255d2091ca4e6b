package agentuitest

import (
	"slices"
	"sync"

	"sahut/agentui"
	"sahut/queue"
)

// Notes are in memory. The zero value is empty.
type Notes struct {
	mu     sync.Mutex
	list   []agentui.Note
	None   bool     // none are written
	Opens  []string // who read whose note: "rina C1 sari"
	Erased []string
}

// Off implements [agentui.Notes].
func (m *Notes) Off() (bool, error) { return m.None, nil }

// Note implements [agentui.Notes].
func (m *Notes) Note(id queue.ContactID, agent queue.AgentID) (agentui.Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.list {
		if n.Contact == id && n.Agent == agent {
			return n, nil
		}
	}
	return agentui.Note{}, agentui.ErrNotFound
}

// Write implements [agentui.Notes].
func (m *Notes) Write(n agentui.Note) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(n)
	if n.Text != "" {
		m.list = append(m.list, n)
	}
	return nil
}

func (m *Notes) drop(n agentui.Note) {
	m.list = slices.DeleteFunc(m.list, func(o agentui.Note) bool { return o.Contact == n.Contact && o.Agent == n.Agent })
}

// List implements [agentui.Notes].
func (m *Notes) List() ([]agentui.Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.list)
	for i := range list {
		list[i].Text = ""
	}
	return list, nil
}

// Of implements [agentui.Notes].
func (m *Notes) Of(id queue.ContactID) ([]agentui.Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.list), func(n agentui.Note) bool { return n.Contact != id }), nil
}

// Opened implements [agentui.Notes].
func (m *Notes) Opened(n agentui.Note, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Opens = append(m.Opens, by+" "+string(n.Contact)+" "+string(n.Agent))
	return nil
}

// Erase implements [agentui.Notes].
func (m *Notes) Erase(n agentui.Note, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Erased = append(m.Erased, by+" "+string(n.Contact)+" "+string(n.Agent))
	m.drop(n)
	return nil
}
