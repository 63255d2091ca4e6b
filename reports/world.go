package reports

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// What the journal does not tell, because it is sound and not a decision.
const (
	wordsLast   = 6 * time.Second        // a question's words
	partingLast = 12 * time.Second       // closing words
	messageLast = 90 * time.Second       // who left her line and was not heard of
	pathLast    = 300 * time.Millisecond // from Answer to sound, if no call tells
	awayLast    = 5 * time.Minute        // not responding, or on a break, if nobody was
)

// world plays callers, volunteers and their paths around the desk's rules.
type world struct {
	past   *past
	desk   *queue.Replay
	reader *Reader
	until  time.Time
	keep   func(queue.Entry) // for tests: the journal of this run
	menus  map[string]string // by prompt
	number dialled

	calls []*pastCall // still to come
	staff []duty
	dues  dues
	seq   int

	numbers int // callers' numbers given

	callers map[queue.ContactID]*guest
	ready   map[queue.AgentID]bool   // she means to be
	wrote   map[queue.AgentID]wrapUp // her latest talk

	queues       map[queue.QueueID]configs.Queue
	dispositions map[string]bool

	patience map[queue.QueueID]survival
	anyone   survival
	ring     survival
	declines float64
	path     time.Duration
}

// guest is a caller in this run.
type guest struct {
	*pastCall
	stays    int // in queues, so far
	waits    bool
	talked   bool
	answered int // of her answers
	offers   int
}

// ownCurve is how many of one queue's callers must have given up for a curve of
// its own.
const ownCurve = 30

func newWorld(w *WhatIf, now, routing configs.Routing) *world {
	p := w.past
	begin := w.From.Add(-warmUp)
	v := &world{
		past: p, desk: queue.NewReplay(routing, begin, 1), reader: NewReader(w.From, w.To, w.Limits), until: w.To,
		menus: map[string]string{}, number: dialledIn(now), callers: map[queue.ContactID]*guest{}, ready: map[queue.AgentID]bool{},
		patience: map[queue.QueueID]survival{}, path: pathLast, wrote: map[queue.AgentID]wrapUp{},
		queues: map[queue.QueueID]configs.Queue{}, dispositions: map[string]bool{},
	}
	v.menus[queue.SafeQuestion] = askedSafe
	for _, m := range routing.Menus {
		v.menus[m.Prompt] = m.ID
	}
	for _, q := range routing.Queues {
		v.queues[queue.QueueID(q.ID)] = q
	}
	for _, d := range routing.Dispositions {
		v.dispositions[d.Code] = true
	}
	v.learn()
	v.calls = p.calls[firstFrom(p.calls, begin):]
	v.open(begin)
	return v
}

func firstFrom(calls []*pastCall, at time.Time) int {
	i, _ := slices.BinarySearchFunc(calls, at, func(c *pastCall, at time.Time) int { return c.at.Compare(at) })
	return i
}

// learn makes curves of what people did.
func (v *world) learn() {
	p := v.past
	var all []span
	for q, spans := range p.spans {
		stopped := 0
		for _, s := range spans {
			if s.stopped {
				stopped++
			}
		}
		if stopped >= ownCurve {
			v.patience[q] = estimate(slices.Clone(spans))
		}
		all = append(all, spans...)
	}
	// Maps have no order, and equal times no other: the curve is the same.
	v.anyone = estimate(all)
	v.ring = estimate(slices.Clone(p.rings))
	answers := 0
	for _, r := range p.rings {
		if r.stopped {
			answers++
		}
	}
	if answers > 0 {
		v.declines = float64(p.declined) / float64(answers)
	}
	if n := len(p.connects); n > 0 {
		sorted := slices.Clone(p.connects)
		slices.Sort(sorted)
		v.path = sorted[n/2]
	}
}

// open finds the volunteers as they were at begin.
func (v *world) open(begin time.Time) {
	here, lead := map[queue.AgentID]dutyKind{}, len(v.past.staff)
	for i, d := range v.past.staff {
		if !d.at.Before(begin) {
			lead = i
			break
		}
		if d.does == goes {
			delete(here, d.agent)
		} else {
			here[d.agent] = d.does
		}
	}
	v.staff = v.past.staff[lead:]
	ids := make([]queue.AgentID, 0, len(here))
	for a := range here {
		ids = append(ids, a)
	}
	slices.SortFunc(ids, cmp.Compare[queue.AgentID])
	for _, a := range ids {
		v.duty(duty{begin, a, comes})
		if here[a] == ready {
			v.duty(duty{begin, a, ready})
		}
	}
}

