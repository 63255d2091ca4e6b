package agentui

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the administration shows of a shipped prompt is what was spoken for it.
func TestPromptWordsAreSpoken(t *testing.T) {
	var shown map[string]map[string]string
	text, err := os.ReadFile("web/i18n/prompts.json")
	if err == nil {
		err = json.Unmarshal(text, &shown)
	}
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../configs/promptgen/make.sh")
	if err != nil {
		t.Fatal(err)
	}
	sentences := 0
	for _, m := range regexp.MustCompile(`(?m)^say (en|id) (\S+) "([^"]*)"`).FindAllStringSubmatch(string(script), -1) {
		if len(strings.Fields(m[3])) <= 2 { // a number, or a part of a sentence
			continue
		}
		sentences++
		if got := shown[m[1]][m[2]]; got != m[3] {
			t.Errorf("%s %s says %q, and shows %q: agentui/web/i18n/prompts.json", m[1], m[2], m[3], got)
		}
	}
	if n := len(shown["en"]) + len(shown["id"]); sentences < 40 || n != sentences {
		t.Errorf("%d are spoken, %d are shown", sentences, n)
	}
}
