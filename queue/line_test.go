package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sahut/configs"
)

func TestOrderOfService(t *testing.T) {
	at := func(s int) time.Time { return day0.Add(time.Duration(s) * time.Second) }
	var o order
	low := &contact{class: ClassLow, entered: at(0), seq: 1}
	early := &contact{class: ClassNormal, entered: at(10), seq: 2}
	twin := &contact{class: ClassNormal, entered: at(10), seq: 3}
	credited := &contact{class: ClassNormal, entered: at(20), credit: 15 * time.Second, seq: 4}
	priority := &contact{class: ClassPriority, entered: at(30), seq: 5}
	interrupted := &contact{class: ClassInterrupted, entered: at(40), seq: 6}
	for _, c := range []*contact{twin, low, priority, early, interrupted, credited} {
		o.insert(c)
	}
	for i, want := range []*contact{interrupted, priority, credited, early, twin, low} {
		if o.list[i] != want || o.place(want) != i+1 {
			t.Fatalf("place %d is seq %d", i+1, o.list[i].seq)
		}
	}
	if since, ok := o.oldest(); !ok || !since.Equal(at(0)) {
		t.Fatalf("oldest %v", since)
	}
	o.remove(low)
	o.remove(low)
	if since, _ := o.oldest(); !since.Equal(at(20)) { // the head of the class stands for it
		t.Fatalf("oldest %v", since)
	}
	if o.place(low) != 0 {
		t.Fatal("removed and placed")
	}
}

func TestPlacesAreAnnounced(t *testing.T) {
	tr := newTrial(t, house())
	a, b, c := tr.call(), tr.call(), tr.call()
	tr.mustDo("Record queue.place C3  hotline  pos=3", "Announce {Contact:C3 Announcement:{Position:3 ")
	tr.ready2("sari", t) // keeps the line open; rings a
	tr.do(Declined{"sari", tr.offerID("sari")}, PauseAsked{"sari", ""})
	tr.all = nil
	tr.pass(45 * time.Second)
	if n := find(tr.all, "Announce"); n != 0 {
		t.Fatalf("%d announcements without news", n)
	}
	tr.do(HungUp{a, ByCaller, CauseNormal})
	tr.pass(45 * time.Second)
	if find(tr.all, "Announce {Contact:C2 Announcement:{Position:1 ") != 1 || find(tr.all, "Announce {Contact:C3 Announcement:{Position:2 ") != 1 {
		t.Fatal("the better place was not said")
	}
	x := tr.s.contacts[c] // somebody more urgent comes: say nothing
	_ = x
	tr.s.contacts[b].line.order.remove(tr.s.contacts[c])
	tr.s.contacts[c].class = ClassPriority
	tr.s.contacts[b].line.order.insert(tr.s.contacts[c])
	tr.all = nil
	tr.pass(45 * time.Second)
	if find(tr.all, "Announce {Contact:C2") != 0 || find(tr.all, "Announce {Contact:C3 Announcement:{Position:1 ") != 1 {
		t.Fatal("a growing place was said")
	}
}

func TestAnnouncementsCanBeOffAndOn(t *testing.T) {
	off := with(func(r *configs.Routing) { r.Queues[0].AnnounceEvery = 0 })
	tr := newTrial(t, off)
	tr.ready("sari")
	tr.do(PauseAsked{"sari", ""})
	tr.call()
	tr.pass(5 * time.Minute)
	if find(tr.all, "Announce") != 0 {
		t.Fatal("announced")
	}
	tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].AnnounceEvery = dur(time.Second) }), Revision: 2})
	tr.pass(19 * time.Second)
	if find(tr.all, "Announce") != 0 {
		t.Fatal("sooner than the gap")
	}
	tr.pass(time.Second)
	if find(tr.all, "Announce {Contact:C1 Announcement:{Position:1 ") != 1 {
		t.Fatal("not announced")
	}
	tr.do(RoutingChanged{Routing: off, Revision: 3})
	tr.pass(time.Minute)
}

