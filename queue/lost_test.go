package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// What must hold whatever is lost on the way, and whoever is on shift when.

// proofWithin is how long a state may outlive what proved it.
const proofWithin = 35 * time.Second

// Days on which a good part of all orders is never answered, because a BYE, a
// CANCEL, a 200 or a browser's word was lost: whatever waits for such an answer
// gives up within 35 s of the time that people and telephones may take for it.
// The days are those of the simulation, so menus, ladders, messages, call-backs,
// blocks, transfers, guests and trial calls are among them.
func TestNothingOutlivesItsProof(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(300) {
		d := newDay(t, 10_000+seed)
		d.lost = 5 + int(seed%30)
		since := map[string]time.Time{}
		d.seen = func() {
			now := map[string]time.Time{}
			for _, p := range d.proofs() {
				if now[p.of] = since[p.of]; now[p.of].IsZero() {
					now[p.of] = d.now
					seen[p.kind]++
				}
				if long := d.now.Sub(now[p.of]); long > p.may+proofWithin {
					t.Fatalf("seed %d: %s for %v, at most %v and %v may be", seed, p.of, long, p.may, proofWithin)
				}
			}
			since = now
			for _, a := range d.s.agents {
				if a.contact != nil && d.s.contacts[a.contact.id] != a.contact {
					t.Fatalf("seed %d: %s talks with %s, who is gone", seed, a.id, a.contact.id)
				}
			}
		}
		d.run()
	}
	t.Log(seen)
	for _, want := range []string{
		"arriving", "connecting", "parked", "rejoining", "summoning", "dialling", "calling back", "answered", "listening", "forwarding", "outside", "recording", "closing", "ending",
		"asked", "transferred", "rung", "reconnecting", "guest rung", "guest joining", "number joining", "call-back", "drill",
	} {
		if seen[want] == 0 {
			t.Errorf("nobody was ever %s: the days are too tame", want)
		}
	}
}

// unproven is a state that lasts until somebody says something.
type unproven struct {
	kind string
	of   string        // what is, and whose
	may  time.Duration // how long people and telephones may take
}

// The times that people and telephones may take: what the states themselves
// promise, written down once more.
const (
	twoTimers    = 64 * time.Second // a PRACK and an ACK that never come: Timer H each
	longWords    = 5 * time.Minute  // the longest closing words
	longQuestion = 3*time.Minute + 10*time.Second
	oneRing      = 45 * time.Second // of a number that is called
	longRing     = 2 * time.Minute  // of a number a volunteer calls
	ownRing      = 30 * time.Second // of her own telephone
	oneListen    = time.Minute      // to who answered a call-back
)

// proofs are all states of the day that wait for an answer.
func (d *day) proofs() (all []unproven) {
	add := func(may time.Duration, kind, whose string) {
		all = append(all, unproven{kind, whose + " is " + kind, may})
	}
	longest := 25 * time.Second // of a ring; no document of the day has a longer one
	for _, c := range d.s.contacts {
		whose := string(c.id)
		switch c.phase {
		case arriving:
			add(twoTimers, "arriving", whose)
		case connecting, parked, rejoining, ending:
			add(0, c.phase.String(), whose)
		case summoning:
			add(ownRing, "summoning", whose)
		case dialling:
			switch {
			case c.listens:
				add(oneListen, "listening", whose)
			case c.answered:
				add(0, "answered", whose)
			case c.calls != nil:
				add(oneRing, "calling back", whose)
			default:
				add(longRing, "dialling", whose)
			}
		case forwarding:
			add(oneRing, "forwarding", whose)
		case outside: // the five minutes of the document, and another one to let somebody else talk
			add(6*time.Minute, "outside", whose)
		case recording:
			add(d.s.messages.Limit.D()+longWords, "recording", whose)
		case closing:
			add(longWords, "closing", whose)
		}
		if c.inquiry != nil {
			add(longQuestion, "asked", fmt.Sprintf("question %d of %s", c.asks, whose))
		}
		if c.awaits() != nil { // the time she waits, and a ring that began in it
			add(2*longest, "transferred", whose)
		}
		for _, p := range c.guests() {
			switch who := fmt.Sprintf("guest %d of %s", p.id, whose); {
			case p.stage == summoned:
				add(longest, "guest rung", who)
			case p.stage == joining && p.agent == nil:
				add(oneRing, "number joining", who)
			case p.stage == joining:
				add(0, "guest joining", who)
			}
		}
	}
	for _, a := range d.s.agents {
		switch {
		case a.state == Reconnecting:
			add(0, "reconnecting", string(a.id))
		case a.offer != nil:
			add(longest, "rung", fmt.Sprintf("offer %d of %s", a.offer.id, a.id))
		}
	}
	for id, b := range d.s.callbacks {
		if b.call == nil {
			add(max(0, b.expires.Sub(b.queued)), "call-back", string(id))
		}
	}
	for id := range d.s.drills {
		add(90*time.Second, "drill", string(id))
	}
	return all
}

