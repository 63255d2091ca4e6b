package agentui_test

import (
	"encoding/json"
	"fmt"
	"image/png"
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
		Icons []struct{ Src, Sizes, Type, Purpose string }
	}
	r := b.send("GET", "/app.webmanifest", nil)
	if err := json.Unmarshal([]byte(r.body), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Name != "Sahut" || manifest.Start != "/" || len(manifest.Icons) == 0 {
		t.Errorf("manifest %s", r.body)
	}
	sizes := map[string]bool{}
	for _, icon := range manifest.Icons {
		sizes[icon.Purpose+" "+icon.Sizes] = true
		got := b.send("GET", icon.Src, nil)
		if got.status != 200 || got.header.Get("Content-Type") != icon.Type {
			t.Errorf("%s: %d %s", icon.Src, got.status, got.header.Get("Content-Type"))
		}
		if icon.Type != "image/png" {
			continue
		}
		if c, err := png.DecodeConfig(strings.NewReader(got.body)); err != nil || fmt.Sprintf("%dx%d", c.Width, c.Height) != icon.Sizes {
			t.Errorf("%s is %dx%d: %v", icon.Src, c.Width, c.Height, err)
		}
	}
	for _, size := range []string{"any 192x192", "any 512x512", "maskable 512x512"} {
		if !sizes[size] {
			t.Errorf("no icon for %s", size)
		}
	}
	worker := b.send("GET", "/worker.js", nil)
	_, list, _ := strings.Cut(worker.body, "const files = [")
	list, _, _ = strings.Cut(list, "]")
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(list, -1) {
		if got := b.send("GET", m[1], nil); got.status != 200 || !strings.HasPrefix(m[1], "/static/") && !strings.HasPrefix(m[1], "/offline?lang=") {
			t.Errorf("the worker keeps %s: %d", m[1], got.status)
		}
	}
	if strings.Contains(worker.body, "/api/") || worker.header.Get("Cache-Control") != "no-store" {
		t.Errorf("worker %s", worker.body)
	}
	for lang, words := range map[string]string{"id": "Tidak ada sambungan", "en": "No connection"} {
		if r := b.send("GET", "/offline?lang="+lang, nil); !strings.Contains(r.body, words) || strings.Count(r.body, "<script") != 1 || !strings.Contains(list, "/offline.js") {
			t.Errorf("offline in %s: %s", lang, r.body)
		}
	}
}

// firstLoad is how much a volunteer's first look may weigh, compressed: at
// 64 kbit/s it is seven seconds. It is the page, and all that its elements and its
// scripts fetch before it is drawn and can ring; what comes after that is weighed
// apart.
const (
	firstLoad = 60 << 10
	laterLoad = 30 << 10
)

var (
	inPage   = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)
	inScript = regexp.MustCompile(`(?:from|import)\s*"\./([^"]+)"`)
	onDemand = regexp.MustCompile(`import\("\./([^"]+)"\)`)
)

func TestFirstLoadIsSmall(t *testing.T) {
	for _, lang := range []string{"en", "id"} {
		t.Run(lang, func(t *testing.T) { weigh(t, lang) })
	}
}

func weigh(t *testing.T, lang string) {
	b := newHouse(t).signIn("sari")
	page := b.send("GET", "/?lang="+lang, nil, "Accept", "text/html")
	if strings.Contains(page.body, "office.css") {
		t.Error("the volunteer loads what only supervisors need")
	}
	if !strings.Contains(page.body, "/volunteer.js") {
		t.Fatal("no screens are bundled, so nothing was weighed; run: make screens")
	}
	other := map[string]string{"en": "id", "id": "en"}[lang]
	sizes := map[string]int{} // by address; 0: to be fetched
	var later []string
	first := func(address string) { sizes[address] = max(sizes[address], 0) }
	for _, m := range inPage.FindAllStringSubmatch(page.body, -1) {
		first(m[1])
	}
	sum := len(page.body)
	for again := true; again; {
		again = false
		for address, size := range sizes {
			if size > 0 {
				continue
			}
			again = true
			r := b.send("GET", address, nil, "Accept-Encoding", "gzip")
			if r.status != 200 || !strings.Contains(r.header.Get("Cache-Control"), "immutable") {
				t.Fatalf("%s: %d %s", address, r.status, r.header.Get("Cache-Control"))
			}
			sizes[address] = len(r.body)
			sum += len(r.body)
			if !strings.HasSuffix(address, ".js") {
				continue
			}
			folder := address[:strings.LastIndex(address, "/")+1]
			plain := b.send("GET", address, nil).body
			for _, m := range inScript.FindAllStringSubmatch(plain, -1) {
				first(folder + m[1])
			}
			for _, m := range onDemand.FindAllStringSubmatch(plain, -1) {
				switch m[1] {
				case lang + ".js":
					first(folder + m[1])
				case other + ".js":
				default:
					later = append(later, folder+m[1])
				}
			}
		}
	}
	if len(later) == 0 || !strings.Contains(page.body, "/"+lang+".js") || strings.Contains(page.body, "/"+other+".js") {
		t.Errorf("what comes later is %v; the page is\n%s", later, page.body)
	}
	after := 0
	for _, address := range later {
		after += len(b.send("GET", address, nil, "Accept-Encoding", "gzip").body)
	}
	t.Logf("%d bytes in %d files, %d bytes later", sum, 1+len(sizes), after)
	if sum > firstLoad || after > laterLoad {
		t.Errorf("the first load is %d bytes, later come %d; allowed are %d and %d", sum, after, firstLoad, laterLoad)
	}
}
