package queue

import (
	"errors"
	"fmt"
	"slices"
)

// check looks at every structural invariant of s, from first principles. It is
// called after each event of every test and of the simulation.
func (s *state) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	lines := map[*line]bool{}
	for i, l := range s.lines {
		lines[l] = true
		if l.index != i || s.lineByID[l.id] != l || l.gone {
			bad("line %s is not at its index", l.id)
		}
	}
	for _, c := range s.contacts {
		s.checkContact(c, bad)
		lines[c.line] = true
	}
	for _, a := range s.agents {
		s.checkAgent(a, bad)
	}
	for l := range lines {
		s.checkLine(l, bad)
	}
	for id, o := range s.offers {
		if o.id != id || o.agent.offer != o || !slices.Contains(o.contact.offers, o) || !o.lapse.armed() {
			bad("offer %d is loose", id)
		}
		if o.contact.phase != waiting || s.contacts[o.contact.id] != o.contact && o.contact.virtual == nil {
			bad("offer %d rings for a contact that is %s", id, o.contact.phase)
		}
		if o.contact.refuses(o.agent) {
			bad("offer %d rings %s, who must not be rung for %s", id, o.agent.id, o.contact.id)
		}
		key := s.keyOf(o.contact)
		if b := o.contact.virtual; b != nil {
			key = b.key
		}
		if p := s.safety.of[key]; p != nil && slices.Contains(p.Never, o.agent.id) {
			bad("offer %d rings %s, whom %s never wants again", id, o.agent.id, o.contact.id)
		}
		if o.agent.state != Offered {
			bad("offer %d rings an agent who is %s", id, o.agent.state)
		}
	}
	ready := 0
	for _, a := range s.agents {
		if a.state == Ready && len(a.lines) > 0 {
			ready++
		}
	}
	if ready != s.ready {
		bad("%d agents are ready, counted %d", ready, s.ready)
	}
	ended := uint64(0)
	for _, n := range s.tally.outcomes {
		ended += n
	}
	for _, n := range s.tally.outgoing {
		ended += n
	}
	if s.tally.arrived+s.tally.dialled != ended+uint64(len(s.contacts)) {
		bad("arrived %d + dialled %d = ended %d + in progress %d does not hold", s.tally.arrived, s.tally.dialled, ended, len(s.contacts))
	}
	s.checkOutgoing(bad)
	s.checkGuests(bad)
	s.checkCallbacks(bad)
	if len(s.partings)+len(s.touched)+len(s.newcomers)+len(s.changed)+len(s.records)+len(s.orders)+len(s.notices) != 0 {
		bad("scratch of the event was not cleared")
	}
	return errors.Join(errs...)
}

func (s *state) checkContact(c *contact, bad func(string, ...any)) {
	place := c.line.order.place(c)
	switch {
	case c.phase.inLine() != (place > 0):
		bad("contact %s is %s at place %d", c.id, c.phase, place)
	case c.phase == over:
		bad("contact %s is over but here", c.id)
	case c.phase != waiting && len(c.offers) > 0:
		bad("contact %s is %s and rings", c.id, c.phase)
	case c.exitDue != "" && c.phase == waiting && len(c.offers) == 0:
		bad("contact %s missed her exit", c.id)
	}
	switch c.phase {
	case arriving, connecting, rejoining, closing, recording, ending, summoning, dialling, forwarding:
		if !c.limit.armed() {
			bad("contact %s is %s without a deadline", c.id, c.phase)
		}
	case parked:
		if c.agent == nil || c.agent.state != Reconnecting || !c.agent.timer.armed() {
			bad("contact %s is parked and nobody will come", c.id)
		}
	case talking:
		if c.agent == nil || (c.agent.state != Talking && c.agent.state != Held) || !c.agent.path && c.agent.device == DeviceBrowser {
			bad("contact %s talks with nobody", c.id)
		}
	case choosing:
		if c.inquiry == nil {
			bad("contact %s is asked nothing and in no line", c.id)
		}
	case waiting:
		if c.line.every() > 0 && !c.announce.armed() {
			bad("contact %s will never hear her place", c.id)
		}
	}
	if c.inquiry != nil && (!c.inquiry.due.armed() || c.phase != waiting && c.phase != choosing && c.phase != recording) {
		bad("contact %s is %s and asked without a deadline", c.id, c.phase)
	}
	if c.phase == waiting && len(c.offers) == 0 && c.inquiry == nil && c.rungs < len(c.line.set.Ladder) && !c.rungDue.armed() {
		bad("contact %s will never hear the next rung", c.id)
	}
	needsAgent := c.phase == connecting || c.phase == summoning || c.phase == dialling || c.phase.withAgent()
	mayHave := needsAgent || c.phase == ending
	if (needsAgent && c.agent == nil) || (!mayHave && c.agent != nil) {
		bad("contact %s is %s with agent %v", c.id, c.phase, c.agent != nil)
	}
	if c.agent != nil && c.agent.contact != c {
		bad("contact %s is not in the hands of her agent", c.id)
	}
}

