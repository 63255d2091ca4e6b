package configs

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated files")

// TestGenerated holds the committed example and reference equal to what the
// structs say. go generate ./configs rewrites them.
func TestGenerated(t *testing.T) {
	for path, want := range map[string][]byte{
		"sahut.example.yaml":  makeExample(),
		"../docs/settings.md": DescribeMarkdown(),

		"../agentui/web/preview/fields.json": formFields(t), // what the admin's screen is looked at with
	} {
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the structs say; run go generate ./configs", path)
		}
	}
}

// formFields is the description of the routing's form as the page gets it.
func formFields(t *testing.T) []byte {
	t.Helper()
	b, err := json.MarshalIndent(Fields(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}
