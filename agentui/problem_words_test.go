package agentui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every code a problem of this room can have is said in Indonesian. The codes
// are found in the source: Code of a Problem is a text there, and the two maps
// of texts by code, and that of a wrap-up, are known by name.
func TestProblemsAreTranslated(t *testing.T) {
	codes := codesInSource(t)
	if len(codes) < 40 {
		t.Fatalf("only %d codes are found: %v", len(codes), codes)
	}
	for _, code := range codes {
		if problemWords[code] == "" {
			t.Errorf("%s is not translated: agentui/web/i18n/problems-id.json", code)
		}
	}
	for code := range problemWords {
		if !slices.Contains(codes, code) {
			t.Errorf("%s is translated and no problem", code)
		}
	}
	p := &Problem{Code: "range_too_long", Args: []string{"31"}, Detail: "at most 31 days"}
	if got := p.inWords("id"); !strings.Contains(got, "31 hari") {
		t.Errorf("with an argument: %q", got)
	}
	if got := p.inWords("en"); got != p.Detail {
		t.Errorf("in English: %q", got)
	}
}

var argumentOf = regexp.MustCompile(`\{([0-9])\}`)

func codesInSource(t *testing.T) (codes []string) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				codes = append(codes, ofLiteral(t, set, n)...)
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "invalidField" {
					if field, ok := n.Args[0].(*ast.BasicLit); ok {
						codes = append(codes, "invalid_"+unquoted(field))
						wantsOnly(t, set.Position(n.Pos()), "invalid_"+unquoted(field), len(n.Args)-2)
					}
				}
			}
			return true
		})
	}
	for field := range safetyWords {
		codes = append(codes, "invalid_"+field)
	}
	for why := range refusals {
		codes = append(codes, why)
	}
	for why := range unfinished {
		codes = append(codes, string(why))
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// ofLiteral is the code of a Problem written out.
func ofLiteral(t *testing.T, set *token.FileSet, lit *ast.CompositeLit) (codes []string) {
	id, ok := lit.Type.(*ast.Ident)
	if !ok || id.Name != "Problem" {
		return nil
	}
	args := 0
	for _, e := range lit.Elts {
		pair := e.(*ast.KeyValueExpr)
		switch key := pair.Key.(*ast.Ident).Name; {
		case key == "Args":
			if list, ok := pair.Value.(*ast.CompositeLit); ok {
				args = len(list.Elts)
			}
		case key != "Code":
		default:
			switch v := pair.Value.(type) {
			case *ast.BasicLit:
				codes = append(codes, unquoted(v))
			case *ast.Ident: // why, of refusals and unfinished
				if v.Name != "why" {
					t.Errorf("%s: a code is a text", set.Position(v.Pos()))
				}
			}
		}
	}
	for _, code := range codes {
		wantsOnly(t, set.Position(lit.Pos()), code, args)
	}
	return codes
}

// wantsOnly finds a sentence that speaks of arguments which are not given.
func wantsOnly(t *testing.T, at token.Position, code string, args int) {
	for _, m := range argumentOf.FindAllStringSubmatch(problemWords[code], -1) {
		if n, _ := strconv.Atoi(m[1]); n >= args {
			t.Errorf("%s: the sentence of %s needs argument %d", at, code, n)
		}
	}
}

func unquoted(lit *ast.BasicLit) string {
	s, _ := strconv.Unquote(lit.Value)
	return s
}
