package queue

import "time"

// AgentState is what an agent is doing. The words are those of data-state on
// the screen.
type AgentState string

// The states of an agent. Held is talking with the caller on hold;
// Reconnecting is any state on shift whose screen or path is away for less
// than the reconnect window.
const (
	Offline       AgentState = "offline"
	Checking      AgentState = "checking"
	Ready         AgentState = "ready"
	Offered       AgentState = "offered"
	Talking       AgentState = "talking"
	Held          AgentState = "held"
	WrapUp        AgentState = "wrapup"
	Paused        AgentState = "paused"
	NotResponding AgentState = "not_responding"
	MediaFault    AgentState = "media_fault"
	Reconnecting  AgentState = "reconnecting"
	Assisting     AgentState = "assisting" // with a contact who is another volunteer's
)

// System pause reasons, beside those an admin configures.
const (
	PauseLogin = "login" // on shift, checked, not yet ready
	// After a heavy contact; ends by itself. Until tells when.
	PauseDecompression = "decompression"
	PauseBreak         = "load_break" // after much; she alone ends it
)

// AgentView is all an agent's screen needs to show her state. The page derives
// nothing and keeps no timer of its own: it counts from the times given.
type AgentView struct {
	// Unlisted: the document does not name her (any more), so she cannot begin a shift.
	Unlisted bool `json:"-"`

	State  AgentState  `json:"state"`
	Since  time.Time   `json:"since"`
	Reason string      `json:"reason,omitempty"` // of paused, media_fault
	Until  *time.Time  `json:"until,omitempty"`  // end of reconnecting, or of decompression
	Next   AgentState  `json:"next,omitempty"`   // what follows this contact: paused or offline, if asked for
	Offer  *OfferView  `json:"offer,omitempty"`
	Call   *CallView   `json:"call,omitempty"`
	WrapUp *WrapUpView `json:"wrapup,omitempty"`
	Queues []QueueView `json:"queues"`

	Floor *FloorView `json:"floor,omitempty"` // of a supervisor on shift

	Debrief string `json:"debrief,omitempty"` // offered: she may ask for somebody to talk to; asked: she did

	Shift *ShiftView `json:"shift,omitempty"` // of the plan, while it runs and shortly before

	Device  Device   `json:"device,omitempty"`   // what rings for her
	Devices []Device `json:"devices,omitempty"`  // what she may choose now
	MayDial bool     `json:"may_dial,omitempty"` // an admin allows her to call out

	Callbacks []CallbackView `json:"callbacks,omitempty"` // of her queues, the first to be served first
}

// OfferView is a ringing contact.
type OfferView struct {
	ID      OfferID   `json:"id"`
	Contact ContactID `json:"contact"`
	Queue   QueueID   `json:"queue"`
	Label   string    `json:"label"`
	Caller  string    `json:"caller"` // masked
	Waiting time.Time `json:"waiting_since"`
	Expires time.Time `json:"expires"`
	GivenBy string    `json:"given_by,omitempty"` // alias of who transferred her
	Back    bool      `json:"back,omitempty"`     // this volunteer did, and nobody took her
	Consult bool      `json:"consult,omitempty"`  // GivenBy only asks her; the caller is not to be hers yet

	Callback *CallbackView `json:"callback,omitempty"` // accepted, she is called back
	Safety   []SafetyMark  `json:"safety,omitempty"`   // as far as the queue lets it be shown
	Before   int           `json:"before,omitempty"`   // how often she called in the 30 days before, at most 99
	Said
}

// Said is what the caller said by keys.
type Said struct {
	Danger   bool   `json:"danger,omitempty"`   // she is in danger now
	Language string `json:"language,omitempty"` // that she chose, else that of the number she called
	Topic    string `json:"topic,omitempty"`    // as menus name it
}

