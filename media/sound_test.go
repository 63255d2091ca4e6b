package media

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"sahut/media/mediatest"
)

// goertzel is the level of one frequency in dBFS.
func goertzel(freq float64, pcm []int16) float64 { return mediatest.Goertzel(freq, pcm) }

// newSink is the address of a socket that nobody reads.
func newSink(t testing.TB) netip.AddrPort {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
