package queue

import (
	"slices"
	"time"

	"sahut/configs"
)

// A call-back keeps the place of a caller who need not wait on the phone: it is
// her very entry in the line, without a call behind it. This file is how it
// begins, stands in its line and ends; calling.go is how she is called.
//
//	she chooses it, and that it is safe ─► queued ─► due ──────► offered
//	a volunteer promised it             ─┘    ▲       │             │ accepted
//	                                          │       ▼             ▼
//	         gap, window, cap: not due ───────┴──── parked       calling ──► reached
//	                                          ▲                     │
//	                                          └──── not reached ────┘
//
// Due, it stands in its line in the order of service and volunteers are offered
// it like any caller; parked it stands in none, and has its place again when it
// is due. Only when a volunteer has accepted is anybody called, so nobody picks
// up to silence, and there are never more calls under way than volunteers.
type callback struct {
	id      ContactID // of the contact in which she chose it, or was promised it
	entry   *contact  // her place
	key     string    // her pseudonym
	by      AgentID   // who promised it; empty: she chose it
	queued  time.Time
	expires time.Time

	attempts int
	last     time.Time // when she was called
	urged    bool      // an admin wants it now: the gap is skipped
	parked   string    // why it is not due; empty: it is, or it is under way
	due      token     // when that may change
	end      token
	call     *contact // under way
	other    bool     // somebody else answered
}

// Prompts of call-backs.
const (
	safeQuestion   = "callback-safe"   // is it safe? 1 yes, 2 no
	callbackWords  = "callback-kept"   // we call back; the call ends
	noCallbackTalk = "callback-not"    // it is not possible; she stays in line
	unsafeWords    = "callback-unsafe" // she said no, or nothing; she stays in line
)

// SafeQuestion is the prompt that asks whether it is safe, for who replays it.
const SafeQuestion = safeQuestion

// Why a call-back cannot even begin.
const (
	deniedWithheld = "withheld"    // nobody knows her number
	deniedNumber   = "not_allowed" // outgoing does not allow it
	deniedDraining = "draining"
	deniedCalling  = "calling" // she is being called back this very moment
)

// safeWithin is how long she may think about whether it is safe.
const safeWithin = 8 * time.Second

// offerCallback asks c, who is in her line, whether she may be called back.
func (s *state) offerCallback(c *contact) {
	if why := s.denied(c.caller); why != "" {
		s.record(Entry{Kind: CallbackDenied, Contact: c.id, Queue: c.line.id, Reason: why})
		s.tellAndStay(c, noCallbackTalk)
		return
	}
	s.inquire(c, inquiry{
		prompts: []string{safeQuestion}, keys: "12", timeout: safeWithin, again: 1,
		answer: func(key rune) { s.safeAnswered(c, key) },
	})
}

// denied tells why number cannot be called back at all.
func (s *state) denied(number Caller) string {
	e164, err := configs.E164(number.Reveal(), s.country)
	switch {
	case number.Anonymous():
		return deniedWithheld
	case err != nil || len(e164) < 7 || !s.supposed && !s.outgoing.Allows(e164):
		return deniedNumber
	case s.draining:
		return deniedDraining
	}
	if b := s.callbackOf(s.keySafety(number.Reveal())); b != nil && b.call != nil {
		return deniedCalling
	}
	return ""
}

// tellAndStay says words to c, who keeps waiting.
func (s *state) tellAndStay(c *contact, words string) {
	s.inquire(c, inquiry{prompts: []string{words}, answer: func(rune) { s.stayInLine(c) }})
}

// safeAnswered: only a clear yes makes a call-back.
func (s *state) safeAnswered(c *contact, key rune) {
	if s.noteAsked(c, key) {
		s.keepPlace(c)
		return
	}
	s.tellAndStay(c, unsafeWords)
}

// noteAsked keeps what c pressed when she was asked whether it is safe to call her,
// and tells whether she may be. A clear no is remembered; nothing said is unknown.
func (s *state) noteAsked(c *contact, key rune) (mayCall bool) {
	result := map[rune]string{'1': answerYes, '2': answerNo, 0: "timeout"}[key]
	s.record(Entry{Kind: ChoiceMade, Contact: c.id, Queue: c.line.id, Reason: "safe", Result: result})
	e := Entry{Contact: c.id, Queue: c.line.id, Reason: "asked"}
	switch {
	case key == '1' && s.denied(c.caller) == "":
		until := s.now.Add(orDefault(c.line.set.Callback.Window, 6*time.Hour))
		s.noteSafety(s.keyOf(c), SafetyAnswer{MayCall: SafeYes, Until: &until}, c.line.set.Callback, string(ByCaller), e)
		return true
	case key == '2':
		s.noteSafety(s.keyOf(c), SafetyAnswer{MayCall: SafeNo}, c.line.set.Callback, string(ByCaller), e)
	}
	return false
}

