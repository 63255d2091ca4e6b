package queue

import (
	"slices"
	"testing"
	"time"

	"sahut/configs"
)

// evening is sari, who is planned from 19:00 to 21:00 UTC, and others who are
// not; day0 is Sunday 18:00.
func evening(names string, edit func(*configs.Routing)) configs.Routing {
	return crew(names, func(r *configs.Routing) {
		r.Shifts = configs.Shifts{
			TimeZone: "UTC", Remind: dur(10 * time.Minute), LateAfter: dur(15 * time.Minute), SoftEnd: dur(10 * time.Minute), SoftWait: dur(time.Minute),
			Weekly: []configs.WeeklyShift{{Agents: []string{"sari"}, Days: []string{"sun"}, From: "19:00", To: "20:00"}, {Agents: []string{"sari"}, Days: []string{"sun"}, From: "20:00", To: "21:00"}},
		}
		if edit != nil {
			edit(r)
		}
	})
}

// until lets time go by to so long after 18:00.
func (tr *trial) until(after time.Duration) { tr.pass(day0.Add(after).Sub(tr.now)) }

// told tells whether a was ever told code.
func (tr *trial) told(a AgentID, code NoticeCode) bool {
	return slices.ContainsFunc(tr.all, func(e Effect) bool {
		n, ok := e.(Notify)
		return ok && n.Agent == a && n.Notice.Code == code
	})
}

func TestSheIsRemindedAndNotedWhenSheIsLate(t *testing.T) {
	tr := newTrial(t, evening("sari dewi", nil))
	tr.do(SessionOpened{"sari"})
	tr.until(50*time.Minute - 1)
	if tr.told("sari", ShiftSoon) || tr.s.view(tr.s.agents["sari"]).Shift != nil {
		t.Fatal("reminded before it is time")
	}
	tr.pass(1)
	if v := tr.s.view(tr.s.agents["sari"]).Shift; !tr.told("sari", ShiftSoon) || v == nil || v.Now || !v.From.Equal(day0.Add(time.Hour)) || !v.To.Equal(day0.Add(3*time.Hour)) {
		t.Fatalf("not reminded: %+v", v)
	}
	tr.until(time.Hour)
	if tr.kinds[ShiftPlanned] != 1 || !tr.told("sari", ShiftBegins) {
		t.Fatal("not told that it begins")
	}
	tr.until(75*time.Minute - 1)
	if tr.kinds[ShiftLate] != 0 {
		t.Fatal("late too soon")
	}
	tr.pass(1)
	late := func() *time.Time { return tr.s.snapshot(tr.now).Agents[0].Late }
	if at := late(); tr.kinds[ShiftLate] != 1 || at == nil || !at.Equal(day0.Add(time.Hour)) {
		t.Fatalf("not noted as late: %v", at)
	}
	tr.until(3 * time.Hour)
	if late() != nil || tr.kinds[ShiftMissed] != 1 || tr.kinds[ShiftPlanned] != 1 || tr.kinds[ShiftOver] != 0 {
		t.Fatalf("at the end: %v", tr.kinds)
	}
	if tr.told("dewi", ShiftSoon) || tr.told("dewi", ShiftBegins) {
		t.Fatal("who is not planned was reminded")
	}
}

// Who came is not late, even if she went again.
func TestWhoCameIsNotLate(t *testing.T) {
	tr := newTrial(t, evening("sari", nil))
	tr.until(65 * time.Minute)
	tr.ready("sari")
	tr.do(ShiftEnded{"sari"})
	tr.until(4 * time.Hour)
	if tr.kinds[ShiftLate]+tr.kinds[ShiftMissed] != 0 {
		t.Fatal("noted though she came")
	}
}

