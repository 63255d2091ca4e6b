package sip

import (
	"errors"
	"slices"

	"sahut/media"
	"sahut/queue"
)

// This file is who else is with a contact and her agent: a volunteer or a number
// that was consulted, supervisors. The desk says who comes and who hears whom;
// the room does it. A contact on hold is in no room at all, so that nobody there
// can be heard by her by mistake.

// guestOnLine is somebody the desk had brought.
type guestOnLine struct {
	queue.Guest
	number *onwardCall // the call to Number; nil: an agent
	seated bool        // she is with the others
}

// guestHeard: a colleague's first packet was passed on.
type guestHeard struct{ id queue.GuestID }

func (k *contact) guestLeft(id queue.GuestID, cause queue.Cause) {
	k.post(queue.GuestLeft{Contact: k.id, Guest: id, Cause: cause})
}

// bring has somebody come: a number is called first.
func (k *contact) bring(g queue.Guest) {
	if k.sound == nil || k.closing || k.agent.id == "" {
		k.guestLeft(g.ID, "peer")
		return
	}
	one := &guestOnLine{Guest: g}
	if k.guests == nil {
		k.guests = map[queue.GuestID]*guestOnLine{}
	}
	k.guests[g.ID] = one
	if g.Agent != "" {
		k.seat(one, func() { k.inbox.put(guestHeard{g.ID}) })
		return
	}
	if one.number = k.callOnward(g.Number); one.number == nil {
		delete(k.guests, g.ID)
		k.guestLeft(g.ID, queue.CauseNoTrunk)
		return
	}
	k.log.Info("a number is called for a contact and her volunteer", "to", g.Number)
}

// seat lets her hear and be heard as far as she may. Who listens says nothing:
// she is there when she hears.
func (k *contact) seat(one *guestOnLine, heard func()) {
	leg := guestSound{agent: one.Agent, role: one.Role, mode: one.Mode}
	if one.number != nil {
		leg.call = one.number.call.sound
	}
	if one.Role == queue.RoleSupervisor || one.number != nil {
		heard = nil
	}
	if err := k.sound.bring(one.ID, leg, k.agent.id, heard); err != nil {
		k.log.Warn("somebody could not be brought to a contact and her volunteer", "agent", one.Agent, "error", err)
		k.drop(one.ID)
		k.guestLeft(one.ID, "peer")
		return
	}
	k.quietAgent()
	one.seated = true
	if heard == nil {
		k.post(queue.GuestJoined{Contact: k.id, Guest: one.ID})
	}
}

// reseat lets the agent, who has a new leg, and those who are with her hear each
// other again.
func (k *contact) reseat() {
	if k.sound == nil || k.closing || k.agent.id == "" || len(k.guests) == 0 {
		return
	}
	if err := k.sound.reseat(k.agent.id); err != nil {
		k.log.Warn("a volunteer could not be led back to who is with her", "agent", k.agent.id, "error", err)
		for id := range k.guests {
			k.drop(id)
			k.guestLeft(id, "peer")
		}
		return
	}
	k.server.calls.tellDevice(k.agent.id, talksWith{k.id})
	k.quietAgent()
}

// quietAgent keeps a muted agent so in a room made anew.
func (k *contact) quietAgent() {
	if k.agent.muted {
		k.sound.mute(true)
	}
}

func (k *contact) gotGuest(m guestHeard) {
	if k.guests[m.id] != nil {
		k.post(queue.GuestJoined{Contact: k.id, Guest: m.id})
	}
}

// guestBy finds the guest whose number a call of ours calls.
func (k *contact) guestBy(o *onwardCall) *guestOnLine {
	for _, one := range k.guests {
		if one.number == o {
			return one
		}
	}
	return nil
}

func (k *contact) setMode(id queue.GuestID, m queue.Mode) {
	if one := k.guests[id]; one != nil {
		one.Mode = m
		k.sound.setMode(id, m)
	}
}

func (k *contact) muteGuest(id queue.GuestID, on bool) {
	if k.guests[id] != nil {
		k.sound.muteGuest(id, on)
	}
}

// drop takes her out, and hangs up a number.
func (k *contact) drop(id queue.GuestID) {
	one := k.guests[id]
	if one == nil {
		return
	}
	delete(k.guests, id)
	if k.sound != nil {
		k.sound.dismiss(id)
	}
	if one.number != nil {
		one.number.inbox.put(hangUpOnward{queue.CauseNormal})
	}
}

// dropAll: the contact is gone.
func (k *contact) dropAll() {
	for id := range k.guests {
		k.drop(id)
	}
}

// promote puts a guest in the agent's place.
func (k *contact) promote(id queue.GuestID, agent queue.AgentID) {
	one := k.guests[id]
	if one == nil || k.sound == nil || k.closing {
		k.post(queue.ConnectFailed{Contact: k.id, Agent: agent, Stage: "peer"})
		return
	}
	delete(k.guests, id)
	k.clock.stop(alarmConnect)
	k.agent = agentOnLine{id: agent, try: k.agent.try + 1}
	try := k.agent.try
	var first func()
	if one.number == nil {
		first = func() { k.inbox.put(agentHeard{try}) }
	} else {
		k.onward = one.number
	}
	if err := k.sound.promote(id, first); err != nil {
		k.log.Warn("a contact could not be given to who was with her", "agent", agent, "error", err)
		k.leaveOnward(false)
		k.connectFailed("peer")
		return
	}
	if one.number != nil {
		k.post(queue.Connected{Contact: k.id})
		return
	}
	k.server.calls.tellDevice(agent, talksWith{k.id})
	k.clock.set(alarmConnect, k.server.calls.patience.connect)
}

