package queue

import "slices"

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
	// Declined, a device that cannot ring as RingFailed. who is the other side,
	// to be shown masked on her phone; for DeviceMobile it is the number of her
	// own mobile, to be dialled, and nothing of the caller is told at all.
	Ring(agent AgentID, offer OfferID, contact ContactID, device Device, who Caller)
	// StopRinging ends a Ring, also one whose answer is under way but came too
	// late: that leg is hung up.
	StopRinging(AgentID, OfferID)
	// Release hangs up the leg of her device, if one is up, and ends what still
	// rings: the contact ended or left her.
	Release(AgentID)
	// Transferred answers a TransferAsked of hers: code is empty when the desk
	// took the contact from her, else why it did not.
	Transferred(agent AgentID, contact ContactID, code NoticeCode)
}

// here tells whether an agent may keep a state without her path: her page is
// open, or she needs none, because something else rings for her.
func (a *agent) here() bool { return a.session || a.device != DeviceBrowser }

// reachable tells whether a can be rung, and heard when she answers.
func (a *agent) reachable() bool {
	switch a.device {
	case DevicePhone:
		return a.phone
	case DeviceMobile:
		return !a.mobile.Anonymous()
	}
	return a.session && a.path
}

// devices returns what a may choose now.
func (s *state) devices(a *agent) []Device {
	may := []Device{DeviceBrowser}
	if a.phone && !s.onlyBrowsers {
		may = append(may, DevicePhone)
	}
	if !a.mobile.Anonymous() && !s.onlyBrowsers {
		may = append(may, DeviceMobile)
	}
	return may
}

// onDeviceChosen changes what rings for her, between contacts only.
func (s *state) onDeviceChosen(ev DeviceChosen) {
	a := s.agents[ev.Agent]
	if a == nil || a.device == ev.Device {
		return
	}
	if a.busy() || !slices.Contains(s.devices(a), ev.Device) {
		s.notify(a, Notice{Code: DeviceNotNow, Key: string(ev.Device)})
		s.show(a)
		return
	}
	s.use(a, ev.Device)
}

// use makes d what rings for a, who has nothing in hand.
func (s *state) use(a *agent, d Device) {
	a.device = d
	a.restaff()
	s.show(a)
	switch {
	case !a.onShift():
	case !a.here(): // her page is gone, and now she needs it again
		if a.state != Reconnecting {
			s.awayFrom(a, a.state, a.reason)
		}
	case a.state == Ready:
		s.makeReady(a)
	case a.state == Checking && d != DeviceBrowser:
		s.checked(a)
	case a.state == MediaFault && a.reason == phoneGone && a.eager:
		s.makeReady(a)
	case a.state == MediaFault && a.reason == phoneGone:
		s.become(a, Paused, PauseLogin)
	case a.state == Reconnecting:
		s.comeBack(a)
	}
}

// settleDevices runs once an event: it gives her browser back to whom an admin
// took the mobile away, as soon as she has nothing in hand.
func (s *state) settleDevices() {
	for i := 0; i < len(s.changed); i++ {
		if a := s.changed[i]; a.device == DeviceMobile && a.mobile.Anonymous() && !a.busy() {
			s.use(a, DeviceBrowser)
		}
	}
}

// phoneGone is the reason of a media_fault that lasts until her phone is back.
const phoneGone = "phone"

// makeReady makes a ready if she can be reached, and else leads her to what is
// missing: a browser to the check, a phone to its registration.
func (s *state) makeReady(a *agent) {
	switch {
	case a.reachable():
		s.become(a, Ready, "")
	case a.device == DeviceBrowser:
		a.eager = true
		s.become(a, Checking, "")
	default:
		a.eager = true
		s.become(a, MediaFault, phoneGone)
	}
}

// checked ends the check: she proved her path, or chose what needs none.
func (s *state) checked(a *agent) {
	switch {
	case !a.reachable():
		s.become(a, MediaFault, phoneGone)
	case a.eager:
		s.become(a, Ready, "")
	default:
		s.become(a, Paused, PauseLogin)
	}
}

