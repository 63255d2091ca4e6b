package agentui

import (
	"encoding/json"
	"fmt"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// Version is the newest version of the live protocol; versions lists all this
// server speaks. A change that an older page would misread gets a new number,
// and the old one is kept for one release.
const Version = 1

var versions = []int{Version}

// Head is the first field of every message: what kind it is.
type Head struct {
	Type string `json:"type"`
}

// What the server says.
type (
	// Welcome: this connection is the agent's live screen now.
	Welcome struct {
		Head
		Version      int                   `json:"version"`
		Agent        queue.AgentID         `json:"agent"`
		Name         string                `json:"name"` // her alias
		Now          time.Time             `json:"now"`
		Zone         string                `json:"zone"` // whose clock times of the day are shown by, like Asia/Jakarta
		Dispositions []configs.Disposition `json:"dispositions"`
		PauseReasons []configs.PauseReason `json:"pause_reasons"`
		Epoch        uint64                `json:"epoch"` // counts the welcomes of this run of the server
		Locked       bool                  `json:"locked,omitempty"`
		LockAfter    int                   `json:"lock_after_s,omitempty"` // seconds without a sign of her after which the page locks itself; absent: never
	}
	// Elsewhere: another page of hers is live; only takeover is heard here.
	Elsewhere struct{ Head }
	// Replaced: another page of hers took over; the connection ends.
	Replaced struct{ Head }
	// State: this is your state now; it replaces what the page had.
	State struct {
		Head
		Now  time.Time       `json:"now"`
		View queue.AgentView `json:"view"`
	}
	// Notified: this happened; it is not a state.
	Notified struct {
		Head
		Notice queue.Notice `json:"notice"`
	}
	// MediaAnswer answers the latest media.offer.
	MediaAnswer struct {
		Head
		SDP string `json:"sdp"`
	}
	// MediaState is the server's judgement of her path.
	MediaState struct {
		Head
		State PathState `json:"state"`
	}
	// Checked is what the server received from her microphone during a check.
	Checked struct {
		Head
		Packets int     `json:"packets"`
		LevelDB float64 `json:"level_db"`
	}
	// Echoed: she has heard her own voice; how it had arrived here.
	Echoed struct {
		Head
		Packets  int     `json:"packets"`
		Lost     int     `json:"lost"`
		LevelDB  float64 `json:"level_db"`
		JitterMS int     `json:"jitter_ms"`
	}
	// Trouble: a request could not be done. For names the request's type.
	Trouble struct {
		Head
		Code TroubleCode `json:"code"`
		For  string      `json:"for,omitempty"`
	}
	// Pong answers a ping.
	Pong struct {
		Head
		T int64 `json:"t"`
	}
	// Draining: the server takes no new calls and will stop when the last
	// ends; those here go on.
	Draining struct{ Head }
	// Quality is how a talk sounds, about every 2 s of it: what reaches her
	// browser and what comes from it, what comes from the caller and what reaches
	// her. A direction nobody can judge is absent.
	Quality struct {
		Head
		Contact   queue.ContactID `json:"contact"`
		YouIn     *Way            `json:"you_in,omitempty"`
		YouOut    *Way            `json:"you_out,omitempty"`
		CallerIn  *Way            `json:"caller_in,omitempty"`
		CallerOut *Way            `json:"caller_out,omitempty"`
		RTTms     int             `json:"rtt_ms"` // between browser and server
	}
	// Announced is what a supervisor tells all volunteers; with an empty text the
	// last one is over.
	Announced struct {
		Head
		Announcement
	}
)

// What the page asks for.
type (
	// Hello is the first message of a connection.
	Hello struct {
		Head
		Versions []int `json:"versions"`
		Takeover bool  `json:"takeover"`
	}
	// Takeover makes this connection the live one.
	Takeover struct{ Head }
	// ShiftStart begins the shift; the check follows.
	ShiftStart struct{ Head }
	// ShiftEnd ends the shift, after the contact if there is one.
	ShiftEnd struct{ Head }
	// MediaOffer is the browser's WebRTC offer, complete with candidates.
	MediaOffer struct {
		Head
		SDP string `json:"sdp"`
	}
	// Check plays a chime to the page and listens to its microphone.
	Check struct{ Head }
	// Echo plays back to her what she says in the next three seconds.
	Echo struct{ Head }
	// CheckPassed: the page heard the chime and its own meter moved.
	CheckPassed struct {
		Head
		HeardPackets int     `json:"heard_packets"`
		MicLevelDB   float64 `json:"mic_level_db"`
	}
	// Ready takes calls from now on.
	Ready struct{ Head }
	// Pause takes no calls from now on, or after this contact.
	Pause struct {
		Head
		Reason string `json:"reason"` // a configured code
	}
	// Accept answers a ringing contact.
	Accept struct {
		Head
		Offer queue.OfferID `json:"offer"`
	}
	// Decline passes a ringing contact on.
	Decline struct {
		Head
		Offer queue.OfferID `json:"offer"`
	}
	// Hold gives the caller music.
	Hold struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Resume ends hold.
	Resume struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Mute keeps her sound from the caller, or gives it back.
	Mute struct {
		Head
		Contact queue.ContactID `json:"contact"`
		On      bool            `json:"on"`
	}
	// Keys presses keys towards the caller: 0-9 * # A-D, at most 32.
	Keys struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Keys    string          `json:"keys"`
	}
	// HangUp ends the contact.
	HangUp struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// ChooseDevice: ring me here from now on; only between contacts.
	ChooseDevice struct {
		Head
		Device queue.Device `json:"device"`
	}
	// Dial calls a number as the helpline; it is as she typed it, at most 32.
	Dial struct {
		Head
		Number string `json:"number"`
	}
	// Transfer gives the contact away; exactly one field of To is set.
	Transfer struct {
		Head
		Contact queue.ContactID `json:"contact"`
		To      queue.Target    `json:"to"`
	}
	// Consult asks somebody else first: who is asked rings, the caller hears
	// music. Exactly one field of To is set.
	Consult struct {
		Head
		Contact queue.ContactID `json:"contact"`
		To      queue.Target    `json:"to"`
	}
	// ConsultComplete gives the caller to whom she asked.
	ConsultComplete struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// ConsultBack lets go whom she asked; she is with the caller alone.
	ConsultBack struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// ConsultMerge lets all three hear each other.
	ConsultMerge struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Supervise begins the supervision of a running talk, or changes its mode.
	Supervise struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Mode    queue.Mode      `json:"mode"` // listen, whisper, barge, take_over
	}
	// SuperviseEnd leaves the talk she supervises.
	SuperviseEnd struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Sos calls a supervisor to this talk, or takes it back.
	Sos struct {
		Head
		Contact queue.ContactID `json:"contact"`
		On      bool            `json:"on"`
	}
	// SosAnswer comes to a volunteer who called.
	SosAnswer struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Wish notes that the caller would like the same volunteer again, or that
	// the two shall not meet again.
	Wish struct {
		Head
		Contact queue.ContactID `json:"contact"`
		What    string          `json:"what"` // same, never
		On      bool            `json:"on"`
	}
	// WrapUpChoose marks how it went, and writes on.
	WrapUpChoose struct {
		Head
		Contact     queue.ContactID `json:"contact"`
		Disposition string          `json:"disposition"` // a configured code
	}
	// SilentAsk plays a yes/no question to a caller who cannot speak.
	SilentAsk struct {
		Head
		Contact  queue.ContactID `json:"contact"`
		Question string          `json:"question"` // danger, near, hurt, police, stay, own
	}
	// SilentEnd: she can speak; her keys are keys again.
	SilentEnd struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// AbuseEnd ends an abusive call: she is off at once, the caller hears why.
	AbuseEnd struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// Rest takes the rest that her wrap-up offers.
	Rest struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// PromiseCallback: she promised the caller to be called back; On false takes it
	// back.
	PromiseCallback struct {
		Head
		Contact queue.ContactID `json:"contact"`
		On      bool            `json:"on"`
	}
	// AgreeCut: the two agreed on what happens if the call breaks off.
	AgreeCut struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Plan    queue.CutPlan   `json:"plan"` // we_call, she_calls, nothing; empty takes it back
	}
	// Debrief: after a heavy contact she would like to talk to somebody; On false
	// takes it back.
	Debrief struct {
		Head
		On bool `json:"on"`
	}
	// DebriefHeld: this supervisor has talked with her.
	DebriefHeld struct {
		Head
		Agent queue.AgentID `json:"agent"`
	}
	// NoteTalkSafety: the caller said whether she can talk safely now, or it could
	// not be asked.
	NoteTalkSafety struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Answer  queue.TalkSafe  `json:"answer"` // yes, no, unknown
	}
	// NoteSafety: the caller said whether, and when, it is safe to call her.
	NoteSafety struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Safety
	}
	// OtherPerson: somebody else than she whom we called picked up.
	OtherPerson struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// BlockCaller blocks the caller for a day.
	BlockCaller struct {
		Head
		Contact queue.ContactID `json:"contact"`
		Reason  string          `json:"reason"` // prank, abusive, sexual, threat, other
	}
	// WrapUpExtend asks for more writing time.
	WrapUpExtend struct {
		Head
		Contact queue.ContactID `json:"contact"`
	}
	// WrapUpFinish ends the writing time.
	WrapUpFinish struct {
		Head
		Contact     queue.ContactID `json:"contact"`
		Disposition string          `json:"disposition"` // a configured code, or empty
	}
	// PageStats is how the call sounds at the page, about every 5 s of a call.
	PageStats struct {
		Head
		RTTms     float64 `json:"rtt_ms"`
		JitterMS  float64 `json:"jitter_ms"`
		Loss      float64 `json:"loss"`      // 0 to 1, of the packets towards the page
		Concealed float64 `json:"concealed"` // 0 to 1, of the samples played
	}
	// Ping asks for a pong; T comes back as it was.
	Ping struct {
		Head
		T int64 `json:"t"`
	}
)

