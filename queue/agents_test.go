package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// stages brings sari into every state she can be in. Each returns the contact
// in her hands, if any.
var stages = map[AgentState]func(tr *trial) ContactID{
	Offline:  func(tr *trial) ContactID { tr.do(SessionOpened{"sari"}); return "" },
	Checking: func(tr *trial) ContactID { tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}); return "" },
	Ready:    func(tr *trial) ContactID { tr.ready("sari"); return "" },
	Paused:   func(tr *trial) ContactID { tr.ready("sari"); tr.do(PauseAsked{"sari", "break"}); return "" },
	Offered:  func(tr *trial) ContactID { tr.ready("sari"); return tr.call() },
	Talking:  func(tr *trial) ContactID { tr.ready("sari"); tr.call(); return tr.talk("sari") },
	Held: func(tr *trial) ContactID {
		tr.ready("sari")
		tr.call()
		c := tr.talk("sari")
		tr.do(HoldAsked{"sari", c})
		return c
	},
	WrapUp: func(tr *trial) ContactID {
		tr.ready("sari")
		tr.call()
		c := tr.talk("sari")
		tr.do(HungUp{c, ByCaller, CauseNormal})
		return c
	},
	NotResponding: func(tr *trial) ContactID {
		tr.ready("sari")
		c := tr.call()
		tr.pass(40 * time.Second)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		return ""
	},
	MediaFault: func(tr *trial) ContactID {
		tr.ready("sari")
		c := tr.call()
		tr.accept("sari")
		tr.do(ConnectFailed{c, "sari", "peer"}, HungUp{c, ByCaller, CauseNormal})
		return ""
	},
	Reconnecting: func(tr *trial) ContactID { tr.ready("sari"); tr.do(PathLost{Agent: "sari"}); return "" },
}

// The whole table of an agent's own events in each of her states.
func TestAgentEventsInEachState(t *testing.T) {
	table := map[AgentState]struct {
		started, proven, pathLost, opened, sessionLost, readied, paused, ended AgentState
	}{
		Offline:       {Checking, Offline, Offline, Offline, Offline, Offline, Offline, Offline},
		Checking:      {Checking, Paused, Checking, Checking, Reconnecting, Checking, Checking, Offline},
		Ready:         {Ready, Ready, Reconnecting, Ready, Reconnecting, Ready, Paused, Offline},
		Paused:        {Paused, Paused, Paused, Paused, Reconnecting, Ready, Paused, Offline},
		Offered:       {Offered, Offered, Reconnecting, Offered, Reconnecting, Offered, Offered, Offered},
		Talking:       {Talking, Talking, Reconnecting, Talking, Talking, Talking, Talking, Talking},
		Held:          {Held, Held, Reconnecting, Held, Held, Held, Held, Held},
		WrapUp:        {WrapUp, WrapUp, WrapUp, WrapUp, WrapUp, WrapUp, WrapUp, WrapUp},
		NotResponding: {NotResponding, NotResponding, NotResponding, NotResponding, Reconnecting, Ready, Paused, Offline},
		MediaFault:    {MediaFault, MediaFault, MediaFault, MediaFault, Reconnecting, Checking, Paused, Offline},
		Reconnecting:  {Reconnecting, Ready, Reconnecting, Reconnecting, Reconnecting, Reconnecting, Reconnecting, Offline},
	}
	for from, want := range table {
		for _, tt := range []struct {
			ev   Event
			want AgentState
		}{
			{ShiftStarted{"sari"}, want.started},
			{PathProven{"sari"}, want.proven},
			{PathLost{Agent: "sari"}, want.pathLost},
			{SessionOpened{"sari"}, want.opened},
			{SessionLost{"sari"}, want.sessionLost},
			{ReadyAsked{"sari"}, want.readied},
			{PauseAsked{"sari", "break"}, want.paused},
			{ShiftEnded{"sari"}, want.ended},
		} {
			tr := newTrial(t, house())
			stages[from](tr)
			tr.mustBe("sari", from)
			tr.do(tt.ev)
			if got := tr.s.agents["sari"].state; got != tt.want {
				t.Errorf("%s, then %T: %s, want %s", from, tt.ev, got, tt.want)
			}
			tr.pass(2 * time.Hour) // nothing hangs, whatever follows
		}
	}
}

