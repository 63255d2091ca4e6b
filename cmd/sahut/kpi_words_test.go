package main

import (
	"os"
	"strings"
	"testing"

	"sahut/reports"
)

// TestFiguresAreDocumented wants every figure explained in docs/kpi.md and in both
// languages of the screens.
func TestFiguresAreDocumented(t *testing.T) {
	for _, file := range []string{"../../docs/kpi.md", "../../agentui/web/i18n/kpi-en.ts", "../../agentui/web/i18n/kpi-id.ts"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range new(reports.Tally).KPIs() {
			if as := "  " + k.ID + ": ["; !strings.Contains(string(text), "`"+k.ID+"`") && !strings.Contains(string(text), as) {
				t.Errorf("%s has no %s", file, k.ID)
			}
		}
	}
}
