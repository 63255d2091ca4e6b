package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the map of docs/architecture.md as a table: the rooms each room
// may import. Sub-packages belong to their room.
var mayImport = map[string][]string{
	"configs":  {},
	"queue":    {"configs"},
	"media":    {"configs"},
	"sip":      {"configs", "queue", "media"},
	"channels": {"configs", "queue"},
	"store":    {"configs", "queue"},
	"reports":  {"configs", "queue"},
	"agentui":  {"configs", "queue", "reports"},
	"cmd":      {"configs", "queue", "media", "sip", "channels", "store", "reports", "agentui"},
}

// onlyIn confines each third-party library to the rooms that deserve it.
// Test files may use more of what tests need, but never another room's library.
var onlyIn = map[string][]string{
	"github.com/emiago/sipgo":             {"sip"},
	"github.com/icholy/digest":            {"sip"},
	"github.com/pion/":                    {"media"},
	"github.com/tetratelabs/wazero":       {"media"},
	"go.etcd.io/bbolt":                    {"store"},
	"golang.org/x/crypto":                 {"store"},
	"filippo.io/age":                      {"store"},
	"github.com/goccy/go-yaml":            {"configs"},
	"github.com/nyaruka/phonenumbers":     {"configs"},
	"golang.org/x/net":                    {"sip"},
	"github.com/coder/websocket":          {"agentui", "channels"},
	"github.com/prometheus/client_golang": {"cmd"},
	"github.com/oklog/ulid":               {"queue"},
	"github.com/xuri/excelize":            {"agentui"},
	"github.com/chromedp/":                {"cmd"},
}

// TestLayering holds the import rules: who may import whom, and where each
// third-party library may live.
func TestLayering(t *testing.T) {
	for _, f := range goFiles(t) {
		file, err := parser.ParseFile(token.NewFileSet(), f.path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if why := refuse(f.room, name); why != "" {
				t.Errorf("%s imports %s: %s", f.path, name, why)
			}
		}
	}
}

// TestRoomsAreDocumented wants a doc.go in every package.
func TestRoomsAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range goFiles(t) {
		dir := filepath.Dir(f.path)
		documented[dir] = documented[dir] || filepath.Base(f.path) == "doc.go"
	}
	for dir, has := range documented {
		if !has {
			t.Errorf("%s has no doc.go: say in it what the package is for and where to start reading", dir)
		}
	}
}

// TestLayeringRefuses shows that the rules above can fail.
func TestLayeringRefuses(t *testing.T) {
	for _, c := range []struct{ room, imports string }{
		{"queue", "sahut/store"},
		{"media", "sahut/sip"},
		{"agentui", "sahut/media/mediatest"},
		{"queue", "github.com/emiago/sipgo/sip"},
		{"sip", "github.com/pion/webrtc/v4"},
	} {
		if refuse(c.room, c.imports) == "" {
			t.Errorf("%s may import %s, but must not", c.room, c.imports)
		}
	}
	if why := refuse("sip", "sahut/media"); why != "" {
		t.Errorf("sip must be allowed to import media: %s", why)
	}
}

// refuse says why a room must not import name; empty means it may.
func refuse(room, name string) string {
	if own, ok := strings.CutPrefix(name, "sahut/"); ok {
		other, _, _ := strings.Cut(own, "/")
		if other != room && !slices.Contains(mayImport[room], other) {
			return room + " may only import " + strings.Join(mayImport[room], ", ")
		}
		return ""
	}
	for prefix, rooms := range onlyIn {
		if strings.HasPrefix(name, prefix) && !slices.Contains(rooms, room) {
			return "only " + strings.Join(rooms, ", ") + " may"
		}
	}
	return ""
}

type goFile struct{ path, room string }

// goFiles lists the module's Go files with the room each belongs to.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []goFile
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && p != ".") {
			return fs.SkipDir
		}
		if !d.IsDir() && path.Ext(p) == ".go" {
			room, _, _ := strings.Cut(p, "/")
			files = append(files, goFile{filepath.Join(root, p), room})
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("walk the module: %v (%d files)", err, len(files))
	}
	return files
}
