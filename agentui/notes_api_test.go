package agentui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/agentui/agentuitest"
	"sahut/queue"
)

const secret = "Ia takut pulang"

// withNotes is a house where sari talks to the caller of C1.
func withNotes(t *testing.T) (*house, *agentuitest.Notes) {
	notes := &agentuitest.Notes{}
	h := newHouse(t, func(o *agentui.Options) { o.Notes = notes })
	h.desk.Set("sari", queue.AgentView{State: queue.Talking, Call: &queue.CallView{Contact: "C1"}})
	h.desk.Set("dewi", queue.AgentView{State: queue.Assisting, Call: &queue.CallView{Contact: "C1", Role: string(queue.RoleThird)}})
	return h, notes
}

// A draft survives its page and is hers alone; when she is done supervisors may
// read it, each reading noted before the text is shown; the text is in no log.
func TestNotes(t *testing.T) {
	h, notes := withNotes(t)
	sari, dewi, rina := h.signIn("sari"), h.signIn("dewi"), h.signIn("rina")

	var mine agentui.MyNote
	sari.send("GET", "/api/v1/me/notes/C1", nil).into(t, &mine)
	if mine.Text != "" || mine.Saved != nil {
		t.Errorf("before: %+v", mine)
	}
	sari.send("PUT", "/api/v1/me/notes/C1", agentui.NewNote{Text: secret}).into(t, &mine)
	if mine.Saved == nil || time.Since(*mine.Saved) > time.Minute {
		t.Errorf("kept: %+v", mine)
	}
	r := h.signIn("sari").send("GET", "/api/v1/me/notes/C1", nil)
	r.into(t, &mine)
	if mine.Text != secret || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("in a new page: %+v %v", mine, r.header)
	}
	for _, path := range []string{"/api/v1/me/notes/C1", "/api/v1/me/notes/C2"} {
		if r := dewi.send("PUT", path, agentui.NewNote{Text: "x"}); r.code != "not_yours" {
			t.Errorf("dewi writes at %s: %d %s", path, r.status, r.body)
		}
		if r := dewi.send("GET", path, nil); r.code != "not_yours" {
			t.Errorf("dewi reads at %s: %d %s", path, r.status, r.body)
		}
	}
	var list agentui.NoteList
	rina.send("GET", "/api/v1/notes", nil).into(t, &list)
	if r := rina.send("GET", "/api/v1/notes/C1", nil); r.status != http.StatusNotFound || len(list.Notes) != 0 || len(notes.Opens) != 0 {
		t.Errorf("a draft: %d, %+v, %v", r.status, list, notes.Opens)
	}

	h.desk.Set("sari", queue.AgentView{State: queue.WrapUp, WrapUp: &queue.WrapUpView{Contact: "C1"}})
	if r := rina.send("GET", "/api/v1/notes/C1", nil); r.status != http.StatusNotFound {
		t.Errorf("in wrap-up: %d", r.status)
	}
	h.desk.Set("sari", queue.AgentView{State: queue.Ready})
	rina.send("GET", "/api/v1/notes", nil).into(t, &list)
	if len(list.Notes) != 1 || list.Notes[0].Agent != "sari" || list.Notes[0].Text != "" {
		t.Errorf("list: %+v", list)
	}
	rina.send("GET", "/api/v1/notes?contact=C2", nil).into(t, &list)
	if len(list.Notes) != 0 {
		t.Errorf("of another contact: %+v", list)
	}
	rina.send("GET", "/api/v1/notes/C1", nil).into(t, &list)
	if len(list.Notes) != 1 || list.Notes[0].Text != secret || !slices.Equal(notes.Opens, []string{"rina C1 sari"}) {
		t.Errorf("read: %+v, noted %v", list, notes.Opens)
	}
	if r := sari.send("GET", "/api/v1/notes/C1", nil); r.status != http.StatusForbidden {
		t.Errorf("a volunteer reads as supervisors do: %d", r.status)
	}
	if r := rina.send("DELETE", "/api/v1/notes/C1", nil); r.status != http.StatusNoContent || !slices.Equal(notes.Erased, []string{"rina C1 sari"}) {
		t.Errorf("erase: %d, noted %v", r.status, notes.Erased)
	}
	if strings.Contains(h.log.String(), secret) {
		t.Error("the text is in the log")
	}
}

