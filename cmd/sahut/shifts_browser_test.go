package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"sahut/queue"
)

// A real browser: an administrator plans a shift by the short form, sees the gap
// of the draft close, and applies it; the volunteer has it on her page.
func TestChromiumShifts(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.do("sign in",
		chromedp.SendKeys(chromedp.CSS("#username"), "admin"), chromedp.SendKeys(chromedp.CSS("#password"), s.password))
	p.do("arrive", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("#main, [role=status]")))
	p.do("go to the plan", chromedp.Navigate("http://"+s.web.Addr().String()+"/admin?lang=en#shifts"))
	p.reads("Nothing is planned")
	p.js("fill the form", `(() => {
		const form = document.querySelector("main form"); form.closest("details").open = true;
		form.querySelector("[name=agent][value=sari]").click();
		form.querySelectorAll("[name=day]").forEach((b) => b.click());
		form.elements.from.value = "00:00"; form.elements.to.value = "00:00";
		form.requestSubmit(); return "sent"; })()`)
	p.reads("No gaps in this week")
	p.picture("shifts-1-draft")
	p.js("take a day away", `(() => { const all = [...document.querySelectorAll("details.item")].at(-1); all.open = true; all.querySelector(".days[id$=days] input").click(); return "gone"; })()`)
	p.reads("1 gap in this week")
	p.mayFail = "ERR_INTERNET_DISCONNECTED"
	p.offline(true)
	day := `(() => { document.querySelector("details.item .days[id$=days] input").click(); return "done"; })()`
	p.js("give it back without the server", day)
	p.reads("The server does not answer: the calendar does not show your latest change.")
	p.offline(false)
	p.js("take it away again", day)
	p.reads("1 gap in this week")
	p.reads("nobody planned")
	p.picture("shifts-2-gap")
	p.js("give it back", day)
	p.reads("No gaps in this week")
	p.press("Check and apply…")
	p.press("Apply")
	s.until("it is applied", func() bool { return s.desk.Snapshot().Revision > 1 })

	p.do("leave", chromedp.Navigate("http://"+s.web.Addr().String()+"/admin?lang=en"))
	p.press("Sign out")
	p.do("sign in as sari", chromedp.WaitVisible(chromedp.CSS("#username")),
		chromedp.SendKeys(chromedp.CSS("#username"), "sari"), chromedp.SendKeys(chromedp.CSS("#password"), s.password))
	p.do("arrive on the screen", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("[role=status][data-state]")))
	p.reads("My shifts")
	p.picture("shifts-3-mine")
	p.press("Start shift")
	p.state(queue.Paused)
}
