package reports

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/queue"
)

// count is what a tally says of a figure.
func count(t *Tally, figure string) int {
	for _, k := range t.KPIs() {
		if k.ID == figure {
			return k.N
		}
	}
	return map[string]int{
		"offered": t.Offered(), "answered": t.Answered, "answered_in_time": t.AnsweredInTime, "abandoned": t.Abandoned, "abandoned_short": t.AbandonedShort,
		"unserved": t.Unserved, "callbacks": t.Callbacks, "overflows": t.Overflows, "blocked": t.Blocked,
	}[figure]
}

// randomJournal is callers who come, wait and go in every way there is.
func randomJournal(t *rapid.T) []queue.Entry {
	var list []queue.Entry
	now := noon
	for i := range rapid.IntRange(0, 60).Draw(t, "callers") {
		now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "gap")) * time.Second)
		c, q := queue.ContactID(fmt.Sprint("C", i)), queue.QueueID(rapid.SampledFrom([]string{"q", "r"}).Draw(t, "queue"))
		wait := int64(rapid.IntRange(0, 40).Draw(t, "wait"))
		at := func(s int64) time.Time { return now.Add(time.Duration(s) * time.Second) }
		add := func(s int64, e queue.Entry) { e.At, e.Contact = at(s), c; list = append(list, e) }
		add(0, queue.Entry{Kind: queue.CallArrived, Queue: q, Direction: queue.DirectionIn})
		how := rapid.SampledFrom([]string{"talk", "abandon", "exit", "callback", "full", "closed", "overflow", "early", "failed"}).Draw(t, "how")
		if how == "full" || how == "closed" || how == "early" {
			outcome := map[string]queue.Outcome{"full": queue.OutcomeRefusedFull, "closed": queue.OutcomeClosed, "early": queue.OutcomeAbandonedShort}[how]
			add(1, queue.Entry{Kind: queue.CallOver, Outcome: outcome})
			continue
		}
		add(0, queue.Entry{Kind: queue.QueueEntered, Queue: q})
		if how == "overflow" {
			add(wait, queue.Entry{Kind: queue.QueueLeft, Queue: q, Reason: "exit", WaitMS: wait * 1000})
			q, how = "r", "talk"
			add(wait, queue.Entry{Kind: queue.QueueEntered, Queue: q})
		}
		add(wait, queue.Entry{Kind: queue.QueueLeft, Queue: q, Reason: how, WaitMS: wait * 1000})
		if how == "talk" {
			a := queue.AgentID(rapid.SampledFrom([]string{"sari", "dewi", "ayu", "nur"}).Draw(t, "who"))
			add(wait, queue.Entry{Kind: queue.TalkStarted, Agent: a, Queue: q})
			add(wait+60, queue.Entry{Kind: queue.TalkEnded, Agent: a, TalkMS: 60_000})
		}
		outcome := rapid.SampledFrom([]queue.Outcome{queue.OutcomeClosed, queue.OutcomeVoicemail, queue.OutcomeSystem}).Draw(t, "outcome")
		if how == "callback" {
			outcome = queue.OutcomeCallbackKept
		}
		add(wait+60, queue.Entry{Kind: queue.CallOver, Outcome: outcome})
	}
	return list
}

// Every figure is the number of calls behind it, in all, in each queue, and in
// the rows of each step.
func TestPropertyFiguresAreTheirCalls(t *testing.T) {
	wita := time.FixedZone("WITA", 8*3600)
	rapid.Check(t, func(t *rapid.T) {
		from := noon.Add(time.Duration(rapid.IntRange(-3, 30).Draw(t, "from")) * time.Hour)
		r := NewReader(from, from.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "hours"))*time.Hour), DefaultLimits)
		var legs []Leg
		r.OnLeg = func(l Leg) { legs = append(legs, l) }
		if rapid.Bool().Draw(t, "a group") {
			r.Group = map[queue.AgentID]bool{"sari": true, "dewi": true, "ayu": true}
		}
		for _, e := range randomJournal(t) {
			r.Add(e)
		}
		for figure, counts := range Figures {
			n := map[queue.QueueID]int{}
			for _, l := range legs {
				if counts.Whole(l, r.Limits) {
					n[l.Queue]++
					n[""]++
				}
			}
			if got := count(r.All(), figure); got != n[""] {
				t.Fatalf("%s is %d of %d calls", figure, got, n[""])
			}
			for _, q := range []queue.QueueID{"", "q", "r"} {
				for _, step := range []Step{Hourly, Daily, Weekly} {
					sum := 0
					var last time.Time
					for _, row := range r.Rows(step, q, wita) {
						sum += count(row.Tally, figure)
						if !row.Start.After(last) || row.Start.Minute() != 0 || step != Hourly && row.Start.Hour() != 0 || step == Weekly && row.Start.Weekday() != time.Monday {
							t.Fatalf("a row of a %s begins at %s after %s", step, row.Start, last)
						}
						last = row.Start
					}
					if sum != n[q] {
						t.Fatalf("the %ss of %q have %d %s, of %d calls", step, q, sum, figure, n[q])
					}
				}
			}
		}
		if r.Group != nil && (r.All().Abandoned > 0 || r.All().Blocked > 0) {
			t.Fatal("a group has callers nobody answered")
		}
	})
}

// What others answered is not in a group's figures, nor is their time.
func TestGroup(t *testing.T) {
	for group, want := range map[queue.AgentID]int{"sari": 1, "dewi": 0} {
		r := NewReader(noon, noon.Add(time.Hour), DefaultLimits)
		r.Group = map[queue.AgentID]bool{group: true}
		for _, e := range day() {
			r.Add(e)
		}
		r.Close(at(400))
		if all := r.All(); all.Answered != want || all.Offered() != want || (all.Shift > 0) != (want > 0) || (all.Handled > 0) != (want > 0) {
			t.Errorf("%s: %+v", group, all)
		}
	}
}