func TestMaxWaitLeadsOnAndOut(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari", "dewi")
	tr.do(PauseAsked{"sari", ""}, PauseAsked{"dewi", ""})
	c := tr.call()
	tr.pass(10*time.Minute - 1)
	tr.mustPhase(c, waiting)
	tr.pass(1)
	tr.mustDo("Record ladder.rung C1  hotline max_wait", "Record queue.left C1  hotline exit", "Record queue.entered C1  backup", "Wait {Contact:C1 Sound:{Greeting: Music:music-backup Language:id}}")
	if p := tr.s.contacts[c]; !p.entered.Equal(day0) {
		t.Fatal("she lost the time she waited")
	}
	tr.pass(10 * time.Minute)
	tr.mustDo("Record ladder.rung C1  backup max_wait", "Close {Contact:C1 Words:goodbye}")
	tr.do(HungUp{c, BySystem, CausePlayed})
	if got := tr.mustEnd(c, OutcomeClosed); got.WaitMS != 20*60*1000 || got.Queue != "backup" {
		t.Fatalf("record %+v", got)
	}
}

func TestNobodyOnShift(t *testing.T) {
	tr := newTrial(t, house())
	c := tr.call()
	tr.pass(time.Minute)
	tr.ready2("sari", t) // somebody comes: the two minutes are void
	tr.do(Declined{"sari", tr.offerID("sari")})
	tr.do(PauseAsked{"sari", ""})
	tr.pass(5 * time.Minute)
	tr.mustPhase(c, waiting)
	tr.do(ShiftEnded{"sari"}) // and goes: they begin anew
	tr.pass(2*time.Minute - 1)
	if q := tr.s.contacts[c].line.id; q != "hotline" {
		t.Fatalf("in %s", q)
	}
	tr.pass(1)
	tr.mustDo("Record ladder.rung C1  hotline nobody", "Record queue.entered C1  backup")
	tr.pass(2 * time.Minute)
	tr.mustDo("Close {Contact:C1 Words:goodbye}")
}

// Somebody forgot to end her break, and the only other who works goes: those who
// wait have their two minutes from then on, not from the end of that break.
func TestNobodyBesideALongBreak(t *testing.T) {
	for name, goes := range map[string]Event{
		"her shift ends": ShiftEnded{"dewi"},
		"an edit": RoutingChanged{Routing: with(func(r *configs.Routing) {
			r.Agents = slices.DeleteFunc(r.Agents, func(a configs.Agent) bool { return a.ID == "dewi" })
		}), Revision: 2},
		"an edit of her queues": RoutingChanged{Routing: with(func(r *configs.Routing) { r.Agents[1].Queues = []string{"backup"} }), Revision: 2},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, house())
			tr.ready("sari")
			tr.do(PauseAsked{"sari", "break"})
			tr.ready("dewi")
			tr.pass(40 * time.Minute)
			c := tr.call()
			tr.do(Declined{"dewi", tr.offerID("dewi")}, PauseAsked{"dewi", "break"})
			tr.pass(5 * time.Minute) // of her break: she will be back
			tr.mustPhase(c, waiting)
			tr.do(goes)
			tr.pass(time.Minute)
			tr.do(ShiftEnded{"sari"}) // who counted no more takes nothing from them
			tr.pass(time.Minute - 1)
			if q := tr.s.contacts[c].line.id; q != "hotline" {
				t.Fatalf("in %s: the two minutes did not begin when she went", q)
			}
			tr.pass(1)
			tr.mustDo("Record ladder.rung C1  hotline nobody")
		})
	}
}

