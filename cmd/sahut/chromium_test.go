package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"sahut/media/mediatest"
)

// micTone is what the fake microphone of Chromium sings.
const micTone = 997

// chromium is a browser over the DevTools protocol.
type chromium struct{ tab context.Context }

func (c chromium) evaluate(expression string) (string, error) {
	return chromedp.Run(c.tab, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
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
	p := &screen{s, chromium{tab}, tab}
	p.do("start Chromium")
	p.watchRequests()
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
