package main

import "sync"

// errands is work for the disk that the desk does not wait for, done in its
// order by one goroutine.
type errands struct {
	mu   sync.Mutex // guards work
	work []func()
	wake chan struct{}
	stop chan struct{}
	done chan struct{}
}

func newErrands() *errands {
	return &errands{wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
}

func (e *errands) run() {
	defer close(e.done)
	for {
		if e.some() {
			continue
		}
		select {
		case <-e.wake:
		case <-e.stop:
			e.some()
			return
		}
	}
}

// some does what there is, and tells whether there was anything.
func (e *errands) some() bool {
	e.mu.Lock()
	work := e.work
	e.work = nil
	e.mu.Unlock()
	for _, do := range work {
		do()
	}
	return len(work) > 0
}

// close does what is left.
func (e *errands) close() {
	close(e.stop)
	<-e.done
}

// later has do done soon.
func (e *errands) later(do func()) {
	e.mu.Lock()
	e.work = append(e.work, do)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// now has do done, and waits for it.
func (e *errands) now(do func()) {
	did := make(chan struct{})
	e.later(func() { defer close(did); do() })
	<-did
}
