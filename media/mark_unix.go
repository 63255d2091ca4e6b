//go:build unix

package media

import (
	"net"
	"syscall"
)

// markPackets has what the socket sends marked with a DiffServ code point, the
// upper six bits of the old TOS byte (RFC 2474). A socket for both IP versions
// has both options; one for IPv4 refuses the second. A network that knows no
// marks loses nothing, so a refusal is none of ours either.
func markPackets(c *net.UDPConn, dscp int) {
	if dscp <= 0 || dscp > 63 {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, dscp<<2)
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, dscp<<2)
	})
}
