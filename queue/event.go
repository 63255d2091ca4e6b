package queue

import (
	"time"

	"sahut/configs"
)

// Event is something that happened and that the desk must know. Events are
// past tense; whoever saw it happen posts it.
type Event interface{ event() }

// Events of a contact, posted by its channel.
type (
	// Arrived: a contact knocks. Its channel keeps it waiting (SIP: 100
	// Trying) until the desk orders Answer or Refuse.
	Arrived struct {
		Contact ContactID
		Channel Kind
		Dialled string // the number as the trunk delivered it
		Caller  Caller
		Drill   bool // the house's own trial call, known by the token it made
	}
	// Ringing: the far end of an outgoing contact rings (SIP: 18x).
	Ringing struct{ Contact ContactID }
	// Established: the contact's path is up (SIP: ACK seen, or media heard).
	// Only now does she enter the queue. Of an outgoing contact: the far end
	// answered (SIP: 200).
	Established struct{ Contact ContactID }
	// Connected: the contact and the agent hear each other. Agent is empty for
	// the number a Forward called.
	Connected struct {
		Contact ContactID
		Agent   AgentID
	}
	// ConnectFailed: the agent's path did not carry sound. The contact keeps
	// her place; Stage says where it broke ("peer", "microphone"). Agent is
	// empty for the number a Forward called; Stage then is a Cause.
	ConnectFailed struct {
		Contact ContactID
		Agent   AgentID
		Stage   string
	}
	// HungUp: the contact is gone, by whichever side.
	HungUp struct {
		Contact ContactID
		By      Party
		Cause   Cause
	}
	// KeyPressed: the caller pressed a key on her phone.
	KeyPressed struct {
		Contact ContactID
		Key     rune
	}
	// MessageTaken: the message is over. Kept says that there is one, Gone that
	// she hung up while it was recorded; HungUp follows then.
	MessageTaken struct {
		Contact ContactID
		Length  time.Duration
		Kept    bool
		Gone    bool
	}
	// Asked: the words of the order Ask with that number are over.
	Asked struct {
		Contact ContactID
		Ask     int
	}
)

// Events of an agent, posted by her session.
type (
	// ShiftStarted: she pressed Start shift; microphone and path are checked.
	ShiftStarted struct{ Agent AgentID }
	// PathProven: her browser's path carried sound both ways. Posted again
	// whenever it comes back, so a reattached browser resumes.
	PathProven struct{ Agent AgentID }
	// DeviceTested: what her page's check of her sound gave; result: heard,
	// silent (her microphone), no_path.
	DeviceTested struct {
		Agent  AgentID
		Result string
	}
	// PathLost: the path of her device is dead: of her browser (ICE failed,
	// peer closed; Device empty), or of the leg of her phone or mobile.
	PathLost struct {
		Agent  AgentID
		Device Device
	}
	// SessionOpened: her screen is connected to the server.
	SessionOpened struct{ Agent AgentID }
	// SessionLost: her screen is gone, with or without saying so.
	SessionLost struct{ Agent AgentID }
	// ReadyAsked: she pressed Ready.
	ReadyAsked struct{ Agent AgentID }
	// PauseAsked: she pressed Pause; during a contact it takes effect after.
	PauseAsked struct {
		Agent  AgentID
		Reason string // a configured code
	}
	// ShiftEnded: she pressed End shift; during a contact it takes effect after.
	ShiftEnded struct{ Agent AgentID }
	// Accepted: she picked up her phone for this offer, or pressed Answer on her
	// Page, which counts only for those who talk by it.
	Accepted struct {
		Agent AgentID
		Offer OfferID
		Page  bool
	}
	// Declined: she pressed Decline on this offer, or her phone did (486, 603).
	Declined struct {
		Agent AgentID
		Offer OfferID
	}
	// RingFailed: her device could not be rung for this offer. Reason is one of
	// busy, declined, unreachable, no_trunk, voicemail.
	RingFailed struct {
		Agent  AgentID
		Offer  OfferID
		Reason string
	}
	// DeviceChosen: she wants to be rung here from now on; only between contacts.
	DeviceChosen struct {
		Agent  AgentID
		Device Device
	}
	// PhoneRegistered: her SIP phone signed in (the first of them) or is gone
	// (the last).
	PhoneRegistered struct {
		Agent AgentID
		On    bool
	}
	// Dialled: she asks to call this number, as she typed it.
	Dialled struct {
		Agent  AgentID
		Number string
	}
	// TransferAsked: she gives the contact away, without a word to whoever
	// takes it (blind).
	TransferAsked struct {
		Agent   AgentID
		Contact ContactID
		To      Target
	}
	// HoldAsked, ResumeAsked, MuteAsked, KeysAsked, HangUpAsked: buttons
	// during a contact. Each names the contact it was pressed for, so a late
	// click never hits the next one.
	HoldAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	ResumeAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	MuteAsked struct {
		Agent   AgentID
		Contact ContactID
		On      bool
	}
	KeysAsked struct {
		Agent   AgentID
		Contact ContactID
		Keys    string // 0-9 * # A-D
	}
	HangUpAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	// StickyAsked: the caller would like to talk to her again, next time.
	// NeverAsked: the caller, or she herself, would rather not meet again. Both
	// during the contact or its wrap-up; On false takes it back.
	StickyAsked struct {
		Agent   AgentID
		Contact ContactID
		On      bool
	}
	NeverAsked struct {
		Agent   AgentID
		Contact ContactID
		On      bool
	}
	// DispositionChosen: she marked how it went, and may write on.
	DispositionChosen struct {
		Agent       AgentID
		Contact     ContactID
		Disposition string // a configured code
	}
	// WrapUpExtended and WrapUpFinished: buttons of the wrap-up form.
	WrapUpExtended struct {
		Agent   AgentID
		Contact ContactID
	}
	WrapUpFinished struct {
		Agent       AgentID
		Contact     ContactID
		Disposition string // a configured code, or empty
	}
)

