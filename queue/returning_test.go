package queue

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// returns is a house that knows who comes back. Nobody is on shift.
func returns(edit func(*configs.Routing)) configs.Routing {
	return crew("sari dewi", func(r *configs.Routing) {
		for i := range r.Queues {
			r.Queues[i].ResumeFor, r.Queues[i].DropReturnFor = dur(5*time.Minute), dur(10*time.Minute)
		}
		if edit != nil {
			edit(r)
		}
	})
}

// from brings a caller with this number into the hotline.
func (tr *trial) from(number string) ContactID {
	tr.Helper()
	tr.n++
	id := ContactID("N" + strings.Repeat("I", tr.n))
	tr.do(Arrived{Contact: id, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(number)}, Established{id})
	return id
}

func (tr *trial) place(c ContactID) int {
	p := tr.s.contacts[c]
	return p.line.order.place(p)
}

// Who hung up while she waited has her place back for five minutes, whichever
// way her number is written.
func TestResumeOfAnAbandonedPlace(t *testing.T) {
	for _, tt := range []struct {
		name   string
		away   time.Duration
		number string
		edit   func(*configs.Routing)
		want   int
	}{
		{"in time", 5 * time.Minute, "+62 811-1111", nil, 1},
		{"too late", 5*time.Minute + 1, "+628111111", nil, 3},
		{"somebody else", time.Minute, "+628111112", nil, 3},
		{"withheld", time.Minute, "", nil, 3},
		{"not kept", time.Minute, "+628111111", func(r *configs.Routing) { r.Queues[0].ResumeFor = 0 }, 3},
		{"full", time.Minute, "08111111", func(r *configs.Routing) { r.Queues[0].MaxWaiting = 3 }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, returns(tt.edit))
			first := tr.from("08111111")
			tr.pass(time.Minute)
			tr.from("+62822")
			tr.from("+62833")
			tr.do(HungUp{first, ByCaller, CauseNormal})
			if tt.name == "full" {
				tr.from("+62855") // has the place in the line, not hers in the order
			}
			tr.pass(tt.away)
			back := tr.from(tt.number)
			if got := tr.place(back); got != tt.want || tr.s.contacts[back].line.id != "hotline" {
				t.Fatalf("place %d in %s, want %d", got, tr.s.contacts[back].line.id, tt.want)
			}
			if want := tt.want == 1; (find(tr.last, "res=resumed") == 1) != want {
				t.Fatal("the journal is wrong")
			}
			tr.do(HungUp{back, ByCaller, CauseNormal})
			tr.mustEnd(back, OutcomeAbandonedShort) // her way through this call is its own
		})
	}
}

// A place that is had back twice is the same place; steps go on where they were.
func TestResumeGoesOn(t *testing.T) {
	tr := newTrial(t, returns(func(r *configs.Routing) {
		r.Queues[0].Steps = []configs.Step{step(time.Minute, func(s *configs.Step) { s.Supervisors = true })}
		r.Agents[1].Supervisor = true
	}))
	tr.ready("sari", "dewi")
	tr.do(PauseAsked{"sari", "break"})
	tr.from("+62844")
	first := tr.from("+62811")
	tr.pass(30 * time.Second)
	tr.do(HungUp{first, ByCaller, CauseNormal})
	tr.pass(20 * time.Second)
	second := tr.from("+62811")
	tr.pass(6 * time.Second)
	tr.do(HungUp{second, ByCaller, CauseNormal})
	third := tr.from("+62811")
	if tr.place(third) != 2 {
		t.Fatalf("place %d", tr.place(third))
	}
	tr.pass(5 * time.Second)
	if at := tr.s.contacts[third].step; at != 1 {
		t.Fatalf("step %d after a minute in all", at)
	}
}