// onPhoneRegistered: a phone she chose may come and go like a page does. A talk
// on it goes on; its own loss is PathLost.
func (s *state) onPhoneRegistered(ev PhoneRegistered) {
	a := s.agents[ev.Agent]
	if a == nil {
		if !ev.On {
			return
		}
		a = newAgent(ev.Agent, s.seed, s.now) // remembered until she is in the document
		s.agents[a.id] = a
	}
	a.phone = ev.On
	s.show(a)
	switch {
	case a.device != DevicePhone:
	case ev.On && a.state == MediaFault && a.reason == phoneGone:
		s.checked(a)
	case !ev.On && a.offer != nil:
		o := a.offer
		s.endOffer(o, "agent_lost")
		a.lost = Notice{Code: OfferWithdrawn, Contact: o.contact.id, Offer: o.id}
		s.spare(a)
		s.afterRing(o.contact)
	case !ev.On && a.guest != nil && a.guest.stage == summoned:
		s.cutOffGuest(a)
	case !ev.On && a.state == Ready:
		s.makeReady(a)
	}
	s.forget(a)
}

// ring has a's device ring for o. A browser rings by itself when its screen
// shows the offer.
func (s *state) ring(a *agent, o OfferID, c *contact) {
	if a.device == DeviceBrowser {
		return
	}
	who := c.caller
	if a.device == DeviceMobile {
		who = a.mobile
	}
	s.order(Ring{Agent: a.id, Offer: o, Contact: c.id, Device: a.device, Caller: who})
}

// hush ends the ringing of a's device.
func (s *state) hush(a *agent, o OfferID) {
	if a.device != DeviceBrowser {
		s.order(StopRinging{Agent: a.id, Offer: o})
	}
}

// onRingFailed is no miss of a person, but no way to her either: somebody else
// has her turn at once, and after two in a row nothing rings for her any more.
func (s *state) onRingFailed(ev RingFailed) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	if a.summons == ev.Offer && ev.Offer != 0 {
		s.summonsFailed(a, ev.Reason)
		return
	}
	if a.rings(ev.Offer) {
		s.guestRefused(a, "ring_failed")
		return
	}
	o := s.offers[ev.Offer]
	if o == nil || o.agent != a {
		return
	}
	c := o.contact
	o.failed = ev.Reason
	s.endOffer(o, "ring_failed")
	s.passOver(c, a, declinePause)
	a.lost = Notice{Code: DeviceFailed, Contact: c.id, Offer: o.id, Key: ev.Reason}
	s.notify(a, a.lost)
	s.missed(a)
	s.afterRing(c)
}

// summon rings a's device for the contact she has in hand already: because her
// leg broke, or because she dialled and shall pick up first.
func (s *state) summon(a *agent, c *contact) {
	s.lastOffer++
	a.summons = s.lastOffer
	s.ring(a, a.summons, c)
}

// unsummon ends a summons that nobody answered.
func (s *state) unsummon(a *agent) {
	if a.summons != 0 {
		s.hush(a, a.summons)
		a.summons = 0
	}
}

// summonsAnswered: she picked up for the contact in her hand.
func (s *state) summonsAnswered(a *agent) {
	a.summons = 0
	switch c := a.contact; c.phase {
	case summoning:
		s.dialOut(c)
	case parked:
		if p := c.third; a.held && (p == nil || p.merged) { // a phone that was just picked up is not on hold
			a.held = false
			s.record(Entry{Kind: TalkResumed, Contact: c.id, Agent: a.id})
		}
		s.rejoin(a, c)
	}
}

func (s *state) summonsFailed(a *agent, reason string) {
	a.summons = 0
	c := a.contact
	s.notify(a, Notice{Code: DeviceFailed, Contact: c.id, Key: reason})
	switch c.phase {
	case summoning:
		s.finish(c, BySystem, CauseUnreachable)
	case parked:
		s.stayedAway(a)
	}
}

// letGo takes her contact out of a's hands, and her device off the line.
func (s *state) letGo(a *agent) {
	s.unsummon(a)
	a.contact, a.held, a.muted = nil, false, false
	if a.device != DeviceBrowser {
		s.partings = append(s.partings, Release{a.id})
	}
	s.show(a)
}
