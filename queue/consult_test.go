package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// roomOf brings a caller to sari, with dewi and rina, a supervisor, ready.
func roomOf(t *testing.T) (*trial, ContactID) {
	tr, c := talkingTo(t, func(r *configs.Routing) {
		r.Queues[0].Supervision = true
		r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"backup"}, Supervisor: true})
	})
	tr.ready("dewi", "rina")
	return tr, c
}

// guestID is who is with c beside her agent.
func (tr *trial) guestID(c ContactID) GuestID {
	tr.Helper()
	all := tr.s.contacts[c].guests()
	if len(all) != 1 {
		tr.Fatalf("%d are with %s", len(all), c)
	}
	return all[0].id
}

// consult has sari ask dewi, who comes.
func (tr *trial) consult(c ContactID) {
	tr.Helper()
	tr.do(ConsultAsked{"sari", c, Target{Agent: "dewi"}})
	tr.mustDo("Record transfer.asked C1 sari hotline attended", "Hold {Contact:C1")
	tr.mustBe("dewi", Offered)
	if o := tr.s.view(tr.s.agents["dewi"]).Offer; !o.Consult || o.GivenBy != "Bintang" {
		tr.Fatalf("her screen shows %+v", o)
	}
	tr.do(Accepted{Agent: "dewi", Offer: OfferID(tr.guestID(c)), Page: true})
	tr.do(GuestJoined{c, tr.guestID(c)})
	tr.mustDo("Record room.joined C1 dewi hotline colleague")
	tr.mustBe("dewi", Assisting)
	tr.mustBe("sari", Held)
}

func TestConsultThen(t *testing.T) {
	t.Run("complete", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(CompleteAsked{"sari", c})
		tr.mustDo("Record transfer.done C1 sari hotline attended pos=0 out= by= res=ok", "Record room.left C1 dewi", "Record talk.ended C1 sari", "Record talk.started C1 dewi", "Promote {Contact:C1")
		tr.mustBe("sari", WrapUp)
		tr.do(Connected{c, "dewi"})
		tr.mustPhase(c, talking)
		tr.mustBe("dewi", Talking)
	})
	t.Run("complete, and what each noted is hers", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(TalkSafetyTold{"sari", c, TalkSafeNo}, CompleteAsked{"sari", c}, Connected{c, "dewi"})
		if v := tr.s.view(tr.s.agents["sari"]).WrapUp.TalkSafety; v.Answer != TalkSafeNo {
			t.Errorf("who gave her over: %+v", v)
		}
		if v := tr.s.view(tr.s.agents["dewi"]).Call.TalkSafety; v.Answer != "" {
			t.Errorf("who has her now: %+v", v)
		}
	})
	t.Run("complete, and she is not heard", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(CompleteAsked{"sari", c}, ConnectFailed{c, "dewi", "microphone"})
		tr.mustPhase(c, waiting)
		if !tr.s.contacts[c].head {
			t.Fatal("she is not at the head")
		}
	})
	t.Run("back", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(BackAsked{"sari", c})
		tr.mustDo("res=back", "Dismiss {Contact:C1", "Resume {Contact:C1}")
		tr.mustBe("sari", Talking)
		tr.mustBe("dewi", Ready)
	})
	t.Run("hang up is back", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(HangUpAsked{"sari", c})
		tr.mustDo("res=back", "Resume {Contact:C1}")
		tr.mustPhase(c, talking)
	})
	t.Run("merge and leave her with the third", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(MergeAsked{"sari", c})
		tr.mustDo("Record room.merged", "Resume {Contact:C1}")
		if v := tr.s.view(tr.s.agents["sari"]).Call.Third; v.Stage != ThirdJoined || v.Name != "Bulan" {
			t.Fatalf("on screen %+v", v)
		}
		tr.do(CompleteAsked{"sari", c}, Connected{c, "dewi"})
		tr.mustBe("dewi", Talking)
	})
	t.Run("merge and drop the third", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(MergeAsked{"sari", c}, BackAsked{"sari", c})
		tr.mustDo("res=merged")
		tr.mustBe("sari", Talking)
		tr.mustBe("dewi", Ready)
	})
	t.Run("the next of a queue", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Queue: "backup"}})
		first := tr.s.contacts[c].third.agent
		tr.do(Declined{first.id, OfferID(tr.guestID(c))})
		if next := tr.s.contacts[c].third.agent; next == first || next.state != Offered {
			t.Fatal("nobody else is asked")
		}
	})
	t.Run("a number, for too long", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Number: "112"}})
		tr.mustDo("Bring {Contact:C1 Guest:{ID:")
		tr.do(GuestJoined{c, tr.guestID(c)}, MergeAsked{"sari", c})
		tr.pass(time.Duration(tr.s.outgoing.MaxMinutes)*time.Minute + time.Second)
		tr.mustPhase(c, talking)
		if tr.s.contacts[c].third != nil || tr.s.charges != 0 {
			t.Fatal("the number is still there")
		}
	})
	t.Run("a number is paid for with the call", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.s.outgoing.Rates = []configs.Rate{{Prefix: "+62", PerMinute: 1.5}}
		tr.do(ConsultAsked{"sari", c, Target{Number: "08123456789"}})
		tr.do(GuestJoined{c, tr.guestID(c)})
		tr.pass(90 * time.Second)
		tr.do(BackAsked{"sari", c})
		const due = 3 // a second minute was begun
		if tr.s.spent() != due {
			t.Fatalf("spent %v, want %v", tr.s.spent(), due)
		}
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if got := tr.mustEnd(c, OutcomeAnswered); got.Cost != due {
			t.Fatalf("the call cost %v, want %v", got.Cost, due)
		}
	})
	t.Run("a number gets her", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Number: "112"}})
		tr.do(GuestJoined{c, tr.guestID(c)}, CompleteAsked{"sari", c})
		tr.mustBe("sari", WrapUp)
		tr.do(Connected{Contact: c})
		tr.mustDo("Record transfer.done C1 sari hotline attended pos=0 out= by= res=ok")
		tr.mustPhase(c, outside)
	})
}

