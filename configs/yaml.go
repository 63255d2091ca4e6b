package configs

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parseYAML reads one YAML document. Files of other systems are welcome: a
// byte order mark and CRLF are dropped. Anchors, aliases, tags and merge keys
// are not: settings should say what they are where they are.
func parseYAML(b []byte) (root *node, problems Problems) {
	b, problem := plainText(b)
	if problem != nil {
		return nil, Problems{*problem}
	}
	defer func() {
		// The parser is not ours; a document it stumbles over is a bad document.
		if r := recover(); r != nil {
			root, problems = nil, Problems{{Line: 1, Column: 1, Reason: fmt.Sprintf("cannot be read as YAML: %v", r),
				Remedy: "take the example as a pattern"}}
		}
	}()
	file, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Problems{syntaxProblem(err)}
	}
	y := yamlReader{}
	root = &node{kind: object, at: position{1, 1}}
	for i, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		n := y.node(doc.Body, 0)
		if i > 0 {
			y.bad(n.at, "begins a second document", "keep everything in one; remove the line ---")
			continue
		}
		root = n
	}
	return root, y.problems
}

// plainText brings b to UTF-8 with bare newlines.
func plainText(b []byte) ([]byte, *Problem) {
	bad := func(line int, reason, remedy string) *Problem {
		return &Problem{Line: line, Column: 1, Reason: reason, Remedy: remedy}
	}
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return nil, bad(1, "is UTF-16 text", "save the file as UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	for i, line := range bytes.Split(b, []byte("\n")) {
		if !utf8.Valid(line) {
			return nil, bad(i+1, "holds bytes that are not UTF-8", "save the file as UTF-8")
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return nil, bad(i+1, "holds a zero byte", "is this the right file? It must be text")
		}
	}
	return b, nil
}

// syntaxProblem words what the parser could not read.
func syntaxProblem(err error) Problem {
	p := Problem{Line: 1, Column: 1, Reason: "cannot be read as YAML: " + firstLine(err.Error()),
		Remedy: "check the indentation, the colons and the quotes of this line and the one before"}
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		p.Reason = "cannot be read as YAML: " + firstLine(syntax.Message)
		if t := syntax.Token; t != nil && t.Position != nil {
			p.Line, p.Column = max(1, t.Position.Line), max(1, t.Position.Column)
		}
	}
	return p
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}

// yamlReader turns the parser's tree into ours.
type yamlReader struct{ problems Problems }

func (y *yamlReader) bad(at position, reason, remedy string) {
	y.problems = append(y.problems, Problem{Line: at.line, Column: at.column, Reason: reason, Remedy: remedy})
}

func (y *yamlReader) node(in ast.Node, depth int) *node {
	out := &node{kind: null, at: positionOf(in)}
	if depth > maxDepth {
		y.bad(out.at, "is nested too deeply", "take the example as a pattern")
		return out
	}
	switch in := in.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		out.kind = object
		y.entries(out, in.Values, depth)
	case *ast.MappingValueNode:
		out.kind = object
		y.entries(out, []*ast.MappingValueNode{in}, depth)
	case *ast.SequenceNode:
		out.kind = list
		for _, item := range in.Values {
			out.items = append(out.items, y.node(item, depth+1))
		}
	case *ast.StringNode:
		out.kind, out.text = scalar, in.Value
		out.quoted = in.Token.Type == token.DoubleQuoteType || in.Token.Type == token.SingleQuoteType
	case *ast.LiteralNode:
		out.kind, out.text, out.quoted = scalar, in.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		// The text as written: 0213903963 is a telephone number, not 2.1e8.
		out.kind, out.text = scalar, in.GetToken().Value
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		y.bad(out.at, "uses an anchor, alias or tag of YAML, which is not supported here", "write the value out")
	default:
		y.bad(out.at, fmt.Sprintf("uses a part of YAML that is not supported here (%s)", in.Type()), "take the example as a pattern")
	}
	return out
}

func (y *yamlReader) entries(out *node, values []*ast.MappingValueNode, depth int) {
	seen := map[string]position{}
	for i, v := range values {
		at := positionOf(v.Key)
		if i == 0 {
			out.at = at
		}
		if _, merge := v.Key.(*ast.MergeKeyNode); merge {
			y.bad(at, "uses a merge key of YAML, which is not supported here", "write the values out")
			continue
		}
		name := v.Key.GetToken().Value
		if first, twice := seen[name]; twice {
			y.bad(at, fmt.Sprintf("%s was set on line %d already", name, first.line), "keep one of the two")
			continue
		}
		seen[name] = at
		out.keys = append(out.keys, entry{name, at, y.node(v.Value, depth+1)})
	}
}

func positionOf(n ast.Node) position {
	if n == nil {
		return position{1, 1}
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{max(1, t.Position.Line), max(1, t.Position.Column)}
}
