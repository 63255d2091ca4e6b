package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// latest is the newest entry of a kind about c; it fails if there is none.
func (tr *trial) latest(kind EntryKind, c ContactID) (e Entry) {
	tr.Helper()
	for _, f := range tr.all {
		if r, ok := f.(Record); ok && r.Entry.Kind == kind && r.Entry.Contact == c {
			e = r.Entry
		}
	}
	if e.Kind == "" {
		tr.Fatalf("no %s of %s", kind, c)
	}
	return e
}

// Who gives up leaves word of where she stood, where she began, and what she was
// in the middle of.
func TestWhereSheGaveUp(t *testing.T) {
	rung := func(r *configs.Routing) {
		r.Queues[0].Ladder = []configs.Rung{{After: dur(20 * time.Second), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}}}}
	}
	for stage, until := range map[string]func(tr *trial) ContactID{
		"waiting": func(tr *trial) ContactID { return tr.call() },
		"asked": func(tr *trial) ContactID {
			c := tr.call()
			tr.pass(20 * time.Second)
			return c
		},
		"ringing": func(tr *trial) ContactID {
			tr.ready("sari")
			return tr.call()
		},
		"connecting": func(tr *trial) ContactID {
			tr.ready("sari")
			c := tr.call()
			tr.accept("sari")
			return c
		},
	} {
		tr := newTrial(t, crew("sari", rung))
		c := until(tr)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if e := tr.latest(QueueLeft, c); e.Stage != stage || e.Position != 1 || e.Count != 1 {
			t.Errorf("%s: %+v", stage, e)
		}
		if e := tr.latest(CallOver, c); e.Stage != "" {
			t.Errorf("%s: the stage is said twice: %+v", stage, e)
		}
	}
	tr := newTrial(t, crew("sari", rung))
	first, second := tr.call(), tr.call()
	tr.do(HungUp{first, ByCaller, CauseNormal})
	tr.do(HungUp{second, ByCaller, CauseNormal})
	if e := tr.latest(QueueLeft, second); e.Position != 1 || e.Count != 2 {
		t.Errorf("second: %+v", e)
	}
	tr = newTrial(t, menued(func(*configs.Routing) {}))
	tr.do(Arrived{Contact: "M1", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("0812")})
	tr.do(Arrived{Contact: "M2", Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("0813")}, Established{"M2"})
	for c, stage := range map[ContactID]string{"M1": "arriving", "M2": "choosing"} {
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if e := tr.latest(CallOver, c); e.Stage != stage {
			t.Errorf("%s: %+v", stage, e)
		}
	}
}

// The path of a volunteer's browser is in the journal while she is on shift, each
// change of it once; a change of the routing with its keys and nothing more.
func TestProofsAndVersions(t *testing.T) {
	tr := newTrial(t, crew("sari", nil))
	tr.do(SessionOpened{"sari"}, PathProven{"sari"}, PathLost{Agent: "sari"})
	if tr.kinds[MediaProof] != 0 {
		t.Fatal("a proof off shift")
	}
	tr.do(ShiftStarted{"sari"}, PathProven{"sari"}, PathProven{"sari"}, PathLost{Agent: "sari"}, PathLost{Agent: "sari"}, PathProven{"sari"})
	var proofs []string
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && r.Entry.Kind == MediaProof {
			proofs = append(proofs, r.Entry.Result)
		}
	}
	if len(proofs) != 3 || proofs[0] != "ok" || proofs[1] != "lost" || proofs[2] != "ok" {
		t.Errorf("proofs %v", proofs)
	}
	tr.do(DeviceTested{"sari", "silent"})
	if tr.kinds[DeviceTest] != 1 {
		t.Error("the test of her sound is not kept")
	}
	next := crew("sari dewi", func(r *configs.Routing) {
		r.Queues[0].RingFor, r.Agents[0].Mobile = dur(9*time.Second), "+628111111111"
	})
	tr.do(RoutingChanged{Routing: next, Revision: 2, By: "admin"})
	if e := tr.latest(ConfigVersion, ""); e.Result != "queue.hotline.ring_for, agent.sari.mobile, +agent.dewi" {
		t.Errorf("what changed: %q", e.Result)
	}
}