// A talk that broke goes to the same volunteer, if she is free, and before all
// others.
func TestDropReturn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		end     HungUp
		away    time.Duration
		class   Class
		prefers AgentID
	}{
		{"broke", HungUp{By: ByNetwork, Cause: CauseSilence}, 10 * time.Minute, ClassInterrupted, "sari"},
		{"expired", HungUp{By: BySystem, Cause: CauseExpired}, time.Minute, ClassInterrupted, "sari"},
		{"too late", HungUp{By: ByNetwork, Cause: CauseSilence}, 10*time.Minute + 1, ClassNormal, ""},
		{"she hung up", HungUp{By: ByCaller, Cause: CauseNormal}, time.Minute, ClassNormal, "sari"},
		{"the volunteer hung up her phone", HungUp{By: ByAgent, Cause: CauseNormal}, time.Minute, ClassNormal, ""},
		{"drained", HungUp{By: BySystem, Cause: CauseDrain}, time.Minute, ClassNormal, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, returns(nil))
			tr.ready("sari")
			c := tr.from("+62811")
			tr.talk("sari")
			tt.end.Contact = c
			tr.do(tt.end)
			tr.do(PauseAsked{"sari", "break"})
			tr.from("+62822")
			tr.pass(tt.away)
			back := tr.from("+62811")
			p := tr.s.contacts[back]
			if p.class != tt.class || p.prefers != tt.prefers {
				t.Fatalf("class %s, prefers %q", p.class, p.prefers)
			}
			if place := tr.place(back); (place == 1) != (tt.class == ClassInterrupted) {
				t.Fatalf("place %d", place)
			}
		})
	}
	tr := newTrial(t, returns(nil)) // dewi is idle for longer; sari knows her
	tr.ready("dewi")
	tr.pass(time.Hour)
	tr.ready("sari")
	tr.do(PauseAsked{"dewi", "break"})
	c := tr.from("+62811")
	tr.talk("sari")
	tr.do(HungUp{c, ByNetwork, CauseSilence}, ReadyAsked{"dewi"})
	tr.s.agents["dewi"].idle = day0
	back := tr.from("+62811")
	if got := ringing(tr, back); got != "sari" {
		t.Fatalf("rings %s", got)
	}
	tr.do(Declined{"sari", tr.offerID("sari")})
	if got := ringing(tr, back); got != "dewi" {
		t.Fatalf("rings %s", got)
	}
	tr.do(HungUp{back, ByCaller, CauseNormal}) // the volunteer hung up: nothing is broken
	c = tr.from("+628991234567")
	tr.talk(AgentID(ringing(tr, c)))
	a := tr.s.contacts[c].agent.id
	tr.do(HangUpAsked{a, c}, HungUp{c, ByAgent, CauseNormal})
	if got := tr.from("+628991234567"); tr.s.contacts[got].prefers != "" {
		t.Fatal("an ended talk was taken for a broken one")
	}
}

// "The same person", "not the same person": told by the volunteer, during the
// contact or its wrap-up, and kept for the next time.
func TestSameAndNever(t *testing.T) {
	tr := newTrial(t, returns(func(r *configs.Routing) { r.Queues[0].WrapUp = dur(time.Minute); r.Queues[0].Strategy = "linear" }))
	tr.ready("sari", "dewi")
	next := func(number string) string {
		c := tr.from(number)
		rings := ringing(tr, c)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.pass(time.Hour)
		return rings
	}
	c := tr.from("+62811")
	tr.do(Declined{"sari", tr.offerID("sari")})
	tr.talk("dewi")
	tr.do(StickyAsked{"sari", c, true}) // not hers
	tr.mustNotDo("Record", "Notify")
	tr.do(StickyAsked{"dewi", c, true})
	tr.mustDo("Record wish.noted NI dewi  same", "wish_kept")
	tr.do(HangUpAsked{"dewi", c}, HungUp{c, ByAgent, CauseNormal})
	tr.mustBe("dewi", WrapUp)
	tr.pass(time.Hour)
	if got := next("+62811"); got != "dewi" {
		t.Fatalf("rings %s, not the same", got)
	}
	if got := next("+62822"); got != "sari" {
		t.Fatalf("rings %s for somebody else", got)
	}
	c = tr.from("+62811")
	tr.talk("dewi")
	tr.do(HangUpAsked{"dewi", c}, HungUp{c, ByAgent, CauseNormal}, NeverAsked{"dewi", c, true}) // in her wrap-up
	tr.mustDo("Record wish.noted", "never")
	tr.pass(time.Hour)
	tr.do(PauseAsked{"sari", "break"})
	if got := next("+62811"); got != "" {
		t.Fatalf("rings %s, whom she never wanted again", got)
	}
	tr.do(ReadyAsked{"sari"})
	c = tr.from("+62811")
	tr.talk("sari")
	tr.do(TransferAsked{"sari", c, Target{Agent: "dewi"}})
	tr.mustDo("transfer_not_allowed")
	tr.do(NeverAsked{"sari", c, true}, NeverAsked{"sari", c, false}, HangUpAsked{"sari", c}, HungUp{c, ByAgent, CauseNormal})
	tr.pass(time.Hour)
	if got := next("+62811"); got != "sari" {
		t.Fatalf("rings %q", got)
	}

	c = tr.from("") // withheld
	tr.talk("sari")
	tr.do(StickyAsked{"sari", c, true})
	tr.mustDo("wish_unknown")
	tr.mustNotDo("Record")
	for _, e := range tr.all {
		if strings.Contains(show(e), "62811") {
			t.Fatalf("a number in %s", show(e))
		}
	}
}

