package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// projection gathers the call records a transaction changes. They are always
// what queue.Fold makes of the journal up to metaProjected; while Rebuild is
// under way that is not its end, and new entries wait for their turn.
type projection struct {
	changed map[queue.ContactID]*queue.Call
	upto    uint64 // entry up to which changed and the bucket hold the journal
	known   bool
}

// fold brings the record of e's contact up to date.
func (p *projection) fold(tx *bolt.Tx, e queue.Entry) error {
	if !p.known {
		p.upto, p.known = fromNumber(tx.Bucket(bucketMeta).Get(metaProjected)), true
	}
	if p.upto+1 != e.Seq {
		return nil // Rebuild will come to it
	}
	p.upto = e.Seq
	if e.Contact == "" {
		return nil
	}
	c, ok := p.changed[e.Contact]
	if !ok {
		c = new(queue.Call)
		if v := tx.Bucket(bucketCall).Get(callKey(e.Contact)); v != nil {
			var err error
			if *c, err = readCall(v); err != nil {
				return err
			}
		}
		if p.changed == nil {
			p.changed = map[queue.ContactID]*queue.Call{}
		}
		p.changed[e.Contact] = c
	}
	queue.Fold(c, e)
	return nil
}

// flush writes what changed.
func (p *projection) flush(tx *bolt.Tx) error {
	if !p.known {
		return nil
	}
	b := tx.Bucket(bucketCall)
	b.FillPercent = 0.9 // ids grow with time
	for _, id := range slices.Sorted(maps.Keys(p.changed)) {
		c := p.changed[id]
		if c.ID == "" {
			continue // it never arrived; Audit tells
		}
		v, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("write the record of %s: %w", id, err)
		}
		if err := b.Put(callKey(id), v); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketMeta).Put(metaProjected, number(p.upto))
}

func readCall(v []byte) (c queue.Call, err error) {
	if err := json.Unmarshal(v, &c); err != nil {
		return c, fmt.Errorf("a call record cannot be read: %w; sahut verify tells which journal it belongs to, a rebuild makes it anew", err)
	}
	return c, nil
}

// Rebuild makes all call records anew from the journal. Calls go on meanwhile;
// until it is done, the list of records is incomplete. Cut off, it is finished
// by the next Open.
func (s *Store) Rebuild() error {
	err := s.update(func(tx *txn) error {
		if err := tx.DeleteBucket(bucketCall); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(bucketCall); err != nil {
			return err
		}
		// An Append of this very group has folded already what is gone now.
		tx.calls = projection{}
		return tx.Bucket(bucketMeta).Put(metaProjected, number(0))
	})
	if err != nil {
		return err
	}
	return s.finishRebuild()
}

// resumeRebuild finishes a Rebuild that a crash cut off.
func (s *Store) resumeRebuild() error {
	var complete bool
	err := s.view(func(tx *bolt.Tx) error {
		complete = fromNumber(tx.Bucket(bucketMeta).Get(metaProjected)) == tx.Bucket(bucketJournal).Sequence()
		return nil
	})
	if err != nil || complete {
		return err
	}
	return s.finishRebuild()
}

// finishRebuild folds the entries that call records do not hold yet.
func (s *Store) finishRebuild() error {
	for done := false; !done; {
		err := s.update(func(tx *txn) (err error) {
			done, err = foldPage(tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("make the call records anew: %w", err)
		}
	}
	return nil
}

// foldPage folds the next page of entries and tells whether that was all.
func foldPage(tx *txn) (done bool, err error) {
	if !tx.calls.known {
		tx.calls.upto, tx.calls.known = fromNumber(tx.Bucket(bucketMeta).Get(metaProjected)), true
	}
	journal := tx.Bucket(bucketJournal)
	c := journal.Cursor()
	n := 0
	for k, v := c.Seek(number(tx.calls.upto + 1)); k != nil && n < page; k, v = c.Next() {
		e, err := readEntry(k, v, nil)
		if err != nil {
			return false, err
		}
		// The journal may begin late (older entries were erased), but it has no gaps.
		tx.calls.upto = e.Seq - 1
		if err := tx.calls.fold(tx.Tx, e); err != nil {
			return false, err
		}
		n++
	}
	return tx.calls.upto >= journal.Sequence() || n == 0, nil
}

// Verify checks the whole journal: the conservation laws, no gap in its
// numbers, call records equal to what the journal says, and that everything
// kept can be read. It returns what is broken, a sentence each; calls go on
// meanwhile.
func (s *Store) Verify() (violations []string, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		violations, err = verify(tx)
		return err
	})
	return violations, err
}

