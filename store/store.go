package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Errors a caller must tell apart.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrConflict    = errors.New("changed by someone else meanwhile")
	ErrBadPassword = errors.New("wrong user name or password")
	ErrClosed      = errors.New("the store is closed")
)

// The files of a data directory.
const (
	databaseName = "sahut.db"
	pidName      = "sahut.pid"
	markerName   = "sahut.state"
)

// lockWait is how long Open waits for another process to let go.
const lockWait = 2 * time.Second

// heartbeat is how often the marker's time is renewed while the server runs;
// after a crash it tells when that was.
const heartbeat = 2 * time.Second

// Options are what Open must know.
type Options struct {
	// Realm is the realm of SIP digests. Empty: the one last used here.
	Realm string
	Log   *slog.Logger // nil: silent

	lockWait time.Duration // tests; 0: lockWait
}

// Store is an open data directory. Its methods may be called by anyone at any
// time; they block until what they changed is on the disk.
type Store struct {
	dir     string
	db      *bolt.DB
	log     *slog.Logger
	realm   string
	writes  chan *write
	figures figures
	key     []byte       // of this directory
	numbers []byte       // derived from it, for Pseudonym
	gate    sync.RWMutex // guards shut; held shared while a write is let in
	shut    bool
	closing chan struct{}
	done    sync.WaitGroup
	beating sync.Once

	// broken is set when the disk failed in a way that makes the file suspect
	// (a failed sync, a damaged page): nothing is written any more, because
	// retrying and believing loses data.
	broken atomic.Pointer[error]
}

// Open opens the data directory, makes it when there is none, and brings an
// older database up to date.
func Open(dir string, opts Options) (*Store, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.lockWait == 0 {
		opts.lockWait = lockWait
	}
	if err := prepareDir(dir); err != nil {
		return nil, err
	}
	if err := checkFile(dir); err != nil {
		return nil, err
	}
	db, err := openBolt(dir, opts)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, db: db, log: opts.Log, writes: make(chan *write, maxGroup), closing: make(chan struct{})}
	if err := s.begin(opts.Realm); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.done.Go(s.writeLoop)
	if err := s.resumeRebuild(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", s.db.Path(), err), s.Close())
	}
	return s, nil
}

// begin makes the opened file ours: its schema, its realm, the pid, the marker.
func (s *Store) begin(realm string) error {
	if err := migrate(s.db, s.dir, migrations); err != nil {
		return err
	}
	if err := s.settleRealm(realm); err != nil {
		return fmt.Errorf("prepare the database in %s: %w", s.dir, err)
	}
	var err error
	if s.key, err = openKey(s.keyPath()); err != nil {
		return err
	}
	s.numbers = s.derive("numbers")
	if err := writeFile(filepath.Join(s.dir, pidName), strconv.Itoa(os.Getpid())+"\n"); err != nil {
		return fmt.Errorf("note our process id in %s: %w", s.dir, err)
	}
	return s.writeMarker()
}

// settleRealm keeps the realm in use, so that a command that opens the
// directory without the settings file makes digests the server takes.
func (s *Store) settleRealm(realm string) error {
	var kept string
	err := s.db.View(func(tx *bolt.Tx) error {
		kept = string(tx.Bucket(bucketMeta).Get(metaRealm))
		return nil
	})
	s.realm = realm
	if realm == "" {
		s.realm = kept
	}
	if err != nil || s.realm == kept {
		return err
	}
	if kept != "" {
		s.log.Warn("the SIP realm changed; SIP phones sign in again only after their passwords were set anew", "was", kept, "is", realm)
	}
	return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaRealm, []byte(s.realm)) })
}

// Close waits for the writes that were begun and lets the directory go.
func (s *Store) Close() error {
	s.gate.Lock()
	already := s.shut
	s.shut = true
	s.gate.Unlock()
	if already {
		return nil
	}
	close(s.closing)
	s.done.Wait()
	err := os.Remove(filepath.Join(s.dir, pidName))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, s.db.Close())
}

