package agentui_test

import (
	"net/http"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

func TestWhoWaitsAndWhy(t *testing.T) {
	h := newHouse(t)
	rina := h.signIn("rina")
	var list agentui.WaitingList
	rina.send("GET", "/api/v1/waiting", nil).into(t, &list)
	if len(list.Waiting) != 1 || list.Waiting[0].Caller != "••••963" {
		t.Errorf("waiting %+v", list)
	}
	var why queue.Why
	rina.send("GET", "/api/v1/waiting/C1", nil).into(t, &why)
	if len(why.Agents) != 1 || why.Agents[0].Reason != "paused" {
		t.Errorf("why %+v", why)
	}
	if r := rina.send("GET", "/api/v1/waiting/C2", nil); r.status != http.StatusNotFound {
		t.Errorf("somebody who does not wait: %d", r.status)
	}
	if r := h.signIn("sari").send("GET", "/api/v1/waiting", nil); r.status != http.StatusForbidden {
		t.Errorf("a volunteer: %d", r.status)
	}
}

// A supervisor closes a queue for a while and opens it again; each is a revision
// with her name, and the desk is told.
func TestCloseNow(t *testing.T) {
	h := newHouse(t)
	rina := h.signIn("rina")
	for until, want := range map[time.Time]string{{}: "until_over", time.Now().Add(-time.Minute): "until_over", time.Now().Add(8 * 24 * time.Hour): "until_too_far"} {
		if r := rina.send("POST", "/api/v1/queues/hotline/closing", agentui.CloseQueue{Until: until}); r.code != want {
			t.Errorf("until %v: %d %s", until, r.status, r.body)
		}
	}
	if r := rina.send("POST", "/api/v1/queues/nowhere/closing", agentui.CloseQueue{Until: time.Now().Add(time.Hour)}); r.status != http.StatusNotFound {
		t.Errorf("no such queue: %d", r.status)
	}
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	var done agentui.Applied
	rina.send("POST", "/api/v1/queues/hotline/closing", agentui.CloseQueue{Until: until, Reason: " no volunteers "}).into(t, &done)
	closed := func() configs.Closing {
		var r configs.Routing
		rina.send("GET", "/api/v1/routing", nil).into(t, &r)
		return r.Queues[0].Closed
	}
	if got := closed(); !done.Applied || done.Author != "rina" || !got.UntilTime().Equal(until) || got.Reason != "no volunteers" {
		t.Errorf("applied %+v, closed %+v", done, got)
	}
	rina.send("DELETE", "/api/v1/queues/hotline/closing", nil).into(t, &done)
	if got := closed(); got != (configs.Closing{}) {
		t.Errorf("still closed %+v", got)
	}
	if r := h.signIn("sari").send("DELETE", "/api/v1/queues/hotline/closing", nil); r.status != http.StatusForbidden {
		t.Errorf("a volunteer: %d", r.status)
	}
}
