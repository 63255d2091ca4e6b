package queue

import (
	"context"
	"slices"
	"time"
)

// What volunteers and admins ask of call-backs, what they see of them, and how
// they are kept over a restart.

// Callbacks keeps what the desk decides about call-backs and safety answers, so
// that a restart forgets none. Calls return when it is on the disk, or was given
// up with a word in the log: a hotline goes on.
type Callbacks interface {
	// KeepCallback keeps a call-back as it is now; its number is for nobody's eyes.
	KeepCallback(KeptCallback)
	// DropCallback erases it and its number.
	DropCallback(ContactID)
	KeepSafety(SafetyProfile)
	DropSafety(key string)
}

// KeptCallback is a call-back as the store keeps it.
type KeptCallback struct {
	ID       ContactID
	Queue    QueueID
	Caller   Caller
	Dialled  string
	Language string
	By       AgentID // who promised it; empty: the caller chose it
	Queued   time.Time
	Expires  time.Time
	Attempts int
	Last     time.Time

	// Her place in the order of service.
	Class    Class
	Head     bool
	Since    time.Time // entered, less what she was credited with
	Seq      uint64
	Stood    time.Time
	Speaks   string // what she asked for
	Gender   string
	Topic    string
	Another  bool // language is fine
	Danger   bool
	Superior bool // answered by supervisors alone
	Prefers  AgentID
	Never    []AgentID
}

// keepCallback has the store keep b as it is now.
func (s *state) keepCallback(b *callback) {
	if s.callbacks[b.id] != b {
		return // it ended in this very event
	}
	c := b.entry
	s.order(KeepCallback{KeptCallback{
		ID: b.id, Queue: c.line.id, Caller: c.caller, Dialled: c.dialled, Language: c.language, By: b.by,
		Queued: b.queued, Expires: b.expires, Attempts: b.attempts, Last: b.last,
		Class: c.class, Head: c.head, Since: c.entered.Add(-c.credit), Seq: c.seq, Stood: c.stood,
		Speaks: c.needs.language, Gender: c.needs.gender, Topic: c.needs.topic, Another: c.needs.another, Danger: c.danger, Superior: c.needs.supervisor,
		Prefers: c.prefers, Never: slices.Clone(c.never),
	}})
}

// onCallbacksKept takes in what an earlier run kept, each at its place.
func (s *state) onCallbacksKept(ev CallbacksKept) {
	for _, p := range ev.Safety {
		s.safety.add(&p)
	}
	list := slices.Clone(ev.List)
	slices.SortFunc(list, func(a, b KeptCallback) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return int(a.Seq) - int(b.Seq)
	})
	for _, k := range list {
		if s.callbacks[k.ID] == nil {
			s.restore(k)
		}
	}
}

func (s *state) restore(k KeptCallback) {
	s.lastSeq++
	b := &callback{id: k.ID, key: s.keySafety(k.Caller.Reveal()), by: k.By, queued: k.Queued, expires: k.Expires, attempts: k.Attempts, last: k.Last}
	b.entry = &contact{
		id: k.ID, channel: Voice, caller: k.Caller, dialled: k.Dialled, language: k.Language, arrived: k.Queued, phase: over, virtual: b,
		class: k.Class, head: k.Head, entered: k.Since, stood: k.Stood, seq: s.lastSeq,
		needs: needs{language: k.Speaks, gender: k.Gender, topic: k.Topic, another: k.Another, away: true, supervisor: k.Superior}, danger: k.Danger, prefers: k.Prefers, never: k.Never,
	}
	e := Entry{Kind: CallbackKept, Contact: b.id, Queue: k.Queue, Count: b.attempts}
	b.entry.line = s.lineByID[k.Queue]
	if b.entry.line == nil {
		b.entry.line = &line{id: k.Queue, gone: true}
		if b.entry.line = s.heir(b.entry); b.entry.line == nil {
			s.record(e)
			s.record(Entry{Kind: CallbackFailed, Contact: b.id, Queue: k.Queue, Reason: "queue_deleted", Count: b.attempts})
			s.order(DropCallback{b.id})
			return
		}
	}
	s.record(e)
	s.addCallback(b)
}

