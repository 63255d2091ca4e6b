package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

func TestLifeOfACall(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.knock(hotlineNumber)
	tr.mustDo("Record call.arrived C1", "Answer {Contact:C1 Sound:{Greeting:greeting Music:music-hotline Language:id}}")
	tr.pass(time.Second)
	tr.do(Established{c})
	tr.mustDo("Record call.established", "Record queue.entered C1  hotline normal pos=1", "Record offer.made C1 sari")
	tr.mustNotDo("Announce") // rung at once
	tr.mustBe("sari", Offered)
	v := tr.s.view(tr.s.agents["sari"])
	if v.Offer == nil || v.Offer.Label != "HOTLINE" || v.Offer.Caller != "••••890" || !v.Offer.Expires.Equal(tr.now.Add(20*time.Second)) {
		t.Fatalf("offer on screen: %+v", v.Offer)
	}
	tr.pass(3 * time.Second)
	tr.accept("sari")
	tr.mustDo("Record offer.ended C1 sari hotline accepted", "Connect {Contact:C1 Agent:sari}")
	if v := tr.s.view(tr.s.agents["sari"]); v.Call == nil || !v.Call.Connecting || v.Call.WaitMS != 3000 {
		t.Fatalf("call on screen: %+v", v.Call)
	}
	tr.pass(time.Second)
	tr.do(Connected{c, "sari"})
	tr.mustDo("Record queue.left C1  hotline talk", "Record talk.started C1 sari")
	tr.do(HoldAsked{"sari", c})
	tr.mustDo("Hold {Contact:C1 Sound:{Greeting: Music:music-hotline Language:id}}", "Record talk.held")
	tr.mustBe("sari", Held)
	tr.do(HoldAsked{"sari", c})
	tr.mustNotDo("Hold")
	tr.do(ResumeAsked{"sari", c})
	tr.mustDo("Resume {Contact:C1}", "Record talk.resumed")
	tr.do(MuteAsked{"sari", c, true}, KeysAsked{"sari", c, "1#x"}, KeyPressed{c, '7'})
	tr.mustDo("Mute {Contact:C1 On:true}", "SendKeys {Contact:C1 Keys:1#}", "Notify {Agent:sari Notice:{Code:key_heard Contact:C1 Offer:0 Key:7")
	tr.pass(time.Minute)
	tr.do(HangUpAsked{"sari", c})
	tr.mustDo("End {Contact:C1 By:agent Cause:normal}")
	tr.do(HungUp{c, ByAgent, CauseNormal})
	tr.mustDo("Record talk.ended C1 sari", "Record call.ended C1", "Record agent.state  sari")
	tr.mustBe("sari", WrapUp)
	tr.do(WrapUpExtended{"sari", c}, WrapUpFinished{"sari", c, "nonsense"})
	tr.mustDo("unknown_disposition")
	tr.mustBe("sari", WrapUp)
	tr.do(WrapUpFinished{"sari", c, "listened"})
	tr.mustDo("Record wrapup.done C1 sari  listened")
	tr.mustBe("sari", Ready)
	got := tr.mustEnd(c, OutcomeAnswered)
	if got.WaitMS != 4000 || got.RingMS != 3000 || got.TalkMS != 60000 || got.EndedBy != ByAgent || got.Agent != "sari" || got.Queue != "hotline" || got.Number != "••••890" {
		t.Fatalf("record: %+v", got)
	}
}

func TestNumbers(t *testing.T) {
	for dialled, known := range map[string]bool{
		"0213903963": true, "62213903963": true, "+62213903963": true, "+62 21 390-3963": true, "(021) 3903963": true, "0062213903963": true,
		"0215550000": true, "213903963": false, "3903963": false, "+1213903963": false, "hotline": false, "": false,
	} {
		tr := newTrial(t, house())
		c := tr.knock(dialled)
		if known {
			tr.mustPhase(c, arriving)
		} else {
			tr.mustDo("Refuse {Contact:C1 Why:unknown_number}", "Record call.refused")
			tr.mustPhase(c, over)
		}
	}
}

func TestDraining(t *testing.T) {
	tr := newTrial(t, house())
	c := tr.call()
	tr.do(DrainStarted{})
	tr.knock(hotlineNumber)
	tr.mustDo("Refuse {Contact:C2 Why:draining}")
	tr.ready2("sari", t)
	tr.talk("sari")
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.mustEnd(c, OutcomeAnswered)
}

