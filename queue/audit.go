package queue

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Audit checks the conservation laws of the journal: whatever comes in goes
// out exactly once. It is fed with all entries in order, by `sahut verify`
// and by the simulation. The zero Audit is ready.
//
//   - arrived + dialled = outcomes + in progress; exactly one call.ended per
//     call.arrived or call.dialled, and unreached only of a dialled one
//   - each queue.entered has exactly one queue.left
//   - each offer.made has exactly one offer.ended, and rings one agent once
//   - each talk.started has exactly one talk.ended; no two overlap for an agent
//   - each room.joined has exactly one room.left, and all but one of those who
//     are in a room are supervisors; nobody is in two rooms, or in one and a talk
//   - each supervise.started has exactly one supervise.ended, each sos.raised
//     exactly one sos.ended
//   - each transfer.asked that was not refused has exactly one transfer.done
//   - agent.state goes From what it was To what it will be, only on shift, and
//     its seconds sum to the shift's
//   - outcome voicemail only with a message.left
//   - each callback.queued has exactly one end, attempts do not overlap, and who
//     ended as callback_kept has one; nobody is called back unless it is safe then
//   - a position a caller was told never grows
//   - blocked only ends who met a block or a limit; no block is met after its
//     end, nor after a day unless somebody else than who added it approved it
//   - keys are kept as answers only after a question in the same talk
//   - a debrief is held, or taken back, only after it was asked for, or was kept over
//     a restart
//   - whether she can talk safely is noted by who talked with her last
//   - seq has no gaps
//
// A call.ended with outcome system may close all its contact had open: that is
// how a journal is mended after a crash.
type Audit struct {
	totals     AuditTotals
	violations []Violation
	seq        uint64
	live       bool // others keep entries beside the desk, so gaps say nothing

	calls  map[ContactID]*auditCall
	ended  map[ContactID]struct{}
	offers map[OfferID]auditOffer   // open ones; ids begin anew with each server.started
	backs  map[ContactID]*auditBack // open call-backs; they outlive a run
	agents map[AgentID]*auditAgent
	blocks auditBlocks
}

// AuditTotals are the figures of a journal.
type AuditTotals struct {
	Entries    uint64             `json:"entries"`
	Arrived    uint64             `json:"arrived"`
	Dialled    uint64             `json:"dialled"`
	Refused    uint64             `json:"refused"`
	Outcomes   map[Outcome]uint64 `json:"outcomes"`
	InProgress int                `json:"in_progress"`
	Violations uint64             `json:"violations"`
}

// Violation is one broken law.
type Violation struct {
	Seq     uint64    `json:"seq"`
	Law     string    `json:"law"`
	Contact ContactID `json:"contact,omitempty"`
	Agent   AgentID   `json:"agent,omitempty"`
	Detail  string    `json:"detail"`
}

// String is the violation as one line.
func (v Violation) String() string {
	who := string(v.Contact)
	if who == "" {
		who = string(v.Agent)
	}
	return fmt.Sprintf("entry %d: %s: %s (%s)", v.Seq, v.Law, v.Detail, who)
}

// violationsKept bounds the list; the count goes on.
const violationsKept = 1000

type auditCall struct {
	queue   QueueID // open stay
	since   time.Time
	waits   bool
	offers  int
	agent   AgentID // open talk
	started time.Time
	place   int
	out     bool
	given   *Entry // the open transfer.asked
	auditRoom
	barred  bool // words, not people
	asked   bool // a question, in this talk
	message bool // message.left
	queued  bool // a call-back keeps her place
}

// Add checks the next entry.
func (a *Audit) Add(e Entry) {
	if a.calls == nil {
		a.calls, a.ended = map[ContactID]*auditCall{}, map[ContactID]struct{}{}
		a.backs = map[ContactID]*auditBack{}
		a.offers, a.agents = map[OfferID]auditOffer{}, map[AgentID]*auditAgent{}
		a.totals.Outcomes = map[Outcome]uint64{}
	}
	a.totals.Entries++
	if a.seq != 0 && e.Seq != a.seq+1 && (!a.live || e.Seq <= a.seq) {
		a.broken(e, "journal", "seq %d follows %d", e.Seq, a.seq)
	}
	if a.seq == 0 && e.Seq > 1 { // older entries were erased
		a.blocks.older = true
	}
	a.seq = e.Seq
	switch e.Kind {
	case CallArrived, CallDialled:
		a.arrived(e)
	case CallRefused:
		a.totals.Refused++
	case CallEstablished, QueueEntered, QueueLeft, QueueWhy, QueuePlace, LadderRung, OfferFailed,
		TalkStarted, TalkHeld, TalkResumed, TalkEnded, LegLost, LegReattached, TransferBegun, TransferDone, MessageLeft, CallOver,
		RoomJoined, RoomMerged, RoomLeft, SuperviseBegan, SuperviseMode, SuperviseOver, SosRaised, SosCalled, SosAnswered, SosOver:
		if c := a.call(e); c != nil {
			a.contactEntry(e, c)
		}
	case CallbackQueued, CallbackKept, CallbackDialled, CallbackMissed, CallbackReached, CallbackFailed, CallbackExpired, CallbackRefused, CallbackGivenUp:
		a.backEntry(e)
	case OfferMade:
		if b := a.backs[e.Contact]; b != nil {
			a.offerMade(e, &auditCall{waits: !b.calling}, b)
		} else if c := a.call(e); c != nil {
			a.offerMade(e, c, nil)
		}
	case OfferEnded:
		a.offerEnded(e)
	case ShiftBegan, ShiftOver, StateChanged, MediaProof:
		a.agentEntry(e)
	case BlockMet, BlockPassed, FloodMet, QuestionAsked, QuestionAnswered:
		if c := a.call(e); c != nil {
			a.barEntry(e, c)
		}
	case BlockBegan, BlockAgreed, BlockLifted, BlockEnded:
		a.blockEntry(e)
	case DebriefCalled, DebriefOver:
		a.debrief(e)
	case TalkSafetyNoted:
		a.talkSafety(e)
	case ServerStarted:
		a.started(e)
	}
}

