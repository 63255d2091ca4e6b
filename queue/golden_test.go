package queue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// The golden scenarios, on a fake clock. Each event is followed by all
// invariants and laws (trial.do). Those that need more than the desk are
// elsewhere: the kill of the server, the trunk's re-INVITEs and lost packets in
// cmd/sahut and sip, 50 accepts at once 10,000 times in property_test.go.

// answers lets a caller come every gap; whoever rings first answers after 3 s,
// and talks last as given, in turn. It returns who answered whom, in the order of
// the talks.
func (tr *trial) answers(callers int, gap time.Duration, talks ...time.Duration) string {
	type end struct {
		at time.Time
		c  ContactID
	}
	var ends []end
	var order []string
	accepts := map[OfferID]time.Time{}
	begin, came := tr.now, 0
	for step := 0; len(order) < callers || len(ends) > 0; step++ {
		for i := 0; i < len(ends); i++ {
			if !ends[i].at.After(tr.now) {
				tr.do(HungUp{ends[i].c, ByCaller, CauseNormal})
				ends = slices.Delete(ends, i, i+1)
				i--
			}
		}
		for came < callers && !tr.now.Before(begin.Add(time.Duration(came)*gap)) {
			tr.call()
			came++
		}
		for _, a := range tr.s.roster { // in the document's order
			o := a.offer
			if o == nil {
				continue
			}
			if accepts[o.id].IsZero() {
				accepts[o.id] = tr.now.Add(3 * time.Second)
			}
			if accepts[o.id].After(tr.now) {
				continue
			}
			c := o.contact.id
			tr.do(Accepted{Agent: a.id, Offer: o.id}, Connected{c, a.id})
			ends = append(ends, end{tr.now.Add(talks[len(order)%len(talks)]), c})
			order = append(order, strings.TrimPrefix(string(c), "C")+string(a.id))
		}
		tr.pass(time.Second)
		if step > 10_000 {
			tr.Fatalf("not all were answered: %v", order)
		}
	}
	return strings.Join(order, " ")
}

// S1: 20 callers and 3 volunteers, each preset: exactly who answers whom. The
// first twelve find somebody free now and then, so that the preset decides; the
// last eight come at once and are served in the order they came.
func TestGoldenPresets(t *testing.T) {
	for _, tt := range []struct{ strategy, calm, rush string }{
		{"longest_idle", "1c 2a 3b 4c 5b 6a 7c 8a 9b 10c 11b 12a", "14a 15b 13c 16a 17c 18b 19a 20c"},
		{"ring_all", "1a 2a 3b 4c 5a 6b 7c 8a 9b 10c 11a 12b", "13a 14b 15c 16a 17c 18b 19a 20b"},
		{"fewest_calls", "1a 2b 3c 4a 5b 6c 7a 8b 9c 10a 11b 12c", "13a 14b 15c 16a 17c 18b 19a 20c"},
		{"least_talk", "1a 2b 3c 4a 5c 6a 7b 8a 9b 10c 11b 12c", "13a 15b 14c 16a 17c 18b 19a 20c"},
		{"round_robin", "1a 2b 3c 4a 5b 6c 7a 8b 9c 10a 11b 12c", "13a 14b 15c 16a 17c 18b 19a 20c"},
		{"linear", "1a 2a 3b 4c 5a 6b 7c 8a 9b 10c 11a 12b", "13a 14b 15c 16a 17c 18b 19a 20c"},
		{"random", "1b 2a 3b 4c 5c 6b 7a 8b 9a 10c 11c 12b", "13a 14b 15c 16a 17c 18b 19a 20c"},
		{"weighted_random", "1c 2c 3b 4a 5c 6b 7a 8c 9a 10b 11c 12b", "15a 14b 13c 16a 17c 18b 19a 20c"},
		{"ring_n", "1a 2b 3a 4c 5a 6b 7c 8a 9b 10c 11a 12b", "14a 13b 15c 16a 17c 18b 19a 20b"},
		{"ring_progressive", "1c 2a 3b 4c 5b 6a 7c 8a 9b 10c 11b 12a", "14a 15b 13c 16a 17c 18b 19a 20c"},
	} {
		t.Run(tt.strategy, func(t *testing.T) {
			tr := newTrial(t, crew("a b c", func(r *configs.Routing) {
				r.Queues[0].Strategy, r.Queues[0].RingN = tt.strategy, 2
				for i := range r.Agents {
					r.Agents[i].Weight = []int{1, 1, 8}[i]
				}
			}))
			for _, a := range []AgentID{"c", "a", "b"} { // c is idle for longest
				tr.ready(a)
				tr.pass(time.Second)
			}
			if got := tr.answers(12, 20*time.Second, 15*time.Second, 50*time.Second, 25*time.Second); got != tt.calm {
				t.Errorf("calm: %s\nwant  %s", got, tt.calm)
			}
			if got := tr.answers(8, 0, 30*time.Second, 40*time.Second, 35*time.Second); got != tt.rush {
				t.Errorf("rush: %s\nwant  %s", got, tt.rush)
			}
		})
	}
}

