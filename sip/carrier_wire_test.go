package sip

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/queue"
)

// Trunks against a carrier on real sockets: a registrar with digest, whose name
// is looked up at a name server of the test's own.

// wireCarrier is a carrier on loopback. It reads messages with sipgo's parser
// and answers as the test says; what it sees is kept.
type wireCarrier struct {
	t    *testing.T
	addr netip.AddrPort
	udp  *net.UDPConn
	tcp  net.Listener

	mu       sync.Mutex // guards what follows
	changed  chan struct{}
	handle   func(*sip.Request) *sip.Response // nil: nothing is answered
	requests []*sip.Request
	answers  []*sip.Response // to requests of the carrier
	pings    int             // keep-alives that came
	conns    []net.Conn
	silent   bool
}

// The carrier's account of us.
const (
	wireUser     = "hotline"
	wirePassword = "canary-password"
	wireRealm    = "ims.test"
)

// openCarrier listens on a host of loopback, UDP and TCP.
func openCarrier(t *testing.T, host string) *wireCarrier {
	t.Helper()
	tcp, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	addr := tcp.Addr().(*net.TCPAddr).AddrPort()
	udp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		t.Fatal(err)
	}
	c := &wireCarrier{t: t, addr: addr, udp: udp, tcp: tcp, changed: make(chan struct{})}
	c.handle = c.serve
	var reading sync.WaitGroup
	reading.Go(c.readUDP)
	reading.Go(func() {
		for {
			conn, err := tcp.Accept()
			if err != nil {
				return
			}
			c.change(func() { c.conns = append(c.conns, conn) })
			reading.Go(func() { c.readTCP(conn) })
		}
	})
	t.Cleanup(func() {
		_ = udp.Close()
		_ = tcp.Close()
		c.hangUp()
		reading.Wait()
	})
	return c
}

// hangUp closes the connections that are open.
func (c *wireCarrier) hangUp() {
	c.change(func() {
		for _, conn := range c.conns {
			_ = conn.Close()
		}
		c.conns = nil
	})
}

func (c *wireCarrier) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	close(c.changed)
	c.changed = make(chan struct{})
}

// answerBy has the carrier answer as f says.
func (c *wireCarrier) answerBy(f func(*sip.Request) *sip.Response) {
	c.change(func() { c.handle = f })
}

func (c *wireCarrier) readUDP() {
	b := make([]byte, 65535)
	for {
		n, from, err := c.udp.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if out := c.got(b[:n], from.String()); out != nil {
			_, _ = c.udp.WriteToUDPAddrPort(out, from)
		}
	}
}

func (c *wireCarrier) readTCP(conn net.Conn) {
	var in []byte
	b := make([]byte, 65535)
	for {
		n, err := conn.Read(b)
		if err != nil {
			return
		}
		in = append(in, b[:n]...)
		for {
			if rest, ping := bytes.CutPrefix(in, []byte("\r\n\r\n")); ping {
				in = rest
				c.change(func() { c.pings++ })
				_, _ = conn.Write([]byte("\r\n"))
				continue
			}
			size, err := frame(in, sizes{message: 65535, line: 8192})
			if size == 0 || err != nil {
				break
			}
			if out := c.got(in[:size], conn.RemoteAddr().String()); out != nil {
				_, _ = conn.Write(out)
			}
			in = in[size:]
		}
	}
}

// got keeps a message and returns the answer to it.
func (c *wireCarrier) got(raw []byte, from string) []byte {
	noProduct(c.t, string(raw))
	if string(raw) == "\r\n\r\n" {
		c.change(func() { c.pings++ })
		return nil
	}
	msg, err := sip.ParseMessage(raw)
	if err != nil {
		return nil // keep-alives
	}
	var out []byte
	c.change(func() {
		if c.silent {
			return
		}
		switch m := msg.(type) {
		case *sip.Response:
			c.answers = append(c.answers, m)
		case *sip.Request:
			m.SetSource(from)
			c.requests = append(c.requests, m)
			if m.IsAck() || c.handle == nil {
				return
			}
			if res := c.handle(m); res != nil {
				out = []byte(res.String())
			}
		}
	})
	return out
}

// serve is a carrier with everything in order: it registers who can sign and
// answers what it is asked.
func (c *wireCarrier) serve(req *sip.Request) *sip.Response {
	if req.Method != sip.REGISTER {
		return respond(req, 200)
	}
	if !signedRight(req) {
		return respond(req, 401, fmt.Sprintf(`WWW-Authenticate: Digest realm="%s", nonce="n", algorithm=SHA-256, qop="auth"`, wireRealm))
	}
	contact, _, _ := strings.Cut(req.GetHeader("Contact").Value(), ">")
	return respond(req, 200, "Contact: "+contact+">;expires=600")
}

