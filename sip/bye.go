package sip

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// last is what remains to be said when the desk has been told.
type last struct{ cause queue.Cause }

// gotBye: she hung up.
func (c *call) gotBye(r *request) {
	r.answer(c.respond(r.Request, sip.StatusOK))
	if c.in != nil && c.become(ringing, refused) {
		// A BYE in place of a CANCEL (RFC 3261 §15.1.2).
		_ = c.say(c.respond(c.in.invite, sip.StatusRequestTerminated))
		c.end(queue.ByCaller, queue.CauseCancel)
		c.gone = true
		return
	}
	c.settle()
	c.end(queue.ByCaller, queue.CauseNormal)
	c.gone = true
}

// hangUp ends the call from our side, in whatever state it is.
func (c *call) hangUp(by queue.Party, cause queue.Cause) {
	if c.ended {
		return
	}
	switch {
	case !c.inPhase(ringing):
	case c.in != nil:
		c.reject(sip.StatusTemporarilyUnavailable, by, cause)
		return
	default:
		c.giveUp(by, cause)
		return
	}
	c.bye = &last{cause}
	c.end(by, cause)
	if c.open == nil || c.up {
		c.settle()
		c.goodbye()
	}
	// Otherwise she has not acknowledged our 200 yet, and a callee may not say
	// BYE before (RFC 3261 §15). The ACK, or its never coming, brings us here.
}

// goodbye sends the BYE and leaves when it was answered, or nobody did.
func (c *call) goodbye() {
	c.request(c.farewell(c.bye.cause), forBye)
}

// farewell is the BYE with the reason of it (RFC 3326).
func (c *call) farewell(cause queue.Cause) *sip.Request {
	req := c.dialog.request(sip.BYE)
	code, text := reasonOf(cause)
	req.AppendHeader(whyHeader("Q.850", code, text))
	return req
}

// whyHeader says why in the words of RFC 3326.
func whyHeader(protocol string, cause int, text string) sip.Header {
	return sip.NewHeader("Reason", fmt.Sprintf(`%s;cause=%d;text="%s"`, protocol, cause, text))
}

// endByOrder hangs up for the desk, in whatever state the call is.
func (c *call) endByOrder(by queue.Party, cause queue.Cause) {
	if c.in != nil && c.inPhase(ringing) && cause == queue.CauseDrain {
		c.reject(sip.StatusServiceUnavailable, by, cause)
		return
	}
	c.hangUp(by, cause)
}

// reasonOf is what a carrier's records say of the end, in the codes of Q.850.
func reasonOf(cause queue.Cause) (code int, text string) {
	switch cause {
	case queue.CauseNoAck, queue.CauseSilence, queue.CauseExpired, queue.CauseDuration:
		return 102, "Recovery on timer expiry"
	case queue.CauseNoCodec:
		return 88, "Incompatible destination"
	case queue.CausePanic, queue.CauseDrain:
		return 41, "Temporary failure"
	}
	return 16, "Normal call clearing"
}

// listen looks whether sound still comes. Silence alone is no reason to hang
// up on anybody: her phone may be muted. She is asked first.
func (c *call) listen() {
	patience := c.server.calls.patience.silence
	heard := c.sound.heard()
	if heard.IsZero() {
		heard = c.begun
	}
	if quiet := time.Since(heard); quiet < patience || c.sound.held() {
		c.clock.set(alarmSilence, max(patience-quiet, patience/10))
		return
	}
	c.probe = probe{c.dialog.request(sip.OPTIONS), time.Now()}
	c.request(c.probe.question, forProbe)
	c.clock.set(alarmProbe, c.server.calls.patience.probe)
}

// probe is the question whether the far end is still there.
type probe struct {
	question *sip.Request // nil: none is open
	asked    time.Time
}

// errNoSign: the question was answered neither by SIP nor by sound in time.
// Timer F would wait for twice as long.
var errNoSign = errors.New("no answer in time")

// probed is how the far end took the question. Sound since then is a sign of
// life, and so is any answer but "what call?".
func (c *call) probed(o outcome) {
	asked := c.probe.asked
	c.probe = probe{}
	c.clock.stop(alarmProbe)
	if c.sound.heard().After(asked) || o.err == nil && !lostDialog(o.status) {
		c.clock.set(alarmSilence, c.server.calls.patience.silence)
		return
	}
	c.log.Warn("no sound came from the far end and it did not answer", "status", o.status, "error", o.err)
	c.hangUp(queue.ByNetwork, queue.CauseSilence)
}

// lostDialog knows the answers of who is in no call with us (RFC 5057 §5.1).
func lostDialog(status int) bool {
	switch status {
	case sip.StatusCallTransactionDoesNotExists, sip.StatusRequestTimeout,
		sip.StatusNotFound, sip.StatusGone:
		return true
	}
	return false
}

// glareWait is how long to wait after a 491 (RFC 3261 §14.1): the side that
// made the Call-ID waits longer, so that the two do not meet again.
func (d *dialog) glareWait() time.Duration {
	if d.ours {
		return time.Duration(210+rand.IntN(190)) * 10 * time.Millisecond
	}
	return time.Duration(rand.IntN(200)) * 10 * time.Millisecond
}