// A caller may hang up in any phase. Nobody is stuck afterwards, and the agent
// writes only about a talk that was one.
func TestCallerHangsUpAnywhere(t *testing.T) {
	type step func(tr *trial) ContactID
	ring := func(tr *trial) ContactID { tr.ready("sari"); return tr.call() }
	accept := func(tr *trial) ContactID { c := ring(tr); tr.pass(6 * time.Second); tr.accept("sari"); return c }
	talk := func(tr *trial) ContactID { c := accept(tr); tr.do(Connected{c, "sari"}); return c }
	for _, tt := range []struct {
		name    string
		to      step
		outcome Outcome
		agent   AgentState
		notice  string
	}{
		{"arriving", func(tr *trial) ContactID { tr.ready("sari"); return tr.knock(hotlineNumber) }, OutcomeAbandonedShort, Ready, ""},
		{"arriving long", func(tr *trial) ContactID {
			tr.ready("sari")
			c := tr.knock(hotlineNumber)
			tr.pass(6 * time.Second)
			return c
		}, OutcomeAbandoned, Ready, ""},
		{"waiting", func(tr *trial) ContactID { c := tr.call(); tr.pass(30 * time.Second); return c }, OutcomeAbandoned, "", ""},
		{"waiting short", func(tr *trial) ContactID { c := tr.call(); tr.pass(5 * time.Second); return c }, OutcomeAbandonedShort, "", ""},
		{"ringing", func(tr *trial) ContactID { c := ring(tr); tr.pass(6 * time.Second); return c }, OutcomeAbandoned, Ready, "caller_left"},
		{"connecting", accept, OutcomeAbandoned, Ready, "caller_left"},
		{"talking", talk, OutcomeAnswered, WrapUp, "call_ended"},
		{"held", func(tr *trial) ContactID { c := talk(tr); tr.do(HoldAsked{"sari", c}); return c }, OutcomeAnswered, WrapUp, "call_ended"},
		{"parked", func(tr *trial) ContactID { c := talk(tr); tr.do(PathLost{Agent: "sari"}); return c }, OutcomeAnswered, WrapUp, "call_ended"},
		{"rejoining", func(tr *trial) ContactID { c := talk(tr); tr.do(PathLost{Agent: "sari"}, PathProven{"sari"}); return c }, OutcomeAnswered, WrapUp, "call_ended"},
		{"interrupted", func(tr *trial) ContactID {
			c := talk(tr)
			tr.do(PathLost{Agent: "sari"})
			tr.pass(21 * time.Second)
			return c
		}, OutcomeAnswered, Offline, ""},
		{"hanging up", func(tr *trial) ContactID { c := talk(tr); tr.do(HangUpAsked{"sari", c}); return c }, OutcomeAnswered, WrapUp, "call_ended"},
		{"closing", func(tr *trial) ContactID {
			c := tr.call()
			tr.pass(5 * time.Minute) // nobody on shift in either line
			tr.mustPhase(c, closing)
			return c
		}, OutcomeClosed, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, house())
			c := tt.to(tr)
			tr.do(HungUp{c, ByCaller, CauseNormal})
			tr.mustEnd(c, tt.outcome)
			if tt.agent != "" {
				tr.mustBe("sari", tt.agent)
			}
			if tt.notice != "" {
				tr.mustDo("Code:" + tt.notice)
			}
			if n := tr.audit.Totals().InProgress; n != 0 {
				t.Fatalf("%d in progress", n)
			}
			tr.do(HungUp{c, ByCaller, CauseNormal}, Established{c}, Connected{c, "sari"}, KeyPressed{c, '1'})
			tr.pass(time.Hour)
		})
	}
}

func TestOutcomesByCause(t *testing.T) {
	for cause, want := range map[Cause]Outcome{
		CauseNoCodec: OutcomeFailedMedia, CauseNoPorts: OutcomeFailedMedia, CauseNoAck: OutcomeFailedMedia,
		CauseSilence: OutcomeFailedMedia, CausePanic: OutcomeSystem, CauseDrain: OutcomeSystem, CauseDuration: OutcomeSystem,
	} {
		tr := newTrial(t, house())
		c := tr.call()
		tr.do(HungUp{c, BySystem, cause})
		tr.mustEnd(c, want)
	}
}

// Offers.

func TestRingOutGoesToTheNextAndTwiceIsNotResponding(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.pass(time.Second)
	tr.ready("dewi")
	c := tr.call()
	if tr.offered("sari") != c {
		t.Fatal("the longest idle is not rung first")
	}
	tr.pass(20 * time.Second)
	if tr.offered("dewi") != c {
		t.Fatal("the next is not rung")
	}
	tr.mustBe("sari", Ready)
	tr.pass(20 * time.Second)
	tr.mustBe("dewi", Ready) // both had her once: sari again
	tr.pass(20 * time.Second)
	tr.mustBe("sari", NotResponding)
	tr.pass(20 * time.Second)
	tr.mustBe("dewi", NotResponding)
	tr.mustPhase(c, waiting)
	tr.do(ReadyAsked{"sari"})
	if tr.offered("sari") != c {
		t.Fatal("one click does not bring her back")
	}
	tr.do(Accepted{Agent: "sari", Offer: tr.offerID("sari")})
	if tr.s.agents["sari"].misses != 0 {
		t.Fatal("an answer does not forgive misses")
	}
}