// guestSound is what a guest speaks and hears by, and what she is.
type guestSound struct {
	agent queue.AgentID
	call  sound // of a number
	role  queue.Role
	mode  queue.Mode
}

// seatOf is a guest in a stage's room.
type seatOf struct {
	id    queue.GuestID
	leg   media.Leg
	role  media.Role
	mode  media.Mode
	muted bool
}

// mediaModes are the desk's words in those of the room. Taking over is leaving
// the seat: see promote.
var mediaModes = map[queue.Mode]media.Mode{
	queue.ModeListen: media.ModeListen, queue.ModeWhisper: media.ModeWhisper, queue.ModeBarge: media.ModeBarge,
}

func (s *stage) bring(id queue.GuestID, g guestSound, agent queue.AgentID, first func()) error {
	seat := &seatOf{id: id, role: media.RoleGuest}
	if g.role == queue.RoleSupervisor {
		seat.role, seat.mode = media.RoleSupervisor, mediaModes[g.mode]
	}
	if g.call != nil {
		o, ok := g.call.(*stage)
		if !ok {
			return errNoPeer
		}
		seat.leg = o.leg
	} else {
		leg, err := s.hall.legOf(g.agent)
		if err != nil {
			return err
		}
		seat.leg = leg
	}
	if s.room == nil { // the contact is on hold: the others meet without her
		s.room = s.hall.engine.NewRoom()
		if err := s.reseat(agent); err != nil && !errors.Is(err, errNoPeer) { // she is away for a moment: see reseat
			s.part()
			return err
		}
	}
	if first != nil {
		s.room.OnFirst(seat.leg, first)
	}
	s.seats = append(s.seats, seat)
	return s.sit(seat)
}

// reseat puts the leg the agent has now where the one she lost was.
func (s *stage) reseat(agent queue.AgentID) error {
	leg, err := s.hall.legOf(agent)
	if err != nil || s.room == nil || leg == s.peer {
		return err
	}
	if s.peer != nil {
		s.room.Leave(s.peer)
	}
	s.peer = leg
	return s.room.JoinAs(leg, media.RoleAgent)
}

// sit takes a guest into the room there is.
func (s *stage) sit(g *seatOf) error {
	if err := s.room.JoinAs(g.leg, g.role); err != nil {
		return err
	}
	if g.role == media.RoleSupervisor {
		if err := s.room.SetMode(g.leg, g.mode); err != nil {
			return err
		}
	}
	s.room.Mute(g.leg, g.muted)
	return nil
}

func (s *stage) seatAt(id queue.GuestID) *seatOf {
	if i := slices.IndexFunc(s.seats, func(g *seatOf) bool { return g.id == id }); i >= 0 {
		return s.seats[i]
	}
	return nil
}

func (s *stage) setMode(id queue.GuestID, m queue.Mode) {
	if g := s.seatAt(id); g != nil {
		g.mode = mediaModes[m]
		if s.room != nil {
			_ = s.room.SetMode(g.leg, g.mode) // she is in it, as a supervisor
		}
	}
}

func (s *stage) muteGuest(id queue.GuestID, on bool) {
	if g := s.seatAt(id); g != nil {
		g.muted = on
		if s.room != nil {
			s.room.Mute(g.leg, on)
		}
	}
}

func (s *stage) dismiss(id queue.GuestID) {
	g := s.seatAt(id)
	if g == nil {
		return
	}
	s.seats = slices.DeleteFunc(s.seats, func(o *seatOf) bool { return o == g })
	if s.room == nil {
		return
	}
	s.room.Leave(g.leg)
	if s.out && len(s.seats) == 0 { // the agent is alone; Resume joins the two anew
		s.part()
	}
}

// stepOut takes the contact from the others, who go on. With nobody but the
// agent there it is part.
func (s *stage) stepOut() {
	if s.room == nil || len(s.seats) == 0 {
		s.part()
		s.out = true
		return
	}
	s.room.Leave(s.leg)
	s.out = true
}

// stepIn ends stepOut, if the others are still together.
func (s *stage) stepIn() (bool, error) {
	s.out = false
	if s.room == nil {
		return false, nil
	}
	return true, s.room.JoinAs(s.leg, media.RoleCaller)
}

func (s *stage) promote(id queue.GuestID, first func()) error {
	g := s.seatAt(id)
	if g == nil {
		return errNoPeer
	}
	s.seats = slices.DeleteFunc(s.seats, func(o *seatOf) bool { return o == g })
	s.hush()
	if s.room == nil { // words were being said to her
		return s.join(g.leg, first)
	}
	if s.peer != nil {
		s.room.Leave(s.peer)
		if p, ok := s.peer.(tonePlayer); ok {
			p.Silence()
		}
	}
	s.room.Leave(g.leg)
	s.peer, s.out = g.leg, false
	if first != nil {
		s.room.OnFirst(g.leg, first)
	}
	if err := s.room.JoinAs(s.leg, media.RoleCaller); err != nil {
		return err
	}
	if err := s.room.JoinAs(g.leg, media.RoleAgent); err != nil {
		return err
	}
	s.room.Mute(g.leg, g.muted)
	return nil
}
