package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// TestBackupWhileWriting: a backup taken in the middle of everything restores
// to a whole house, as it was at one moment.
func TestBackupWhileWriting(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.AddUser("rina", "admin", "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRouting(configs.DemoRouting(), "rina", "", 0); err != nil {
		t.Fatal(err)
	}
	cookie := sha256.Sum256([]byte("cookie"))
	if err := s.PutSession(cookie, Session{User: "rina", Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(oneCall(time.Now())); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !stop.Load() {
				if err := s.Append(oneCall(time.Now())); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var backups [3]bytes.Buffer
	for i := range backups {
		if err := s.Backup(&backups[i]); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	wg.Wait()
	for i := range backups {
		dir := filepath.Join(t.TempDir(), "new")
		if err := Restore(&backups[i], dir); err != nil {
			t.Fatal(err)
		}
		r := open(t, dir)
		clean(t, r)
		if n := count(t, r); n < 5 || n%5 != 0 {
			t.Errorf("backup %d holds %d entries", i, n)
		}
		if _, err := r.CheckPassword(context.Background(), "rina", "correct horse"); err != nil {
			t.Error(err)
		}
		if _, rev, err := r.Routing(); err != nil || rev.Number != 1 {
			t.Errorf("%+v %v", rev, err)
		}
		if _, err := r.Session(cookie); !errors.Is(err, ErrNotFound) {
			t.Errorf("a session was restored: %v", err)
		}
	}
}

// TestBadBackup: what is not whole changes nothing.
func TestBadBackup(t *testing.T) {
	s := open(t, t.TempDir())
	for range 50 {
		if err := s.Append(oneCall(time.Now())); err != nil {
			t.Fatal(err)
		}
	}
	var good bytes.Buffer
	if err := s.Backup(&good); err != nil {
		t.Fatal(err)
	}
	ruined := bytes.Clone(good.Bytes())
	page := os.Getpagesize()
	copy(ruined[len(ruined)-page:], bytes.Repeat([]byte{0xee}, page))
	for i := 3 * page; i < len(ruined); i += page {
		copy(ruined[i:], bytes.Repeat([]byte{0xee}, 16))
	}
	for name, text := range map[string]string{
		"empty": "", "cut off": good.String()[:good.Len()-page], "something else": strings.Repeat("hello ", 10000), "ruined": string(ruined),
	} {
		dir := t.TempDir()
		err := Restore(strings.NewReader(text), dir)
		if err == nil || !strings.Contains(err.Error(), "nothing was changed") {
			t.Errorf("%s: got %v", name, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s left %v behind (%v)", name, left, err)
		}
	}
}

// TestRestoreOver: a database is never lost by a restore.
func TestRestoreOver(t *testing.T) {
	dir := filled(t)
	var backup bytes.Buffer
	s := open(t, t.TempDir())
	if err := s.Append(append(oneCall(time.Now()), oneCall(time.Now())...)); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(&backup); err != nil {
		t.Fatal(err)
	}
	again := func() *bytes.Reader { return bytes.NewReader(backup.Bytes()) }
	if err := Restore(again(), dir); err == nil || !strings.Contains(err.Error(), "there is a database") {
		t.Fatalf("got %v", err)
	}
	inUse := open(t, dir)
	if err := RestoreOver(again(), dir); err == nil || !strings.Contains(err.Error(), "in use by pid") {
		t.Fatalf("got %v", err)
	}
	if n := count(t, inUse); n != 5 {
		t.Errorf("%d entries", n)
	}
	shut(t, inUse)
	if err := RestoreOver(again(), dir); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, dir)); n != 10 {
		t.Errorf("%d entries after the restore", n)
	}
	aside, err := filepath.Glob(filepath.Join(dir, databaseName+".replaced-*"))
	if err != nil || len(aside) != 1 || inspect(aside[0]) != nil {
		t.Errorf("set aside: %v %v", aside, err)
	}
}

// TestRestoreAfterLoss is what the refusal of an emptied file advises.
func TestRestoreAfterLoss(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var kept []queue.Entry = oneCall(time.Now())
	if err := s.Append(kept); err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer
	if err := s.Backup(&backup); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	if err := os.Truncate(filepath.Join(dir, databaseName), 0); err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, "sahut restore")
	if err := Restore(&backup, dir); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, dir)); n != len(kept) {
		t.Errorf("%d entries", n)
	}
}

// TestBackupToNowhere: a reader that goes away is an error, and no page stays held.
func TestBackupToNowhere(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Backup(failing{}); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("got %v", err)
	}
	if n := s.db.Stats().OpenTxN; n != 0 {
		t.Errorf("%d transactions are open", n)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("gone") }
