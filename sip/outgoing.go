package sip

import (
	"context"
	"errors"

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
	status int           // of the final response
	res    *sip.Response // that response
	err    error         // there was none
}

// outstanding are our own requests on the way.
type outstanding struct {
	refresh  bool
	signed   bool // … with the trunk's credentials
	reinvite bool // an INVITE: one of hers now is glare
}

// request sends req in a goroutine of its own; its outcome comes back through
// the inbox. The call's own goroutine never waits for the network.
func (c *call) request(req *sip.Request, of purpose) {
	elsewhere := c.dialog.elsewhere()
	var ack *sip.Request
	if req.IsInvite() {
		ack = c.dialog.ack(req)
	}
	go func() {
		o := outcome{of: of}
		var res *sip.Response
		if ack != nil {
			res, o.err = c.server.sendInvite(req, ack)
		} else {
			res, o.err = c.server.send(req, elsewhere)
		}
		if res != nil {
			o.status, o.res = res.StatusCode, res
		}
		c.inbox.put(o)
	}()
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
		c.probed(o)
	case o.of == forRefresh:
		c.refreshed(o)
	case o.of == forNotify:
		c.owner.onOrder(notified{})
	}
}

// send sends a request and returns its final response. A challenge (401, 407)
// is a final response like any other: nothing inside a dialog is ever signed
// with a trunk's password because the far end asks for it.
//
// A stream may have been closed by the far end since its last request; then
// the request is sent once more to elsewhere, if that is not empty.
func (s *Server) send(req *sip.Request, elsewhere string) (*sip.Response, error) {
	res, err := s.sendOnce(req)
	if err == nil || elsewhere == "" || errors.Is(err, sip.ErrTransactionTimeout) {
		return res, err
	}
	again := req.Clone()
	again.Via().Params.Add("branch", sip.GenerateBranch())
	again.SetDestination(elsewhere)
	return s.sendOnce(again)
}

func (s *Server) sendOnce(req *sip.Request) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1+sip.T1)
	defer cancel()
	return s.uac.Do(ctx, req, s.streams.ready)
}

// sendInvite sends an INVITE inside a dialog and acknowledges what comes, each
// time it comes. The ACK of a refusal is sipgo's to send.
func (s *Server) sendInvite(req, ack *sip.Request) (*sip.Response, error) {
	tx, err := s.uac.TransactionRequest(context.Background(), req, s.streams.ready)
	if err != nil {
		return nil, err
	}
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
		case <-tx.Done():
			return nil, tx.Err()
		}
	}
}
