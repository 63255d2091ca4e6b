package reports

import (
	"strconv"
	"time"

	"sahut/queue"
)

// What callers and volunteers do about what the desk decides.

// recorded reacts to what the desk decided.
func (v *world) recorded(e queue.Entry) {
	if e.Kind == queue.StateChanged {
		v.state(e)
		return
	}
	if e.Kind == queue.CallbackQueued { // nobody is called back here
		v.later(e.At, queue.CallbackCancelled{ID: e.Contact})
		return
	}
	c := v.callers[e.Contact]
	if c == nil {
		return
	}
	switch e.Kind {
	case queue.QueueEntered:
		v.entered(c, e)
	case queue.QueueLeft:
		v.left(c, e)
	case queue.OfferMade:
		v.rung(c, e)
	case queue.TalkStarted:
		v.talks(c, e)
	case queue.TalkEnded:
		v.wrote[e.Agent] = wrapUp{c, e.Queue}
	case queue.CallOver:
		delete(v.callers, e.Contact)
	}
}

// entered: from here on she bears what she bears, whichever queues she goes
// through.
func (v *world) entered(c *guest, e queue.Entry) {
	c.waits = true
	if c.stays++; c.stays > 1 {
		return
	}
	v.whenever(e.At.Add(v.bears(c)), func(at time.Time) {
		if c.waits {
			v.post(queue.HungUp{Contact: c.id, By: queue.ByCaller, Cause: queue.CauseNormal}, at)
		}
	})
}

// bears is how long c waits before she gives up: what she did, or at least what
// she did and then as others.
func (v *world) bears(c *guest) time.Duration {
	if c.gaveUp {
		return c.borne
	}
	curve, own := v.patience[c.first]
	if !own {
		curve = v.anyone
	}
	return curve.beyond(c.borne, chance(string(c.id), 'p'))
}

// left: who goes out by the exit and is not heard of any more left a message,
// or was told something.
func (v *world) left(c *guest, e queue.Entry) {
	c.waits = false
	if e.Reason != "exit" {
		return
	}
	stays := c.stays
	v.whenever(e.At.Add(messageLast), func(at time.Time) {
		if !c.talked && c.stays == stays {
			v.post(queue.HungUp{Contact: c.id, By: queue.ByCaller, Cause: queue.CauseNormal}, at)
		}
	})
}

// rung: a volunteer answers, declines, or does not, as often and as fast as
// volunteers did.
func (v *world) rung(c *guest, e queue.Entry) {
	c.offers++
	who := string(c.id) + string(e.Agent) + strconv.Itoa(c.offers)
	after, answers := 5*time.Second, true
	if len(v.past.rings) > 0 {
		after, answers = v.ring.within(chance(who, 'r'))
	}
	switch {
	case !answers:
	case chance(who, 'd') < v.declines:
		v.later(e.At.Add(after), queue.Declined{Agent: e.Agent, Offer: e.Offer})
	default:
		v.later(e.At.Add(after), queue.Accepted{Agent: e.Agent, Offer: e.Offer})
	}
}

// talk is how long c talks: as she did, or as another did.
func (v *world) talk(c *guest) talkSample {
	switch n := len(v.past.talks); {
	case c.done:
		return c.pastCall.talk
	case n == 0:
		return talkSample{talk: 10 * time.Minute, wrapUp: time.Minute, by: queue.ByCaller}
	default:
		return v.past.talks[int(chance(string(c.id), 't')*float64(n))]
	}
}

func (v *world) talks(c *guest, e queue.Entry) {
	if c.talked {
		return
	}
	c.talked, c.waits = true, false
	t := v.talk(c)
	v.later(e.At.Add(t.talk), queue.HungUp{Contact: c.id, By: t.by, Cause: queue.CauseNormal})
}

// wrapUp is the talk a volunteer writes about.
type wrapUp struct {
	guest *guest
	queue queue.QueueID
}

// state plays what a volunteer does about her own state.
func (v *world) state(e queue.Entry) {
	switch {
	case e.To == queue.WrapUp:
		v.writes(e)
	case e.To == queue.NotResponding:
		v.returns(e, v.past.away)
	case e.To == queue.Paused && e.Reason == queue.PauseBreak:
		v.returns(e, v.past.breaks)
	}
}

// returns has her press Ready after a while, if she is there at all.
func (v *world) returns(e queue.Entry, spans []time.Duration) {
	long := awayLast
	if n := len(spans); n > 0 {
		long = spans[int(chance(string(e.Agent)+e.At.String(), 'a')*float64(n))]
	}
	v.whenever(e.At.Add(long), func(at time.Time) {
		if v.ready[e.Agent] {
			v.post(queue.ReadyAsked{Agent: e.Agent}, at)
		}
	})
}

// writes plays a wrap-up: who finished by herself does so after the same time,
// and presses Extend if the queue gives less; whoever let the clock end it lets
// it again.
func (v *world) writes(e queue.Entry) {
	over, ok := v.wrote[e.Agent]
	if !ok {
		return
	}
	t, contact := v.talk(over.guest), over.guest.id
	disposition := t.disposition
	if !v.dispositions[disposition] {
		disposition = ""
	}
	set := v.queues[over.queue]
	if disposition != "" {
		v.later(e.At.Add(min(t.wrapUp, set.WrapUp.D())/2), queue.DispositionChosen{Agent: e.Agent, Contact: contact, Disposition: disposition})
	}
	if !t.finished && set.WrapUpMode != "until_done" {
		return
	}
	for at := set.WrapUp.D(); at > 0 && set.WrapUpExtend > 0 && at < t.wrapUp; at += set.WrapUpExtend.D() {
		v.later(e.At.Add(at-time.Second), queue.WrapUpExtended{Agent: e.Agent, Contact: contact})
	}
	// As long as it took her then: no answer of today's rules holds it up.
	v.later(e.At.Add(t.wrapUp), queue.TalkSafetyTold{Agent: e.Agent, Contact: contact, Answer: queue.TalkSafeUnknown})
	v.later(e.At.Add(t.wrapUp), queue.WrapUpFinished{Agent: e.Agent, Contact: contact, Disposition: disposition})
}
