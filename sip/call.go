package sip

import (
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media"
	"sahut/queue"
)

// phase is how far the INVITE of a call has come. Of a call that comes in it
// is the one thing two goroutines may change: ours, and sipgo's when a CANCEL
// arrives. Whoever leaves ringing first wins, and the other side keeps quiet,
// so the caller never sees a 200 and a 487 for the same INVITE (RFC 3261 §9.2).
type phase int32

const (
	ringing   phase = iota // no final response yet
	answering              // we are about to send one
	answered               // a 2xx went out, or came in
	refused                // another final response went out, or came in
	cancelled              // the caller gave up first
)

// call is one dialog and its sound: with a caller, with somebody we called, or
// with a volunteer's phone. They differ in how they begin (incoming, outgoing)
// and in whom they are for (owner); all else is the same. One goroutine runs
// it; everybody else writes to its inbox: the desk its orders, the SIP layer
// the requests of the far end, the media goroutines what they heard.
type call struct {
	log    *slog.Logger
	server *Server
	owner  owner
	trunk  *Trunk // nil: a phone that is registered here
	inbox  *inbox
	phase  atomic.Int32

	in  *incoming // the far end called us …
	out *outgoing // … or we called it

	// owned by run
	dialog  *dialog // nil until a call of ours has one
	clock   *clock
	sound   sound       // nil until there is something to hear
	local   []byte      // the SDP we sent last
	edition edition     // what was added to it
	open    *transmit   // our 2xx that waits for its ACK
	timer   session     // RFC 4028
	allows  methods     // what the far end's Allow header named
	outs    outstanding // our own requests on the way
	probe   probe       // whether the far end is there
	lately  lastKey     // so that a key that comes in two ways counts once

	begun time.Time // when the 2xx went out, or came in
	up    bool      // the far end knows that it is in

	ended   bool                                  // the owner was told; only goodbyes on the wire are left
	bye     *last                                 // what is left to say when the ACK comes
	gone    bool                                  // nothing is left: run returns
	stats   atomic.Pointer[func() media.LegStats] // of its leg; others may ask
	release func()
	company company // who may speak inside it
}

// owner is whom a call is for. The call tells it what happens, in the call's
// own goroutine.
type owner interface {
	// onOrder takes what the desk, or the owner itself by way of the inbox, wants.
	onOrder(m any)
	// onDial: the sound of a call of ours is there, and the INVITE goes out.
	onDial() error
	// onRing: somebody we called is being rung; tone says that no sound of it
	// comes from there.
	onRing(tone bool)
	// onAnswered: the far end is in.
	onAnswered()
	// onKey: the far end pressed one.
	onKey(key rune)
	// onChanged: a new description was agreed; the far end may hold us, or no more.
	onChanged()
	// onRefer: the far end asks us to call somebody else.
	onRefer(r *request)
	// onAlarm: one of the owner's own alarms rang.
	onAlarm(a alarm)
	// onEnded: it is over. Told once.
	onEnded(by queue.Party, cause queue.Cause)
}

// What the media goroutines and sipgo's tell the call.
type (
	cancelCame struct{}
	keyHeard   struct{ key rune }
)

// run is the life of the call.
func (c *call) run() {
	defer c.leave()
	if c.in != nil {
		c.beginIn()
	} else {
		c.beginOut()
	}
	for !c.gone {
		ended, gone, acks := c.transaction()
		select {
		case <-c.inbox.ready:
			for _, m := range c.inbox.take() {
				c.handle(m)
			}
		case <-c.clock.timer.C:
			for _, a := range c.clock.due() {
				c.rang(a)
			}
		case ack := <-acks:
			// Some user agents send the ACK of a 2xx in the INVITE's branch;
			// sipgo then gives it to the transaction.
			c.gotAck(ack)
		case <-ended:
			c.lostTransaction()
		case <-gone:
			c.lostTransaction()
		}
	}
}

// transaction is what the INVITE's own transaction may still say of a call
// that comes in. Until the final response only the caller's hanging up
// (CANCEL) or the loss of the connection can end it.
func (c *call) transaction() (ended, gone <-chan struct{}, acks <-chan *sip.Request) {
	if c.in == nil {
		return nil, nil, nil
	}
	if c.inPhase(ringing) {
		ended, gone = c.in.tx.Done(), lost(c.in.tx)
	}
	return ended, gone, c.in.tx.Acks()
}

// handle takes one item of the inbox.
func (c *call) handle(m any) {
	switch m := m.(type) {
	case *request:
		c.gotRequest(m)
	case ackCame:
		c.gotAck(m.req)
	case cancelCame:
		c.gotCancel()
	case responseCame:
		c.gotResponse(m)
	case attemptOver:
		c.gotNothing(m)
	case keyHeard:
		c.gotKey(m.key, false)
	case outcome:
		c.gotOutcome(m)
	default:
		if !c.ended { // what comes too late is ignored
			c.owner.onOrder(m)
		}
	}
}

