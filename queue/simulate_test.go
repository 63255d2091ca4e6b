package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sahut/configs"
)

// simDays is how many random days the simulation runs.
const simDays = 2000

// TestSimulation runs two thousand days of a hotline nobody planned: callers who
// hang up anywhere, volunteers who sleep, decline, lose their network and press
// everything, admins who edit meanwhile, channels that answer late, twice or
// never. After each event all structural invariants hold (check), after each
// entry the conservation laws (Audit); at the end of a day everybody is gone,
// every call has one outcome and its record matches what the simulation saw.
func TestSimulation(t *testing.T) {
	var next, events, calls atomic.Int64
	var outcomes, results sync.Map
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for !t.Failed() {
				seed := next.Add(1)
				if seed > simDays {
					return
				}
				day := newDay(t, uint64(seed))
				day.run()
				events.Add(int64(day.events))
				calls.Add(int64(len(day.calls)))
				for o, n := range day.audit.totals.Outcomes {
					v, _ := outcomes.LoadOrStore(o, new(atomic.Int64))
					v.(*atomic.Int64).Add(int64(n))
				}
				for r, n := range day.results {
					v, _ := results.LoadOrStore(r, new(atomic.Int64))
					v.(*atomic.Int64).Add(int64(n))
				}
			}
		})
	}
	group.Wait()
	seen := map[Outcome]int64{}
	outcomes.Range(func(k, v any) bool { seen[k.(Outcome)] = v.(*atomic.Int64).Load(); return true })
	t.Logf("%d days, %d events, %d calls, outcomes %v", simDays, events.Load(), calls.Load(), seen)
	for _, o := range []Outcome{OutcomeAnswered, OutcomeAbandoned, OutcomeAbandonedShort, OutcomeClosed, OutcomeRefusedFull, OutcomeBlocked, OutcomeFailedMedia, OutcomeSystem, OutcomeUnreached, OutcomeVoicemail} {
		if seen[o] == 0 {
			t.Errorf("no call ended %s: the simulation is too tame", o)
		}
	}
	for _, want := range []string{
		"queue:ok", "agent:ok", "agent:timeout", "agent:declined", "agent:ring_failed", "agent:caller_left", "number:ok", "number:busy", "number:no_answer",
		"refused:transfer_unknown", "refused:transfer_not_allowed", "refused:dial_not_allowed", "refused:dial_busy", "refused:dial_limit", "dial:dial_not_now", "dial:dial_limit", "ring:phone", "ring:mobile", "drill",
		"menu:timeout", "menu:1", "menu:9", "rung", "choice:language", "choice:stay", "choice:queue", "choice:number", "choice:message", "choice:gender", "quick_exit", "queue.opened", "queue.closed", "at_closing:yes", "at_closing:no", "exit:hours", "exit:closed_now", "diverted:ok", "diverted:busy",
		"block.hit:message", "block.hit:low_class", "block.hit:supervisor_only", "block.passed:key", "block.expired:", "flood.hit:message", "flood.hit:low_class", "silent.answered:yes", "silent.answered:no", "abusive",
		"callback.denied:withheld", "callback.queued", "callback.hurried", "callback.dialled", "callback.missed", "callback.missed:quick_exit", "callback.reached", "callback.expired", "callback.refused:safety_no", "callback.cancelled:called",
		"callback.failed:attempts", "callback.failed:per_day", "callback.failed:other_person", "callback.failed:queue_deleted", "safety.noted:asked", "safety.noted:volunteer", "safety.noted:admin",
		"safety.asked:yes", "safety.asked:no", "safety.asked:unknown", "told:talk_safety_missing", "finished:helped", "message:callback", "debrief.asked:on", "debrief.asked:off", "debrief.held:",
		"consult:agent:ok", "consult:agent:merged", "consult:agent:back", "consult:agent:timeout", "consult:agent:declined", "consult:agent:call_over", "consult:agent:agent_lost", "consult:agent:transfer", "consult:agent:left", "consult:queue:ok", "consult:queue:merged",
		"consult:number:ok", "consult:number:merged", "consult:number:busy", "consult:number:back", "consult:refused:consult_nobody", "consult:refused:consult_not_now", "consult:refused:transfer_not_allowed", "consult:refused:dial_busy",
		"room.joined:colleague", "room.joined:number", "room.joined:supervisor", "room.merged", "room.left:colleague:completed", "room.left:supervisor:took_over",
		"supervise.started:listen", "supervise.started:take_over", "supervise.mode:whisper", "supervise.mode:barge", "supervise.mode:take_over", "supervise.ended:left", "supervise.ended:talk_over",
		"sos.called", "sos.answered", "sos.ended:talk_over", "sos.ended:took_over",
		"step", "resumed", "returned", "wish:same", "wish:never", "pause:decompression", "pause:load_break", "exit:full", "exit:expected_wait", "exit:ratio",
		"why:ringing", "why:other", "why:turn", "why:never", "why:declined", "why:gender", "why:language", "why:topic", "why:tier", "why:supervisor", "why:mobile", "why:limit", "why:offline", "why:paused", "why:wrapup", "why:talking", "why:unreachable", "why:handover", "why:connecting", "why:shift_ending",
		"shift.planned", "shift.late", "shift.missed", "told:shift_soon", "told:shift_ending", "told:shift_over",
	} {
		if _, ok := results.Load(want); !ok {
			t.Errorf("there was never %s: the simulation is too tame", want)
		}
	}
}