// signedRight checks a signature by the text of the header alone.
func signedRight(req *sip.Request) bool {
	h := req.GetHeader("Authorization")
	if h == nil {
		return false
	}
	got, ok := parseCredentials(h.Value())
	return ok && got.username == wireUser && got.realm == wireRealm &&
		got.response == got.responseOf(hashOf(got.algorithm, wireUser, wireRealm, wirePassword), string(req.Method))
}

// wait returns the first request for which match holds.
func (c *wireCarrier) wait(what string, match func(*sip.Request) bool) *sip.Request {
	c.t.Helper()
	var found *sip.Request
	c.until(what, func() bool {
		i := slices.IndexFunc(c.requests, match)
		if i >= 0 {
			found = c.requests[i]
		}
		return i >= 0
	})
	return found
}

// until waits until isSo holds; it is asked, locked, at every message.
func (c *wireCarrier) until(what string, isSo func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 15*time.Second)
	defer cancel()
	for {
		c.mu.Lock()
		so, changed := isSo(), c.changed
		c.mu.Unlock()
		if so {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			c.t.Fatalf("%s: it did not come; saw %v", what, c.lines())
		}
	}
}

func (c *wireCarrier) lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, r := range c.requests {
		all = append(all, r.StartLine())
	}
	for _, r := range c.answers {
		all = append(all, r.StartLine())
	}
	return all
}

func method(m sip.RequestMethod) func(*sip.Request) bool {
	return func(r *sip.Request) bool { return r.Method == m }
}

// invite is an INVITE of the carrier, or of whoever sends it.
func wireInvite(from netip.AddrPort, target, to string) string {
	return fmt.Sprintf("INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\nFrom: <sip:+628110000001@ims.test>;tag=a\r\n"+
		"To: <%s>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		target, from, sip.GenerateTagN(8), to, sip.GenerateTagN(12), from, len(quietSDP), quietSDP)
}

// ourTrunk is the carrier in our settings.
func (c *wireCarrier) ourTrunk() configs.Trunk {
	return configs.Trunk{Name: "ims", Server: c.addr.String(), FromDomain: "ims.test", AuthUsername: wireUser, AuthPassword: configs.NewSecret(wirePassword), Number: "+62213903963"}
}

// houseWith runs a house on loopback whose only trunk is ct. change may alter
// the server before it starts.
func houseWith(t *testing.T, ct configs.Trunk, alarm func(Alarm), change func(*Server)) *house {
	t.Helper()
	desk := &testDesk{changed: make(chan struct{})}
	s, err := New(Options{
		Config: configs.SIP{Listen: []string{"127.0.0.1:0"}, Domain: "hotline.test", Unknown: "reject", Country: "ID", Trunks: []configs.Trunk{ct}},
		Desk:   desk, Log: noLog(), Alarm: alarm,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, server: s, desk: desk, studio: &quietStudio{}}
	desk.server, s.calls.studio = s, h.studio
	if change != nil {
		change(s)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

// TestRegisterOverTheWire: the name of the settings leads by DNS to the
// registrar; we register there; its calls to our Contact ring, a stranger's do
// not; and at the end the registration is taken back.
func TestRegisterOverTheWire(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			c := openCarrier(t, "127.0.7.1")
			zone := serveNames(t, map[string][]string{
				"_sip._" + network + ".ims.test SRV": {fmt.Sprintf("10 0 %d sbc.ims.test", c.addr.Port())},
				"sbc.ims.test A":                     {"127.0.7.1"},
			}, nil)
			ct := c.ourTrunk()
			ct.Server, ct.Register = "ims.test", true
			h := houseWith(t, ct, nil, func(s *Server) { s.trunks.names = zone.names() })
			reg := c.wait("a signed REGISTER", func(r *sip.Request) bool { return r.Method == sip.REGISTER && signedRight(r) })
			if reg.Source() != h.server.Addr() && network == "udp" {
				t.Errorf("the REGISTER came from %s; we listen on %s", reg.Source(), h.server.Addr())
			}
			contact, _, _ := strings.Cut(strings.Trim(reg.GetHeader("Contact").Value(), "<"), ">")
			if want := "sip:hotline@" + h.server.Addr(); !strings.HasPrefix(contact, want) || strings.Contains(contact, "transport=tcp") != (network == "tcp") {
				t.Errorf("registered %s", contact)
			}
			c.wait("an OPTIONS", method(sip.OPTIONS))
			waitState(t, h.server, func(st TrunkState) bool { return st.Registered && st.Up })

			// A stranger knows the Contact.
			stranger, err := net.ListenPacket("udp", "127.0.7.66:0")
			if err != nil {
				t.Fatal(err)
			}
			defer stranger.Close()
			us := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(h.server.Addr()))
			_, _ = stranger.WriteTo([]byte(wireInvite(netip.MustParseAddrPort(stranger.LocalAddr().String()), contact, "sip:+62213903963@ims.test")), us)
			b := make([]byte, 4096)
			_ = stranger.SetReadDeadline(time.Now().Add(15 * time.Second))
			if n, _, err := stranger.ReadFrom(b); err != nil || !strings.HasPrefix(string(b[:n]), "SIP/2.0 403 ") {
				t.Errorf("a stranger got %v, %s", err, b[:n])
			}

			c.send(network, us, wireInvite(c.addr, contact, "sip:+62213903963@ims.test"))
			if ev := await[queue.Arrived](t, h.desk, 1); ev.Dialled != "+62213903963" {
				t.Errorf("the call is for %s", ev.Dialled)
			}
			c.until("a 200 to the INVITE", func() bool {
				return slices.ContainsFunc(c.answers, func(r *sip.Response) bool { return r.StatusCode == 200 && r.CSeq().MethodName == sip.INVITE })
			})

			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := h.server.Close(ctx); err != nil {
				t.Error(err)
			}
			c.wait("a REGISTER that takes it back", func(r *sip.Request) bool {
				return r.Method == sip.REGISTER && r.GetHeader("Expires").Value() == "0" && strings.Contains(r.GetHeader("Contact").Value(), "expires=0")
			})
		})
	}
}

