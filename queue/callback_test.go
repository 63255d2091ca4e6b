package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

const callerNumber = "+6281234567890" // of trial.knock

// called is house whose hotline offers a call-back after a minute, with sari alone.
func called(edit func(*configs.Routing)) configs.Routing {
	return outgoing(func(r *configs.Routing) {
		r.Queues[0].MaxWaitNobody = dur(20 * time.Minute)
		r.Queues[0].MaxWait = dur(30 * time.Minute)
		r.Queues[0].Ladder = []configs.Rung{{After: dur(time.Minute), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}}}}
		r.Queues[0].Callback = configs.Callback{Window: dur(6 * time.Hour), Attempts: 3, Gap: dur(10 * time.Minute), Expires: dur(24 * time.Hour), PerDay: 2, HideNumber: true}
		r.Agents = r.Agents[:1]
		if edit != nil {
			edit(r)
		}
	})
}

// choose takes a caller who waits to the ladder's call-back, answers that it is
// safe, and hears the words to their end.
func (tr *trial) choose(c ContactID) {
	tr.Helper()
	tr.pass(time.Minute)
	tr.do(KeyPressed{c, '2'})
	tr.mustDo("Prompts:[callback-safe]")
	tr.do(KeyPressed{c, '1'})
	tr.mustDo("Close {Contact:" + string(c) + " Words:callback-kept}")
	tr.do(HungUp{c, BySystem, CausePlayed})
	tr.mustEnd(c, OutcomeCallbackKept)
}

// queued brings a caller to a call-back.
func (tr *trial) queued() ContactID {
	tr.Helper()
	c := tr.call()
	tr.choose(c)
	return c
}

// dialBack has a accept the call-back that rings, and returns the attempt.
func (tr *trial) dialBack(a AgentID) ContactID {
	tr.Helper()
	tr.accept(a)
	c := tr.s.agents[a].contact
	if c == nil || c.calls == nil {
		tr.mustDo("Dial {")
	}
	return c.id
}

func TestLifeOfACallback(t *testing.T) {
	tr := newTrial(t, called(nil))
	c := tr.call()
	tr.pass(time.Minute)
	tr.do(KeyPressed{c, '2'})
	tr.mustDo("Record choice.made C1  hotline callback", "Ask {Contact:C1 Ask:2 Prompts:[callback-safe]")
	tr.do(KeyPressed{c, '1'})
	tr.mustDo("Record safety.noted C1  hotline asked pos=0 out= by=caller res=yes", "Record queue.left C1  hotline callback", "Record callback.queued C1  hotline normal pos=1", "KeepSafety", "KeepCallback", "Close {Contact:C1 Words:callback-kept}")
	if keep, end := order1(tr.last, "KeepCallback"), order1(tr.last, "Close {"); keep > end {
		t.Fatal("promised before it was kept")
	}
	tr.do(HungUp{c, ByCaller, CauseNormal}) // she need not hear all of it
	tr.mustEnd(c, OutcomeCallbackKept)
	if snap := tr.s.snapshot(tr.now); snap.Waiting != 0 || snap.Contacts != 0 || len(snap.Callbacks) != 1 || snap.Callbacks[0].State != CallbackWaits || snap.Callbacks[0].Place != 1 {
		t.Fatalf("snapshot %+v", snap)
	}

	tr.pass(5 * time.Minute)
	tr.ready2("sari", t)
	v := tr.s.view(tr.s.agents["sari"])
	if v.Offer == nil || v.Offer.Callback == nil || v.Offer.Contact != c {
		t.Fatalf("offer %+v", v.Offer)
	}
	tr.mustNotDo("Dial {") // nobody is called before somebody accepted
	out := tr.dialBack("sari")
	tr.mustDo("Record call.dialled "+string(out)+" sari hotline", "Record callback.dialled C1 sari hotline", "Manner:{Hide:true Listen:true}")
	if order1(tr.last, "KeepCallback") > order1(tr.last, "Dial {") || order1(tr.last, "KeepSafety") > order1(tr.last, "Dial {") {
		t.Fatal("called before the attempt was kept")
	}
	tr.do(MuteAsked{"sari", out, false}) // too soon: she would be heard by a machine
	tr.mustNotDo("Mute {")
	tr.do(Ringing{out}, Established{out}, Connected{out, "sari"})
	tr.mustNotDo("Record talk.started", "Mute {")
	if call := tr.s.view(tr.s.agents["sari"]).Call; !call.Listening || !call.Muted || call.Connecting || call.Callback != c {
		t.Fatalf("card %+v", call)
	}
	tr.do(MuteAsked{"sari", out, false})
	tr.mustDo("Record talk.started "+string(out)+" sari hotline", "Mute {Contact:"+string(out)+" On:false}")
	tr.pass(time.Minute)
	tr.do(HangUpAsked{"sari", out}, HungUp{out, ByAgent, CauseNormal})
	tr.mustDo("Record callback.reached C1 sari hotline", "DropCallback {ID:C1}")
	got := tr.mustEnd(out, OutcomeAnswered)
	if got.Direction != DirectionOut || got.TalkMS != 60000 || tr.calls[c].Outcome != OutcomeCallbackKept {
		t.Fatalf("record %+v", got)
	}
	tr.mustBe("sari", WrapUp)
	if len(tr.s.callbacks) != 0 || len(tr.s.callbackBy) != 0 {
		t.Fatal("still there")
	}
}