// The rare ones one by one: every answer to an order is lost, and 35 s
// after people have had their time whoever waited for it is free.
func TestAnswerIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		to  func(*testing.T) *trial
		may time.Duration
	}{
		"to the ring of her own phone, before a number is dialled": {func(t *testing.T) *trial {
			tr := newTrial(t, outgoing(nil))
			tr.do(SessionOpened{"sari"}, PhoneRegistered{"sari", true}, DeviceChosen{"sari", DevicePhone}, ShiftStarted{"sari"}, ReadyAsked{"sari"})
			tr.mustPhase(tr.dial("sari", "08123456789"), summoning)
			return tr
		}, ownRing},
		"to a call back": {func(t *testing.T) *trial {
			tr := newTrial(t, called(nil))
			tr.queued()
			tr.ready2("sari", t)
			tr.dialBack("sari")
			return tr
		}, oneRing},
		"of who answered a call back": {func(t *testing.T) *trial {
			tr := newTrial(t, called(nil))
			tr.queued()
			tr.ready2("sari", t)
			out := tr.dialBack("sari")
			tr.do(Ringing{out}, Established{out}, Connected{out, "sari"})
			return tr
		}, oneListen},
		"to a colleague who comes": {func(t *testing.T) *trial {
			tr, c := roomOf(t)
			tr.do(ConsultAsked{"sari", c, Target{Agent: "dewi"}})
			tr.do(Accepted{Agent: "dewi", Offer: OfferID(tr.guestID(c)), Page: true})
			tr.mustBe("dewi", Assisting)
			return tr
		}, 0},
		"to a supervisor who comes": {func(t *testing.T) *trial {
			tr, c := roomOf(t)
			tr.do(SuperviseAsked{"rina", c, ModeListen})
			tr.mustBe("rina", Assisting)
			return tr
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tr := c.to(t)
			busy := map[AgentID]AgentState{}
			for _, a := range tr.s.agents {
				busy[a.id] = a.state
			}
			tr.pass(c.may + proofWithin)
			if len(tr.s.contacts) > 1 { // whoever talks with sari goes on
				t.Errorf("%d contacts", len(tr.s.contacts))
			}
			freed := 0
			for _, a := range tr.s.agents {
				if a.guest != nil || a.contact != nil && a.contact.phase != talking {
					t.Errorf("%s is %s", a.id, a.state)
				}
				if busy[a.id] != a.state {
					freed++
				}
			}
			if freed == 0 {
				t.Error("nobody is free again")
			}
		})
	}
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Whatever shifts there are, whatever hours, and whatever a document says of
// menus, ladders, call-backs, blocks and transfers: nobody stays in a line for
// longer than max_wait, or max_wait_nobody while nobody works there, and one ring
// that is let finish; who waits when a line closes stays or goes as the line
// says; and who was led out has the outcome of that.
func TestEveryWaitEndsWhateverTheShifts(t *testing.T) {
	reasons := map[string]int{}
	for seed := range uint64(400) {
		d := newDay(t, 20_000+seed)
		w := &waits{day: d, seed: seed, crews: map[QueueID]crewOf{}, before: map[AgentID]presence{}, closed: map[QueueID]bool{}, mustGo: map[ContactID]stay{}, stayed: map[ContactID]stay{}, ledOut: map[ContactID]string{}, reasons: reasons}
		d.watch, d.seen = w.heard, w.look
		d.run()
		for id, c := range d.calls {
			if c.Ended == nil || c.Outcome == "" {
				t.Fatalf("seed %d: %s never ended: %+v", seed, id, c)
			}
		}
	}
	t.Log(reasons)
	for _, why := range []string{"max_wait", "nobody", closedByHours, closedNow, "kept at closing", "led out at closing", "ended closed", "ended voicemail"} {
		if reasons[why] < 5 {
			t.Errorf("%d exits by %s: the days are too tame", reasons[why], why)
		}
	}
}

// waits watches the lines of a day. It knows the document and who works, and
// nothing of how the desk keeps its deadlines.
type waits struct {
	*day
	seed    uint64
	crews   map[QueueID]crewOf // as they were after the last event
	before  map[AgentID]presence
	closed  map[QueueID]bool     // by the document and the clock
	mustGo  map[ContactID]stay   // whose line closed and leads out
	stayed  map[ContactID]stay   // as it was after the last event
	ledOut  map[ContactID]string // why; until they are in a line again
	reasons map[string]int

	revision uint64
	changed  time.Time // when that came into force
}

