package queue

import (
	"time"

	"sahut/configs"
)

// writing is an agent's wrap-up. Its timer is the desk's, so a closed or
// reloaded page neither ends nor extends it.
type writing struct {
	contact     ContactID
	label       string
	talk        time.Duration
	endedBy     Party
	began       time.Time
	until       time.Time
	extend      time.Duration // 0: she may not
	open        bool          // it ends when she says so
	disposition string        // chosen, and kept whatever ends it

	key  string // the caller's pseudonym
	line *line

	// Of a call-back she promised.
	back     bool
	safe     Safe // what the caller said about it
	caller   Caller
	out      bool
	language string
	dialled  string
	needs    needs
	danger   bool // she had said that she is in danger
	never    []AgentID

	rest   bool // a rest is offered
	abused bool // she ended it because it was abusive

	asksTalk bool // whether she could talk safely is to be noted
	talkSafe talkSafety
}

// writingMost is when even a wrap-up that she ends herself is over: by then she
// has left her desk.
const writingMost = time.Hour

// The ways a wrap-up ends; empty is timedExtendable.
const (
	noWrapUp        = "none"
	timedWrapUp     = "timed"
	wrapUpUntilDone = "until_done"
)

// wrapUp begins after a talk; a queue without it leads straight to what is next.
func (s *state) wrapUp(a *agent, c *contact, talk time.Duration, by Party) {
	a.timer.disarm()
	set := c.line.set
	last, extend, open := set.WrapUp.D(), set.WrapUpExtend.D(), false
	switch set.WrapUpMode {
	case noWrapUp:
		last = 0
	case timedWrapUp:
		extend = 0
	case wrapUpUntilDone:
		last, extend, open = writingMost, 0, true
	}
	w := s.writingAbout(c)
	w.talk, w.endedBy, w.began, w.extend, w.open = talk, by, s.now, extend, open
	c.promised = false // it is hers to keep now
	if last <= 0 {
		s.keepPromise(a, w)
		s.relieve(a, "")
		s.rest(a)
		return
	}
	a.writing = w
	s.become(a, WrapUp, "")
	s.writeUntil(a, s.now.Add(last))
}

// writingAbout is what is known of c for whoever writes about her.
func (s *state) writingAbout(c *contact) *writing {
	return &writing{
		contact: c.id, key: s.keyOf(c), label: c.line.set.Label, line: c.line,
		back: c.promised && !(c.calls != nil && c.calls.other), safe: c.safe, caller: c.caller, out: c.out, language: c.language, dialled: c.dialled,
		needs: c.needs, danger: c.danger, never: c.never,
		asksTalk: s.asksTalk(c), talkSafe: c.toldSafe,
	}
}

// writeUntil sets the end of a's wrap-up.
func (s *state) writeUntil(a *agent, at time.Time) {
	a.writing.until = at
	s.timers.arm(&a.timer, at, func() { s.wrapUpOver(a, "timer") })
	s.show(a)
}

// HeavyContact is the result of wrapup.done when the disposition says that the
// contact was hard to bear.
const HeavyContact = "heavy"

// wrapUpOver keeps the disposition and lets her go on.
func (s *state) wrapUpOver(a *agent, by string) {
	w := a.writing
	a.writing = nil
	a.hard = s.weighs(w)
	weight := ""
	if s.heavy[w.disposition] {
		weight = HeavyContact
	}
	s.record(Entry{Kind: WrapUpDone, Contact: w.contact, Agent: a.id, Reason: w.disposition, Result: weight, By: by})
	if w.disposition == otherPerson {
		w.back = false
		s.forgetConsent(s.person(w.caller, w.out), Entry{Contact: w.contact, Agent: a.id, Queue: w.line.id, Reason: otherPerson})
	}
	if s.incidents[w.disposition] && w.safe == SafeUnknown { // else she answered after it (SC-8)
		s.forgetConsent(s.person(w.caller, w.out), Entry{Contact: w.contact, Agent: a.id, Queue: w.line.id, Reason: newIncident})
	}
	s.keepPromise(a, w)
	s.relieve(a, w.disposition)
	s.rest(a)
}

func (s *state) writingOf(id AgentID, contact ContactID) (*agent, *writing) {
	a := s.agents[id]
	if a == nil || a.writing == nil || a.writing.contact != contact {
		return nil, nil
	}
	return a, a.writing
}

func (s *state) onWrapUpExtended(ev WrapUpExtended) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	if a == nil || w.extend <= 0 {
		return
	}
	s.writeUntil(a, w.until.Add(w.extend))
}

// onDispositionChosen: some contacts take longer to write about than the queue
// gives. What was chosen last is kept even if she does nothing more.
func (s *state) onDispositionChosen(ev DispositionChosen) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	if a == nil || !s.known(a, ev.Contact, ev.Disposition) {
		return
	}
	w.disposition = ev.Disposition
	if least := w.began.Add(s.wrapUps[ev.Disposition]); !w.open && least.After(w.until) {
		s.writeUntil(a, least)
	}
	s.show(a)
}

func (s *state) onWrapUpFinished(ev WrapUpFinished) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	if a == nil || !s.known(a, ev.Contact, ev.Disposition) {
		return
	}
	w.disposition = ev.Disposition
	if why := s.unfinished(w); why != "" {
		s.notify(a, Notice{Code: why, Contact: w.contact})
		s.show(a)
		return
	}
	s.wrapUpOver(a, string(ByAgent))
}

// keepPromise begins the call-back she promised, if she did. While the caller is
// still here, with somebody else or waiting, the promise goes with her.
func (s *state) keepPromise(a *agent, w *writing) {
	c := s.contacts[w.contact]
	switch {
	case !w.back:
	case c != nil && c.phase != ending:
		c.promised, c.safe = true, w.safe
		if c.agent != nil {
			s.show(c.agent)
		}
	default:
		s.promiseCallback(a.id, w)
	}
}

// known refuses a disposition the document does not know: an admin may have
// taken it away since the page was loaded, and she shall choose again.
func (s *state) known(a *agent, c ContactID, disposition string) bool {
	if s.knownDisposition(disposition) {
		return true
	}
	s.notify(a, Notice{Code: UnknownDisposition, Contact: c})
	s.show(a)
	return false
}

func (s *state) knownDisposition(code string) bool {
	return code == "" || code == otherPerson || s.dispositions[code]
}

// newIncident is the reason in the journal.
const newIncident = "new_incident"

// incidentsOf returns which dispositions say that something new happened.
func incidentsOf(list []configs.Disposition) map[string]bool {
	all := map[string]bool{}
	for _, d := range list {
		all[d.Code] = d.NewIncident
	}
	return all
}

// wrapUpsOf returns how long one may write at least, by disposition.
func wrapUpsOf(list []configs.Disposition) map[string]time.Duration {
	least := map[string]time.Duration{}
	for _, d := range list {
		least[d.Code] = d.WrapUp.D()
	}
	return least
}
