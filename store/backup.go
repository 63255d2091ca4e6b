package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// backupRate bounds how fast a backup reads, in bytes a second. Unbounded, it
// fills the page cache and commits wait half a second behind it.
const backupRate = 200 << 20

// Backup writes a copy of everything as it is now, also while calls run. The
// copy is a database file of its own.
func (s *Store) Backup(w io.Writer) error {
	err := s.view(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(&paced{w: w, began: time.Now(), closing: s.closing})
		return err
	})
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

// paced is a writer that goes no faster than backupRate.
type paced struct {
	w       io.Writer
	began   time.Time
	written int64
	closing <-chan struct{}
}

func (p *paced) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.written += int64(n)
	ahead := time.Duration(p.written*int64(time.Second)/backupRate) - time.Since(p.began)
	if err != nil || ahead < 10*time.Millisecond {
		return n, err
	}
	select {
	case <-time.After(ahead):
	case <-p.closing:
		return n, ErrClosed
	}
	return n, nil
}

// Restore puts a backup into dir, which must hold no database. The backup is
// checked first, page by page; one that is not whole changes nothing. Sessions
// are not restored: everyone signs in again.
func Restore(r io.Reader, dir string) error { return restore(r, dir, false) }

// RestoreOver does the same where there is a database: that is kept beside the
// new one, under a name with the time. It must not be in use.
func RestoreOver(r io.Reader, dir string) error { return restore(r, dir, true) }

func restore(r io.Reader, dir string, over bool) (err error) {
	if err := prepareDir(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, databaseName)
	info, statErr := os.Stat(path)
	there := statErr == nil && info.Size() > 0
	if there && !over {
		return fmt.Errorf("there is a database in %s already; nothing was changed: restore into another directory, or move %s away first", dir, path)
	}
	tmp, err := os.CreateTemp(dir, databaseName+".part-*")
	if err != nil {
		return fmt.Errorf("make room for the backup in %s: %w", dir, rootCause(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	_, err = io.Copy(tmp, r)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("copy the backup into %s: %w", dir, err)
	}
	if err := prove(tmp.Name()); err != nil {
		return fmt.Errorf("this backup cannot be used: %w; nothing was changed, try an older one", err)
	}
	if there {
		if err := setAside(path, dir); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("put the backup in place: %w", rootCause(err))
	}
	return syncDir(dir)
}

// prove checks a copied backup and removes its sessions.
func prove(path string) error {
	if err := inspect(path); err != nil {
		return err
	}
	db, err := boltOpen(path, 0o600, &bolt.Options{Timeout: lockWait})
	if err != nil {
		return err
	}
	return errors.Join(proveOpen(db), db.Close())
}

func proveOpen(db *bolt.DB) error {
	schema, err := schemaOf(db)
	switch {
	case err != nil:
		return err
	case schema == 0:
		return errors.New("it is no database of Sahut")
	case schema > uint64(len(migrations)):
		return fmt.Errorf("it has schema %d, made by a newer Sahut; this one knows %d", schema, len(migrations))
	}
	err = view(db, func(tx *bolt.Tx) error {
		var first error
		for err := range tx.Check() { // to its end: it runs in a goroutine of its own
			if first == nil {
				first = fmt.Errorf("%w: %w", errDamaged, err)
			}
		}
		return first
	})
	if err != nil {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error { return deleteSessions(tx, func(Session) bool { return true }) })
}

// setAside renames a database nobody uses.
func setAside(path, dir string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("set the present database aside: %w", rootCause(err))
	}
	defer f.Close()
	// The lock bbolt takes, without bbolt: the file may be too damaged to open,
	// which is why a backup is put in its place.
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("the data directory %s is in use: database in use by %s; stop that process first", dir, lockHolder(dir))
	}
	aside := path + ".replaced-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(path, aside); err != nil {
		return fmt.Errorf("set the present database aside: %w", rootCause(err))
	}
	return nil
}