// The memory is bounded, and empties itself.
func TestVisitorsAreForgotten(t *testing.T) {
	var v visitors
	id := func(i int) identity { return identity{byte(i), byte(i >> 8), byte(i >> 16), 1} }
	for i := range 3 * visitorsKept {
		v.remembered(id(i)).place = &place{expires: day0}
		if i%3 == 0 {
			v.remembered(id(i)).lost = []lostCall{{"C", day0.Add(time.Hour)}}
		}
	}
	if len(v.of) != visitorsKept || len(v.list) != visitorsKept {
		t.Fatalf("%d and %d are remembered", len(v.of), len(v.list))
	}
	for range visitorsKept {
		v.sweep(day0.Add(time.Second))
	}
	if n := len(v.of); n < visitorsKept/3-1 || n > visitorsKept/3+1 || len(v.list) != n {
		t.Fatalf("%d and %d are remembered", n, len(v.list))
	}
	if v.remembered(identity{}) != nil {
		t.Fatal("who withheld her number is remembered")
	}
}

// SI-4: who leaves at once, or by the two zeros, and calls again within half an
// hour is served before those who came meanwhile; later, or after a long wait, she
// is not.
func TestWhoFledIsServedFirst(t *testing.T) {
	for name, test := range map[string]struct {
		waits, away time.Duration
		zeros       bool
		want        Class
	}{
		"left at once":            {3 * time.Second, 10 * time.Minute, false, ClassPriority},
		"left at once, long ago":  {3 * time.Second, 31 * time.Minute, false, ClassNormal},
		"waited and gave up":      {time.Minute, 10 * time.Minute, false, ClassNormal},
		"two zeros while waiting": {time.Minute, 10 * time.Minute, true, ClassPriority},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, house())
			c := tr.call()
			tr.pass(test.waits)
			if test.zeros {
				tr.do(KeyPressed{c, '0'}, KeyPressed{c, '0'})
			} else {
				tr.do(HungUp{c, ByCaller, CauseNormal})
			}
			tr.pass(test.away)
			back := tr.call()
			if got := tr.s.contacts[back].class; got != test.want {
				t.Errorf("class %s, want %s", got, test.want)
			}
			if again := tr.call(); tr.s.contacts[again].class != ClassNormal {
				t.Error("it is given twice")
			}
		})
	}
}

