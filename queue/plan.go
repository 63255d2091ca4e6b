package queue

import (
	"cmp"
	"slices"
	"time"

	"sahut/configs"
)

// What the shift plan says, as pure functions of the document: who is planned
// when, and where too few are.

// PlannedShift is one shift of one volunteer.
type PlannedShift struct {
	Agent  AgentID   `json:"agent"`
	Name   string    `json:"name"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Queues []QueueID `json:"queues"` // for which she is counted
	Label  string    `json:"label,omitempty"`
	Date   bool      `json:"date,omitempty"` // not of every week
}

// Gap is a time at which a queue is open and fewer are planned than it needs.
type Gap struct {
	Queue   QueueID   `json:"queue"`
	Label   string    `json:"label"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Planned int       `json:"planned"`
	Needed  int       `json:"needed"`

	// Of whom too few are planned; both empty: of anybody.
	Language string `json:"language,omitempty"`
	Gender   string `json:"gender,omitempty"`
}

// period is from one time to another, the latter not included.
type period struct{ from, to time.Time }

// PlanDay is one day of the plan.
type PlanDay struct {
	Date   string         `json:"date"`
	From   time.Time      `json:"from"`
	To     time.Time      `json:"to"`
	Shifts []PlannedShift `json:"shifts"` // that begin on it; on the first day also what goes on from before
	Gaps   []Gap          `json:"gaps"`   // within it
}

// PlanDays returns n days of r's plan, the first that of date, an empty one the
// Monday of the week of now.
func PlanDays(r configs.Routing, date string, n int, now time.Time) ([]PlanDay, error) {
	zone, err := time.LoadLocation(r.Shifts.TimeZone)
	if err != nil {
		return nil, err
	}
	midnight, err := daysFrom(date, zone, now)
	if err != nil {
		return nil, err
	}
	shifts, days := Planned(r, midnight(0), midnight(n)), make([]PlanDay, n)
	for i := range days {
		day := PlanDay{Date: midnight(i).Format(time.DateOnly), From: midnight(i), To: midnight(i + 1), Shifts: []PlannedShift{}, Gaps: []Gap{}}
		for _, s := range shifts {
			if s.From.Before(day.To) && (!s.From.Before(day.From) || i == 0) {
				day.Shifts = append(day.Shifts, s)
			}
		}
		day.Gaps = append(day.Gaps, Gaps(r, day.From, day.To)...)
		days[i] = day
	}
	return days, nil
}

// Planned returns the shifts of r that touch the time from from to to, by their
// beginning, then by the document.
func Planned(r configs.Routing, from, to time.Time) []PlannedShift {
	zone, err := time.LoadLocation(r.Shifts.TimeZone)
	if err != nil {
		return nil
	}
	book := planBook{routing: r, from: from, to: to, agents: map[string]configs.Agent{}}
	for _, a := range r.Agents {
		book.agents[a.ID] = a
	}
	y, m, d := from.In(zone).Date()
	for n := -1; ; n++ { // what began the day before may go on
		day := time.Date(y, m, d+n, 0, 0, 0, 0, zone)
		if !day.Before(to) {
			break
		}
		book.day(day)
	}
	slices.SortStableFunc(book.shifts, func(a, b PlannedShift) int { return a.From.Compare(b.From) })
	return book.shifts
}

type planBook struct {
	routing  configs.Routing
	from, to time.Time
	agents   map[string]configs.Agent
	shifts   []PlannedShift
}

// day adds what begins on the day that midnight begins.
func (b *planBook) day(midnight time.Time) {
	date := midnight.Format(time.DateOnly)
	named, allOff := map[string]bool{}, false
	for _, d := range b.routing.Shifts.Dates {
		if d.Date != date {
			continue
		}
		allOff = allOff || d.Off && len(d.Agents) == 0
		for _, a := range d.Agents {
			named[a] = true
			if !d.Off {
				b.add(a, midnight, d.From, d.To, d.Queues, d.Label, true)
			}
		}
	}
	for _, w := range b.routing.Shifts.Weekly {
		for _, day := range w.Days {
			if on, ok := configs.Weekday(day); !ok || on != midnight.Weekday() || allOff {
				continue
			}
			for _, a := range w.Agents {
				if !named[a] {
					b.add(a, midnight, w.From, w.To, w.Queues, "", false)
				}
			}
		}
	}
}

func (b *planBook) add(agent string, midnight time.Time, from, to string, queues []string, label string, date bool) {
	a, known := b.agents[agent]
	sp, ok := spanOf(from, to)
	if !ok || !known {
		return
	}
	s := PlannedShift{Agent: AgentID(agent), Name: a.Name, From: clock(midnight, sp.from), To: clock(midnight, sp.to), Queues: []QueueID{}, Label: label, Date: date}
	if !s.To.After(b.from) || !s.From.Before(b.to) {
		return
	}
	for _, q := range a.Queues {
		if len(queues) == 0 || slices.Contains(queues, q) {
			s.Queues = append(s.Queues, QueueID(q))
		}
	}
	b.shifts = append(b.shifts, s)
}

