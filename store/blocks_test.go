package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

func TestBlocks(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	now := time.Now().UTC().Truncate(time.Millisecond)
	who := s.Pseudonym("628123456789")
	late := queue.Block{ID: "B2", Kind: queue.BlockWithheld, Action: queue.ActionLowClass, Reason: "prank", By: "rina", Added: now, Expires: now.Add(time.Hour)}
	early := queue.Block{ID: "B9", Kind: queue.BlockCaller, Caller: who, Action: queue.ActionMessage, Reason: "abusive", By: "sari", Added: now.Add(-time.Hour), Expires: now.Add(72 * time.Hour)}
	for _, b := range []queue.Block{late, early} {
		if err := s.AddBlock(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddBlock(late); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	if err := s.AddBlock(queue.Block{ID: "B3"}); err == nil {
		t.Error("a block without an end was kept")
	}
	if _, err := s.ApproveBlock("B9", "Sari", now); !errors.Is(err, ErrConflict) {
		t.Errorf("approved by the one who asked: %v", err)
	}
	b, err := s.ApproveBlock("B9", "rina", now.Add(48*time.Hour))
	if err != nil || b.Approved != "rina" || !b.Ends().Equal(now.Add(48*time.Hour)) {
		t.Errorf("approved: %+v, %v", b, err)
	}
	if err := errors.Join(s.HitBlock("B9", now), s.HitBlock("B9", now), s.HitBlock("gone", now)); err != nil {
		t.Error(err)
	}
	shut(t, s)

	s = open(t, dir) // everything is there again, and so is the pseudonym
	all, err := s.Blocks()
	if err != nil || len(all) != 2 || all[0].ID != "B9" || all[0].Hits != 2 || !all[0].LastHit.Equal(now) || all[1].ID != "B2" {
		t.Errorf("%+v, %v", all, err)
	}
	if s.Pseudonym("628123456789") != who || s.Pseudonym("628123456780") == who {
		t.Error("a pseudonym does not stand for its number")
	}
	if err := s.RemoveBlock("B9"); err != nil {
		t.Error(err)
	}
	if err := s.RemoveBlock("B9"); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

// TestBlocksOfAnOlderStore: a database without the bucket gets it, after a copy.
func TestBlocksOfAnOlderStore(t *testing.T) {
	dir := t.TempDir()
	db, err := bolt.Open(filepath.Join(dir, databaseName), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(migrate(db, dir, migrations[:1]), db.Close()); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if all, err := s.Blocks(); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := inspect(filepath.Join(dir, databaseName+".schema-1")); err != nil {
		t.Errorf("the copy: %v", err)
	}
}

// TestKeyFile: what is no key of ours, or nobody's secret, is refused.
func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path := s.keyPath()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	shut(t, s)
	for want, spoil := range map[string]func() error{
		"can be read by others": func() error { return os.Chmod(path, 0o640) },
		"holds no key of ours":  func() error { return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("short"), 0o600)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if a, b := (&Store{key: make([]byte, keySize)}).derive("a"), (&Store{key: make([]byte, keySize)}).derive("b"); string(a) == string(b) {
		t.Error("two purposes have one key")
	}
}
