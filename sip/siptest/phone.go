package siptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"sahut/media/mediatest"
)

// Config says where a Phone stands.
type Config struct {
	Listen  string // its address; default 127.0.0.1:0
	Network string // udp (default) or tcp
}

// Phone is a telephone with as many lines as there are calls.
type Phone struct {
	network string
	addr    string
	ua      *sipgo.UserAgent
	client  *sipgo.Client
	pacer   *mediatest.Pacer
	closers []io.Closer
	serving sync.WaitGroup

	mu    sync.Mutex // guards what follows
	calls map[string]*Call
}

// New binds a Phone.
func New(cfg Config) (*Phone, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Network == "" {
		cfg.Network = "udp"
	}
	p := &Phone{network: strings.ToUpper(cfg.Network), calls: map[string]*Call{}, pacer: mediatest.NewPacer()}
	if err := p.start(cfg); err != nil {
		p.Close()
		return nil, fmt.Errorf("telephone on %s: %w", cfg.Listen, err)
	}
	return p, nil
}

func (p *Phone) start(cfg Config) (err error) {
	quiet := slog.New(slog.DiscardHandler) // sipgo would print whatever it cannot read, numbers too
	p.ua, err = sipgo.NewUA(
		sipgo.WithUserAgent("phone"),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet),
			sip.WithTransportLayerReadFilter(p.sniff)),
		sipgo.WithUserAgentTransactionLayerOptions(
			sip.WithTransactionLayerLogger(quiet),
			sip.WithTransactionLayerUnhandledResponseHandler(p.onStray),
		),
	)
	if err != nil {
		return err
	}
	srv, err := sipgo.NewServer(p.ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return err
	}
	for _, m := range []sip.RequestMethod{sip.INVITE, sip.BYE, sip.UPDATE, sip.INFO, sip.OPTIONS} {
		srv.OnRequest(m, p.onRequest)
	}
	srv.OnAck(func(*sip.Request, sip.ServerTransaction) {})
	options := []sipgo.ClientOption{sipgo.WithClientLogger(quiet)}
	if p.network == "UDP" {
		conn, err := net.ListenPacket("udp", cfg.Listen)
		if err != nil {
			return err
		}
		_ = conn.(*net.UDPConn).SetReadBuffer(4 << 20)
		p.addr = conn.LocalAddr().String()
		p.closers = append(p.closers, conn)
		first := &firstRead{PacketConn: conn, began: make(chan struct{})}
		p.serving.Go(func() { _ = srv.ServeUDP(first) })
		<-first.began
		// Requests leave from the socket that listens.
		options = append(options, sipgo.WithClientConnectionAddr(p.addr))
	} else {
		l, err := net.Listen("tcp", cfg.Listen)
		if err != nil {
			return err
		}
		p.addr = l.Addr().String()
		p.closers = append(p.closers, l)
		p.serving.Go(func() { _ = srv.ServeTCP(l) })
	}
	options = append(options, sipgo.WithClientAddr(p.addr))
	p.client, err = sipgo.NewClient(p.ua, options...)
	return err
}

// firstRead tells when its socket is read for the first time: by then sipgo
// knows it and sends from it instead of opening another.
type firstRead struct {
	net.PacketConn
	once  sync.Once
	began chan struct{}
}

func (f *firstRead) ReadFrom(p []byte) (int, net.Addr, error) {
	f.once.Do(func() { close(f.began) })
	return f.PacketConn.ReadFrom(p)
}

// Addr is where the Phone listens.
func (p *Phone) Addr() string { return p.addr }

// Calls returns the calls that are not over.
func (p *Phone) Calls() []*Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		all = append(all, c)
	}
	return all
}

// HangUpAll hangs up every call and waits until all are over.
func (p *Phone) HangUpAll(ctx context.Context) error {
	var errs []error
	all := p.Calls()
	for _, c := range all {
		errs = append(errs, c.Hangup(ctx))
	}
	return errors.Join(errs...)
}

// Close takes the Phone off the network. Calls still up are left hanging; see
// HangUpAll.
func (p *Phone) Close() {
	for _, c := range p.Calls() {
		c.finish("", errors.New("the telephone was taken off the network"))
	}
	for _, c := range p.closers {
		_ = c.Close()
	}
	if p.ua != nil {
		_ = p.ua.Close()
	}
	p.serving.Wait()
	p.pacer.Close()
}

func (p *Phone) call(msg sip.Message) *Call {
	id := msg.CallID()
	if id == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[id.Value()]
}

func (p *Phone) add(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[c.id] = c
}

func (p *Phone) drop(c *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, c.id)
}

// onRequest brings what the far end asks inside a call to that call.
func (p *Phone) onRequest(req *sip.Request, tx sip.ServerTransaction) {
	c := p.call(req)
	if c == nil {
		status, reason := 481, "Call/Transaction Does Not Exist"
		if to := req.To(); to != nil && !to.Params.Has("tag") && req.IsInvite() {
			status, reason = 486, "Busy Here"
		}
		_ = tx.Respond(sip.NewResponseFromRequest(req, status, reason, nil))
		return
	}
	c.gotRequest(req, tx)
}

// onStray takes responses whose transaction is over: a 2xx that comes late
// still needs its ACK, or the far end stays in the call for ever.
func (p *Phone) onStray(res *sip.Response) {
	cseq := res.CSeq()
	if cseq == nil || cseq.MethodName != sip.INVITE || !res.IsSuccess() {
		return
	}
	if c := p.call(res); c != nil {
		c.gotAgain(res)
	}
}

// sniff looks at all that arrives, in the order in which it does.
func (p *Phone) sniff(_ sip.TransportReadProps, data []byte) ([]byte, error) {
	now := time.Now()
	for rest := data; len(rest) > 0; {
		head, after, whole := bytes.Cut(rest, []byte("\r\n\r\n"))
		if !whole {
			break // of a stream; its call will note it a little later
		}
		length := p.sniffHead(string(head), now)
		rest = after[min(length, len(after)):]
	}
	return data, nil
}

// sniffHead reads the head of one message and returns the length of its body.
func (p *Phone) sniffHead(head string, now time.Time) (length int) {
	first, lines, _ := strings.Cut(strings.TrimLeft(head, "\r\n"), "\r\n")
	var id, cseq string
	for line := range strings.SplitSeq(lines, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "call-id", "i":
			id = value
		case "cseq":
			cseq = value
		case "content-length", "l":
			length, _ = strconv.Atoi(value)
		}
	}
	status, isResponse := strings.CutPrefix(first, "SIP/2.0 ")
	if isResponse && len(status) >= 3 && strings.HasSuffix(cseq, "INVITE") {
		code, _ := strconv.Atoi(status[:3])
		p.mu.Lock()
		c := p.calls[id]
		p.mu.Unlock()
		if c != nil && strings.HasPrefix(cseq, strconv.FormatUint(uint64(c.inviteSeq.Load()), 10)+" ") {
			c.sniffed(code, now)
		}
	}
	return max(length, 0)
}
