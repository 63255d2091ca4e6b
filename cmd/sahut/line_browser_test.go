package main

import (
	"fmt"
	"testing"

	"sahut/configs"
	"sahut/queue"
)

// A volunteer calls somebody from a real browser, talks, and gives her to a
// colleague; a number that is not allowed stays in the dialog, with the reason.
func TestChromiumCallsOut(t *testing.T) {
	inBoth(t, func(t *testing.T, lang string, noMouse bool) {
		needProgram(t, "baresip")
		at := freeAddr(t, "127.0.0.1")
		trunk := configs.DefaultTrunk()
		trunk.Name, trunk.Server, trunk.Number = "carrier", "sip:"+at, "+622139039630"
		trunk.MediaAddresses = []string{"127.0.0.0/8"}
		s := openAs(t, func(cfg *configs.Server) { cfg.SIP.Trunks = []configs.Trunk{trunk} }, mayDial)
		phone := s.baresip("<sip:"+calledNumber+"@127.0.0.1>;regint=0;audio_codecs=pcma,pcmu", map[string]string{"Addr": at})
		p := s.openScreen()
		p.inLanguage(lang, noMouse)
		p.signIn("sari")
		p.press("Start shift")
		p.state(queue.Paused)

		p.press("Call a number")
		p.fill("dial-number", "+1 202 555 0123")
		p.press("Call")
		p.reads(p.either("may not be called from here", "tidak boleh dihubungi dari sini"))
		p.picture("line-1-not-allowed")
		p.js("erase", `(e => { e.value = ""; return String(e.dispatchEvent(new Event("input"))); })(document.getElementById("dial-number"))`)
		p.fill("dial-number", "0812 3456 789")
		p.press("Call")
		phone.gets("CALL_INCOMING")
		p.reads(p.word("Calling {0}", "••••789"))
		p.picture("line-2-calling")
		phone.do("accept", "")
		p.state(queue.Talking)
		p.reads("Your call as the helpline")
		p.hears(phoneTone)
		p.picture("line-3-talking")

		dewi, page := s.volunteer("dewi")
		p.press("Transfer")
		p.picture("line-4-transfer")
		p.press("Dewi · " + p.word("Ready for calls"))
		p.state(queue.Paused) // no wrap-up here; she was paused before
		offer := s.offered(dewi)
		if offer.GivenBy != "Sari" {
			t.Errorf("given by %q", offer.GivenBy)
		}
		dewi.Answer(offer.ID)
		call := s.talking(dewi)
		s.must("dewi hears the telephone", page.Hears().WaitTone(s.ctx, phoneTone))
		dewi.HangUp(call.Contact)
		phone.gets("CALL_CLOSED")
		s.must("the telephone heard the browser", phone.heard(micTone))
		if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Direction != queue.DirectionOut || got.Agent != "dewi" {
			t.Errorf("record %+v", got)
		}
	})
}

// reads waits until the page says words.
func (p *screen) reads(words string) {
	p.t.Helper()
	words = p.word(words)
	p.js("read "+words, fmt.Sprintf(waiting, fmt.Sprintf(`return document.body.innerText.includes(%q) ? "yes" : "";`, words)))
}
