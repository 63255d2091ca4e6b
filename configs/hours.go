package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a small server may have no zone files, and hours must hold there too
)

// Hours is when a queue takes callers. A queue that names none is always open.
type Hours struct {
	ID         string      `yaml:"id" json:"id" doc:"Short stable name, used by queues."`
	TimeZone   string      `yaml:"time_zone" json:"time_zone" default:"Asia/Jakarta" doc:"Whose clock the times are: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT) or any other of the IANA names."`
	Open24     bool        `yaml:"open24" json:"open24" default:"false" doc:"Open day and night, but for the exceptions."`
	Weekly     []Window    `yaml:"weekly" json:"weekly" doc:"When it is open in an ordinary week; a day may have several windows."`
	Exceptions []Exception `yaml:"exceptions" json:"exceptions" doc:"Days that are not as every week."`
}

// Window is one span of time on some days of the week.
type Window struct {
	Days []string `yaml:"days" json:"days" doc:"On which days it begins: mon, tue, wed, thu, fri, sat, sun."`
	From string   `yaml:"from" json:"from" doc:"When it begins, like 08:00."`
	To   string   `yaml:"to" json:"to" doc:"When it ends, like 22:00 or 24:00; earlier than from means on the next day."`
}

// Span is one span of time on a given day.
type Span struct {
	From string `yaml:"from" json:"from" doc:"When it begins, like 08:00."`
	To   string `yaml:"to" json:"to" doc:"When it ends, like 22:00 or 24:00; earlier than from means on the next day."`
}

// Exception is one day that is not as every week.
type Exception struct {
	Date    string `yaml:"date" json:"date" doc:"The day, like 2026-12-25."`
	Label   string `yaml:"label" json:"label" doc:"Why: a holiday, a shortage of staff. Volunteers and reports see it."`
	Open    string `yaml:"open" json:"open" default:"closed" choices:"closed,open24,windows" doc:"closed all day, open24, or as windows says."`
	Windows []Span `yaml:"windows" json:"windows" doc:"When it is open on that day, with open: windows."`
}

// Closing closes a queue now, whatever its hours say.
type Closing struct {
	Until  string `yaml:"until" json:"until" default:"" doc:"Until when, like 2026-12-24T20:00:00+07:00; it opens again by itself. Empty: it is not closed."`
	Reason string `yaml:"reason" json:"reason" default:"" doc:"Why, for those who look at the history."`
}

// What happens to those who wait when their queue closes.
const (
	KeepWaiting = "keep"
	LeadOut     = "exit"
	OfferBack   = "callback"
)

// String is the window in a list of changes.
func (w Window) String() string { return strings.Join(w.Days, " ") + " " + w.From + "-" + w.To }

// String is the span in a list of changes.
func (s Span) String() string { return s.From + "-" + s.To }

// String is the exception in a list of changes.
func (e Exception) String() string {
	words := []string{e.Date, e.Open}
	for _, s := range e.Windows {
		words = append(words, s.String())
	}
	return strings.Join(words, " ")
}

// weekdays are the days as the document names them, in the order of
// time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Weekday returns the day that s names.
func Weekday(s string) (time.Weekday, bool) {
	i := slices.Index(weekdays, s)
	return time.Weekday(i), i >= 0
}

var clockPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$`)

// Clock returns how long after midnight "08:30" is. 24:00 is the end of the day.
func Clock(s string) (time.Duration, bool) {
	if !clockPattern.MatchString(s) {
		return 0, false
	}
	var h, m time.Duration
	fmt.Sscanf(s, "%d:%d", &h, &m) // the pattern holds
	return h*time.Hour + m*time.Minute, true
}

// UntilTime returns when c ends; zero when nothing is closed.
func (c Closing) UntilTime() time.Time {
	t, err := time.Parse(time.RFC3339, c.Until)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (h Hours) validate(c check) {
	c.name("id", h.ID)
	if _, err := time.LoadLocation(h.TimeZone); err != nil || h.TimeZone == "" || h.TimeZone == "Local" {
		c.bad("time_zone", h.TimeZone, noZone)
	}
	if !h.Open24 && len(h.Weekly) == 0 && !slices.ContainsFunc(h.Exceptions, func(e Exception) bool { return e.Open != "closed" }) {
		c.bad("", "", neverOpen)
	}
	if h.Open24 && len(h.Weekly) > 0 {
		c.bad("weekly", "", openTwice)
	}
	c.most("weekly", len(h.Weekly), 50)
	c.most("exceptions", len(h.Exceptions), 500)
	for i, w := range h.Weekly {
		w.validate(c.in("weekly").at(i))
	}
	for i, e := range h.Exceptions {
		e.validate(c.in("exceptions").at(i))
	}
	unique(c.in("exceptions"), "date", h.Exceptions, func(e Exception) string { return e.Date })
}

func (w Window) validate(c check) {
	if len(w.Days) == 0 {
		c.bad("days", "", daysMissing)
	}
	for i, d := range w.Days {
		c := c.in("days").at(i)
		if _, ok := Weekday(d); !ok {
			c.bad("", d, noWeekday, weekdays)
		} else if slices.Contains(w.Days[:i], d) {
			c.bad("", d, listedTwice)
		}
	}
	validateSpan(c, w.From, w.To)
}

func validateSpan(c check, from, to string) {
	start, ok := Clock(from)
	if !ok || from == "24:00" {
		c.bad("from", from, noStart)
	}
	end, ends := Clock(to)
	if !ends {
		c.bad("to", to, noEnd)
	}
	if ok && ends && start == end {
		c.bad("to", to, emptySpan)
	}
}

func (e Exception) validate(c check) {
	c.choices(e)
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil {
		c.bad("date", e.Date, noDay)
	}
	c.label("label", e.Label)
	switch {
	case e.Open == "windows" && len(e.Windows) == 0:
		c.bad("windows", "", windowsMissing)
	case e.Open != "windows" && len(e.Windows) > 0:
		c.bad("windows", "", needlessOpen, e.Open)
	}
	c.most("windows", len(e.Windows), 10)
	for i, s := range e.Windows {
		validateSpan(c.in("windows").at(i), s.From, s.To)
	}
}

func (o Closing) validate(c check) {
	if o.Until != "" && o.UntilTime().IsZero() {
		c.bad("until", o.Until, noInstant)
	}
	if len([]rune(o.Reason)) > 80 {
		c.bad("reason", o.Reason, textTooLong, 80)
	}
}

// hours checks a reference to opening hours; empty is always open.
func (v judge) hours(c check, key, id string) {
	if id == "" || slices.ContainsFunc(v.routing.Hours, func(h Hours) bool { return h.ID == id }) {
		return
	}
	c.bad(key, id, noHours)
}
