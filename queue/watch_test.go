package queue

import "fmt"

// watch looks at what s cannot know of itself: a phone rings only for an open
// offer, a leg stays up only for a contact in hand, nobody hears silence, and
// the limits of outgoing calls are what a restart would make of the journal.
func (tr *trial) watch(ev Event, did []Effect) error {
	tr.follow(ev, did)
	for id, o := range tr.rings {
		a := tr.s.agents[id]
		if a == nil || a.summons != o && (a.offer == nil || a.offer.id != o) && !a.rings(o) {
			return fmt.Errorf("the phone of %s rings for offer %d, which is over", id, o)
		}
	}
	for id := range tr.legs {
		if a := tr.s.agents[id]; a == nil || a.contact == nil && (a.guest == nil || a.guest.stage == summoned) {
			return fmt.Errorf("the phone of %s is off the hook for nobody", id)
		}
	}
	for id, c := range tr.s.contacts {
		switch c.phase {
		case waiting, connecting, parked, forwarding:
			if tr.hears[id] != "music" {
				return fmt.Errorf("contact %s is %s and hears %q", id, c.phase, tr.hears[id])
			}
		case talking:
			if c.agent.held != (tr.hears[id] == "music") {
				return fmt.Errorf("contact %s is held %v and hears %q", id, c.agent.held, tr.hears[id])
			}
		}
	}
	for id := range tr.s.agents {
		if a, b := tr.s.ledger.dials(id, tr.now), tr.books.dials(id, tr.now); a != b {
			return fmt.Errorf("%s dialled %d times, by the journal %d", id, a, b)
		}
	}
	if a, b := tr.s.ledger.spentOn(tr.now), tr.books.spentOn(tr.now); a != b {
		return fmt.Errorf("today cost %v, by the journal %v", a, b)
	}
	return nil
}

// follow keeps what phones and ears do.
func (tr *trial) follow(ev Event, did []Effect) {
	picked := func(a AgentID, o OfferID, up bool) {
		if tr.rings[a] == o && o != 0 {
			delete(tr.rings, a)
			if up {
				tr.legs[a] = true
			}
		}
	}
	switch ev := ev.(type) {
	case Accepted:
		if !ev.Page {
			picked(ev.Agent, ev.Offer, true)
		}
	case Declined:
		picked(ev.Agent, ev.Offer, false)
	case RingFailed:
		picked(ev.Agent, ev.Offer, false)
	case PathLost:
		if a := tr.s.agents[ev.Agent]; a != nil && a.device == ev.Device {
			delete(tr.legs, ev.Agent)
		}
	case Connected:
		if c := tr.s.contacts[ev.Contact]; c != nil && (c.phase == talking || c.phase == outside) && (c.agent == nil || !c.agent.held) {
			tr.hears[ev.Contact] = "a human"
		}
	}
	for _, e := range did {
		switch e := e.(type) {
		case Answer:
			tr.hears[e.Contact] = "music"
		case Wait:
			tr.hears[e.Contact] = "music"
		case Hold:
			tr.hears[e.Contact] = "music"
		case Promote:
			tr.hears[e.Contact] = "music"
		case Resume:
			tr.hears[e.Contact] = "a human"
		case Ring:
			tr.rings[e.Agent] = e.Offer
		case StopRinging:
			if tr.rings[e.Agent] == e.Offer {
				delete(tr.rings, e.Agent)
			}
		case Release:
			delete(tr.rings, e.Agent)
			delete(tr.legs, e.Agent)
		}
	}
}
