package queue

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// trial runs a state by hand: events in, effects out, a clock that only the
// test moves. Every event is followed by check, and every record goes through
// Audit, Fold and the ledger of a restart; phones and music are watched too.
type trial struct {
	testing.TB
	s     *state
	now   time.Time
	audit Audit
	calls map[ContactID]*Call
	kinds map[EntryKind]int
	seq   uint64
	last  []Effect // of the last event
	all   []Effect
	keep  bool // all
	n     int

	books ledger               // as a restart would make it
	rings map[AgentID]OfferID  // phones that ring
	legs  map[AgentID]bool     // phones that were picked up
	hears map[ContactID]string // music or a human
}

var day0 = time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)

func newTrial(t testing.TB, r configs.Routing) *trial {
	return &trial{TB: t, s: newState(r, 1, 1, day0), now: day0, calls: map[ContactID]*Call{}, kinds: map[EntryKind]int{}, keep: true,
		rings: map[AgentID]OfferID{}, legs: map[AgentID]bool{}, hears: map[ContactID]string{}}
}

// do applies events one after the other.
func (tr *trial) do(events ...Event) []Effect {
	tr.Helper()
	tr.last = nil
	for _, ev := range events {
		did := tr.s.apply(ev, tr.now)
		tr.last = append(tr.last, did...)
		if tr.keep {
			tr.all = append(tr.all, did...)
		}
		records := true
		for _, e := range did {
			r, ok := e.(Record)
			if ok && !records {
				tr.Fatalf("after %T: a record after other effects: %+v", ev, did)
			}
			if !ok {
				records = false
				continue
			}
			tr.kept(r.Entry)
		}
		err := tr.s.check()
		if tr.hears != nil {
			err = errors.Join(err, tr.watch(ev, did))
		}
		if err != nil {
			tr.Fatalf("after %T%+v at %s:\n%v", ev, ev, tr.now.Sub(day0), err)
		}
		if v := tr.audit.violations; len(v) > 0 {
			tr.Fatalf("after %T%+v at %s: %v", ev, ev, tr.now.Sub(day0), v[0])
		}
	}
	return tr.last
}

func (tr *trial) kept(e Entry) {
	tr.seq++
	e.Seq = tr.seq
	tr.audit.Add(e)
	tr.kinds[e.Kind]++
	tr.books.add(e, e.At)
	if e.Kind == CallArrived || e.Kind == CallDialled {
		tr.calls[e.Contact] = &Call{}
	}
	if c := tr.calls[e.Contact]; c != nil {
		Fold(c, e)
	}
}

// pass lets time go by; every deadline on the way fires at its time.
func (tr *trial) pass(d time.Duration) {
	tr.Helper()
	end := tr.now.Add(d)
	for rounds := 0; ; rounds++ {
		at, ok := tr.s.next()
		if !ok || at.After(end) {
			break
		}
		if rounds > 100_000 {
			tr.Fatalf("deadlines without end at %s", tr.now.Sub(day0))
		}
		if at.After(tr.now) {
			tr.now = at
		}
		tr.do(Ticked{})
	}
	tr.now = end
}

// ready takes agents through start of shift, check and Ready.
func (tr *trial) ready(agents ...AgentID) {
	tr.Helper()
	for _, a := range agents {
		tr.do(SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a})
		tr.mustBe(a, Ready)
	}
}

const hotlineNumber = "0213903963"

// call brings a caller into her line.
func (tr *trial) call() ContactID {
	tr.Helper()
	id := tr.knock(hotlineNumber)
	tr.do(Established{id})
	return id
}

func (tr *trial) knock(dialled string) ContactID {
	tr.Helper()
	tr.n++
	id := ContactID(fmt.Sprintf("C%d", tr.n))
	tr.do(Arrived{Contact: id, Channel: Voice, Dialled: dialled, Caller: NewCaller("+6281234567890")})
	return id
}

// talk brings a caller to the agent who rings, and connects.
func (tr *trial) talk(a AgentID) ContactID {
	tr.Helper()
	id := tr.offered(a)
	tr.accept(a)
	tr.do(Connected{id, a})
	tr.mustBe(a, Talking)
	return id
}

func (tr *trial) accept(a AgentID) {
	tr.Helper()
	tr.do(Accepted{Agent: a, Offer: tr.offerID(a)})
}

// offered returns the contact that rings for a.
func (tr *trial) offered(a AgentID) ContactID {
	tr.Helper()
	o := tr.s.agents[a].offer
	if o == nil {
		tr.Fatalf("%s is %s, nothing rings", a, tr.s.agents[a].state)
	}
	return o.contact.id
}