// CallView is the contact she is talking to.
type CallView struct {
	Contact    ContactID `json:"contact"`
	Queue      QueueID   `json:"queue"`
	Label      string    `json:"label"`
	Caller     string    `json:"caller"` // masked
	WaitMS     int64     `json:"wait_ms"`
	Connecting bool      `json:"connecting"` // accepted; her microphone has not been heard yet
	Started    time.Time `json:"started"`
	Held       bool      `json:"held"`
	Muted      bool      `json:"muted"`
	Keys       string    `json:"keys"`                // what the caller pressed, latest 32
	Direction  string    `json:"direction,omitempty"` // in, out
	Stage      string    `json:"stage,omitempty"`     // of an outgoing call not answered yet: dialling, ringing
	Said

	Silent *SilentView `json:"silent,omitempty"` // the caller cannot speak

	Callback  ContactID `json:"callback,omitempty"`  // this is an attempt of it
	Listening bool      `json:"listening,omitempty"` // it was answered; she is not heard until she takes mute off
	Back      *BackView `json:"back,omitempty"`      // nil: her number is withheld

	TalkSafety *TalkSafetyView `json:"talk_safety,omitempty"` // nil: it is not asked, or not by her

	Block string `json:"block,omitempty"` // may: she can be blocked; held: she is

	// Who else is with the caller, and what this volunteer is to her.
	Role    string      `json:"role,omitempty"` // empty: the caller is hers; consulted, third, supervisor: Agent's
	Mode    Mode        `json:"mode,omitempty"` // of a supervisor
	Agent   string      `json:"agent,omitempty"`
	Away    bool        `json:"away,omitempty"` // Agent's path broke: she has a moment to come back
	Third   *ThirdView  `json:"third,omitempty"`
	Watched []WatchView `json:"watched,omitempty"` // supervisors who hear this talk
	Sos     *SosView    `json:"sos,omitempty"`
}

// Stages of an outgoing call that was not answered yet.
const (
	StageDialling = "dialling"
	StageRinging  = "ringing"
)

// BackView is what is known about calling her again.
type BackView struct {
	Promised bool       `json:"promised"`           // somebody will call her back
	Answered Safe       `json:"answered,omitempty"` // what she said in this contact
	Safe     Safe       `json:"safe,omitempty"`     // what counts now
	Until    *time.Time `json:"until,omitempty"`
	IfCut    CutPlan    `json:"if_cut,omitempty"` // of a running talk
}

// WrapUpView is her writing time.
type WrapUpView struct {
	Contact ContactID `json:"contact"`
	Label   string    `json:"label"`
	TalkMS  int64     `json:"talk_ms"`
	Until   time.Time `json:"until"`
	EndedBy Party     `json:"ended_by"`

	Disposition string `json:"disposition,omitempty"` // chosen so far
	Extendable  bool   `json:"extendable"`
	Open        bool   `json:"open,omitempty"` // it ends when she says so

	Back *BackView `json:"back,omitempty"` // nil: her number is withheld

	TalkSafety *TalkSafetyView `json:"talk_safety,omitempty"` // nil: it is not asked

	Block string `json:"block,omitempty"` // may: the caller can be blocked; held: she is
	Rest  bool   `json:"rest,omitempty"`  // a rest is offered

	Follows string `json:"follows,omitempty"` // the rest that comes by itself, as it is marked now: decompression, load_break
}

// QueueView is a queue she answers, in numbers.
type QueueView struct {
	Queue   QueueID    `json:"queue"`
	Label   string     `json:"label"`
	Waiting int        `json:"waiting"`
	Oldest  *time.Time `json:"oldest,omitempty"` // since when the longest waiting caller waits
	Ready   int        `json:"ready"`
	Talking int        `json:"talking"`
	Closed  string     `json:"closed,omitempty"` // why it takes no callers now: hours, closed_now

	Callbacks int `json:"callbacks,omitempty"` // call-backs that are due
}

// Notice tells an agent about a happening.
type Notice struct {
	Code    NoticeCode `json:"code"`
	Contact ContactID  `json:"contact,omitempty"`
	Offer   OfferID    `json:"offer,omitempty"`
	Key     string     `json:"key,omitempty"`
	Agent   string     `json:"agent,omitempty"` // alias of who answered instead
}

// NoticeCode is what happened, as a code the page has words for.
type NoticeCode string

