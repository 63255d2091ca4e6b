package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// Blocked callers, as the desk knows them: the number itself is never here.

// blocksKept is how many blocks there may be.
const blocksKept = 10_000

// Blocks returns all blocks, oldest first.
func (s *Store) Blocks() (all []queue.Block, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		all = nil
		return tx.Bucket(bucketBlock).ForEach(func(k, v []byte) error {
			b, err := readBlock(k, v)
			all = append(all, b)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b queue.Block) int { return a.Added.Compare(b.Added) })
	return all, err
}

// AddBlock keeps a new block.
func (s *Store) AddBlock(b queue.Block) error {
	if b.ID == "" || b.Expires.IsZero() {
		return fmt.Errorf("a block without a name or an end cannot be kept")
	}
	return s.update(func(tx *txn) error {
		blocks := tx.Bucket(bucketBlock)
		switch {
		case blocks.Get([]byte(b.ID)) != nil:
			return fmt.Errorf("block %s: %w", b.ID, ErrExists)
		case blocks.Stats().KeyN >= blocksKept:
			return fmt.Errorf("there are %d blocks already; remove some that are not needed", blocksKept)
		}
		return putJSON(blocks, []byte(b.ID), b)
	})
}

// ApproveBlock keeps that a second person approved a block, and when it ends
// now. The first one is ErrConflict.
func (s *Store) ApproveBlock(id queue.BlockID, by string, expires time.Time) (b queue.Block, err error) {
	err = s.changeBlock(id, func(old *queue.Block) error {
		if strings.EqualFold(old.By, by) {
			return fmt.Errorf("block %s: %w", id, ErrConflict)
		}
		old.Approved, old.Expires = by, expires
		b = *old
		return nil
	})
	return b, err
}

// HitBlock counts a caller who met a block; one that is gone is fine.
func (s *Store) HitBlock(id queue.BlockID, at time.Time) error {
	err := s.changeBlock(id, func(b *queue.Block) error {
		b.Hits++
		b.LastHit = &at
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// RemoveBlock forgets a block.
func (s *Store) RemoveBlock(id queue.BlockID) error {
	return s.update(func(tx *txn) error {
		blocks := tx.Bucket(bucketBlock)
		if blocks.Get([]byte(id)) == nil {
			return fmt.Errorf("block %s: %w", id, ErrNotFound)
		}
		return blocks.Delete([]byte(id))
	})
}

func (s *Store) changeBlock(id queue.BlockID, change func(*queue.Block) error) error {
	return s.update(func(tx *txn) error {
		blocks := tx.Bucket(bucketBlock)
		v := blocks.Get([]byte(id))
		if v == nil {
			return fmt.Errorf("block %s: %w", id, ErrNotFound)
		}
		b, err := readBlock([]byte(id), v)
		if err != nil {
			return err
		}
		if err := change(&b); err != nil {
			return err
		}
		return putJSON(blocks, []byte(id), b)
	})
}

func readBlock(k, v []byte) (b queue.Block, err error) {
	if err := json.Unmarshal(v, &b); err != nil {
		return b, fmt.Errorf("block %s cannot be read: %w", k, err)
	}
	return b, nil
}
