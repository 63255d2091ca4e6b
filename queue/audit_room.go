package queue

import (
	"maps"
	"slices"
	"time"
)

// auditRoom is who is with a contact beside her agent, by the journal.
type auditRoom struct {
	guests map[AgentID]Entry // room.joined that is open; a number has no agent
	watch  map[AgentID]Entry // supervise.started that is open
	sos    *Entry
}

func (a *Audit) roomEntry(e Entry, c *auditCall) {
	if c.guests == nil {
		c.guests, c.watch = map[AgentID]Entry{}, map[AgentID]Entry{}
	}
	switch e.Kind {
	case RoomJoined:
		a.roomJoined(e, c)
	case RoomLeft:
		if _, here := c.guests[e.Agent]; !here {
			a.broken(e, "one room", "room.left without room.joined")
		}
		a.roomLeft(e.Agent, c)
	case RoomMerged:
		if c.given == nil || len(c.guests) == 0 {
			a.broken(e, "one room", "room.merged with nobody")
		}
	case SuperviseBegan:
		if _, open := c.watch[e.Agent]; open || c.agent == "" || c.agent == e.Agent {
			a.broken(e, "open supervision", "supervise.started while %s talks, open %v", c.agent, open)
		}
		c.watch[e.Agent] = e
	case SuperviseMode, SuperviseOver:
		if _, open := c.watch[e.Agent]; !open {
			a.broken(e, "open supervision", "%s without supervise.started", e.Kind)
		}
		if e.Kind == SuperviseOver {
			delete(c.watch, e.Agent)
		}
	case SosRaised:
		if c.sos != nil || c.agent != e.Agent {
			a.broken(e, "one SOS", "sos.raised while %s talks, open %v", c.agent, c.sos != nil)
		}
		c.sos = &e
	case SosCalled, SosAnswered, SosOver:
		if c.sos == nil {
			a.broken(e, "one SOS", "%s without sos.raised", e.Kind)
		}
		if e.Kind == SosOver {
			c.sos = nil
		}
	}
}

func (a *Audit) roomJoined(e Entry, c *auditCall) {
	g := a.agent(e.Agent)
	if _, here := c.guests[e.Agent]; here || c.agent == "" {
		a.broken(e, "one room", "room.joined while %q talks, here %v", c.agent, here)
	}
	if e.Agent != "" && (g.room != "" || g.talk != "") {
		a.broken(e, "one room", "%s is in the room of %q and talks in %q", e.Agent, g.room, g.talk)
	}
	if e.Reason != string(RoleSupervisor) {
		for _, other := range c.guests {
			if other.Reason != string(RoleSupervisor) {
				a.broken(e, "one room", "a third while %s is one", other.Target)
			}
		}
	} else if _, open := c.watch[e.Agent]; !open {
		a.broken(e, "open supervision", "a supervisor joined without supervise.started")
	}
	c.guests[e.Agent] = e
	if e.Agent != "" {
		g.room = e.Contact
	}
}

func (a *Audit) roomLeft(id AgentID, c *auditCall) {
	delete(c.guests, id)
	if id != "" {
		a.agent(id).room = ""
	}
}

// emptyRoom forgets what a crash left open.
func (a *Audit) emptyRoom(c *auditCall) {
	for _, id := range slices.Sorted(maps.Keys(c.guests)) {
		a.roomLeft(id, c)
	}
	clear(c.watch)
	c.sos = nil
}

// openRoom says what of the room a contact must not end with.
func (c *auditCall) openRoom() string {
	switch {
	case len(c.guests) > 0:
		return "somebody in the room"
	case len(c.watch) > 0:
		return "supervision"
	case c.sos != nil:
		return "an SOS"
	}
	return ""
}

// closing ends what is open of a room, as a store mends a journal.
func (c *auditCall) closing(id ContactID, at time.Time) (out []Entry) {
	for _, who := range slices.Sorted(maps.Keys(c.guests)) {
		e := c.guests[who]
		out = append(out, Entry{At: at, Kind: RoomLeft, Contact: id, Agent: who, Queue: e.Queue, Reason: e.Reason, Target: e.Target, Result: "crash", MS: ms(at.Sub(e.At))})
	}
	for _, who := range slices.Sorted(maps.Keys(c.watch)) {
		e := c.watch[who]
		out = append(out, Entry{At: at, Kind: SuperviseOver, Contact: id, Agent: who, Queue: e.Queue, Reason: "crash", MS: ms(at.Sub(e.At))})
	}
	if e := c.sos; e != nil {
		out = append(out, Entry{At: at, Kind: SosOver, Contact: id, Agent: e.Agent, Queue: e.Queue, Reason: "crash", MS: ms(at.Sub(e.At))})
	}
	return out
}
