package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
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

// document makes a valid routing document: any number of lines, whose exits
// lead to later lines or to words.
func (d *day) document() configs.Routing {
	strategies := []string{"longest_idle", "ring_all", "round_robin", "unknown", "fewest_calls", "least_talk", "linear", "random", "weighted_random", "ring_n", "ring_progressive"}
	all := []string{"hotline", "night", "english", "backup"}
	n := 1 + d.rnd.IntN(len(all))
	first := d.rnd.IntN(len(all) - n + 1)
	names := all[first : first+n]
	var r configs.Routing
	for i, id := range names {
		q := configs.Queue{
			ID: id, Label: id, Strategy: strategies[d.rnd.IntN(len(strategies))], Music: "music",
			RingFor: dur(5*time.Second + d.seconds(20)), AnnounceEvery: dur(d.seconds(60)),
			MaxWait: dur(10*time.Second + d.seconds(300)), MaxWaitNobody: dur(5*time.Second + d.seconds(60)),
			WrapUp: dur(d.seconds(60)), WrapUpExtend: dur(d.seconds(60)), ShortAbandon: dur(5 * time.Second),
			Exit: configs.Exit{Words: "closing"},
		}
		if d.chance(40) {
			q.MaxWaiting = 1 + d.rnd.IntN(4)
		}
		if d.chance(20) {
			q.WrapUp, q.AnnounceEvery = 0, 0
		}
		q.RingN, q.RingStep, q.Weight = d.rnd.IntN(4), dur(time.Second+d.seconds(9)), d.rnd.IntN(3)
		if d.chance(60) {
			q.Steps = d.steps(strategies)
		}
		if d.chance(60) {
			q.ResumeFor, q.DropReturnFor = dur(d.seconds(300)), dur(d.seconds(600))
		}
		if d.chance(20) {
			q.MaxExpectedWait, q.MaxRatio = dur(10*time.Second+d.seconds(100)), float64(d.rnd.IntN(3))
		}
		if i+1 < len(names) && d.chance(50) {
			q.Exit = configs.Exit{Queue: names[i+1+d.rnd.IntN(len(names)-i-1)]}
		}
		d.flow(&q, names)
		r.Queues = append(r.Queues, q)
		r.Numbers = append(r.Numbers, configs.Number{Number: "021390396" + fmt.Sprint(i), Queue: id, Menu: []string{"", "main"}[d.rnd.IntN(2)]})
	}
	for i := range 7 {
		if d.chance(15) {
			continue
		}
		a := configs.Agent{ID: fmt.Sprintf("v%d", i), Name: fmt.Sprintf("Alias %d", i), Dial: d.chance(60)}
		if d.chance(50) {
			a.Mobile = fmt.Sprintf("+62811%07d", i)
		}
		for _, id := range names {
			if d.chance(60) {
				a.Queues = append(a.Queues, id)
				if d.chance(30) {
					a.Tiers = append(a.Tiers, configs.Tier{Queue: id, Tier: d.rnd.IntN(3)})
				}
			}
		}
		a.Gender = []string{"f", "m", ""}[d.rnd.IntN(3)]
		a.Languages = [][]string{nil, {"id"}, {"en"}, {"id", "en"}}[d.rnd.IntN(4)]
		a.Topics = [][]string{nil, {"legal"}}[d.rnd.IntN(2)]
		a.Weight, a.Supervisor = d.rnd.IntN(4), d.chance(15)
		r.Agents = append(r.Agents, a)
	}
	r.Menus = d.menus(names)
	r.Hours = d.hours()
	r.Flood = configs.Flood{PerNumber: max(0, d.rnd.IntN(20)-8), Withheld: max(0, d.rnd.IntN(10)-4), Within: dur(d.seconds(900)), Over: []string{"low_class", "words"}[d.rnd.IntN(2)]}
	r.Blocked = configs.Blocked{Prompt: "blocked", Queue: []string{"", "", "backup"}[d.rnd.IntN(3)]}
	r.PauseReasons = []configs.PauseReason{{Code: "break"}}
	r.Dispositions = []configs.Disposition{{Code: "listened", Kind: configs.Data}, {Code: "hard", Heavy: true, Kind: configs.NonData}}
	r.Care = configs.Care{HeavyRest: dur(d.seconds(120)), MaxHeavy: d.rnd.IntN(3), MaxContinuous: dur(d.seconds(1200))}
	r.Outgoing = configs.Outgoing{
		Allow: []string{"+62", "112"}, Deny: []string{"+62809"}, MaxAtOnce: 1 + d.rnd.IntN(4), MaxPerHour: 1 + d.rnd.IntN(6), MaxMinutes: 1 + d.rnd.IntN(5),
		MaxCostPerDay: float64(d.rnd.IntN(3)) * 5, Rates: []configs.Rate{{Prefix: "+62", PerMinute: 1.5}},
	}
	r.Shifts = d.shifts(r.Agents)
	return r
}

