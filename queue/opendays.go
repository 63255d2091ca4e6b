package queue

import (
	"slices"
	"time"

	"sahut/configs"
)

// Opening hours as a calendar, a pure function of the document.

// OpenDay is one day of opening hours.
type OpenDay struct {
	Date    string    `json:"date"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Open    []OpenFor `json:"open"`              // what begins on it; empty: closed
	Special bool      `json:"special,omitempty"` // not as every week
	Label   string    `json:"label,omitempty"`   // why
}

// OpenFor is one span of time; to may be on the next day.
type OpenFor struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// OpenDays returns n days of h in its own time zone, the first that of date, an
// empty one the Monday of the week of now.
func OpenDays(h configs.Hours, date string, n int, now time.Time) ([]OpenDay, error) {
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		return nil, err
	}
	midnight, err := daysFrom(date, zone, now)
	if err != nil {
		return nil, err
	}
	t, labels := schedulesOf([]configs.Hours{h})[h.ID], map[string]string{}
	for _, e := range h.Exceptions {
		labels[e.Date] = e.Label
	}
	days := make([]OpenDay, n)
	for i := range days {
		day := OpenDay{Date: midnight(i).Format(time.DateOnly), From: midnight(i), To: midnight(i + 1), Open: []OpenFor{}}
		day.Label, day.Special = labels[day.Date]
		for _, sp := range t.of(day.From) {
			day.Open = append(day.Open, OpenFor{clock(day.From, sp.from), clock(day.From, sp.to)})
		}
		slices.SortStableFunc(day.Open, func(a, b OpenFor) int { return a.From.Compare(b.From) })
		days[i] = day
	}
	return days, nil
}

// daysFrom counts midnights in zone from the day of date, an empty one the Monday
// of the week of now.
func daysFrom(date string, zone *time.Location, now time.Time) (midnight func(n int) time.Time, err error) {
	y, m, d := now.In(zone).Date()
	if date == "" {
		d -= (int(now.In(zone).Weekday()) + 6) % 7
	} else {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return nil, err
		}
		y, m, d = day.Date()
	}
	return func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, zone) }, nil
}
