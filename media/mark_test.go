//go:build linux

package media

import (
	"log/slog"
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
		sockets := []controller{leg.rtp, leg.rtcp}
		for _, s := range e.browsers.sockets {
			raw, err := s.SyscallConn()
			must(t, err)
			sockets = append(sockets, raw)
		}
		for i, s := range sockets {
			must(t, s.Control(func(fd uintptr) {
				if tos, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS); err != nil || tos != 0xB8 {
					t.Errorf("%s, socket %d: mark %#x (%v)", address, i, tos, err)
				}
				if v6, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS); err == nil && v6 != 0xB8 {
					t.Errorf("%s, socket %d: mark %#x for IPv6", address, i, v6)
				}
			}))
		}
	}
}
