package agentui_test

import (
	"testing"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

func TestReport(t *testing.T) {
	h := newHouse(t)
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	h.dir.Journal = []queue.Entry{
		{At: noon, Kind: queue.CallArrived, Contact: "a", Queue: "q", Direction: queue.DirectionIn},
		{At: noon, Kind: queue.QueueEntered, Contact: "a", Queue: "q"},
		{At: noon.Add(3 * time.Second), Kind: queue.QueueLeft, Contact: "a", Queue: "q", Reason: "talk", WaitMS: 3000},
		{At: noon.Add(time.Hour), Kind: queue.CallArrived, Contact: "b", Queue: "q", Direction: queue.DirectionIn}, // outside
	}
	rina := h.signIn("rina")
	var rep agentui.Report
	rina.send("GET", "/api/v1/report?from=2026-11-24T12:00:00Z&to=2026-11-24T13:00:00Z&t=2s", nil).into(t, &rep)
	if rep.All.Answered != 1 || rep.All.Offered != 1 || rep.T != "2s" || len(rep.Queues) != 1 || len(rep.Hours) != 1 || rep.Hours[0].AnsweredInTime != 0 {
		t.Errorf("report %+v", rep)
	}
	for _, query := range []string{"from=yesterday", "t=-1s", "t=two", "from=2026-11-24T13:00:00Z&to=2026-11-24T12:00:00Z", "from=2020-01-01T00:00:00Z"} {
		if r := rina.send("GET", "/api/v1/report?"+query, nil); r.status != 400 {
			t.Errorf("%s: %d", query, r.status)
		}
	}
}