// send has the carrier send to us; over TCP by the connection we opened.
func (c *wireCarrier) send(network string, us *net.UDPAddr, text string) {
	c.t.Helper()
	var err error
	if network == "udp" {
		_, err = c.udp.WriteTo([]byte(text), us)
	} else {
		c.mu.Lock()
		_, err = c.conns[len(c.conns)-1].Write([]byte(strings.Replace(text, "SIP/2.0/UDP", "SIP/2.0/TCP", 1)))
		c.mu.Unlock()
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// waitState waits until the first trunk is as isSo wants it. Views change
// without telling, so this looks at them in turn.
func waitState(t *testing.T, s *Server, isSo func(TrunkState) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !isSo(s.TrunkStates()[0]) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the trunk is %+v", s.TrunkStates()[0])
		}
	}
}

// TestConnectionToTheRegistrarIsRenewed: the carrier restarts, and with it the
// connection our registration lives on.
func TestConnectionToTheRegistrarIsRenewed(t *testing.T) {
	c := openCarrier(t, "127.0.7.2")
	ct := c.ourTrunk()
	ct.Server, ct.Register = "sip:"+c.addr.String()+";transport=tcp", true
	h := houseWith(t, ct, nil, nil)
	waitState(t, h.server, func(st TrunkState) bool { return st.Registered && st.Up })
	c.hangUp()
	h.server.trunks.all[0].uplink.done <- pinged{false} // what the next keep-alive would find
	c.until("a REGISTER by another connection", func() bool {
		first := c.requests[0].Source()
		return slices.ContainsFunc(c.requests, func(r *sip.Request) bool { return r.Method == sip.REGISTER && r.Source() != first && signedRight(r) })
	})
}

