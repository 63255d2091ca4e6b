package sip

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// callee is a carrier's server written by hand: a socket that answers our
// INVITEs as the test says. What arrives is kept in order.
type callee struct {
	t    *testing.T
	conn *net.UDPConn
	ip   string

	mu      sync.Mutex // guards what follows
	changed chan struct{}
	got     []siptest.Message
	from    net.Addr // who wrote last
	answer  func(siptest.Message) bool
}

// newCallee opens one at ip, 127.x.y.z.
func newCallee(t *testing.T, ip string) *callee {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	if err != nil {
		t.Fatal(err)
	}
	c := &callee{t: t, conn: conn, ip: ip, changed: make(chan struct{})}
	done := make(chan struct{})
	go func() { defer close(done); c.read() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return c
}

func (c *callee) addr() string { return c.conn.LocalAddr().String() }

func (c *callee) read() {
	buf := make([]byte, 65535)
	for {
		n, from, err := c.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		m := siptest.Message{At: time.Now(), Text: string(buf[:n])}
		noProduct(c.t, m.Text)
		c.mu.Lock()
		c.from = from
		answer := c.answer
		c.mu.Unlock()
		if answer != nil && answer(m) {
			continue
		}
		c.mu.Lock()
		c.got = append(c.got, m)
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
	}
}

// wait returns the n-th message, counted from 1, that matches. Repeated
// datagrams count once.
func (c *callee) wait(n int, match func(siptest.Message) bool) siptest.Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	for {
		c.mu.Lock()
		got, changed := c.got, c.changed
		c.mu.Unlock()
		seen := map[string]bool{}
		for _, m := range got {
			if match(m) && !seen[m.Text] {
				seen[m.Text] = true
				if len(seen) == n {
					return m
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			var lines []string
			for _, m := range got {
				lines = append(lines, m.Line())
			}
			c.t.Fatalf("waiting for a message at %s: %q came", c.ip, lines)
		}
	}
}

// request returns the n-th request of that method.
func (c *callee) request(method string, n int) siptest.Message {
	c.t.Helper()
	return c.wait(n, func(m siptest.Message) bool { return m.Status() == 0 && m.Method() == method })
}

// count returns how many requests of that method came, repeated ones once.
func (c *callee) count(method string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range c.got {
		if m.Status() == 0 && m.Method() == method {
			seen[m.Header("CSeq")+m.Tag("To")+m.Header("Call-ID")] = true
		}
	}
	return len(seen)
}

// copies returns how many datagrams of that method came.
func (c *callee) copies(method string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.got {
		if m.Status() == 0 && m.Method() == method {
			n++
		}
	}
	return n
}

// reply answers m. tag is the To tag; body, if any, is SDP unless the lines
// name another type.
func (c *callee) reply(m siptest.Message, status, tag, body string, lines ...string) {
	c.t.Helper()
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for line := range strings.SplitSeq(m.Text, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if name == "To" && tag != "" && !strings.Contains(line, ";tag=") {
			line += ";tag=" + tag
		}
		if slices.Contains([]string{"Via", "From", "To", "Call-ID", "CSeq"}, name) {
			b.WriteString(line + "\r\n")
		}
	}
	if tag != "" && status < "3" { // as real servers do
		b.WriteString("Contact: <sip:" + tag + "@" + c.addr() + ">\r\n")
	}
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.write(b.String())
}

func (c *callee) write(text string) {
	c.t.Helper()
	c.mu.Lock()
	to := c.from
	c.mu.Unlock()
	if _, err := c.conn.WriteTo([]byte(text), to); err != nil {
		c.t.Error(err)
	}
}

// ask sends a request inside the dialog that invite began; the far end's tag is
// tag.
func (c *callee) ask(invite siptest.Message, tag, method string, seq int, body string, lines ...string) {
	c.t.Helper()
	var b strings.Builder
	contact := strings.Trim(invite.Header("Contact"), "<>")
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%d%s;rport\r\n", method, contact, c.addr(), tag, seq, method)
	fmt.Fprintf(&b, "From: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\n",
		invite.Header("To"), tag, invite.Header("From"), invite.Header("Call-ID"), seq, method)
	fmt.Fprintf(&b, "Contact: <sip:%s@%s>\r\n", tag, c.addr())
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	if body != "" && !strings.Contains(b.String(), "Content-Type:") {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.write(b.String())
}

// status waits for the response to a request of ours with that CSeq.
func (c *callee) status(cseq string) siptest.Message {
	c.t.Helper()
	return c.wait(1, func(m siptest.Message) bool { return m.Status() >= 200 && m.Header("CSeq") == cseq })
}

// byes answers every BYE by itself from now on, and still keeps it.
func (c *callee) byes() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = func(m siptest.Message) bool {
		if m.Status() == 0 && slices.Contains([]string{"BYE", "CANCEL", "NOTIFY", "PRACK"}, m.Method()) {
			c.reply(m, "200 OK", "", "")
		}
		return false
	}
}

// wayThrough is the way to a callee through trunk t.
func wayThrough(t *Trunk, c *callee) way {
	return way{
		trunk:  t,
		target: sip.Uri{Scheme: "sip", User: "+62812345678", Host: "carrier.example"}, network: "UDP", hop: c.addr(),
		from:  sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: "+62213903963", Host: "hotline.test"}},
		admit: func() (func(), bool) { return func() {}, true },
	}
}

// outHouse is a house whose calls out go to these callees, in that order.
func outHouse(t *testing.T, change func(*house, []way), callees ...*callee) *house {
	t.Helper()
	return openHouse(t, func(h *house) {
		h.desk.on = func(queue.Event) {}
		var ways []way
		for i, c := range callees {
			trunks, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{{Name: fmt.Sprintf("trunk%d", i), Addresses: []string{c.ip}}}})
			if err != nil {
				t.Fatal(err)
			}
			ways = append(ways, wayThrough(trunks.all[0], c))
			h.server.trunks.all = append(h.server.trunks.all, trunks.all[0])
		}
		if change != nil {
			change(h, ways)
		}
		h.server.calls.route = func(string) []way { return slices.Clone(ways) }
	})
}

const outContact queue.ContactID = "01OUT"

// dialOut has sari call a number.
func (h *house) dialOut() {
	h.t.Helper()
	h.voice().Dial(outContact, "sari", queue.NewCaller("+62812345678"), queue.Manner{})
}

// outUp has sari call a number, the callee answer, and both be connected.
func outUp(h *house, c *callee, lines ...string) siptest.Message {
	h.t.Helper()
	h.dialOut()
	invite := c.request("INVITE", 1)
	c.reply(invite, "200 OK", "them", quietSDP, lines...)
	c.request("ACK", 1)
	await[queue.Established](h.t, h.desk, 1)
	return invite
}
