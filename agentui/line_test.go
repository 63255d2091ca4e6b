package agentui_test

import (
	"net/http"
	"strings"
	"testing"

	"sahut/agentui"
)

func TestTrunks(t *testing.T) {
	h := newHouse(t)
	var list agentui.TrunkList
	h.signIn("rina").send("GET", "/api/v1/trunks", nil).into(t, &list)
	if len(list.Trunks) != 2 || !list.Trunks[0].Up || list.Trunks[1].Cause == "" {
		t.Errorf("trunks %+v", list)
	}
}

// A trace is an admin's, bounded, and noted with her name.
func TestTrace(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	for _, minutes := range []int{0, 31, -1} {
		if r := admin.send("POST", "/api/v1/trace", agentui.NewTrace{Minutes: minutes}); r.code != "invalid_minutes" {
			t.Errorf("%d minutes: %d %s", minutes, r.status, r.body)
		}
	}
	var view agentui.TraceView
	admin.send("POST", "/api/v1/trace", agentui.NewTrace{Minutes: 15}).into(t, &view)
	if !view.On || view.By != "admin" || !strings.Contains(h.log.String(), "SIP trace started") {
		t.Errorf("started %+v\n%s", view, h.log)
	}
	admin.send("GET", "/api/v1/trace", nil).into(t, &view)
	if len(view.Ladders) != 1 || view.Texts != nil {
		t.Errorf("ladders %+v", view)
	}
	admin.send("GET", "/api/v1/trace?call=a84b4c76e66710", nil).into(t, &view)
	if len(view.Texts) != 1 {
		t.Errorf("messages %+v", view)
	}
	r := admin.send("GET", "/api/v1/trace/ladder.txt?call=a84b4c76e66710", nil)
	if r.status != 200 || !strings.Contains(r.body, "--INVITE-->") || !strings.Contains(r.body, "••••963") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Errorf("export %d %s", r.status, r.body)
	}
	admin.send("DELETE", "/api/v1/trace", nil).into(t, &view)
	if view.On || !strings.Contains(h.log.String(), "SIP trace stopped") {
		t.Errorf("stopped %+v", view)
	}
}

// A house without a telephone line has no trunks and no trace.
func TestNoLine(t *testing.T) {
	h := newHouse(t, func(o *agentui.Options) { o.Line = nil })
	admin := h.signIn("admin")
	var list agentui.TrunkList
	admin.send("GET", "/api/v1/trunks", nil).into(t, &list)
	if r := admin.send("GET", "/api/v1/trace", nil); r.status != http.StatusNotFound || len(list.Trunks) != 0 {
		t.Errorf("trace %d, trunks %+v", r.status, list)
	}
}

// Who is banned is shown; an admin lifts it, and that is noted.
func TestBans(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	var list agentui.BanList
	h.signIn("rina").send("GET", "/api/v1/bans", nil).into(t, &list)
	if len(list.Bans) != 1 || list.Bans[0].Host != "2001:db8::/64" || list.Bans[0].Cause != "guessing" || list.Bans[0].Until.IsZero() {
		t.Fatalf("bans %+v", list)
	}
	const path = "/api/v1/bans/2001:db8::%2F64"
	if r := h.signIn("rina").send("DELETE", path, nil); r.status != http.StatusForbidden {
		t.Errorf("a supervisor: %d", r.status)
	}
	if r := admin.send("DELETE", "/api/v1/bans/192.0.2.1", nil); r.status != http.StatusNotFound {
		t.Errorf("who is not banned: %d", r.status)
	}
	if r := admin.send("DELETE", path, nil); r.status != http.StatusNoContent || !strings.Contains(h.log.String(), "listened to again") || !strings.Contains(h.log.String(), "by=admin") {
		t.Errorf("lifted: %d\n%s", r.status, h.log)
	}
	admin.send("GET", "/api/v1/bans", nil).into(t, &list)
	if len(list.Bans) != 0 {
		t.Errorf("left: %+v", list)
	}
	h = newHouse(t, func(o *agentui.Options) { o.Line = nil })
	h.signIn("admin").send("GET", "/api/v1/bans", nil).into(t, &list)
	if r := h.signIn("admin").send("DELETE", path, nil); r.status != http.StatusNotFound || len(list.Bans) != 0 {
		t.Errorf("without a line: %d, %+v", r.status, list)
	}
}
