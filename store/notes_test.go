package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sahut/queue"
)

// A note comes back whole after a restart, is nowhere to be read on the disk, and
// another text takes its place.
func TestNotesAreSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	at := time.Date(2026, 3, 1, 18, 42, 0, 0, time.UTC)
	for _, text := range []string{"begun", "Ia takut pulang. “Rahasia”\nBaris dua"} {
		if err := s.PutNote(Note{Contact: "C1", Agent: "sari", Saved: at, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutNote(Note{Contact: "C1", Agent: "dewi", Saved: at.Add(time.Minute), Text: "hers"}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutNote(Note{Contact: "C10", Agent: "dewi", Saved: at, Text: "another contact"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	n, err := s.Note("C1", "sari")
	if err != nil || n.Text != "Ia takut pulang. “Rahasia”\nBaris dua" || !n.Saved.Equal(at) || n.Contact != "C1" || n.Agent != "sari" {
		t.Fatalf("%+v %v", n, err)
	}
	all, err := s.NotesOf("C1")
	if err != nil || len(all) != 2 || all[0].Agent != "dewi" || all[0].Text != "hers" || all[1].Text != n.Text {
		t.Errorf("of the contact: %+v %v", all, err)
	}
	heads, err := s.Notes()
	if err != nil || len(heads) != 3 || heads[0].Agent != "dewi" || heads[0].Contact != "C1" || heads[0].Text != "" {
		t.Errorf("list: %+v %v", heads, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil || bytes.Contains(b, []byte("takut")) || bytes.Contains(b, []byte("Rahasia")) || bytes.Contains(b, []byte("begun")) {
		t.Errorf("the text stands on the disk (%v)", err)
	}
	if err := s.EraseNote("C1", "sari"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Note("C1", "sari"); !errors.Is(err, ErrNotFound) {
		t.Errorf("after erasing: %v", err)
	}
}

// A row put in another's place is refused, and lengths do not tell how much was
// written.
func TestNotesStayWhereTheyAre(t *testing.T) {
	s := open(t, t.TempDir())
	for agent, text := range map[string]string{"sari": "a", "dewi": "a much longer text than the other one"} {
		if err := s.PutNote(Note{Contact: "C1", Agent: queue.AgentID(agent), Saved: time.Now(), Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	err := s.update(func(tx *txn) error {
		b := tx.Bucket(bucketNote)
		one, two := b.Get(noteKey("C1", "sari")), b.Get(noteKey("C1", "dewi"))
		if len(one) != len(two) {
			t.Errorf("rows of %d and %d bytes", len(one), len(two))
		}
		return b.Put(noteKey("C1", "sari"), bytes.Clone(two))
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Note("C1", "sari"); !errors.Is(err, ErrSealed) {
		t.Errorf("dewi's text as sari's: %+v %v", n, err)
	}
	if err := s.PutNote(Note{Contact: "C1", Agent: "a\x00b"}); err == nil {
		t.Error("a name with a zero byte is taken")
	}
}

// A damaged row is an error of its own, not a crash.
func TestDamagedNote(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.update(func(tx *txn) error { return tx.Bucket(bucketNote).Put(noteKey("C1", "sari"), []byte("x")) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Note("C1", "sari"); err == nil {
		t.Error("no error")
	}

}
