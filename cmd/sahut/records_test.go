package main

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"sahut/queue"
)

// No cell of the records is a formula for who opens them in a spreadsheet, and no
// other cell is changed.
func TestRecordsAreNoFormulas(t *testing.T) {
	began := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	var out strings.Builder
	err := printCSV(&out, []queue.Call{
		{ID: "01J", Started: began, Number: "+62811", Queue: "=cmd|'/c calc'!A1", Agent: "@sum", EndedBy: "-1", WaitMS: 1200, Cost: 2.5},
		{ID: "01K", Started: began, Number: "••••963", Queue: "hotline", Agent: "sari"},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v %v", rows, err)
	}
	want := map[string][2]string{
		"number": {"'+62811", "••••963"}, "queue": {"'=cmd|'/c calc'!A1", "hotline"}, "agent": {"'@sum", "sari"}, "ended_by": {"'-1", ""},
		"wait_ms": {"1200", "0"}, "cost": {"2.5", "0"}, "id": {"01J", "01K"},
	}
	for i, name := range rows[0] {
		if cells, ok := want[name]; ok && cells != [2]string{rows[1][i], rows[2][i]} {
			t.Errorf("%s is %q and %q, want %q", name, rows[1][i], rows[2][i], cells)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("no columns %v", want)
	}
}
