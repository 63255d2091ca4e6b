package sip

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// refusingDesk knows no number: every call is 404. It gives the ingress tests
// an end behind the strict layer.
type refusingDesk struct {
	server  *Server
	arrived func(queue.Arrived) // told of each call, if set
}

func (d *refusingDesk) Post(ev queue.Event) {
	arrived, ok := ev.(queue.Arrived)
	if !ok {
		return
	}
	if d.arrived != nil {
		d.arrived(arrived)
	}
	d.server.Voice().Refuse(arrived.Contact, queue.UnknownNumber)
}

// users are passwords in the clear, by name.
type users struct {
	realm     string
	passwords map[string]string
}

func (u users) HA1(name, algorithm string) (string, bool) {
	p, ok := u.passwords[name]
	if !ok {
		return "", false
	}
	return hashOf(algorithm, name, u.realm, p), true
}

// phones is the realm of the tests; sari has a phone.
var phones = users{realm: "hotline.test", passwords: map[string]string{"sari": "rahasia"}}

// startServer runs a server on loopback. Its trunk speaks from 127.0.0.2
// unless change says otherwise; 127.0.0.1 is a stranger.
func startServer(t *testing.T, change func(*configs.SIP, *Options)) *Server {
	t.Helper()
	o := Options{
		Config: configs.SIP{
			Listen: []string{"127.0.0.1:0"}, Domain: phones.realm, Unknown: "reject",
			Trunks: []configs.Trunk{{Name: "carrier", Addresses: []string{"127.0.0.2"}}},
		},
		Credentials: phones,
		Log:         slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o.Config, &o)
	}
	desk := &refusingDesk{}
	o.Desk = desk
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	desk.server = s
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// far is the other end of the wire: a bare socket.
type far struct {
	t      *testing.T
	server *net.UDPAddr
	conn   *net.UDPConn
}

// farAt opens a UDP socket at ip; port 0 is any.
func farAt(t *testing.T, s *Server, ip string, port int) *far {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &far{t, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s.Addr())), conn}
}

func (f *far) send(msg string) {
	f.t.Helper()
	if _, err := f.conn.WriteToUDP([]byte(msg), f.server); err != nil {
		f.t.Fatal(err)
	}
}

// receive returns the next message, or "" after wait.
func (f *far) receive(wait time.Duration) string {
	f.t.Helper()
	buf := make([]byte, 65535)
	_ = f.conn.SetReadDeadline(time.Now().Add(wait))
	n, _, err := f.conn.ReadFromUDP(buf)
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// final returns the next final response; 1xx are skipped.
func (f *far) final() reply {
	f.t.Helper()
	for {
		r := parseReply(f.t, f.receive(5*time.Second))
		if r.status >= 200 || r.status == 0 {
			return r
		}
	}
}

// ask sends msg and returns the final answer.
func (f *far) ask(msg string) reply { f.t.Helper(); f.send(msg); return f.final() }

// silent asserts that msg gets no answer; a second request that is answered
// proves that the first was handled by then.
func (f *far) silent(msg string, answered string) {
	f.t.Helper()
	f.send(msg)
	if got := f.ask(answered); !strings.Contains(got.text, callIDOf(answered)) {
		f.t.Fatalf("answered although it should be silent:\n%s", got.text)
	}
}

func callIDOf(msg string) string {
	for line := range strings.SplitSeq(msg, "\r\n") {
		if v, ok := strings.CutPrefix(line, "Call-ID: "); ok {
			return v
		}
	}
	return "-"
}

// reply is a response as it came over the wire.
type reply struct {
	status int
	text   string
	head   map[string][]string // by lower-case name
}

func (r reply) get(name string) string {
	if v := r.head[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// parseReply reads text, and checks what every reply of ours must satisfy.
func parseReply(t *testing.T, text string) reply {
	t.Helper()
	r := reply{text: text, head: map[string][]string{}}
	if text == "" {
		return r
	}
	head, _, ok := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	parts := strings.SplitN(lines[0], " ", 3)
	if !ok || len(parts) != 3 || parts[0] != "SIP/2.0" {
		t.Fatalf("not a response: %q", text)
	}
	r.status, _ = strconv.Atoi(parts[1])
	if reasons[r.status] != parts[2] {
		t.Errorf("start line %q is not ours", lines[0])
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		name = strings.ToLower(name)
		r.head[name] = append(r.head[name], value)
	}
	for _, forbidden := range []string{"user-agent", "server"} {
		if r.head[forbidden] != nil {
			t.Errorf("%s tells what runs here: %q", forbidden, r.head[forbidden])
		}
	}
	noProduct(t, text)
	return r
}

// noProduct asserts that nothing we sent names what runs here.
func noProduct(t *testing.T, text string) {
	t.Helper()
	low := strings.ToLower(text)
	for _, name := range []string{"sahut", "sipgo", "pion", "golang", "\r\na=tool:"} {
		if strings.Contains(low, name) {
			t.Errorf("a product is named on the wire (%s):\n%s", name, text)
		}
	}
}

// compose builds a well-formed request; lines are added to it.
func compose(method, target string, lines ...string) string {
	id := strconv.FormatInt(time.Now().UnixNano(), 36)
	return composeWith(method, target, id, 1, lines...)
}

func composeWith(method, target, id string, cseq int, lines ...string) string {
	extra := ""
	body := ""
	for _, l := range lines {
		if b, ok := strings.CutPrefix(l, "\r\n"); ok {
			body = b
			continue
		}
		extra += l + "\r\n"
	}
	if method == "INVITE" && !strings.Contains(extra, "Contact:") {
		extra += "Contact: <sip:caller@127.0.0.2>\r\n"
	}
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2;rport;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\n"+
		"From: <sip:caller@carrier.test>;tag=f%s\r\nTo: <%s>\r\nCall-ID: %s\r\nCSeq: %d %s\r\n%sContent-Length: %d\r\n\r\n%s",
		method, target, id, cseq, id, target, id, cseq, method, extra, len(body), body)
}

// stream is the other end of a TCP connection.
type stream struct {
	net.Conn
	r *bufio.Reader
}

func dialFrom(t *testing.T, s *Server, ip string) *stream {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}, Timeout: 5 * time.Second}
	c, err := d.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &stream{c, bufio.NewReader(c)}
}

// read returns the next message, and whether the connection goes on.
func (c *stream) read(wait time.Duration) (string, bool) {
	_ = c.SetReadDeadline(time.Now().Add(wait))
	var b strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			var timeout net.Error
			return "", errors.As(err, &timeout) && timeout.Timeout()
		}
		if line == "\r\n" {
			return b.String(), true
		}
	}
}

// logLines keeps what was logged.
type logLines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// waitFor returns when isSo is true; the test's deadline ends it otherwise.
func waitFor(t *testing.T, isSo func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !isSo() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it never came to that")
		}
	}
}

func cseqOf(n int, method string) string { return strconv.Itoa(n) + " " + method }
