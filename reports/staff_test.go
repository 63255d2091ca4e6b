package reports

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// A volunteer's evening at the desk's own rules: a shift of the plan to which she
// comes ten minutes late, three calls of which two are hard, a call-back that
// reaches, one that does not, and a break.
func TestStaffFiguresOfTheDesk(t *testing.T) {
	routing := choices()
	routing.Queues[0].WrapUpMode = "until_done"
	routing.Dispositions = []configs.Disposition{{Code: "listened"}, {Code: "hard", Heavy: true}}
	routing.PauseReasons = []configs.PauseReason{{Code: "tea"}}
	routing.Shifts = configs.Shifts{TimeZone: "Asia/Jakarta", Weekly: []configs.WeeklyShift{{Agents: []string{"v0"}, Days: []string{"mon"}, From: "12:00", To: "14:00"}}}
	began := time.Date(2026, 10, 5, 11, 59, 0, 0, monday.Location())
	desk := queue.NewReplay(routing, began, 1)
	now, to := began, began.Add(3*time.Hour)
	r := NewReader(began, to, DefaultLimits)
	var behind []string // what stands behind figures of talks and of call-backs
	r.OnTalk = func(x Talk) { behind = append(behind, fmt.Sprint(x.Contact, " ", x.Took, " ", x.Hold, " ", x.WrapUp)) }
	r.OnAttempt = func(x Attempt) {
		behind = append(behind, fmt.Sprint(x.Contact, " judged ", x.Judged, " safe ", x.Safe))
	}
	r.OnReached = func(c queue.ContactID) { behind = append(behind, fmt.Sprint(c, " reached")) }
	var last queue.Entry
	var dialled queue.ContactID
	post := func(events ...queue.Event) {
		for _, ev := range events {
			for _, e := range desk.Apply(ev, now) {
				switch e := e.(type) {
				case queue.Record:
					r.Add(e.Entry)
					if e.Entry.Kind == queue.OfferMade {
						last = e.Entry
					}
				case queue.Dial:
					dialled = e.Contact
				}
			}
		}
	}
	pass := func(d time.Duration) {
		for end := now.Add(d); ; {
			due, ok := desk.Next()
			if !ok || due.After(end) {
				now = end
				return
			}
			now = due
			post(queue.Ticked{})
		}
	}
	number := queue.NewCaller("+628123456780")
	call := func(c queue.ContactID, disposition string, talk, hold, write time.Duration) {
		post(queue.Arrived{Contact: c, Channel: queue.Voice, Dialled: "0211500", Caller: number}, queue.Established{Contact: c})
		post(queue.Accepted{Agent: "v0", Offer: last.Offer}, queue.Connected{Contact: c, Agent: "v0"})
		pass(talk)
		if hold > 0 {
			post(queue.HoldAsked{Agent: "v0", Contact: c})
			pass(hold)
			post(queue.ResumeAsked{Agent: "v0", Contact: c})
		}
		post(queue.HungUp{Contact: c, By: queue.ByCaller, Cause: queue.CauseNormal})
		pass(write)
		post(queue.WrapUpFinished{Agent: "v0", Contact: c, Disposition: disposition})
	}
	pass(11 * time.Minute) // 12:10
	post(queue.SessionOpened{Agent: "v0"}, queue.ShiftStarted{Agent: "v0"}, queue.PathProven{Agent: "v0"}, queue.ReadyAsked{Agent: "v0"})
	call("C1", "hard", 5*time.Minute, time.Minute, 4*time.Minute) // 10 minutes
	call("C2", "hard", 10*time.Minute, 0, 10*time.Minute)         // 20
	call("C3", "listened", 28*time.Minute, 2*time.Minute, 0)      // 30; 13:10
	post(queue.PauseAsked{Agent: "v0", Reason: "tea"})
	pass(20 * time.Minute) // 13:30
	post(queue.ReadyAsked{Agent: "v0"})
	if now.Format("15:04") != "13:30" {
		t.Fatalf("it is %s", now.Format("15:04"))
	}

	// She who waits chooses a call-back; the first attempt meets nobody.
	post(queue.PauseAsked{Agent: "v0", Reason: "tea"})
	post(queue.Arrived{Contact: "C4", Channel: queue.Voice, Dialled: "0211500", Caller: number}, queue.Established{Contact: "C4"})
	pass(10 * time.Second)
	post(queue.KeyPressed{Contact: "C4", Key: '2'}, queue.KeyPressed{Contact: "C4", Key: '1'})
	post(queue.HungUp{Contact: "C4", By: queue.BySystem, Cause: queue.CausePlayed}, queue.ReadyAsked{Agent: "v0"})
	post(queue.Accepted{Agent: "v0", Offer: last.Offer})
	post(queue.HungUp{Contact: dialled, By: queue.ByCaller, Cause: queue.CauseBusy})
	pass(10 * time.Minute)
	post(queue.Accepted{Agent: "v0", Offer: last.Offer})
	post(queue.Ringing{Contact: dialled}, queue.Established{Contact: dialled}, queue.Connected{Contact: dialled, Agent: "v0"}, queue.MuteAsked{Agent: "v0", Contact: dialled})
	pass(time.Minute)
	post(queue.HangUpAsked{Agent: "v0", Contact: dialled}, queue.HungUp{Contact: dialled, By: queue.ByAgent, Cause: queue.CauseNormal})
	post(queue.WrapUpFinished{Agent: "v0", Contact: dialled, Disposition: "listened"})
	pass(48*time.Minute + 50*time.Second) // 14:30
	post(queue.ShiftEnded{Agent: "v0"})
	r.Close(to)

	for _, k := range r.All().KPIs() {
		if slices.Contains([]string{"occupancy", "utilisation", "shrinkage", "adherence"}, k.ID) && (k.Shown || k.Value != 0 || k.N != 0) {
			t.Errorf("a figure tells of one volunteer: %+v", k)
		}
	}
	for _, row := range r.Rows(Hourly, "", monday.Location()) {
		if row.Shift != 0 || row.Scheduled != 0 || len(row.heavy) != 0 {
			t.Fatalf("a row tells of one volunteer: %+v", row.Tally)
		}
	}
	for _, h := range r.staffHours {
		h.people["v1"], h.people["v2"] = true, true
	}
	all := r.All()
	if all.BackDialled != 2 || all.BackSafe != 2 || all.BackReached != 1 {
		t.Errorf("call-backs: dialled %d, safe %d, reached %d", all.BackDialled, all.BackSafe, all.BackReached)
	}
	if want := []string{"C1 10m0s 1m0s 4m0s", "C2 20m0s 0s 10m0s", "C3 30m0s 2m0s 0s", "C4 judged true safe true", "C4 judged true safe true", "C4 reached"}; !slices.Equal(behind, want) {
		t.Errorf("behind the figures stand %q", behind)
	}
	if len(all.heavy) != 1 || all.heavy[0] != 2 {
		t.Errorf("heavy in a row %v", all.heavy)
	}
	minutes := func(d time.Duration) float64 { return d.Minutes() }
	for name, got := range map[string][2]float64{
		"scheduled": {minutes(all.Scheduled), 120}, "adhered": {minutes(all.Adhered), 90 - 1.0/6}, "hold": {minutes(all.Hold), 3}, "wrap-up": {minutes(all.WrapUp), 14},
		"handled": {minutes(all.Handled), 60}, "handling": {minutes(all.Handling), 61},
	} {
		if d := got[0] - got[1]; d > 0.001 || d < -0.001 {
			t.Errorf("%s %.3f minutes, want %.3f", name, got[0], got[1])
		}
	}
	values(t, all, map[string]float64{
		"average_handle_time": 1200, "handle_time_p50": 1200, "average_hold_time": 60, "average_wrap_up_time": 280, "adherence": 100 * (90 - 1.0/6) / 120,
		"callback_safety": 100, "callback_reach": 50, "heavy_load_max": 2, "heavy_load_p90": 2,
		"shrinkage": 100 * (120 - (61 + minutes(all.Available))) / 120,
	})
	sum := &Tally{}
	for _, row := range r.Rows(Hourly, "", monday.Location()) {
		sum.Merge(row.Tally)
	}
	sum.longest, all.longest = 0, 0
	if sum.Scheduled != all.Scheduled || sum.Adhered != all.Adhered || sum.Handled != all.Handled || sum.Handling != all.Handling || sum.Available != all.Available || sum.Shift != all.Shift ||
		sum.Hold != all.Hold || sum.WrapUp != all.WrapUp || len(sum.handles) != len(all.handles) || len(sum.heavy) != 1 || sum.BackDialled != 2 {
		t.Errorf("the hours sum to %+v, not %+v", sum, all)
	}
}

