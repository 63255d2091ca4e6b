package sip

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/queue"
)

func TestOptionsFromTheTrunk(t *testing.T) {
	s := startServer(t, nil)
	r := farAt(t, s, "127.0.0.2", 0).ask(compose("OPTIONS", "sip:127.0.0.1"))
	if r.status != 200 || !strings.Contains(r.get("Allow"), "INVITE") || r.get("Accept") != "application/sdp" || r.head["supported"] == nil {
		t.Errorf("%d\n%s", r.status, r.text)
	}
}

// What svmap does: OPTIONS, INVITE and others from an address nobody knows.
func TestStrangers(t *testing.T) {
	for unknown, want := range map[string]int{"silence": 0, "reject": 403} {
		t.Run(unknown, func(t *testing.T) {
			var rung atomic.Bool
			s := startServer(t, func(c *configs.SIP, _ *Options) { c.Unknown = unknown })
			s.opts.Desk.(*refusingDesk).arrived = func(queue.Arrived) { rung.Store(true) }
			f := farAt(t, s, "127.0.0.1", 0)
			for _, method := range []string{"OPTIONS", "INVITE", "BYE", "CANCEL", "UPDATE", "INFO", "REFER", "SUBSCRIBE", "DANCE"} {
				msg := compose(method, "sip:0213903963@127.0.0.1")
				f.send(msg)
				wait := 5 * time.Second
				if want == 0 {
					wait = 20 * time.Millisecond
				}
				r := parseReply(t, f.receive(wait))
				if r.status != want || len(r.text) > 2*len(msg) {
					t.Errorf("%s: %d, want %d", method, r.status, want)
				}
			}
			f.silent(compose("ACK", "sip:0213903963@127.0.0.1"), compose("REGISTER", "sip:"+phones.realm))
			if rung.Load() {
				t.Error("a stranger's call reached the desk")
			}
			if n := s.Stats().Rejected["stranger"]; n < 9 {
				t.Errorf("%d strangers counted", n)
			}
		})
	}
}

// A connection that speaks as a stranger is closed when silence is the rule.
func TestStrangersOnTCPAreHungUpOn(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.Unknown = "silence" })
	c := dialFrom(t, s, "127.0.0.1")
	if _, err := c.Write([]byte(compose("OPTIONS", "sip:127.0.0.1"))); err != nil {
		t.Fatal(err)
	}
	if text, open := c.read(5 * time.Second); text != "" || open {
		t.Errorf("answered %q, open %v", text, open)
	}
}

func TestTrunkByDigest(t *testing.T) {
	for name, addresses := range map[string][]string{"from anywhere": nil, "from its address": {"127.0.0.3"}} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, func(c *configs.SIP, o *Options) {
				c.Trunks = append(c.Trunks, configs.Trunk{Name: "roaming", Username: "tr", Password: configs.NewSecret("geheim"), Addresses: addresses})
				o.Credentials = nil
			})
			f := farAt(t, s, "127.0.0.3", 0)
			const target = "sip:021@127.0.0.1"
			r := f.ask(composeWith("INVITE", target, "signed", 1))
			p := &softphone{far: f}
			p.takeNonce(r)
			if r = f.ask(composeWith("INVITE", target, "signed", 2, authorization("tr", "wrong", "INVITE", target, p.nonce, 1))); r.status != 401 {
				t.Errorf("a wrong password: %d", r.status)
			}
			f.send(composeWith("ACK", target, "signed", 2))
			if r = f.ask(composeWith("INVITE", target, "signed", 3, authorization("tr", "geheim", "INVITE", target, p.nonce, 2))); r.status != 404 {
				t.Errorf("signed: %d, want 404 from the desk", r.status)
			}
			f.send(strings.Replace(composeWith("ACK", target, "signed", 3), "To: <"+target+">", "To: "+r.get("To"), 1))
			// The host is known now, for what belongs to dialogs …
			if r = f.ask(composeWith("BYE", target, "stray", 4)); r.status != 481 {
				t.Errorf("BYE of the known host: %d, want 481", r.status)
			}
			// … but each new call must be signed.
			if r = f.ask(composeWith("INVITE", target, "again", 5)); r.status != 401 {
				t.Errorf("unsigned: %d", r.status)
			}
			// No user of another realm, and nobody without a registrar.
			if r = f.ask(composeWith("REGISTER", "sip:"+phones.realm, "reg", 6)); r.status != 405 && r.status != 403 {
				t.Errorf("REGISTER without a registrar: %d", r.status)
			}
			// From elsewhere the address list holds.
			r = farAt(t, s, "127.0.0.4", 0).ask(composeWith("INVITE", target, "elsewhere", 1))
			if want := map[bool]int{true: 401, false: 403}[addresses == nil]; r.status != want {
				t.Errorf("from elsewhere: %d, want %d", r.status, want)
			}
		})
	}
}

