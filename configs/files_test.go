package configs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readers are the two kinds of document, by the folder of their test files.
var readers = map[string]func(path string, b []byte) error{
	"server": func(path string, b []byte) error {
		_, err := Parse(path, b)
		return err
	},
	"routing": func(_ string, b []byte) error {
		_, err := ParseRouting(b, "greeting", "music", "closing", "blocked", "message-consent", "message-thanks")
		return err
	},
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return paths
}

// TestGood reads every file of testdata/good.
func TestGood(t *testing.T) {
	for kind, read := range readers {
		for _, path := range files(t, "testdata/good/"+kind+"/*.yaml") {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := read(path, b); err != nil {
				t.Errorf("%v", err)
			}
		}
	}
}

// TestBad reads every file of testdata/bad. The comment at its head is what
// must be said about it, a line a problem, without the file's folder. With
// -update the heads are rewritten: read the difference before committing it.
func TestBad(t *testing.T) {
	for kind, read := range readers {
		for _, path := range files(t, "testdata/bad/"+kind+"/*.yaml") {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var head []string
			for line := range strings.Lines(string(b)) {
				if !strings.HasPrefix(line, "#") {
					break
				}
				head = append(head, strings.TrimSpace(line[1:]))
			}
			err = read(path, b)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Errorf("%s was accepted (%v)", path, err)
				continue
			}
			var said []string
			for _, p := range problems {
				if p.Line < 1 || p.Column < 1 || p.Reason == "" || p.Remedy == "" {
					t.Errorf("%s: incomplete: %+v", path, p)
				}
				p.File = ""
				said = append(said, strings.ReplaceAll(p.String(), filepath.Dir(path)+"/", ""))
			}
			if got, want := strings.Join(said, "\n"), strings.Join(head, "\n"); got != want {
				t.Errorf("%s\n got  %s\n want %s", path, got, want)
				if *update {
					body := strings.Join(strings.Split(string(b), "\n")[len(head):], "\n")
					if err := os.WriteFile(path, []byte("# "+strings.Join(said, "\n# ")+"\n"+body), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
