package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sahut/configs"
	"sahut/queue"
	"sahut/store"
)

// A routing applied while no server runs is in the journal like any other: it
// tells which document was in force when.
func TestOfflineRoutingIsInTheJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "routing.yaml")
	if err := os.WriteFile(file, configs.FormatRouting(configs.DemoRouting()), 0o600); err != nil {
		t.Fatal(err)
	}
	sahut := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), &terminal{&bytes.Buffer{}, &out, &out}, args); code != 0 {
			t.Fatalf("sahut %v: %d\n%s", args, code, &out)
		}
	}
	data := filepath.Join(dir, "data")
	s, err := store.Open(data, store.Options{Realm: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sahut("routing", "apply", "-data", data, "-n", file)
	sahut("routing", "apply", "-data", data, file)
	sahut("routing", "apply", "-data", data, file) // changes nothing
	r := configs.DemoRouting()
	r.Queues[0].Label = "Night"
	if err := os.WriteFile(file, configs.FormatRouting(r), 0o600); err != nil {
		t.Fatal(err)
	}
	sahut("routing", "apply", "-data", data, file)
	sahut("routing", "rollback", "-data", data, "1")
	sahut("verify", "-data", data)

	if s, err = store.Open(data, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var revisions []uint64
	err = s.Entries(0, func(e queue.Entry) bool {
		if e.Kind == queue.ConfigVersion && e.By != "" && !e.At.IsZero() {
			revisions = append(revisions, e.Revision)
		}
		return true
	})
	if err != nil || len(revisions) != 3 || revisions[0] != 1 || revisions[1] != 2 || revisions[2] != 3 {
		t.Fatalf("revisions in the journal: %v, %v", revisions, err)
	}
}
