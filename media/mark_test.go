//go:build linux

package media

import (
	"log/slog"
	"net"
	"syscall"
	"testing"

	"sahut/configs"
)

// Both sockets of a leg and those of the browsers' port bear the mark.
func TestPacketsAreMarked(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "0.0.0.0"} {
		e, err := NewEngine(configs.Media{Address: address, RTPPorts: "38900-38998", DSCP: 46}, slog.New(slog.DiscardHandler))
		must(t, err)
		defer e.Close()
		leg, err := e.OpenRTP(RTPOptions{})
		must(t, err)
		conns := []*net.UDPConn{leg.rtp, leg.rtcp}
		for _, s := range e.browsers.sockets {
			conns = append(conns, s.UDPConn)
		}
		for _, c := range conns {
			raw, err := c.SyscallConn()
			must(t, err)
			must(t, raw.Control(func(fd uintptr) {
				if tos, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS); err != nil || tos != 0xB8 {
					t.Errorf("%v: mark %#x (%v)", c.LocalAddr(), tos, err)
				}
				if v6, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS); err == nil && v6 != 0xB8 {
					t.Errorf("%v: mark %#x for IPv6", c.LocalAddr(), v6)
				}
			}))
		}
	}
}
