package queue

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// board is what the screens of status and metrics show, made of nothing but the
// journal.
type board struct {
	waiting  map[ContactID]QueueID
	came     map[ContactID]time.Time // established; zero: her place is not by that time, she came back or talked before
	open     map[ContactID]QueueID   // where each contact waits, "" if nowhere
	out      map[ContactID]bool
	states   map[AgentID]AgentState
	arrived  uint64
	dialled  uint64
	outcomes map[Outcome]uint64
	outgoing map[Outcome]uint64
	offers   map[string]uint64
	talks    map[ContactID]QueueID // who talks, and in which queue she waited last
	backs    map[ContactID]AgentID // call-backs that are open, and who promised them
}

func newBoard() *board {
	return &board{waiting: map[ContactID]QueueID{}, came: map[ContactID]time.Time{}, open: map[ContactID]QueueID{}, out: map[ContactID]bool{}, states: map[AgentID]AgentState{},
		outcomes: map[Outcome]uint64{}, outgoing: map[Outcome]uint64{}, offers: map[string]uint64{},
		talks: map[ContactID]QueueID{}, backs: map[ContactID]AgentID{}}
}

func (b *board) add(e Entry) {
	switch e.Kind {
	case CallArrived:
		b.arrived++
		b.open[e.Contact] = ""
	case CallDialled:
		b.dialled++
		b.open[e.Contact], b.out[e.Contact] = "", true
	case CallEstablished:
		b.came[e.Contact] = e.At
	case QueueEntered:
		b.waiting[e.Contact] = e.Queue
		if e.Result != "" {
			b.came[e.Contact] = time.Time{}
		}
	case QueueLeft:
		delete(b.waiting, e.Contact)
	case TalkStarted:
		b.talks[e.Contact] = e.Queue
		b.came[e.Contact] = time.Time{}
	case TalkEnded:
		delete(b.talks, e.Contact)
	case CallbackQueued, CallbackKept:
		b.backs[e.Contact] = e.Agent
	case CallbackReached, CallbackFailed, CallbackExpired, CallbackRefused, CallbackGivenUp:
		delete(b.backs, e.Contact)
	case OfferEnded:
		b.offers[e.Reason]++
	case StateChanged:
		b.states[e.Agent] = e.To
	case CallOver:
		if b.out[e.Contact] {
			b.outgoing[e.Outcome]++
		} else {
			b.outcomes[e.Outcome]++
		}
		delete(b.open, e.Contact)
		delete(b.came, e.Contact)
		delete(b.out, e.Contact)
	}
}

// A month of wild days: after every event, what the journal says is what the
// screens show. So a replay of the month gives the figures that were seen.
func TestJournalIsWhatTheScreensShowed(t *testing.T) {
	for seed := uint64(5000); seed < 5030; seed++ {
		d := newDay(t, seed)
		b := newBoard()
		looked := 0
		d.watch = func(e Effect) {
			if r, ok := e.(Record); ok {
				b.add(r.Entry)
			}
		}
		d.seen = func() {
			looked++
			b.compare(t, d)
		}
		d.run()
		if looked < 100 || len(b.open) != 0 {
			t.Fatalf("day %d: looked %d times, %d left", seed, looked, len(b.open))
		}
	}
}

func (b *board) compare(t *testing.T, d *day) {
	t.Helper()
	snap := d.s.snapshot(d.now)
	if snap.Contacts != len(b.open) || snap.Talking != len(b.talks) || snap.Arrived != b.arrived || snap.Dialled != b.dialled {
		t.Fatalf("the screens show %d contacts, %d talks, %d arrived, %d dialled; the journal %d, %d, %d, %d", snap.Contacts, snap.Talking, snap.Arrived, snap.Dialled, len(b.open), len(b.talks), b.arrived, b.dialled)
	}
	waiting := 0
	for _, q := range snap.Queues {
		b.compareQueue(t, d, snap, q)
		waiting += q.Waiting
	}
	if waiting != snap.Waiting {
		t.Fatalf("the screens show %d who wait, and %d in the queues", snap.Waiting, waiting)
	}
	for _, a := range snap.Agents {
		if was, ok := b.states[a.Agent]; ok && was != a.State {
			t.Fatalf("%s: the screens show %s, the journal %s", a.Agent, a.State, was)
		}
	}
	if len(snap.Callbacks) != len(b.backs) {
		t.Fatalf("the screens show %d call-backs, the journal %v", len(snap.Callbacks), b.backs)
	}
	for _, v := range snap.Callbacks {
		if was, ok := b.backs[v.ID]; !ok || was != v.By {
			t.Fatalf("the screens show the call-back %+v, the journal one by %s", v, was)
		}
	}
	if !maps.Equal(snap.Outcomes, b.outcomes) || !maps.Equal(snap.Outgoing, b.outgoing) || !maps.Equal(snap.Offers, b.offers) {
		t.Fatalf("the screens show %v %v %v, the journal %v %v %v", snap.Outcomes, snap.Outgoing, snap.Offers, b.outcomes, b.outgoing, b.offers)
	}
}

// compareQueue compares a queue's line on the screens: who waits and since when,
// who could answer.
func (b *board) compareQueue(t *testing.T, d *day, snap *Snapshot, q QueueView) {
	t.Helper()
	waiting, ready := 0, 0
	var oldest time.Time
	known := true
	for c, in := range b.waiting {
		if in != q.Queue {
			continue
		}
		waiting++
		came := b.came[c]
		known = known && !came.IsZero()
		if oldest.IsZero() || came.Before(oldest) {
			oldest = came
		}
	}
	if known && q.Oldest != nil && !q.Oldest.Equal(oldest) {
		t.Fatalf("%s: by the screens the longest waits since %s, by the journal since %s", q.Queue, q.Oldest, oldest)
	}
	for _, a := range snap.Agents {
		if b.states[a.Agent] == Ready && slices.Contains(a.Queues, q.Queue) {
			ready++
		}
	}
	if q.Waiting != waiting || q.Ready != ready || (q.Oldest != nil) != (waiting > 0) {
		t.Fatalf("%s: the screens show %d who wait (since %v) and %d ready, the journal %d and %d", q.Queue, q.Waiting, q.Oldest, q.Ready, waiting, ready)
	}
	due := 0
	for _, v := range snap.Callbacks {
		if v.Queue == q.Queue && v.State != CallbackIsAside && v.State != CallbackCalls {
			due++
		}
	}
	if q.Callbacks != due {
		t.Fatalf("%s: the screens show %d call-backs that are due, and list %d", q.Queue, q.Callbacks, due)
	}
}