// order1 is where the first effect like want stands.
func order1(list []Effect, want string) int {
	for i, e := range list {
		if strings.Contains(show(e), want) {
			return i
		}
	}
	return -1
}

// S11: ten who are called back and ten who wait are served in the one order in
// which they came, whoever else comes in between.
func TestGoldenCallbackOrder(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Outgoing.MaxAtOnce, r.Queues[0].WrapUp = 30, 0
	}))
	var want []ContactID
	for i := range 20 {
		tr.n++
		id := ContactID(fmt.Sprintf("C%d", tr.n))
		tr.do(Arrived{Contact: id, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(fmt.Sprintf("+6281234500%02d", i))}, Established{id})
		want = append(want, id)
		tr.pass(time.Second)
	}
	tr.pass(time.Minute)
	for i, id := range want {
		if i%2 == 0 {
			tr.do(KeyPressed{id, '2'}, KeyPressed{id, '1'}, HungUp{id, BySystem, CausePlayed})
		} else {
			tr.do(KeyPressed{id, '1'})
		}
	}
	if snap := tr.s.snapshot(tr.now); snap.Waiting != 10 || len(snap.Callbacks) != 10 || snap.Queues[0].Callbacks != 10 {
		t.Fatalf("%d wait, %d call-backs", snap.Waiting, len(snap.Callbacks))
	}
	tr.ready2("sari", t)
	for i, id := range want {
		if got := tr.offered("sari"); got != id {
			t.Fatalf("%d is %s, want %s", i, got, id)
		}
		c := id
		if i%2 == 0 {
			c = tr.dialBack("sari")
			tr.do(Established{c}, Connected{c, "sari"}, MuteAsked{"sari", c, false})
		} else {
			tr.talk("sari")
		}
		tr.pass(30 * time.Second)
		tr.do(HungUp{c, ByCaller, CauseNormal})
	}
	tr.mustBe("sari", Ready)
	if tr.kinds[CallbackReached] != 10 || tr.kinds[TalkStarted] != 20 {
		t.Fatalf("%v", tr.kinds)
	}
}

