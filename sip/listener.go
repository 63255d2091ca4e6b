package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/emiago/sipgo/sip"
)

func init() {
	// The ingress layer's canonical form may be a little longer than what came.
	sip.TransportBufferReadSize = 65535
	// What sipgo says beside the loggers it is given names peers.
	sip.SetDefaultLogger(quietLogger)
}

// writeTimeout is how long a peer may keep us from writing to its connection.
const writeTimeout = 10 * time.Second

// trunkIdle is how long a carrier's connection may be silent; between calls
// it is kept, for a new one costs the caller time.
const trunkIdle = 2 * time.Hour

// listener is one address of ours, with UDP and TCP on the same port, or with
// TLS alone.
type listener struct {
	addr netip.AddrPort
	udp  *net.UDPConn // nil for TLS
	tcp  net.Listener

	reading sync.Once
	ready   chan struct{} // closed when sipgo reads from udp and may send by it
}

func (l *listener) close() {
	if l.udp != nil {
		_ = l.udp.Close()
	}
	_ = l.tcp.Close()
}

// bind opens addr for UDP and TCP. For port 0 it looks for a port that is free
// for both.
func (s *Server) bind(addr string) (*listener, error) {
	var err error
	for range 20 {
		var l *listener
		if l, err = bindOnce(addr, s.cfg.DSCP); err == nil {
			return l, nil
		}
		if !strings.HasSuffix(addr, ":0") || !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, err
}

func bindOnce(addr string, dscp int) (*listener, error) {
	family := familyOf(addr)
	lc := net.ListenConfig{Control: marked(dscp)}
	tcp, err := lc.Listen(context.Background(), "tcp"+family, addr)
	if err != nil {
		return nil, bindError("TCP", addr, err)
	}
	at := tcp.Addr().(*net.TCPAddr).AddrPort()
	packets, err := lc.ListenPacket(context.Background(), "udp"+family, at.String())
	if err != nil {
		_ = tcp.Close()
		return nil, bindError("UDP", at.String(), err)
	}
	udp := packets.(*net.UDPConn)
	// A burst of retransmissions after a pause must fit; the kernel gives what
	// it allows.
	_ = udp.SetReadBuffer(4 << 20)
	return &listener{addr: at, udp: udp, tcp: tcp, ready: make(chan struct{})}, nil
}

// bindTLS opens addr for TLS alone.
func (s *Server) bindTLS(addr string, cfg *tls.Config) (*listener, error) {
	lc := net.ListenConfig{Control: marked(s.cfg.DSCP)}
	tcp, err := lc.Listen(context.Background(), "tcp"+familyOf(addr), addr)
	if err != nil {
		return nil, bindError("TLS", addr, err)
	}
	return &listener{addr: tcp.Addr().(*net.TCPAddr).AddrPort(), tcp: tls.NewListener(tcp, cfg)}, nil
}

// familyOf keeps an IPv4 address to IPv4: "tcp" would take 0.0.0.0 for every
// address of both families, and its name would be [::].
func familyOf(addr string) string {
	if a, err := netip.ParseAddrPort(addr); err == nil && a.Addr().Is4() {
		return "4"
	}
	return ""
}

// bindError says which port could not be opened and what to try.
func bindError(network, addr string, err error) error {
	_, port, _ := net.SplitHostPort(addr)
	key := "sip.listen"
	if network == "TLS" {
		key = "sip.tls_listen"
	}
	remedy := "correct " + key
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		remedy = fmt.Sprintf("another program holds the port; find it with `ss -lnp 'sport = :%s'` and stop it, or set another port in %s", port, key)
	case errors.Is(err, syscall.EACCES), errors.Is(err, os.ErrPermission):
		remedy = "ports below 1024 need the right CAP_NET_BIND_SERVICE; use a higher one, or give the program that right"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		remedy = "this machine has no such address; set one that `ip address` shows, or 0.0.0.0, in " + key
	}
	return fmt.Errorf("cannot take SIP calls on %s port %s (%s): %w; %s", network, port, addr, err, remedy)
}

// serveUDP runs sipgo's reader on l until the server closes. sipgo returns nil
// when its reader dies, which would leave the house deaf, so it is started
// again.
func (s *Server) serveUDP(l *listener) {
	for !s.closing.Load() {
		err := s.srv.ServeUDP(&guardedPacket{UDPConn: l.udp, guard: s.guard, listener: l})
		if s.closing.Load() {
			return
		}
		s.log.Error("the SIP reader stopped and is started again", "network", "udp", "address", l.addr, "error", err)
		time.Sleep(100 * time.Millisecond)
	}
}

// serveStreams is serveUDP for connections; serve is sipgo's, for TCP or TLS.
// A TLS handshake happens at the first reading, under its deadline.
func (s *Server) serveStreams(l *listener, serve func(net.Listener) error) {
	for !s.closing.Load() {
		err := serve(&guardedListener{Listener: l.tcp, server: s})
		if s.closing.Load() {
			return
		}
		s.log.Error("the SIP listener stopped and is started again", "address", l.addr, "error", err)
		time.Sleep(100 * time.Millisecond)
	}
}