// S2: nobody on shift. Who waits is led out after two minutes, at the very
// millisecond; who comes while somebody is on shift is not.
func TestGoldenNobodyOnShift(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) { r.Queues[0].Exit = configs.Exit{Words: "goodbye"} }))
	var callers []ContactID
	for range 5 {
		callers = append(callers, tr.call())
		tr.pass(10 * time.Second)
	}
	tr.pass(2*time.Minute - 50*time.Second - time.Millisecond)
	tr.mustPhase(callers[0], waiting)
	tr.pass(time.Millisecond)
	tr.mustPhase(callers[0], closing)
	tr.mustPhase(callers[1], waiting)
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"}) // 10 s later the second would have gone, too
	tr.pass(time.Minute)
	for _, c := range callers[1:] {
		tr.mustPhase(c, waiting)
	}
	if tr.phase(callers[1]) != "waiting" || len(tr.s.contacts[callers[1]].offers)+len(tr.s.contacts[callers[2]].offers) == 0 && tr.s.agents["sari"].state == Ready {
		t.Error("sari is ready and nobody rings")
	}
	tr.do(PauseAsked{"sari", "break"}, ShiftEnded{"sari"}) // the two minutes begin anew for all
	tr.pass(2*time.Minute - time.Millisecond)
	tr.mustPhase(callers[1], waiting)
	tr.pass(time.Millisecond)
	for _, c := range callers[1:] {
		tr.mustPhase(c, closing)
		tr.do(HungUp{c, BySystem, CausePlayed})
		tr.mustEnd(c, OutcomeClosed)
	}
}

// S3: it closes with five waiting: one is being rung for, one is connecting.
func TestGoldenClosingTime(t *testing.T) {
	for _, atClosing := range []string{configs.KeepWaiting, configs.LeadOut} {
		t.Run(atClosing, func(t *testing.T) {
			tr := newTrial(t, crew("a b", func(r *configs.Routing) {
				r.Hours = []configs.Hours{{ID: "office", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"sun"}, From: "08:00", To: "18:10"}}}} // day0 is a Sunday, 18:00
				r.Queues[0].Hours, r.Queues[0].AtClosing, r.Queues[0].WhenClosed = "office", atClosing, configs.Exit{Words: "night"}
				r.Queues[0].RingFor = dur(30 * time.Second)
			}))
			tr.ready("a")
			tr.pass(9*time.Minute + 50*time.Second)
			tr.ready("b")
			var c []ContactID
			for range 5 {
				c = append(c, tr.call())
			}
			tr.do(Accepted{Agent: "a", Offer: tr.offerID("a")}) // connecting at closing time
			first := tr.s.agents["a"].contact.id
			second := tr.offered("b")
			tr.pass(2 * time.Second)
			tr.do(Connected{first, "a"})
			tr.pass(8 * time.Second)
			if closed := tr.s.lineByID["hotline"].closed; closed != closedByHours {
				t.Fatalf("closed: %q", closed)
			}
			tr.mustPhase(first, talking)
			tr.mustPhase(second, waiting)
			rest := slices.DeleteFunc(slices.Clone(c), func(id ContactID) bool { return id == first || id == second })
			late := tr.call()
			tr.mustPhase(late, closing)
			want := waiting
			if atClosing == configs.LeadOut {
				want = closing
			}
			for _, id := range rest {
				tr.mustPhase(id, want)
			}
			tr.accept("b") // who rang is answered all the same
			tr.do(Connected{second, "b"})
			tr.mustPhase(second, talking)
			if atClosing == configs.KeepWaiting {
				tr.do(HungUp{first, ByCaller, CauseNormal})
				if got := tr.offered("a"); got != rest[0] {
					t.Errorf("%s is served after closing time, want %s", got, rest[0])
				}
			}
		})
	}
}

