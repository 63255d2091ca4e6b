package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The genders a caller may ask for.
const (
	GenderFemale = "f"
	GenderMale   = "m"
)

// What a step may waive. The volunteer's gender is not among it: a caller who
// asked for a woman is never answered by a man.
const (
	NeedLanguage = "language"
	NeedTopic    = "topic"
)

// Tier says how late a volunteer is rung for one of her queues.
type Tier struct {
	Queue string `yaml:"queue" json:"queue" doc:"One of the queues she answers."`
	Tier  int    `yaml:"tier" json:"tier" default:"0" doc:"0 is rung first; a higher tier only when nobody of the lower ones is free."`
}

// String is the tier in a list of changes.
func (t Tier) String() string { return fmt.Sprintf("%s %d", t.Queue, t.Tier) }

// Step widens who may be rung for a caller who waits.
type Step struct {
	After       Duration `yaml:"after" json:"after" default:"60s" doc:"How long a caller has waited in this queue when the step is taken."`
	Tiers       int      `yaml:"tiers" json:"tiers" default:"0" doc:"From now on volunteers up to this tier are rung. A queue with a step that says so begins with tier 0 alone."`
	Strategy    string   `yaml:"strategy" json:"strategy" default:"" choices:",longest_idle,ring_all,fewest_calls,least_talk,round_robin,linear,random,weighted_random,ring_n,ring_progressive" doc:"Who rings first from now on; empty: as before."`
	Drop        []string `yaml:"drop" json:"drop" doc:"What she asked for and now may lack: topic; or language, if she agrees when she is asked. The volunteer's gender is never dropped."`
	Supervisors bool     `yaml:"supervisors" json:"supervisors" default:"false" doc:"From now on supervisors of this queue are rung, too. In a queue without such a step they ring like everybody."`
	Mobiles     bool     `yaml:"mobiles" json:"mobiles" default:"false" doc:"From now on those are rung, too, who answer by their mobiles. In a queue without such a step they ring like everybody."`
}

// String is the step in a list of changes.
func (s Step) String() string {
	words := []string{"after " + s.After.String()}
	if s.Tiers > 0 {
		words = append(words, fmt.Sprintf("tiers %d", s.Tiers))
	}
	if s.Strategy != "" {
		words = append(words, s.Strategy)
	}
	if len(s.Drop) > 0 {
		words = append(words, "drop "+strings.Join(s.Drop, "+"))
	}
	if s.Supervisors {
		words = append(words, "supervisors")
	}
	if s.Mobiles {
		words = append(words, "mobiles")
	}
	return strings.Join(words, " ")
}

// Care keeps a volunteer from more than she can bear.
type Care struct {
	HeavyRest     Duration `yaml:"heavy_rest" json:"heavy_rest" default:"10m" doc:"After a contact with a heavy disposition nobody rings her for so long, or until she presses Ready; 0s never."`
	MaxHeavy      int      `yaml:"max_heavy" json:"max_heavy" default:"3" doc:"After so many heavy contacts in a row she is on a break until she presses Ready; 0 never."`
	MaxContinuous Duration `yaml:"max_continuous" json:"max_continuous" default:"2h" doc:"After a contact, who has been available for so long without a pause is on a break until she presses Ready; 0s never."`
}

func (l Care) validate(c check) {
	c.between("heavy_rest", l.HeavyRest, 0, 4*time.Hour)
	c.count("max_heavy", l.MaxHeavy, 0, 100)
	c.between("max_continuous", l.MaxContinuous, 0, 24*time.Hour)
}

// mostTier is the highest tier there is.
const mostTier = 9

// validateRinging judges who rings for q and in which order callers are served.
func (q Queue) validateRinging(c check) {
	c.count("ring_n", q.RingN, 0, 50) // 0 is as good as absent, here and for ring_step
	if q.RingStep != 0 {
		c.between("ring_step", q.RingStep, time.Second, 2*time.Minute)
	}
	c.count("weight", q.Weight, 0, 100)
	if q.MaxExpectedWait != 0 {
		c.between("max_expected_wait", q.MaxExpectedWait, 10*time.Second, 4*time.Hour)
	}
	if q.MaxRatio < 0 || q.MaxRatio > 1000 {
		c.bad("max_ratio", formatFloat(q.MaxRatio), ratioRange)
	}
	c.between("resume_for", q.ResumeFor, 0, time.Hour)
	c.between("drop_return_for", q.DropReturnFor, 0, 4*time.Hour)
	c.most("steps", len(q.Steps), 10)
	before := Step{After: -1}
	for i, s := range q.Steps {
		s.validate(c.in("steps").at(i), before, q)
		before = s
	}
}

func (s Step) validate(c check, before Step, q Queue) {
	c.choices(s)
	c.between("after", s.After, 0, 4*time.Hour)
	switch {
	case s.After <= before.After:
		c.bad("after", s.After.String(), notLaterStep, before.After)
	case s.After >= q.MaxWait:
		c.bad("after", s.After.String(), neverReached, q.MaxWait)
	}
	c.count("tiers", s.Tiers, 0, mostTier)
	if s.Tiers < before.Tiers && s.Tiers != 0 {
		c.bad("tiers", itoa(s.Tiers), narrowerStep, before.Tiers)
	}
	for i, d := range s.Drop {
		c := c.in("drop").at(i)
		switch {
		case d == "gender":
			c.bad("", d, genderKept)
		case d != NeedLanguage && d != NeedTopic:
			c.bad("", d, noNeed)
		case slices.Contains(s.Drop[:i], d):
			c.bad("", d, listedTwice)
		}
	}
	if s.Tiers == 0 && s.Strategy == "" && len(s.Drop) == 0 && !s.Supervisors && !s.Mobiles {
		c.bad("", "", changesNothing)
	}
}

// mostTier returns up to which tier q ever rings; all are rung without steps
// that say otherwise.
func (q Queue) mostTier() int {
	most := 0
	for _, s := range q.Steps {
		most = max(most, s.Tiers)
	}
	if most == 0 {
		return mostTier
	}
	return most
}

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}$`)

// validateSkills judges what a volunteer can do and how soon she is rung.
func (a Agent) validateSkills(c check, v judge) {
	c.choices(a)
	c.count("weight", a.Weight, 0, 100)
	for i, l := range a.Languages {
		c := c.in("languages").at(i)
		if !languagePattern.MatchString(l) {
			c.bad("", l, noLanguage)
		} else if slices.Contains(a.Languages[:i], l) {
			c.bad("", l, listedTwice)
		}
	}
	for i, t := range a.Topics {
		c.in("topics").at(i).name("", t)
	}
	for i, t := range a.Tiers {
		t.validate(c.in("tiers").at(i), a, v, i)
	}
}

func (t Tier) validate(c check, a Agent, v judge, i int) {
	c.count("tier", t.Tier, 0, mostTier)
	switch {
	case !slices.Contains(a.Queues, t.Queue):
		c.bad("queue", t.Queue, notHerQueue)
	case slices.ContainsFunc(a.Tiers[:i], func(u Tier) bool { return u.Queue == t.Queue }):
		c.bad("queue", t.Queue, listedTwice)
	}
	for _, q := range v.routing.Queues {
		if most := q.mostTier(); q.ID == t.Queue && t.Tier > most && t.Tier <= mostTier {
			c.bad("tier", itoa(t.Tier), tierNeverRung, q.ID, most, t.Tier)
		}
	}
}
