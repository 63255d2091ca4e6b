package sip

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// phase is how far the INVITE of a call has come. It is the one thing two
// goroutines may change: ours, and sipgo's when a CANCEL arrives. Whoever
// leaves ringing first wins, and the other side keeps quiet, so the caller
// never sees a 200 and a 487 for the same INVITE (RFC 3261 §9.2).
type phase int32

const (
	ringing   phase = iota // no final response yet
	answering              // we are about to send one
	answered               // a 2xx went out
	refused                // another final response went out
	cancelled              // she gave up first; sipgo sent 487
)

// call is one caller on the line. The goroutine of her INVITE's handler runs
// it; everybody else writes to its inbox: the desk its orders, the SIP layer
// the requests of the far end, the media goroutines what they heard.
type call struct {
	contact queue.ContactID
	log     *slog.Logger
	server  *Server
	trunk   *Trunk
	invite  *sip.Request
	tx      sip.ServerTransaction
	inbox   *inbox
	phase   atomic.Int32

	// owned by run
	dialog *dialog
	offer  []byte // the SDP of her INVITE; nil: she wants ours
	clock  *clock
	sound  sound       // nil until answered
	local  []byte      // the SDP we sent last
	open   *transmit   // our 2xx that waits for its ACK
	timer  session     // RFC 4028
	allows methods     // what her Allow header named
	outs   outstanding // our own requests on the way

	begun   time.Time // when the 200 went out
	up      bool      // the ACK came: she is in
	playing queue.Sound
	agent   agentOnLine
	words   int  // which closing words; a late end of other words is ignored
	closing bool // the desk ordered closing words or the end

	ended   bool  // the desk was told; only goodbyes on the wire are left
	bye     *last // what is left to say when the ACK comes
	gone    bool  // nothing is left: run returns
	release func()
}

// agentOnLine is who the desk joined her with.
type agentOnLine struct {
	id     queue.AgentID // "": nobody
	try    int           // which Connect: a late first packet of another is ignored
	joined bool          // Connected was posted
	held   bool
	muted  bool
}

// What the media goroutines and our own timers tell the call.
type (
	cancelCame struct{}
	keyHeard   struct{ key rune }
	agentHeard struct{ try int }
	wordsSaid  struct{ words int }
)

// run is the life of the call.
func (c *call) run() {
	defer c.leave()
	c.log.Info("caller arrived", "caller", callerOf(c.invite), "trunk", c.trunk.Name)
	c.begin()
	for !c.gone {
		// Until the final response only her hanging up (CANCEL) or the loss
		// of the connection can end the transaction.
		var lost <-chan struct{}
		if c.inPhase(ringing) {
			lost = c.tx.Done()
		}
		select {
		case <-c.inbox.ready:
			for _, m := range c.inbox.take() {
				c.handle(m)
			}
		case <-c.clock.timer.C:
			for _, a := range c.clock.due() {
				c.rang(a)
			}
		case ack := <-c.tx.Acks():
			// Some user agents send the ACK of a 2xx in the INVITE's branch;
			// sipgo then gives it to the transaction.
			c.gotAck(ack)
		case <-lost:
			c.lostTransaction()
		}
	}
}

// begin is what happens before the desk decides.
func (c *call) begin() {
	if !c.tx.OnCancel(c.onCancel) {
		c.onCancel(nil)
	}
	c.tell(sip.StatusTrying)
	c.clock.set(alarmRinging, c.server.calls.patience.ringing)
	c.clock.set(alarmLimit, c.server.calls.patience.limit)
	c.post(queue.Arrived{
		Contact: c.contact, Channel: queue.Voice,
		Dialled: dialledOf(c.invite), Caller: callerOf(c.invite),
	})
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
	case keyHeard:
		c.gotKey(m.key)
	case agentHeard:
		c.gotAgent(m.try)
	case wordsSaid:
		c.gotWordsEnd(m.words)
	case outcome:
		c.gotOutcome(m)
	default:
		c.order(m)
	}
}

// order takes one order of the desk. Those that came too late are ignored.
func (c *call) order(m any) {
	if c.ended {
		return
	}
	switch m := m.(type) {
	case queue.Refuse:
		c.refuse(m.Why)
	case queue.Answer:
		c.answer(m.Sound)
	case queue.Wait:
		c.wait(m.Sound)
	case queue.Announce:
		c.announce(m.Position)
	case queue.Connect:
		c.connect(m.Agent)
	case queue.Hold:
		c.hold(m.Sound)
	case queue.Resume:
		c.resume()
	case queue.Mute:
		c.mute(m.On)
	case queue.SendKeys:
		c.sendKeys(m.Keys)
	case queue.Close:
		c.closeWith(m.Words)
	case queue.End:
		c.endByOrder(m.By, m.Cause)
	}
}

// rang takes one alarm.
func (c *call) rang(a alarm) {
	switch a {
	case alarmRinging:
		c.stillRinging()
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
	case alarmConnect:
		c.microphoneSilent()
	case alarmWords:
		c.gotWordsEnd(c.words)
	case alarmLimit:
		c.hangUp(queue.BySystem, queue.CauseDuration)
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

// onCancel runs in sipgo's goroutine with its transaction locked: it may only
// note and leave.
func (c *call) onCancel(*sip.Request) {
	if c.become(ringing, cancelled) {
		c.inbox.put(cancelCame{})
	}
}

// gotCancel: she gave up before we answered; sipgo has sent the 487.
func (c *call) gotCancel() {
	c.end(queue.ByCaller, queue.CauseCancel)
	c.gone = true
}

// lostTransaction: the connection her INVITE came on is gone before we could
// answer. A CANCEL ends the transaction too, but then the phase tells.
func (c *call) lostTransaction() {
	if !c.become(ringing, refused) {
		return
	}
	c.end(queue.ByNetwork, queue.CauseCancel)
	c.gone = true
}

// end closes the sound and tells the desk, once. What has to be said on the
// wire follows after.
func (c *call) end(by queue.Party, cause queue.Cause) {
	if c.ended {
		return
	}
	c.ended = true
	// The record comes first: whatever fails below, the contact has an end.
	c.server.calls.forget(c.contact)
	c.post(queue.HungUp{Contact: c.contact, By: by, Cause: cause})
	c.clock.stopAllBut(alarmResend, alarmNoAck)
	c.agent = agentOnLine{}
	if c.sound != nil {
		c.sound.close()
	}
	c.release()
	c.log.Info("caller's call ended", "by", by, "cause", cause, "lasted", c.lasted())
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
		c.server.caught("call "+string(c.contact), v)
		c.afterPanic()
	}
	c.release()
	c.server.calls.drop(c)
	c.clock.stopAllBut()
	for _, m := range c.inbox.close() {
		if r, ok := m.(*request); ok {
			r.answer(c.server.reply(r.Request, c.afterEnd(r.Method)))
		}
	}
	if c.open != nil {
		c.open.finish()
	}
}

func (c *call) afterPanic() {
	defer func() {
		if v := recover(); v != nil {
			c.server.caught("end of call "+string(c.contact), v)
		}
	}()
	wasUp := c.inPhase(answered)
	if c.become(ringing, refused) || c.inPhase(answering) {
		c.tell(sip.StatusInternalServerError)
	}
	c.end(queue.BySystem, queue.CausePanic)
	if wasUp {
		// Nobody waits for the outcome: the goroutine that would is this one.
		req := c.farewell(queue.CausePanic)
		elsewhere := c.dialog.elsewhere()
		go func() { _, _ = c.server.send(req, elsewhere) }()
	}
}
