package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/queue"
	"sahut/sip/siptest"
)

// screen is a real volunteer's page.
type screen struct {
	*site
	browser
	tab context.Context // of Chromium, for what only it can do

	lang     string // of the page, into which press and reads put the English words; empty: English
	noMouse  bool   // press without a mouse
	mayFail  string // what in the console's errors is no fault of the page
	mu       sync.Mutex
	problems []string // of the page; guarded by mu
}

// browser does to a page what a person does. Expressions may be promises.
type browser interface {
	evaluate(expression string) (string, error)
	// click presses the element that an expression finds, as a mouse does.
	click(find string) error
	typeInto(css, text string) error
	// follow clicks what leads to another page, and waits for that page.
	follow(css string) error
	look() (png []byte, err error)
}

func (p *screen) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.tab, steps...); err != nil {
		p.fail(what, err)
	}
}

// js evaluates an expression that may be a promise.
func (p *screen) js(what, expression string) string {
	p.t.Helper()
	v, err := p.evaluate(expression)
	if err != nil {
		p.fail(what, err)
	}
	return v
}

// fail keeps a picture of what went wrong.
func (p *screen) fail(what string, err error) {
	p.t.Helper()
	p.picture("failed")
	p.t.Fatalf("%s: %v", what, err)
}

// picture keeps a screenshot in out/screens, for a person to look at.
func (p *screen) picture(name string) {
	png, err := p.look()
	if err != nil {
		return
	}
	dir := filepath.Join("..", "..", "out", "screens")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
}

// waiting turns a condition into a promise of what it finds, which looks at every
// change of the page and gives up after 30 s.
const waiting = `new Promise((done, fail) => {
	const look = () => { try { const v = (() => { %s })(); if (v) { watch.disconnect(); clearTimeout(limit); done(v instanceof Element ? v : String(v)); } } catch (e) { fail(e); } };
	const watch = new MutationObserver(look);
	watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
	const limit = setTimeout(() => { watch.disconnect(); fail(new Error("not within 30 s; the page says: " + document.body.innerText.slice(0, 600))); }, 30000);
	look();
})`

// button finds the button with this accessible name when it can be clicked.
const button = `
	const named = b => { if (b.hasAttribute("aria-label")) return b.getAttribute("aria-label"); const c = b.cloneNode(true); c.querySelectorAll("[aria-hidden=true]").forEach(n => n.remove()); return c.textContent.trim(); };
	return [...document.querySelectorAll("button")].find(b => named(b) === %q && !b.disabled && b.getAttribute("aria-disabled") !== "true" && b.getClientRects().length);`

// press clicks the button with this accessible name when it can be clicked; without
// a mouse it goes there by Tab.
func (p *screen) press(name string) {
	p.t.Helper()
	name = p.word(name)
	if p.noMouse {
		p.tabTo(name)
		p.do("press "+name, chromedp.KeyEvent(kb.Enter))
		return
	}
	if err := p.click(fmt.Sprintf(waiting, fmt.Sprintf(button, name))); err != nil {
		p.fail("press "+name, err)
	}
}

// state waits until the page shows a state.
func (p *screen) state(want queue.AgentState) {
	p.t.Helper()
	p.js("state "+string(want), fmt.Sprintf(waiting, fmt.Sprintf(`return document.querySelector('[role=status][data-state="%s"]') ? "yes" : "";`, want)))
}

// hears waits until the page's audio element plays a tone of freq hertz, and
// nothing louder.
func (p *screen) hears(freq float64) { p.t.Helper(); p.hearsAmong(freq, 0) }

// hearsAmong is hears where others may be louder by so many dB.
func (p *screen) hearsAmong(freq, louder float64) {
	p.t.Helper()
	p.js("hear the caller", fmt.Sprintf(`(async () => {
		const ctx = new AudioContext(); await ctx.resume();
		const an = ctx.createAnalyser(); an.fftSize = 8192;
		const bins = new Float32Array(an.frequencyBinCount);
		const end = performance.now() + 20000;
		let of = null; // a new path is a new stream
		while (performance.now() < end) {
			await new Promise(r => setTimeout(r, 50));
			const stream = document.getElementById("far-end").srcObject;
			if (stream && stream !== of) ctx.createMediaStreamSource(of = stream).connect(an);
			an.getFloatFrequencyData(bins);
			const hz = ctx.sampleRate / an.fftSize;
			let best = -Infinity, it = -Infinity;
			bins.forEach((v, i) => { best = Math.max(best, v); if (Math.abs(i * hz - %f) < 15) it = Math.max(it, v); });
			if (it > -60 && it >= best - %f) { await ctx.close(); return String(it); }
		}
		throw new Error("not heard");
	})()`, freq, louder))
}

// signIn goes to the volunteer's page.
func (p *screen) signIn(name string) {
	p.t.Helper()
	for css, text := range map[string]string{"#username": name, "#password": p.password} {
		if err := p.typeInto(css, text); err != nil {
			p.fail("sign in", err)
		}
	}
	if err := p.follow("button[type=submit]"); err != nil {
		p.fail("sign in", err)
	}
	p.js("arrive on the screen", fmt.Sprintf(waiting, `return document.querySelector("[role=status][data-state]") ? "yes" : "";`))
}

// The whole shift in a real browser, with sound both ways.
func TestChromium(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.picture("0-sign-in")
	p.signIn("sari")
	p.press("Start shift")
	p.picture("1-checking")
	p.state(queue.Paused)
	p.press("Hear yourself")
	p.hears(micTone) // her own voice, by way of the server
	p.js("asked whether she heard it", fmt.Sprintf(waiting, `return document.getElementById("self-yes") ? "asked" : "";`))
	p.picture("2-on-shift")
	p.press("Ready")
	p.state(queue.Ready)
	p.picture("3-ready")

	caller := s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.picture("4-offered")
	p.press("Answer")
	p.state(queue.Talking)
	s.must("caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	p.js("both ways in words", fmt.Sprintf(waiting, `return (document.getElementById("both-ways")?.textContent ?? "").includes("The caller hears you") ? "said" : "";`))
	p.picture("5-talking")

	p.press("Mute")
	s.must("silence when muted", caller.Media().Hears().WaitQuiet(s.ctx))
	p.press("Unmute")
	s.must("voice when unmuted", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.press("Hold")
	p.state(queue.Held)
	s.must("music on hold", caller.Media().Hears().WaitSound(s.ctx))
	p.picture("6-held")
	p.press("Resume")
	p.state(queue.Talking)
	s.must("voice after hold", caller.Media().Hears().WaitTone(s.ctx, micTone))

	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	p.picture("7-wrap-up")
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByAgent {
		t.Errorf("record %+v", got)
	}
	p.press("End shift")
	p.state(queue.Offline)
}
