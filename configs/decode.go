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

func (d *decoder) bad(n *node, path, value, reason, remedy string) {
	d.problems = append(d.problems, Problem{Path: path, Line: n.at.line, Column: n.at.column,
		Value: value, Reason: reason, Remedy: remedy})
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
		d.bad(n, path, n.text, fmt.Sprintf("is %s, not %s", n.kind, object), "write its keys below it: "+strings.Join(keysOf(v.Type()), ", "))
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
		remedy := "begin each element with a dash"
		if example != "" {
			words := splitList(example)
			for i := range words {
				words[i] = strconv.Quote(words[i])
			}
			remedy = "write [" + strings.Join(words, ", ") + "]"
		}
		d.bad(n, path, n.text, fmt.Sprintf("is %s, not %s", n.kind, list), remedy)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		at := path + "[" + strconv.Itoa(i) + "]"
		e := out.Index(i)
		setDefaults(e)
		if item.kind == null {
			d.places[at] = item.at
			d.bad(item, at, "", "is empty", "remove the element, or fill it in")
			continue
		}
		d.value(item, e, at, example)
	}
	v.Set(out)
}

func (d *decoder) scalar(n *node, v reflect.Value, path, example string) {
	if n.kind != scalar {
		d.bad(n, path, "", fmt.Sprintf("is %s, not %s", n.kind, kindWord(v.Type())), forExample(example))
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
		d.bad(n, path, n.text, "in quotes is not "+kindWord(v.Type()), "write it without quotes, like "+example)
	default:
		d.bad(n, path, n.text, "is not "+kindWord(v.Type()), forExample(example))
	}
}

// text reads a type that reads itself.
func (d *decoder) text(n *node, v reflect.Value, path, example string) {
	_, secret := v.Interface().(Secret)
	switch {
	case n.kind != scalar:
		d.bad(n, path, "", fmt.Sprintf("is %s, not %s", n.kind, kindWord(v.Type())), forExample(example))
		return
	case d.strings && !n.quoted:
		d.bad(n, path, n.text, "is not "+kindWord(v.Type())+" in quotes", forExample(example))
		return
	}
	err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text))
	switch {
	case err == nil:
	case secret:
		d.bad(n, path, "", "cannot be read", "")
	default:
		remedy := forExample(example)
		if _, numeric := strconv.Atoi(n.text); numeric == nil {
			remedy = fmt.Sprintf("say the unit: %ss or %sm", n.text, n.text)
		}
		d.bad(n, path, n.text, "is not "+kindWord(v.Type()), remedy)
	}
}

// unknown notes a key that t does not have.
func (d *decoder) unknown(e entry, t reflect.Type, path string) {
	p := Problem{Path: join(path, e.name), Line: e.at.line, Column: e.at.column,
		Reason: "is unknown", Remedy: d.unknownRemedy(e.name, t)}
	if !plainName.MatchString(e.name) { // it would garble the path
		p.Path, p.Value = path, e.name
	}
	d.problems = append(d.problems, p)
}

// unknownRemedy guesses what key was meant.
func (d *decoder) unknownRemedy(name string, t reflect.Type) string {
	here := keysOf(t)
	if near := nearest(name, here); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	var elsewhere []string
	eachKey(d.root, "", func(path string, f reflect.StructField) {
		if yamlName(f) == name {
			elsewhere = append(elsewhere, path)
		}
	})
	if len(elsewhere) > 0 {
		return "it belongs at " + orList(elsewhere)
	}
	return "remove it; the keys here are " + strings.Join(here, ", ")
}

func forExample(example string) string {
	if example == "" {
		return "take the example as a pattern"
	}
	return "write it like " + example
}

// kindWord names what a value of type t looks like.
func kindWord(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return "a duration"
	case t == reflect.TypeFor[Secret]():
		return "a password"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "an amount"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return string(list)
	case t.Kind() == reflect.Struct:
		return string(object)
	}
	return "a text"
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
