package agentui_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

func TestWelcome(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").open(false)
	w := p.expect("welcome")
	if w["agent"] != "sari" || w["name"] != "Sari" || w["version"] != 1.0 || w["epoch"] != 1.0 || w["zone"] != "Asia/Jakarta" {
		t.Errorf("welcome says %v", w)
	}
	if list := w["dispositions"].([]any); len(list) != len(configs.DemoRouting().Dispositions) {
		t.Errorf("%d dispositions", len(list))
	}
	if v := p.expect("state")["view"].(map[string]any); v["state"] != "offline" || v["queues"] == nil {
		t.Errorf("state says %v", v)
	}
	h.await(queue.SessionOpened{Agent: "sari"}, 1)
	p.say(agentui.Ping{Head: agentui.Head{Type: "ping"}, T: 42})
	if m := p.expect("pong"); m["t"] != 42.0 {
		t.Errorf("pong %v", m)
	}
	p.conn.Close(websocket.StatusNormalClosure, "")
	h.await(queue.SessionLost{Agent: "sari"}, 1)
}

// Who may take part in talks: supervisors, and no admin.
func TestSupervisorsRights(t *testing.T) {
	for name, leads := range map[string]bool{"rina": true, "admin": false, "sari": false} {
		h := newHouse(t)
		h.signIn(name).open(false)
		h.await(queue.RightsKnown{Agent: queue.AgentID(name), Supervisor: leads}, 1)
	}
}

// TestOrigins is W2's table: only our own page opens a live connection.
func TestOrigins(t *testing.T) {
	type row struct {
		origin string
		want   int
	}
	check := func(t *testing.T, h *house, rows []row) {
		b := h.signIn("sari")
		host := strings.TrimPrefix(h.url, "http://")
		for _, row := range rows {
			origin := strings.ReplaceAll(row.origin, "HOST", host)
			if _, status := b.dial(b.ticket(), origin); status != row.want {
				t.Errorf("Origin %q: %d, want %d", origin, status, row.want)
			}
		}
	}
	t.Run("host", func(t *testing.T) {
		check(t, newHouse(t), []row{
			{"http://HOST", 101},
			{"https://HOST", 101}, // behind a proxy that tells nothing
			{"", 403},
			{"null", 403},
			{"http://evil.example", 403},
			{"http://HOST.evil.example", 403},
			{"http://evil.example/HOST", 403},
			{"http://user@HOST", 403},
			{"http://HOST/path", 403},
			{"http://127.0.0.1:1", 403},
			{"file://HOST", 403},
			{"http://HOST#x", 403},
		})
	})
	t.Run("configured", func(t *testing.T) {
		check(t, newHouse(t, func(o *agentui.Options) { o.Config.Origin = "https://hotline.example.org" }), []row{
			{"https://hotline.example.org", 101},
			{"https://HOTLINE.example.org:443", 101},
			{"http://hotline.example.org", 403},
			{"https://hotline.example.org:8443", 403},
			{"http://HOST", 403},
		})
	})
}

func TestTicket(t *testing.T) {
	h := newHouse(t)
	sari, dewi := h.signIn("sari"), h.signIn("dewi")
	ticket := sari.ticket()
	if _, status := sari.dial(ticket, h.url); status != http.StatusSwitchingProtocols {
		t.Fatalf("a good ticket: %d", status)
	}
	if _, status := sari.dial(ticket, h.url); status != http.StatusUnauthorized {
		t.Errorf("the ticket again: %d", status)
	}
	if _, status := dewi.dial(sari.ticket(), h.url); status != http.StatusUnauthorized {
		t.Errorf("another's ticket: %d", status)
	}
	if _, status := h.stranger().dial(sari.ticket(), h.url); status != http.StatusUnauthorized {
		t.Errorf("a ticket without a session: %d", status)
	}
	if _, status := sari.dial("", h.url); status != http.StatusUnauthorized {
		t.Errorf("no ticket: %d", status)
	}
}

func TestVersions(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	p, _ := b.dial(b.ticket(), h.url)
	p.say(map[string]any{"type": "hello", "versions": []int{7, 8}})
	p.expectTrouble(agentui.NoVersion)
	if code := p.closed(); code != agentui.CloseVersion {
		t.Errorf("closed with %d", code)
	}
}

