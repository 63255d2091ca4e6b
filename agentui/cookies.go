package agentui

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// A session's cookie is 256 random bits; only their SHA-256 is kept, so the
// database opens no session. Volunteers' and supervisors' sessions survive a
// restart. An admin's lives in memory only: a stolen database or a restart
// never brings one back.

const touchEvery = time.Minute // how exactly LastSeen is kept

// sessions are the signed-in browsers.
type sessions struct {
	kept     Sessions
	accounts Accounts
	lifetime time.Duration
	idle     time.Duration

	changing sync.Mutex // one change of a session after the other

	mu       sync.Mutex // guards what follows
	inMemory map[[32]byte]Session
	// What ended in this run. A request that was under way when its session
	// ended may still write its LastSeen and so bring the record back; these
	// keep it dead.
	ended      map[[32]byte]time.Time
	endedUsers map[string]time.Time
}

func newSessions(d Directory, lifetime, idle time.Duration) *sessions {
	return &sessions{
		kept: d, accounts: d, lifetime: lifetime, idle: idle,
		inMemory: map[[32]byte]Session{}, ended: map[[32]byte]time.Time{}, endedUsers: map[string]time.Time{},
	}
}

// open makes a session for u and returns its id, the cookie's value.
func (s *sessions) open(u User, now time.Time) (id string, err error) {
	id = randomID()
	session := Session{User: u.Name, Created: now, Expires: now.Add(s.lifetime), LastSeen: now}
	if u.Role == Admin {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.prune(now)
		s.inMemory[hashOf(id)] = session
		return id, nil
	}
	if err := s.kept.PutSession(hashOf(id), session); err != nil {
		return "", fmt.Errorf("keep session: %w", err)
	}
	return id, nil
}

// find returns the session and its user if both are still good, and marks the
// session as seen.
func (s *sessions) find(hash [32]byte, now time.Time) (Session, User, error) {
	s.mu.Lock()
	session, memory := s.inMemory[hash]
	s.mu.Unlock()
	if !memory {
		var err error
		if session, err = s.kept.Session(hash); err != nil {
			return Session{}, User{}, err
		}
	}
	if s.dead(hash, session) || !now.Before(session.Expires) || now.Sub(session.LastSeen) > s.idle {
		return Session{}, User{}, errors.Join(ErrNotFound, s.end(hash, now))
	}
	user, err := s.accounts.User(session.User)
	if err == nil && (user.Disabled || (user.Role == Admin) != memory) {
		err = errors.Join(ErrNotFound, s.end(hash, now))
	}
	if err != nil {
		return Session{}, User{}, err
	}
	return session, user, s.touch(hash, session, now)
}

// alive tells a live connection whether its session still is, and counts the
// connection as a sign of life. Trouble with the disk ends nothing.
func (s *sessions) alive(hash [32]byte, now time.Time) bool {
	_, _, err := s.find(hash, now)
	return !errors.Is(err, ErrNotFound)
}

// prolong lets a session last until then, if it would end before and nobody ended
// it. A failing disk prolongs nothing and ends nothing.
func (s *sessions) prolong(hash [32]byte, until, now time.Time) error {
	return s.change(hash, func(x *Session) bool {
		if !x.Expires.Before(until) {
			return false
		}
		x.Expires, x.LastSeen = until, now
		return true
	})
}

// change has f change a session as it is now; f tells whether there is anything
// to keep. One comes after the other, so that a sign of life never undoes a lock;
// and what ended meanwhile is not brought back.
func (s *sessions) change(hash [32]byte, f func(*Session) bool) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.Lock()
	session, memory := s.inMemory[hash]
	if memory && f(&session) {
		s.inMemory[hash] = session
	}
	s.mu.Unlock()
	if memory {
		return nil
	}
	session, err := s.kept.Session(hash)
	if err != nil || s.dead(hash, session) || !f(&session) {
		return err
	}
	if err := s.kept.PutSession(hash, session); err != nil {
		return fmt.Errorf("change a session: %w", err)
	}
	if s.dead(hash, session) {
		return s.kept.DeleteSession(hash)
	}
	return nil
}

func (s *sessions) dead(hash [32]byte, session Session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ended := s.ended[hash]; ended {
		return true
	}
	at, ended := s.endedUsers[session.User]
	return ended && !session.Created.After(at)
}

// touch marks a session as seen. A full disk must not sign everyone out: the idle
// limit then counts from an older sight of her.
func (s *sessions) touch(hash [32]byte, session Session, now time.Time) error {
	if now.Sub(session.LastSeen) < touchEvery {
		return nil
	}
	_ = s.change(hash, func(x *Session) bool { x.LastSeen = now; return true })
	if s.dead(hash, session) {
		return ErrNotFound
	}
	return nil
}

// end ends one session.
func (s *sessions) end(hash [32]byte, now time.Time) error {
	s.mu.Lock()
	_, memory := s.inMemory[hash]
	delete(s.inMemory, hash)
	s.ended[hash] = now
	s.prune(now)
	s.mu.Unlock()
	if memory {
		return nil
	}
	if err := s.kept.DeleteSession(hash); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// endUser ends all sessions of a user.
func (s *sessions) endUser(name string, now time.Time) error {
	s.mu.Lock()
	s.endedUsers[name] = now
	for hash, session := range s.inMemory {
		if session.User == name {
			delete(s.inMemory, hash)
		}
	}
	s.mu.Unlock()
	if err := s.kept.DeleteSessionsOf(name); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// prune forgets what can no longer come back.
func (s *sessions) prune(now time.Time) {
	for hash, at := range s.ended {
		if now.Sub(at) > s.lifetime {
			delete(s.ended, hash)
		}
	}
	for hash, session := range s.inMemory {
		if now.After(session.Expires) {
			delete(s.inMemory, hash)
		}
	}
}

// The cookie's name carries __Host- where the browser then promises that no
// other host and no plain http can have set it.
func cookieName(secure bool) string {
	if secure {
		return "__Host-sahut"
	}
	return "sahut"
}

func sessionID(r *request) string {
	c, err := r.Cookie(cookieName(r.secure))
	if err != nil || len(c.Value) != 43 {
		return ""
	}
	return c.Value
}

func setCookie(w http.ResponseWriter, r *request, id string) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r.secure), Value: id, Path: "/",
		HttpOnly: true, Secure: r.secure, SameSite: http.SameSiteStrictMode,
	})
}

func dropCookie(w http.ResponseWriter, r *request) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r.secure), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: r.secure, SameSite: http.SameSiteStrictMode,
	})
}

// randomID returns 256 random bits as 43 characters.
func randomID() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashOf(id string) [32]byte { return sha256.Sum256([]byte(id)) }