// Pause and End shift in the middle of a contact wait for its end.
func TestWishesTakeEffectAfterTheContact(t *testing.T) {
	for _, from := range []AgentState{Offered, Talking, Held, WrapUp} {
		for _, tt := range []struct {
			ev   Event
			want AgentState
		}{{PauseAsked{"sari", "break"}, Paused}, {ShiftEnded{"sari"}, Offline}} {
			tr := newTrial(t, house())
			c := stages[from](tr)
			tr.do(tt.ev)
			if v := tr.s.view(tr.s.agents["sari"]); v.Next != tt.want || v.State != from {
				t.Fatalf("%s, %T: next %q in %s", from, tt.ev, v.Next, v.State)
			}
			if from != WrapUp {
				tr.do(HungUp{c, ByCaller, CauseNormal})
			}
			if from != Offered {
				tr.mustBe("sari", WrapUp)
				tr.do(WrapUpFinished{"sari", c, "listened"})
			}
			tr.mustBe("sari", tt.want)

			tr = newTrial(t, house()) // and Ready takes the wish back
			stages[from](tr)
			tr.do(tt.ev, ReadyAsked{"sari"})
			if v := tr.s.view(tr.s.agents["sari"]); v.Next != "" {
				t.Fatalf("%s: next is still %s", from, v.Next)
			}
		}
	}
}

func TestPauseReasonsAreCodes(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.do(PauseAsked{"sari", "my boss is a fool"})
	tr.mustBe("sari", Paused)
	if r := tr.s.agents["sari"].reason; r != "" {
		t.Fatalf("free text %q", r)
	}
}

func TestCheckLeadsToPauseNamedLogin(t *testing.T) {
	tr := newTrial(t, house())
	tr.do(SessionOpened{"sari"}, ReadyAsked{"sari"}, ShiftStarted{"sari"}, ReadyAsked{"sari"})
	tr.mustBe("sari", Checking)
	tr.do(PathProven{"sari"})
	tr.mustBe("sari", Paused)
	if r := tr.s.agents["sari"].reason; r != PauseLogin {
		t.Fatalf("reason %q", r)
	}
	tr.do(SessionOpened{"rina"}, ShiftStarted{"rina"}, ReadyAsked{"rina"}) // no volunteer
	tr.mustBe("rina", Offline)
}

func TestAwayWhileReady(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.do(SessionLost{"sari"}, PathLost{Agent: "sari"})
	c := tr.call()
	tr.mustBe("sari", Reconnecting) // and not rung
	tr.pass(10 * time.Second)
	tr.do(SessionOpened{"sari"})
	tr.mustBe("sari", Reconnecting) // her path is still away
	tr.do(PathProven{"sari"})
	if tr.offered("sari") != c {
		t.Fatal("not rung")
	}
	tr.do(PathLost{Agent: "sari"})
	tr.mustDo("Record offer.ended C1 sari hotline agent_lost")
	if tr.s.agents["sari"].misses != 0 {
		t.Fatal("counted as a miss")
	}
	tr.pass(20 * time.Second)
	tr.mustBe("sari", Offline)
	tr.mustPhase(c, waiting)
}

func TestAgentLostWhileRingingRingsTheNextAtOnce(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.pass(time.Second)
	tr.ready("dewi")
	c := tr.call()
	tr.do(SessionLost{"sari"})
	if tr.offered("dewi") != c {
		t.Fatal("dewi is not rung at once")
	}
}

func TestPauseWhileReconnectingWins(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.do(PathLost{Agent: "sari"}, PauseAsked{"sari", "break"}, PathProven{"sari"})
	tr.mustBe("sari", Paused)
}

func TestPathLostWhileTalking(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(SessionLost{"sari"}) // alone: the talk goes on
	tr.pass(10 * time.Minute)
	tr.mustPhase(c, talking)
	tr.mustBe("sari", Talking)

	tr.do(PathLost{Agent: "sari"})
	tr.mustDo("Record leg.lost C1 sari", "Wait {Contact:C1 Sound:{Greeting:hold Music:music-hotline")
	tr.mustBe("sari", Reconnecting)
	tr.mustPhase(c, parked)
	if v := tr.s.view(tr.s.agents["sari"]); v.Call == nil || v.Until == nil || !v.Until.Equal(tr.now.Add(20*time.Second)) {
		t.Fatalf("screen %+v", v)
	}
	tr.pass(15 * time.Second)
	tr.do(SessionOpened{"sari"}, PathProven{"sari"})
	tr.mustDo("Connect {Contact:C1 Agent:sari}")
	tr.do(Connected{c, "sari"})
	tr.mustDo("Record leg.reattached C1 sari")
	tr.mustNotDo("Record talk.started")
	tr.mustBe("sari", Talking)

	other := tr.call()
	tr.do(PathLost{Agent: "sari"})
	tr.pass(20 * time.Second)
	tr.mustBe("sari", Offline)
	tr.mustPhase(c, waiting)
	if p := tr.s.contacts[c]; p.class != ClassInterrupted || p.line.order.place(p) != 1 {
		t.Fatalf("not at the head: %s", p.class)
	}
	tr.ready2("dewi", t)
	if tr.offered("dewi") != c {
		t.Fatal("she is not served before the other")
	}
	tr.talk("dewi")
	tr.do(HungUp{c, ByCaller, CauseNormal}, HungUp{other, ByCaller, CauseNormal})
	if got := tr.mustEnd(c, OutcomeAnswered); got.Agent != "dewi" {
		t.Fatalf("record %+v", got)
	}
	if tr.kinds[TalkStarted] != 2 || tr.kinds[TalkEnded] != 2 {
		t.Fatalf("talks %v", tr.kinds)
	}
}

