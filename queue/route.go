package queue

import (
	"slices"
	"strings"
	"time"

	"sahut/configs"
)

// line is one queue with the callers in it. The document's word is queue; this
// package is called that already.
type line struct {
	id      QueueID
	index   int // in state.lines
	set     configs.Queue
	gone    bool // deleted from the document; talks that came from it go on
	members []*agent
	seat    map[AgentID]int // index in members
	turn    int             // round_robin: the seat that is next
	tier    map[AgentID]int // how late members are rung; who is not in it, first
	reaches []reach
	staff   uint64        // changes with who is on shift and how she is rung
	pace    time.Duration // how long talks lasted lately

	hours  *schedule
	closed string // why it takes no callers; empty: it does
	gate   token  // when it opens or closes next

	order order
	stays stays
	watch token

	virtual     int       // call-backs in order
	oneLanguage bool      // of the house: nobody has to choose
	doubtful    bool      // askUnmet looks at it
	free        []*agent  // members in state ready, in no order
	present     int       // members who answer now or come back to it, see reckon
	working     int       // of them, those not on a break
	talking     int       // contacts of this line with an agent
	nobody      time.Time // when the last who counted left

	touched bool // in state.touched
	stale   bool // its figures on screens are out of date
}

// number is where a dialled number leads.
type number struct {
	line     *line
	language string
	menu     string
}

// canonical writes a dialled number in one form: digits only, and Indonesian
// numbers with 62 in front, because trunks deliver the same number as
// 0213903963, 62213903963 or +62 21 390 3963. What holds no digit is a name
// and only loses its case.
func canonical(dialled string) string {
	digits := strings.Map(func(r rune) rune {
		if (r >= '0' && r <= '9') || r == '*' || r == '#' {
			return r
		}
		if strings.ContainsRune(" +-.()/\u00a0\t", r) {
			return -1
		}
		return 'x'
	}, dialled)
	switch {
	case digits == "" || strings.Contains(digits, "x"):
		return strings.ToLower(strings.TrimSpace(dialled))
	case strings.HasPrefix(strings.TrimSpace(dialled), "+"):
		return digits
	case strings.HasPrefix(digits, "00"):
		return digits[2:]
	case strings.HasPrefix(digits, "0"):
		return "62" + digits[1:]
	}
	return digits
}

// withDefaults fills what may not be zero, so that no caller rings or waits
// for nothing or for ever whatever document the desk is given.
func withDefaults(q configs.Queue) configs.Queue {
	or := func(d *configs.Duration, def time.Duration) {
		if *d <= 0 {
			*d = configs.Duration(def)
		}
	}
	or(&q.RingFor, 20*time.Second)
	or(&q.MaxWait, 15*time.Minute)
	or(&q.MaxWaitNobody, 2*time.Minute)
	or(&q.RingStep, 10*time.Second)
	if q.RingN <= 0 {
		q.RingN = 3
	}
	if q.Label == "" {
		q.Label = q.ID
	}
	return q
}

// outgoingWithDefaults fills what may not be zero.
func outgoingWithDefaults(o configs.Outgoing) configs.Outgoing {
	or := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	or(&o.MaxAtOnce, 2)
	or(&o.MaxPerHour, 30)
	or(&o.MaxMinutes, 60)
	return o
}

