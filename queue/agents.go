package queue

import (
	"hash/fnv"
	"slices"
	"time"
)

// agent is a volunteer, on shift or not.
type agent struct {
	id     AgentID
	name   string
	lines  []*line // in the document's order
	member bool    // in the document
	tie    uint64

	state   AgentState
	reason  string
	since   time.Time
	session bool      // her screen is here
	path    bool      // her browser's path carried sound and still stands
	idle    time.Time // since when she is ready, over offers that came to nothing
	misses  int       // ring-outs in a row
	eager   bool      // she pressed Ready and will be as soon as she can be reached

	// What rings for her; see device.go.
	device  Device
	phone   bool   // her SIP phone is registered
	mobile  Caller // her own number, if she has one in the document
	mayDial bool
	rights  bool    // her account lets her supervise
	summons OfferID // her device is rung for the contact in her hand

	// One timer serves both states that have one: wrap-up and reconnecting.
	timer token

	skills
	done   done // by the day of the house
	rested rested

	hard    bool      // her latest contact weighed on her
	debrief time.Time // since when she would like to talk to somebody; zero: she does not

	planned planned // by the shift plan

	// What she has in hand.
	offer   *offer
	lost    Notice // how her last offer ended, for a late answer
	contact *contact
	held    bool
	muted   bool
	writing *writing
	aside   *writing // while she is rung for whom she writes about, see setAside
	guest   *guest   // she is with somebody else's contact, or is called to it

	// What follows: next after this contact, resume after reconnecting.
	next         AgentState
	nextReason   string
	resume       AgentState
	resumeReason string

	// How she is counted, see reckon; who reconnects, as what she was before.
	present bool
	atWork  bool

	changed bool // in state.changed
}

// onShift: any state but offline. A ghost who is reconnecting counts, for 20 s.
func (a *agent) onShift() bool { return a.state != Offline }

// breakCounts is how long somebody on a break still counts as present: longer
// than a meal, shorter than a page that was left open.
const breakCounts = 30 * time.Minute

// reckon decides what she is to those who wait: whoever works answers sooner or
// later; whoever is on a break is present, and comes back; whoever does not
// respond, whose sound is broken, or who has not begun, is nobody.
func (a *agent) reckon() {
	switch a.state {
	case Reconnecting:
	case Offline, Checking, NotResponding, MediaFault:
		a.present, a.atWork = false, false
	default:
		a.present, a.atWork = true, a.state != Paused
	}
}

// counts tells whether callers are left to wait for her.
func (a *agent) counts(now time.Time) bool {
	return a.atWork || a.present && a.since.Add(breakCounts).After(now)
}

// counted is until when she counted, now at the latest; zero if she did not.
func (a *agent) counted(now time.Time) time.Time {
	switch end := a.since.Add(breakCounts); {
	case a.counts(now):
		return now
	case a.present:
		return end
	}
	return time.Time{}
}

func newAgent(id AgentID, seed uint64, now time.Time) *agent {
	h := fnv.New64a()
	var b [8]byte
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
	h.Write(b[:])
	h.Write([]byte(id))
	return &agent{id: id, tie: h.Sum64(), state: Offline, since: now, device: DeviceBrowser}
}

// become is the only way an agent's state changes. It keeps the figures of her
// lines, the journal and her screen in step.
func (s *state) become(a *agent, to AgentState, reason string) {
	s.show(a)
	if a.state == to && a.reason == reason {
		return
	}
	from := a.state
	if from == Offline {
		s.record(Entry{Kind: ShiftBegan, Agent: a.id})
		s.noteCame(a)
	}
	s.record(Entry{Kind: StateChanged, Agent: a.id, From: from, To: to, Reason: reason})
	if to == Offline {
		s.record(Entry{Kind: ShiftOver, Agent: a.id})
	}
	if to == Ready {
		a.idle = s.now
	}
	if to == Ready || to == Paused {
		a.eager = false
	}
	if to != Reconnecting {
		a.resume, a.resumeReason = "", ""
	}
	s.count(a, -1)
	was := a.present
	a.state, a.reason, a.since = to, reason, s.now
	a.reckon()
	s.count(a, +1)
	if a.present != was {
		a.restaff()
	}
	s.noteRest(a)
}

// count adds or takes away a from the figures of her lines.
func (s *state) count(a *agent, by int) {
	if a.state == Ready && len(a.lines) > 0 {
		s.ready += by
	}
	for _, l := range a.lines {
		if a.state == Ready {
			l.free = listed(l.free, a, by)
		}
		if a.atWork {
			l.working += by
		}
		if a.present {
			l.present += by
		}
		if by < 0 {
			l.leftBy(a, s.now)
		}
		s.touch(l)
	}
}

