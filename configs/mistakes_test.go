package configs

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var argument = regexp.MustCompile(`\{[0-9]\}`)

// The screens say every mistake in Indonesian: each code has its two texts, which
// use the arguments of the English ones, and no text is of a code long gone.
func TestMistakesAreTranslated(t *testing.T) {
	b, err := os.ReadFile("../agentui/web/i18n/mistakes-id.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Terms map[term]string
		Kinds map[string][]string
	}
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range kinds {
		if seen[m.code] {
			t.Errorf("two mistakes have the code %s", m.code)
		}
		seen[m.code] = true
		said := table.Kinds[m.code]
		if len(said) != 2 || said[0] == "" || (said[1] == "") != (m.remedy == "") {
			t.Errorf("%s is not translated", m.code)
			continue
		}
		for i, english := range []string{m.reason, m.remedy} {
			if left := argumentsOf(said[i]); !slices.Equal(left, argumentsOf(english)) {
				t.Errorf("%s: %q has other arguments than %q", m.code, said[i], english)
			}
		}
	}
	for code := range table.Kinds {
		if !seen[code] {
			t.Errorf("%s is translated and no mistake", code)
		}
	}
	for w := range terms {
		if table.Terms[w] == "" {
			t.Errorf("the term %s is not translated", w)
		}
	}
	if len(table.Terms) != len(terms) {
		t.Errorf("%d terms are translated, there are %d", len(table.Terms), len(terms))
	}
}

func argumentsOf(text string) []string {
	all := argument.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// The files whose mistakes no screen can show: they judge the server's settings.
var ofServer = []string{"drill.go", "http.go", "load.go", "media.go", "server.go", "serveraddress.go", "sip.go", "trunk.go"}

// A mistake without a code is one of the server's settings, and nobody makes a
// problem without a mistake.
func TestEveryProblemHasItsKind(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		server := slices.Contains(ofServer, name)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				// The checks of addresses in check.go are the server's, too.
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "inFile" && !server && name != "check.go" {
					t.Errorf("%s: a screen may show it; give it a kind", set.Position(n.Pos()))
				}
			case *ast.CompositeLit:
				id, ok := n.Type.(*ast.Ident)
				plain := ok && (id.Name == "mistake" || id.Name == "Problem")
				if ok && id.Name == "Problems" && len(n.Elts) > 0 {
					_, plain = n.Elts[0].(*ast.CompositeLit)
				}
				if plain && !server && name != "mistakes.go" {
					t.Errorf("%s: make it of a kind", set.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

// The arguments go out as they are said, words by their code.
func TestProblemsAreCoded(t *testing.T) {
	r := NewRouting()
	r.Queues = []Queue{NewQueue("night", "Night", Exit{Words: "closing"})}
	r.Queues[0].RingFor = 0
	r.Numbers = []Number{{Number: "0213903963", Queue: "day"}}
	found := map[string]Problem{}
	for _, p := range r.Validate() {
		found[p.Path] = p
	}
	if p := found["queues[0].ring_for"]; p.Code != "ring_too_short" || len(p.Args) != 0 {
		t.Errorf("%+v", p)
	}
	if p := found["numbers[0].queue"]; p.Code != "no_queue_of" || !slices.Equal(p.Args, []string{"@lost_callers", "night"}) || p.Reason != "is no queue; its callers would have nowhere to go" {
		t.Errorf("%+v", p)
	}
	_, err := ParseRoutingJSON([]byte(`{"queues": [{"id": "night", "ring_for": "soon"}]}`))
	var all Problems
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(p Problem) bool { return p.Path == "queues[0].ring_for" })
	if i < 0 {
		t.Fatalf("%v", all)
	}
	if p := all[i]; p.Code != "not_kind" || p.Args[0] != "@duration" || p.Reason != "is not a duration" {
		t.Errorf("%+v", p)
	}
}