// route takes a routing document apart and returns the lines it names no
// longer. Lines and agents it still names keep what they hold.
func (s *state) route(r configs.Routing) (gone []*line) {
	before := s.lines
	s.routing = r
	schedules := schedulesOf(r.Hours)
	s.menus = menusOf(r.Menus)
	s.lines = make([]*line, 0, len(r.Queues))
	byID := make(map[QueueID]*line, len(r.Queues))
	for _, q := range r.Queues {
		l := s.lineByID[QueueID(q.ID)]
		if l == nil {
			l = &line{id: QueueID(q.ID), nobody: s.now}
		}
		l.index, l.set = len(s.lines), withDefaults(q)
		l.reaches = reachesOf(l.set)
		l.hours = schedules[q.Hours]
		s.lines = append(s.lines, l)
		byID[l.id] = l
	}
	for _, l := range before {
		if byID[l.id] == nil {
			l.gone = true
			l.gate.disarm()
			gone = append(gone, l)
		}
	}
	s.lineByID = byID

	s.numbers = make(map[string]number, len(r.Numbers))
	for _, n := range r.Numbers {
		if l := byID[QueueID(n.Queue)]; l != nil {
			language := n.Language
			if language == "" {
				language = "id"
			}
			s.numbers[canonical(n.Number)] = number{l, language, n.Menu}
		}
	}
	s.languages = make(map[QueueID]string, len(r.Numbers))
	for _, n := range r.Numbers {
		if id := QueueID(n.Queue); s.languages[id] == "" {
			s.languages[id] = n.Language
		}
	}
	s.outgoing = outgoingWithDefaults(r.Outgoing)
	s.pauses = make(map[string]bool, len(r.PauseReasons))
	for _, p := range r.PauseReasons {
		s.pauses[p.Code] = true
	}
	s.dispositions = make(map[string]bool, len(r.Dispositions))
	for _, d := range r.Dispositions {
		s.dispositions[d.Code] = true
	}
	s.heavy, s.care = heavyOf(r.Dispositions), r.Care
	s.helped = helpedOf(r.Dispositions)
	s.wrapUps, s.incidents = wrapUpsOf(r.Dispositions), incidentsOf(r.Dispositions)
	s.messages = messagesWithDefaults(r.Messages)
	s.barring, s.flood = r.Blocked, r.Flood
	s.seatAgents(r.Agents, gone)
	return gone
}

// seatAgents gives every agent her lines and every line its members, and
// counts the figures of all lines afresh.
func (s *state) seatAgents(list []configs.Agent, gone []*line) {
	lines := slices.Concat(s.lines, gone)
	one := oneLanguage(list)
	left := make(map[*line]time.Time, len(lines)) // when the last who counts would have left
	last := make(map[*line]AgentID, len(lines))   // whom round_robin rang last
	for _, l := range lines {
		for _, a := range l.members {
			if at := a.counted(s.now); at.After(left[l]) {
				left[l] = at
			}
		}
		if n := len(l.members); n > 0 && l.turn > 0 {
			last[l] = l.members[(l.turn-1)%n].id
		}
		l.members, l.seat, l.tier, l.free, l.present, l.working = nil, map[AgentID]int{}, map[AgentID]int{}, nil, 0, 0
		l.staff++
		l.doubtful, l.oneLanguage = true, one
	}
	for _, a := range s.agents {
		a.member, a.lines = false, nil
		a.planned.plan = nil
		a.mayDial, a.mobile = false, Caller{}
	}
	s.roster = s.roster[:0]
	plans := plansOf(s.routing.Shifts)
	for _, set := range list {
		a := s.agents[AgentID(set.ID)]
		if a == nil {
			a = newAgent(AgentID(set.ID), s.seed, s.now)
			s.agents[a.id] = a
		}
		a.member, a.name = true, set.Name
		a.mayDial, a.mobile = set.Dial && len(s.outgoing.Allow) > 0, NewCaller(set.Mobile)
		a.planned.plan = plans[set.ID]
		a.skills = skills{set.Languages, set.Gender, set.Topics, set.Weight, set.Supervisor}
		s.roster = append(s.roster, a)
		for _, q := range set.Queues {
			l := s.lineByID[QueueID(q)]
			if l == nil || slices.Contains(a.lines, l) {
				continue
			}
			a.lines = append(a.lines, l)
			l.seat[a.id] = len(l.members)
			l.members = append(l.members, a)
		}
		for _, t := range set.Tiers {
			if l := s.lineByID[QueueID(t.Queue)]; l != nil {
				l.tier[a.id] = t.Tier
			}
		}
	}
	s.ready = 0
	for _, a := range s.roster {
		s.count(a, +1)
	}
	for _, l := range lines {
		if !l.counted(s.now) && left[l].After(l.nobody) {
			l.nobody = left[l]
		}
		if seat, ok := l.seat[last[l]]; ok {
			l.turn = seat + 1
		}
		s.touch(l)
	}
}

// PathsKept is how many changed keys a config.version names.
const PathsKept = 40

