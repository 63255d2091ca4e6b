package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// Call-backs and what callers said about being called. Both are sealed: the
// number of a woman who waits to be called is in no database, dump or backup
// that can be read without the key file; and it is erased when she was called.

// What they are sealed for.
const (
	forCallback = "callback"
	forSafety   = "safety"
)

// keptCallback is a call-back before it is sealed; the number stands in full.
type keptCallback struct {
	queue.KeptCallback
	Caller string // hides the masked one
}

// PutCallback keeps a call-back as it is now.
func (s *Store) PutCallback(b queue.KeptCallback) error {
	return s.putSealed(bucketCallback, forCallback, []byte(b.ID), keptCallback{b, b.Caller.Reveal()})
}

// DeleteCallback erases a call-back; one that is gone is fine.
func (s *Store) DeleteCallback(id queue.ContactID) error {
	return s.update(func(tx *txn) error { return tx.Bucket(bucketCallback).Delete([]byte(id)) })
}

// Callbacks returns the call-backs that are kept, and the ids of those that
// cannot be opened, because another key file is here.
func (s *Store) Callbacks() (all []queue.KeptCallback, lost []queue.ContactID, err error) {
	err = s.eachSealed(bucketCallback, forCallback, func(k, plain []byte) error {
		if plain == nil {
			lost = append(lost, queue.ContactID(k))
			return nil
		}
		var b keptCallback
		if err := json.Unmarshal(plain, &b); err != nil {
			return fmt.Errorf("call-back %s cannot be read: %w", k, err)
		}
		b.KeptCallback.Caller = queue.NewCaller(b.Caller)
		all = append(all, b.KeptCallback)
		return nil
	})
	return all, lost, err
}

// PutSafety keeps what is known of a caller, by her pseudonym.
func (s *Store) PutSafety(p queue.SafetyProfile) error {
	return s.putSealed(bucketSafety, forSafety, []byte(p.Key), p)
}

// DeleteSafety forgets a caller; one that is gone is fine.
func (s *Store) DeleteSafety(key string) error {
	return s.update(func(tx *txn) error { return tx.Bucket(bucketSafety).Delete([]byte(key)) })
}

// Safety returns what is known of all callers. What another key file sealed is
// left out: its pseudonyms match nobody any more.
func (s *Store) Safety() (all []queue.SafetyProfile, err error) {
	err = s.eachSealed(bucketSafety, forSafety, func(k, plain []byte) error {
		if plain == nil {
			return nil
		}
		var p queue.SafetyProfile
		if err := json.Unmarshal(plain, &p); err != nil {
			return fmt.Errorf("a safety answer cannot be read: %w", err)
		}
		all = append(all, p)
		return nil
	})
	return all, err
}

func (s *Store) putSealed(bucket []byte, purpose string, key []byte, v any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep a %s: %w", purpose, err)
	}
	sealed, err := s.Seal(purpose, plain)
	if err != nil {
		return fmt.Errorf("keep a %s: %w", purpose, err)
	}
	return s.update(func(tx *txn) error { return tx.Bucket(bucket).Put(key, sealed) })
}

// eachSealed calls each with every row opened; plain is nil where it cannot be.
func (s *Store) eachSealed(bucket []byte, purpose string, each func(k, plain []byte) error) error {
	type row struct{ k, v []byte }
	var rows []row
	err := s.view(func(tx *bolt.Tx) error {
		rows = nil
		return tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			rows = append(rows, row{bytes.Clone(k), bytes.Clone(v)})
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		plain, err := s.Open(purpose, r.v)
		if err != nil && !errors.Is(err, ErrSealed) {
			return err
		}
		if err := each(r.k, plain); err != nil {
			return err
		}
	}
	return nil
}

// settleCallbacks makes journal and kept call-backs agree after a crash: one whose
// end is in the journal is erased, and one that was never kept, or cannot be
// opened, ends. open are those the journal says run on, ended those it ended.
func (s *Store) settleCallbacks(open, ended map[queue.ContactID]bool, at time.Time) ([]queue.Entry, error) {
	kept, lost, err := s.Callbacks()
	if err != nil {
		return nil, err
	}
	var entries []queue.Entry
	fail := func(id queue.ContactID, why string) {
		entries = append(entries, queue.Entry{At: at, Kind: queue.CallbackFailed, Contact: id, Reason: why, By: string(queue.BySystem)})
	}
	for _, b := range kept {
		if ended[b.ID] {
			err = errors.Join(err, s.DeleteCallback(b.ID))
		}
		delete(open, b.ID)
	}
	for _, id := range lost {
		if !ended[id] {
			fail(id, "sealed")
		}
		delete(open, id)
		err = errors.Join(err, s.DeleteCallback(id))
	}
	for id := range open {
		fail(id, "crash")
	}
	return entries, err
}
