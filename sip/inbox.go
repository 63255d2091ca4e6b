package sip

import "sync"

// inbox is where a call's orders and events wait for its goroutine. Putting
// never blocks, so the desk, the SIP layer and the media goroutines can all do
// it. Orders are never refused: losing one would strand a caller. Only what a
// far end can send without limit is bounded, see room.
type inbox struct {
	ready chan struct{} // holds a token while something waits

	mu     sync.Mutex // guards what follows
	items  []any
	closed bool
}

// maxWaiting is how many items may wait before requests of the far end are
// answered 500 instead of queued.
const maxWaiting = 64

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// put queues m. It is not ok when the call is gone.
func (in *inbox) put(m any) (ok bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return false
	}
	in.items = append(in.items, m)
	in.signal()
	return true
}

// room tells whether a request of the far end may be queued.
func (in *inbox) room() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.items) < maxWaiting
}

// take returns what waits, oldest first.
func (in *inbox) take() []any {
	in.mu.Lock()
	defer in.mu.Unlock()
	items := in.items
	in.items = nil
	return items
}

// close refuses everything from now on and returns what still waited.
func (in *inbox) close() []any {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	items := in.items
	in.items = nil
	return items
}

func (in *inbox) signal() {
	select {
	case in.ready <- struct{}{}:
	default:
	}
}
