package agentui_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sahut/agentui"
)

// allowed is the exact list of who may ask for what (reliability W5). A route
// that is not here fails the test, so nobody opens one by accident.
var allowed = map[string]string{
	"GET /{$}":                                   "volunteer",
	"GET /admin":                                 "office",
	"GET /reports":                               "office",
	"GET /api/v1/report/calls":                   "supervisor",
	"GET /api/v1/report/table":                   "office",
	"GET /board":                                 "supervisor",
	"GET /api/v1/board":                          "supervisor",
	"POST /api/v1/announcement":                  "office",
	"DELETE /api/v1/announcement":                "office",
	"PUT /api/v1/talks/{contact}/supervision":    "supervisor",
	"DELETE /api/v1/talks/{contact}/supervision": "supervisor",
	"POST /api/v1/talks/{contact}/sos":           "supervisor",
	"GET /api/v1/calls/{contact}/timeline":       "supervisor",
	"GET /signin":                                "anyone",
	"POST /signin":                               "anyone",
	"POST /signout":                              "anyone",
	"GET /static/{hash}/{name...}":               "anyone",
	"GET /app.webmanifest":                       "anyone",
	"GET /worker.js":                             "anyone",
	"GET /offline":                               "anyone",
	"GET /live":                                  "volunteer",
	"GET /healthz":                               "anyone",
	"GET /readyz":                                "anyone",
	"GET /metrics":                               "anyone",
	"POST /api/v1/session":                       "anyone",
	"POST /api/v1/session/lock":                  "volunteer",
	"POST /api/v1/session/unlock":                "volunteer",
	"DELETE /api/v1/session":                     "anyone",
	"GET /api/v1/me":                             "volunteer",
	"POST /api/v1/ticket":                        "volunteer",
	"GET /api/v1/targets":                        "volunteer",
	"GET /api/v1/status":                         "office",
	"GET /api/v1/calls":                          "supervisor",
	"GET /api/v1/report":                         "office",
	"GET /api/v1/messages":                       "volunteer",
	"GET /api/v1/messages/{id}/sound":            "volunteer",
	"PATCH /api/v1/messages/{id}":                "volunteer",
	"DELETE /api/v1/messages/{id}":               "supervisor",
	"GET /api/v1/trunks":                         "office",
	"GET /api/v1/bans":                           "office",
	"DELETE /api/v1/bans/{host}":                 "admin",
	"GET /api/v1/callbacks":                      "supervisor",
	"DELETE /api/v1/callbacks/{id}":              "supervisor",
	"PUT /api/v1/callbacks/{id}/safety":          "supervisor",
	"POST /api/v1/callbacks/{id}/call":           "supervisor",
	"GET /api/v1/blocks":                         "office",
	"POST /api/v1/blocks":                        "office",
	"POST /api/v1/blocks/{id}/approve":           "office",
	"DELETE /api/v1/blocks/{id}":                 "office",
	"GET /api/v1/trace":                          "admin",
	"POST /api/v1/trace":                         "admin",
	"DELETE /api/v1/trace":                       "admin",
	"GET /api/v1/trace/ladder.txt":               "admin",
	"GET /api/v1/routing":                        "office",
	"PUT /api/v1/routing":                        "admin",
	"GET /api/v1/routing/history":                "office",
	"GET /api/v1/routing/fields":                 "office",
	"GET /api/v1/routing/{revision}":             "office",
	"POST /api/v1/routing/rollback":              "admin",
	"POST /api/v1/routing/whatif":                "admin",
	"GET /api/v1/prompts":                        "office",
	"GET /api/v1/prompts/{name}":                 "office",
	"PUT /api/v1/prompts/{name}":                 "admin",
	"DELETE /api/v1/prompts/{name}":              "admin",
	"GET /api/v1/users":                          "admin",
	"POST /api/v1/users":                         "admin",
	"PATCH /api/v1/users/{name}":                 "admin",
	"GET /api/v1/verify":                         "admin",
	"GET /api/v1/backup":                         "admin",
	"GET /api/v1/openapi.json":                   "volunteer",
	"GET /api/v1/waiting":                        "supervisor",
	"GET /api/v1/waiting/{contact}":              "supervisor",
	"POST /api/v1/queues/{queue}/closing":        "office",
	"DELETE /api/v1/queues/{queue}/closing":      "office",

	// her day and her notes
	"GET /api/v1/me/day":              "volunteer",
	"GET /api/v1/me/shifts":           "volunteer",
	"GET /api/v1/shifts":              "office",
	"POST /api/v1/shifts":             "admin",
	"GET /api/v1/hours/preview":       "office",
	"POST /api/v1/hours/preview":      "admin",
	"GET /api/v1/me/notes/{contact}":  "volunteer",
	"PUT /api/v1/me/notes/{contact}":  "volunteer",
	"PUT /api/v1/me/wrapup/{contact}": "volunteer",
	"GET /api/v1/notes":               "supervisor",
	"GET /api/v1/notes/{contact}":     "supervisor",
	"DELETE /api/v1/notes/{contact}":  "supervisor",
}