// Events of the house.
type (
	// RoutingChanged: an admin's edit was kept and is valid.
	RoutingChanged struct {
		Routing  configs.Routing
		Revision uint64
		By       string
	}
	// Ticked: a deadline of the state may be due.
	Ticked struct{}
	// Announced: a supervisor told all volunteers something, or (On false) took it
	// back. What, the desk does not know.
	Announced struct {
		By string
		On bool
	}
	// DrainStarted: no new contacts; those here go on.
	DrainStarted struct{}
	// DrillDone: the house called itself through a trunk. Stage is how far the
	// caller came, Took how long until then. Alone: no volunteer was there by
	// intent. Heard: the volunteer heard the caller.
	DrillDone struct {
		OK    bool
		Stage string
		Took  time.Duration
		Alone bool
		Heard bool
	}
)

// Party is one side of a contact, as records name it.
type Party string

// The parties that can end a contact.
const (
	ByCaller  Party = "caller"
	ByAgent   Party = "agent"
	BySystem  Party = "system"
	ByNetwork Party = "network"
)

// Cause says in a word why a contact ended; it is kept in the journal.
type Cause string

// Causes a channel reports.
const (
	CauseNormal   Cause = "normal"     // BYE, or the volunteer hung up
	CauseCancel   Cause = "cancel"     // the caller gave up before 200
	CauseNoAck    Cause = "no_ack"     // 200 was never acknowledged
	CauseNoCodec  Cause = "no_codec"   // 488: nothing in common
	CauseNoPorts  Cause = "no_ports"   // RTP range exhausted
	CauseSilence  Cause = "rtp_lost"   // media died and the probe too
	CauseExpired  Cause = "expired"    // the far end stopped refreshing the session (RFC 4028)
	CausePanic    Cause = "panic"      // our bug; only this call ended
	CauseDrain    Cause = "drain"      // the server stopped
	CausePlayed   Cause = "words_done" // closing words were played to the end
	CauseRefused  Cause = "refused"    // the desk ordered Refuse
	CauseDuration Cause = "max_time"   // the hard limit of one call

	CauseQuickExit Cause = "quick_exit" // she pressed 0 twice: somebody came in
)

