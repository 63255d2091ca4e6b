package reports

import (
	"math"
	"testing"
	"time"
)

func seconds(s float64) time.Duration { return time.Duration(math.Round(s*1000)) * time.Millisecond }

func values(t *testing.T, c *Tally, want map[string]float64) {
	t.Helper()
	got := map[string]KPI{}
	for _, k := range c.KPIs() {
		got[k.ID] = k
	}
	for id, v := range want {
		if k, ok := got[id]; !ok || math.Abs(k.Value-v) > 0.005 {
			t.Errorf("%s is %v, want %v", id, k.Value, v)
		}
	}
}

// G1: fourteen callers, both bounds met exactly and missed by a millisecond.
func TestGoldenOne(t *testing.T) {
	c := Tally{Limits: DefaultLimits}
	for _, l := range []struct {
		result           Result
		w                float64
		talk, hold, wrap float64
	}{
		{Answered, 3, 300, 0, 60}, {Answered, 20, 600, 30, 120}, {Answered, 20.001, 120, 0, 30}, {Answered, 45, 900, 60, 180},
		{Abandoned, 2, 0, 0, 0}, {Abandoned, 5, 0, 0, 0}, {Abandoned, 5.001, 0, 0, 0}, {Abandoned, 19, 0, 0, 0}, {Abandoned, 61, 0, 0, 0},
		{Timeout, 120, 0, 0, 0}, {Callback, 40, 0, 0, 0}, {Answered, 0, 30, 0, 15}, {Closed, 0, 0, 0, 0}, {NoVolunteer, 0, 0, 0, 0},
	} {
		c.Add(Leg{Result: l.result, Wait: seconds(l.w)})
		if handled := seconds(l.talk + l.hold + l.wrap); handled > 0 {
			c.Handled += handled
			c.Hold += seconds(l.hold)
			c.WrapUp += seconds(l.wrap)
			c.handles = append(c.handles, handled)
		}
	}
	c.Handling, c.Available, c.Shift = seconds(2445), seconds(3000-2445), seconds(3600)
	if c.Offered() != 12 || c.Answered != 5 || c.AnsweredInTime != 3 || c.Abandoned != 5 || c.AbandonedShort != 2 ||
		c.AbandonedInTime != 4 || c.Unserved != 1 || c.Callbacks != 1 || c.Blocked != 2 {
		t.Errorf("counted %+v", c)
	}
	values(t, &c, map[string]float64{
		"service_level": 33.33, "service_level_1": 70, "service_level_2": 60, "service_level_3": 30, "service_level_4": 50, "service_level_5": 50,
		"abandon_rate": 41.67, "abandon_rate_long": 30, "answer_rate": 45.45, "blockage": 14.29,
		"average_speed_of_answer": 17.6002, "wait_p50": 20, "longest_wait": 120, "average_handle_time": 489, "handle_time_p50": 360, "average_hold_time": 18, "average_wrap_up_time": 81,
		"average_time_to_abandon": 28.33, "occupancy": 81.5, "utilisation": 67.92,
	})
}

// G2 and G3 are published ones.
func TestGoldenTwoAndThree(t *testing.T) {
	values(t, &Tally{Answered: 1000, Abandoned: 60, AnsweredInTime: 860, AbandonedInTime: 20, AbandonedShort: 10}, map[string]float64{
		"service_level_1": 83.02, "service_level_2": 86, "service_level_3": 81.13, "service_level_4": 82.69, "service_level_5": 82.08,
	})
	c := Tally{Limits: DefaultLimits}
	for i := range 100 {
		w := 64.0
		if i < 25 {
			w = 0
		}
		c.Add(Leg{Result: Answered, Wait: seconds(w)})
	}
	values(t, &c, map[string]float64{"average_speed_of_answer": 48})
}

func TestErlangC(t *testing.T) {
	for n, want := range map[int]float64{1: 0, 3: 63.9, 4: 86.9, 5: 95.9} {
		if got := 100 * ErlangC(1.82, n, 2700*time.Second, 20*time.Second); math.Abs(got-want) >= 0.1 { // published with one digit, cut or rounded
			t.Errorf("%d volunteers: %.2f %%, want %.1f", n, got, want)
		}
	}
	if ErlangC(0, 1, time.Minute, 0) != 1 || ErlangC(1, 0, time.Minute, 0) != 0 {
		t.Error("the ends of the scale")
	}
}

// Of four callers no share is shown.
func TestSmallCells(t *testing.T) {
	c := Tally{Limits: DefaultLimits}
	for i := range 5 {
		if c.KPIs()[0].Shown {
			t.Errorf("shown for %d", i)
		}
		c.Add(Leg{Result: Answered})
	}
	if !c.KPIs()[0].Shown {
		t.Error("not shown for five")
	}
}