func orDefault(d configs.Duration, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d.D()
}

// keepPlace turns c's place into a call-back, and ends her call.
func (s *state) keepPlace(c *contact) {
	s.unring(c)
	place := c.line.order.place(c)
	b := s.callbackFrom(c)
	s.leave(c, "callback")
	s.queueCallback(b, place)
	s.close(c, callbackWords, OutcomeCallbackKept)
}

// callbackFrom is a call-back at c's place, with all she asked for.
func (s *state) callbackFrom(c *contact) *callback {
	b := s.newCallback(c.id, c)
	b.entry.class, b.entry.head, b.entry.entered, b.entry.credit, b.entry.seq = c.class, c.head, c.entered, c.credit, c.seq
	b.entry.stood, b.entry.needs, b.entry.danger, b.entry.prefers, b.entry.never = c.stood, c.needs, c.danger, c.prefers, slices.Clone(c.never)
	b.entry.needs.away = true
	return b
}

// promiseCallback begins a call-back that a volunteer promised in a contact that
// is over.
func (s *state) promiseCallback(by AgentID, w *writing) {
	e := Entry{Kind: CallbackDenied, Contact: w.contact, Agent: by, Queue: w.line.id}
	key := s.person(w.caller, w.out)
	_, safe := s.mayCallKey(key)
	switch {
	case key == "":
		e.Reason = deniedWithheld
	case safe == SafetyNo:
		e.Reason = SafetyNo
	default:
		e.Reason = s.denied(w.caller)
	}
	if e.Reason != "" || s.callbacks[w.contact] != nil || w.line.gone {
		s.record(e)
		return
	}
	b := s.newCallback(w.contact, &contact{caller: w.caller, line: w.line, language: w.language, dialled: w.dialled})
	s.lastSeq++
	b.by, b.entry.class, b.entry.entered, b.entry.stood, b.entry.seq = by, ClassNormal, s.now, s.now, s.lastSeq
	b.entry.prefers, b.entry.needs, b.entry.danger, b.entry.never = by, w.needs, w.danger, slices.Clone(w.never)
	b.entry.needs.away = true
	if p := s.safety.of[key]; p != nil { // what she asked for while it was written
		b.entry.never = slices.Clone(p.Never)
	}
	s.queueCallback(b, 0)
}

// newCallback makes the call-back of contact id for the caller of from. It ends
// an earlier one of hers.
func (s *state) newCallback(id ContactID, from *contact) *callback {
	key := s.keySafety(from.caller.Reveal())
	if old := s.callbackOf(key); old != nil {
		s.endCallback(old, CallbackGivenUp, "again", "")
	}
	b := &callback{id: id, key: key, queued: s.now, expires: s.now.Add(orDefault(from.line.set.Callback.Expires, 24*time.Hour))}
	b.entry = &contact{
		id: id, channel: Voice, caller: from.caller, dialled: from.dialled, language: from.language, line: from.line,
		arrived: s.now, phase: over, virtual: b,
	}
	return b
}

// queueCallback has b stand in its line from now on.
func (s *state) queueCallback(b *callback, place int) {
	s.record(Entry{Kind: CallbackQueued, Contact: b.id, Agent: b.by, Queue: b.entry.line.id, Reason: b.entry.class.String(), Position: place, Number: b.entry.caller.String()})
	s.addCallback(b)
	s.keepCallback(b)
}

func (s *state) addCallback(b *callback) {
	s.callbacks[b.id] = b
	s.callbackBy[b.key] = b
	s.touch(b.entry.line)
	s.timers.arm(&b.end, b.expires, func() { s.expireCallback(b) })
	s.settleCallback(b)
}

// callbackOf is the call-back of the caller with that key, or nil.
func (s *state) callbackOf(key string) *callback { return s.callbackBy[key] }

// expireCallback gives b up, unless she is being called this very moment.
func (s *state) expireCallback(b *callback) {
	if b.call == nil {
		s.endCallback(b, CallbackExpired, "", "")
	}
}

// settleCallback brings b to where it belongs now: into its line, or out of it.
// What rings for it is let ring to the end; that comes back here.
func (s *state) settleCallback(b *callback) {
	if b.call != nil || len(b.entry.offers) > 0 || s.callbacks[b.id] != b {
		return
	}
	s.touch(b.entry.line)
	why, at := s.notDue(b)
	b.parked = why
	switch {
	case why == SafetyNo:
		s.endCallback(b, CallbackRefused, why, "")
		return
	case why != "":
		s.stepOut(b)
	default:
		s.stepIn(b)
	}
	if at.IsZero() {
		b.due.disarm()
		return
	}
	s.timers.arm(&b.due, at, func() { s.settleCallback(b) })
}