// Causes of an outgoing contact that nobody answered.
const (
	CauseBusy        Cause = "busy"        // 486, 600
	CauseNoAnswer    Cause = "no_answer"   // 408 after ringing, 480, our own patience
	CauseRejected    Cause = "rejected"    // 403, 603, 607
	CauseUnreachable Cause = "unreachable" // 5xx, nothing at all
	CauseNotFound    Cause = "not_found"   // 404, 410, 484, 604
	CauseNoTrunk     Cause = "no_trunk"    // no trunk is up or has room
)

func (Arrived) event()           {}
func (Ringing) event()           {}
func (Established) event()       {}
func (Connected) event()         {}
func (ConnectFailed) event()     {}
func (HungUp) event()            {}
func (KeyPressed) event()        {}
func (Asked) event()             {}
func (MessageTaken) event()      {}
func (ShiftStarted) event()      {}
func (PathProven) event()        {}
func (PathLost) event()          {}
func (SessionOpened) event()     {}
func (SessionLost) event()       {}
func (ReadyAsked) event()        {}
func (PauseAsked) event()        {}
func (ShiftEnded) event()        {}
func (Accepted) event()          {}
func (Declined) event()          {}
func (RingFailed) event()        {}
func (DeviceChosen) event()      {}
func (PhoneRegistered) event()   {}
func (Dialled) event()           {}
func (TransferAsked) event()     {}
func (HoldAsked) event()         {}
func (ResumeAsked) event()       {}
func (MuteAsked) event()         {}
func (KeysAsked) event()         {}
func (HangUpAsked) event()       {}
func (StickyAsked) event()       {}
func (NeverAsked) event()        {}
func (WrapUpExtended) event()    {}
func (WrapUpFinished) event()    {}
func (DispositionChosen) event() {}
func (RoutingChanged) event()    {}
func (Ticked) event()            {}
func (DrainStarted) event()      {}
func (DrillDone) event()         {}

// Events of callers who cannot speak, who abuse, or who are blocked.
type (
	// SilentAsked: the caller cannot speak, and this question is to be played to
	// her. SilentEnded: she can; her keys are keys again.
	SilentAsked struct {
		Agent    AgentID
		Contact  ContactID
		Question string // danger, near, hurt, police, stay; own: asked by voice
	}
	SilentEnded struct {
		Agent   AgentID
		Contact ContactID
	}
	// AbuseEnded: the volunteer is off at once, and the caller hears why.
	AbuseEnded struct {
		Agent   AgentID
		Contact ContactID
	}
	// RestAsked: she takes the rest that was offered to her in wrap-up.
	RestAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	// BlockAsked: she wants the caller blocked, during the contact or its wrap-up.
	BlockAsked struct {
		Agent   AgentID
		Contact ContactID
		Reason  string // one of BlockReasons
	}
	// BlocksKept is the whole list, posted when the server starts. What follows
	// was kept in the store before it is posted.
	BlocksKept    struct{ List []Block }
	BlockAdded    struct{ Block Block }
	BlockFailed   struct{ Block Block } // the store did not take a volunteer's
	BlockApproved struct {
		ID      BlockID
		By      string
		Expires time.Time
	}
	BlockRemoved struct {
		ID BlockID
		By string
	}
)

// Events of those who are with a contact beside her agent.
type (
	// ConsultAsked: she asks somebody else first, while her contact hears music.
	ConsultAsked struct {
		Agent   AgentID
		Contact ContactID
		To      Target // of a queue: its next volunteer
	}
	// CompleteAsked: the contact is the third's now. BackAsked: the third is let go.
	// MergeAsked: all three hear each other.
	CompleteAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	BackAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	MergeAsked struct {
		Agent   AgentID
		Contact ContactID
	}
	// GuestJoined and GuestLeft answer Bring. Cause is a Cause, or the stage at
	// which an agent's path broke.
	GuestJoined struct {
		Contact ContactID
		Guest   GuestID
	}
	GuestLeft struct {
		Contact ContactID
		Guest   GuestID
		Cause   Cause
	}
	// RightsKnown: what the account allows whose page signed in.
	RightsKnown struct {
		Agent      AgentID
		Supervisor bool
	}
	// SuperviseAsked begins supervision of a running talk, or changes its mode.
	SuperviseAsked struct {
		Agent   AgentID
		Contact ContactID
		Mode    Mode
	}
	SuperviseEnded struct {
		Agent   AgentID
		Contact ContactID
	}
	// SosAsked: a volunteer calls for help in her talk; On false takes it back.
	SosAsked struct {
		Agent   AgentID
		Contact ContactID
		On      bool
	}
	// SosAccepted: a supervisor comes.
	SosAccepted struct {
		Agent   AgentID
		Contact ContactID
	}
)