// Violations returns the broken laws found so far, the first thousand.
func (a *Audit) Violations() []Violation { return slices.Clone(a.violations) }

// Totals returns the figures so far. A law that has none of its own: arrived
// and dialled are the sum of outcomes and of what is in progress.
func (a *Audit) Totals() AuditTotals {
	t := a.totals
	t.Outcomes = maps.Clone(t.Outcomes)
	t.InProgress = len(a.calls)
	return t
}

func (a *Audit) broken(e Entry, law, format string, args ...any) {
	a.totals.Violations++
	if len(a.violations) < violationsKept {
		a.violations = append(a.violations, Violation{Seq: e.Seq, Law: law, Contact: e.Contact, Agent: e.Agent, Detail: fmt.Sprintf(format, args...)})
	}
}

func (a *Audit) arrived(e Entry) {
	_, ended := a.ended[e.Contact]
	if ended || a.calls[e.Contact] != nil {
		a.broken(e, "one arrival", "%s twice", e.Kind)
		return
	}
	out := e.Kind == CallDialled
	if out {
		a.totals.Dialled++
	} else {
		a.totals.Arrived++
	}
	a.calls[e.Contact] = &auditCall{out: out}
}

// call returns the open contact e speaks of.
func (a *Audit) call(e Entry) *auditCall {
	if c := a.calls[e.Contact]; c != nil {
		return c
	}
	if _, ended := a.ended[e.Contact]; ended {
		a.broken(e, "one end", "%s after call.ended", e.Kind)
	} else {
		a.broken(e, "one arrival", "%s without call.arrived", e.Kind)
	}
	return nil
}

func (a *Audit) contactEntry(e Entry, c *auditCall) {
	switch e.Kind {
	case QueueEntered:
		if c.waits {
			a.broken(e, "one place", "entered %s while still in %s", e.Queue, c.queue)
		}
		if c.agent != "" {
			a.broken(e, "one place", "entered %s while talking", e.Queue)
		}
		c.waits, c.queue, c.since = true, e.Queue, e.At
	case QueueLeft:
		if !c.waits || c.queue != e.Queue {
			a.broken(e, "one place", "left %s without having entered it", e.Queue)
		}
		c.waits = false
	case QueueWhy:
		if !c.waits || c.queue != e.Queue || e.Result == "" {
			a.broken(e, "one place", "says why she waits in %s, and she does not", e.Queue)
		}
	case QueuePlace:
		if e.Position < 1 || (c.place != 0 && e.Position > c.place) {
			a.broken(e, "honest place", "told %d after %d", e.Position, c.place)
		}
		c.place = e.Position
	case TalkStarted:
		a.talkStarted(e, c)
	case TalkHeld, TalkResumed, LegLost, LegReattached:
		if c.agent == "" {
			a.broken(e, "one talk", "%s without talk.started", e.Kind)
		}
	case TalkEnded:
		if c.agent == "" || c.agent != e.Agent {
			a.broken(e, "one talk", "talk.ended without talk.started")
		}
		a.endTalk(c)
	case TransferBegun:
		a.transferBegun(e, c)
	case TransferDone:
		if c.given == nil {
			a.broken(e, "one transfer", "transfer.done without transfer.asked")
		}
		c.given = nil
	case MessageLeft:
		c.message = true
	case RoomJoined, RoomMerged, RoomLeft, SuperviseBegan, SuperviseMode, SuperviseOver, SosRaised, SosCalled, SosAnswered, SosOver:
		a.roomEntry(e, c)
	case CallOver:
		a.callOver(e, c)
	}
}

// transferBegun: she was given away, so her talk is over; refused, it is not.
func (a *Audit) transferBegun(e Entry, c *auditCall) {
	switch {
	case e.Result != "":
	case c.given != nil:
		a.broken(e, "one transfer", "transfer.asked twice")
	default:
		c.given = &e
	}
}

