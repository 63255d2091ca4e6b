package queue

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// script is a drawn sequence of events and of pauses between them. Drawn, not
// random: rapid shrinks a failing one to the shortest that still fails.
type script struct {
	steps []scriptStep
}

type scriptStep struct {
	wait time.Duration
	ev   func(tr *trial) Event
	name string
}

func drawScript(t *rapid.T) script {
	agents := rapid.SampledFrom([]AgentID{"sari", "dewi", "ayu"})
	contacts := rapid.IntRange(1, 6)
	var sc script
	for i := range rapid.IntRange(5, 60).Draw(t, "steps") {
		a := agents.Draw(t, "agent")
		c := ContactID(fmt.Sprintf("C%d", contacts.Draw(t, "contact")))
		offer := OfferID(rapid.IntRange(1, 12).Draw(t, "offer"))
		event := rapid.SampledFrom([]Event{
			Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber}, Established{c}, Established{c}, HungUp{c, ByCaller, CauseNormal},
			Connected{c, a}, Connected{c, a}, ConnectFailed{c, a, "peer"}, KeyPressed{c, '1'},
			SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a}, ReadyAsked{a}, SessionLost{a}, PathLost{Agent: a}, PauseAsked{a, "break"}, ShiftEnded{a},
			Accepted{Agent: a, Offer: offer}, Accepted{Agent: a, Offer: offer}, Declined{a, offer},
			Ringing{c}, Dialled{a, "08123456789"}, TransferAsked{a, c, Target{Queue: "backup"}}, TransferAsked{a, c, Target{Agent: "dewi"}}, TransferAsked{a, c, Target{Number: "112"}},
			Connected{Contact: c}, ConnectFailed{Contact: c, Stage: "busy"}, DeviceChosen{a, DevicePhone}, DeviceChosen{a, DeviceMobile}, DeviceChosen{a, DeviceBrowser},
			PhoneRegistered{a, true}, PhoneRegistered{a, false}, RingFailed{a, offer, "busy"}, PathLost{a, DevicePhone}, PathLost{a, DeviceMobile},
			HoldAsked{a, c}, ResumeAsked{a, c}, MuteAsked{a, c, true}, HangUpAsked{a, c}, WrapUpExtended{a, c}, WrapUpFinished{a, c, "listened"},
			DrainStarted{},
		}).Draw(t, "event")
		if rapid.IntRange(0, 9).Draw(t, "as shown") > 3 { // what a person would press now
			event = nil
		}
		step := scriptStep{wait: time.Duration(rapid.SampledFrom([]int{0, 0, 1, 3, 9, 21, 130}).Draw(t, "wait")) * time.Second, name: fmt.Sprint(i)}
		step.ev = func(tr *trial) Event {
			if event != nil {
				return event
			}
			return asShown(tr.s, a, c)
		}
		sc.steps = append(sc.steps, step)
	}
	return sc
}

// asShown is the event that brings agent a or contact c one step forward.
func asShown(s *state, a AgentID, c ContactID) Event {
	if p := s.contacts[c]; p == nil {
		return Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller("0811222333")}
	} else if p.phase == arriving {
		return Established{c}
	}
	g := s.agents[a]
	switch {
	case !g.session:
		return SessionOpened{a}
	case g.state == Offline:
		return ShiftStarted{a}
	case g.offer != nil:
		return Accepted{Agent: a, Offer: g.offer.id}
	case g.summons != 0:
		return Accepted{Agent: a, Offer: g.summons}
	case g.contact != nil && (g.contact.phase == connecting || g.contact.phase == rejoining || g.contact.phase == dialling):
		return Connected{g.contact.id, a}
	case g.contact != nil:
		return HangUpAsked{a, g.contact.id}
	case g.writing != nil:
		return WrapUpFinished{a, g.writing.contact, ""}
	case g.device == DevicePhone && !g.phone:
		return PhoneRegistered{a, true}
	case g.device == DeviceBrowser && !g.path:
		return PathProven{a}
	}
	return ReadyAsked{a}
}

// run plays sc; after each event look may look at what it led to.
func (sc script) run(t *rapid.T, tr *trial, look func(ev Event)) {
	known := map[ContactID]bool{}
	for _, step := range sc.steps {
		tr.pass(step.wait)
		ev := step.ev(tr)
		if in, ok := ev.(Arrived); ok { // an id is never used twice
			if known[in.Contact] {
				continue
			}
			known[in.Contact] = true
		}
		tr.do(ev)
		if look != nil {
			look(ev)
		}
	}
}