func (ConsultAsked) event()   {}
func (CompleteAsked) event()  {}
func (BackAsked) event()      {}
func (MergeAsked) event()     {}
func (GuestJoined) event()    {}
func (GuestLeft) event()      {}
func (RightsKnown) event()    {}
func (SuperviseAsked) event() {}
func (SuperviseEnded) event() {}
func (SosAsked) event()       {}
func (SosAccepted) event()    {}

// Events of call-backs and of safety answers.
type (
	// CallbacksKept is what an earlier run kept, posted when the server starts.
	CallbacksKept struct {
		List   []KeptCallback
		Safety []SafetyProfile
	}
	// CutAgreed: caller and volunteer agreed on what happens if the call breaks
	// off; an empty plan takes it back.
	CutAgreed struct {
		Agent   AgentID
		Contact ContactID
		Plan    CutPlan
	}
	// CallbackPromised: the volunteer promised the caller to be called back; On
	// false takes it back.
	CallbackPromised struct {
		Agent   AgentID
		Contact ContactID
		On      bool
	}
	// SafetyAnswered: the caller told her volunteer whether it is safe to call her.
	SafetyAnswered struct {
		Agent   AgentID
		Contact ContactID
		Answer  SafetyAnswer
	}
	// DebriefAsked: after a heavy contact she would like to talk to somebody; On
	// false takes it back. DebriefHeld: a supervisor has talked with her.
	DebriefAsked struct {
		Agent AgentID
		On    bool
	}
	DebriefHeld struct {
		By    AgentID
		Agent AgentID
	}
	// DebriefsKept are the wishes of an earlier run, and since when they stand,
	// posted when the server starts.
	DebriefsKept struct{ Since map[AgentID]time.Time }
	// TalkSafetyTold: whether the caller can talk safely now, as she told her
	// volunteer.
	TalkSafetyTold struct {
		Agent   AgentID
		Contact ContactID
		Answer  TalkSafe
	}
	// WrapUpSaved finishes a wrap-up by another way than the page.
	WrapUpSaved struct {
		Agent       AgentID
		Contact     ContactID
		Disposition string // a configured code, or empty
		Talk        TalkSafe
		asked
	}
	// OtherAnswered: somebody else than she whom we called picked up.
	OtherAnswered struct {
		Agent   AgentID
		Contact ContactID
	}
	// CallbackCancelled, CallbackUrged and CallbackSafety: an admin's buttons.
	CallbackCancelled struct {
		ID ContactID
		By string
		asked
	}
	CallbackUrged struct {
		ID ContactID
		By string
		asked
	}
	CallbackSafety struct {
		ID     ContactID
		Answer SafetyAnswer
		By     string
		asked
	}
)

func (CallbacksKept) event()     {}
func (CutAgreed) event()         {}
func (CallbackPromised) event()  {}
func (SafetyAnswered) event()    {}
func (OtherAnswered) event()     {}
func (DebriefAsked) event()      {}
func (DebriefHeld) event()       {}
func (DebriefsKept) event()      {}
func (TalkSafetyTold) event()    {}
func (WrapUpSaved) event()       {}
func (CallbackCancelled) event() {}
func (CallbackUrged) event()     {}
func (CallbackSafety) event()    {}

func (SilentAsked) event()   {}
func (SilentEnded) event()   {}
func (AbuseEnded) event()    {}
func (RestAsked) event()     {}
func (BlockAsked) event()    {}
func (BlocksKept) event()    {}
func (BlockAdded) event()    {}
func (BlockFailed) event()   {}
func (BlockApproved) event() {}
func (BlockRemoved) event()  {}

func (DeviceTested) event() {}

func (Announced) event() {}