func (s *state) checkAgent(a *agent, bad func(string, ...any)) {
	hands := 0
	for _, has := range []bool{a.offer != nil, a.contact != nil, a.writing != nil, a.guest != nil} {
		if has {
			hands++
		}
	}
	if hands > 1 {
		bad("agent %s has %d things in hand", a.id, hands)
	}
	if a.aside != nil && !(a.offer != nil && a.offer.contact.id == a.aside.contact || a.contact != nil && a.contact.id == a.aside.contact && a.contact.phase == connecting) {
		bad("agent %s set her wrap-up aside for nobody", a.id)
	}
	rung := a.offer != nil || a.guest != nil && a.guest.stage == summoned
	if (a.state == Offered) != rung || (a.state == Assisting) != (a.guest != nil && a.guest.stage != summoned) || (a.state == WrapUp) != (a.writing != nil) {
		bad("agent %s is %s", a.id, a.state)
	}
	if a.contact != nil && s.contacts[a.contact.id] != a.contact {
		bad("agent %s holds a contact that is gone", a.id)
	}
	switch a.state {
	case Assisting:
		if a.device == DeviceBrowser && !a.path {
			bad("agent %s assists and is not heard", a.id)
		}
	case Talking, Held:
		if a.contact == nil || a.held != (a.state == Held) {
			bad("agent %s is %s", a.id, a.state)
		}
	case Reconnecting, WrapUp:
		if !a.timer.armed() {
			bad("agent %s is %s without a deadline", a.id, a.state)
		}
	case Ready, Offered:
		if !a.reachable() || !a.member || a.contact != nil {
			bad("agent %s is %s but cannot be reached", a.id, a.state)
		}
	case Paused, Checking, NotResponding, MediaFault:
		if !a.here() || !a.member {
			bad("agent %s is %s without a screen", a.id, a.state)
		}
		if a.state == Checking && a.device != DeviceBrowser {
			bad("agent %s checks a %s", a.id, a.device)
		}
	case Offline:
		if a.busy() || a.timer.armed() || a.next != "" {
			bad("agent %s is offline with something in hand", a.id)
		}
	}
	if a.rested.calm.armed() && a.state != Reconnecting && (a.state != Paused || a.reason != PauseDecompression) {
		bad("agent %s is %s and decompresses", a.id, a.state)
	}
	if a.state == Paused && a.reason == PauseDecompression && !a.rested.calm.armed() {
		bad("agent %s decompresses for ever", a.id)
	}
	if a.state != Reconnecting && a.resume != "" {
		bad("agent %s is %s and resumes %s", a.id, a.state, a.resume)
	}
	if a.contact == nil && (a.held || a.muted && a.guest == nil) {
		bad("agent %s holds nobody", a.id)
	}
	if a.summons != 0 && (a.contact == nil || a.device == DeviceBrowser || a.contact.phase != summoning && a.contact.phase != parked) {
		bad("agent %s is summoned to nobody", a.id)
	}
	if a.eager && a.state != Checking && a.state != MediaFault && a.state != Reconnecting {
		bad("agent %s is %s and eager", a.id, a.state)
	}
	if a.device == DeviceMobile && a.mobile.Anonymous() && !a.busy() {
		bad("agent %s has no mobile", a.id)
	}
	if !a.busy() && a.next != "" {
		bad("agent %s is %s and waits for %s", a.id, a.state, a.next)
	}
	if a.changed {
		bad("agent %s was not shown", a.id)
	}
}

