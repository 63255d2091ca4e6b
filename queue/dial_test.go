package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// outgoing is house with sari and dewi allowed to call Indonesian numbers, and
// with a mobile for dewi.
func outgoing(edit func(*configs.Routing)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Outgoing = configs.Outgoing{Allow: []string{"+62", "112"}, Deny: []string{"+62809"}, MaxAtOnce: 2, MaxPerHour: 3, MaxMinutes: 10}
		r.Agents[0].Dial, r.Agents[1].Dial = true, true
		r.Agents[1].Mobile = "+628111222333"
		if edit != nil {
			edit(r)
		}
	})
}

// dial has a call a number, and returns the contact.
func (tr *trial) dial(a AgentID, number string) ContactID {
	tr.Helper()
	tr.do(Dialled{a, number})
	c := tr.s.agents[a].contact
	if c == nil {
		tr.mustDo("call placed by " + string(a))
	}
	return c.id
}

func TestLifeOfACallOut(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.ready("sari")
	c := tr.dial("sari", "0812 3456 789")
	tr.mustDo("Record call.dialled "+string(c)+" sari hotline", "Dial {Contact:"+string(c)+" Agent:sari Number:••••789 Manner:{Hide:false Listen:false}}")
	tr.mustNotDo("Ring {")
	if n := tr.s.contacts[c].caller.Reveal(); n != "+628123456789" {
		t.Fatalf("dials %s", n)
	}
	tr.mustBe("sari", Talking)
	stage := func(want string) {
		t.Helper()
		v := tr.s.view(tr.s.agents["sari"]).Call
		if v.Direction != DirectionOut || v.Stage != want || v.Caller != "••••789" {
			t.Fatalf("on screen %+v, want %s", v, want)
		}
	}
	stage(StageDialling)
	tr.pass(2 * time.Second)
	tr.do(Ringing{c}, Ringing{c})
	stage(StageRinging)

	d := tr.call() // nobody else is ready, and she is not offered anybody meanwhile
	tr.mustPhase(d, waiting)

	tr.pass(6 * time.Second)
	tr.do(Established{c})
	tr.mustDo("Record call.established " + string(c))
	stage("")
	tr.do(Connected{c, "sari"})
	tr.mustDo("Record talk.started " + string(c) + " sari hotline")
	tr.do(HoldAsked{"sari", c}, ResumeAsked{"sari", c}, KeysAsked{"sari", c, "1"})
	tr.mustDo("SendKeys")
	tr.pass(time.Minute)
	tr.do(HangUpAsked{"sari", c}, HungUp{c, ByAgent, CauseNormal})
	tr.mustBe("sari", WrapUp)
	tr.do(WrapUpFinished{"sari", c, "listened"})
	if tr.offered("sari") != d {
		t.Fatal("who waited meanwhile is not offered")
	}
	got := tr.mustEnd(c, OutcomeAnswered)
	if got.Direction != DirectionOut || got.Agent != "sari" || got.Queue != "hotline" || got.RingMS != 8000 || got.TalkMS != 60000 || got.WaitMS != 0 || got.Number != "••••789" || got.EndedBy != ByAgent {
		t.Fatalf("record: %+v", got)
	}
	snap := tr.s.snapshot(tr.now)
	if snap.Arrived != 1 || snap.Dialled != 1 || snap.Outcomes[OutcomeAnswered] != 0 || snap.Outgoing[OutcomeAnswered] != 1 {
		t.Fatalf("figures: %+v", snap)
	}
	if got := tr.audit.Totals(); got.Arrived != 1 || got.Dialled != 1 || got.InProgress != 1 {
		t.Fatalf("totals: %+v", got)
	}
}

// Whoever dials goes back to where she was, and is told why nobody answered.
func TestCallOutThatNobodyAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		then   func(tr *trial, c ContactID)
		notice string
		want   Outcome
		by     Party
	}{
		{"busy", func(tr *trial, c ContactID) { tr.do(HungUp{c, ByCaller, CauseBusy}) }, "Code:busy", OutcomeUnreached, ByCaller},
		{"no trunk", func(tr *trial, c ContactID) { tr.do(HungUp{c, BySystem, CauseNoTrunk}) }, "Code:no_trunk", OutcomeUnreached, BySystem},
		{"rings for ever", func(tr *trial, c ContactID) {
			tr.do(Ringing{c})
			tr.pass(2 * time.Minute)
			tr.do(HungUp{c, BySystem, CauseNoAnswer})
		}, "Code:no_answer", OutcomeUnreached, BySystem},
		{"she gives up", func(tr *trial, c ContactID) {
			tr.do(HangUpAsked{"sari", c})
			tr.mustDo("End {Contact:" + string(c) + " By:agent Cause:cancel}")
			tr.do(HungUp{c, ByAgent, CauseCancel})
		}, "Code:call_ended", OutcomeUnreached, ByAgent},
		{"a channel that says nothing", func(tr *trial, c ContactID) { tr.pass(3 * time.Minute) }, "", OutcomeUnreached, BySystem},
		{"her path breaks", func(tr *trial, c ContactID) {
			tr.do(PathLost{Agent: "sari"}, PathProven{"sari"})
			tr.do(HungUp{c, ByNetwork, CauseSilence})
		}, "Code:rtp_lost", OutcomeFailedMedia, ByNetwork},
		{"she is not heard", func(tr *trial, c ContactID) {
			tr.do(Established{c}, ConnectFailed{c, "sari", "microphone"})
			tr.mustDo("Code:connect_trouble")
			tr.do(HungUp{c, BySystem, CauseSilence})
		}, "Code:rtp_lost", OutcomeFailedMedia, BySystem},
		{"a fault of ours", func(tr *trial, c ContactID) { tr.do(HungUp{c, BySystem, CausePanic}) }, "Code:call_ended", OutcomeSystem, BySystem},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, outgoing(nil))
			tr.ready("sari")
			tr.do(PauseAsked{"sari", "break"})
			c := tr.dial("sari", "112")
			tt.then(tr, c)
			if tt.notice != "" {
				tr.mustDo(tt.notice)
			}
			if got := tr.mustEnd(c, tt.want); got.TalkMS != 0 || got.Agent != "sari" || got.EndedBy != tt.by {
				t.Fatalf("record: %+v", got)
			}
			tr.mustBe("sari", Paused)
			if a := tr.s.agents["sari"]; a.reason != "break" || a.next != "" {
				t.Fatalf("she is %s %s, then %s", a.state, a.reason, a.next)
			}
		})
	}
}

