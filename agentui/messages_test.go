package agentui

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// examples reads the JSON blocks of docs/protocol.md by the section they stand in.
func examples(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	side := ""
	block := regexp.MustCompile("(?s)^json\n(.*)\n$")
	for _, section := range regexp.MustCompile(`(?m)^## `).Split(string(text), -1) {
		side, _, _ = strings.Cut(section, "\n")
		for i, part := range strings.Split(section, "```") {
			if m := block.FindStringSubmatch(part); i%2 == 1 && m != nil {
				found[side] = append(found[side], m[1])
			}
		}
	}
	return found
}

// TestProtocolExamples reads every example of docs/protocol.md into the Go
// types, strictly, writes it again and compares, and misses no type.
func TestProtocolExamples(t *testing.T) {
	found := examples(t)
	for side, table := range map[string]map[string]func() any{"From the server": serverMessages, "From the page": clientMessages} {
		missing := map[string]bool{}
		for kind := range table {
			missing[kind] = true
		}
		for _, text := range found[side] {
			var head Head
			if err := json.Unmarshal([]byte(text), &head); err != nil {
				t.Errorf("%s: %v in\n%s", side, err, text)
				continue
			}
			empty, known := table[head.Type]
			if !known {
				t.Errorf("%s: type %q has no Go type", side, head.Type)
				continue
			}
			delete(missing, head.Type)
			m := empty()
			d := json.NewDecoder(strings.NewReader(text))
			d.DisallowUnknownFields()
			if err := d.Decode(m); err != nil {
				t.Errorf("%s: %s: %v", side, head.Type, err)
				continue
			}
			sameJSON(t, text, m)
			if got, kind, err := decode(table, []byte(text)); err != nil || kind != head.Type || !reflect.DeepEqual(got, m) {
				t.Errorf("decode of %s gave %v, %q, %v", head.Type, got, kind, err)
			}
		}
		for kind := range missing {
			t.Errorf("docs/protocol.md has no example of %q under %q", kind, side)
		}
	}
}

// sameJSON fails if m does not write what text says: a field that the example
// lacks or the type forgets.
func sameJSON(t *testing.T, text string, m any) {
	t.Helper()
	again, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(bytes.NewReader(again)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example and its type differ:\n%s\n%s", text, again)
	}
}

// TestTroublesDocumented holds docs/protocol.md to the error codes of the code.
func TestTroublesDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []TroubleCode{BadMessage, NoVersion, NotLive, NotAgent, OfferRefused, NoPath, MicSilent, TooFast} {
		if !strings.Contains(string(text), "| `"+string(code)+"` |") {
			t.Errorf("docs/protocol.md does not explain error %q", code)
		}
	}
}