// The wire may have been away when it ended: what she wrote is still taken for a
// while, and no longer.
func TestLateNotes(t *testing.T) {
	h, notes := withNotes(t)
	sari := h.signIn("sari")
	h.desk.Set("sari", queue.AgentView{State: queue.Ready})
	ago := func(d time.Duration) *time.Time { at := time.Now().Add(-d); return &at }
	h.dir.Records = append(h.dir.Records,
		queue.Call{ID: "C9", Agent: "sari", Started: *ago(time.Hour), Ended: ago(time.Minute)},
		queue.Call{ID: "C8", Agent: "sari", Started: *ago(time.Hour), Ended: ago(20 * time.Minute)},
		queue.Call{ID: "C7", Agent: "dewi", Started: *ago(time.Hour), Ended: ago(time.Minute)},
	)
	if err := notes.Write(agentui.Note{Contact: "C6", Agent: "sari", Saved: *ago(time.Minute), Text: "begun"}); err != nil {
		t.Fatal(err)
	}
	if err := notes.Write(agentui.Note{Contact: "C5", Agent: "sari", Saved: *ago(20 * time.Minute), Text: "old"}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"C9": 200, "C8": 409, "C7": 409, "C6": 200, "C5": 409, "C4": 409} {
		if r := sari.send("PUT", "/api/v1/me/notes/"+id, agentui.NewNote{Text: "late"}); r.status != want {
			t.Errorf("%s: %d %s, want %d", id, r.status, r.body, want)
		}
	}
}

// An empty text erases; too long a one is refused; where no notes are written the
// page is told so.
func TestNotesRefused(t *testing.T) {
	h, notes := withNotes(t)
	sari := h.signIn("sari")
	sari.send("PUT", "/api/v1/me/notes/C1", agentui.NewNote{Text: "x"})
	if r := sari.send("PUT", "/api/v1/me/notes/C1", agentui.NewNote{Text: strings.Repeat("é", 10_001)}); r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("too long: %d", r.status)
	}
	if r := sari.send("PUT", "/api/v1/me/notes/C1", agentui.NewNote{Text: strings.Repeat("é", 10_000)}); r.status != http.StatusOK {
		t.Errorf("the longest: %d", r.status)
	}
	sari.send("PUT", "/api/v1/me/notes/C1", agentui.NewNote{})
	if all, _ := notes.List(); len(all) != 0 {
		t.Errorf("after emptying: %+v", all)
	}
	notes.None = true
	for _, method := range []string{"GET", "PUT"} {
		if r := sari.send(method, "/api/v1/me/notes/C1", agentui.NewNote{Text: "x"}); r.code != "notes_off" {
			t.Errorf("%s: %d %s", method, r.status, r.code)
		}
	}
}

// Her day is hers: whose it is comes from the sign-in, and midnight from her page.
func TestMyDay(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.dir.Journal = append(h.dir.Journal,
		queue.Entry{At: now.Add(-2 * time.Hour), Kind: queue.ShiftBegan, Agent: "sari"},
		queue.Entry{At: now.Add(-time.Hour), Kind: queue.CallArrived, Contact: "C1", Number: "••••963", Direction: queue.DirectionIn},
		queue.Entry{At: now.Add(-time.Hour), Kind: queue.TalkStarted, Contact: "C1", Agent: "sari", Queue: "hotline"},
		queue.Entry{At: now.Add(-50 * time.Minute), Kind: queue.TalkEnded, Contact: "C1", Agent: "sari", TalkMS: 600_000},
		queue.Entry{At: now.Add(-30 * time.Minute), Kind: queue.TalkStarted, Contact: "C2", Agent: "dewi", Queue: "hotline"},
	)
	from := "?from=" + now.Add(-3*time.Hour).UTC().Format(time.RFC3339)
	var day queue.Day
	h.signIn("sari").send("GET", "/api/v1/me/day"+from, nil).into(t, &day)
	if len(day.Calls) != 1 || day.Calls[0].Contact != "C1" || day.Calls[0].Caller != "••••963" || day.Sums.TalkMS != 600_000 {
		t.Errorf("sari's day %+v", day)
	}
	r := h.signIn("rina").send("GET", "/api/v1/me/day"+from, nil)
	if r.status != 200 || !strings.Contains(r.body, `"calls":[]`) || !strings.Contains(r.body, `"pauses":[]`) {
		t.Errorf("nobody's day: %d %s", r.status, r.body)
	}
	for _, bad := range []string{"yesterday", now.Add(time.Hour).UTC().Format(time.RFC3339), now.Add(-26 * time.Hour).UTC().Format(time.RFC3339)} {
		if r := h.signIn("sari").send("GET", "/api/v1/me/day?from="+bad, nil); r.status != http.StatusBadRequest {
			t.Errorf("from %s: %d", bad, r.status)
		}
	}
}