func TestSoftEnd(t *testing.T) {
	tr := newTrial(t, evening("sari dewi", nil))
	tr.until(2 * time.Hour)
	tr.ready("sari")
	tr.pass(time.Minute)
	tr.ready("dewi")
	tr.until(170*time.Minute - 1)
	if tr.told("sari", ShiftEnding) {
		t.Fatal("spared too soon")
	}
	tr.pass(1)
	if v := tr.s.view(tr.s.agents["sari"]).Shift; !tr.told("sari", ShiftEnding) || v == nil || !v.Ending || tr.s.snapshot(tr.now).Agents[0].ShiftEnds == nil {
		t.Fatalf("screen shows %+v", v)
	}
	c := tr.call()
	if tr.offered("dewi") != c || tr.everRung(c)["sari"] {
		t.Fatal("sari was idle longer, but is to be spared")
	}
	tr.talk("dewi")
	d := tr.call() // dewi is busy and will be free
	if tr.everRung(d)["sari"] {
		t.Fatal("rung at once")
	}
	w := tr.s.why(d, tr.now)
	if i := slices.IndexFunc(w.Agents, func(a WhyAgent) bool { return a.Reason == ExcludedShiftEnding }); i < 0 || w.Agents[i].Agent != "sari" || w.Agents[i].Until == nil {
		t.Fatalf("why is %+v", w.Agents)
	}
	tr.pass(time.Minute - 1)
	if tr.everRung(d)["sari"] {
		t.Fatal("rung before the caller waited long")
	}
	tr.pass(1)
	if tr.offered("sari") != d {
		t.Fatal("a caller who waits is left to nobody")
	}
	tr.talk("sari")
	tr.until(190 * time.Minute) // over since ten minutes
	tr.mustBe("sari", Talking)
	if tr.s.agents["sari"].next != Offline || !tr.told("sari", ShiftIsOver) {
		t.Fatal("not sent home after this talk")
	}
	tr.do(HungUp{d, ByCaller, CauseNormal})
	tr.mustBe("sari", Offline)
	tr.mustBe("dewi", Talking)
}

// Nobody else is there, or works: then she answers to the end.
func TestSoftEndIsNoEndWhenNobodyElseCan(t *testing.T) {
	tr := newTrial(t, evening("sari dewi", nil))
	tr.until(2 * time.Hour)
	tr.ready("sari")
	tr.until(171 * time.Minute)
	if c := tr.call(); tr.offered("sari") != c {
		t.Fatal("nobody answers")
	} else {
		tr.do(HungUp{c, ByCaller, CauseNormal})
	}
	tr.ready("dewi")
	tr.do(PauseAsked{"dewi", ""})
	if c := tr.call(); tr.offered("sari") != c {
		t.Fatal("nobody answers while the other one pauses")
	}
	tr.until(3 * time.Hour)
	tr.mustBe("sari", Offline)
}

// Whom an edit takes out of the plan, or gives another end, is not sent home by
// it; and she may stay when she says so.
func TestTheEndOfAShiftIsHers(t *testing.T) {
	r := evening("sari", nil)
	tr := newTrial(t, r)
	tr.until(50 * time.Minute)
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.until(3*time.Hour + time.Minute)
	tr.do(ReadyAsked{"sari"}, HungUp{c, ByCaller, CauseNormal})
	tr.mustBe("sari", Ready)
	next := r.Clone()
	next.Shifts.Weekly[0].Days, next.Shifts.Weekly[1].To = []string{"mon"}, "24:00"
	tr.do(RoutingChanged{Routing: next, Revision: 2})
	next = next.Clone()
	next.Shifts.Weekly = next.Shifts.Weekly[:1]
	tr.do(RoutingChanged{Routing: next, Revision: 3})
	tr.until(7 * time.Hour)
	tr.mustBe("sari", Ready)
	if tr.kinds[ShiftMissed]+tr.kinds[ShiftLate] != 0 {
		t.Fatal("noted by an edit")
	}
}

