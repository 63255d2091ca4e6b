package queue

import (
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// talking brings a caller to sari, who is alone; she waited 5 s and talked a
// minute.
func talkingTo(t *testing.T, edit func(*configs.Routing)) (*trial, ContactID) {
	tr := newTrial(t, outgoing(edit))
	c := tr.call()
	tr.pass(5 * time.Second)
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
	tr.talk("sari")
	tr.pass(time.Minute)
	return tr, c
}

func TestTransferToAQueue(t *testing.T) {
	tr, c := talkingTo(t, func(r *configs.Routing) { r.Agents[2].Queues = []string{"backup"} })
	d := tr.knock("0215550000")
	tr.do(Established{d})
	e := tr.knock("0215550000")
	tr.do(Established{e})
	tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}})
	tr.mustDo("Record transfer.asked C1 sari hotline blind", "Record talk.ended C1 sari hotline transfer", "Record queue.entered C1  backup normal pos=1",
		"Record transfer.done C1 sari backup blind", "Wait {Contact:C1 Sound:{Greeting: Music:music-backup", "Transferred {Agent:sari Contact:C1 Code:}")
	tr.mustBe("sari", WrapUp)
	tr.mustPhase(c, waiting)
	tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}}) // not hers any more
	tr.mustDo("Code:transfer_not_now")
	tr.pass(7 * time.Second)
	tr.ready2("ayu", t)
	if tr.offered("ayu") != c {
		t.Fatal("she is not at the head")
	}
	if o := tr.s.view(tr.s.agents["ayu"]).Offer; o.Queue != "backup" || tr.now.Sub(o.Waiting) != 12*time.Second {
		t.Fatalf("on screen %+v: waits for %s", o, tr.now.Sub(o.Waiting))
	}
	tr.talk("ayu")
	tr.pass(30 * time.Second)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	got := tr.mustEnd(c, OutcomeAnswered)
	if got.Queue != "backup" || got.Agent != "ayu" || got.WaitMS != 12000 || got.TalkMS != 90000 {
		t.Fatalf("record: %+v", got)
	}
	tr.do(WrapUpFinished{"sari", c, "referred"}) // each writes about her own part
	tr.mustDo("Record wrapup.done C1 sari  referred")
}

// A transferred caller keeps her class: of those at the head the urgent are
// served first, and no newcomer before them, however urgent.
func TestHeadOfTheLine(t *testing.T) {
	now := day0
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	list := []*contact{
		{class: ClassInterrupted, head: true, entered: at(9), seq: 1},
		{class: ClassPriority, head: true, entered: at(8), seq: 2},
		{class: ClassNormal, head: true, entered: at(5), seq: 3},
		{class: ClassNormal, head: true, entered: at(7), seq: 4},
		{class: ClassPriority, entered: at(1), seq: 5},
		{class: ClassNormal, entered: at(0), seq: 6},
		{class: ClassLow, entered: at(-9), seq: 7},
	}
	var o order
	for _, i := range []int{3, 6, 0, 5, 2, 4, 1} {
		o.insert(list[i])
	}
	for i, c := range list {
		if o.place(c) != i+1 {
			t.Fatalf("contact %d has place %d", i, o.place(c))
		}
	}
	if since, ok := o.oldest(); !ok || !since.Equal(at(-9)) {
		t.Fatalf("oldest %v", since)
	}
	for _, c := range list[1:] {
		o.remove(c)
	}
	if since, ok := o.oldest(); !ok || !since.Equal(at(9)) {
		t.Fatalf("oldest %v", since)
	}
}

