package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/store"
)

// messages fits the store to those who take messages and those who hear them.
type messages struct {
	store   *store.Store
	log     *slog.Logger
	onSound func() // for tests: some of a message is taken
}

// told is a message whose progress a test hears of.
type told struct {
	sip.Message
	of *messages
}

func (t told) Write(pcm []byte) (int, error) {
	n, err := t.Message.Write(pcm)
	if t.of.onSound != nil {
		t.of.onSound()
	}
	return n, err
}

// leastMended is how long the rest of a message that a crash cut off must be.
const leastMended = 2 * time.Second

// Begin implements [sip.Messages].
func (m *messages) Begin(id queue.ContactID, o queue.MessageOrder) (sip.Message, error) {
	now := time.Now()
	r, err := m.store.BeginMessage(store.Message{ID: id, At: now, Since: now, Queue: o.Queue, Number: o.Caller, State: store.MessageOpen})
	if err != nil {
		return nil, err
	}
	return told{r, m}, nil
}

// mend takes in what a crash cut off.
func (m *messages) mend() error {
	mended, err := m.store.MendMessages(leastMended)
	if err != nil {
		return fmt.Errorf("take in the messages of the last run: %w", err)
	}
	for _, row := range mended {
		m.log.Warn("a message was being spoken when the last run ended; what there is of it is kept", "contact", row.ID, "ms", row.Millis)
	}
	return nil
}

// List implements [agentui.Messages].
func (m *messages) List() ([]agentui.Message, error) {
	rows, err := m.store.Messages()
	list := make([]agentui.Message, 0, len(rows))
	for _, r := range rows {
		list = append(list, agentui.Message(r))
	}
	return list, err
}

// Sound implements [agentui.Messages]. That somebody listens is kept first.
func (m *messages) Sound(id queue.ContactID, by string) (io.ReadCloser, int64, error) {
	sound, size, err := m.store.OpenMessage(id)
	if err != nil {
		return nil, 0, known(err)
	}
	if err := m.note(queue.Entry{Kind: queue.MessageHeard, Contact: id, By: by}); err != nil {
		return nil, 0, errors.Join(err, sound.Close())
	}
	return sound, size, nil
}

// Change implements [agentui.Messages].
func (m *messages) Change(id queue.ContactID, state, by string) (agentui.Message, error) {
	row, err := m.store.ChangeMessage(id, func(r *store.Message) error {
		r.State, r.By, r.Since = state, by, time.Now()
		return nil
	})
	return agentui.Message(row), known(err)
}

// Erase implements [agentui.Messages].
func (m *messages) Erase(id queue.ContactID, by string) error {
	if err := m.store.EraseMessage(id); err != nil {
		return known(err)
	}
	return m.note(queue.Entry{Kind: queue.MessageErased, Contact: id, By: by})
}

// eraseInTime has expire look every hour, and at once.
func (m *messages) eraseInTime(ctx context.Context) {
	look := time.NewTicker(time.Hour)
	defer look.Stop()
	for {
		if n, err := m.expire(time.Now()); err != nil {
			m.log.Error("messages that were kept for long enough could not be erased", "error", err)
		} else if n > 0 {
			m.log.Info("messages erased: they were kept for long enough", "messages", n)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// expire erases what was kept for long enough, and returns how many.
func (m *messages) expire(now time.Time) (n int, err error) {
	routing, _, err := m.store.Routing()
	if err != nil {
		return 0, err
	}
	keep := routing.Messages.Keep.D()
	if keep <= 0 {
		keep = configs.NewRouting().Messages.Keep.D()
	}
	rows, err := m.store.Messages()
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if now.Sub(r.At) < keep {
			continue
		}
		if e := m.store.EraseMessage(r.ID); e != nil {
			err = errors.Join(err, e)
			continue
		}
		n++
		err = errors.Join(err, m.note(queue.Entry{Kind: queue.MessageErased, Contact: r.ID, By: string(queue.BySystem), Reason: "expired"}))
	}
	return n, err
}

func (m *messages) note(e queue.Entry) error {
	e.At = time.Now()
	return m.store.Append([]queue.Entry{e})
}