// listed adds a to the list, or takes her out.
func listed(list []*agent, a *agent, by int) []*agent {
	if by > 0 {
		return append(list, a)
	}
	i, last := slices.Index(list, a), len(list)-1
	list[i] = list[last]
	list[last] = nil
	return list[:last]
}

// rest is where an agent goes when nothing holds her: what she or an admin
// asked for meanwhile, else back to ready if she can be reached.
func (s *state) rest(a *agent) {
	if s.writeOn(a) {
		return
	}
	next, reason := a.next, a.nextReason
	a.next, a.nextReason = "", ""
	a.timer.disarm()
	switch {
	case !a.member:
		s.dismiss(a)
	case next == Offline:
		s.goOffline(a)
	case next == Paused && a.here():
		s.become(a, Paused, reason)
	case next == Paused:
		s.awayFrom(a, Paused, reason)
	case a.reachable(), a.device != DeviceBrowser:
		s.makeReady(a)
	default:
		s.awayFrom(a, Ready, "")
	}
}

// spare is rest after an offer or a connection that came to nothing: she keeps
// her turn, because it was not a contact.
func (s *state) spare(a *agent) {
	idle := a.idle
	s.rest(a)
	if a.state == Ready {
		a.idle = idle
	}
}

func (s *state) goOffline(a *agent) {
	a.timer.disarm()
	a.misses, a.eager = 0, false
	a.next, a.nextReason = "", ""
	s.become(a, Offline, "")
	s.forget(a)
}

// dismiss sends an agent home whom the document names no longer.
func (s *state) dismiss(a *agent) {
	if a.onShift() {
		s.notify(a, Notice{Code: RemovedByAdmin})
	}
	s.goOffline(a)
}

// forget drops an agent who is neither in the document nor here.
func (s *state) forget(a *agent) {
	if !a.member && !a.session && !a.phone && !a.onShift() {
		delete(s.agents, a.id)
	}
}

func (s *state) onShiftStarted(ev ShiftStarted) {
	a := s.agents[ev.Agent]
	if a == nil || !a.member || a.onShift() {
		return
	}
	a.path = false // each shift proves its own
	a.misses = 0
	s.become(a, Checking, "")
	switch {
	case a.device != DeviceBrowser: // there is nothing to check but whether it is there
		s.checked(a)
	case !a.session: // her screen went while the click was on its way
		s.awayFrom(a, Checking, "")
	}
}

func (s *state) onShiftEnded(ev ShiftEnded) {
	a := s.agents[ev.Agent]
	if a == nil || !a.onShift() {
		return
	}
	if a.busy() {
		s.ask(a, Offline, "")
		return
	}
	s.goOffline(a)
}

// onAnnounced notes that supervisors told something; what, is not kept.
func (s *state) onAnnounced(ev Announced) {
	result := "on"
	if !ev.On {
		result = "off"
	}
	s.record(Entry{Kind: AnnouncementMade, By: ev.By, Result: result})
}

// onReadyAsked: the one click back from pause, not_responding and media_fault.
// Without a proven path it leads to the check instead, never to a dead end.
func (s *state) onReadyAsked(ev ReadyAsked) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	switch {
	case a.busy():
		s.ask(a, "", "")
	case a.state == Reconnecting:
		if a.resume != Checking {
			a.resume, a.resumeReason = Ready, ""
			s.show(a)
		}
	case a.state == Paused || a.state == NotResponding || a.state == MediaFault:
		a.misses = 0
		s.makeReady(a)
	}
}

// onPauseAsked: a person's own pause always wins, at once or after the contact.
func (s *state) onPauseAsked(ev PauseAsked) {
	a := s.agents[ev.Agent]
	if a == nil {
		return
	}
	reason := ev.Reason
	if !s.pauses[reason] {
		reason = "" // the journal keeps codes, never free text
	}
	switch {
	case a.busy():
		s.ask(a, Paused, reason)
	case a.state == Reconnecting:
		if a.resume != Checking {
			a.resume, a.resumeReason = Paused, reason
			s.show(a)
		}
	case a.state == Ready || a.state == NotResponding || a.state == MediaFault || a.state == Paused:
		a.misses = 0
		s.become(a, Paused, reason)
	}
}

// busy: an offer, a contact or its wrap-up comes first; wishes wait.
func (a *agent) busy() bool {
	return a.offer != nil || a.contact != nil || a.writing != nil || a.guest != nil
}

// ask notes what shall follow the contact; an empty state takes it back.
func (s *state) ask(a *agent, next AgentState, reason string) {
	a.next, a.nextReason = next, reason
	s.show(a)
}