// Not reached: again after the gap, at the same place, but never more often than
// attempts and the day's limit allow, the smaller of the two (SC-10).
func TestCallbackAttempts(t *testing.T) {
	for name, test := range map[string]struct {
		attempts, perDay, want int
		end                    string
	}{
		"three attempts, two a day": {3, 2, 2, "Record callback.failed C1 sari hotline per_day"},
		"two attempts, five a day":  {2, 5, 2, "Record callback.failed C1 sari hotline attempts"},
		"four attempts, ten a day":  {4, 10, 4, "Record callback.failed C1 sari hotline attempts"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(func(r *configs.Routing) {
				r.Queues[0].Callback.Attempts, r.Queues[0].Callback.PerDay = test.attempts, test.perDay
			}))
			tr.queued()
			later := ContactID("L")
			tr.do(Arrived{Contact: later, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+62811999888")}, Established{later})
			tr.ready2("sari", t)
			for i := range test.want {
				if got := tr.offered("sari"); got != "C1" {
					t.Fatalf("attempt %d: %s is served before her", i+1, got)
				}
				c := tr.dialBack("sari")
				tr.do(Ringing{c}, HungUp{c, ByCaller, CauseNoAnswer})
				tr.mustEnd(c, OutcomeUnreached)
				tr.mustDo("Code:no_answer")
				if i+1 == test.want {
					break
				}
				if v := tr.s.callbackView(tr.s.callbacks["C1"]); v.State != CallbackIsAside || v.Reason != ParkedGap || v.Attempts != i+1 || v.Due == nil {
					t.Fatalf("parked %+v", v)
				}
				if tr.offered("sari") != later { // others are served meanwhile
					t.Fatal("nobody is served in the gap")
				}
				tr.do(PauseAsked{"sari", ""}, Declined{"sari", tr.offerID("sari")})
				tr.pass(10 * time.Minute)
				tr.do(ReadyAsked{"sari"})
			}
			tr.mustDo(test.end)
			tr.do(PauseAsked{"sari", ""})
			tr.pass(25 * time.Hour)
			if n := find(tr.all, "Dial {"); n != test.want {
				t.Fatalf("called %d times", n)
			}
		})
	}
}

// What never rang at her telephone is no attempt.
func TestCallbackThatNeverRang(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	tr.ready2("sari", t)
	for range 5 {
		c := tr.dialBack("sari")
		tr.do(HungUp{c, BySystem, CauseNoTrunk})
		if b := tr.s.callbacks["C1"]; b.attempts != 0 {
			t.Fatalf("%d attempts", b.attempts)
		}
		tr.pass(10 * time.Minute)
	}
}

// An answering machine hears nothing of us: who listened hangs up, or the desk
// does after a minute, and nobody was reached.
func TestCallbackToAMachine(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	tr.ready2("sari", t)
	c := tr.dialBack("sari")
	tr.do(Established{c}, Connected{c, "sari"})
	tr.pass(listenWithin)
	tr.mustDo("End {Contact:" + string(c) + " By:system Cause:voicemail}")
	tr.do(HungUp{c, BySystem, CauseVoicemail})
	tr.mustDo("Record callback.missed C1 sari hotline voicemail", "Code:voicemail")
	tr.mustEnd(c, OutcomeUnreached)
	tr.mustBe("sari", Ready)
	if find(tr.all, "Mute {") != 0 || tr.kinds[TalkStarted] != 0 {
		t.Fatal("it heard us")
	}
}

// Somebody else picked up: that ends it, and her yes is worth nothing any more, for
// the house, for an admin and for a volunteer (SC-5).
func TestSomebodyElseAnswered(t *testing.T) {
	for name, spoke := range map[string]bool{"listening": false, "talking": true} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(nil))
			tr.queued()
			tr.ready2("sari", t)
			c := tr.dialBack("sari")
			tr.do(Established{c}, Connected{c, "sari"})
			if spoke {
				tr.do(MuteAsked{"sari", c, false})
			}
			tr.do(OtherAnswered{"sari", c})
			tr.mustDo("Record safety.noted "+string(c)+" sari hotline other_person_answered", "End {Contact:"+string(c))
			tr.do(HungUp{c, ByAgent, CauseNormal})
			tr.mustDo("Record callback.failed C1 sari hotline other_person")
			if spoke {
				tr.do(WrapUpFinished{"sari", c, otherPerson})
			}
			tr.do(Dialled{"sari", callerNumber})
			tr.mustDo("Code:safety_unknown")
			tr.pass(25 * time.Hour)
			if n := find(tr.all, "Dial {"); n != 1 {
				t.Fatalf("called %d times", n)
			}
		})
	}
}

