package configs

import (
	"fmt"
	"reflect"
	"strings"
)

// Setting describes one key of a document.
type Setting struct {
	Key     string   `json:"key"`  // sip.trunks[].name
	Type    string   `json:"type"` // text, number, switch, duration, choice, secret, list, group
	Default string   `json:"default"`
	Example string   `json:"example,omitempty"`
	Choices []string `json:"choices,omitempty"`
	Doc     string   `json:"doc"`
}

// Describe returns every key of the settings file, in its order.
func Describe() []Setting { return describe(reflect.TypeFor[Server]()) }

// DescribeRouting returns every key of the routing document, in its order.
func DescribeRouting() []Setting { return describe(reflect.TypeFor[Routing]()) }

func describe(t reflect.Type) []Setting {
	var all []Setting
	eachKey(t, "", func(path string, f reflect.StructField) {
		s := Setting{Key: path, Type: typeWord(f), Default: f.Tag.Get("default"), Example: f.Tag.Get("example"), Doc: f.Tag.Get("doc")}
		if tag := f.Tag.Get("choices"); tag != "" {
			s.Choices = strings.Split(tag, ",")
		}
		all = append(all, s)
	})
	return all
}

func typeWord(f reflect.StructField) string {
	switch {
	case f.Type == reflect.TypeFor[Duration]():
		return "duration"
	case f.Type == reflect.TypeFor[Secret]():
		return "secret"
	case f.Tag.Get("choices") != "":
		return "choice"
	case f.Type.Kind() == reflect.Int, f.Type.Kind() == reflect.Float64:
		return "number"
	case f.Type.Kind() == reflect.Bool:
		return "switch"
	case f.Type.Kind() == reflect.Slice:
		return "list"
	case f.Type.Kind() == reflect.Struct:
		return "group"
	}
	return "text"
}

// DescribeMarkdown returns docs/settings.md: every key of both documents.
func DescribeMarkdown() []byte {
	var b strings.Builder
	b.WriteString(`# Settings

Made from the structs in configs/ by ` + "`go generate ./configs`" + `; do not edit by hand.

Durations are written with their unit: ` + "`20s`, `2m30s`, `12h`" + `. An unknown key, a wrong type, an impossible value or two values that contradict
each other stop the start; all mistakes are told at once with their line. ` + "`sahut config check`" + ` tells them without starting.

## The settings file

Read at start by ` + "`sahut serve -config FILE`; `sahut config example`" + ` prints one in which every key has its default.

`)
	table(&b, Describe())
	b.WriteString(`
## The routing document

Numbers, queues and agents. An admin edits it in the browser, or with ` + "`sahut routing export`" + ` and ` + "`sahut routing apply`" + `; a change takes effect at once and drops no call.

`)
	table(&b, DescribeRouting())
	return []byte(b.String())
}

func table(b *strings.Builder, all []Setting) {
	b.WriteString("| key | type | default | meaning |\n|---|---|---|---|\n")
	for _, s := range all {
		standard := ""
		if s.Default != "" {
			standard = "`" + s.Default + "`"
		}
		doc := strings.ReplaceAll(s.Doc, "|", `\|`)
		if s.Example != "" {
			doc += " Example: `" + s.Example + "`."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.Key, s.Type, standard, doc)
	}
}

// makeExample returns sahut.example.yaml.
func makeExample() []byte {
	head := `# Settings of Sahut. Every key below has its default; a file needs only the keys that differ.
# Check a file with: sahut config check -config FILE
`
	return append([]byte(head), encode(Default(), true)...)
}
