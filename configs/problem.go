package configs

import (
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Problem is one mistake in a document, told so that a person can mend it.
type Problem struct {
	File   string   `json:"file,omitempty"`
	Line   int      `json:"line,omitempty"` // from 1; 0: not known
	Column int      `json:"column,omitempty"`
	Key    string   `json:"key"`             // queues.night.ring_for, by the names a person gave
	Path   string   `json:"path"`            // queues[2].ring_for, as a form names its field
	Value  string   `json:"value,omitempty"` // what stood there
	Code   string   `json:"code,omitempty"`  // what kind of mistake, for screens in other languages; empty: of the server's settings
	Args   []string `json:"args,omitempty"`  // what is said in it; "@" begins a word that has a code of its own
	Reason string   `json:"reason"`          // continues the value: "is too short for a person to react"
	Remedy string   `json:"remedy"`          // what to do
}

// String tells the problem in one line: place, key, value, reason, remedy.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", p.Line, p.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	switch {
	case p.Key != "" && p.Value != "":
		b.WriteString(p.Key + ": " + shown(p.Value) + " ")
	case p.Key != "":
		b.WriteString(p.Key + " ")
	case p.Value != "":
		b.WriteString(shown(p.Value) + " ")
	}
	b.WriteString(p.Reason)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// shown prints a value so that it stays on one line and short.
func shown(v string) string {
	const most = 60
	if r := []rune(v); len(r) > most {
		v = string(r[:most]) + "…"
	}
	if q := strconv.Quote(v); len(q) != len(v)+2 || strings.ContainsAny(v, " \t") {
		return q
	}
	return v
}

// printable writes letters that would move a terminal's cursor as escapes: keys
// and parts of messages come from the document.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) < 0 {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// Problems is everything wrong with a document. It is an error when not empty.
type Problems []Problem

// Error tells all problems, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err returns ps as an error, nil when there is none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// position is a place in a document, from 1.
type position struct{ line, column int }

// worded completes problems that so far only know their path: the key as a
// person names it, the file, and the place of the value, or of the nearest
// thing around it that the document has. They come out in the document's order.
func (ps Problems) worded(root any, file string, places map[string]position) Problems {
	if len(ps) == 0 {
		return nil
	}
	for i := range ps {
		p := &ps[i]
		p.Key = printable(keyOf(p.Path, reflect.ValueOf(root)))
		p.Reason, p.Remedy = printable(p.Reason), printable(p.Remedy)
		for j, a := range p.Args {
			p.Args[j] = printable(a)
		}
		p.File = file
		for path := p.Path; p.Line == 0 && places != nil; path = parent(path) {
			if at, ok := places[path]; ok {
				p.Line, p.Column = at.line, at.column
			} else if path == "" {
				p.Line, p.Column = 1, 1
			}
		}
	}
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Line != ps[j].Line {
			return ps[i].Line < ps[j].Line
		}
		return ps[i].Column < ps[j].Column
	})
	return ps
}

// parent returns the path around path: "a[2].b" → "a[2]" → "a" → "".
func parent(path string) string {
	if i := strings.LastIndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return ""
}

var step = regexp.MustCompile(`[^.\[\]]+|\[\d+\]`)

// keyOf names a path by the names a person gave: queues[2].ring_for becomes
// queues.night.ring_for when the third queue, and no other, is called night.
func keyOf(path string, v reflect.Value) string {
	var key strings.Builder
	for _, s := range step.FindAllString(path, -1) {
		for v.IsValid() && v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if s[0] != '[' {
			if key.Len() > 0 {
				key.WriteByte('.')
			}
			key.WriteString(s)
			v = fieldNamed(v, s)
			continue
		}
		i, _ := strconv.Atoi(s[1 : len(s)-1])
		if name := elementName(v, i); name != "" {
			s = "." + name
		}
		key.WriteString(s)
		if v.IsValid() && v.Kind() == reflect.Slice && i < v.Len() {
			v = v.Index(i)
		} else {
			v = reflect.Value{}
		}
	}
	return key.String()
}

// fieldNamed returns the field whose yaml name is name.
func fieldNamed(v reflect.Value, name string) reflect.Value {
	if v.IsValid() && v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("yaml") == name || strings.HasPrefix(v.Type().Field(i).Tag.Get("yaml"), name+",") {
				return v.Field(i)
			}
		}
	}
	return reflect.Value{}
}

var plainName = regexp.MustCompile(`^\+?[A-Za-z0-9_-]{1,40}$`)

// elementName returns the name of list element i: its first field, when that
// is a plain word no other element has.
func elementName(list reflect.Value, i int) string {
	if !list.IsValid() || list.Kind() != reflect.Slice || i >= list.Len() {
		return ""
	}
	first := func(i int) string {
		e := list.Index(i)
		if e.Kind() != reflect.Struct || e.NumField() == 0 || e.Field(0).Kind() != reflect.String {
			return ""
		}
		return e.Field(0).String()
	}
	name := first(i)
	if !plainName.MatchString(name) {
		return ""
	}
	for j := range list.Len() {
		if j != i && first(j) == name {
			return ""
		}
	}
	return name
}
