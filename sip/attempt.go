package sip

import (
	"context"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// attempt is one INVITE of ours and its transaction. Its own goroutine brings
// the responses to the call; when the call has gone on without it, the attempt
// itself sees to it that nobody is left ringing or talking to nobody.
type attempt struct {
	server *Server
	inbox  *inbox
	proto  *dialog      // the dialog without the far end's half
	req    *sip.Request // the INVITE

	mu       sync.Mutex // guards what follows
	said     bool       // a provisional response came: it can be cancelled
	final    bool       // a final one did
	given    sip.Header // not nil: given up, for this reason
	stopped  bool       // the CANCEL went out
	acks     map[string]*sip.Request
	giveUpCh chan struct{} // closed when given up
}

// responseCame and attemptOver are what an attempt tells its call.
type (
	responseCame struct {
		of  *attempt
		res *sip.Response
	}
	// attemptOver: its transaction ended without a final response.
	attemptOver struct {
		of  *attempt
		err error
	}
)

func (s *Server) newAttempt(in *inbox, proto *dialog, req *sip.Request) *attempt {
	return &attempt{
		server: s, inbox: in, proto: proto, req: req,
		acks: map[string]*sip.Request{}, giveUpCh: make(chan struct{}),
	}
}

// run sends the INVITE and lives as long as its transaction. Connecting to a
// trunk over TCP or TLS happens here, too.
func (a *attempt) run() {
	ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
	tx, err := a.server.begin(ctx, a.req)
	cancel()
	if err != nil {
		a.inbox.put(attemptOver{a, err})
		return
	}
	tx.OnRetransmission(a.deliver)
	defer tx.Terminate()
	var late <-chan time.Time
	given, gone := a.giveUpCh, lost(tx)
	for {
		select {
		case res := <-tx.Responses():
			a.deliver(res)
		case <-tx.Done():
			a.inbox.put(attemptOver{a, tx.Err()})
			return
		case <-gone:
			a.inbox.put(attemptOver{a, errConnectionLost})
			return
		case <-given:
			// What was given up and never ends is forgotten (RFC 3261 §9.1).
			given = nil
			timer := time.NewTimer(64 * sip.T1)
			defer timer.Stop()
			late = timer.C
		case <-late:
			if !a.isFinal() {
				return
			}
			late = nil
		}
	}
}

// deliver brings a response to the call, or sees to it when the call is gone.
// sipgo reports every 2xx after the first one as a retransmission, those of
// other telephones included.
func (a *attempt) deliver(res *sip.Response) {
	if a.noted(res) {
		return
	}
	if !a.inbox.put(responseCame{a, res}) {
		a.orphaned(res)
	}
}

// noted keeps what the attempt itself needs of a response, and tells whether
// it was a 2xx that only had to be acknowledged again.
func (a *attempt) noted(res *sip.Response) (repeated bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case res.IsProvisional():
		a.said = true
		a.cancel()
	case res.IsSuccess():
		a.final = true
		tag, _ := res.To().Params.Get("tag")
		if ack := a.acks[tag]; ack != nil {
			_ = a.server.uac.WriteRequest(ack.Clone(), a.server.streams.ready)
			return true
		}
	default:
		a.final = true
	}
	return false
}

func (a *attempt) isFinal() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.final
}

// acknowledge sends the ACK of a 2xx, and again whenever it is repeated.
func (a *attempt) acknowledge(d *dialog, res *sip.Response) error {
	ack := d.ack(a.req)
	// The credentials of the INVITE, but only to where they were meant for.
	if ack.Destination() == a.req.Destination() {
		sip.CopyHeaders("Authorization", a.req, ack)
		sip.CopyHeaders("Proxy-Authorization", a.req, ack)
	}
	tag, _ := res.To().Params.Get("tag")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.acks[tag] = ack
	return a.server.uac.WriteRequest(ack.Clone(), a.server.streams.ready)
}

// giveUp ends the attempt: by CANCEL as soon as that is allowed, and should it
// be answered all the same, by ACK and BYE. why is a Reason header.
func (a *attempt) giveUp(why sip.Header) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.given != nil {
		return
	}
	a.given = why
	close(a.giveUpCh)
	a.cancel()
}

// cancel sends the CANCEL, once, when the attempt was given up and a
// provisional response has come (RFC 3261 §9.1). mu is held.
func (a *attempt) cancel() {
	if a.given == nil || !a.said || a.final || a.stopped {
		return
	}
	a.stopped = true
	req := cancelOf(a.req)
	req.AppendHeader(a.given)
	a.server.partings.say(func() { _, _ = a.server.send(req, "") })
}

// cancelOf builds the CANCEL of an INVITE (RFC 3261 §9.1).
func cancelOf(invite *sip.Request) *sip.Request {
	req := sip.NewRequest(sip.CANCEL, *invite.Recipient.Clone())
	req.AppendHeader(sip.HeaderClone(invite.Via()))
	sip.CopyHeaders("Route", invite, req)
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(invite.To()))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.Laddr = invite.Laddr
	return req
}

// orphaned takes a response that comes too late: somebody picked up a call
// that was cancelled, or another telephone one that is up already. She is
// acknowledged and told goodbye; but a 2xx that was repeated while the first
// still waited for its call is of who is in it.
func (a *attempt) orphaned(res *sip.Response) {
	if !res.IsSuccess() || a.noted(res) {
		return
	}
	d := a.proto.branch(res)
	if a.acknowledge(d, res) != nil {
		return
	}
	bye := d.request(sip.BYE)
	bye.AppendHeader(whyHeader("SIP", 200, "Call completed elsewhere"))
	elsewhere := d.elsewhere()
	a.server.partings.say(func() { _, _ = a.server.send(bye, elsewhere) })
}
