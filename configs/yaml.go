package configs

import (
	"bytes"
	"errors"
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
	if b, problems = plainText(b); problems != nil {
		return nil, problems
	}
	defer func() {
		// The parser is not ours; a document it stumbles over is a bad document.
		if r := recover(); r != nil {
			root, problems = nil, Problems{brokenYAML.at(position{1, 1}, r)}
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
			y.bad(n.at, secondYAML)
			continue
		}
		root = n
	}
	return root, y.problems
}

// plainText brings b to UTF-8 with bare newlines.
func plainText(b []byte) ([]byte, Problems) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return nil, Problems{utf16.at(position{1, 1})}
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	for i, line := range bytes.Split(b, []byte("\n")) {
		if !utf8.Valid(line) {
			return nil, Problems{notUTF8.at(position{i + 1, 1})}
		}
		if bytes.IndexByte(line, 0) >= 0 {
			return nil, Problems{zeroByte.at(position{i + 1, 1})}
		}
	}
	return b, nil
}

// syntaxProblem words what the parser could not read.
func syntaxProblem(err error) Problem {
	why, at := err.Error(), position{1, 1}
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		why = syntax.Message
		if t := syntax.Token; t != nil && t.Position != nil {
			at = position{max(1, t.Position.Line), max(1, t.Position.Column)}
		}
	}
	return noYAML.at(at, firstLine(why))
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}

// yamlReader turns the parser's tree into ours.
type yamlReader struct{ problems Problems }

func (y *yamlReader) bad(at position, m mistake, args ...any) {
	y.problems = append(y.problems, m.at(at, args...))
}

func (y *yamlReader) node(in ast.Node, depth int) *node {
	out := &node{kind: null, at: positionOf(in)}
	if depth > maxDepth {
		y.bad(out.at, tooDeep)
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
		y.bad(out.at, yamlAlias)
	default:
		y.bad(out.at, yamlPart, in.Type())
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
			y.bad(at, yamlMerge)
			continue
		}
		name := v.Key.GetToken().Value
		if first, twice := seen[name]; twice {
			y.bad(at, setTwiceLine, name, first.line)
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