// A plan that is changed while it runs counts as it was, and then as it is; one
// that goes on is counted up to now.
func TestPlanThatChanges(t *testing.T) {
	r := NewReader(noon, noon.Add(4*time.Hour), DefaultLimits)
	r.Add(queue.Entry{At: at(0), Kind: queue.ShiftPlanned, Agent: "sari", MS: 2 * 3600_000})
	r.Add(queue.Entry{At: at(600), Kind: queue.ServerStarted}) // the plan outlives it
	r.Add(queue.Entry{At: at(1800), Kind: queue.ShiftPlanned, Agent: "sari", Reason: "edited", MS: 1800_000})
	r.Add(queue.Entry{At: at(3600), Kind: queue.ShiftPlanned, Agent: "dewi", MS: 8 * 3600_000})
	r.Close(at(5400))
	if got := r.All().Scheduled; got != 90*time.Minute {
		t.Errorf("scheduled %v", got)
	}
}

// A call-back that was not safe is below 100 % however few there are; an older
// journal that does not say is not in it.
func TestUnsafeCallback(t *testing.T) {
	r := NewReader(noon, noon.Add(time.Hour), DefaultLimits)
	for _, verdict := range []string{"", queue.DialledSafely, queue.SafetyUnknown} {
		r.Add(queue.Entry{At: at(1), Kind: queue.CallbackDialled, Contact: "C1", Agent: "sari", Queue: "q", Result: verdict})
	}
	for _, k := range r.All().KPIs() {
		if k.ID == "callback_safety" && (k.Value != 50 || k.N != 2 || k.Shown) || k.ID == "callback_reach" && k.N != 3 {
			t.Errorf("%+v", k)
		}
	}
}