// The notices there are.
const (
	AnsweredElsewhere NoticeCode = "answered_elsewhere" // another volunteer was first
	CallerLeft        NoticeCode = "caller_left"        // she hung up while it rang or connected
	OfferMissed       NoticeCode = "offer_missed"       // it rang out
	OfferWithdrawn    NoticeCode = "offer_withdrawn"    // exit taken, queue changed
	CallEnded         NoticeCode = "call_ended"
	KeyHeard          NoticeCode = "key_heard"
	RemovedByAdmin    NoticeCode = "removed_by_admin"
	ConnectTrouble    NoticeCode = "connect_trouble" // her microphone could not be heard

	WishKept    NoticeCode = "wish_kept"    // what the caller asked for is remembered; Key: same:on, never:off, …
	WishUnknown NoticeCode = "wish_unknown" // her number is withheld: she cannot be known again

	SilentSaid NoticeCode = "silent_answered" // she pressed 1 or 2; Key: yes, no

	BlockKept    NoticeCode = "block_kept"    // the caller is blocked for a day
	BlockUnknown NoticeCode = "block_unknown" // her number is withheld: she cannot be known again
	BlockLost    NoticeCode = "block_failed"  // it could not be kept; try again

	UnknownDisposition NoticeCode = "unknown_disposition" // taken away by an admin; choose again
)

// Why a number was not dialled, for a call of her own or for a transfer. Once
// it was, the notice of a call that nobody answered has its Cause as code: busy,
// no_answer, rejected, unreachable, not_found, no_trunk.
const (
	DialNotAllowed NoticeCode = "dial_not_allowed" // she may not call out, or not this number
	DialInvalid    NoticeCode = "dial_invalid"     // no telephone number
	DialBusy       NoticeCode = "dial_busy"        // as many outgoing calls as may be run already
	DialLimit      NoticeCode = "dial_limit"       // her calls of this hour, or the costs of this day
	DialNotNow     NoticeCode = "dial_not_now"     // only when ready or paused, with a device that works
	NoTrunk        NoticeCode = NoticeCode(CauseNoTrunk)
)

// Why a contact was not transferred, beside those of dialling.
const (
	TransferUnknown    NoticeCode = "transfer_unknown"     // no such queue or volunteer
	TransferNotAllowed NoticeCode = "transfer_not_allowed" // a target that cannot take her: off shift, or the volunteer herself
	TransferNotNow     NoticeCode = "transfer_not_now"     // not while connecting, or not this contact
	TransferWaiting    NoticeCode = "transfer_waiting"     // to her: a contact waits for her alone; Agent gave it
	TransferFailed     NoticeCode = "transfer_failed"      // later: Key says why; the contact is at the head of her line
)

// What is told of call-backs, beside what the safety gate says: safety_unknown,
// safety_no, safety_expired, safety_window.
const (
	CallbackUnknown NoticeCode = "callback_unknown" // her number is withheld: she cannot be called
	SafetyMissing   NoticeCode = "safety_missing"   // first note whether it is safe to call her

	TalkSafetyMissing NoticeCode = "talk_safety_missing" // first note whether she could talk safely
)

// What is told of consultations, beside the reasons of transfers and of dialling.
const (
	ConsultNotNow NoticeCode = "consult_not_now" // not now, or nobody is consulted
	ConsultNobody NoticeCode = "consult_nobody"  // whom she wants to ask is not free
	ConsultFailed NoticeCode = "consult_failed"  // nobody came; Key says why. The caller is back with her
	ThirdLeft     NoticeCode = "third_left"      // who was with her is gone; Key says why
)

// What is told of supervision and of SOS.
const (
	SuperviseNotAllowed NoticeCode = "supervise_not_allowed" // she is no supervisor, the queue forbids it, or the caller does not want her
	SuperviseNotNow     NoticeCode = "supervise_not_now"     // the talk is over, or she has something in hand
	SuperviseUnseen     NoticeCode = "supervise_unseen"      // the volunteer has no screen to see it on
	SupervisorCame      NoticeCode = "supervisor_came"       // to the volunteer: Agent is with her, Key is the mode
	SupervisorWent      NoticeCode = "supervisor_went"
	TakenOver           NoticeCode = "taken_over" // Agent talks with the caller now
	SosComing           NoticeCode = "sos_coming" // Agent answered
	SosNobody           NoticeCode = "sos_nobody" // no supervisor is on shift; it stands, in case one comes
)

// What is told of devices.
const (
	DeviceFailed NoticeCode = "device_failed"  // her device could not be rung; Key says why
	DeviceNotNow NoticeCode = "device_not_now" // not during a contact, or no such device
)