func TestDeclineIsFreeAndNeverADeadlock(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari", "dewi")
	c := tr.call()
	first := AgentID("sari")
	if tr.s.agents["sari"].offer == nil {
		first = "dewi"
	}
	other := AgentID("dewi")
	if first == "dewi" {
		other = "sari"
	}
	tr.do(Declined{first, tr.offerID(first)})
	tr.mustDo("Record offer.ended C1 " + string(first) + " hotline declined")
	if tr.offered(other) != c {
		t.Fatal("the other is not rung")
	}
	tr.do(Declined{other, tr.offerID(other)})
	tr.mustBe(first, Ready)
	tr.mustBe(other, Ready)
	tr.pass(9 * time.Second)
	tr.mustBe(first, Ready)
	d := tr.call() // somebody else rings meanwhile
	tr.pass(1 * time.Second)
	if tr.s.contacts[c].offers == nil || tr.s.contacts[d].offers == nil {
		t.Fatal("declined for ever")
	}
}

func TestOnlyOneDeclinesAndIsRungAgain(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	for range 5 {
		tr.do(Declined{"sari", tr.offerID("sari")})
		tr.mustBe("sari", Ready)
		tr.pass(10 * time.Second)
		if tr.offered("sari") != c {
			t.Fatal("not rung again")
		}
	}
}

func TestLateAnswerIsTold(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" }))
	tr.ready("sari", "dewi", "ayu")
	c := tr.call()
	late := tr.offerID("dewi")
	tr.accept("sari")
	tr.mustDo("Notify {Agent:dewi Notice:{Code:answered_elsewhere Contact:C1 Offer:", "Agent:Bintang}}", "Record offer.ended C1 dewi hotline rescinded")
	tr.mustBe("dewi", Ready)
	tr.do(Accepted{Agent: "dewi", Offer: late})
	tr.mustDo("Notify {Agent:dewi Notice:{Code:answered_elsewhere")
	tr.do(Declined{"dewi", late}, Accepted{Agent: "dewi", Offer: 9999}, Accepted{Agent: "nobody", Offer: late})
	tr.do(Connected{c, "dewi"}) // not hers
	tr.mustPhase(c, connecting)
	if n := find(tr.all, "Connect {"); n != 1 {
		t.Fatalf("%d connects", n)
	}
}

func TestRingAllAddsWhoBecomesReady(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" }))
	tr.ready("sari")
	c := tr.call()
	tr.pass(5 * time.Second)
	tr.ready2("dewi", t)
	if tr.offered("dewi") != c || tr.offered("sari") != c {
		t.Fatal("not both ring")
	}
	tr.do(Declined{"sari", tr.offerID("sari")})
	tr.mustBe("sari", Ready)
	tr.pass(12 * time.Second) // dewi rings still: sari had her turn
	tr.mustBe("sari", Ready)
	tr.mustBe("dewi", Offered)
}

// ready2 is ready for an agent who is rung at once.
func (tr *trial) ready2(a AgentID, t *testing.T) {
	t.Helper()
	tr.do(SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a})
	tr.mustBe(a, Offered)
}

func TestRoundRobinGoesRound(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) {
		r.Queues[0].Strategy = "round_robin"
		r.Queues[0].WrapUp = 0
	}))
	tr.ready("ayu", "dewi", "sari")
	var got []AgentID
	for range 6 {
		tr.call()
		for _, a := range []AgentID{"sari", "dewi", "ayu"} {
			if tr.s.agents[a].offer != nil {
				got = append(got, a)
				c := tr.talk(a)
				tr.do(HungUp{c, ByCaller, CauseNormal})
			}
		}
	}
	for i, want := range []AgentID{"sari", "dewi", "ayu", "sari", "dewi", "ayu"} {
		if got[i] != want {
			t.Fatalf("rung %v", got)
		}
	}
}

func TestLongestIdleCountsFromTheEndOfWrapUp(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.pass(time.Second)
	tr.ready("dewi")
	c := tr.call()
	tr.talk("sari")
	tr.pass(time.Minute)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.pass(3 * time.Minute) // wrap-up over
	tr.mustBe("sari", Ready)
	d := tr.call()
	if tr.offered("dewi") != d {
		t.Fatal("dewi is idle for longer")
	}
	tr.do(HungUp{d, ByCaller, CauseNormal}) // a ring that came to nothing keeps her turn
	d = tr.call()
	if tr.offered("dewi") != d {
		t.Fatal("dewi lost her turn by a ring")
	}
}

