package media

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// ErrRoomFull is returned by Join when two legs are in the room already: a
// third needs mixing, which this room does not do.
var ErrRoomFull = errors.New("the room is full: it joins two legs; let one leave first")

// maxMembers is how many legs a room forwards between without mixing.
const maxMembers = 2

// Room is the legs that hear each other in one contact. Two legs are joined by
// packet forwarding: what receives for one leg writes straight into the
// other's Sender. The room itself is touched only when somebody comes, goes or
// is muted.
type Room struct {
	mu      sync.Mutex // guards what follows; never held while a packet passes
	closed  bool
	members []*member
	first   map[Leg]func()
}

// member is one leg in a room.
type member struct {
	leg   Leg
	muted atomic.Bool
	// route is where the leg's packets go now; nil while it is alone.
	route *Route
}

// NewRoom returns an empty room.
func (e *Engine) NewRoom() *Room { return &Room{first: make(map[Leg]func())} }

// Join lets the leg hear the others and be heard. What the conductor plays to
// a leg goes on until the first packet of another leg reaches it. Joining
// twice is joining once.
func (r *Room) Join(leg Leg) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("the room is closed: make a new one")
	}
	if r.member(leg) != nil {
		return nil
	}
	if len(r.members) == maxMembers {
		return ErrRoomFull
	}
	r.members = append(r.members, &member{leg: leg})
	r.connect()
	return nil
}

// Leave takes the leg out. Nothing it sent is forwarded any more, and the
// conductor may play to both sides again.
func (r *Room) Leave(leg Leg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.members, func(m *member) bool { return m.leg == leg })
	if i < 0 {
		delete(r.first, leg)
		return
	}
	r.disconnect()
	r.members = slices.Delete(r.members, i, i+1)
	delete(r.first, leg)
	r.connect()
}

// Mute replaces the leg's sound by silence for the others; keys still pass.
func (r *Room) Mute(leg Leg, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.member(leg); m != nil {
		m.muted.Store(on)
	}
}

// OnFirst has f called once, when the first packet of from after it joined is
// forwarded to another leg; at once if that has happened already. f runs on a
// media goroutine and must not block, nor call the room.
func (r *Room) OnFirst(from Leg, f func()) {
	r.mu.Lock()
	m := r.member(from)
	if m == nil || m.route == nil {
		r.first[from] = f
		r.mu.Unlock()
		return
	}
	route := m.route
	r.mu.Unlock()
	route.onFirst(f)
}

// Close takes everybody out.
func (r *Room) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.disconnect()
	r.members, r.closed = nil, true
	clear(r.first)
}

func (r *Room) member(leg Leg) *member {
	for _, m := range r.members {
		if m.leg == leg {
			return m
		}
	}
	return nil
}

// connect gives every leg its way to the other, if there is one.
func (r *Room) connect() {
	if len(r.members) != maxMembers {
		return
	}
	for i, m := range r.members {
		m.route = newRoute(r.members[1-i].leg.Sender(), &m.muted)
		if f := r.first[m.leg]; f != nil {
			m.route.onFirst(f)
			delete(r.first, m.leg)
		}
		m.leg.SetRoute(m.route)
	}
}

// disconnect takes the ways away. The order matters: a packet on its way
// through an old route finds its source released.
func (r *Room) disconnect() {
	for _, m := range r.members {
		if m.route == nil {
			continue
		}
		m.leg.SetRoute(nil)
		m.route.to.Release(m.route.source)
		if f := m.route.first.Swap(nil); f != nil {
			r.first[m.leg] = *f // still to come, when there is somebody to hear it
		}
		m.route = nil
	}
}