// Who gave up and is answered within a day is found: the journal says which of
// her calls that makes up for, once. Who hides her number, or comes too late, is
// not.
func TestFoundAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		caller Caller
		after  time.Duration
		want   int
	}{
		"at once":          {NewCaller("+6281234567890"), time.Minute, 2},
		"the same day":     {NewCaller("+6281234567890"), 23 * time.Hour, 2},
		"too late":         {NewCaller("+6281234567890"), 25 * time.Hour, 0},
		"without a number": {Caller{}, time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, house())
			come := func(id ContactID) {
				tr.do(Arrived{Contact: id, Channel: Voice, Dialled: hotlineNumber, Caller: tt.caller}, Established{id})
			}
			for _, id := range []ContactID{"C1", "C2"} {
				come(id)
				tr.pass(30 * time.Second)
				tr.do(HungUp{id, ByCaller, CauseNormal})
			}
			tr.pass(tt.after)
			tr.ready("sari")
			come("C3")
			tr.talk("sari")
			if tr.kinds[CallerFound] != tt.want {
				t.Fatalf("found %d times", tr.kinds[CallerFound])
			}
			tr.do(HungUp{"C3", ByCaller, CauseNormal})
			tr.pass(time.Hour)
			come("C4")
			tr.pass(5 * time.Minute)
			if tr.kinds[CallerFound] != tt.want {
				t.Fatal("found twice")
			}
		})
	}
}

// Who comes back is asked nothing again, so all she told before holds: after a talk
// that broke, at a place she left in another line than her number's, and when
// somebody promised to call her back (RO-4).
func TestWhatSheAskedForComesBackWithHer(t *testing.T) {
	house := func(edit func(*configs.Routing)) configs.Routing {
		return menued(func(r *configs.Routing) {
			for i := range r.Queues {
				r.Queues[i].ResumeFor, r.Queues[i].DropReturnFor = dur(5*time.Minute), dur(10*time.Minute)
			}
			r.Agents[0].Gender, r.Agents[0].Queues, r.Agents[0].Languages = "f", []string{"hotline", "backup"}, []string{"id", "en"}
			r.Agents[1].Gender = "m"
			r.Menus[0].Choices[2].Language = "en" // 3: a woman who speaks English
			if edit != nil {
				edit(r)
			}
		})
	}
	want := needs{gender: "f", language: "en"}
	check := func(t *testing.T, tr *trial, c ContactID, line QueueID) {
		t.Helper()
		p := tr.s.contacts[c]
		if p.phase != waiting || p.needs != want || p.language != "en" || p.line.id != line {
			t.Fatalf("%s in %s with %+v, spoken to in %s", p.phase, p.line.id, p.needs, p.language)
		}
		if find(tr.last, "Language:en") == 0 {
			t.Fatal("she still hears the language of the number")
		}
		if got := ringing(tr, c); got != "" {
			t.Fatalf("%s rings for who asked for a woman", got)
		}
	}
	t.Run("a talk that broke", func(t *testing.T) {
		tr := newTrial(t, house(nil))
		tr.ready("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '3'})
		tr.talk("sari")
		tr.do(HungUp{c, ByNetwork, CauseSilence})
		tr.ready("dewi") // a man; she writes still
		back := tr.call()
		tr.mustNotDo("Prompts:[menu]")
		tr.mustDo("res=returned")
		check(t, tr, back, "hotline")
	})
	t.Run("a place in another line", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) { r.Menus[0].Choices[2].Queue = "backup" }))
		tr.ready("dewi")
		tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"})
		c := tr.call()
		tr.do(KeyPressed{c, '3'})
		tr.pass(time.Minute)
		tr.do(HungUp{c, ByCaller, CauseNormal})
		back := tr.call()
		tr.mustDo("res=resumed")
		check(t, tr, back, "backup")
	})
	t.Run("a line that is closed now", func(t *testing.T) {
		edit := func(closed string) configs.Routing {
			return house(func(r *configs.Routing) {
				r.Menus[0].Choices[2].Queue = "backup"
				r.Agents[0].Queues, r.Agents[1].Queues = []string{"hotline"}, []string{"hotline"}
				r.Queues[1].Closed.Until = closed
			})
		}
		tr := newTrial(t, edit(""))
		tr.ready("dewi")
		tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"})
		c := tr.call()
		tr.do(KeyPressed{c, '3'}, HungUp{c, ByCaller, CauseNormal})
		tr.do(RoutingChanged{Routing: edit(day0.Add(time.Hour).Format(time.RFC3339)), Revision: 2})
		check(t, tr, tr.call(), "hotline")
	})
	t.Run("a promise", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) { r.Outgoing = configs.Outgoing{Allow: []string{"+62"}} }))
		tr.ready("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '3'})
		tr.talk("sari")
		tr.do(HungUp{c, ByCaller, CauseNormal}, CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, WrapUpFinished{"sari", c, "listened"})
		tr.mustDo("callback.queued")
		tr.do(Declined{"sari", tr.offerID("sari")}, PauseAsked{"sari", "break"})
		tr.ready("dewi")
		tr.mustBe("dewi", Ready)
		check(t, tr, tr.call(), "hotline") // and she calls by herself
	})
}

