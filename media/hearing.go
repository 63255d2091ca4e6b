package media

import "fmt"

// Role is what a leg is in its room. It decides who hears whom.
type Role uint8

// The roles. Everybody hears everybody who is not a supervisor; what is heard
// of a supervisor depends on her mode.
const (
	RoleGuest      Role = iota // an interpreter, a service; also a leg that joined without a role
	RoleCaller                 // the person the room is for
	RoleAgent                  // the volunteer who talks with her
	RoleSupervisor             // listens; see Mode
)

// String returns the role's name.
func (r Role) String() string {
	return [...]string{"guest", "caller", "agent", "supervisor"}[r]
}

// Mode is how far a supervisor takes part. She hears everybody in each of them.
type Mode uint8

// The modes, from the least to the most.
const (
	// ModeListen takes nothing from her: her packets have no way into the room,
	// so that no microphone left open can be heard.
	ModeListen Mode = iota
	// ModeWhisper lets the agents hear her, and nobody else.
	ModeWhisper
	// ModeBarge lets everybody hear her.
	ModeBarge
	// ModeTakeOver makes her the agent; those who were leave the room.
	ModeTakeOver
)

// String returns the mode's name.
func (m Mode) String() string {
	return [...]string{"listen", "whisper", "barge", "take over"}[m]
}

// part is what hearing depends on, of one leg.
type part struct {
	role Role
	mode Mode // of a supervisor
	held bool
}

// speaks tells whether the leg's packets have any business in the room.
func (p part) speaks() bool { return p.role != RoleSupervisor || p.mode != ModeListen }

// heardBy is the hearing matrix: whether another leg hears this one.
func (p part) heardBy(to part) bool {
	switch {
	case p.held || to.held || !p.speaks():
		return false
	case p.role == RoleSupervisor && p.mode == ModeWhisper:
		return to.role == RoleAgent
	}
	return true
}

// reaches tells whether one member hears the keys of another, and her sound when
// she is not muted. Nobody hears herself.
func reaches(from, to *member) bool { return from != to && from.heardBy(to.part) }

// Hears tells whether what from says is heard by to now. It is the truth that a
// page may show: what is told here is what the sound does.
func (r *Room) Hears(from, to Leg) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, t := r.member(from), r.member(to)
	return f != nil && t != nil && reaches(f, t) && !f.muted.Load()
}

// SetMode changes how far a supervisor takes part. ModeTakeOver takes the
// agents out as Leave does; closing or parking their legs is the caller's.
func (r *Room) SetMode(supervisor Leg, mode Mode) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.member(supervisor)
	switch {
	case mode > ModeTakeOver:
		return fmt.Errorf("there is no supervisor's mode %d", mode)
	case m == nil:
		return ErrNotInRoom
	case m.role != RoleSupervisor:
		return fmt.Errorf("only a supervisor's leg has a mode, this one joined as %s", m.role)
	}
	m.mode = mode
	if mode == ModeTakeOver {
		for _, o := range r.members {
			if o.role == RoleAgent {
				o.leaving = true
			}
		}
		m.role = RoleAgent
	}
	r.arrange()
	return nil
}
