package configs

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Outgoing says which calls volunteers may place as the helpline. Whoever
// steals a session must not find a telephone to the world behind it, so nothing
// is allowed that is not named here.
type Outgoing struct {
	Allow         []string `yaml:"allow" json:"allow" example:"+6221, +628, 112" doc:"What may be called: beginnings of numbers with country code like +6221, or whole short codes like 112. Empty: nobody can call out."`
	Deny          []string `yaml:"deny" json:"deny" example:"+62809" doc:"What may not be called although allow would have it. Of two that match, the longer one counts."`
	Services      []string `yaml:"services" json:"services" example:"+622139039631" doc:"Numbers of services that call here too, like a shelter: whole numbers with country code. Whoever else called here is only called when she said that it is safe."`
	KnownOnly     bool     `yaml:"known_only" json:"known_only" default:"false" doc:"Volunteers call services, short codes, and those who said here that it is safe; nobody else. Without it, who called more than 30 days ago and was asked nothing counts as a stranger, whom they may call."`
	MaxAtOnce     int      `yaml:"max_at_once" json:"max_at_once" default:"2" doc:"How many outgoing calls may run at once."`
	MaxPerHour    int      `yaml:"max_per_hour" json:"max_per_hour" default:"30" doc:"How many one volunteer may place within an hour, transfers to a number included."`
	MaxMinutes    int      `yaml:"max_minutes" json:"max_minutes" default:"60" doc:"No outgoing call lasts longer, in minutes."`
	MaxCostPerDay float64  `yaml:"max_cost_per_day" json:"max_cost_per_day" default:"0" doc:"When the day's calls have cost so much by the rates, no further one is placed; running ones are never cut. 0 means no limit."`
	Rates         []Rate   `yaml:"rates" json:"rates" doc:"What calls cost, for max_cost_per_day; the longest prefix counts."`
}

// Rate is the price of calls to numbers that begin alike.
type Rate struct {
	Prefix    string  `yaml:"prefix" json:"prefix" example:"+62" doc:"The beginning of a number with country code, or a whole short code."`
	PerMinute float64 `yaml:"per_minute" json:"per_minute" default:"0" doc:"The price of each minute begun, in the currency of max_cost_per_day."`
}

// String is the rate in a list of changes.
func (r Rate) String() string { return r.Prefix + " " + formatFloat(r.PerMinute) }

// Allows tells whether number, in E.164 or a short code, may be called.
func (o Outgoing) Allows(number string) bool {
	allow := longestPrefix(o.Allow, number)
	return allow > 0 && allow > longestPrefix(o.Deny, number)
}

// PerMinute returns what a minute to number costs, 0 if no rate covers it.
func (o Outgoing) PerMinute(number string) float64 {
	longest, price := 0, 0.0
	for _, r := range o.Rates {
		if n := longestPrefix([]string{r.Prefix}, number); n > longest {
			longest, price = n, r.PerMinute
		}
	}
	return price
}

// longestPrefix returns the length of the longest of list that number begins
// with, 0 if none. A short code has to be the whole number: 112 is no
// permission for 1120815.
func longestPrefix(list []string, number string) int {
	longest := 0
	for _, p := range list {
		if p == number || strings.HasPrefix(p, "+") && strings.HasPrefix(number, p) {
			longest = max(longest, len(p))
		}
	}
	return longest
}

var (
	prefixPattern = regexp.MustCompile(`^(\+[1-9][0-9]{0,14}|[0-9]{3,6})$`)
	e164Pattern   = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

func (o Outgoing) validate(c check) {
	c.most("allow", len(o.Allow), 500)
	c.most("deny", len(o.Deny), 500)
	c.most("rates", len(o.Rates), 500)
	c.most("services", len(o.Services), 500)
	for i, n := range o.Services {
		c := c.in("services").at(i)
		switch {
		case !e164Pattern.MatchString(n):
			c.bad("", n, noWholeNum)
		case slices.Contains(o.Services[:i], n):
			c.bad("", n, listedTwice)
		}
	}
	for i, p := range o.Allow {
		c.in("allow").at(i).dialPrefix("", p, o.Allow[:i])
	}
	for i, p := range o.Deny {
		c := c.in("deny").at(i)
		c.dialPrefix("", p, o.Deny[:i])
		if slices.Contains(o.Allow, p) {
			c.bad("", p, allowedDenied)
		}
	}
	c.count("max_at_once", o.MaxAtOnce, 1, 100)
	c.count("max_per_hour", o.MaxPerHour, 1, 1000)
	c.count("max_minutes", o.MaxMinutes, 1, 12*60)
	c.amount("max_cost_per_day", o.MaxCostPerDay)
	for i, r := range o.Rates {
		c := c.in("rates").at(i)
		c.dialPrefix("prefix", r.Prefix, nil)
		c.amount("per_minute", r.PerMinute)
	}
	unique(c.in("rates"), "prefix", o.Rates, func(r Rate) string { return r.Prefix })
	o.validateRates(c)
}

// validateRates: a limit of costs is none for calls whose price is unknown.
func (o Outgoing) validateRates(c check) {
	if o.MaxCostPerDay == 0 {
		return
	}
	for _, p := range o.Allow {
		priced := func(r Rate) bool { return longestPrefix([]string{r.Prefix}, p) > 0 }
		if strings.HasPrefix(p, "+") && !slices.ContainsFunc(o.Rates, priced) {
			c.bad("max_cost_per_day", formatFloat(o.MaxCostPerDay), costsUnlimited, p)
			return
		}
	}
}

// dialPrefix checks the beginning of a number with country code, or a short
// code.
func (c check) dialPrefix(key, s string, before []string) {
	switch {
	case s == "":
		c.bad(key, "", prefixMissing)
	case !prefixPattern.MatchString(s):
		c.bad(key, s, noPrefix)
	case slices.Contains(before, s):
		c.bad(key, s, listedTwice)
	}
}

func (c check) amount(key string, f float64) {
	if f < 0 || f > 1e12 {
		c.bad(key, formatFloat(f), negative)
	}
}

// mobile checks a volunteer's own number; empty is fine.
func (c check) mobile(key, s string) {
	if s != "" && !e164Pattern.MatchString(s) {
		c.bad(key, s, noMobile)
	}
}

// Masked returns r as people see it who are no admins: without the volunteers'
// own numbers.
func (r Routing) Masked() Routing {
	r = r.Clone()
	for i, a := range r.Agents {
		if n := len(a.Mobile); n > 3 {
			r.Agents[i].Mobile = "••••" + a.Mobile[n-3:]
		}
	}
	return r
}

// formatFloat writes f as a person does, without an exponent.
func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// parseFloat reads what formatFloat writes.
func parseFloat(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err == nil && (math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(s, "xXpP_")) {
		err = fmt.Errorf("%s is no amount", s)
	}
	return f, err
}
