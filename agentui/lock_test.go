package agentui_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/queue"
)

// What there is to hide of a call, whole.
var busyView = queue.AgentView{
	State: queue.Talking, Reason: "hush", Next: queue.Paused, MayDial: true,
	Call: &queue.CallView{
		Contact: "C1", Queue: "hush", Label: "hush", Caller: "••••963hush", Keys: "4711hush", Started: time.Unix(1000, 0).UTC(), Held: true, Agent: "hush",
		Said: queue.Said{Danger: true, Language: "hush", Topic: "hush"}, Back: &queue.BackView{Promised: true}, Block: "hush",
		TalkSafety: &queue.TalkSafetyView{Answer: queue.TalkSafeNo}, Third: &queue.ThirdView{Name: "hush"}, Watched: []queue.WatchView{{Name: "hush"}},
		Sos: &queue.SosView{Contact: "C1", Name: "hush", Label: "hush", Called: []string{"hush"}},
	},
	Queues: []queue.QueueView{{Queue: "hush", Label: "hush"}}, Callbacks: []queue.CallbackView{{ID: "hush"}}, Floor: &queue.FloorView{Talks: []queue.TalkView{{Name: "hush"}}},
}

// Everything but what there is to do behind the lock is refused, to whoever has
// the session: page or program.
func TestLockedSessionIsRefused(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"sari", "rina", "admin"} {
		b := h.signIn(name)
		if r := b.send("POST", "/api/v1/session/lock", nil); r.status != http.StatusNoContent {
			t.Fatalf("lock: %d %s", r.status, r.body)
		}
		for _, line := range agentui.RouteTable() {
			path := address(line.Path)
			switch {
			case line.Role == "anyone", path == "/", path == "/live", strings.HasSuffix(path, "/session/lock"), strings.HasSuffix(path, "/session/unlock"), strings.HasSuffix(path, "/ticket"):
				continue
			}
			r := b.send(line.Method, path, nil)
			page := !strings.HasPrefix(path, "/api/") && r.status == http.StatusSeeOther && r.header.Get("Location") == "/"
			if r.status != http.StatusLocked && r.status != http.StatusForbidden && !page || strings.Contains(r.body, "••••") {
				t.Errorf("%s, locked: %s %s: %d %s", name, line.Method, path, r.status, r.body)
			}
		}
		if r := b.send("GET", "/api/v1/me", nil); r.status != http.StatusLocked || r.code != "session_locked" {
			t.Errorf("%s, locked: me: %d %s", name, r.status, r.body)
		}
		if r := b.send("GET", "/", nil, "Accept", "text/html"); r.status != http.StatusOK || strings.Contains(r.body, "••••") {
			t.Errorf("%s, locked: her page: %d", name, r.status)
		}
	}
}

// Only her password opens it, wrong ones are slowed down like those of the sign-in,
// and another sign-in of hers was never locked.
func TestUnlock(t *testing.T) {
	h := newHouse(t)
	b, other := h.signIn("sari"), h.signIn("sari")
	b.send("POST", "/api/v1/session/lock", nil)
	if r := other.send("GET", "/api/v1/me", nil); r.status != http.StatusOK {
		t.Errorf("another browser of hers: %d", r.status)
	}
	for _, wrong := range []string{"", "password of somebody", strings.Repeat("x", 300)} {
		if r := b.send("POST", "/api/v1/session/unlock", agentui.Unlocking{Password: wrong}); r.status != http.StatusForbidden || r.code != "wrong_password" {
			t.Errorf("%.9q: %d %s", wrong, r.status, r.body)
		}
	}
	if n := h.ui.Stats().SignInFailures; n != 3 {
		t.Errorf("%d failures are counted", n)
	}
	if r := b.send("GET", "/api/v1/me", nil); r.status != http.StatusLocked {
		t.Errorf("after wrong passwords: %d", r.status)
	}
	if r := b.send("POST", "/api/v1/session/unlock", agentui.Unlocking{Password: agentuitest.Password}); r.status != http.StatusNoContent {
		t.Fatalf("unlock: %d %s", r.status, r.body)
	}
	if r := b.send("GET", "/api/v1/me", nil); r.status != http.StatusOK {
		t.Errorf("unlocked: %d", r.status)
	}
}

