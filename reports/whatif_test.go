package reports

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// monday is the first day of the invented hotline; its clock is Jakarta's.
var monday = time.Date(2026, 10, 5, 0, 0, 0, 0, time.FixedZone("WIB", 7*3600))

// hotline is a routing of two queues and so many volunteers.
func hotline(volunteers int) configs.Routing {
	d := func(s time.Duration) configs.Duration { return configs.Duration(s) }
	r := configs.Routing{
		Numbers: []configs.Number{{Number: "0211500", Queue: "hotline"}, {Number: "0211501", Queue: "legal"}},
		Queues: []configs.Queue{
			{ID: "hotline", Strategy: "longest_idle", RingFor: d(20 * time.Second), MaxWait: d(15 * time.Minute), MaxWaitNobody: d(2 * time.Minute), WrapUp: d(2 * time.Minute), WrapUpExtend: d(time.Minute), ShortAbandon: d(5 * time.Second), Exit: configs.Exit{Words: "closing"}},
			{ID: "legal", Strategy: "round_robin", RingFor: d(20 * time.Second), MaxWait: d(10 * time.Minute), MaxWaitNobody: d(2 * time.Minute), WrapUp: d(2 * time.Minute), ShortAbandon: d(5 * time.Second), Exit: configs.Exit{Queue: "hotline"}},
		},
	}
	for i := range volunteers {
		a := configs.Agent{ID: fmt.Sprintf("v%d", i), Queues: []string{"hotline"}}
		if i%3 == 0 {
			a.Queues = append(a.Queues, "legal")
		}
		r.Agents = append(r.Agents, a)
	}
	return r
}

// invented is what nobody can read in a journal: when everybody would call, how
// long each would wait and talk. Volunteers work in two shifts.
func invented(days, callsADay, volunteers int, seed uint64) *WhatIf {
	rnd := rand.New(rand.NewPCG(seed, 1))
	long := func(mean time.Duration) time.Duration {
		return min(time.Duration(rnd.ExpFloat64()*float64(mean)), 2*time.Hour).Truncate(time.Millisecond)
	}
	to := monday.Add(time.Duration(days) * 24 * time.Hour)
	w := NewWhatIf(monday, to, DefaultLimits)
	n := 0
	for at := monday; ; n++ {
		at = at.Add(long(24 * time.Hour / time.Duration(callsADay)))
		if !at.Before(to) {
			break
		}
		c := &pastCall{id: queue.ContactID(fmt.Sprintf("C%07d", n)), at: at, queue: "hotline", established: true, setup: 3 * time.Second, first: "hotline", gaveUp: true, waited: true, done: true}
		if n%4 == 0 {
			c.queue, c.first = "legal", "legal"
		}
		c.borne = long(4 * time.Minute)
		c.talk = talkSample{talk: 30*time.Second + long(12*time.Minute), wrapUp: 20*time.Second + long(time.Minute), finished: true, by: queue.ByCaller}
		w.past.calls = append(w.past.calls, c)
	}
	for day := range days {
		for shift := range 2 {
			for i := range volunteers {
				if i%2 != shift {
					continue
				}
				a, at := queue.AgentID(fmt.Sprintf("v%d", i)), monday.Add(time.Duration(day*24+shift*12)*time.Hour+time.Duration(i)*time.Second)
				w.past.staff = append(w.past.staff, duty{at, a, comes}, duty{at.Add(time.Second), a, ready},
					duty{at.Add(4 * time.Hour), a, pauses}, duty{at.Add(4*time.Hour + 30*time.Minute), a, ready}, duty{at.Add(12*time.Hour - time.Minute), a, goes})
			}
		}
	}
	sortDuties(w.past.staff)
	for i := range 100 { // a volunteer answers within 2 to 12 s, one ring in twenty not at all
		w.past.rings = append(w.past.rings, span{2*time.Second + time.Duration(i)*100*time.Millisecond, i < 95})
	}
	return w
}

// live is what would happen to them with r, and the journal of it.
func live(t testing.TB, w *WhatIf, r configs.Routing) (*Reader, []queue.Entry) {
	t.Helper()
	v := newWorld(w, r, r)
	var journal []queue.Entry
	v.keep = func(e queue.Entry) { journal = append(journal, e) }
	var laws queue.Audit
	for v.step() {
	}
	for i, e := range journal {
		e.Seq = uint64(i + 1)
		laws.Add(e)
	}
	if broken := laws.Violations(); len(broken) > 0 {
		t.Fatal(broken[0])
	}
	v.reader.Close(w.To)
	return v.reader, journal
}