func TestTransferToAVolunteer(t *testing.T) {
	t.Run("who is ready", func(t *testing.T) {
		tr, c := talkingTo(t, func(r *configs.Routing) { r.Agents[2].Queues = []string{"backup"} })
		tr.ready("ayu") // of another queue only
		tr.ready("dewi")
		tr.do(TransferAsked{"sari", c, Target{Agent: "ayu"}})
		if tr.offered("ayu") != c || tr.s.view(tr.s.agents["ayu"]).Offer.GivenBy != "Bintang" {
			t.Fatal("not rung")
		}
		tr.mustNotDo("transfer_waiting")
		tr.mustBe("dewi", Ready)
		tr.mustNotDo("Record transfer.done")
		tr.talk("ayu")
		tr.mustDo("Record transfer.done C1 sari hotline blind")
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if got := tr.mustEnd(c, OutcomeAnswered); got.Agent != "ayu" || got.Queue != "hotline" {
			t.Fatalf("record: %+v", got)
		}
	})
	t.Run("who becomes ready", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.ready("ayu")
		tr.do(PauseAsked{"ayu", "break"}, TransferAsked{"sari", c, Target{Agent: "ayu"}})
		tr.mustDo("Notify {Agent:ayu Notice:{Code:transfer_waiting Contact:C1 Offer:0 Key: Agent:Bintang}}")
		tr.ready("dewi") // is not rung for her yet
		tr.pass(9 * time.Second)
		tr.do(ReadyAsked{"ayu"})
		if tr.offered("ayu") != c {
			t.Fatal("not rung")
		}
		tr.pass(12 * time.Second) // the time to wait is over, her ring is not
		if tr.offered("ayu") != c {
			t.Fatal("her ring was cut")
		}
		tr.talk("ayu")
		tr.mustDo("Record transfer.done C1 sari hotline blind pos=0 out= by= res=ok")
	})
	for name, tt := range map[string]struct {
		then   func(tr *trial, c ContactID)
		result string
	}{
		"who does not answer":   {func(tr *trial, c ContactID) { tr.pass(20 * time.Second) }, "timeout"},
		"who declines":          {func(tr *trial, c ContactID) { tr.do(Declined{"ayu", tr.offerID("ayu")}) }, "declined"},
		"who loses her network": {func(tr *trial, c ContactID) { tr.do(PathLost{Agent: "ayu"}) }, "agent_lost"},
		"whom nobody can hear": {func(tr *trial, c ContactID) {
			tr.accept("ayu")
			tr.do(ConnectFailed{c, "ayu", "microphone"})
		}, "microphone"},
	} {
		t.Run(name, func(t *testing.T) {
			tr, c := talkingTo(t, nil)
			tr.ready("ayu")
			tr.pass(time.Second)
			tr.ready("dewi")
			d := tr.call()
			tr.do(Declined{"ayu", tr.offerID("ayu")}, HungUp{d, ByCaller, CauseNormal})
			tr.do(TransferAsked{"sari", c, Target{Agent: "ayu"}})
			tt.then(tr, c)
			tr.mustDo("Record transfer.done C1 sari hotline blind", "Code:transfer_failed", "Key:"+tt.result)
			if tr.offered("sari") != c || !tr.s.view(tr.s.agents["sari"]).Offer.Back {
				t.Fatal("she does not come back to who gave her away")
			}
			tr.mustBe("dewi", Ready)
			tr.do(Declined{"sari", tr.offerID("sari")})
			tr.mustBe("sari", WrapUp)
			if tr.offered("dewi") != c {
				t.Fatal("she is not anybody's now")
			}
		})
	}
	t.Run("of another queue, when the document changes", func(t *testing.T) {
		tr, c := talkingTo(t, func(r *configs.Routing) { r.Agents[2].Queues = []string{"backup"} })
		tr.ready("ayu")
		tr.do(TransferAsked{"sari", c, Target{Agent: "ayu"}})
		tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents[2].Queues = nil }), Revision: 2})
		if tr.offered("ayu") != c {
			t.Fatal("her ring was cut")
		}
		tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents = r.Agents[:2] }), Revision: 3})
		tr.mustDo("res=withdrawn", "removed_by_admin")
		if tr.offered("sari") != c { // the admin took away ayu, not her
			t.Fatal("she does not come back to who gave her away")
		}
	})
	t.Run("whom she must not have by now", func(t *testing.T) {
		for name, change := range map[string]Event{
			"an edit":                 RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents[0].Gender, r.Agents[2].Gender = "f", "m" }), Revision: 2},
			"a wish while she writes": NeverAsked{"ayu", "C1", true},
		} {
			tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Agents[0].Gender, r.Agents[2].Gender = "f", "f" }))
			c := tr.asks(needs{gender: "f"})
			tr.ready2("ayu", t)
			tr.talk("ayu")
			tr.ready("sari")
			tr.do(TransferAsked{"ayu", c, Target{Agent: "sari"}})
			tr.talk("sari")
			tr.mustBe("ayu", WrapUp)
			tr.do(TransferAsked{"sari", c, Target{Agent: "ayu"}})
			tr.mustPhase(c, waiting)
			tr.do(change)
			tr.mustDo("Record transfer.done C1 sari hotline blind pos=0 out= by= res=withdrawn")
			if tr.offered("sari") != c {
				t.Fatalf("%s: she does not come back to who gave her away", name)
			}
		}
	})
	t.Run("in a queue that is deleted and nobody takes over", func(t *testing.T) {
		tr, c := talkingTo(t, func(r *configs.Routing) {
			r.Queues[0].Exit, r.Agents[2].Queues = configs.Exit{Words: "goodbye"}, []string{"backup"}
		})
		tr.ready("ayu")
		tr.do(PauseAsked{"ayu", "break"}, TransferAsked{"sari", c, Target{Agent: "ayu"}}, WrapUpFinished{"sari", c, "listened"})
		tr.mustBe("sari", Ready)
		tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) {
			r.Queues, r.Numbers = r.Queues[1:], nil
			r.Agents[0].Queues, r.Agents[1].Queues, r.Agents[2].Queues = []string{"backup"}, nil, nil
		}), Revision: 2})
		tr.mustDo("res=queue_deleted", "Close {Contact:C1")
		if tr.mustBe("sari", Ready); len(tr.s.awaiting) != 0 {
			t.Fatal("who hears the closing words waits for somebody")
		}
	})
	t.Run("who stays away", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.ready("ayu")
		tr.do(PauseAsked{"ayu", "break"}, TransferAsked{"sari", c, Target{Agent: "ayu"}})
		tr.ready("dewi")
		tr.pass(19 * time.Second)
		tr.mustBe("dewi", Ready)
		tr.pass(time.Second)
		if tr.offered("sari") != c {
			t.Fatal("who gave her away is not rung after ring_for")
		}
		tr.pass(20 * time.Second)
		if tr.offered("dewi") != c {
			t.Fatal("the others are not rung after that")
		}
	})
}

