package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"sahut/queue"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("SAHUT_KILL_TEST"); dir != "" {
		killChild(dir) // never returns
	}
	goleak.VerifyTestMain(m)
}

// open opens a store that closes with the test.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{Realm: "test", lockWait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// filled makes a directory with a database that was in use.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Append(oneCall(time.Now())); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	return dir
}

// oneCall is the journal of a call that was given up in the queue.
func oneCall(at time.Time) []queue.Entry {
	id := queue.NewContactID(at)
	return []queue.Entry{
		{At: at, Kind: queue.CallArrived, Contact: id, Channel: queue.Voice, Direction: "in", Number: "••••963"},
		{At: at, Kind: queue.CallEstablished, Contact: id},
		{At: at, Kind: queue.QueueEntered, Contact: id, Queue: "hotline"},
		{At: at.Add(time.Second), Kind: queue.QueueLeft, Contact: id, Queue: "hotline", Reason: "abandon", WaitMS: 1000},
		{At: at.Add(time.Second), Kind: queue.CallOver, Contact: id, Outcome: queue.OutcomeAbandonedShort, By: string(queue.ByCaller)},
	}
}

// wantError wants Open to refuse dir with all of the words.
func wantError(t *testing.T, dir string, words ...string) {
	t.Helper()
	s, err := Open(dir, Options{lockWait: 50 * time.Millisecond})
	if err == nil {
		shut(t, s)
		t.Fatalf("opened; want an error with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %v, want %q in it", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a sentence: %v", err)
	}
}

// TestInUse: the second process is told who is first, and disturbs nothing.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	wantError(t, dir, fmt.Sprintf("database in use by pid %d", os.Getpid()), "stop that process first")
	if err := s.Append(oneCall(time.Now())); err != nil {
		t.Error(err)
	}
	shut(t, s)
	open(t, dir)
}

// TestLockWait: the standard wait is bounded.
func TestLockWait(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	began := time.Now()
	_, err := Open(dir, Options{})
	if took := time.Since(began); err == nil || took < time.Second || took > 5*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	dir := filled(t)
	if err := os.Chown(filepath.Join(dir, databaseName), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, databaseName+" belongs to user nobody", "Sahut runs as root", "chown")
	dir = t.TempDir()
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, dir+" belongs to user nobody")
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("something was written there: %v", left)
	}
}

func TestUnusableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, file, "set data to")
	wantError(t, filepath.Join(file, "below"), "cannot be made: not a directory")
	if os.Geteuid() == 0 {
		wantError(t, "/proc", "nothing can be written to the data directory /proc")
	}
}

// TestLostDatabase: an emptied or missing file is not a new beginning.
func TestLostDatabase(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, databaseName)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, "missing or empty", "sahut restore", markerName)
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("the file was touched: %v %v", info, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, "missing or empty")
	if err := os.Remove(filepath.Join(dir, markerName)); err != nil {
		t.Fatal(err)
	}
	open(t, dir) // the operator said so
}

// TestDamagedDatabase: every kind of damage is an error, never a crash, and the
// file stays as it is.
func TestDamagedDatabase(t *testing.T) {
	cut := func(n int64) func(*os.File) error { return func(f *os.File) error { return f.Truncate(n) } }
	put := func(text string, at ...int64) func(*os.File) error {
		return func(f *os.File) error {
			for _, a := range at {
				if _, err := f.WriteAt([]byte(text), a); err != nil {
					return err
				}
			}
			return nil
		}
	}
	page := int64(os.Getpagesize())
	for name, c := range map[string]struct {
		damage func(*os.File) error
		want   string
	}{
		"half a page":     {cut(page / 2), "damaged"},
		"two pages":       {cut(2 * page), "damaged: it was cut off at"},
		"three pages":     {cut(3 * page), "damaged: it was cut off at"},
		"both metas":      {put("garbage!garbage!garbage!garbage!garbage!", 16, page+16), "damaged: it does not begin like one"},
		"another program": {put("SQLite format 3\x00"+strings.Repeat("x", int(2*page)), 0), "damaged"},
	} {
		dir := filled(t)
		path := filepath.Join(dir, databaseName)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.damage(f), f.Close()); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(name)
		wantError(t, dir, c.want, "sahut restore")
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the file was touched (%v)", name, err)
		}
	}
}

