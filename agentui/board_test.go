package agentui_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/configs"
	"sahut/queue"
)

// boardStream reads the stream of the board.
func (b *browser) boardStream() *bufio.Scanner {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.url+"/api/v1/board", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || got != "text/event-stream" {
		b.t.Fatalf("the board is %d %s", res.StatusCode, got)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return lines
}

func nextBoard(t *testing.T, lines *bufio.Scanner) agentui.BoardNow {
	t.Helper()
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var b agentui.BoardNow
			if err := json.Unmarshal([]byte(text), &b); err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Fatalf("the board ended: %v", lines.Err())
	return agentui.BoardNow{}
}

// The board tells what changes, and that it is not old when nothing does. It ends
// with the sign-in.
func TestBoard(t *testing.T) {
	h := newHouse(t)
	for i := range 30 {
		h.dir.Records = append(h.dir.Records, queue.Call{ID: queue.ContactID(fmt.Sprint("C", 30-i)), Started: time.Now().Add(-time.Duration(i) * time.Minute)})
	}
	rina := h.signIn("rina")
	lines := rina.boardStream()
	b := nextBoard(t, lines)
	if len(b.Calls) != 25 || b.Calls[0].ID != "C30" {
		t.Errorf("the latest calls are %+v", b.Calls)
	}
	if b.Now.IsZero() || len(b.Waiting) != 1 || b.Waiting[0].Caller != "••••963" || b.You.May || len(b.Trunks) == 0 || !b.Conservation {
		t.Fatalf("board %+v", b)
	}
	h.ui.PathChanged("sari", agentui.PathConnected)
	h.desk.Set("rina", queue.AgentView{State: queue.Ready, Floor: &queue.FloorView{May: true, Talks: []queue.TalkView{{Contact: "C1", Name: "Sari"}}}})
	for b = nextBoard(t, lines); b.Paths["sari"] != agentui.PathConnected || !b.You.May; {
		b = nextBoard(t, lines)
	}
	if again := nextBoard(t, lines); again.Now.Sub(b.Now) > 5*time.Second || !again.Now.After(b.Now) {
		t.Errorf("the next is of %s, this of %s", again.Now, b.Now)
	}
	rina.send("DELETE", "/api/v1/session", nil)
	for lines.Scan() { // to its end
	}
}

// A message that nobody took in time stands on the board, until somebody does.
func TestUnheardMessages(t *testing.T) {
	box := &agentuitest.Messages{}
	box.LeaveAt("C1", "hotline", time.Now().Add(-61*time.Minute))
	box.LeaveAt("C2", "hotline", time.Now().Add(-59*time.Minute))
	box.LeaveAt("C3", "legal", time.Now().Add(-3*time.Hour))
	h := newHouse(t, func(o *agentui.Options) { o.Messages = box })
	r := configs.DemoRouting()
	r.Messages.Alarm = configs.Duration(time.Hour)
	if _, err := h.dir.SaveRouting(r, "admin", "", 1); err != nil {
		t.Fatal(err)
	}
	rina := h.signIn("rina")
	if r := rina.send("PATCH", "/api/v1/messages/C3", agentui.MessageChange{State: "taken"}); r.status != http.StatusOK {
		t.Fatal(r.body)
	}
	b := nextBoard(t, rina.boardStream())
	if len(b.Unheard) != 1 || b.Unheard[0].ID != "C1" || b.Unheard[0].Queue != "hotline" {
		t.Errorf("unheard %+v", b.Unheard)
	}
}

// What supervisors tell stands on every page, also of who comes later, until it
// is taken back; the journal has no word of it.
func TestAnnouncement(t *testing.T) {
	h := newHouse(t)
	rina, sari := h.signIn("rina"), h.signIn("sari").live()
	for _, text := range []string{"", "   ", strings.Repeat("x", 281)} {
		if r := rina.send("POST", "/api/v1/announcement", agentui.NewAnnouncement{Text: text}); r.code != "invalid_text" {
			t.Errorf("%q: %d %s", text, r.status, r.code)
		}
	}
	rina.send("POST", "/api/v1/announcement", agentui.NewAnnouncement{Text: " Line test at 14.00 "})
	for _, p := range []*page{sari, h.signIn("dewi").live()} {
		if m := p.expect("announcement"); m["text"] != "Line test at 14.00" || m["by"] != "rina" {
			t.Errorf("%s reads %v", p.name, m)
		}
	}
	h.await(queue.Announced{By: "rina", On: true}, 1)
	if r := rina.send("DELETE", "/api/v1/announcement", nil); r.status != http.StatusNoContent {
		t.Errorf("taken back: %d", r.status)
	}
	if m := sari.expect("announcement"); m["text"] != "" {
		t.Errorf("she still reads %v", m)
	}
	if strings.Contains(h.log.String(), "Line test") {
		t.Error("the log has the text")
	}
}

// The buttons of the board say what the desk must do; who is not on shift has no
// sound to take part by.
func TestSupervisionFromTheBoard(t *testing.T) {
	h := newHouse(t)
	rina := h.signIn("rina")
	path := "/api/v1/talks/C1/supervision"
	if r := rina.send("PUT", path, agentui.Supervision{Mode: queue.ModeListen}); r.status != http.StatusConflict || r.code != "not_on_shift" {
		t.Errorf("off shift: %d %s", r.status, r.code)
	}
	h.desk.Set("rina", queue.AgentView{State: queue.Ready, Floor: &queue.FloorView{May: true}})
	if r := rina.send("PUT", path, agentui.Supervision{Mode: "shout"}); r.code != "invalid_mode" {
		t.Errorf("an unknown way: %d %s", r.status, r.code)
	}
	rina.send("PUT", path, agentui.Supervision{Mode: queue.ModeWhisper})
	h.await(queue.SuperviseAsked{Agent: "rina", Contact: "C1", Mode: queue.ModeWhisper}, 1)
	rina.send("DELETE", path, nil)
	h.await(queue.SuperviseEnded{Agent: "rina", Contact: "C1"}, 1)
	rina.send("POST", "/api/v1/talks/C1/sos", nil)
	h.await(queue.SosAccepted{Agent: "rina", Contact: "C1"}, 1)
}

// A call's timeline is what the journal has of it, and nothing of others.
func TestTimeline(t *testing.T) {
	h := newHouse(t)
	begin := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	id, other := queue.NewContactID(begin), queue.NewContactID(begin)
	at := func(s int) time.Time { return begin.Add(time.Duration(s) * time.Second) }
	h.dir.Journal = append(h.dir.Journal,
		queue.Entry{At: at(0), Kind: queue.CallArrived, Contact: id, Number: "••••963", Queue: "hotline"},
		queue.Entry{At: at(1), Kind: queue.CallArrived, Contact: other},
		queue.Entry{At: at(9), Kind: queue.TalkStarted, Contact: id, Agent: "sari"},
		queue.Entry{At: at(60), Kind: queue.TalkEnded, Contact: id, TalkMS: 51_000},
		queue.Entry{At: at(60), Kind: queue.CallOver, Contact: id, Outcome: queue.OutcomeAnswered},
		queue.Entry{At: at(90), Kind: queue.WrapUpDone, Contact: id, Reason: "listened"},
		queue.Entry{At: at(90 + 9*3600), Kind: queue.NoteRead, Contact: id, Agent: "sari", By: "rina"},
	)
	rina := h.signIn("rina")
	var got agentui.Timeline
	rina.send("GET", "/api/v1/calls/"+string(id)+"/timeline", nil).into(t, &got)
	if len(got.Entries) != 6 || got.Entries[4].Kind != queue.WrapUpDone || got.Entries[5].Kind != queue.NoteRead || got.Call.Outcome != queue.OutcomeAnswered || got.Call.TalkMS != 51_000 {
		t.Errorf("timeline %+v", got)
	}
	for _, unknown := range []string{"C1", string(queue.NewContactID(begin))} {
		if r := rina.send("GET", "/api/v1/calls/"+unknown+"/timeline", nil); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", unknown, r.status)
		}
	}
}
