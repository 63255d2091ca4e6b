package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/queue"
)

// What volunteers write down about a contact. The text is sealed for its contact
// and its author, so no row can stand in another's place; beside it stands only
// when it was written, so that it is erased in time even where the key is gone.

// Note is what one volunteer wrote about one contact.
type Note struct {
	Contact queue.ContactID
	Agent   queue.AgentID
	Saved   time.Time
	Text    string
}

// noteStep is what lengths are rounded up to: the size of a row does not tell
// how much there was to say.
const noteStep = 256

// noteKey is the contact and the author. Neither may hold the byte between them.
func noteKey(id queue.ContactID, agent queue.AgentID) []byte {
	return []byte(string(id) + "\x00" + string(agent))
}

func notePurpose(key []byte) string { return "note " + string(key) }

// PutNote keeps n in place of what its author wrote about the contact before.
func (s *Store) PutNote(n Note) error {
	key := noteKey(n.Contact, n.Agent)
	if bytes.Count(key, []byte{0}) != 1 {
		return errors.New("keep a note: the name of its contact or author cannot be one")
	}
	plain, err := json.Marshal(n.Text)
	if err != nil {
		return fmt.Errorf("keep a note: %w", err)
	}
	if over := len(plain) % noteStep; over > 0 {
		plain = append(plain, bytes.Repeat([]byte{' '}, noteStep-over)...)
	}
	sealed, err := s.Seal(notePurpose(key), plain)
	if err != nil {
		return fmt.Errorf("keep a note: %w", err)
	}
	return s.update(func(tx *txn) error {
		return tx.Bucket(bucketNote).Put(key, append(number(uint64(n.Saved.UnixMilli())), sealed...))
	})
}

// Note returns what agent wrote about a contact, or ErrNotFound.
func (s *Store) Note(id queue.ContactID, agent queue.AgentID) (n Note, err error) {
	key := noteKey(id, agent)
	var row []byte
	err = s.view(func(tx *bolt.Tx) error {
		row = bytes.Clone(tx.Bucket(bucketNote).Get(key))
		return nil
	})
	switch {
	case err != nil:
		return n, err
	case row == nil:
		return n, fmt.Errorf("note on %s: %w", id, ErrNotFound)
	}
	return s.openNote(key, row)
}

func (s *Store) openNote(key, row []byte) (n Note, err error) {
	if n, err = readNote(key, row); err != nil {
		return n, err
	}
	plain, err := s.Open(notePurpose(key), row[8:])
	if err == nil {
		err = json.Unmarshal(plain, &n.Text)
	}
	if err != nil {
		return n, fmt.Errorf("note on %s: %w", n.Contact, err)
	}
	return n, nil
}

// readNote reads what is known of a row without the key.
func readNote(key, row []byte) (n Note, err error) {
	contact, agent, ok := strings.Cut(string(key), "\x00")
	if !ok || len(row) < 8 {
		return n, fmt.Errorf("note on %s cannot be read: it is no row of ours", contact)
	}
	return Note{Contact: queue.ContactID(contact), Agent: queue.AgentID(agent), Saved: time.UnixMilli(int64(fromNumber(row[:8])))}, nil
}

// NotesOf returns all that was written about a contact, by author.
func (s *Store) NotesOf(id queue.ContactID) (all []Note, err error) {
	rows := map[string][]byte{}
	err = s.view(func(tx *bolt.Tx) error {
		clear(rows)
		c := tx.Bucket(bucketNote).Cursor()
		prefix := noteKey(id, "")
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			rows[string(k)] = bytes.Clone(v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for k, v := range rows {
		n, err := s.openNote([]byte(k), v)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b Note) int { return strings.Compare(string(a.Agent), string(b.Agent)) })
	return all, nil
}

// Notes lists who wrote about which contact and when, without the texts, the
// latest first.
func (s *Store) Notes() (all []Note, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		all = nil
		return tx.Bucket(bucketNote).ForEach(func(k, v []byte) error {
			n, err := readNote(k, v)
			all = append(all, n)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b Note) int { return b.Saved.Compare(a.Saved) })
	return all, err
}

// EraseNote erases what agent wrote about a contact; what is gone is fine.
func (s *Store) EraseNote(id queue.ContactID, agent queue.AgentID) error {
	return s.update(func(tx *txn) error { return tx.Bucket(bucketNote).Delete(noteKey(id, agent)) })
}
