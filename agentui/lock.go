package agentui

import (
	"errors"
	"net/http"
	"time"

	"sahut/queue"
)

// A volunteer who leaves her desk locks her page, or it locks itself; the call
// she has goes on behind it. The lock is the session's, kept with it: a reload, a
// second tab or a restart of the server does not open it, only her password does.
// Behind the lock the server says no more than there is to do: that it rings, how
// long she talks; and it takes no more than Answer, Hang up and SOS.

// Unlocking is her password.
type Unlocking struct {
	Password string `json:"password"`
}

var sessionLocked = &Problem{Status: http.StatusLocked, Code: "session_locked", Detail: "This page is locked. Open the volunteer page and unlock it with your password."}

// Locked tells a page that its session was locked or unlocked.
type Locked struct {
	Head
	On bool `json:"on"`
}

// postLock locks the session; that it is locked already is fine.
func (s *Server) postLock(w http.ResponseWriter, r *request) error {
	if err := s.setLock(r, true); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// postUnlock opens it with the password, which is guessed as slowly as at the
// sign-in.
func (s *Server) postUnlock(w http.ResponseWriter, r *request) error {
	var u Unlocking
	if err := readJSON(w, r, &u); err != nil {
		return err
	}
	_, err := s.checkPassword(r, r.user.Name, u.Password)
	var wait tooMany
	switch {
	case errors.Is(err, ErrBadPassword):
		return &Problem{Status: http.StatusForbidden, Code: "wrong_password", Detail: "That is not your password."}
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", wait.seconds())
		return &Problem{Status: http.StatusTooManyRequests, Code: "too_many", Args: []string{wait.seconds()}, Detail: "Too many attempts. Try again in " + wait.seconds() + " seconds."}
	case err != nil:
		return err
	}
	if err := s.setLock(r, false); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) setLock(r *request, on bool) error {
	if err := s.sessions.lock(r.hash, on); err != nil {
		return err
	}
	s.log.Info("session lock", "user", r.user.Name, "on", on)
	s.screens.tell(func(x *session) bool { return x.hash == r.hash }, lockIs{on})
	return nil
}

// lock locks or unlocks a session.
func (s *sessions) lock(hash [32]byte, on bool) error {
	return s.change(hash, func(x *Session) bool { x.Locked = on; return true })
}

// unlocked tells whether a stream of this session may go on: it is alive and not
// locked.
func (s *sessions) unlocked(hash [32]byte, now time.Time) bool {
	session, _, err := s.find(hash, now)
	return !errors.Is(err, ErrNotFound) && !session.Locked
}

// lookLock learns whether the sign-in is locked, for a page that begins. What
// cannot be read may be locked.
func (x *session) lookLock(now time.Time) {
	session, _, err := x.server.sessions.find(x.hash, now)
	x.locked = session.Locked || err != nil && session.User == ""
}

// onLock covers the page, or shows it all again.
func (x *session) onLock(on bool) {
	if x.locked == on {
		return
	}
	x.locked = on
	if x.phase != live {
		return // welcome tells it
	}
	x.say(Locked{Head{"locked"}, on})
	view, _ := x.server.desk.View(x.agent)
	x.show(view)
	if a := x.server.screens.announced(); a != nil && !on {
		x.onAnnounced(a)
	}
}

// behindLock tells whether a locked page may ask for m.
func behindLock(m any) bool {
	switch m.(type) {
	case *Accept, *HangUp, *Sos, *MediaOffer, *Check, *CheckPassed, *PageStats:
		return true
	}
	return false
}

// covered is what a locked page is told of v: what rings and runs, and nothing
// of whom, where or what was noted.
func covered(v queue.AgentView) queue.AgentView {
	c := queue.AgentView{State: v.State, Since: v.Since, Until: v.Until, Device: v.Device, Queues: []queue.QueueView{}}
	if v.State == queue.MediaFault {
		c.Reason = v.Reason // the page mends its sound by it
	}
	if o := v.Offer; o != nil {
		c.Offer = &queue.OfferView{ID: o.ID, Contact: o.Contact, Waiting: o.Waiting, Expires: o.Expires}
	}
	if t := v.Call; t != nil {
		c.Call = &queue.CallView{
			Contact: t.Contact, Connecting: t.Connecting, Started: t.Started, Held: t.Held, Muted: t.Muted, Direction: t.Direction, Stage: t.Stage,
			Listening: t.Listening, Role: t.Role, Mode: t.Mode,
		}
		if t.Sos != nil {
			c.Call.Sos = &queue.SosView{Contact: t.Contact, Raised: t.Sos.Raised, Called: []string{}, Answered: t.Sos.Answered}
		}
	}
	if w := v.WrapUp; w != nil {
		c.WrapUp = &queue.WrapUpView{Contact: w.Contact, Until: w.Until, EndedBy: w.EndedBy}
	}
	return c
}
