package main

import (
	"testing"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/sip/siptest"
)

// A caller whom nobody took comes back to who gave her away, even while that one writes
// about her: from a colleague who declines, and she is answered; from a number that is
// busy, and when her volunteer does not take her either, the colleague is rung, and the
// wrap-up goes on. The caller hears music or a human all the while.
func TestGivenAwayComesBack(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, _ := c.callingBack()
	s := openAs(t, serve, func(r *configs.Routing) { r.Queues[0].Greeting = "hold" })
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	sari, _ := s.inRoom("sari", sariVoice)
	her := s.dial(siptest.Options{})
	sari.Answer(s.offered(sari).ID)
	id := s.talking(sari).Contact
	s.must("she hears sari", her.Media().Hears().WaitTone(s.ctx, sariVoice))
	dewi, _ := s.inRoom("dewi", dewiVoice)

	sari.Send("transfer", map[string]any{"contact": id, "to": map[string]any{"agent": "dewi"}})
	given := s.offered(dewi)
	if given.GivenBy == "" || given.Back {
		t.Errorf("dewi's screen shows %+v", given)
	}
	s.must("music", her.Media().Hears().WaitSoundBut(s.ctx, sariVoice))
	dewi.Send("decline", map[string]any{"offer": given.ID})
	back := s.offered(sari)
	if back.Contact != id || !back.Back || back.GivenBy != "" {
		t.Errorf("sari's screen shows %+v", back)
	}
	failed, err := sari.AwaitNotice(s.ctx, queue.TransferFailed)
	s.must("she is told", err)
	if failed.Key != "declined" {
		t.Errorf("she is told %+v", failed)
	}
	sari.Answer(back.ID)
	s.talking(sari)
	s.must("she hears sari again", her.Media().Hears().WaitTone(s.ctx, sariVoice))

	sari.Send("transfer", map[string]any{"contact": id, "to": map[string]any{"number": "0812 0000 777"}})
	c.reply(c.invite(s.ctx), "486 Busy Here", "")
	if back = s.offered(sari); back.Contact != id || !back.Back {
		t.Errorf("sari's screen shows %+v", back)
	}
	s.must("music", her.Media().Hears().WaitSoundBut(s.ctx, sariVoice))
	sari.Send("decline", map[string]any{"offer": back.ID})
	view, err := sari.AwaitState(s.ctx, queue.WrapUp)
	s.must("she writes on", err)
	if view.WrapUp.Contact != id {
		t.Errorf("she writes about %+v", view.WrapUp)
	}
	anybodys := s.offered(dewi)
	if anybodys.Contact != id || anybodys.Back {
		t.Errorf("dewi's screen shows %+v", anybodys)
	}
	dewi.Answer(anybodys.ID)
	s.must("she hears dewi", her.Media().Hears().WaitTone(s.ctx, dewiVoice))
	s.must("hang up", her.Hangup(s.ctx))
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.Agent != "dewi" {
		t.Errorf("record %+v", got)
	}
	var ends []string
	for _, e := range s.journal(queue.TransferDone) {
		ends = append(ends, e.Result)
	}
	if len(ends) != 2 || ends[0] != "declined" || ends[1] != "busy" {
		t.Errorf("the transfers ended %v", ends)
	}
}