// shifts are a plan for some, in the hours a day of the simulation lasts.
func (d *day) shifts(agents []configs.Agent) configs.Shifts {
	some := func(most int) time.Duration { return time.Duration(d.plans.IntN(most)) * time.Second }
	clock := func(after time.Duration) string { return day0.Add(after).Format("15:04") }
	p := configs.Shifts{TimeZone: "UTC", Remind: dur(some(300)), LateAfter: dur(some(300)), SoftEnd: dur(some(900)), SoftWait: dur(some(60))}
	for _, a := range agents {
		if d.plans.IntN(10) < 7 {
			continue
		}
		from := some(600)
		p.Weekly = append(p.Weekly, configs.WeeklyShift{Agents: []string{a.ID}, Days: []string{"sun"}, From: clock(from), To: clock(from + 2*time.Minute + some(1200))})
	}
	if d.plans.IntN(10) == 0 {
		p.Dates = append(p.Dates, configs.DatedShift{Date: "2026-03-01", Off: true})
	}
	return p
}

// flow gives a line hours and a ladder.
func (d *day) flow(q *configs.Queue, names []string) {
	if d.chance(30) {
		q.Hours = []string{"office", "night"}[d.rnd.IntN(2)]
	}
	if d.chance(10) {
		q.Closed.Until = day0.Add(d.seconds(3600)).Format(time.RFC3339)
	}
	if d.chance(40) {
		q.WhenClosed = []configs.Exit{{Queue: names[d.rnd.IntN(len(names))]}, {Words: "sorry"}, {Message: true}}[d.rnd.IntN(3)]
	}
	q.Callback = configs.Callback{
		Window: dur(time.Minute + d.seconds(1800)), Attempts: 1 + d.rnd.IntN(3), Gap: dur(10*time.Second + d.seconds(120)),
		Expires: dur(time.Minute + d.seconds(2400)), PerDay: 1 + d.rnd.IntN(3), HideNumber: d.chance(50),
	}
	q.Supervision = d.chance(80)
	q.AtClosing = []string{configs.KeepWaiting, configs.LeadOut, configs.OfferBack}[d.rnd.IntN(3)]
	at := time.Duration(0)
	for range d.rnd.IntN(3) {
		r := configs.Rung{After: dur(at), Prompt: "choices"}
		if d.chance(80) {
			r.Choices = []configs.Option{
				{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}, {Key: "3", Do: configs.DoMessage},
				{Key: "4", Do: configs.DoQueue, Queue: names[d.rnd.IntN(len(names))]}, {Key: "5", Do: configs.DoNumber, Number: "112"},
			}
		}
		q.Ladder = append(q.Ladder, r)
		at += time.Second + d.seconds(40)
	}
}

func (d *day) menus(names []string) []configs.Menu {
	any := func() string { return names[d.rnd.IntN(len(names))] }
	return []configs.Menu{
		{ID: "main", Prompt: "menu", Repeat: d.rnd.IntN(2), Queue: any(), Choices: []configs.MenuChoice{
			{Key: "1", Danger: true}, {Key: "2", Language: "en"}, {Key: "3", Gender: "f", Queue: any()}, {Key: "9", Menu: "topics"},
		}},
		{ID: "topics", Prompt: "menu", Queue: any(), Choices: []configs.MenuChoice{{Key: "1", Topic: "legal"}, {Key: "2", Gender: "m"}, {Key: "9", Language: "id"}}},
	}
}

// hours change in the hours a day of the simulation lasts.
func (d *day) hours() []configs.Hours {
	clock := func(after time.Duration) string { return day0.Add(after.Truncate(time.Minute)).Format("15:04") }
	from := d.seconds(1800)
	everyDay := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	return []configs.Hours{
		{ID: "office", TimeZone: "UTC", Weekly: []configs.Window{{Days: everyDay, From: clock(from), To: clock(from + 2*time.Minute + d.seconds(1200))}}},
		{ID: "night", TimeZone: "Asia/Jakarta", Open24: true, Exceptions: []configs.Exception{{Date: "2026-03-02", Label: "x", Open: "closed"}}},
	}
}

