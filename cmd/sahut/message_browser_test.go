package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/sip/siptest"
)

// Two callers leave a message; one says that it is safe to call her, the other that
// it is not. A volunteer, in Indonesian and without a mouse, finds both when she
// comes, hears one where she hears her calls, takes it and is done with it. Nothing
// of it sounds on when a call rings. Only the one who said yes is called back; a
// stranger answers there, and nobody calls that number again. A supervisor sees who
// listened.
func TestChromiumMessages(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, _ := c.callingBack()
	s := openAs(t, serve, func(r *configs.Routing) {
		messageHouse(r)
		withRina(r)
		r.Queues[0].Greeting = "hold" // short
	})
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	const safe, unsafe = "+6281234567891", "+6281234567892"
	callers := s.leaveAll(siptest.Options{From: safe}, siptest.Options{From: unsafe})
	s.until("two seconds of sound of each", func() bool { return s.unfinishedMessage() >= 2 })
	for _, c := range callers {
		s.must("press", c.SendKeys("#"))
	}
	s.until("the question to both", func() bool { return len(s.entries(queue.MessageLeft)) == 2 })
	for i, key := range []string{"1", "2"} {
		s.must("her answer", callers[i].SendKeys(key))
	}
	s.until("both answers", func() bool { return len(s.entries(queue.SafetyNoted)) == 2 })
	for _, c := range callers {
		s.must("hang up", c.Hangup(s.ctx))
	}
	list, err := s.messages.List()
	if err != nil || len(list) != 2 {
		t.Fatalf("messages %+v, %v", list, err)
	}
	if list[0].Number != "••••891" {
		slices.Reverse(list)
	}
	hers := string(list[0].ID)

	p := s.openScreen()
	if _, err := chromedp.Call(p.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: spies}); err != nil {
		p.fail("spy", err)
	}
	p.inLanguage("id", true)
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.reads("Pesan (2 baru)")
	p.reads("Ia akan ditelepon kembali: ia menyatakan aman.")
	p.reads("Tidak ada telepon balik: ia tidak ditelepon.")
	p.picture("messages-1-new")
	p.js("choose where she hears", `(() => {
		const speaker = document.getElementById("side-speaker");
		speaker.value = speaker.options[speaker.options.length - 1].value;
		spied.sinks.length = 0;
		window.chosen = speaker.value;
		return String(speaker.dispatchEvent(new Event("change"))); })()`)
	p.is("she hears there", `window.chosen && spied.sinks.includes(window.chosen)`)
	p.js("count anew", `String(spied.sinks.length = 0)`)

	listen := func() {
		t.Helper()
		p.tabTo("listen-" + hers)
		p.do("listen", chromedp.KeyEvent(kb.Enter))
		p.soon("the focus is on what plays", `document.activeElement?.id === "message-sound"`)
		p.hearsMessage(callerTone)
		p.is("it is not offered to be kept", `document.getElementById("message-sound").controlsList.contains("nodownload")`)
		p.is("where she hears her calls", `spied.sinks.includes(window.chosen)`)
	}
	listen()
	p.picture("messages-2-plays")
	if heard := s.entries(queue.MessageHeard); len(heard) != 1 || heard[0].By != "sari" || string(heard[0].Contact) != hers {
		t.Errorf("journal %+v", heard)
	}
	press := func(what, id string) {
		t.Helper()
		p.tabTo(what + "-" + id)
		p.do(what, chromedp.KeyEvent(kb.Enter))
	}
	press("take", hers)
	p.reads("Anda ambil")
	p.soon("the focus is not lost", `document.activeElement !== document.body`)
	press("take", string(list[1].ID))
	p.is("both are hers", `document.querySelectorAll("[id^=done-]").length === 2`)
	press("done", string(list[1].ID))
	p.is("one is done", `document.querySelectorAll("[id^=done-]").length === 1`)

	p.press("Ready")
	p.state(queue.Offered)
	p.is("nothing of it sounds while it rings", `!document.getElementById("message-sound")`)
	p.reads("Ia meninggalkan pesan.")
	p.do("answer", chromedp.KeyEvent(kb.F2))
	invite := c.invite(s.ctx)
	if !strings.Contains(invite.Line(), strings.TrimPrefix(safe, "+")) {
		t.Errorf("calls %s", invite.Line())
	}
	c.pickUp(invite)
	p.reads("Dengarkan: apakah itu dia?")
	p.hears(callerTone)
	p.picture("messages-3-who")
	p.press("Somebody else answered")
	next(s.ctx, t, "BYE", c.byes)
	s.until("the end of the call-back", func() bool { return len(s.entries(queue.CallbackFailed)) == 1 })
	p.state(queue.Ready)
	p.is("nobody calls her", `document.body.innerText.includes("Tidak ada telepon balik: ia tidak ditelepon.") && !document.body.innerText.includes("Ia akan ditelepon kembali")`)
	press("done", hers)
	p.is("the list is gone", `!document.getElementById("messages-title")`)
	for _, m := range list {
		now, err := s.messages.List()
		if err != nil || len(now) != 2 || now[0].State != "done" || now[1].State != "done" {
			t.Errorf("%s: %+v, %v", m.ID, now, err)
		}
	}
	if out := s.entries(queue.CallbackDialled); len(out) != 1 || string(out[0].Contact) != hers {
		t.Errorf("called back: %+v", out)
	}

	office := s.openScreen()
	office.office("board", "en")
	office.js("the story", fmt.Sprintf(waiting, fmt.Sprintf(`const b = document.getElementById("look-%s"); if (!b) return ""; b.click(); return "open";`, hers)))
	office.reads("Sari listened to her message.")
}

// hearsMessage waits until what the page plays of a message has a tone of freq hertz.
func (p *screen) hearsMessage(freq float64) {
	p.t.Helper()
	p.js("hear the message", fmt.Sprintf(`(async () => {
		const sound = document.getElementById("message-sound");
		const ctx = new AudioContext(); await ctx.resume();
		const an = ctx.createAnalyser(); an.fftSize = 8192;
		const stream = sound.captureStream(), bins = new Float32Array(an.frequencyBinCount);
		const end = performance.now() + 20000;
		let of = null;
		while (performance.now() < end) {
			await new Promise(r => setTimeout(r, 50));
			if (!of && stream.getAudioTracks().length) (of = ctx.createMediaStreamSource(stream)).connect(an);
			an.getFloatFrequencyData(bins);
			let best = 0; bins.forEach((v, i) => { if (v > bins[best]) best = i; });
			const hz = best * ctx.sampleRate / an.fftSize;
			if (bins[best] > -60 && Math.abs(hz - %f) < 15) { await ctx.close(); return String(hz); }
			if (sound.ended) await sound.play();
		}
		throw new Error("not heard: paused " + sound.paused + ", ready " + sound.readyState + ", error " + sound.error?.message + ", at " + sound.currentTime + ", " + !!of);
	})()`, freq))
}