func TestTiesFallTheSameWay(t *testing.T) {
	first := func(seed uint64) (got AgentID) {
		tr := newTrial(t, house())
		tr.s = newState(house(), 1, seed, day0)
		tr.ready("sari", "dewi", "ayu")
		tr.call()
		for id, a := range tr.s.agents {
			if a.offer != nil {
				got = id
			}
		}
		return got
	}
	seen := map[AgentID]bool{}
	for seed := range uint64(20) {
		a, b := first(seed), first(seed)
		if a != b {
			t.Fatalf("seed %d: %s, then %s", seed, a, b)
		}
		seen[a] = true
	}
	if len(seen) != 3 {
		t.Fatalf("ties always fall to %v", seen)
	}
}

// Connecting.

func TestConnectFailedKeepsHerPlace(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	d := tr.call()
	tr.accept("sari")
	tr.do(ConnectFailed{c, "sari", "microphone"})
	tr.mustBe("sari", MediaFault)
	tr.mustDo("Record offer.media_failed C1 sari hotline microphone", "connect_trouble")
	if tr.s.contacts[c].line.order.place(tr.s.contacts[c]) != 1 || tr.s.contacts[d].line.order.place(tr.s.contacts[d]) != 2 {
		t.Fatal("she lost her place")
	}
	tr.do(ReadyAsked{"sari"}) // not proven: to the check
	tr.mustBe("sari", Checking)
	tr.do(PathProven{"sari"})
	if tr.offered("sari") != c {
		t.Fatal("she is not served first")
	}
}

func TestConnectHasADeadline(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.accept("sari")
	tr.pass(8 * time.Second)
	tr.mustPhase(c, waiting)
	tr.mustBe("sari", MediaFault)
	tr.do(Connected{c, "sari"}) // too late
	tr.mustPhase(c, waiting)
}

func TestGivingUpWhileConnectingLeavesTheCallerInLine(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari", "dewi")
	c := tr.call()
	a, b := AgentID("sari"), AgentID("dewi")
	if tr.s.agents[a].offer == nil {
		a, b = b, a
	}
	tr.accept(a)
	tr.do(HangUpAsked{a, c})
	tr.mustNotDo("End {")
	tr.mustBe(a, Ready)
	if tr.offered(b) != c {
		t.Fatal("the other is not rung")
	}
}

func TestEndIsForcedWhenTheChannelIsSilent(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(HangUpAsked{"sari", c})
	tr.pass(5 * time.Second)
	tr.mustEnd(c, OutcomeAnswered)
	tr.mustBe("sari", WrapUp)

	d := tr.knock(hotlineNumber)
	tr.pass(96 * time.Second)
	tr.mustEnd(d, OutcomeFailedMedia)

	e := tr.call()
	tr.do(ShiftEnded{"sari"})
	tr.pass(time.Hour)
	tr.mustEnd(e, OutcomeClosed)
}

// A button names its contact: one click late never reaches the next caller.
func TestButtonsReachOnlyTheContactInHand(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari", "dewi")
	c := tr.call()
	a, b := AgentID("sari"), AgentID("dewi")
	if tr.s.agents[a].offer == nil {
		a, b = b, a
	}
	tr.talk(a)
	tr.do(HoldAsked{b, c}, ResumeAsked{b, c}, MuteAsked{b, c, true}, KeysAsked{b, c, "1"}, HangUpAsked{b, c}, WrapUpFinished{b, c, ""})
	tr.do(HoldAsked{a, "old"}, MuteAsked{a, "old", true}, KeysAsked{a, "old", "1"}, HangUpAsked{a, "old"}, WrapUpExtended{a, c}, WrapUpFinished{a, c, ""})
	for _, unwanted := range []string{"Hold {", "Mute {", "SendKeys {", "End {"} {
		if find(tr.all, unwanted) > 0 {
			t.Fatalf("%s", unwanted)
		}
	}
	tr.mustBe(a, Talking)
}

// What the caller pressed is on the screen and nowhere else.
func TestKeysStayOutOfTheJournal(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	for range 5 {
		for _, k := range "12345678x" {
			tr.do(KeyPressed{c, k})
		}
	}
	if v := tr.s.view(tr.s.agents["sari"]); v.Call.Keys != "12345678123456781234567812345678" {
		t.Fatalf("keys %q", v.Call.Keys)
	}
	if find(tr.last, "Record") > 0 {
		t.Fatal("a key was recorded")
	}
}
