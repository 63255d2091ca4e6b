package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// journalFill packs pages of the journal: it only grows at its end, so the
// room bbolt leaves for insertions would stay empty for ever.
const journalFill = 0.95

// page is how many rows one read transaction takes at most, so that no reader
// holds old pages for long.
const page = 2000

// Append keeps entries, all or none, and the call records they change. It
// returns when they are on the disk, and sets each Seq.
func (s *Store) Append(entries []queue.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	first := uint64(0)
	err := s.update(func(tx *txn) error {
		b := tx.Bucket(bucketJournal)
		b.FillPercent = journalFill
		first = b.Sequence() + 1
		for i, e := range entries {
			e.Seq = first + uint64(i)
			v, err := json.Marshal(e)
			if err != nil {
				return fmt.Errorf("write entry %s: %w", e.Kind, err)
			}
			if err := b.Put(number(e.Seq), v); err != nil {
				return err
			}
			if err := tx.calls.fold(tx.Tx, e); err != nil {
				return err
			}
			if err := keepDebrief(tx.Tx, e); err != nil {
				return err
			}
		}
		return b.SetSequence(first + uint64(len(entries)) - 1)
	})
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].Seq = first + uint64(i)
	}
	s.figures.entries.Add(uint64(len(entries)))
	return nil
}

// Entries calls each with the entries from seq on, oldest first, until it
// returns false.
func (s *Store) Entries(seq uint64, each func(queue.Entry) bool) error {
	batch := make([]queue.Entry, 0, page)
	for n := (names{}); ; {
		var err error
		batch, err = s.entriesFrom(seq, batch[:0], n)
		if err != nil {
			return err
		}
		for _, e := range batch {
			if !each(e) {
				return nil
			}
		}
		if len(batch) < page {
			return nil
		}
		seq = batch[len(batch)-1].Seq + 1
	}
}

// Since calls each with the entries of since and later, oldest first, until it
// returns false.
func (s *Store) Since(since time.Time, each func(queue.Entry) bool) error {
	first := uint64(0)
	err := s.view(func(tx *bolt.Tx) (err error) {
		first, err = firstSince(tx.Bucket(bucketJournal).Cursor(), since)
		return err
	})
	if err != nil {
		return err
	}
	return s.Entries(first, each)
}

// firstSince finds the first entry of since or later by halves: entries are in
// the order of time. Where a clock was set back it finds one of several places,
// and then goes back as long as entries are not earlier, at most a page.
func firstSince(c *bolt.Cursor, since time.Time) (uint64, error) {
	last, _ := c.Last()
	first, _ := c.First()
	if last == nil {
		return 0, nil
	}
	var bad error
	early := func(k, v []byte) bool {
		e, err := readEntry(k, v, nil)
		bad = errors.Join(bad, err)
		return e.At.Before(since)
	}
	lo, hi := fromNumber(first), fromNumber(last)+1
	for lo < hi && bad == nil {
		mid := lo + (hi-lo)/2
		if k, v := c.Seek(number(mid)); k != nil && early(k, v) {
			lo = fromNumber(k) + 1
		} else {
			hi = mid
		}
	}
	if k, _ := c.Seek(number(lo)); k == nil {
		c.Last()
	}
	for k, v := c.Prev(); k != nil && bad == nil && fromNumber(k)+page > lo && !early(k, v); k, v = c.Prev() {
		lo = fromNumber(k)
	}
	return lo, bad
}

// entriesFrom fills batch with the entries from seq on.
func (s *Store) entriesFrom(seq uint64, batch []queue.Entry, n names) ([]queue.Entry, error) {
	err := s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketJournal).Cursor()
		for k, v := c.Seek(number(seq)); k != nil && len(batch) < cap(batch); k, v = c.Next() {
			e, err := readEntry(k, v, n)
			if err != nil {
				return err
			}
			batch = append(batch, e)
		}
		return nil
	})
	return batch, err
}

