package agentui_test

import (
	"net/http"
	"testing"

	"sahut/agentui"
	"sahut/configs"
)

// The calendar shows the plan in force, and to an admin the one she edits; a
// volunteer sees her own shifts and nobody else's.
func TestShiftPlan(t *testing.T) {
	h := newHouse(t)
	everyDay := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	draft := configs.DemoRouting()
	draft.Shifts.TimeZone = "UTC"
	draft.Shifts.Weekly = []configs.WeeklyShift{{Agents: []string{"sari"}, Days: everyDay, From: "08:00", To: "16:00", Queues: []string{}}}
	const week = "?date=2026-03-02"

	admin := h.signIn("admin")
	var plan agentui.ShiftPlan
	admin.send("GET", "/api/v1/shifts"+week, nil).into(t, &plan)
	if len(plan.Days) != 7 || plan.Days[0].Date != "2026-03-02" || len(plan.Days[0].Shifts)+len(plan.Days[6].Gaps) != 0 {
		t.Errorf("without a plan: %+v", plan)
	}
	admin.send("POST", "/api/v1/shifts"+week, draft).into(t, &plan)
	for _, d := range plan.Days {
		if len(d.Shifts) != 1 || len(d.Gaps) != 2 || d.Shifts[0].Name != "Sari" || d.Gaps[1].Label != "Hotline" || d.Gaps[1].From.Hour() != 16 || !d.Gaps[1].To.Equal(d.To) {
			t.Errorf("a day of the draft: %+v", d)
		}
	}
	wrong := draft
	wrong.Shifts.Weekly = []configs.WeeklyShift{{Agents: []string{"nobody"}, Days: everyDay, From: "08:00", To: "16:00"}}
	if r := admin.send("POST", "/api/v1/shifts"+week, wrong); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong draft: %d", r.status)
	}
	for _, bad := range []string{"?days=365", "?days=x", "?date=25.12."} {
		if r := admin.send("GET", "/api/v1/shifts"+bad, nil); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, r.status)
		}
	}

	if r := admin.send("PUT", "/api/v1/routing", draft, "If-Match", "*"); r.status != http.StatusOK {
		t.Fatalf("apply: %d %s", r.status, r.code)
	}
	for user, least := range map[string]int{"sari": 7, "dewi": 0} {
		var mine agentui.MyShifts
		h.signIn(user).send("GET", "/api/v1/me/shifts", nil).into(t, &mine)
		if n := len(mine.Shifts); n < least || n > least+1 && user == "sari" || n > 0 && user == "dewi" {
			t.Errorf("%s has %d shifts", user, n)
		}
	}
}