// A locked page is told that it rings and runs, and no more; it may answer, hang up
// and call for help, and nothing else; a reload changes none of it.
func TestLockedPage(t *testing.T) {
	h := newHouse(t)
	h.desk.Set("sari", busyView)
	b := h.signIn("sari")
	p := b.open(false)
	if before := viewOf(t, p); before.Call.Caller == "" || len(before.Queues) == 0 {
		t.Fatalf("before: %+v", before)
	}
	b.send("POST", "/api/v1/session/lock", nil)
	if m := p.expect("locked"); m["on"] != true {
		t.Fatal("not told of the lock")
	}
	mustBeCovered(t, p)
	h.ui.Notify("sari", queue.Notice{Code: queue.KeyHeard, Contact: "C1", Key: "7"})
	p.say(map[string]any{"type": "transfer", "contact": "C1", "to": map[string]string{"agent": "dewi"}})
	for m := (map[string]any)(nil); m["type"] != "error"; {
		if m = p.next(); m["type"] == "notice" || m["type"] == "error" && m["code"] != string(agentui.PageLocked) {
			t.Fatalf("locked, the page is told %v", m)
		}
	}
	for kind, want := range map[string]queue.Event{
		"accept": queue.Accepted{Agent: "sari", Offer: 3, Page: true},
		"hangup": queue.HangUpAsked{Agent: "sari", Contact: "C1"},
		"sos":    queue.SosAsked{Agent: "sari", Contact: "C1", On: true},
	} {
		p.say(map[string]any{"type": kind, "contact": "C1", "offer": 3, "on": true})
		h.await(want, 1)
	}
	q := b.open(true) // the page anew
	if m := q.expect("welcome"); m["locked"] != true {
		t.Error("a reload opens the lock")
	}
	mustBeCovered(t, q)
	b.send("POST", "/api/v1/session/unlock", agentui.Unlocking{Password: agentuitest.Password})
	if m := q.expect("locked"); m["on"] != false {
		t.Error("not told that it is open")
	}
	if v := viewOf(t, q); v.Call.Caller != busyView.Call.Caller {
		t.Errorf("unlocked: %+v", v.Call)
	}
}

// A page whose sign-in cannot be read when it begins, because the disk fails, may be
// one that was locked: it begins locked, and her password opens it.
func TestPageOfASessionThatCannotBeReadIsLocked(t *testing.T) {
	h := newHouse(t)
	h.desk.Set("sari", busyView)
	b := h.signIn("sari")
	ticket := b.ticket()
	reads := 0
	h.dir.FailReading(func() error { // the request of the page itself is still known
		if reads++; reads == 1 {
			return nil
		}
		return errors.New("input/output error")
	})
	p, status := b.dial(ticket, b.url)
	if p == nil {
		t.Fatalf("live connection refused: %d", status)
	}
	p.say(map[string]any{"type": "hello", "versions": []int{1}})
	if m := p.expect("welcome"); m["locked"] != true {
		t.Error("a page whose session cannot be read is open")
	}
	mustBeCovered(t, p)
	h.dir.FailReading(nil)
	if r := b.send("POST", "/api/v1/session/unlock", agentui.Unlocking{Password: agentuitest.Password}); r.status != http.StatusNoContent {
		t.Fatalf("unlock: %d %s", r.status, r.body)
	}
	if m := p.expect("locked"); m["on"] != false {
		t.Error("not told that it is open")
	}
	if v := viewOf(t, p); v.Call.Caller != busyView.Call.Caller {
		t.Errorf("unlocked: %+v", v.Call)
	}
}

// viewOf is the next state p is told.
func viewOf(t *testing.T, p *page) (v queue.AgentView) {
	t.Helper()
	text, err := json.Marshal(p.expect("state")["view"])
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustBeCovered(t *testing.T, p *page) {
	t.Helper()
	v := viewOf(t, p)
	text, _ := json.Marshal(v)
	if c := v.Call; c == nil || c.Contact != "C1" || !c.Started.Equal(busyView.Call.Started) || !c.Held || c.Sos == nil || c.Back != nil || c.TalkSafety != nil || c.Danger || strings.Contains(string(text), "hush") {
		t.Errorf("locked, the page is told %s", text)
	}
}