// Nobody took her: she comes back to who gave her away, even while that one writes
// about her, if she is there and can be heard; else she is at the head of the line.
func TestTransferComesBack(t *testing.T) {
	const writes = 2 * time.Minute
	fail := func(tr *trial, c ContactID) {
		tr.do(TransferAsked{"sari", c, Target{Number: "112"}})
		tr.mustBe("sari", WrapUp)
		tr.do(ConnectFailed{Contact: c, Stage: "busy"})
	}
	t.Run("she answers", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.do(TransferAsked{"sari", c, Target{Number: "112"}}, DispositionChosen{"sari", c, "listened"})
		tr.do(CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, ConnectFailed{Contact: c, Stage: "busy"})
		tr.mustDo("Record transfer.done C1 sari hotline blind pos=0 out= by= res=busy")
		tr.talk("sari")
		tr.mustNotDo("Record transfer.done", "Record wrapup.done") // that stood already; there will be another
		if p := tr.s.contacts[c]; !p.promised || p.safe != SafeYes || p.transfer != nil {
			t.Fatal("what she noted is lost")
		}
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.mustBe("sari", WrapUp)
		tr.do(WrapUpFinished{"sari", c, "listened"})
		tr.mustDo("Record wrapup.done C1 sari", "Record callback.queued C1")
	})
	t.Run("she declines, and writes on", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		began := tr.now
		fail(tr, c)
		tr.pass(10 * time.Second)
		tr.do(Declined{"sari", tr.offerID("sari")})
		tr.mustBe("sari", WrapUp)
		if until := tr.s.agents["sari"].writing.until; !until.Equal(began.Add(writes)) {
			t.Fatalf("she writes until %s", until.Sub(began))
		}
		tr.pass(30 * time.Second)
		tr.mustBe("sari", WrapUp) // and is not rung again for her
		tr.do(WrapUpFinished{"sari", c, "listened"})
		if tr.offered("sari") != c || tr.s.view(tr.s.agents["sari"]).Offer.Back {
			t.Fatal("she is anybody's by now, so hers, too")
		}
	})
	t.Run("at the end of her time she has some left", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.do(TransferAsked{"sari", c, Target{Number: "112"}})
		tr.do(WrapUpExtended{"sari", c})
		tr.pass(44 * time.Second)
		tr.s.agents["sari"].writing.until = tr.now.Add(time.Second)
		tr.do(ConnectFailed{Contact: c, Stage: "busy"})
		tr.pass(20 * time.Second)
		tr.mustBe("sari", WrapUp)
		if tr.s.agents["sari"].misses != 0 {
			t.Fatal("a miss while she wrote")
		}
		tr.pass(14 * time.Second)
		tr.mustBe("sari", WrapUp)
	})
	for name, gone := range map[string]func(*trial, ContactID){
		"she wants a break":     func(tr *trial, c ContactID) { tr.do(PauseAsked{"sari", "break"}) },
		"her sound is broken":   func(tr *trial, c ContactID) { tr.do(PathLost{Agent: "sari"}) },
		"her page is closed":    func(tr *trial, c ContactID) { tr.do(SessionLost{"sari"}) },
		"she writes of another": func(tr *trial, c ContactID) { tr.s.agents["sari"].writing.contact = "C0" },
		"an admin took her away": func(tr *trial, c ContactID) {
			tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) { r.Agents = r.Agents[1:] }), Revision: 2})
		},
		"she must not have her": func(tr *trial, c ContactID) { tr.do(NeverAsked{"sari", c, true}) },
	} {
		t.Run(name, func(t *testing.T) {
			tr, c := talkingTo(t, nil)
			tr.ready("dewi")
			tr.do(TransferAsked{"sari", c, Target{Number: "112"}})
			gone(tr, c)
			tr.do(ConnectFailed{Contact: c, Stage: "busy"})
			if tr.offered("dewi") != c {
				t.Fatal("nobody else is rung")
			}
		})
	}
	t.Run("the caller leaves while it rings", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		fail(tr, c)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.mustEnd(c, OutcomeAnswered)
		tr.mustBe("sari", WrapUp)
	})
	t.Run("she chose another queue herself", func(t *testing.T) {
		tr, c := talkingTo(t, func(r *configs.Routing) {
			r.Queues[0].Ladder = []configs.Rung{{After: dur(time.Second), Prompt: "choices", Choices: []configs.Option{{Key: "2", Do: configs.DoQueue, Queue: "backup"}}}}
			r.Queues[0].RingFor = dur(time.Minute)
		})
		tr.ready("ayu")
		d := tr.call()
		tr.talk("ayu")
		tr.do(TransferAsked{"sari", c, Target{Agent: "ayu"}})
		tr.pass(2 * time.Second)
		tr.do(KeyPressed{c, '2'})
		if p := tr.s.contacts[c]; p.line.id != "backup" || p.transfer != nil {
			t.Fatalf("in %s, waits for %v", p.line.id, p.awaits())
		}
		tr.mustBe("sari", WrapUp)
		tr.mustPhase(d, talking)
	})
	t.Run("it rings in vain and cannot connect", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		fail(tr, c)
		tr.accept("sari")
		tr.do(ConnectFailed{c, "sari", "microphone"})
		tr.mustPhase(c, waiting)
		tr.mustBe("sari", WrapUp) // of the talk there was
		tr.ready2("dewi", t)
		if tr.offered("dewi") != c {
			t.Fatal("she is not anybody's")
		}
		tr.do(WrapUpFinished{"sari", c, "listened"})
		tr.mustDo("Record wrapup.done C1 sari  listened")
	})
	t.Run("she takes her and the caller is gone", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.do(CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}})
		fail(tr, c)
		tr.accept("sari")
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.mustBe("sari", WrapUp)
		tr.do(WrapUpFinished{"sari", c, "listened"})
		tr.mustDo("Record wrapup.done C1 sari  listened", "Record callback.queued C1")
	})
}

