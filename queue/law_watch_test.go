package queue

import (
	"fmt"
	"testing"
	"time"
)

// A desk whose rules broke is found out while it runs.
func TestWatchFindsBrokenLaws(t *testing.T) {
	w := newWatch(day0)
	good := []Entry{{Seq: 1, At: day0, Kind: CallArrived, Contact: "a"}, {Seq: 3, At: day0, Kind: CallOver, Contact: "a", Outcome: OutcomeAbandoned}} // somebody else kept 2
	if v := w.add(good); len(v) > 0 {
		t.Fatal(v)
	}
	bad := []Entry{{Seq: 4, At: day0, Kind: CallOver, Contact: "a", Outcome: OutcomeAnswered}, {Seq: 5, At: day0, Kind: QueueEntered, Contact: "b", Queue: "q"}}
	if v := w.add(bad); len(v) != 2 || v[0].Law != "one end" || v[1].Law != "one arrival" {
		t.Fatal(v)
	}
	c := w.conservation()
	if c.Violations != 2 || len(c.Latest) != 2 || c.Arrived != 1 || c.InProgress != 0 || c.Outcomes[OutcomeAbandoned] != 1 || c.Entries != 4 {
		t.Fatalf("%+v", c)
	}
	for i := range 50 {
		w.add([]Entry{{Seq: uint64(6 + i), At: day0, Kind: QueueEntered, Contact: "b", Queue: "q"}})
	}
	if c = w.conservation(); c.Violations != 52 || len(c.Latest) != latestKept || c.Latest[latestKept-1].Seq != 55 {
		t.Fatalf("%+v", c)
	}
}

// A year of calls leaves no more behind than a bound.
func TestWatchForgets(t *testing.T) {
	w := newWatch(day0)
	for i := range 3 * endedKept {
		id := ContactID(fmt.Sprintf("C%d", i))
		w.add([]Entry{{At: day0, Kind: CallArrived, Contact: id}, {At: day0, Kind: CallOver, Contact: id, Outcome: OutcomeAbandoned}})
	}
	if n := len(w.audit.ended); n != endedKept || len(w.audit.calls) != 0 {
		t.Fatalf("remembers %d that are over, %d open", n, len(w.audit.calls))
	}
}

// BenchmarkWatch is what the laws cost for one call of nine entries.
func BenchmarkWatch(b *testing.B) {
	w := newWatch(day0)
	n := 0
	for b.Loop() {
		n++
		c, o := ContactID(fmt.Sprintf("C%d", n)), OfferID(n)
		at := day0.Add(time.Duration(n) * time.Second)
		w.add([]Entry{
			{At: at, Kind: CallArrived, Contact: c}, {At: at, Kind: CallEstablished, Contact: c}, {At: at, Kind: QueueEntered, Contact: c, Queue: "q"},
			{At: at, Kind: OfferMade, Contact: c, Agent: "a", Offer: o, Queue: "q"}, {At: at, Kind: OfferEnded, Contact: c, Agent: "a", Offer: o, Queue: "q"},
			{At: at, Kind: QueueLeft, Contact: c, Queue: "q"}, {At: at, Kind: TalkStarted, Contact: c, Agent: "a"}, {At: at, Kind: TalkEnded, Contact: c, Agent: "a"},
			{At: at, Kind: CallOver, Contact: c, Outcome: OutcomeAnswered},
		})
	}
	if v := w.conservation().Violations; v > 0 {
		b.Fatal(v)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/9, "ns/entry")
}
