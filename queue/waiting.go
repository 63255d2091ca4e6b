package queue

import (
	"context"
	"time"
)

// WaitingCaller is one line of the list of those who wait.
type WaitingCaller struct {
	Contact  ContactID `json:"contact"`
	Queue    QueueID   `json:"queue"`
	Place    int       `json:"place"`  // in her queue, from 1
	Caller   string    `json:"caller"` // masked
	Class    string    `json:"class"`
	Since    time.Time `json:"since"`              // in any queue
	Ringing  int       `json:"ringing"`            // how many volunteers ring for her
	Callback bool      `json:"callback,omitempty"` // she is called back: it is her place only
	Unmet    bool      `json:"unmet,omitempty"`    // nobody on shift may be rung for her, whatever step is taken
	Said
}

// waitingShown bounds the list of one queue: who stands behind so many is only
// counted.
const waitingShown = 100

// waitingCallers lists who waits, queue by queue in the order they are served.
func (s *state) waitingCallers() []WaitingCaller {
	list := []WaitingCaller{}
	for _, l := range s.lines {
		for i, c := range l.order.list[:min(len(l.order.list), waitingShown)] {
			list = append(list, WaitingCaller{
				Contact: c.id, Queue: l.id, Place: i + 1, Caller: c.caller.String(), Class: c.class.String(), Since: c.entered,
				Ringing: len(c.offers), Callback: c.virtual != nil, Unmet: s.unmet(c), Said: c.said(),
			})
		}
	}
	return list
}

// Waiting lists the callers who wait, at most a hundred of each queue.
func (d *Desk) Waiting(ctx context.Context) (list []WaitingCaller, err error) {
	err = d.look(ctx, func(s *state, _ time.Time) { list = s.waitingCallers() })
	return list, err
}

// glance is a look at the desk's state between two events, which changes
// nothing.
type glance struct {
	see  func(*state, time.Time)
	done chan struct{}
}

func (glance) event() {}

// look has see called with the desk's state. It needs Run and waits its turn
// behind the events posted before. When ctx ends first, see may still be called,
// and what it wrote must not be read.
func (d *Desk) look(ctx context.Context, see func(*state, time.Time)) error {
	g := glance{see, make(chan struct{})}
	d.Post(g)
	select {
	case <-g.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
