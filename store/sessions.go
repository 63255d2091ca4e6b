package store

import (
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Session is a signed-in browser. It is kept under the SHA-256 of its cookie,
// so the file holds nothing anyone could sign in with.
type Session struct {
	User     string
	Created  time.Time
	Expires  time.Time // absolute
	LastSeen time.Time
	Locked   bool // until she gives her password again
}

// PutSession keeps a session, new or changed. Those that expired are forgotten
// on the way.
func (s *Store) PutSession(hash [32]byte, session Session) error {
	return s.update(func(tx *txn) error {
		b := tx.Bucket(bucketSession)
		if b.Get(hash[:]) == nil {
			now := time.Now()
			if err := deleteSessions(tx.Tx, func(old Session) bool { return old.Expires.Before(now) }); err != nil {
				return err
			}
		}
		return putJSON(b, hash[:], session)
	})
}

// Session returns the session under hash, or ErrNotFound. Whether it is still
// valid is the caller's judgement.
func (s *Store) Session(hash [32]byte) (session Session, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucketSession).Get(hash[:])
		if v == nil {
			return fmt.Errorf("session: %w", ErrNotFound)
		}
		return json.Unmarshal(v, &session)
	})
	return session, err
}

// DeleteSession forgets a session; one that is not there is fine.
func (s *Store) DeleteSession(hash [32]byte) error {
	return s.update(func(tx *txn) error { return tx.Bucket(bucketSession).Delete(hash[:]) })
}

// DeleteSessionsOf forgets all sessions of a user.
func (s *Store) DeleteSessionsOf(user string) error {
	return s.update(func(tx *txn) error { return deleteSessionsOf(tx.Tx, user) })
}

func deleteSessionsOf(tx *bolt.Tx, user string) error {
	return deleteSessions(tx, func(s Session) bool { return s.User == user })
}

// deleteSessions forgets those which says so, and those nobody can read. There
// are as many as browsers, so going through all of them is cheap.
func deleteSessions(tx *bolt.Tx, which func(Session) bool) error {
	b := tx.Bucket(bucketSession)
	var gone [][]byte
	err := b.ForEach(func(k, v []byte) error {
		var s Session
		if json.Unmarshal(v, &s) != nil || which(s) {
			gone = append(gone, append([]byte(nil), k...))
		}
		return nil
	})
	for _, k := range gone {
		if err == nil {
			err = b.Delete(k)
		}
	}
	return err
}
