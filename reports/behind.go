package reports

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
}

// Figures are all figures with calls behind them, by their id: the counts and
// the KPIs. Those of volunteers' time, of their talks and of call-backs are not made
// of callers' stays in queues.
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
	"average_handle_time":       {Whole: answered},
	"average_hold_time":         {Whole: answered},
	"average_wrap_up_time":      {Whole: answered},
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