// TestCredentialsNeverLeave: an outgoing call is signed for its own trunk, and
// nothing else is, whoever asks.
func TestCredentialsNeverLeave(t *testing.T) {
	ask := func(realm string) string {
		return fmt.Sprintf(`Digest realm="%s", nonce="n", algorithm=SHA-256, qop="auth"`, realm)
	}
	ok := func(req *sip.Request, from netip.AddrPort) *sip.Response {
		res := sip.NewResponseFromRequest(req, 200, "OK", []byte(quietSDP))
		res.AppendHeader(sip.NewHeader("Contact", "<sip:callee@"+from.String()+">"))
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		return res
	}
	t.Run("a BYE that is challenged", func(t *testing.T) {
		c := openCarrier(t, "127.0.7.3")
		c.answerBy(func(req *sip.Request) *sip.Response {
			switch {
			case req.Method == sip.INVITE && !signedRight(req):
				return respond(req, 401, "WWW-Authenticate: "+ask(wireRealm))
			case req.Method == sip.INVITE:
				return ok(req, c.addr)
			case req.Method == sip.BYE:
				return respond(req, 401, "WWW-Authenticate: "+ask(wireRealm))
			}
			return respond(req, 200)
		})
		h := houseWith(t, c.ourTrunk(), nil, nil)
		h.voice().Dial("01J0000000000000000000000A", "sari", queue.NewCaller("+628111234567"), queue.Manner{})
		await[queue.Established](t, h.desk, 1)
		h.voice().End("01J0000000000000000000000A", queue.ByAgent, queue.CauseNormal)
		c.wait("a BYE", method(sip.BYE))
		await[queue.HungUp](t, h.desk, 1)
		signed := c.signatures()
		if len(signed) != 1 || signed[0] != "INVITE" {
			t.Errorf("signed: %v", signed)
		}
	})
	t.Run("another realm", func(t *testing.T) {
		c := openCarrier(t, "127.0.7.4")
		c.answerBy(func(req *sip.Request) *sip.Response {
			switch {
			case req.Method == sip.INVITE:
				return respond(req, 401, "WWW-Authenticate: "+ask("evil.test"))
			}
			return c.serve(req)
		})
		ct := c.ourTrunk()
		ct.Register = true
		h := houseWith(t, ct, nil, nil)
		waitState(t, h.server, func(st TrunkState) bool { return st.Registered && st.Up })
		h.voice().Dial("01J0000000000000000000000A", "sari", queue.NewCaller("+628111234567"), queue.Manner{})
		await[queue.HungUp](t, h.desk, 1)
		for _, m := range c.signatures() {
			if m != "REGISTER" {
				t.Errorf("a %s was signed for another realm", m)
			}
		}
	})
	t.Run("a caller's challenge", func(t *testing.T) {
		c := openCarrier(t, "127.0.7.5")
		c.answerBy(func(req *sip.Request) *sip.Response {
			if req.Method == sip.BYE {
				return respond(req, 407, "Proxy-Authenticate: "+ask(wireRealm))
			}
			return respond(req, 200)
		})
		h := houseWith(t, c.ourTrunk(), nil, nil)
		waitState(t, h.server, func(st TrunkState) bool { return st.Up })
		us := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(h.server.Addr()))
		c.send("udp", us, wireInvite(c.addr, "sip:0213903963@"+h.server.Addr(), "sip:0213903963@ims.test"))
		arrived := await[queue.Arrived](t, h.desk, 1)
		c.until("a 200 to the INVITE", func() bool {
			return slices.ContainsFunc(c.answers, func(r *sip.Response) bool { return r.StatusCode == 200 })
		})
		c.acknowledge(us)
		await[queue.Established](t, h.desk, 1)
		h.voice().End(arrived.Contact, queue.ByAgent, queue.CauseNormal)
		c.wait("a BYE", method(sip.BYE))
		await[queue.HungUp](t, h.desk, 1)
		if signed := c.signatures(); len(signed) != 0 {
			t.Errorf("signed: %v", signed)
		}
	})
}

// acknowledge sends the ACK of the 200 that came.
func (c *wireCarrier) acknowledge(us *net.UDPAddr) {
	c.t.Helper()
	c.mu.Lock()
	i := slices.IndexFunc(c.answers, func(r *sip.Response) bool { return r.StatusCode == 200 })
	res := c.answers[i]
	c.mu.Unlock()
	ack := fmt.Sprintf("ACK sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n%s\r\n%s\r\n%s\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
		us, c.addr, sip.GenerateTagN(8), res.From(), res.To(), res.CallID())
	c.send("udp", us, ack)
}

// signatures are the methods of the requests that came signed.
func (c *wireCarrier) signatures() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, r := range c.requests {
		if r.GetHeader("Authorization") != nil || r.GetHeader("Proxy-Authorization") != nil {
			if r.Method != sip.ACK { // it repeats its INVITE's, to the same place
				all = append(all, string(r.Method))
			}
		}
	}
	return all
}

// TestSilentCarrierOverTheWire: a carrier that vanishes is noticed, told once,
// and noticed again when it is back.
func TestSilentCarrierOverTheWire(t *testing.T) {
	c := openCarrier(t, "127.0.7.6")
	alarms := make(chan Alarm, 10)
	h := houseWith(t, c.ourTrunk(), func(a Alarm) { alarms <- a }, func(s *Server) {
		r := &s.trunks.all[0].uplink.rhythm
		r.options, r.answer, r.outage, r.calm = 100*time.Millisecond, 200*time.Millisecond, 50*time.Millisecond, 300*time.Millisecond
		r.retry = 10 * time.Millisecond
	})
	waitState(t, h.server, func(st TrunkState) bool { return st.Up && st.RTT > 0 && st.Address == c.addr.String() })
	c.change(func() { c.silent = true })
	if a := <-alarms; a.Up || a.Trunk != "ims" || a.Cause != inEnglish(causeSilent) {
		t.Errorf("%+v", a)
	}
	waitState(t, h.server, func(st TrunkState) bool { return !st.Up && st.CauseCode == causeSilent })
	c.change(func() { c.silent = false })
	if a := <-alarms; !a.Up {
		t.Errorf("%+v", a)
	}
	waitState(t, h.server, func(st TrunkState) bool { return st.Up })
}
