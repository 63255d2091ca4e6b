package reports

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Whatever the day was: the legs behind a figure are as many as it was taken
// over, and those marked make its value.
func TestFiguresAreMadeOfTheLegsBehindThem(t *testing.T) {
	results := []Result{Answered, Abandoned, Timeout, Message, Callback, Overflow, Failed, Closed, NoVolunteer, Full}
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		tally := Tally{Limits: DefaultLimits}
		var legs []Leg
		for range r.IntN(60) {
			l := Leg{Result: results[r.IntN(len(results))], Wait: time.Duration(r.IntN(31)) * time.Second, Withheld: r.IntN(3) == 0}
			legs = append(legs, l)
			tally.Add(l)
			if l.Result == Abandoned && l.Withheld {
				tally.Withheld++
			}
		}
		for _, k := range tally.KPIs() {
			f, ok := Figures[k.ID]
			if !ok {
				if k.ID != Median && OfAttempts[k.ID] == nil && !slices.Contains([]string{"occupancy", "utilisation", "shrinkage", "adherence", "heavy_load_max", "heavy_load_p90"}, k.ID) {
					t.Fatalf("no calls stand behind %s", k.ID)
				}
				continue
			}
			var whole []Leg
			part := 0
			for _, l := range legs {
				if f.Whole(l, DefaultLimits) {
					whole = append(whole, l)
					if f.Part != nil && f.Part(l, DefaultLimits) {
						part++
					}
				} else if f.Part != nil && f.Part(l, DefaultLimits) {
					t.Fatalf("%s counts a leg that it is not taken over: %+v", k.ID, l)
				}
			}
			switch {
			case len(whole) != k.N:
				t.Errorf("seed %d: %s is taken over %d, and %d stand behind it", seed, k.ID, k.N, len(whole))
			case f.Part != nil && k.N > 0 && math.Abs(100*float64(part)/float64(k.N)-k.Value) > 1e-9:
				t.Errorf("seed %d: %s is %v, and %d of %d stand behind it", seed, k.ID, k.Value, part, k.N)
			case k.ID == "longest_wait" && k.N > 0:
				most := slices.MaxFunc(whole, func(a, b Leg) int { return int(a.Wait - b.Wait) })
				if most.Wait.Seconds() != k.Value {
					t.Errorf("seed %d: the longest wait is %v, behind it %v", seed, k.Value, most.Wait)
				}
			}
		}
		for id, n := range map[string]int{"offered": tally.Offered(), "answered": tally.Answered, "answered_in_time": tally.AnsweredInTime, "abandoned": tally.Abandoned,
			"abandoned_short": tally.AbandonedShort, "unserved": tally.Unserved, "callbacks": tally.Callbacks, "overflows": tally.Overflows, "blocked": tally.Blocked} {
			got := 0
			for _, l := range legs {
				if Figures[id].Whole(l, DefaultLimits) {
					got++
				}
			}
			if got != n {
				t.Errorf("seed %d: %s is %d, and %d stand behind it", seed, id, n, got)
			}
		}
	}
}
