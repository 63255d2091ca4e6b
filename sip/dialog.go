package sip

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// dialogID names a dialog as we see it (RFC 3261 §12): who lacks any of the
// three parts is a stranger.
type dialogID struct {
	callID string
	local  string // our tag
	remote string // the far end's tag
}

// idOf reads the dialog a request inside a dialog belongs to. It is not ok when
// a part is missing.
func idOf(req *sip.Request) (id dialogID, ok bool) {
	callID, from, to := req.CallID(), req.From(), req.To()
	if callID == nil || from == nil || to == nil {
		return dialogID{}, false
	}
	id.callID = callID.Value()
	id.remote, _ = from.Params.Get("tag")
	id.local, _ = to.Params.Get("tag")
	return id, id.callID != "" && id.local != "" && id.remote != ""
}

// spot is where we stand on the network for one dialog: which socket its
// messages leave from, and the address the far end is told to answer to.
type spot struct {
	network string   // UDP, TCP
	socket  sip.Addr // the listening UDP socket; zero for streams
	host    string
	port    int
}

// contact is the URI the far end finds us at.
func (s spot) contact() sip.Uri {
	uri := sip.Uri{Scheme: "sip", Host: bracketed(s.host), Port: s.port}
	if s.network != "UDP" {
		uri.UriParams.Add("transport", strings.ToLower(s.network))
	}
	return uri
}

// dialog is the state two user agents share for one call (RFC 3261 §12): tags,
// numbers, the way back. sipgo's own dialog types are not used because of the
// defects that dialog_test.go and call_test.go reproduce. Only the call's
// goroutine touches it.
type dialog struct {
	id        dialogID
	local     sip.FromHeader // we, with our tag
	remote    sip.ToHeader   // the far end, with its tag
	ours      bool           // we made the Call-ID
	unheard   bool           // the far end has sent no request yet
	localSeq  uint32         // the number of our latest request
	remoteSeq uint32         // the highest number of the far end's; an ACK has its INVITE's
	routes    []sip.Uri      // proxies that asked to stay in the way, nearest first
	target    sip.Uri        // its Contact: where a request finally goes
	here      spot
	source    string // ip:port its INVITE came from, or ours went to
	behindNAT bool   // its addresses say nothing; only the source counts
}

// newDialog makes the callee's half of the dialog an INVITE asks for (RFC 3261
// §12.1.1). tag is ours.
func newDialog(req *sip.Request, tag string, here spot, behindNAT bool) *dialog {
	remoteTag, _ := req.From().Params.Get("tag")
	d := &dialog{
		id:        dialogID{callID: req.CallID().Value(), local: tag, remote: remoteTag},
		local:     req.To().AsFrom(),
		remote:    req.From().AsTo(),
		remoteSeq: req.CSeq().SeqNo,
		localSeq:  firstSeq,
		here:      here,
		source:    req.Source(),
		behindNAT: behindNAT,
	}
	d.local.Params.Add("tag", tag)
	d.routes = routesOf(req) // the callee keeps the proxies in the order given
	if !d.retarget(req) {
		d.target = *req.From().Address.Clone() // no Contact: the best that is left
	}
	return d
}

func routesOf(msg headed) (routes []sip.Uri) {
	for _, h := range msg.GetHeaders("Record-Route") {
		if rr, ok := h.(*sip.RecordRouteHeader); ok {
			routes = append(routes, *rr.Address.Clone())
		}
	}
	return routes
}

// newOutDialog is what a call of ours begins with: a dialog that lacks the far
// end's half. It makes the INVITE; branch makes dialogs of the responses.
func newOutDialog(w way, here spot) *dialog {
	d := &dialog{
		id:       dialogID{callID: sip.GenerateTagN(24), local: sip.GenerateTagN(20)},
		local:    w.from,
		remote:   sip.ToHeader{Address: *w.target.Clone()},
		ours:     true,
		unheard:  true,
		localSeq: firstSeq,
		target:   *w.target.Clone(),
		here:     here,
		source:   w.hop,
	}
	if w.to != nil {
		d.remote.Address = *w.to.Clone()
	}
	d.behindNAT = w.trunk == nil || w.trunk.NAT
	d.local.Params = d.local.Params.Clone()
	d.local.Params.Add("tag", d.id.local)
	return d
}

// branch is the dialog with whoever sent this response to our INVITE: there is
// one for each To tag (RFC 3261 §12.1.2). The caller turns the order of the
// proxies round.
func (d *dialog) branch(res *sip.Response) *dialog {
	b := *d
	b.id.remote, _ = res.To().Params.Get("tag")
	b.remote = *sip.HeaderClone(res.To()).(*sip.ToHeader)
	b.routes = routesOf(res)
	slices.Reverse(b.routes)
	b.retarget(res)
	b.source = d.source
	return &b
}

// firstSeq leaves a little room below, so that no far end mistakes our first
// request for an old one.
const firstSeq = 100

