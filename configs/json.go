package configs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// parseJSON reads one JSON value into the tree YAML is read into, so that both
// are judged by the same code.
func parseJSON(b []byte) (*node, Problems) {
	b, problems := plainText(b)
	if problems != nil {
		return nil, problems
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	r := jsonReader{text: b, d: d}
	root, err := r.node(0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the document's end")
		}
	}
	if err != nil {
		at := r.place(d.InputOffset())
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = r.place(syntax.Offset - 1)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return nil, Problems{noJSON.at(at, err.Error())}
	}
	return root, r.problems
}

type jsonReader struct {
	text     []byte
	d        *json.Decoder
	problems Problems
}

// node reads the next value. The decoder holds to JSON's grammar, so what is
// left here is to build.
func (r *jsonReader) node(depth int) (*node, error) {
	t, at, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errors.New("it is nested too deeply")
	}
	n := &node{kind: scalar, at: at}
	switch t := t.(type) {
	case nil:
		n.kind = null
	case string:
		n.text, n.quoted = t, true
	case json.Number:
		n.text = t.String()
	case bool:
		n.text = fmt.Sprint(t)
	case json.Delim:
		if t == '{' {
			return n, r.object(n, depth)
		}
		return n, r.list(n, depth)
	}
	return n, nil
}

func (r *jsonReader) object(n *node, depth int) error {
	n.kind = object
	seen := map[string]bool{}
	for r.d.More() {
		t, at, err := r.next()
		if err != nil {
			return err
		}
		name, _ := t.(string) // the decoder allows nothing else here
		value, err := r.node(depth + 1)
		if err != nil {
			return err
		}
		if seen[name] {
			r.problems = append(r.problems, setTwice.at(at, name))
			continue
		}
		seen[name] = true
		n.keys = append(n.keys, entry{name, at, value})
	}
	_, err := r.d.Token()
	return err
}

func (r *jsonReader) list(n *node, depth int) error {
	n.kind = list
	for r.d.More() {
		item, err := r.node(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.d.Token()
	return err
}

// next reads a token and says where it began.
func (r *jsonReader) next() (json.Token, position, error) {
	from := r.d.InputOffset()
	t, err := r.d.Token()
	gap := r.text[min(int(from), len(r.text)):]
	skipped := len(gap) - len(bytes.TrimLeft(gap, " \t\r\n,:"))
	return t, r.place(from + int64(skipped)), err
}

// place turns an offset into line and column.
func (r *jsonReader) place(offset int64) position {
	before := string(r.text[:max(0, min(int(offset), len(r.text)))])
	line := strings.Count(before, "\n")
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:]))
	return position{line + 1, column + 1}
}
