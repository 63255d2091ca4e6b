package agentui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// TestBlocks: a supervisor blocks, a second person approves, and whoever looks
// sees no number and nothing that stands for one.
func TestBlocks(t *testing.T) {
	h := newHouse(t)
	rina, admin := h.signIn("rina"), h.signIn("admin")
	r := rina.send("POST", "/api/v1/blocks", agentui.NewBlock{Number: "0812 3456 7890", Reason: "abusive", Note: "calls at night", Hours: 72})
	if r.status != http.StatusCreated || strings.Contains(r.body, "7890") || strings.Contains(r.body, "who-has") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var b agentui.Block
	r.into(t, &b)
	if !b.Waits || b.Ends.Sub(b.Added) != 24*time.Hour || b.Expires.Sub(b.Added) != 72*time.Hour || b.By != "rina" || b.Action != queue.ActionMessage {
		t.Errorf("%+v", b)
	}
	if kept, _ := h.dir.Blocks(); len(kept) != 1 || kept[0].Caller != "who-has-890" {
		t.Errorf("kept %+v", kept)
	}
	path := "/api/v1/blocks/" + string(b.ID)
	if r := rina.send("POST", path+"/approve", agentui.Approval{}); r.status != http.StatusConflict {
		t.Errorf("approved by the one who asked: %d", r.status)
	}
	r = admin.send("POST", path+"/approve", agentui.Approval{Hours: 48})
	r.into(t, &b)
	if r.status != http.StatusOK || b.Waits || b.Approved != "admin" || b.Ends.Sub(b.Added) != 48*time.Hour {
		t.Errorf("%d %s", r.status, r.body)
	}
	var list agentui.BlockList
	rina.send("GET", "/api/v1/blocks", nil).into(t, &list)
	if len(list.Blocks) != 1 || list.Blocks[0].ID != b.ID {
		t.Errorf("%+v", list)
	}
	if list.Blocks[0].Note != "calls at night" {
		t.Errorf("the supervisor lost the note: %+v", list)
	}
	if r := admin.send("GET", "/api/v1/blocks", nil); !strings.Contains(r.body, "abusive") || strings.Contains(r.body, "at night") {
		t.Errorf("an admin sees %s", r.body)
	}
	if r := rina.send("DELETE", path, nil); r.status != http.StatusNoContent {
		t.Errorf("remove: %d", r.status)
	}
	if r := rina.send("DELETE", path, nil); r.status != http.StatusNotFound {
		t.Errorf("remove again: %d", r.status)
	}
	if r := admin.send("POST", path+"/approve", agentui.Approval{}); r.status != http.StatusNotFound {
		t.Errorf("approve what is gone: %d", r.status)
	}
	var told []string
	for _, ev := range h.desk.Events() {
		switch ev := ev.(type) {
		case queue.BlockAdded:
			told = append(told, "added by "+ev.Block.By)
		case queue.BlockApproved:
			told = append(told, "approved by "+ev.By)
		case queue.BlockRemoved:
			told = append(told, "removed by "+ev.By)
		}
	}
	if got := strings.Join(told, ", "); got != "added by rina, approved by admin, removed by rina" {
		t.Errorf("the desk heard: %s", got)
	}
	if strings.Contains(h.log.String(), "7890") {
		t.Error("a number is in the log")
	}
}

func TestBlocksRefused(t *testing.T) {
	h := newHouse(t)
	rina := h.signIn("rina")
	for code, n := range map[string]agentui.NewBlock{
		"invalid_number": {Number: "12", Reason: "prank"},
		"invalid_reason": {Number: "081234567890", Reason: "because"},
		"invalid_action": {Number: "081234567890", Reason: "prank", Action: "reject"},
		"invalid_hours":  {Number: "081234567890", Reason: "prank", Hours: 9000},
		"invalid_note":   {Number: "081234567890", Reason: "prank", Note: strings.Repeat("x", 201)},
		"invalid_prefix": {Prefix: "+62", Reason: "prank"},
	} {
		if r := rina.send("POST", "/api/v1/blocks", n); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, code) {
			t.Errorf("%s: %d %s", code, r.status, r.body)
		}
	}
	for _, n := range []agentui.NewBlock{
		{Reason: "prank"}, {Number: "081234567890", Withheld: true, Reason: "prank"}, {Prefix: "0", Reason: "prank"}, {Prefix: "+628123456789", Reason: "prank"}, {Number: "+62x", Reason: "prank"},
	} {
		if r := rina.send("POST", "/api/v1/blocks", n); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %d %s", n, r.status, r.body)
		}
	}
	for _, n := range []agentui.NewBlock{{Prefix: "+62 813", Reason: "prank"}, {Prefix: "+1202", Reason: "other", Action: queue.ActionLowClass}, {Withheld: true, Reason: "prank", Action: queue.ActionSupervisor}} {
		if r := rina.send("POST", "/api/v1/blocks", n); r.status != http.StatusCreated {
			t.Errorf("%+v: %d %s", n, r.status, r.body)
		}
	}
}
