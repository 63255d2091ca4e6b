package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/media"
	"sahut/queue"
)

// Options is what a Server needs. Engine, Peers, Library and Desk serve the
// calls; Credentials serves the registrar and may be nil, then REGISTER is
// refused.
type Options struct {
	Config      configs.SIP
	Engine      *media.Engine
	Peers       *media.Peers
	Library     *media.Library
	Desk        Desk
	Credentials Credentials
	SilentAfter time.Duration // without sound before the far end of a call is asked whether it is there; 0: 15 s
	Messages    Messages      // keeps what callers say to no one; nil: nobody can leave a message
	Alarm       func(Alarm)   // told when a trunk stops working, and when it works again; nil: nobody
	Log         *slog.Logger
}

// Desk takes the events of calls; *queue.Desk is one.
type Desk interface{ Post(queue.Event) }

// Credentials knows the users who may register a phone. HA1 is the hash of
// "user:realm:password" in the given algorithm, MD5 or SHA-256.
type Credentials interface {
	HA1(username, algorithm string) (ha1 string, ok bool)
}

// Server is the SIP side of the house.
type Server struct {
	opts Options
	cfg  configs.SIP
	log  *slog.Logger

	trunks    *trunks
	guard     *guard
	registrar *registrar
	calls     *calls // the callers we talk to; see calls.go

	ua  *sipgo.UserAgent
	srv *sipgo.Server
	uac *sipgo.Client

	listeners   []*listener
	secure      []*listener // those of TLS
	streams     *streams    // the connections we open
	drills      drills
	setups      setupTimes
	leaveTrunks func(context.Context) // ends what trunks.start began
	running     sync.WaitGroup        // serve loops
	partings    partings
	draining    atomic.Bool
	closing     atomic.Bool
	panics      atomic.Uint64
}

// allow is what our Allow headers say (RFC 3261 §20.5). REGISTER is appended
// when there is a registrar.
const allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, PRACK"

// accepted is what our Accept headers say (RFC 3261 §20.1).
const accepted = "application/sdp"

// extensions are the option tags a peer may Require of us (RFC 3261 §8.2.2.3).
var extensions = []string{"100rel", "precondition", "timer"}

// New checks o and builds the server. It binds nothing yet; Start does.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: o, cfg: o.Config, log: o.Log}
	var err error
	if s.trunks, err = newTrunks(o.Config); err != nil {
		return nil, err
	}
	nonces := newNonces()
	s.registrar = newRegistrar(Realm(o.Config), o.Config.Digest, o.Credentials, nonces, o.Config.MaxRegistration.D())
	s.guard = newGuard(s, nonces)
	s.registrar.limits = s.guard.limits
	if o.Desk != nil {
		s.registrar.phones.presence.tell = func(user string, on bool) {
			o.Desk.Post(queue.PhoneRegistered{Agent: queue.AgentID(user), On: on})
		}
	}
	s.calls = newCalls(s)
	s.streams = newStreams(s)
	if err := s.build(); err != nil {
		return nil, fmt.Errorf("sip: %w", err)
	}
	return s, nil
}

// build assembles sipgo's layers and the table of methods.
func (s *Server) build() error {
	quiet := slog.New(&maskHandler{next: s.log.Handler()})
	var err error
	s.ua, err = sipgo.NewUA(
		// These two appear in From when a request of ours has none. Neither
		// may say what runs here.
		sipgo.WithUserAgent("sip"),
		sipgo.WithUserAgentHostname("anonymous.invalid"),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(
			sip.WithTransactionLayerLogger(quiet),
			sip.WithTransactionLayerUnhandledResponseHandler(s.onStrayResponse),
		),
	)
	if err != nil {
		return err
	}
	if s.srv, err = sipgo.NewServer(s.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return err
	}
	if s.uac, err = sipgo.NewClient(s.ua, sipgo.WithClientLogger(quiet)); err != nil {
		return err
	}

	s.on(sip.INVITE, s.gotInvite)
	s.on(sip.ACK, s.onAck)
	s.on(sip.BYE, s.onBye)
	s.on(sip.CANCEL, s.onCancel)
	s.on(sip.UPDATE, s.onUpdate)
	s.on(sip.INFO, s.onInfo)
	s.on(sip.PRACK, s.onPrack)
	s.on(sip.REFER, s.onRefer)
	s.on(sip.OPTIONS, s.onOptions)
	s.on(sip.REGISTER, s.onRegister)
	s.srv.OnNoRoute(s.recovering("other", s.onOther))
	return nil
}