func TestGaps(t *testing.T) {
	r := evening("sari dewi", func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "evening", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"sun"}, From: "18:00", To: "02:00"}}}}
		r.Queues[0].Hours, r.Queues[0].MinPlanned = "evening", 1
		r.Shifts.Weekly = append(r.Shifts.Weekly, configs.WeeklyShift{Agents: []string{"dewi"}, Days: []string{"sun"}, From: "20:30", To: "01:00"})
	})
	monday := day0.Add(6 * time.Hour)
	type hole struct {
		from, to     time.Duration
		planned, min int
	}
	look := func(want ...hole) {
		t.Helper()
		var got []hole
		for _, g := range Gaps(r, day0.Add(-12*time.Hour), monday.Add(24*time.Hour)) {
			got = append(got, hole{g.From.Sub(day0), g.To.Sub(day0), g.Planned, g.Needed})
		}
		if !slices.Equal(got, want) {
			t.Errorf("gaps %v, want %v", got, want)
		}
	}
	h := time.Hour
	look(hole{0, h, 0, 1}, hole{7 * h, 8 * h, 0, 1})
	r.Queues[0].MinPlanned = 2
	look(hole{0, h, 0, 2}, hole{h, 2*h + h/2, 1, 2}, hole{3 * h, 7 * h, 1, 2}, hole{7 * h, 8 * h, 0, 2})
	r.Shifts.Dates = []configs.DatedShift{{Date: "2026-03-01", Off: true}, {Date: "2026-03-01", Agents: []string{"dewi"}, From: "18:00", To: "02:00"}}
	look(hole{0, 8 * h, 1, 2})
	r.Queues[0].MinPlanned = 0
	look()
	r.Agents[0].Gender, r.Agents[1].Languages = "f", []string{"en"}
	r.Shifts.Dates = nil
	r.Queues[0].Cover = []configs.Cover{{Gender: "f", AtLeast: 1}, {Language: "id", AtLeast: 2}, {Language: "en", AtLeast: 1}}
	look(hole{0, h, 0, 1}, hole{3 * h, 8 * h, 0, 1}, hole{0, h, 0, 2}, hole{h, 3 * h, 1, 2}, hole{3 * h, 8 * h, 0, 2}, hole{0, 2*h + h/2, 0, 1}, hole{7 * h, 8 * h, 0, 1})
}

// What the calendar shows and what the desk acts on are one plan.
func TestThePlanIsReadOneWay(t *testing.T) {
	r := evening("sari dewi", func(r *configs.Routing) {
		r.Shifts.TimeZone = "Asia/Makassar"
		r.Shifts.Weekly = append(r.Shifts.Weekly, configs.WeeklyShift{Agents: []string{"dewi", "sari"}, Days: []string{"mon", "wed", "fri"}, From: "22:30", To: "06:00"})
		r.Shifts.Dates = []configs.DatedShift{
			{Date: "2026-03-04", Off: true}, {Date: "2026-03-06", Agents: []string{"dewi"}, Off: true}, {Date: "2026-03-09", Agents: []string{"sari"}, From: "08:00", To: "24:00"},
		}
	})
	from, to := day0.Add(-36*time.Hour), day0.Add(15*wholeDay)
	shifts, plans := Planned(r, from, to), plansOf(r.Shifts)
	for at := from; at.Before(to); at = at.Add(10 * time.Minute) {
		for _, a := range []string{"sari", "dewi"} {
			planned := slices.ContainsFunc(shifts, func(s PlannedShift) bool {
				return s.Agent == AgentID(a) && !s.From.After(at) && s.To.After(at)
			})
			if planned != plans[a].open(at) {
				t.Fatalf("%s at %s: calendar %v, desk %v", a, at, planned, plans[a].open(at))
			}
			if begin, end := plans[a].next(at); planned != (!begin.IsZero() && !begin.After(at) && end.After(at)) {
				t.Fatalf("%s at %s: next from %s to %s", a, at, begin, end)
			}
		}
	}
}

// Once a colleague rings, she is left in peace, however long the caller waited;
// a colleague who pauses after her talk is none who could answer.
func TestWhoCountsAsAColleague(t *testing.T) {
	tr := newTrial(t, evening("sari dewi", func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" }))
	tr.until(2 * time.Hour)
	tr.ready("sari", "dewi")
	tr.do(PauseAsked{"sari", ""})
	first := tr.call()
	tr.talk("dewi")
	tr.until(171 * time.Minute)
	c := tr.call()
	tr.pass(2 * time.Minute)
	tr.do(HungUp{first, ByCaller, CauseNormal})
	if tr.offered("dewi") != c {
		t.Fatal("dewi is not rung")
	}
	tr.do(ReadyAsked{"sari"})
	if tr.everRung(c)["sari"] {
		t.Fatal("rung beside a colleague")
	}
	tr.talk("dewi")
	tr.do(PauseAsked{"dewi", ""})
	if d := tr.call(); tr.offered("sari") != d {
		t.Fatal("left to a colleague who pauses after this talk")
	}
}
