package sip

import "syscall"

// marked returns the control function of a socket whose packets carry a DSCP
// mark (RFC 2474) for the routers on the way. A kernel that refuses costs us
// the mark, not the call.
func marked(dscp int) func(network, address string, c syscall.RawConn) error {
	return func(network, _ string, c syscall.RawConn) error {
		if dscp == 0 {
			return nil
		}
		return c.Control(func(fd uintptr) {
			// The mark is the upper six bits of the old TOS byte. An IPv6 socket
			// may carry IPv4 as well, so it gets both.
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, dscp<<2)
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, dscp<<2)
		})
	}
}
