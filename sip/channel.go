package sip

import "sahut/queue"

// The registry of calls is the voice channel: each order goes into its call's
// inbox.
var _ queue.Channel = (*calls)(nil)

// Voice is the channel the desk gives its orders to. (The server itself cannot
// be: its Close ends the server, the channel's Close ends one contact.)
func (s *Server) Voice() queue.Channel { return s.calls }

// Refuse implements [queue.Channel].
func (cs *calls) Refuse(id queue.ContactID, why queue.Refusal) {
	cs.order(id, queue.Refuse{Contact: id, Why: why})
}

// Answer implements [queue.Channel].
func (cs *calls) Answer(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Answer{Contact: id, Sound: s})
}

// Wait implements [queue.Channel].
func (cs *calls) Wait(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Wait{Contact: id, Sound: s})
}

// Announce implements [queue.Channel].
func (cs *calls) Announce(id queue.ContactID, a queue.Announcement) {
	cs.order(id, queue.Announce{Contact: id, Announcement: a})
}

// Ask implements [queue.Channel].
func (cs *calls) Ask(id queue.ContactID, n int, prompts []string, s queue.Sound) {
	cs.order(id, queue.Ask{Contact: id, Ask: n, Prompts: prompts, Sound: s})
}

// Say implements [queue.Channel].
func (cs *calls) Say(id queue.ContactID, prompts []string, language string) {
	cs.order(id, queue.Say{Contact: id, Prompts: prompts, Language: language})
}

// TakeMessage implements [queue.Channel].
func (cs *calls) TakeMessage(id queue.ContactID, o queue.MessageOrder) {
	cs.order(id, queue.TakeMessage{Contact: id, Order: o})
}

// Connect implements [queue.Channel].
func (cs *calls) Connect(id queue.ContactID, agent queue.AgentID) {
	cs.order(id, queue.Connect{Contact: id, Agent: agent})
}

// Hold implements [queue.Channel].
func (cs *calls) Hold(id queue.ContactID, s queue.Sound) {
	cs.order(id, queue.Hold{Contact: id, Sound: s})
}

// Resume implements [queue.Channel].
func (cs *calls) Resume(id queue.ContactID) {
	cs.order(id, queue.Resume{Contact: id})
}

// Mute implements [queue.Channel].
func (cs *calls) Mute(id queue.ContactID, on bool) {
	cs.order(id, queue.Mute{Contact: id, On: on})
}

// SendKeys implements [queue.Channel].
func (cs *calls) SendKeys(id queue.ContactID, keys string) {
	cs.order(id, queue.SendKeys{Contact: id, Keys: keys})
}

// Close implements [queue.Channel].
func (cs *calls) Close(id queue.ContactID, words string) {
	cs.order(id, queue.Close{Contact: id, Words: words})
}

// End implements [queue.Channel].
func (cs *calls) End(id queue.ContactID, by queue.Party, cause queue.Cause) {
	cs.order(id, queue.End{Contact: id, By: by, Cause: cause})
}

// Bring implements [queue.Channel].
func (cs *calls) Bring(id queue.ContactID, g queue.Guest) {
	cs.order(id, queue.Bring{Contact: id, Guest: g})
}

// Reseat implements [queue.Channel].
func (cs *calls) Reseat(id queue.ContactID) { cs.order(id, queue.Reseat{Contact: id}) }

// SetMode implements [queue.Channel].
func (cs *calls) SetMode(id queue.ContactID, g queue.GuestID, m queue.Mode) {
	cs.order(id, queue.SetMode{Contact: id, Guest: g, Mode: m})
}

// MuteGuest implements [queue.Channel].
func (cs *calls) MuteGuest(id queue.ContactID, g queue.GuestID, on bool) {
	cs.order(id, queue.MuteGuest{Contact: id, Guest: g, On: on})
}

// Dismiss implements [queue.Channel].
func (cs *calls) Dismiss(id queue.ContactID, g queue.GuestID) {
	cs.order(id, queue.Dismiss{Contact: id, Guest: g})
}

// Promote implements [queue.Channel].
func (cs *calls) Promote(id queue.ContactID, g queue.GuestID, a queue.AgentID) {
	cs.order(id, queue.Promote{Contact: id, Guest: g, Agent: a})
}
