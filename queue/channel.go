package queue

// A Channel carries contacts of one kind. The desk orders, the channel answers
// with events. Orders never block and return nothing: each goes to the inbox
// of the contact's owner, and success or failure comes back as an event. An
// order for a contact that is gone is ignored.
type Channel interface {
	// Refuse turns the contact away before it was answered. HungUp follows
	// only for contacts the desk knows.
	Refuse(ContactID, Refusal)
	// Answer picks up (SIP: 180, 200) and plays greeting, then music.
	// Established follows when the path is up.
	Answer(ContactID, Sound)
	// Wait plays music (after the greeting, if one is given) to a contact that
	// was with an agent or came from another queue.
	Wait(ContactID, Sound)
	// Announce says where she stands, or a line of comfort, between two bars of music; a greeting that
	// still plays is finished first.
	Announce(ContactID, Announcement)
	// Ask says prompts to a caller who is with nobody, after a greeting that still
	// plays, and then goes on with the music. Asked with this number follows when
	// the words are over; a key, which comes as KeyPressed, may be earlier.
	Ask(ContactID, int, []string, Sound)
	// TakeMessage says the words, and a tone, and records what she says until she
	// presses #, is silent, hangs up or reaches the limit. MessageTaken follows,
	// before HungUp if she hung up.
	TakeMessage(ContactID, MessageOrder)
	// Connect joins her with the agent. Music goes on until the agent's first
	// packet; then Connected follows, else ConnectFailed and the music stays.
	Connect(ContactID, AgentID)
	// Hold parts her from all who are with her and plays music to her; they go on
	// among themselves. Resume joins them again.
	Hold(ContactID, Sound)
	Resume(ContactID)
	// Mute keeps the agent's sound from her.
	Mute(ContactID, bool)
	// Bring lets somebody else into the room she is in with her agent: an agent's
	// device, or a number, which is called as the helpline and told nothing of
	// her. Who hears whom is Guest's Role and Mode; a contact on hold hears none of
	// them. GuestJoined follows when the two sides can hear each other (a
	// supervisor who listens: when she hears), else GuestLeft with why not; later
	// GuestLeft, when the leg is gone. Who was brought in is in the room until
	// Dismiss, Promote or the contact's end, also while the agent's leg is away.
	Bring(ContactID, Guest)
	// Reseat lets the agent's new leg take the place of the one she lost, among who
	// was brought in; a contact on hold stays so. If she has none, GuestLeft follows
	// for each of them.
	Reseat(ContactID)
	// SetMode changes how far a supervisor takes part.
	SetMode(ContactID, GuestID, Mode)
	// MuteGuest keeps a guest's sound from the others.
	MuteGuest(ContactID, GuestID, bool)
	// Dismiss takes a guest out, and hangs up if it is a number. Nothing follows.
	Dismiss(ContactID, GuestID)
	// Promote takes the agent out and puts the guest in her place; hold is over.
	// Connected follows when the two hear each other, else ConnectFailed; for a
	// number, whose agent is empty, as after Forward.
	Promote(ContactID, GuestID, AgentID)
	// SendKeys presses keys towards the far end (RFC 4733).
	SendKeys(ContactID, string)
	// Close plays the prompt and then ends; HungUp{BySystem, CausePlayed} follows.
	Close(ContactID, string)
	// End hangs up now. HungUp with the same party and cause follows.
	End(ContactID, Party, Cause)
	// Say plays prompts to a contact who is with an agent, and to the agent, and
	// lets the two go on when they are over.
	Say(ContactID, []string, string)
	// Dial calls a number for an agent: a new contact that goes out. Her device
	// is joined with the new leg at once, so that she hears it ring. Ringing,
	// Established and Connected follow, or HungUp with why nobody answered.
	Dial(ContactID, AgentID, Caller, Manner)
	// Forward calls a number for a contact that is here and joins the two when
	// it is answered; until then her music goes on. Connected without an agent
	// follows, or ConnectFailed without an agent and with the cause as stage.
	// Wait gives up a Forward that was not answered yet; whichever of the two
	// hangs up later, HungUp follows.
	Forward(ContactID, Caller)
}

// Screens shows agents what the desk decided. Calls never block; only the
// latest Show of an agent counts.
type Screens interface {
	Show(AgentID, AgentView)
	Notify(AgentID, Notice)
}

// Journal keeps entries. Append returns when they are on the disk, all or none.
type Journal interface {
	Append([]Entry) error
}