// Her break counted for nobody any more: that she goes gives them no time anew, and
// neither does an edit.
func TestNobodyCountedAnyMore(t *testing.T) {
	for name, then := range map[string]Event{
		"her shift ends":        ShiftEnded{"sari"},
		"an edit":               RoutingChanged{Routing: house(), Revision: 2},
		"an edit of her queues": RoutingChanged{Routing: with(func(r *configs.Routing) { r.Agents[0].Queues = []string{"backup"} }), Revision: 2},
		"she comes, unheard":    SessionOpened{"dewi"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, house())
			tr.ready("sari")
			tr.do(PauseAsked{"sari", "break"})
			tr.pass(29 * time.Minute)
			c := tr.call()
			tr.pass(2 * time.Minute)
			tr.do(then)
			tr.pass(time.Minute - 1)
			tr.mustPhase(c, waiting)
			if q := tr.s.contacts[c].line.id; q != "hotline" {
				t.Fatalf("in %s too early", q)
			}
			tr.pass(1)
			tr.mustDo("Record ladder.rung C1  hotline nobody")
		})
	}
}

// An edit that takes the last volunteer from a line leaves nobody there too.
func TestNobodyAfterAnEdit(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.do(PauseAsked{"sari", ""})
	c := tr.call()
	tr.pass(5 * time.Minute)
	tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Agents = r.Agents[1:] }), Revision: 2})
	tr.pass(2*time.Minute - 1)
	if q := tr.s.contacts[c].line.id; q != "hotline" {
		t.Fatalf("in %s: the two minutes did not begin anew", q)
	}
	tr.pass(1)
	tr.mustDo("Record ladder.rung C1  hotline nobody")
}

func TestARingIsNeverCutByTheLadder(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[0].MaxWait = dur(30 * time.Second) }))
	tr.ready("sari")
	tr.do(PauseAsked{"sari", ""})
	c := tr.call()
	d := tr.call()
	tr.pass(25 * time.Second)
	tr.do(ReadyAsked{"sari"})
	tr.pass(10 * time.Second)
	if tr.offered("sari") != c {
		t.Fatal("the ring was cut")
	}
	if q := tr.s.contacts[d].line.id; q != "backup" {
		t.Fatalf("the other is still in %s", q)
	}
	tr.do(Declined{"sari", tr.offerID("sari")})
	tr.mustDo("Record ladder.rung C1  hotline max_wait")

	tr = newTrial(t, with(func(r *configs.Routing) { r.Queues[0].MaxWait = dur(30 * time.Second) }))
	tr.ready("sari")
	tr.do(PauseAsked{"sari", ""})
	c = tr.call()
	tr.pass(25 * time.Second)
	tr.do(ReadyAsked{"sari"})
	tr.accept("sari")
	tr.pass(6 * time.Second) // due while it connects
	tr.do(Connected{c, "sari"})
	tr.mustPhase(c, talking)
}

func TestFullLine(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) {
		r.Queues[0].MaxWaiting, r.Queues[1].MaxWaiting = 1, 1
	}))
	tr.call()
	b := tr.call()
	tr.mustDo("Record ladder.rung C2  hotline full", "Record queue.entered C2  backup", "Announce {Contact:C2 Announcement:{Position:1 ")
	c := tr.call()
	tr.mustDo("Close {Contact:C3 Words:goodbye}")
	tr.mustNotDo("Record queue.entered")
	tr.do(HungUp{c, BySystem, CausePlayed})
	tr.mustEnd(c, OutcomeRefusedFull)
	tr.mustPhase(b, waiting)
}

// A circle of exits is refused when it is saved; if one came here all the
// same, it ends in words.
func TestCircleOfExitsEnds(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[1].Exit = configs.Exit{Queue: "hotline"} }))
	c := tr.call()
	tr.pass(time.Hour)
	tr.mustEnd(c, OutcomeClosed)
	if find(tr.all, "Close {Contact:C1 Words:closing}") != 1 {
		t.Fatal("no words")
	}
}

