package agentui_test

import (
	"net/http"
	"testing"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/queue"
)

// Volunteers hear the messages of their queues and know of no others; what one
// took is not another's; only supervisors erase.
func TestMessages(t *testing.T) {
	box := &agentuitest.Messages{}
	box.Leave("C1", "hotline")
	box.Leave("C2", "legal")
	h := newHouse(t, func(o *agentui.Options) { o.Messages = box })
	h.desk.Set("sari", queue.AgentView{State: queue.Ready, Queues: []queue.QueueView{{Queue: "hotline"}}})
	h.desk.Set("dewi", queue.AgentView{State: queue.Ready, Queues: []queue.QueueView{{Queue: "hotline"}}})
	sari, dewi, rina := h.signIn("sari"), h.signIn("dewi"), h.signIn("rina")

	var list agentui.MessageList
	sari.send("GET", "/api/v1/messages", nil).into(t, &list)
	if len(list.Messages) != 1 || list.Messages[0].ID != "C1" {
		t.Errorf("sari sees %+v", list)
	}
	rina.send("GET", "/api/v1/messages", nil).into(t, &list)
	if len(list.Messages) != 2 {
		t.Errorf("the supervisor sees %+v", list)
	}
	// An admin hears no caller, unless she answers the queue herself.
	admin := h.signIn("admin")
	if admin.send("GET", "/api/v1/messages", nil).into(t, &list); len(list.Messages) != 0 {
		t.Errorf("an admin sees %+v", list)
	}
	if r := admin.send("GET", "/api/v1/messages/C1/sound", nil); r.status != http.StatusNotFound {
		t.Errorf("an admin hears a message: %d", r.status)
	}
	r := sari.send("GET", "/api/v1/messages/C1/sound", nil)
	if r.status != 200 || len(r.body) != 48 || r.body[:4] != "RIFF" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("sound: %d, %d bytes, %v", r.status, len(r.body), r.header)
	}
	for _, path := range []string{"/api/v1/messages/C2/sound", "/api/v1/messages/C3/sound"} {
		if r := sari.send("GET", path, nil); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if len(box.Heard) != 1 || box.Heard[0] != "sari C1" {
		t.Errorf("noted %v", box.Heard)
	}
	var m agentui.Message
	sari.send("PATCH", "/api/v1/messages/C1", agentui.MessageChange{State: "taken"}).into(t, &m)
	if m.State != "taken" || m.By != "sari" {
		t.Errorf("taken: %+v", m)
	}
	if r := dewi.send("PATCH", "/api/v1/messages/C1", agentui.MessageChange{State: "done"}); r.code != "taken" {
		t.Errorf("a colleague: %d %s", r.status, r.body)
	}
	if r := dewi.send("PATCH", "/api/v1/messages/C1", agentui.MessageChange{State: "lost"}); r.status != http.StatusBadRequest {
		t.Errorf("a state there is not: %d", r.status)
	}
	if r := sari.send("DELETE", "/api/v1/messages/C1", nil); r.status != http.StatusForbidden {
		t.Errorf("a volunteer erases: %d", r.status)
	}
	if r := rina.send("DELETE", "/api/v1/messages/C1", nil); r.status != http.StatusNoContent {
		t.Errorf("erase: %d %s", r.status, r.body)
	}
}
