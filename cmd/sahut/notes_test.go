package main

import (
	"log/slog"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/store"
)

// Notes go when their time is over, all of them within the hour where none are
// written any more, each with a line in the journal; so does reading one.
func TestNotesAreErasedInTime(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := &notes{store: s, log: slog.New(slog.DiscardHandler)}
	now := time.Now()
	for id, old := range map[queue.ContactID]time.Duration{"C1": 29 * 24 * time.Hour, "C2": 31 * 24 * time.Hour} {
		if err := m.Write(agentui.Note{Contact: id, Agent: "sari", Saved: now.Add(-old), Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := m.expire(now); n != 1 || err != nil {
		t.Errorf("erased %d, %v", n, err)
	}
	if err := m.Opened(agentui.Note{Contact: "C1", Agent: "sari"}, "rina"); err != nil {
		t.Fatal(err)
	}
	off := configs.DemoRouting()
	off.Notes.Off = true
	if _, err := s.SaveRouting(off, "admin", "", 0); err != nil {
		t.Fatal(err)
	}
	if none, err := m.Off(); !none || err != nil {
		t.Errorf("off: %v %v", none, err)
	}
	if n, err := m.expire(now); n != 1 || err != nil {
		t.Errorf("where none are written: erased %d, %v", n, err)
	}
	if all, err := m.List(); len(all) != 0 || err != nil {
		t.Errorf("left: %+v %v", all, err)
	}
	var told []string
	err = s.Since(now.Add(-time.Minute), func(e queue.Entry) bool {
		told = append(told, string(e.Kind)+" "+string(e.Contact)+" "+string(e.Agent)+" "+e.By+" "+e.Reason)
		return true
	})
	want := []string{"note.erased C2 sari system expired", "note.read C1 sari rina ", "note.erased C1 sari system expired"}
	if err != nil || len(told) != len(want) {
		t.Fatalf("journal %q %v", told, err)
	}
	for i := range want {
		if told[i] != want[i] {
			t.Errorf("entry %d: %q, want %q", i, told[i], want[i])
		}
	}
}
