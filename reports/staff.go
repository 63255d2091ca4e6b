package reports

import (
	"time"

	"sahut/queue"
)

// Volunteers' time: on shift, of the plan, with callers, and how hard it was. It
// is of all of them together; nothing here is ever told of one.

// agent is a volunteer's time since her latest state.
type agent struct {
	id      queue.AgentID
	state   queue.AgentState
	began   time.Time // state
	since   time.Time // counted until then
	onShift bool
	plan    plan

	out   bool          // her latest contact was one she called
	queue queue.QueueID // of her latest contact
	told  bool          // the talk is over and not in handles yet
	talk  Talk          // with her latest contact, so far

	heavy, heaviest int // heavy contacts in a row: now, and the most of this shift
}

// plan is a shift of the plan, as far as it is not counted yet.
type plan struct{ from, to time.Time }

// includes tells whether what a did counts.
func (r *Reader) includes(a queue.AgentID) bool { return r.Group == nil || r.Group[a] }

func (r *Reader) agentOf(id queue.AgentID) *agent {
	a := r.agents[id]
	if a == nil {
		a = &agent{id: id}
		r.agents[id] = a
	}
	return a
}

// agent sums what she did until now, and begins what she does next.
func (r *Reader) agent(e queue.Entry) {
	if !r.includes(e.Agent) {
		return
	}
	a := r.agentOf(e.Agent)
	r.spent(a, e.At)
	if a.state == queue.Held && !a.out {
		a.talk.Hold += e.At.Sub(a.began)
	}
	r.handled(a, e)
	switch e.Kind {
	case queue.ShiftBegan:
		a.onShift, a.heavy, a.heaviest = true, 0, 0
	case queue.ShiftOver:
		r.shiftOver(a, e)
	default:
		a.state = e.To
	}
	a.began = e.At
}

// shiftOver keeps how hard it was, and her plan, which may go on without her.
func (r *Reader) shiftOver(a *agent, e queue.Entry) {
	if a.onShift && r.counts(e.At) {
		r.staff.heavy = append(r.staff.heavy, a.heaviest)
		h := r.staffHour(e.At)
		h.tally.heavy = append(h.tally.heavy, a.heaviest)
		h.people[a.id] = true
	}
	*a = agent{id: a.id, plan: a.plan, since: a.since}
}

// planned: a shift of the plan begins, or what is left of it changed.
func (r *Reader) planned(e queue.Entry) {
	if !r.includes(e.Agent) {
		return
	}
	a := r.agentOf(e.Agent)
	r.spent(a, e.At)
	r.scheduled(a, e.At)
	a.plan = plan{e.At, e.At.Add(ms(e.MS))}
}

// scheduled counts the plan up to at.
func (r *Reader) scheduled(a *agent, at time.Time) {
	if at.After(a.plan.to) {
		at = a.plan.to
	}
	r.spread(a, "", a.plan.from, at, func(t *Tally, d time.Duration) { t.Scheduled += d })
	if at.After(a.plan.from) {
		a.plan.from = at
	}
}

// wrote: heavy contacts in a row are those with no other between them.
func (r *Reader) wrote(e queue.Entry) {
	if !r.includes(e.Agent) {
		return
	}
	a := r.agentOf(e.Agent)
	if e.Result != queue.HeavyContact {
		a.heavy = 0
		return
	}
	a.heavy++
	a.heaviest = max(a.heaviest, a.heavy)
}

// talkOver adds a talk with a caller to what she will have spent on it.
func (r *Reader) talkOver(e queue.Entry, c *caller) {
	if c.out || !r.includes(e.Agent) {
		return
	}
	a := r.agentOf(e.Agent)
	a.talk.Took += ms(e.TalkMS)
	a.talk.Contact, a.talk.Queue = e.Contact, c.queue
	a.told, a.queue = true, c.queue
	if r.counts(e.At) {
		r.tally(c.queue).Handled += ms(e.TalkMS)
		r.hour(e.At, c.queue).Handled += ms(e.TalkMS)
	}
}

