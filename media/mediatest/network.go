package mediatest

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// network is a Browser's way out, which can be cut: packets then vanish in both
// directions and nobody is told, as when a laptop's lid is closed.
type network struct {
	*stdnet.Net
	cut      atomic.Bool
	up, down *line
	loses    func(seq uint16) bool
}

func newNetwork() (*network, error) {
	n, err := stdnet.NewNet()
	return &network{Net: n, up: new(line), down: new(line)}, err
}

// ListenUDP opens one of the sockets ICE sends from.
func (n *network) ListenUDP(family string, local *net.UDPAddr) (transport.UDPConn, error) {
	c, err := net.ListenUDP(family, local)
	if err != nil {
		return nil, err
	}
	_ = c.SetReadBuffer(256 << 10)
	return &socket{UDPConn: c, net: n}, nil
}

// limit lets only so many bit/s through each way.
func (n *network) limit(rate int) { n.up.rate, n.down.rate = rate, rate }

// passes tells whether a datagram gets through.
func (n *network) passes(way *line, p []byte) bool {
	rtp := len(p) >= 12 && p[0]>>6 == 2 && (p[1] < 192 || p[1] > 223) // RFC 7983, RFC 5761
	return !n.cut.Load() && (!rtp || n.loses == nil || !n.loses(binary.BigEndian.Uint16(p[2:]))) && way.takes(len(p), time.Now())
}

// line is one direction of a home line: a bucket of tokens, as a carrier's policer has
// one, that fills with time and holds as much as passes in lineBurst.
type line struct {
	rate int // bit/s, lower layers included; 0: all passes. Set before the first packet

	mu   sync.Mutex // guards what follows
	held float64    // bits
	at   time.Time
}

const (
	lineBurst = 200 * time.Millisecond
	lowerUDP  = 28 // bytes of IPv4 and UDP around each datagram
)

func (l *line) takes(bytes int, now time.Time) bool {
	if l.rate == 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	most := float64(l.rate) * lineBurst.Seconds()
	if l.at.IsZero() {
		l.held = most
	} else {
		l.held = min(most, l.held+float64(l.rate)*now.Sub(l.at).Seconds())
	}
	l.at = now
	need := float64(8 * (bytes + lowerUDP))
	if l.held < need {
		return false
	}
	l.held -= need
	return true
}

type socket struct {
	*net.UDPConn
	net *network
}

// ReadFromAddrPort is how ICE reads without allocating.
func (s *socket) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.ReadFromUDPAddrPort(p)
		if err != nil || s.net.passes(s.net.down, p[:n]) {
			return n, from, err
		}
	}
}

// WriteToAddrPort is how ICE writes without allocating.
func (s *socket) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	if !s.net.passes(s.net.up, p) {
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
	if !s.net.passes(s.net.up, p) {
		return len(p), nil
	}
	return s.UDPConn.WriteTo(p, to)
}
