package main

import (
	"log/slog"
	"testing"
	"time"

	"sahut/queue"
	"sahut/store"
)

// What the desk decides about blocks is kept in its order; what the store does
// not take, the desk hears of; a start tells the desk what is there.
func TestBlockBook(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.TempDir(), store.Options{Realm: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now().UTC()
	b := queue.Block{ID: "B1", Kind: queue.BlockCaller, Caller: s.Pseudonym("62811"), Action: queue.ActionMessage, By: "sari", Added: now, Expires: now.Add(time.Hour)}
	heard := make(chan queue.Event, 10)
	post := func(ev queue.Event) { heard <- ev }

	first := openBlockBook(s, slog.New(slog.DiscardHandler))
	if err := first.begin(post); err != nil {
		t.Fatal(err)
	}
	if kept := (<-heard).(queue.BlocksKept); len(kept.List) != 0 {
		t.Errorf("at first %+v", kept)
	}
	first.Keep(b)
	if ev, ok := (<-heard).(queue.BlockAdded); !ok || ev.Block != b {
		t.Errorf("heard %+v", ev)
	}
	first.Keep(b)
	if ev, ok := (<-heard).(queue.BlockFailed); !ok || ev.Block != b {
		t.Errorf("heard %+v", ev)
	}
	first.Hit("B1", now)
	first.Hit("gone", now)
	first.Hit("B1", now)
	first.close()

	second := openBlockBook(s, slog.New(slog.DiscardHandler))
	if err := second.begin(post); err != nil {
		t.Fatal(err)
	}
	if kept := (<-heard).(queue.BlocksKept); len(kept.List) != 1 || kept.List[0].Hits != 2 || kept.List[0].Caller != b.Caller {
		t.Errorf("after a start %+v", kept)
	}
	second.Drop("B1")
	second.Drop("B1")
	second.close()
	if left, err := s.Blocks(); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
}