func (tr *trial) offerID(a AgentID) OfferID {
	tr.Helper()
	tr.offered(a)
	return tr.s.agents[a].offer.id
}

func (tr *trial) mustBe(a AgentID, want AgentState) {
	tr.Helper()
	if got := tr.s.agents[a].state; got != want {
		tr.Fatalf("%s is %s, want %s", a, got, want)
	}
	if v := tr.s.view(tr.s.agents[a]); v.State != want {
		tr.Fatalf("%s's screen shows %s, want %s", a, v.State, want)
	}
}

func (tr *trial) phase(c ContactID) string {
	if c := tr.s.contacts[c]; c != nil {
		return c.phase.String()
	}
	return "over"
}

func (tr *trial) mustPhase(c ContactID, want phase) {
	tr.Helper()
	if got := tr.phase(c); got != want.String() {
		tr.Fatalf("contact %s is %s, want %s", c, got, want)
	}
}

func (tr *trial) mustEnd(c ContactID, want Outcome) *Call {
	tr.Helper()
	tr.mustPhase(c, over)
	if got := tr.calls[c]; got.Outcome != want {
		tr.Fatalf("contact %s ended %s, want %s", c, got.Outcome, want)
	}
	return tr.calls[c]
}

// find returns the effects of the last event or of all that print like want,
// e.g. "queue.Connect{Contact:C1 Agent:sari}".
func find(list []Effect, want string) (n int) {
	for _, e := range list {
		if strings.Contains(show(e), want) {
			n++
		}
	}
	return n
}

func show(e Effect) string {
	if r, ok := e.(Record); ok {
		r.Entry.At = time.Time{}
		return fmt.Sprintf("Record %s %s %s %s %s pos=%d out=%s by=%s res=%s", r.Entry.Kind, r.Entry.Contact, r.Entry.Agent, r.Entry.Queue, r.Entry.Reason, r.Entry.Position, r.Entry.Outcome, r.Entry.By, r.Entry.Result)
	}
	return fmt.Sprintf("%s %+v", strings.TrimPrefix(fmt.Sprintf("%T", e), "queue."), e)
}

func (tr *trial) mustDo(want ...string) {
	tr.Helper()
	for _, w := range want {
		if find(tr.last, w) == 0 {
			var got []string
			for _, e := range tr.last {
				if _, ok := e.(Show); !ok {
					got = append(got, show(e))
				}
			}
			tr.Fatalf("no effect like %q in\n%s", w, strings.Join(got, "\n"))
		}
	}
}

func (tr *trial) mustNotDo(unwanted ...string) {
	tr.Helper()
	for _, w := range unwanted {
		if find(tr.last, w) > 0 {
			tr.Fatalf("an effect like %q", w)
		}
	}
}

func dur(d time.Duration) configs.Duration { return configs.Duration(d) }

// house is a document of two lines: hotline leads on to backup, backup to
// words. sari, dewi and ayu answer the hotline, dewi the backup too.
func house() configs.Routing {
	q := func(id string, exit configs.Exit) configs.Queue {
		return configs.Queue{
			ID: id, Label: strings.ToUpper(id), Strategy: "longest_idle", RingFor: dur(20 * time.Second), Greeting: "greeting", Music: "music-" + id,
			AnnounceEvery: dur(45 * time.Second), MaxWait: dur(10 * time.Minute), MaxWaitNobody: dur(2 * time.Minute), Exit: exit,
			WrapUp: dur(2 * time.Minute), WrapUpExtend: dur(time.Minute), ShortAbandon: dur(5 * time.Second),
		}
	}
	return configs.Routing{
		Numbers: []configs.Number{{Number: hotlineNumber, Queue: "hotline", Language: "id"}, {Number: "+62 21 555 0000", Queue: "backup", Language: "en"}},
		Queues:  []configs.Queue{q("hotline", configs.Exit{Queue: "backup"}), q("backup", configs.Exit{Words: "goodbye"})},
		Agents: []configs.Agent{
			{ID: "sari", Name: "Bintang", Queues: []string{"hotline"}},
			{ID: "dewi", Name: "Bulan", Queues: []string{"hotline", "backup"}},
			{ID: "ayu", Name: "Matahari", Queues: []string{"hotline"}},
		},
		PauseReasons: []configs.PauseReason{{Code: "break"}},
		Dispositions: []configs.Disposition{{Code: "listened"}, {Code: "referred"}},
	}
}

// with returns house changed by edit.
func with(edit func(*configs.Routing)) configs.Routing {
	r := house()
	edit(&r)
	return r
}
