package queue

import (
	"cmp"
	"time"

	"sahut/configs"
)

// How somebody is called back: a volunteer accepted the offer, so she is on the
// line first. She hears the far end and is not heard by it until she says so: an
// answering machine never gets a word of ours, and whoever else picks up hears
// nobody. That first word makes it a talk; without it, nobody was reached.

// How long a call-back rings, and how long one may listen to who answered.
const (
	ringBackWithin = 45 * time.Second
	listenWithin   = time.Minute
)

// CauseVoicemail: what answered was no person, or nobody spoke to her.
const CauseVoicemail Cause = "voicemail"

// mayCallBack tells whether calls can be placed now at all.
func (s *state) mayCallBack() bool {
	return !s.draining && s.charges < s.outgoing.MaxAtOnce &&
		(s.outgoing.MaxCostPerDay <= 0 || s.spent() < s.outgoing.MaxCostPerDay)
}

// callBack calls for b, whose offer a accepted. The gate is asked once more: the
// ring may have begun in time and ended too late.
func (s *state) callBack(a *agent, b *callback) {
	e164, err := configs.E164(b.entry.caller.Reveal(), s.country)
	_, why := s.mayCallKey(b.key)
	switch {
	case why != "":
	case err != nil || !s.outgoing.Allows(e164):
		why = string(DialNotAllowed)
	case !s.mayCallBack():
		why = string(DialBusy)
	}
	if why != "" {
		s.notify(a, Notice{Code: NoticeCode(why), Contact: b.id})
		s.letRest(a)
		if why == string(DialNotAllowed) {
			s.endCallback(b, CallbackRefused, why, "")
			return
		}
		s.settleCallback(b)
		return
	}
	s.stepOut(b)
	b.attempts++
	b.last, b.urged, b.parked = s.now, false, ""
	b.due.disarm()
	p := s.profile(b.key)
	p.Calls = append(p.recent(s.now), s.now)
	s.placeBack(a, b, NewCaller(e164), p.ShowsUs)
}

// letRest lets a go on who accepted and whose device may be off the hook.
func (s *state) letRest(a *agent) {
	if a.device != DeviceBrowser {
		s.partings = append(s.partings, Release{a.id})
	}
	s.spare(a)
}

// placeBack begins the contact in which she is called.
func (s *state) placeBack(a *agent, b *callback, number Caller, showsUs bool) {
	s.lastSeq++
	c := &contact{
		id: s.newID(), channel: Voice, caller: number, out: true, language: b.entry.language, dialled: b.entry.dialled,
		arrived: s.now, entered: s.now, accepted: s.now, class: ClassNormal, seq: s.lastSeq, line: b.entry.line, agent: a, calls: b,
		needs: b.entry.needs, danger: b.entry.danger, never: b.entry.never,
	}
	c.needs.away = false
	b.call = c
	s.contacts[c.id] = c
	s.tally.dialled++
	s.record(Entry{Kind: CallDialled, Contact: c.id, Agent: a.id, Queue: c.line.id, Channel: c.channel, Direction: DirectionOut, Number: number.String(), Callback: b.id})
	s.record(Entry{Kind: CallbackDialled, Contact: b.id, Agent: a.id, Queue: c.line.id, Count: b.attempts, Target: "contact:" + string(c.id), Result: s.dialledSafely(b)})
	s.charge(c, "", number)
	s.keepProfile(s.profile(b.key)) // what is kept counts the call before it is placed
	s.keepCallback(b)
	a.misses = 0
	a.contact, a.held, a.muted = c, false, true
	s.become(a, Talking, "")
	s.enter(c, dialling)
	s.order(Dial{Contact: c.id, Agent: a.id, Number: c.caller, Manner: Manner{Hide: !showsUs, Listen: true}})
	s.arm(&c.limit, ringBackWithin, func() { s.end(c, BySystem, CauseNoAnswer) })
	s.show(a)
}

// DialledSafely is the result of callback.dialled that every call to a caller must
// have.
const DialledSafely = "safe"

