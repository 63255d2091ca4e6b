package queue

import (
	"time"

	"sahut/configs"
)

// The shift plan and a volunteer's evening. She is reminded of her shift, noted
// when she does not come, spared near its end what others can answer, and sent
// home when it is over, after the contact in her hand:
//
//	remind ─► begins ─► late_after: late          soft_end ─► over: home
//
// Who is not in the plan comes and goes as she likes, and so does who works
// outside her hours: only the end of a planned shift ends it.

// planned is what the plan says of an agent now.
type planned struct {
	plan     *schedule // nil: she is not in it
	on       bool      // a shift of hers runs
	from, to time.Time // of it, else of the next one; zero: none within days
	since    time.Time // since when the desk knows that it runs
	ending   bool
	came     bool // she was on shift in it
	late     bool // she was noted
	reminded bool
	turn     token // when any of this changes
}

// What a volunteer is told of her shift.
const (
	ShiftSoon   NoticeCode = "shift_soon"   // it begins soon, and she is off shift
	ShiftBegins NoticeCode = "shift_begins" // it begins now, and she is off shift
	ShiftEnding NoticeCode = "shift_ending" // what others can answer comes to others now
	ShiftIsOver NoticeCode = "shift_over"   // she goes off shift, after what she has in hand
)

// plannedAhead is how far the desk looks into the plan; then it looks again.
const plannedAhead = 9 * wholeDay

// ExcludedShiftEnding: her shift ends soon, and somebody else can answer.
const ExcludedShiftEnding Exclusion = "shift_ending"

// ShiftView is the shift of a volunteer's plan that runs, or that begins soon.
type ShiftView struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Now    bool      `json:"now"`              // it runs
	Ending bool      `json:"ending,omitempty"` // it ends soon: she is spared what others can answer
}

// turnShift brings a's plan up to now. byClock: time passed, nobody edited; an
// edit sends nobody home.
func (s *state) turnShift(a *agent, byClock bool) {
	p := &a.planned
	p.turn.disarm()
	if p.plan == nil {
		*p = planned{turn: p.turn}
		return
	}
	from, to := p.plan.next(s.now)
	on := !from.IsZero() && !from.After(s.now)
	switch {
	case on && !p.on:
		s.plannedBegan(a, to, byClock)
	case p.on && !on && byClock:
		s.plannedOver(a)
	case p.on && !byClock && !(on && to.Equal(p.to)): // an edit changed the shift that runs
		s.record(Entry{Kind: ShiftPlanned, Agent: a.id, Reason: "edited", MS: leftOf(on, to, s.now)})
	}
	p.on, p.from, p.to = on, from, to
	set := s.routing.Shifts
	s.noteEnding(a, on && !s.now.Before(to.Add(-set.SoftEnd.D())))
	if late := set.LateAfter.D(); on && !p.came && !p.late && late > 0 && !s.now.Before(p.since.Add(late)) {
		p.late = true
		s.record(Entry{Kind: ShiftLate, Agent: a.id, MS: ms(s.now.Sub(p.since))})
	}
	soon := !on && !from.IsZero() && !s.now.Before(from.Add(-set.Remind.D()))
	if soon && byClock && !p.reminded && !a.onShift() {
		p.reminded = true
		s.notify(a, Notice{Code: ShiftSoon})
	}
	if byClock {
		s.show(a)
	}
	s.timers.arm(&p.turn, p.turns(s.now, set), func() { s.turnShift(a, true) })
}

// turns returns when p changes next.
func (p *planned) turns(now time.Time, set configs.Shifts) time.Time {
	first := now.Add(plannedAhead)
	sooner := func(at time.Time) {
		if at.After(now) && at.Before(first) {
			first = at
		}
	}
	if p.from.IsZero() {
		return first
	}
	if !p.on {
		sooner(p.from.Add(-set.Remind.D()))
		sooner(p.from)
		return first
	}
	if !p.came && !p.late && set.LateAfter > 0 {
		sooner(p.since.Add(set.LateAfter.D()))
	}
	sooner(p.to.Add(-set.SoftEnd.D()))
	sooner(p.to)
	return first
}

