package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// spies stand in for what a browser without a screen has not: notifications, a lock
// of the screen; and note on which loudspeaker the page plays.
const spies = `(() => {
	const spied = window.spied = {sinks: [], notes: [], closed: 0, locks: 0};
	const sink = HTMLMediaElement.prototype.setSinkId;
	HTMLMediaElement.prototype.setSinkId = function (id) { spied.sinks.push(id); return sink.call(this, id); };
	window.Notification = class {
		static permission = "default";
		static async requestPermission() { return (this.permission = "granted"); }
		constructor(title, options) { spied.notes.push(title + " " + options.body); }
		close() { spied.closed++; }
	};
	Object.defineProperty(navigator, "wakeLock", {value: {request: async () => { spied.locks++; return {released: false, release: async () => { spied.locks--; }}; }}});
})()`

// Each way through a shift in both languages, with a mouse and without one.
func TestChromiumFlows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang    string
		noMouse bool
	}{{"en", true}, {"id", false}} {
		t.Run(c.lang, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" })
			p := s.openScreen()
			if _, err := chromedp.Call(p.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: spies}); err != nil {
				p.fail("spy", err)
			}
			p.do("open", chromedp.Navigate("http://"+s.web.Addr().String()+"/signin?lang="+c.lang))
			p.lang = c.lang
			p.signIn("sari")
			p.noMouse = c.noMouse
			p.beforeTheShift()
			p.callsOfOthers()
			p.ownCall()
		})
	}
}

// is waits for an expression to be true.
func (p *screen) is(what, expression string) {
	p.t.Helper()
	p.js(what, fmt.Sprintf(waiting, "return ("+expression+`) ? "yes" : "";`))
}

// beforeTheShift: the first look around is left out for good, a ringer chosen and
// tried, notifications are allowed, a pause has its reason.
func (p *screen) beforeTheShift() {
	p.t.Helper()
	p.press("Skip")
	p.is("the tour is gone", `document.querySelector(".tour").hidden`)
	p.press("Start shift")
	p.state(queue.Paused)
	p.is("the tour stays away", `document.querySelector(".tour").hidden`)
	p.js("choose a ringer", `(() => {
		const ringer = document.getElementById("side-ringer");
		ringer.closest("details").open = true;
		ringer.value = ringer.options[ringer.options.length - 1].value;
		window.chosen = ringer.value;
		return String(ringer.dispatchEvent(new Event("change")) && ringer.options.length); })()`)
	p.press("Test the ring")
	p.is("it rings there", `window.chosen && spied.sinks.includes(window.chosen)`)
	p.press("Allow notifications")
	p.reads("Notifications are on.")
	p.press("Ready")
	p.state(queue.Ready)
	p.is("the screen stays on", "spied.locks === 1")
	p.press("Pause")
	meal := map[string]string{"en": "Meal", "id": "Makan"}[p.lang]
	p.press(meal)
	p.state(queue.Paused)
	p.reads(p.word("Paused: {0}", meal))
	p.is("the screen may go off", "spied.locks === 0")
	p.press("Ready")
	p.state(queue.Ready)
}

// callsOfOthers: both are rung; she declines one, and one is answered elsewhere.
func (p *screen) callsOfOthers() {
	p.t.Helper()
	s := p.site
	dewi, _ := s.volunteer("dewi")
	caller := s.dial(siptest.Options{})
	p.state(queue.Offered)
	p.is("a notification that says nothing of her", `spied.notes.length === 1 && !/\d/.test(spied.notes[0])`)
	offer := s.offered(dewi)
	p.press("Decline")
	p.state(queue.Ready)
	p.is("the notification is gone", `spied.closed === 1`)
	dewi.Answer(offer.ID)
	dewi.HangUp(s.talking(dewi).Contact)
	s.must("BYE", caller.WaitDone(s.ctx))
	view, err := dewi.AwaitState(s.ctx, queue.WrapUp)
	s.must("dewi writes", err)
	dewi.Send("wrapup.finish", map[string]any{"contact": view.WrapUp.Contact})
	_, err = dewi.AwaitState(s.ctx, queue.Ready)
	s.must("dewi is ready", err)
	caller = s.dial(siptest.Options{})
	p.state(queue.Offered)
	dewi.Answer(s.offered(dewi).ID)
	p.reads(p.word("{0} answered the call.", "Dewi"))
	p.state(queue.Ready)
	s.must("hang up", caller.Hangup(s.ctx))
	dewi.Send("shift.end", nil)
}

// ownCall: keys for a menu far away, a colleague asked and all three together, more
// time to write.
func (p *screen) ownCall() {
	p.t.Helper()
	s := p.site
	caller := s.dial(siptest.Options{})
	p.press("Answer")
	p.state(queue.Talking)
	s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))
	p.press("Keypad")
	p.press("5")
	s.must("a key", caller.Media().Hears().WaitKeys(s.ctx, "5"))
	p.press("Close")
	ayu, ear := s.volunteer("ayu")
	p.press("Transfer")
	p.press(p.word("Ask {0} first", "Ayu"))
	ayu.Answer(s.offered(ayu).ID)
	p.reads(p.word("You talk with {0}", "Ayu"))
	s.must("ayu hears the browser", ear.Hears().WaitTone(s.ctx, micTone))
	p.press("All three together")
	s.hearsJust("the caller", caller.Media().Hears(), micTone)
	p.press("Let them go")
	p.state(queue.Talking)
	p.press("Hang up")
	s.must("BYE", caller.WaitDone(s.ctx))
	p.state(queue.WrapUp)
	left := `(([, m, s]) => m * 60 + +s)(/(\d+)[:.](\d\d)/.exec(document.querySelector(".time-left").textContent))`
	p.js("time left", `String(window.before = `+left+`)`)
	p.press("More time")
	p.is("there is more", left+` > window.before + 20`)
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	if got := s.record(); got.Agent != "sari" || got.Outcome != queue.OutcomeAnswered {
		p.t.Errorf("record %+v", got)
	}
}
