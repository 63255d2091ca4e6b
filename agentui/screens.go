package agentui

import (
	"maps"
	"sync"

	"sahut/queue"
)

// screens knows which page is an agent's live one. Show and Notify come from
// the desk and only drop letters into that page's mailbox.
//
// Its lock also orders SessionOpened and SessionLost: an old page's end must
// not be told after a new page's beginning. That is why it posts to the desk
// under the lock; Post never blocks.
type screens struct {
	desk Desk

	mu       sync.Mutex // guards what follows
	sessions map[*session]struct{}
	live     map[queue.AgentID]*session
	shown    map[queue.AgentID]queue.AgentState // the latest, while not offline
	paths    map[queue.AgentID]PathState        // as last told, while not lost
	quality  map[queue.AgentID]PathQuality      // as last told, while on shift
	epoch    uint64
	draining bool
	notice   *Announcement // to all; nil: there is none
}

func newScreens(d Desk) *screens {
	return &screens{
		desk: d, sessions: map[*session]struct{}{}, live: map[queue.AgentID]*session{},
		shown: map[queue.AgentID]queue.AgentState{}, paths: map[queue.AgentID]PathState{}, quality: map[queue.AgentID]PathQuality{},
	}
}

// show passes a view on. It says whether the shift just ended with nobody
// watching, so that the caller must close the path; a live session does so
// itself, in order with what its page asks for.
func (h *screens) show(agent queue.AgentID, view queue.AgentView) (hangUp bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, onShift := h.shown[agent]
	if view.State == queue.Offline {
		delete(h.shown, agent)
		delete(h.quality, agent)
	} else {
		h.shown[agent] = view.State
	}
	if x := h.live[agent]; x != nil {
		x.mail.view(view)
		return false
	}
	return onShift && view.State == queue.Offline
}

func (h *screens) notify(agent queue.AgentID, n queue.Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if x := h.live[agent]; x != nil {
		x.mail.notice(n)
	}
}

// join takes a new connection in; it is not live yet.
func (h *screens) join(x *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions[x] = struct{}{}
}

// claim makes x the live page of its agent. If another one is, x gets its
// place only by takeover, and the other is told.
func (h *screens) claim(x *session, takeover bool) (epoch uint64, draining, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old := h.live[x.agent]; old != nil && old != x {
		if !takeover {
			return 0, false, false
		}
		old.mail.letter(replaced{})
	}
	h.live[x.agent] = x
	h.epoch++
	h.desk.Post(queue.SessionOpened{Agent: x.agent})
	return h.epoch, h.draining, true
}

// leave lets x go. If it was live, the desk is told; the answer says whether
// the path is of no use then: signed out, or off shift.
func (h *screens) leave(x *session) (hangUp bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, x)
	if h.live[x.agent] != x {
		return false
	}
	delete(h.live, x.agent)
	if x.signedOut {
		h.desk.Post(queue.ShiftEnded{Agent: x.agent})
	}
	h.desk.Post(queue.SessionLost{Agent: x.agent})
	_, onShift := h.shown[x.agent]
	return x.signedOut || !onShift
}

// invite lets the newest page that waits for the agent's place claim it, if
// the place is free.
func (h *screens) invite(agent queue.AgentID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.live[agent] != nil {
		return
	}
	var next *session
	for y := range h.sessions {
		if y.agent == agent && y.waits.Load() && (next == nil || y.born.After(next.born)) {
			next = y
		}
	}
	if next != nil {
		next.mail.letter(invited{})
	}
}

// signOut ends the connections that which says.
func (h *screens) signOut(which func(*session) bool) { h.tell(which, signedOut{}) }

// tell gives a letter to the connections that which says.
func (h *screens) tell(which func(*session) bool, letter any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for x := range h.sessions {
		if which(x) {
			x.mail.letter(letter)
		}
	}
}

// drain tells every page, and those that come later, that calls end here.
func (h *screens) drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
	for x := range h.sessions {
		x.mail.letter(draining{})
	}
}

// announce shows a text to every page, and to those that come later; nil takes
// it back.
func (h *screens) announce(a *Announcement) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notice = a
	for x := range h.sessions {
		x.mail.letter(announced{a})
	}
}

func (h *screens) announced() *Announcement {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.notice
}

// allPaths are the paths there are.
func (h *screens) allPaths() map[queue.AgentID]PathState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.paths)
}

// sounded keeps how the agent's path was just now.
func (h *screens) sounded(agent queue.AgentID, q PathQuality) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, onShift := h.shown[agent]; onShift {
		h.quality[agent] = q
	}
}

// allQualities are those of who is on shift and has talked.
func (h *screens) allQualities() map[queue.AgentID]PathQuality {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.quality)
}

// path keeps what an agent's path is now and tells her page. The empty state
// is a path we closed ourselves, of which there is nothing to tell.
func (h *screens) path(agent queue.AgentID, state PathState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if state == "" || state == PathLost {
		delete(h.paths, agent)
	} else {
		h.paths[agent] = state
	}
	if x := h.live[agent]; x != nil && state != "" {
		x.mail.letter(pathIs{state})
	}
}

// pathOf is how the agent's path is; lost if there is none.
func (h *screens) pathOf(agent queue.AgentID) PathState {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.paths[agent]; p != "" {
		return p
	}
	return PathLost
}

func (h *screens) count() (live, all int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.live), len(h.sessions)
}

// mailbox holds what others want a session to know. Nothing put into it
// blocks: a new view replaces the old one, the oldest notice goes when there
// are too many, and letters are few by nature.
type mailbox struct {
	wake chan struct{}

	mu      sync.Mutex // guards what follows
	latest  *queue.AgentView
	notices []queue.Notice
	letters []any
}

const maxNotices = 64

// Letters to a session.
type (
	replaced  struct{} // another page is live now
	invited   struct{} // the live page is gone; claim its place
	signedOut struct{}
	lockIs    struct{ on bool }
	draining  struct{}
	pathIs    struct{ state PathState }
	announced struct{ what *Announcement }
	answered  struct { // the phone's reply to a media offer
		sdp string
		err error
	}
	listened struct { // the phone's reply to a check
		result CheckResult
		err    error
	}
	reechoed struct { // the phone's reply to an echo
		result EchoResult
		err    error
	}
	written struct{} // the outbox is empty
)

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

func (m *mailbox) view(v queue.AgentView) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.latest = &v
	m.poke()
}

func (m *mailbox) notice(n queue.Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.notices) == maxNotices {
		m.notices = append(m.notices[:0], m.notices[1:]...)
	}
	m.notices = append(m.notices, n)
	m.poke()
}

func (m *mailbox) letter(l any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, l)
	m.poke()
}

func (m *mailbox) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// takeLetters empties the letters.
func (m *mailbox) takeLetters() []any {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.letters
	m.letters = nil
	return l
}

// takeShown empties view and notices.
func (m *mailbox) takeShown() (*queue.AgentView, []queue.Notice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, n := m.latest, m.notices
	m.latest, m.notices = nil, nil
	return v, n
}