// guardedPacket is the UDP socket as sipgo sees it: only canonical messages
// come out of it. It sits below sipgo's read filter because sipgo remembers
// every source address before parsing, for ever, and because a socket error
// would end its reader.
type guardedPacket struct {
	*net.UDPConn
	guard    *guard
	listener *listener
}

// ReadFrom returns the next message that may pass.
func (c *guardedPacket) ReadFrom(b []byte) (int, net.Addr, error) {
	c.listener.reading.Do(func() { close(c.listener.ready) })
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			time.Sleep(10 * time.Millisecond) // the kernel is short of memory
			continue
		}
		v := c.guard.datagram(b[:n], from)
		c.guard.tracer.in("UDP", c.listener.addr, from, b[:n])
		if v.reply != nil {
			c.guard.tracer.out("UDP", c.listener.addr, v.to, v.reply)
			_, _ = c.WriteToUDPAddrPort(v.reply, v.to)
		}
		if v.pass == nil || len(v.pass) > len(b) {
			continue
		}
		return copy(b, v.pass), net.UDPAddrFromAddrPort(netip.AddrPortFrom(from.Addr().Unmap(), from.Port())), nil
	}
}

// WriteTo sends b. Where a request of ours goes, answers may come from.
func (c *guardedPacket) WriteTo(b []byte, to net.Addr) (int, error) {
	if a, ok := to.(*net.UDPAddr); ok && !strings.HasPrefix(string(b[:min(4, len(b))]), "SIP/") {
		c.guard.limits.expect(a.AddrPort().Addr().Unmap())
	}
	if a, ok := to.(*net.UDPAddr); ok {
		c.guard.tracer.out("UDP", c.listener.addr, a.AddrPort(), b)
	}
	return c.UDPConn.WriteTo(b, to)
}

// datagram is inspect for one UDP packet. Empty lines keep NAT bindings open
// and mean nothing (RFC 5626 §3.5.1).
func (g *guard) datagram(raw []byte, from netip.AddrPort) verdict {
	for len(raw) > 0 && (raw[0] == '\r' || raw[0] == '\n' || raw[0] == 0) {
		raw = raw[1:]
	}
	if len(raw) == 0 {
		return verdict{}
	}
	return g.inspect(raw, from, false)
}

// guardedListener limits how many connections there are and guards each.
type guardedListener struct {
	net.Listener
	server *Server
}

// Accept returns the next connection that may stay. A shortage (of file
// descriptors, of memory) is waited out: an error would end sipgo's loop.
func (l *guardedListener) Accept() (net.Conn, error) {
	for wait := 5 * time.Millisecond; ; {
		conn, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, err
		case err != nil:
			l.server.log.Warn("a SIP connection could not be accepted; raise the limit of open files if this repeats", "error", err)
			time.Sleep(wait)
			wait = min(2*wait, time.Second)
			continue
		}
		wait = 5 * time.Millisecond
		if g := l.server.guard.admitConn(conn); g != nil {
			return g, nil
		}
		_ = conn.Close()
	}
}

