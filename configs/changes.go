package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Change is one difference between two routing documents.
type Change struct {
	Kind string `json:"kind"`          // added, removed, changed, moved
	What string `json:"what"`          // number, menu, hours, queue, agent, pause reason, disposition, or the key of another part
	Name string `json:"name"`          // the number, id or code; empty for a part that is no list
	Key  string `json:"key,omitempty"` // of changed: ring_for, exit.words
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// String tells the change in a sentence.
func (c Change) String() string {
	thing := strings.TrimSpace(c.What + " " + c.Name)
	switch c.Kind {
	case "added":
		return fmt.Sprintf("%s is added", thing)
	case "removed":
		return fmt.Sprintf("%s is removed", thing)
	case "moved":
		return fmt.Sprintf("the order of the %ss changes", c.What)
	case "changed":
		return fmt.Sprintf("%s: %s changes from %s to %s", thing, c.Key, orNothing(c.Old), orNothing(c.New))
	}
	return thing
}

// Path names what changed and nothing of what it was or is: queue.hotline.ring_for,
// +queue.night, -agent.sari, agent order.
func (c Change) Path() string {
	path := c.What
	for _, part := range []string{c.Name, c.Key} {
		if part != "" {
			path += "." + part
		}
	}
	switch c.Kind {
	case "added":
		return "+" + path
	case "removed":
		return "-" + path
	case "moved":
		return path + " order"
	}
	return path
}

// Paths are those of all changes from old to next, separated by commas as they
// stand in the journal; of more than most the rest is counted, as "and 12".
func Paths(old, next Routing, most int) string {
	changes := Changes(old, next)
	paths := make([]string, 0, most+1)
	for i, c := range changes {
		if i == most {
			paths = append(paths, fmt.Sprintf("and %d", len(changes)-most))
			break
		}
		paths = append(paths, c.Path())
	}
	return strings.Join(paths, ", ")
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return shown(s)
}

// singular names an element of a list of the document; of the others its key is
// the word.
var singular = map[string]string{
	"numbers": "number", "menus": "menu", "queues": "queue", "agents": "agent", "pause_reasons": "pause reason", "dispositions": "disposition",
}

// Changes lists what taking on next after old would change, in the order of
// the document. It walks the document's own fields, so that none can be missing:
// what is not listed is not applied.
func Changes(old, next Routing) []Change {
	out := []Change{}
	a, b := reflect.ValueOf(old), reflect.ValueOf(next)
	for f := range fields(a.Type()) {
		what := yamlName(f)
		x, y := a.FieldByIndex(f.Index), b.FieldByIndex(f.Index)
		if f.Type.Kind() == reflect.Slice {
			if one, ok := singular[what]; ok {
				what = one
			}
			out = append(out, changesOf(what, x, y)...)
			continue
		}
		for _, d := range differences("", x, y) {
			d.Kind, d.What = "changed", what
			out = append(out, d)
		}
	}
	return out
}

// changesOf compares two lists whose elements are named by their first field.
func changesOf(what string, old, next reflect.Value) (out []Change) {
	name := func(e reflect.Value) string { return e.Field(0).String() }
	find := func(list reflect.Value, want string) int {
		for i := range list.Len() {
			if name(list.Index(i)) == want {
				return i
			}
		}
		return -1
	}
	var stayed []int // places in old of those in both, in next's order
	for i := range next.Len() {
		n := next.Index(i)
		at := find(old, name(n))
		if at < 0 {
			out = append(out, Change{Kind: "added", What: what, Name: name(n)})
			continue
		}
		stayed = append(stayed, at)
		for _, d := range differences("", old.Index(at), n) {
			d.Kind, d.What, d.Name = "changed", what, name(n)
			out = append(out, d)
		}
	}
	for i := range old.Len() {
		if o := old.Index(i); find(next, name(o)) < 0 {
			out = append(out, Change{Kind: "removed", What: what, Name: name(o)})
		}
	}
	if !slices.IsSorted(stayed) {
		out = append(out, Change{Kind: "moved", What: what})
	}
	return out
}

// differences compares two structs key by key.
func differences(path string, old, next reflect.Value) (out []Change) {
	for f := range fields(old.Type()) {
		a, b := old.FieldByIndex(f.Index), next.FieldByIndex(f.Index)
		key := join(path, yamlName(f))
		switch {
		case f.Type.Kind() == reflect.Struct:
			out = append(out, differences(key, a, b)...)
		case f.Type.Kind() == reflect.Slice:
			if a.Len()+b.Len() > 0 && !reflect.DeepEqual(a.Interface(), b.Interface()) {
				out = append(out, Change{Key: key, Old: words(a), New: words(b)})
			}
		case a.Interface() != b.Interface():
			out = append(out, Change{Key: key, Old: word(a), New: word(b)})
		}
	}
	return out
}

func words(list reflect.Value) string {
	out := make([]string, list.Len())
	for i := range out {
		out[i] = word(list.Index(i))
	}
	return strings.Join(out, ", ")
}

func word(v reflect.Value) string {
	if v.Kind() == reflect.Float64 {
		return formatFloat(v.Float())
	}
	return fmt.Sprint(v)
}
