package queue

import (
	"fmt"
	"time"

	"sahut/configs"
)

// The documents of the simulation.

// document makes a valid routing document: any number of lines, whose exits
// lead to later lines or to words.
func (d *day) document() configs.Routing {
	strategies := []string{"longest_idle", "ring_all", "round_robin", "unknown", "fewest_calls", "least_talk", "linear", "random", "weighted_random", "ring_n", "ring_progressive"}
	all := []string{"hotline", "night", "english", "backup"}
	n := 1 + d.rnd.IntN(len(all))
	first := d.rnd.IntN(len(all) - n + 1)
	names := all[first : first+n]
	var r configs.Routing
	for i, id := range names {
		q := configs.Queue{
			ID: id, Label: id, Strategy: strategies[d.rnd.IntN(len(strategies))], Music: "music",
			RingFor: dur(5*time.Second + d.seconds(20)), AnnounceEvery: dur(d.seconds(60)),
			MaxWait: dur(10*time.Second + d.seconds(300)), MaxWaitNobody: dur(5*time.Second + d.seconds(60)),
			WrapUp: dur(d.seconds(60)), WrapUpExtend: dur(d.seconds(60)), ShortAbandon: dur(5 * time.Second),
			Exit: configs.Exit{Words: "closing"},
		}
		if d.chance(40) {
			q.MaxWaiting = 1 + d.rnd.IntN(4)
		}
		if d.chance(20) {
			q.WrapUp, q.AnnounceEvery = 0, 0
		}
		q.RingN, q.RingStep, q.Weight = d.rnd.IntN(4), dur(time.Second+d.seconds(9)), d.rnd.IntN(3)
		if d.chance(60) {
			q.Steps = d.steps(strategies)
		}
		if d.chance(60) {
			q.ResumeFor, q.DropReturnFor = dur(d.seconds(300)), dur(d.seconds(600))
		}
		if d.chance(20) {
			q.MaxExpectedWait, q.MaxRatio = dur(10*time.Second+d.seconds(100)), float64(d.rnd.IntN(3))
		}
		if i+1 < len(names) && d.chance(50) {
			q.Exit = configs.Exit{Queue: names[i+1+d.rnd.IntN(len(names)-i-1)]}
		}
		d.flow(&q, names)
		r.Queues = append(r.Queues, q)
		r.Numbers = append(r.Numbers, configs.Number{Number: "021390396" + fmt.Sprint(i), Queue: id, Menu: []string{"", "main"}[d.rnd.IntN(2)]})
	}
	for i := range 7 {
		if d.chance(15) {
			continue
		}
		a := configs.Agent{ID: fmt.Sprintf("v%d", i), Name: fmt.Sprintf("Alias %d", i), Dial: d.chance(60)}
		if d.chance(50) {
			a.Mobile = fmt.Sprintf("+62811%07d", i)
		}
		for _, id := range names {
			if d.chance(60) {
				a.Queues = append(a.Queues, id)
				if d.chance(30) {
					a.Tiers = append(a.Tiers, configs.Tier{Queue: id, Tier: d.rnd.IntN(3)})
				}
			}
		}
		a.Gender = []string{"f", "m", ""}[d.rnd.IntN(3)]
		a.Languages = [][]string{nil, {"id"}, {"en"}, {"id", "en"}}[d.rnd.IntN(4)]
		a.Topics = [][]string{nil, {"legal"}}[d.rnd.IntN(2)]
		a.Weight, a.Supervisor = d.rnd.IntN(4), d.chance(15)
		r.Agents = append(r.Agents, a)
	}
	r.Menus = d.menus(names)
	r.Hours = d.hours()
	r.Flood = configs.Flood{PerNumber: max(0, d.rnd.IntN(20)-8), Withheld: max(0, d.rnd.IntN(10)-4), Within: dur(d.seconds(900)), Over: []string{"low_class", "words"}[d.rnd.IntN(2)]}
	r.Blocked = configs.Blocked{Prompt: "blocked", Queue: []string{"", "", "backup"}[d.rnd.IntN(3)]}
	r.PauseReasons = []configs.PauseReason{{Code: "break"}}
	r.Dispositions = []configs.Disposition{{Code: "listened", Kind: configs.Data}, {Code: "hard", Heavy: true, Kind: configs.NonData}}
	r.Care = configs.Care{HeavyRest: dur(d.seconds(120)), MaxHeavy: d.rnd.IntN(3), MaxContinuous: dur(d.seconds(1200))}
	r.Outgoing = configs.Outgoing{
		Allow: []string{"+62", "112"}, Deny: []string{"+62809"}, MaxAtOnce: 1 + d.rnd.IntN(4), MaxPerHour: 1 + d.rnd.IntN(6), MaxMinutes: 1 + d.rnd.IntN(5),
		MaxCostPerDay: float64(d.rnd.IntN(3)) * 5, Rates: []configs.Rate{{Prefix: "+62", PerMinute: 1.5}},
	}
	r.Shifts = d.shifts(r.Agents)
	return r
}

