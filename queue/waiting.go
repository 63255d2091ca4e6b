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
func (d *Desk) Waiting(ctx context.Context) ([]WaitingCaller, error) {
	return look(ctx, d, func(s *state, _ time.Time) []WaitingCaller { return s.waitingCallers() })
}

// glance is a look at the desk's state between two events, which changes
// nothing.
type glance struct{ see func(*state, time.Time) }

func (glance) event() {}

// look returns what see makes of the desk's state. It needs Run and waits its turn
// behind the events posted before. When ctx ends first, see may still be called,
// and nobody reads what it returns.
func look[T any](ctx context.Context, d *Desk, see func(*state, time.Time) T) (T, error) {
	seen := make(chan T, 1)
	d.Post(glance{func(s *state, now time.Time) { seen <- see(s, now) }})
	select {
	case v := <-seen:
		return v, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
