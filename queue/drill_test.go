package queue

import (
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// drilled begins a drill with or without its volunteer.
func drilled(t *testing.T, r configs.Routing, volunteer bool) *trial {
	tr := newTrial(t, r)
	tr.hears = nil // its caller is nobody's
	tr.ready("sari")
	if volunteer {
		tr.do(PathProven{DrillAgent})
	}
	tr.do(Arrived{Contact: "D1", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	return tr
}

// report says how the drill ended, and that it left no trace.
func (tr *trial) report(ev DrillDone) DrillView {
	tr.Helper()
	if len(tr.s.drills) != 0 {
		tr.Fatal("it goes on")
	}
	tr.do(HungUp{"D1", BySystem, CauseNormal}, ev)
	tr.mustDo("Record drill.done")
	tr.pass(2 * time.Second) // what screens are told now and then
	tr.mustBe("sari", Ready) // she was not rung
	snap := tr.s.snapshot(tr.now)
	if snap.Arrived != 0 || len(snap.Outcomes) != 0 || snap.Contacts != 0 || snap.Queues[0].Waiting != 0 || len(tr.calls) != 0 || tr.kinds[QueueEntered] != 0 {
		tr.Fatalf("it counts: %+v", snap)
	}
	if _, ok := tr.s.next(); ok && tr.s.lines[0].hours == nil {
		tr.Fatal("a deadline is left")
	}
	return *snap.Drill
}

// heard is what a caller's half reports when all went well.
var heard = DrillDone{OK: true, Stage: "done", Took: 9 * time.Second, Heard: true}

// A drill walks menus, queue and volunteer, and leaves no trace in what counts.
func TestDrill(t *testing.T) {
	tr := drilled(t, menued(func(*configs.Routing) {}), true)
	tr.mustDo("Answer {Contact:D1 Sound:{Greeting:greeting Music:music-hotline Language:id}}")
	tr.mustNotDo("Record", "Show")
	tr.do(Established{"D1"})
	tr.mustDo("Ask {Contact:D1 Ask:1 Prompts:[menu]", "SendKeys {Contact:D1 Keys:1}")
	tr.do(KeyPressed{"D1", '1'}, Arrived{Contact: "D1", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.mustNotDo("Record", "Answer", "Connect")
	c := tr.knock(hotlineNumber)
	tr.do(Established{c}, KeyPressed{c, '1'}) // a real caller goes before everybody, to a real volunteer
	tr.mustBe("sari", Offered)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.pass(time.Second)
	tr.mustDid("Connect {Contact:D1 Agent:drill:volunteer}")
	tr.do(Connected{"D1", DrillAgent})
	tr.pass(3 * time.Second)
	tr.mustDid("End {Contact:D1 By:system Cause:normal}")
	if len(tr.s.drills) != 0 {
		t.Fatal("it goes on")
	}
	tr.do(HungUp{"D1", BySystem, CauseNormal}, heard)
	if d := tr.s.snapshot(tr.now).Drill; !d.OK || d.Stage != "done" || d.TookMS != 9000 || !d.At.Equal(tr.now) {
		t.Fatalf("drill %+v", d)
	}
	if tr.kinds[CallArrived] != 1 || tr.kinds[MenuAnswered] != 1 { // hers
		t.Fatalf("it counts: %v", tr.kinds)
	}
	tr.do(DrillDone{Stage: "no_trunk"})
	if d := tr.s.snapshot(tr.now).Drill; d.OK || d.Stage != "no_trunk" {
		t.Fatalf("drill %+v", d)
	}
}

// mustDid is mustDo over all that was done so far.
func (tr *trial) mustDid(want string) {
	tr.Helper()
	for _, e := range tr.all {
		if strings.HasPrefix(show(e), want) {
			return
		}
	}
	tr.Fatalf("%s was not done", want)
}

func TestDrillStages(t *testing.T) {
	closed := with(func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "never"}}
		r.Queues[0].Hours = "never"
	})
	for name, tt := range map[string]struct {
		routing   configs.Routing
		volunteer bool
		walk      func(*trial)
		done      DrillDone
		ok        bool
		stage     string
	}{
		"no key comes": {menued(func(*configs.Routing) {}), true, func(tr *trial) {
			for range 2 {
				tr.do(Asked{"D1", tr.s.drills["D1"].state.contacts["D1"].asks})
				tr.pass(5 * time.Second)
			}
		}, heard, false, "menu"},
		"no volunteer":            {house(), false, func(tr *trial) { tr.pass(10 * time.Second) }, heard, false, "volunteer"},
		"no volunteer, by intent": {house(), false, func(tr *trial) { tr.pass(10 * time.Second) }, DrillDone{OK: true, Stage: "done", Alone: true}, true, "done"},
		"not joined": {house(), true, func(tr *trial) {
			tr.pass(time.Second)
			tr.do(ConnectFailed{"D1", DrillAgent, "peer"})
		}, heard, false, "talk"},
		"she does not hear": {house(), true, func(tr *trial) {
			tr.pass(time.Second)
			tr.do(Connected{"D1", DrillAgent})
			tr.pass(3 * time.Second)
		}, DrillDone{OK: true, Stage: "done"}, false, "talk"},
		"closed":          {closed, true, func(*trial) {}, DrillDone{OK: true, Stage: "done"}, true, "done"},
		"no sound at all": {house(), true, func(tr *trial) { tr.do(HungUp{"D1", ByCaller, CauseNormal}) }, DrillDone{Stage: "sound"}, false, "sound"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := drilled(t, tt.routing, tt.volunteer)
			tr.do(Established{"D1"})
			tt.walk(tr)
			if d := tr.report(tt.done); d.OK != tt.ok || d.Stage != tt.stage {
				t.Fatalf("drill %+v", d)
			}
		})
	}
}

func TestDrillThatGoesWrong(t *testing.T) {
	tr := newTrial(t, house())
	tr.do(Arrived{Contact: "D1", Channel: Voice, Dialled: "0219999999", Drill: true})
	tr.mustDo("Refuse {Contact:D1 Why:unknown_number}")
	if tr.s.tally.refused[UnknownNumber] != 0 {
		t.Fatal("it counts")
	}
	tr.do(HungUp{"D1", BySystem, CauseNormal})
	tr.do(Arrived{Contact: "D2", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.pass(90 * time.Second)
	tr.mustDid("End {Contact:D2 By:system Cause:max_time}") // its other half is gone
	tr.do(HungUp{"D2", BySystem, CauseDuration}, DrainStarted{}, Arrived{Contact: "D3", Channel: Voice, Dialled: hotlineNumber, Drill: true})
	tr.mustDo("Refuse {Contact:D3 Why:draining}")
}
