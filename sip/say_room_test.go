package sip

import (
	"bytes"
	"math"
	"testing"
	"time"

	"sahut/media"
	"sahut/media/mediatest"
	"sahut/queue"
)

// wordsTone is what the words of a test sound like.
const wordsTone = 2713

// saying gives the house words of a length that are known by their tone.
func (r *roomHouse) saying(name string, long time.Duration) {
	r.t.Helper()
	pcm := make([]int16, int(long.Seconds()*mediatest.Rate))
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*wordsTone*float64(i)/mediatest.Rate))
	}
	var wav bytes.Buffer
	if err := mediatest.WriteWAV(&wav, pcm); err != nil {
		r.t.Fatal(err)
	}
	words, err := media.ParseWAV(&wav, 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	r.server.calls.studio.(*hall).library.Set(name, words)
}

// A supervisor comes in the middle of a question to a caller who cannot speak:
// because she was called for help, or only to listen. The words go on for both,
// nobody who may not be heard is, and when the words are over everybody hears
// whom her mode says.
func TestSupervisorComesWhileWordsPlay(t *testing.T) {
	r := openRoom(t, "46800-46899")
	r.saying("short", 1500*time.Millisecond)
	r.saying("long", 30*time.Second)
	caller, sari, rina := r.caller.Media().Hears(), r.sari.Hears(), r.rina.Hears()

	r.voice().Say(r.id, []string{"short"}, "id")
	r.who("the caller", caller, wordsTone)
	r.who("sari", sari, wordsTone)
	r.voice().Bring(r.id, queue.Guest{ID: 3, Role: queue.RoleSupervisor, Mode: queue.ModeListen, Agent: "rina"})
	await[queue.GuestJoined](t, r.desk, 1)
	r.who("rina", rina, callerTone, sariTone) // the words are over
	r.who("the caller", caller, sariTone)
	r.who("sari", sari, callerTone)
	r.voice().Dismiss(r.id, 3)

	// Into long words she comes to listen: they go on for both. She whispers: the
	// volunteer hears her before the words, the caller the words alone.
	r.voice().Say(r.id, []string{"long"}, "id")
	r.who("the caller", caller, wordsTone)
	r.voice().Bring(r.id, queue.Guest{ID: 4, Role: queue.RoleSupervisor, Mode: queue.ModeListen, Agent: "rina"})
	await[queue.GuestJoined](t, r.desk, 2)
	r.who("rina", rina, sariTone)
	r.who("sari", sari, wordsTone)
	r.voice().SetMode(r.id, 4, queue.ModeWhisper)
	r.who("sari", sari, rinaTone)
	r.who("the caller", caller, wordsTone)

	r.takesOver(4)
}

// takesOver has rina take over while words play: they end for both, and the two
// hear each other.
func (r *roomHouse) takesOver(id queue.GuestID) {
	r.t.Helper()
	caller, sari, rina := r.caller.Media().Hears(), r.sari.Hears(), r.rina.Hears()
	r.voice().Promote(r.id, id, "rina")
	await[queue.Connected](r.t, r.desk, 2)
	r.who("the caller", caller, rinaTone)
	r.who("rina", rina, callerTone)
	before := sari.Heard().Packets
	r.who("rina", rina, callerTone)
	r.who("rina", rina, callerTone)
	if more := sari.Heard().Packets - before; more > 1 {
		r.t.Errorf("%d packets of words reached the volunteer who has nobody any more", more)
	}
	r.within(r.caller.Hangup)
}

// The same of a supervisor who was there before the words.
func TestTakenOverWhileWordsPlay(t *testing.T) {
	r := openRoom(t, "46900-46999")
	r.saying("long", 30*time.Second)
	r.voice().Bring(r.id, queue.Guest{ID: 3, Role: queue.RoleSupervisor, Mode: queue.ModeListen, Agent: "rina"})
	await[queue.GuestJoined](t, r.desk, 1)
	r.voice().Say(r.id, []string{"long"}, "id")
	r.who("the caller", r.caller.Media().Hears(), wordsTone)
	r.who("sari", r.sari.Hears(), wordsTone)
	r.takesOver(3)
}
