package sip

import (
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

func TestTalk(t *testing.T) {
	h := openHouse(t, nil)
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	sound := h.studio.sound(0)
	v := h.voice()

	v.Connect(id, "sari")
	sound.awaitNote(t, "connect sari", 1)
	sound.speak()
	sound.speak() // twice is once
	if got := await[queue.Connected](t, h.desk, 1); got.Agent != "sari" || got.Contact != id {
		t.Errorf("connected %+v", got)
	}
	v.Mute(id, true)
	sound.awaitNote(t, "mute true", 1)
	v.Hold(id, queue.Sound{Music: "music", Language: "en"})
	sound.awaitNote(t, "play  music en", 1)
	v.Resume(id)
	sound.awaitNote(t, "connect sari", 2)
	sound.awaitNote(t, "mute true", 2) // what was muted stays muted
	v.SendKeys(id, "12#")
	sound.awaitNote(t, "keys 12#", 1)
	v.Wait(id, queue.Sound{Greeting: "again", Music: "music", Language: "en"})
	sound.awaitNote(t, "play again music en", 1)

	// The same volunteer, whose microphone had its say in the try before.
	v.Connect(id, "dewi")
	sound.awaitNote(t, "connect dewi", 1)
	sound.speak()
	if got := await[queue.Connected](t, h.desk, 2); got.Agent != "dewi" {
		t.Errorf("connected %+v", got)
	}
	v.Close(id, "goodbye")
	sound.awaitNote(t, "play goodbye", 1)
	sound.said()
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CausePlayed)
	if n := count[queue.Connected](h.desk); n != 2 {
		t.Errorf("connected %d times", n)
	}
}

func TestConnectFails(t *testing.T) {
	h := openHouse(t, func(h *house) { h.server.calls.patience.connect = 50 * time.Millisecond })
	_, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	sound := h.studio.sound(0)

	h.voice().Connect(id, "sari") // never speaks
	if got := await[queue.ConnectFailed](t, h.desk, 1); got.Stage != "microphone" || got.Agent != "sari" || got.Contact != id {
		t.Errorf("failed as %+v", got)
	}
	sound.speak() // too late
	func() { defer sound.lock()(); sound.noPeer = true }()
	h.voice().Connect(id, "dewi")
	if got := await[queue.ConnectFailed](t, h.desk, 2); got.Stage != "peer" || got.Agent != "dewi" {
		t.Errorf("failed as %+v", got)
	}
	if n := count[queue.Connected](h.desk); n != 0 {
		t.Errorf("connected %d times", n)
	}
}

// Nobody says when the closing words end: the call ends all the same.
func TestClosingWordsThatNeverEnd(t *testing.T) {
	h := openHouse(t, func(h *house) { h.server.calls.patience.words = 50 * time.Millisecond })
	c, id := h.up(h.phone("udp"), siptest.Options{NoMedia: true, SDP: []byte(quietSDP)})
	h.voice().Close(id, "sorry")
	h.within(c.WaitDone)
	h.ended(1, queue.BySystem, queue.CausePlayed)
}
