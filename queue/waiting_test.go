package queue_test

import (
	"context"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/queue/queuetest"
)

// The list of those who wait comes from the running desk, in the order they are
// served, with no number in it.
func TestWaitingOfARunningDesk(t *testing.T) {
	h := queuetest.NewHouse(t, configs.DemoRouting(), nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, id := range []queue.ContactID{"C1", "C2"} {
		h.Desk.Post(queue.Arrived{Contact: id, Channel: queue.Voice, Dialled: configs.DemoNumber, Caller: queue.NewCaller("+6281234567890")})
		h.Desk.Post(queue.Established{Contact: id})
	}
	list, err := h.Desk.Waiting(ctx)
	if err != nil || len(list) != 2 || list[0].Contact != "C1" || list[1].Place != 2 || list[0].Caller != "••••890" {
		t.Fatalf("%+v, %v", list, err)
	}
}

// Who asks and is gone before the answer reads nothing that is written still: this is
// the race detector's to find.
func TestAskingIsGivenUp(t *testing.T) {
	h := queuetest.NewHouse(t, configs.DemoRouting(), nil)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	gone, leave := context.WithCancel(ctx)
	leave()
	for range 200 {
		if list, err := h.Desk.Waiting(gone); err != nil && list != nil {
			t.Fatalf("%v and %v", list, err)
		}
		if why, err := h.Desk.Why(gone, "nobody"); err != nil && why != nil {
			t.Fatalf("%v and %v", why, err)
		}
	}
	if _, err := h.Desk.Waiting(ctx); err != nil { // after all of them
		t.Fatal(err)
	}
}
