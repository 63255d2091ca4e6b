package main

import (
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/sip/siptest"
)

// A call-back on a real volunteer's page. It says that nobody is on the line yet and
// that she said it is safe; only the press calls her. A busy line is said, with what
// follows. The next time somebody picks up: the volunteer hears it and is not heard
// until she presses Speak; then both hear each other, over a reload too. What she
// says about a next call is asked for before the wrap-up ends, and her No holds.
func TestChromiumCallsBack(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, edit := c.callingBack()
	s := openAs(t, serve, func(r *configs.Routing) {
		edit(r)
		r.Queues[0].WrapUp = configs.Duration(10 * time.Minute)
	})
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	chooseCallback(t, s.ctx, s.phone, s.sip.Addr(), func() { s.journalHas("queued") })

	p := s.openScreen()
	p.signIn("sari")
	p.press("Start shift")
	p.state(queue.Paused)
	p.reads("Call-backs (1)")
	p.press("Ready")
	p.state(queue.Offered)
	p.rings()
	p.reads("Nobody is on the line. When you answer, we call her; you hear it ring. She said it is safe, until")
	p.reads("Attempt 1 of 3.")
	p.picture("back-1-offer")
	select {
	case m := <-c.invites:
		t.Fatalf("called before she answered: %s", m.Line())
	default:
	}
	p.press("Answer")
	invite := c.invite(s.ctx)
	p.reads("It rings there")
	p.picture("back-2-rings")
	c.reply(invite, "486 Busy Here", "")
	p.state(queue.Ready)
	p.reads("The line is busy there.")
	p.reads("until the next attempt")
	p.reads("1 of 3 attempts")
	p.picture("back-3-busy")

	kept := s.desk.Snapshot().Callbacks
	if len(kept) != 1 {
		t.Fatalf("call-backs %+v", kept)
	}
	if why, err := s.desk.UrgeCallback(s.ctx, kept[0].ID, "rina"); err != nil || why != "" {
		t.Fatal(why, err)
	}
	p.state(queue.Offered)
	p.reads("Attempt 2 of 3.")
	p.press("Answer")
	her := c.pickUp(c.invite(s.ctx))
	p.reads("Listen: is it her?")
	p.hears(callerTone)
	p.picture("back-4-listen")
	for i, sample := range her.Hears().Recording() {
		if sample > 16 || sample < -16 {
			t.Fatalf("she was heard before Speak: sample %d is %d", i, sample)
		}
	}
	p.press("Speak")
	s.must("she hears the browser", her.Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	p.reads("Is it safe to talk now?")
	p.picture("back-5-talk")
	p.reloadsIn(queue.Talking, nil)
	s.must("she hears the browser again", her.Hears().WaitTone(s.ctx, micTone))
	p.hears(callerTone)
	p.press("Hang up")
	next(s.ctx, t, "BYE", c.byes)
	p.state(queue.WrapUp)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Direction != queue.DirectionOut || got.Agent != "sari" {
		t.Errorf("record %+v", got)
	}
	s.journalHas("reached")

	p.tick("promise")
	p.reads("Ask whether it is safe to call her. You cannot finish before it is noted.")
	p.press("Finish wrap-up")
	p.reads("First note whether it is safe to call her.")
	p.pick("safe", "no")
	p.press("Note her answer")
	p.reads("She said that it is not safe to call her: nobody does.")
	p.picture("back-6-no")
	p.press("Finish wrap-up")
	p.state(queue.Ready)
	if left := s.desk.Snapshot().Callbacks; len(left) != 0 {
		t.Errorf("she said no, and is to be called: %+v", left)
	}
	again := s.dial(siptest.Options{From: herNumber})
	s.must("hang up", again.Hangup(s.ctx))
	p.state(queue.Ready)
}
