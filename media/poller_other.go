//go:build !linux

package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// pollers make sockets, each with a goroutine that receives; see
// poller_linux.go.
type pollers struct{}

func startPollers() (*pollers, error) { return new(pollers), nil }

func (*pollers) stop() {}

// socket is one of a leg's two UDP sockets.
type socket struct {
	*net.UDPConn
	reading sync.WaitGroup
}

func (*pollers) listen(at netip.AddrPort, dscp int) (*socket, error) {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	markPackets(c, dscp)
	return &socket{UDPConn: c}, nil
}

// serve has hear called with what comes, one packet at a time.
func (s *socket) serve(hear func(now time.Time, from netip.AddrPort, b []byte)) error {
	s.reading.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := s.ReadFromUDPAddrPort(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				hear(time.Now(), netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buf[:n])
			}
		}
	})
	return nil
}

func (s *socket) outlet() (*outlet, error) { return outletOf(s.UDPConn) }

// close ends the socket and waits for the packet in hand.
func (s *socket) close() {
	_ = s.UDPConn.Close()
	s.reading.Wait()
}