func TestTrunkSettings(t *testing.T) {
	for _, tt := range []struct {
		trunks []configs.Trunk
		want   string
	}{
		{[]configs.Trunk{{Name: "a"}}, "neither addresses nor a username"},
		{[]configs.Trunk{{Name: "a", Addresses: []string{"sip.example.com"}}}, "not an IP address"},
		{[]configs.Trunk{{Name: "a", Username: "u"}, {Name: "b", Username: "u"}}, "another trunk's"},
	} {
		if _, err := New(Options{Config: configs.SIP{Trunks: tt.trunks}, Desk: &refusingDesk{}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
	ts, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{
		{Name: "wide", Addresses: []string{"10.0.0.0/8"}}, {Name: "narrow", Addresses: []string{"10.1.2.3"}, MediaAddresses: []string{"10.9.0.0/16"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	narrow := ts.open(netip.MustParseAddr("10.1.2.3"))
	if narrow.Name != "narrow" || ts.open(netip.MustParseAddr("10.1.2.4")).Name != "wide" || ts.open(netip.MustParseAddr("11.0.0.1")) != nil {
		t.Error("the longest network must win")
	}
	allowed := func(ip string) bool {
		for _, p := range narrow.Sources("10.7.7.7:5060") {
			if p.Contains(netip.MustParseAddr(ip)) {
				return true
			}
		}
		return false
	}
	if !allowed("10.1.2.3") || !allowed("10.9.1.1") || !allowed("10.7.7.7") || allowed("10.1.2.4") {
		t.Errorf("media from %v", narrow.Sources("10.7.7.7:5060"))
	}
}

func TestLinesAreLimited(t *testing.T) {
	s, err := New(Options{Config: configs.SIP{MaxCalls: 3, Trunks: []configs.Trunk{
		{Name: "a", Addresses: []string{"10.0.0.1"}, MaxCalls: 2}, {Name: "b", Addresses: []string{"10.0.0.2"}},
	}}, Desk: &refusingDesk{}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.trunks.all[0], s.trunks.all[1]
	first, status := s.admit(a)
	if status != 0 {
		t.Fatal(status)
	}
	_, _ = s.admit(a)
	if _, status = s.admit(a); status != 486 {
		t.Errorf("a third call of two: %d", status)
	}
	if _, status = s.admit(b); status != 0 {
		t.Errorf("another trunk: %d", status)
	}
	if _, status = s.admit(b); status != 503 {
		t.Errorf("a fourth call of three: %d", status)
	}
	first()
	first() // once or more
	if _, status = s.admit(b); status != 0 {
		t.Errorf("after one ended: %d", status)
	}
	if st := s.Stats(); st.Calls != 3 || st.TrunkCalls["a"] != 1 || st.TrunkCalls["b"] != 2 {
		t.Errorf("%+v", st)
	}
}

func TestDrainRefusesOnlyWhatIsNew(t *testing.T) {
	s := startServer(t, nil)
	s.Drain()
	f := farAt(t, s, "127.0.0.2", 0)
	for _, method := range []string{"OPTIONS", "INVITE"} {
		if r := f.ask(compose(method, "sip:021@127.0.0.1")); r.status != 503 || r.get("Retry-After") == "" {
			t.Errorf("%s: %d\n%s", method, r.status, r.text)
		}
	}
	if r := f.ask(compose("BYE", "sip:021@127.0.0.1")); r.status != 481 {
		t.Errorf("BYE: %d", r.status)
	}
}

func TestAPanicEndsOneRequest(t *testing.T) {
	var lines logLines
	s, err := New(Options{
		Config: configs.SIP{Listen: []string{"127.0.0.1:0"}, Trunks: []configs.Trunk{{Name: "carrier", Addresses: []string{"127.0.0.2"}}}},
		Desk:   &refusingDesk{}, Log: slog.New(slog.NewTextHandler(&lines, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.on(sip.INFO, func(*sip.Request, sip.ServerTransaction) { panic("secret 0812345") })
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	f := farAt(t, s, "127.0.0.2", 0)
	if r := f.ask(compose("INFO", "sip:127.0.0.1")); r.status != 500 {
		t.Errorf("%d", r.status)
	}
	if r := f.ask(compose("OPTIONS", "sip:127.0.0.1")); r.status != 200 {
		t.Errorf("afterwards: %d", r.status)
	}
	if s.Stats().Panics != 1 || !strings.Contains(lines.String(), "level=ERROR") {
		t.Errorf("%d panics, logged %q", s.Stats().Panics, lines.String())
	}
	if strings.Contains(lines.String(), "0812345") {
		t.Error("the log tells what the request said")
	}
}

// sipgo logs whole packets when it cannot parse one; nothing of them may reach
// our log, whatever arrives.
func TestLogsHoldNothingOfPackets(t *testing.T) {
	var lines logLines
	log := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := startServer(t, func(c *configs.SIP, o *Options) { o.Log = log })
	f := farAt(t, s, "127.0.0.2", 0)
	for _, m := range tortureSet(t) {
		f.send(string(m.message))
	}
	last := compose("OPTIONS", "sip:canary@127.0.0.1", "Subject: canary")
	f.send(last)
	for f.final().get("Call-ID") != callIDOf(last) {
		// answers to the others
	}
	// The same for what sipgo itself would say.
	quiet := slog.New(&maskHandler{next: log.Handler()}).With("req", "canary", "caller", "Transport")
	quiet.Error("failed to parse", "data", "INVITE sip:canary", "error", "canary")
	quiet.Info("tx", "tx", "canary")
	out := lines.String()
	if strings.Contains(out, "canary") || strings.Contains(out, "example.com") || strings.Contains(out, "z9hG4bK") {
		t.Errorf("packets in the log:\n%s", out)
	}
	if !strings.Contains(out, "failed to parse") || !strings.Contains(out, "caller=Transport") {
		t.Errorf("nothing left of sipgo's warning: %q", out)
	}
}

func TestStartSaysWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	takenUDP, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer takenUDP.Close()
	_, portUDP, _ := net.SplitHostPort(takenUDP.LocalAddr().String())

	for _, tt := range []struct {
		listen []string
		want   []string
	}{
		{[]string{"127.0.0.1:" + port}, []string{"TCP port " + port, "another program", "ss -lnp"}},
		{[]string{"127.0.0.1:" + portUDP}, []string{"UDP port " + portUDP, "another program"}},
		{[]string{"192.0.2.1:5060"}, []string{"192.0.2.1", "no such address"}},
		{nil, []string{"sip.listen is empty"}},
		{[]string{"127.0.0.1:0", "127.0.0.1:" + port}, []string{"TCP port " + port}},
	} {
		s, err := New(Options{Config: configs.SIP{Listen: tt.listen}, Desk: &refusingDesk{}})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Start()
		if err == nil {
			t.Fatalf("%v: started", tt.listen)
		}
		for _, w := range tt.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v: %q lacks %q", tt.listen, err, w)
			}
		}
		if s.Addr() != "" {
			t.Errorf("%v: half started on %s", tt.listen, s.Addr())
		}
		_ = s.Close(context.Background())
	}
	if err := bindError("UDP", "0.0.0.0:506", syscall.EACCES); !strings.Contains(err.Error(), "CAP_NET_BIND_SERVICE") {
		t.Error(err)
	}
}

func TestEveryAddressHasBothTransports(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) {
		c.Listen = []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0"}
		c.Trunks[0].Addresses = []string{"127.0.0.1", "::1"}
	})
	if len(s.Addrs()) != 3 || !strings.HasPrefix(s.Addrs()[1], "0.0.0.0:") {
		t.Fatal(s.Addrs())
	}
	for _, addr := range s.Addrs() {
		addr = strings.Replace(addr, "0.0.0.0", "127.0.0.1", 1)
		for _, network := range []string{"udp", "tcp"} {
			c, err := net.Dial(network, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = c.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
			buf := make([]byte, 2000)
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			n, _ := c.Read(buf)
			if !strings.HasPrefix(string(buf[:n]), "SIP/2.0 200") {
				t.Errorf("%s %s: %q", network, addr, buf[:n])
			}
		}
	}
}

func TestOurOwnAddress(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.Listen = []string{"0.0.0.0:0", "[::1]:0"} })
	port := s.listeners[0].addr.Port()
	if host, p := s.localFor("udp", "127.0.0.9:5060"); host != "127.0.0.1" || p != int(port) {
		t.Errorf("for loopback: %s:%d", host, p)
	}
	if c := s.contactFor("tcp", "127.0.0.9:5060").Address; c.Host != "127.0.0.1" || c.User != "" || !strings.Contains(c.String(), ";transport=tcp") {
		t.Errorf("Contact %s", c.String())
	}
	if c := s.contactFor("udp", "[::1]:5060").Address; !strings.HasPrefix(c.String(), "sip:[::1]:") {
		t.Errorf("Contact %s", c.String())
	}
	s.cfg.PublicAddress = "203.0.113.10"
	if host, _ := s.localFor("udp", "198.51.100.1:5060"); host != "203.0.113.10" {
		t.Errorf("behind NAT: %s", host)
	}
	if host, _ := s.localFor("udp", "127.0.0.9:5060"); host != "127.0.0.1" {
		t.Errorf("loopback behind NAT: %s", host)
	}
	req := sip.NewRequest(sip.OPTIONS, sip.Uri{Scheme: "sip", Host: "127.0.0.9"})
	s.address(req, "udp", "127.0.0.9:5060")
	if v := req.Via(); v.Port != int(port) || !v.Params.Has("rport") || req.Laddr.Port != int(port) || req.Destination() != "127.0.0.9:5060" {
		t.Errorf("via %s, from %s", v.String(), req.Laddr.String())
	}
}

// A request of ours leaves from the listening socket, and its answer is heard
// although the host is a stranger otherwise.
func TestOurRequestsAreAnswered(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.Listen = []string{"0.0.0.0:0"} })
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 8)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	req := sip.NewRequest(sip.OPTIONS, sip.Uri{Scheme: "sip", Host: "127.0.0.8"})
	s.address(req, "udp", conn.LocalAddr().String())
	go func() {
		buf := make([]byte, 2000)
		n, from, err := conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		if from.Port != int(s.listeners[0].addr.Port()) {
			t.Errorf("it came from port %d", from.Port)
		}
		text := string(buf[:n])
		if strings.Contains(text, "User-Agent") || strings.Contains(text, "sahut") || strings.Contains(text, "0.0.0.0") {
			t.Errorf("it tells too much:\n%s", text)
		}
		_, rest, _ := strings.Cut(text, "\r\n")
		rest = strings.Replace(rest, "To: <sip:127.0.0.8>", "To: <sip:127.0.0.8>;tag=x", 1)
		_, _ = conn.WriteToUDP([]byte("SIP/2.0 200 OK\r\n"+rest), from)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	res, err := s.uac.Do(ctx, req)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
}

func TestRefusalsHaveAStatus(t *testing.T) {
	for why, want := range map[queue.Refusal]int{queue.UnknownNumber: 404, queue.Draining: 503, "new": 480} {
		if got := statusOf(why); got != want {
			t.Errorf("%s: %d, want %d", why, got, want)
		}
	}
	s := startServer(t, nil)
	for name, n := range s.Stats().Rejected {
		if name == "" || n != 0 {
			t.Errorf("%q: %d at the start", name, n)
		}
	}
	if len(s.Stats().Rejected) != int(reasonsEnd)-1 {
		t.Errorf("a reason has no name: %v", s.Stats().Rejected)
	}
}
