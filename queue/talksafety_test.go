package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// listening is a house where contacts in which somebody was helped are marked
// "helped", and all others "silent".
func listening(edit func(*configs.Routing)) configs.Routing {
	return called(func(r *configs.Routing) {
		r.Queues[0].WrapUp = dur(2 * time.Minute)
		r.Dispositions = []configs.Disposition{{Code: "helped", Kind: configs.Data}, {Code: "silent", Kind: configs.NonData}}
		if edit != nil {
			edit(r)
		}
	})
}

// A contact in which somebody was helped is not finished before it is noted
// whether she could talk safely (SC-6). Nothing else waits for it, and time does
// not either.
func TestTalkSafetyHoldsTheWrapUp(t *testing.T) {
	for _, test := range []struct {
		name   string
		danger bool
		mark   string
		answer TalkSafe
		done   bool
	}{
		{"helped, not asked", false, "helped", "", false},
		{"helped, yes", false, "helped", TalkSafeYes, true},
		{"helped, no", false, "helped", TalkSafeNo, true},
		{"helped, it could not be asked", false, "helped", TalkSafeUnknown, true},
		{"helped, no answer that is one", false, "helped", "perhaps", false},
		{"silent", false, "silent", "", true},
		{"nothing marked", false, "", "", true},
		{"somebody else", false, otherPerson, "", true},
		{"in danger, silent", true, "silent", "", false},
		{"in danger, nothing marked", true, "", "", false},
		{"in danger, yes", true, "", TalkSafeYes, true},
	} {
		for _, when := range []string{"talking", "writing"} {
			t.Run(test.name+", noted while "+when, func(t *testing.T) {
				tr := newTrial(t, listening(nil))
				tr.ready("sari")
				c := tr.call()
				tr.s.contacts[c].danger = test.danger
				tr.talk("sari")
				if when == "talking" {
					tr.do(TalkSafetyTold{"sari", c, test.answer})
				}
				tr.do(HungUp{c, ByCaller, CauseNormal})
				if when == "writing" {
					tr.do(TalkSafetyTold{"sari", c, test.answer})
				}
				tr.do(DispositionChosen{"sari", c, test.mark})
				v := tr.s.view(tr.s.agents["sari"]).WrapUp.TalkSafety
				if v.Needed == test.done || v.Answer != map[bool]TalkSafe{true: test.answer}[test.answer.Known()] {
					t.Errorf("the screen shows %+v", v)
				}
				tr.do(WrapUpFinished{"sari", c, test.mark})
				if done := tr.s.agents["sari"].state == Ready; done != test.done {
					t.Fatalf("finished is %v", done)
				}
				if !test.done {
					tr.mustDo("Code:talk_safety_missing")
					tr.pass(2 * time.Minute) // a volunteer who left her desk
					tr.mustBe("sari", Ready)
				}
			})
		}
	}
}

// Every talk asks anew, whoever talks; a service that is called is not asked.
func TestTalkSafetyOfEachTalk(t *testing.T) {
	tr := newTrial(t, listening(nil))
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	asked := tr.now
	tr.do(TalkSafetyTold{"dewi", c, TalkSafeNo}, TalkSafetyTold{"sari", "C9", TalkSafeNo}) // not hers
	if tr.kinds[TalkSafetyNoted] != 0 {
		t.Fatal("noted by somebody else")
	}
	tr.do(TalkSafetyTold{"sari", c, TalkSafeNo}, TalkSafetyTold{"sari", c, TalkSafeNo})
	if tr.kinds[TalkSafetyNoted] != 1 {
		t.Fatal("said twice and noted twice")
	}
	v := tr.s.view(tr.s.agents["sari"]).Call.TalkSafety
	if v == nil || v.Answer != TalkSafeNo || !v.At.Equal(asked) {
		t.Fatalf("the screen shows %+v", v)
	}
	tr.do(TransferAsked{"sari", c, Target{Queue: "hotline"}})
	tr.do(WrapUpFinished{"sari", c, "helped"})
	tr.mustBe("sari", Offered)
	tr.talk("sari")
	if v := tr.s.view(tr.s.agents["sari"]).Call.TalkSafety; v == nil || v.Answer != "" {
		t.Fatalf("the next talk shows %+v", v)
	}
	tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, "helped"})
	tr.mustBe("sari", WrapUp)
}

// By another way than the page the same holds.
func TestWrapUpSaved(t *testing.T) {
	tr := newTrial(t, listening(nil))
	tr.ready("sari")
	c := tr.call()
	save := func(agent AgentID, disposition string, talk TalkSafe) string {
		back := make(chan string, 1)
		tr.do(WrapUpSaved{agent, c, disposition, talk, asked{back}})
		return <-back
	}
	tr.talk("sari")
	if why := save("sari", "helped", TalkSafeYes); why != WrapUpNotHers {
		t.Fatalf("while talking: %q", why)
	}
	tr.do(CallbackPromised{"sari", c, true}, HungUp{c, ByCaller, CauseNormal})
	for _, test := range []struct {
		agent       AgentID
		disposition string
		talk        TalkSafe
		want        string
	}{
		{"dewi", "helped", TalkSafeYes, WrapUpNotHers},
		{"sari", "nonsense", TalkSafeYes, "unknown_disposition"},
		{"sari", "helped", "", "talk_safety_missing"},
		{"sari", "helped", TalkSafeNo, "safety_missing"},
	} {
		if why := save(test.agent, test.disposition, test.talk); why != test.want {
			t.Errorf("%+v: %q", test, why)
		}
	}
	tr.do(CallbackPromised{"sari", c, false})
	if why := save("sari", "helped", ""); why != "" {
		t.Fatalf("not finished: %q", why)
	}
	tr.mustDo("Record wrapup.done C1 sari  helped")
	tr.mustBe("sari", Ready)
}

// The journal's law: who did not talk with her last notes nothing of her.
func TestAuditOfTalkSafety(t *testing.T) {
	var a Audit
	talk := func(c ContactID, kind EntryKind) Entry {
		return Entry{Kind: kind, Contact: c, Agent: "sari", Queue: "hotline"}
	}
	for _, e := range []Entry{
		{Kind: ServerStarted}, {Kind: CallArrived, Contact: "C1"}, talk("C1", TalkStarted), {Kind: TalkSafetyNoted, Contact: "C1", Agent: "sari", Result: "yes"},
		talk("C1", TalkEnded), {Kind: CallOver, Contact: "C1", Outcome: OutcomeAnswered}, {Kind: TalkSafetyNoted, Contact: "C1", Agent: "sari", Result: "no"},
	} {
		a.Add(e)
	}
	if v := a.Violations(); len(v) != 0 {
		t.Fatal(v)
	}
	a.Add(Entry{Kind: TalkSafetyNoted, Contact: "C1", Agent: "dewi", Result: "yes"})
	a.Add(Entry{Kind: TalkSafetyNoted, Contact: "C1", Agent: "sari", Result: "perhaps"})
	if n := len(a.Violations()); n != 2 {
		t.Errorf("%d violations", n)
	}
}