// PathState is how the sound's way between a browser and the server is.
type PathState string

// The states of a path.
const (
	PathConnecting PathState = "connecting"
	PathConnected  PathState = "connected"
	PathLost       PathState = "lost"
)

// TroubleCode says why a request was not done; the page has words for it.
type TroubleCode string

// The troubles there are.
const (
	BadMessage   TroubleCode = "bad_message"   // not JSON, an unknown type, or a field that makes no sense
	NoVersion    TroubleCode = "version"       // no version in common; the connection ends
	NotLive      TroubleCode = "not_live"      // sent before welcome
	NotAgent     TroubleCode = "not_agent"     // she is on no queue's list of volunteers
	OfferRefused TroubleCode = "media_refused" // the media offer could not be answered
	NoPath       TroubleCode = "no_path"       // a check without a connected path
	MicSilent    TroubleCode = "mic_silent"    // check.passed, but the server had received nothing
	NotNow       TroubleCode = "not_now"       // an echo while there is a contact
	TooFast      TroubleCode = "too_fast"      // more messages than a person can cause
	PageLocked   TroubleCode = "locked"        // only accept, hangup and sos are heard until the session is unlocked
)

// Codes a connection is closed with, besides those of RFC 6455.
const (
	CloseReplaced  = 4001 // another page took over
	CloseVersion   = 4002 // no version in common
	CloseSignedOut = 4003 // signed out, disabled, or the session's time is over
	CloseSilent    = 4004 // nothing came for longer than a ping and its deadline
	CloseSlow      = 4005 // the page does not read
	CloseTooFast   = 4006 // too many messages
)

