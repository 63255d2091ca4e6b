package queue

import (
	"slices"
	"time"
)

// This file is who else is with a contact, beside her agent: the third she is to
// be given to or who helps, and supervisors. A guest is rung, is brought into
// the contact's room, and leaves; whatever it does, the contact stays with her
// agent. consult.go says what a third is for, supervise.go what a supervisor may.

// GuestID names somebody who is with a contact beside her agent, unique within
// a run of the desk. While her device rings it is the offer's number, too.
type GuestID uint64

// Role is what somebody beside the agent is to a contact.
type Role string

// The roles. The journal has a third as colleague or number: entry.go.
const (
	RoleThird      Role = "third"      // a volunteer or a number that was consulted
	RoleSupervisor Role = "supervisor" // what is heard of her depends on her mode
)

// Mode is how far a supervisor takes part. She hears everybody in each of them.
type Mode string

// The modes, from the least to the most.
const (
	ModeListen   Mode = "listen"    // nothing of her is heard: her sound has no way in
	ModeWhisper  Mode = "whisper"   // the volunteer alone hears her
	ModeBarge    Mode = "barge"     // everybody hears her
	ModeTakeOver Mode = "take_over" // she is the volunteer now
)

// Guest is somebody whom a channel brings into a contact's room: an agent by
// her device, or a number that is called as the helpline. Mode is a supervisor's.
type Guest struct {
	ID     GuestID
	Role   Role
	Mode   Mode
	Agent  AgentID // empty: Number
	Number Caller
}

// stage is how far a guest is.
type guestStage int8

const (
	summoned guestStage = iota // her device rings for it
	joining                    // Bring ordered
	present                    // in the room
)

// guest is one of them, from the wish to its end.
type guest struct {
	id      GuestID
	contact *contact
	role    Role
	agent   *agent // nil: number
	number  Caller
	target  string // as the journal has it
	stage   guestStage
	limit   token // of ringing and joining
	asked   time.Time
	since   time.Time // present since then
	ringMS  int64

	// A third; see consult.go.
	merged bool             // the contact has heard it
	line   *line            // whose next volunteer is looked for
	tried  map[AgentID]bool // of that line
	due    *charge          // of the call to a number
	cutoff token            // the longest such a call may last

	// A supervisor; see supervise.go and sos.go.
	mode  Mode
	sos   bool // she was summoned
	takes bool // she takes over as soon as she is there
}

// newGuest makes one; it is nowhere yet.
func (s *state) newGuest(c *contact, role Role) *guest {
	s.lastOffer++
	return &guest{id: GuestID(s.lastOffer), contact: c, role: role, asked: s.now}
}

// guestOf finds one by its number.
func (s *state) guestOf(id ContactID, n GuestID) *guest {
	c := s.contacts[id]
	if c == nil {
		return nil
	}
	if c.third != nil && c.third.id == n {
		return c.third
	}
	if i := slices.IndexFunc(c.watchers, func(p *guest) bool { return p.id == n }); i >= 0 {
		return c.watchers[i]
	}
	return nil
}

// rings tells whether a's device rings for her as the offer o.
func (a *agent) rings(o OfferID) bool {
	return a.guest != nil && a.guest.stage == summoned && OfferID(a.guest.id) == o
}

// callIn has p's agent come: her device rings, or, called by her own click in
// the browser she talks by, she is brought in at once.
func (s *state) callIn(p *guest, a *agent, at bool) {
	p.agent = a
	a.guest = p
	a.muted = false
	if at && a.device == DeviceBrowser {
		s.bring(p)
		return
	}
	p.stage = summoned
	s.become(a, Offered, "")
	s.ring(a, OfferID(p.id), p.contact)
	s.arm(&p.limit, p.contact.line.set.RingFor.D(), func() { s.guestGone(p, "timeout") })
}

// bring orders p's leg into the room.
func (s *state) bring(p *guest) {
	p.stage, p.ringMS = joining, ms(s.now.Sub(p.asked))
	who := Guest{ID: p.id, Role: p.role, Mode: p.mode, Number: p.number}
	if p.agent != nil {
		who.Agent = p.agent.id
		s.become(p.agent, Assisting, "")
	}
	s.order(Bring{Contact: p.contact.id, Guest: who})
	s.limitJoining(p)
	s.showRoom(p.contact)
}

// limitJoining is how long it may take until p is there: longer while the agent is
// away, for nobody is heard who is alone.
func (s *state) limitJoining(p *guest) {
	within := connectWithin
	if p.agent == nil {
		within = forwardWithin
	}
	if p.contact.phase == parked {
		within += reconnectWithin
	}
	s.arm(&p.limit, within, func() { s.guestGone(p, "timeout") })
}

// onGuestJoined: she is heard, or hears.
func (s *state) onGuestJoined(ev GuestJoined) {
	p := s.guestOf(ev.Contact, ev.Guest)
	if p == nil || p.stage != joining {
		return
	}
	c := p.contact
	p.limit.disarm()
	p.stage, p.since = present, s.now
	s.record(Entry{Kind: RoomJoined, Contact: c.id, Agent: p.agentID(), Queue: c.line.id, Reason: p.journalRole(), Target: p.target})
	if p.due != nil {
		p.due.answered = s.now
		s.limitGuest(p)
	}
	if p.agent != nil && p.agent.muted {
		s.order(MuteGuest{Contact: c.id, Guest: p.id, On: true})
	}
	s.showRoom(c)
	if p.role == RoleSupervisor {
		s.watching(p)
	}
}