// steps are one to three of them, as Validate lets them be.
func (d *day) steps(strategies []string) (steps []configs.Step) {
	at, tiers := time.Duration(0), 0
	for range 1 + d.rnd.IntN(3) {
		at += d.seconds(40)
		step := configs.Step{After: dur(at), Supervisors: d.chance(30), Mobiles: d.chance(30)}
		if d.chance(50) {
			tiers += d.rnd.IntN(2)
			step.Tiers = tiers
		}
		if d.chance(30) {
			step.Strategy = strategies[d.rnd.IntN(len(strategies))]
		}
		if d.chance(40) {
			step.Drop = append(step.Drop, []string{"language", "topic"}[d.rnd.IntN(2)])
		}
		steps = append(steps, step)
		at += time.Second
	}
	return steps
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

// react plays channels, and mostly well: now and then they answer late, twice,
// or never.
func (d *day) react(e Effect) {
	if r, ok := e.(Record); ok && (r.Entry.Kind == QueueWhy || r.Entry.Kind == MediaProof) {
		return // nobody reacts to it, the dice neither
	}
	if d.chance(d.lost) {
		return // never
	}
	switch e := e.(type) {
	case Answer:
		switch {
		case d.chance(85):
			d.later(2, Established{e.Contact})
		case d.chance(50):
			d.later(2, HungUp{e.Contact, BySystem, CauseNoCodec})
		default:
			d.later(3, HungUp{e.Contact, ByCaller, CauseCancel})
		}
	case Connect:
		if d.chance(88) {
			d.later(2, Connected(e))
		} else {
			d.later(12, ConnectFailed{e.Contact, e.Agent, "microphone"})
		}
		if d.chance(3) {
			d.later(30, Connected(e))
		}
	case Dial:
		d.later(4, Ringing{e.Contact})
		switch {
		case d.chance(60):
			d.later(40, Established{e.Contact})
			d.later(42, Connected{e.Contact, e.Agent})
		case d.chance(30):
			d.later(40, ConnectFailed{e.Contact, e.Agent, "peer"})
		case d.chance(70):
			d.later(20, HungUp{e.Contact, ByCaller, CauseBusy})
		}
	case Bring:
		switch {
		case d.chance(75):
			d.later(4, GuestJoined{e.Contact, e.Guest.ID})
		case d.chance(70):
			d.later(9, GuestLeft{e.Contact, e.Guest.ID, CauseBusy})
		}
		if d.chance(8) {
			d.later(90, GuestLeft{e.Contact, e.Guest.ID, CauseNormal})
		}
	case Promote:
		switch {
		case d.chance(80):
			d.later(2, Connected{e.Contact, e.Agent})
		case d.chance(60):
			d.later(3, ConnectFailed{e.Contact, e.Agent, "microphone"})
		}
	case Forward:
		switch {
		case d.chance(50):
			d.later(30, Connected{Contact: e.Contact})
		case d.chance(60):
			d.later(30, ConnectFailed{Contact: e.Contact, Stage: string(CauseBusy)})
		}
	case Ring:
		d.results["ring:"+string(e.Device)]++
		c := d.s.contacts[e.Contact]
		switch {
		case c != nil && c.awaits() != nil && d.chance(70): // rare enough without
			d.later(3, RingFailed{e.Agent, e.Offer, "busy"})
		case d.chance(60):
			d.later(10, Accepted{Agent: e.Agent, Offer: e.Offer})
		case d.chance(40):
			d.later(10, RingFailed{e.Agent, e.Offer, "busy"})
		case d.chance(30):
			d.later(10, Declined{e.Agent, e.Offer})
		}
	case KeepBlock:
		if d.chance(80) {
			d.later(1, BlockAdded(e))
		} else {
			d.later(1, BlockFailed(e))
		}
	case Record:
		d.note(e.Entry)
	case Notify:
		d.results["told:"+string(e.Notice.Code)]++
	case Ask:
		d.atClosing(e)
		if c := d.s.contacts[e.Contact]; c != nil && c.bar != nil && d.chance(40) {
			d.later(3, KeyPressed{e.Contact, '1'})
			d.later(3, KeyPressed{e.Contact, '1'})
		}
		d.later(9, Asked{e.Contact, e.Ask})
		switch {
		case slices.Contains(e.Prompts, safeQuestion) && d.chance(70):
			d.later(12, KeyPressed{e.Contact, '1'})
		case e.Prompts[0] == "choices" && d.chance(30):
			d.later(12, KeyPressed{e.Contact, '2'})
		case d.chance(55):
			d.later(12, KeyPressed{e.Contact, rune("123459"[d.rnd.IntN(6)])})
		case d.chance(10):
			d.later(9, KeyPressed{e.Contact, '0'})
			d.later(9, KeyPressed{e.Contact, '0'})
		}
	case TakeMessage:
		switch {
		case d.chance(60):
			d.later(60, MessageTaken{e.Contact, d.seconds(60), d.chance(80), false})
		case d.chance(50):
			d.later(30, MessageTaken{e.Contact, d.seconds(60), true, true})
			d.later(31, HungUp{e.Contact, ByCaller, CauseNormal})
		}
	case Close:
		d.later(20, HungUp{e.Contact, BySystem, CausePlayed})
	case End:
		d.later(2, HungUp(e))
	case Show:
		d.reactTo(e.Agent, e.View)
	}
}

// asksFirst: nobody who was helped is written off before it is noted whether she
// could talk safely (SC-6).
func (d *day) asksFirst(e Entry) {
	who := string(e.Contact) + string(e.Agent)
	switch {
	case e.Kind == DebriefCalled || e.Kind == DebriefOver:
		d.results[string(e.Kind)+":"+e.Result]++
	case e.Kind == MessageLeft:
		d.spoke[e.Contact] = true
	case e.Kind == CallbackQueued && d.spoke[e.Contact]:
		d.results["message:callback"]++
	case e.Kind == TalkSafetyNoted:
		d.results[string(e.Kind)+":"+e.Result]++
		d.safely[who] = true
	case e.Kind == WrapUpDone && e.Reason == "listened" && e.By == string(ByAgent):
		d.results["finished:helped"]++
		if !d.safely[who] && e.Contact[0] == 'C' { // those we called may be a service
			d.Fatalf("%s finished %s without an answer", e.Agent, e.Contact)
		}
	}
}

// atClosing remembers whom a queue that closes asks about a call-back.
func (d *day) atClosing(e Ask) {
	c := d.s.contacts[e.Contact]
	if c == nil || !slices.Contains(e.Prompts, safeQuestion) {
		delete(d.closing, e.Contact)
		return
	}
	if slices.ContainsFunc(d.last, func(did Effect) bool {
		r, ok := did.(Record)
		return ok && r.Entry.Kind == QueueClosed && r.Entry.Queue == c.line.id
	}) {
		d.closing[e.Contact] = true
		if d.plans.IntN(4) == 0 {
			d.world = append(d.world, reply{d.now.Add(time.Second), KeyPressed{e.Contact, '2'}})
		}
	}
}

// note remembers how things went, to see that the days are wild enough.
func (d *day) note(e Entry) {
	switch {
	case e.Kind == TransferDone && e.Reason == byLadder:
		d.results["diverted:"+e.Result]++
	case e.Kind == TransferDone && e.Reason == attended:
		kind, _, _ := strings.Cut(e.Target, ":")
		d.results["consult:"+kind+":"+e.Result]++
	case e.Kind == TransferBegun && e.Reason == attended && e.Result != "":
		d.results["consult:refused:"+e.Result]++
	case e.Kind == RoomJoined, e.Kind == SuperviseBegan, e.Kind == SuperviseMode, e.Kind == SuperviseOver, e.Kind == SosOver:
		d.results[string(e.Kind)+":"+e.Reason]++
	case e.Kind == RoomLeft:
		d.results["room.left:"+e.Reason+":"+e.Result]++
	case e.Kind == SosCalled, e.Kind == SosAnswered, e.Kind == RoomMerged:
		d.results[string(e.Kind)]++
	case e.Kind == TransferDone:
		kind, _, _ := strings.Cut(e.Target, ":")
		d.results[kind+":"+e.Result]++
	case e.Kind == TransferBegun && e.Result == "" && d.chance(15):
		d.later(5, HungUp{e.Contact, ByCaller, CauseNormal})
	case e.Kind == TransferBegun && e.Result != "":
		d.results["refused:"+e.Result]++
	case e.Kind == CallRefused && e.Direction == DirectionOut:
		d.results["dial:"+e.Reason]++
	case e.Kind == DrillOver:
		d.results["drill"]++
	case e.Kind == QueueStep:
		d.results["step"]++
	case e.Kind == QueueEntered && e.Result != "":
		d.results[e.Result]++
	case e.Kind == LadderRung:
		d.results["exit:"+e.Reason]++
	case e.Kind == StateChanged && e.To == Paused:
		d.results["pause:"+e.Reason]++
	case e.Kind == BlockMet || e.Kind == FloodMet || e.Kind == BlockPassed || e.Kind == BlockEnded || e.Kind == QuestionAnswered:
		d.results[string(e.Kind)+":"+e.Result]++
	case strings.HasPrefix(string(e.Kind), "callback."), e.Kind == SafetyNoted:
		d.results[string(e.Kind)]++
		d.results[string(e.Kind)+":"+e.Reason]++
	case e.Kind == ShiftPlanned || e.Kind == ShiftLate || e.Kind == ShiftMissed:
		d.results[string(e.Kind)]++
	case e.Kind == TalkEnded && e.Reason == abusive:
		d.results["abusive"]++
	case e.Kind == WishNoted:
		d.results["wish:"+e.Reason]++
	case e.Kind == MenuAnswered:
		d.results["menu:"+e.Result]++
	case e.Kind == LadderSaid:
		d.results["rung"]++
	case e.Kind == ChoiceMade && e.Reason == "safe" && d.closing[e.Contact]:
		d.results["at_closing:"+e.Result]++
	case e.Kind == ChoiceMade:
		d.results["choice:"+e.Reason]++
	case e.Kind == QueueOpened, e.Kind == QueueClosed:
		d.results[string(e.Kind)]++
	case e.Kind == CallOver && e.Reason == string(CauseQuickExit):
		d.results["quick_exit"]++
	}
}

// reactTo plays a volunteer who mostly does what her screen asks for.
func (d *day) reactTo(a AgentID, v AgentView) {
	d.talkSafety(a, v)
	d.debrief(a, v)
	switch {
	case v.Offer != nil && d.chance(50):
		d.later(8, Accepted{Agent: a, Offer: v.Offer.ID})
	case v.Offer != nil && v.Offer.Consult && d.chance(25):
		d.later(8, PathLost{Agent: a})
	case v.Offer != nil && d.chance(20):
		d.later(8, Declined{a, v.Offer.ID})
	case v.State == Checking && d.chance(70):
		d.later(5, PathProven{a})
	case (v.State == Paused || v.State == NotResponding || v.State == MediaFault) && d.chance(70):
		d.later(20, ReadyAsked{a})
	case v.State == Talking && v.Call != nil && d.chance(10):
		c := v.Call.Contact
		d.later(20, SilentAsked{a, c, "danger"})
		d.later(25, KeyPressed{c, []rune{'1', '2', '5'}[d.rnd.IntN(3)]})
		if d.chance(30) {
			d.later(30, []Event{AbuseEnded{a, c}, BlockAsked{a, c, "prank"}, SilentEnded{a, c}}[d.rnd.IntN(3)])
		}
	case v.Call != nil && (v.Call.Role != "" || v.Call.Third != nil) && d.chance(60):
		d.beside(a, v)
	case (v.State == Talking || v.State == Held) && v.Call.Third == nil && d.chance(15):
		to := d.target()
		if d.chance(50) {
			to = Target{Agent: d.agents[d.rnd.IntN(len(d.agents))]}
		}
		d.later(20, ConsultAsked{a, v.Call.Contact, to})
	case v.State == Talking && v.Call.Role == "" && d.chance(6):
		d.later(60, HungUp{v.Call.Contact, ByNetwork, CauseSilence})
	case v.State == Talking && d.chance(6):
		d.later(20, SosAsked{a, v.Call.Contact, true})
	case v.Floor != nil && v.Floor.May && len(v.Floor.Sos) > 0 && d.chance(40):
		d.later(20, SosAccepted{a, v.Floor.Sos[0].Contact})
	case v.Floor != nil && v.Floor.May && len(v.Floor.Talks) > 0 && d.chance(30):
		d.later(9, SuperviseAsked{a, v.Floor.Talks[d.rnd.IntN(len(v.Floor.Talks))].Contact, d.mode()})
	case v.Call != nil && v.Call.Listening:
		c := v.Call.Contact
		if d.plans.IntN(10) == 0 {
			at := d.now.Add(time.Second)
			d.world = append(d.world, reply{at, KeyPressed{c, '0'}}, reply{at.Add(time.Millisecond), KeyPressed{c, '0'}})
		}
		d.later(9, []Event{MuteAsked{a, c, false}, MuteAsked{a, c, false}, HangUpAsked{a, c}, OtherAnswered{a, c}, MuteAsked{a, c, true}}[d.rnd.IntN(5)])
	case v.State == Talking && v.Call != nil && d.chance(10):
		d.back(a, v.Call.Contact)
	case v.State == WrapUp && d.chance(15):
		d.back(a, v.WrapUp.Contact)
	case v.State == WrapUp && v.WrapUp.Rest && d.chance(50):
		d.later(5, RestAsked{a, v.WrapUp.Contact})
	case v.State == Talking && d.chance(30):
		d.later(60, HangUpAsked{a, v.Call.Contact})
	case (v.State == Talking || v.State == Held) && d.chance(30):
		d.later(30, TransferAsked{a, v.Call.Contact, d.target()})
	case (v.State == Paused || v.State == Ready) && d.chance(15):
		d.later(10, Dialled{a, d.number()})
	case v.State == WrapUp && d.chance(40):
		d.later(30, WrapUpFinished{a, v.WrapUp.Contact, []string{"", "listened", "hard", "hard"}[d.rnd.IntN(4)]})
	case v.State == WrapUp && d.chance(20):
		d.later(9, StickyAsked{a, v.WrapUp.Contact, d.chance(80)})
		d.later(9, NeverAsked{a, v.WrapUp.Contact, d.chance(50)})
	case v.State == Reconnecting && d.chance(70):
		d.later(25, SessionOpened{a})
		d.later(25, PathProven{a})
	}
}

// debrief: she asks for somebody to talk to, and a supervisor comes.
func (d *day) debrief(a AgentID, v AgentView) {
	soon := d.now.Add(time.Duration(d.plans.IntN(20)) * time.Second)
	switch {
	case v.Floor != nil && len(v.Floor.Debriefs) > 0 && d.plans.IntN(3) == 0:
		d.world = append(d.world, reply{soon, DebriefHeld{By: a, Agent: v.Floor.Debriefs[0].Agent}})
	case v.Debrief == DebriefOffered && d.plans.IntN(3) == 0:
		d.world = append(d.world, reply{soon, DebriefAsked{a, true}})
	case v.Debrief == DebriefWanted && d.plans.IntN(20) == 0:
		d.world = append(d.world, reply{soon, DebriefAsked{a, false}})
	}
}

// talkSafety: she mostly asks first whether the caller can talk safely; with dice
// of its own, so that the day goes as it did without.
func (d *day) talkSafety(a AgentID, v AgentView) {
	var c ContactID
	switch {
	case v.Call != nil && v.Call.TalkSafety != nil && v.Call.TalkSafety.Answer == "":
		c = v.Call.Contact
	case v.WrapUp != nil && v.WrapUp.TalkSafety != nil && v.WrapUp.TalkSafety.Answer == "":
		c = v.WrapUp.Contact
	default:
		return
	}
	if d.plans.IntN(100) < 50 {
		answer := []TalkSafe{TalkSafeYes, TalkSafeYes, TalkSafeNo, TalkSafeUnknown, "perhaps"}[d.plans.IntN(5)]
		d.world = append(d.world, reply{d.now.Add(time.Duration(d.plans.IntN(20)) * time.Second), TalkSafetyTold{a, c, answer}})
	}
}

// beside is what people press when somebody else is with the caller.
func (d *day) beside(a AgentID, v AgentView) {
	c := v.Call.Contact
	var press []Event
	switch {
	case v.Call.Role == string(RoleSupervisor):
		press = []Event{SuperviseAsked{a, c, d.mode()}, SuperviseAsked{a, c, d.mode()}, SuperviseEnded{a, c}, HangUpAsked{a, c}}
	case v.Call.Role != "":
		press = []Event{HangUpAsked{a, c}, MuteAsked{a, c, d.chance(50)}, Ticked{}, Ticked{}}
	default:
		press = []Event{CompleteAsked{a, c}, CompleteAsked{a, c}, MergeAsked{a, c}, MergeAsked{a, c}, MergeAsked{a, c}, BackAsked{a, c}, ResumeAsked{a, c}, HangUpAsked{a, c}, TransferAsked{a, c, d.target()}, HoldAsked{a, c}}
	}
	d.later(20, press[d.rnd.IntN(len(press))])
}

func (d *day) mode() Mode {
	return []Mode{ModeListen, ModeWhisper, ModeBarge, ModeTakeOver, "shout"}[d.rnd.IntN(9)/2]
}

// back is a volunteer who promises a call-back, or notes whether it is safe.
func (d *day) back(a AgentID, c ContactID) {
	d.later(9, CallbackPromised{a, c, d.chance(85)})
	if d.plans.IntN(100) < 40 { // its own dice: the day goes as it did without
		d.world = append(d.world, reply{d.now.Add(time.Second), CutAgreed{a, c, []CutPlan{CutWeCall, CutSheCalls, CutNothing, ""}[d.plans.IntN(4)]}})
	}
	if d.chance(80) {
		d.later(9, SafetyAnswered{a, c, d.safety()})
	}
	if d.chance(5) {
		d.later(30, OtherAnswered{a, c})
	}
}

func (d *day) safety() SafetyAnswer {
	w := SafetyAnswer{MayCall: []Safe{SafeYes, SafeYes, SafeYes, SafeNo, SafeUnknown}[d.rnd.IntN(5)]}
	if d.chance(30) {
		until := d.now.Add(d.seconds(900))
		w.Until = &until
	}
	if d.chance(30) {
		w.Zone, w.Windows = []string{"WIB", "WITA", "WIT"}[d.rnd.IntN(3)], []SafeWindow{{weekdays[:], d.now.Add(d.seconds(600)).In(houseZone).Format("15:04"), "24:00"}}
	}
	return w
}

// calling is what admins do to call-backs.
func (d *day) calling() Event {
	all := d.s.callbacksInOrder()
	if len(all) == 0 {
		return Ticked{}
	}
	id := all[d.rnd.IntN(len(all))].id
	switch d.rnd.IntN(6) {
	case 0:
		return CallbackCancelled{ID: id, By: "admin"}
	case 1:
		return CallbackSafety{ID: id, Answer: d.safety(), By: "admin"}
	}
	return CallbackUrged{ID: id, By: "admin"}
}

// number is what somebody might type.
func (d *day) number() string {
	numbers := []string{"08123456789", "+62 21 390 3963", "112", "0809 123 456", "+1 202 555 0100", "nobody"}
	return numbers[d.rnd.IntN(len(numbers))]
}

func (d *day) target() Target {
	switch {
	case d.chance(35):
		return Target{Queue: QueueID([]string{"hotline", "night", "english", "backup", "nowhere"}[d.rnd.IntN(5)])}
	case d.chance(50):
		to := AgentID(fmt.Sprintf("v%d", d.rnd.IntN(8)))
		for _, a := range d.agents { // rather one whose phone rings for it
			if g := d.s.agents[a]; d.plans.IntN(3) == 0 && g != nil && g.onShift() && g.device != DeviceBrowser {
				to = a
			}
		}
		return Target{Agent: to}
	case d.chance(80):
		return Target{Number: d.number()}
	case d.chance(50):
		return Target{Number: "backup"}
	}
	return Target{}
}

// wish is what devices, dialling and transfers add to a day.
func (d *day) wish() Event {
	if d.chance(12) {
		return d.blocking()
	}
	if d.chance(25) && len(d.s.callbacks) > 0 {
		return d.calling()
	}
	a, c := d.agents[d.rnd.IntN(len(d.agents))], d.someone()
	if d.chance(25) {
		id := GuestID(max(0, int(d.s.lastOffer)-d.rnd.IntN(6)))
		return []Event{
			SuperviseAsked{a, c, d.mode()}, SosAccepted{a, c}, SosAsked{a, c, d.chance(70)}, RightsKnown{a, d.chance(40)}, GuestLeft{c, id, CauseSilence}, GuestJoined{c, id},
			ConsultAsked{a, c, d.target()}, CompleteAsked{a, c}, MergeAsked{a, c}, BackAsked{a, c}, SuperviseEnded{a, c}, ConnectFailed{c, a, "peer"},
		}[d.rnd.IntN(12)]
	}
	devices := []Device{DeviceBrowser, DevicePhone, DevicePhone, DeviceMobile}
	switch n := d.rnd.IntN(100); {
	case n < 20:
		return DeviceChosen{a, devices[d.rnd.IntN(len(devices))]}
	case n < 45:
		return PhoneRegistered{a, d.chance(75)}
	case n < 60:
		return Dialled{a, d.number()}
	case n < 75:
		return TransferAsked{a, c, d.target()}
	case n < 82:
		return PathLost{a, devices[d.rnd.IntN(len(devices))]}
	case n < 86:
		return RingFailed{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2)), "voicemail"}
	case n < 89:
		return Connected{Contact: c}
	case n < 91:
		return ConnectFailed{Contact: c, Stage: string(CauseNoTrunk)}
	case n < 93:
		return Ringing{c}
	case n < 97:
		d.n++
		return Arrived{Contact: ContactID(fmt.Sprintf("C%d", d.n)), Channel: Voice, Dialled: "0213903960", Drill: true}
	}
	return DrillDone{OK: d.chance(80), Stage: "greeting", Took: d.seconds(9)}
}

