package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
)

// Limits of the TCP side, which anybody may connect to: a stranger who says
// nothing is dropped, and no address holds more than a few connections.
const (
	tcpFirstPacket = 5 * time.Second
	tcpPerAddress  = 32
	tcpTotal       = 2048
	tcpWriteBuffer = 32 << 10 // two seconds of sound; later sound is worth nothing
)

// bind opens the UDP sockets and the TCP listener on one port number.
func (b *browserPort) bind(locals []netip.Addr, address string, port int) (net.Listener, error) {
	const tries = 20
	for try := 1; ; try++ {
		l, err := b.bindOnce(locals, address, port)
		if err == nil {
			return l, nil
		}
		for _, s := range b.sockets {
			_ = s.Close()
		}
		b.sockets, b.addrs = nil, nil
		// A free UDP port may be a taken TCP port: try another number.
		if port != 0 || try == tries {
			return nil, fmt.Errorf("media.webrtc_port: %w; stop the program that has the port, or choose another one", err)
		}
	}
}

func (b *browserPort) bindOnce(locals []netip.Addr, address string, port int) (net.Listener, error) {
	for _, a := range locals {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, uint16(port))))
		if err != nil {
			return nil, err
		}
		_ = c.SetReadBuffer(muxReadBuffer) // the kernel caps it at net.core.rmem_max
		_ = c.SetWriteBuffer(muxReadBuffer)
		bound := c.LocalAddr().(*net.UDPAddr).AddrPort()
		port = int(bound.Port())
		s, err := newMuxSocket(c, b.filter)
		if err != nil {
			_ = c.Close()
			return nil, err
		}
		b.sockets = append(b.sockets, s)
		b.addrs = append(b.addrs, netip.AddrPortFrom(bound.Addr().Unmap(), bound.Port()))
	}
	if len(locals) == 1 {
		address = locals[0].String()
	}
	l, err := net.Listen("tcp", net.JoinHostPort(address, fmt.Sprint(port)))
	if err != nil {
		return nil, err
	}
	return &tcpGate{Listener: l, open: make(map[net.Conn]netip.Addr), per: make(map[netip.Addr]int)}, nil
}

func (b *browserPort) startMuxes(listener net.Listener, logs pionLogs) {
	muxes := make([]ice.UDPMux, len(b.sockets))
	for i, s := range b.sockets {
		muxes[i] = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s, Logger: logs.NewLogger("mux")})
	}
	b.udp = muxes[0]
	if len(muxes) > 1 {
		b.udp = ice.NewMultiUDPMuxDefault(muxes...)
	}
	b.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: logs.NewLogger("mux"), ReadBufferSize: 64, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: tcpFirstPacket, AliveDurationForConnFromStun: 2 * tcpFirstPacket,
	})
}

// muxSocket is the UDP socket under pion's mux. The mux ends for good at the
// first read error, so an error that is not the end is counted and read over;
// and what cannot be STUN, DTLS or SRTP never reaches pion.
type muxSocket struct {
	*net.UDPConn
	filter *muxFilter
	in     *intake   // only the mux's one reading goroutine
	outs   sync.Pool // of *outlet: every leg's goroutine writes
}

func newMuxSocket(c *net.UDPConn, filter *muxFilter) (*muxSocket, error) {
	in, err := newIntake(c)
	if err != nil {
		return nil, err
	}
	out, err := outletOf(c)
	if err != nil {
		return nil, err
	}
	s := &muxSocket{UDPConn: c, filter: filter, in: in}
	s.outs.New = func() any { return out.again() }
	return s, nil
}

// ReadFromAddrPort is how the mux reads without allocating.
func (s *muxSocket) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	for failures := 0; ; {
		n, from, err := s.in.read(p)
		switch {
		case err == nil && s.filter.pass(p[:n]):
			return n, from, nil
		case err == nil:
		case errors.Is(err, net.ErrClosed), failures == 100:
			return n, from, err
		default: // such as ECONNREFUSED or ENOBUFS, which the next read may not have
			failures++
			s.filter.failed.Add(1)
		}
	}
}

// WriteToAddrPort is how the mux writes without allocating.
func (s *muxSocket) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	o := s.outs.Get().(*outlet)
	err := o.write(p, to)
	s.outs.Put(o)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// muxFilter keeps foreign bytes from pion and counts them.
type muxFilter struct {
	foreign atomic.Uint64 // packets that are none of the three protocols
	failed  atomic.Uint64 // reads that failed
}

// pass sorts a packet by its first byte as RFC 7983 §7 does, and asks of STUN
// that its length, its padding and its cookie are right (RFC 8489 §5), of DTLS
// a whole record header and of SRTP a whole header.
func (f *muxFilter) pass(p []byte) bool {
	ok := false
	switch {
	case len(p) < 12:
	case p[0] <= 3:
		ok = len(p) >= 20 && int(binary.BigEndian.Uint16(p[2:])) == len(p)-20 && len(p)%4 == 0 &&
			binary.BigEndian.Uint32(p[4:]) == 0x2112A442
	case p[0] >= 20 && p[0] <= 63:
		ok = len(p) >= 13
	case p[0] >= 128 && p[0] <= 191:
		ok = true
	}
	if !ok {
		f.foreign.Add(1)
	}
	return ok
}

// tcpGate limits connections by address and in total, and closes those that
// are open when it is closed itself: pion's mux would wait for their timeouts.
type tcpGate struct {
	net.Listener

	mu   sync.Mutex // guards the maps
	open map[net.Conn]netip.Addr
	per  map[netip.Addr]int
}

// Accept drops what is over the limit and goes on.
func (g *tcpGate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			var ne net.Error
			if errors.As(err, &ne) && !errors.Is(err, net.ErrClosed) {
				time.Sleep(50 * time.Millisecond) // out of descriptors: the mux must not end
				continue
			}
			return nil, err
		}
		if gated, ok := g.admit(c); ok {
			return gated, nil
		}
		_ = c.Close()
	}
}

func (g *tcpGate) admit(c net.Conn) (net.Conn, bool) {
	from := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil || len(g.open) >= tcpTotal || g.per[from] >= tcpPerAddress {
		return nil, false
	}
	gated := &gatedConn{Conn: c, gate: g}
	g.open[gated] = from
	g.per[from]++
	return gated, true
}

func (g *tcpGate) forget(c net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	from, ok := g.open[c]
	if !ok {
		return
	}
	delete(g.open, c)
	if g.per[from]--; g.per[from] == 0 {
		delete(g.per, from)
	}
}

// Close closes the listener and every connection it accepted.
func (g *tcpGate) Close() error {
	err := g.Listener.Close()
	g.mu.Lock()
	open := g.open
	g.open = nil
	g.mu.Unlock()
	for c := range open {
		_ = c.(*gatedConn).Conn.Close()
	}
	return err
}

type gatedConn struct {
	net.Conn
	gate *tcpGate
}

func (c *gatedConn) Close() error {
	c.gate.forget(c)
	return c.Conn.Close()
}