func TestWhoMayDialWhat(t *testing.T) {
	for _, tt := range []struct {
		name   string
		agent  AgentID
		number string
		before func(tr *trial)
		want   NoticeCode
	}{
		{"allowed", "sari", "+62 21 390 3963", nil, ""},
		{"a short code", "sari", "112", nil, ""},
		{"no permission", "ayu", "08123456789", nil, DialNotAllowed},
		{"abroad", "sari", "+12025550100", nil, DialNotAllowed},
		{"another short code", "sari", "110", nil, DialNotAllowed},
		{"denied by the longer prefix", "sari", "08091234567", nil, DialNotAllowed},
		{"words", "sari", "mother", nil, DialInvalid},
		{"nothing", "sari", "", nil, DialInvalid},
		{"a SIP address", "sari", "sip:08123456789@evil.example", nil, DialInvalid},
		{"while it rings", "sari", "112", func(tr *trial) { tr.call() }, DialNotNow},
		{"in a talk", "sari", "112", func(tr *trial) { tr.call(); tr.talk("sari") }, DialNotNow},
		{"in wrap-up", "sari", "112", func(tr *trial) { c := tr.call(); tr.talk("sari"); tr.do(HungUp{c, ByCaller, CauseNormal}) }, DialNotNow},
		{"off shift", "sari", "112", func(tr *trial) { tr.do(ShiftEnded{"sari"}) }, DialNotNow},
		{"without sound", "sari", "112", func(tr *trial) { tr.do(PauseAsked{"sari", ""}, PathLost{Agent: "sari"}) }, DialNotNow},
		{"while draining", "sari", "112", func(tr *trial) { tr.do(DrainStarted{}) }, DialNotNow},
		{"nobody may any more", "sari", "112", func(tr *trial) { tr.do(RoutingChanged{Routing: house(), Revision: 2}) }, DialNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, outgoing(nil))
			tr.ready(tt.agent)
			if tt.before != nil {
				tt.before(tr)
			}
			state := tr.s.agents[tt.agent].state
			tr.do(Dialled{tt.agent, tt.number})
			if tt.want == "" {
				tr.mustDo("Dial {")
				return
			}
			tr.mustNotDo("Dial {", "Ring {")
			tr.mustDo("Code:"+string(tt.want), "Record call.refused  "+string(tt.agent)+"  "+string(tt.want))
			tr.mustBe(tt.agent, state)
			if len(tt.number) > 6 && find(tr.last, tt.number[3:]) > 0 {
				t.Fatal("a number in full")
			}
		})
	}
}

// failed places a call that is busy at once.
func (tr *trial) failed(a AgentID) {
	tr.Helper()
	c := tr.dial(a, "112")
	tr.do(HungUp{c, ByCaller, CauseBusy})
}

