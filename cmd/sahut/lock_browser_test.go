package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/queue"
	"sahut/sip/siptest"
)

// wear gives a page a clock that can be put on, and a microphone that can fall silent.
const wear = `(() => {
	let ahead = 0;
	const now = Date.now;
	Date.now = () => now() + ahead;
	window.putOn = (minutes) => String(ahead += minutes * 60000);
	const samples = AnalyserNode.prototype.getFloatTimeDomainData;
	AnalyserNode.prototype.getFloatTimeDomainData = function (to) { window.silent ? to.fill(0) : samples.call(this, to); };
})()`

// A real browser: in a call she locks her page; nothing of the call can be read,
// not after a reload either, the two still hear each other, and her password
// brings it all back. Left alone the page locks itself, ready or in a talk in which
// she says nothing; a call rings and is answered behind the lock.
func TestChromiumLock(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	if _, err := chromedp.Call(p.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: wear}); err != nil {
		p.fail("wear a clock", err)
	}
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	caller := s.dial(siptest.Options{From: "0811223344"})
	p.press("Answer")
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))

	lock := func() {
		t.Helper()
		p.unfoldBy(".menu > summary")
		p.press("Lock this page")
	}
	covered := func() {
		t.Helper()
		p.reads("This page is locked")
		p.js("the server refuses all else", `(async () => { while ((await fetch("/api/v1/targets")).status !== 423) await new Promise(requestAnimationFrame); return "locked"; })()`)
		text := p.js("read the page", `document.body.innerText`)
		for _, secret := range []string{"344", "Hotline", "waited", "She cannot speak", "My queues"} {
			if strings.Contains(text, secret) {
				t.Errorf("locked, the page shows %q: %s", secret, text)
			}
		}
	}
	lock()
	covered()
	p.picture("lock-1-call")
	s.must("the call goes on", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.reload()
	covered()
	p.state(queue.Talking)
	s.must("the call goes on after a reload", caller.Media().Hears().WaitTone(s.ctx, micTone))

	p.do("guess", chromedp.SendKeys(chromedp.CSS("#unlock-password"), "not her password\r"))
	p.reads("That is not your password")
	p.do("her password", chromedp.SendKeys(chromedp.CSS("#unlock-password"), s.password+"\r"))
	p.reads("She cannot speak")
	p.js("her queues are back", fmt.Sprintf(waiting, `return document.body.innerText.includes("My queues");`))

	lock()
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByAgent {
		t.Errorf("record %+v", got)
	}
	p.leftAlone(covered)
}

// leftAlone goes on from a locked wrap-up without a mouse: the page locks itself where
// she waits for a call, and in one where she only listens.
func (p *screen) leftAlone(covered func()) {
	p.t.Helper()
	s := p.site
	unlock := func() {
		p.t.Helper()
		p.tabTo("unlock-password")
		p.do("her password", chromedp.KeyEvent(s.password), chromedp.KeyEvent(kb.Enter))
		p.is("all is there again", `!!document.querySelector(".menu > summary") && !document.getElementById("unlock-password")`)
	}
	p.noMouse = true
	unlock()
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	p.js("eleven minutes", `putOn(11)`)
	covered()

	caller := s.dial(siptest.Options{From: "0811223344"})
	p.state(queue.Offered)
	p.rings()
	covered()
	p.picture("lock-2-rings")
	p.do("answer", chromedp.KeyEvent(kb.F2))
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	unlock()
	p.js("she only listens", `String(window.silent = true)`)
	p.js("eleven minutes", `putOn(11)`)
	covered()
	s.must("the call goes on", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	p.reload()
	covered()
	s.must("the call goes on after a reload", caller.Media().Hears().WaitTone(s.ctx, micTone))
	unlock()
	s.must("hang up", caller.Hangup(s.ctx))
	p.state(queue.WrapUp)
}