// Why a call-back is parked, beside the gate's reasons.
const (
	ParkedGap = "gap"     // she was called a moment ago
	ParkedCap = "per_day" // she was called as often as one may be within a day
)

// notDue tells why b is parked, empty if it is due, and when that may change.
func (s *state) notDue(b *callback) (why string, at time.Time) {
	set := b.entry.line.set.Callback
	p := s.profile(b.key)
	if p.MayCall == SafeNo {
		return SafetyNo, time.Time{}
	}
	if again := b.last.Add(orDefault(set.Gap, 10*time.Minute)); !b.last.IsZero() && !b.urged && s.now.Before(again) {
		return ParkedGap, again
	}
	if again, capped := s.capped(b); capped {
		return ParkedCap, again
	}
	_, why = mayCall(*p, s.now)
	if at, ok := p.changes(s.now); ok {
		return why, at
	}
	return why, time.Time{}
}

// capped tells whether she was called as often as one may be within a day, and
// when she may be again.
func (s *state) capped(b *callback) (again time.Time, yes bool) {
	most := b.entry.line.set.Callback.PerDay
	if most <= 0 {
		most = 2
	}
	calls := s.profile(b.key).recent(s.now)
	if len(calls) < most {
		return time.Time{}, false
	}
	return calls[len(calls)-most].Add(callsWithin), true
}

// callsWithin is the time over which calls to one number are counted.
const callsWithin = 24 * time.Hour

// recent are the calls of ours that still count.
func (p *SafetyProfile) recent(now time.Time) []time.Time {
	p.Calls = slices.DeleteFunc(p.Calls, func(at time.Time) bool { return now.Sub(at) >= callsWithin })
	return p.Calls
}

// stepIn gives b its place in the line, by the order it always had.
func (s *state) stepIn(b *callback) {
	c := b.entry
	if c.phase == waiting {
		return
	}
	c.phase = waiting
	c.since = s.now
	c.resumed = true
	s.stand(c, c.line)
	c.line.order.insert(c)
	c.line.virtual++
	s.stepOn(c)
}

// stepOut takes b out of its line. What rings for it was ended before.
func (s *state) stepOut(b *callback) {
	c := b.entry
	if c.phase != waiting {
		return
	}
	c.line.order.remove(c)
	c.line.virtual--
	c.widen.disarm()
	c.grow.disarm()
	c.phase = over
}

// endCallback is the only end of a call-back. Her number is forgotten with it.
func (s *state) endCallback(b *callback, kind EntryKind, reason, by string) {
	s.withdraw(b.entry, "withdrawn", Notice{Code: OfferWithdrawn, Contact: b.id})
	s.stepOut(b)
	s.clearPasses(b.entry)
	b.due.disarm()
	b.end.disarm()
	delete(s.callbacks, b.id)
	delete(s.callbackBy, b.key)
	s.touch(b.entry.line)
	e := Entry{Kind: kind, Contact: b.id, Queue: b.entry.line.id, Reason: reason, By: by, Count: b.attempts, WaitMS: ms(s.now.Sub(b.queued))}
	if b.call != nil && b.call.agent != nil {
		e.Agent = b.call.agent.id
	}
	s.record(e)
	s.order(DropCallback{b.id})
}

// takeBack ends the call-back of a caller who calls by herself, and returns the
// entry whose place is hers again; nil if there is none.
func (s *state) takeBack(c *contact) *contact {
	b := s.callbackOf(s.keyOf(c))
	if b == nil || b.call != nil {
		return nil
	}
	s.endCallback(b, CallbackGivenUp, "called", string(ByCaller))
	return b.entry
}

// rehome moves the call-backs of a deleted line on, or gives them up.
func (s *state) rehome(l *line) {
	for _, b := range s.callbacksInOrder() {
		if b.entry.line != l || b.call != nil {
			continue
		}
		s.withdraw(b.entry, "withdrawn", Notice{Code: OfferWithdrawn, Contact: b.id})
		s.stepOut(b)
		to := s.heir(b.entry)
		if to == nil {
			s.endCallback(b, CallbackFailed, "queue_deleted", "")
			continue
		}
		b.entry.line = to
		s.settleCallback(b)
		s.keepCallback(b)
	}
}

// callbacksInOrder are all of them, the first to be served first.
func (s *state) callbacksInOrder() []*callback {
	all := make([]*callback, 0, len(s.callbacks))
	for _, b := range s.callbacks {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b *callback) int {
		if before(a.entry, b.entry) {
			return -1
		}
		return 1
	})
	return all
}
