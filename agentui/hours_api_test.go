package agentui_test

import (
	"net/http"
	"testing"

	"sahut/agentui"
	"sahut/configs"
)

// The hours of a draft are shown while it is typed: a mistake elsewhere does not
// keep them from it, one of their own does, and is named.
func TestHoursCalendar(t *testing.T) {
	h := newHouse(t)
	draft := configs.DemoRouting()
	draft.Hours = []configs.Hours{{ID: "office", TimeZone: "Asia/Makassar",
		Weekly:     []configs.Window{{Days: []string{"mon", "wed"}, From: "22:00", To: "06:00"}},
		Exceptions: []configs.Exception{{Date: "2026-12-23", Label: "Cuti", Open: "closed", Windows: []configs.Span{}}}}}
	draft.Queues[0].RingFor = 0
	const week = "?date=2026-12-21"
	admin := h.signIn("admin")
	var c agentui.HoursCalendar
	admin.send("POST", "/api/v1/hours/preview"+week, draft).into(t, &c)
	if len(c.Hours) != 1 || c.Hours[0].TimeZone != "Asia/Makassar" || len(c.Hours[0].Days) != 7 {
		t.Fatalf("%+v", c)
	}
	monday, wednesday := c.Hours[0].Days[0], c.Hours[0].Days[2]
	if len(monday.Open) != 1 || !monday.Open[0].To.After(monday.To) || monday.Special {
		t.Errorf("a night: %+v", monday)
	}
	if len(wednesday.Open) != 0 || wednesday.Label != "Cuti" || !wednesday.Special {
		t.Errorf("a holiday: %+v", wednesday)
	}
	draft.Hours[0].Weekly[0].From = "25:00"
	if r := admin.send("POST", "/api/v1/hours/preview"+week, draft); r.status != http.StatusUnprocessableEntity {
		t.Errorf("no time of day: %d", r.status)
	}
	if r := h.signIn("rina").send("GET", "/api/v1/hours/preview?date=x", nil); r.code != "bad_request" {
		t.Errorf("no date: %d %s", r.status, r.code)
	}
	h.signIn("rina").send("GET", "/api/v1/hours/preview", nil).into(t, &c)
	if len(c.Hours) != len(configs.DemoRouting().Hours) {
		t.Errorf("in force: %+v", c)
	}
}
