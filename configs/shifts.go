package configs

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shifts is the plan of who comes when. A volunteer whom it does not name works
// as if there were none.
type Shifts struct {
	TimeZone  string        `yaml:"time_zone" json:"time_zone" default:"Asia/Jakarta" doc:"Whose clock the times are, and those of all screens: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT) or any other of the IANA names."`
	Remind    Duration      `yaml:"remind" json:"remind" default:"10m" doc:"How long before her shift a volunteer whose page is open is reminded of it; 0s only when it begins."`
	LateAfter Duration      `yaml:"late_after" json:"late_after" default:"10m" doc:"Who has not begun so long after her shift should have is noted as late, for the supervisors; 0s never."`
	SoftEnd   Duration      `yaml:"soft_end" json:"soft_end" default:"10m" doc:"So long before the end of her shift a volunteer is spared new calls that somebody else can answer; 0s not at all."`
	SoftWait  Duration      `yaml:"soft_wait" json:"soft_wait" default:"1m" doc:"A caller who has waited so long is brought to her all the same, unless somebody else is free. Who is in danger or was cut off is not made to wait for it."`
	Weekly    []WeeklyShift `yaml:"weekly" json:"weekly" doc:"The shifts of an ordinary week."`
	Dates     []DatedShift  `yaml:"dates" json:"dates" doc:"Days that are not as every week. Who is named for a day does not have her weekly shifts that begin on it."`
}

// WeeklyShift is a shift that comes every week.
type WeeklyShift struct {
	Agents []string `yaml:"agents" json:"agents" doc:"Who comes, by user name."`
	Days   []string `yaml:"days" json:"days" doc:"On which days it begins: mon, tue, wed, thu, fri, sat, sun."`
	From   string   `yaml:"from" json:"from" doc:"When it begins, like 08:00."`
	To     string   `yaml:"to" json:"to" doc:"When it ends, like 16:00 or 24:00; earlier than from means on the next day."`
	Queues []string `yaml:"queues" json:"queues" doc:"For which of their queues they are counted; empty: all. It does not keep the others from ringing them."`
}

// DatedShift is a shift on one day, or a day off.
type DatedShift struct {
	Date   string   `yaml:"date" json:"date" doc:"The day on which it begins, like 2026-12-25."`
	Label  string   `yaml:"label" json:"label" default:"" doc:"Why: a holiday, a swap. The volunteers see it."`
	Agents []string `yaml:"agents" json:"agents" doc:"Who, by user name; with off, empty means everybody."`
	Off    bool     `yaml:"off" json:"off" default:"false" doc:"They do not come on that day."`
	From   string   `yaml:"from" json:"from" default:"" doc:"When it begins, like 08:00."`
	To     string   `yaml:"to" json:"to" default:"" doc:"When it ends, like 16:00 or 24:00; earlier than from means on the next day."`
	Queues []string `yaml:"queues" json:"queues" doc:"For which of their queues they are counted; empty: all."`
}

// Cover is whom a queue should have beyond any volunteer at all.
type Cover struct {
	Language string `yaml:"language" json:"language" default:"" doc:"Who speaks it, like id or en; empty: any."`
	Gender   string `yaml:"gender" json:"gender" default:"" choices:",f,m" doc:"Of which gender: f or m; empty: any."`
	AtLeast  int    `yaml:"at_least" json:"at_least" default:"1" doc:"How many of them."`
}

// String is whom the plan should have, in a list of changes.
func (n Cover) String() string {
	return strings.Join(strings.Fields(n.Language+" "+n.Gender+" "+itoa(n.AtLeast)), " ")
}

func (n Cover) validate(c check) {
	c.choices(n)
	c.count("at_least", n.AtLeast, 1, 1000)
	switch {
	case n.Language == "" && n.Gender == "":
		c.bad("", "", coverNothing)
	case n.Language != "" && !languagePattern.MatchString(n.Language):
		c.bad("language", n.Language, noLanguage)
	}
}

// String is the shift in a list of changes.
func (w WeeklyShift) String() string {
	return strings.TrimSpace(strings.Join(w.Agents, " ") + " " + strings.Join(w.Days, " ") + " " + w.From + "-" + w.To + " " + strings.Join(w.Queues, " "))
}

// String is the shift, or the day off, in a list of changes.
func (d DatedShift) String() string {
	who := strings.Join(d.Agents, " ")
	if d.Off {
		return strings.TrimSpace(d.Date + " off " + who)
	}
	return strings.TrimSpace(d.Date + " " + who + " " + d.From + "-" + d.To + " " + strings.Join(d.Queues, " "))
}

// Empty tells whether nothing is planned at all.
func (p Shifts) Empty() bool { return len(p.Weekly) == 0 && len(p.Dates) == 0 }

func (p Shifts) validate(c check, v judge) {
	if _, err := time.LoadLocation(p.TimeZone); (err != nil || p.TimeZone == "" || p.TimeZone == "Local") && !p.Empty() {
		c.bad("time_zone", p.TimeZone, noZone)
	}
	c.between("remind", p.Remind, 0, 4*time.Hour)
	c.between("late_after", p.LateAfter, 0, 4*time.Hour)
	c.between("soft_end", p.SoftEnd, 0, 2*time.Hour)
	c.between("soft_wait", p.SoftWait, 0, time.Hour)
	c.most("weekly", len(p.Weekly), 1000)
	c.most("dates", len(p.Dates), 2000)
	for i, w := range p.Weekly {
		c := c.in("weekly").at(i)
		c.who(w.Agents, v)
		Window{w.Days, w.From, w.To}.validate(c)
		c.answered(w.Queues, v)
	}
	for i, d := range p.Dates {
		d.validate(c.in("dates").at(i), v)
	}
	p.validateOverlaps(c)
}

