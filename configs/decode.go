package configs

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decoder lays a tree of nodes into a struct. It goes on after a mistake, so
// that one reading finds them all.
type decoder struct {
	strings  bool // strings must be quoted (JSON)
	lenient  bool // unknown keys are dropped (a document a newer Sahut kept)
	root     reflect.Type
	places   map[string]position
	problems Problems
}

// decode fills into, a pointer to a struct, with defaults and then with root.
// It returns where each value stood.
func decode(root *node, into any, opts decoder) (map[string]position, Problems) {
	d := opts
	v := reflect.ValueOf(into).Elem()
	d.root = v.Type()
	d.places = map[string]position{}
	setDefaults(v)
	if root != nil {
		d.value(root, v, "", "")
	}
	return d.places, d.problems
}

func (d *decoder) bad(n *node, path, value string, m mistake, args ...any) {
	p := m.problem(path, value, args...)
	p.Line, p.Column = n.at.line, n.at.column
	d.problems = append(d.problems, p)
}

// badLike is bad of a mistake that says how to write it, if there is an example;
// plain is the same without one.
func (d *decoder) badLike(n *node, path, value, example string, m, plain mistake, args ...any) {
	if example == "" {
		m = plain
	}
	d.bad(n, path, value, m, append(args, example)...)
}

// value lays n into v. A key without a value is as good as absent.
func (d *decoder) value(n *node, v reflect.Value, path, example string) {
	d.places[path] = n.at
	if n.kind == null {
		return
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(n, v, path, example)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Slice:
		d.list(n, v, path, example)
	default:
		d.scalar(n, v, path, example)
	}
}

func (d *decoder) object(n *node, v reflect.Value, path string) {
	if n.kind != object {
		d.bad(n, path, n.text, notObject, n.kind, strings.Join(keysOf(v.Type()), ", "))
		return
	}
	for _, e := range n.keys {
		below := join(path, e.name)
		f, ok := field(v.Type(), e.name)
		if !ok {
			if !d.lenient {
				d.unknown(e, v.Type(), path)
			}
			continue
		}
		if e.value.kind == null {
			e.value.at = e.at
		}
		d.value(e.value, v.FieldByIndex(f.Index), below, exampleOf(f))
	}
}

func (d *decoder) list(n *node, v reflect.Value, path, example string) {
	if n.kind != list {
		items := splitList(example)
		for i := range items {
			items[i] = strconv.Quote(items[i])
		}
		d.badLike(n, path, n.text, strings.Join(items, ", "), notListLike, notList, n.kind)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		at := path + "[" + strconv.Itoa(i) + "]"
		e := out.Index(i)
		setDefaults(e)
		if item.kind == null {
			d.places[at] = item.at
			d.bad(item, at, "", emptyElement)
			continue
		}
		d.value(item, e, at, example)
	}
	v.Set(out)
}

func (d *decoder) scalar(n *node, v reflect.Value, path, example string) {
	if n.kind != scalar {
		d.badLike(n, path, "", example, wrongKind, wrongPlace, n.kind, kindWord(v.Type()))
		return
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		if d.strings && !n.quoted {
			err = strconv.ErrSyntax
			break
		}
		v.SetString(n.text)
	case reflect.Int:
		var i int
		if i, err = strconv.Atoi(n.text); err == nil && n.quoted {
			err = strconv.ErrSyntax
		}
		if err == nil {
			v.SetInt(int64(i))
		}
	case reflect.Float64:
		var f float64
		if f, err = parseFloat(n.text); err == nil && n.quoted {
			err = strconv.ErrSyntax
		}
		if err == nil {
			v.SetFloat(f)
		}
	case reflect.Bool:
		if n.quoted || n.text != "true" && n.text != "false" {
			err = strconv.ErrSyntax
		}
		v.SetBool(n.text == "true")
	default:
		panic("configs: no way to read a " + v.Type().String()) // a field of a new type: teach scalar
	}
	switch {
	case err == nil:
	case n.quoted:
		d.bad(n, path, n.text, quoted, kindWord(v.Type()), example)
	default:
		d.badLike(n, path, n.text, example, notKind, notKindPlain, kindWord(v.Type()))
	}
}

// text reads a type that reads itself.
func (d *decoder) text(n *node, v reflect.Value, path, example string) {
	_, secret := v.Interface().(Secret)
	switch {
	case n.kind != scalar:
		d.badLike(n, path, "", example, wrongKind, wrongPlace, n.kind, kindWord(v.Type()))
		return
	case d.strings && !n.quoted:
		d.badLike(n, path, n.text, example, needsQuotes, needsQuotesIn, kindWord(v.Type()))
		return
	}
	err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text))
	switch {
	case err == nil:
	case secret:
		d.bad(n, path, "", unreadable)
	default:
		if _, numeric := strconv.Atoi(n.text); numeric == nil {
			d.bad(n, path, n.text, noUnit, n.text)
			return
		}
		d.badLike(n, path, n.text, example, notKind, notKindPlain, kindWord(v.Type()))
	}
}

