package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// menued is house with a menu before both lines: 1 danger, 2 English and then
// topics, 3 a woman, 4 the backup.
func menued(edit func(*configs.Routing)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Numbers[0].Menu = "main"
		r.Menus = []configs.Menu{
			{ID: "main", Prompt: "menu", Timeout: dur(5 * time.Second), Repeat: 1, Queue: "hotline", Choices: []configs.MenuChoice{
				{Key: "1", Danger: true}, {Key: "2", Language: "en", Menu: "topics"}, {Key: "3", Gender: "f"}, {Key: "4", Queue: "backup"},
			}},
			{ID: "topics", Prompt: "topics", Timeout: dur(5 * time.Second), Queue: "backup", Choices: []configs.MenuChoice{{Key: "1", Topic: "legal"}, {Key: "2", Queue: "hotline"}}},
		}
		r.Agents[0].Gender = "f"
		edit(r)
	})
}

// Every way through a menu leads into a line, with what the keys said.
func TestMenus(t *testing.T) {
	for _, test := range []struct {
		name  string
		keys  string // - for five seconds without a key
		queue QueueID
		needs needs
		class Class
	}{
		{"nothing pressed, asked twice", "--", "hotline", needs{}, ClassNormal},
		{"a key that means nothing, then nothing", "7-", "hotline", needs{}, ClassNormal},
		{"wrong and then right", "74", "backup", needs{}, ClassNormal},
		{"in danger", "1", "hotline", needs{}, ClassPriority},
		{"English, then legal", "21", "backup", needs{language: "en", topic: "legal"}, ClassNormal},
		{"English, then the hotline", "22", "hotline", needs{language: "en"}, ClassNormal},
		{"English, then nothing", "2-", "backup", needs{language: "en"}, ClassNormal},
		{"a woman", "3", "hotline", needs{gender: "f"}, ClassNormal},
		{"one zero is no choice, and no end", "04", "backup", needs{}, ClassNormal},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr := newTrial(t, menued(func(*configs.Routing) {}))
			tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"})
			c := tr.knock(hotlineNumber)
			tr.do(Established{c})
			tr.mustDo("Ask {Contact:C1 Ask:1 Prompts:[menu]")
			tr.mustNotDo("queue.entered")
			for i, key := range test.keys {
				tr.mustPhase(c, choosing)
				tr.do(Asked{c, tr.s.contacts[c].asks})
				if key == '-' {
					tr.pass(5 * time.Second)
				} else {
					tr.do(KeyPressed{c, key})
				}
				if i == 0 && test.keys == "--" && tr.s.contacts[c].asks != 2 {
					t.Fatal("she was not asked again")
				}
			}
			p := tr.s.contacts[c]
			if p.phase != waiting || p.line.id != test.queue || p.needs != test.needs || p.class != test.class {
				t.Fatalf("%s in %s, needs %+v, class %s", p.phase, p.line.id, p.needs, p.class)
			}
			if test.needs.language == "en" && p.language != "en" {
				t.Fatalf("she is spoken to in %s", p.language)
			}
			tr.mustDo("Wait {Contact:C1 Sound:{Greeting: Music") // nobody is welcomed twice
		})
	}
}

// A question is asked as often as the menu says; one zero asks nothing again.
func TestMenuIsAskedAsOftenAsItSays(t *testing.T) {
	for repeat := range 4 {
		tr := newTrial(t, menued(func(r *configs.Routing) { r.Menus[0].Repeat = repeat }))
		c := tr.call()
		tr.do(KeyPressed{c, '0'})
		if asks := tr.s.contacts[c].asks; asks != 1 {
			t.Fatalf("asked %d times after one zero", asks)
		}
		for tr.phase(c) == choosing.String() {
			tr.do(Asked{c, tr.s.contacts[c].asks})
			tr.pass(5 * time.Second)
		}
		if asks := tr.s.contacts[c].asks; asks != repeat+1 {
			t.Errorf("repeat %d: asked %d times", repeat, asks)
		}
	}
}

// A channel that never says that the words are over does not keep her in a menu;
// a late word about an earlier question does not hurry her.
func TestMenusLeadOnWhateverTheChannelSays(t *testing.T) {
	tr := newTrial(t, menued(func(*configs.Routing) {}))
	c := tr.knock(hotlineNumber)
	tr.do(Established{c}, Asked{c, 7})
	tr.pass(time.Minute)
	tr.mustPhase(c, choosing)
	tr.pass(5 * time.Minute)
	tr.mustPhase(c, waiting)
}