// caller is somebody who calls again and again, or withholds her number.
func (d *day) caller() Caller {
	if d.chance(15) {
		return Caller{}
	}
	number := "+6281100000" + fmt.Sprint(d.n%9)
	if d.once && d.onLine(number) {
		return Caller{}
	}
	return NewCaller(number)
}

// onLine tells whether somebody with that number is on the line.
func (d *day) onLine(number string) bool {
	for _, c := range d.s.contacts {
		if c.caller.Reveal() == number {
			return true
		}
	}
	return false
}

// blocking is what admins do to blocks, and what blocked callers press.
func (d *day) blocking() Event {
	id := BlockID(fmt.Sprintf("B%d", d.n))
	switch n := d.rnd.IntN(100); {
	case n < 45:
		d.n++
		kinds := []BlockKind{BlockCaller, BlockCaller, BlockPrefix, BlockWithheld}
		return BlockAdded{Block{
			ID: id, Kind: kinds[d.rnd.IntN(len(kinds))], Caller: d.s.pseudonym("6281100000" + fmt.Sprint(d.n%9)), Prefix: "62811", Action: BlockActions()[d.rnd.IntN(3)],
			By: "admin", Added: d.now, Expires: d.now.Add(d.seconds(900)),
		}}
	case n < 55:
		return BlockRemoved{BlockID(fmt.Sprintf("B%d", d.rnd.IntN(d.n+1))), "admin"}
	case n < 65:
		return BlockApproved{BlockID(fmt.Sprintf("B%d", d.rnd.IntN(d.n+1))), []string{"admin", "rina"}[d.rnd.IntN(2)], d.now.Add(d.seconds(1800))}
	}
	for _, id := range slices.Sorted(maps.Keys(d.s.contacts)) {
		if c := d.s.contacts[id]; c.bar != nil && c.bar.words {
			return KeyPressed{id, '1'}
		}
	}
	return Ticked{}
}

