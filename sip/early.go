package sip

import (
	"bytes"
	"errors"
	"slices"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// dialogWith is the early dialog with whoever sent res; a new one if its To
// tag is new (RFC 3261 §12.1: forking makes many of one INVITE).
func (o *outgoing) dialogWith(res *sip.Response) *early {
	tag, _ := res.To().Params.Get("tag")
	e := o.early[tag]
	if e == nil {
		e = &early{dialog: o.proto.branch(res)}
		o.early[tag] = e
		o.call.knownBy(e.dialog.id)
		o.call.company.named(e.dialog)
	}
	return e
}

// gotProvisional: somebody rings, or speaks already.
func (c *call) gotProvisional(res *sip.Response) {
	o := c.out
	o.rung = true
	if res.StatusCode == sip.StatusCallIsForwarded && c.mindsForwarding() {
		return
	}
	tag, _ := res.To().Params.Get("tag")
	if tag == "" {
		c.ringsWithout(res)
		return
	}
	e := o.dialogWith(res)
	c.deferred()
	if reliably(res) && !c.prack(e, res) {
		return
	}
	if c.allows == nil {
		c.allows = methodsOf(res)
	}
	if sdp, _ := sessionBody(res); sdp != nil {
		if err := c.hearEarly(e, sdp); err != nil {
			c.log.Info("what a ringing far end described cannot be used", "error", err)
		}
	}
	c.ringsWithout(res)
}

// mindsForwarding gives a call up that must ring at nobody else's telephone, and
// tells whether it did.
func (c *call) mindsForwarding() bool {
	k, ok := c.owner.(*contact)
	if !ok || !k.listens {
		return false
	}
	c.log.Info("a call-back was given up: the far end forwards it")
	k.hangUp(queue.BySystem, queue.CauseVoicemail)
	return true
}

// ringsWithout tells the owner that it rings. The tone is ours to play unless
// the far end sends its own.
func (c *call) ringsWithout(res *sip.Response) {
	c.owner.onRing(res.StatusCode == sip.StatusRinging)
}

// reliably tells whether a provisional response waits for a PRACK.
func reliably(res *sip.Response) bool {
	return slices.Contains(tokens(res, "Require"), "100rel") && headerValue(res, "RSeq") != ""
}

// prack acknowledges a reliable provisional response (RFC 3262 §4). It is
// false for one that came before, or before its turn: that one is repeated.
func (c *call) prack(e *early, res *sip.Response) bool {
	n, err := strconv.ParseUint(headerValue(res, "RSeq"), 10, 32)
	if err != nil || e.rseq != 0 && uint32(n) != e.rseq+1 {
		return false
	}
	e.rseq = uint32(n)
	req := e.dialog.request(sip.PRACK)
	req.AppendHeader(sip.NewHeader("RAck", strconv.FormatUint(n, 10)+" "+strconv.FormatUint(uint64(res.CSeq().SeqNo), 10)+" INVITE"))
	c.requestIn(e.dialog, req, forPrack)
	return true
}

// hearEarly takes the description of a far end that rings: early media.
func (c *call) hearEarly(e *early, sdp []byte) error {
	if c.out.heard == e.dialog.id.remote && bytes.Equal(sdp, e.answer) {
		return nil
	}
	if err := c.sound.accept(sdp); err != nil {
		return err
	}
	e.answer, c.out.heard = sdp, e.dialog.id.remote
	return nil
}

// takeAnswer takes the description of a 2xx, or the one a response before it
// brought. Several telephones may have described theirs: it is the one of the
// telephone that was picked up that counts.
func (c *call) takeAnswer(e *early, res *sip.Response) error {
	sdp, status := sessionBody(res)
	switch {
	case status != 0:
		return errors.New("its body is no session description")
	case sdp == nil && e.answer == nil:
		return errors.New("it carries no session description though we made an offer")
	case sdp == nil:
		sdp = e.answer
	}
	return c.hearEarly(e, sdp)
}

// knows tells whether a request comes from a far end that a call of ours knows.
// While it is being set up, one that is not known yet waits: its response is
// only a little behind.
func (c *call) knows(r *request) bool {
	if d := c.dialogOf(r.Request); d != nil {
		return true
	}
	if c.inPhase(ringing) && len(c.out.waiting) < maxWaiting {
		c.out.waiting = append(c.out.waiting, r)
		return false
	}
	r.answer(c.server.reply(r.Request, sip.StatusCallTransactionDoesNotExists))
	return false
}

// deferred takes up the requests that waited for their dialog.
func (c *call) deferred() {
	waiting := c.out.waiting
	c.out.waiting = nil
	for _, r := range waiting {
		c.gotRequest(r)
	}
}

// dialogOf is the dialog a request belongs to: the call's own, or that of a
// telephone that rings.
func (c *call) dialogOf(req *sip.Request) *dialog {
	if c.out == nil {
		return c.dialog
	}
	tag, _ := req.From().Params.Get("tag")
	if c.dialog != nil && c.dialog.id.remote == tag {
		return c.dialog
	}
	if e := c.out.early[tag]; e != nil && c.dialog == nil {
		return e.dialog
	}
	return nil
}
