package sip

import (
	"math/rand/v2"
	"strconv"

	"github.com/emiago/sipgo/sip"
)

// gotReinvite: the far end changes the session (hold, another address, fewer
// codecs), refreshes it, or asks for our offer.
func (c *call) gotReinvite(r *request) {
	if res := c.cannotNow(r.Request); res != nil {
		r.answer(res)
		return
	}
	if c.open != nil {
		// She would not begin a new INVITE without having seen our 200: its
		// ACK was lost, or is still behind this request.
		c.gotAckBySign()
	}
	offer, _ := sessionBody(r.Request)
	sdp, err := c.describe(offer)
	if err != nil {
		c.log.Warn("a change of the session was refused and the old one kept", "error", err)
		r.answer(c.respond(r.Request, unacceptable(err)))
		return
	}
	c.dialog.retarget(r.Request)
	c.company.named(c.dialog)
	c.allowed(r.Request)
	c.local = sdp
	res := c.accept(r.Request, sdp)
	if err := r.tx.Respond(res); err != nil {
		c.log.Warn("the answer to a change of the session could not be sent", "error", err)
	}
	c.transmit(&transmit{req: r.Request, res: res, tx: r.tx, ours: offer == nil, done: r.done})
	if offer != nil {
		c.owner.onChanged()
	}
}

// allowed takes what the far end understands from its latest word on it.
func (c *call) allowed(msg headed) {
	if m := methodsOf(msg); m != nil {
		c.allows = m
	}
}

// agreedEarly tells whether the two descriptions of the first INVITE were
// exchanged already, by a reliable provisional response; then an UPDATE may
// change them (RFC 3311 §5.2).
func (c *call) agreedEarly(req *sip.Request) bool {
	if c.in != nil {
		return c.in.reliable.done
	}
	tag, _ := req.From().Params.Get("tag")
	e := c.out.early[tag]
	return e != nil && e.rseq > 0 && e.answer != nil
}

// gotUpdate is the same without the ceremony (RFC 3311). Most come without SDP
// to say that the far end is still there.
func (c *call) gotUpdate(r *request) {
	if res := c.cannotNow(r.Request); res != nil {
		r.answer(res)
		return
	}
	offer, _ := sessionBody(r.Request)
	if offer == nil {
		c.dialogOf(r.Request).retarget(r.Request)
		r.answer(c.accept(r.Request, nil))
		return
	}
	sdp, err := c.describe(offer)
	if err != nil {
		c.log.Warn("a change of the session was refused and the old one kept", "error", err)
		r.answer(c.respond(r.Request, unacceptable(err)))
		return
	}
	c.dialogOf(r.Request).retarget(r.Request)
	c.local = sdp
	r.answer(c.accept(r.Request, sdp))
	c.confirmed(offer)
	c.owner.onChanged()
}

// cannotNow is the refusal of a change that comes at the wrong moment or asks
// for what cannot be.
func (c *call) cannotNow(req *sip.Request) *sip.Response {
	offer, status := sessionBody(req)
	switch {
	case status != 0:
		return c.respond(req, status)
	case required(req) != "":
		res := c.respond(req, sip.StatusBadExtension)
		res.AppendHeader(sip.NewHeader("Unsupported", required(req)))
		return res
	case c.server.calls.tooBrief(req):
		res := c.respond(req, sessionTooBrief)
		res.AppendHeader(c.server.calls.minSE())
		return res
	case !c.inPhase(answered) && (req.IsInvite() || offer != nil && !c.agreedEarly(req)):
		// The first INVITE, or the offer in it, waits for its answer
		// (RFC 3261 §14.2, RFC 3311 §5.2).
		return c.later(req)
	case c.outs.reinvite:
		return c.respond(req, sip.StatusRequestPending) // glare
	case c.open != nil && c.open.ours:
		// Our offer waits for her answer, which only the ACK can bring.
		return c.respond(req, sip.StatusRequestPending)
	}
	return nil
}

// later is a 500 that asks to try again (RFC 3261 §14.2: 0 to 10 seconds).
func (c *call) later(req *sip.Request) *sip.Response {
	if c.out != nil {
		return c.respond(req, sip.StatusRequestPending) // the offer that waits is ours
	}
	res := c.respond(req, sip.StatusInternalServerError)
	res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(rand.IntN(11))))
	return res
}

// gotAckBySign takes the open 2xx as acknowledged because of what came after.
func (c *call) gotAckBySign() {
	c.settle()
	if !c.up {
		c.established(false)
	}
}
