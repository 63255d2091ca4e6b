package main

import (
	"fmt"
	"testing"

	"sahut/queue"
	"sahut/sip/siptest"
)

// A real browser: the question is pressed, the caller's 1 is read as Yes; then
// the call turns out to be abuse, ends with one press, and a rest is taken.
func TestChromiumSilentCaller(t *testing.T) {
	inBoth(t, func(t *testing.T, lang string, noMouse bool) {
		s := open(t, nil)
		p := s.openScreen()
		p.inLanguage(lang, noMouse)
		p.signIn("sari")
		p.press("Start shift")
		p.state(queue.Paused)
		p.press("Ready")
		caller := s.dial(siptest.Options{From: "0811223344"})
		p.answers()
		s.must("the caller hears the browser", caller.Media().Hears().WaitTone(s.ctx, micTone))

		p.reads("Is it safe to talk now?")
		p.pick("talk-safe", "no")
		p.reads(p.either("Ask only what takes a yes or a no", "Tanyakan hanya yang dapat dijawab ya atau tidak"))
		if asked := s.entries(queue.TalkSafetyNoted); len(asked) != 1 || asked[0].Result != "no" {
			t.Errorf("journal %+v", asked)
		}
		p.press("She cannot speak")
		p.press("Are you in danger now?")
		s.must("the question", caller.Media().Hears().WaitSoundBut(s.ctx, micTone))
		s.must("press 1", caller.SendKeys("1"))
		p.is("read Yes", fmt.Sprintf(`document.querySelector(".answers .answer.yes")?.textContent === %q`, p.word("Yes")))
		p.picture("silent-1-yes")
		s.must("and the browser again", caller.Media().Hears().WaitTone(s.ctx, micTone))

		p.press("Block for 24 hours")
		p.reads("This caller is blocked for 24 hours. A supervisor can change that.")
		p.press("End abusive call")
		p.state(queue.WrapUp)
		p.picture("silent-2-abuse")
		s.must("words for the caller", caller.Media().Hears().WaitSoundBut(s.ctx, micTone))
		p.press("Rest after this")
		p.press("Finish wrap-up")
		p.state(queue.Paused)
		s.must("hang up", caller.Hangup(s.ctx))
		if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "sari" {
			t.Errorf("record %+v", got)
		}
	})
}
