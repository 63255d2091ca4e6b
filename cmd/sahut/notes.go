package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sahut/agentui"
	"sahut/queue"
	"sahut/store"
)

// notes fits the store to those who write notes and those who read them.
type notes struct {
	store *store.Store
	log   *slog.Logger
}

func asNote(n store.Note) agentui.Note { return agentui.Note(n) }

func asNotes(rows []store.Note) []agentui.Note {
	list := make([]agentui.Note, 0, len(rows))
	for _, n := range rows {
		list = append(list, asNote(n))
	}
	return list
}

// keep is how long notes are kept; 0: none are written.
func (m *notes) keep() (time.Duration, error) {
	routing, _, err := m.store.Routing()
	return routing.Notes.For(), err
}

// Off implements [agentui.Notes].
func (m *notes) Off() (bool, error) {
	keep, err := m.keep()
	return keep == 0, err
}

// Note implements [agentui.Notes].
func (m *notes) Note(id queue.ContactID, agent queue.AgentID) (agentui.Note, error) {
	n, err := m.store.Note(id, agent)
	return asNote(n), known(err)
}

// Write implements [agentui.Notes].
func (m *notes) Write(n agentui.Note) error {
	if n.Text == "" {
		return m.store.EraseNote(n.Contact, n.Agent)
	}
	return m.store.PutNote(store.Note(n))
}

// List implements [agentui.Notes].
func (m *notes) List() ([]agentui.Note, error) {
	rows, err := m.store.Notes()
	return asNotes(rows), err
}

// Of implements [agentui.Notes].
func (m *notes) Of(id queue.ContactID) ([]agentui.Note, error) {
	rows, err := m.store.NotesOf(id)
	return asNotes(rows), err
}

// Opened implements [agentui.Notes].
func (m *notes) Opened(n agentui.Note, by string) error {
	return m.journal(queue.Entry{Kind: queue.NoteRead, Contact: n.Contact, Agent: n.Agent, By: by})
}

// Erase implements [agentui.Notes].
func (m *notes) Erase(n agentui.Note, by string) error {
	if err := m.store.EraseNote(n.Contact, n.Agent); err != nil {
		return err
	}
	return m.journal(queue.Entry{Kind: queue.NoteErased, Contact: n.Contact, Agent: n.Agent, By: by})
}

// eraseInTime has expire look every hour, and at once.
func (m *notes) eraseInTime(ctx context.Context) {
	look := time.NewTicker(time.Hour)
	defer look.Stop()
	for {
		if n, err := m.expire(time.Now()); err != nil {
			m.log.Error("notes that were kept for long enough could not be erased", "error", err)
		} else if n > 0 {
			m.log.Info("notes erased: they were kept for long enough", "notes", n)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// expire erases what was kept for long enough, and returns how many.
func (m *notes) expire(now time.Time) (n int, err error) {
	keep, err := m.keep()
	if err != nil {
		return 0, fmt.Errorf("how long notes are kept: %w", err)
	}
	rows, err := m.store.Notes()
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if now.Sub(r.Saved) < keep {
			continue
		}
		if e := m.store.EraseNote(r.Contact, r.Agent); e != nil {
			err = errors.Join(err, e)
			continue
		}
		n++
		err = errors.Join(err, m.journal(queue.Entry{Kind: queue.NoteErased, Contact: r.Contact, Agent: r.Agent, By: string(queue.BySystem), Reason: "expired"}))
	}
	return n, err
}

func (m *notes) journal(e queue.Entry) error {
	e.At = time.Now()
	return m.store.Append([]queue.Entry{e})
}