// S4: her page is loaded anew while it rings, while she talks, holds and writes.
// Nothing is lost but the ring, which goes on to the next.
func TestGoldenReload(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	reload := func() {
		tr.do(SessionLost{"sari"})
		tr.pass(1500 * time.Millisecond)
		tr.do(SessionOpened{"sari"}, PathProven{"sari"})
	}
	c := tr.call()
	reload()
	if tr.s.agents["sari"].offer == nil {
		t.Error("after the reload nothing rings")
	}
	tr.talk("sari")
	reload()
	tr.mustPhase(c, talking)
	tr.do(HoldAsked{"sari", c})
	reload()
	tr.mustBe("sari", Held)
	tr.do(ResumeAsked{"sari", c}, HungUp{c, ByCaller, CauseNormal})
	until := tr.s.agents["sari"].writing.until
	reload()
	tr.mustBe("sari", WrapUp)
	if got := tr.s.agents["sari"].writing.until; got != until {
		t.Errorf("the reload moved the end of the wrap-up by %v", got.Sub(until))
	}
	tr.mustEnd(c, OutcomeAnswered)
}

// S7: the caller hangs up at each millisecond from her call until after both
// hear each other, before and after whatever else happens in it. She has one
// outcome, and her volunteer is free or writes about a talk that there was.
func TestGoldenHangUpAtEachMillisecond(t *testing.T) {
	r := house()
	seen := map[Outcome]int{}
	for ms := range 401 {
		for _, before := range []bool{true, false} {
			tr := newTrial(t, r)
			tr.ready("sari")
			c := ContactID("C1")
			script := map[int]func() Event{
				0: func() Event {
					return Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("+6281234567890")}
				},
				100: func() Event { return Established{c} },
				200: func() Event {
					if o := tr.s.agents["sari"].offer; o != nil {
						return Accepted{Agent: "sari", Offer: o.id}
					}
					return Accepted{Agent: "sari", Offer: 1}
				},
				300: func() Event { return Connected{c, "sari"} },
				350: func() Event { return HoldAsked{"sari", c} },
			}
			for at := range 402 {
				hang := at == ms && (ms > 0 || !before)
				if hang && before {
					tr.do(HungUp{c, ByCaller, CauseNormal})
				}
				if ev := script[at]; ev != nil {
					tr.do(ev())
				}
				if hang && !before {
					tr.do(HungUp{c, ByCaller, CauseNormal})
				}
				tr.pass(time.Millisecond)
			}
			if ms == 0 && before {
				continue // nobody called yet
			}
			spoke := ms > 300 || ms == 300 && !before
			want := OutcomeAbandonedShort
			state := Ready
			if spoke {
				want, state = OutcomeAnswered, WrapUp
			}
			got := tr.mustEnd(c, want)
			tr.mustBe("sari", state)
			if tr.kinds[CallOver] != 1 || tr.kinds[OfferMade] != tr.kinds[OfferEnded] || tr.kinds[QueueEntered] != tr.kinds[QueueLeft] || (got.TalkMS > 0) && !spoke {
				t.Fatalf("at %d ms: %v, record %+v", ms, tr.kinds, got)
			}
			seen[want]++
		}
	}
	if seen[OutcomeAnswered] < 200 || seen[OutcomeAbandonedShort] < 500 {
		t.Errorf("ended %v", seen)
	}
}

// S12: a caller who withholds her number, one who is blocked, and one who comes
// back to her place, all at once.
func TestGoldenStrangersAndReturners(t *testing.T) {
	tr := newTrial(t, crew("a", func(r *configs.Routing) { r.Queues[0].ResumeFor = dur(5 * time.Minute) }))
	call := func(number string) ContactID {
		tr.n++
		id := ContactID(fmt.Sprintf("C%d", tr.n))
		tr.do(Arrived{Contact: id, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(number)}, Established{id})
		tr.pass(time.Second)
		return id
	}
	tr.do(BlockAdded{Block{ID: "B", Kind: BlockCaller, Caller: tr.s.pseudonym(canonical("+6281199999999")), Action: ActionMessage, Reason: "prank", Added: tr.now, Expires: tr.now.Add(time.Hour)}})
	first := call("+6281100000001")
	returner := call("+6281100000002")
	hidden := call("")
	blocked := call("+6281199999999")
	last := call("+6281100000003")
	if tr.s.contacts[blocked].phase.inLine() {
		t.Errorf("the blocked caller is %s", tr.phase(blocked))
	}
	tr.do(HungUp{returner, ByCaller, CauseNormal}, HungUp{hidden, ByCaller, CauseNormal})
	tr.pass(time.Minute)
	again, hiddenAgain := call("+62 811 0000 0002"), call("")
	var order []ContactID
	for _, c := range tr.s.lineByID["hotline"].order.list {
		order = append(order, c.id)
	}
	// She left at once, so she comes first (SI-4); nobody knows the one without a
	// number again.
	if want := []ContactID{again, first, last, hiddenAgain}; !slices.Equal(order, want) {
		t.Errorf("they stand %v, want %v", order, want)
	}
	if e := tr.calls[blocked]; e.Number != "••••999" {
		t.Errorf("the blocked caller is kept as %q", e.Number)
	}
}

