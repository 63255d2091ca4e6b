package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// Every dialog of the volunteer's page without a mouse: it opens with the focus in it,
// Tab goes round in it, Esc closes it, and the focus is where it was; opened by its
// key from the note, she goes on writing.
func TestChromiumDialogs(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *configs.Routing) { r.Queues[0].Greeting = "hold" }) // short
	p := s.openScreen()
	p.inLanguage("id", true)
	p.signIn("sari")
	p.press("Skip")
	p.press("Start shift")
	p.state(queue.Paused)
	p.byButton("Call a number", "Call a number")
	p.unfoldBy(".menu > summary")
	p.tabTo(p.word("Show me around"))
	p.do("leave the menu", chromedp.KeyEvent(kb.Escape))
	p.soon("the menu is closed, the focus on its button", `!document.querySelector(".menu").open && document.activeElement.matches(".menu > summary")`)
	p.do("open the menu again", chromedp.KeyEvent(kb.Enter))
	p.tabUntil("shortcuts", `e.querySelector("kbd")?.textContent === "?"`)
	p.roundTrip("Keyboard shortcuts", kb.Enter, `document.activeElement.matches(".menu > summary") && !document.querySelector(".menu").open`)
	p.press("Ready")
	p.state(queue.Ready)
	p.byButton("Pause", "Pause")
	p.roundTrip("Keyboard shortcuts", "?", `document.activeElement === window.opener`)

	caller := s.dial(siptest.Options{})
	p.answers()
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	for _, name := range []string{"Keypad", "Transfer", "Pause"} {
		p.byButton(name, name)
	}
	p.fill("note", "Sebentar")
	for name, key := range map[string]string{"Keypad": kb.F4, "Transfer": kb.F8} {
		p.roundTrip(name, key, `document.activeElement.id === "note"`, chromedp.KeyModifiers(chromedp.ModifierShift))
	}
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	p.byButton("Pause", "Pause")
}

// byButton opens a dialog by its button.
func (p *screen) byButton(button, dialog string) {
	p.t.Helper()
	p.tabTo(p.word(button))
	p.roundTrip(dialog, kb.Enter, `document.activeElement === window.opener`)
}

// roundTrip opens a dialog by a key, goes round in it and closes it.
func (p *screen) roundTrip(dialog, key, back string, modifiers ...chromedp.KeyOption) {
	p.t.Helper()
	p.js("remember", `window.opener = document.activeElement; "kept"`)
	p.do("open "+dialog, chromedp.KeyEvent(key, modifiers...))
	p.soon(dialog+" is open with the focus in it", fmt.Sprintf(`document.querySelector("dialog[open]")?.getAttribute("aria-label") === %q && document.querySelector("dialog[open]").contains(document.activeElement)`, p.word(dialog)))
	p.is("nothing more is to come", fmt.Sprintf(`!document.querySelector("dialog[open]").textContent.includes(%q)`, p.word("Loading…")))
	p.js("what can be reached", `window.met = new Set(); window.reach = document.querySelectorAll("dialog[open] :is(button, input, select, a[href])").length; "counted"`)
	tab := func(opts ...chromedp.KeyOption) string {
		p.do("Tab", chromedp.KeyEvent(kb.Tab, opts...))
		return p.js("where it is", `(() => { const e = document.activeElement;
			if (e !== document.body && !e.closest("dialog[open]")) return "outside: " + e.outerHTML.slice(0, 80);
			const again = e === document.body || window.met.has(e);
			if (e !== document.body) window.met.add(e);
			return again ? "round" : "in"; })()`)
	}
	at := tab()
	for at == "in" {
		at = tab()
	}
	for range 3 { // and back over the edge
		if at == "round" || at == "in" {
			at = tab(chromedp.KeyModifiers(chromedp.ModifierShift))
		}
	}
	if at != "round" && at != "in" {
		p.t.Errorf("Tab leaves the dialog %s: %s", dialog, at)
	}
	p.is("everything in it was reached", `window.met.size >= window.reach`)
	p.shut()
	p.soon("the focus is back after "+dialog, back)
}
