package sip

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sahut/media"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// The tones by which everybody is known.
const (
	callerTone = 613
	sariTone   = 1013
	dewiTone   = 1517
	rinaTone   = 1913
	numberTone = 2213
)

// hears waits until exactly the tones want are in what an ear heard last, of all
// that anybody speaks here.
func hears(h *house, who string, ear *mediatest.Ear, want ...float64) {
	h.t.Helper()
	var got []float64
	for range 200 { // of 40 ms each; within has the last word
		h.within(func(ctx context.Context) error { return ear.WaitPackets(ctx, 2) })
		pcm := ear.Recording()
		pcm = pcm[max(0, len(pcm)-mediatest.Rate/5):]
		got = got[:0]
		for _, tone := range []float64{callerTone, sariTone, dewiTone, rinaTone, numberTone, wordsTone} {
			if mediatest.Goertzel(tone, pcm) > -30 {
				got = append(got, tone)
			}
		}
		slices.Sort(want)
		if slices.Equal(got, want) {
			return
		}
	}
	h.t.Fatalf("%s hears %v, want %v", who, got, want)
}

// room is a talk of a caller and sari, with dewi and rina there.
type roomHouse struct {
	*house
	caller           *siptest.Call
	id               queue.ContactID
	sari, dewi, rina *mediatest.Browser
	peers            *media.Peers
}

func openRoom(t *testing.T, ports string, far ...*callee) *roomHouse {
	_, peers, sound := loud(t, ports)
	h := outHouse(t, func(h *house, _ []way) { sound(h); h.desk.on = h.desk.pickUp }, far...)
	r := &roomHouse{house: h, peers: peers, sari: volunteer(h, peers, "sari"), dewi: volunteer(h, peers, "dewi"), rina: volunteer(h, peers, "rina")}
	r.sari.Speak(sariTone)
	r.dewi.Speak(dewiTone)
	r.rina.Speak(rinaTone)
	r.caller, r.id = h.up(h.phone("udp"), siptest.Options{})
	r.caller.Media().Speak(callerTone)
	h.voice().Connect(r.id, "sari")
	await[queue.Connected](t, h.desk, 1)
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	return r
}

func (r *roomHouse) who(name string, ear *mediatest.Ear, want ...float64) {
	r.t.Helper()
	hears(r.house, name, ear, want...)
}

func (r *roomHouse) hold() { r.voice().Hold(r.id, queue.Sound{Music: "music", Language: "id"}) }

// A volunteer asks another one, who does not hear the caller, nor is heard by
// her; all three hear each other when she merges; and the caller is the other's
// when she gives her away.
func TestConsultMergeAndComplete(t *testing.T) {
	r := openRoom(t, "46400-46499")
	r.hold()
	r.voice().Bring(r.id, queue.Guest{ID: 7, Role: queue.RoleThird, Agent: "dewi"})
	if got := await[queue.GuestJoined](t, r.desk, 1); got.Guest != 7 {
		t.Fatalf("joined: %+v", got)
	}
	r.who("sari", r.sari.Hears(), dewiTone)
	r.who("dewi", r.dewi.Hears(), sariTone)
	r.who("the caller on hold", r.caller.Media().Hears())

	r.voice().Resume(r.id)
	r.who("the caller", r.caller.Media().Hears(), sariTone, dewiTone)
	r.who("sari", r.sari.Hears(), callerTone, dewiTone)
	r.who("dewi", r.dewi.Hears(), callerTone, sariTone)
	r.voice().MuteGuest(r.id, 7, true)
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	r.voice().MuteGuest(r.id, 7, false)

	r.hold()
	r.who("dewi", r.dewi.Hears(), sariTone)
	atHold := r.caller.Media().Hears()
	r.who("the caller on hold", atHold)
	r.voice().Promote(r.id, 7, "dewi")
	if got := await[queue.Connected](t, r.desk, 2); got.Agent != "dewi" {
		t.Fatalf("connected: %+v", got)
	}
	r.who("the caller", r.caller.Media().Hears(), dewiTone)
	r.who("dewi", r.dewi.Hears(), callerTone)
	n := r.sari.Hears().Heard().Packets
	r.who("dewi", r.dewi.Hears(), callerTone)
	if more := r.sari.Hears().Heard().Packets - n; more > 1 {
		t.Errorf("%d packets reached the volunteer who gave her away", more)
	}
	if heard := r.caller.Media().Hears().Heard(); heard.Sources != 1 || heard.TimeBack != 0 {
		t.Errorf("the caller's stream is not one: %+v", heard)
	}
	r.within(r.caller.Hangup)
}

