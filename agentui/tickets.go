package agentui

import (
	"sync"
	"time"
)

const (
	ticketLife = 30 * time.Second
	ticketMost = 8 // unused ones a session may hold
)

// tickets lets a page open one live connection each. A cookie alone must not:
// browsers send it with every websocket, whichever page opens it, and the
// ticket can only be had by a request that other pages cannot make.
type tickets struct {
	mu   sync.Mutex // guards open
	open map[[32]byte]ticket
}

type ticket struct {
	session [32]byte
	expires time.Time
}

func newTickets() *tickets { return &tickets{open: map[[32]byte]ticket{}} }

// issue makes a ticket for the session.
func (t *tickets) issue(session [32]byte, now time.Time) string {
	id := randomID()
	t.mu.Lock()
	defer t.mu.Unlock()
	var mine int
	var oldest [32]byte
	for hash, k := range t.open {
		switch {
		case !now.Before(k.expires):
			delete(t.open, hash)
		case k.session == session:
			if mine++; mine == 1 || k.expires.Before(t.open[oldest].expires) {
				oldest = hash
			}
		}
	}
	if mine >= ticketMost {
		delete(t.open, oldest)
	}
	t.open[hashOf(id)] = ticket{session, now.Add(ticketLife)}
	return id
}

// take uses the ticket up, and tells whether it was good for the session. A
// ticket shown with another session is used up as well.
func (t *tickets) take(id string, session [32]byte, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.open[hashOf(id)]
	delete(t.open, hashOf(id))
	return ok && k.session == session && now.Before(k.expires)
}
