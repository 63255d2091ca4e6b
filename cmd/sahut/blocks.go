package main

import (
	"errors"
	"log/slog"
	"time"

	"sahut/queue"
	"sahut/store"
)

// blockBook keeps what the desk decides about blocks: it is the desk's
// queue.Blocks. The desk does not wait for the disk, so the work waits here, in
// its order.
type blockBook struct {
	*errands
	store *store.Store
	log   *slog.Logger
	post  func(queue.Event)
}

func openBlockBook(s *store.Store, log *slog.Logger) *blockBook {
	return &blockBook{errands: newErrands(), store: s, log: log}
}

// begin tells the desk which blocks there are, and goes on to keep new ones.
func (b *blockBook) begin(post func(queue.Event)) error {
	kept, err := b.store.Blocks()
	if err != nil {
		return err
	}
	b.post = post
	post(queue.BlocksKept{List: kept})
	go b.run()
	return nil
}

// Keep is part of queue.Blocks.
func (b *blockBook) Keep(n queue.Block) {
	b.later(func() {
		if err := b.store.AddBlock(n); err != nil {
			b.log.Error("a volunteer's block was not kept; she may try again", "block", n.ID, "by", n.By, "err", err)
			b.post(queue.BlockFailed{Block: n})
			return
		}
		b.log.Warn("a caller is blocked", "block", n.ID, "contact", n.Contact, "until", n.Ends(), "by", n.By)
		b.post(queue.BlockAdded{Block: n})
	})
}

// Hit is part of queue.Blocks.
func (b *blockBook) Hit(id queue.BlockID, at time.Time) {
	b.later(func() { b.failed("a block's caller was not counted", id, b.store.HitBlock(id, at)) })
}

// Drop is part of queue.Blocks.
func (b *blockBook) Drop(id queue.BlockID) {
	b.later(func() {
		b.failed("a block that is over was not forgotten; the next start does it", id, b.store.RemoveBlock(id))
	})
}

func (b *blockBook) failed(what string, id queue.BlockID, err error) {
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		b.log.Warn(what, "block", id, "err", err)
	}
}
