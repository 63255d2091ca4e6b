package agentui_test

import (
	"net/http"
	"strings"
	"testing"

	"sahut/agentui"
	"sahut/queue"
)

// Supervisors see call-backs without any number, and whoever asks, the gate
// decides: the answer is 409 with its word (SC-2).
func TestCallbacksOverTheAPI(t *testing.T) {
	h := newHouse(t)
	who := h.signIn("rina")
	var list agentui.CallbackList
	r := who.send("GET", "/api/v1/callbacks", nil)
	r.into(t, &list)
	if len(list.Callbacks) != 1 || list.Callbacks[0].Reason != queue.SafetyUnknown || strings.Contains(string(r.body), "••••") || strings.Contains(string(r.body), "caller") {
		t.Errorf("list %s", r.body)
	}
	for path, want := range map[string]struct {
		method string
		in     any
		status int
		code   string
	}{
		"C1/call":    {"POST", nil, http.StatusConflict, "safety_unknown"},
		"C2/call":    {"POST", nil, http.StatusNotFound, "not_found"},
		"C1":         {"DELETE", nil, http.StatusConflict, "calling"},
		"C1/safety":  {"PUT", agentui.Safety{MayCall: "yes", Zone: "WIB", Windows: []queue.SafeWindow{{Days: []string{"mon"}, From: "22:00", To: "02:00"}}}, http.StatusNoContent, ""},
		"C1/safety?": {"PUT", agentui.Safety{MayCall: "maybe"}, http.StatusUnprocessableEntity, "invalid_may_call"},
		"C1/safety#": {"PUT", agentui.Safety{MayCall: "yes", Windows: []queue.SafeWindow{{Days: []string{"mon"}, From: "22:00", To: "02:00"}}}, http.StatusUnprocessableEntity, "invalid_zone"},
	} {
		if r := who.send(want.method, "/api/v1/callbacks/"+strings.TrimRight(path, "?#"), want.in); r.status != want.status || r.code != want.code {
			t.Errorf("%s %s: %d %s, want %d %s", want.method, path, r.status, r.body, want.status, want.code)
		}
	}
	// The live status tells an admin neither of her nor whom a volunteer talks with.
	if r := who.send("GET", "/api/v1/status", nil); !strings.Contains(r.body, "C1") || !strings.Contains(r.body, "C2") {
		t.Errorf("the supervisor's status %s", r.body)
	}
	if r := h.signIn("admin").send("GET", "/api/v1/status", nil); r.status != http.StatusOK || !strings.Contains(r.body, "sari") || strings.Contains(r.body, "C1") || strings.Contains(r.body, "C2") {
		t.Errorf("the admin's status %d %s", r.status, r.body)
	}
	for _, name := range []string{"sari", "admin"} {
		if r := h.signIn(name).send("POST", "/api/v1/callbacks/C1/call", nil); r.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.status)
		}
	}
}