// Somebody comes in while we call her: the two zeros end it at once, before the
// first word, too, and her telephone does not ring again (SI-3).
func TestQuickExitFromACallback(t *testing.T) {
	for name, spoke := range map[string]bool{"listening": false, "talking": true} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(nil))
			tr.queued()
			tr.ready2("sari", t)
			c := tr.dialBack("sari")
			tr.do(Established{c}, Connected{c, "sari"})
			if spoke {
				tr.do(MuteAsked{"sari", c, false})
			}
			tr.do(KeyPressed{c, '0'})
			tr.mustNotDo("End {")
			tr.do(KeyPressed{c, '0'})
			tr.mustDo("End {Contact:"+string(c)+" By:caller Cause:quick_exit}", "Record safety.noted "+string(c)+" sari hotline quick_exit", "Code:call_ended")
			tr.mustPhase(c, over)
			if spoke {
				tr.mustDo("Record callback.reached C1")
				tr.do(WrapUpFinished{"sari", c, ""})
			} else {
				tr.mustDo("Record callback.missed C1 sari hotline quick_exit")
			}
			tr.do(Dialled{"sari", callerNumber})
			tr.mustDo("Code:safety_unknown")
			tr.pass(25 * time.Hour)
			if n := find(tr.all, "Dial {"); n != 1 {
				t.Fatalf("called %d times", n)
			}
		})
	}
	tr := newTrial(t, called(nil)) // given to a queue meanwhile, she has no volunteer
	tr.queued()
	tr.ready2("sari", t)
	back := tr.dialBack("sari")
	tr.do(Established{back}, Connected{back, "sari"}, MuteAsked{"sari", back, false}, TransferAsked{"sari", back, Target{Queue: "backup"}}, KeyPressed{back, '0'}, KeyPressed{back, '0'})
	tr.mustPhase(back, over)
	tr.mustDo("Record safety.noted " + string(back) + "  backup quick_exit")
	tr.do(WrapUpFinished{"sari", back, ""}, Dialled{"sari", callerNumber})
	tr.mustDo("Code:safety_unknown")

	tr = newTrial(t, called(func(r *configs.Routing) { r.Outgoing.Allow = append(r.Outgoing.Allow, "112") }))
	tr.ready("sari") // whom she dials may be a caller; a short code is a machine with a menu of its own
	c := tr.call()
	tr.talk("sari")
	tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	for number, ends := range map[string]bool{"112": false, callerNumber: true} {
		c := tr.dial("sari", number)
		tr.do(Ringing{c}, Established{c}, Connected{c, "sari"}, KeyPressed{c, '0'}, KeyPressed{c, '0'})
		if got := tr.phase(c) == over.String(); got != ends {
			t.Errorf("%s: %s after two zeros", number, tr.phase(c))
		}
		tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	}
}