// handled closes what she spent on a caller, when she does something else.
func (r *Reader) handled(a *agent, e queue.Entry) {
	if !a.told {
		return
	}
	if a.state == queue.WrapUp {
		a.talk.WrapUp += e.At.Sub(a.began)
		a.talk.Took += e.At.Sub(a.began)
	}
	switch {
	case e.Kind == queue.StateChanged && (e.To == queue.WrapUp || e.To == queue.Talking || e.To == queue.Held || e.To == queue.Reconnecting):
		return
	case r.counts(e.At):
		for _, t := range []*Tally{r.tally(a.queue), r.hour(e.At, a.queue)} {
			t.handles = append(t.handles, a.talk.Took)
		}
		if r.OnTalk != nil {
			a.talk.Ended = e.At
			r.OnTalk(a.talk)
		}
	}
	a.talk, a.told = Talk{}, false
}

// spent adds the time since a was counted last until at.
func (r *Reader) spent(a *agent, at time.Time) {
	since := a.since
	a.since = at
	if !a.onShift || !since.Before(at) {
		return
	}
	busy := a.state == queue.Talking || a.state == queue.Held || a.state == queue.WrapUp
	free := a.state == queue.Ready || a.state == queue.Offered
	r.spread(a, "", since, at, func(t *Tally, d time.Duration) {
		t.Shift += d
		switch {
		case busy:
			t.Handling += d
		case free:
			t.Available += d
		}
	})
	if busy || free {
		r.spread(a, "", later(since, a.plan.from), earlier(at, a.plan.to), func(t *Tally, d time.Duration) { t.Adhered += d })
	}
	switch {
	case a.out:
	case a.state == queue.WrapUp:
		r.spread(a, a.queue, since, at, func(t *Tally, d time.Duration) { t.Handled += d; t.WrapUp += d })
	case a.state == queue.Held:
		r.spread(a, a.queue, since, at, func(t *Tally, d time.Duration) { t.Hold += d })
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// spread adds a time of a, as far as it lies within, to each hour it covers and to the
// whole: of queue q, or (empty) of no queue's.
func (r *Reader) spread(a *agent, q queue.QueueID, since, until time.Time, add func(*Tally, time.Duration)) {
	since, until = later(since, r.From), earlier(until, r.To)
	for since.Before(until) {
		end := earlier(since.Truncate(time.Hour).Add(time.Hour), until)
		if q == "" {
			add(&r.staff, end.Sub(since))
			h := r.staffHour(since)
			h.people[a.id] = true
			add(h.tally, end.Sub(since))
		} else {
			add(r.tally(q), end.Sub(since))
			add(r.hour(since, q), end.Sub(since))
		}
		since = end
	}
}

// hour is what q counts in the hour of at.
func (r *Reader) hour(at time.Time, q queue.QueueID) *Tally {
	k := hourKey{at.Truncate(time.Hour).Unix(), q}
	t := r.hours[k]
	if t == nil {
		t = &Tally{Limits: r.Limits}
		r.hours[k] = t
	}
	return t
}

// staffHour is what belongs to volunteers and to no queue in one hour, and whose it
// is: a row of too few of them is not told.
type staffHour struct {
	tally  *Tally
	people map[queue.AgentID]bool
}

func (r *Reader) staffHour(at time.Time) *staffHour {
	k := at.Truncate(time.Hour).Unix()
	h := r.staffHours[k]
	if h == nil {
		h = &staffHour{tally: &Tally{Limits: r.Limits}, people: map[queue.AgentID]bool{}}
		r.staffHours[k] = h
	}
	return h
}

// restarted: nobody is on shift any more; the plan goes on.
func (r *Reader) restarted() {
	for id, a := range r.agents {
		r.agents[id] = &agent{id: id, plan: a.plan, since: a.since}
	}
}

// back counts attempts to call somebody back.
func (r *Reader) back(e queue.Entry) {
	if !r.counts(e.At) || !r.includes(e.Agent) {
		return
	}
	if e.Kind == queue.CallbackReached && r.OnReached != nil {
		r.OnReached(e.Contact)
	}
	if e.Kind == queue.CallbackDialled && r.OnAttempt != nil {
		r.OnAttempt(Attempt{Contact: e.Contact, Queue: e.Queue, At: e.At, Judged: e.Result != "", Safe: e.Result == queue.DialledSafely})
	}
	for _, t := range []*Tally{r.tally(e.Queue), r.hour(e.At, e.Queue)} {
		switch {
		case e.Kind == queue.CallbackReached:
			t.BackReached++
			continue
		case e.Result == queue.DialledSafely:
			t.BackSafe++
			t.BackJudged++
		case e.Result != "": // an older journal does not say
			t.BackJudged++
		}
		t.BackDialled++
	}
}
