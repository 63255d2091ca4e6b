package siptest

import (
	"context"
	"slices"

	"github.com/emiago/sipgo/sip"
)

// leg is the caller's half of a dialog (RFC 3261 §12.1.2).
type leg struct {
	phone   *Phone
	callID  string
	seq     uint32
	local   *sip.FromHeader
	remote  *sip.ToHeader
	contact *sip.ContactHeader
	routes  []sip.Uri
	target  sip.Uri
	lastAck *sip.Request
}

// establish takes the far end's half from its 2xx. Proxies come nearest last
// there, so their order is turned round.
func (l *leg) establish(res *sip.Response) {
	l.remote = sip.HeaderClone(res.To()).(*sip.ToHeader)
	l.routes = nil
	for _, h := range res.GetHeaders("Record-Route") {
		if rr, ok := h.(*sip.RecordRouteHeader); ok {
			l.routes = append(l.routes, *rr.Address.Clone())
		}
	}
	slices.Reverse(l.routes)
	if contact := res.Contact(); contact != nil {
		l.target = *contact.Address.Clone()
	}
}

// fork is the dialog with another telephone that answered the same INVITE.
func (l *leg) fork(res *sip.Response) leg {
	f := *l
	f.lastAck = nil
	f.establish(res)
	return f
}

func (l *leg) remoteTag() string {
	tag, _ := l.remote.Params.Get("tag")
	return tag
}

// request builds the next request inside the dialog; sipgo adds the Via.
func (l *leg) request(method sip.RequestMethod) *sip.Request {
	l.seq++
	return l.build(method, l.seq)
}

func (l *leg) ack(seq uint32, body []byte) *sip.Request {
	ack := l.build(sip.ACK, seq)
	withSDP(ack, body)
	l.lastAck = ack
	return ack.Clone()
}

func (l *leg) build(method sip.RequestMethod, seq uint32) *sip.Request {
	req := sip.NewRequest(method, l.target)
	req.SetTransport(l.phone.network)
	for _, uri := range l.routes {
		req.AppendHeader(&sip.RouteHeader{Address: *uri.Clone()})
	}
	req.AppendHeader(sip.HeaderClone(l.local))
	if l.remote != nil {
		req.AppendHeader(sip.HeaderClone(l.remote))
	}
	callID := sip.CallIDHeader(l.callID)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	if method == sip.INVITE || method == sip.UPDATE {
		req.AppendHeader(sip.HeaderClone(l.contact))
	}
	return req
}

// do sends a request and returns its final response.
func (p *Phone) do(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	return p.client.Do(ctx, req)
}