// stay is one in a line.
type stay struct {
	in    QueueID
	since time.Time
	due   time.Time // it must be over; zero: only by its length
	rang  bool      // for somebody, or was connecting
}

// lastRing is how long an exit may wait for a ring that is let finish: the
// longest of the document, a connection that fails, and some seconds.
const lastRing = 25*time.Second + 8*time.Second + 5*time.Second

// presence is how far callers may count on somebody: she works, or is on a break
// that counts until then.
type presence struct {
	works bool
	until time.Time
}

func (p presence) counts(now time.Time) bool { return p.works || p.until.After(now) }

// crewOf is who is there for a line.
type crewOf struct {
	works   bool
	members []AgentID
	left    time.Time // when the last who counted went
	until   time.Time // the end of the last break that counts
}

// alone is since when nobody is there; false while somebody works.
func (c crewOf) alone() (time.Time, bool) { return laterOf(c.left, c.until), !c.works }

// presenceOf restates the rule: a break counts for half an hour, who reconnects is
// what she was, and who does not respond, cannot be heard or has not begun is
// nobody.
func (w *waits) presenceOf(a *agent) presence {
	half := presence{until: a.since.Add(30 * time.Minute)}
	switch a.state {
	case Offline, Checking, NotResponding, MediaFault:
		return presence{}
	case Paused:
		return half
	case Reconnecting:
		if was := w.before[a.id]; was.works || was.until.IsZero() {
			return was
		}
		return half
	}
	return presence{works: true}
}

// muster looks who is there.
func (w *waits) muster() {
	now := map[AgentID]presence{}
	for id, a := range w.s.agents {
		now[id] = w.presenceOf(a)
	}
	for _, l := range w.s.lines {
		was, known := w.crews[l.id]
		crew := crewOf{left: was.left}
		if !known {
			crew.left = w.now
		}
		for _, a := range l.members {
			crew.members = append(crew.members, a.id)
			crew.works = crew.works || now[a.id].works
			crew.until = laterOf(crew.until, now[a.id].until)
		}
		for _, id := range was.members {
			gone := !slices.Contains(crew.members, id) || now[id] == (presence{})
			switch before := w.before[id]; {
			case gone && before.counts(w.now):
				crew.left = w.now
			case gone: // the end of her break stays what it was
				crew.left = laterOf(crew.left, before.until)
			}
			if w.before[id].works && !now[id].works {
				crew.left = w.now
			}
		}
		w.crews[l.id] = crew
	}
	w.before = now
}

// heard takes what an event led to.
func (w *waits) heard(e Effect) {
	r, ok := e.(Record)
	if !ok {
		return
	}
	switch e := r.Entry; e.Kind {
	case QueueEntered:
		delete(w.ledOut, e.Contact)
	case LadderRung:
		w.reasons[e.Reason]++
		w.ledOut[e.Contact] = e.Reason
		w.early(e)
		if closing := e.Reason == closedByHours || e.Reason == closedNow; closing && w.stayed[e.Contact].in == e.Queue {
			if _, must := w.mustGo[e.Contact]; !must && w.leads(e.Queue) != configs.LeadOut {
				w.Fatalf("seed %d: %s was led out of %s, which keeps who waits when it closes", w.seed, e.Contact, e.Queue)
			}
		}
	case CallOver:
		why := w.ledOut[e.Contact]
		if why == "" || e.By != string(BySystem) || e.Reason == string(CausePanic) {
			return
		}
		w.reasons["ended "+string(e.Outcome)]++
		switch {
		case e.Outcome == OutcomeAnswered && w.day.heard[e.Contact]: // she was transferred, and then led out
		case e.Outcome == OutcomeClosed, e.Outcome == OutcomeVoicemail:
		case e.Outcome == OutcomeRefusedFull && slices.Contains([]string{"full", "expected_wait", "ratio"}, why):
		default:
			w.Fatalf("seed %d: %s was led out (%s) and ended %s", w.seed, e.Contact, why, e.Outcome)
		}
	}
}