func TestDialLimits(t *testing.T) {
	t.Run("per hour", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.ready("sari", "dewi")
		for range 3 {
			tr.failed("sari")
			tr.pass(10 * time.Minute)
		}
		tr.do(Dialled{"sari", "112"})
		tr.mustDo("Code:dial_limit")
		tr.failed("dewi") // it is each volunteer's own
		tr.pass(29*time.Minute + 59*time.Second)
		tr.do(Dialled{"sari", "112"})
		tr.mustDo("Code:dial_limit")
		tr.pass(time.Second) // the first is an hour old
		tr.dial("sari", "112")
	})
	t.Run("at once", func(t *testing.T) {
		tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Agents[2].Dial = true }))
		tr.ready("sari", "dewi", "ayu")
		c := tr.dial("sari", "112")
		tr.dial("dewi", "112")
		tr.do(Dialled{"ayu", "112"})
		tr.mustDo("Code:dial_busy")
		tr.do(HungUp{c, ByCaller, CauseBusy})
		tr.dial("ayu", "112")
	})
	t.Run("minutes", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.ready("sari")
		c := tr.dial("sari", "112")
		tr.pass(time.Minute)
		tr.do(Established{c}, Connected{c, "sari"})
		tr.pass(10*time.Minute - time.Second)
		tr.mustPhase(c, talking)
		tr.pass(time.Second)
		tr.mustDo("End {Contact:" + string(c) + " By:system Cause:max_time}")
		tr.do(HungUp{c, BySystem, CauseDuration})
		tr.mustEnd(c, OutcomeAnswered)
		tr.mustBe("sari", WrapUp)
	})
	t.Run("cost", func(t *testing.T) {
		tr := newTrial(t, outgoing(func(r *configs.Routing) {
			r.Outgoing.MaxCostPerDay = 100
			r.Outgoing.Rates = []configs.Rate{{Prefix: "+62", PerMinute: 10}, {Prefix: "+6221", PerMinute: 49.5}}
		}))
		tr.ready("sari", "dewi")
		c := tr.dial("sari", "0213903963")
		tr.do(Established{c}, Connected{c, "sari"})
		tr.pass(61 * time.Second) // two minutes begun: 99
		d := tr.dial("dewi", "08123456789")
		tr.do(HungUp{d, ByCaller, CauseBusy}) // costs nothing
		tr.pass(time.Minute)                  // 148.5, and still running: never cut
		tr.do(Dialled{"dewi", "08123456789"})
		tr.mustDo("Code:dial_limit")
		tr.mustPhase(c, talking)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if got := tr.mustEnd(c, OutcomeAnswered); got.Cost != 148.5 {
			t.Fatalf("it cost %v", got.Cost)
		}
		tr.do(Dialled{"dewi", "08123456789"})
		tr.mustDo("Code:dial_limit")
		tr.failed("dewi")      // what costs nothing may be called
		tr.pass(6 * time.Hour) // midnight
		tr.ready("sari")
		d = tr.dial("dewi", "08123456789")
		tr.do(Established{d}, Connected{d, "dewi"}, HungUp{d, ByCaller, CauseNormal})
		tr.dial("sari", "08123456789") // 10 of 100, not 158.5
	})
}

// A restart forgets no limit.
func TestLimitsSurviveARestart(t *testing.T) {
	house := outgoing(func(r *configs.Routing) {
		r.Outgoing.MaxCostPerDay, r.Outgoing.MaxPerHour = 100, 2
		r.Outgoing.Rates = []configs.Rate{{Prefix: "+62", PerMinute: 60}}
	})
	tr := newTrial(t, house)
	tr.ready("sari", "dewi")
	c := tr.dial("sari", "0213903963")
	tr.do(Established{c}, Connected{c, "sari"})
	tr.pass(90 * time.Second)
	tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.failed("sari")
	tr.do(DrillDone{OK: true, Stage: "greeting", Took: 3 * time.Second})

	again := newTrial(t, house)
	again.now = tr.now.Add(time.Minute)
	again.s.now = again.now
	for _, e := range tr.all {
		if r, ok := e.(Record); ok {
			again.s.remember(r.Entry)
			again.books.add(r.Entry, r.Entry.At)
		}
	}
	again.ready("sari", "dewi")
	again.do(Dialled{"sari", "112"})
	again.mustDo("Code:dial_limit") // two within the hour
	again.do(Dialled{"dewi", "0213903963"})
	again.mustDo("Code:dial_limit") // 120 of 100 today
	again.dial("dewi", "112")
	if d := again.s.snapshot(again.now).Drill; d == nil || !d.OK || d.TookMS != 3000 || !d.At.Equal(tr.now) {
		t.Fatalf("the drill is forgotten: %+v", d)
	}
}

// A channel may say at once that both hear each other: that was an answer too.
func TestConnectedIsAnAnswer(t *testing.T) {
	tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Outgoing.Rates = []configs.Rate{{Prefix: "+62", PerMinute: 10}} }))
	tr.ready("sari")
	c := tr.dial("sari", "0213903963")
	tr.pass(3 * time.Second)
	tr.do(Connected{c, "sari"}, Established{c})
	if find(tr.all, "Record call.established "+string(c)) != 1 {
		t.Fatal("it was not answered once")
	}
	tr.pass(time.Second)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	if got := tr.mustEnd(c, OutcomeAnswered); got.RingMS != 3000 || got.Cost != 10 {
		t.Fatalf("record: %+v", got)
	}
}

// Many ids in one moment are all different, and a replay gives the same.
func TestIDsOfCallsOut(t *testing.T) {
	a, b := newState(house(), 1, 7, day0), newState(house(), 1, 7, day0)
	seen := map[ContactID]bool{}
	for range 1000 {
		id := a.newID()
		if seen[id] || id != b.newID() || len(id) != 26 {
			t.Fatalf("id %s", id)
		}
		seen[id] = true
	}
	if c := newState(house(), 1, 8, day0); seen[c.newID()] {
		t.Fatal("another run makes the same ids")
	}
}