// unknown notes a key that t does not have.
func (d *decoder) unknown(e entry, t reflect.Type, path string) {
	p := d.misplaced(e.name, t)
	p.Path, p.Line, p.Column = join(path, e.name), e.at.line, e.at.column
	if !plainName.MatchString(e.name) { // it would garble the path
		p.Path, p.Value = path, e.name
	}
	d.problems = append(d.problems, p)
}

// misplaced guesses what key was meant.
func (d *decoder) misplaced(name string, t reflect.Type) Problem {
	here := keysOf(t)
	if near := nearest(name, here); near != "" {
		return unknownNear.problem("", "", near)
	}
	var elsewhere []string
	eachKey(d.root, "", func(path string, f reflect.StructField) {
		if yamlName(f) == name {
			elsewhere = append(elsewhere, path)
		}
	})
	if len(elsewhere) > 0 {
		return unknownHere.problem("", "", elsewhere)
	}
	return unknownKey.problem("", "", strings.Join(here, ", "))
}

// kindWord names what a value of type t looks like.
func kindWord(t reflect.Type) term {
	switch {
	case t == reflect.TypeFor[Duration]():
		return "duration"
	case t == reflect.TypeFor[Secret]():
		return "password"
	case t.Kind() == reflect.Int:
		return "number"
	case t.Kind() == reflect.Float64:
		return "amount"
	case t.Kind() == reflect.Bool:
		return "switch"
	case t.Kind() == reflect.Slice:
		return list
	case t.Kind() == reflect.Struct:
		return object
	}
	return "text"
}

// setDefaults fills v, a struct, from the default tags of its fields. Lists
// become empty, never nil, so that JSON says [].
func setDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			return // a type that reads itself
		}
		setDefault(v.Field(i), f)
	}
}

func setDefault(v reflect.Value, f reflect.StructField) {
	tag := f.Tag.Get("default")
	switch v.Interface().(type) {
	case Duration:
		if tag == "" {
			return
		}
		d, err := time.ParseDuration(tag)
		must(err, f)
		v.SetInt(int64(d))
		return
	case Secret:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		setDefaults(v)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		for _, word := range splitList(tag) {
			v.Set(reflect.Append(v, reflect.ValueOf(word)))
		}
	case reflect.String:
		v.SetString(tag)
	case reflect.Int:
		if tag != "" {
			n, err := strconv.Atoi(tag)
			must(err, f)
			v.SetInt(int64(n))
		}
	case reflect.Float64:
		if tag != "" {
			amount, err := parseFloat(tag)
			must(err, f)
			v.SetFloat(amount)
		}
	case reflect.Bool:
		v.SetBool(tag == "true")
	}
}

// must holds for the tags of our own structs, which a test reads.
func must(err error, f reflect.StructField) {
	if err != nil {
		panic(fmt.Sprintf("configs: default of %s: %v", f.Name, err))
	}
}

func splitList(tag string) []string {
	if tag == "" {
		return nil
	}
	words := strings.Split(tag, ",")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

// yamlName returns the key of a field.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// exampleOf returns a value for messages: the default, or one made for it.
func exampleOf(f reflect.StructField) string {
	if e := f.Tag.Get("example"); e != "" {
		return e
	}
	return f.Tag.Get("default")
}

// field finds the field of t with key name.
func field(t reflect.Type, name string) (reflect.StructField, bool) {
	for f := range fields(t) {
		if yamlName(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// fields yields the fields of t that are keys.
func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if f := t.Field(i); yamlName(f) != "" && !yield(f) {
				return
			}
		}
	}
}

func keysOf(t reflect.Type) []string {
	var names []string
	for f := range fields(t) {
		names = append(names, yamlName(f))
	}
	return slices.Clip(names)
}

// eachKey calls fn for every key at and below t, lists written as trunks[].name.
func eachKey(t reflect.Type, path string, fn func(path string, f reflect.StructField)) {
	for f := range fields(t) {
		at := join(path, yamlName(f))
		fn(at, f)
		switch ft := f.Type; {
		case ft == reflect.TypeFor[Secret]():
		case ft.Kind() == reflect.Struct:
			eachKey(ft, at, fn)
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct:
			eachKey(ft.Elem(), at+"[]", fn)
		}
	}
}