func (s *state) plannedBegan(a *agent, to time.Time, byClock bool) {
	p := &a.planned
	p.since, p.came, p.late, p.reminded = s.now, a.onShift(), false, false
	if !byClock {
		return
	}
	s.record(Entry{Kind: ShiftPlanned, Agent: a.id, MS: leftOf(true, to, s.now)})
	if !p.came {
		s.notify(a, Notice{Code: ShiftBegins})
	}
}

// leftOf is how much of a shift that runs until to is left, in ms; 0 if none runs.
func leftOf(runs bool, to, now time.Time) int64 {
	if !runs {
		return 0
	}
	return ms(to.Sub(now))
}

func (s *state) plannedOver(a *agent) {
	p := &a.planned
	if p.late && !p.came {
		s.record(Entry{Kind: ShiftMissed, Agent: a.id})
	}
	p.late = false
	if a.onShift() {
		s.notify(a, Notice{Code: ShiftIsOver})
		s.onShiftEnded(ShiftEnded{a.id})
	}
}

func (s *state) noteEnding(a *agent, ending bool) {
	if ending && !a.planned.ending && a.onShift() {
		s.notify(a, Notice{Code: ShiftEnding})
	}
	a.planned.ending = ending
}

// noteCame runs when a begins a shift, planned or not.
func (s *state) noteCame(a *agent) { a.planned.came = true }

// next returns the shift of t that runs at that time, or the next one; zero
// times if there is none within days. What touches is one shift.
func (t *schedule) next(at time.Time) (from, to time.Time) {
	for _, p := range t.periods(at.Add(-2*wholeDay), at.Add(plannedAhead)) {
		if p.to.After(at) {
			return p.from, p.to
		}
	}
	return time.Time{}, time.Time{}
}

// shiftView is what a's screen shows of the plan. One without an end for more
// than a day is a plan, and no shift.
func (s *state) shiftView(a *agent) *ShiftView {
	p := &a.planned
	if p.plan == nil || p.from.IsZero() || p.to.Sub(p.from) > wholeDay || !p.on && s.now.Before(p.from.Add(-s.routing.Shifts.Remind.D())) {
		return nil
	}
	return &ShiftView{From: p.from, To: p.to, Now: p.on, Ending: p.ending}
}

// ---- the soft end

// spares tells whether a, whose shift ends soon, is not rung for c.
func (s *state) spares(c *contact, a *agent) bool {
	return a.planned.ending && c.prefers != a.id && s.othersAnswer(c)
}

// othersAnswer tells whether c can be left to those whose shift goes on: one of
// them is free, or will be, and c can wait for her.
func (s *state) othersAnswer(c *contact) bool {
	if len(c.offers) > 0 {
		return true
	}
	patient := s.patient(c)
	for _, b := range c.line.members {
		if b.planned.ending || !b.works() || c.line.unfit(c.reach(), c.needs, b) != "" {
			continue
		}
		if why := s.excluded(c, b); why == "" && (patient || b.state == Ready) || why == ExcludedDeclined && patient {
			return true
		}
	}
	return false
}

// works tells whether a is free for contacts, or will be without anybody's doing.
func (a *agent) works() bool {
	switch a.state {
	case Ready, Offered, Talking, Held, WrapUp, Assisting:
		return a.next == ""
	}
	return false
}

// patient tells whether c can wait a moment longer, because she has not waited
// long and nothing presses.
func (s *state) patient(c *contact) bool {
	if c.virtual != nil { // nobody is on the phone
		return true
	}
	return c.urgency() <= ClassNormal && s.now.Before(s.patientUntil(c))
}

func (s *state) patientUntil(c *contact) time.Time {
	return c.entered.Add(-c.credit).Add(s.routing.Shifts.SoftWait.D())
}

// spareFor looks at c again when her patience is over.
func (s *state) spareFor(c *contact) {
	if at := s.patientUntil(c); c.virtual == nil && at.After(s.now) && !c.spared.armed() {
		s.timers.arm(&c.spared, at, func() {}) // the tick's match does the rest
	}
}