// rapidTB lets a trial fail a rapid.T, which shrinks.
type rapidTB struct {
	testing.TB
	t *rapid.T
}

func (r rapidTB) Helper()                   {}
func (r rapidTB) Fatalf(f string, a ...any) { r.t.Fatalf(f, a...) }
func (r rapidTB) Fatal(a ...any)            { r.t.Fatal(a...) }

func drawHouse(t *rapid.T) configs.Routing {
	return outgoing(func(r *configs.Routing) {
		r.Queues[0].Strategy = rapid.SampledFrom(slices.Sorted(maps.Keys(presets))).Draw(t, "strategy")
		r.Queues[0].MaxWaiting = rapid.SampledFrom([]int{0, 2}).Draw(t, "max_waiting")
	})
}

// Whatever happens: the invariants and laws hold after each event (trial), a
// contact connects to one agent at a time and only to one whose offer she won,
// and callers are rung for in their order.
func TestPropertyLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, drawHouse(t))
		drawScript(t).run(t, tr, func(ev Event) {
			if n := find(tr.last, "Connect {"); n > 1 {
				t.Fatalf("%T led to %d connects", ev, n)
			}
			if acc, ok := ev.(Accepted); ok && find(tr.last, "Connect {") == 1 && find(tr.last, fmt.Sprintf("Agent:%s}", acc.Agent)) == 0 {
				t.Fatalf("%+v connected somebody else", ev)
			}
			inOrder(t, tr)
		})
	})
}

// inOrder: with one ring at a time, whoever rings has nobody before her who
// could ring instead.
func inOrder(t *rapid.T, tr *trial) {
	for _, l := range tr.s.lines {
		ahead := []*contact{}
		for _, c := range l.order.list {
			for _, o := range c.offers {
				for _, b := range ahead {
					if o.made.Equal(tr.now) && b.passed[o.agent.id] == nil && b.since.Before(o.made) && !b.everRung(tr, o) {
						t.Fatalf("%s rings %s, though %s waits before her", o.agent.id, c.id, b.id)
					}
				}
			}
			if c.phase == waiting && len(c.offers) == 0 && c.exitDue == "" {
				ahead = append(ahead, c)
			}
		}
	}
}

// everRung excuses a caller whose own ring ended in the very same moment.
func (c *contact) everRung(tr *trial, o *offer) bool {
	return find(tr.last, fmt.Sprintf("Record offer.ended %s", c.id)) > 0 || find(tr.last, fmt.Sprintf("Record offer.media_failed %s", c.id)) > 0
}

// Nobody is stuck: left alone for a day, every caller has gone out by the
// exit, and with a finger on each button every agent is free again.
func TestPropertyNobodyIsStuck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, drawHouse(t))
		drawScript(t).run(t, tr, nil)
		tr.pass(24 * time.Hour)
		for _, c := range tr.s.contacts {
			if !c.phase.withAgent() {
				t.Fatalf("contact %s is %s after a day", c.id, c.phase)
			}
		}
		for _, a := range []AgentID{"sari", "dewi", "ayu"} {
			g := tr.s.agents[a]
			switch g.state {
			case Offered, Reconnecting, WrapUp:
				t.Fatalf("%s is %s after a day", a, g.state)
			}
			if g.contact != nil {
				tr.do(HangUpAsked{a, g.contact.id})
				tr.pass(time.Hour)
			}
			tr.do(ShiftEnded{a})
			tr.mustBe(a, Offline)
		}
		if len(tr.s.contacts) > 0 || len(tr.s.offers) > 0 {
			t.Fatalf("%d contacts, %d offers left", len(tr.s.contacts), len(tr.s.offers))
		}
	})
}

// The same events at the same times lead to the same effects: a replay is the
// truth.
func TestPropertyReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		house, sc := drawHouse(t), drawScript(t)
		run := func() []Effect {
			tr := newTrial(rapidTB{t: t}, house)
			sc.run(t, tr, nil)
			tr.pass(time.Hour)
			return tr.all
		}
		a, b := run(), run()
		if !reflect.DeepEqual(a, b) {
			for i := range a {
				if i >= len(b) || !reflect.DeepEqual(a[i], b[i]) {
					t.Fatalf("effect %d: %s\nthen %s", i, show(a[i]), strings.Join([]string{fmt.Sprint(len(a)), fmt.Sprint(len(b))}, " "))
				}
			}
			t.Fatal("the second run did more")
		}
	})
}