// onCallbackPromised: she told the caller that somebody will call her back.
func (s *state) onCallbackPromised(ev CallbackPromised) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	key, hers := s.personOf(a, ev.Contact)
	switch {
	case !hers:
		return
	case ev.On && key == "":
		s.notify(a, Notice{Code: CallbackUnknown, Contact: ev.Contact})
	case a.writing != nil:
		a.writing.back = ev.On
	default:
		a.contact.promised = ev.On
	}
	s.show(a)
}

// onSafetyAnswered: the caller told her volunteer whether it is safe to call her.
func (s *state) onSafetyAnswered(ev SafetyAnswered) {
	a := s.agents[ev.Agent]
	if a == nil || ev.Answer.Wrong() != "" {
		return
	}
	key, hers := s.personOf(a, ev.Contact)
	if !hers {
		return
	}
	if key == "" {
		s.notify(a, Notice{Code: CallbackUnknown, Contact: ev.Contact})
		s.show(a)
		return
	}
	l := a.line(ev.Contact)
	s.noteSafety(key, ev.Answer, l.set.Callback, string(a.id), Entry{Contact: ev.Contact, Agent: a.id, Queue: l.id, Reason: "volunteer"})
	if w := a.writing; w != nil {
		w.safe = ev.Answer.MayCall
	} else {
		a.contact.safe = ev.Answer.MayCall
	}
	s.show(a)
}

// line is the line of the contact a talks to or writes about.
func (a *agent) line(contact ContactID) *line {
	if a.writing != nil && a.writing.contact == contact {
		return a.writing.line
	}
	return a.contact.line
}

// unanswered tells whether she must still note whether it is safe (SC-6).
func (w *writing) unansweredSafety() bool { return w.back && w.safe == SafeUnknown }

// onCallbackCancelled, onCallbackUrged and onCallbackSafety are what admins do
// beside the list. Each is told why not, if not.
func (s *state) onCallbackCancelled(ev CallbackCancelled) {
	b := s.callbacks[ev.ID]
	switch {
	case b == nil:
		ev.answer("not_found")
	case b.call != nil:
		ev.answer(CallbackRunning)
	default:
		s.endCallback(b, CallbackGivenUp, "", ev.By)
		ev.answer("")
	}
}

// onCallbackUrged makes a call-back due at once, if she may be called at all: an
// admin has no other right to call her than anybody else.
func (s *state) onCallbackUrged(ev CallbackUrged) {
	b := s.callbacks[ev.ID]
	if b == nil {
		ev.answer("not_found")
		return
	}
	if why := s.mayUrge(b); why != "" {
		s.record(Entry{Kind: CallbackHurried, Contact: b.id, Queue: b.entry.line.id, By: ev.By, Result: why})
		ev.answer(why)
		return
	}
	s.record(Entry{Kind: CallbackHurried, Contact: b.id, Queue: b.entry.line.id, By: ev.By})
	b.urged = true
	s.settleCallback(b)
	ev.answer("")
}

func (s *state) mayUrge(b *callback) (why string) {
	if b.call != nil {
		return CallbackRunning
	}
	if ok, reason := s.mayCallKey(b.key); !ok {
		return reason
	}
	if _, capped := s.capped(b); capped {
		return ParkedCap
	}
	return s.denied(b.entry.caller)
}

func (s *state) onCallbackSafety(ev CallbackSafety) {
	b := s.callbacks[ev.ID]
	switch {
	case b == nil:
		ev.answer("not_found")
	case ev.Answer.Wrong() != "":
		ev.answer(ev.Answer.Wrong())
	default:
		l := b.entry.line
		s.noteSafety(b.key, ev.Answer, l.set.Callback, ev.By, Entry{Contact: b.id, Queue: l.id, Reason: "admin"})
		ev.answer("")
	}
}

// CallbackRunning refuses what cannot be done while she is being called.
const CallbackRunning = "calling"

