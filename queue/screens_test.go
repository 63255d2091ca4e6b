package queue

import (
	"maps"
	"testing"
)

// board is what the screens of status and metrics show, made of nothing but the
// journal.
type board struct {
	waiting  map[QueueID]int
	talking  int
	open     map[ContactID]QueueID // where each contact waits, "" if nowhere
	out      map[ContactID]bool
	states   map[AgentID]AgentState
	arrived  uint64
	dialled  uint64
	outcomes map[Outcome]uint64
	outgoing map[Outcome]uint64
	offers   map[string]uint64
}

func newBoard() *board {
	return &board{waiting: map[QueueID]int{}, open: map[ContactID]QueueID{}, out: map[ContactID]bool{}, states: map[AgentID]AgentState{},
		outcomes: map[Outcome]uint64{}, outgoing: map[Outcome]uint64{}, offers: map[string]uint64{}}
}

func (b *board) add(e Entry) {
	switch e.Kind {
	case CallArrived:
		b.arrived++
		b.open[e.Contact] = ""
	case CallDialled:
		b.dialled++
		b.open[e.Contact], b.out[e.Contact] = "", true
	case QueueEntered:
		b.waiting[e.Queue]++
	case QueueLeft:
		b.waiting[e.Queue]--
	case TalkStarted:
		b.talking++
	case TalkEnded:
		b.talking--
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
	if snap.Contacts != len(b.open) || snap.Talking != b.talking || snap.Arrived != b.arrived || snap.Dialled != b.dialled {
		t.Fatalf("the screens show %d contacts, %d talks, %d arrived, %d dialled; the journal %d, %d, %d, %d", snap.Contacts, snap.Talking, snap.Arrived, snap.Dialled, len(b.open), b.talking, b.arrived, b.dialled)
	}
	for _, q := range snap.Queues {
		if q.Waiting != b.waiting[q.Queue] {
			t.Fatalf("%s: the screens show %d who wait, the journal %d", q.Queue, q.Waiting, b.waiting[q.Queue])
		}
	}
	for _, a := range snap.Agents {
		if was, ok := b.states[a.Agent]; ok && was != a.State {
			t.Fatalf("%s: the screens show %s, the journal %s", a.Agent, a.State, was)
		}
	}
	if !maps.Equal(snap.Outcomes, b.outcomes) || !maps.Equal(snap.Outgoing, b.outgoing) || !maps.Equal(snap.Offers, b.offers) {
		t.Fatalf("the screens show %v %v %v, the journal %v %v %v", snap.Outcomes, snap.Outgoing, snap.Offers, b.outcomes, b.outgoing, b.offers)
	}
}
