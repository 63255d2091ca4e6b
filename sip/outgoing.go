package sip

import (
	"context"
	"errors"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// purpose is why we sent a request inside a dialog.
type purpose int

const (
	forBye purpose = iota
	forProbe
	forRefresh
	forPrack
	forNotify
)

// outcome is what became of a request of ours.
type outcome struct {
	of     purpose
	req    *sip.Request  // what was sent
	status int           // of the final response
	res    *sip.Response // that response
	err    error         // there was none
}

// outstanding are our own requests on the way.
type outstanding struct {
	written  chan struct{} // closed when the latest of them is on the wire; nil: none was sent
	refresh  bool
	signed   bool // … with the trunk's credentials
	reinvite bool // an INVITE: one of hers now is glare
}

// request sends req in a goroutine of its own; its outcome comes back through
// the inbox. The call's own goroutine never waits for the network.
func (c *call) request(req *sip.Request, of purpose) { c.requestIn(c.dialog, req, of) }

// requestIn is request for a dialog that need not be the call's own yet. One
// request is not written before the one ahead of it was: a far end that sees
// their numbers go back refuses them.
func (c *call) requestIn(d *dialog, req *sip.Request, of purpose) {
	elsewhere := c.elsewhere(d)
	var ack *sip.Request
	if req.IsInvite() {
		ack = d.ack(req)
	}
	ahead, written := c.outs.written, make(chan struct{})
	c.outs.written = written
	go func() {
		if ahead != nil {
			<-ahead
		}
		o := outcome{of: of, req: req}
		done := sync.OnceFunc(func() { close(written) })
		defer done()
		if ack != nil {
			o.res, o.err = c.server.sendInvite(req, ack, elsewhere, done)
		} else {
			o.res, o.err = c.server.sendTelling(req, elsewhere, done)
		}
		if o.res != nil {
			o.status = o.res.StatusCode
		}
		c.inbox.put(o)
	}()
}

// elsewhere is where a request of d goes when the connection it should go by
// is gone: for a volunteer's phone, where that is registered by now.
func (c *call) elsewhere(d *dialog) string {
	if p, ok := c.owner.(*deviceCall); ok && d.here.network != "UDP" {
		if at, ok := p.at(); ok && at != d.source {
			return at
		}
	}
	return d.elsewhere()
}

// gotOutcome takes what became of a request of ours.
func (c *call) gotOutcome(o outcome) {
	switch {
	case o.of == forBye:
		if o.err != nil {
			c.log.Info("a BYE was not answered", "error", o.err)
		}
		c.gone = true
	case c.ended:
	case o.of == forProbe:
		if o.req == c.probe.question { // not of one that was given up
			c.probed(o)
		}
	case o.of == forRefresh:
		c.refreshed(o)
	}
}

// send sends a request and returns its final response. A challenge (401, 407)
// is a final response like any other: nothing inside a dialog is ever signed
// with a trunk's password because the far end asks for it.
//
// A stream may have been closed by the far end since its last request; then
// the request is sent once more to elsewhere, if that is not empty.
func (s *Server) send(req *sip.Request, elsewhere string) (*sip.Response, error) {
	return s.sendTelling(req, elsewhere, func() {})
}

// sendTelling is send that calls written when the request is on the wire.
func (s *Server) sendTelling(req *sip.Request, elsewhere string, written func()) (*sip.Response, error) {
	res, err := s.sendOnce(req, written)
	if err == nil || elsewhere == "" || errors.Is(err, sip.ErrTransactionTimeout) {
		return res, err
	}
	return s.sendOnce(resent(req, elsewhere), written)
}

// resent is req on its way to elsewhere: a transaction of its own.
func resent(req *sip.Request, elsewhere string) *sip.Request {
	again := req.Clone()
	again.Via().Params.Add("branch", sip.GenerateBranch())
	again.SetDestination(elsewhere)
	return again
}

// begin sends a request of ours; the transaction takes it from there.
func (s *Server) begin(ctx context.Context, req *sip.Request) (sip.ClientTransaction, error) {
	tx, err := s.uac.TransactionRequest(ctx, req, s.streams.ready)
	return tx, unquoted(err)
}

func (s *Server) sendOnce(req *sip.Request, written func()) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1+sip.T1)
	defer cancel()
	tx, err := s.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	written()
	defer tx.Terminate()
	gone := lost(tx)
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, tx.Err()
		case <-gone:
			return nil, errConnectionLost
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// sendInvite sends an INVITE inside a dialog and acknowledges what comes, each
// time it comes. The ACK of a refusal is sipgo's to send. Like send it tries
// elsewhere when the stream is closed.
func (s *Server) sendInvite(req, ack *sip.Request, elsewhere string, written func()) (*sip.Response, error) {
	res, err := s.inviteOnce(req, ack, written)
	if err == nil || elsewhere == "" || errors.Is(err, sip.ErrTransactionTimeout) {
		return res, err
	}
	ack.SetDestination(elsewhere)
	return s.inviteOnce(resent(req, elsewhere), ack, written)
}

func (s *Server) inviteOnce(req, ack *sip.Request, written func()) (*sip.Response, error) {
	tx, err := s.begin(context.Background(), req)
	if err != nil {
		return nil, err
	}
	written()
	gone := lost(tx)
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			if res.IsSuccess() {
				if contact := res.Contact(); contact != nil {
					ack.Recipient = *contact.Address.Clone()
				}
				tx.OnRetransmission(func(*sip.Response) { _ = s.uac.WriteRequest(ack, s.streams.ready) })
				return res, s.uac.WriteRequest(ack, s.streams.ready)
			}
			return res, nil
		case <-gone:
			tx.Terminate()
			return nil, errConnectionLost
		case <-tx.Done():
			return nil, tx.Err()
		}
	}
}
