package queue

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// The laws of calls out and of transfers, each broken once.
func TestAuditOfCallsOut(t *testing.T) {
	dialled := Entry{Kind: CallDialled, Contact: "C1", Agent: "sari", Direction: DirectionOut}
	arrived := Entry{Kind: CallArrived, Contact: "C1"}
	over := func(o Outcome) Entry { return Entry{Kind: CallOver, Contact: "C1", Outcome: o} }
	asked := Entry{Kind: TransferBegun, Contact: "C1", Agent: "sari", Target: "agent:dewi"}
	refused := asked
	refused.Result = string(TransferUnknown)
	done := Entry{Kind: TransferDone, Contact: "C1", Agent: "sari", Result: resultOK}
	drill := Entry{Kind: DrillOver, Result: resultOK, Stage: "greeting", MS: 4000}
	for _, tt := range []struct {
		law  string // empty: none is broken
		list []Entry
	}{
		{"", []Entry{dialled, over(OutcomeUnreached), drill}},
		{"", []Entry{dialled, refused, refused, asked, done, asked, done, over(OutcomeAnswered)}},
		{"", []Entry{dialled, asked, over(OutcomeSystem)}},
		{"one outcome", []Entry{arrived, over(OutcomeUnreached)}},
		{"one arrival", []Entry{dialled, dialled}},
		{"one arrival", []Entry{arrived, over(OutcomeClosed), dialled}},
		{"one transfer", []Entry{arrived, asked, over(OutcomeAnswered)}},
		{"one transfer", []Entry{arrived, asked, asked}},
		{"one transfer", []Entry{arrived, done}},
		{"one transfer", []Entry{arrived, asked, done, done}},
		{"one transfer", []Entry{arrived, refused, done}},
		{"one arrival", []Entry{asked}},
	} {
		v := audit(tt.list).Violations()
		if (tt.law == "") != (len(v) == 0) || len(v) > 0 && v[0].Law != tt.law {
			t.Errorf("%v: %v, want %q", tt.list, v, tt.law)
		}
	}
	if n := audit([]Entry{dialled, over(OutcomeUnreached), drill}).Totals(); n.Dialled != 1 || n.Arrived != 0 || n.Outcomes[OutcomeUnreached] != 1 || n.InProgress != 0 {
		t.Errorf("totals %+v", n)
	}
}

// Wherever a crash cuts the journal of a wild day, the closing entries mend it,
// and every record has an end.
func TestClosingMendsACutDay(t *testing.T) {
	transfers := 0
	for seed := range uint64(40) {
		d := newDay(t, seed+5000)
		d.keep = true
		d.run()
		var entries []Entry
		for _, e := range d.all {
			if r, ok := e.(Record); ok {
				entries = append(entries, r.Entry)
			}
		}
		rnd := rand.New(rand.NewPCG(seed, 3))
		for range 40 {
			transfers += cutAt(t, entries[:rnd.IntN(len(entries))])
		}
	}
	if transfers == 0 {
		t.Error("no cut fell into a transfer: the days are too tame")
	}
}

// cutAt mends a journal that ends here, and tells how many transfers it ended.
func cutAt(t *testing.T, entries []Entry) (transfers int) {
	t.Helper()
	a, calls := &Audit{}, map[ContactID]*Call{}
	seq := uint64(0)
	add := func(e Entry) {
		seq++
		e.Seq = seq
		a.Add(e)
		if e.Kind == CallArrived || e.Kind == CallDialled {
			calls[e.Contact] = &Call{}
		}
		if c := calls[e.Contact]; c != nil {
			Fold(c, e)
		}
	}
	last := day0
	for _, e := range entries {
		add(e)
		last = e.At
	}
	for _, e := range a.Closing(last.Add(time.Second)) {
		add(e)
		if e.Kind == TransferDone {
			transfers++
		}
	}
	add(Entry{Kind: ServerStarted})
	if v := a.Violations(); len(v) > 0 {
		t.Fatalf("cut after %d: %v", len(entries), v[0])
	}
	if n := a.Totals(); n.InProgress != 0 || int(n.Arrived+n.Dialled) != len(calls) {
		t.Fatalf("cut after %d: %+v", len(entries), n)
	}
	for id, c := range calls {
		if c.InProgress() || c.Outcome == "" || strings.Contains(c.Number, "628") {
			t.Fatalf("cut after %d: contact %s: %+v", len(entries), id, c)
		}
	}
	return transfers
}