// Who hangs up in a menu abandoned; who comes back to a place is not asked; a
// queue deleted meanwhile leads to the number's.
func TestMenuAndThoseWhoLeave(t *testing.T) {
	tr := newTrial(t, menued(func(r *configs.Routing) { r.Queues[0].ResumeFor = dur(5 * time.Minute) }))
	tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"})
	a := tr.call()
	tr.pass(10 * time.Second)
	tr.do(HungUp{a, ByCaller, CauseNormal})
	tr.mustEnd(a, OutcomeAbandoned)
	b := tr.call()
	tr.do(KeyPressed{b, '1'}, HungUp{b, ByCaller, CauseNormal}) // she waited: the place is hers
	c := tr.call()
	tr.mustPhase(c, waiting)
	tr.mustNotDo("Ask")
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.pass(10 * time.Minute)
	d := tr.call()
	tr.do(RoutingChanged{Routing: menued(func(r *configs.Routing) {
		r.Queues = r.Queues[:1]
		r.Queues[0].Exit = configs.Exit{Words: "bye"}
		r.Numbers = r.Numbers[:1]
	}), Revision: 2})
	tr.do(KeyPressed{d, '4'})
	tr.mustPhase(d, waiting)
	if got := tr.s.contacts[d].line.id; got != "hotline" {
		t.Fatalf("she waits in %s", got)
	}
}

// With everything closed the menu is not asked: there is nothing to choose.
func TestMenuIsNotAskedInVain(t *testing.T) {
	until := day0.Add(time.Hour).Format(time.RFC3339)
	tr := newTrial(t, menued(func(r *configs.Routing) {
		r.Queues[0].Closed.Until, r.Queues[1].Closed.Until = until, until
	}))
	c := tr.call()
	tr.mustDo("Close {Contact:C1 Words:closed}")
	tr.mustPhase(c, closing)
	one := newTrial(t, menued(func(r *configs.Routing) { r.Queues[0].Closed.Until = until }))
	d := one.call()
	one.mustPhase(d, choosing)
	one.do(KeyPressed{d, '1'}) // the hotline is closed
	one.mustDo("Close {Contact:C1 Words:closed}")
}

// RO-4: a woman was asked for and none is on duty. She is told, and chooses.
func TestNoWomanOnDuty(t *testing.T) {
	for key, check := range map[rune]func(*trial, ContactID){
		0:   func(tr *trial, c ContactID) { tr.mustPhase(c, waiting); tr.mustBe("dewi", Ready) },
		'1': func(tr *trial, c ContactID) { tr.mustPhase(c, waiting); tr.mustBe("dewi", Ready) },
		'2': func(tr *trial, c ContactID) { tr.mustBe("dewi", Offered) },
		'3': func(tr *trial, c ContactID) { tr.mustNotBeInLine(c) },
	} {
		tr := newTrial(t, menued(func(r *configs.Routing) { r.Agents[1].Gender = "m" }))
		tr.ready("dewi")
		c := tr.call()
		tr.do(KeyPressed{c, '3'})
		tr.mustDo("Ask {Contact:C1 Ask:2 Prompts:[no-woman]")
		tr.mustBe("dewi", Ready)
		if key == 0 {
			for range 2 {
				tr.do(Asked{c, tr.s.contacts[c].asks})
				tr.pass(8 * time.Second)
			}
			if n := find(tr.all, "Prompts:[no-woman]"); n != 2 {
				t.Fatalf("asked %d times who says nothing", n)
			}
		} else {
			tr.do(KeyPressed{c, key})
		}
		check(tr, c)
	}
	tr := newTrial(t, menued(func(*configs.Routing) {})) // sari is there: nothing to tell
	tr.ready("sari")
	c := tr.call()
	tr.do(KeyPressed{c, '3'})
	tr.mustBe("sari", Offered)
	tr.mustNotDo("no-woman")
}

func (tr *trial) mustNotBeInLine(c ContactID) {
	tr.Helper()
	if p := tr.s.contacts[c]; p == nil || p.phase.inLine() {
		tr.Fatalf("contact %s is %s", c, tr.phase(c))
	}
}