// day is one random day: a trial and a world that answers its orders.
type day struct {
	*trial
	rnd     *rand.Rand
	plans   *rand.Rand // of the shift plan
	routing configs.Routing
	agents  []AgentID
	world   []reply // what will happen because of orders, not sorted
	heard   map[ContactID]bool
	events  int
	gone    map[ContactID]bool
	results map[string]int // how transfers, dialling and rings went
	asks    int            // how many in a hundred need something
	lost    int            // … orders are never answered
	once    bool           // one number, one call at a time
	numbers map[ContactID]string
	safely  map[string]bool    // contact and agent who noted whether she could talk safely
	spoke   map[ContactID]bool // left a message
	closing map[ContactID]bool // was asked about a call-back because her queue closed
	watch   func(Effect)
	seen    func() // after each event
}

// reply is an event the world will post.
type reply struct {
	at time.Time
	ev Event
}

func newDay(t testing.TB, seed uint64) *day {
	d := &day{rnd: rand.New(rand.NewPCG(seed, 77)), plans: rand.New(rand.NewPCG(seed, 78)), heard: map[ContactID]bool{}, gone: map[ContactID]bool{}, closing: map[ContactID]bool{}, results: map[string]int{}, numbers: map[ContactID]string{}, safely: map[string]bool{}, spoke: map[ContactID]bool{}, asks: 30, lost: 3}
	d.routing = d.document()
	d.trial = newTrial(t, d.routing)
	d.keep = false
	for i := range 7 {
		d.agents = append(d.agents, AgentID(fmt.Sprintf("v%d", i)))
	}
	return d
}

func (d *day) chance(percent int) bool { return d.rnd.IntN(100) < percent }

func (d *day) seconds(most int) time.Duration {
	return time.Duration(d.rnd.IntN(most*1000)) * time.Millisecond
}

// run is the day: a random happening, some time, the replies and deadlines
// that fall due, and so on; then everybody goes home.
func (d *day) run() {
	for range 60 + d.rnd.IntN(60) {
		d.advance(d.pause())
		d.post(d.happening())
	}
	d.post(DrainStarted{})
	d.advance(30 * time.Minute)
	for _, a := range d.agents {
		if g := d.s.agents[a]; g != nil && g.contact != nil {
			d.post(HangUpAsked{a, g.contact.id})
		}
	}
	d.advance(30 * time.Minute)
	for _, b := range d.s.callbacksInOrder() {
		d.post(CallbackCancelled{ID: b.id, By: "admin"})
	}
	for _, a := range d.agents {
		d.post(ShiftEnded{a})
		d.post(SessionLost{a})
	}
	d.advance(time.Hour)
	for _, id := range slices.Sorted(maps.Keys(d.s.blocks.byID)) {
		d.post(BlockRemoved{id, "admin"})
	}
	d.closed()
}

func (d *day) pause() time.Duration {
	if d.chance(40) {
		return d.seconds(2)
	}
	return d.seconds(25)
}