// happening is something nobody ordered.
func (d *day) happening() Event {
	if d.chance(25) {
		return d.wish()
	}
	a := d.agents[d.rnd.IntN(len(d.agents))]
	c := d.someone()
	switch n := d.rnd.IntN(100); {
	case n < 30:
		d.n++
		number := "021390396" + fmt.Sprint(d.rnd.IntN(5)) // the fifth is nobody's
		return Arrived{Contact: ContactID(fmt.Sprintf("C%d", d.n)), Channel: Voice, Dialled: number, Caller: d.caller()}
	case n < 38:
		return HungUp{c, ByCaller, CauseNormal}
	case n < 40:
		return HungUp{c, ByNetwork, CauseSilence}
	case n < 41:
		return HungUp{c, BySystem, CausePanic}
	case n < 55:
		if g := d.s.agents[a]; g == nil || !g.session {
			return SessionOpened{a}
		}
		return ShiftStarted{a}
	case n < 59:
		return PathProven{a}
	case n < 63:
		return PathLost{Agent: a}
	case n < 67:
		return SessionLost{a}
	case n < 70:
		return SessionOpened{a}
	case n < 73:
		return ReadyAsked{a}
	case n < 76:
		return PauseAsked{a, "break"}
	case n < 78:
		return ShiftEnded{a}
	case n < 80:
		return Accepted{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2)), d.chance(50)}
	case n < 82:
		return Declined{a, OfferID(d.rnd.IntN(int(d.s.lastOffer) + 2))}
	case n < 84:
		return HoldAsked{a, c}
	case n < 86:
		return ResumeAsked{a, c}
	case n < 88:
		return MuteAsked{a, c, d.chance(50)}
	case n < 90:
		return HangUpAsked{a, c}
	case n < 91:
		return KeysAsked{a, c, "12"}
	case n < 92:
		return KeyPressed{c, '5'}
	case n < 94:
		return WrapUpExtended{a, c}
	case n < 95:
		return Connected{c, a}
	case n < 96:
		return ConnectFailed{c, a, "peer"}
	}
	d.routing = d.document()
	return RoutingChanged{Routing: d.routing, Revision: d.s.revision + 1, By: "admin"}
}

// someone is a contact of today, rather one in an agent's hands.
func (d *day) someone() ContactID {
	if g := d.s.agents[d.agents[d.rnd.IntN(len(d.agents))]]; g != nil && g.contact != nil && d.chance(60) {
		return g.contact.id
	}
	return ContactID(fmt.Sprintf("C%d", 1+d.rnd.IntN(d.n+1)))
}
