package configs

import (
	"slices"
	"strings"
	"time"
)

// Drill is the house calling itself through a real trunk, so that a line that
// died in the night is known before the first caller finds out.
type Drill struct {
	Every     Duration `yaml:"every" default:"0s" example:"24h" doc:"How often the helpline calls itself through the carrier to prove that calls come in; 0s never. It rings no volunteer and counts in no report."`
	At        string   `yaml:"at" default:"" example:"07:00" doc:"The time of day of the first of these calls, in the server's time zone. Empty: counted from the start of the server."`
	Number    string   `yaml:"number" default:"" example:"0213903963" doc:"The helpline's number to call; one of the routing."`
	Trunk     string   `yaml:"trunk" default:"" doc:"The trunk to call out by. Empty: the one outgoing calls use."`
	Volunteer bool     `yaml:"volunteer" default:"true" doc:"Whether it goes as far as a volunteer: a synthetic one, whose sound reaches this server as a browser's does. False if this machine cannot reach its own public address."`
}

// Next returns when the next drill after now is due; zero: never.
func (d Drill) Next(now time.Time) time.Time {
	every := d.Every.D()
	if every <= 0 {
		return time.Time{}
	}
	at, err := time.Parse("15:04", d.At)
	if err != nil {
		return now.Add(every)
	}
	year, month, day := now.Date()
	first := time.Date(year, month, day, at.Hour(), at.Minute(), 0, 0, now.Location())
	if every%(24*time.Hour) == 0 { // by the calendar: an hour more or less in spring is no matter
		if !first.After(now) {
			first = first.AddDate(0, 0, int(every/(24*time.Hour)))
		}
		return first
	}
	if first.After(now) {
		return first.Add(-(first.Sub(now) - 1) / every * every)
	}
	return first.Add((now.Sub(first)/every + 1) * every)
}

func (d Drill) validate(c check, trunks []Trunk) {
	if d.Every != 0 {
		c.between("every", d.Every, 10*time.Minute, 31*24*time.Hour)
		if !numberPattern.MatchString(d.Number) {
			c.bad("number", d.Number, inFile("is no telephone number, so there is nothing to call", "write the helpline's number, digits only, perhaps with a leading +"))
		}
	}
	if d.At != "" {
		if _, err := time.Parse("15:04", d.At); err != nil || len(d.At) != 5 {
			c.bad("at", d.At, inFile("is no time of day", "write it like 07:00"))
		} else if d.Every == 0 {
			c.bad("at", d.At, inFile("says when, but every says never", "set every, for example to 24h"))
		}
	}
	names := make([]string, len(trunks))
	for i, t := range trunks {
		names[i] = t.Name
	}
	if d.Trunk != "" && !slices.Contains(names, d.Trunk) {
		remedy := "name one of sip.trunks"
		if len(names) > 0 {
			remedy += ": " + strings.Join(names, ", ")
		}
		c.bad("trunk", d.Trunk, inFile("is no trunk", remedy))
	}
}
