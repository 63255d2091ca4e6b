package reports

import (
	"time"

	"sahut/queue"
)

// Behind says which legs a figure is made of, so that the calls behind it can be
// shown. It says the same as Tally.
type Behind struct {
	// Whole are the legs the figure counts, or is taken over.
	Whole func(Leg, Limits) bool
	// Part are those of Whole that a share counts; nil: the figure is no share.
	Part func(Leg, Limits) bool
	// Lost: of Part, those who were found after all are to be taken out (Reader.OnFound).
	Lost bool
	// Longest: the longest wait comes first.
	Longest bool
	// Time is what of a talk makes the figure; the longest comes first. nil: none does.
	Time func(Talk) time.Duration
}

// Talk is one talk of a volunteer with a caller, and the writing after it.
type Talk struct {
	Contact            queue.ContactID
	Queue              queue.QueueID
	Ended              time.Time // the writing included
	Took, Hold, WrapUp time.Duration
}

// Attempt is one attempt to call somebody back.
type Attempt struct {
	Contact queue.ContactID // in which the call-back was asked for
	Queue   queue.QueueID
	At      time.Time
	Judged  bool // the journal says whether it was safe
	Safe    bool
}

// Median is the one figure that is made of talks, not of callers' stays in queues.
const Median = "handle_time_p50"

// OfAttempts are the figures made of attempts to call back: whether one is taken over
// the attempt. What counts is whether it was safe, or whether it reached her.
var OfAttempts = map[string]func(Attempt) bool{
	"callback_safety": func(a Attempt) bool { return a.Judged },
	"callback_reach":  func(Attempt) bool { return true },
}

// Figures are all figures made of callers' stays in queues, by their id: the counts and
// the KPIs. Beside them stand Median and OfAttempts. Volunteers' time has nothing that
// could be shown: each hour and each shift is one person's.
var Figures = map[string]Behind{
	"offered":          {Whole: offered},
	"answered":         {Whole: answered},
	"answered_in_time": {Whole: inTime},
	"abandoned":        {Whole: abandoned},
	"abandoned_short":  {Whole: short},
	"unserved":         {Whole: unserved},
	"callbacks":        {Whole: func(l Leg, _ Limits) bool { return l.Result == Callback }},
	"overflows":        {Whole: func(l Leg, _ Limits) bool { return l.Result == Overflow }},
	"blocked":          {Whole: blocked},

	"service_level":             {Whole: either(answered, long, unserved), Part: inTime},
	"service_level_1":           {Whole: either(answered, abandoned), Part: either(inTime, leftInTime)},
	"service_level_2":           {Whole: answered, Part: inTime},
	"service_level_3":           {Whole: either(answered, abandoned), Part: inTime},
	"service_level_4":           {Whole: either(answered, but(abandoned, leftInTime)), Part: inTime},
	"service_level_5":           {Whole: either(answered, abandoned), Part: either(inTime, short)},
	"abandon_rate":              {Whole: offered, Part: abandoned},
	"abandon_rate_long":         {Whole: but(offered, short), Part: long},
	"lost_caller_rate":          {Whole: offered, Part: abandoned, Lost: true},
	"lost_caller_rate_withheld": {Whole: offered, Part: func(l Leg, m Limits) bool { return abandoned(l, m) && l.Withheld }},
	"answer_rate":               {Whole: either(answered, abandoned, unserved), Part: answered},
	"blockage":                  {Whole: either(offered, blocked), Part: blocked},
	"average_speed_of_answer":   {Whole: answered, Longest: true},
	"wait_p50":                  {Whole: answered, Longest: true},
	"wait_p90":                  {Whole: answered, Longest: true},
	"wait_p95":                  {Whole: answered, Longest: true},
	"longest_wait":              {Whole: offered, Longest: true},
	"average_time_to_abandon":   {Whole: long, Longest: true},
	"average_handle_time":       {Whole: answered, Time: func(t Talk) time.Duration { return t.Took }},
	"average_hold_time":         {Whole: answered, Time: func(t Talk) time.Duration { return t.Hold }},
	"average_wrap_up_time":      {Whole: answered, Time: func(t Talk) time.Duration { return t.WrapUp }},
}

func offered(l Leg, _ Limits) bool    { return !l.Result.Blocked() && l.Result != Overflow }
func answered(l Leg, _ Limits) bool   { return l.Result == Answered }
func inTime(l Leg, m Limits) bool     { return l.Result == Answered && l.Wait <= m.T }
func abandoned(l Leg, _ Limits) bool  { return l.Result == Abandoned }
func leftInTime(l Leg, m Limits) bool { return l.Result == Abandoned && l.Wait <= m.T }
func short(l Leg, m Limits) bool      { return l.Result == Abandoned && l.Wait <= m.S }
func long(l Leg, m Limits) bool       { return l.Result == Abandoned && l.Wait > m.S }
func blocked(l Leg, _ Limits) bool    { return l.Result.Blocked() }
func unserved(l Leg, _ Limits) bool {
	return l.Result == Timeout || l.Result == Message || l.Result == Failed
}

func either(these ...func(Leg, Limits) bool) func(Leg, Limits) bool {
	return func(l Leg, m Limits) bool {
		for _, is := range these {
			if is(l, m) {
				return true
			}
		}
		return false
	}
}

func but(these, not func(Leg, Limits) bool) func(Leg, Limits) bool {
	return func(l Leg, m Limits) bool { return these(l, m) && !not(l, m) }
}
