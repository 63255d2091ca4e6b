package configs

import (
	"os"
	"reflect"
	"regexp"
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

// TestQueuesManualNamesEachKey: whoever reads docs/queues.md meets every setting of
// a queue, of who calls and who answers.
func TestQueuesManualNamesEachKey(t *testing.T) {
	b, err := os.ReadFile("../docs/queues.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`[a-z0-9_]+`).FindAllString(string(b), -1) {
		words[w] = true
	}
	for _, of := range []any{Queue{}, Agent{}, Menu{}, MenuChoice{}, Rung{}, Option{}, Step{}, Callback{}, Disposition{}, Outgoing{}, Rate{}, Care{}, Cover{}} {
		for field := range reflect.TypeOf(of).Fields() {
			if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key != "" && key != "-" && !words[key] {
				t.Errorf("%T has %s, which docs/queues.md does not", of, key)
			}
		}
	}
}
