package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sahut/media/mediatest"
)

// micTone is what the fake microphone of Chromium sings.
const micTone = 997

// chromium is a browser over the DevTools protocol.
type chromium struct{ tab context.Context }

func (c chromium) evaluate(expression string) (string, error) {
	patience, cancel := context.WithTimeout(c.tab, time.Minute) // a page that stands still never answers
	defer cancel()
	return chromedp.Run(patience, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
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
	return s.newScreen(tab)
}

// newScreen is one more tab, on the sign-in page or, signed in, on the screen.
func (s *site) newScreen(tab context.Context) *screen {
	s.t.Helper()
	p := &screen{site: s, browser: chromium{tab}, tab: tab}
	if err := chromedp.Listen(tab, p.happened); err != nil {
		p.fail("listen", err)
	}
	s.t.Cleanup(p.nothingWrong)
	p.watchRequests()
	if _, err := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: overhear}); err != nil {
		p.fail("overhear", err)
	}
	p.do("open", chromedp.Navigate("http://"+s.web.Addr().String()+"/signin?lang=en"))
	return p
}

// aim brings an element into view, waits until it stands still, and says where its
// middle is. The click that comes next is let through to that element alone.
const aim = `(async () => {
	const e = await (%s);
	if (!e) throw new Error("not found");
	e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
	const frame = () => new Promise(r => requestAnimationFrame(r));
	let at = "", was;
	do { was = at; await frame(); const r = e.getBoundingClientRect(); at = (r.x + r.width / 2) + " " + (r.y + r.height / 2); } while (at !== was);
	window.clicked = new Promise(done => addEventListener("click", ev => {
		const hit = e.contains(ev.target);
		if (!hit) { ev.stopImmediatePropagation(); ev.preventDefault(); }
		done(hit ? "" : "over it lies " + ev.target.outerHTML.slice(0, 200));
	}, {capture: true, once: true}));
	return at; })()`

// click aims again when the page moved under the mouse, as a person does.
func (c chromium) click(find string) error {
	for try := 1; ; try++ {
		at, err := c.evaluate(fmt.Sprintf(aim, find))
		if err != nil {
			return err
		}
		var x, y float64
		if _, err := fmt.Sscan(at, &x, &y); err != nil {
			return err
		}
		if err := chromedp.Do(c.tab, chromedp.MouseClickXY(x, y)); err != nil {
			return err
		}
		missed, err := c.evaluate(`Promise.race([window.clicked ?? "", new Promise(r => setTimeout(r, 2000, "no click came"))])`)
		if err != nil || missed == "" { // an error: the click has led to another page
			return nil
		}
		if try == 5 {
			return fmt.Errorf("%s cannot be clicked: %s", find, missed)
		}
	}
}

// happened leaves a page although it asks not to be left, and keeps what went wrong
// in it: what its console shows in red, breaches of its Content-Security-Policy among
// it, and what nobody caught.
func (p *screen) happened(event any) {
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		go func() {
			_, _ = chromedp.Call(p.tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *log.EventEntryAdded:
		// A refusal (4xx) is an answer like another; the browser shows it in red, too.
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "responded with a status of 4") {
			p.wrong(e.Entry.Text + " " + e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.wrong(text)
	}
}

func (p *screen) wrong(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, what)
}

// nothingWrong fails the test for what happened that may not.
func (p *screen) nothingWrong() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, what := range p.problems {
		if p.mayFail == "" || !strings.Contains(what, p.mayFail) {
			p.t.Errorf("the page: %s", what)
		}
	}
}

// reload loads the page anew, although it may ask not to be left.
func (p *screen) reload() {
	p.t.Helper()
	p.do("reload", chromedp.Reload())
}

// overhear keeps what the page's own sounds are played by, for rings.
const overhear = `(() => {
	const connect = AudioNode.prototype.connect;
	window.played = [];
	AudioNode.prototype.connect = function (to, ...rest) {
		if (to instanceof AudioDestinationNode || to instanceof MediaStreamAudioDestinationNode) {
			const an = this.context.createAnalyser();
			an.fftSize = 8192;
			connect.call(this, an);
			window.played.push(an);
		}
		return connect.call(this, to, ...rest);
	}; })()`

// rings waits until the ring sounds.
func (p *screen) rings() {
	p.t.Helper()
	p.js("the ring", `(async () => {
		const end = performance.now() + 20000;
		while (performance.now() < end) {
			for (const an of window.played) {
				const bins = new Float32Array(an.frequencyBinCount);
				if (an.context.state === "running") an.getFloatFrequencyData(bins);
				if ([523, 659, 784].some((hz) => bins[Math.round(hz * an.fftSize / an.context.sampleRate)] > -60 && bins[1] < 0)) return "rings";
			}
			await new Promise(r => setTimeout(r, 50));
		}
		throw new Error("no ring: " + (window.played.map((an) => an.context.state).join(" ") || "nothing was played"));
	})()`)
}

func (c chromium) typeInto(css, text string) error {
	return chromedp.Do(c.tab, chromedp.SendKeys(chromedp.CSS(css), text))
}

func (c chromium) follow(css string) error {
	_, err := chromedp.RunResponse(c.tab, chromedp.Click(chromedp.CSS(css)))
	return err
}

func (c chromium) look() ([]byte, error) {
	return chromedp.Run(c.tab, chromedp.CaptureScreenshot())
}
