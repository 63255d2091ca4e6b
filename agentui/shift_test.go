package agentui_test

import (
	"testing"

	"sahut/agentui"
	"sahut/queue"
)

// TestShift walks through the start of a shift.
func TestShift(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	p.say(map[string]any{"type": "shift.start"})
	h.await(queue.ShiftStarted{Agent: "sari"}, 1)
	h.desk.Set("sari", queue.AgentView{State: queue.Checking})
	h.ui.Show("sari", queue.AgentView{State: queue.Checking})
	p.expect("state")

	p.say(map[string]any{"type": "check"})
	p.expectTrouble(agentui.NoPath)
	p.say(map[string]any{"type": "media.offer", "sdp": "bad"})
	p.expectTrouble(agentui.OfferRefused)
	p.say(map[string]any{"type": "media.offer", "sdp": "mine"})
	if m := p.expect("media.answer"); m["sdp"] != "answer to mine" {
		t.Errorf("answer %v", m)
	}
	for _, st := range []agentui.PathState{agentui.PathConnecting, agentui.PathConnected} {
		h.ui.PathChanged("sari", st)
		if m := p.expect("media.state"); m["state"] != string(st) {
			t.Errorf("media.state %v, want %s", m["state"], st)
		}
	}

	passed := map[string]any{"type": "check.passed", "heard_packets": 48, "mic_level_db": -28.5}
	p.say(passed) // without a check
	p.expectTrouble(agentui.MicSilent)
	p.say(map[string]any{"type": "check"}) // the microphone sends nothing
	p.expect("check.result")
	p.say(passed)
	p.expectTrouble(agentui.MicSilent)
	h.phone.Hear(agentui.CheckResult{Packets: 50, LevelDB: -20.5})
	p.say(map[string]any{"type": "check"})
	if m := p.expect("check.result"); m["packets"] != 50.0 || m["level_db"] != -20.5 {
		t.Errorf("check.result %v", m)
	}
	h.await(queue.DeviceTested{Agent: "sari", Result: "silent"}, 1)
	h.await(queue.DeviceTested{Agent: "sari", Result: "heard"}, 1)
	p.say(map[string]any{"type": "check.passed", "heard_packets": 0})
	p.expectTrouble(agentui.NoPath)
	for _, ev := range h.desk.Events() {
		if ev == (queue.PathProven{Agent: "sari"}) {
			t.Fatal("the path was proven too early")
		}
	}
	p.say(passed)
	h.await(queue.PathProven{Agent: "sari"}, 1)

	h.ui.PathChanged("sari", agentui.PathLost)
	h.await(queue.PathLost{Agent: "sari"}, 1)
	p.expect("media.state")
	p.say(passed)
	p.expectTrouble(agentui.NoPath)
}

// TestReattach: a path that comes back proves itself only for whoever passed
// the check before.
func TestReattach(t *testing.T) {
	for state, proven := range map[queue.AgentState]bool{
		queue.Offline: false, queue.Checking: false, queue.Ready: true, queue.Offered: true, queue.Talking: true, queue.Held: true,
		queue.WrapUp: true, queue.Paused: true, queue.NotResponding: true, queue.MediaFault: true, queue.Reconnecting: true, queue.Assisting: true,
	} {
		h := newHouse(t)
		h.desk.Set("sari", queue.AgentView{State: state})
		p := h.signIn("sari").open(false)
		if v := p.expect("state")["view"].(map[string]any); v["state"] != string(state) {
			t.Errorf("a reloaded page sees %v, want %s", v["state"], state)
		}
		if state != queue.Offline {
			if m := p.expect("media.state"); m["state"] != "lost" {
				t.Errorf("%s: media.state %v before any path", state, m["state"])
			}
		}
		p.say(map[string]any{"type": "media.offer", "sdp": "again"})
		p.expect("media.answer")
		h.ui.PathChanged("sari", agentui.PathConnected)
		p.expect("media.state")
		got := false
		for _, ev := range h.desk.Events() {
			got = got || ev == queue.PathProven{Agent: "sari"}
		}
		if got != proven {
			t.Errorf("%s: proven %v, want %v", state, got, proven)
		}
	}
}

// TestNewestOfferWins: while one offer is being answered only the newest of
// the others is kept.
func TestNewestOfferWins(t *testing.T) {
	h := newHouse(t)
	h.phone.HoldBack("slow")
	p := h.signIn("sari").live()
	for _, sdp := range []string{"slow", "two", "three"} {
		p.say(map[string]any{"type": "media.offer", "sdp": sdp})
	}
	p.say(map[string]any{"type": "ping", "t": 1})
	p.expect("pong")
	h.phone.Release()
	if m := p.expect("media.answer"); m["sdp"] != "answer to three" {
		t.Errorf("answer %v", m["sdp"])
	}
	if got := h.phone.Offers(); len(got) != 2 {
		t.Errorf("the phone got %v", got)
	}
}

// TestPathEndsWithShift: the path is closed when the shift is over, whether a
// page watches or not, and when an off-shift page leaves.
func TestPathEndsWithShift(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	h.ui.Show("sari", queue.AgentView{State: queue.Paused})
	p.expect("state")
	h.ui.Show("sari", queue.AgentView{State: queue.Offline})
	p.expect("state")
	if n := h.phone.Closed("sari"); n != 1 {
		t.Errorf("closed %d times at the end of the shift", n)
	}
	h.ui.Show("sari", queue.AgentView{State: queue.Ready})
	p.expect("state")
	p.conn.CloseNow()
	h.await(queue.SessionLost{Agent: "sari"}, 1)
	if n := h.phone.Closed("sari"); n != 1 {
		t.Errorf("closed %d times though she may come back", n)
	}
	h.ui.Show("sari", queue.AgentView{State: queue.Offline})
	h.awaitClosed("sari", 2)
	h.signIn("sari").live().conn.CloseNow()
	h.awaitClosed("sari", 3)
}

// She hears herself between contacts, and never over one.
func TestEcho(t *testing.T) {
	h := newHouse(t)
	h.phone.Hear(agentui.CheckResult{Packets: 149, LevelDB: -20.5})
	p := h.signIn("sari").live()
	h.ui.Show("sari", queue.AgentView{State: queue.Paused, Reason: "login"})
	p.expect("state")
	p.say(map[string]any{"type": "echo"})
	p.expectTrouble(agentui.NoPath)
	h.ui.PathChanged("sari", agentui.PathConnected)
	p.expect("media.state")
	p.say(map[string]any{"type": "echo"})
	if m := p.expect("echo.result"); m["packets"] != 149.0 || m["lost"] != 1.0 || m["level_db"] != -20.5 || m["jitter_ms"] != 2.0 {
		t.Errorf("echo.result %v", m)
	}
	h.ui.Show("sari", queue.AgentView{State: queue.Offered, Offer: &queue.OfferView{ID: 7, Contact: "C1"}})
	p.expect("state")
	p.say(map[string]any{"type": "echo"})
	p.expectTrouble(agentui.NotNow)
}
