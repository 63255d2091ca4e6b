package queue

import (
	"cmp"
	"slices"
)

// view is all that a's screen shows.
func (s *state) view(a *agent) AgentView {
	v := AgentView{
		Unlisted: !a.member,
		State:    a.state, Since: a.since, Reason: a.reason, Next: a.next,
		Queues: make([]QueueView, 0, len(a.lines)),
		Device: a.device, Devices: s.devices(a), MayDial: a.mayDial,
	}
	for _, l := range a.lines {
		v.Queues = append(v.Queues, l.view())
	}
	if a.state == Reconnecting && a.timer.armed() {
		until := a.timer.at
		v.Until = &until
	}
	if a.state == Paused && a.rested.calm.armed() {
		until := a.rested.calm.at
		v.Until = &until
	}
	if p := a.guest; p != nil && p.stage == summoned {
		c := p.contact
		v.Offer = &OfferView{
			ID: OfferID(p.id), Contact: c.id, Queue: c.line.id, Label: c.line.set.Label, Caller: c.caller.String(),
			Waiting: c.started, Expires: p.limit.at, GivenBy: c.agent.name, Consult: p.role == RoleThird, Said: c.said(), Safety: s.marks(c),
		}
	} else if p != nil {
		v.Call = s.guestView(a)
	}
	v.Floor = s.floorView(a)
	v.Debrief = s.debriefWord(a)
	v.Shift = s.shiftView(a)
	if o := a.offer; o != nil {
		c := o.contact
		v.Offer = &OfferView{
			ID: o.id, Contact: c.id, Queue: c.line.id, Label: c.line.set.Label, Caller: c.caller.String(),
			Waiting: c.entered, Expires: o.lapse.at, GivenBy: c.givenBy, Before: c.before, Said: c.said(), Safety: s.marks(c),
		}
		if c.transfer != nil && c.transfer.back {
			v.Offer.GivenBy, v.Offer.Back = "", true
		}
		if c.virtual != nil {
			b := s.callbackView(c.virtual)
			v.Offer.Callback = &b
		}
	}
	if c := a.contact; c != nil {
		v.Call = s.callView(a, c)
	}
	v.Callbacks = s.callbackViews(func(l *line) bool { return slices.Contains(a.lines, l) })
	if w := a.writing; w != nil {
		v.WrapUp = &WrapUpView{Contact: w.contact, Label: w.label, TalkMS: ms(w.talk), Until: w.until, EndedBy: w.endedBy,
			Disposition: w.disposition, Extendable: w.extend > 0, Open: w.open,
			Block: s.blockWord(w.key)}
		v.WrapUp.Follows, v.WrapUp.Rest = s.restAhead(a)
		if w.asksTalk {
			v.WrapUp.TalkSafety = w.talkSafe.view()
			v.WrapUp.TalkSafety.Needed = s.unansweredTalk(w)
		}
		if key := s.person(w.caller, w.out); key != "" {
			v.WrapUp.Back = s.backView(key, w.back, w.safe)
		}
	}
	return v
}

func (s *state) callView(a *agent, c *contact) *CallView {
	v := &CallView{
		Contact: c.id, Queue: c.line.id, Label: c.line.set.Label, Caller: c.caller.String(),
		WaitMS: ms(c.waited), Connecting: c.phase == connecting || c.phase == rejoining || c.phase == dialling && c.answered && !c.listens,
		Started: c.started, Held: a.held, Muted: a.muted, Keys: c.keys,
		Direction: DirectionIn, Stage: c.stage(), Said: c.said(),
	}
	v.Silent = c.silent
	if c.phase.withAgent() {
		v.Block = s.blockWord(s.keyOf(c))
	}
	if c.inTalk && s.asksTalk(c) {
		v.TalkSafety = c.talkSafe.view()
	}
	if c.out {
		v.Direction = DirectionOut
	}
	if b := c.calls; b != nil {
		v.Callback, v.Listening = b.id, c.listens
	}
	if key := s.person(c.caller, c.out); key != "" && c.phase.withAgent() {
		v.Back = s.backView(key, c.promised, c.safe)
		v.Back.IfCut = c.ifCut
	}
	if c.phase == summoning || c.phase == dialling {
		v.Started = c.accepted
	}
	s.roomView(v, a, c)
	if c.phase == connecting {
		v.Started = c.accepted
		v.WaitMS += ms(c.accepted.Sub(c.since))
	}
	return v
}

// said is what her keys told of her. Which gender she asked for is nobody's
// business but the desk's.
func (c *contact) said() Said {
	return Said{Danger: c.danger, Language: cmp.Or(c.needs.language, c.language), Topic: c.needs.topic}
}

// blockWord says on a screen whether a caller can be blocked, or is.
func (s *state) blockWord(key string) string {
	switch {
	case key == "":
		return ""
	case s.blocked(key):
		return "held"
	}
	return "may"
}

func (l *line) view() QueueView {
	v := QueueView{Queue: l.id, Label: l.set.Label, Waiting: len(l.order.list) - l.virtual, Callbacks: l.virtual, Ready: len(l.free), Talking: l.talking, Closed: l.closed}
	if since, ok := l.order.oldest(); ok {
		v.Oldest = &since
	}
	return v
}

// showFigures brings the figures of changed lines to the screens of their
// agents, at most once a second: with 200 agents and a busy line each event
// would otherwise write 200 screens.
func (s *state) showFigures() {
	if s.viewsDue.armed() || s.unseen {
		return
	}
	at := s.viewsLast.Add(viewsEvery)
	if soon := s.now.Add(viewsSettle); at.Before(soon) {
		at = soon
	}
	s.timers.arm(&s.viewsDue, at, s.refreshFigures)
}

func (s *state) refreshFigures() {
	s.viewsLast = s.now
	for _, a := range s.roster {
		if !a.session && !a.onShift() {
			continue
		}
		for _, l := range a.lines {
			if l.stale {
				s.show(a)
				break
			}
		}
		if s.floorNews && a.leads() {
			s.show(a)
		}
	}
	s.floorNews = false
	for _, l := range s.lines {
		l.stale = false
	}
}

// tally counts since the desk started.
type tally struct {
	arrived, dialled uint64
	refused          map[Refusal]uint64
	outcomes         map[Outcome]uint64 // of those who arrived
	outgoing         map[Outcome]uint64 // of those we dialled
	offers           map[string]uint64
}

func newTally() tally {
	return tally{refused: map[Refusal]uint64{}, outcomes: map[Outcome]uint64{}, outgoing: map[Outcome]uint64{}, offers: map[string]uint64{}}
}

func (t *tally) ended(c *contact, o Outcome) {
	if c.out {
		t.outgoing[o]++
		return
	}
	t.outcomes[o]++
}
