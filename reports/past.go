package reports

import (
	"time"

	"sahut/queue"
)

// past is what a what-if needs of the journal: who called and when, what each
// would have borne, and when volunteers were there. It is fed every entry in
// order, as a Reader is.
type past struct {
	from, to time.Time
	calls    []*pastCall
	staff    []duty
	open     map[queue.ContactID]*pastCall
	agents   map[queue.AgentID]*pastAgent
	offers   map[queue.OfferID]queue.Entry
	spans    map[queue.QueueID][]span // of waiting, by the queue first entered
	rings    []span
	declined int
	talks    []talkSample
	connects []time.Duration
	away     []time.Duration // not responding
	breaks   []time.Duration // that only the volunteer ends
	notes    map[string]int
}

// pastCall is one caller who came in.
type pastCall struct {
	id       queue.ContactID
	at       time.Time
	queue    queue.QueueID // of the number she dialled
	withheld bool
	menu     string // the first she was asked
	answers  []press
	question time.Time // when she was asked last

	established bool
	setup       time.Duration // until then
	first       queue.QueueID // she entered
	entered     time.Time
	borne       time.Duration // from entering to the end of the wait
	gaveUp      bool
	waited      bool // borne is set
	accepted    time.Time

	talk talkSample
	done bool // talk is whole

	ended   time.Duration // after she came
	by      queue.Party
	cause   queue.Cause
	outcome queue.Outcome
}

// press is a key she pressed when she was asked.
type press struct {
	menu  string // empty: a rung of a ladder; askedSafe; or a menu
	key   rune   // 0: none
	after time.Duration
}

// talkSample is a talk and what it cost the volunteer.
type talkSample struct {
	talk        time.Duration
	wrapUp      time.Duration
	finished    bool // the wrap-up, by herself
	disposition string
	by          queue.Party
}

type pastAgent struct {
	state    queue.AgentState
	reason   string
	since    time.Time
	there    bool
	contact  *pastCall // of her latest talk
	dialling bool      // a call she placed
}

// duty is what a volunteer did of her own accord.
type duty struct {
	at    time.Time
	agent queue.AgentID
	does  dutyKind
}

type dutyKind int8

const (
	comes dutyKind = iota
	ready
	pauses
	goes
)

func newPast(from, to time.Time) *past {
	return &past{
		from: from, to: to, open: map[queue.ContactID]*pastCall{}, agents: map[queue.AgentID]*pastAgent{},
		offers: map[queue.OfferID]queue.Entry{}, spans: map[queue.QueueID][]span{}, notes: map[string]int{},
	}
}

func (p *past) add(e queue.Entry) {
	switch e.Kind {
	case queue.CallArrived:
		p.arrived(e)
	case queue.CallDialled:
		p.agent(e.Agent).dialling = true
	case queue.OfferMade, queue.OfferEnded:
		p.offer(e)
	case queue.ShiftBegan, queue.ShiftOver, queue.StateChanged:
		p.shift(e)
	case queue.WrapUpDone:
		p.wrote(e)
	case queue.ConfigVersion:
		if !e.At.Before(p.from) {
			p.notes["routing_changed"]++
		}
	case queue.ServerStarted:
		clear(p.open)
		clear(p.agents)
		clear(p.offers)
		if e.At.After(p.from) {
			p.notes["server_started"]++
		}
	default:
		if c := p.open[e.Contact]; c != nil {
			p.contact(e, c)
		}
	}
}

func (p *past) arrived(e queue.Entry) {
	c := &pastCall{id: e.Contact, at: e.At, queue: e.Queue, withheld: e.Number == "anonymous"}
	p.open[c.id] = c
	p.calls = append(p.calls, c)
}

func (p *past) contact(e queue.Entry, c *pastCall) {
	switch e.Kind {
	case queue.CallEstablished:
		c.established, c.setup, c.question = true, e.At.Sub(c.at), e.At
	case queue.MenuAnswered:
		if c.menu == "" {
			c.menu = e.Reason
		}
		c.answers = append(c.answers, press{e.Reason, keyOf(e.Result), e.At.Sub(c.question)})
		c.question = e.At
	case queue.LadderSaid:
		c.question = e.At
	case queue.ChoiceMade:
		c.answers = append(c.answers, choiceOf(e, e.At.Sub(c.question)))
		c.question = e.At
	case queue.QueueEntered:
		if c.entered.IsZero() {
			c.first, c.entered, c.question = e.Queue, e.At, e.At
			if e.Result != "" && !e.At.Before(p.from) {
				p.notes["came_back"]++
			}
		}
	case queue.QueueLeft:
		p.left(e, c)
	case queue.TalkStarted:
		if !c.accepted.IsZero() {
			p.connects = append(p.connects, e.At.Sub(c.accepted))
			c.accepted = time.Time{}
		}
		p.agent(e.Agent).contact = c
	case queue.TalkEnded:
		c.talk.talk += ms(e.TalkMS)
		c.talk.by = queue.Party(e.By)
	case queue.TransferBegun:
		if e.Result == "" && !e.At.Before(p.from) {
			p.notes["transferred"]++
		}
	case queue.CallOver:
		p.over(e, c)
	}
}