// TestNothingBeforeHello: a page is heard only once it is live.
func TestNothingBeforeHello(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	p, _ := b.dial(b.ticket(), h.url)
	p.say(map[string]any{"type": "ready"})
	p.expectTrouble(agentui.NotLive)
	if n := len(h.desk.Events()); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestTakeover(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	first := b.live()
	second := b.open(false)
	second.expect("elsewhere")
	second.say(map[string]any{"type": "ready"})
	second.expectTrouble(agentui.NotLive)
	second.say(map[string]any{"type": "takeover"})
	if w := second.expect("welcome"); w["epoch"] != 2.0 {
		t.Errorf("epoch %v", w["epoch"])
	}
	first.expect("replaced")
	if code := first.closed(); code != agentui.CloseReplaced {
		t.Errorf("the first page was closed with %d", code)
	}
	third := b.open(true)
	third.expect("welcome")
	second.expect("replaced")
	h.ui.Notify("sari", queue.Notice{Code: queue.CallerLeft})
	third.expect("notice")
	h.await(queue.SessionOpened{Agent: "sari"}, 3)
	for _, ev := range h.desk.Events() {
		if _, lost := ev.(queue.SessionLost); lost {
			t.Error("a takeover was told to the desk as a loss")
		}
	}
}

// TestReloadRace: a page that comes back before its old connection is noticed
// as dead becomes live by itself.
func TestReloadRace(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	old := b.live()
	fresh := b.open(false)
	fresh.expect("elsewhere") // else the server may know the two in the other order
	fresher := b.open(false)
	fresher.expect("elsewhere")
	old.conn.CloseNow()
	fresher.expect("welcome")
	fresher.conn.CloseNow()
	fresh.expect("welcome")
	// Each loss was told before the next beginning.
	h.await(queue.SessionOpened{Agent: "sari"}, 3)
	var order []string
	for _, ev := range h.desk.Events() {
		if _, rights := ev.(queue.RightsKnown); rights {
			continue
		}
		order = append(order, strings.TrimPrefix(fmt.Sprintf("%T", ev), "queue.Session"))
	}
	if got := strings.Join(order, " "); got != "Opened Lost Opened Lost Opened" {
		t.Errorf("the desk was told %s", got)
	}
}

func TestManyTabsOneWinner(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	const tabs = 20
	welcomes := make(chan bool, tabs)
	for range tabs {
		p := b.open(false)
		go func() {
			_, text, err := p.conn.Read(p.ctx)
			welcomes <- err == nil && strings.Contains(string(text), `"welcome"`)
		}()
	}
	won := 0
	for range tabs {
		if <-welcomes {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of %d pages are live", won, tabs)
	}
}

// TestSignOutCuts: signing out ends connection, shift and path within 2 s.
func TestSignOutCuts(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	p := b.live()
	other := h.signIn("sari").open(false) // another sign-in of hers
	other.expect("elsewhere")
	began := time.Now()
	if r := b.send("DELETE", "/api/v1/session", nil); r.status != http.StatusNoContent {
		t.Fatalf("sign out: %d", r.status)
	}
	if code := p.closed(); code != agentui.CloseSignedOut {
		t.Errorf("closed with %d", code)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	h.await(queue.ShiftEnded{Agent: "sari"}, 1)
	h.await(queue.SessionLost{Agent: "sari"}, 1)
	other.expect("welcome")
	if n := h.phone.Closed("sari"); n != 1 {
		t.Errorf("the path was closed %d times", n)
	}
	if r := b.send("GET", "/api/v1/me", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session still answers: %d", r.status)
	}
}

func TestDisabledAccountIsCut(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	yes := true
	if r := h.signIn("admin").send("PATCH", "/api/v1/users/sari", agentui.UserChange{Disabled: &yes}); r.status != http.StatusOK {
		t.Fatalf("disable: %d %s", r.status, r.body)
	}
	if code := p.closed(); code != agentui.CloseSignedOut {
		t.Errorf("closed with %d", code)
	}
	r := h.stranger().send("POST", "/api/v1/session", agentui.Credentials{Username: "sari", Password: "sepuluh huruf"})
	if r.code != "wrong_credentials" {
		t.Errorf("a disabled account got %d %s", r.status, r.code)
	}
}

// TestShowLatestWins: the page gets states in order, and the last one for sure.
func TestShowLatestWins(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	const n = 5000
	for i := 1; i <= n; i++ {
		h.ui.Show("sari", queue.AgentView{State: queue.Ready, Reason: fmt.Sprint(i)})
	}
	last, count := 0, 0
	for last != n {
		var i int
		fmt.Sscan(p.expect("state")["view"].(map[string]any)["reason"].(string), &i)
		if i <= last {
			t.Fatalf("state %d after %d", i, last)
		}
		last = i
		count++
	}
	if count == n {
		t.Logf("all %d states were sent; none was overtaken", n)
	}
}

func TestNoticesAreBounded(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	for i := range 10_000 {
		h.ui.Notify("sari", queue.Notice{Code: queue.KeyHeard, Key: fmt.Sprint(i)})
	}
	for {
		if m := p.expect("notice"); m["notice"].(map[string]any)["key"] == "9999" {
			return
		}
	}
}

// TestSlowReader: a page that does not read is cut, and nobody waits for it.
func TestSlowReader(t *testing.T) {
	h := newHouse(t)
	h.ui.Limit(func(l *agentui.Limits) { l.Write(300 * time.Millisecond); l.Rate(1e6, 1e6) })
	slow := h.signIn("sari").live()
	other := h.signIn("dewi").live()
	big := queue.AgentView{State: queue.Ready}
	for range 2000 {
		big.Queues = append(big.Queues, queue.QueueView{Queue: "hotline", Label: strings.Repeat("x", 100)})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	gone := make(chan error, 1)
	go func() { gone <- h.desk.Await(ctx, queue.SessionLost{Agent: "sari"}, 1) }()
	for i := 0; ; i++ {
		began := time.Now()
		h.ui.Show("sari", big)
		if took := time.Since(began); took > time.Second {
			t.Fatalf("Show waited %v for a page that does not read", took)
		}
		if i%100 == 0 {
			other.say(agentui.Ping{Head: agentui.Head{Type: "ping"}, T: int64(i)})
			other.expect("pong")
		}
		select {
		case err := <-gone:
			if err != nil {
				t.Fatal("the page was not cut")
			}
			if n := h.ui.Stats().SlowReaders; n != 1 {
				t.Errorf("%d slow readers counted", n)
			}
			slow.conn.CloseNow()
			return
		default:
		}
	}
}

func TestSilentPage(t *testing.T) {
	h := newHouse(t)
	h.ui.Limit(func(l *agentui.Limits) { l.Silence(200 * time.Millisecond) })
	p := h.signIn("sari").live()
	if code := p.closed(); code != agentui.CloseSilent {
		t.Errorf("closed with %d", code)
	}
	h.await(queue.SessionLost{Agent: "sari"}, 1)
	if n := h.ui.Stats().SilentPages; n != 1 {
		t.Errorf("%d silent pages counted", n)
	}
}

func TestNoHello(t *testing.T) {
	h := newHouse(t)
	h.ui.Limit(func(l *agentui.Limits) { l.Hello(100 * time.Millisecond) })
	b := h.signIn("sari")
	p, _ := b.dial(b.ticket(), h.url)
	if code := p.closed(); code != websocket.StatusPolicyViolation {
		t.Errorf("closed with %d", code)
	}
}

func TestOversizedFrame(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	p.say(map[string]any{"type": "media.offer", "sdp": strings.Repeat("x", 70_000)})
	if code := p.closed(); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
	h.await(queue.SessionLost{Agent: "sari"}, 1)
}

func TestBadMessages(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	for _, text := range []string{
		``, `{`, `[]`, `"hello"`, `{"type":"nonsense"}`, `{"type":5}`, `{"type":"accept","offer":"x"}`, `{"type":"accept","offer":-1}`,
		`{"type":"hello","versions":[1]}`, `{"type":"keys","contact":"c","keys":"5x"}`, `{"type":"keys","contact":"","keys":"5"}`,
		`{"type":"keys","contact":"c","keys":"` + strings.Repeat("1", 33) + `"}`, `{"type":"pause","reason":""}`, `{"type":"media.offer"}`,
		`{"type":"hold","contact":"` + strings.Repeat("c", 65) + `"}`, "\xff\xfe", strings.Repeat(`{"type":`, 5000),
	} {
		if err := p.conn.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := p.expect("error"); m["code"] != string(agentui.BadMessage) {
			t.Errorf("%.40q gave %v", text, m)
		}
	}
	if err := p.conn.Write(p.ctx, websocket.MessageBinary, []byte(`{"type":"ready"}`)); err != nil {
		t.Fatal(err)
	}
	p.expectTrouble(agentui.BadMessage)
	for _, ev := range h.desk.Events() {
		switch ev.(type) {
		case queue.SessionOpened, queue.RightsKnown:
		default:
			t.Errorf("posted %#v", ev)
		}
	}
}

func TestTooFast(t *testing.T) {
	h := newHouse(t)
	h.ui.Limit(func(l *agentui.Limits) { l.Rate(1, 50) })
	p := h.signIn("sari").live()
	for range 60 {
		if p.conn.Write(p.ctx, websocket.MessageText, []byte(`{"type":"ping","t":1}`)) != nil {
			break
		}
	}
	p.expectTrouble(agentui.TooFast)
	if code := p.closed(); code != agentui.CloseTooFast {
		t.Errorf("closed with %d", code)
	}
}

// TestButtons: each request becomes its event, with what it named.
func TestButtons(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	const a = queue.AgentID("sari")
	for text, want := range map[string]queue.Event{
		`{"type":"shift.start"}`:                                              queue.ShiftStarted{Agent: a},
		`{"type":"shift.end"}`:                                                queue.ShiftEnded{Agent: a},
		`{"type":"ready","from_the_future":1}`:                                queue.ReadyAsked{Agent: a},
		`{"type":"pause","reason":"break"}`:                                   queue.PauseAsked{Agent: a, Reason: "break"},
		`{"type":"accept","offer":12}`:                                        queue.Accepted{Agent: a, Offer: 12, Page: true},
		`{"type":"decline","offer":13}`:                                       queue.Declined{Agent: a, Offer: 13},
		`{"type":"hold","contact":"c"}`:                                       queue.HoldAsked{Agent: a, Contact: "c"},
		`{"type":"resume","contact":"c"}`:                                     queue.ResumeAsked{Agent: a, Contact: "c"},
		`{"type":"mute","contact":"c","on":true}`:                             queue.MuteAsked{Agent: a, Contact: "c", On: true},
		`{"type":"keys","contact":"c","keys":"1*#A"}`:                         queue.KeysAsked{Agent: a, Contact: "c", Keys: "1*#A"},
		`{"type":"hangup","contact":"c"}`:                                     queue.HangUpAsked{Agent: a, Contact: "c"},
		`{"type":"device","device":"phone"}`:                                  queue.DeviceChosen{Agent: a, Device: queue.DevicePhone},
		`{"type":"dial","number":"0811-2000-110"}`:                            queue.Dialled{Agent: a, Number: "0811-2000-110"},
		`{"type":"transfer","contact":"c","to":{"queue":"q"}}`:                queue.TransferAsked{Agent: a, Contact: "c", To: queue.Target{Queue: "q"}},
		`{"type":"transfer","contact":"c","to":{"agent":"dewi"}}`:             queue.TransferAsked{Agent: a, Contact: "c", To: queue.Target{Agent: "dewi"}},
		`{"type":"transfer","contact":"c","to":{"number":"110"}}`:             queue.TransferAsked{Agent: a, Contact: "c", To: queue.Target{Number: "110"}},
		`{"type":"wish","contact":"c","what":"same","on":true}`:               queue.StickyAsked{Agent: a, Contact: "c", On: true},
		`{"type":"wish","contact":"c","what":"never"}`:                        queue.NeverAsked{Agent: a, Contact: "c"},
		`{"type":"silent.ask","contact":"c","question":"danger"}`:             queue.SilentAsked{Agent: a, Contact: "c", Question: "danger"},
		`{"type":"silent.end","contact":"c"}`:                                 queue.SilentEnded{Agent: a, Contact: "c"},
		`{"type":"debrief","on":true}`:                                        queue.DebriefAsked{Agent: a, On: true},
		`{"type":"debrief.held","agent":"dewi"}`:                              queue.DebriefHeld{By: a, Agent: "dewi"},
		`{"type":"talk.safety","contact":"c","answer":"no"}`:                  queue.TalkSafetyTold{Agent: a, Contact: "c", Answer: queue.TalkSafeNo},
		`{"type":"abuse.end","contact":"c"}`:                                  queue.AbuseEnded{Agent: a, Contact: "c"},
		`{"type":"rest","contact":"c"}`:                                       queue.RestAsked{Agent: a, Contact: "c"},
		`{"type":"block","contact":"c","reason":"prank"}`:                     queue.BlockAsked{Agent: a, Contact: "c", Reason: "prank"},
		`{"type":"wrapup.choose","contact":"c","disposition":"listened"}`:     queue.DispositionChosen{Agent: a, Contact: "c", Disposition: "listened"},
		`{"type":"wrapup.extend","contact":"c"}`:                              queue.WrapUpExtended{Agent: a, Contact: "c"},
		`{"type":"wrapup.finish","contact":"c","disposition":"listened"}`:     queue.WrapUpFinished{Agent: a, Contact: "c", Disposition: "listened"},
		`{"type":"wrapup.finish","contact":"d","disposition":"","new_key":1}`: queue.WrapUpFinished{Agent: a, Contact: "d"},
	} {
		if err := p.conn.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		h.await(want, 1)
	}
	rina := h.signIn("rina").live()
	rina.say(map[string]any{"type": "shift.start"})
	rina.expectTrouble(agentui.NotAgent)
}

func TestDrainIsTold(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	h.ui.Drain()
	p.expect("draining")
	h.signIn("dewi").live().expect("draining")
}

// TestCloseEndsAll: the server's end closes every page and waits for it.
func TestCloseEndsAll(t *testing.T) {
	h := newHouse(t)
	p := h.signIn("sari").live()
	codes := make(chan websocket.StatusCode, 1)
	go func() { codes <- p.closed() }()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.ui.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if code := <-codes; code != websocket.StatusGoingAway {
		t.Errorf("closed with %d", code)
	}
	if st := h.ui.Stats(); st.Connections != 0 || st.Live != 0 {
		t.Errorf("left over: %+v", st)
	}
}

// The end of a sign-in's time cuts no contact short: who talks stays on the line,
// and after a reload comes back to it. Who only waits is signed out.
func TestExpiryInAContact(t *testing.T) {
	h := newHouse(t, func(o *agentui.Options) { o.Config.SessionLifetime = configs.Duration(3 * time.Second) })
	sari, dewi := h.signIn("sari"), h.signIn("dewi")
	h.desk.Set("sari", queue.AgentView{State: queue.Talking, Call: &queue.CallView{Contact: "C1"}})
	talks, waits := sari.live(), dewi.live()
	if code := waits.closed(); code != agentui.CloseSignedOut {
		t.Fatalf("who waits: closed with %d", code)
	}
	if r := dewi.send("GET", "/api/v1/me", nil); r.status != http.StatusUnauthorized {
		t.Errorf("who waited: %d", r.status)
	}
	talks.say(agentui.Ping{Head: agentui.Head{Type: "ping"}, T: 1})
	talks.expect("pong")
	talks.conn.CloseNow() // the page is reloaded
	h.await(queue.SessionLost{Agent: "sari"}, 1)
	again := sari.live()
	again.say(agentui.Ping{Head: agentui.Head{Type: "ping"}, T: 2})
	again.expect("pong")
	sari.send("DELETE", "/api/v1/session", nil) // what she ends herself is over at once
	if code := again.closed(); code != agentui.CloseSignedOut {
		t.Errorf("signed out: closed with %d", code)
	}
	if r := sari.send("POST", "/api/v1/ticket", nil); r.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", r.status)
	}
}
