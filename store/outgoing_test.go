package store

import (
	"testing"
	"time"

	"sahut/queue"
)

// TestRecoverOutgoing: a crash in the middle of a call out and of a transfer
// leaves one record each, a whole journal, and records a rebuild makes alike.
func TestRecoverOutgoing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	begin := time.Now().Add(-time.Minute).UTC().Truncate(time.Second)
	at := func(sec int) time.Time { return begin.Add(time.Duration(sec) * time.Second) }
	dialled, done, given := queue.NewContactID(at(0)), queue.NewContactID(at(1)), queue.NewContactID(at(2))
	err := s.Append([]queue.Entry{
		{At: at(0), Kind: queue.ServerStarted},
		{At: at(0), Kind: queue.ShiftBegan, Agent: "sari"},
		{At: at(0), Kind: queue.StateChanged, Agent: "sari", From: queue.Offline, To: queue.Talking},
		{At: at(0), Kind: queue.CallDialled, Contact: dialled, Agent: "sari", Queue: "hotline", Channel: queue.Voice, Direction: "out", Number: "••••789"},
		{At: at(1), Kind: queue.CallDialled, Contact: done, Agent: "dewi", Queue: "hotline", Channel: queue.Voice, Direction: "out", Number: "••••"},
		{At: at(2), Kind: queue.CallEstablished, Contact: done},
		{At: at(2), Kind: queue.TalkStarted, Contact: done, Agent: "dewi", Queue: "hotline", RingMS: 1000},
		{At: at(2), Kind: queue.CallArrived, Contact: given, Queue: "hotline", Channel: queue.Voice, Direction: "in", Number: "••••963"},
		{At: at(2), Kind: queue.TransferBegun, Contact: given, Agent: "ayu", Queue: "hotline", Reason: "blind", Target: "number:••••110"},
		{At: at(9), Kind: queue.TalkEnded, Contact: done, Agent: "dewi", Queue: "hotline", By: "agent", TalkMS: 7000},
		{At: at(9), Kind: queue.CallOver, Contact: done, Queue: "hotline", Outcome: queue.OutcomeAnswered, By: "agent", Cost: 12.5},
	})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	if n, err := s.Recover(time.Now()); err != nil || n != 2 {
		t.Fatalf("%d calls, %v", n, err)
	}
	clean(t, s)
	check := func() {
		t.Helper()
		calls := map[queue.ContactID]queue.Call{}
		if err := s.Calls(time.Time{}, func(c queue.Call) bool { calls[c.ID] = c; return true }); err != nil {
			t.Fatal(err)
		}
		if c := calls[done]; c.Direction != "out" || c.Agent != "dewi" || c.Outcome != queue.OutcomeAnswered || c.Cost != 12.5 || c.RingMS != 1000 || c.TalkMS != 7000 {
			t.Errorf("record %+v", c)
		}
		if c := calls[dialled]; c.Direction != "out" || c.Agent != "sari" || c.Outcome != queue.OutcomeSystem || c.Ended == nil {
			t.Errorf("record %+v", c)
		}
		if c := calls[given]; len(calls) != 3 || c.Outcome != queue.OutcomeSystem {
			t.Errorf("record %+v", c)
		}
	}
	check()
	if err := s.Rebuild(); err != nil {
		t.Fatal(err)
	}
	check()
	clean(t, s)
}

// TestSince finds the entries of a time without reading those before, over
// pages.
func TestSince(t *testing.T) {
	s := open(t, t.TempDir())
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var entries []queue.Entry
	for i := range 2*page + 10 {
		entries = append(entries, queue.Entry{At: begin.Add(time.Duration(i) * time.Second), Kind: queue.CallRefused})
	}
	if err := s.Append(entries); err != nil {
		t.Fatal(err)
	}
	for _, from := range []int{-5, 0, 1, 5, page, page + 9, page + 10, page + 11, 2*page + 9, 2*page + 10} {
		n, next := 0, uint64(max(from, 0)+1)
		err := s.Since(begin.Add(time.Duration(from)*time.Second), func(e queue.Entry) bool {
			if e.Seq != next {
				t.Fatalf("since %d: entry %d, want %d", from, e.Seq, next)
			}
			n, next = n+1, next+1
			return true
		})
		if want := len(entries) - max(from, 0); err != nil || n != want {
			t.Errorf("since %d: %d entries, want %d; %v", from, n, want, err)
		}
	}
	n := 0
	if err := s.Since(begin, func(queue.Entry) bool { n++; return n < 3 }); err != nil || n != 3 {
		t.Errorf("%d entries, %v", n, err)
	}
	empty := open(t, t.TempDir())
	if err := empty.Since(begin, func(queue.Entry) bool { t.Error("an entry of nothing"); return true }); err != nil {
		t.Error(err)
	}
}