// included is who has which rights of the list above. What tells of a caller is
// a supervisor's, and no admin's.
var included = map[string][]string{
	"anyone":     {"anyone", "volunteer", "supervisor", "admin"},
	"volunteer":  {"volunteer", "supervisor", "admin"},
	"office":     {"supervisor", "admin"},
	"supervisor": {"supervisor"},
	"admin":      {"admin"},
}

var placeholder = regexp.MustCompile(`\{[a-z.$]*\}`)

// address fills a route's placeholders.
func address(path string) string {
	path = strings.Replace(path, "{$}", "", 1)
	path = strings.Replace(path, "{revision}", "1", 1)
	if path == "/api/v1/board" {
		path += "?once=1" // else it never ends
	}
	return placeholder.ReplaceAllString(path, "x")
}

// TestMatrix tries every route with every role.
func TestMatrix(t *testing.T) {
	h := newHouse(t)
	table := agentui.RouteTable()
	if len(table) != len(allowed) {
		t.Errorf("%d routes, %d in the list", len(table), len(allowed))
	}
	for _, line := range table {
		name := line.Method + " " + line.Path
		rights, listed := allowed[name]
		if !listed {
			t.Errorf("%s is not in the list of who may ask for what", name)
			continue
		}
		for role, user := range map[string]string{"anyone": "", "volunteer": "sari", "supervisor": "rina", "admin": "admin"} {
			b := h.stranger()
			if user != "" {
				b = h.signIn(user)
			}
			r := b.send(line.Method, address(line.Path), nil)
			refused := r.code == "signed_out" || r.code == "forbidden" || strings.HasPrefix(r.header.Get("Location"), "/signin") && line.Path != "/signout"
			want := !slices.Contains(included[rights], role)
			if refused != want {
				t.Errorf("%s as %s: refused %v, want %v (%d %s)", name, role, refused, want, r.status, r.code)
			}
			if want && user == "" && r.status != http.StatusUnauthorized && r.status != http.StatusSeeOther {
				t.Errorf("%s signed out: %d", name, r.status)
			}
			if want && user != "" && r.status != http.StatusForbidden {
				t.Errorf("%s as %s: %d", name, role, r.status)
			}
		}
	}
}

// TestCSRF: no unsafe request works without the header, or from elsewhere.
func TestCSRF(t *testing.T) {
	h := newHouse(t)
	admin, rina := h.signIn("admin"), h.signIn("rina")
	b := admin
	for _, line := range agentui.RouteTable() {
		b = admin
		if line.Role == "supervisor" {
			b = rina
		}
		if line.Method == "GET" || !strings.HasPrefix(line.Path, "/api/") {
			continue
		}
		path := address(line.Path)
		for _, headers := range [][]string{
			{"X-Sahut", ""},
			{"X-Sahut", "0"},
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
		} {
			if r := b.send(line.Method, path, nil, headers...); r.code != "cross_site" {
				t.Errorf("%s %s with %v: %d %s", line.Method, path, headers, r.status, r.code)
			}
		}
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", h.url}, {"Sec-Fetch-Site", "same-origin", "Origin", "null"}} {
		if r := b.send("POST", "/api/v1/ticket", nil, headers...); r.status != http.StatusOK {
			t.Errorf("our own page with %v: %d %s", headers, r.status, r.code)
		}
	}
}

// TestHeaders: every answer carries what protects it, whatever the answer is.
func TestHeaders(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("admin")
	paths := []string{"/nothing", "/api/v1/nothing", "/static/x/y"}
	for _, line := range agentui.RouteTable() {
		paths = append(paths, address(line.Path))
	}
	for _, b := range []*browser{h.stranger(), admin} {
		for _, path := range paths {
			for _, method := range []string{"GET", "TRACE"} {
				r := b.send(method, path, nil, "Accept", "text/html")
				for name, want := range map[string]string{
					"Content-Security-Policy":    "default-src 'none'; script-src 'self';",
					"X-Content-Type-Options":     "nosniff",
					"Cross-Origin-Opener-Policy": "same-origin",
					"Referrer-Policy":            "no-referrer",
					"Cache-Control":              "no-store",
					"Permissions-Policy":         "microphone=(self)",
				} {
					if !strings.HasPrefix(r.header.Get(name), want) {
						t.Errorf("%s %s (%d): %s is %q", method, path, r.status, name, r.header.Get(name))
					}
				}
				csp := r.header.Get("Content-Security-Policy")
				for _, part := range []string{"frame-ancestors 'none'", "require-trusted-types-for 'script'", "base-uri 'none'", "form-action 'self'"} {
					if !strings.Contains(csp, part) {
						t.Errorf("%s: the policy lacks %s", path, part)
					}
				}
				if strings.Contains(csp, "unsafe") {
					t.Errorf("%s: the policy is unsafe", path)
				}
				if r.header.Get("Strict-Transport-Security") != "" {
					t.Errorf("%s: HSTS over plain http", path)
				}
			}
		}
	}
}

