//go:build !linux

package media

import (
	"net"
	"net/netip"
)

// outlet sends datagrams; see socket_linux.go.
type outlet struct{ conn *net.UDPConn }

func outletOf(c *net.UDPConn) (*outlet, error) { return &outlet{c}, nil }

func (o *outlet) again() *outlet { return o }

func (o *outlet) write(b []byte, to netip.AddrPort) error {
	_, err := o.conn.WriteToUDPAddrPort(b, to)
	return err
}

// intake receives datagrams.
type intake struct{ conn *net.UDPConn }

func newIntake(c *net.UDPConn) (*intake, error) { return &intake{c}, nil }

func (i *intake) read(b []byte) (n int, from netip.AddrPort, err error) {
	n, from, err = i.conn.ReadFromUDPAddrPort(b)
	return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), err
}