// Calls calls each with the call records that started at or after since,
// newest first, until it returns false.
func (s *Store) Calls(since time.Time, each func(queue.Call) bool) error {
	from := []byte(nil) // the newest
	for {
		batch, last, err := s.callsBefore(from, since, page)
		if err != nil {
			return err
		}
		for _, c := range batch {
			if !c.Started.Before(since) && !each(c) {
				return nil
			}
		}
		if last == nil {
			return nil
		}
		from = last
	}
}

// clockSlack is how far a record's start may lie after the time in its id: the
// id is made when the call comes in, the start when the desk hears of it.
const clockSlack = time.Minute

// callsBefore reads records with keys below before, newest first, as far back
// as since. last is where to go on, nil at the end.
func (s *Store) callsBefore(before []byte, since time.Time, most int) (batch []queue.Call, last []byte, err error) {
	lowest := lowestKey(since.Add(-clockSlack))
	err = s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketCall).Cursor()
		k, v := c.Last()
		if before != nil {
			c.Seek(before)
			k, v = c.Prev()
		}
		for ; k != nil && string(k) >= string(lowest); k, v = c.Prev() {
			call, err := readCall(v)
			if err != nil {
				return err
			}
			batch = append(batch, call)
			if len(batch) == most {
				last = append([]byte(nil), k...)
				return nil
			}
		}
		return nil
	})
	return batch, last, err
}

// Recover settles what the last run left open: each call in progress ends in
// one record with outcome system, each agent goes offline, dated to when the
// run was last alive. From here on the store keeps the heartbeat that tells
// the next Recover. It returns how many calls were ended.
func (s *Store) Recover(now time.Time) (int, error) {
	var open queue.Audit
	alive := time.Time{}
	settled, err := s.number(metaSettled)
	if err != nil {
		return 0, err
	}
	ended := map[queue.ContactID]bool{} // call-backs
	err = s.Entries(settled+1, func(e queue.Entry) bool {
		open.Add(e)
		if e.Kind.EndsCallback() {
			ended[e.Contact] = true
		}
		if e.At.After(alive) {
			alive = e.At
		}
		return true
	})
	if err != nil {
		return 0, err
	}
	if beat := s.lastBeat(); beat.After(alive) && beat.Before(now) {
		alive = beat
	}
	closing := open.Closing(alive)
	callbacks, err := s.settleCallbacks(open.Callbacks(), ended, alive)
	if err != nil {
		return 0, fmt.Errorf("settle the call-backs: %w", err)
	}
	closing = append(closing, callbacks...)
	calls := 0
	for _, e := range closing {
		if e.Kind == queue.CallOver {
			calls++
		}
	}
	if len(closing) > 0 {
		closing = append(closing, queue.Entry{At: now, Kind: queue.ServerRecovered, Count: calls})
		if err := s.Append(closing); err != nil {
			return 0, err
		}
	}
	s.beat()
	return calls, s.update(func(tx *txn) error {
		return tx.Bucket(bucketMeta).Put(metaSettled, number(tx.Bucket(bucketJournal).Sequence()))
	})
}

// number reads a number of bucket meta.
func (s *Store) number(key []byte) (n uint64, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		n = fromNumber(tx.Bucket(bucketMeta).Get(key))
		return nil
	})
	return n, err
}

// callKey turns a contact's id, a ULID, into the 16 bytes it stands for, so
// that keys are short and in the order of arrival. Other ids come after them,
// as they are.
func callKey(id queue.ContactID) []byte {
	if len(id) != 26 || id[0] > '7' {
		return append([]byte{0xff}, id...)
	}
	var hi, lo uint64
	for i := range len(id) {
		v := crockford(id[i])
		if v < 0 {
			return append([]byte{0xff}, id...)
		}
		hi = hi<<5 | lo>>59
		lo = lo<<5 | uint64(v)
	}
	return append(number(hi), number(lo)...)
}

// crockford returns the value of a letter of Crockford's base 32, or -1.
func crockford(c byte) int {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	for i := range len(letters) {
		if letters[i] == c {
			return i
		}
	}
	return -1
}

// lowestKey is below every call that arrived at or after t.
func lowestKey(t time.Time) []byte {
	ms := max(0, min(t.UnixMilli(), math.MaxInt64>>16))
	return append(number(uint64(ms)<<16), 0, 0, 0, 0, 0, 0, 0, 0)
}