// on registers f for a method, so that its panic ends one request only.
func (s *Server) on(m sip.RequestMethod, f sipgo.RequestHandler) {
	s.srv.OnRequest(m, s.recovering(string(m), f))
}

// recovering wraps f: the ingress layer must have seen the request, and a
// panic is answered 500, counted and logged instead of ending the process
// (sipgo recovers nothing).
func (s *Server) recovering(name string, f sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		defer func() {
			if v := recover(); v != nil {
				s.caught(name, v)
				if !req.IsAck() {
					_ = tx.Respond(s.reply(req, sip.StatusInternalServerError))
				}
			}
		}()
		if refused := s.guard.recheck(req); refused != 0 {
			if !req.IsAck() {
				_ = tx.Respond(s.reply(req, refused))
			}
			return
		}
		f(req, tx)
	}
}

// caught counts and logs a recovered panic. Calls use it for their own
// goroutines.
func (s *Server) caught(where string, v any) {
	s.panics.Add(1)
	s.log.Error("a request was dropped because of a fault in this program; please report it",
		"where", where, "panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
}

// gotInvite finds out whose INVITE this is (RFC 3261 §8.2.1: before anything
// else) and hands it to the calls. Within a dialog its names and the far end's
// address say whose it is; that may be a volunteer's phone, which is no trunk.
func (s *Server) gotInvite(req *sip.Request, tx sip.ServerTransaction) {
	if s.of(req) != nil {
		s.inDialog(req, tx)
		return
	}
	t, no := s.trunkOf(req)
	if no != nil {
		_ = tx.Respond(no)
		return
	}
	if _, inDialog := req.To().Params.Get("tag"); !inDialog && s.draining.Load() {
		_ = tx.Respond(s.reply(req, sip.StatusServiceUnavailable))
		return
	}
	s.onInvite(t, req, tx)
}

// onOptions says that we are here and what we understand (RFC 3261 §11.2).
// Carriers ask every few seconds and take the trunk out of service when no
// answer comes, so a draining server says 503.
func (s *Server) onOptions(req *sip.Request, tx sip.ServerTransaction) {
	_, inDialog := req.To().Params.Get("tag")
	switch {
	case inDialog && s.of(req) == nil: // RFC 3261 §12.2.2: whose call is this?
		_ = tx.Respond(s.reply(req, sip.StatusCallTransactionDoesNotExists))
		return
	case !inDialog && s.draining.Load():
		_ = tx.Respond(s.reply(req, sip.StatusServiceUnavailable))
		return
	}
	res := s.reply(req, sip.StatusOK)
	res.AppendHeader(sip.NewHeader("Allow", s.allowed()))
	res.AppendHeader(sip.NewHeader("Accept", accepted))
	res.AppendHeader(sip.NewHeader("Accept-Encoding", "identity"))
	res.AppendHeader(sip.NewHeader("Accept-Language", "en"))
	res.AppendHeader(sip.NewHeader("Supported", s.supported()))
	_ = tx.Respond(res)
}

// onOther answers the methods nobody here handles. The ingress layer has told
// known (405) from unknown (501) already; this is its net.
func (s *Server) onOther(req *sip.Request, tx sip.ServerTransaction) {
	_ = tx.Respond(s.reply(req, sip.StatusMethodNotAllowed))
}

// onStrayResponse drops responses no transaction of ours waits for
// (RFC 3261 §18.1.2); calls see late 2xx through their own transactions.
func (s *Server) onStrayResponse(*sip.Response) { s.guard.count(reasonStray) }

// Start binds every configured address on UDP and TCP and serves them. When
// one cannot be bound none stays open, and the error says what to do.
func (s *Server) Start() error {
	for _, addr := range s.cfg.Listen {
		l, err := s.bind(addr)
		if err != nil {
			s.unbind()
			return err
		}
		s.listeners = append(s.listeners, l)
	}
	if err := s.startTLS(); err != nil {
		s.unbind()
		return err
	}
	if len(s.listeners) == 0 {
		return errors.New("sip.listen is empty; give at least one address such as 0.0.0.0:5060")
	}
	for _, l := range s.listeners {
		s.running.Go(func() { s.serveUDP(l) })
		s.running.Go(func() { s.serveStreams(l, s.srv.ServeTCP) })
		// Until sipgo knows the socket, a request of ours would open another.
		<-l.ready
	}
	for _, l := range s.secure {
		s.running.Go(func() { s.serveStreams(l, s.srv.ServeTLS) })
	}
	s.streams.serve()
	s.leaveTrunks = s.trunks.start(wires{s, s.trunks.names}, s.log, s.opts.Alarm)
	return nil
}

// startTLS binds the addresses of TLS.
func (s *Server) startTLS() error {
	if len(s.cfg.TLSListen) == 0 {
		return nil
	}
	cfg, err := servingTLS(s.cfg, s.log)
	if err != nil {
		return err
	}
	for _, addr := range s.cfg.TLSListen {
		l, err := s.bindTLS(addr, cfg)
		if err != nil {
			return err
		}
		s.secure = append(s.secure, l)
	}
	return nil
}

// unbind closes every socket.
func (s *Server) unbind() {
	for _, l := range slices.Concat(s.listeners, s.secure) {
		l.close()
	}
	s.listeners, s.secure = nil, nil
}

// TLSAddr returns the first address bound for TLS; empty: there is none.
func (s *Server) TLSAddr() string {
	if len(s.secure) == 0 {
		return ""
	}
	return s.secure[0].addr.String()
}

// Addr returns the first address that is really bound, "127.0.0.1:5060". With
// port 0 in the settings this is where the chosen port is found.
func (s *Server) Addr() string {
	if len(s.listeners) == 0 {
		return ""
	}
	return s.listeners[0].addr.String()
}

// Addrs returns every bound address, in the order of the settings.
func (s *Server) Addrs() []string {
	var all []string
	for _, l := range s.listeners {
		all = append(all, l.addr.String())
	}
	return all
}

// Drain refuses new calls with 503 and Retry-After from now on. Calls that
// are up, and everything inside them, go on.
func (s *Server) Drain() { s.draining.Store(true) }

// Close ends every call (BYE to all) and then the sockets. It returns when all
// is done or ctx is over, whichever is first.
func (s *Server) Close(ctx context.Context) error {
	if s.closing.Swap(true) {
		return nil
	}
	s.draining.Store(true)
	err := s.closeCalls(ctx)
	s.partings.wait(ctx)
	if s.leaveTrunks != nil {
		s.leaveTrunks(ctx)
	}
	s.registrar.phones.unwatch()
	for _, l := range slices.Concat(s.listeners, s.secure) {
		l.close()
	}
	s.streams.close()
	err = errors.Join(err, s.ua.Close())
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return err
}

// allowed is the value of our Allow headers.
func (s *Server) allowed() string {
	if s.registrar.on() {
		return allow + ", REGISTER"
	}
	return allow
}

// supported is the value of our Supported headers.
func (s *Server) supported() string {
	var out string
	for i, e := range slices.Sorted(slices.Values(extensions)) {
		if i > 0 {
			out += ", "
		}
		out += e
	}
	return out
}
