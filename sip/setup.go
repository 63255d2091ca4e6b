package sip

import (
	"sync"
	"time"
)

// setupBounds are the buckets of set-up times; setupTimes counts what took up
// to each.
var setupBounds = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second,
}

// setupTimes counts how long callers waited for their 200.
type setupTimes struct {
	mu     sync.Mutex
	counts []uint64
	n      uint64
	sum    time.Duration
}

func (t *setupTimes) add(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make([]uint64, len(setupBounds))
	}
	t.n++
	t.sum += took
	for i, b := range setupBounds {
		if took <= b {
			t.counts[i]++
		}
	}
}

// Setup is the time from a caller's INVITE to our 200, of all since the start.
type Setup struct {
	Calls  uint64
	Sum    time.Duration
	Bounds []time.Duration
	Counts []uint64 // calls that took up to each bound
}

func (t *setupTimes) figures() Setup {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := make([]uint64, len(setupBounds))
	copy(counts, t.counts)
	return Setup{t.n, t.sum, setupBounds, counts}
}
