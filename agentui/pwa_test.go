package agentui_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// The page can be installed, and what that leaves on a telephone's screen tells
// nobody what it is for. The worker caches the shell only.
func TestInstallable(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	var manifest struct {
		Name  string `json:"name"`
		Start string `json:"start_url"`
		Icons []struct{ Src string }
	}
	r := b.send("GET", "/app.webmanifest", nil)
	if err := json.Unmarshal([]byte(r.body), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Name != "Sahut" || manifest.Start != "/" || len(manifest.Icons) == 0 || b.send("GET", manifest.Icons[0].Src, nil).status != 200 {
		t.Errorf("manifest %s", r.body)
	}
	worker := b.send("GET", "/worker.js", nil)
	_, list, _ := strings.Cut(worker.body, "const files = [")
	list, _, _ = strings.Cut(list, "]")
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(list, -1) {
		if got := b.send("GET", m[1], nil); got.status != 200 || !strings.HasPrefix(m[1], "/static/") && m[1] != "/offline" {
			t.Errorf("the worker keeps %s: %d", m[1], got.status)
		}
	}
	if strings.Contains(worker.body, "/api/") || worker.header.Get("Cache-Control") != "no-store" {
		t.Errorf("worker %s", worker.body)
	}
	for lang, words := range map[string]string{"id": "Tidak ada sambungan", "en": "No connection"} {
		if r := b.send("GET", "/offline?lang="+lang, nil); !strings.Contains(r.body, words) || strings.Contains(r.body, "<script") {
			t.Errorf("offline in %s: %s", lang, r.body)
		}
	}
}

// firstLoad is how much a volunteer's first look may weigh, compressed: at
// 64 kbit/s it is seven seconds.
const firstLoad = 60 << 10

func TestFirstLoadIsSmall(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("sari")
	page := b.send("GET", "/", nil, "Accept", "text/html")
	if strings.Contains(page.body, "office.css") {
		t.Error("the volunteer loads what only supervisors need")
	}
	sum := len(page.body)
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		r := b.send("GET", m[1], nil, "Accept-Encoding", "gzip")
		if r.status != 200 {
			t.Errorf("%s: %d", m[1], r.status)
		}
		sum += len(r.body)
	}
	t.Logf("%d bytes", sum)
	if sum > firstLoad {
		t.Errorf("the first load is %d bytes, more than %d", sum, firstLoad)
	}
}