func TestRoutingChangesLive(t *testing.T) {
	t.Run("deleted queue, number elsewhere", func(t *testing.T) {
		tr := newTrial(t, house())
		tr.ready("sari")
		a, b := tr.call(), tr.call()
		arriving := tr.knock(hotlineNumber)
		tr.pass(30 * time.Second) // a rang out once and rings again
		edit := with(func(r *configs.Routing) {
			r.Queues = r.Queues[1:]
			r.Numbers[0].Queue = "backup"
			for i := range r.Agents {
				r.Agents[i].Queues = []string{"backup"}
			}
		})
		tr.do(RoutingChanged{Routing: edit, Revision: 2, By: "admin"})
		tr.mustDo("Record config.version", "Record offer.ended C1 sari hotline withdrawn", "Record queue.left C1  hotline moved", "Record queue.entered C1  backup", "offer_withdrawn", "Wait {Contact:C2")
		if tr.offered("sari") != a {
			t.Fatal("the first is not rung in her new line")
		}
		if c := tr.s.contacts[b]; c.line.order.place(c) != 2 || !c.entered.Equal(day0) {
			t.Fatal("the second lost her place")
		}
		tr.do(Established{arriving})
		if c := tr.s.contacts[arriving]; c.line.id != "backup" || c.line.order.place(c) != 3 {
			t.Fatal("the third did not follow")
		}
	})
	t.Run("deleted queue, exit names another", func(t *testing.T) {
		tr := newTrial(t, house())
		c := tr.call()
		tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues = r.Queues[1:]; r.Numbers = r.Numbers[1:] }), Revision: 2})
		if q := tr.s.contacts[c].line.id; q != "backup" {
			t.Fatalf("in %s", q)
		}
	})
	t.Run("everything deleted", func(t *testing.T) {
		tr := newTrial(t, house())
		tr.ready("sari", "dewi")
		talks := tr.call()
		a := AgentID("sari")
		if tr.s.agents[a].offer == nil {
			a = "dewi"
		}
		tr.talk(a)
		rings := tr.call()
		knocks := tr.knock(hotlineNumber)
		tr.do(RoutingChanged{Routing: configs.Routing{}, Revision: 2})
		tr.mustPhase(talks, talking)
		tr.mustPhase(rings, closing)
		tr.do(Established{knocks})
		tr.mustPhase(knocks, closing)
		tr.mustBe(a, Talking)
		tr.pass(time.Minute)
		tr.do(HungUp{talks, ByCaller, CauseNormal})
		tr.mustBe(a, WrapUp) // with the rules it began under
		tr.do(WrapUpFinished{a, talks, ""})
		tr.mustBe(a, Offline)
		tr.mustDo("removed_by_admin")
		tr.do(SessionLost{a})
		if tr.s.agents[a] != nil {
			t.Fatal("never forgotten")
		}
	})
	t.Run("connecting", func(t *testing.T) {
		for _, to := range []string{"backup", ""} {
			tr := newTrial(t, house())
			tr.ready("sari")
			c := tr.call()
			tr.accept("sari")
			tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) {
				r.Queues = r.Queues[1:]
				r.Numbers[0].Queue = to
				r.Queues[0].ID = map[string]string{"backup": "backup", "": "other"}[to]
			}), Revision: 2})
			tr.mustPhase(c, connecting)
			tr.do(ConnectFailed{c, "sari", "peer"})
			if to == "" {
				tr.mustPhase(c, closing)
			} else {
				tr.mustPhase(c, waiting)
			}
		}
	})
	t.Run("removed agents", func(t *testing.T) {
		for from, stage := range stages {
			if from == Offline {
				continue
			}
			tr := newTrial(t, house())
			c := stage(tr)
			tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Agents = r.Agents[1:] }), Revision: 2})
			if c != "" && from != Offered {
				tr.mustBe("sari", from) // she finishes
				if from != WrapUp {
					tr.do(HungUp{c, ByCaller, CauseNormal})
				}
				tr.do(WrapUpFinished{"sari", c, ""})
			}
			tr.mustBe("sari", Offline)
			if find(tr.all, "removed_by_admin") != 1 {
				t.Fatalf("%s: not told", from)
			}
		}
	})
	t.Run("agent of another queue now", func(t *testing.T) {
		tr := newTrial(t, house())
		tr.ready("sari")
		tr.call()
		tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Agents[0].Queues = []string{"backup"}; r.Agents[0].Name = "Awan" }), Revision: 2})
		tr.mustBe("sari", Ready)
		tr.mustDo("Record offer.ended C1 sari hotline withdrawn")
		if tr.s.agents["sari"].name != "Awan" {
			t.Fatal("name")
		}
	})
	t.Run("ring_for", func(t *testing.T) {
		tr := newTrial(t, house())
		tr.ready("sari")
		tr.call()
		tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].RingFor = dur(30 * time.Second) }), Revision: 2})
		tr.pass(19 * time.Second)
		tr.mustBe("sari", Offered)
		tr.pass(2 * time.Second) // the old lease ended, the new one rings
		if at := tr.s.agents["sari"].offer.lapse.at.Sub(tr.now); at != 29*time.Second {
			t.Fatalf("rings on for %s", at)
		}
	})
	t.Run("max_wait", func(t *testing.T) {
		tr := newTrial(t, house())
		tr.ready("sari")
		tr.do(PauseAsked{"sari", ""})
		c := tr.call()
		tr.pass(time.Minute)
		tr.do(RoutingChanged{Routing: with(func(r *configs.Routing) { r.Queues[0].MaxWait = dur(30 * time.Second) }), Revision: 2})
		tr.pass(0)
		if q := tr.s.contacts[c].line.id; q != "backup" {
			t.Fatalf("in %s", q)
		}
	})
}

