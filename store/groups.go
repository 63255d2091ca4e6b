package store

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// Group is a group of volunteers of which figures were given: of that time, and of
// that queue or (empty) of all.
type Group struct {
	From   time.Time       `json:"from"`
	To     time.Time       `json:"to"`
	Queue  queue.QueueID   `json:"queue,omitempty"`
	Agents []queue.AgentID `json:"agents"`
}

// AddGroup keeps g after those that are there. Of more than most the oldest go.
func (s *Store) AddGroup(g Group, most int) error {
	v, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("keep a group: %w", err)
	}
	return s.update(func(tx *txn) error {
		b := tx.Bucket(bucketGroup)
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		if err := b.Put(number(n), v); err != nil {
			return err
		}
		if n <= uint64(most) {
			return nil
		}
		c := b.Cursor() // each deletion may move the cursor, so it begins anew
		for k, _ := c.First(); k != nil && fromNumber(k) <= n-uint64(most); k, _ = c.First() {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// Groups returns them all, oldest first.
func (s *Store) Groups() (all []Group, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		all = nil
		return tx.Bucket(bucketGroup).ForEach(func(_, v []byte) error {
			var g Group
			if err := json.Unmarshal(v, &g); err != nil {
				return fmt.Errorf("a group of volunteers cannot be read: %w", err)
			}
			all = append(all, g)
			return nil
		})
	})
	return all, err
}
