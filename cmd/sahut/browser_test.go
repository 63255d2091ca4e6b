package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// micTone is what the fake microphone of Chromium sings.
const micTone = 997

// screen is a real volunteer's page.
type screen struct {
	*site
	tab context.Context
}

// openScreen starts headless Chromium with a fake microphone on the sign-in
// page, in English.
func (s *site) openScreen() *screen {
	s.t.Helper()
	needProgram(s.t, "chromium")
	wav := filepath.Join(s.t.TempDir(), "mic.wav")
	s.must("microphone", writeSound(wav, mediatest.Tone(micTone, -12, mediatest.Rate*2)))
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", wav), chromedp.Flag("allow-loopback-in-peer-connection", true),
		chromedp.WindowSize(1100, 800), chromedp.UserDataDir(s.t.TempDir()),
	)
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	tab, closeTab := chromedp.NewContext(alloc)
	s.t.Cleanup(func() { closeTab(); closeAlloc() })
	p := &screen{s, tab}
	p.do("open", chromedp.Navigate("http://"+s.web.Addr().String()+"/signin?lang=en"))
	return p
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
	v, err := chromedp.Run(p.tab, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
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
	png, err := chromedp.Run(p.tab, chromedp.CaptureScreenshot())
	if err != nil {
		return
	}
	dir := filepath.Join("..", "..", "out", "screens")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
}

// waiting turns a condition into a promise that looks at every change of the
// page and gives up after 30 s.
const waiting = `new Promise((done, fail) => {
	const look = () => { try { const v = (() => { %s })(); if (v) { watch.disconnect(); clearTimeout(limit); done(String(v)); } } catch (e) { fail(e); } };
	const watch = new MutationObserver(look);
	watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
	const limit = setTimeout(() => { watch.disconnect(); fail(new Error("not within 30 s; the page says: " + document.body.innerText.slice(0, 600))); }, 30000);
	look();
})`

// press clicks the button with this accessible name when it can be clicked.
func (p *screen) press(name string) {
	p.t.Helper()
	p.js("press "+name, fmt.Sprintf(waiting, fmt.Sprintf(`
		const named = b => { if (b.hasAttribute("aria-label")) return b.getAttribute("aria-label"); const c = b.cloneNode(true); c.querySelectorAll("[aria-hidden=true]").forEach(n => n.remove()); return c.textContent.trim(); };
		const b = [...document.querySelectorAll("button")].find(b => named(b) === %q && !b.disabled && b.getAttribute("aria-disabled") !== "true" && b.getClientRects().length);
		if (!b) return ""; b.click(); return "pressed";`, name)))
}

// state waits until the page shows a state.
func (p *screen) state(want queue.AgentState) {
	p.t.Helper()
	p.js("state "+string(want), fmt.Sprintf(waiting, fmt.Sprintf(`return document.querySelector('[role=status][data-state="%s"]') ? "yes" : "";`, want)))
}

// tap remembers what the page gives its loudspeaker, for hears.
func (p *screen) tap() {
	p.t.Helper()
	p.js("tap the loudspeaker", `(() => {
		const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
		Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {...own, set(v) { if (v) window.heardStream = v; own.set.call(this, v); }});
		return "tapped"; })()`)
}

// hears waits until the page's audio element plays a tone of freq hertz.
func (p *screen) hears(freq float64) {
	p.t.Helper()
	p.js("hear the caller", fmt.Sprintf(`(async () => {
		const stream = window.heardStream;
		if (!stream) throw new Error("no audio element plays");
		const ctx = new AudioContext(); await ctx.resume();
		const an = ctx.createAnalyser(); an.fftSize = 8192;
		ctx.createMediaStreamSource(stream).connect(an);
		const bins = new Float32Array(an.frequencyBinCount);
		const end = performance.now() + 20000;
		while (performance.now() < end) {
			await new Promise(r => setTimeout(r, 50));
			an.getFloatFrequencyData(bins);
			let best = 0; bins.forEach((v, i) => { if (v > bins[best]) best = i; });
			const hz = best * ctx.sampleRate / an.fftSize;
			if (bins[best] > -60 && Math.abs(hz - %f) < 15) { await ctx.close(); return String(hz); }
		}
		throw new Error("not heard");
	})()`, freq))
}

// The whole shift in a real browser, with sound both ways.
func TestChromium(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.picture("0-sign-in")
	p.do("sign in",
		chromedp.SendKeys(chromedp.CSS("#username"), "sari"), chromedp.SendKeys(chromedp.CSS("#password"), s.password))
	p.do("arrive on the screen", chromedp.Click(chromedp.CSS("button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("[role=status][data-state]")))
	p.tap()
	p.press("Start shift")
	p.picture("1-checking")
	p.state(queue.Paused)
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
	p.js("both ways in words", fmt.Sprintf(waiting, `return (document.getElementById("both-ways")?.textContent ?? "").includes("The caller hears you");`))
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
