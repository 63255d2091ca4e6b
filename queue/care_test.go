package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

func caring(edit func(*configs.Routing)) configs.Routing {
	return crew("sari", func(r *configs.Routing) {
		r.Queues[0].WrapUp = dur(2 * time.Minute)
		r.Dispositions = []configs.Disposition{{Code: "listened"}, {Code: "hard", Heavy: true}}
		r.Care = configs.Care{HeavyRest: dur(10 * time.Minute), MaxHeavy: 3, MaxContinuous: dur(2 * time.Hour)}
		if edit != nil {
			edit(r)
		}
	})
}

// contactOf is a whole contact of sari's, described as d.
func (tr *trial) contactOf(d string) {
	tr.Helper()
	c := tr.call()
	tr.talk("sari")
	tr.pass(time.Minute)
	tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, d})
}

func TestDecompression(t *testing.T) {
	tr := newTrial(t, caring(nil))
	tr.ready("sari")
	tr.contactOf("listened")
	tr.mustBe("sari", Ready)
	tr.contactOf("hard")
	tr.mustBe("sari", Paused)
	v := tr.s.view(tr.s.agents["sari"])
	if v.Reason != PauseDecompression || v.Until == nil || !v.Until.Equal(tr.now.Add(10*time.Minute)) {
		t.Fatalf("screen shows %+v", v)
	}
	c := tr.call()
	tr.pass(10*time.Minute - 1)
	if tr.everRung(c)["sari"] {
		t.Fatal("rung while she rests")
	}
	tr.pass(1)
	if tr.offered("sari") != c {
		t.Fatal("not rung afterwards")
	}
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.contactOf("hard")
	tr.pass(time.Minute)
	tr.do(ReadyAsked{"sari"}) // ready again before the time
	tr.mustBe("sari", Ready)
	tr.pass(20 * time.Minute)
	tr.mustBe("sari", Ready)
}

// The rest outlives a page that is reloaded and ends meanwhile if it is due.
func TestDecompressionAndThePage(t *testing.T) {
	tr := newTrial(t, caring(nil))
	tr.ready("sari")
	tr.contactOf("hard")
	tr.pass(10*time.Minute - 5*time.Second)
	tr.do(SessionLost{"sari"})
	tr.mustBe("sari", Reconnecting)
	tr.pass(time.Second)
	tr.do(SessionOpened{"sari"})
	tr.mustBe("sari", Paused)
	tr.do(SessionLost{"sari"})
	tr.pass(10 * time.Second) // over while she was away
	tr.do(SessionOpened{"sari"})
	tr.mustBe("sari", Ready)
	tr.contactOf("hard")
	tr.do(ShiftEnded{"sari"})
	if _, armed := tr.s.next(); armed && tr.s.agents["sari"].rested.calm.armed() {
		t.Fatal("a rest goes on off shift")
	}
}

// Her own wish for after the contact comes first.
func TestHerWishComesBeforeRest(t *testing.T) {
	tr := newTrial(t, caring(nil))
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(PauseAsked{"sari", "break"}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, "hard"})
	if a := tr.s.agents["sari"]; a.state != Paused || a.reason != "break" {
		t.Fatalf("%s %s", a.state, a.reason)
	}
}

func TestThreeHeavyInARow(t *testing.T) {
	tr := newTrial(t, caring(func(r *configs.Routing) { r.Care.HeavyRest = 0 }))
	tr.ready("sari")
	for range 3 { // broken by a lighter one, twice two are not three
		tr.contactOf("hard")
		tr.contactOf("hard")
		tr.contactOf("listened")
		tr.mustBe("sari", Ready)
	}
	tr.contactOf("hard")
	tr.contactOf("hard")
	tr.contactOf("") // undescribed is neither
	tr.mustBe("sari", Ready)
	tr.contactOf("hard")
	if a := tr.s.agents["sari"]; a.state != Paused || a.reason != PauseBreak {
		t.Fatalf("%s %s", a.state, a.reason)
	}
	tr.pass(3 * time.Hour) // only she ends it
	tr.mustBe("sari", Paused)
	tr.do(ReadyAsked{"sari"})
	tr.contactOf("hard")
	tr.mustBe("sari", Ready)
}

func TestHoursWithoutAPause(t *testing.T) {
	tr := newTrial(t, caring(nil))
	tr.ready("sari")
	tr.pass(110 * time.Minute)
	tr.contactOf("listened")
	tr.mustBe("sari", Ready)
	tr.pass(20 * time.Minute) // nobody calls: no reason to disturb her
	tr.mustBe("sari", Ready)
	tr.contactOf("listened")
	if a := tr.s.agents["sari"]; a.state != Paused || a.reason != PauseBreak {
		t.Fatalf("%s %s", a.state, a.reason)
	}
	tr.do(ReadyAsked{"sari"})
	tr.contactOf("listened") // the hours begin anew
	tr.mustBe("sari", Ready)

	tr = newTrial(t, caring(func(r *configs.Routing) { r.Care = configs.Care{} }))
	tr.ready("sari")
	tr.pass(5 * time.Hour)
	for range 5 {
		tr.contactOf("hard")
		tr.mustBe("sari", Ready)
	}
}