// admitConn guards conn, or returns nil when its host holds too many.
func (g *guard) admitConn(conn net.Conn) net.Conn {
	a, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	from := netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	c := g.server.cfg
	perHost, all := c.MaxConnectionsPerHost, c.MaxConnections
	if perHost <= 0 {
		perHost = 50
	}
	if all <= 0 {
		all = 1000
	}
	trunk := g.standing(from.Addr()) == carrier
	if trunk {
		perHost = 1 << 30
	}
	if !trunk && g.open.Load() >= int64(all) || !g.limits.connect(from.Addr(), perHost) {
		g.count(reasonConnections)
		return nil
	}
	g.open.Add(1)
	gc := &guardedConn{
		Conn: conn, guard: g, from: from, carrier: trunk,
		complete: orDefault(c.MessageTimeout.D(), 10*time.Second),
		idle:     orDefault(c.IdleTimeout.D(), 2*time.Minute),
		since:    time.Now(),
		gone:     make(chan struct{}),
	}
	g.accepted.Store(conn.RemoteAddr().String(), true)
	return gc
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// guardedConn is a TCP connection as sipgo sees it: whole canonical messages
// come out of it, and it ends when its peer is slow, idle or talks nonsense.
// Read is called by one goroutine only; the fields below it belong to that.
type guardedConn struct {
	net.Conn
	guard    *guard
	from     netip.AddrPort
	carrier  bool
	complete time.Duration // a message begun must end within this
	idle     time.Duration // and the next begin within this
	own      bool          // we opened it: it takes nobody's place
	once     sync.Once     // for Close
	gone     chan struct{} // closed a moment after the connection, see lost

	blank  int       // bytes of line ends since the last message
	spoken bool      // a whole message was seen
	since  time.Time // when this wait, or this message, began
	in     []byte    // bytes not yet a message
	out    []byte    // canonical bytes sipgo has not read yet
	ended  bool      // nothing more may be read
}

// Read gives sipgo the bytes of the next message that may pass.
func (c *guardedConn) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		if c.ended {
			return 0, net.ErrClosed
		}
		if c.next() {
			continue
		}
		if err := c.fill(b); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

// next takes one message from in; false when there is no whole one yet.
func (c *guardedConn) next() bool {
	c.skipEmptyLines()
	if len(c.in) == 0 {
		return false
	}
	n, err := frame(c.in, c.guard.rules.sizes)
	if n == 0 && err == nil {
		return false
	}
	if err != nil {
		// Where the next message begins is unknown; answer what is understood
		// of this one and end (RFC 3261 §18.3).
		c.lastWords(err)
		c.ended = true
		return true
	}
	c.since, c.spoken = time.Now(), true
	c.guard.trunks.calledByTCP(c)
	v := c.guard.inspect(c.in[:n], c.from, true)
	c.guard.tracer.inStream(c, c.in[:n])
	c.in = append(c.in[:0], c.in[n:]...)
	if v.reply != nil {
		if _, err := c.Write(v.reply); err != nil {
			c.ended = true
		}
	}
	c.out = v.pass
	c.ended = c.ended || v.close
	return true
}

// skipEmptyLines drops line ends between messages. Two of them are a ping and
// get one back (RFC 5626 §3.5.1).
func (c *guardedConn) skipEmptyLines() {
	n := 0
	for n < len(c.in) && (c.in[n] == '\r' || c.in[n] == '\n') {
		n++
	}
	if c.blank += n; n < len(c.in) {
		defer func() { c.blank = 0 }() // a message follows
	}
	if c.own && n < 4 {
		c.blank = 0 // the answer to a ping of ours
	}
	if c.blank >= 4 {
		c.blank = 0
		_, _ = c.Write([]byte("\r\n"))
		if c.carrier || c.spoken {
			c.since, c.spoken = time.Now(), true
		}
	}
	if n > 0 {
		c.in = append(c.in[:0], c.in[n:]...)
	}
}

// lastWords answers a message that cannot be framed, if it can be answered.
func (c *guardedConn) lastWords(why error) {
	c.guard.tracer.inStream(c, c.in)
	v := c.guard.inspectBroken(c.in, why, c.from)
	if v.reply != nil {
		_, _ = c.Write(v.reply)
	}
}

// fill reads more into in, using b as the buffer.
func (c *guardedConn) fill(b []byte) error {
	until := c.since.Add(c.complete) // the first message, or one that has begun
	if len(c.in) == 0 && c.spoken {
		until = c.since.Add(c.patience())
	}
	if err := c.SetReadDeadline(until); err != nil {
		return net.ErrClosed
	}
	n, err := c.Conn.Read(b)
	if n > 0 && len(c.in) == 0 && c.spoken {
		c.since = time.Now() // a new message begins
	}
	c.in = append(c.in, b[:n]...)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.guard.count(reasonSlow)
			return net.ErrClosed
		}
		return err
	}
	return nil
}

// patience is how long the peer may say nothing.
func (c *guardedConn) patience() time.Duration {
	if c.carrier || c.guard.standing(c.from.Addr()) != stranger {
		return trunkIdle
	}
	return c.idle
}

// Write never waits for a peer that does not read.
func (c *guardedConn) Write(b []byte) (int, error) {
	c.guard.tracer.outStream(c, b)
	_ = c.SetWriteDeadline(time.Now().Add(writeTimeout))
	return c.Conn.Write(b)
}

// secure tells whether c is a connection of TLS.
func (c *guardedConn) secure() bool {
	_, ok := c.Conn.(*tls.Conn)
	return ok
}

// Close gives the connection's place back.
func (c *guardedConn) Close() error {
	c.once.Do(func() {
		time.AfterFunc(straggle, func() { close(c.gone) })
		c.guard.accepted.Delete(c.RemoteAddr().String())
		c.guard.server.registrar.phones.hungUp(c.from.String())
		if c.own {
			return
		}
		c.guard.open.Add(-1)
		c.guard.limits.disconnect(c.from.Addr())
	})
	return c.Conn.Close()
}

// inspectBroken answers a stream's message that has no end we can find.
func (g *guard) inspectBroken(raw []byte, why error, from netip.AddrPort) (v verdict) {
	defer func() {
		if f := recover(); f != nil {
			g.count(reasonFault)
			g.server.caught("ingress", f)
			v = verdict{close: true}
		}
	}()
	status := 400
	reason := reasonLength
	if why == errTooLarge || why == errLine {
		status, reason = 513, reasonTooLarge
	}
	g.count(reason)
	if g.standing(from.Addr()) == stranger && g.silent || !looksLikeSIP(raw) {
		return verdict{close: true}
	}
	m, cut := parse(raw[:min(len(raw), g.rules.sizes.message)], g.rules.sizes)
	if cut == errNoSIP || m.status != 0 || m.method == "ACK" {
		return verdict{close: true}
	}
	r, no := checkRequest(m, nil, g.rules)
	if len(r.vias) == 0 {
		return verdict{close: true}
	}
	if no != nil && status == 400 {
		status = no.status
	}
	return verdict{reply: r.answer(status, from, g.tag(r)), close: true}
}