// Of two calls that she left, what the later one did not ask for is forgotten, but
// not whom she is afraid of.
func TestTheLaterCallKeepsTheGender(t *testing.T) {
	before := wanted{needs: needs{gender: "f", language: "en"}}
	for want, later := range map[string]string{"f": "", "m": "m"} {
		w := wanted{needs: needs{gender: later, topic: "legal"}}.after(before)
		if w.needs.gender != want || w.needs.language != "" || w.needs.topic != "legal" {
			t.Errorf("%+v", w.needs)
		}
	}
}

// A wish is kept as it is made, the later one counts, and it reaches whatever is
// hers already: the contact that breaks, and the call-back that waits.
func TestAWishHoldsAtOnce(t *testing.T) {
	kept := func(tr *trial) (p SafetyProfile) {
		for _, e := range tr.last {
			if k, ok := e.(KeepSafety); ok {
				p = k.Profile
			}
		}
		return p
	}
	tr, c := talkingTo(t, nil)
	tr.do(StickyAsked{"sari", c, true})
	if p := kept(tr); p.Same != "sari" || len(p.Never) != 0 {
		t.Fatalf("%+v", p)
	}
	tr.s.contacts[c].prefers = "sari"
	tr.do(NeverAsked{"sari", c, true})
	if p := kept(tr); p.Same != "" || !slices.Equal(p.Never, []AgentID{"sari"}) {
		t.Fatalf("%+v", p)
	}
	if p := tr.s.contacts[c]; p.prefers != "" || !slices.Equal(p.never, []AgentID{"sari"}) {
		t.Fatalf("if it breaks now: %s, %s", p.prefers, p.never)
	}
	tr.do(StickyAsked{"sari", c, true})
	if p := kept(tr); p.Same != "sari" || len(p.Never) != 0 {
		t.Fatalf("%+v", p)
	}

	tr.do(NeverAsked{"sari", c, true})
	key := kept(tr).Key // a memory that is full forgets others
	tr.s.safety.list = slices.Repeat([]string{key}, callersMost+2)
	tr.s.sweepSafety()
	if tr.s.safety.of[key] == nil {
		t.Fatal("her wish is forgotten for want of room")
	}

	tr, c = talkingTo(t, nil)
	tr.do(CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, HungUp{c, ByCaller, CauseNormal}, NeverAsked{"sari", c, true}, WrapUpFinished{"sari", c, ""})
	b := tr.s.callbacks[c]
	if b == nil || !slices.Equal(b.entry.never, []AgentID{"sari"}) {
		t.Fatalf("promised without her wish: %+v", b)
	}

	tr = newTrial(t, called(nil)) // she calls again and waits for a call-back, while sari writes
	tr.ready("sari")
	c = tr.call()
	tr.talk("sari")
	tr.do(HungUp{c, ByCaller, CauseNormal})
	again := tr.queued()
	tr.do(NeverAsked{"sari", c, true})
	if b := tr.s.callbacks[again]; b == nil || !slices.Equal(b.entry.never, []AgentID{"sari"}) {
		t.Fatalf("the call-back still leads to her: %+v", b)
	}
	tr.mustDo("KeepCallback")
}