// CallbackView is a call-back as screens show it; it has nothing of her number.
type CallbackView struct {
	ID       ContactID     `json:"id"`
	Queue    QueueID       `json:"queue"`
	Label    string        `json:"label"`
	State    CallbackState `json:"state"`
	Reason   string        `json:"reason,omitempty"` // of parked: gap, per_day, safety_…
	Queued   time.Time     `json:"queued"`
	Due      *time.Time    `json:"due,omitempty"` // of parked: when that may change by itself
	Expires  time.Time     `json:"expires"`
	Place    int           `json:"place,omitempty"` // in its queue, from 1
	Attempts int           `json:"attempts"`
	Most     int           `json:"most"` // attempts
	By       AgentID       `json:"by,omitempty"`
	Agent    AgentID       `json:"agent,omitempty"` // who calls her
	Safe     Safe          `json:"safe"`
	Until    *time.Time    `json:"until,omitempty"` // how long her answer counts
	Windows  []SafeWindow  `json:"windows,omitempty"`
	Zone     string        `json:"zone,omitempty"`
}

// CallbackState is where a call-back stands.
type CallbackState string

// The states of a call-back.
const (
	CallbackWaits   CallbackState = "waiting" // in its queue
	CallbackRings   CallbackState = "offered"
	CallbackCalls   CallbackState = "calling"
	CallbackIsAside CallbackState = "parked"
)

func (s *state) callbackView(b *callback) CallbackView {
	c := b.entry
	most := c.line.set.Callback.Attempts
	if most <= 0 {
		most = 3
	}
	v := CallbackView{
		ID: b.id, Queue: c.line.id, Label: c.line.set.Label, State: CallbackWaits, Queued: b.queued, Expires: b.expires,
		Attempts: b.attempts, Most: most, By: b.by,
	}
	if p := s.safety.of[b.key]; p != nil {
		v.Safe, v.Windows, v.Zone = p.MayCall, p.Windows, p.Zone
		if p.MayCall == SafeYes {
			until := p.Expires
			v.Until = &until
		}
	}
	switch {
	case b.call != nil:
		v.State = CallbackCalls
		if b.call.agent != nil {
			v.Agent = b.call.agent.id
		}
	case len(c.offers) > 0:
		v.State = CallbackRings
	case b.parked != "":
		v.State, v.Reason = CallbackIsAside, b.parked
		if b.due.armed() {
			due := b.due.at
			v.Due = &due
		}
	}
	if c.phase == waiting {
		v.Place = c.line.order.place(c)
	}
	return v
}

// backView is what her volunteer's screen shows about calling her again.
func (s *state) backView(key string, promised bool, answered Safe) *BackView {
	v := &BackView{Promised: promised, Answered: answered}
	if p := s.safety.of[key]; p != nil && s.now.Before(p.Expires) {
		v.Safe = p.MayCall
		if p.MayCall == SafeYes {
			until := p.Expires
			v.Until = &until
		}
	}
	return v
}

// callbackViews are those of the lines that want is true for, in order.
func (s *state) callbackViews(want func(*line) bool) []CallbackView {
	if len(s.callbacks) == 0 {
		return nil
	}
	var all []CallbackView
	for _, b := range s.callbacksInOrder() {
		if want(b.entry.line) {
			all = append(all, s.callbackView(b))
		}
	}
	return all
}

// asked is the way back to who asked something of the desk.
type asked struct{ back chan string }

func (a asked) answer(why string) {
	if a.back != nil {
		a.back <- why
	}
}

// CancelCallback gives a call-back up. The answer is empty, or why not:
// not_found, calling.
func (d *Desk) CancelCallback(ctx context.Context, id ContactID, by string) (string, error) {
	return d.await(ctx, func(a asked) Event { return CallbackCancelled{id, by, a} })
}

// UrgeCallback makes a call-back due at once. The answer is empty, or why not:
// not_found, calling, per_day, or what the safety gate says.
func (d *Desk) UrgeCallback(ctx context.Context, id ContactID, by string) (string, error) {
	return d.await(ctx, func(a asked) Event { return CallbackUrged{id, by, a} })
}

// AnswerSafety notes whether it is safe to call her who waits for a call-back. The
// answer is empty, not_found, or the field that is wrong.
func (d *Desk) AnswerSafety(ctx context.Context, id ContactID, answer SafetyAnswer, by string) (string, error) {
	return d.await(ctx, func(a asked) Event { return CallbackSafety{id, answer, by, a} })
}

func (d *Desk) await(ctx context.Context, ask func(asked) Event) (string, error) {
	back := make(chan string, 1)
	d.Post(ask(asked{back}))
	select {
	case why := <-back:
		return why, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