// Whoever's leg dies, whenever: the caller is with her volunteer, on hold for
// her, with who goes on, or at the head of her line.
func TestLegsThatDie(t *testing.T) {
	asked := func(tr *trial, c ContactID) { tr.do(ConsultAsked{"sari", c, Target{Agent: "dewi"}}) }
	coming := func(tr *trial, c ContactID) {
		asked(tr, c)
		tr.do(Accepted{Agent: "dewi", Offer: OfferID(tr.guestID(c)), Page: true})
	}
	merged := func(tr *trial, c ContactID) { tr.consult(c); tr.do(MergeAsked{"sari", c}) }
	number := func(tr *trial, c ContactID) {
		tr.do(ConsultAsked{"sari", c, Target{Number: "112"}})
		tr.do(GuestJoined{c, tr.guestID(c)}, MergeAsked{"sari", c})
	}
	given := func(tr *trial, c ContactID) { tr.consult(c); tr.do(CompleteAsked{"sari", c}) }
	sari, dewi := PathLost{Agent: "sari"}, PathLost{Agent: "dewi"}
	third := func(tr *trial, c ContactID) Event { return GuestLeft{c, tr.guestID(c), CauseNormal} }
	for name, tt := range map[string]struct {
		in    func(*trial, ContactID)
		dies  func(*trial, ContactID) Event
		phase phase
		held  bool
		agent AgentID
	}{
		"asked, volunteer":   {asked, func(*trial, ContactID) Event { return sari }, parked, true, "sari"},
		"coming, volunteer":  {coming, func(*trial, ContactID) Event { return sari }, parked, true, "sari"},
		"asked, third":       {asked, func(*trial, ContactID) Event { return dewi }, talking, false, "sari"},
		"coming, third":      {coming, third, talking, false, "sari"},
		"consult, volunteer": {(*trial).consult, func(*trial, ContactID) Event { return sari }, parked, true, "sari"},
		"consult, third":     {(*trial).consult, func(*trial, ContactID) Event { return dewi }, talking, true, "sari"},
		"consult, its leg":   {(*trial).consult, third, talking, true, "sari"},
		"three, volunteer":   {merged, func(*trial, ContactID) Event { return sari }, rejoining, false, "dewi"},
		"three, third":       {merged, func(*trial, ContactID) Event { return dewi }, talking, false, "sari"},
		"number, volunteer":  {number, func(*trial, ContactID) Event { return sari }, parked, false, "sari"},
		"number, third":      {number, third, talking, false, "sari"},
		"given, the new one": {given, func(*trial, ContactID) Event { return dewi }, parked, false, "dewi"},
	} {
		t.Run(name, func(t *testing.T) {
			tr, c := roomOf(t)
			tt.in(tr, c)
			tr.do(tt.dies(tr, c))
			p := tr.s.contacts[c]
			if p == nil || p.phase != tt.phase || p.agent == nil || p.agent.id != tt.agent || p.agent.held != tt.held {
				t.Fatalf("she is %s with %+v", tr.phase(c), p.agent)
			}
			if stays := tt.phase == parked && name != "given, the new one"; (p.third != nil) != stays {
				t.Fatalf("the third is %+v", p.third)
			}
			if tt.phase == parked { // and nobody comes back
				tr.pass(21 * time.Second)
				if p = tr.s.contacts[c]; p == nil || !p.phase.inLine() || !p.head || p.third != nil || tr.s.charges != 0 {
					t.Fatalf("she is %s with %+v", tr.phase(c), p)
				}
				if g := tr.s.agents["dewi"]; tt.agent == "sari" && g.guest != nil {
					t.Fatalf("dewi is %s", g.state)
				}
			}
		})
	}
	for name, in := range map[string]func(*trial, ContactID){"asked": asked, "coming": coming, "consult": (*trial).consult, "three": merged, "number": number, "given": given} {
		t.Run(name+", caller", func(t *testing.T) {
			tr, c := roomOf(t)
			in(tr, c)
			tr.do(HungUp{c, ByCaller, CauseNormal})
			tr.mustEnd(c, OutcomeAnswered)
			if g := tr.s.agents["dewi"]; g.guest != nil || tr.s.charges != 0 {
				t.Fatal("somebody is left over")
			}
		})
	}
}

