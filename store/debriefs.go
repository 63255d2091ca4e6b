package store

import (
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// Volunteers who would like to talk to somebody after a hard call. Like the call
// records it is a projection of the journal, made in the same transaction: a wish
// may stand for days, over any number of restarts, and nobody reads days of journal
// for it at a start.

// keepDebrief follows an entry of the journal.
func keepDebrief(tx *bolt.Tx, e queue.Entry) error {
	b := tx.Bucket(bucketDebrief)
	switch open, about := e.OpenDebrief(); {
	case !about:
		return nil
	case !open:
		return b.Delete([]byte(e.Agent))
	case b.Get([]byte(e.Agent)) != nil: // since when stays
		return nil
	}
	return b.Put([]byte(e.Agent), number(uint64(e.At.UnixMilli())))
}

// Debriefs returns who would like to talk to somebody, and since when.
func (s *Store) Debriefs() (since map[queue.AgentID]time.Time, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		since = map[queue.AgentID]time.Time{}
		return tx.Bucket(bucketDebrief).ForEach(func(k, v []byte) error {
			since[queue.AgentID(k)] = time.UnixMilli(int64(fromNumber(v)))
			return nil
		})
	})
	return since, err
}