// onRoutingChanged applies an admin's edit to everybody here. No call is
// dropped: callers keep their place, talks go on with what they began with.
func (s *state) onRoutingChanged(ev RoutingChanged) {
	s.revision = ev.Revision
	s.record(Entry{Kind: ConfigVersion, Revision: ev.Revision, By: ev.By, Result: configs.Paths(s.routing, ev.Routing, PathsKept)})
	silent := map[*line]bool{}
	for _, l := range s.lines {
		silent[l] = l.every() == 0
	}
	for _, l := range s.route(ev.Routing) {
		s.dissolve(l)
	}
	for _, l := range s.lines {
		for _, c := range l.order.list {
			if c.virtual != nil {
				s.stepOn(c)
				continue
			}
			if silent[l] && l.every() > 0 { // nobody in it has an announcement to come
				s.announceLater(c)
			}
			s.refreshMusic(c)
			s.stepOn(c)
			c.rungs = min(c.rungs, len(l.set.Ladder))
			s.rungOn(c)
		}
	}
	for _, l := range s.lines {
		s.turnGate(l)
	}
	for _, a := range s.everybody() {
		s.turnShift(a, false)
	}
	for _, b := range s.callbacksInOrder() { // gaps and caps may be others now
		s.settleCallback(b)
	}
	s.floorChanged()
	for _, a := range s.everybody() {
		s.show(a)
		if o := a.offer; o != nil && (!o.contact.mayRing(a) || !a.reachable()) { // or the mobile that rings is taken away
			s.endOffer(o, "withdrawn")
			a.lost = Notice{Code: OfferWithdrawn, Contact: o.contact.id, Offer: o.id}
			s.notify(a, a.lost)
			s.spare(a)
			s.afterRing(o.contact)
		}
		if p := a.guest; p != nil && p.stage == summoned && (!a.member || !a.reachable()) {
			s.guestGone(p, "withdrawn")
		}
		if !a.member && !a.busy() {
			s.dismiss(a)
		}
	}
	s.releaseRefused()
}

// mayRing tells whether a is still somebody who answers for c.
func (c *contact) mayRing(a *agent) bool {
	return !c.refuses(a) && (slices.Contains(c.line.members, a) || a.member && c.awaits() == a)
}

// dissolve moves the callers of a deleted line on, in their order.
func (s *state) dissolve(l *line) {
	s.rehome(l)
	for _, c := range slices.Clone(l.order.list) {
		if c.virtual != nil { // it rings; the end of that comes back here
			continue
		}
		if c.phase == connecting {
			c.exitDue = "moved" // if it fails, she leaves; else she talks and has left
			if to := s.heir(c); to != nil {
				s.move(c, to)
			}
			continue
		}
		s.withdraw(c, "withdrawn", Notice{Code: OfferWithdrawn, Contact: c.id})
		if to := s.heir(c); to != nil {
			s.move(c, to)
			s.order(Wait{Contact: c.id, Sound: c.sound("")})
			continue
		}
		s.transferOver(c, "queue_deleted")
		s.leave(c, "exit")
		s.record(Entry{Kind: LadderRung, Contact: c.id, Queue: l.id, Reason: "queue_deleted"})
		s.part(c, l.set.Exit, OutcomeClosed)
	}
}

// move takes c to another line with her class and the time she entered.
func (s *state) move(c *contact, to *line) {
	s.leave(c, "moved")
	s.join(c, to)
}

// heir returns the line that takes over the callers of a deleted one: the one
// c's number leads to now, else the one the old exit names, else none.
func (s *state) heir(c *contact) *line {
	if n, ok := s.numbers[canonical(c.dialled)]; ok {
		return n.line
	}
	return s.lineByID[QueueID(c.line.set.Exit.Queue)]
}

// everybody returns the agents the desk knows: those of the document in its
// order, then the others by name.
func (s *state) everybody() []*agent {
	all := slices.Clone(s.roster)
	for _, a := range s.agents {
		if !a.member {
			all = append(all, a)
		}
	}
	slices.SortFunc(all[len(s.roster):], func(a, b *agent) int { return strings.Compare(string(a.id), string(b.id)) })
	return all
}