// The wish counts at once for a caller who was given away and still waits, whoever
// writes about her meanwhile; and no more when it is taken back.
func TestNeverWhileSheWaits(t *testing.T) {
	for _, on := range []bool{true, false} {
		tr, c := talkingTo(t, nil)
		tr.do(TransferAsked{"sari", c, Target{Queue: "hotline"}}, NeverAsked{"sari", c, true})
		if !on {
			tr.do(NeverAsked{"sari", c, false})
		}
		tr.do(WrapUpFinished{"sari", c, "listened"})
		if got := tr.s.agents["sari"].offer; (got == nil) != on {
			t.Errorf("wish %v, and sari is rung for her: %v", on, got != nil)
		}
	}
}

// Nor does it matter which of her calls she is in, or that a block leads her another
// way: to whom she never wants again she is not brought.
func TestNeverWhateverWaySheIsLed(t *testing.T) {
	meet := func() (*trial, ContactID) {
		tr := newTrial(t, with(func(r *configs.Routing) { r.Agents[0].Supervisor = true }))
		c := tr.call()
		tr.ready2("sari", t)
		tr.talk("sari")
		return tr, c
	}
	tr, c := meet()
	second := tr.call() // from the same telephone
	tr.do(NeverAsked{"sari", c, true}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.mustBe("sari", Ready)
	tr.mustPhase(second, waiting)

	tr, c = meet()
	tr.do(NeverAsked{"sari", c, true}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.block(BlockCaller, callerNumber, ActionSupervisor)
	blocked := tr.call()
	tr.mustPhase(blocked, waiting)
	tr.mustBe("sari", Ready)
}

// "Never again" is a wish for safety: it is sealed with her answers and outlives
// restarts and the years; nobody is made a caller by it whom we called.
func TestNeverOutlivesARestart(t *testing.T) {
	house := returns(func(r *configs.Routing) {
		r.Outgoing = configs.Outgoing{Allow: []string{"+62"}}
		r.Agents[0].Dial = true
	})
	tr := newTrial(t, house)
	tr.ready("sari", "dewi")
	tr.do(PauseAsked{"dewi", "break"})
	c := tr.from("+628111111")
	tr.talk("sari")
	tr.do(NeverAsked{"sari", c, true}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	tr.do(PauseAsked{"sari", "break"}, ReadyAsked{"dewi"})
	c = tr.from("+62 811-1111")
	tr.talk("dewi")
	tr.do(StickyAsked{"dewi", c, true}, HungUp{c, ByCaller, CauseNormal})

	kept := map[string]SafetyProfile{}
	for _, e := range tr.all {
		if k, ok := e.(KeepSafety); ok {
			kept[k.Profile.Key] = k.Profile
		}
	}
	again := newTrial(t, house)
	again.now = tr.now.Add(400 * 24 * time.Hour)
	again.s.now = again.now
	for _, p := range kept {
		again.do(CallbacksKept{Safety: []SafetyProfile{p}})
	}
	for range 5 { // strangers, to have old ones looked at
		again.s.sweepSafety()
	}
	again.s.batch()
	again.ready("sari")
	back := again.from("08111111")
	if p := again.s.contacts[back]; p.prefers != "dewi" || ringing(again, back) != "" {
		t.Fatalf("prefers %s, rings %s", p.prefers, ringing(again, back))
	}
	again.do(SessionOpened{"dewi"}, ShiftStarted{"dewi"}, PathProven{"dewi"}, ReadyAsked{"dewi"})
	if got := ringing(again, back); got != "dewi" {
		t.Fatalf("rings %s", got)
	}

	tr.pass(time.Hour)
	tr.do(ReadyAsked{"sari"})
	out := tr.dial("sari", "+628991234567")
	tr.do(Ringing{out}, Established{out}, Connected{out, "sari"}, NeverAsked{"sari", out, true})
	tr.mustDo("wish_unknown")
	if tr.s.safety.of[tr.s.keySafety("+628991234567")] != nil {
		t.Fatal("who was called counts as a caller")
	}
}
