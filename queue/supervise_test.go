package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

func TestSupervision(t *testing.T) {
	begin := func(t *testing.T) (*trial, ContactID) {
		tr, c := roomOf(t)
		tr.do(SuperviseAsked{"rina", c, ModeListen})
		tr.mustDo("Record supervise.started C1 rina hotline listen", "Bring {Contact:C1", "Mode:listen", "Code:supervisor_came")
		if w := tr.s.view(tr.s.agents["sari"]).Call.Watched; len(w) != 1 || w[0].Name != "Rina" || w[0].Mode != ModeListen {
			t.Fatalf("the volunteer sees %+v", w) // in the very batch, before anything is heard
		}
		tr.do(GuestJoined{c, tr.guestID(c)})
		tr.mustBe("rina", Assisting)
		return tr, c
	}
	t.Run("in every mode", func(t *testing.T) {
		tr, c := begin(t)
		for _, m := range []Mode{ModeWhisper, ModeBarge, ModeListen} {
			tr.do(SuperviseAsked{"rina", c, m})
			tr.mustDo("Record supervise.mode C1 rina hotline "+string(m), "SetMode {Contact:C1")
			if w := tr.s.view(tr.s.agents["sari"]).Call.Watched; w[0].Mode != m {
				t.Fatalf("the volunteer sees %+v", w)
			}
		}
		tr.do(SuperviseEnded{"rina", c})
		tr.mustDo("Record supervise.ended C1 rina hotline left", "Dismiss {Contact:C1")
		tr.mustBe("rina", Ready)
		tr.mustBe("sari", Talking)
	})
	t.Run("take over", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(SuperviseAsked{"rina", c, ModeTakeOver})
		tr.mustDo("Record supervise.ended C1 rina hotline took_over", "Record talk.ended C1 sari hotline taken_over", "Record talk.started C1 rina", "Code:taken_over")
		tr.mustBe("sari", WrapUp)
		tr.do(Connected{c, "rina"})
		tr.mustBe("rina", Talking)
	})
	t.Run("her path is lost", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(PathLost{Agent: "rina"})
		tr.mustDo("Record supervise.ended C1 rina hotline agent_lost")
		tr.mustPhase(c, talking)
		tr.mustBe("sari", Talking)
	})
	t.Run("the volunteer's path is lost", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(PathLost{Agent: "sari"})
		tr.mustPhase(c, parked)
		tr.do(PathProven{"sari"}, Connected{c, "sari"})
		if w := tr.s.view(tr.s.agents["sari"]).Call.Watched; len(w) != 1 {
			t.Fatal("she is not seen any more")
		}
	})
	t.Run("a pause comes back", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(PauseAsked{"rina", "break"}, SuperviseAsked{"rina", c, ModeWhisper}, SuperviseEnded{"rina", c})
		tr.mustBe("rina", Paused)
	})
	for name, tt := range map[string]struct {
		before Event
		edit   func(*configs.Routing)
		who    AgentID
		code   string
	}{
		"no supervisor":       {nil, nil, "dewi", "supervise_not_allowed"},
		"by her account":      {RightsKnown{"dewi", true}, nil, "dewi", ""},
		"the queue forbids":   {nil, func(r *configs.Routing) { r.Queues[0].Supervision = false }, "rina", "supervise_not_allowed"},
		"she cannot see it":   {SessionLost{"sari"}, nil, "rina", "supervise_unseen"},
		"her own talk":        {RightsKnown{"sari", true}, nil, "sari", "supervise_not_now"},
		"the supervisor's is": {PathLost{Agent: "rina"}, nil, "rina", "supervise_not_now"},
	} {
		t.Run(name, func(t *testing.T) {
			tr, c := roomOf(t)
			if tt.edit != nil {
				r := outgoing(nil)
				r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"backup"}, Supervisor: true})
				tt.edit(&r)
				tr.do(RoutingChanged{Routing: r, Revision: 2})
			}
			if tt.before != nil {
				tr.do(tt.before)
			}
			tr.do(SuperviseAsked{tt.who, c, ModeListen})
			if tt.code == "" {
				tr.mustDo("Record supervise.started")
				return
			}
			tr.mustDo("Code:" + tt.code)
			tr.mustNotDo("Record supervise.started", "Bring {")
		})
	}
}

func TestSos(t *testing.T) {
	t.Run("answered", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(SosAsked{"sari", c, true})
		tr.mustDo("Record sos.raised C1 sari", "Record sos.called C1 rina")
		if f := tr.s.view(tr.s.agents["rina"]).Floor; len(f.Sos) != 1 || !f.Sos[0].You {
			t.Fatalf("the supervisor sees %+v", f)
		}
		tr.do(SosAccepted{"rina", c})
		tr.mustDo("Record sos.answered C1 rina", "Record supervise.started C1 rina hotline whisper", "Code:sos_coming")
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.mustDo("Record sos.ended C1 sari")
		tr.mustBe("rina", Ready)
	})
	t.Run("escalates every 30 s", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(RightsKnown{"dewi", true}, SosAsked{"sari", c, true})
		if n := len(tr.s.contacts[c].sos.called); n != 1 {
			t.Fatalf("%d are called", n)
		}
		tr.pass(29 * time.Second)
		tr.pass(time.Second)
		if n := len(tr.s.contacts[c].sos.called); n != 2 {
			t.Fatalf("after 30 s %d are called", n)
		}
		tr.do(SosAsked{"sari", c, false})
		tr.mustDo("Record sos.ended C1 sari hotline withdrawn")
	})
	t.Run("nobody is there, and then somebody", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ShiftEnded{"rina"}, SosAsked{"sari", c, true})
		tr.mustDo("Code:sos_nobody")
		tr.ready("rina")
		tr.pass(30 * time.Second)
		if n := len(tr.s.contacts[c].sos.called); n != 1 {
			t.Fatalf("%d are called", n)
		}
	})
	t.Run("who answered does not come", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(RightsKnown{"dewi", true}, SosAsked{"sari", c, true}, SosAccepted{"rina", c})
		tr.do(GuestLeft{c, tr.guestID(c), "peer"})
		if o := tr.s.contacts[c].sos; o.answered != nil || len(o.called) != 2 {
			t.Fatal("nobody else is called")
		}
	})
}