// closed: at night nothing is left over.
func (d *day) closed() {
	totals := d.audit.Totals()
	if len(d.s.contacts) != 0 || len(d.s.offers) != 0 || totals.InProgress != 0 {
		d.Fatalf("at night %d contacts, %d offers, %d in progress", len(d.s.contacts), len(d.s.offers), totals.InProgress)
	}
	sum := uint64(0)
	for o, n := range totals.Outcomes {
		sum += n
		if got := d.s.tally.outcomes[o] + d.s.tally.outgoing[o]; n != got {
			d.Fatalf("journal has %d %s, snapshot %d", n, o, got)
		}
	}
	if sum != totals.Arrived+totals.Dialled || int(sum) != len(d.calls) {
		d.Fatalf("%d arrived, %d dialled, %d ended, %d records", totals.Arrived, totals.Dialled, sum, len(d.calls))
	}
	if d.s.charges != 0 || len(d.s.awaiting) != 0 || len(d.s.drills) != 0 || len(d.rings) != 0 || len(d.legs) != 0 {
		d.Fatalf("at night %d outgoing legs, %d await somebody, %d drills, phones %v ring, %v are up", d.s.charges, len(d.s.awaiting), len(d.s.drills), d.rings, d.legs)
	}
	for _, a := range d.s.agents {
		if a.state != Offline {
			d.Fatalf("%s is still %s", a.id, a.state)
		}
	}
	for id, c := range d.calls {
		if c.Ended == nil || (c.Outcome == OutcomeAnswered) != d.heard[id] && c.Outcome != OutcomeSystem {
			d.Fatalf("record %+v, two-way sound %v", c, d.heard[id])
		}
	}
	if _, err := json.Marshal(d.s.snapshot(d.now)); err != nil {
		d.Fatal(err)
	}
	for _, l := range d.s.lines { // tomorrow is another day
		l.gate.disarm()
	}
	for _, a := range d.s.agents {
		if a.planned.turn.armed() != (a.planned.plan != nil) {
			d.Fatalf("the plan of %s would not be looked at again", a.id)
		}
		a.planned.turn.disarm()
	}
	if at, ok := d.s.next(); ok {
		d.Fatalf("a deadline is left for %s", at.Sub(d.now))
	}
}

// advance lets time go by; replies and deadlines happen in order.
func (d *day) advance(by time.Duration) {
	end := d.now.Add(by)
	for {
		first, at := -1, end
		for i, r := range d.world {
			if r.at.Before(at) {
				first, at = i, r.at
			}
		}
		if due, ok := d.s.next(); ok && !due.After(at) {
			if due.After(d.now) {
				d.now = due
			}
			d.post(Ticked{})
			continue
		}
		if first < 0 {
			break
		}
		ev := d.world[first].ev
		d.world[first] = d.world[len(d.world)-1]
		d.world = d.world[:len(d.world)-1]
		d.now = at
		d.post(ev)
	}
	d.now = end
}

// post applies ev and lets the world react to the orders.
func (d *day) post(ev Event) {
	if h, ok := ev.(HungUp); ok {
		d.gone[h.Contact] = true
	}
	if in, ok := ev.(Arrived); ok {
		if d.once && d.onLine(in.Caller.Reveal()) {
			in.Caller = Caller{}
			ev = in
		}
		d.numbers[in.Contact] = in.Caller.Reveal()
	}
	if c, ok := ev.(Connected); ok {
		if p := d.s.contacts[c.Contact]; p != nil && (p.phase == connecting || p.phase == dialling && p.calls == nil) && p.agent.id == c.Agent {
			d.heard[c.Contact] = true
		}
	}
	if m, ok := ev.(MuteAsked); ok && !m.On {
		if p := d.s.contacts[m.Contact]; p != nil && p.listens && p.phase == dialling && p.agent.id == m.Agent {
			d.heard[m.Contact] = true
		}
	}
	if e, ok := ev.(Established); ok {
		if c := d.s.contacts[e.Contact]; c != nil && c.phase == arriving && d.chance(d.asks) { // as a menu would
			c.needs = needs{language: []string{"", "id", "en", "jv"}[d.rnd.IntN(4)], gender: []string{"", "f", "m"}[d.rnd.IntN(3)], topic: []string{"", "legal"}[d.rnd.IntN(2)]}
		}
	}
	for _, e := range d.do(ev) {
		if d.watch != nil {
			d.watch(e)
		}
		if r, ok := e.(Record); ok {
			d.asksFirst(r.Entry)
		}
		d.react(e)
	}
	d.ask()
	d.events++
	if d.seen != nil {
		d.seen()
	}
}

// ask: the screen that asks why sees no wrong and changes nothing.
func (d *day) ask() {
	w := d.s.why(d.someone(), d.now)
	if w == nil {
		return
	}
	c := d.s.contacts[w.Contact]
	if b := d.s.callbacks[w.Contact]; b != nil && b.entry.phase == waiting {
		c = b.entry
	}
	if len(w.Agents) != len(c.line.members) || w.Place != c.line.order.place(c) {
		d.Fatalf("why says %+v", w)
	}
	for _, a := range w.Agents {
		g := d.s.agents[a.Agent]
		rings := g.offer != nil && g.offer.contact == c
		if a.Reason == "" || rings != (a.Reason == ExcludedRinging) {
			d.Fatalf("why says %+v of %s, who is %s", a, g.id, g.state)
		}
		d.results["why:"+string(a.Reason)]++
		if a.Reason == ExcludedTurn && len(c.offers) == 0 {
			d.Fatalf("%s may be rung for %s and is not", a.Agent, c.id)
		}
	}
}

func (d *day) later(within int, ev Event) {
	d.world = append(d.world, reply{d.now.Add(d.seconds(within)), ev})
}
