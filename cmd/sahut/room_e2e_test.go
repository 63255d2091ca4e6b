package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// Voices by which everybody in a room is known.
const (
	sariVoice = 1117
	dewiVoice = 1523
	rinaVoice = 1931
)

// inRoom is a volunteer on shift, ready, with a voice of her own.
func (s *site) inRoom(name string, voice float64) (*livetest.Volunteer, *mediatest.Browser) {
	s.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	s.must("browser", err)
	s.t.Cleanup(b.Close)
	v, err := livetest.SignIn(s.ctx, "http://"+s.web.Addr().String(), name, s.password, speaker{b, mediatest.ToneSound(voice)}, nil)
	s.must("sign in", err)
	s.t.Cleanup(v.Close)
	s.must("start shift", v.StartShift(s.ctx))
	s.must("ready", v.Ready(s.ctx))
	return v, b
}

// hearsJust waits until exactly the voices want are in what an ear heard last.
func (s *site) hearsJust(who string, ear *mediatest.Ear, want ...float64) {
	s.t.Helper()
	slices.Sort(want)
	var got []float64
	for range 250 { // of 40 ms each
		s.must("sound for "+who, ear.WaitPackets(s.ctx, 2))
		pcm := ear.Recording()
		pcm = pcm[max(0, len(pcm)-mediatest.Rate/5):]
		got = got[:0]
		for _, voice := range []float64{callerTone, micTone, sariVoice, dewiVoice, rinaVoice} {
			if mediatest.Goertzel(voice, pcm) > -30 {
				got = append(got, voice)
			}
		}
		if slices.Sort(got); slices.Equal(got, want) {
			return
		}
	}
	s.t.Fatalf("%s hears %v, want %v", who, got, want)
}

// withRina gives the hotline a supervisor, who answers only as one.
func withRina(r *configs.Routing) {
	r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{r.Queues[0].ID}, Supervisor: true})
	r.Queues[0].Supervision = true
	r.Queues[0].Strategy = "linear"
}

// A volunteer asks a colleague, who does not hear the caller; all three talk; the
// caller is given over and ends with the colleague.
func TestAskFirstOverSIP(t *testing.T) {
	t.Parallel()
	s := open(t, withRina)
	sari, sariEar := s.inRoom("sari", sariVoice)
	caller := s.dial(siptest.Options{})
	sari.Answer(s.offered(sari).ID)
	c := s.talking(sari).Contact
	s.hearsJust("the caller", caller.Media().Hears(), sariVoice)
	dewi, dewiEar := s.inRoom("dewi", dewiVoice)

	sari.Send("consult", map[string]any{"contact": c, "to": map[string]any{"agent": "dewi"}})
	offer := s.offered(dewi)
	if !offer.Consult || offer.GivenBy == "" {
		t.Fatalf("dewi's screen shows %+v", offer)
	}
	dewi.Answer(offer.ID)
	s.hearsJust("sari", sariEar.Hears(), dewiVoice)
	s.hearsJust("dewi", dewiEar.Hears(), sariVoice)
	s.hearsJust("the caller on hold", caller.Media().Hears())
	s.must("music", caller.Media().Hears().WaitSound(s.ctx))

	sari.Send("consult.merge", map[string]any{"contact": c})
	s.hearsJust("the caller", caller.Media().Hears(), sariVoice, dewiVoice)
	s.hearsJust("sari", sariEar.Hears(), callerTone, dewiVoice)
	s.hearsJust("dewi", dewiEar.Hears(), callerTone, sariVoice)

	sari.Send("consult.complete", map[string]any{"contact": c})
	s.hearsJust("the caller", caller.Media().Hears(), dewiVoice)
	if _, err := sari.AwaitState(s.ctx, queue.WrapUp); err != nil {
		t.Fatal(err)
	}
	if call := s.talking(dewi); call.Contact != c || call.Role != "" {
		t.Errorf("dewi's screen shows %+v", call)
	}
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.Agent != "dewi" || got.Outcome != queue.OutcomeAnswered {
		t.Errorf("record %+v", got)
	}
	if done := s.journal(queue.TransferDone); len(done) != 1 || done[0].Result != "ok" || done[0].Reason != "attended" {
		t.Errorf("the journal has %+v", done)
	}
}

