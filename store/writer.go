package store

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// maxGroup bounds how many writes share one commit.
const maxGroup = 1024

// write is one caller's change, waiting for its commit.
type write struct {
	do   func(*txn) error
	err  error
	done chan struct{}
}

// txn is a transaction with the call records it changed, which are written
// once when the group is complete.
type txn struct {
	*bolt.Tx
	calls projection
}

// update hands do to the writer and waits until it is on the disk. do may run
// more than once and must not keep anything of an earlier run. When it returns
// an error, nothing of it is kept, and nobody else's write suffers.
func (s *Store) update(do func(*txn) error) error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	w := &write{do: do, done: make(chan struct{})}
	if !s.enqueue(w) {
		return ErrClosed
	}
	<-w.done
	return w.err
}

// enqueue puts w where the writer finds it, unless the store is closed. Close
// waits for the gate, so what was let in is answered.
func (s *Store) enqueue(w *write) bool {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.shut {
		return false
	}
	s.writes <- w
	return true
}

// writeLoop commits what waits, all of it at once. There is no timer: alone, a
// write goes at once; while a commit runs, the next group gathers by itself.
func (s *Store) writeLoop() {
	for {
		select {
		case w := <-s.writes:
			s.commitGroup(s.gather(w))
		case <-s.closing:
			for len(s.writes) > 0 { // let in before the gate was shut
				s.commitGroup(s.gather(<-s.writes))
			}
			return
		}
	}
}

// gather takes everything that waits.
func (s *Store) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < maxGroup {
		select {
		case w := <-s.writes:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// commitGroup commits a group. A write that fails is taken out and the others
// run again without it, so that each stands or falls alone.
func (s *Store) commitGroup(group []*write) {
	all := group
	defer func() {
		for _, w := range all {
			close(w.done)
		}
	}()
	for len(group) > 0 {
		began := time.Now()
		failed, err := s.try(group)
		if failed != nil && !errors.Is(err, errDamaged) { // damage is everyone's trouble
			failed.err = err
			group = slices.DeleteFunc(slices.Clone(group), func(w *write) bool { return w == failed })
			continue
		}
		s.figures.committed(time.Since(began), len(group), err)
		for _, w := range group {
			w.err = s.judge(err)
		}
		return
	}
}

// try runs a group in one transaction. It returns the write that failed, or
// the error of the commit.
func (s *Store) try(group []*write) (failed *write, err error) {
	tx, err := s.db.Begin(true)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			// Not a write's own panic, which run catches: bbolt met a bad page.
			failed, err = nil, fmt.Errorf("%w: %v", errDamaged, r)
		}
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, berrors.ErrTxClosed) && err == nil {
			err = rollback
		}
	}()
	t := &txn{Tx: tx}
	for _, w := range group {
		if err := s.run(w, t); err != nil {
			return w, err
		}
	}
	if err := t.calls.flush(tx); err != nil {
		return nil, err
	}
	return nil, tx.Commit()
}

// run calls one write. Its panic is its own error, unless it is bbolt's, who
// panics when it meets a page that cannot be one.
func (s *Store) run(w *write, t *txn) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if panickedIn("go.etcd.io/bbolt") {
				err = fmt.Errorf("%w: %v", errDamaged, r)
				return
			}
			err = fmt.Errorf("a write panicked: %v", r)
			s.log.Error("a write panicked; only it is lost", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	return w.do(t)
}

// panickedIn tells, while a panic is being recovered, whether a function of
// that module raised it.
func panickedIn(module string) bool {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)]) // past Callers, this and the deferred function
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			return strings.HasPrefix(f.Function, module)
		}
		if !more {
			return false
		}
	}
}

// judge words the error of a commit and stops all writing when the file cannot
// be trusted any more. A full disk can: bbolt left the last good state in
// place, and writing succeeds again when there is room.
func (s *Store) judge(err error) error {
	if err == nil {
		return nil
	}
	wrapped := fmt.Errorf("keep in %s: %w", s.dir, err)
	if errors.Is(err, syscall.EIO) || errors.Is(err, errDamaged) {
		wrapped = fmt.Errorf("the disk under %s failed (%w); nothing more is written to this file: move the directory to a good disk, or restore a backup, and start again", s.dir, err)
		if s.broken.CompareAndSwap(nil, &wrapped) {
			s.log.Error("the database cannot be trusted any more; writing stopped", "err", err)
		}
	}
	return wrapped
}

// view reads; a damaged page is an error, not the end of the process.
func (s *Store) view(do func(*bolt.Tx) error) error { return view(s.db, do) }

func view(db *bolt.DB, do func(*bolt.Tx) error) (err error) {
	tx, err := db.Begin(false)
	if err != nil {
		if errors.Is(err, berrors.ErrDatabaseNotOpen) {
			return ErrClosed
		}
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
		err = errors.Join(err, tx.Rollback())
	}()
	return do(tx)
}
