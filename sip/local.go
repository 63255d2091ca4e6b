package sip

import (
	"net"
	"net/netip"

	"github.com/emiago/sipgo/sip"
)

// address readies a request of ours for remote ("192.0.2.1:5060"): its
// transport and destination, a Via with our public address, and over UDP the
// listening socket, so that the request leaves where the far end sends to
// (a new socket would be unknown to NATs and address lists).
//
// Over TCP remote should be the source of the peer's own request while its
// connection is open: the request then goes back through it. Dialling the
// Contact instead loses calls behind NAT (sipgo issue 361).
func (s *Server) address(req *sip.Request, transport, remote string) {
	host, port := s.localFor(transport, remote)
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: sip.NetworkToUpper(transport),
		Host: host, Port: port, Params: sip.NewParams(),
	}
	via.Params.Add("branch", sip.GenerateBranchN(16))
	via.Params.Add("rport", "")
	req.RemoveHeader("Via")
	req.PrependHeader(via)
	req.SetTransport(sip.NetworkToUpper(transport))
	req.SetDestination(remote)
	if l := s.listenerFor(remote); l != nil && sip.NetworkToLower(transport) == "udp" {
		req.Laddr = sip.Addr{IP: l.addr.Addr().AsSlice(), Port: int(l.addr.Port())}
	}
}

// contactFor is the Contact of our dialogs with remote: an address she can
// reach, and no user part, so that it names nothing but this server.
func (s *Server) contactFor(transport, remote string) *sip.ContactHeader {
	host, port := s.localFor(transport, remote)
	uri := sip.Uri{Scheme: "sip", Host: bracketed(host), Port: port}
	if t := sip.NetworkToLower(transport); t != "udp" {
		uri.UriParams = sip.NewParams()
		uri.UriParams.Add("transport", t)
	}
	return &sip.ContactHeader{Address: uri}
}

// localFor is our address as remote should know it: the configured public one,
// else the listener's, and for a listener on every interface the one the
// kernel would send from. Loopback never needs the public address.
func (s *Server) localFor(transport, remote string) (host string, port int) {
	l := s.listenerFor(remote)
	if l == nil {
		return s.cfg.PublicAddress, sip.DefaultPort(transport)
	}
	port = int(l.addr.Port())
	if sip.NetworkToLower(transport) == "tls" {
		port = s.securePort(l, remote)
	}
	far, err := netip.ParseAddrPort(remote)
	loopback := err == nil && far.Addr().Unmap().IsLoopback()
	switch {
	case s.cfg.PublicAddress != "" && !loopback:
		return s.cfg.PublicAddress, port
	case !l.addr.Addr().IsUnspecified():
		return l.addr.Addr().String(), port
	}
	if from, ok := routeTo(remote); ok {
		return from.String(), port
	}
	return l.addr.Addr().String(), port
}

// securePort is where l's address takes TLS. Without such a port we can only
// be reached by the connections we open ourselves, and name the port of that:
// the far end then finds it among those it has. Without one the usual port is
// named.
func (s *Server) securePort(l *listener, remote string) int {
	for _, t := range s.secure {
		if a := t.addr.Addr(); a == l.addr.Addr() || a.IsUnspecified() {
			return int(t.addr.Port())
		}
	}
	if len(s.secure) > 0 {
		return int(s.secure[0].addr.Port())
	}
	if port := s.streams.portTowards("tls", remote); port != 0 {
		return port
	}
	return sip.DefaultPort("tls")
}

// listenerFor picks the listener to speak to remote from: the one bound to the
// very address the kernel would use, else the first of the same family.
func (s *Server) listenerFor(remote string) *listener {
	far, err := netip.ParseAddrPort(remote)
	if err != nil {
		if len(s.listeners) > 0 {
			return s.listeners[0]
		}
		return nil
	}
	from, _ := routeTo(remote)
	var same *listener
	for _, l := range s.listeners {
		a := l.addr.Addr()
		if a == from {
			return l
		}
		// "[::]" takes IPv4 too.
		fits := a.Is4() == far.Addr().Unmap().Is4() || a == netip.IPv6Unspecified()
		if same == nil && fits {
			same = l
		}
	}
	return same
}

// routeTo asks the kernel which address it would send from. Connecting a UDP
// socket sends nothing.
func routeTo(remote string) (netip.Addr, bool) {
	c, err := net.Dial("udp", remote)
	if err != nil {
		return netip.Addr{}, false
	}
	defer c.Close()
	a, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Addr().Unmap(), true
}
