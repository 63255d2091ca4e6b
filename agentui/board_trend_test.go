package agentui_test

import (
	"testing"
	"time"

	"sahut/queue"
)

// The courses of today's figures have an hour each since midnight, and none where
// there is too little to say.
func TestBoardTrends(t *testing.T) {
	h := newHouse(t)
	zone, err := time.LoadLocation("Asia/Jakarta") // the house's, wherever the server stands
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	at := midnight.Add(now.Sub(midnight) / 2)
	for range 5 {
		c := queue.NewContactID(at)
		h.dir.Journal = append(h.dir.Journal,
			queue.Entry{At: at, Kind: queue.CallArrived, Contact: c, Queue: "hotline", Direction: queue.DirectionIn}, queue.Entry{At: at, Kind: queue.QueueEntered, Contact: c, Queue: "hotline"},
			queue.Entry{At: at, Kind: queue.QueueLeft, Contact: c, Queue: "hotline", Reason: "talk", WaitMS: 9040}, queue.Entry{At: at, Kind: queue.CallOver, Contact: c, Outcome: queue.OutcomeAnswered})
	}
	trends := nextBoard(t, h.signIn("rina").boardStream()).Today.Trends
	hour := at.Hour()
	for id, want := range map[string]float64{"service_level": 100, "abandon_rate": 0, "average_speed_of_answer": 9} {
		list := trends[id]
		if len(list) != now.Hour()+1 && len(list) != now.Hour()+2 { // the hour may have turned
			t.Fatalf("%s has %d hours", id, len(list))
		}
		for i, v := range list {
			if (v != nil) != (i == hour) || v != nil && *v != want {
				t.Errorf("%s in hour %d is %v", id, i, v)
			}
		}
	}
	if _, ok := trends["occupancy"]; ok {
		t.Error("volunteers' time has a course")
	}
}