// saidBy maps the type word to an empty message, one table for each direction.
var (
	serverMessages = map[string]func() any{
		"welcome":      func() any { return new(Welcome) },
		"elsewhere":    func() any { return new(Elsewhere) },
		"replaced":     func() any { return new(Replaced) },
		"state":        func() any { return new(State) },
		"notice":       func() any { return new(Notified) },
		"media.answer": func() any { return new(MediaAnswer) },
		"media.state":  func() any { return new(MediaState) },
		"check.result": func() any { return new(Checked) },
		"echo.result":  func() any { return new(Echoed) },
		"error":        func() any { return new(Trouble) },
		"pong":         func() any { return new(Pong) },
		"draining":     func() any { return new(Draining) },
		"locked":       func() any { return new(Locked) },
		"announcement": func() any { return new(Announced) },
		"quality":      func() any { return new(Quality) },
	}
	clientMessages = map[string]func() any{
		"hello":            func() any { return new(Hello) },
		"takeover":         func() any { return new(Takeover) },
		"shift.start":      func() any { return new(ShiftStart) },
		"shift.end":        func() any { return new(ShiftEnd) },
		"media.offer":      func() any { return new(MediaOffer) },
		"check":            func() any { return new(Check) },
		"echo":             func() any { return new(Echo) },
		"check.passed":     func() any { return new(CheckPassed) },
		"ready":            func() any { return new(Ready) },
		"pause":            func() any { return new(Pause) },
		"accept":           func() any { return new(Accept) },
		"decline":          func() any { return new(Decline) },
		"hold":             func() any { return new(Hold) },
		"resume":           func() any { return new(Resume) },
		"mute":             func() any { return new(Mute) },
		"keys":             func() any { return new(Keys) },
		"hangup":           func() any { return new(HangUp) },
		"device":           func() any { return new(ChooseDevice) },
		"dial":             func() any { return new(Dial) },
		"transfer":         func() any { return new(Transfer) },
		"consult":          func() any { return new(Consult) },
		"consult.complete": func() any { return new(ConsultComplete) },
		"consult.back":     func() any { return new(ConsultBack) },
		"consult.merge":    func() any { return new(ConsultMerge) },
		"supervise":        func() any { return new(Supervise) },
		"supervise.end":    func() any { return new(SuperviseEnd) },
		"sos":              func() any { return new(Sos) },
		"sos.answer":       func() any { return new(SosAnswer) },
		"wish":             func() any { return new(Wish) },
		"wrapup.choose":    func() any { return new(WrapUpChoose) },
		"wrapup.extend":    func() any { return new(WrapUpExtend) },
		"silent.ask":       func() any { return new(SilentAsk) },
		"silent.end":       func() any { return new(SilentEnd) },
		"abuse.end":        func() any { return new(AbuseEnd) },
		"rest":             func() any { return new(Rest) },
		"callback.promise": func() any { return new(PromiseCallback) },
		"callback.cut":     func() any { return new(AgreeCut) },
		"debrief":          func() any { return new(Debrief) },
		"debrief.held":     func() any { return new(DebriefHeld) },
		"talk.safety":      func() any { return new(NoteTalkSafety) },
		"safety":           func() any { return new(NoteSafety) },
		"callback.other":   func() any { return new(OtherPerson) },
		"block":            func() any { return new(BlockCaller) },
		"wrapup.finish":    func() any { return new(WrapUpFinish) },
		"stats":            func() any { return new(PageStats) },
		"ping":             func() any { return new(Ping) },
	}
)

// decode reads one message of the given direction. Unknown fields are let
// pass: a newer page may say more than this server understands. The type is
// returned even when the rest cannot be read, so the answer can name it.
func decode(table map[string]func() any, text []byte) (message any, kind string, err error) {
	var head Head
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, "", fmt.Errorf("read message: %w", err)
	}
	empty, known := table[head.Type]
	if !known {
		return nil, "", fmt.Errorf("unknown message type")
	}
	m := empty()
	if err := json.Unmarshal(text, m); err != nil {
		return nil, head.Type, fmt.Errorf("read %s: %w", head.Type, err)
	}
	return m, head.Type, nil
}