func (s *state) checkLine(l *line, bad func(string, ...any)) {
	for _, g := range l.order.groups {
		what := s.lacks(g)
		for _, c := range g.list {
			if what != "" && !l.gone && c.virtual == nil && c.phase == waiting && len(c.offers) == 0 && c.inquiry == nil && c.awaits() == nil && !slices.Contains(c.unmet, what+" "+string(l.id)) {
				bad("contact %s was never told that nobody has what she asked for: %s", c.id, what)
			}
		}
	}
	for i := 1; i < len(l.order.list); i++ {
		if !before(l.order.list[i-1], l.order.list[i]) {
			bad("line %s is out of order at %d", l.id, i)
		}
	}
	n := 0
	for c := l.stays.first; c != nil; c = c.later {
		n++
		if c.line != l || !c.phase.inLine() || (c.later != nil && c.later.since.Before(c.since)) {
			bad("line %s has a wrong stay", l.id)
		}
	}
	if n != len(l.order.list)-l.virtual {
		bad("line %s has %d stays and %d places", l.id, n, len(l.order.list))
	}
	ready, present, working, talks := 0, 0, 0, 0
	for _, a := range l.members {
		if a.state == Ready {
			ready++
		}
		if a.state != Reconnecting && (a.present != !slices.Contains([]AgentState{Offline, Checking, NotResponding, MediaFault}, a.state) || a.atWork != (a.present && a.state != Paused)) {
			bad("agent %s is %s: present %v, works %v", a.id, a.state, a.present, a.atWork)
		}
		if a.present {
			present++
		}
		if a.atWork {
			working++
		}
	}
	for _, c := range s.contacts {
		if c.line == l && c.phase.withAgent() {
			talks++
		}
	}
	if ready != len(l.free) || present != l.present || working != l.working || talks != l.talking {
		bad("line %s counts ready %d present %d working %d talking %d, has %d %d %d %d", l.id, len(l.free), l.present, l.working, l.talking, ready, present, working, talks)
	}
	for _, a := range l.free {
		if a.state != Ready || !slices.Contains(l.members, a) {
			bad("line %s would ring %s, who is %s", l.id, a.id, a.state)
		}
	}
	s.checkGroups(l, bad)
	if l.touched {
		bad("line %s was not watched", l.id)
	}
	if c, at, _ := l.ladder(); c != nil && (!l.watch.armed() || l.watch.at.After(at)) {
		bad("line %s strands its first caller", l.id)
	}
	s.checkIdle(l, bad)
}

// checkOutgoing: what costs is counted, and a transfer under way belongs to a
// contact that waits for it.
func (s *state) checkOutgoing(bad func(string, ...any)) {
	charges := 0
	for _, c := range s.contacts {
		if c.due != nil {
			charges++
		}
		if c.third != nil && c.third.due != nil {
			charges++
		}
		if c.cutoff.armed() && c.due == nil {
			bad("contact %s has a limit and costs nothing", c.id)
		}
		if c.out && c.due == nil {
			bad("contact %s goes out free", c.id)
		}
		if (c.phase == forwarding || c.phase == outside) && (c.due == nil || c.agent != nil) {
			bad("contact %s is %s", c.id, c.phase)
		}
		if c.inTalk != (c.agent != nil && (c.phase.withAgent() || c.phase == ending && c.inTalk)) {
			bad("contact %s is %s, in a talk %v", c.id, c.phase, c.inTalk)
		}
		switch t := c.transfer; {
		case t == nil:
			if c.phase == forwarding {
				bad("contact %s is forwarded by nobody", c.id)
			}
		case t.to == nil:
			if c.phase != forwarding && c.phase != ending {
				bad("contact %s is %s while a number is called", c.id, c.phase)
			}
		case !slices.Contains(s.awaiting, c), c.phase != waiting && c.phase != connecting:
			bad("contact %s is %s and waits for %s", c.id, c.phase, t.to.id)
		case len(c.offers) == 0 && c.phase == waiting && !t.until.armed():
			bad("contact %s waits for %s for ever", c.id, t.to.id)
		case len(c.offers) == 0 && c.phase == waiting && t.to.state == Ready && c.exitDue == "":
			bad("contact %s waits for %s, who is ready", c.id, t.to.id)
		}
	}
	if charges != s.charges {
		bad("%d outgoing legs, counted %d", charges, s.charges)
	}
	for _, c := range s.awaiting {
		if c.awaits() == nil || s.contacts[c.id] != c {
			bad("contact %s awaits nobody", c.id)
		}
	}
	for id, r := range s.drills {
		if !r.limit.armed() || r.gone || s.contacts[id] != nil {
			bad("drill %s is loose", id)
		}
	}
}

// checkGuests: whoever is with a contact beside her agent is with nobody else, in
// a talk that runs, and comes or goes by a deadline; who was only consulted is
// never heard by the contact.
func (s *state) checkGuests(bad func(string, ...any)) {
	for _, c := range s.contacts {
		for _, p := range c.guests() {
			if p.contact != c || !c.inTalk || p.stage != present && !p.limit.armed() || p.stage == present && p.limit.armed() {
				bad("guest %d of %s is loose", p.id, c.id)
			}
			if p.agent != nil && (p.agent.guest != p || p.agent == c.agent) {
				bad("guest %d of %s is not %s's", p.id, c.id, p.agent.id)
			}
			if (p.agent == nil) != (p.due != nil) || p.agent == nil && p.stage == present && !p.cutoff.armed() {
				bad("guest %d of %s talks for ever", p.id, c.id)
			}
		}
		if p := c.third; p != nil && (p.role != RoleThird || !p.merged && c.phase != ending && !c.agent.held) {
			bad("contact %s hears whom her agent consults", c.id)
		}
		for _, p := range c.watchers {
			if p.role != RoleSupervisor || p.mode == ModeTakeOver {
				bad("contact %s is watched by a %s, %s", c.id, p.role, p.mode)
			}
		}
		if o := c.sos; o != nil && (!c.inTalk || o.by != c.agent || (o.answered == nil) != o.next.armed() || !slices.Contains(s.alarms, c)) {
			bad("the SOS in %s is loose", c.id)
		}
	}
	for _, a := range s.agents {
		if p := a.guest; p != nil && (s.contacts[p.contact.id] != p.contact || !slices.Contains(p.contact.guests(), p)) {
			bad("agent %s is a guest of nobody", a.id)
		}
	}
	for _, c := range s.alarms {
		if c.sos == nil || s.contacts[c.id] != c {
			bad("an SOS stands for nobody")
		}
	}
}

