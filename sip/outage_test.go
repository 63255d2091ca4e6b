package sip

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The trunks page says every cause in Indonesian.
func TestOutagesAreTranslated(t *testing.T) {
	b, err := os.ReadFile("../agentui/web/i18n/outages-id.json")
	if err != nil {
		t.Fatal(err)
	}
	var table map[string]string
	if err := json.Unmarshal(b, &table); err != nil {
		t.Fatal(err)
	}
	for code, english := range outages {
		if table[code] == "" || strings.Contains(table[code], "{0}") != strings.Contains(english, "{0}") {
			t.Errorf("%s is said as %q", code, table[code])
		}
	}
	for code := range table {
		if outages[code] == "" {
			t.Errorf("%s is translated and no cause", code)
		}
	}
	if got := inEnglish(causeRefused + ":403"); got != "refuses our registration (403)" {
		t.Errorf("with what it said: %q", got)
	}
	if inEnglish("") != "" {
		t.Error("no cause says something")
	}
}
