package store

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/configs"
)

// Revision is one version of the routing document. Versions are never changed
// or removed; going back makes a new one.
type Revision struct {
	Number uint64
	At     time.Time
	Author string
	Note   string
}

// keptRevision is a revision with its document. YAML is what an admin can read
// in it when all else is lost.
type keptRevision struct {
	Revision
	YAML string
}

// headRouting is the name of the routing document in bucket cfg.head.
var headRouting = []byte("routing")

// Routing returns the routing in force. Before the first save that is
// configs.StarterRouting, revision 0.
func (s *Store) Routing() (r configs.Routing, rev Revision, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		n := fromNumber(tx.Bucket(bucketCfgHead).Get(headRouting))
		if n == 0 {
			r = configs.StarterRouting()
			return nil
		}
		r, rev, err = routingAt(tx, n)
		return err
	})
	return r, rev, err
}

// RoutingAt returns an earlier revision, or ErrNotFound.
func (s *Store) RoutingAt(n uint64) (r configs.Routing, rev Revision, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		r, rev, err = routingAt(tx, n)
		return err
	})
	return r, rev, err
}

// SaveRouting keeps r as the next revision if the one in force is still
// ifRevision (0: whatever it is), else ErrConflict. What Validate refuses is
// not kept.
func (s *Store) SaveRouting(r configs.Routing, author, note string, ifRevision uint64) (Revision, error) {
	if problems := r.Validate(); problems != nil {
		return Revision{}, problems
	}
	yaml := string(configs.FormatRouting(r))
	var rev Revision
	err := s.update(func(tx *txn) error {
		head := fromNumber(tx.Bucket(bucketCfgHead).Get(headRouting))
		if ifRevision != 0 && ifRevision != head {
			return fmt.Errorf("routing revision %d: %w: revision %d is in force", ifRevision, ErrConflict, head)
		}
		rev = Revision{head + 1, time.Now().UTC(), author, note}
		if err := putJSON(tx.Bucket(bucketCfg), number(rev.Number), keptRevision{rev, yaml}); err != nil {
			return err
		}
		return tx.Bucket(bucketCfgHead).Put(headRouting, number(rev.Number))
	})
	return rev, err
}

// Revisions returns all revisions, newest first.
func (s *Store) Revisions() (all []Revision, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketCfg).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			var kept keptRevision
			if err := json.Unmarshal(v, &kept); err != nil {
				return fmt.Errorf("routing revision %d cannot be read: %w", fromNumber(k), err)
			}
			all = append(all, kept.Revision)
		}
		return nil
	})
	return all, err
}

func routingAt(tx *bolt.Tx, n uint64) (configs.Routing, Revision, error) {
	v := tx.Bucket(bucketCfg).Get(number(n))
	if v == nil {
		return configs.Routing{}, Revision{}, fmt.Errorf("routing revision %d: %w", n, ErrNotFound)
	}
	var kept keptRevision
	if err := json.Unmarshal(v, &kept); err != nil {
		return configs.Routing{}, Revision{}, fmt.Errorf("routing revision %d cannot be read: %w", n, err)
	}
	r, err := configs.KeptRouting([]byte(kept.YAML))
	if err != nil {
		return configs.Routing{}, Revision{}, fmt.Errorf("routing revision %d cannot be read: %w", n, err)
	}
	return r, kept.Revision, nil
}
