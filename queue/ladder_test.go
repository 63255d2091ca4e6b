package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// laddered is house whose hotline speaks after one and after three minutes.
func laddered(edit func(*configs.Routing)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Outgoing = configs.Outgoing{Allow: []string{"129"}}
		r.Queues[0].MaxWaitNobody = dur(10 * time.Minute)
		r.Queues[0].Ladder = []configs.Rung{
			{After: dur(time.Minute), Prompt: "patience"},
			{After: dur(3 * time.Minute), Prompt: "choices", Choices: []configs.Option{
				{Key: "1", Do: configs.DoStay}, {Key: "3", Do: configs.DoMessage}, {Key: "4", Do: configs.DoQueue, Queue: "backup"}, {Key: "5", Do: configs.DoNumber, Number: "129"},
			}},
		}
		edit(r)
	})
}

func TestLadder(t *testing.T) {
	for name, test := range map[string]struct {
		key   rune
		check func(*trial, ContactID)
	}{
		"nothing": {0, func(tr *trial, c ContactID) { tr.mustPhase(c, waiting) }},
		"stay": {'1', func(tr *trial, c ContactID) {
			tr.mustPhase(c, waiting)
			tr.mustDo("Wait {Contact:C1", "Record choice.made C1  hotline stay")
		}},
		"message": {'3', func(tr *trial, c ContactID) { tr.mustNotBeInLine(c) }},
		"queue": {'4', func(tr *trial, c ContactID) {
			tr.mustDo("Record queue.left C1  hotline moved", "Record queue.entered C1  backup")
			if !tr.s.contacts[c].entered.Equal(day0) {
				tr.Fatal("her wait began anew")
			}
		}},
		"number": {'5', func(tr *trial, c ContactID) {
			tr.mustDo("Record transfer.asked C1  hotline ladder", "Forward {Contact:C1 Number:••••}")
			tr.do(Connected{Contact: c})
			tr.mustPhase(c, outside)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, laddered(func(*configs.Routing) {}))
			c := tr.call()
			tr.pass(time.Minute)
			tr.mustDo("Ask {Contact:C1 Ask:1 Prompts:[patience]", "Record ladder.said C1  hotline")
			tr.do(Asked{c, 1})
			tr.pass(2 * time.Minute)
			tr.mustDo("Prompts:[choices]")
			tr.do(Asked{c, 2})
			if test.key == 0 {
				tr.pass(choiceWithin)
			} else {
				tr.do(KeyPressed{c, test.key})
			}
			test.check(tr, c)
		})
	}
}

// The other line does not answer: she is where she was, before who came later.
func TestLadderNumberThatIsNotReached(t *testing.T) {
	tr := newTrial(t, laddered(func(*configs.Routing) {}))
	c := tr.call()
	tr.pass(time.Second)
	tr.call()
	tr.pass(time.Minute)
	tr.do(Asked{c, 1})
	tr.pass(2 * time.Minute)
	tr.do(KeyPressed{c, '5'}, ConnectFailed{Contact: c, Stage: string(CauseBusy)})
	tr.mustPhase(c, waiting)
	if p := tr.s.contacts[c]; p.line.order.place(p) != 1 || p.head {
		t.Fatalf("she is at place %d, head %v", p.line.order.place(p), p.head)
	}
	tr.mustDo("Wait {Contact:C1")
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
	if got := tr.offered("sari"); got != c {
		t.Fatalf("%s is served before her", got)
	}
}

// A ringing volunteer is never cut by a rung: it is said when the ring is over.
// Her answer comes before what is being said.
func TestLadderWaitsForTheRing(t *testing.T) {
	tr := newTrial(t, laddered(func(*configs.Routing) {}))
	c := tr.call()
	tr.pass(50 * time.Second)
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
	tr.pass(15 * time.Second)
	tr.mustBe("sari", Offered)
	tr.mustNotDo("Ask")
	tr.do(Declined{"sari", tr.offerID("sari")})
	tr.pass(0)
	if tr.kinds[LadderSaid] != 1 {
		t.Fatal("nothing was said after the ring")
	}
	tr.pass(15 * time.Second) // she rings again while it is said
	tr.mustBe("sari", Offered)
	tr.accept("sari")
	tr.do(Asked{c, 1}, Connected{c, "sari"})
	tr.mustPhase(c, talking)
	tr.pass(10 * time.Minute)
	tr.mustPhase(c, talking)
}

// An edit of the ladder reaches those who wait; rungs they heard are not said
// again.
func TestLadderIsEditedLive(t *testing.T) {
	tr := newTrial(t, laddered(func(*configs.Routing) {}))
	c := tr.call()
	tr.pass(2 * time.Minute)
	tr.do(Asked{c, 1})
	tr.do(RoutingChanged{Routing: laddered(func(r *configs.Routing) { r.Queues[0].Ladder[1].After = dur(150 * time.Second) }), Revision: 2})
	tr.pass(30 * time.Second)
	tr.mustDo("Prompts:[choices]")
	tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].MaxWaitNobody = dur(10 * time.Minute) }), Revision: 3})
	tr.do(KeyPressed{c, '1'})
	tr.mustPhase(c, waiting)
}

// SI-3: two zeros end a call at once from anywhere, without a word; slow ones do
// not, and she may come back to her place.
func TestQuickExit(t *testing.T) {
	for name, begin := range map[string]func(*trial) ContactID{
		"in a menu": func(tr *trial) ContactID {
			tr.s.numbers[canonical(hotlineNumber)] = number{tr.s.lines[0], "id", "main"}
			return tr.call()
		},
		"waiting":    func(tr *trial) ContactID { return tr.call() },
		"ringing":    func(tr *trial) ContactID { tr.ready("sari"); return tr.call() },
		"talking":    func(tr *trial) ContactID { tr.ready("sari"); tr.call(); return tr.talk("sari") },
		"at the end": func(tr *trial) ContactID { c := tr.call(); tr.pass(12*time.Minute + time.Second); return c },
		"on a rung":  func(tr *trial) ContactID { c := tr.call(); tr.pass(3 * time.Minute); return c },
		"held": func(tr *trial) ContactID {
			tr.ready("sari")
			tr.call()
			c := tr.talk("sari")
			tr.do(HoldAsked{"sari", c})
			return c
		},
		"diverted to": func(tr *trial) ContactID {
			c := tr.call()
			tr.pass(time.Minute)
			tr.do(Asked{c, 1})
			tr.pass(2 * time.Minute)
			tr.do(KeyPressed{c, '5'})
			tr.mustPhase(c, forwarding)
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := laddered(func(r *configs.Routing) { r.Menus = menued(func(*configs.Routing) {}).Menus })
			tr := newTrial(t, r)
			c := begin(tr)
			tr.do(KeyPressed{c, '0'})
			tr.pass(quickWithin + time.Second)
			tr.do(KeyPressed{c, '0'}, KeyPressed{c, '1'})
			if tr.s.contacts[c] == nil {
				t.Fatal("slow zeros ended it")
			}
			tr.do(KeyPressed{c, '0'}, KeyPressed{c, '0'})
			tr.mustDo("End {Contact:C1 By:caller Cause:quick_exit}")
			tr.mustNotDo("Close {", "Ask {", "Wait {", "Hold {")
			tr.mustPhase(c, over)
			tr.do(HungUp{c, ByCaller, CauseQuickExit})
			if tr.kinds[CallOver] != 1 {
				t.Fatal("it ended twice")
			}
		})
	}
}
