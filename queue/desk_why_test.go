package queue_test

import (
	"context"
	"testing"

	"sahut/queue"
	"sahut/queue/queuetest"
)

// The desk answers after all that was posted before, and not at all when it
// does not run.
func TestDeskWhy(t *testing.T) {
	h := queuetest.NewHouse(t, queuetest.Hotline("sari", "dewi"), nil)
	h.Ready(t, "sari")
	id := h.Call(number, "081234567890")
	h.WaitState(t, "sari", queue.Offered)
	w, err := h.Desk.Why(t.Context(), id)
	if err != nil || w == nil || w.Place != 1 || len(w.Agents) != 2 || w.Agents[0].Reason != queue.ExcludedRinging || w.Agents[1].Reason != "offline" {
		t.Fatalf("%+v, %v", w, err)
	}
	if w, err := h.Desk.Why(t.Context(), "nobody"); w != nil || err != nil {
		t.Fatalf("%+v, %v", w, err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	idle := queue.NewDesk(queue.DeskOptions{Routing: queuetest.Hotline("sari")})
	if _, err := idle.Why(over, id); err == nil {
		t.Fatal("an answer from a desk that does not run")
	}
}