func TestTransferToANumber(t *testing.T) {
	t.Run("answered", func(t *testing.T) {
		tr, c := talkingTo(t, func(r *configs.Routing) {
			r.Outgoing.MaxCostPerDay, r.Outgoing.Rates = 1000, []configs.Rate{{Prefix: "+62", PerMinute: 10}}
		})
		tr.do(TransferAsked{"sari", c, Target{Number: "021 390 3963"}})
		tr.mustDo("Wait {Contact:C1", "Forward {Contact:C1 Number:••••963}", "Record transfer.asked C1 sari hotline blind")
		tr.mustBe("sari", WrapUp)
		if n := tr.s.contacts[c].due; n == nil || tr.s.charges != 1 {
			t.Fatal("it costs nothing")
		}
		tr.do(Connected{c, "sari"}) // whoever that was
		tr.mustPhase(c, forwarding)
		tr.pass(20 * time.Second)
		tr.do(Connected{Contact: c})
		tr.mustDo("Record transfer.done C1 sari hotline blind")
		tr.mustPhase(c, outside)
		tr.pass(9 * time.Minute)
		tr.mustPhase(c, outside)
		tr.pass(time.Minute) // max_minutes
		tr.mustDo("End {Contact:C1 By:system Cause:max_time}")
		tr.do(HungUp{c, BySystem, CauseDuration})
		if got := tr.mustEnd(c, OutcomeAnswered); got.Agent != "sari" || got.TalkMS != 60000 || got.WaitMS != 5000 || got.Cost != 100 {
			t.Fatalf("record: %+v", got)
		}
	})
	for name, then := range map[string]func(tr *trial, c ContactID){
		"busy":      func(tr *trial, c ContactID) { tr.do(ConnectFailed{Contact: c, Stage: "busy"}) },
		"no_answer": func(tr *trial, c ContactID) { tr.pass(45 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			tr, c := talkingTo(t, nil)
			d := tr.call()
			tr.do(TransferAsked{"sari", c, Target{Number: "112"}})
			then(tr, c)
			tr.mustDo("Wait {Contact:C1", "Code:transfer_failed", "Key:"+name)
			tr.do(Connected{Contact: c}, ConnectFailed{Contact: c, Stage: "busy"}) // too late
			tr.mustPhase(c, waiting)
			if tr.offered("sari") != c {
				t.Fatal("she does not come back to who gave her away")
			}
			tr.pass(21 * time.Second)
			tr.ready2("dewi", t)
			if tr.offered("dewi") != c || tr.s.charges != 0 {
				t.Fatal("she is not at the head of the line she came from")
			}
			tr.mustPhase(d, waiting)
		})
	}
	t.Run("her queue is deleted meanwhile", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.do(TransferAsked{"sari", c, Target{Number: "112"}})
		tr.do(RoutingChanged{Routing: outgoing(func(r *configs.Routing) {
			r.Queues, r.Numbers = r.Queues[1:], r.Numbers[1:]
			for i := range r.Agents {
				r.Agents[i].Queues = []string{"backup"}
			}
		}), Revision: 2})
		tr.do(ConnectFailed{Contact: c, Stage: "busy"})
		tr.mustDo("Record queue.entered C1  backup")
	})
}

func TestTransferRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		to   Target
		prep func(tr *trial)
		want NoticeCode
	}{
		{"nowhere", Target{}, nil, TransferUnknown},
		{"two targets", Target{Queue: "backup", Agent: "dewi"}, nil, TransferUnknown},
		{"no such queue", Target{Queue: "night"}, nil, TransferUnknown},
		{"no such volunteer", Target{Agent: "nobody"}, nil, TransferUnknown},
		{"a number as a queue", Target{Queue: "+12025550100"}, nil, TransferUnknown},
		{"a number as a volunteer", Target{Agent: "12025550100"}, nil, TransferUnknown},
		{"herself", Target{Agent: "sari"}, nil, TransferNotAllowed},
		{"off shift", Target{Agent: "dewi"}, nil, TransferNotAllowed},
		{"a number abroad", Target{Number: "+12025550100"}, nil, DialNotAllowed},
		{"no number", Target{Number: "night"}, nil, DialInvalid},
		{"too many at once", Target{Number: "112"}, func(tr *trial) { tr.s.outgoing.MaxAtOnce = 0 }, DialBusy},
		{"without permission", Target{Number: "112"}, func(tr *trial) { tr.s.agents["sari"].mayDial = false }, DialNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr, c := talkingTo(t, nil)
			if tt.prep != nil {
				tt.prep(tr)
			}
			tr.do(TransferAsked{"sari", c, tt.to})
			tr.mustDo("Code:"+string(tt.want), "Record transfer.asked C1 sari hotline blind", "Transferred {Agent:sari Contact:C1 Code:"+string(tt.want))
			tr.mustNotDo("Wait {", "Forward {", "Record transfer.done")
			tr.mustBe("sari", Talking)
			tr.mustPhase(c, talking)
			for _, e := range tr.last {
				if r, ok := e.(Record); strings.Contains(show(e), "2025550100") || ok && strings.Contains(r.Entry.Target, "2025") {
					t.Fatal("a number in full")
				}
			}
		})
	}
	t.Run("while connecting", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.ready("sari")
		c := tr.call()
		tr.accept("sari")
		tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}})
		tr.mustDo("Code:transfer_not_now")
		tr.do(TransferAsked{"sari", "C99", Target{Queue: "backup"}}, TransferAsked{"dewi", c, Target{Queue: "backup"}})
		tr.mustPhase(c, connecting)
	})
	t.Run("one we called, to a number", func(t *testing.T) {
		tr := newTrial(t, outgoing(nil))
		tr.ready("sari")
		c := tr.dial("sari", "112")
		tr.do(Connected{c, "sari"}, TransferAsked{"sari", c, Target{Number: "08123456789"}})
		tr.mustDo("Code:transfer_not_allowed")
		tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}}) // but somebody else may talk to her
		tr.mustPhase(c, waiting)
	})
}