// The volunteer who asks another one loads her page anew: the two hear each other
// again by her new leg, the caller on hold neither of them, and then all three. Who
// picks up while she is away is there when she is back.
func TestConsultOutlastsTheVolunteersLeg(t *testing.T) {
	r := openRoom(t, "46400-46499")
	anew := func() {
		r.sari = volunteer(r.house, r.peers, "sari")
		r.sari.Speak(sariTone)
	}
	r.hold()
	r.voice().Bring(r.id, queue.Guest{ID: 7, Role: queue.RoleThird, Agent: "dewi"})
	await[queue.GuestJoined](t, r.desk, 1)
	r.who("sari", r.sari.Hears(), dewiTone)
	anew()
	r.voice().Reseat(r.id)
	r.who("sari", r.sari.Hears(), dewiTone)
	r.who("dewi", r.dewi.Hears(), sariTone)
	r.who("the caller on hold", r.caller.Media().Hears())
	r.voice().Connect(r.id, "sari") // as Resume with a new leg is
	await[queue.Connected](t, r.desk, 2)
	r.who("the caller", r.caller.Media().Hears(), sariTone, dewiTone)
	r.who("dewi", r.dewi.Hears(), callerTone, sariTone)
	r.voice().Dismiss(r.id, 7)
	r.who("the caller", r.caller.Media().Hears(), sariTone)

	r.hold()
	r.peers.Close("sari")
	r.voice().Bring(r.id, queue.Guest{ID: 8, Role: queue.RoleThird, Agent: "dewi"})
	r.who("the caller on hold", r.caller.Media().Hears())
	anew()
	r.voice().Reseat(r.id)
	if got := await[queue.GuestJoined](t, r.desk, 2); got.Guest != 8 {
		t.Fatalf("joined: %+v", got)
	}
	r.who("sari", r.sari.Hears(), dewiTone)
	r.peers.Close("sari")
	r.within(r.sari.WaitGone)
	r.voice().Reseat(r.id) // and she is not there after all
	if got := await[queue.GuestLeft](t, r.desk, 1); got.Guest != 8 || got.Cause != "peer" {
		t.Errorf("left: %+v", got)
	}
	r.within(r.caller.Hangup)
}

// Who was only asked goes, and the two are together as before.
func TestBackFromAConsultation(t *testing.T) {
	r := openRoom(t, "46500-46599")
	r.hold()
	r.voice().Bring(r.id, queue.Guest{ID: 1, Role: queue.RoleThird, Agent: "dewi"})
	await[queue.GuestJoined](t, r.desk, 1)
	r.who("sari", r.sari.Hears(), dewiTone)
	r.voice().Dismiss(r.id, 1)
	r.voice().Resume(r.id)
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	r.who("sari", r.sari.Hears(), callerTone)
	r.voice().Bring(r.id, queue.Guest{ID: 2, Role: queue.RoleThird, Agent: "nobody"})
	if got := await[queue.GuestLeft](t, r.desk, 1); got.Guest != 2 || got.Cause != "peer" {
		t.Errorf("left: %+v", got)
	}
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	r.within(r.caller.Hangup)
}

// A supervisor who listens hears and is not heard; who whispers is heard by the
// volunteer alone; who joins, by everybody; and at last she is the volunteer. Her
// supervision outlasts hold.
func TestSupervisionIsHeardAsFarAsItMay(t *testing.T) {
	r := openRoom(t, "46600-46699")
	r.voice().Bring(r.id, queue.Guest{ID: 3, Role: queue.RoleSupervisor, Mode: queue.ModeListen, Agent: "rina"})
	await[queue.GuestJoined](t, r.desk, 1)
	r.who("rina", r.rina.Hears(), callerTone, sariTone)
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	r.who("sari", r.sari.Hears(), callerTone)

	r.voice().SetMode(r.id, 3, queue.ModeWhisper)
	r.who("sari", r.sari.Hears(), callerTone, rinaTone)
	r.who("the caller", r.caller.Media().Hears(), sariTone)
	r.who("rina", r.rina.Hears(), callerTone, sariTone)

	r.hold()
	r.who("sari", r.sari.Hears(), rinaTone)
	r.who("the caller on hold", r.caller.Media().Hears())
	r.voice().Resume(r.id)
	r.who("sari", r.sari.Hears(), callerTone, rinaTone)
	r.who("the caller", r.caller.Media().Hears(), sariTone)

	r.voice().SetMode(r.id, 3, queue.ModeBarge)
	r.who("the caller", r.caller.Media().Hears(), sariTone, rinaTone)

	r.voice().Promote(r.id, 3, "rina")
	await[queue.Connected](t, r.desk, 2)
	r.who("the caller", r.caller.Media().Hears(), rinaTone)
	r.who("rina", r.rina.Hears(), callerTone)
	r.within(r.caller.Hangup)
}

// An interpreter's number is called as the helpline and told nothing of the
// caller; all three hear each other; when she hangs up the two go on, and when
// the caller does, she is hung up.
func TestThreeWithANumber(t *testing.T) {
	far := newCallee(t, "127.0.0.1")
	far.byes()
	r := openRoom(t, "46700-46799", far)
	for i := range 2 {
		id := queue.GuestID(10 + i)
		r.hold()
		r.voice().Bring(r.id, queue.Guest{ID: id, Role: queue.RoleThird, Number: queue.NewCaller("+62812345678")})
		invite := far.request("INVITE", i+1)
		if text := invite.Text; strings.Contains(text, "0811") || strings.Contains(text, "caller") {
			t.Errorf("the number is told of the caller:\n%s", text)
		}
		v := far.voice()
		far.reply(invite, "200 OK", "them", far.describe(v, invite))
		v.Speak(numberTone)
		await[queue.GuestJoined](t, r.desk, i+1)
		r.who("sari", r.sari.Hears(), numberTone)
		r.who("the number", v.Hears(), sariTone)
		r.who("the caller on hold", r.caller.Media().Hears())
		r.voice().Resume(r.id)
		r.who("the caller", r.caller.Media().Hears(), sariTone, numberTone)
		r.who("the number", v.Hears(), callerTone, sariTone)
		if i == 0 {
			r.voice().Dismiss(r.id, id)
			far.request("BYE", 1)
			r.who("the caller", r.caller.Media().Hears(), sariTone)
			continue
		}
		r.voice().Promote(r.id, id, "")
		if got := await[queue.Connected](t, r.desk, 2); got.Agent != "" {
			t.Errorf("connected: %+v", got)
		}
		r.who("the caller", r.caller.Media().Hears(), numberTone)
		r.who("the number", v.Hears(), callerTone)
	}
	r.within(r.caller.Hangup)
	far.request("BYE", 2)
}