// She is told whenever it becomes true, not only as she enters: when the last woman
// goes or stops responding, when she is led to a queue without one, and after a
// ring or another question; but once in each queue.
func TestNoWomanAnyMore(t *testing.T) {
	house := func() configs.Routing {
		return menued(func(r *configs.Routing) {
			r.Agents[1].Gender = "m"
			r.Queues[0].MaxWait = dur(5 * time.Minute)
			r.Queues[0].Ladder = []configs.Rung{{After: dur(time.Minute), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoQueue, Queue: "backup"}}}}
		})
	}
	begin := func(t *testing.T) (*trial, ContactID) {
		tr := newTrial(t, house())
		tr.ready("dewi", "sari")
		tr.do(PauseAsked{"sari", "break"})
		c := tr.call()
		tr.do(KeyPressed{c, '3'})
		tr.mustNotDo("no-woman")
		return tr, c
	}
	told := func(tr *trial, want int) {
		tr.Helper()
		if n := find(tr.all, "Prompts:[no-woman]"); n != want {
			tr.Fatalf("told %d times, want %d", n, want)
		}
	}
	t.Run("she goes", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(ShiftEnded{"sari"})
		told(tr, 1)
		tr.do(KeyPressed{c, keyWait})
		tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ShiftEnded{"sari"})
		told(tr, 1)
		tr.pass(5 * time.Minute) // and the next queue has none either
		if tr.s.contacts[c].line.id != "backup" {
			t.Fatal(tr.s.contacts[c].line.id)
		}
		told(tr, 2)
		tr.do(KeyPressed{c, keyAnybody})
		tr.mustBe("dewi", Offered)
	})
	t.Run("she does not respond", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(ReadyAsked{"sari"})
		tr.pass(41 * time.Second)
		tr.mustBe("sari", NotResponding)
		told(tr, 1)
		tr.mustPhase(c, waiting)
	})
	t.Run("an admin takes her away", func(t *testing.T) {
		tr, _ := begin(t)
		r := house()
		r.Agents[0].Queues = nil
		tr.do(RoutingChanged{Routing: r, Revision: 2})
		told(tr, 1)
	})
	t.Run("during another question", func(t *testing.T) {
		tr, c := begin(t)
		tr.pass(time.Minute)
		tr.mustDo("Prompts:[choices]")
		tr.do(ShiftEnded{"sari"})
		told(tr, 0)
		tr.do(KeyPressed{c, '1'})
		told(tr, 1)
	})
	t.Run("another queue of her choice", func(t *testing.T) {
		tr, c := begin(t)
		tr.pass(time.Minute)
		tr.do(KeyPressed{c, '2'})
		told(tr, 1)
	})
	t.Run("handed on by the last woman", func(t *testing.T) {
		tr, c := begin(t)
		tr.do(ReadyAsked{"sari"})
		tr.talk("sari")
		tr.do(TransferAsked{"sari", c, Target{Queue: "backup"}})
		told(tr, 1)
		tr.mustBe("dewi", Ready)
		tr.mustPhase(c, waiting)
	})
}

