package agentui_test

import (
	"testing"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// While she talks the page is told how each direction sounds, by what the server's
// legs counted; the wallboard gets her own path of it and nothing of the caller.
func TestQuality(t *testing.T) {
	h := newHouse(t)
	h.ui.Limit(func(l *agentui.Limits) { l.Sound(20 * time.Millisecond) })
	rina := h.signIn("rina")
	board := rina.boardStream()
	h.phone.Count(func(n uint64) (browser, caller *agentui.LegFigures) {
		return &agentui.LegFigures{Received: 1000 * n, Lost: 50 * n, Sent: 1000 * n, FarLost: 200 * n, Jitter: 12 * time.Millisecond, RTT: 40 * time.Millisecond, FarReport: time.Now()},
			&agentui.LegFigures{Received: 1000 * n, Sent: 1000 * n, Jitter: time.Millisecond}
	})
	p := h.signIn("sari").live()
	h.ui.Show("sari", queue.AgentView{State: queue.Talking, Call: &queue.CallView{Contact: "C1"}})
	m := p.expect("quality")
	grade := func(way string) any {
		w, _ := m[way].(map[string]any)
		return w["grade"]
	}
	if grade("you_out") != "fair" || grade("you_in") != "poor" || grade("caller_in") != "good" || m["rtt_ms"] != 40.0 || m["contact"] != "C1" {
		t.Errorf("quality %v", m)
	}
	if _, told := m["caller_out"]; told {
		t.Error("the carrier reports nothing, so nothing is known of what reaches the caller")
	}
	for q := nextBoard(t, board).Quality["sari"]; q.In != agentui.Poor || q.Out != agentui.Fair; {
		q = nextBoard(t, board).Quality["sari"]
	}
	h.ui.Show("sari", queue.AgentView{State: queue.Offline})
	for _, there := nextBoard(t, board).Quality["sari"]; there; {
		_, there = nextBoard(t, board).Quality["sari"]
	}
}
