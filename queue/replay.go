package queue

import (
	"time"

	"sahut/configs"
)

// Replay is the desk's own rules on a clock that only its owner moves: what a
// what-if runs. There is no second copy of any rule; it differs from a Desk in
// that nobody looks at screens, nothing is kept, and whom the house may call is
// not asked when a caller chooses a call-back: she has no number here.
//
// The owner plays callers, volunteers and channels: she applies what they do and
// reacts to the effects, as channels and volunteers would.
type Replay struct {
	s   *state
	now time.Time
}

// NewReplay begins at now with nobody on shift and nobody waiting. The same seed
// and the same events lead to the same effects.
func NewReplay(r configs.Routing, now time.Time, seed uint64) *Replay {
	s := newState(r, 0, seed, now)
	s.unseen, s.supposed = true, true
	return &Replay{s: s, now: now}
}

// Next is when Ticked has something to do; false if nothing is due ever.
func (r *Replay) Next() (time.Time, bool) { return r.s.next() }

// Apply has ev happen at that time, or now if that is later. Whoever wants what
// the desk does applies Ticked at each Next that comes before.
func (r *Replay) Apply(ev Event, at time.Time) []Effect {
	if at.After(r.now) {
		r.now = at
	}
	return r.s.apply(ev, r.now)
}

// Snapshot is the picture at the replay's own time.
func (r *Replay) Snapshot() *Snapshot { return r.s.snapshot(r.now) }