func TestNoSuchPageOrMethod(t *testing.T) {
	b := newHouse(t).signIn("admin")
	if r := b.send("GET", "/api/v2/calls", nil); r.status != 404 || r.code != "not_found" {
		t.Errorf("unknown address: %d %s", r.status, r.code)
	}
	r := b.send("DELETE", "/api/v1/users", nil)
	if r.status != 405 || r.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("wrong method: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
	if r := b.send("GET", "/nothing", nil, "Accept", "text/html"); !strings.Contains(r.body, "<h1") {
		t.Errorf("a person got %s", r.body)
	}
}

// TestOpenAPI holds the description to the route table.
func TestOpenAPI(t *testing.T) {
	b := newHouse(t).signIn("sari")
	var d struct {
		Paths map[string]map[string]struct {
			Summary string
			Role    string `json:"x-role"`
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	b.send("GET", "/api/v1/openapi.json", nil).into(t, &d)
	n := 0
	for _, line := range agentui.RouteTable() {
		if !strings.HasPrefix(line.Path, "/api/") {
			continue
		}
		n++
		op, ok := d.Paths[line.Path][strings.ToLower(line.Method)]
		if !ok {
			t.Errorf("%s %s is not described", line.Method, line.Path)
			continue
		}
		if op.Summary == "" {
			t.Errorf("%s %s has no summary", line.Method, line.Path)
		}
		if op.Role != line.Role || op.Role != allowed[line.Method+" "+line.Path] {
			t.Errorf("%s %s: described for %s, open to %s", line.Method, line.Path, op.Role, line.Role)
		}
	}
	described := 0
	for _, ops := range d.Paths {
		described += len(ops)
	}
	if described != n {
		t.Errorf("%d operations described, %d exist", described, n)
	}
	for _, field := range []string{"id", "started", "ended", "channel", "direction", "number", "queue", "agent", "outcome", "wait_ms", "ring_ms", "talk_ms", "ended_by"} {
		if _, ok := d.Components.Schemas["queue.Call"].Properties[field]; !ok {
			t.Errorf("a call record's %s is not described", field)
		}
	}
	// Every reference leads somewhere.
	text := b.send("GET", "/api/v1/openapi.json", nil).body
	for _, m := range regexp.MustCompile(`#/components/schemas/([A-Za-z.]+)`).FindAllStringSubmatch(text, -1) {
		if _, ok := d.Components.Schemas[m[1]]; !ok {
			t.Errorf("%s is referred to and not described", m[1])
		}
	}
}

// TestNothingSecretInLogs signs in, fails to, opens a live connection and
// offers sound, and looks for what must never be in a log, at its finest level.
func TestNothingSecretInLogs(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	h.stranger().send("POST", "/api/v1/session", agentui.Credentials{Username: "sari", Password: "not her password"})
	ticket, cookie := b.ticket(), b.cookie()
	p, _ := b.dial(ticket, h.url)
	p.say(map[string]any{"type": "hello", "versions": []int{1}})
	p.expect("state")
	const sdp = "v=0 candidate 192.168.7.7"
	p.say(map[string]any{"type": "media.offer", "sdp": sdp})
	p.expect("media.answer")
	p.say(map[string]any{"type": "media.offer", "sdp": "bad"})
	p.expect("error")
	p.say(map[string]any{"type": "keys", "contact": "c", "keys": "7391846"})
	p.say(map[string]any{"type": "ping", "t": 1})
	p.expect("pong")
	b.send("DELETE", "/api/v1/session", nil)
	p.closed()
	log := h.log.String()
	for what, secret := range map[string]string{"password": "sepuluh", "wrong password": "not her", "cookie": cookie, "ticket": ticket, "SDP": "192.168.7.7", "keys": "7391846"} {
		if secret == "" {
			t.Fatalf("the test has no %s to look for", what)
		}
		if strings.Contains(log, secret) {
			t.Errorf("the log contains the %s", what)
		}
	}
	if !strings.Contains(log, "signed in") {
		t.Error("the log says nothing at all")
	}
}

// TestExamplesOfDocs keeps docs/protocol.md's first steps true.
func TestExamplesOfDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{agentui.CloseReplaced, agentui.CloseVersion, agentui.CloseSignedOut, agentui.CloseSilent, agentui.CloseSlow, agentui.CloseTooFast} {
		b, _ := json.Marshal(code)
		if !strings.Contains(string(text), "| "+string(b)+" |") {
			t.Errorf("docs/protocol.md does not explain close code %d", code)
		}
	}
}
