package agentuitest

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// Messages are in memory; all sound the same: four bytes. The zero value is
// empty.
type Messages struct {
	mu    sync.Mutex
	list  []agentui.Message
	Heard []string // who listened to what: "sari C1"
}

// Leave adds an open message; LeaveAt one of that time.
func (m *Messages) Leave(id queue.ContactID, q queue.QueueID) { m.LeaveAt(id, q, time.Now()) }

func (m *Messages) LeaveAt(id queue.ContactID, q queue.QueueID, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, agentui.Message{ID: id, At: at, Queue: q, Number: "••••963", State: "open"})
}

// List implements [agentui.Messages].
func (m *Messages) List() ([]agentui.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.list), nil
}

// Sound implements [agentui.Messages].
func (m *Messages) Sound(id queue.ContactID, by string) (io.ReadCloser, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Heard = append(m.Heard, by+" "+string(id))
	return io.NopCloser(bytes.NewReader([]byte{1, 2, 3, 4})), 4, nil
}

// Change implements [agentui.Messages].
func (m *Messages) Change(id queue.ContactID, state, by string) (agentui.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.list {
		if m.list[i].ID == id {
			m.list[i].State, m.list[i].By = state, by
			return m.list[i], nil
		}
	}
	return agentui.Message{}, agentui.ErrNotFound
}

// Erase implements [agentui.Messages].
func (m *Messages) Erase(id queue.ContactID, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = slices.DeleteFunc(m.list, func(o agentui.Message) bool { return o.ID == id })
	return nil
}