// whatIf reads the journal alone.
func whatIf(t testing.TB, days int, journal []queue.Entry, now, changed configs.Routing) *Trial {
	t.Helper()
	w := NewWhatIf(monday, monday.Add(time.Duration(days)*24*time.Hour), DefaultLimits)
	for _, e := range journal {
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	trial, err := w.Run(context.Background(), now, changed)
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

func figure(r *Reader, id string) float64 {
	for _, k := range r.All().KPIs() {
		if k.ID == id {
			return k.Value
		}
	}
	panic(id)
}

// The house is invented, so it is known what a change would really have led to.
// The what-if reads nothing but the journal of the house as it was, and must
// come near the truth: of the house as it was, and of each change.
func TestWhatIfComesNearTheTruth(t *testing.T) {
	const days, calls, volunteers = 10, 400, 12
	now := hotline(volunteers)
	_, journal := live(t, invented(days, calls, volunteers, 1), now)
	for _, c := range []struct {
		name   string
		change func(*configs.Routing)
	}{
		{"nothing", func(*configs.Routing) {}},
		{"short patience", func(r *configs.Routing) { r.Queues[0].MaxWait = configs.Duration(time.Minute) }},
		{"all answer legal", func(r *configs.Routing) {
			for i := range r.Agents {
				r.Agents[i].Queues = []string{"hotline", "legal"}
			}
		}},
		{"legal leads on soon", func(r *configs.Routing) { r.Queues[1].MaxWait = configs.Duration(30 * time.Second) }},
		{"no wrap-up", func(r *configs.Routing) { r.Queues[0].WrapUpMode, r.Queues[1].WrapUpMode = "none", "none" }},
		{"closed at night", func(r *configs.Routing) {
			r.Hours = []configs.Hours{{ID: "day", TimeZone: "Asia/Jakarta", Weekly: []configs.Window{{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: "08:00", To: "22:00"}}}}
			r.Queues[0].Hours = "day"
		}},
	} {
		changed := hotline(volunteers)
		c.change(&changed)
		truth, _ := live(t, invented(days, calls, volunteers, 1), changed)
		trial := whatIf(t, days, journal, now, changed)
		t.Logf("%-20s abandons: was %.1f %%, control %.1f, foretold %.1f, true %.1f; mean wait %.0f, %.0f, %.0f, %.0f s; in time %.1f, %.1f, %.1f, %.1f %%; exits %v, true %d; fit %+v", c.name,
			figure(trial.Real, "abandon_rate"), figure(trial.Control, "abandon_rate"), figure(trial.Changed, "abandon_rate"), figure(truth, "abandon_rate"),
			figure(trial.Real, "average_speed_of_answer"), figure(trial.Control, "average_speed_of_answer"), figure(trial.Changed, "average_speed_of_answer"), figure(truth, "average_speed_of_answer"),
			figure(trial.Real, "service_level"), figure(trial.Control, "service_level"), figure(trial.Changed, "service_level"), figure(truth, "service_level"), trial.Exits, truth.exits, trial.Fit)
		if trial.Fit.Verdict != "good" {
			t.Errorf("%s: the control fits %+v", c.name, trial.Fit)
		}
		for id, within := range map[string]float64{"abandon_rate": 3, "service_level": 6, "average_speed_of_answer": 12, "blockage": 1} {
			if got, want := figure(trial.Changed, id), figure(truth, id); math.Abs(got-want) > within {
				t.Errorf("%s: %s foretold %.1f, true %.1f", c.name, id, got, want)
			}
		}
	}
}

// The same journal gives the same figures, whatever the order of maps.
func TestWhatIfIsTheSameAgain(t *testing.T) {
	_, journal := live(t, invented(2, 300, 6, 3), hotline(6))
	a, b := whatIf(t, 2, journal, hotline(6), hotline(5)), whatIf(t, 2, journal, hotline(6), hotline(5))
	for i, k := range a.Changed.All().KPIs() {
		if b.Changed.All().KPIs()[i] != k {
			t.Errorf("%+v, then %+v", k, b.Changed.All().KPIs()[i])
		}
	}
}

func TestWhatIfEndsWithItsContext(t *testing.T) {
	_, journal := live(t, invented(1, 100, 4, 5), hotline(4))
	w := NewWhatIf(monday, monday.Add(24*time.Hour), DefaultLimits)
	for _, e := range journal {
		w.Add(e)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.Pace = cancel
	if _, err := w.Run(ctx, hotline(4), hotline(4)); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

// Kaplan and Meier's own example: 6, 6, 6, 6+, 7, 9+, 10, 10+, ... weeks.
func TestSurvival(t *testing.T) {
	var spans []span
	for _, s := range []int{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35} {
		spans = append(spans, span{time.Duration(max(s, -s)) * time.Second, s > 0})
	}
	v := estimate(spans)
	for i, want := range []float64{0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448} {
		if math.Abs(v.share[i]-want) > 0.001 {
			t.Errorf("after %v go on %.3f, want %.3f", v.at[i], v.share[i], want)
		}
	}
	if got := v.beyond(7*time.Second, 0.95); got != 10*time.Second { // of those after 7, 0.753/0.807 are left after 10
		t.Errorf("beyond 7 s: %v", got)
	}
	if got := v.beyond(30*time.Second, 0.5); got <= 30*time.Second || got > time.Hour {
		t.Errorf("in the tail: %v", got)
	}
	if got := (survival{}).beyond(time.Second, 0.5); got != forever {
		t.Errorf("where nobody gave up: %v", got)
	}
}

// BenchmarkWhatIfMonth replays a month of 100,000 calls once.
func BenchmarkWhatIfMonth(b *testing.B) {
	truth := invented(30, 3334, 80, 7)
	_, journal := live(b, truth, hotline(80))
	w := NewWhatIf(truth.From, truth.To, DefaultLimits)
	for _, e := range journal {
		if err := w.Add(e); err != nil {
			b.Fatal(err)
		}
	}
	w.past.settle()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.run(context.Background(), hotline(80), hotline(80)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(w.calls), "calls")
	b.ReportMetric(float64(len(journal)), "entries")
}

func sortDuties(list []duty) {
	slices.SortStableFunc(list, func(a, b duty) int { return a.at.Compare(b.at) })
}