// Gaps returns when, from from to to, a queue of r is open and fewer are planned
// than it needs, queue by queue. Without any plan there are none.
func Gaps(r configs.Routing, from, to time.Time) []Gap {
	if r.Shifts.Empty() {
		return nil
	}
	var gaps []Gap
	shifts, hours, agents := Planned(r, from, to), schedulesOf(r.Hours), map[AgentID]configs.Agent{}
	for _, a := range r.Agents {
		agents[AgentID(a.ID)] = a
	}
	for _, q := range r.Queues {
		open := hours[q.Hours].periods(from, to)
		for _, n := range append([]configs.Cover{{AtLeast: q.MinPlanned}}, q.Cover...) {
			var planned []PlannedShift
			for _, s := range shifts {
				if slices.Contains(s.Queues, QueueID(q.ID)) && covers(n, agents[s.Agent]) {
					planned = append(planned, s)
				}
			}
			for _, p := range open {
				gaps = append(gaps, gapsIn(p, planned, Gap{Queue: QueueID(q.ID), Label: cmp.Or(q.Label, q.ID), Needed: n.AtLeast, Language: n.Language, Gender: n.Gender})...)
			}
		}
	}
	return gaps
}

// covers tells whether a is one of those n asks for.
func covers(n configs.Cover, a configs.Agent) bool {
	speaks := n.Language == "" || slices.Contains(a.Languages, n.Language) || len(a.Languages) == 0 && n.Language == homeLanguage
	return speaks && (n.Gender == "" || n.Gender == a.Gender)
}

// gapsIn returns the gaps in one time the queue of g is open.
func gapsIn(open period, planned []PlannedShift, g Gap) (gaps []Gap) {
	edges := []time.Time{open.from, open.to}
	for _, s := range planned {
		for _, at := range []time.Time{s.From, s.To} {
			if at.After(open.from) && at.Before(open.to) {
				edges = append(edges, at)
			}
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	for i, at := range edges[:len(edges)-1] {
		g.From, g.To, g.Planned = at, edges[i+1], plannedAt(planned, at)
		switch last := len(gaps) - 1; {
		case g.Planned >= g.Needed || !g.From.Before(g.To):
		case last >= 0 && gaps[last].To.Equal(g.From) && gaps[last].Planned == g.Planned:
			gaps[last].To = g.To
		default:
			gaps = append(gaps, g)
		}
	}
	return gaps
}

func plannedAt(planned []PlannedShift, at time.Time) int {
	n := 0
	for _, s := range planned {
		if !s.From.After(at) && s.To.After(at) {
			n++
		}
	}
	return n
}

// periods returns when t is open from from to to; what touches is one.
func (t *schedule) periods(from, to time.Time) []period {
	if t == nil {
		return []period{{from, to}}
	}
	var all []period
	for n := -1; ; n++ {
		day := t.midnight(from, n)
		if !day.Before(to) {
			break
		}
		for _, sp := range t.of(day) {
			p := period{clock(day, sp.from), clock(day, sp.to)}
			if p.from.Before(from) {
				p.from = from
			}
			if p.to.After(to) {
				p.to = to
			}
			if p.from.Before(p.to) {
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b period) int { return a.from.Compare(b.from) })
	joined := all[:0]
	for _, p := range all {
		if last := len(joined) - 1; last >= 0 && !p.from.After(joined[last].to) {
			if p.to.After(joined[last].to) {
				joined[last].to = p.to
			}
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// plansOf returns the plan of each volunteer who has one.
func plansOf(p configs.Shifts) map[string]*schedule {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil || p.Empty() {
		return nil
	}
	plans := map[string]*schedule{}
	of := func(agent string) *schedule {
		if plans[agent] == nil {
			plans[agent] = &schedule{zone: zone, days: map[string][]span{}}
		}
		return plans[agent]
	}
	for _, w := range p.Weekly {
		sp, ok := spanOf(w.From, w.To)
		for _, d := range w.Days {
			day, known := configs.Weekday(d)
			for _, a := range w.Agents {
				if t := of(a); ok && known {
					t.weekly[day] = append(t.weekly[day], sp)
				}
			}
		}
	}
	for _, d := range p.Dates {
		sp, ok := spanOf(d.From, d.To)
		for _, a := range d.Agents {
			t := of(a)
			spans := t.days[d.Date]
			if ok && !d.Off {
				spans = append(spans, sp)
			}
			t.days[d.Date] = spans // a day off is one with none
		}
	}
	for _, d := range p.Dates {
		for _, t := range plans {
			if _, own := t.days[d.Date]; d.Off && len(d.Agents) == 0 && !own {
				t.days[d.Date] = nil
			}
		}
	}
	return plans
}