// step does what comes next; false at the end.
func (v *world) step() bool {
	next, do := v.until, 0
	earlier := func(at time.Time, what int) {
		if at.Before(next) {
			next, do = at, what
		}
	}
	if at, ok := v.desk.Next(); ok {
		earlier(at, 1)
	}
	if len(v.dues) > 0 {
		earlier(v.dues[0].at, 2)
	}
	if len(v.staff) > 0 {
		earlier(v.staff[0].at, 3)
	}
	if len(v.calls) > 0 {
		earlier(v.calls[0].at, 4)
	}
	switch do {
	case 1:
		v.post(queue.Ticked{}, next)
	case 2:
		heap.Pop(&v.dues).(due).do(next)
	case 3:
		d := v.staff[0]
		v.staff = v.staff[1:]
		v.duty(d)
	case 4:
		c := v.calls[0]
		v.calls = v.calls[1:]
		v.arrive(c)
	}
	return do != 0
}

// later has ev happen then; whenever does what is to be decided then.
func (v *world) later(at time.Time, ev queue.Event) {
	v.whenever(at, func(at time.Time) { v.post(ev, at) })
}

func (v *world) whenever(at time.Time, do func(time.Time)) {
	v.seq++
	heap.Push(&v.dues, due{at, v.seq, do})
}

func (v *world) post(ev queue.Event, at time.Time) {
	for _, e := range v.desk.Apply(ev, at) {
		switch e := e.(type) {
		case queue.Record:
			v.reader.Add(e.Entry)
			v.recorded(e.Entry)
			if v.keep != nil {
				v.keep(e.Entry)
			}
		case queue.Answer:
			v.established(e.Contact, at)
		case queue.Ask:
			v.asked(e, at)
		case queue.Connect:
			v.later(at.Add(v.path), queue.Connected(e))
		case queue.Close:
			v.later(at.Add(partingLast), queue.HungUp{Contact: e.Contact, By: queue.BySystem, Cause: queue.CausePlayed})
		case queue.End:
			v.later(at, queue.HungUp(e))
		case queue.Dial:
			v.later(at.Add(10*time.Second), queue.Established{Contact: e.Contact})
			v.later(at.Add(11*time.Second), queue.Connected{Contact: e.Contact, Agent: e.Agent})
		case queue.Forward:
			v.later(at.Add(10*time.Second), queue.Connected{Contact: e.Contact})
		}
	}
}

// duty plays a volunteer who comes and goes.
func (v *world) duty(d duty) {
	events := []queue.Event{}
	switch d.does {
	case comes:
		events = append(events, queue.SessionOpened{Agent: d.agent}, queue.ShiftStarted{Agent: d.agent}, queue.PathProven{Agent: d.agent})
	case ready:
		events = append(events, queue.ReadyAsked{Agent: d.agent})
	case pauses:
		events = append(events, queue.PauseAsked{Agent: d.agent})
	case goes:
		events = append(events, queue.ShiftEnded{Agent: d.agent})
	}
	for _, ev := range events {
		v.post(ev, d.at)
	}
	v.ready[d.agent] = d.does == ready
}

// arrive brings a caller whom the house did not turn away for who she is.
func (v *world) arrive(c *pastCall) {
	if c.outcome == queue.OutcomeBlocked {
		return
	}
	number := v.number.number(c.queue, c.menu)
	if number == "" {
		return
	}
	v.callers[c.id] = &guest{pastCall: c}
	caller := queue.Caller{}
	if !c.withheld { // nobody is known again: the journal has no numbers
		v.numbers++
		caller = queue.NewCaller(fmt.Sprintf("+888%011d", v.numbers)) // a code that nobody has
	}
	v.post(queue.Arrived{Contact: c.id, Channel: queue.Voice, Dialled: number, Caller: caller}, c.at)
}

func (v *world) established(id queue.ContactID, at time.Time) {
	c := v.callers[id]
	if c == nil {
		return
	}
	if !c.established {
		v.later(c.at.Add(c.ended), queue.HungUp{Contact: id, By: c.by, Cause: c.cause})
		return
	}
	v.later(at.Add(c.setup), queue.Established{Contact: id})
	if c.first == "" && c.outcome != queue.OutcomeClosed && c.outcome != queue.OutcomeRefusedFull { // gone during greeting or menu
		v.later(at.Add(c.ended), queue.HungUp{Contact: id, By: c.by, Cause: c.cause})
	}
}

// asked: she answers a menu as she did, and any other question as she did; one
// that she was never asked she leaves unanswered.
func (v *world) asked(e queue.Ask, at time.Time) {
	c := v.callers[e.Contact]
	if c == nil {
		return
	}
	menu := ""
	if len(e.Prompts) > 0 {
		menu = v.menus[e.Prompts[0]]
	}
	for i := c.answered; i < len(c.answers); i++ {
		if a := c.answers[i]; a.menu == menu && a.key != 0 {
			c.answered = i + 1
			v.later(at.Add(a.after), queue.KeyPressed{Contact: e.Contact, Key: a.key})
			return
		}
	}
	v.later(at.Add(wordsLast), queue.Asked{Contact: e.Contact, Ask: e.Ask})
}
