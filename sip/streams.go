package sip

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// connectWithin is how long opening a connection may take, TLS included. A
// trunk that takes longer is tried by its next address.
const connectWithin = 4 * time.Second

// streams are the connections we open. sipgo would open them by itself, but
// unguarded, with one TLS configuration for all, and with the far end's address
// for its name. So we open them and hand them to sipgo as if they had come in:
// it then finds each in its pool, under the far end's address.
type streams struct {
	server *Server
	tcp    *doorway
	tls    *doorway

	mu      sync.Mutex
	opening map[string]*opening // by network and address
}

// opening is one connection being made; all who want it wait for it.
type opening struct {
	done chan struct{}
	err  error
}

func newStreams(s *Server) *streams {
	return &streams{server: s, tcp: newDoorway(), tls: newDoorway(), opening: map[string]*opening{}}
}

// serve runs sipgo's readers of the connections we open, until close.
func (st *streams) serve() {
	st.server.running.Go(func() { _ = st.server.srv.ServeTCP(st.tcp) })
	st.server.running.Go(func() { _ = st.server.srv.ServeTLS(st.tls) })
}

func (st *streams) close() {
	_ = st.tcp.Close()
	_ = st.tls.Close()
}

// ready is sipgo's hook before a request of ours is sent. Our dialogs have
// built all of it; only the connection may be missing.
func (st *streams) ready(_ *sipgo.Client, req *sip.Request) error {
	if name := st.server.cfg.UserAgent; name != "" && req.GetHeader("User-Agent") == nil {
		req.AppendHeader(sip.NewHeader("User-Agent", name))
	}
	network := sip.NetworkToUpper(req.Transport())
	if network == "UDP" {
		return nil
	}
	return st.connect(network, req.Destination())
}

// connect sees to it that there is a connection to remote.
func (st *streams) connect(network, remote string) error {
	if st.open(network, remote) {
		return nil
	}
	key := network + " " + remote
	st.mu.Lock()
	o := st.opening[key]
	mine := o == nil
	if mine {
		o = &opening{done: make(chan struct{})}
		st.opening[key] = o
	}
	st.mu.Unlock()
	if !mine {
		<-o.done
		return o.err
	}
	o.err = st.dial(network, remote)
	st.mu.Lock()
	delete(st.opening, key)
	st.mu.Unlock()
	close(o.done)
	return o.err
}

// open tells whether sipgo has a connection to remote.
func (st *streams) open(network, remote string) bool {
	c, err := st.server.ua.TransportLayer().GetConnection(strings.ToLower(network), remote)
	if err != nil || c == nil {
		return false
	}
	_, _ = c.TryClose() // gives back the reference that looking took
	return true
}

// portTowards is our port of the connection to remote; 0: there is none.
func (st *streams) portTowards(network, remote string) int {
	c, err := st.server.ua.TransportLayer().GetConnection(network, remote)
	if err != nil || c == nil {
		return 0
	}
	defer c.TryClose()
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// dial opens a connection and hands it over.
func (st *streams) dial(network, remote string) error {
	to, err := netip.ParseAddrPort(remote)
	if err != nil {
		return fmt.Errorf("connect to %q: %w", remote, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectWithin)
	defer cancel()
	d := net.Dialer{Control: marked(st.server.cfg.DSCP)}
	conn, err := d.DialContext(ctx, "tcp", remote)
	if err != nil {
		return fmt.Errorf("no connection to %s: %w", remote, err)
	}
	door := st.tcp
	if network == "TLS" {
		door = st.tls
		if conn, err = st.secure(ctx, conn, to.Addr().Unmap()); err != nil {
			return err
		}
	}
	// Whom we call may call back on the same connection.
	st.server.guard.limits.expect(to.Addr().Unmap())
	return door.pass(st.server.guard.ownConn(conn, to))
}

// secure does the TLS handshake.
func (st *streams) secure(ctx context.Context, conn net.Conn, ip netip.Addr) (net.Conn, error) {
	cfg, err := st.server.tlsTowards(ip)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	t := tls.Client(conn, cfg)
	if err := t.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("no TLS with %s as %s: %w", conn.RemoteAddr(), cfg.ServerName, err)
	}
	return t, nil
}

// ownConn guards a connection we opened. It takes nobody's place.
func (g *guard) ownConn(conn net.Conn, to netip.AddrPort) net.Conn {
	c := g.server.cfg
	gc := &guardedConn{
		Conn: conn, guard: g, from: netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), carrier: true, own: true, spoken: true,
		complete: orDefault(c.MessageTimeout.D(), 10*time.Second),
		idle:     trunkIdle,
		since:    time.Now(),
		gone:     make(chan struct{}),
	}
	g.accepted.Store(conn.RemoteAddr().String(), true)
	return gc
}

// doorway is a listener whose connections come from inside.
type doorway struct {
	conns  chan *entrance
	closed chan struct{}
	once   sync.Once
	last   *entrance // handed over; sipgo knows it when it asks for the next
}

type entrance struct {
	conn  net.Conn
	known chan struct{}
}

func newDoorway() *doorway {
	return &doorway{conns: make(chan *entrance), closed: make(chan struct{})}
}

// pass hands conn to sipgo and returns when sipgo knows it.
func (d *doorway) pass(conn net.Conn) error {
	e := &entrance{conn, make(chan struct{})}
	select {
	case d.conns <- e:
	case <-d.closed:
		_ = conn.Close()
		return net.ErrClosed
	}
	select {
	case <-e.known:
		return nil
	case <-d.closed:
		return net.ErrClosed
	}
}

// Accept implements [net.Listener].
func (d *doorway) Accept() (net.Conn, error) {
	if d.last != nil {
		close(d.last.known)
		d.last = nil
	}
	select {
	case d.last = <-d.conns:
		return d.last.conn, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (d *doorway) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// Addr implements [net.Listener]; nobody can connect to it.
func (d *doorway) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero} }
