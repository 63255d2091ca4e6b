package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
	"sahut/store"
)

// said is what she writes; it may stand nowhere in the clear.
const said = "Takut pulang malam ini"

// A real browser: her note survives a reload in the talk and goes on in wrap-up;
// one key marks how it went, which brings the rest; her last words are kept when
// she finishes at once; her day has the call, and a supervisor reads the note. She
// is asked whether she would like to talk to somebody.
func TestChromiumNotes(t *testing.T) {
	inBoth(t, func(t *testing.T, lang string, noMouse bool) {
		s := open(t, func(r *configs.Routing) {
			withRina(r)
			r.Dispositions[1].Heavy = true
		})
		p := s.openScreen()
		p.inLanguage(lang, noMouse)
		p.signIn("sari")
		p.press("Start shift")
		p.state(queue.Paused)
		p.press("Ready")
		for _, wants := range []string{"", p.either("Has called before: 1 time", "Pernah menelepon: 1 kali")} {
			caller := s.dial(siptest.Options{From: "0811223344"})
			if wants != "" {
				p.reads(wants)
				p.answers()
				s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
				p.fill("note", said)
				p.reads(p.word("Saved {0}", ""))
				p.reload()
				p.state(queue.Talking)
				p.noteIs(said)
			}
			s.must("hang up", caller.Hangup(s.ctx))
		}
		p.state(queue.WrapUp)
		p.noteIs(said)
		p.do("mark by a key", chromedp.KeyEvent("02"))
		p.reads(p.either("That was a heavy call", "Itu panggilan yang berat"))
		p.fill("note", ", 2 anak") // digits, too
		p.picture("notes-1-wrapup")
		// Somebody was helped: not before it is noted whether she could talk (SC-6).
		p.reads("Note it before you finish; “Not asked” if you could not ask.")
		p.press("Finish wrap-up")
		p.reads("First note whether she could talk safely.")
		p.state(queue.WrapUp)
		p.pick("talk-safe", "unknown")
		p.js("noted", fmt.Sprintf(waiting, `return document.querySelector("#talk-safe-unknown").checked && !document.querySelector("#talk-safety-needed");`))
		p.press("Finish wrap-up")
		p.state(queue.Paused)
		if asked := s.entries(queue.TalkSafetyNoted); len(asked) != 1 || asked[0].Result != "unknown" || asked[0].Agent != "sari" {
			t.Errorf("journal %+v", asked)
		}
		p.unfoldBy(".my-day summary")
		p.reads(p.either("Reports for someone else", "Melapor untuk orang lain"))
		p.picture("notes-2-day")
		p.talksToSomebody()

		id := s.record().ID
		var list agentui.NoteList
		o, err := openOperator(s.cfg.Data)
		s.must("operator", err)
		s.must("read the note", o.json(s.ctx, http.MethodGet, "/api/v1/notes/"+string(id), nil, &list))
		s.must("leave", o.close())
		if len(list.Notes) != 1 || list.Notes[0].Text != said+", 2 anak" || list.Notes[0].Agent != "sari" {
			t.Errorf("note %+v", list)
		}
		if read := s.entries(queue.NoteRead); len(read) != 1 || read[0].By != "operator" || read[0].Contact != id {
			t.Errorf("journal %+v", read)
		}
		if kept := p.js("nothing stays in the browser", `JSON.stringify(localStorage) + JSON.stringify(sessionStorage)`); strings.Contains(kept, "Takut") {
			t.Errorf("the browser keeps %s", kept)
		}
		files, err := filepath.Glob(filepath.Join(s.cfg.Data, "*"))
		s.must("look at the disk", err)
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err == nil && strings.Contains(string(b), "Takut") {
				t.Errorf("%s holds the words", f)
			}
		}
		if _, err := s.store.Note(id, "dewi"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("dewi's note: %v", err)
		}
	})
}

// talksToSomebody: in the rest after a heavy call she asks for somebody to talk to; a
// supervisor sees her name, talks with her, and it is over. She is ready again sooner
// than the rest would end.
func (p *screen) talksToSomebody() {
	p.t.Helper()
	s := p.site
	p.reads("Rest a while")
	p.reads("Would you like to talk to somebody about it?")
	p.press("Yes, ask a supervisor")
	p.reads("A supervisor knows that you would like to talk.")
	p.soon("the focus is not lost", `document.activeElement?.id === "debrief-back"`)
	p.reload()
	p.reads("A supervisor knows that you would like to talk.")
	rina, _ := s.onShift("rina")
	view, err := rina.Await(s.ctx, func(a queue.AgentView) bool { return a.Floor != nil && len(a.Floor.Debriefs) == 1 })
	s.must("a supervisor sees it", err)
	if d := view.Floor.Debriefs[0]; d.Agent != "sari" || d.Name != "Sari" {
		p.t.Errorf("she sees %+v", d)
	}
	p.picture("notes-3-rest")
	rina.Send("debrief.held", map[string]any{"agent": "sari"})
	p.is("it is over", `!document.getElementById("debrief")`)
	if over := s.entries(queue.DebriefOver); len(over) != 1 || over[0].Agent != "sari" || over[0].By != "rina" || over[0].Contact != "" {
		p.t.Errorf("journal %+v", over)
	}
	p.press("Ready")
	p.state(queue.Ready)
}

// noteIs waits until the field holds text.
func (p *screen) noteIs(text string) {
	p.t.Helper()
	p.js("the note", fmt.Sprintf(waiting, fmt.Sprintf(`return document.querySelector("#note")?.value === %q ? "yes" : "";`, text)))
}
