package queue

import (
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// A week of a real office as people read it: a break at noon, a night over
// midnight, a holiday with its name, and a day that is open longer.
func TestOpenDays(t *testing.T) {
	days, err := OpenDays(office, "2026-12-21", 14, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, d := range days {
		var spans []string
		for _, o := range d.Open {
			spans = append(spans, o.From.Format("15:04")+"-"+o.To.Format("02 15:04"))
		}
		said[d.Date] = strings.TrimSpace(strings.Join(spans, " ") + " " + d.Label)
		if d.Special != (d.Label != "") {
			t.Errorf("%s: special %v", d.Date, d.Special)
		}
	}
	for date, want := range map[string]string{
		"2026-12-21": "08:00-21 12:00 13:00-21 22:00",
		"2026-12-25": "Natal",
		"2026-12-26": "10:00-27 00:00 few volunteers",
		"2026-12-27": "",
		"2026-12-31": "00:00-01 00:00 new year's eve",
		"2027-01-02": "22:00-03 06:00",
		"2027-01-03": "Sunday off",
	} {
		if said[date] != want {
			t.Errorf("%s: %q, want %q", date, said[date], want)
		}
	}
	monday, err := OpenDays(office, "", 1, at(t, "2026-12-27 23:30 +07"))
	if err != nil || monday[0].Date != "2026-12-21" {
		t.Errorf("this week begins on %+v, %v", monday, err)
	}
	if _, err := OpenDays(office, "25.12.", 1, time.Time{}); err == nil {
		t.Error("a date that is none")
	}
}

// The calendar and the desk agree about every quarter of an hour.
func TestOpenDaysAreTheHours(t *testing.T) {
	days, err := OpenDays(office, "2026-12-20", 16, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	schedule := schedulesOf([]configs.Hours{office})["office"]
	for at := days[1].From; at.Before(days[15].To); at = at.Add(15 * time.Minute) {
		shown := false
		for _, d := range days {
			for _, o := range d.Open {
				shown = shown || !at.Before(o.From) && at.Before(o.To)
			}
		}
		if shown != schedule.open(at) {
			t.Errorf("%s: the calendar says %v", at, shown)
		}
	}
}
