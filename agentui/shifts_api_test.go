package agentui_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

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
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	week := "?from=" + url.QueryEscape(from.Format(time.RFC3339)) + "&to=" + url.QueryEscape(from.AddDate(0, 0, 7).Format(time.RFC3339))

	admin := h.signIn("admin")
	var plan agentui.ShiftPlan
	admin.send("GET", "/api/v1/shifts"+week, nil).into(t, &plan)
	if len(plan.Shifts) != 0 || len(plan.Gaps) != 0 {
		t.Errorf("without a plan: %+v", plan)
	}
	admin.send("POST", "/api/v1/shifts"+week, draft).into(t, &plan)
	if len(plan.Shifts) != 7 || len(plan.Gaps) != 8 || plan.Shifts[0].Name != "Sari" || plan.Gaps[0].Label != "Hotline" {
		t.Errorf("the draft's: %d shifts, %d gaps: %+v", len(plan.Shifts), len(plan.Gaps), plan)
	}
	wrong := draft
	wrong.Shifts.Weekly = []configs.WeeklyShift{{Agents: []string{"nobody"}, Days: everyDay, From: "08:00", To: "16:00"}}
	if r := admin.send("POST", "/api/v1/shifts"+week, wrong); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong draft: %d", r.status)
	}
	if r := admin.send("GET", "/api/v1/shifts?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z", nil); r.status != http.StatusBadRequest {
		t.Errorf("a year: %d", r.status)
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
