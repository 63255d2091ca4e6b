package queue

import (
	"slices"
	"time"
)

// offer is a contact shown to one agent: a lease that ends exactly once, by
// her answer, by her silence, or because somebody or something else was first.
type offer struct {
	id      OfferID
	contact *contact
	agent   *agent
	tier    int // the rank.tier it was made with
	made    time.Time
	lapse   token
	failed  string // why her device could not be rung
}

// pass remembers that an agent had a contact and did not take it.
type pass struct {
	rounds int       // how often; who had it less often goes first
	until  time.Time // after a decline: not before this
	again  token
}

// offerTo rings a for c. c keeps her place.
func (s *state) offerTo(c *contact, r rank) {
	a := r.agent
	s.lastOffer++
	o := &offer{id: s.lastOffer, contact: c, agent: a, tier: r.tier, made: s.now}
	s.offers[o.id] = o
	if len(c.offers) == 0 {
		c.rung, c.rangSince = *c.reach(), s.now
	}
	c.offers = append(c.offers, o)
	a.offer = o
	s.become(a, Offered, "")
	s.record(Entry{Kind: OfferMade, Contact: c.id, Agent: a.id, Queue: c.line.id, Offer: o.id})
	s.ring(a, o.id, c)
	s.arm(&o.lapse, c.line.set.RingFor.D(), func() { s.ringOut(o) })
	if presetOf(c.rung.strategy).grows && !c.grow.armed() {
		s.growLater(c)
	}
}

// endOffer ends the lease; what becomes of agent and contact is the caller's
// to say. Reasons are those of OfferEnded.
func (s *state) endOffer(o *offer, reason string) {
	o.lapse.disarm()
	delete(s.offers, o.id)
	o.contact.offers = slices.DeleteFunc(o.contact.offers, func(p *offer) bool { return p == o })
	o.agent.offer = nil
	if len(o.contact.offers) == 0 {
		o.contact.grow.disarm()
		s.stepOn(o.contact)
	}
	s.tally.offers[reason]++
	s.record(Entry{Kind: OfferEnded, Contact: o.contact.id, Agent: o.agent.id, Queue: o.contact.line.id, Offer: o.id, Reason: reason, Result: o.failed, RingMS: ms(s.now.Sub(o.made))})
	if reason == "accepted" {
		return
	}
	s.explainLater(o.contact)
	s.hush(o.agent, o.id)
	if o.contact.awaits() == o.agent { // from here on she is anybody's
		s.transferOver(o.contact, reason)
	}
}

// withdraw ends all of c's offers and tells each agent why.
func (s *state) withdraw(c *contact, reason string, n Notice) {
	for _, o := range slices.Clone(c.offers) {
		s.endOffer(o, reason)
		n.Offer = o.id
		o.agent.lost = n
		s.notify(o.agent, n)
		s.spare(o.agent)
	}
}

// onAccepted: the first wins, here and nowhere else. A late yes is told what
// happened instead.
func (s *state) onAccepted(ev Accepted) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	if ev.Page && a.device != DeviceBrowser { // nobody can pick up a phone from here
		s.notify(a, Notice{Code: DeviceNotNow, Offer: ev.Offer, Key: string(a.device)})
		s.show(a)
		return
	}
	if a.summons == ev.Offer && ev.Offer != 0 {
		s.summonsAnswered(a)
		return
	}
	if a.rings(ev.Offer) {
		s.guestAnswered(a)
		return
	}
	o := s.offers[ev.Offer]
	if o == nil || o.agent != a {
		s.lateAnswer(a, ev.Offer)
		return
	}
	c := o.contact
	c.ringMS = ms(s.now.Sub(o.made))
	s.endOffer(o, "accepted")
	s.withdraw(c, "rescinded", Notice{Code: AnsweredElsewhere, Contact: c.id, Agent: a.name})
	if c.virtual != nil {
		s.callBack(a, c.virtual)
		return
	}
	a.misses = 0
	a.contact, c.agent = c, a
	a.muted, a.held = false, false
	c.accepted, c.keys = s.now, ""
	s.become(a, Talking, "")
	s.enter(c, connecting)
	s.order(Connect{Contact: c.id, Agent: a.id})
	s.arm(&c.limit, connectWithin, func() { s.connectOverdue(c) })
}

// lateAnswer repeats how the offer ended; the first notice may have crossed
// her click.
func (s *state) lateAnswer(a *agent, id OfferID) {
	n := Notice{Code: OfferWithdrawn, Offer: id}
	if a.lost.Offer == id {
		n = a.lost
	}
	s.notify(a, n)
	s.show(a)
}

// onDeclined: free, but counted, and the others go first now.
func (s *state) onDeclined(ev Declined) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	if a.summons == ev.Offer && ev.Offer != 0 {
		s.summonsFailed(a, "declined")
		return
	}
	if a.rings(ev.Offer) {
		s.guestRefused(a, "declined")
		return
	}
	o := s.offers[ev.Offer]
	if o == nil || o.agent != a {
		s.lateAnswer(a, ev.Offer)
		return
	}
	s.endOffer(o, "declined")
	s.passOver(o.contact, a, declinePause)
	a.misses = 0
	s.spare(a)
	s.afterRing(o.contact)
}

// ringOut: nobody pressed anything. Twice in a row and she is not there.
func (s *state) ringOut(o *offer) {
	a := o.agent
	s.endOffer(o, "timeout")
	s.passOver(o.contact, a, 0)
	a.lost = Notice{Code: OfferMissed, Contact: o.contact.id, Offer: o.id}
	s.notify(a, a.lost)
	s.missed(a)
	s.afterRing(o.contact)
}

// missed counts a ring that a did not answer.
func (s *state) missed(a *agent) {
	if s.writeOn(a) { // nobody expects her at the phone then
		return
	}
	a.misses++
	if a.misses >= missesAllowed && a.member && a.next == "" {
		s.become(a, NotResponding, "")
		return
	}
	s.spare(a)
}

// passOver lets the others have c before a has her again, and a not within
// pause at all. It never shuts a out for good: if she is the only one, she is
// rung again.
func (s *state) passOver(c *contact, a *agent, pause time.Duration) {
	if c.passed == nil {
		c.passed = map[AgentID]*pass{}
	}
	p := c.passed[a.id]
	if p == nil {
		p = &pass{}
		c.passed[a.id] = p
	}
	p.rounds++
	if pause > 0 {
		p.until = s.now.Add(pause)
		s.arm(&p.again, pause, func() {}) // the tick's match does the rest
	}
}

// afterRing: an exit or a rung that became due while it rang is taken when the
// last volunteer had her chance.
func (s *state) afterRing(c *contact) {
	if c.virtual != nil {
		s.settleCallback(c.virtual)
		return
	}
	if c.phase == waiting && c.exitDue != "" && len(c.offers) == 0 {
		s.takeExit(c, c.exitDue)
		return
	}
	if c.phase == waiting && len(c.offers) == 0 {
		s.rungOn(c)
	}
}
