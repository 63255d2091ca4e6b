package configs

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// encoder writes a struct as YAML, key by key in the order of its fields.
type encoder struct {
	b    strings.Builder
	docs bool // above each key, its doc; below an empty list, an example

	sampling bool // this is the example below an empty list
}

// encode returns v, a struct, as YAML.
func encode(v any, docs bool) []byte {
	e := encoder{docs: docs}
	e.object(reflect.ValueOf(v), "", "")
	return []byte(e.b.String())
}

// object writes the keys of v. The first line begins with first, the others
// with indent: that is how an element of a list gets its dash.
func (e *encoder) object(v reflect.Value, first, indent string) {
	for f := range fields(v.Type()) {
		val := v.FieldByIndex(f.Index)
		if strings.HasSuffix(f.Tag.Get("yaml"), ",omitempty") && val.IsZero() {
			continue
		}
		if e.docs {
			e.comment(f, indent)
		}
		e.b.WriteString(first + yamlName(f) + ":")
		first = indent
		e.value(val, f, indent)
	}
}

// vacant tells whether object would write nothing of v.
func vacant(v reflect.Value) bool {
	for f := range fields(v.Type()) {
		if !strings.HasSuffix(f.Tag.Get("yaml"), ",omitempty") || !v.FieldByIndex(f.Index).IsZero() {
			return false
		}
	}
	return true
}

func (e *encoder) value(v reflect.Value, f reflect.StructField, indent string) {
	_, text := v.Interface().(encoding.TextMarshaler)
	switch {
	case text || v.Kind() != reflect.Struct && v.Kind() != reflect.Slice:
		e.b.WriteString(" " + scalarYAML(v) + "\n")
	case v.Kind() == reflect.Struct && vacant(v):
		e.b.WriteString(" {}\n")
	case v.Kind() == reflect.Struct:
		e.b.WriteString("\n")
		e.object(v, indent+"  ", indent+"  ")
	case v.Len() == 0:
		e.b.WriteString(" []\n")
		if e.docs && f.Type.Elem().Kind() == reflect.Struct {
			e.sample(f, indent)
		}
	case v.Type().Elem().Kind() == reflect.Struct:
		e.b.WriteString("\n")
		for i := range v.Len() {
			e.object(v.Index(i), indent+"  - ", indent+"    ")
		}
	default:
		e.b.WriteString("\n")
		for i := range v.Len() {
			e.b.WriteString(indent + "  - " + scalarYAML(v.Index(i)) + "\n")
		}
	}
}

// comment writes the doc of f, wrapped, and a value it could have when it has
// none.
func (e *encoder) comment(f reflect.StructField, indent string) {
	if indent == "" && !e.sampling || f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[Secret]() {
		e.b.WriteString("\n")
	}
	for _, line := range wrap(f.Tag.Get("doc"), 96-len(indent)) {
		e.b.WriteString(indent + "# " + line + "\n")
	}
	if ex := f.Tag.Get("example"); ex != "" && !e.sampling {
		e.b.WriteString(indent + "# Example: " + ex + "\n")
	}
}

// sample writes, commented out, what one element of an empty list looks like.
func (e *encoder) sample(f reflect.StructField, indent string) {
	v := reflect.New(f.Type.Elem()).Elem()
	setDefaults(v)
	for f := range fields(v.Type()) {
		if ex := f.Tag.Get("example"); ex != "" {
			f.Tag = reflect.StructTag(`default:` + strconv.Quote(ex))
			setDefault(v.FieldByIndex(f.Index), f)
		}
	}
	inner := encoder{docs: true, sampling: true}
	inner.object(v, "  - ", "    ")
	e.b.WriteString(indent + "# One element looks like this:\n")
	for line := range strings.Lines(inner.b.String()) {
		e.b.WriteString(strings.TrimRight(indent+"#"+line, " \n") + "\n")
	}
}

// plain matches texts that are themselves in YAML whatever the reader's taste.
var plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./:-]*$`)

// wordsOfYAML are plain texts some readers take for something else.
var wordsOfYAML = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)

func scalarYAML(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("configs: write %s: %v", v.Type(), err))
		}
		if _, d := v.Interface().(Duration); d {
			return string(b)
		}
		return quoteYAML(string(b))
	}
	if v.Kind() == reflect.String {
		return quoteYAML(v.String())
	}
	if v.Kind() == reflect.Float64 {
		return formatFloat(v.Float())
	}
	return fmt.Sprint(v.Interface())
}

// quoteYAML writes s so that every YAML reader takes it for the same text.
func quoteYAML(s string) string {
	if plain.MatchString(s) && !wordsOfYAML.MatchString(s) && !strings.HasSuffix(s, ":") {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r == 0x2028 || r == 0x2029 || r == 0xfeff || r == utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// wrap breaks text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
