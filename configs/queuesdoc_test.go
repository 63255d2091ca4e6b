package configs

import (
	"os"
	"strings"
	"testing"
)

// TestQueuesManual: every example of docs/queues.md is a valid document. Those
// about volunteers alone stand beside a queue.
func TestQueuesManual(t *testing.T) {
	b, err := os.ReadFile("../docs/queues.md")
	if err != nil {
		t.Fatal(err)
	}
	const hotline = "queues: [{id: hotline, label: Hotline, exit: {words: closing}}]\n"
	examples := 0
	for i, part := range strings.Split(string(b), "```") {
		text, yaml := strings.CutPrefix(part, "yaml\n")
		if i%2 == 0 || !yaml {
			continue
		}
		examples++
		if !strings.HasPrefix(text, "queues:") && !strings.Contains(text, "\nqueues:") {
			text = hotline + text
		}
		if _, err := ParseRouting([]byte(text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if examples < 8 {
		t.Errorf("only %d examples", examples)
	}
}
