package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sahut/queue"
	"sahut/sip/siptest"
)

// A real browser: in a call she locks her page; nothing of the call can be read,
// not after a reload either, the two still hear each other, and her password
// brings it all back.
func TestChromiumLock(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.do("sign in",
		chromedp.SendKeys(chromedp.CSS("#username"), "sari"), chromedp.SendKeys(chromedp.CSS("#password"), s.password))
	p.do("arrive on the screen", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("[role=status][data-state]")))
	p.press("Start shift")
	p.state(queue.Paused)
	p.press("Ready")
	caller := s.dial(siptest.Options{From: "0811223344"})
	p.press("Answer")
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))

	p.do("open the menu", chromedp.Click(chromedp.CSS(".menu > summary")))
	p.press("Lock this page")
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

	p.do("lock again", chromedp.Click(chromedp.CSS(".menu > summary")))
	p.press("Lock this page")
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByAgent {
		t.Errorf("record %+v", got)
	}
}
