package queue

import (
	"math"
	"time"

	"github.com/oklog/ulid/v2"

	"sahut/configs"
)

// This file is a contact that goes out: from the number she typed until the far
// end answers. What follows is a talk like any other.
//
//	summoning ── her phone is picked up ──► dialling ── Connected ──► talking
//	    │                                      │ Ringing, Established
//	    └── not picked up, HungUp, 2 min ──────┴──► over: unreached

// onDialled checks all there is to check before anything rings anywhere.
func (s *state) onDialled(ev Dialled) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	number, code := s.dialable(a, ev.Number)
	if code == "" && !s.mayDialNow(a) {
		code = DialNotNow
	}
	if code != "" {
		s.record(Entry{Kind: CallRefused, Agent: a.id, Reason: string(code), Channel: Voice, Direction: DirectionOut, Number: number.String()})
		s.notify(a, Notice{Code: code})
		s.show(a)
		return
	}
	s.place(a, number)
}

// mayDialNow: only who has nothing in hand and a device that works. Drained,
// nothing new begins.
func (s *state) mayDialNow(a *agent) bool {
	return !s.draining && (a.state == Ready || a.state == Paused) && a.reachable() && s.home(a) != nil
}

// home is the line whose rules hold for a's outgoing contacts: her first.
func (s *state) home(a *agent) *line {
	switch {
	case len(a.lines) > 0:
		return a.lines[0]
	case len(s.lines) > 0:
		return s.lines[0]
	}
	return nil
}

// place begins a contact with number for a.
func (s *state) place(a *agent, number Caller) {
	s.lastSeq++
	c := &contact{
		id: s.newID(), channel: Voice, caller: number, out: true, language: s.languageOf(s.home(a)),
		arrived: s.now, entered: s.now, accepted: s.now, class: ClassNormal, seq: s.lastSeq, line: s.home(a), agent: a,
	}
	s.contacts[c.id] = c
	s.tally.dialled++
	s.record(Entry{Kind: CallDialled, Contact: c.id, Agent: a.id, Queue: c.line.id, Channel: c.channel, Direction: DirectionOut, Number: number.String()})
	s.charge(c, a.id, number)
	if a.state == Paused { // and there she shall be again
		a.next, a.nextReason = Paused, a.reason
	}
	a.contact = c
	s.become(a, Talking, "")
	if a.device != DeviceBrowser {
		s.enter(c, summoning)
		s.summon(a, c)
		s.arm(&c.limit, summonWithin, func() {
			s.unsummon(a)
			s.finish(c, BySystem, CauseNoAnswer)
		})
		return
	}
	s.dialOut(c)
}

// dialOut calls the number; her device is on the line.
func (s *state) dialOut(c *contact) {
	s.enter(c, dialling)
	s.order(Dial{Contact: c.id, Agent: c.agent.id, Number: c.caller})
	s.arm(&c.limit, dialWithin, func() { s.end(c, BySystem, CauseNoAnswer) })
	s.show(c.agent)
}

// newID names a contact that begins here. It depends on time and seed only, so
// a replay names it alike.
func (s *state) newID() ContactID {
	return ContactID(ulid.MustNew(ulid.Timestamp(s.now), s.entropy).String())
}

// languageOf is the language of the first number that leads to l.
func (s *state) languageOf(l *line) string {
	if l != nil && s.languages[l.id] != "" {
		return s.languages[l.id]
	}
	return "id"
}

func (s *state) onRinging(ev Ringing) {
	c := s.contacts[ev.Contact]
	if c != nil && c.phase == dialling && !c.rings {
		c.rings = true
		s.show(c.agent)
	}
}

// answered: the far end of an outgoing contact picked up. From here on it costs.
func (s *state) answered(c *contact) {
	if c.phase != dialling || c.answered {
		return
	}
	c.answered = true
	c.ringMS = ms(s.now.Sub(c.arrived))
	c.due.answered = s.now
	s.record(Entry{Kind: CallEstablished, Contact: c.id})
	s.arm(&c.limit, connectWithin, func() { s.end(c, BySystem, CauseSilence) })
	s.show(c.agent)
}

