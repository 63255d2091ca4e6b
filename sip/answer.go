package sip

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/media"
	"sahut/queue"
)

// sipgo refuses to send a datagram longer than this, also a 200 OK, which then
// is never sent at all. A carrier's Via and Record-Route lines make a normal
// answer longer than its default of 1300 bytes; like everybody else we let IP
// split such a datagram.
func init() { sip.UDPMTUSize = 16 << 10 }

// transmit is a 2xx of ours on its way. sipgo leaves repeating it to us (RFC
// 6026), and does it wrongly where it does it itself: every 4 s, and for ever.
type transmit struct {
	req  *sip.Request // the INVITE it answers
	res  *sip.Response
	tx   sip.ServerTransaction
	wait time.Duration
	ours bool          // it carries our offer; the ACK brings the answer
	done chan struct{} // lets the handler of a re-INVITE go
}

// finish lets the handler of a re-INVITE go.
func (t *transmit) finish() {
	if t.done != nil {
		close(t.done)
		t.done = nil
	}
}

// incoming is how a call that comes in is set up.
type incoming struct {
	invite   *sip.Request
	tx       sip.ServerTransaction
	came     time.Time
	offer    []byte // the SDP of her INVITE; nil: she wants ours
	hello    func() // called as soon as she can hear us
	reliable reliable
}

// beginIn is what happens before the desk decides.
func (c *call) beginIn() {
	c.log.Info("caller arrived", "caller", callerOf(c.in.invite), "trunk", c.trunk.Name)
	// When the transaction has ended already, either she cancelled, or her
	// connection is lost; the latter is seen in run.
	if !c.in.tx.OnCancel(c.onCancel) && errors.Is(c.in.tx.Err(), sip.ErrTransactionCanceled) {
		c.onCancel(nil)
	}
	c.tell(sip.StatusTrying)
	c.clock.set(alarmRinging, c.server.calls.patience.ringing)
	c.clock.set(alarmLimit, c.server.calls.patience.limit)
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

// respond builds a response to a request of this call: its To tag is the
// dialog's in every response (RFC 3261 §12.1.1).
func (c *call) respond(req *sip.Request, status int) *sip.Response {
	res := c.server.reply(req, status)
	if _, has := req.To().Params.Get("tag"); !has && status != sip.StatusTrying {
		res.To().Params.Add("tag", c.dialog.id.local) // sipgo made one up
	}
	return res
}

// tell answers the INVITE with a status and no more.
func (c *call) tell(status int) {
	res := c.respond(c.in.invite, status)
	if status > sip.StatusTrying && status < 200 {
		res.AppendHeader(&sip.ContactHeader{Address: c.dialog.here.contact()})
	}
	c.say(res)
}

// say sends a response to the INVITE and puts right what a CANCEL in between
// made of it.
func (c *call) say(res *sip.Response) error {
	err := c.in.tx.Respond(res)
	if errors.Is(err, sip.ErrTransactionCanceled) {
		// sipgo answered the CANCEL while we were on our way, sent 487, and
		// then kept our response as the one to repeat: without this line the
		// caller who hung up would see "200 OK" half a second later.
		_ = c.in.tx.Respond(c.respond(c.in.invite, sip.StatusRequestTerminated))
	}
	return err
}

// stillRinging repeats 180 so that no proxy on the way gives up (RFC 3261
// §16.6, timer C, three minutes).
func (c *call) stillRinging() {
	if !c.inPhase(ringing) {
		return
	}
	c.tell(sip.StatusRinging)
	c.clock.set(alarmRinging, c.server.calls.patience.ringing)
}

// refuse turns her away before she was answered.
func (c *call) refuse(why queue.Refusal) {
	c.reject(statusOf(why), queue.BySystem, queue.CauseRefused)
}

// reject ends the INVITE with a status of 300 or more.
func (c *call) reject(status int, by queue.Party, cause queue.Cause) {
	if !c.become(ringing, refused) {
		return // she cancelled; that message is in the inbox
	}
	res := c.respond(c.in.invite, status)
	if status == sip.StatusServiceUnavailable {
		res.ReplaceHeader(sip.NewHeader("Retry-After", strconv.Itoa(5+rand.IntN(26))))
	}
	_ = c.say(res)
	c.end(by, cause)
	c.gone = true
}

// pickUp answers: media first, so that there is never a 200 without it.
func (c *call) pickUp() {
	if err := c.openSound(); err != nil {
		c.log.Error("a caller was turned away: no sound could be opened for her", "error", err)
		c.reject(sip.StatusServiceUnavailable, queue.BySystem, queue.CauseNoPorts)
		return
	}
	sdp, err := c.describe(c.in.offer)
	if err != nil {
		c.log.Warn("a caller was turned away: her phone and we have no codec in common", "error", err)
		c.reject(unacceptable(err), queue.BySystem, queue.CauseNoCodec)
		return
	}
	c.local = sdp
	if c.wantsReliable() {
		c.ringReliably(sdp)
		return
	}
	c.tell(sip.StatusRinging)
	c.sendAnswer(sdp)
}

// sendAnswer sends the 200. sdp is nil when a reliable 18x has brought ours.
func (c *call) sendAnswer(sdp []byte) {
	if !c.become(ringing, answering) {
		return
	}
	c.clock.stop(alarmRinging)
	res := c.accept(c.in.invite, sdp)
	if err := c.say(res); err != nil {
		c.notAnswered(err)
		return
	}
	c.phase.Store(int32(answered))
	c.begun = time.Now()
	c.server.setups.add(c.begun.Sub(c.in.came))
	ours := c.in.offer == nil && sdp != nil
	c.transmit(&transmit{req: c.in.invite, res: res, tx: c.in.tx, ours: ours})
	if !ours {
		c.in.hello()
	}
}

// notAnswered: the 200 could not be sent.
func (c *call) notAnswered(err error) {
	if errors.Is(err, sip.ErrTransactionCanceled) {
		c.phase.Store(int32(cancelled))
		c.gotCancel()
		return
	}
	c.log.Warn("the answer to a caller could not be sent", "error", err)
	c.phase.Store(int32(refused))
	c.end(queue.ByNetwork, queue.CauseNoAck)
	c.gone = true
}

// describe makes our SDP: the answer to hers, or an offer when she left it to us.
func (c *call) describe(offer []byte) ([]byte, error) {
	if offer == nil {
		return c.sound.offer()
	}
	sdp, err := c.sound.answer(offer)
	if err != nil {
		return nil, err
	}
	return c.edition.of(sdp, conditionsOf(offer).answer()), nil
}

// unacceptable is the status for an offer that cannot be.
func unacceptable(err error) int {
	if errors.Is(err, media.ErrBadSDP) {
		return sip.StatusBadRequest
	}
	return sip.StatusNotAcceptableHere
}

// accept builds the 200 of an INVITE or UPDATE.
func (c *call) accept(req *sip.Request, sdp []byte) *sip.Response {
	res := c.respond(req, sip.StatusOK)
	res.AppendHeader(&sip.ContactHeader{Address: c.dialogOf(req).here.contact()})
	res.AppendHeader(sip.NewHeader("Allow", allow))
	res.AppendHeader(sip.NewHeader("Supported", c.server.supported()))
	c.agreeSession(req, res)
	if sdp != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		res.SetBody(sdp)
	}
	return res
}