func TestPathLostOnHold(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(HoldAsked{"sari", c}, PathLost{Agent: "sari"})
	tr.mustNotDo("Wait {") // she hears music already
	tr.do(PathProven{"sari"})
	tr.mustBe("sari", Held)
	tr.mustNotDo("Connect {") // no live microphone without a click
	tr.do(ResumeAsked{"sari", c})
	tr.mustDo("Connect {Contact:C1 Agent:sari}")
	tr.do(Connected{c, "sari"})
	tr.mustBe("sari", Talking)
	tr.do(HoldAsked{"sari", c}, ResumeAsked{"sari", c})
	tr.mustDo("Resume {")
}

func TestPathLostAgainWhileRejoiningAndFailure(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(PathLost{Agent: "sari"})
	tr.pass(12 * time.Second)
	tr.do(PathProven{"sari"}, PathLost{Agent: "sari"})
	tr.mustPhase(c, parked)
	tr.pass(8 * time.Second) // the first window still stands
	tr.mustBe("sari", Offline)
	tr.mustPhase(c, waiting)

	tr = newTrial(t, house())
	tr.ready("sari")
	c = tr.call()
	tr.talk("sari")
	tr.do(PathLost{Agent: "sari"}, PathProven{"sari"}, ConnectFailed{c, "sari", "microphone"})
	tr.mustBe("sari", MediaFault)
	tr.mustPhase(c, waiting)
	if tr.s.contacts[c].class != ClassInterrupted {
		t.Fatal("not interrupted")
	}
}

func TestMuteOutlivesALostPath(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	c := tr.call()
	tr.accept("sari")
	tr.do(MuteAsked{"sari", c, true})
	tr.mustNotDo("Mute {")
	tr.do(Connected{c, "sari"})
	tr.mustDo("Mute {Contact:C1 On:true}")
	tr.do(PathLost{Agent: "sari"}, PathProven{"sari"})
	tr.do(Connected{c, "sari"})
	tr.mustDo("Mute {Contact:C1 On:true}")
}

func TestWrapUpIsTheServers(t *testing.T) {
	tr := newTrial(t, house())
	c := stages[WrapUp](tr)
	tr.pass(time.Minute)
	tr.do(SessionLost{"sari"}, PathLost{Agent: "sari"})
	tr.pass(30 * time.Second)
	tr.do(SessionOpened{"sari"}, PathProven{"sari"})
	tr.mustBe("sari", WrapUp)
	v := tr.s.view(tr.s.agents["sari"])
	if v.WrapUp == nil || v.WrapUp.Contact != c || v.WrapUp.Until.Sub(tr.now) != 30*time.Second {
		t.Fatalf("wrap-up %+v", v.WrapUp)
	}
	tr.do(WrapUpExtended{"sari", c})
	tr.pass(89 * time.Second)
	tr.mustBe("sari", WrapUp)
	tr.pass(time.Second)
	tr.mustBe("sari", Ready)
	tr.mustNotDo("nothing")

	tr = newTrial(t, house()) // who is away at its end is reconnecting, then offline
	stages[WrapUp](tr)
	tr.do(SessionLost{"sari"})
	tr.pass(2 * time.Minute)
	tr.mustBe("sari", Reconnecting)
	tr.pass(20 * time.Second)
	tr.mustBe("sari", Offline)

	tr = newTrial(t, with(func(r *configs.Routing) { r.Queues[0].WrapUp = 0 }))
	tr.ready("sari")
	d := tr.call()
	tr.talk("sari")
	tr.do(HungUp{d, ByCaller, CauseNormal})
	tr.mustBe("sari", Ready)
}