// askedSafe stands for the question whether a call-back is safe.
const askedSafe = "\x00safe"

// choiceOf is what she pressed when she was asked something that is no menu.
func choiceOf(e queue.Entry, after time.Duration) press {
	if e.Reason != "safe" {
		return press{"", keyOf(e.Result), after}
	}
	return press{askedSafe, map[string]rune{"yes": '1', "no": '2'}[e.Result], after}
}

// keyOf is the key of an answer; what is no key is none.
func keyOf(result string) rune {
	if len(result) != 1 {
		return 0
	}
	return rune(result[0])
}

// left: what she bore so far. Only the first wait counts: who talked already
// waits with another mind.
func (p *past) left(e queue.Entry, c *pastCall) {
	if c.talk.talk > 0 || c.entered.IsZero() || c.gaveUp {
		return
	}
	c.borne, c.waited, c.gaveUp = e.At.Sub(c.entered), true, e.Reason == "abandon"
}

func (p *past) over(e queue.Entry, c *pastCall) {
	delete(p.open, e.Contact)
	c.ended, c.by, c.cause, c.outcome = e.At.Sub(c.at), queue.Party(e.By), queue.Cause(e.Reason), e.Outcome
	if c.waited {
		p.spans[c.first] = append(p.spans[c.first], span{c.borne, c.gaveUp})
	}
	c.done = c.talk.talk > 0 && e.Outcome == queue.OutcomeAnswered
}

func (p *past) offer(e queue.Entry) {
	if e.Kind == queue.OfferMade {
		p.offers[e.Offer] = e
		return
	}
	if _, ok := p.offers[e.Offer]; !ok {
		return
	}
	delete(p.offers, e.Offer)
	s := span{time: ms(e.RingMS)}
	switch e.Reason {
	case "accepted":
		s.stopped = true
		if c := p.open[e.Contact]; c != nil {
			c.accepted = e.At
		}
	case "declined":
		s.stopped = true
		p.declined++
	}
	p.rings = append(p.rings, s)
}

// wrote ends a wrap-up: the sample is whole.
func (p *past) wrote(e queue.Entry) {
	a := p.agent(e.Agent)
	c := a.contact
	if c == nil || c.id != e.Contact {
		return
	}
	c.talk.wrapUp, c.talk.finished, c.talk.disposition = e.At.Sub(a.since), e.By == string(queue.ByAgent), e.Reason
	a.contact = nil
}

func (p *past) agent(id queue.AgentID) *pastAgent {
	a := p.agents[id]
	if a == nil {
		a = &pastAgent{state: queue.Offline}
		p.agents[id] = a
	}
	return a
}

// shift turns states into what she did of her own accord. A break that care
// gave her is the replay's own to give; she alone ended it.
func (p *past) shift(e queue.Entry) {
	a := p.agent(e.Agent)
	switch e.Kind {
	case queue.ShiftBegan:
		a.there, a.since = false, e.At
		p.duty(e, comes)
		return
	case queue.ShiftOver:
		p.duty(e, goes)
		delete(p.agents, e.Agent)
		return
	}
	if long := e.At.Sub(a.since); e.From == queue.NotResponding {
		p.away = append(p.away, long)
	} else if e.From == queue.Paused && a.reason == queue.PauseBreak {
		p.breaks = append(p.breaks, long)
	}
	there := available(e.To) && !a.dialling
	if e.To == queue.Ready || e.To == queue.Paused {
		a.dialling = false
		there = e.To == queue.Ready
	}
	given := e.To == queue.Paused && (e.Reason == queue.PauseBreak || e.Reason == queue.PauseDecompression)
	switch {
	case there && !a.there:
		p.duty(e, ready)
	case !there && a.there && !given && e.To != queue.Offline:
		p.duty(e, pauses)
	}
	a.there, a.state, a.reason, a.since = there, e.To, e.Reason, e.At
}

func (p *past) duty(e queue.Entry, does dutyKind) {
	p.staff = append(p.staff, duty{e.At, e.Agent, does})
}

// available: she serves callers, or could.
func available(s queue.AgentState) bool {
	switch s {
	case queue.Ready, queue.Offered, queue.Talking, queue.Held, queue.WrapUp:
		return true
	}
	return false
}

// settle ends the reading: the samples are those of whole talks.
func (p *past) settle() {
	for _, c := range p.open { // still here at the end: they bore what they bore
		if c.waited {
			p.spans[c.first] = append(p.spans[c.first], span{c.borne, false})
		}
	}
	for _, c := range p.calls {
		if c.done {
			p.talks = append(p.talks, c.talk)
		}
	}
}
