//go:build !unix

package media

import "net"

// markPackets does nothing: this system marks packets by policy, not by socket.
func markPackets(*net.UDPConn, int) {}
