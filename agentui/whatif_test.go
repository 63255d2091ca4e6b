package agentui_test

import (
	"fmt"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

// A past of one volunteer and of callers one of whom did not wait long enough.
func pastDay(noon time.Time) []queue.Entry {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	list := []queue.Entry{
		{At: at(-600), Kind: queue.ShiftBegan, Agent: "sari"}, {At: at(-600), Kind: queue.StateChanged, Agent: "sari", From: queue.Offline, To: queue.Checking},
		{At: at(-590), Kind: queue.StateChanged, Agent: "sari", From: queue.Checking, To: queue.Ready},
	}
	for i := range 3 {
		c, s := queue.ContactID(fmt.Sprintf("C%d", i)), 300*i
		list = append(list,
			queue.Entry{At: at(s), Kind: queue.CallArrived, Contact: c, Queue: "hotline", Channel: queue.Voice, Direction: queue.DirectionIn, Number: "••••963"},
			queue.Entry{At: at(s), Kind: queue.CallEstablished, Contact: c}, queue.Entry{At: at(s), Kind: queue.QueueEntered, Contact: c, Queue: "hotline"},
			queue.Entry{At: at(s), Kind: queue.OfferMade, Contact: c, Agent: "sari", Queue: "hotline", Offer: queue.OfferID(i + 1)},
			queue.Entry{At: at(s + 4), Kind: queue.OfferEnded, Contact: c, Agent: "sari", Queue: "hotline", Offer: queue.OfferID(i + 1), Reason: "accepted", RingMS: 4000},
			queue.Entry{At: at(s + 4), Kind: queue.StateChanged, Agent: "sari", From: queue.Ready, To: queue.Talking},
			queue.Entry{At: at(s + 5), Kind: queue.QueueLeft, Contact: c, Queue: "hotline", Reason: "talk", WaitMS: 5000},
			queue.Entry{At: at(s + 5), Kind: queue.TalkStarted, Contact: c, Agent: "sari", Queue: "hotline", WaitMS: 5000},
			queue.Entry{At: at(s + 105), Kind: queue.TalkEnded, Contact: c, Agent: "sari", Queue: "hotline", By: "caller", TalkMS: 100_000},
			queue.Entry{At: at(s + 105), Kind: queue.CallOver, Contact: c, Queue: "hotline", Outcome: queue.OutcomeAnswered, By: "caller", Reason: "normal"},
			queue.Entry{At: at(s + 105), Kind: queue.StateChanged, Agent: "sari", From: queue.Talking, To: queue.Ready},
		)
	}
	return list
}

func TestWhatIf(t *testing.T) {
	h := newHouse(t)
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	h.dir.Journal = pastDay(noon)
	admin := h.signIn("admin")
	var routing configs.Routing
	admin.send("GET", "/api/v1/routing", nil).into(t, &routing)
	routing.Hours = []configs.Hours{{ID: "never", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"mon"}, From: "01:00", To: "02:00"}}}}
	for i := range routing.Queues {
		routing.Queues[i].Hours = "never"
	}
	const path = "/api/v1/routing/whatif?from=2026-11-24T12:00:00Z&to=2026-11-24T13:00:00Z"
	var found agentui.WhatIf
	admin.send("POST", path, routing).into(t, &found)
	if found.Callers != 3 || found.Real.All.Answered != 3 || found.Control.All.Answered != 3 || found.Changed.All.Answered != 0 || found.Changed.All.Blocked != 3 || found.Fit.Verdict != "too_few" {
		t.Errorf("found %+v", found)
	}
	var after configs.Routing
	if admin.send("GET", "/api/v1/routing", nil).into(t, &after); len(after.Hours) != 0 {
		t.Error("a trial changed the routing")
	}
	routing.Queues[0].Hours = "nowhere"
	if r := admin.send("POST", path, routing); r.status != 422 {
		t.Errorf("a document with a mistake: %d %s", r.status, r.body)
	}
	if r := admin.send("POST", "/api/v1/routing/whatif?from=2026-10-01T12:00:00Z&to=2026-11-24T13:00:00Z", after); r.status != 400 {
		t.Errorf("54 days: %d", r.status)
	}
	if r := h.signIn("rina").send("POST", path, after); r.status != 403 {
		t.Errorf("a supervisor: %d", r.status)
	}
}

// Two at once: the second is told to wait, and the first that is given up makes
// room.
func TestWhatIfOneAtATime(t *testing.T) {
	h := newHouse(t)
	h.dir.Journal = pastDay(time.Now().Add(-time.Hour))
	admin := h.signIn("admin")
	var routing configs.Routing
	admin.send("GET", "/api/v1/routing", nil).into(t, &routing)
	free := h.ui.HoldTrial()
	if r := admin.send("POST", "/api/v1/routing/whatif", routing); r.status != 409 || r.code != "whatif_running" {
		t.Errorf("the second: %d %s", r.status, r.code)
	}
	free()
	if r := admin.send("POST", "/api/v1/routing/whatif", routing); r.status != 200 {
		t.Errorf("after the first: %d %s", r.status, r.body)
	}
}