// shifts are a plan for some, in the hours a day of the simulation lasts.
func (d *day) shifts(agents []configs.Agent) configs.Shifts {
	some := func(most int) time.Duration { return time.Duration(d.plans.IntN(most)) * time.Second }
	clock := func(after time.Duration) string { return day0.Add(after).Format("15:04") }
	p := configs.Shifts{TimeZone: "UTC", Remind: dur(some(300)), LateAfter: dur(some(300)), SoftEnd: dur(some(900)), SoftWait: dur(some(60))}
	for _, a := range agents {
		if d.plans.IntN(10) < 7 {
			continue
		}
		from := some(600)
		p.Weekly = append(p.Weekly, configs.WeeklyShift{Agents: []string{a.ID}, Days: []string{"sun"}, From: clock(from), To: clock(from + 2*time.Minute + some(1200))})
	}
	if d.plans.IntN(10) == 0 {
		p.Dates = append(p.Dates, configs.DatedShift{Date: "2026-03-01", Off: true})
	}
	return p
}

// flow gives a line hours and a ladder.
func (d *day) flow(q *configs.Queue, names []string) {
	if d.chance(30) {
		q.Hours = []string{"office", "night"}[d.rnd.IntN(2)]
	}
	if d.chance(10) {
		q.Closed.Until = day0.Add(d.seconds(3600)).Format(time.RFC3339)
	}
	if d.chance(40) {
		q.WhenClosed = []configs.Exit{{Queue: names[d.rnd.IntN(len(names))]}, {Words: "sorry"}, {Message: true}}[d.rnd.IntN(3)]
	}
	q.Callback = configs.Callback{
		Window: dur(time.Minute + d.seconds(1800)), Attempts: 1 + d.rnd.IntN(3), Gap: dur(10*time.Second + d.seconds(120)),
		Expires: dur(time.Minute + d.seconds(2400)), PerDay: 1 + d.rnd.IntN(3), HideNumber: d.chance(50),
	}
	q.Supervision = d.chance(80)
	q.AtClosing = []string{configs.KeepWaiting, configs.LeadOut, configs.OfferBack}[d.rnd.IntN(3)]
	at := time.Duration(0)
	for range d.rnd.IntN(3) {
		r := configs.Rung{After: dur(at), Prompt: "choices"}
		if d.chance(80) {
			r.Choices = []configs.Option{
				{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}, {Key: "3", Do: configs.DoMessage},
				{Key: "4", Do: configs.DoQueue, Queue: names[d.rnd.IntN(len(names))]}, {Key: "5", Do: configs.DoNumber, Number: "112"},
			}
		}
		q.Ladder = append(q.Ladder, r)
		at += time.Second + d.seconds(40)
	}
}

func (d *day) menus(names []string) []configs.Menu {
	any := func() string { return names[d.rnd.IntN(len(names))] }
	return []configs.Menu{
		{ID: "main", Prompt: "menu", Repeat: d.rnd.IntN(2), Queue: any(), Choices: []configs.MenuChoice{
			{Key: "1", Danger: true}, {Key: "2", Language: "en"}, {Key: "3", Gender: "f", Queue: any()}, {Key: "9", Menu: "topics"},
		}},
		{ID: "topics", Prompt: "menu", Queue: any(), Choices: []configs.MenuChoice{{Key: "1", Topic: "legal"}, {Key: "2", Gender: "m"}, {Key: "9", Language: "id"}}},
	}
}

// hours change in the hours a day of the simulation lasts.
func (d *day) hours() []configs.Hours {
	clock := func(after time.Duration) string { return day0.Add(after.Truncate(time.Minute)).Format("15:04") }
	from := d.seconds(1800)
	everyDay := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	return []configs.Hours{
		{ID: "office", TimeZone: "UTC", Weekly: []configs.Window{{Days: everyDay, From: clock(from), To: clock(from + 2*time.Minute + d.seconds(1200))}}},
		{ID: "night", TimeZone: "Asia/Jakarta", Open24: true, Exceptions: []configs.Exception{{Date: "2026-03-02", Label: "x", Open: "closed"}}},
	}
}

// steps are one to three of them, as Validate lets them be.
func (d *day) steps(strategies []string) (steps []configs.Step) {
	at, tiers := time.Duration(0), 0
	for range 1 + d.rnd.IntN(3) {
		at += d.seconds(40)
		step := configs.Step{After: dur(at), Supervisors: d.chance(30), Mobiles: d.chance(30)}
		if d.chance(50) {
			tiers += d.rnd.IntN(2)
			step.Tiers = tiers
		}
		if d.chance(30) {
			step.Strategy = strategies[d.rnd.IntN(len(strategies))]
		}
		if d.chance(40) {
			step.Drop = append(step.Drop, []string{"language", "topic"}[d.rnd.IntN(2)])
		}
		steps = append(steps, step)
		at += time.Second
	}
	return steps
}