// Whoever was consulted when the volunteer's path broke is still there when she is
// back, and what she was about to do with the three can be done.
func TestConsultationOutlastsTheVolunteersLeg(t *testing.T) {
	lost, back := PathLost{Agent: "sari"}, PathProven{"sari"}
	t.Run("the two talk on", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(lost)
		tr.mustDo("Record leg.lost C1 sari")
		if v := tr.s.view(tr.s.agents["dewi"]).Call; v == nil || !v.Away || !v.Held || v.Agent != "Bintang" {
			t.Fatalf("dewi sees %+v", v)
		}
		tr.pass(19 * time.Second)
		tr.do(back)
		tr.mustDo("Record leg.reattached C1 sari", "Reseat {Contact:C1}")
		tr.mustBe("sari", Held)
		tr.mustBe("dewi", Assisting)
		if v := tr.s.view(tr.s.agents["sari"]).Call.Third; v == nil || v.Stage != ThirdConsult {
			t.Fatalf("sari sees %+v", v)
		}
		if tr.s.view(tr.s.agents["dewi"]).Call.Away {
			t.Fatal("dewi still waits for her")
		}
		tr.do(CompleteAsked{"sari", c}, Connected{c, "dewi"})
		tr.mustBe("dewi", Talking)
	})
	t.Run("all three", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(lost, back, MergeAsked{"sari", c})
		tr.mustDo("Record room.merged", "Connect {Contact:C1 Agent:sari}")
		tr.do(Connected{c, "sari"})
		tr.mustPhase(c, talking)
		if v := tr.s.view(tr.s.agents["dewi"]).Call; v.Role != string(RoleThird) {
			t.Fatalf("dewi sees %+v", v)
		}
	})
	t.Run("she answers meanwhile", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Agent: "dewi"}}, lost)
		tr.mustBe("dewi", Offered)
		tr.do(Accepted{Agent: "dewi", Offer: OfferID(tr.guestID(c)), Page: true})
		tr.mustDo("Bring {Contact:C1")
		tr.pass(15 * time.Second) // nobody is there who could hear her
		tr.mustBe("dewi", Assisting)
		tr.do(back)
		tr.mustDo("Reseat {Contact:C1}")
		tr.do(GuestJoined{c, tr.guestID(c)})
		if v := tr.s.view(tr.s.agents["sari"]).Call.Third; v == nil || v.Stage != ThirdConsult {
			t.Fatalf("sari sees %+v", v)
		}
	})
	t.Run("she declines meanwhile", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Agent: "dewi"}}, lost)
		tr.do(Declined{"dewi", OfferID(tr.guestID(c))})
		tr.mustDo("res=declined", "Record talk.resumed C1 sari")
		tr.mustPhase(c, parked)
		tr.do(back)
		tr.mustDo("Connect {Contact:C1 Agent:sari}")
		tr.do(Connected{c, "sari"})
		tr.mustBe("sari", Talking)
	})
	t.Run("she goes meanwhile", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.do(lost, HangUpAsked{"dewi", c})
		tr.mustDo("res=left", "Dismiss {Contact:C1")
		tr.do(back)
		tr.mustBe("sari", Held)
		tr.mustBe("dewi", Ready)
	})
	t.Run("a number in a talk of three", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.do(ConsultAsked{"sari", c, Target{Number: "112"}})
		tr.do(GuestJoined{c, tr.guestID(c)}, MergeAsked{"sari", c}, lost)
		tr.mustDo("Wait {Contact:C1")
		tr.do(back)
		tr.mustDo("Connect {Contact:C1 Agent:sari}")
		tr.do(Connected{c, "sari"})
		if v := tr.s.view(tr.s.agents["sari"]).Call.Third; v == nil || v.Stage != ThirdJoined {
			t.Fatalf("sari sees %+v", v)
		}
	})
	t.Run("by her telephone", func(t *testing.T) {
		tr, c := roomOf(t)
		tr.consult(c)
		tr.s.agents["sari"].device = DevicePhone
		tr.do(PathLost{Agent: "sari", Device: DevicePhone})
		tr.mustDo("Ring {Agent:sari")
		tr.do(Accepted{Agent: "sari", Offer: tr.s.agents["sari"].summons})
		tr.mustDo("Reseat {Contact:C1}")
		tr.mustBe("sari", Held)
	})
}
