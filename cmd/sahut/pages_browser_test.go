package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The pages the server writes itself, for who is not in yet or cannot be: each in both
// languages, light, dark and in a system's own colours, wide and on a small telephone.
// axe finds nothing, nothing is scrolled sideways, no target is too small.
func TestChromiumPlainPages(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.openScreen()
	p.mayFail = "ERR_BLOCKED_BY_CLIENT"
	p.scripts(false)
	axe, err := os.ReadFile(filepath.Join("..", "..", "agentui", "web", "node_modules", "axe-core", "axe.min.js"))
	s.must("axe; make build brings it", err)
	for _, c := range []struct{ name, path, en, id string }{
		{"signin", "/signin?next=/board", "For volunteers, supervisors and admins of this hotline.", "Untuk relawan, penyelia, dan admin layanan ini."},
		{"wrong", "/signin?next=/board", "The user name or the password is wrong. Try again.", "Nama pengguna atau kata sandi salah. Silakan coba lagi."},
		{"trouble", "/nothing-here?", "There is nothing at this address.", "Yang diminta tidak ada, atau tidak ada lagi."},
		{"offline", "/offline?", "This page tries again by itself every five seconds.", "Halaman ini mencoba lagi sendiri setiap lima detik."},
		{"unborn", "/?", "Until then no call rings here.", "Selama itu tidak ada panggilan yang berdering di sini."},
	} {
		for _, lang := range []string{"en", "id"} {
			p.lang = lang
			at, err := url.Parse("http://" + s.web.Addr().String() + c.path + "&lang=" + lang)
			s.must("address", err)
			switch c.name {
			case "unborn":
				if lang == "en" {
					p.withoutScripts(at.String())
				}
				p.do("open", chromedp.Navigate(at.String()))
				p.js("no need to wait for it", `document.getAnimations().forEach((a) => a.finish()); "shown"`)
			case "wrong":
				p.do("open", chromedp.Navigate(at.String()))
				p.wrongPassword()
			default:
				p.do("open", chromedp.Navigate(at.String()))
			}
			for _, look := range []struct {
				scheme string
				width  int64
			}{{"light", 1100}, {"dark", 1100}, {"forced", 1100}, {"dark", 320}} {
				p.wear(look.scheme, look.width)
				if found := p.js("look at it", fmt.Sprintf(inspect, axe, p.either(c.en, c.id))); found != "" {
					t.Errorf("%s in %s, %s, %d px: %s", c.name, lang, look.scheme, look.width, found)
				}
				p.picture(fmt.Sprintf("pages-%s-%s-%s-%d", c.name, lang, look.scheme, look.width))
			}
		}
	}
	p.scripts(true)
	p.do("no connection", chromedp.Navigate("http://"+s.web.Addr().String()+"/offline?lang=en"))
	if _, err := chromedp.RunResponse(p.tab, chromedp.WaitReady(chromedp.CSS("h1"))); err != nil {
		p.fail("it opens by itself what was asked for", err)
	}
}

// wrongPassword signs in without a mouse: a mistake is said and the focus is where it
// is mended, with the name kept.
func (p *screen) wrongPassword() {
	p.t.Helper()
	p.js("begin at the top", `document.activeElement.blur(); ""`)
	p.tabTo("username")
	p.keys("sari", kb.Tab, "not her password")
	if _, err := chromedp.RunResponse(p.tab, chromedp.KeyEvent(kb.Enter)); err != nil {
		p.fail("send the form", err)
	}
	p.soon("it is said, and mended where the focus is", `document.querySelector("[role=alert].trouble") && document.activeElement.id === "password" && document.getElementById("username").value === "sari" && document.querySelector("[name=next]").value === "/board"`)
}

// scripts lets the files of the pages that follow be read, or not.
func (p *screen) scripts(on bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.tab, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "http://*:*/static/*.js", Block: !on}}}); err != nil {
		p.fail("scripts", err)
	}
}

// withoutScripts signs in where none run: the page says at once that it cannot ring.
func (p *screen) withoutScripts(page string) {
	p.t.Helper()
	run := func(no bool) {
		if _, err := chromedp.Call(p.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: no}); err != nil {
			p.fail("scripts", err)
		}
	}
	p.do("sign in", chromedp.Navigate("http://"+p.web.Addr().String()+"/signin?lang=en"))
	for css, text := range map[string]string{"#username": "sari", "#password": p.password} {
		p.must("sign in", p.typeInto(css, text))
	}
	p.must("sign in", p.follow("button[type=submit]"))
	run(true)
	p.do("open", chromedp.Navigate(page))
	if seen := p.js("what it shows", `getComputedStyle(document.querySelector(".unborn")).visibility`); seen != "visible" {
		p.t.Errorf("without scripts the page is empty")
	}
	run(false)
}

// wear shows the page in a colour scheme and a width.
func (p *screen) wear(scheme string, width int64) {
	p.t.Helper()
	colours, forced := scheme, "none"
	if scheme == "forced" {
		colours, forced = "dark", "active"
	}
	if _, err := chromedp.Call(p.tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: colours}, {Name: "forced-colors", Value: forced},
	}}); err != nil {
		p.fail("colours", err)
	}
	if _, err := chromedp.Call(p.tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1}); err != nil {
		p.fail("width", err)
	}
}

// inspect says in words what is wrong with a page, that it does not say what it must
// first of all.
const inspect = `(async () => {
	%s;
	const out = [];
	if (!document.body.innerText.includes(%q)) out.push("it says: " + document.body.innerText.slice(0, 300));
	const r = await axe.run(document, { resultTypes: ["violations"] });
	for (const v of r.violations) out.push(v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | "));
	if (document.documentElement.scrollWidth > innerWidth) out.push("sideways " + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll("button, a[href], input:not([type=hidden])")) {
		const b = e.getBoundingClientRect();
		if (b.width && (b.width < 24 || b.height < 24)) out.push("small: " + e.outerHTML.slice(0, 80));
	}
	return out.join("\n");
})()`
