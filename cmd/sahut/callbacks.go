package main

import (
	"log/slog"

	"sahut/queue"
	"sahut/store"
)

// callbackBook keeps call-backs and safety answers: it is the desk's
// queue.Callbacks. What a caller is promised is on the disk before she hears it;
// that somebody called is kept a little later.
type callbackBook struct {
	*errands
	store *store.Store
	log   *slog.Logger
}

func openCallbackBook(s *store.Store, log *slog.Logger) *callbackBook {
	return &callbackBook{errands: newErrands(), store: s, log: log}
}

// begin tells the desk what an earlier run kept.
func (b *callbackBook) begin(post func(queue.Event)) error {
	list, _, err := b.store.Callbacks()
	if err != nil {
		return err
	}
	safety, err := b.store.Safety()
	if err != nil {
		return err
	}
	if len(list) > 0 {
		b.log.Info("call-backs of the last run go on", "callbacks", len(list))
	}
	post(queue.CallbacksKept{List: list, Safety: safety})
	go b.run()
	return nil
}

// KeepCallback is part of queue.Callbacks.
func (b *callbackBook) KeepCallback(k queue.KeptCallback) {
	b.now(func() {
		b.failed("a call-back was not kept; it is lost if the server stops", k.ID, b.store.PutCallback(k))
	})
}

// DropCallback is part of queue.Callbacks.
func (b *callbackBook) DropCallback(id queue.ContactID) {
	b.now(func() {
		b.failed("a call-back that is over was not erased; the next start does it", id, b.store.DeleteCallback(id))
	})
}

// KeepSafety is part of queue.Callbacks.
func (b *callbackBook) KeepSafety(p queue.SafetyProfile) {
	keep := func() { b.failed("what a caller said about being called was not kept", "", b.store.PutSafety(p)) }
	if p.Confirmed.IsZero() && len(p.Calls) == 0 { // she called, no more
		b.later(keep)
		return
	}
	b.now(keep)
}

// DropSafety is part of queue.Callbacks.
func (b *callbackBook) DropSafety(key string) {
	b.later(func() { b.failed("a caller was not forgotten", "", b.store.DeleteSafety(key)) })
}

func (b *callbackBook) failed(what string, id queue.ContactID, err error) {
	if err != nil {
		b.log.Error(what, "contact", id, "err", err)
	}
}
