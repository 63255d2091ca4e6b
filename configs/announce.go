package configs

import "time"

// Which positions are announced.
const (
	AnnounceAll   = "yes"
	AnnounceNone  = "no"
	AnnounceFirst = "limit"
	AnnounceMore  = "more"
)

// validateAnnouncements judges what is said to those who wait.
func (q Queue) validateAnnouncements(c check, v judge) {
	if q.AnnounceEvery != 0 {
		c.between("announce_every", q.AnnounceEvery, 10*time.Second, 10*time.Minute)
	}
	c.count("announce_limit", q.AnnounceLimit, 0, 999)
	if q.ComfortEvery != 0 {
		c.between("comfort_every", q.ComfortEvery, 20*time.Second, 30*time.Minute)
	}
	c.most("comfort", len(q.Comfort), 20)
	for i, name := range q.Comfort {
		v.prompt(c.in("comfort").at(i), "", name, false)
	}
}
