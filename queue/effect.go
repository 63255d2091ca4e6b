package queue

import "time"

// Effect is an order the desk gives. The performer keeps every Record first
// and only then hands the others to their owners.
type Effect interface{ effect() }

// Orders to a contact's channel; see Channel for what each must do.
type (
	Refuse struct {
		Contact ContactID
		Why     Refusal
	}
	Answer struct {
		Contact ContactID
		Sound   Sound
	}
	Wait struct {
		Contact ContactID
		Sound   Sound
	}
	Announce struct {
		Contact ContactID
		Announcement
	}
	Ask struct {
		Contact ContactID
		Ask     int
		Prompts []string
		Sound   Sound
	}
	TakeMessage struct {
		Contact ContactID
		Order   MessageOrder
	}
	Connect struct {
		Contact ContactID
		Agent   AgentID
	}
	Hold struct {
		Contact ContactID
		Sound   Sound
	}
	Resume struct{ Contact ContactID }
	Mute   struct {
		Contact ContactID
		On      bool
	}
	SendKeys struct {
		Contact ContactID
		Keys    string
	}
	Close struct {
		Contact ContactID
		Words   string
	}
	End struct {
		Contact ContactID
		By      Party
		Cause   Cause
	}
	// Say plays prompts into a talk.
	Say struct {
		Contact  ContactID
		Prompts  []string
		Language string
	}
	// Dial's Number is in E.164 or a short code.
	Dial struct {
		Contact ContactID
		Agent   AgentID
		Number  Caller
		Manner  Manner
	}
	Forward struct {
		Contact ContactID
		Number  Caller
	}
)

// Orders about who else is with a contact.
type (
	Bring struct {
		Contact ContactID
		Guest   Guest
	}
	// Reseat's agent is the contact's.
	Reseat  struct{ Contact ContactID }
	SetMode struct {
		Contact ContactID
		Guest   GuestID
		Mode    Mode
	}
	MuteGuest struct {
		Contact ContactID
		Guest   GuestID
		On      bool
	}
	Dismiss struct {
		Contact ContactID
		Guest   GuestID
	}
	// Promote's Agent is empty for a number.
	Promote struct {
		Contact ContactID
		Guest   GuestID
		Agent   AgentID
	}
)

func (Bring) effect()     {}
func (Reseat) effect()    {}
func (SetMode) effect()   {}
func (MuteGuest) effect() {}
func (Dismiss) effect()   {}
func (Promote) effect()   {}

// Orders to an agent's device; see Devices for what each must do.
type (
	Ring struct {
		Agent   AgentID
		Offer   OfferID
		Contact ContactID
		Device  Device
		Caller  Caller
	}
	StopRinging struct {
		Agent AgentID
		Offer OfferID
	}
	Release     struct{ Agent AgentID }
	Transferred struct {
		Agent   AgentID
		Contact ContactID
		Code    NoticeCode
	}
)

// Orders to whoever keeps blocks; see Blocks.
type (
	KeepBlock struct{ Block Block }
	HitBlock  struct {
		ID BlockID
		At time.Time
	}
	DropBlock struct{ ID BlockID }
)

// Orders to whoever keeps call-backs; see Callbacks.
type (
	KeepCallback struct{ Callback KeptCallback }
	DropCallback struct{ ID ContactID }
	KeepSafety   struct{ Profile SafetyProfile }
	DropSafety   struct{ Key string }
)

// Manner is how a call is placed.
type Manner struct {
	Hide   bool // the far end sees no number of ours, whatever the trunk usually shows
	Listen bool // the agent hears the far end but is not heard, until Mute is ordered off
}

// Orders to an agent's screen.
type (
	// Show: this is your state now.
	Show struct {
		Agent AgentID
		View  AgentView
	}
	// Notify: this happened; it is not a state.
	Notify struct {
		Agent  AgentID
		Notice Notice
	}
)

// Record: keep this in the journal.
type Record struct{ Entry Entry }

// Sound is what a caller hears while no human speaks to her.
type Sound struct {
	Greeting string // prompt played once before the music; empty: none
	Music    string // prompt that loops
	Language string // id or en
}

// Refusal says why a call is not answered at all.
type Refusal string

// The refusals and the SIP status each becomes.
const (
	UnknownNumber Refusal = "unknown_number" // 404
	Draining      Refusal = "draining"       // 503 with Retry-After
)

func (Refuse) effect()      {}
func (Answer) effect()      {}
func (Wait) effect()        {}
func (Announce) effect()    {}
func (Ask) effect()         {}
func (TakeMessage) effect() {}
func (Connect) effect()     {}
func (Hold) effect()        {}
func (Resume) effect()      {}
func (Mute) effect()        {}
func (SendKeys) effect()    {}
func (Close) effect()       {}
func (End) effect()         {}
func (Dial) effect()        {}
func (Forward) effect()     {}
func (Ring) effect()        {}
func (StopRinging) effect() {}
func (Release) effect()     {}
func (Transferred) effect() {}
func (Show) effect()        {}
func (Notify) effect()      {}
func (Record) effect()      {}

func (Say) effect()       {}
func (KeepBlock) effect() {}
func (HitBlock) effect()  {}
func (DropBlock) effect() {}

func (KeepCallback) effect() {}
func (DropCallback) effect() {}
func (KeepSafety) effect()   {}
func (DropSafety) effect()   {}
