package mediatest

import (
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// network is a Browser's way out, which can be cut: packets then vanish in both
// directions and nobody is told, as when a laptop's lid is closed.
type network struct {
	*stdnet.Net
	cut atomic.Bool
}

func newNetwork() (*network, error) {
	n, err := stdnet.NewNet()
	return &network{Net: n}, err
}

// ListenUDP opens one of the sockets ICE sends from.
func (n *network) ListenUDP(family string, local *net.UDPAddr) (transport.UDPConn, error) {
	c, err := net.ListenUDP(family, local)
	if err != nil {
		return nil, err
	}
	_ = c.SetReadBuffer(256 << 10)
	return &socket{UDPConn: c, cut: &n.cut}, nil
}

type socket struct {
	*net.UDPConn
	cut *atomic.Bool
}

// ReadFromAddrPort is how ICE reads without allocating.
func (s *socket) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.ReadFromUDPAddrPort(p)
		if err != nil || !s.cut.Load() {
			return n, from, err
		}
	}
}

// WriteToAddrPort is how ICE writes without allocating.
func (s *socket) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	if s.cut.Load() {
		return len(p), nil
	}
	return s.WriteToUDPAddrPort(p, to)
}

// ReadFrom serves what does not know the two above.
func (s *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := s.ReadFromAddrPort(p)
	return n, net.UDPAddrFromAddrPort(from), err
}

// WriteTo serves what does not know the two above.
func (s *socket) WriteTo(p []byte, to net.Addr) (int, error) {
	if s.cut.Load() {
		return len(p), nil
	}
	return s.UDPConn.WriteTo(p, to)
}
