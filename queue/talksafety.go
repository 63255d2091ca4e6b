package queue

import (
	"context"
	"time"
)

// The first question of every talk: can she talk safely now (SC-6)? Who begins
// with it asks the rest otherwise: by yes and no, shortly, or not at all. Her
// volunteer notes the answer while they talk or while she writes; of a contact
// in which somebody was helped the wrap-up is not finished without one. That it
// could not be asked is an answer, too.

// TalkSafe is the answer; empty: none yet.
type TalkSafe string

// The answers.
const (
	TalkSafeYes     TalkSafe = "yes"
	TalkSafeNo      TalkSafe = "no"
	TalkSafeUnknown TalkSafe = "unknown" // it was not asked, or she did not say
)

// Known tells whether t is one of the answers.
func (t TalkSafe) Known() bool {
	return t == TalkSafeYes || t == TalkSafeNo || t == TalkSafeUnknown
}

// talkSafety is what was noted in one talk.
type talkSafety struct {
	answer TalkSafe
	at     time.Time
}

// TalkSafetyView is the question on her volunteer's screen.
type TalkSafetyView struct {
	Answer TalkSafe   `json:"answer,omitempty"`
	At     *time.Time `json:"at,omitempty"`     // of the answer
	Needed bool       `json:"needed,omitempty"` // the wrap-up is not finished without one, as it is marked now
}

func (t talkSafety) view() *TalkSafetyView {
	v := &TalkSafetyView{Answer: t.answer}
	if t.answer != "" {
		at := t.at
		v.At = &at
	}
	return v
}

// asksTalk tells whether the question is for whom c is with: everybody but a
// service that a volunteer called.
func (s *state) asksTalk(c *contact) bool {
	return !c.out || c.calls != nil || s.person(c.caller, c.out) != ""
}

// onTalkSafetyTold notes the answer; the latest counts.
func (s *state) onTalkSafetyTold(ev TalkSafetyTold) {
	a := s.agents[ev.Agent]
	if a == nil || !ev.Answer.Known() {
		return
	}
	switch c, w := a.contact, a.writing; {
	case c != nil && c.id == ev.Contact && c.inTalk && s.asksTalk(c):
		s.noteTalkSafety(a, &c.talkSafe, ev, c.line)
	case w != nil && w.contact == ev.Contact && w.asksTalk:
		s.noteTalkSafety(a, &w.talkSafe, ev, w.line)
	}
	s.show(a)
}

func (s *state) noteTalkSafety(a *agent, t *talkSafety, ev TalkSafetyTold, l *line) {
	if t.answer == ev.Answer {
		return
	}
	*t = talkSafety{ev.Answer, s.now}
	s.record(Entry{Kind: TalkSafetyNoted, Contact: ev.Contact, Agent: a.id, Queue: l.id, Result: string(ev.Answer)})
}

// unansweredTalk tells whether the wrap-up waits for the answer: somebody was
// helped, as it is marked, or she had said that she is in danger.
func (s *state) unansweredTalk(w *writing) bool {
	return w.asksTalk && w.talkSafe.answer == "" && (w.danger || s.helped[w.disposition])
}

// unfinished tells why the wrap-up cannot be finished as it is; empty: it can.
func (s *state) unfinished(w *writing) NoticeCode {
	switch {
	case s.unansweredTalk(w):
		return TalkSafetyMissing
	case w.unansweredSafety():
		return SafetyMissing
	}
	return ""
}

// onWrapUpSaved finishes a wrap-up for who asked by another way than the page,
// by the same rules, and answers why not, if not.
func (s *state) onWrapUpSaved(ev WrapUpSaved) {
	a, w := s.writingOf(ev.Agent, ev.Contact)
	switch {
	case a == nil:
		ev.answer(WrapUpNotHers)
		return
	case !s.knownDisposition(ev.Disposition):
		ev.answer(string(UnknownDisposition))
		return
	}
	if ev.Talk.Known() {
		s.onTalkSafetyTold(TalkSafetyTold{Agent: ev.Agent, Contact: ev.Contact, Answer: ev.Talk})
	}
	w.disposition = ev.Disposition
	if why := s.unfinished(w); why != "" {
		s.show(a)
		ev.answer(string(why))
		return
	}
	s.wrapUpOver(a, string(ByAgent))
	ev.answer("")
}

// WrapUpNotHers refuses to finish what an agent does not write about.
const WrapUpNotHers = "not_yours"

// FinishWrapUp finishes what agent writes about a contact; an empty talk leaves
// the answer as it is. The answer is empty, or why not: not_yours,
// unknown_disposition, talk_safety_missing, safety_missing.
func (d *Desk) FinishWrapUp(ctx context.Context, agent AgentID, contact ContactID, disposition string, talk TalkSafe) (string, error) {
	return d.await(ctx, func(a asked) Event { return WrapUpSaved{agent, contact, disposition, talk, a} })
}