// S9: sari asks the backup's only volunteer while somebody waits for that very
// volunteer. Her line goes its steps meanwhile: the supervisor is rung for her,
// the volunteer is not, and the caller who is given over stays with her.
func TestGoldenAttendedWhileAQueueEscalates(t *testing.T) {
	for _, merged := range []bool{false, true} {
		tr, c := talkingTo(t, func(r *configs.Routing) {
			r.Queues[1].MaxWait, r.Queues[1].MaxWaitNobody = dur(3*time.Minute), dur(3*time.Minute)
			r.Queues[1].Steps = []configs.Step{{After: dur(30 * time.Second), Supervisors: true}}
			r.Agents[1].Queues, r.Agents[2].Queues = []string{"backup"}, []string{"hotline"}
			r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"backup"}, Supervisor: true})
		})
		tr.ready("dewi", "rina")
		tr.do(ConsultAsked{"sari", c, Target{Queue: "backup"}})
		id := tr.guestID(c)
		tr.mustBe("dewi", Offered)
		waits := tr.knock("0215550000")
		tr.do(Established{waits})
		tr.mustBe("rina", Ready) // not yet
		tr.do(Accepted{Agent: "dewi", Offer: OfferID(id), Page: true}, GuestJoined{c, id})
		tr.pass(29 * time.Second)
		tr.mustBe("rina", Ready)
		tr.pass(time.Second)
		tr.mustBe("rina", Offered) // the step holds
		if tr.offered("rina") != waits {
			t.Fatalf("rina is rung for %s", tr.offered("rina"))
		}
		if merged {
			tr.do(MergeAsked{"sari", c})
		}
		tr.do(CompleteAsked{"sari", c}, Connected{c, "dewi"})
		tr.mustBe("dewi", Talking)
		tr.mustBe("sari", WrapUp)
		tr.mustPhase(waits, waiting)
		tr.pass(20 * time.Second) // rina does not answer; dewi is busy with who was given to her
		tr.mustPhase(waits, waiting)
		if o := tr.s.agents["rina"].offer; o != nil {
			tr.do(Declined{"rina", o.id})
		}
		tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{Agent: "dewi", Contact: c})
		tr.mustBe("dewi", Offered) // and now there is somebody
		if tr.offered("dewi") != waits {
			t.Fatalf("dewi is rung for %s", tr.offered("dewi"))
		}
		tr.talk("dewi")
		tr.do(HungUp{waits, ByCaller, CauseNormal})
		tr.mustEnd(c, OutcomeAnswered)
		tr.mustEnd(waits, OutcomeAnswered)
	}
}

