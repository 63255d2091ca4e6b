package agentui

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"sahut/queue"
	"sahut/reports"
)

// groups remembers of which groups of volunteers figures were given, to whomever,
// so that no two of them give a figure about one person by subtraction (docs/kpi.md).
type groups struct {
	keep  func(Group) error // before figures are given
	mu    sync.Mutex        // guards given
	given []givenGroup
}

// openGroups remembers what was given before the server started.
func openGroups(kept Groups) (*groups, error) {
	list, err := kept.Groups()
	if err != nil {
		return nil, fmt.Errorf("read the groups of which figures were given: %w", err)
	}
	g := &groups{keep: func(one Group) error { return kept.AddGroup(one, mostGroups) }}
	for _, one := range list {
		given := givenGroup{one.From, one.To, one.Queue, map[queue.AgentID]bool{}}
		for _, a := range one.Agents {
			given.agents[a] = true
		}
		g.given = append(g.given, given)
	}
	return g, nil
}

type givenGroup struct {
	from, to time.Time
	queue    queue.QueueID
	agents   map[queue.AgentID]bool
}

// mostGroups is how many are remembered; the oldest goes first.
const mostGroups = 500

var (
	errGroupIdle = &Problem{Status: http.StatusUnprocessableEntity, Code: "group_idle",
		Detail: "Only one or two of these volunteers answered callers in that time: it would be a figure about a person. Ask for a longer time or a larger group."}
	errGroupRest = &Problem{Status: http.StatusUnprocessableEntity, Code: "group_rest",
		Detail: "Only one or two others answered callers in that time: with the figures of everybody, theirs would be known. Ask for everybody, or leave out three or more."}
	errGroupClose = &Problem{Status: http.StatusUnprocessableEntity, Code: "group_close",
		Detail: "With a group that was asked for before, this one would give a figure about one or two persons. Ask for the same group again, or for one that differs by three or more volunteers."}
)

// admit says whether figures of q's group may be given, and remembers it. Here is
// who answered in that time.
func (g *groups) admit(q question, here map[queue.AgentID]bool) error {
	in, rest := map[queue.AgentID]bool{}, 0
	for a := range here {
		if q.group[a] {
			in[a] = true
		} else {
			rest++
		}
	}
	switch {
	case few(len(in)):
		return errGroupIdle
	case few(rest):
		return errGroupRest
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	all := []map[queue.AgentID]bool{here, in}
	for _, was := range g.given {
		if !was.from.Before(q.to) || !q.from.Before(was.to) || was.queue != q.queue {
			continue
		}
		before := map[queue.AgentID]bool{}
		for a := range was.agents {
			if here[a] {
				before[a] = true
			}
		}
		if nested(before, in) && few(len(in)-len(before)) || nested(in, before) && few(len(before)-len(in)) {
			return errGroupClose
		}
		all = append(all, before)
	}
	if tellsOne(here, all) {
		return errGroupClose
	}
	known := slices.ContainsFunc(g.given, func(was givenGroup) bool {
		return was.from.Equal(q.from) && was.to.Equal(q.to) && was.queue == q.queue && maps.Equal(was.agents, q.group)
	})
	if !known {
		if err := g.keep(Group{q.from, q.to, q.queue, slices.Sorted(maps.Keys(q.group))}); err != nil {
			return fmt.Errorf("keep a group of which figures are given: %w", err)
		}
		g.given = append(g.given, givenGroup{q.from, q.to, q.queue, q.group})
	}
	if len(g.given) > mostGroups {
		g.given = slices.Delete(g.given, 0, len(g.given)-mostGroups)
	}
	return nil
}

// few: one or two persons. None is nobody's figure.
func few(n int) bool { return n > 0 && n < leastGroup }

func nested(inner, outer map[queue.AgentID]bool) bool {
	for a := range inner {
		if !outer[a] {
			return false
		}
	}
	return true
}

// prime is the field that tellsOne calculates in: sums of groups are exact there,
// and a chance hit is as rare as one in two thousand million.
const prime = 1<<31 - 1

// tellsOne says whether adding and subtracting groups leaves a single person: then
// a row of their reduced matrix is one person alone.
func tellsOne(here map[queue.AgentID]bool, groups []map[queue.AgentID]bool) bool {
	people := slices.Sorted(maps.Keys(here))
	var rows [][]uint64
	for _, g := range groups {
		row := make([]uint64, len(people))
		for i, a := range people {
			if g[a] {
				row[i] = 1
			}
		}
		rows = append(rows, row)
	}
	rank := 0
	for col := range people {
		at := -1
		for i := rank; i < len(rows); i++ {
			if rows[i][col] != 0 {
				at = i
				break
			}
		}
		if at < 0 {
			continue
		}
		rows[rank], rows[at] = rows[at], rows[rank]
		scale(rows[rank], inverse(rows[rank][col]))
		for i := range rows {
			if i != rank && rows[i][col] != 0 {
				takeFrom(rows[i], rows[rank], rows[i][col])
			}
		}
		rank++
	}
	return slices.ContainsFunc(rows[:rank], func(row []uint64) bool {
		n := 0
		for _, v := range row {
			if v != 0 {
				n++
			}
		}
		return n == 1
	})
}

func scale(row []uint64, by uint64) {
	for i := range row {
		row[i] = row[i] * by % prime
	}
}

// takeFrom subtracts by times other from row.
func takeFrom(row, other []uint64, by uint64) {
	for i := range row {
		row[i] = (row[i] + prime - by*other[i]%prime) % prime
	}
}

// inverse is v to the power of prime-2 (Fermat).
func inverse(v uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = out * v % prime
		}
		v = v * v % prime
	}
	return out
}