// TestOneMetaDamaged: bbolt keeps two, so one may go.
func TestOneMetaDamaged(t *testing.T) {
	for _, at := range []int64{16, int64(os.Getpagesize()) + 16} {
		dir := filled(t)
		f, err := os.OpenFile(filepath.Join(dir, databaseName), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt([]byte("garbage!"), at)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		if err := s.Append(oneCall(time.Now())); err != nil {
			t.Error(err)
		}
	}
}

// TestDamagedPage ruins one page after the other. Each is an error of the
// reading that meets it or does not matter; none ends the process.
func TestDamagedPage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 100 {
		if err := s.Append(oneCall(time.Now().Add(time.Duration(i) * time.Second))); err != nil {
			t.Fatal(err)
		}
	}
	size := s.Stats().Bytes
	shut(t, s)
	whole, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	refused, found := 0, 0
	page := int64(os.Getpagesize())
	for at := 2 * page; at < size; at += page {
		dir := t.TempDir()
		ruined := bytes.Clone(whole[:size])
		copy(ruined[at:], bytes.Repeat([]byte{0xee}, 16))
		if err := os.WriteFile(filepath.Join(dir, databaseName), ruined, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, Options{})
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "damaged") {
				t.Errorf("page %d: %v", at/page, err)
			}
			continue
		}
		violations, err := s.Verify()
		if err != nil || len(violations) > 0 {
			found++
		}
		if err := s.Append(oneCall(time.Now())); err != nil && !s.Stats().Broken {
			t.Errorf("page %d: a commit that met a bad page did not stop the writing: %v", at/page, err)
		}
		shut(t, s)
	}
	t.Logf("%d pages: %d refused at open, %d found by Verify", size/page-2, refused, found)
	if refused == 0 || found == 0 {
		t.Error("no damage was noticed")
	}
}

// TestNewerSchema: a database of tomorrow is left alone, byte for byte.
func TestNewerSchema(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, databaseName)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaSchema, number(99)) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, dir, "schema 99", "newer Sahut", "Nothing was changed")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was touched (%v)", err)
	}
}

// TestMigrationFails: a step that fails leaves the schema as it was, and the
// copy made before.
func TestMigrationFails(t *testing.T) {
	dir := filled(t)
	db, err := bolt.Open(filepath.Join(dir, databaseName), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps := append(migrations[:len(migrations):len(migrations)], func(tx *bolt.Tx) error {
		return errors.Join(tx.DeleteBucket(bucketJournal), errors.New("boom"))
	})
	err = migrate(db, dir, steps)
	have := len(migrations)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("from schema %d to %d: boom", have, have+1)) {
		t.Errorf("got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := inspect(filepath.Join(dir, fmt.Sprintf("%s.schema-%d", databaseName, have))); err != nil {
		t.Errorf("the copy: %v", err)
	}
	if n := count(t, open(t, dir)); n != 5 {
		t.Errorf("%d entries are left", n)
	}
}

// TestClosed: after Close everything answers ErrClosed, at once.
func TestClosed(t *testing.T) {
	s := open(t, t.TempDir())
	shut(t, s)
	if err := s.Append(oneCall(time.Now())); !errors.Is(err, ErrClosed) {
		t.Errorf("Append: %v", err)
	}
	if _, err := s.Users(); !errors.Is(err, ErrClosed) {
		t.Errorf("Users: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

// TestFullDisk fills a small file system. What was acknowledged stays, reading
// goes on, and writing succeeds again when there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small file system to fill: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 400<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	kept := 0
	var full error
	for range 5000 {
		if full = s.Append(oneCall(time.Now())); full != nil {
			break
		}
		kept += 5
	}
	if !errors.Is(full, syscall.ENOSPC) || kept == 0 {
		t.Fatalf("after %d entries: %v", kept, full)
	}
	if n := count(t, s); n != kept {
		t.Errorf("%d entries of %d acknowledged", n, kept)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(oneCall(time.Now())); err != nil {
		t.Errorf("with room again: %v", err)
	}
	shut(t, s)
	s = open(t, dir)
	if n := count(t, s); n != kept+5 {
		t.Errorf("%d entries of %d", n, kept+5)
	}
	clean(t, s)
	shut(t, s)
}

// TestFailedDisk: after a failed sync nothing is written any more.
func TestFailedDisk(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.judge(fmt.Errorf("fdatasync: %w", syscall.EIO)); err == nil || !strings.Contains(err.Error(), "nothing more is written") {
		t.Errorf("got %v", err)
	}
	if err := s.Append(oneCall(time.Now())); !errors.Is(err, syscall.EIO) || !s.Stats().Broken {
		t.Errorf("got %v", err)
	}
	if n := count(t, s); n != 0 {
		t.Errorf("%d entries were written", n)
	}
}

// count counts the journal.
func count(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.Entries(0, func(queue.Entry) bool { n++; return true }); err != nil {
		t.Fatal(err)
	}
	return n
}

// clean wants a journal without violations.
func clean(t *testing.T, s *Store) {
	t.Helper()
	if found, err := s.Verify(); err != nil || len(found) > 0 {
		t.Errorf("verify: %v\n%s", err, strings.Join(found, "\n"))
	}
}