// transmit repeats a 2xx that was just sent until its ACK comes (RFC 3261
// §13.3.1.4), over TCP too: a proxy behind it may use UDP.
func (c *call) transmit(t *transmit) {
	t.wait = sip.T1
	c.open = t
	c.clock.set(alarmResend, t.wait)
	c.clock.set(alarmNoAck, 64*sip.T1)
}

// resend sends the 2xx again, twice as patient each time up to T2.
func (c *call) resend() {
	t := c.open
	if t == nil {
		return
	}
	if err := t.tx.Respond(t.res); err != nil {
		c.log.Debug("a 200 could not be repeated", "error", err)
	}
	t.wait = min(2*t.wait, sip.T2)
	c.clock.set(alarmResend, t.wait)
}

// neverAcked: 64*T1 passed. The far end may or may not think it is in a call,
// so it gets a BYE.
func (c *call) neverAcked() {
	t := c.open
	if t == nil {
		return
	}
	c.settle()
	if c.ended {
		c.goodbye()
		return
	}
	c.hangUp(queue.ByNetwork, queue.CauseNoAck)
}

// settle ends the repeating of the open 2xx.
func (c *call) settle() {
	c.clock.stop(alarmResend, alarmNoAck)
	if c.open != nil {
		c.open.finish()
		c.open = nil
	}
}

// ackCame is an ACK outside any transaction: that of a 2xx.
type ackCame struct{ req *sip.Request }

// gotAck: an ACK belongs to the INVITE of its number, whatever else has come
// since (an INFO or UPDATE before the ACK is no reason to lose it).
func (c *call) gotAck(ack *sip.Request) {
	t := c.open
	if t == nil || ack.CSeq().SeqNo != t.req.CSeq().SeqNo {
		return
	}
	c.settle()
	if c.ended {
		c.goodbye()
		return
	}
	if t.ours {
		if err := c.gotAnswer(ack); err != nil {
			c.log.Warn("a caller's answer to our offer cannot be used", "error", err)
			c.hangUp(queue.BySystem, queue.CauseNoCodec)
			return
		}
	}
	if !c.up {
		c.established(t.ours)
	}
}

// gotAnswer takes the SDP of an ACK.
func (c *call) gotAnswer(ack *sip.Request) error {
	sdp, status := sessionBody(ack)
	if status != 0 || sdp == nil {
		return errors.New("the ACK carries no SDP though the 200 made an offer")
	}
	return c.sound.accept(sdp)
}

// established: the caller knows that we answered. late says that only now she
// can hear us.
func (c *call) established(late bool) {
	if late {
		c.in.hello()
	}
	c.log.Info("caller answered", "took", time.Since(c.begun).Round(time.Microsecond))
	c.settled()
}
