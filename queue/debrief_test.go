package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// Somebody to talk to is offered after what weighs, and after nothing else; who
// asked is seen by supervisors, without any contact, until one has talked with her
// (WE-1, WE-3).
func TestDebrief(t *testing.T) {
	house := func() *trial {
		tr := newTrial(t, caring(func(r *configs.Routing) {
			r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"backup"}, Supervisor: true})
		}))
		tr.ready("sari", "rina")
		return tr
	}
	word := func(tr *trial) string { return tr.s.view(tr.s.agents["sari"]).Debrief }
	for name, test := range map[string]struct {
		end  func(*trial, ContactID)
		want string
	}{
		"heavy": {func(tr *trial, c ContactID) {
			tr.do(HungUp{c, ByCaller, CauseNormal}, DispositionChosen{"sari", c, "hard"})
		}, DebriefOffered},
		"abusive": {func(tr *trial, c ContactID) { tr.do(AbuseEnded{"sari", c}) }, DebriefOffered},
		"ordinary": {func(tr *trial, c ContactID) {
			tr.do(HungUp{c, ByCaller, CauseNormal}, DispositionChosen{"sari", c, "listened"})
		}, ""},
	} {
		tr := house()
		c := tr.call()
		tr.talk("sari")
		if word(tr) != "" {
			t.Fatalf("%s: offered in the talk", name)
		}
		test.end(tr, c)
		if word(tr) != test.want {
			t.Errorf("%s, writing: %q", name, word(tr))
		}
		tr.do(WrapUpFinished{"sari", c, tr.s.agents["sari"].writing.disposition})
		if word(tr) != test.want {
			t.Errorf("%s, written: %q", name, word(tr))
		}
		tr.do(DebriefAsked{"sari", true})
		if asked := word(tr) == DebriefWanted; asked != (test.want != "") {
			t.Errorf("%s: asked is %v", name, asked)
		}
	}

	tr := house()
	tr.contactOf("hard")
	tr.do(DebriefAsked{"sari", true}, DebriefAsked{"sari", true})
	if tr.kinds[DebriefCalled] != 1 {
		t.Fatal("asked once, noted otherwise")
	}
	asked := tr.now
	tr.do(ShiftEnded{"sari"}) // it stands over the end of her shift
	tr.pass(time.Minute)
	if f := tr.s.view(tr.s.agents["rina"]).Floor; len(f.Debriefs) != 1 || f.Debriefs[0] != (DebriefView{"sari", tr.s.agents["sari"].name, asked}) {
		t.Fatalf("the supervisor sees %+v", f)
	}
	tr.do(DebriefHeld{By: "sari", Agent: "sari"}, DebriefHeld{By: "dewi", Agent: "sari"}) // neither is a supervisor of hers
	if word(tr) != DebriefWanted {
		t.Fatal("held by nobody")
	}
	tr.do(DebriefHeld{By: "rina", Agent: "sari"})
	tr.mustDo("Record debrief.held  sari")
	if f := tr.s.view(tr.s.agents["rina"]).Floor; word(tr) != "" || len(f.Debriefs) != 0 {
		t.Errorf("afterwards %q, %+v", word(tr), f)
	}
}

// A wish of an earlier run stands as if nothing had happened, once, and its end breaks
// no law; one of who is in the house no longer is nobody's.
func TestDebriefOutlivesARestart(t *testing.T) {
	tr := newTrial(t, caring(func(r *configs.Routing) {
		r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"backup"}, Supervisor: true})
	}))
	tr.ready("rina")
	since := tr.now.Add(-50 * time.Hour)
	kept := DebriefsKept{map[AgentID]time.Time{"sari": since, "gone": since}}
	tr.do(kept, kept)
	if tr.kinds[DebriefCalled] != 1 {
		t.Errorf("noted %d times", tr.kinds[DebriefCalled])
	}
	if f := tr.s.view(tr.s.agents["rina"]).Floor; len(f.Debriefs) != 1 || f.Debriefs[0].Agent != "sari" || !f.Debriefs[0].Since.Equal(since) {
		t.Errorf("the supervisor sees %+v", f)
	}
	if word := tr.s.view(tr.s.agents["sari"]).Debrief; word != DebriefWanted {
		t.Errorf("her screen says %q", word)
	}
	tr.do(DebriefHeld{By: "rina", Agent: "sari"})
	if !tr.s.agents["sari"].debrief.IsZero() {
		t.Error("held, and it stands")
	}
}
