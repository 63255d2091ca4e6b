package sip

import (
	"testing"

	"sahut/queue"
	"sahut/sip/siptest"
)

// saidSo ends the words of a talk.
func (s *quietSound) saidSo() {
	s.mu.Lock()
	done := s.saying
	s.mu.Unlock()
	done()
}

// Words in a talk part nobody for good: whoever was muted stays muted, and what
// happens meanwhile counts more than their end.
func TestWordsInATalk(t *testing.T) {
	h := openHouse(t, nil)
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	sound := h.studio.sound(0)
	v := h.voice()
	connects := func() int {
		sound.mu.Lock()
		defer sound.mu.Unlock()
		n := 0
		for _, note := range sound.notes {
			if note == "connect sari" {
				n++
			}
		}
		return n
	}

	v.Say(id, []string{"yes-no"}, "id") // nobody is with her
	v.Connect(id, "sari")
	sound.awaitNote(t, "connect sari", 1)
	sound.speak()
	await[queue.Connected](t, h.desk, 1)
	v.Mute(id, true)
	v.Say(id, []string{"ask-danger", "yes-no"}, "id")
	sound.awaitNote(t, "say ask-danger+yes-no id", 1)
	sound.saidSo()
	sound.awaitNote(t, "connect sari", 2)
	sound.awaitNote(t, "mute true", 2)

	v.Say(id, []string{"yes-no"}, "en")
	sound.awaitNote(t, "say yes-no en", 1)
	v.Hold(id, queue.Sound{Music: "music", Language: "en"})
	sound.awaitNote(t, "play  music en", 1)
	sound.saidSo() // late
	v.Say(id, []string{"yes-no"}, "en")
	v.Resume(id)
	sound.awaitNote(t, "connect sari", 3)
	if n := connects(); n != 3 {
		t.Errorf("connected %d times: the end of old words did", n)
	}

	v.Say(id, []string{"yes-no"}, "en")
	sound.awaitNote(t, "say yes-no en", 2)
	v.Close(id, "limits")
	sound.awaitNote(t, "play limits", 1)
	sound.saidSo()
	sound.said()
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CausePlayed)
	if n := connects(); n != 3 {
		t.Errorf("connected %d times", n)
	}
}