// retarget takes the Contact of a target refresh (an INVITE or UPDATE that we
// accepted, RFC 3261 §12.2.2) as the address of all later requests.
func (d *dialog) retarget(msg refreshing) bool {
	contact := msg.Contact()
	if contact == nil || contact.Address.Wildcard || contact.Address.Host == "" {
		return false
	}
	d.target = *contact.Address.Clone()
	if src := msg.Source(); src != "" {
		d.source = src
	}
	return true
}

// refreshing is a message that may name a new target.
type refreshing interface {
	Contact() *sip.ContactHeader
	Source() string
}

// inOrder tells whether a request's number may come now, and remembers it.
// Numbers may jump but never go back (RFC 3261 §12.2.2).
func (d *dialog) inOrder(req *sip.Request) bool {
	seq := req.CSeq().SeqNo
	if seq <= d.remoteSeq && !d.unheard {
		return false
	}
	d.remoteSeq, d.unheard = seq, false
	return true
}

// request builds our next request inside the dialog (RFC 3261 §12.2.1.1).
func (d *dialog) request(method sip.RequestMethod) *sip.Request {
	d.localSeq++
	return d.build(method, d.localSeq)
}

// ack acknowledges the 2xx of an INVITE of ours; it carries that INVITE's number.
func (d *dialog) ack(invite *sip.Request) *sip.Request {
	return d.build(sip.ACK, invite.CSeq().SeqNo)
}

func (d *dialog) build(method sip.RequestMethod, seq uint32) *sip.Request {
	recipient, routes := d.target, d.routes
	if len(routes) > 0 && !loose(routes[0]) {
		// A strict router wants itself in the request line and the target last.
		recipient = routes[0]
		routes = append(slices.Clone(routes[1:]), d.target)
	}
	req := sip.NewRequest(method, recipient)
	req.Recipient.Headers = nil
	req.Recipient.UriParams.Remove("method")

	network := d.network()
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: network,
		Host: d.here.host, Port: d.here.port,
	}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "")
	req.AppendHeader(via)
	for _, uri := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: *uri.Clone()})
	}
	req.AppendHeader(sip.HeaderClone(&d.local))
	req.AppendHeader(sip.HeaderClone(&d.remote))
	callID := sip.CallIDHeader(d.id.callID)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	switch method {
	case sip.INVITE, sip.UPDATE, sip.NOTIFY:
		req.AppendHeader(&sip.ContactHeader{Address: d.here.contact()})
	}
	req.SetBody(nil)

	req.SetTransport(network)
	req.SetDestination(d.nextHop(network))
	if network == "UDP" {
		// The reply and any NAT on the way expect the listening port.
		req.Laddr = d.here.socket
	}
	return req
}

// hop is the first station of our requests: the nearest proxy, strict or
// loose, else the far end itself.
func (d *dialog) hop() sip.Uri {
	if len(d.routes) > 0 {
		return d.routes[0]
	}
	return d.target
}

// network is what the next request travels on. A stream that is open is
// kept: the port in a Contact is often not one that is listened on (sipgo #361).
func (d *dialog) network() string {
	if d.here.network != "UDP" {
		return d.here.network
	}
	hop := d.hop()
	if t, _ := hop.UriParams.Get("transport"); strings.EqualFold(t, "tcp") && !d.behindNAT {
		return "TCP"
	}
	return "UDP"
}

// nextHop is the ip:port the next request is sent to. Names are never looked
// up: whoever reached us from an address is reached at that address.
func (d *dialog) nextHop(network string) string {
	if d.here.network != "UDP" || d.behindNAT {
		return d.source
	}
	hop := d.hop()
	addr, err := netip.ParseAddr(strings.Trim(hop.Host, "[]"))
	if err != nil {
		return d.source
	}
	source, err := netip.ParseAddrPort(d.source)
	if err == nil && unreachable(addr) && !unreachable(source.Addr()) {
		return d.source
	}
	return netip.AddrPortFrom(addr, portOf(hop, network)).String()
}

// elsewhere is the address a request can be sent to when the stream it should
// go back on is closed: what the far end says of itself. Empty over UDP.
func (d *dialog) elsewhere() string {
	if d.here.network == "UDP" {
		return ""
	}
	hop := d.hop()
	addr, err := netip.ParseAddr(strings.Trim(hop.Host, "[]"))
	if err != nil {
		return ""
	}
	return netip.AddrPortFrom(addr, portOf(hop, d.here.network)).String()
}

func portOf(uri sip.Uri, network string) uint16 {
	if uri.Port > 0 {
		return uint16(uri.Port)
	}
	return uint16(sip.DefaultPort(network))
}

// unreachable tells addresses that mean nothing outside their own network.
func unreachable(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast()
}

// loose tells whether a proxy keeps the request line as it is (RFC 3261 §16.12).
func loose(uri sip.Uri) bool { return uri.UriParams.Has("lr") }
