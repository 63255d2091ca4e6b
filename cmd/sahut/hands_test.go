package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/queue"
)

// What hands do on a page beside pressing its buttons, with a mouse or without one.

// fill writes into the field with this id.
func (p *screen) fill(id, text string) {
	p.t.Helper()
	if p.noMouse {
		p.tabTo(id)
		p.do("write", chromedp.KeyEvent(text))
		return
	}
	p.do("write", chromedp.SendKeys(chromedp.CSS("#"+id), text))
}

// tick presses what has this id and no name of its own, such as a checkbox.
func (p *screen) tick(id string) {
	p.t.Helper()
	if p.noMouse {
		p.tabTo(id)
		p.do("press "+id, chromedp.KeyEvent(" "))
		return
	}
	p.must("press "+id, p.click(fmt.Sprintf(waiting, fmt.Sprintf(`const e = document.getElementById(%q); return e?.closest("label") ?? e;`, id))))
}

// pick marks one of the choices of that name; without a mouse by Tab and arrows.
func (p *screen) pick(name, value string) {
	p.t.Helper()
	if !p.noMouse {
		p.must("pick "+value, p.click(fmt.Sprintf(waiting, fmt.Sprintf(`return document.querySelector('input[name="%s"][value="%s"]')?.closest("label");`, name, value))))
		return
	}
	p.js(name+" is there", fmt.Sprintf(waiting, fmt.Sprintf(`return document.querySelector('input[name="%s"]') ? "yes" : "";`, name)))
	p.tabUntil(name, fmt.Sprintf(`e.name === %q`, name))
	var from, to, of int
	_, err := fmt.Sscan(p.js("which", fmt.Sprintf(`(() => { const all = [...document.getElementsByName(%q)]; return [all.indexOf(document.activeElement), all.findIndex((e) => e.value === %q), all.length].join(" "); })()`, name, value)), &from, &to, &of)
	p.must("which", err)
	key, steps := kb.ArrowDown, (to-from+of)%of
	if 2*steps > of {
		key, steps = kb.ArrowUp, of-steps
	}
	if steps == 0 {
		p.do("pick "+value, chromedp.KeyEvent(" "))
	}
	for range steps {
		p.do("pick "+value, chromedp.KeyEvent(key))
	}
	p.soon(value+" is picked, and the focus still there", fmt.Sprintf(`document.activeElement.name === %q && document.activeElement.value === %q && document.activeElement.checked`, name, value))
}

// unfoldBy unfolds the part of the page with this summary.
func (p *screen) unfoldBy(css string) {
	p.t.Helper()
	find := fmt.Sprintf(`document.querySelector(%q)`, css)
	if p.noMouse {
		p.tabUntil(css, "e === "+find)
		p.do("unfold", chromedp.KeyEvent(kb.Enter))
		return
	}
	p.must("unfold", p.click(fmt.Sprintf(waiting, "return "+find)))
}

// answers takes the call that rings; without a mouse by its key.
func (p *screen) answers() {
	p.t.Helper()
	if p.noMouse {
		p.state(queue.Offered)
		p.do("answer", chromedp.KeyEvent(kb.F2))
	} else {
		p.press("Answer")
	}
	p.state(queue.Talking)
}

// shut closes the dialog that is open.
func (p *screen) shut() {
	p.t.Helper()
	p.do("Esc", chromedp.KeyEvent(kb.Escape))
	p.is("no dialog", `!document.querySelector("dialog[open]")`)
}

// soon waits for an expression to be true that no change of the document tells of, as
// where the focus is.
func (p *screen) soon(what, expression string) {
	p.t.Helper()
	p.js(what, fmt.Sprintf(`new Promise((done, fail) => {
		const end = performance.now() + 30000;
		const look = () => { if (%s) done("yes"); else if (performance.now() > end) fail(new Error("not within 30 s; the focus is on " + document.activeElement.outerHTML.slice(0, 200))); else setTimeout(look, 20); };
		look(); })`, expression))
}

// inLanguage goes to the sign-in page anew, in a language and with or without a mouse.
func (p *screen) inLanguage(lang string, noMouse bool) {
	p.t.Helper()
	p.do("open", chromedp.Navigate("http://"+p.web.Addr().String()+"/signin?lang="+lang))
	p.lang, p.noMouse = lang, noMouse
}

// inBoth runs a story in English by mouse, and in Indonesian without one.
func inBoth(t *testing.T, story func(t *testing.T, lang string, noMouse bool)) {
	t.Parallel()
	for _, c := range []struct {
		name, lang string
		noMouse    bool
	}{{"mouse", "en", false}, {"keyboard", "id", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			story(t, c.lang, c.noMouse)
		})
	}
}

// either is the one of two that is in the page's language.
func (p *screen) either(en, id string) string {
	if p.lang == "id" {
		return id
	}
	return en
}