// S13: the document is edited while six wait: whatever changes holds for them at
// once, none is lost, and none overtakes another.
func TestGoldenEditWhileWaiting(t *testing.T) {
	r := crew("a b", func(r *configs.Routing) { r.Queues[0].MaxWait = dur(10 * time.Minute) })
	tr := newTrial(t, r)
	var c []ContactID
	for range 6 {
		c = append(c, tr.call())
		tr.pass(time.Second)
	}
	n := uint64(1)
	edit := func(change func(*configs.Routing)) {
		next := crew("a b", func(r *configs.Routing) { r.Queues[0].MaxWait = dur(10 * time.Minute) })
		change(&next)
		n++
		tr.do(RoutingChanged{Routing: next, Revision: n, By: "admin"})
	}
	order := func() (list []ContactID) {
		for _, p := range tr.s.lineByID["hotline"].order.list {
			list = append(list, p.id)
		}
		return list
	}
	edit(func(r *configs.Routing) { r.Queues[0].Strategy, r.Queues[0].Music = "ring_all", "other" })
	if got := order(); !slices.Equal(got, c) {
		t.Fatalf("they stand %v", got)
	}
	if find(tr.last, "Music:other") != 6 {
		t.Errorf("%d of 6 hear the new music", find(tr.last, "Music:other"))
	}
	for _, a := range []AgentID{"a", "b"} {
		tr.do(SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a})
	}
	if got := ringing(tr, c[0]); got != "a b" {
		t.Errorf("%s ring for the first", got)
	}
	edit(func(r *configs.Routing) { r.Agents = r.Agents[:1] }) // b is removed while she rings
	if got := ringing(tr, c[0]); got != "a" {
		t.Errorf("%s ring for the first after b is gone", got)
	}
	tr.accept("a")
	tr.do(Connected{c[0], "a"})
	edit(func(r *configs.Routing) {
		r.Queues[0].MaxWait, r.Queues[0].Exit = dur(10*time.Second), configs.Exit{Words: "sorry"}
	})
	tr.pass(10 * time.Second)
	for _, id := range c[1:] {
		tr.mustPhase(id, closing)
	}
	tr.mustPhase(c[0], talking)
	edit(func(r *configs.Routing) { // the queue itself goes; the talk goes on
		r.Queues, r.Numbers = r.Queues[1:], r.Numbers[1:]
		r.Agents = []configs.Agent{{ID: "a", Name: "A", Queues: []string{"backup"}}}
	})
	tr.mustPhase(c[0], talking)
	tr.do(HungUp{c[0], ByCaller, CauseNormal})
	tr.mustEnd(c[0], OutcomeAnswered)
	tr.mustBe("a", Ready)
}

// S14: a shift over midnight in Jakarta, which has no summer time. What is
// counted by the day begins anew at her midnight, 17:00 UTC, and the night's
// hours and her shift are whole.
func TestGoldenMidnight(t *testing.T) {
	wib := time.FixedZone("WIB", 7*3600)
	tr := newTrial(t, crew("a b", func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "night", TimeZone: "Asia/Jakarta", Weekly: []configs.Window{{Days: []string{"sat"}, From: "22:00", To: "06:00"}}}}
		r.Queues[0].Hours, r.Queues[0].Strategy = "night", "fewest_calls"
	}))
	tr.now = time.Date(2026, 2, 28, 22, 0, 0, 0, wib) // a Saturday
	tr.s = newState(crew("a b", func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "night", TimeZone: "Asia/Jakarta", Weekly: []configs.Window{{Days: []string{"sat"}, From: "22:00", To: "06:00"}}}}
		r.Queues[0].Hours, r.Queues[0].Strategy = "night", "fewest_calls"
	}), 1, 1, tr.now)
	tr.ready("a")
	for range 3 { // a has three calls before midnight
		c := tr.call()
		tr.talk("a")
		tr.pass(time.Minute)
		tr.do(HungUp{c, ByCaller, CauseNormal})
	}
	tr.ready("b")
	tr.pass(time.Date(2026, 2, 28, 23, 59, 59, 999e6, wib).Sub(tr.now))
	c := tr.call()
	if got := ringing(tr, c); got != "b" {
		t.Errorf("before midnight %s rings: a had three, b none", got)
	}
	tr.talk("b")
	tr.pass(2 * time.Millisecond) // it is Sunday, the first of March
	tr.do(Ticked{})
	if got := tr.s.today(); got != 2026060 {
		t.Errorf("today is %v", got)
	}
	tr.pass(10 * time.Minute)
	tr.do(HungUp{c, ByCaller, CauseNormal})
	d := tr.call()
	rings := ringing(tr, d)
	tr.talk(AgentID(rings))
	tr.pass(time.Minute)
	tr.do(HungUp{d, ByCaller, CauseNormal})
	e := tr.call()
	if got := ringing(tr, e); got == rings {
		t.Errorf("after midnight %s rings twice: each had none today", got)
	}
	tr.do(HungUp{e, ByCaller, CauseNormal})
	tr.pass(time.Date(2026, 3, 1, 5, 59, 59, 0, wib).Sub(tr.now))
	if why := tr.s.lineByID["hotline"].closed; why != "" {
		t.Errorf("closed before six: %s", why)
	}
	tr.pass(time.Second)
	if why := tr.s.lineByID["hotline"].closed; why != closedByHours {
		t.Errorf("at six it is %q", why)
	}
	tr.do(ShiftEnded{"a"}, ShiftEnded{"b"}) // the audit holds the seconds of the shift to it
	tr.mustBe("a", Offline)
}
