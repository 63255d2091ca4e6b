package queue

import (
	"slices"
	"sync"
	"time"
)

// Conservation is what the laws of the journal say of this run: see Audit.
type Conservation struct {
	Since time.Time `json:"since"`
	AuditTotals
	Latest []Violation `json:"latest"` // broken laws, the newest last
}

// latestKept is how many broken laws Conservation names.
const latestKept = 20

// endedKept is how many contacts that are over a watch remembers: an entry that
// comes for one of them after its end is told from one that never arrived. What
// `sahut verify` reads needs no such bound, because it ends.
const endedKept = 10_000

// watch checks the conservation laws while the desk runs: every entry that was
// kept is added in its order. It costs less than a microsecond an entry and
// remembers only what is open.
type watch struct {
	mu    sync.Mutex // guards what follows
	since time.Time
	audit Audit
	ended []ContactID // oldest first, round
	next  int
}

func newWatch(now time.Time) *watch {
	return &watch{since: now, audit: Audit{live: true}}
}

// add checks entries that were kept and returns the laws they broke.
func (w *watch) add(entries []Entry) []Violation {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.audit.violations)
	for _, e := range entries {
		w.audit.Add(e)
		if e.Kind == CallOver {
			w.forget(e.Contact)
		}
	}
	broken := slices.Clone(w.audit.violations[before:])
	if over := len(w.audit.violations) - latestKept; over > 0 {
		w.audit.violations = slices.Delete(w.audit.violations, 0, over)
	}
	return broken
}

// forget lets the oldest contact that is over make room.
func (w *watch) forget(c ContactID) {
	if len(w.ended) < endedKept {
		w.ended = append(w.ended, c)
		return
	}
	delete(w.audit.ended, w.ended[w.next])
	w.ended[w.next] = c
	w.next = (w.next + 1) % endedKept
}

func (w *watch) conservation() Conservation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Conservation{Since: w.since, AuditTotals: w.audit.Totals(), Latest: append([]Violation{}, w.audit.violations...)}
}

// Conservation is what the laws say of what was kept since the desk began. It
// may be asked from anywhere.
func (d *Desk) Conservation() Conservation { return d.out.watch.conservation() }