func verify(tx *bolt.Tx) ([]string, error) {
	v := verifier{tx: tx, calls: map[queue.ContactID]*queue.Call{}}
	err := tx.Bucket(bucketJournal).ForEach(func(k, b []byte) error {
		e, err := readEntry(k, b, nil)
		if err != nil {
			v.bad("%v", err)
			return nil
		}
		if n := fromNumber(k); n != e.Seq {
			v.bad("entry %d: journal: it says it is entry %d", n, e.Seq)
		}
		v.entry(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.finish()
	for _, b := range v.audit.Violations() {
		v.found = append(v.found, b.String())
	}
	// Not tx.Check: it looks at bbolt's list of free pages, which writers
	// change meanwhile. Restore does that on its copy.
	return v.found, readAll(tx)
}

// readAll touches every row of every bucket; view turns a page that cannot be
// one into an error.
func readAll(tx *bolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bolt.Bucket) error {
		return b.ForEach(func(_, _ []byte) error { return nil })
	})
}

// violationsKept bounds what Verify tells.
const violationsKept = 1000

// verifier replays a journal and compares.
type verifier struct {
	tx      *bolt.Tx
	audit   queue.Audit
	calls   map[queue.ContactID]*queue.Call // in progress
	arrived int
	seq     uint64
	found   []string
}

func (v *verifier) bad(format string, args ...any) {
	if len(v.found) < violationsKept {
		v.found = append(v.found, fmt.Sprintf(format, args...))
	}
}

func (v *verifier) entry(e queue.Entry) {
	v.audit.Add(e)
	v.seq = e.Seq
	if e.Contact == "" {
		return
	}
	c := v.calls[e.Contact]
	if c == nil {
		if e.Kind != queue.CallArrived && e.Kind != queue.CallDialled {
			return // an entry after the end, or of a call that never arrived: Audit tells
		}
		c = new(queue.Call)
		v.calls[e.Contact] = c
		v.arrived++
	}
	queue.Fold(c, e)
	if !c.InProgress() {
		v.compare(c)
		delete(v.calls, e.Contact)
	}
}

// compare holds the kept record to the one the journal makes.
func (v *verifier) compare(c *queue.Call) {
	kept := v.tx.Bucket(bucketCall).Get(callKey(c.ID))
	want, err := json.Marshal(c)
	switch {
	case err != nil:
		v.bad("call %s: record: %v", c.ID, err)
	case kept == nil:
		v.bad("call %s: record: it is missing; the journal says %s", c.ID, want)
	case !bytes.Equal(kept, want):
		v.bad("call %s: record: it says %s, the journal says %s", c.ID, kept, want)
	}
}

func (v *verifier) finish() {
	for _, id := range slices.Sorted(maps.Keys(v.calls)) {
		v.compare(v.calls[id])
	}
	if end := v.tx.Bucket(bucketJournal).Sequence(); v.seq != 0 && v.seq != end {
		v.bad("journal: it ends with entry %d, but %d were kept", v.seq, end)
	}
	if at := fromNumber(v.tx.Bucket(bucketMeta).Get(metaProjected)); at != v.tx.Bucket(bucketJournal).Sequence() {
		v.bad("records: they hold the journal up to entry %d only; a rebuild is under way", at)
	}
	records := 0
	c := v.tx.Bucket(bucketCall).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		records++
	}
	if records != v.arrived {
		v.bad("records: there are %d, but %d calls arrived", records, v.arrived)
	}
}