// stage is how far an outgoing contact is that was not answered yet.
func (c *contact) stage() string {
	switch {
	case c.phase != dialling && c.phase != summoning, c.answered:
		return ""
	case c.rings:
		return StageRinging
	}
	return StageDialling
}

// dialable brings what a typed into the form that is dialled, or says why it
// is not: no number, nothing she may call, or a limit that is reached.
func (s *state) dialable(a *agent, typed string) (number Caller, code NoticeCode) {
	e164, err := configs.E164(typed, s.country)
	if err != nil {
		return Caller{}, DialInvalid
	}
	number = NewCaller(e164)
	switch {
	case !a.mayDial || !s.outgoing.Allows(e164):
		return number, DialNotAllowed
	case s.unsafe(e164) != "":
		return number, s.unsafe(e164)
	case s.charges >= s.outgoing.MaxAtOnce:
		return number, DialBusy
	case s.ledger.dials(a.id, s.now) >= s.outgoing.MaxPerHour:
		return number, DialLimit
	case s.outgoing.MaxCostPerDay > 0 && s.outgoing.PerMinute(e164) > 0 && s.spent() >= s.outgoing.MaxCostPerDay:
		return number, DialLimit
	}
	return number, ""
}

// charge is an outgoing leg and what it costs.
type charge struct {
	perMinute float64
	answered  time.Time // zero: not yet
}

// charge begins an outgoing leg of c, that an agent asked for.
func (s *state) charge(c *contact, by AgentID, number Caller) {
	c.due = &charge{perMinute: s.outgoing.PerMinute(number.Reveal())}
	s.charges++
	s.ledger.dialled(by, s.now)
}

// discharge ends it and returns what it cost.
func (s *state) discharge(c *contact) float64 {
	if c.due == nil {
		return 0
	}
	cost := c.due.cost(s.now)
	c.due = nil
	c.cutoff.disarm()
	s.charges--
	s.ledger.spend(cost, s.now)
	return cost
}

// putAside ends an outgoing leg of c that goes on without it; what it cost is
// booked with her end.
func (s *state) putAside(c *contact) {
	if c.due != nil {
		c.extra += c.due.cost(s.now)
		c.due = nil
		c.cutoff.disarm()
		s.charges--
	}
}

// settleExtra books what the thirds of c cost, at her end as the journal does.
func (s *state) settleExtra(c *contact) float64 {
	if c.extra > 0 {
		s.ledger.spend(c.extra, s.now)
	}
	return c.extra
}

// cost counts every minute begun, as carriers do.
func (d *charge) cost(now time.Time) float64 {
	if d.answered.IsZero() || d.perMinute == 0 {
		return 0
	}
	minutes := max(1, math.Ceil(now.Sub(d.answered).Minutes()))
	return math.Round(minutes*d.perMinute*1e4) / 1e4
}

// spent is what today's calls cost so far, running ones included.
func (s *state) spent() float64 {
	sum := s.ledger.spentOn(s.now)
	for _, c := range s.contacts {
		if c.due != nil {
			sum += c.due.cost(s.now)
		}
		if c.third != nil && c.third.due != nil {
			sum += c.third.due.cost(s.now)
		}
		sum += c.extra
	}
	return sum
}

// limitTalk ends c after max_minutes. Somebody who waits for another agent by
// then is not cut off, but a minute later if she talks.
func (s *state) limitTalk(c *contact) {
	if c.due == nil || c.cutoff.armed() {
		return
	}
	var cut func()
	cut = func() {
		switch {
		case c.phase == ending:
		case c.phase.inLine():
			s.arm(&c.cutoff, time.Minute, cut)
		default:
			s.end(c, BySystem, CauseDuration)
		}
	}
	s.arm(&c.cutoff, time.Duration(s.outgoing.MaxMinutes)*time.Minute, cut)
}
