package main

import (
	"strings"
	"testing"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/sip/siptest"
)

// A talk of three with a number: the volunteer asks an interpreter by her page,
// the carrier rings her and learns nothing of the caller, she does not hear the
// caller nor is heard by her until the volunteer merges; then all three hear each
// other. The journal has who came and went, and her number masked; when the caller
// leaves she is hung up.
func TestThreeWithANumberOverTheCarrier(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	serve, _ := c.callingBack()
	s := openAs(t, serve, func(r *configs.Routing) { r.Queues[0].Greeting = "hold" })
	s.trunkIs("up", func(st sip.TrunkState) bool { return st.Name == "carrier" && st.Up })
	sari, sariEar := s.inRoom("sari", sariVoice)
	caller := s.dial(siptest.Options{})
	sari.Answer(s.offered(sari).ID)
	id := s.talking(sari).Contact
	s.hearsJust("the caller", caller.Media().Hears(), sariVoice)

	sari.Send("consult", map[string]any{"contact": id, "to": map[string]any{"number": "0812 0000 777"}})
	invite := c.invite(s.ctx)
	if !strings.Contains(invite.Line(), "628120000777") {
		t.Errorf("called %s", invite.Line())
	}
	for _, of := range []string{"628110000001", "8110000001"} {
		if strings.Contains(invite.Text, of) {
			t.Errorf("the number is told of the caller:\n%s", invite.Text)
		}
	}
	interpreter := c.pickUp(invite)
	interpreter.Speak(dewiVoice)
	s.hearsJust("sari", sariEar.Hears(), dewiVoice)
	s.hearsJust("the interpreter", interpreter.Hears(), sariVoice)
	s.hearsJust("the caller on hold", caller.Media().Hears())

	sari.Send("consult.merge", map[string]any{"contact": id})
	s.hearsJust("the caller", caller.Media().Hears(), sariVoice, dewiVoice)
	s.hearsJust("sari", sariEar.Hears(), callerTone, dewiVoice)
	s.hearsJust("the interpreter", interpreter.Hears(), callerTone, sariVoice)
	if third := sari.View().Call.Third; third == nil || third.Stage != "joined" {
		t.Errorf("sari's screen shows %+v", third)
	}

	s.must("hang up", caller.Hangup(s.ctx))
	next(s.ctx, t, "BYE", c.byes)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByCaller || got.Agent != "sari" {
		t.Errorf("record %+v", got)
	}
	for kind, n := range map[queue.EntryKind]int{queue.RoomJoined: 1, queue.RoomMerged: 1, queue.RoomLeft: 1, queue.TransferDone: 1} {
		got := s.journal(kind)
		if len(got) != n {
			t.Errorf("%d entries %s: %+v", len(got), kind, got)
		}
		for _, e := range got {
			if e.Target != "" && e.Target != "number:••••777" {
				t.Errorf("%s has the target %q", kind, e.Target)
			}
		}
	}
	if joined := s.journal(queue.RoomJoined); len(joined) == 1 && joined[0].Reason != "number" {
		t.Errorf("joined as %q", joined[0].Reason)
	}
}
