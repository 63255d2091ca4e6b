package reports

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// Limits of one what-if.
const (
	// WhatIfLongest is the most it may cover.
	WhatIfLongest = 31 * 24 * time.Hour
	// WhatIfCalls is the most callers it replays.
	WhatIfCalls = 300_000
	// WhatIfLeadIn is what it must be fed before From: nobody's shift is longer.
	WhatIfLeadIn = 24 * time.Hour
	// warmUp is replayed before From, so that From finds the house at work.
	warmUp = 2 * time.Hour
)

// ErrTooMany: more callers than one what-if replays.
var ErrTooMany = errors.New("too many callers in this time; choose a shorter one")

// WhatIf replays what the journal holds of callers and volunteers through the
// desk's own rules with another routing. Feed it every entry in order, beginning
// WhatIfLeadIn before From, and then Run it.
type WhatIf struct {
	From, To time.Time
	Limits   Limits
	// Pace, if set, is called every few hundred steps; it may sleep, so that
	// the live desk is not disturbed.
	Pace func()

	past  *past
	real  *Reader
	calls int
	read  int
}

// NewWhatIf begins one.
func NewWhatIf(from, to time.Time, l Limits) *WhatIf {
	return &WhatIf{From: from, To: to, Limits: l, past: newPast(from, to), real: NewReader(from, to, l)}
}

// Add reads the next entry.
func (w *WhatIf) Add(e queue.Entry) error {
	if e.Kind == queue.CallArrived && !e.At.Before(w.From) {
		if w.calls++; w.calls > WhatIfCalls {
			return ErrTooMany
		}
	}
	if w.read++; w.read%256 == 0 && w.Pace != nil {
		w.Pace()
	}
	w.past.add(e)
	w.real.Add(e)
	return nil
}

// Trial is what really happened beside what the rules make of it: with the
// routing as it is (the control) and as it would be.
type Trial struct {
	Real, Control, Changed *Reader
	Exits                  [3]int // ways out of a queue taken: real, control, changed
	Fit                    Fit
	Notes                  []Note
	Callers                int
}

// Note is something that the figures do not know, and how often it was so.
type Note struct {
	Code string `json:"code"`
	N    int    `json:"n"`
}

// Run replays twice. It stops when ctx ends.
func (w *WhatIf) Run(ctx context.Context, now, changed configs.Routing) (*Trial, error) {
	w.past.settle()
	w.real.Close(w.To)
	t := &Trial{Real: w.real, Callers: w.calls}
	t.Exits[0] = w.real.exits
	var err error
	if t.Control, err = w.run(ctx, now, now); err != nil {
		return nil, err
	}
	if t.Changed, err = w.run(ctx, now, changed); err != nil {
		return nil, err
	}
	t.Exits[1], t.Exits[2] = t.Control.exits, t.Changed.exits
	t.Fit = fitOf(t.Real.All(), t.Control.All())
	t.Notes = w.notes(now, changed)
	return t, nil
}

// notes say what the replay cannot know.
func (w *WhatIf) notes(now, changed configs.Routing) []Note {
	counts := w.past.notes
	seen := map[string]bool{}
	for _, d := range w.past.staff {
		seen[string(d.agent)] = true
	}
	for _, a := range changed.Agents {
		if !seen[a.ID] {
			counts["no_shifts"]++
		}
	}
	d := dialledIn(now)
	for _, c := range w.past.calls {
		if !c.at.Before(w.From) && d.number(c.queue, c.menu) == "" {
			counts["number_gone"]++
		}
	}
	var notes []Note
	for _, code := range []string{"routing_changed", "server_started", "number_gone", "no_shifts", "came_back", "transferred"} {
		if n := counts[code]; n > 0 {
			notes = append(notes, Note{code, n})
		}
	}
	return notes
}

// dialled finds the number somebody must have called.
type dialled map[[2]string]string

func dialledIn(r configs.Routing) dialled {
	d := dialled{}
	for _, n := range slices.Backward(r.Numbers) {
		d[[2]string{n.Queue, n.Menu}] = n.Number
		d[[2]string{n.Queue, "*"}] = n.Number
	}
	return d
}

func (d dialled) number(q queue.QueueID, menu string) string {
	if n, ok := d[[2]string{string(q), menu}]; ok {
		return n
	}
	return d[[2]string{string(q), "*"}]
}

// run replays once. Numbers are known by the routing as it is.
func (w *WhatIf) run(ctx context.Context, now, routing configs.Routing) (*Reader, error) {
	v := newWorld(w, now, routing)
	for steps := 0; v.step(); steps++ {
		if steps%256 != 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("what-if: %w", err)
		}
		if w.Pace != nil {
			w.Pace()
		}
	}
	v.reader.Close(w.To)
	return v.reader, nil
}

// Fit says how well the control, which changes nothing, gives what really
// happened. What it misses the other run misses too.
type Fit struct {
	Verdict      string  `json:"verdict"`       // good, fair, poor, too_few
	AbandonRate  float64 `json:"abandon_rate"`  // control minus real, in points
	ServiceLevel float64 `json:"service_level"` // in points
	MeanWait     float64 `json:"mean_wait"`     // of those answered, in seconds
}

// fitFrom is the n below which nothing is said of the fit.
const fitFrom = 50

func fitOf(real, control *Tally) Fit {
	figure := func(t *Tally, id string) float64 {
		for _, k := range t.KPIs() {
			if k.ID == id {
				return k.Value
			}
		}
		return 0
	}
	off := func(id string) float64 { return figure(control, id) - figure(real, id) }
	f := Fit{AbandonRate: off("abandon_rate"), ServiceLevel: off("service_level"), MeanWait: off("average_speed_of_answer")}
	asa := figure(real, "average_speed_of_answer")
	within := func(points, share, least float64) bool {
		return abs(f.AbandonRate) <= points && abs(f.ServiceLevel) <= 2*points && abs(f.MeanWait) <= max(least, share*asa)
	}
	switch {
	case real.Offered() < fitFrom:
		f.Verdict = "too_few"
	case within(3, 0.2, 5):
		f.Verdict = "good"
	case within(8, 0.5, 15):
		f.Verdict = "fair"
	default:
		f.Verdict = "poor"
	}
	return f
}

func abs(x float64) float64 { return max(x, -x) }

// due is what somebody in the world will do.
type due struct {
	at  time.Time
	seq int
	do  func(at time.Time)
}

// dues is a heap of them.
type dues []due

func (d dues) Len() int { return len(d) }
func (d dues) Less(i, j int) bool {
	if !d[i].at.Equal(d[j].at) {
		return d[i].at.Before(d[j].at)
	}
	return d[i].seq < d[j].seq
}
func (d dues) Swap(i, j int) { d[i], d[j] = d[j], d[i] }

// Push is part of heap.Interface.
func (d *dues) Push(x any) { *d = append(*d, x.(due)) }

// Pop is part of heap.Interface.
func (d *dues) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

var _ heap.Interface = (*dues)(nil)