// 50 volunteers press Answer in the same moment, in any order, again and again:
// one is connected, 49 are told who was faster, nobody misses anything.
func TestFiftyAcceptAtOnce(t *testing.T) {
	r := with(func(r *configs.Routing) {
		r.Queues[0].Strategy, r.Queues[0].WrapUp = "ring_all", 0
		r.Agents = nil
		for i := range 50 {
			r.Agents = append(r.Agents, configs.Agent{ID: fmt.Sprintf("v%d", i), Name: fmt.Sprintf("Alias %d", i), Queues: []string{"hotline"}})
		}
	})
	tr := newTrial(t, r)
	var ids []AgentID
	for _, a := range r.Agents {
		ids = append(ids, AgentID(a.ID))
	}
	tr.ready(ids...)
	winners := map[AgentID]int{}
	const rounds = 50 // each event with all invariants; TestOneOfFiftyWins does the many
	for round := range rounds {
		c := tr.call()
		var accepts []Event
		for _, a := range ids {
			accepts = append(accepts, Accepted{Agent: a, Offer: tr.offerID(a)})
		}
		shuffle(accepts, uint64(round))
		tr.all = nil
		tr.do(accepts...)
		if n := find(tr.all, "Connect {"); n != 1 {
			t.Fatalf("round %d: %d connects", round, n)
		}
		if n := find(tr.all, "Code:answered_elsewhere"); n != 2*49 { // once rescinded, once for the late click
			t.Fatalf("round %d: %d were told", round, n)
		}
		winner := tr.s.contacts[c].agent.id
		if winner != accepts[0].(Accepted).Agent {
			t.Fatalf("round %d: the first was %s, %s won", round, accepts[0].(Accepted).Agent, winner)
		}
		winners[winner]++
		tr.do(Connected{c, winner}, HungUp{c, ByCaller, CauseNormal})
		for _, a := range ids {
			tr.mustBe(a, Ready)
			if tr.s.agents[a].misses != 0 {
				t.Fatalf("%s has a miss", a)
			}
		}
	}
	if len(winners) < 20 {
		t.Fatalf("only %d ever won", len(winners))
	}
}

// The same ten thousand times, with an eye on the winner alone.
func TestOneOfFiftyWins(t *testing.T) {
	r := crew("", func(r *configs.Routing) { r.Queues[0].Strategy = "ring_all" })
	for i := range 50 {
		r.Agents = append(r.Agents, configs.Agent{ID: fmt.Sprintf("v%d", i), Queues: []string{"hotline"}})
	}
	s := newState(r, 1, 1, day0)
	for _, a := range r.Agents {
		a := AgentID(a.ID)
		for _, ev := range []Event{SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a}} {
			s.apply(ev, day0)
		}
	}
	for round := range 10_000 {
		c := ContactID(fmt.Sprintf("C%d", round))
		s.apply(Arrived{Contact: c, Dialled: hotlineNumber}, day0)
		s.apply(Established{c}, day0)
		var accepts []Event
		for _, o := range s.contacts[c].offers {
			accepts = append(accepts, Accepted{Agent: o.agent.id, Offer: o.id})
		}
		shuffle(accepts, uint64(round))
		connects, told := 0, map[AgentID]int{}
		for _, ev := range accepts {
			for _, e := range s.apply(ev, day0) {
				switch e := e.(type) {
				case Connect:
					connects++
					if want := accepts[0].(Accepted).Agent; e.Agent != want || e.Contact != c {
						t.Fatalf("round %d: %s was first, %s won", round, want, e.Agent)
					}
				case Notify:
					if e.Notice.Code == AnsweredElsewhere {
						told[e.Agent]++
					}
				}
			}
		}
		if len(accepts) != 50 || connects != 1 || len(told) != 49 {
			t.Fatalf("round %d: %d accepts, %d connects, %d told", round, len(accepts), connects, len(told))
		}
		s.apply(HungUp{c, ByCaller, CauseNormal}, day0)
	}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
}

func shuffle(list []Event, seed uint64) {
	for i := len(list) - 1; i > 0; i-- {
		seed = seed*6364136223846793005 + 1442695040888963407
		j := int(seed>>33) % (i + 1)
		list[i], list[j] = list[j], list[i]
	}
}
