package media

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Reasons why a room refuses.
var (
	ErrRoomFull  = errors.New("the room is full: it joins sixteen legs; let one leave first")
	ErrNotInRoom = errors.New("the leg is not in the room: join it first")
)

const (
	maxForwarded = 2  // legs that are joined without mixing
	maxMembers   = 16 // legs that are joined at all
)

// Room is the legs that hear each other in one contact. Two legs are joined by
// packet forwarding: what receives for one leg writes straight into the other's
// Sender. From the third on a mixer sits between them, until two are left. The
// room itself is touched only when somebody comes, goes or changes.
type Room struct {
	conductor *conductor

	mu      sync.Mutex // guards what follows; never held while a packet passes
	closed  bool
	members []*member
	first   map[Leg]func()
	mixer   *mixer // nil: packets are forwarded
	fading  *mixer // the mixer that was, until the packets forwarded take over
}

// member is one leg in a room.
type member struct {
	leg Leg
	part
	leaving bool
	muted   atomic.Bool
	// route is where the leg's packets go now; nil while nobody is to hear them.
	route *Route
}

// NewRoom returns an empty room.
func (e *Engine) NewRoom() *Room {
	return &Room{conductor: e.conductor, first: make(map[Leg]func())}
}

// Join lets the leg hear the others and be heard. What the conductor plays to
// a leg goes on until the first packet of another leg reaches it. Joining
// twice is joining once.
func (r *Room) Join(leg Leg) error { return r.JoinAs(leg, RoleGuest) }

// JoinAs is Join in a role. A supervisor begins in ModeListen.
func (r *Room) JoinAs(leg Leg, role Role) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errors.New("the room is closed: make a new one")
	case r.member(leg) != nil:
		return nil
	case len(r.members) == maxMembers:
		return ErrRoomFull
	}
	r.members = append(r.members, &member{leg: leg, part: part{role: role}})
	r.arrange()
	return nil
}

// Leave takes the leg out. Nothing it sent is heard any more, and the conductor
// may play to it again.
func (r *Room) Leave(leg Leg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.member(leg); m != nil {
		m.leaving = true
		r.arrange()
	}
	delete(r.first, leg)
}

// Mute replaces the leg's sound by silence for the others; keys still pass.
func (r *Room) Mute(leg Leg, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.member(leg); m != nil && m.muted.Swap(on) != on && r.mixer != nil {
		r.arrange()
	}
}

// Hold takes the leg out of the others' hearing, and them out of hers, while
// they go on: she hears the music instead (nil: silence).
func (r *Room) Hold(leg Leg, music *Prompt) error { return r.hold(leg, true, music) }

// Resume ends Hold.
func (r *Room) Resume(leg Leg) error { return r.hold(leg, false, nil) }

func (r *Room) hold(leg Leg, on bool, music *Prompt) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.member(leg)
	if m == nil {
		return ErrNotInRoom
	}
	if !on && !m.held {
		return nil
	}
	m.held = on
	r.arrange()
	if p, ok := leg.(interface{ Play(Playlist) }); ok { // after arrange: nobody else speaks to her now
		p.Play(Playlist{Loop: music})
	}
	return nil
}

// OnFirst has f called once, when the first packet of from after it joined is
// taken for another leg; at once if that has happened already. f runs on a
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
	for _, m := range r.members {
		m.leaving = true
	}
	r.arrange()
	r.settle()
	r.closed = true
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

// arrange brings every leg's way in line with who is in the room and may be
// heard by whom. Whatever changes calls it.
func (r *Room) arrange() {
	r.settle()
	for _, m := range r.members {
		if m.leaving {
			r.drop(m)
			delete(r.first, m.leg)
		}
	}
	r.members = slices.DeleteFunc(r.members, func(m *member) bool { return m.leaving })
	if len(r.members) > maxForwarded {
		r.mix()
		return
	}
	r.forward()
}

// forward gives every leg its way to the other, if there is one who hears it.
// The ways that end go first, so that a packet on its way through an old one
// finds its source released.
func (r *Room) forward() {
	var to [maxForwarded]*Sender
	for i, m := range r.members {
		if j := 1 - i; len(r.members) == 2 && reaches(m, r.members[j]) {
			to[i] = r.members[j].leg.Sender()
		}
		if m.route != nil && m.route.to != to[i] {
			r.drop(m)
		}
	}
	if r.mixer != nil { // she who left fades; the others do when a packet takes over
		r.mixer.arrange(r.members)
		r.mixer.fade()
		r.mixer, r.fading = nil, r.mixer
	}
	for i, m := range r.members {
		if to[i] != nil && m.route == nil {
			r.route(m, newRoute(to[i], &m.muted))
		}
	}
}

// mix has every leg's packets go to the mixer. A leg that was forwarded until
// now goes on there where it was, without a break.
func (r *Room) mix() {
	begins := r.mixer == nil
	if begins {
		r.mixer = newMixer()
	}
	for _, m := range r.members {
		switch {
		case !m.speaks():
			r.drop(m)
		case m.route == nil:
			r.route(m, mixRoute(newInflow()))
		case m.route.mix == nil:
			in := newInflow()
			in.prime(m.route.to.lastOf(m.route.source))
			r.route(m, mixRoute(in))
		}
	}
	r.mixer.arrange(r.members)
	if begins {
		r.conductor.attachSoon(r.mixer)
	}
}

// settle ends the mixer that was.
func (r *Room) settle() {
	if r.fading != nil {
		r.fading.stop()
		r.conductor.detach(r.fading)
		r.fading = nil
	}
}

// route gives the leg its way. What waited for its first packet goes on waiting.
func (r *Room) route(m *member, to *Route) {
	if old := m.route; old != nil {
		to.heard.Store(old.heard.Load())
		if f := old.first.Swap(nil); f != nil {
			to.onFirst(*f)
		}
	}
	if f := r.first[m.leg]; f != nil {
		to.onFirst(f)
		delete(r.first, m.leg)
	}
	m.route = to
	m.leg.SetRoute(to)
}

// drop takes the leg's way away. The order matters: a packet on its way through
// it finds its source released.
func (r *Room) drop(m *member) {
	if m.route == nil {
		return
	}
	m.leg.SetRoute(nil)
	if m.route.to != nil {
		m.route.to.Release(m.route.source)
	}
	if f := m.route.first.Swap(nil); f != nil {
		r.first[m.leg] = *f // still to come, when there is somebody to hear it
	}
	m.route = nil
}