// Whoever declined her before may have her now: it is another conversation.
func TestTransferForgetsWhoDeclined(t *testing.T) {
	tr := newTrial(t, outgoing(func(r *configs.Routing) { r.Agents[0].Queues = []string{"hotline"} }))
	tr.ready("dewi")
	c := tr.call()
	tr.do(Declined{"dewi", tr.offerID("dewi")})
	tr.ready2("sari", t)
	tr.talk("sari")
	tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}})
	if tr.offered("dewi") != c {
		t.Fatal("she is not rung at once")
	}
}

// From a phone, which has one field only, and held: the caller hears music on.
func TestTransferFromAPhone(t *testing.T) {
	tr := newTrial(t, outgoing(nil))
	tr.phoned("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(HoldAsked{"sari", c}, TransferAsked{"sari", c, Target{Number: "backup"}})
	tr.mustDo("Release {Agent:sari}", "Transferred {Agent:sari Contact:C1 Code:}", "Record queue.entered C1  backup")
	tr.mustBe("sari", WrapUp)
	tr.ready2("dewi", t) // she answers backup too
	tr.do(HungUp{c, ByCaller, CauseNormal})
	if got := tr.mustEnd(c, OutcomeAnswered); got.Agent != "sari" {
		t.Fatalf("record: %+v", got)
	}
}

// The caller may hang up in the middle of it.
func TestCallerLeavesDuringTransfer(t *testing.T) {
	for name, to := range map[string]Target{"queue": {Queue: "backup"}, "agent": {Agent: "dewi"}, "number": {Number: "112"}} {
		tr, c := talkingTo(t, nil)
		tr.do(SessionOpened{"dewi"}, ShiftStarted{"dewi"})
		tr.do(TransferAsked{"sari", c, to}, HungUp{c, ByCaller, CauseNormal})
		tr.mustEnd(c, OutcomeAnswered)
		if tr.s.charges != 0 || len(tr.s.awaiting) != 0 {
			t.Fatalf("%s: something is left", name)
		}
		tr.pass(time.Hour)
	}
}
