package sip

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// wires are the server's sockets as uplinks use them.
type wires struct {
	server *Server
	names  names
}

func (w wires) locate(ctx context.Context, a configs.ServerAddress) ([]place, error) {
	all, err := locate(ctx, w.names, a)
	if err != nil {
		return nil, err
	}
	reachable := all[:0]
	for _, p := range all {
		if w.server.listenerFor(p.addr.String()) != nil {
			reachable = append(reachable, p)
		}
	}
	if len(reachable) == 0 {
		return nil, fmt.Errorf("%s has only addresses of a kind sip.listen has none of (%s)", a.Host, all[0].addr.Addr())
	}
	return reachable, nil
}

// exchange sends req to p and returns its final response.
func (w wires) exchange(ctx context.Context, req *sip.Request, p place) (*sip.Response, error) {
	w.server.address(req, p.network, p.addr.String())
	res, err := w.server.uac.Do(ctx, req, w.server.streams.ready)
	return res, unquoted(err)
}

func (w wires) contact(p place) sip.Uri {
	c := w.server.contactFor(p.network, p.addr.String()).Address
	if p.network == "TLS" {
		c.UriParams.Remove("transport")
		c.UriParams.Add("transport", "tls")
	}
	return c
}

// ping sends the two empty lines of RFC 5626 §3.5.1; over a connection the far
// end answers with one.
func (w wires) ping(p place) bool {
	empty := []byte("\r\n\r\n")
	if p.network == "UDP" {
		if l := w.server.listenerFor(p.addr.String()); l != nil {
			_, _ = l.udp.WriteTo(empty, net.UDPAddrFromAddrPort(p.addr))
		}
		return true
	}
	conn, err := w.server.ua.TransportLayer().GetConnection(strings.ToLower(p.network), p.addr.String())
	if err != nil || conn == nil {
		return false
	}
	defer conn.TryClose()
	raw, ok := conn.(io.Writer)
	if !ok {
		return true
	}
	_, err = raw.Write(empty)
	return err == nil
}