// An agent of two lines serves whoever waits longest.
func TestTwoLinesOneOrder(t *testing.T) {
	tr := newTrial(t, house())
	var want []ContactID
	for i := range 6 {
		c := tr.knock([]string{hotlineNumber, "0215550000"}[i%2])
		tr.do(Established{c})
		want = append(want, c)
		tr.pass(time.Second)
	}
	tr.ready2("dewi", t)
	for i, w := range want {
		if got := tr.talk("dewi"); got != w {
			t.Fatalf("contact %d is %s, want %s", i, got, w)
		}
		tr.do(HungUp{w, ByCaller, CauseNormal}, WrapUpFinished{"dewi", w, ""})
	}
}

// A mass exit is spread over ticks, so that events have their turn between.
func TestMassExitIsSpread(t *testing.T) {
	tr := newTrial(t, house())
	for range 1000 {
		tr.call()
	}
	tr.pass(2*time.Minute - 1)
	tr.now = tr.now.Add(1)
	tr.do(Ticked{})
	if n := find(tr.last, "Record ladder.rung"); n != deadlinesPerTick {
		t.Fatalf("%d exits in one tick", n)
	}
	tr.pass(0)
	if n := len(tr.s.lineByID["backup"].order.list); n != 1000 {
		t.Fatalf("%d moved", n)
	}
}

// Figures on other agents' screens are written at most once a second.
func TestFiguresAreSparing(t *testing.T) {
	r := house()
	for i := range 50 {
		r.Agents = append(r.Agents, configs.Agent{ID: fmt.Sprintf("v%d", i), Queues: []string{"hotline"}})
	}
	tr := newTrial(t, r)
	for i := range 50 {
		tr.do(SessionOpened{AgentID(fmt.Sprintf("v%d", i))})
	}
	tr.pass(2 * time.Second)
	tr.all = nil
	for range 9 {
		tr.call()
		tr.pass(10 * time.Millisecond)
	}
	if n := find(tr.all, "Show {"); n > 0 {
		t.Fatalf("%d screens written at once", n)
	}
	tr.pass(time.Second)
	if n := find(tr.all, "Show {"); n != 50 {
		t.Fatalf("%d screens written after a second, want 50", n)
	}
	tr.all = nil
	for range 100 { // a burst without end does not put it off for ever
		tr.call()
		tr.pass(50 * time.Millisecond)
	}
	if n := find(tr.all, "Show {"); n < 4*50 || n > 6*50 {
		t.Fatalf("%d screens written in 5 s, want some 5 x 50", n)
	}
}