func (s *state) onGuestLeft(ev GuestLeft) {
	if p := s.guestOf(ev.Contact, ev.Guest); p != nil {
		s.guestGone(p, string(ev.Cause))
	}
}

// guestGone: she did not come, or is gone. The contact is with her agent as
// before.
func (s *state) guestGone(p *guest, why string) {
	if p.role == RoleSupervisor {
		s.watchOver(p, why)
		return
	}
	s.thirdGone(p, why)
}

// guestAnswered: she picked up for p.
func (s *state) guestAnswered(a *agent) {
	a.misses = 0
	s.bring(a.guest)
}

// guestRefused: her device rang for p, and she did not come.
func (s *state) guestRefused(a *agent, why string) { s.guestGone(a.guest, why) }

// leaveRoom is Hang up of somebody beside the agent.
func (s *state) leaveRoom(a *agent, contact ContactID) {
	switch p := a.guest; {
	case p.contact.id != contact:
	case p.stage == summoned:
		s.guestGone(p, "declined")
	default:
		s.guestGone(p, "left")
	}
}

// unseat takes p out of everything. What becomes of p's agent is the caller's to
// say; the journal has what p cost with the contact's end.
func (s *state) unseat(p *guest, why string) {
	c := p.contact
	p.limit.disarm()
	p.cutoff.disarm()
	if p.stage == present {
		s.record(Entry{Kind: RoomLeft, Contact: c.id, Agent: p.agentID(), Queue: c.line.id, Reason: p.journalRole(), Target: p.target, Result: why, MS: ms(s.now.Sub(p.since))})
	}
	if p.due != nil {
		c.extra += p.due.cost(s.now)
		s.charges--
		p.due = nil
	}
	if c.third == p {
		c.third = nil
	}
	c.watchers = slices.DeleteFunc(c.watchers, func(o *guest) bool { return o == p })
	s.showRoom(c)
}

// dismissGuest is unseat for one who goes: her leg leaves the room, and she what
// she did for the contact.
func (s *state) dismissGuest(p *guest, why string) {
	stage := p.stage
	s.unseat(p, why)
	if stage != summoned {
		s.order(Dismiss{Contact: p.contact.id, Guest: p.id})
	}
	a := p.agent
	if a == nil {
		return
	}
	a.guest, a.muted = nil, false
	s.show(a)
	switch {
	case stage == summoned:
		s.hush(a, OfferID(p.id))
		a.lost = Notice{Code: OfferWithdrawn, Contact: p.contact.id, Offer: OfferID(p.id)}
		if why == "timeout" {
			a.lost.Code = OfferMissed
			s.notify(a, a.lost)
			s.missed(a)
			return
		}
		if why == "declined" {
			a.misses = 0
		} else {
			s.notify(a, a.lost)
		}
	case a.device != DeviceBrowser:
		s.partings = append(s.partings, Release{a.id})
	}
	s.spare(a)
}

// clearRoom ends whatever is beside the agent when her talk is over.
func (s *state) clearRoom(c *contact, why string) {
	if p := c.third; p != nil {
		s.endThird(p, why)
	}
	for _, p := range slices.Clone(c.watchers) {
		s.watchOver(p, "talk_over")
	}
	s.sosOver(c, "talk_over")
}

// limitGuest ends the call to a number after max_minutes; the contact goes on
// with her agent.
func (s *state) limitGuest(p *guest) {
	s.arm(&p.cutoff, time.Duration(s.outgoing.MaxMinutes)*time.Minute, func() { s.guestGone(p, string(CauseDuration)) })
}

// cutOffGuest is what a lost path, device or screen means for somebody beside
// the agent.
func (s *state) cutOffGuest(a *agent) { s.guestGone(a.guest, "agent_lost") }

// showRoom brings what changed in c's room to everybody in it.
func (s *state) showRoom(c *contact) {
	if c.agent != nil {
		s.show(c.agent)
	}
	s.showGuests(c)
	s.floorChanged()
}

// showGuests brings it to all but her agent.
func (s *state) showGuests(c *contact) {
	for _, p := range c.guests() {
		if p.agent != nil {
			s.show(p.agent)
		}
	}
}

// guests are all beside her agent.
func (c *contact) guests() []*guest {
	all := slices.Clone(c.watchers)
	if c.third != nil {
		all = append(all, c.third)
	}
	return all
}

func (p *guest) agentID() AgentID {
	if p.agent == nil {
		return ""
	}
	return p.agent.id
}

// journalRole is what the journal calls p.
func (p *guest) journalRole() string {
	switch {
	case p.role == RoleSupervisor:
		return string(RoleSupervisor)
	case p.agent == nil:
		return "number"
	}
	return "colleague"
}

// muteGuest keeps a's sound from the room she is in, or gives it back.
func (s *state) muteGuest(a *agent, on bool) {
	if a.muted == on {
		return
	}
	a.muted = on
	if p := a.guest; p.stage == present {
		s.order(MuteGuest{Contact: p.contact.id, Guest: p.id, On: on})
	}
	s.show(a)
}
