package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// The words of the screens in both languages, by their place in en.ts and id.ts.
// A word with holes has {0} and so on in them.
var screenWords = sync.OnceValues(func() (all struct{ En, ID map[string]string }, err error) {
	const flat = `import { en } from "./en"; import { id } from "./id";
		const flatten = (o: any, at = ""): any => Object.fromEntries(Object.entries(o).flatMap(([k, v]: any) => {
			if (typeof v === "string") return [[at + k, v]];
			if (typeof v === "function") try { return [[at + k, String(v("{0}", "{1}", "{2}"))]]; } catch { return []; }
			return v && typeof v === "object" ? Object.entries(flatten(v, at + k + ".")) : [];
		}));
		console.log(JSON.stringify({ En: flatten(en), ID: flatten(id) }));`
	bundle := exec.Command("go", "tool", "esbuild", "--bundle", "--format=cjs", "--platform=node", "--loader=ts")
	bundle.Dir, bundle.Stdin = filepath.Join("..", "..", "agentui", "web", "i18n"), strings.NewReader(flat)
	program, err := bundle.Output()
	if err != nil {
		return all, err
	}
	node := exec.Command("node", "-")
	node.Stdin = strings.NewReader(string(program))
	out, err := node.Output()
	if err != nil {
		return all, err
	}
	return all, json.Unmarshal(out, &all)
})

// word puts English words of the page into its language, with what fills their
// holes. Words that are none of the page's, such as a name, stay.
func (p *screen) word(english string, fill ...string) string {
	p.t.Helper()
	said := english
	if p.lang == "id" {
		all, err := screenWords()
		p.must("the words", err)
		at := ""
		for where, word := range all.En { // the shortest place, if there are several
			if word == english && (at == "" || len(where) < len(at) || len(where) == len(at) && where < at) {
				at = where
			}
		}
		if at != "" {
			said = all.ID[at]
		}
	}
	for i, with := range fill {
		said = strings.ReplaceAll(said, "{"+string(rune('0'+i))+"}", with)
	}
	return said
}
