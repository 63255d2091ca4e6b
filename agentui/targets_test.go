package agentui_test

import (
	"bytes"
	"slices"
	"testing"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

// Whom she may give a contact to: never herself, nobody off shift.
func TestTargets(t *testing.T) {
	h := newHouse(t)
	var got agentui.Targets
	h.signIn("sari").send("GET", "/api/v1/targets", nil).into(t, &got)
	if len(got.Queues) != len(configs.DemoRouting().Queues) || len(got.Agents) != 0 || got.Numbers {
		t.Errorf("nobody on shift: %+v", got)
	}
	h.desk.Set("dewi", queue.AgentView{State: queue.Ready})
	h.desk.Set("sari", queue.AgentView{State: queue.Talking, MayDial: true})
	h.signIn("sari").send("GET", "/api/v1/targets", nil).into(t, &got)
	if want := (agentui.AgentTarget{Agent: "dewi", Name: "Dewi", State: queue.Ready}); !slices.Equal(got.Agents, []agentui.AgentTarget{want}) || !got.Numbers {
		t.Errorf("dewi ready: %+v", got)
	}
}

// Requests that make no sense reach no desk.
func TestOddRequests(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	for _, m := range []map[string]any{
		{"type": "dial", "number": ""},
		{"type": "dial", "number": "0811 2000 110 0811 2000 110 0811 2000"},
		{"type": "device", "device": ""},
		{"type": "transfer", "contact": "c", "to": map[string]any{}},
		{"type": "transfer", "contact": "c", "to": map[string]any{"queue": "q", "number": "110"}},
		{"type": "transfer", "contact": "", "to": map[string]any{"queue": "q"}},
	} {
		p.say(m)
		p.expectTrouble(agentui.BadMessage)
	}
}

// A volunteer's own mobile is for admins alone.
func TestRoutingHidesMobiles(t *testing.T) {
	h := newHouse(t)
	routing, rev, err := h.dir.Routing()
	if err != nil {
		t.Fatal(err)
	}
	routing = routing.Clone()
	routing.Agents[0].Mobile = "+628112000963"
	if _, err := h.dir.SaveRouting(routing, "admin", "", rev.Number); err != nil {
		t.Fatal(err)
	}
	for user, open := range map[string]bool{"rina": false, "admin": true} {
		r := h.signIn(user).send("GET", "/api/v1/routing", nil)
		if bytes.Contains([]byte(r.body), []byte("8112000")) != open || !bytes.Contains([]byte(r.body), []byte("963")) {
			t.Errorf("%s reads %s", user, r.body)
		}
	}
}
