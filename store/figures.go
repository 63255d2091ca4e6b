package store

import (
	"sync"
	"sync/atomic"
	"time"
)

// commitBounds are the upper bounds of the commit time histogram.
var commitBounds = []time.Duration{
	250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second,
}

// Stats are figures about keeping.
type Stats struct {
	Commits      uint64        // groups that reached the disk
	Failures     uint64        // groups that did not
	Writes       uint64        // writes in the commits
	Entries      uint64        // journal entries in the commits
	CommitTime   time.Duration // of all commits together
	LastCommit   time.Duration
	CommitBounds []time.Duration // upper bounds of CommitCounts
	CommitCounts []uint64        // commits up to each bound; longer ones are in Commits alone
	Bytes        int64           // used by the database
	Broken       bool            // the file is suspect; nothing is written any more
}

// figures are the counters behind Stats.
type figures struct {
	entries atomic.Uint64
	mu      sync.Mutex // guards what follows
	stats   Stats
	counts  [32]uint64
}

func (f *figures) committed(took time.Duration, writes int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.stats.Failures++
		return
	}
	f.stats.Commits++
	f.stats.Writes += uint64(writes)
	f.stats.CommitTime += took
	f.stats.LastCommit = took
	for i, bound := range commitBounds {
		if took <= bound {
			f.counts[i]++
		}
	}
}

// Stats returns the figures since Open.
func (s *Store) Stats() Stats {
	s.figures.mu.Lock()
	st := s.figures.stats
	st.CommitCounts = append([]uint64(nil), s.figures.counts[:len(commitBounds)]...)
	s.figures.mu.Unlock()
	st.CommitBounds = commitBounds
	st.Entries = s.figures.entries.Load()
	st.Broken = s.broken.Load() != nil
	if tx, err := s.db.Begin(false); err == nil {
		st.Bytes = tx.Size()
		_ = tx.Rollback() // a reader's rollback has nothing to fail at
	}
	return st
}