// A real volunteer's page under supervision: she sees who listens before anybody
// hears more, calls for help by one press, and a supervisor takes over. The caller
// hears the supervisor only when she may.
func TestChromiumWatchedAndHelped(t *testing.T) {
	inBoth(t, func(t *testing.T, lang string, noMouse bool) {
		s := open(t, withRina)
		p := s.openScreen()
		p.inLanguage(lang, noMouse)
		p.signIn("sari")
		p.press("Start shift")
		p.state(queue.Paused)
		p.press("Ready")
		caller := s.dial(siptest.Options{})
		p.answers()
		s.hearsJust("the caller", caller.Media().Hears(), micTone)
		rina, rinaEar := s.inRoom("rina", rinaVoice)
		view, err := rina.Await(s.ctx, func(a queue.AgentView) bool { return a.Floor != nil && len(a.Floor.Talks) == 1 })
		s.must("the floor", err)
		c := view.Floor.Talks[0].Contact

		rina.Send("supervise", map[string]any{"contact": c, "mode": "listen"})
		p.reads(p.either("a supervisor, listens.", "penyelia, mendengarkan."))
		s.hearsJust("rina", rinaEar.Hears(), callerTone, micTone)
		s.hearsJust("the caller", caller.Media().Hears(), micTone)
		p.picture("room-1-watched")
		rina.Send("supervise.end", map[string]any{"contact": c})
		if _, err := rina.AwaitState(s.ctx, queue.Ready); err != nil {
			t.Fatal(err)
		}

		p.press("SOS: call a supervisor")
		if _, err := rina.Await(s.ctx, func(a queue.AgentView) bool { return a.Floor != nil && len(a.Floor.Sos) == 1 && a.Floor.Sos[0].You }); err != nil {
			t.Fatal(err)
		}
		p.reads("Help is called.")
		p.picture("room-2-sos")
		rina.Send("sos.answer", map[string]any{"contact": c})
		rinaEar.Say(mediatest.ToneSound(rinaVoice)) // her microphone is on for whispering
		p.reads(p.either("speaks to you. The caller does not hear it.", "berbicara kepada Anda. Penelepon tidak mendengarnya."))
		s.hearsJust("the caller", caller.Media().Hears(), micTone)
		rina.Send("supervise", map[string]any{"contact": c, "mode": "take_over"})
		s.hearsJust("the caller", caller.Media().Hears(), rinaVoice)
		p.state(queue.WrapUp)
		p.picture("room-3-taken-over")
		s.must("hang up", caller.Hangup(s.ctx))
		if got := s.record(); got.Agent != "rina" {
			t.Errorf("record %+v", got)
		}
		for _, kind := range []queue.EntryKind{queue.SosRaised, queue.SosAnswered, queue.SosOver, queue.SuperviseMode} {
			if len(s.journal(kind)) == 0 {
				t.Errorf("the journal has no %s", kind)
			}
		}
	})
}