func (d DatedShift) validate(c check, v judge) {
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
		c.bad("date", d.Date, noDay)
	}
	if d.Label != "" {
		c.label("label", d.Label)
	}
	if !d.Off || len(d.Agents) > 0 {
		c.who(d.Agents, v)
	}
	switch {
	case !d.Off:
		validateSpan(c, d.From, d.To)
		c.answered(d.Queues, v)
	case d.From != "" || d.To != "":
		c.bad("off", "", offWithTimes)
	}
}

// who checks a list of volunteers.
func (c check) who(agents []string, v judge) {
	if len(agents) == 0 {
		c.bad("agents", "", agentsMissing)
	}
	ids := make([]string, len(v.routing.Agents))
	for i, a := range v.routing.Agents {
		ids[i] = a.ID
	}
	for i, a := range agents {
		c := c.in("agents").at(i)
		if !slices.Contains(ids, a) {
			if near := nearest(a, ids); near != "" {
				c.bad("", a, noAgentNear, near)
			} else {
				c.bad("", a, noAgent)
			}
		} else if slices.Contains(agents[:i], a) {
			c.bad("", a, listedTwice)
		}
	}
}

// answered checks the queues of a shift.
func (c check) answered(queues []string, v judge) {
	for i, q := range queues {
		c := c.in("queues").at(i)
		v.queue(c, "", q, "lost_plan")
		if slices.Contains(queues[:i], q) {
			c.bad("", q, listedTwice)
		}
	}
}

// booking is one shift of one volunteer, in minutes after some midnight.
type booking struct {
	from, to int
	list     string // weekly, dates
	at       int
	text     string
}

func bookingOf(list string, at int, text, from, to string) (booking, bool) {
	f, ok1 := Clock(from)
	t, ok2 := Clock(to)
	if t <= f {
		t += 24 * time.Hour
	}
	return booking{int(f.Minutes()), int(t.Minutes()), list, at, text + " " + from + "-" + to}, ok1 && ok2
}

// rota is what is planned for one volunteer.
type rota struct {
	weekly [7][]booking
	dates  map[string][]booking
}

// day returns what begins on a day, in minutes after the first midnight.
func (r *rota) day(day time.Time, n int) []booking {
	day = day.AddDate(0, 0, n)
	list, special := r.dates[day.Format(time.DateOnly)]
	if !special {
		list = r.weekly[day.Weekday()]
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].from += n * 24 * 60
		out[i].to += n * 24 * 60
	}
	return out
}

func (p Shifts) rotas() map[string]*rota {
	all := map[string]*rota{}
	of := func(agent string) *rota {
		if all[agent] == nil {
			all[agent] = &rota{dates: map[string][]booking{}}
		}
		return all[agent]
	}
	for i, w := range p.Weekly {
		for _, d := range w.Days {
			b, ok := bookingOf("weekly", i, d, w.From, w.To)
			if day, known := Weekday(d); ok && known {
				for _, a := range w.Agents {
					of(a).weekly[day] = append(of(a).weekly[day], b)
				}
			}
		}
	}
	for i, d := range p.Dates {
		b, ok := bookingOf("dates", i, d.Date, d.From, d.To)
		for _, a := range d.Agents {
			list := of(a).dates[d.Date]
			if ok && !d.Off {
				list = append(list, b)
			}
			of(a).dates[d.Date] = list
		}
	}
	for _, d := range p.Dates {
		for _, r := range all {
			if d.Off && len(d.Agents) == 0 && r.dates[d.Date] == nil {
				r.dates[d.Date] = []booking{}
			}
		}
	}
	return all
}

// validateOverlaps: nobody is in two shifts at once.
func (p Shifts) validateOverlaps(c check) {
	all := p.rotas()
	agents := make([]string, 0, len(all))
	for a := range all {
		agents = append(agents, a)
	}
	slices.Sort(agents)
	ordinary := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, a := range agents {
		r := all[a]
		week := (&rota{weekly: r.weekly})
		var list []booking
		for n := range 8 { // what begins on Sunday may reach into Monday
			list = append(list, week.day(ordinary, n)...)
		}
		c.apart(a, list)
		for date := range r.dates {
			if day, err := time.Parse(time.DateOnly, date); err == nil {
				c.apart(a, slices.Concat(r.day(day, -1), r.day(day, 0), r.day(day, 1)))
			}
		}
	}
}

// apart blames what overlaps another shift in list; of the two the one on a
// date, else the later one of the document.
func (c check) apart(agent string, list []booking) {
	slices.SortFunc(list, func(a, b booking) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.list, b.list), cmp.Compare(a.at, b.at))
	})
	reach := booking{to: -1 << 31}
	for _, b := range list {
		if b.from < reach.to && !(b.list == reach.list && b.at == reach.at && b.from == reach.from) {
			blamed, other := b, reach
			if reach.list == "dates" && b.list == "weekly" || reach.list == b.list && reach.at > b.at {
				blamed, other = reach, b
			}
			c.in(blamed.list).at(blamed.at).bad("", agent+" "+blamed.text, shiftsOverlap, agent, other.text)
		}
		if b.to > reach.to {
			reach = b
		}
	}
}
