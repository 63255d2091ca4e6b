package reports

import (
	"maps"
	"slices"
	"time"

	"sahut/queue"
)

// Step is how much time one row of a table covers.
type Step string

// The steps. Days and weeks begin at midnight where the reader is, weeks on
// Monday.
const (
	Hourly Step = "hour"
	Daily  Step = "day"
	Weekly Step = "week"
)

// Row is what one queue, or all, did in one step.
type Row struct {
	Start time.Time
	*Tally
}

// mostRows is where rows without a caller are left out.
const mostRows = 2000

// Rows are the steps of the time that was read, oldest first, of q or (empty) of
// all queues. The zone must be whole hours from UTC.
func (r *Reader) Rows(step Step, q queue.QueueID, zone *time.Location) []Row {
	tallies := map[int64]*Tally{}
	for k, t := range r.hours {
		if q != "" && k.queue != q {
			continue
		}
		start := step.begin(time.Unix(k.start, 0), zone).Unix()
		if tallies[start] == nil {
			tallies[start] = &Tally{Limits: r.Limits}
		}
		tallies[start].Merge(t)
	}
	if q == "" && r.tellsNobody(step, zone) {
		for at, t := range r.staffHours {
			start := step.begin(time.Unix(at, 0), zone).Unix()
			if tallies[start] == nil {
				tallies[start] = &Tally{Limits: r.Limits}
			}
			tallies[start].Merge(t.tally)
		}
	}
	var rows []Row
	for at := step.begin(r.From, zone); at.Before(r.To) && len(rows) < mostRows; at = step.next(at) {
		if t := tallies[at.Unix()]; t != nil {
			rows = append(rows, Row{at, t})
			delete(tallies, at.Unix())
		} else {
			rows = append(rows, Row{at, &Tally{Limits: r.Limits}})
		}
	}
	for start, t := range tallies { // beyond mostRows
		rows = append(rows, Row{time.Unix(start, 0).In(zone), t})
	}
	slices.SortFunc(rows, func(a, b Row) int { return a.Start.Compare(b.Start) })
	return rows
}

// leastPeople is how many volunteers must have been on shift in each row, or no row
// has their time: of fewer it would be a figure about a person, and one row that is
// left out could be found by subtracting the others from the sum.
const leastPeople = 3

// tellsNobody tells whether rows of that step may have volunteers' time. Of a group
// they never do.
func (r *Reader) tellsNobody(step Step, zone *time.Location) bool {
	if r.Group != nil {
		return false
	}
	who := map[int64]map[queue.AgentID]bool{}
	for at, h := range r.staffHours {
		start := step.begin(time.Unix(at, 0), zone).Unix()
		if who[start] == nil {
			who[start] = map[queue.AgentID]bool{}
		}
		maps.Copy(who[start], h.people)
	}
	for _, people := range who {
		if len(people) < leastPeople {
			return false
		}
	}
	return true
}

// begin is the start of the step that at lies in.
func (s Step) begin(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	year, month, day := at.Date()
	switch s {
	case Hourly:
		return time.Date(year, month, day, at.Hour(), 0, 0, 0, zone)
	case Weekly:
		return time.Date(year, month, day-(int(at.Weekday())+6)%7, 0, 0, 0, 0, zone)
	default:
		return time.Date(year, month, day, 0, 0, 0, 0, zone)
	}
}

func (s Step) next(at time.Time) time.Time {
	switch s {
	case Hourly:
		return at.Add(time.Hour)
	case Weekly:
		return at.AddDate(0, 0, 7)
	default:
		return at.AddDate(0, 0, 1)
	}
}