// checkCallbacks: each is at one place, due and in its line or parked and in
// none, and will end; nobody is called whom the gate does not let be called.
func (s *state) checkCallbacks(bad func(string, ...any)) {
	virtual := map[*line]int{}
	for id, b := range s.callbacks {
		c := b.entry
		if b.id != id || c.virtual != b || s.callbackBy[b.key] != b || !b.end.armed() && b.call == nil || s.contacts[id] == c {
			bad("call-back %s is loose", id)
		}
		if (c.phase == waiting) != (c.line.order.place(c) > 0) || c.phase != waiting && len(c.offers) > 0 {
			bad("call-back %s is %s at place %d", id, c.phase, c.line.order.place(c))
		}
		if c.phase == waiting {
			virtual[c.line]++
		}
		switch {
		case b.call != nil:
			if c.phase == waiting || s.contacts[b.call.id] != b.call || b.call.calls != b {
				bad("call-back %s is called and waits", id)
			}
		case len(c.offers) == 0 && (c.phase == waiting) != (b.parked == ""):
			bad("call-back %s is %s and parked %q", id, c.phase, b.parked)
		case b.parked == ParkedGap && !b.due.armed(), b.parked == ParkedCap && !b.due.armed():
			bad("call-back %s is parked for %s for ever", id, b.parked)
		}
		why, _ := s.notDue(b)
		if b.call == nil && len(c.offers) == 0 && b.parked == "" && why != "" && !(b.due.armed() && !b.due.at.After(s.now)) {
			bad("call-back %s waits though %s", id, why)
		}
	}
	if len(s.callbackBy) != len(s.callbacks) {
		bad("%d call-backs, %d callers", len(s.callbacks), len(s.callbackBy))
	}
	for _, l := range s.lines {
		if l.virtual != virtual[l] {
			bad("line %s counts %d call-backs, has %d", l.id, l.virtual, virtual[l])
		}
	}
	for _, c := range s.contacts {
		if c.virtual != nil || c.listens && (c.phase != dialling && c.phase != ending || c.calls == nil || c.agent == nil || !c.agent.muted) {
			bad("contact %s is %s and listens %v", c.id, c.phase, c.listens)
		}
	}
}

// checkGroups: the callers of a line are in its groups as they are in it, each
// at the step her time led to, with the next one due.
func (s *state) checkGroups(l *line, bad func(string, ...any)) {
	n := 0
	for _, g := range l.order.groups {
		n += len(g.list)
		if len(g.list) == 0 || g.line != l {
			bad("line %s has a loose group", l.id)
		}
		for i, c := range g.list {
			if c.group != g || c.needs != g.needs || c.step != g.step || i > 0 && !before(g.list[i-1], c) {
				bad("contact %s is in the wrong group of %s", c.id, l.id)
			}
		}
	}
	if n != len(l.order.list) {
		bad("line %s has %d in groups and %d places", l.id, n, len(l.order.list))
	}
	for _, c := range l.order.list {
		steps := len(l.set.Steps)
		due := l.stepBy(s.now.Sub(c.stood))
		switch {
		case l.gone || len(c.offers) > 0:
		case c.step != due && !(c.widen.armed() && !c.widen.at.After(s.now)): // due in this very moment
			bad("contact %s is at step %d of %s, not %d", c.id, c.step, l.id, due)
		case c.step < steps && !c.widen.armed():
			bad("contact %s will never take step %d of %s", c.id, c.step+1, l.id)
		case c.grow.armed():
			bad("contact %s grows and does not ring", c.id)
		}
	}
}

// checkIdle: nobody waits unrung while somebody who may be rung is ready.
func (s *state) checkIdle(l *line, bad func(string, ...any)) {
	if l.gone || len(l.free) == 0 {
		return
	}
	for _, c := range l.order.list {
		if c.phase == waiting && len(c.offers) == 0 && c.exitDue == "" && len(s.eligible(c)) > 0 {
			bad("contact %s waits in %s while an agent is ready", c.id, l.id)
		}
	}
}
