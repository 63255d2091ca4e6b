package agentui_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
)

func TestRoutingEditing(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	got := admin.send("GET", "/api/v1/routing", nil, "Accept", "application/yaml")
	if got.header.Get("ETag") != `"1"` || got.header.Get("Content-Type") != "application/yaml" {
		t.Fatalf("ETag %s, type %s", got.header.Get("ETag"), got.header.Get("Content-Type"))
	}
	edited := strings.Replace(got.body, "ring_for: 20s", "ring_for: 25s", 1)
	if edited == got.body {
		t.Fatalf("no ring_for in\n%s", got.body)
	}
	yaml := []string{"Content-Type", "application/yaml"}
	put := func(path, body string, headers ...string) reply {
		return admin.send("PUT", "/api/v1/routing"+path, body, append(headers, yaml...)...)
	}

	var plan agentui.Applied
	r := put("?dry_run=1", edited, "If-Match", `"1"`)
	r.into(t, &plan)
	if r.status != 200 || plan.Applied || len(plan.Changes) != 1 || plan.Changes[0].Key != "ring_for" || plan.Number != 1 {
		t.Errorf("dry run: %d %s", r.status, r.body)
	}
	if r := put("", edited); r.status != http.StatusPreconditionRequired {
		t.Errorf("without If-Match: %d", r.status)
	}
	if r := put("", edited, "If-Match", "x"); r.status != http.StatusBadRequest {
		t.Errorf("with a strange If-Match: %d", r.status)
	}
	if r := put("", edited, "If-Match", `"0"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("made from the first day's empty document: %d", r.status)
	}
	if n := len(h.desk.Events()); n != 0 {
		t.Errorf("%d events before anything was saved", n)
	}
	r = put("?note=slower", edited, "If-Match", `"1"`)
	if r.status != 200 || r.header.Get("ETag") != `"2"` {
		t.Fatalf("save: %d %s", r.status, r.body)
	}
	events := h.desk.Events()
	if ev, ok := events[len(events)-1].(queue.RoutingChanged); !ok || ev.Revision != 2 || ev.By != "admin" || ev.Routing.Queues[0].RingFor != configs.Duration(25*time.Second) {
		t.Errorf("the desk was told %+v", events)
	}

	// F41: the slower admin gets 412 with what is there and how it differs.
	other := strings.Replace(got.body, "ring_for: 20s", "ring_for: 30s", 1)
	r = put("", other, "If-Match", `"1"`)
	var p agentui.Problem
	r.into(t, &p)
	if r.status != http.StatusPreconditionFailed || r.header.Get("ETag") != `"2"` || p.Current == nil || p.Current.Number != 2 || p.Current.Author != "admin" ||
		len(p.Changes) != 1 || p.Changes[0].Old != "25s" || p.Changes[0].New != "30s" {
		t.Errorf("conflict: %d %s", r.status, r.body)
	}
	if r := put("", other, "If-Match", "*"); r.status != 200 || r.header.Get("ETag") != `"3"` {
		t.Errorf("overwrite: %d %s", r.status, r.body)
	}
	// The same again changes nothing and makes no revision.
	var same agentui.Applied
	put("", other, "If-Match", `"3"`).into(t, &same)
	if same.Applied || same.Number != 3 || len(same.Changes) != 0 {
		t.Errorf("the same again: %+v", same)
	}

	var history agentui.History
	admin.send("GET", "/api/v1/routing/history", nil).into(t, &history)
	if len(history.Revisions) != 3 || history.Revisions[0].Number != 3 || history.Revisions[1].Note != "slower" {
		t.Errorf("history %+v", history)
	}
	if r := admin.send("GET", "/api/v1/routing/1", nil, "Accept", "application/yaml"); r.body != got.body {
		t.Errorf("revision 1 is now\n%s", r.body)
	}
	for _, n := range []string{"9", "x", "-1"} {
		if r := admin.send("GET", "/api/v1/routing/"+n, nil); r.status != http.StatusNotFound {
			t.Errorf("revision %s: %d", n, r.status)
		}
	}
	r = admin.send("POST", "/api/v1/routing/rollback", agentui.Rollback{Revision: 1})
	if r.status != 200 || r.header.Get("ETag") != `"4"` {
		t.Errorf("rollback: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/routing", nil, "Accept", "application/yaml"); r.body != got.body {
		t.Errorf("after the rollback\n%s", r.body)
	}
	if r := admin.send("POST", "/api/v1/routing/rollback", agentui.Rollback{Revision: 99}); r.status != http.StatusNotFound {
		t.Errorf("rollback to nowhere: %d", r.status)
	}
}

// TestRoutingJSON: the admin form reads and writes JSON.
func TestRoutingJSON(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	r := admin.send("GET", "/api/v1/routing", nil)
	edited := strings.Replace(r.body, `"ring_for":"20s"`, `"ring_for":"45s"`, 1)
	if r := admin.send("PUT", "/api/v1/routing", edited, "Content-Type", "application/json", "If-Match", r.header.Get("ETag")); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := admin.send("PUT", "/api/v1/routing", edited, "Content-Type", "text/plain", "If-Match", "*"); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d", r.status)
	}
	var f agentui.Fields
	admin.send("GET", "/api/v1/routing/fields", nil).into(t, &f)
	if len(f.Fields) < 20 || f.Fields[0].Label.ID == "" {
		t.Errorf("fields %+v", f.Fields)
	}
}

// TestBadRouting: every mistake comes back with its place, and nothing changes.
func TestBadRouting(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	good := admin.send("GET", "/api/v1/routing", nil, "Accept", "application/yaml").body
	bad := strings.Replace(good, "ring_for: 20s", "ring_for: 1ms", 1)
	bad = strings.Replace(bad, "greeting: greeting", "greeting: no_such_prompt", 1)
	bad = strings.Replace(bad, "queue: hotline", "queue: nowhere", 1)
	if bad == good {
		t.Fatal("nothing to break")
	}
	for _, path := range []string{"/api/v1/routing", "/api/v1/routing?dry_run=1"} {
		r := admin.send("PUT", path, bad, "Content-Type", "application/yaml", "If-Match", `"1"`)
		var p struct{ Problems []configs.Problem }
		r.into(t, &p)
		want := http.StatusUnprocessableEntity
		if strings.Contains(path, "dry") {
			want = http.StatusOK
		}
		if r.status != want || len(p.Problems) != 3 {
			t.Fatalf("%s: %d %s", path, r.status, r.body)
		}
		for _, one := range p.Problems {
			if one.Line == 0 || one.Column == 0 || one.Key == "" || one.Reason == "" || one.Remedy == "" {
				t.Errorf("a problem says too little: %+v", one)
			}
		}
	}
	r := admin.send("PUT", "/api/v1/routing", "queues: [\n", "Content-Type", "application/yaml", "If-Match", `"1"`)
	if r.status != http.StatusUnprocessableEntity || r.code != "invalid" {
		t.Errorf("no YAML at all: %d %s", r.status, r.body)
	}
	if admin.send("GET", "/api/v1/routing", nil).header.Get("ETag") != `"1"` || len(h.desk.Events()) != 0 {
		t.Error("something changed")
	}
}

func TestPrompts(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	wav := []string{"Content-Type", "audio/wav"}
	if r := admin.send("PUT", "/api/v1/prompts/lagu", "ID3 an mp3", wav...); r.code != "unreadable_sound" || !strings.Contains(r.body, "save the recording as WAV") {
		t.Errorf("an mp3: %d %s", r.status, r.body)
	}
	if r := admin.send("PUT", "/api/v1/prompts/Bad%20Name", "RIFF", wav...); r.code != "invalid_prompt_name" {
		t.Errorf("a bad name: %d %s", r.status, r.body)
	}
	if r := admin.send("PUT", "/api/v1/prompts/..%2f..%2fetc", "RIFF", wav...); r.status < 400 {
		t.Errorf("a path: %d %s", r.status, r.body)
	}
	if r := admin.send("PUT", "/api/v1/prompts/lagu", "RIFF", "Content-Type", "text/html"); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("HTML: %d", r.status)
	}
	if r := admin.send("PUT", "/api/v1/prompts/lagu", "RIFF sound", wav...); r.status != 200 {
		t.Fatalf("upload: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/prompts/lagu", nil); r.body != "RIFF sound" || r.header.Get("Content-Type") != "audio/wav" || r.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("download: %+v", r)
	}
	routing := strings.Replace(admin.send("GET", "/api/v1/routing", nil).body, `"music":"music"`, `"music":"lagu"`, 1)
	if r := admin.send("PUT", "/api/v1/routing", routing, "Content-Type", "application/json", "If-Match", "*"); r.status != 200 {
		t.Fatalf("use it: %d %s", r.status, r.body)
	}
	if r := admin.send("DELETE", "/api/v1/prompts/lagu", nil); r.code != "in_use" || !strings.Contains(r.body, "hotline") {
		t.Errorf("delete what is used: %d %s", r.status, r.body)
	}
	admin.send("POST", "/api/v1/routing/rollback", agentui.Rollback{Revision: 1})
	// Wherever it is named: who is led to a sound that is gone hears nothing.
	var doc configs.Routing
	admin.send("GET", "/api/v1/routing", nil).into(t, &doc)
	for place, name := range map[string]func(*configs.Routing){
		"hotline": func(r *configs.Routing) {
			r.Queues[0].Ladder = []configs.Rung{{After: configs.Duration(time.Minute), Prompt: "lagu"}}
		},
		"messages": func(r *configs.Routing) { r.Messages.Thanks = "lagu" },
		"bahasa": func(r *configs.Routing) {
			r.Menus = []configs.Menu{{ID: "bahasa", Prompt: "lagu", Timeout: configs.Duration(5 * time.Second), Queue: "hotline", Choices: []configs.MenuChoice{{Key: "1", Queue: "hotline"}}}}
		},
	} {
		used := doc
		used.Queues = slices.Clone(doc.Queues)
		name(&used)
		if r := admin.send("PUT", "/api/v1/routing", used, "If-Match", "*"); r.status != 200 {
			t.Fatalf("use it in %s: %d %s", place, r.status, r.body)
		}
		if r := admin.send("DELETE", "/api/v1/prompts/lagu", nil); r.code != "in_use" || !strings.Contains(r.body, place) {
			t.Errorf("delete what %s plays: %d %s", place, r.status, r.body)
		}
	}
	admin.send("POST", "/api/v1/routing/rollback", agentui.Rollback{Revision: 1})
	if r := admin.send("DELETE", "/api/v1/prompts/lagu", nil); r.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
	// For callers of one language alone; the others hear what they heard.
	if r := admin.send("PUT", "/api/v1/prompts/greeting?lang=en", "RIFF hello", wav...); r.status != 200 || !strings.Contains(r.body, `"uploaded":false`) || !strings.Contains(r.body, `"languages":["en"]`) {
		t.Errorf("for English callers: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/prompts/greeting?lang=en", nil); r.body != "RIFF hello" {
		t.Errorf("to English callers it is %s", r.body)
	}
	if r := admin.send("PUT", "/api/v1/prompts/new?lang=id", "RIFF", wav...); r.code != "prompt_alone" {
		t.Errorf("for one language only: %d %s", r.status, r.body)
	}
	if r := admin.send("PUT", "/api/v1/prompts/greeting?lang=x", "RIFF", wav...); r.status != http.StatusBadRequest {
		t.Errorf("a language nobody speaks: %d", r.status)
	}
	if r := admin.send("DELETE", "/api/v1/prompts/greeting?lang=en", nil); r.status != http.StatusNoContent {
		t.Errorf("delete that for English callers: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/prompts/greeting?lang=id", nil); r.body != "RIFF" || r.header.Get("Content-Type") != "audio/wav" {
		t.Errorf("a shipped prompt: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/prompts/unheard", nil); r.status != http.StatusNotFound {
		t.Errorf("a prompt there is none of: %d", r.status)
	}
	if r := admin.send("DELETE", "/api/v1/prompts/greeting", nil); r.status != http.StatusNotFound {
		t.Errorf("delete a built-in one: %d", r.status)
	}
	if r := admin.send("POST", "/api/v1/routing/rollback", agentui.Rollback{Revision: 2}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("back to a document whose prompt is gone: %d %s", r.status, r.body)
	}
	var list agentui.PromptList
	admin.send("GET", "/api/v1/prompts", nil).into(t, &list)
	if len(list.Prompts) != 6 || list.Prompts[0].Millis != 3000 {
		t.Errorf("list %+v", list)
	}
}

func TestUsers(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	add := func(name, password string, role agentui.Role) reply {
		return admin.send("POST", "/api/v1/users", agentui.NewUser{Name: name, Password: password, Role: role})
	}
	for _, row := range []struct {
		name, password string
		role           agentui.Role
		code           string
	}{
		{"", "long enough", "", "invalid_name"}, {"Ayu", "long enough", "", "invalid_name"}, {"a/b", "long enough", "", "invalid_name"},
		{strings.Repeat("a", 33), "long enough", "", "invalid_name"}, {"ayu", "short", "", "invalid_password"},
		{"ayu", strings.Repeat("x", 300), "", "invalid_password"}, {"ayu", "long enough", "god", "invalid_role"}, {"sari", "long enough", "", "exists"},
	} {
		if r := add(row.name, row.password, row.role); r.code != row.code {
			t.Errorf("%+v: %d %s", row, r.status, r.code)
		}
	}
	r := add("ayu", "long enough", "")
	if r.status != http.StatusCreated || strings.Contains(r.body, "long enough") {
		t.Errorf("add: %d %s", r.status, r.body)
	}
	var list agentui.UserList
	admin.send("GET", "/api/v1/users", nil).into(t, &list)
	if len(list.Users) != 5 || list.Users[1].Name != "ayu" || list.Users[1].Role != agentui.Volunteer {
		t.Errorf("list %+v", list)
	}
	no, role := true, agentui.Supervisor
	for _, c := range []agentui.UserChange{{Disabled: &no}, {Role: &role}} {
		if r := admin.send("PATCH", "/api/v1/users/admin", c); r.code != "last_admin" {
			t.Errorf("the last admin: %d %s", r.status, r.code)
		}
	}
	if r := admin.send("PATCH", "/api/v1/users/nobody", agentui.UserChange{}); r.status != http.StatusNotFound {
		t.Errorf("nobody: %d", r.status)
	}
	short := "short"
	if r := admin.send("PATCH", "/api/v1/users/ayu", agentui.UserChange{Password: &short}); r.code != "invalid_password" {
		t.Errorf("a short password: %d %s", r.status, r.code)
	}
	if r := admin.send("PATCH", "/api/v1/users/ayu", `{"name":"admin"}`, "Content-Type", "application/json"); r.status != http.StatusBadRequest {
		t.Errorf("an unknown field: %d", r.status)
	}
	long := "a new long one"
	if r := admin.send("PATCH", "/api/v1/users/admin", agentui.UserChange{Password: &long}); r.status != 200 {
		t.Errorf("own password: %d %s", r.status, r.body)
	}
	if r := admin.send("GET", "/api/v1/me", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session survived the change of password: %d", r.status)
	}
}

func TestCalls(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	for i := range 10 {
		h.dir.Records = append(h.dir.Records, queue.Call{ID: queue.ContactID(fmt.Sprint(9 - i)), Started: now.Add(-time.Duration(i) * 6 * time.Hour), Number: "••••963"})
	}
	b := h.signIn("rina")
	for query, want := range map[string]int{"": 4, "?since=1h": 1, "?since=1000h": 10, "?since=1000h&limit=3": 3, "?since=1000h&limit=3&before=5": 3, "?since=1000h&before=2": 2, "?since=" + now.Add(-13*time.Hour).UTC().Format(time.RFC3339): 3} {
		var c agentui.Calls
		r := b.send("GET", "/api/v1/calls"+query, nil)
		r.into(t, &c)
		if len(c.Calls) != want || c.More != strings.Contains(query, "limit") {
			t.Errorf("%s: %d calls, more %v", query, len(c.Calls), c.More)
		}
	}
	for _, query := range []string{"?since=yesterday", "?since=-5h", "?limit=0", "?limit=x", "?limit=99999"} {
		if r := b.send("GET", "/api/v1/calls"+query, nil); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, r.status)
		}
	}
	r := b.send("GET", "/api/v1/calls?since=1000h", nil, "Accept", "application/x-ndjson")
	if strings.Count(r.body, "\n") != 10 || r.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("lines: %s", r.body)
	}
	var s queue.Snapshot
	if b.send("GET", "/api/v1/status", nil).into(t, &s); s.Revision != 1 {
		t.Errorf("status %+v", s)
	}
}

func TestVerifyAndBackup(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("admin")
	var v agentui.Verdict
	if b.send("GET", "/api/v1/verify", nil).into(t, &v); !v.OK || v.Violations == nil {
		t.Errorf("%+v", v)
	}
	h.dir.Violations = []string{"a call ended twice"}
	if b.send("GET", "/api/v1/verify", nil).into(t, &v); v.OK || len(v.Violations) != 1 {
		t.Errorf("%+v", v)
	}
	if r := b.send("GET", "/api/v1/backup", nil); r.body != "a backup" || !strings.Contains(r.header.Get("Content-Disposition"), "sahut-") {
		t.Errorf("backup: %+v", r)
	}
	h.dir.BackupText = "" // breaks off in the middle
	req, _ := http.NewRequest("GET", h.url+"/api/v1/backup", nil)
	res, err := b.http.Do(req)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("half a backup looks like a whole one")
	}
}

// TestBodyLimits: too much is refused, and what says it is too much unread.
func TestBodyLimits(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("admin")
	js := []string{"Content-Type", "application/json"}
	if r := b.send("POST", "/api/v1/users", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, js...); r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("1 MB of JSON: %d", r.status)
	}
	for body, want := range map[string]int{
		strings.Repeat("[", 100):               400,
		`{"name":` + strings.Repeat("[", 5000): 400,
		`{"name":"x"} {}`:                      400,
		`{"name":1}`:                           400,
		`{"other":"x"}`:                        400,
		``:                                     400,
		`{"name":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}`: 422,
	} {
		if r := b.send("POST", "/api/v1/users", body, js...); r.status != want {
			t.Errorf("%.30s: %d, want %d", body, r.status, want)
		}
	}
	if r := b.send("POST", "/api/v1/users", "name=x", "Content-Type", "application/x-www-form-urlencoded"); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d", r.status)
	}
	// 50 MB: the answer comes although nearly nothing was sent.
	req, _ := http.NewRequest("PUT", h.url+"/api/v1/prompts/lagu", endless{})
	req.ContentLength = 50 << 20
	req.Header.Set("X-Sahut", "1")
	req.Header.Set("Content-Type", "audio/wav")
	req.Header.Set("Expect", "100-continue")
	if r := b.do(req); r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("50 MB: %d", r.status)
	}
}

// endless is a body that must not be read.
type endless struct{}

func (endless) Read([]byte) (int, error) { return 0, errors.New("the body was read") }

func TestBrokenDisk(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("admin")
	h.dir.Broken = errors.New("no space left on /var/lib/sahut")
	r := b.send("GET", "/api/v1/routing", nil)
	if r.status != http.StatusInternalServerError || strings.Contains(r.body, "/var/lib") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if !strings.Contains(h.log.String(), "no space left") {
		t.Error("the log does not say why")
	}
	if r := b.send("GET", "/healthz", nil); r.status != http.StatusOK {
		t.Errorf("health depends on the disk: %d", r.status)
	}
}

func TestHealth(t *testing.T) {
	var trouble error
	h := newHouse(t, func(o *agentui.Options) {
		o.Ready = func() error { return trouble }
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "sahut_up 1\n") })
	})
	b := h.stranger()
	if r := b.send("GET", "/readyz", nil); r.status != 200 {
		t.Errorf("ready: %d", r.status)
	}
	trouble = errors.New("draining")
	if r := b.send("GET", "/readyz", nil); r.status != 503 || !strings.Contains(r.body, "draining") {
		t.Errorf("not ready: %d %s", r.status, r.body)
	}
	if r := b.send("GET", "/metrics", nil); r.body != "sahut_up 1\n" {
		t.Errorf("metrics: %d %s", r.status, r.body)
	}
	closed := newHouse(t, func(o *agentui.Options) {
		o.Metrics = http.NotFoundHandler()
		o.Config.MetricsFrom = []string{"192.0.2.0/24"}
	})
	if r := closed.stranger().send("GET", "/metrics", nil); r.code != "forbidden" {
		t.Errorf("metrics from elsewhere: %d", r.status)
	}
}