// RO-5: whoever asked for a language is brought to nobody who does not speak it
// unless she says that another will do: neither at once when none is there, nor by
// the step that drops it. A house of one language asks nobody.
func TestNobodySpeaksHers(t *testing.T) {
	house := func(edit func(*configs.Routing)) configs.Routing {
		return menued(func(r *configs.Routing) {
			r.Menus[0].Choices[1] = configs.MenuChoice{Key: "2", Language: "en"}
			r.Agents[0].Languages = []string{"id", "en"}
			r.Queues[0].Steps = []configs.Step{{After: dur(3 * time.Minute), Drop: []string{"language"}}}
			if edit != nil {
				edit(r)
			}
		})
	}
	for key, check := range map[rune]func(*trial, ContactID){
		0:          func(tr *trial, c ContactID) { tr.mustPhase(c, waiting); tr.mustBe("dewi", Ready) },
		keyWait:    func(tr *trial, c ContactID) { tr.mustPhase(c, waiting); tr.mustBe("dewi", Ready) },
		keyAnybody: func(tr *trial, c ContactID) { tr.mustBe("dewi", Offered) },
		keyMessage: func(tr *trial, c ContactID) { tr.mustNotBeInLine(c) },
	} {
		tr := newTrial(t, house(nil))
		tr.ready("dewi")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		tr.mustDo("Ask {Contact:C1 Ask:2 Prompts:[no-language] Sound:{Greeting: Music:music-hotline Language:en}}")
		tr.mustBe("dewi", Ready)
		if key == 0 {
			for range 2 {
				tr.do(Asked{c, tr.s.contacts[c].asks})
				tr.pass(8 * time.Second)
			}
			if n := find(tr.all, "Prompts:[no-language]"); n != 2 {
				t.Fatalf("asked %d times who says nothing", n)
			}
		} else {
			tr.do(KeyPressed{c, key})
		}
		check(tr, c)
	}
	t.Run("the step asks", func(t *testing.T) {
		tr := newTrial(t, house(nil))
		tr.ready("sari", "dewi")
		tr.do(PauseAsked{"sari", "break"})
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		tr.pass(3*time.Minute - 1)
		if n := find(tr.all, "no-language"); n != 0 {
			t.Fatal("asked though somebody will come back")
		}
		tr.pass(1)
		tr.mustDo("Prompts:[no-language]")
		tr.mustBe("dewi", Ready)
		tr.do(KeyPressed{c, keyAnybody})
		tr.mustDo("Record choice.made C1  hotline language pos=0 out= by= res=2")
		if got := tr.s.why(c, tr.now); len(got.Needs.Waived) != 1 || got.Needs.Language != "en" {
			t.Fatalf("why says %+v", got.Needs)
		}
		tr.talk("dewi")
		if v := tr.s.view(tr.s.agents["dewi"]); v.Call.Language != "en" {
			t.Fatal("the volunteer does not see what she speaks")
		}
		tr.do(TransferAsked{"dewi", c, Target{Queue: "hotline"}}, SessionLost{"sari"}) // what she said goes with her
		tr.pass(time.Minute)
		if n := find(tr.all, "Prompts:[no-language]"); n != 1 {
			t.Fatalf("asked %d times", n)
		}
	})
	t.Run("not while it rings, and again when the last goes", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) { r.Queues[0].RingFor = dur(5 * time.Minute) }))
		tr.ready("sari", "dewi")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		tr.pass(4 * time.Minute) // the step came meanwhile
		if n := find(tr.all, "no-language"); n != 0 || tr.offered("sari") != c {
			t.Fatal("asked while somebody who speaks it is rung")
		}
		tr.do(Declined{"sari", tr.offerID("sari")}, PauseAsked{"sari", "break"})
		told := func(want int) {
			t.Helper()
			if n := find(tr.all, "Prompts:[no-language]"); n != want {
				t.Fatalf("asked %d times, not %d", n, want)
			}
		}
		told(1)
		tr.do(KeyPressed{c, keyWait})
		told(1)
		tr.do(ShiftEnded{"sari"}) // before, they were busy; now nobody is there
		told(2)
	})
	t.Run("not while she waits for one volunteer", func(t *testing.T) {
		tr := newTrial(t, house(nil))
		tr.ready("dewi")
		d := tr.call()
		tr.do(KeyPressed{d, '1'})
		tr.talk("dewi")
		tr.ready("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		tr.talk("sari")
		tr.do(TransferAsked{"sari", c, Target{Agent: "dewi"}}, ShiftEnded{"sari"}, WrapUpFinished{"sari", c, "listened"})
		tr.mustBe("sari", Offline)
		tr.mustPhase(c, waiting)
		if n := find(tr.all, "Prompts:[no-language]"); n != 0 {
			t.Fatal("asked though sari brings her to dewi")
		}
		tr.pass(20 * time.Second)
		if n := find(tr.all, "Prompts:[no-language]"); n != 1 {
			t.Fatal("not told when dewi did not come, either")
		}
	})
	t.Run("a later step that is taken early waives nothing", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) {
			r.Queues[0].Steps[0].Tiers = 1
			r.Agents[0].Tiers = []configs.Tier{{Queue: "hotline", Tier: 1}}
		}))
		tr.ready("sari")
		first := tr.call()
		tr.do(KeyPressed{first, '1'})
		tr.talk("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '2'}) // only sari speaks it, of a later tier, so that tier is taken at once
		if n := find(tr.all, "no-language"); n != 0 {
			t.Fatal("asked before the time of the step")
		}
		tr.pass(3 * time.Minute)
		if n := find(tr.all, "Prompts:[no-language]"); n != 1 {
			t.Fatal("not asked at the time of the step")
		}
	})
	t.Run("not when somebody is rung for her at once", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) { r.Queues[0].Steps[0].After = 0 }))
		tr.ready("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		if n := find(tr.all, "no-language"); n != 0 || tr.offered("sari") != c {
			t.Fatal("told that nobody is free while sari is rung")
		}
		tr.do(Declined{"sari", tr.offerID("sari")})
		tr.mustDo("Prompts:[no-language]")
	})
	t.Run("not while it rings when an edit makes the house speak two", func(t *testing.T) {
		one := house(func(r *configs.Routing) { r.Agents[0].Languages = nil })
		tr := newTrial(t, one)
		tr.ready("sari")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		if tr.offered("sari") != c {
			t.Fatal("a house of one language waits")
		}
		tr.do(RoutingChanged{Routing: house(func(r *configs.Routing) {
			r.Agents[0].Languages, r.Agents[1].Languages = nil, []string{"en"}
		}), Revision: 2})
		if n := find(tr.all, "no-language"); n != 0 || tr.offered("sari") != c {
			t.Fatal("asked while sari is rung")
		}
		tr.do(Declined{"sari", tr.offerID("sari")})
		tr.mustDo("Prompts:[no-language]")
	})
	t.Run("a call-back keeps what she said", func(t *testing.T) {
		said := needs{language: "en", gender: "f", topic: "legal", another: true, away: true}
		tr := newTrial(t, called(nil))
		first := tr.call()
		tr.s.contacts[first].needs = needs{language: "en", gender: "f", topic: "legal", another: true}
		tr.s.contacts[first].unmet = []string{unmetGender + " hotline"} // she chose to wait
		tr.s.contacts[first].line.order.regroup(tr.s.contacts[first])
		tr.choose(first)
		before := find(tr.all, "Ask {")
		tr.ready("sari")
		tr.do(ShiftEnded{"sari"})
		if find(tr.all, "Ask {") != before {
			t.Fatal("somebody is asked who is not on the phone")
		}
		var kept []KeptCallback
		var safety []SafetyProfile
		for _, e := range tr.all {
			switch e := e.(type) {
			case KeepCallback:
				kept = append(kept, e.Callback)
			case KeepSafety:
				safety = append(safety, e.Profile)
			}
		}
		if len(kept) == 0 {
			t.Fatal("not kept")
		}
		again := newTrial(t, called(nil))
		again.s.pseudonym, again.now = tr.s.pseudonym, tr.now
		again.do(CallbacksKept{List: kept[len(kept)-1:], Safety: safety})
		for _, tr := range []*trial{tr, again} {
			b := tr.s.callbacks[first]
			if b == nil || b.entry.needs != said {
				t.Fatalf("%+v", b)
			}
		}
		again.s.agents["sari"].skills = skills{gender: "f", languages: []string{"id"}, topics: []string{"legal"}}
		again.ready2("sari", t)
		back := again.s.contacts[again.dialBack("sari")]
		if back.needs.away || !back.needs.another || back.needs.gender != "f" {
			t.Fatalf("on the phone she can be asked: %+v", back.needs)
		}
	})
	t.Run("so does a promise", func(t *testing.T) {
		tr, c := talkingTo(t, nil)
		tr.do(CallbackPromised{"sari", c, true}, SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
		if b := tr.s.callbacks[c]; b == nil || !b.entry.needs.away {
			t.Fatalf("%+v", b)
		}
	})
	t.Run("one language", func(t *testing.T) {
		tr := newTrial(t, house(func(r *configs.Routing) { r.Agents[0].Languages = nil }))
		tr.ready("dewi")
		c := tr.call()
		tr.do(KeyPressed{c, '2'})
		tr.mustNotDo("no-language")
		tr.mustBe("dewi", Offered)
	})
	t.Run("a call-back cannot be asked", func(t *testing.T) {
		for drops, state := range map[bool]AgentState{true: Offered, false: Ready} {
			tr := newTrial(t, house(func(r *configs.Routing) {
				r.Outgoing = outgoing(nil).Outgoing
				r.Queues[0].Ladder = []configs.Rung{{After: dur(time.Minute), Prompt: "choices", Choices: []configs.Option{{Key: "2", Do: configs.DoCallback}}}}
				if !drops {
					r.Queues[0].Steps = nil
				}
			}))
			tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"})
			c := tr.call()
			tr.do(KeyPressed{c, '2'})
			tr.choose(c)
			tr.do(ShiftEnded{"sari"})
			tr.do(SessionOpened{"dewi"}, ShiftStarted{"dewi"}, PathProven{"dewi"}, ReadyAsked{"dewi"})
			tr.mustBe("dewi", state)
		}
	})
}
