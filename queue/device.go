package queue

// Device is what rings for an agent and carries her voice. She chooses it; the
// desk knows which of them can be reached.
type Device string

// The devices there are.
const (
	DeviceBrowser Device = "browser" // her page, by WebRTC
	DevicePhone   Device = "phone"   // a SIP phone registered under her name
	DeviceMobile  Device = "mobile"  // her own mobile, called through a trunk
)

// Devices rings what is no browser. Orders never block and return nothing, as
// those of a Channel; answers come back as events.
type Devices interface {
	// Ring rings her phone (all its contacts) or her mobile (through a trunk,
	// "press 1 to accept"). Her answer comes as Accepted, her refusal as
	// Declined, a device that cannot ring as RingFailed. who is the caller, to
	// be shown masked on her phone; for DeviceMobile it is the number of her own
	// mobile, to be dialled, and the caller's is not told at all.
	Ring(agent AgentID, offer OfferID, contact ContactID, device Device, who Caller)
	// StopRinging ends a Ring that nobody answered yet.
	StopRinging(AgentID, OfferID)
	// Release hangs up the leg of her device, if one is up: the contact ended
	// or left her.
	Release(AgentID)
	// Transferred answers a TransferAsked of hers: code is empty when the desk
	// took the contact from her, else why it did not.
	Transferred(agent AgentID, contact ContactID, code NoticeCode)
}

// Target is where a contact is transferred to; exactly one field is set.
type Target struct {
	Queue  QueueID `json:"queue,omitempty"`
	Agent  AgentID `json:"agent,omitempty"`
	Number string  `json:"number,omitempty"` // as she typed it
}
