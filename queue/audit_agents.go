package queue

import "time"

// The laws about volunteers: their offers, talks, states and shifts.

type auditOffer struct {
	contact ContactID
	agent   AgentID
	queue   QueueID
	made    time.Time
}

type auditAgent struct {
	state   AgentState
	since   time.Time
	began   time.Time
	seconds time.Duration
	onShift bool
	offer   OfferID
	talk    ContactID
	latest  ContactID // she talked with
	debrief bool      // she asked for one
	room    ContactID // of somebody else's talk
}

func (a *Audit) talkStarted(e Entry, c *auditCall) {
	g := a.agent(e.Agent)
	if c.agent != "" {
		a.broken(e, "one talk", "talk.started while talking with %s", c.agent)
	}
	if g.talk != "" {
		a.broken(e, "one talk", "%s already talks in %s", e.Agent, g.talk)
	}
	if g.room != "" {
		a.broken(e, "one room", "%s starts to talk while in the room of %s", e.Agent, g.room)
	}
	if c.waits {
		a.broken(e, "one place", "talk.started while still in %s", c.queue)
	}
	c.agent, c.started, c.place, c.asked = e.Agent, e.At, 0, false
	g.talk, g.latest = e.Contact, e.Contact
}

// debrief: it is taken back or held only while she has asked for it.
func (a *Audit) debrief(e Entry) {
	g := a.agent(e.Agent)
	on, _ := e.OpenDebrief()
	if g.debrief == on {
		a.broken(e, "one debrief", "%s %s, but she had%s asked", e.Kind, e.Result, map[bool]string{false: " not"}[g.debrief])
	}
	g.debrief = on
}

// talkSafety: the answer is noted in the talk or while its agent writes about
// it, which may be after the end of the call.
func (a *Audit) talkSafety(e Entry) {
	if a.agent(e.Agent).latest != e.Contact {
		a.broken(e, "one talk", "%s by who did not talk with her last", e.Kind)
	}
	if !TalkSafe(e.Result).Known() {
		a.broken(e, "one answer", "%q is no answer", e.Result)
	}
}

func (a *Audit) endTalk(c *auditCall) {
	if c.agent != "" {
		a.agent(c.agent).talk = ""
	}
	c.agent = ""
}

func (a *Audit) offerMade(e Entry, c *auditCall, b *auditBack) {
	g := a.agent(e.Agent)
	if _, open := a.offers[e.Offer]; open {
		a.broken(e, "one end of an offer", "offer %d made twice", e.Offer)
		return
	}
	if g.offer != 0 {
		a.broken(e, "one offer an agent", "offer %d while %d is open", e.Offer, g.offer)
	}
	if !c.waits {
		a.broken(e, "one place", "offer %d for a caller who does not wait", e.Offer)
	}
	a.offers[e.Offer] = auditOffer{contact: e.Contact, agent: e.Agent, queue: e.Queue, made: e.At}
	c.offers++
	if b != nil {
		b.offers++
	}
	g.offer = e.Offer
}

func (a *Audit) offerEnded(e Entry) {
	o, open := a.offers[e.Offer]
	if !open || o.contact != e.Contact || o.agent != e.Agent {
		a.broken(e, "one end of an offer", "offer %d ended without being open", e.Offer)
		return
	}
	a.dropOffer(e.Offer, o)
}

func (a *Audit) dropOffer(id OfferID, o auditOffer) {
	delete(a.offers, id)
	a.agent(o.agent).offer = 0
	if b := a.backs[o.contact]; b != nil {
		b.offers--
	} else if c := a.calls[o.contact]; c != nil {
		c.offers--
	}
}

func (a *Audit) agent(id AgentID) *auditAgent {
	g := a.agents[id]
	if g == nil {
		g = &auditAgent{state: Offline}
		a.agents[id] = g
	}
	return g
}

func (a *Audit) agentEntry(e Entry) {
	g := a.agent(e.Agent)
	switch e.Kind {
	case ShiftBegan:
		if g.onShift {
			a.broken(e, "whole shifts", "shift.started within a shift")
		}
		g.onShift, g.began, g.since, g.seconds = true, e.At, e.At, 0
	case MediaProof:
		if !g.onShift {
			a.broken(e, "whole shifts", "media.proof outside a shift")
		}
	case StateChanged:
		if !g.onShift {
			a.broken(e, "whole shifts", "agent.state outside a shift")
		}
		if e.From != g.state {
			a.broken(e, "one state", "from %s, but she was %s", e.From, g.state)
		}
		g.seconds += e.At.Sub(g.since)
		g.state, g.since = e.To, e.At
	case ShiftOver:
		if !g.onShift || g.state != Offline {
			a.broken(e, "whole shifts", "shift.ended while %s", g.state)
		}
		if shift := e.At.Sub(g.began); g.onShift && g.seconds != shift {
			a.broken(e, "whole shifts", "states sum to %v of a shift of %v", g.seconds, shift)
		}
		g.onShift = false
	}
}