// A whole shift without a mouse, in both languages: Tab, Enter and the function
// keys are enough.
func TestChromiumKeyboardOnly(t *testing.T) {
	t.Parallel()
	for lang, w := range map[string]struct{ start, ready, end string }{
		"en": {"Start shift", "Ready", "End shift"},
		"id": {"Mulai bertugas", "Siap", "Selesai bertugas"},
	} {
		t.Run(lang, func(t *testing.T) {
			s := open(t, nil)
			p := s.openScreen()
			p.do("open", chromedp.Navigate("http://"+s.web.Addr().String()+"/signin?lang="+lang), chromedp.WaitVisible(chromedp.CSS("#username")))
			p.js("begin at the top", `document.activeElement.blur(); ""`)
			p.tabTo("username")
			p.do("type", chromedp.KeyEvent("sari"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(s.password), chromedp.KeyEvent(kb.Enter))
			p.do("arrive on the screen", chromedp.WaitVisible(chromedp.CSS("[role=status][data-state]")))
			p.tabTo(w.start)
			p.do("start", chromedp.KeyEvent(kb.Enter))
			p.state(queue.Paused)
			p.tabTo(w.ready)
			p.do("ready", chromedp.KeyEvent(kb.Enter))
			p.state(queue.Ready)

			caller := s.dial(siptest.Options{})
			p.state(queue.Offered)
			p.do("answer", chromedp.KeyEvent(kb.F2))
			p.state(queue.Talking)
			s.must("heard", caller.Media().Hears().WaitTone(s.ctx, micTone))
			p.do("mute", chromedp.KeyEvent(kb.F4))
			s.must("muted", caller.Media().Hears().WaitQuiet(s.ctx))
			p.is("muted on the page, too", `!!document.getElementById("mute")?.closest("[data-on]")`)
			p.do("unmute", chromedp.KeyEvent(kb.F4))
			s.must("heard again", caller.Media().Hears().WaitTone(s.ctx, micTone))
			p.do("hold", chromedp.KeyEvent(kb.F8))
			p.state(queue.Held)
			p.do("resume", chromedp.KeyEvent(kb.F8))
			p.state(queue.Talking)
			p.do("hang up", chromedp.KeyEvent(kb.F9), chromedp.KeyEvent(kb.F9))
			s.must("BYE", caller.WaitDone(s.ctx))
			p.state(queue.WrapUp)
			p.do("choose", chromedp.KeyEvent("01")) // there are more than nine: two digits
			p.js("see the choice", fmt.Sprintf(waiting, `return document.querySelector(".chip input:checked") ? "chosen" : "";`))
			p.tabTo("talk-safe-yes") // of who was helped it is needed
			p.do("she could talk safely", chromedp.KeyEvent(" "))
			p.js("see the answer", fmt.Sprintf(waiting, `return document.querySelector("#talk-safe-yes:checked") ? "noted" : "";`))
			p.do("finish", chromedp.KeyEvent(kb.F2))
			p.state(queue.Ready)
			if e := s.journal(queue.WrapUpDone); len(e) != 1 || e[0].Reason == "" {
				t.Errorf("written down: %+v", e)
			}
			p.js("the worker keeps our own files alone", `(async () => {
				await navigator.serviceWorker.ready;
				for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) {
					const at = new URL(r.url).pathname;
					if (!at.startsWith("/static/") && !at.startsWith("/offline")) throw new Error("kept " + at);
				}
				return String((await caches.keys()).length); })()`)
			p.tabTo(w.end)
			p.do("end", chromedp.KeyEvent(kb.Enter))
			p.state(queue.Offline)
		})
	}
}

// tabTo goes on by Tab until the element with this name or id has the focus; what
// has it must be seen to have it.
func (p *screen) tabTo(name string) {
	p.t.Helper()
	p.tabUntil(name, fmt.Sprintf(`(() => { const c = e.cloneNode(true); c.querySelectorAll("[aria-hidden=true]").forEach(n => n.remove());
		return e.getAttribute("aria-disabled") !== "true" && [e.id, e.getAttribute("aria-label") ?? c.textContent.trim()].includes(%q); })()`, name))
}

// tabUntil goes on by Tab until the element e that has the focus is the one.
func (p *screen) tabUntil(name, isIt string) {
	p.t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for time.Now().Before(limit) {
		p.do("Tab", chromedp.KeyEvent(kb.Tab))
		if p.js("focus", fmt.Sprintf(`(() => { const e = document.activeElement;
			return e !== document.body && (%s) && getComputedStyle(e).outlineStyle !== "none" ? "there" : ""; })()`, isIt)) == "there" {
			return
		}
	}
	p.fail("Tab to "+name, errors.New("not reached in 30 s, or not seen to have the focus"))
}
