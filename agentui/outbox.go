package agentui

import (
	"context"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// outbox writes what a session says, in order, in a goroutine of its own, so
// that a page that does not read never makes its session wait.
type outbox struct {
	conn    *websocket.Conn
	backlog int
	timeout time.Duration
	wrote   func() // called when everything is written

	mu      sync.Mutex // guards what follows
	queue   [][]byte
	bytes   int
	closing websocket.StatusCode // after the queue; 0: not yet
	wake    chan struct{}
	slow    bool
}

func newOutbox(conn *websocket.Conn, l limits, wrote func()) *outbox {
	return &outbox{conn: conn, backlog: l.backlog, timeout: l.write, wrote: wrote, wake: make(chan struct{}, 1)}
}

// put appends a message; false if the page is too far behind.
func (o *outbox) put(text []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bytes+len(text) > o.backlog {
		o.slow = true
		return false
	}
	o.queue = append(o.queue, text)
	o.bytes += len(text)
	o.poke()
	return true
}

// idle tells whether everything is written.
func (o *outbox) idle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes == 0
}

// finish has run close the connection with code when the queue is written.
func (o *outbox) finish(code websocket.StatusCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closing = code
	o.poke()
}

// wasSlow tells whether the page did not read.
func (o *outbox) wasSlow() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.slow
}

func (o *outbox) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run writes until finish or trouble; either way the connection is closed
// when it returns.
func (o *outbox) run(ctx context.Context) {
	for {
		text, closing := o.next()
		switch {
		case text != nil:
			if !o.write(ctx, text) {
				return
			}
		case closing != 0:
			o.conn.Close(closing, "")
			return
		default:
			select {
			case <-o.wake:
			case <-ctx.Done():
				o.conn.CloseNow()
				return
			}
		}
	}
}

func (o *outbox) next() (text []byte, closing websocket.StatusCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return nil, o.closing
	}
	return o.queue[0], 0
}

func (o *outbox) write(ctx context.Context, text []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	err := o.conn.Write(ctx, websocket.MessageText, text)
	o.mu.Lock()
	o.slow = o.slow || ctx.Err() == context.DeadlineExceeded
	o.queue = o.queue[1:]
	o.bytes -= len(text)
	empty := o.bytes == 0
	o.mu.Unlock()
	if err != nil {
		o.conn.CloseNow()
		return false
	}
	if empty {
		o.wrote()
	}
	return true
}