// rang takes one alarm.
func (c *call) rang(a alarm) {
	switch a {
	case alarmRinging:
		c.stillRinging()
	case alarmReliable:
		c.resendReliable()
	case alarmNoPrack:
		c.neverPracked()
	case alarmSilent:
		c.nothingHeard()
	case alarmAnswer:
		c.notPickedUp()
	case alarmResend:
		c.resend()
	case alarmNoAck:
		c.neverAcked()
	case alarmSession:
		c.sessionExpired()
	case alarmRefresh:
		c.refresh()
	case alarmSilence:
		c.listen()
	case alarmProbe:
		c.probed(outcome{err: errNoSign})
	case alarmLimit:
		c.hangUp(queue.BySystem, queue.CauseDuration)
	default:
		c.owner.onAlarm(a)
	}
}

// post tells the desk. The desk's Post does not block.
func (c *call) post(ev queue.Event) { c.server.opts.Desk.Post(ev) }

func (c *call) inPhase(p phase) bool { return phase(c.phase.Load()) == p }

// become moves the INVITE from one phase to the next, unless a CANCEL was
// faster.
func (c *call) become(from, to phase) bool {
	return c.phase.CompareAndSwap(int32(from), int32(to))
}

// far is the ip:port the far end signals from.
func (c *call) far() string {
	if c.in != nil {
		return c.in.invite.Source()
	}
	return c.out.hop()
}

// mediaOptions say whom the call's sound may come from.
func (c *call) mediaOptions() media.RTPOptions {
	if c.trunk != nil {
		return media.RTPOptions{
			Allow: c.trunk.Sources(c.far()), NAT: c.trunk.NAT,
			SRTP: media.SRTP(c.trunk.cfg.SRTP), InbandKeys: c.trunk.cfg.Keys == "inband",
		}
	}
	// A phone at home is behind a router, and its SDP names an address inside.
	return media.RTPOptions{Allow: hostOnly(c.far()), NAT: true}
}

// hostOnly is the one address of an ip:port.
func hostOnly(address string) []netip.Prefix {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil
	}
	ip := a.Addr().Unmap()
	return []netip.Prefix{netip.PrefixFrom(ip, ip.BitLen())}
}

// openSound opens the call's sound.
func (c *call) openSound() error {
	sound, err := c.server.calls.studio.open(c.mediaOptions(), func(k rune) { c.inbox.put(keyHeard{k}) })
	if err == nil {
		c.sound = sound
		if s, ok := sound.(interface{ stats() media.LegStats }); ok {
			f := s.stats
			c.stats.Store(&f)
		}
	}
	return err
}

// refuseRefer: nobody out there has any business transferring a hotline's call.
func (c *call) refuseRefer(r *request) { r.answer(c.respond(r.Request, sip.StatusForbidden)) }

// settled: the far end is in, and whatever keeps watch over a call begins.
func (c *call) settled() {
	c.up = true
	c.clock.set(alarmSilence, c.server.calls.patience.silence)
	c.owner.onAnswered()
}

// end closes the sound and tells the owner, once. What has to be said on the
// wire follows after.
func (c *call) end(by queue.Party, cause queue.Cause) {
	if c.ended {
		return
	}
	c.ended = true
	// The record comes first: whatever fails below, the contact has an end.
	c.owner.onEnded(by, cause)
	c.clock.stopAllBut(alarmResend, alarmNoAck)
	if c.sound != nil {
		c.sound.close()
	}
	c.release()
	c.log.Info("call ended", "by", by, "cause", cause, "lasted", c.lasted())
}

func (c *call) lasted() time.Duration {
	if c.begun.IsZero() {
		return 0
	}
	return time.Since(c.begun).Round(time.Millisecond)
}

// leave is the last thing run does, also after a panic: then only this call
// ends, and its record says why.
func (c *call) leave() {
	if v := recover(); v != nil {
		c.server.caught("call", v)
		c.afterPanic()
	}
	c.release()
	c.company.leave()
	c.server.calls.drop(c)
	c.clock.stopAllBut()
	for _, m := range c.inbox.close() {
		c.tooLate(m)
	}
	if c.out != nil {
		for _, r := range c.out.waiting {
			c.tooLate(r)
		}
	}
	if c.open != nil {
		c.open.finish()
	}
}

// tooLate takes what still waited in the inbox of a call that is over.
func (c *call) tooLate(m any) {
	switch m := m.(type) {
	case *request:
		m.answer(c.respond(m.Request, c.afterEnd(m.Method)))
	case responseCame:
		m.of.orphaned(m.res)
	}
}

func (c *call) afterPanic() {
	defer func() {
		if v := recover(); v != nil {
			c.server.caught("end of call", v)
		}
	}()
	wasUp := c.inPhase(answered)
	if c.in != nil && (c.become(ringing, refused) || c.inPhase(answering)) {
		c.tell(sip.StatusInternalServerError)
	}
	if c.out != nil && !wasUp {
		c.out.abandon(whyHeader("Q.850", 41, "Temporary failure"))
	}
	c.end(queue.BySystem, queue.CausePanic)
	if wasUp && c.dialog != nil {
		// Nobody waits for the outcome: the goroutine that would is this one.
		req := c.farewell(queue.CausePanic)
		elsewhere := c.dialog.elsewhere()
		c.server.partings.say(func() { _, _ = c.server.send(req, elsewhere) })
	}
}
