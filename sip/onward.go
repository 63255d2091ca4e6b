package sip

import (
	"sahut/queue"
)

// onwardCall is the number a contact is forwarded to: a call of ours whose
// owner is that contact's call. The two speak by their inboxes.
type onwardCall struct {
	*call
	of *call // the contact's
}

var _ owner = (*onwardCall)(nil)

// What an onward call tells the contact's call, and is told.
type (
	onwardAnswered struct{ by *onwardCall }
	onwardOver     struct {
		by    *onwardCall
		who   queue.Party
		cause queue.Cause
	}
	hangUpOnward struct{ cause queue.Cause }
)

// forward calls number for a contact who is here. Her music goes on until it
// is answered.
func (k *contact) forward(number queue.Caller) {
	if k.sound == nil || k.closing || k.onward != nil {
		return
	}
	if k.onward = k.callOnward(number); k.onward == nil {
		k.post(queue.ConnectFailed{Contact: k.id, Stage: string(queue.CauseNoTrunk)})
		return
	}
	k.log.Info("contact is being forwarded", "to", number)
}

// callOnward calls a number, which is told of the helpline alone; nil: there is
// no room for a call.
func (k *contact) callOnward(number queue.Caller) *onwardCall {
	s := k.server
	c := s.newOut(func() []way { return s.calls.route(number.Reveal()) })
	c.log = k.log
	o := &onwardCall{call: c, of: k.call}
	c.owner = o
	if !s.calls.addOut(c, "") {
		return nil
	}
	s.running.Go(c.run)
	return o
}

// gotOnward: the number answered; the two hear each other.
func (k *contact) gotOnward(m onwardAnswered) {
	if one := k.guestBy(m.by); one != nil {
		k.seat(one, nil)
		return
	}
	if m.by != k.onward {
		return
	}
	k.partFromAgent()
	if err := k.sound.bridge(m.by.call.sound, nil); err != nil {
		k.log.Warn("a forwarded contact could not be joined with the number", "error", err)
		k.leaveOnward(false)
		k.post(queue.ConnectFailed{Contact: k.id, Stage: "peer"})
		return
	}
	k.post(queue.Connected{Contact: k.id})
}

// lostOnward: the number was not reached, or has hung up.
func (k *contact) lostOnward(m onwardOver) {
	if one := k.guestBy(m.by); one != nil {
		k.drop(one.ID)
		k.guestLeft(one.ID, m.cause)
		return
	}
	if m.by != k.onward {
		return
	}
	k.onward = nil
	if m.by.up {
		k.hangUp(queue.ByAgent, m.cause)
		return
	}
	k.post(queue.ConnectFailed{Contact: k.id, Stage: string(m.cause)})
}

// leaveOnward gives the number up. final says that the contact herself is gone.
func (k *contact) leaveOnward(final bool) {
	o := k.onward
	if o == nil {
		return
	}
	k.onward = nil
	if !final && k.sound != nil {
		k.sound.part()
	}
	o.inbox.put(hangUpOnward{queue.CauseNormal})
}

func (o *onwardCall) onOrder(m any) {
	switch m := m.(type) {
	case hangUpOnward:
		o.hangUp(queue.BySystem, m.cause)
	case queue.End:
		o.endByOrder(m.By, m.Cause)
	}
}

func (o *onwardCall) onRing(bool)        {}
func (o *onwardCall) onDial() error      { return nil }
func (o *onwardCall) onAnswered()        { o.of.inbox.put(onwardAnswered{o}) }
func (o *onwardCall) onKey(rune)         {}
func (o *onwardCall) onChanged()         {}
func (o *onwardCall) onRefer(r *request) { o.refuseRefer(r) }
func (o *onwardCall) onAlarm(alarm)      {}

func (o *onwardCall) onEnded(by queue.Party, cause queue.Cause) {
	o.of.inbox.put(onwardOver{o, by, cause})
}
