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
	Hold          time.Duration // of Handled: on hold
	WrapUp        time.Duration // of Handled: writing
	Handling      time.Duration // volunteers talking, holding or writing
	Available     time.Duration // volunteers ready or being rung
	Shift         time.Duration // volunteers on shift
	Scheduled     time.Duration // shifts of the plan
	Adhered       time.Duration // of Scheduled: handling or available
	TooFew        bool          // volunteers' time is of one or two of them, so nothing is told of it

	BackDialled, BackReached int // attempts to call somebody back; those that reached her
	BackJudged, BackSafe     int // of the attempts: the journal says whether it was safe; it was

	waits   []time.Duration // of A
	longest time.Duration   // of all legs
	handles []time.Duration // of each talk: talk, hold and the wrap-up after it
	heavy   []int           // of each shift that ended: the most heavy contacts in a row
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
		{&t.BackDialled, o.BackDialled}, {&t.BackReached, o.BackReached}, {&t.BackJudged, o.BackJudged}, {&t.BackSafe, o.BackSafe},
	} {
		*sum.to += sum.n
	}
	for _, sum := range []struct {
		to *time.Duration
		d  time.Duration
	}{
		{&t.WaitAnswered, o.WaitAnswered}, {&t.WaitAbandoned, o.WaitAbandoned}, {&t.Handled, o.Handled}, {&t.Hold, o.Hold}, {&t.WrapUp, o.WrapUp},
		{&t.Handling, o.Handling}, {&t.Available, o.Available}, {&t.Shift, o.Shift}, {&t.Scheduled, o.Scheduled}, {&t.Adhered, o.Adhered},
	} {
		*sum.to += sum.d
	}
	t.waits = append(t.waits, o.waits...)
	t.handles = append(t.handles, o.handles...)
	t.heavy = append(t.heavy, o.heavy...)
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
	Unit  string  `json:"unit"` // percent, seconds, contacts
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
		percentile("wait_p50", t.waits, 50), percentile("wait_p90", t.waits, 90), percentile("wait_p95", t.waits, 95),
		{ID: "longest_wait", Unit: "seconds", Value: t.longest.Seconds(), N: t.Offered(), Shown: t.Offered() > 0},
		mean("average_time_to_abandon", t.WaitAbandoned, long),
		mean("average_handle_time", t.Handled, a),
		percentile("handle_time_p50", t.handles, 50),
		mean("average_hold_time", t.Hold, a),
		mean("average_wrap_up_time", t.WrapUp, a),
		t.shareOfTime("occupancy", t.Handling, t.Handling+t.Available),
		t.shareOfTime("utilisation", t.Handling, t.Shift),
		t.shareOfTime("shrinkage", t.Scheduled-t.Available-t.Handling, t.Scheduled),
		t.shareOfTime("adherence", t.Adhered, t.Scheduled),
		share("callback_safety", t.BackSafe, t.BackJudged),
		share("callback_reach", t.BackReached, t.BackDialled),
		heaviest("heavy_load_max", t.heavy, 100),
		heaviest("heavy_load_p90", t.heavy, 90),
	}
}

func share(id string, part, whole int) KPI {
	k := KPI{ID: id, Unit: "percent", N: whole, Shown: whole >= smallCell}
	if whole > 0 {
		k.Value = 100 * float64(part) / float64(whole)
	}
	return k
}

// shareOfTime has neither value nor n when it is of one or two volunteers: the time of
// who was alone on shift is her own.
func (t *Tally) shareOfTime(id string, part, whole time.Duration) KPI {
	if t.TooFew {
		return KPI{ID: id, Unit: "percent"}
	}
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

// percentile is the nearest rank: a time that somebody really had.
func percentile(id string, list []time.Duration, p int) KPI {
	k := KPI{ID: id, Unit: "seconds", N: len(list), Shown: len(list) > 0}
	if len(list) > 0 {
		k.Value = nearestRank(list, p).Seconds()
	}
	return k
}

// heaviest is a percentile of the shifts. Of four shifts each could be known by
// who was there.
func heaviest(id string, shifts []int, p int) KPI {
	k := KPI{ID: id, Unit: "contacts", N: len(shifts), Shown: len(shifts) >= smallCell}
	if len(shifts) > 0 {
		k.Value = float64(nearestRank(shifts, p))
	}
	return k
}

func nearestRank[T cmp.Ordered](list []T, p int) T {
	slices.Sort(list)
	return list[(len(list)*p+99)/100-1]
}
