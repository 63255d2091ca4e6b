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
	What string `json:"what"`          // number, queue, agent, outgoing, blocked, flood, care, pause reason, disposition
	Name string `json:"name"`          // the number, id or code; empty for outgoing, blocked, flood and care
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

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return shown(s)
}

// Changes lists what taking on next after old would change, in the order of
// the document.
func Changes(old, next Routing) []Change {
	out := []Change{}
	out = append(out, changesOf("number", old.Numbers, next.Numbers)...)
	out = append(out, changesOf("queue", old.Queues, next.Queues)...)
	out = append(out, changesOf("agent", old.Agents, next.Agents)...)
	for _, part := range []struct {
		what      string
		old, next any
	}{
		{"outgoing", old.Outgoing, next.Outgoing}, {"blocked", old.Blocked, next.Blocked},
		{"flood", old.Flood, next.Flood}, {"care", old.Care, next.Care},
	} {
		for _, d := range differences("", reflect.ValueOf(part.old), reflect.ValueOf(part.next)) {
			d.Kind, d.What = "changed", part.what
			out = append(out, d)
		}
	}
	out = append(out, changesOf("pause reason", old.PauseReasons, next.PauseReasons)...)
	return append(out, changesOf("disposition", old.Dispositions, next.Dispositions)...)
}

// changesOf compares two lists whose elements are named by their first field.
func changesOf[T any](what string, old, next []T) (out []Change) {
	name := func(e T) string { return reflect.ValueOf(e).Field(0).String() }
	find := func(list []T, want string) int {
		return slices.IndexFunc(list, func(e T) bool { return name(e) == want })
	}
	var stayed []int // places in old of those in both, in next's order
	for _, n := range next {
		i := find(old, name(n))
		if i < 0 {
			out = append(out, Change{Kind: "added", What: what, Name: name(n)})
			continue
		}
		stayed = append(stayed, i)
		for _, d := range differences("", reflect.ValueOf(old[i]), reflect.ValueOf(n)) {
			d.Kind, d.What, d.Name = "changed", what, name(n)
			out = append(out, d)
		}
	}
	for _, o := range old {
		if find(next, name(o)) < 0 {
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
			if x, y := words(a), words(b); x != y {
				out = append(out, Change{Key: key, Old: x, New: y})
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
