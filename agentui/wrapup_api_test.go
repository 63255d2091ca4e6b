package agentui_test

import (
	"net/http"
	"strings"
	"testing"

	"sahut/agentui"
	"sahut/queue"
)

// A wrap-up is finished over the API by the desk's rules: 422 tells in words what
// is missing (SC-6).
func TestFinishWrapUpOverTheAPI(t *testing.T) {
	h := newHouse(t)
	for _, test := range []struct {
		who, contact string
		in           agentui.Finished
		status       int
		code, words  string
	}{
		{"dewi", "C1", agentui.Finished{Disposition: "helped", TalkSafety: "yes"}, http.StatusConflict, "not_yours", "You do not write"},
		{"sari", "C2", agentui.Finished{Disposition: "helped", TalkSafety: "yes"}, http.StatusConflict, "not_yours", "You do not write"},
		{"sari", "C1", agentui.Finished{Disposition: "helped"}, http.StatusUnprocessableEntity, "talk_safety_missing", "First note whether she could talk safely"},
		{"sari", "C1", agentui.Finished{Disposition: "helped", TalkSafety: "perhaps"}, http.StatusUnprocessableEntity, "invalid_talk_safety", "yes, no, or unknown"},
		{"sari", "C1", agentui.Finished{Disposition: "helped", TalkSafety: "no"}, http.StatusNoContent, "", ""},
	} {
		r := h.signIn(test.who).send("PUT", "/api/v1/me/wrapup/"+test.contact, test.in)
		if r.status != test.status || r.code != test.code || !strings.Contains(r.body, test.words) {
			t.Errorf("%s of %s, %+v: %d %s", test.who, test.contact, test.in, r.status, r.body)
		}
	}
	h.await(queue.WrapUpSaved{Agent: "sari", Contact: "C1", Disposition: "helped", Talk: "no"}, 1)
}
