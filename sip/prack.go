package sip

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// reliable is a provisional response of ours that a PRACK has to acknowledge
// (RFC 3262 §3). There is one at a time, and it carries our description, so
// that the 200 need not.
type reliable struct {
	seq   uint32
	res   *sip.Response // nil: none waits
	wait  time.Duration
	ours  bool // it carries our offer; the PRACK brings the answer
	done  bool // the exchange of descriptions is complete
	unmet bool // the caller still reserves her resources (RFC 3312); an UPDATE will tell
}

// wantsReliable tells whether the caller's side can take a reliable response,
// or insists on it.
func (c *call) wantsReliable() bool {
	if c.mustBeReliable() {
		return true
	}
	return c.trunk.cfg.Reliable != "off" && slices.Contains(tokens(c.in.invite, "Supported", "k"), "100rel")
}

func (c *call) mustBeReliable() bool {
	tags := tokens(c.in.invite, "Require")
	return slices.Contains(tags, "100rel") || slices.Contains(tags, "precondition")
}

// ringReliably sends our description ahead in a 180 and waits for its PRACK.
// A caller who insists on preconditions and has not met hers is told 183
// instead: her phone must not ring for nothing (RFC 3312 §5).
func (c *call) ringReliably(sdp []byte) {
	r := &c.in.reliable
	status, require := sip.StatusRinging, "100rel"
	if slices.Contains(tokens(c.in.invite, "Require"), "precondition") {
		require = "100rel, precondition"
		if r.unmet = unmet(c.in.offer); r.unmet {
			status = sip.StatusSessionInProgress
		}
	}
	res := c.respond(c.in.invite, status)
	res.AppendHeader(&sip.ContactHeader{Address: c.dialog.here.contact()})
	res.AppendHeader(sip.NewHeader("Allow", allow))
	res.AppendHeader(sip.NewHeader("Require", require))
	r.seq = 1 + rand.Uint32N(1<<30)
	res.AppendHeader(sip.NewHeader("RSeq", strconv.FormatUint(uint64(r.seq), 10)))
	res.AppendHeader(sip.NewHeader("Content-Type", accepted))
	res.SetBody(sdp)
	r.res, r.wait, r.ours = res, sip.T1, c.in.offer == nil
	_ = c.say(res)
	patience := 64 * sip.T1
	if !c.mustBeReliable() {
		patience = min(patience, c.server.calls.patience.prack)
	}
	c.clock.stop(alarmRinging)
	c.clock.set(alarmReliable, r.wait)
	c.clock.set(alarmNoPrack, patience)
}

// resendReliable repeats the response, twice as patient each time.
func (c *call) resendReliable() {
	r := &c.in.reliable
	if r.res == nil || !c.inPhase(ringing) {
		return
	}
	_ = c.say(r.res)
	r.wait *= 2
	c.clock.set(alarmReliable, r.wait)
}

// neverPracked: a side that only said it could do this is answered all the
// same, for a person waits behind it; RFC 3262 §3 would turn her away. So is
// one whose resources were never confirmed.
func (c *call) neverPracked() {
	r := &c.in.reliable
	if !c.inPhase(ringing) {
		return
	}
	c.clock.stop(alarmReliable)
	switch {
	case r.done:
		c.sendAnswer(nil)
	case c.mustBeReliable():
		c.log.Warn("a caller was turned away: her side insists on PRACK and sends none")
		c.reject(statusServerTimeout, queue.ByNetwork, queue.CauseNoAck)
	default:
		c.log.Warn("a reliable response was never acknowledged; the caller is answered without it. Set reliable: off for this trunk", "trunk", c.trunk.Name)
		r.res = nil
		c.sendAnswer(c.local)
	}
}

// gotPrack: the caller's side has our reliable response.
func (c *call) gotPrack(r *request) {
	if c.in == nil || !c.in.reliable.matches(r.Request, c.in.invite) {
		r.answer(c.respond(r.Request, sip.StatusCallTransactionDoesNotExists))
		return
	}
	w := &c.in.reliable
	res := c.respond(r.Request, sip.StatusOK)
	if sdp, _ := sessionBody(r.Request); sdp != nil && !w.done {
		if err := c.prackSDP(res, sdp, w.ours); err != nil {
			r.answer(c.respond(r.Request, unacceptable(err)))
			return
		}
	}
	r.answer(res)
	again := w.done
	w.res, w.done = nil, true
	c.clock.stop(alarmReliable)
	if again || !c.inPhase(ringing) {
		return
	}
	if w.unmet {
		c.clock.set(alarmNoPrack, c.server.calls.patience.press) // she has so long to reserve
		return
	}
	c.clock.stop(alarmNoPrack)
	c.sendAnswer(nil)
}

// prackSDP takes the description of a PRACK: the answer to ours, or one more
// offer (RFC 3262 §5).
func (c *call) prackSDP(res *sip.Response, sdp []byte, answer bool) error {
	if answer {
		return c.sound.accept(sdp)
	}
	ours, err := c.describe(sdp)
	if err != nil {
		return err
	}
	c.local = ours
	res.AppendHeader(sip.NewHeader("Content-Type", accepted))
	res.SetBody(ours)
	return nil
}

// matches tells whether a PRACK is for our response (RFC 3262 §7.2).
func (r *reliable) matches(prack, invite *sip.Request) bool {
	f := strings.Fields(headerValue(prack, "RAck"))
	if len(f) != 3 || r.seq == 0 {
		return false
	}
	return f[0] == strconv.FormatUint(uint64(r.seq), 10) &&
		f[1] == strconv.FormatUint(uint64(invite.CSeq().SeqNo), 10) && strings.EqualFold(f[2], "INVITE")
}

// confirmed: an UPDATE of a caller who insists on preconditions came. When she
// has met hers, she is answered.
func (c *call) confirmed(offer []byte) {
	if c.in == nil || !c.in.reliable.unmet || !c.inPhase(ringing) || unmet(offer) {
		return
	}
	c.in.reliable.unmet = false
	c.clock.stop(alarmNoPrack)
	c.sendAnswer(nil)
}
