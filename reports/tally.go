package reports

import (
	"cmp"
	"slices"
	"time"
)

// Limits are the two times the formulas depend on. Both bounds are inclusive.
type Limits struct {
	T time.Duration // answered in time; 20 s is the habit for voice
	S time.Duration // a short abandon; there is no standard, 5 s is usual
}

// DefaultLimits are the usual ones for voice.
var DefaultLimits = Limits{T: 20 * time.Second, S: 5 * time.Second}

// Tally counts legs and time. The zero value with Limits set is ready; two of
// the same limits can be merged.
type Tally struct {
	Limits Limits

	Answered, AnsweredInTime                      int // A, A_T
	Abandoned, AbandonedShort, AbandonedInTime    int // B, B_S, B_T
	Unserved, Callbacks, Overflows, Blocked, Left int // Z, C, V, blocked; Left: before any queue
	Found, Withheld                               int // of B: answered within a day after all; nobody can know, for want of a number

	WaitAnswered  time.Duration // of A
	WaitAbandoned time.Duration // of B_L
	Handled       time.Duration // talk, hold and wrap-up of incoming contacts
	Handling      time.Duration // volunteers talking, holding or writing
	Available     time.Duration // volunteers ready or being rung
	Shift         time.Duration // volunteers on shift

	waits   []time.Duration // of A
	longest time.Duration   // of all legs
}

// Add counts one leg.
func (t *Tally) Add(l Leg) {
	if l.Result.Blocked() {
		t.Blocked++
		return
	}
	if l.Result != Overflow {
		t.longest = max(t.longest, l.Wait)
	}
	switch l.Result {
	case Answered:
		t.answered(l.Wait)
	case Abandoned:
		t.abandoned(l.Wait)
	case Callback:
		t.Callbacks++
	case Overflow:
		t.Overflows++
	default:
		t.Unserved++
	}
}

func (t *Tally) answered(wait time.Duration) {
	t.Answered++
	t.WaitAnswered += wait
	t.waits = append(t.waits, wait)
	if wait <= t.Limits.T {
		t.AnsweredInTime++
	}
}

func (t *Tally) abandoned(wait time.Duration) {
	t.Abandoned++
	if wait <= t.Limits.T {
		t.AbandonedInTime++
	}
	if wait <= t.Limits.S {
		t.AbandonedShort++
		return
	}
	t.WaitAbandoned += wait
}

// Merge adds what o counted.
func (t *Tally) Merge(o *Tally) {
	for _, sum := range []struct {
		to *int
		n  int
	}{
		{&t.Answered, o.Answered}, {&t.AnsweredInTime, o.AnsweredInTime},
		{&t.Abandoned, o.Abandoned}, {&t.AbandonedShort, o.AbandonedShort}, {&t.AbandonedInTime, o.AbandonedInTime},
		{&t.Unserved, o.Unserved}, {&t.Callbacks, o.Callbacks}, {&t.Overflows, o.Overflows}, {&t.Blocked, o.Blocked}, {&t.Left, o.Left},
		{&t.Found, o.Found}, {&t.Withheld, o.Withheld},
	} {
		*sum.to += sum.n
	}
	t.WaitAnswered += o.WaitAnswered
	t.WaitAbandoned += o.WaitAbandoned
	t.Handled += o.Handled
	t.Handling += o.Handling
	t.Available += o.Available
	t.Shift += o.Shift
	t.waits = append(t.waits, o.waits...)
	t.longest = max(t.longest, o.longest)
}

// Offered is O: legs that entered a queue and did not go on to another.
func (t *Tally) Offered() int { return t.Answered + t.Abandoned + t.Unserved + t.Callbacks }

// smallCell is the n below which a share is not shown: of four callers each
// could be recognised, and no share of so few means anything.
const smallCell = 5

// KPI is one figure with all that is needed to judge it.
type KPI struct {
	ID    string  `json:"id"`
	Unit  string  `json:"unit"` // percent, seconds
	Value float64 `json:"value"`
	N     int     `json:"n"`     // how many it is taken over
	Shown bool    `json:"shown"` // false: too few, or none
}

// KPIs are the figures by their formulas (docs/kpi.md), in a fixed order.
func (t *Tally) KPIs() []KPI {
	a, at, b, bs, bt, z := t.Answered, t.AnsweredInTime, t.Abandoned, t.AbandonedShort, t.AbandonedInTime, t.Unserved
	long := b - bs
	return []KPI{
		share("service_level", at, a+long+z),
		share("service_level_1", at+bt, a+b),
		share("service_level_2", at, a),
		share("service_level_3", at, a+b),
		share("service_level_4", at, a+b-bt),
		share("service_level_5", at+bs, a+b),
		share("abandon_rate", b, t.Offered()),
		share("abandon_rate_long", long, t.Offered()-bs),
		share("lost_caller_rate", b-t.Found, t.Offered()),
		share("lost_caller_rate_withheld", t.Withheld, t.Offered()),
		share("answer_rate", a, a+b+z),
		share("blockage", t.Blocked, t.Blocked+t.Offered()),
		mean("average_speed_of_answer", t.WaitAnswered, a),
		t.percentile("wait_p50", 50), t.percentile("wait_p90", 90), t.percentile("wait_p95", 95),
		{ID: "longest_wait", Unit: "seconds", Value: t.longest.Seconds(), N: t.Offered(), Shown: t.Offered() > 0},
		mean("average_time_to_abandon", t.WaitAbandoned, long),
		mean("average_handle_time", t.Handled, a),
		shareOfTime("occupancy", t.Handling, t.Handling+t.Available),
		shareOfTime("utilisation", t.Handling, t.Shift),
	}
}

func share(id string, part, whole int) KPI {
	k := KPI{ID: id, Unit: "percent", N: whole, Shown: whole >= smallCell}
	if whole > 0 {
		k.Value = 100 * float64(part) / float64(whole)
	}
	return k
}

func shareOfTime(id string, part, whole time.Duration) KPI {
	k := KPI{ID: id, Unit: "percent", N: int(whole / time.Second), Shown: whole > 0}
	if whole > 0 {
		k.Value = 100 * float64(part) / float64(whole)
	}
	return k
}

func mean(id string, sum time.Duration, n int) KPI {
	k := KPI{ID: id, Unit: "seconds", N: n, Shown: n > 0}
	if n > 0 {
		k.Value = sum.Seconds() / float64(n)
	}
	return k
}

// percentile is the nearest rank: a wait that somebody really had.
func (t *Tally) percentile(id string, p int) KPI {
	k := KPI{ID: id, Unit: "seconds", N: len(t.waits), Shown: len(t.waits) > 0}
	if len(t.waits) > 0 {
		slices.SortFunc(t.waits, cmp.Compare[time.Duration])
		k.Value = t.waits[(len(t.waits)*p+99)/100-1].Seconds()
	}
	return k
}
