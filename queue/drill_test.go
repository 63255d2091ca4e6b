package queue

import (
	"testing"
	"time"
)

// A drill is answered and greeted, and leaves no trace in what counts.
func TestDrill(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.do(Arrived{Contact: "D1", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.mustDo("Answer {Contact:D1 Sound:{Greeting:greeting Music:music-hotline Language:id}}")
	tr.mustNotDo("Record")
	tr.do(Established{"D1"}, KeyPressed{"D1", '1'}, Connected{"D1", "sari"}, Arrived{Contact: "D1", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.mustNotDo("Record", "Answer")
	tr.mustBe("sari", Ready) // she is not rung
	tr.pass(4 * time.Second)
	tr.do(HungUp{"D1", ByCaller, CauseNormal}, DrillDone{OK: true, Stage: "greeting", Took: 4200 * time.Millisecond})
	tr.mustDo("Record drill.done")
	if _, ok := tr.s.next(); ok {
		t.Fatal("a deadline is left")
	}
	snap := tr.s.snapshot(tr.now)
	if snap.Arrived != 0 || len(snap.Outcomes) != 0 || snap.Contacts != 0 || len(tr.calls) != 0 {
		t.Fatalf("it counts: %+v", snap)
	}
	if d := snap.Drill; d == nil || !d.OK || d.Stage != "greeting" || d.TookMS != 4200 || !d.At.Equal(tr.now) {
		t.Fatalf("drill %+v", d)
	}
	tr.do(DrillDone{Stage: "no_trunk"})
	if d := tr.s.snapshot(tr.now).Drill; d.OK || d.Stage != "no_trunk" {
		t.Fatalf("drill %+v", d)
	}
	if snap.Drill.Stage != "greeting" {
		t.Fatal("an old picture changed")
	}
}

func TestDrillThatGoesWrong(t *testing.T) {
	tr := newTrial(t, house())
	tr.do(Arrived{Contact: "D1", Channel: Voice, Dialled: "0219999999", Drill: true})
	tr.mustDo("Refuse {Contact:D1 Why:unknown_number}")
	if tr.s.tally.refused[UnknownNumber] != 0 {
		t.Fatal("it counts")
	}
	tr.do(Arrived{Contact: "D2", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.pass(90 * time.Second)
	tr.mustDo("End {Contact:D2 By:system Cause:max_time}") // its other half is gone
	tr.do(HungUp{"D2", BySystem, CauseDuration}, DrainStarted{}, Arrived{Contact: "D3", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.mustDo("Refuse {Contact:D3 Why:draining}")
}