// early: nobody is led out before her time.
func (w *waits) early(e Entry) {
	l, was := w.s.lineByID[e.Queue], w.stayed[e.Contact]
	if l == nil || was.in != l.id {
		return
	}
	due := w.now
	switch from, none := w.crews[l.id].alone(); {
	case was.rang: // decided before, and its ring was let finish
	case e.Reason == "max_wait":
		due = was.since.Add(l.set.MaxWait.D())
	case e.Reason == "nobody" && none:
		due = laterOf(was.since, from).Add(l.set.MaxWaitNobody.D())
	}
	if due.After(w.now) {
		w.Fatalf("seed %d: %s was led out of %s (%s) %v before her time", w.seed, e.Contact, l.id, e.Reason, due.Sub(w.now))
	}
}

func (w *waits) leads(id QueueID) string {
	if l := w.s.lineByID[id]; l != nil {
		return l.set.AtClosing
	}
	return ""
}

// look is after each event.
func (w *waits) look() {
	if w.revision != w.s.revision {
		w.revision, w.changed = w.s.revision, w.now
	}
	w.muster()
	for _, l := range w.s.lines {
		was := w.closed[l.id]
		if w.closed[l.id] = l.closedAt(w.now) != ""; w.closed[l.id] && !was {
			w.closes(l)
		}
	}
	clear(w.stayed)
	for _, c := range w.s.contacts {
		if !c.phase.inLine() || c.virtual != nil {
			continue
		}
		w.stayed[c.id] = stay{in: c.line.id, since: c.since, rang: len(c.offers) > 0 || c.phase == connecting}
		due, why := c.since.Add(c.line.set.MaxWait.D()), "max_wait"
		if from, none := w.crews[c.line.id].alone(); none {
			if alone := laterOf(from, c.since).Add(c.line.set.MaxWaitNobody.D()); alone.Before(due) {
				due, why = alone, "max_wait_nobody"
			}
		}
		if m := w.mustGo[c.id]; !m.due.IsZero() && m.since.Equal(c.since) && m.due.Before(due) {
			due, why = m.due, "the closing"
		}
		if late := w.now.Sub(laterOf(due, w.changed)); late > lastRing {
			w.Fatalf("seed %d: %s is %s in %s %v after %s", w.seed, c.id, c.phase, c.line.id, late, why)
		}
	}
}

// closes: who is in l now was there when it closed, or came by a rule of its own.
func (w *waits) closes(l *line) {
	for _, c := range l.order.list {
		if c.virtual != nil || w.stayed[c.id].in != l.id {
			continue
		}
		if l.set.AtClosing != configs.LeadOut {
			w.reasons["kept at closing"]++
			continue
		}
		w.mustGo[c.id] = stay{in: l.id, since: c.since, due: w.now}
	}
	for id, was := range w.stayed {
		if c := w.s.contacts[id]; was.in == l.id && l.set.AtClosing == configs.LeadOut && (c == nil || !c.phase.inLine()) {
			w.reasons["led out at closing"]++
		}
	}
}

// The places a caller is told never grow, and nobody is told a place that
// somebody else was told in the same moment of the same line.
func TestPropertyAnnouncedOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := newTrial(rapidTB{t: t}, with(func(r *configs.Routing) { r.Queues[0].MaxWait = dur(4 * time.Hour) }))
		told := map[ContactID]int{}
		watch := func() {
			at := map[string]ContactID{}
			for _, e := range tr.all {
				switch e := e.(type) {
				case Announce:
					if last, again := told[e.Contact]; again && e.Position >= last {
						t.Fatalf("%s was told %d after %d", e.Contact, e.Position, last)
					}
					told[e.Contact] = e.Position
					key := fmt.Sprint(tr.s.contacts[e.Contact].line.id, e.Position, tr.now)
					if other := at[key]; other != "" && other != e.Contact {
						t.Fatalf("%s and %s are both told %d", other, e.Contact, e.Position)
					}
					at[key] = e.Contact
				}
			}
			tr.all = nil
		}
		n := 0
		for range 40 {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				n++
				c := ContactID(fmt.Sprintf("C%d", n))
				tr.do(Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(fmt.Sprintf("+62811%07d", n))}, Established{c})
			case 2:
				if l := tr.s.lineByID["hotline"].order.list; len(l) > 0 {
					tr.do(HungUp{l[rapid.IntRange(0, len(l)-1).Draw(t, "who")].id, ByCaller, CauseNormal})
				}
			case 3:
				if a := tr.s.agents["sari"]; a.state == Offline {
					tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
				} else if a.offer != nil {
					tr.do(Accepted{Agent: "sari", Offer: a.offer.id})
				}
			}
			watch()
			for end := tr.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second); tr.now.Before(end); {
				at, ok := tr.s.next()
				if !ok || at.After(end) {
					tr.now = end
					break
				}
				tr.now = laterOf(tr.now, at)
				tr.do(Ticked{})
				watch()
			}
		}
	})
}
