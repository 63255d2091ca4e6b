package queue

import "time"

// Entry is one line of the journal. It is flat, so that it reads with grep and
// replays without a schema zoo; fields that do not apply are absent. It never
// holds a full number, a name or what anyone said.
type Entry struct {
	Seq     uint64    `json:"seq"` // given by the store, without gaps
	At      time.Time `json:"at"`
	Kind    EntryKind `json:"kind"`
	Contact ContactID `json:"contact,omitempty"`
	Agent   AgentID   `json:"agent,omitempty"`
	Queue   QueueID   `json:"queue,omitempty"`
	Offer   OfferID   `json:"offer,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	By      string    `json:"by,omitempty"`

	Channel   Kind       `json:"channel,omitempty"`
	Direction string     `json:"direction,omitempty"` // in, out
	Number    string     `json:"number,omitempty"`    // masked
	From      AgentState `json:"from,omitempty"`
	To        AgentState `json:"to,omitempty"`
	Position  int        `json:"position,omitempty"`
	WaitMS    int64      `json:"wait_ms,omitempty"`
	RingMS    int64      `json:"ring_ms,omitempty"`
	TalkMS    int64      `json:"talk_ms,omitempty"`
	Outcome   Outcome    `json:"outcome,omitempty"`
	Revision  uint64     `json:"revision,omitempty"`
	Count     int        `json:"count,omitempty"`

	// Of call.dialled: the call-back it is an attempt of.
	Callback ContactID `json:"callback,omitempty"`

	Block  BlockID `json:"block,omitempty"`  // the block it is about
	Needs  string  `json:"needs,omitempty"`  // of queue.entered: language, gender, topic; - for none
	Target string  `json:"target,omitempty"` // of a transfer: queue:ID, agent:ID, number:masked
	Result string  `json:"result,omitempty"` // of a transfer or a drill: ok, or why not; of queue.entered: resumed, returned
	Stage  string  `json:"stage,omitempty"`  // how far it came: of a drill; of who gave up: arriving, choosing, waiting, asked, ringing, connecting
	MS     int64   `json:"ms,omitempty"`     // of a drill: how long it took
	Cost   float64 `json:"cost,omitempty"`   // of an outgoing call, by the rates of its time
}

// EntryKind names what happened: subject.verb.
type EntryKind string

// The kinds of entry.
const (
	CallArrived      EntryKind = "call.arrived"
	CallRefused      EntryKind = "call.refused" // never became a contact; reason: unknown_number, draining
	CallEstablished  EntryKind = "call.established"
	QueueEntered     EntryKind = "queue.entered"
	QueueLeft        EntryKind = "queue.left"     // reason: talk, abandon, exit, moved, callback, failed; position, and count: the one she entered at; stage: of abandon
	QueueStep        EntryKind = "queue.step"     // count: the step of the queue that holds for her from now on
	QueueWhy         EntryKind = "queue.why"      // why nobody is rung for her, when it changed; result: as "sari:paused dewi:gender offline=28"
	QueuePlace       EntryKind = "queue.place"    // a position was announced
	LadderSaid       EntryKind = "ladder.said"    // count: the rung that was said to her
	LadderRung       EntryKind = "ladder.rung"    // the exit was taken; reason: max_wait, nobody, hours, closed_now, queue_deleted
	MenuAnswered     EntryKind = "menu.answered"  // reason: the menu; result: the key, or timeout
	MessageLeft      EntryKind = "message.left"   // ms: how long it is
	MessageHeard     EntryKind = "message.heard"  // by whom
	MessageErased    EntryKind = "message.erased" // by whom, or reason expired
	ChoiceMade       EntryKind = "choice.made"    // reason: stay, callback, message, queue, number, safe, gender; result: the key
	QueueOpened      EntryKind = "queue.opened"
	QueueClosed      EntryKind = "queue.closed" // reason: hours, closed_now
	OfferMade        EntryKind = "offer.made"
	OfferEnded       EntryKind = "offer.ended" // reason: accepted, declined, timeout, rescinded, caller_left, withdrawn, agent_lost
	OfferFailed      EntryKind = "offer.media_failed"
	TalkStarted      EntryKind = "talk.started"
	TalkHeld         EntryKind = "talk.held"
	TalkResumed      EntryKind = "talk.resumed"
	TalkEnded        EntryKind = "talk.ended"
	LegLost          EntryKind = "leg.lost"
	LegReattached    EntryKind = "leg.reattached"
	CallDialled      EntryKind = "call.dialled"   // a contact we called; counts as arrived
	TransferBegun    EntryKind = "transfer.asked" // reason: blind, attended, ladder
	TransferDone     EntryKind = "transfer.done"  // reason: blind, attended, ladder; result: ok, merged, back, declined, timeout, left, transfer, agent_lost, caller_left, withdrawn, exit, queue_deleted, crash, or a cause
	DrillOver        EntryKind = "drill.done"     // no contact: trial calls have no record
	CallOver         EntryKind = "call.ended"     // exactly one per arrived or dialled; outcome
	ShiftBegan       EntryKind = "shift.started"
	ShiftOver        EntryKind = "shift.ended"
	ShiftPlanned     EntryKind = "shift.planned" // a shift of the plan began, or (reason edited) changed while it ran; agent: whose; ms: how long it goes on
	ShiftLate        EntryKind = "shift.late"    // she has not come; ms: for how long
	ShiftMissed      EntryKind = "shift.missed"  // it is over, and she did not come
	StateChanged     EntryKind = "agent.state"
	DeviceTest       EntryKind = "device.test"       // her page's check of her sound; result: heard, silent, no_path
	MediaProof       EntryKind = "media.proof"       // the path of her browser, on shift; result: ok, lost
	WishNoted        EntryKind = "wish.noted"        // reason: same, never; result: on, off
	DebriefCalled    EntryKind = "debrief.asked"     // she would like to talk to somebody; result: on, off, kept (an earlier run had it; ms: since when); no contact
	DebriefOver      EntryKind = "debrief.held"      // a supervisor, by, has talked with her; ms: after how long
	TalkSafetyNoted  EntryKind = "safety.asked"      // whether she can talk safely; result: yes, no, unknown (it was not asked)
	WrapUpDone       EntryKind = "wrapup.done"       // reason: the disposition; result: heavy, or empty
	AnnouncementMade EntryKind = "announcement.made" // to all volunteers, by whom; result: on, off; never the text
	ConfigVersion    EntryKind = "config.version"    // result: the keys that changed, never their values
	ExportMade       EntryKind = "export.made"       // by whom; reason: report.csv, report.xlsx, calls, backup; target: the time it is of
	ServerStarted    EntryKind = "server.started"
	ServerRecovered  EntryKind = "server.recovered" // count of calls ended as system
	ServerStopped    EntryKind = "server.stopped"
)

// Of what volunteers wrote down about a contact. Agent is who wrote it.
const (
	NoteRead   EntryKind = "note.read"   // by whom
	NoteErased EntryKind = "note.erased" // by whom, or reason expired
)

// Of callers who are blocked, call too often, or cannot speak.
const (
	BlockBegan       EntryKind = "block.added"     // reason; target: caller, prefix, withheld; result: the action; ms: for how long
	BlockAgreed      EntryKind = "block.approved"  // by a second person; ms: for how long now
	BlockMet         EntryKind = "block.hit"       // a blocked caller; result: the action
	BlockPassed      EntryKind = "block.passed"    // she pressed her way to a person; result: key, code
	BlockLifted      EntryKind = "block.removed"   // by; count: of hits
	BlockEnded       EntryKind = "block.expired"   // count: of hits
	FloodMet         EntryKind = "flood.hit"       // reason: per_number, withheld; result: the action; count: calls within the time
	QuestionAsked    EntryKind = "silent.asked"    // reason: the question
	QuestionAnswered EntryKind = "silent.answered" // reason: the question; result: yes, no
)

// Of those who are with a contact beside her agent. A consultation is a transfer
// with reason attended: transfer.asked, and transfer.done with result ok (the
// contact is the third's), merged (it was a talk of three), back, or why not.
const (
	RoomJoined EntryKind = "room.joined" // agent or target; reason: colleague, number, supervisor
	RoomMerged EntryKind = "room.merged" // from here on the contact hears the third
	RoomLeft   EntryKind = "room.left"   // exactly one per room.joined; result: left, declined, timeout, withdrawn, transfer, agent_lost, call_over, talk_over, took_over, crash, or a cause; ms: for how long

	SuperviseBegan EntryKind = "supervise.started" // agent: the supervisor; target: whom she hears; reason: the mode
	SuperviseMode  EntryKind = "supervise.mode"    // reason: listen, whisper, barge, take_over
	SuperviseOver  EntryKind = "supervise.ended"   // reason; ms: for how long

	SosRaised   EntryKind = "sos.raised"   // agent: who needs help
	SosCalled   EntryKind = "sos.called"   // agent: the supervisor; count: how many are called by now
	SosAnswered EntryKind = "sos.answered" // agent: the supervisor; ms: after how long
	SosOver     EntryKind = "sos.ended"    // exactly one per sos.raised; reason: talk_over, withdrawn, took_over
)

// Of call-backs. Contact is the one in which it was chosen or promised, whose
// own call is over by then; each attempt is a contact of its own.
const (
	CallbackDenied  EntryKind = "callback.denied"    // it never began; reason: withheld, not_allowed, draining, safety_no
	CallbackQueued  EntryKind = "callback.queued"    // reason: the class; position: the place it keeps
	CallbackKept    EntryKind = "callback.kept"      // taken over from an earlier run; count: attempts
	CallbackHurried EntryKind = "callback.hurried"   // an admin wants it now; result: why not
	CallbackDialled EntryKind = "callback.dialled"   // count: the attempt; target: its contact; result: safe, or why it was not
	CallbackMissed  EntryKind = "callback.missed"    // the attempt did not reach her; reason: the cause
	CallbackReached EntryKind = "callback.reached"   // an end: she was talked to
	CallbackFailed  EntryKind = "callback.failed"    // an end; reason: attempts, per_day, other_person, queue_deleted
	CallbackExpired EntryKind = "callback.expired"   // an end
	CallbackRefused EntryKind = "callback.refused"   // an end: she must not be called; reason
	CallbackGivenUp EntryKind = "callback.cancelled" // an end; reason: called (by herself), again (another took its place); by
	CallerFound     EntryKind = "caller.found"       // she is answered who gave up within a day before; target: that contact
	CutPlanned      EntryKind = "cut.agreed"         // reason: we_call, she_calls, nothing, or empty
	SafetyNoted     EntryKind = "safety.noted"       // reason: asked, volunteer, admin, other_person_answered, new_incident, quick_exit; result: yes, no, empty; ms: how long it counts
)

// Outcome says how a contact ended; every contact has exactly one.
type Outcome string

// The outcomes, as contract and reports name them.
const (
	OutcomeAnswered       Outcome = "answered"
	OutcomeAbandonedShort Outcome = "abandoned_short"
	OutcomeAbandoned      Outcome = "abandoned"
	OutcomeVoicemail      Outcome = "voicemail"
	OutcomeCallbackKept   Outcome = "callback_kept"
	OutcomeClosed         Outcome = "closed"
	OutcomeRefusedFull    Outcome = "refused_full"
	OutcomeBlocked        Outcome = "blocked"
	OutcomeFailedMedia    Outcome = "failed_media"
	OutcomeSystem         Outcome = "system"
	OutcomeUnreached      Outcome = "unreached" // of an outgoing contact: nobody answered
)

// Call is the one record of a contact, a projection of its entries.
type Call struct {
	ID        ContactID  `json:"id"`
	Started   time.Time  `json:"started"`
	Ended     *time.Time `json:"ended"` // null while it runs
	Channel   Kind       `json:"channel"`
	Direction string     `json:"direction"`
	Number    string     `json:"number"` // masked
	Queue     QueueID    `json:"queue"`
	Agent     AgentID    `json:"agent"`
	Outcome   Outcome    `json:"outcome"`
	WaitMS    int64      `json:"wait_ms"`
	RingMS    int64      `json:"ring_ms"`
	TalkMS    int64      `json:"talk_ms"`
	EndedBy   Party      `json:"ended_by"`
	Cost      float64    `json:"cost,omitempty"` // of an outgoing call, by the rates of its time
}

// Directions of a contact.
const (
	DirectionIn  = "in"
	DirectionOut = "out"
)