// dialledSafely looks once more, as the call goes out, whether it is safe now; the
// journal tells what it found, whatever the gate before it thought. Anything but
// DialledSafely is a broken law and an alarm.
func (s *state) dialledSafely(b *callback) string {
	if ok, why := s.mayCallKey(b.key); !ok {
		return why
	}
	return DialledSafely
}

// listen: something picked up. She hears it, and decides whether it is her.
func (s *state) listen(c *contact) {
	s.answered(c)
	c.listens = true
	s.arm(&c.limit, listenWithin, func() { s.end(c, BySystem, CauseVoicemail) })
	s.show(c.agent)
}

// firstWord: it is a person; from here on it is a talk like any other.
func (s *state) firstWord(c *contact) {
	c.listens = false
	c.agent.muted = false
	s.enter(c, talking)
	s.talkBegan(c)
	s.limitTalk(c)
	s.order(Mute{Contact: c.id, On: false})
	s.show(c.agent)
}

// calledBack: the contact in which she was called is over.
func (s *state) calledBack(c *contact, cause Cause) {
	b := c.calls
	if b == nil || b.call != c {
		return
	}
	switch {
	case b.other:
		s.endCallback(b, CallbackFailed, "other_person", string(ByAgent))
	case c.talked:
		s.endCallback(b, CallbackReached, "", "")
	default:
		s.missedBack(c, b, cause)
	}
	b.call = nil
}

// missedBack: she was not reached. Another attempt follows after the gap, unless
// this was the last.
func (s *state) missedBack(c *contact, b *callback, cause Cause) {
	if !c.rang(cause) { // nothing of it reached her telephone
		b.attempts--
		if p := s.profile(b.key); len(p.Calls) > 0 {
			p.Calls = p.Calls[:len(p.Calls)-1]
			s.keepProfile(p)
		}
	}
	s.record(Entry{Kind: CallbackMissed, Contact: b.id, Agent: c.agent.id, Queue: c.line.id, Reason: string(cause), Count: b.attempts})
	most := b.entry.line.set.Callback.Attempts
	again, capped := s.capped(b)
	switch {
	case b.attempts >= cmp.Or(most, 3):
		s.endCallback(b, CallbackFailed, "attempts", "")
	case capped && !again.Before(b.expires):
		s.endCallback(b, CallbackFailed, ParkedCap, "")
	case !s.now.Before(b.expires):
		s.endCallback(b, CallbackExpired, "", "")
	default:
		b.call = nil
		if b.entry.line.gone {
			s.rehome(b.entry.line)
		}
		if s.callbacks[b.id] == b {
			s.settleCallback(b)
			s.keepCallback(b)
		}
	}
}

// rang tells whether the call that ended so can have rung at the far end.
func (c *contact) rang(cause Cause) bool {
	if c.rings || c.answered {
		return true
	}
	switch cause {
	case CauseBusy, CauseNoAnswer, CauseRejected, CauseNotFound, CauseVoicemail:
		return true
	}
	return false
}

// onOtherAnswered: somebody else picked up. Her yes is worth nothing any more:
// nobody calls her again unless she says anew that it is safe (SC-5).
func (s *state) onOtherAnswered(ev OtherAnswered) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	switch c, w := a.contact, a.writing; {
	case c != nil && c.id == ev.Contact && c.out && c.answered:
		s.forgetConsent(s.person(c.caller, c.out), Entry{Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: otherPerson})
		if c.calls != nil {
			c.calls.other = true
		}
		if c.phase == dialling || c.phase.withAgent() {
			s.end(c, ByAgent, CauseNormal)
			s.show(a)
		}
	case w != nil && w.contact == ev.Contact:
		w.back = false
		s.forgetConsent(s.person(w.caller, w.out), Entry{Contact: w.contact, Agent: a.id, Queue: w.line.id, Reason: otherPerson})
		s.show(a)
	}
}

// otherPerson is the disposition, and the reason in the journal.
const otherPerson = "other_person_answered"

// forgetConsent makes her answer unknown again. A no stays a no.
func (s *state) forgetConsent(key string, e Entry) {
	if p := s.safety.of[key]; key != "" && p != nil && p.MayCall != SafeNo {
		s.noteSafety(key, SafetyAnswer{}, configs.Callback{HideNumber: !p.ShowsUs}, string(e.Agent), e)
	}
}