// prepareDir makes dir if need be and says what hinders us from using it.
func prepareDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory %s cannot be made: %w; make it yourself and give it to %s, or set data to another path", dir, rootCause(err), me())
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the data directory %s cannot be used: %w", dir, rootCause(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory; set data to a directory of %s", dir, me())
	}
	for _, name := range []string{"", databaseName} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			continue // no database yet
		}
		if uid, ok := owner(info); ok && uid != os.Geteuid() {
			return fmt.Errorf("%s belongs to user %s, but Sahut runs as %s; run it as %s, or give the directory to %s with chown -R",
				path, userName(uid), me(), userName(uid), me())
		}
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("nothing can be written to the data directory %s: %w; mend its permissions or its disk", dir, rootCause(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// checkFile refuses a database that vanished, is empty though it was not, or
// is damaged, before bbolt would make a new one of it.
func checkFile(dir string) error {
	path := filepath.Join(dir, databaseName)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0:
		if _, err := os.Stat(filepath.Join(dir, markerName)); err == nil {
			return fmt.Errorf("the database %s is missing or empty, though this directory has been in use; put a backup back with sahut restore, or, to begin without any record, remove %s",
				path, filepath.Join(dir, markerName))
		}
		return nil
	case err != nil:
		return fmt.Errorf("the database %s cannot be read: %w", path, rootCause(err))
	}
	if err := inspect(path); err != nil {
		return fmt.Errorf("%s: %w; keep a copy of it and put a backup back with sahut restore", path, err)
	}
	return nil
}

// openBolt opens the file and takes its lock.
func openBolt(dir string, opts Options) (*bolt.DB, error) {
	path := filepath.Join(dir, databaseName)
	db, err := boltOpen(path, 0o600, &bolt.Options{Timeout: opts.lockWait, InitialMmapSize: mapSize, FreelistType: bolt.FreelistMapType})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("the data directory %s is in use: database in use by %s; stop that process first, or set data to another directory", dir, lockHolder(dir))
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%s: %w: %w; keep a copy of it and put a backup back with sahut restore", path, errDamaged, err)
	case errors.Is(err, errDamaged):
		return nil, fmt.Errorf("%s: %w; keep a copy of it and put a backup back with sahut restore", path, err)
	case err != nil:
		return nil, fmt.Errorf("open the database %s: %w", path, rootCause(err))
	}
	return db, nil
}

// boltOpen is bolt.Open with bbolt's panic at a page that cannot be one as an
// error. The lock of such a file stays with the process.
func boltOpen(path string, mode os.FileMode, opts *bolt.Options) (db *bolt.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			db, err = nil, fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return bolt.Open(path, mode, opts)
}

// mapSize is the address space set aside for the file, so that growing never
// waits for readers to let go of the old map. It costs nothing but addresses.
const mapSize = 1 << (30 + 6*(^uint(0)>>63)) // 64 GiB; 1 GiB where addresses are scarce

func lockHolder(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, pidName))
	if pid := strings.TrimSpace(string(b)); err == nil && pid != "" {
		return "pid " + pid
	}
	return "another process"
}

// marker is what sahut.state says. Its file time is the heartbeat.
type marker struct {
	Note    string    `json:"note"`
	Created time.Time `json:"created"`
}

// writeMarker notes, once, that there is a database here.
func (s *Store) writeMarker() error {
	path := filepath.Join(s.dir, markerName)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	b, err := json.Marshal(marker{"Sahut keeps its database beside this file and refuses to start when that is lost.", time.Now().UTC()})
	if err == nil {
		err = writeFile(path, string(b)+"\n")
	}
	if err != nil {
		return fmt.Errorf("note in %s that it is in use: %w", s.dir, err)
	}
	return nil
}

// beat renews the marker's time until the store closes.
func (s *Store) beat() {
	s.beating.Do(func() {
		s.done.Go(func() {
			t := time.NewTicker(heartbeat)
			defer t.Stop()
			for warned := false; ; {
				now := time.Now()
				if err := os.Chtimes(filepath.Join(s.dir, markerName), now, now); err != nil && !warned {
					s.log.Warn("the heartbeat cannot be kept; after a crash, ends of calls would be dated too early", "err", err)
					warned = true
				}
				select {
				case <-t.C:
				case <-s.closing:
					return
				}
			}
		})
	})
}

// lastBeat is when the directory was last in use by a server.
func (s *Store) lastBeat() time.Time {
	info, err := os.Stat(filepath.Join(s.dir, markerName))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// writeFile writes a small file so that it is whole or absent.
func writeFile(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return rootCause(err)
	}
	_, err = tmp.WriteString(text)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// owner returns who owns a file, where the system says so.
func owner(info os.FileInfo) (uid int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}

func me() string { return userName(os.Geteuid()) }

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// rootCause drops operation and path of a file error: our sentence has them.
func rootCause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