// Who calls by herself has her place, and nobody calls her.
func TestCallerCallsBeforeSheIsCalled(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	other := tr.knock(hotlineNumber)
	tr.do(HungUp{other, ByCaller, CauseCancel})
	tr.do(Arrived{Contact: "N", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+62811999888")}, Established{"N"})
	c := tr.call()
	tr.mustDo("Record callback.cancelled C1  hotline called", "Record queue.entered "+string(c)+"  hotline normal pos=1", "res=resumed", "DropCallback {ID:C1}")
}

// A restart keeps each at her place, before everybody who comes later, with the
// attempts she had.
func TestCallbackOverARestart(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	tr.ready2("sari", t)
	tr.do(Ringing{tr.dialBack("sari")})
	var kept KeptCallback
	var safety []SafetyProfile
	for _, e := range tr.all {
		switch e := e.(type) {
		case KeepCallback:
			kept = e.Callback
		case KeepSafety:
			safety = append(safety, e.Profile)
		}
	}
	next := newTrial(t, called(nil))
	next.s.pseudonym = tr.s.pseudonym
	next.now = tr.now.Add(time.Minute)
	next.do(CallbacksKept{List: []KeptCallback{kept}, Safety: safety})
	next.mustDo("Record callback.kept C1  hotline")
	if n := next.s.callbacks["C1"].attempts; n != 1 {
		t.Fatalf("%d attempts", n)
	}
	next.n = 1
	next.do(Arrived{Contact: "N", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+62811999888")}, Established{"N"})
	next.ready2("sari", t)
	if next.offered("sari") != "N" { // the attempt that the crash cut off counts, and so does the gap
		t.Fatalf("%s is offered", next.offered("sari"))
	}
	next.do(PauseAsked{"sari", ""}, Declined{"sari", next.offerID("sari")})
	next.pass(10 * time.Minute)
	next.do(ReadyAsked{"sari"})
	if next.offered("sari") != "C1" {
		t.Fatalf("%s is offered", next.offered("sari"))
	}
	c := next.dialBack("sari")
	if n := next.s.contacts[c].caller.Reveal(); n != callerNumber {
		t.Fatalf("calls %s", n)
	}
	next.do(Ringing{c}, HungUp{c, ByCaller, CauseNoAnswer})
	next.mustDo("Record callback.failed C1 sari hotline per_day")
}

// SC-6: a call-back that was promised cannot be written off without her answer; if
// she writes nothing, it is kept, and parked.
func TestPromisedCallback(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(CallbackPromised{"sari", c, true}, HungUp{c, ByCaller, CauseNormal})
	tr.do(WrapUpFinished{"sari", c, "listened"})
	tr.mustDo("Code:safety_missing")
	tr.mustBe("sari", WrapUp)
	until := tr.now.Add(time.Hour)
	tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes, Until: &until}}, WrapUpFinished{"sari", c, "listened"})
	tr.mustDo("Record callback.queued C1 sari hotline")
	if tr.offered("sari") != c {
		t.Fatal("not offered")
	}
	out := tr.dialBack("sari")
	tr.do(Established{out}, Connected{out, "sari"}, MuteAsked{"sari", out, false}, HungUp{out, ByCaller, CauseNormal}, WrapUpFinished{"sari", out, ""})
	if tr.kinds[CallbackReached] != 1 {
		t.Fatal("not reached")
	}

	tr = newTrial(t, called(nil))
	tr.ready("sari")
	c = tr.call()
	tr.talk("sari")
	tr.do(CallbackPromised{"sari", c, true}, HungUp{c, ByCaller, CauseNormal})
	tr.pass(2 * time.Minute) // her time is over
	tr.mustBe("sari", Ready)
	if v := tr.s.callbackView(tr.s.callbacks[c]); v.State != CallbackIsAside || v.Reason != SafetyUnknown || v.By != "sari" {
		t.Fatalf("%+v", v)
	}
	tr.pass(25 * time.Hour)
	if find(tr.all, "Dial {") != 0 || tr.kinds[CallbackExpired] != 1 {
		t.Fatal("called without an answer")
	}
}

// A queue that is deleted passes its call-backs on.
func TestCallbackOfADeletedQueue(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	edit := called(func(r *configs.Routing) {
		r.Queues = r.Queues[1:]
		r.Numbers[0].Queue, r.Agents[0].Queues = "backup", []string{"backup"}
	})
	tr.do(RoutingChanged{Routing: edit, Revision: 2})
	if b := tr.s.callbacks["C1"]; b == nil || b.entry.line.id != "backup" || b.entry.line.order.place(b.entry) != 1 {
		t.Fatal("lost")
	}
	tr.do(RoutingChanged{Routing: configs.Routing{}, Revision: 3})
	tr.mustDo("Record callback.failed C1  backup queue_deleted")
}

// With no line free, or while the house drains, nobody is asked to call.
func TestCallbackWaitsForALine(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Outgoing.MaxAtOnce = 1
		r.Agents = append(r.Agents, configs.Agent{ID: "dewi", Name: "Bulan", Queues: []string{"hotline"}, Dial: true})
	}))
	tr.queued()
	tr.do(SessionOpened{"dewi"}, ShiftStarted{"dewi"}, PathProven{"dewi"}) // paused
	out := tr.dial("dewi", "+62811000000")
	tr.ready("sari")
	tr.do(HungUp{out, ByCaller, CauseBusy})
	if tr.offered("sari") != "C1" {
		t.Fatal("a line is free")
	}
	tr.do(PauseAsked{"sari", ""}, Declined{"sari", tr.offerID("sari")}, DrainStarted{}, ReadyAsked{"sari"})
	tr.pass(time.Minute)
	tr.mustBe("sari", Ready)
}
