package agentui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// codes are what the journal says in one word, by what they are: the kinds of
// entry, the reasons and results that their comments list, and the constants of
// the types that are written as a reason.
func codes(t *testing.T) (kinds, reasons []string) {
	t.Helper()
	names, err := filepath.Glob("../queue/*.go")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?:reason|result): ([^;(]*)`)
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	all := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			of, _ := v.Type.(*ast.Ident)
			text, _ := v.Values[0].(*ast.BasicLit)
			if of == nil || text == nil || text.Kind != token.STRING {
				return true
			}
			code := strings.Trim(text.Value, `"`)
			switch of.Name {
			case "EntryKind":
				kinds = append(kinds, code)
				for _, list := range listed.FindAllStringSubmatch(v.Comment.Text(), -1) {
					for _, c := range strings.Split(list[1], ",") {
						if c = strings.TrimSpace(c); word.MatchString(c) && c != "empty" {
							all[c] = true
						}
					}
				}
			case "Cause", "Mode", "CutPlan", "BlockAction":
				all[code] = true
			}
			return true
		})
	}
	return kinds, slices.Sorted(maps.Keys(all))
}

// Whoever reads what happened in a call reads words, whatever the journal wrote.
func TestTimelineHasWordsForTheJournal(t *testing.T) {
	kinds, reasons := codes(t)
	if len(kinds) < 70 || len(reasons) < 50 {
		t.Fatalf("found only %d kinds and %d reasons", len(kinds), len(reasons))
	}
	for _, lang := range []string{"en", "id"} {
		text, err := os.ReadFile("web/i18n/board-" + lang + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), "  why: {")
		why, events, ok := strings.Cut(rest, "  events: {")
		if !ok {
			t.Fatal("the words of the timeline are not where they were")
		}
		for _, k := range kinds {
			if !strings.Contains(events, `"`+k+`": (`) {
				t.Errorf("%s: no words for %s", lang, k)
			}
		}
		for _, r := range reasons {
			if !regexp.MustCompile(`\b` + r + `: "`).MatchString(why) {
				t.Errorf("%s: no words for the reason %s", lang, r)
			}
		}
	}
}