func (a *Audit) callOver(e Entry, c *auditCall) {
	if !knownOutcome(e.Outcome) {
		a.broken(e, "one outcome", "outcome %q is not one of ours", e.Outcome)
	}
	if e.Outcome == OutcomeCallbackKept && !c.queued {
		a.broken(e, "one place", "callback_kept, but no call-back was queued")
	}
	if e.Outcome == OutcomeUnreached && !c.out {
		a.broken(e, "one outcome", "unreached, but nobody dialled")
	}
	if e.Outcome == OutcomeBlocked && !c.barred {
		a.broken(e, "one outcome", "blocked, but nothing barred her")
	}
	if e.Outcome == OutcomeVoicemail && !c.message {
		a.broken(e, "one outcome", "voicemail, but no message.left")
	}
	if e.Outcome == OutcomeSystem {
		c.given = nil
		a.emptyRoom(c)
		a.endTalk(c)
		for id, o := range a.offers {
			if o.contact == e.Contact {
				a.dropOffer(id, o)
			}
		}
		c.waits, c.offers = false, 0
	}
	if c.waits {
		a.broken(e, "one place", "ended while still in %s", c.queue)
	}
	if c.agent != "" {
		a.broken(e, "one talk", "ended while still talking with %s", c.agent)
		a.endTalk(c)
	}
	if c.given != nil {
		a.broken(e, "one transfer", "ended while a transfer to %s was open", c.given.Target)
	}
	if open := c.openRoom(); open != "" {
		a.broken(e, "one room", "ended with %s", open)
		a.emptyRoom(c)
	}
	if c.offers > 0 {
		a.broken(e, "one end of an offer", "ended while %d offers were open", c.offers)
	}
	a.totals.Outcomes[e.Outcome]++
	delete(a.calls, e.Contact)
	a.ended[e.Contact] = struct{}{}
}

func knownOutcome(o Outcome) bool {
	switch o {
	case OutcomeAnswered, OutcomeAbandonedShort, OutcomeAbandoned, OutcomeVoicemail, OutcomeCallbackKept,
		OutcomeClosed, OutcomeRefusedFull, OutcomeBlocked, OutcomeFailedMedia, OutcomeSystem, OutcomeUnreached:
		return true
	}
	return false
}

// started: whatever was open before the server started anew should have been
// mended first.
func (a *Audit) started(e Entry) {
	for _, id := range slices.Sorted(maps.Keys(a.calls)) {
		e.Contact = id
		a.broken(e, "one end", "in progress when the server started again")
		delete(a.calls, id)
		a.ended[id] = struct{}{}
	}
	e.Contact = ""
	for _, id := range slices.Sorted(maps.Keys(a.agents)) {
		if a.agents[id].onShift {
			e.Agent = id
			a.broken(e, "whole shifts", "on shift when the server started again")
		}
	}
	clear(a.agents)
	clear(a.offers)
	a.blocks.restarted(a.totals.Entries > 1)
}

// Closing returns the entries that end all that is open, as a store writes
// them when it finds a journal that a crash cut off: each call with outcome
// system, each agent offline. Fed back, they leave nothing in progress and
// break no law.
func (a *Audit) Closing(at time.Time) []Entry {
	var out []Entry
	for _, id := range slices.Sorted(maps.Keys(a.offers)) {
		o := a.offers[id]
		out = append(out, Entry{At: at, Kind: OfferEnded, Contact: o.contact, Agent: o.agent, Queue: o.queue, Offer: id, Reason: "withdrawn", By: string(BySystem), RingMS: ms(at.Sub(o.made))})
	}
	for _, id := range slices.Sorted(maps.Keys(a.calls)) {
		c := a.calls[id]
		if c.waits {
			out = append(out, Entry{At: at, Kind: QueueLeft, Contact: id, Queue: c.queue, Reason: "failed", WaitMS: ms(at.Sub(c.since))})
		}
		out = append(out, c.closing(id, at)...)
		if c.agent != "" {
			out = append(out, Entry{At: at, Kind: TalkEnded, Contact: id, Agent: c.agent, By: string(BySystem), TalkMS: ms(at.Sub(c.started))})
		}
		if g := c.given; g != nil {
			out = append(out, Entry{At: at, Kind: TransferDone, Contact: id, Agent: g.Agent, Queue: g.Queue, Reason: g.Reason, Target: g.Target, Result: "crash"})
		}
		out = append(out, Entry{At: at, Kind: CallOver, Contact: id, Outcome: OutcomeSystem, By: string(BySystem), Reason: "crash"})
	}
	for _, id := range slices.Sorted(maps.Keys(a.agents)) {
		if g := a.agents[id]; g.onShift {
			out = append(out,
				Entry{At: at, Kind: StateChanged, Agent: id, From: g.state, To: Offline, Reason: "server_restart"},
				Entry{At: at, Kind: ShiftOver, Agent: id})
		}
	}
	return out
}