// withhold takes the figures of rows and queues out of which one or two of the
// group made them; and as many more that what is missing is of three or more.
func withhold(rep *Report, q question, who *reports.Attendance) {
	mine := func(from, to time.Time, id queue.QueueID) map[queue.AgentID]bool {
		all := who.Between(from, to, id)
		maps.DeleteFunc(all, func(a queue.AgentID, _ bool) bool { return !q.group[a] })
		return all
	}
	var rows, queues []withheld
	for i := range rep.Steps {
		end := q.to
		if i+1 < len(rep.Steps) {
			end = rep.Steps[i+1].Start
		}
		rows = append(rows, withheld{&rep.Steps[i].ReportLine, mine(rep.Steps[i].Start, end, q.queue)})
	}
	for i := range rep.Queues {
		queues = append(queues, withheld{&rep.Queues[i], mine(q.from, q.to, rep.Queues[i].Queue)})
	}
	hide(rows)
	hide(queues)
	rep.Hours = []reports.Hour{}
}

// notOfGroups are the shares of who was not answered. Nobody of a group did that, so a
// nought or a hundred there would be no figure but a lie.
var notOfGroups = []string{"abandon_rate", "abandon_rate_long", "lost_caller_rate", "lost_caller_rate_withheld", "answer_rate", "blockage", "average_time_to_abandon"}

// ofAnswered leaves of a group's report what follows from the calls they answered.
func ofAnswered(rep *Report) {
	only := func(l *ReportLine) {
		l.KPIs = slices.DeleteFunc(l.KPIs, func(k reports.KPI) bool { return slices.Contains(notOfGroups, k.ID) })
	}
	only(&rep.All)
	for i := range rep.Queues {
		only(&rep.Queues[i])
	}
	for i := range rep.Steps {
		only(&rep.Steps[i].ReportLine)
	}
}

type withheld struct {
	line *ReportLine
	who  map[queue.AgentID]bool
}

func hide(lines []withheld) {
	slices.SortStableFunc(lines, func(a, b withheld) int { return len(a.who) - len(b.who) })
	missing := map[queue.AgentID]bool{}
	for _, l := range lines {
		if len(l.who) == 0 || len(l.who) >= leastGroup && !few(len(missing)) {
			continue
		}
		maps.Copy(missing, l.who)
		*l.line = ReportLine{Queue: l.line.Queue, Withheld: true, KPIs: []reports.KPI{}}
	}
}
