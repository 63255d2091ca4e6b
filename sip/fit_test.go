package sip

import (
	"bufio"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/queue"
)

// long makes an INVITE too long for a datagram.
func long(ways []way) {
	for i := range ways {
		ways[i].headers = append(ways[i].headers, sip.NewHeader("P-Asserted-Identity", `"`+strings.Repeat("hotline ", 120)+`" <sip:+62213903963@hotline.test>`))
	}
}

// A long INVITE goes by TCP where the trunk takes it, and what follows in the
// call does, too.
func TestLongInviteGoesByTCP(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.6.1")
	l, err := net.Listen("tcp", far.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := outHouse(t, func(_ *house, ways []way) {
		long(ways)
		ways[0].stream = far.addr()
	}, far)
	h.dialOut()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	st := &stream{conn, bufio.NewReader(conn)}
	invite, _ := st.read(10 * time.Second)
	_, _ = st.r.Discard(len(quietSDP))
	r := heads(invite)
	if len(invite) < datagramMost || !strings.HasPrefix(r["Via"], "SIP/2.0/TCP "+h.server.Addr()) || r["Contact"] != "<sip:"+h.server.Addr()+";transport=tcp>" {
		t.Errorf("INVITE\n%s", invite)
	}
	if far.count("INVITE") != 0 {
		t.Error("it came by UDP as well")
	}
	answer := "SIP/2.0 200 OK\r\nVia: " + r["Via"] + "\r\nFrom: " + r["From"] + "\r\nTo: " + r["To"] + ";tag=them\r\nCall-ID: " + r["Call-ID"] + "\r\nCSeq: " + r["CSeq"] +
		"\r\nContact: <sip:them@" + far.addr() + ";transport=tcp>\r\nContent-Type: application/sdp\r\nContent-Length: " + strconv.Itoa(len(quietSDP)) + "\r\n\r\n" + quietSDP
	if _, err := conn.Write([]byte(answer)); err != nil {
		t.Fatal(err)
	}
	if ack, _ := st.read(10 * time.Second); !strings.HasPrefix(ack, "ACK sip:them@"+far.addr()) {
		t.Errorf("ACK\n%s", ack)
	}
	await[queue.Established](t, h.desk, 1)
	conn.Close() // the connection is lost, the call is not
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	again, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if bye, _ := (&stream{again, bufio.NewReader(again)}).read(10 * time.Second); !strings.HasPrefix(bye, "BYE ") {
		t.Errorf("BYE\n%s", bye)
	}
}

// heads are the headers of a message, the first of each name.
func heads(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.SplitSeq(text, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok && all[name] == "" {
			all[name] = value
		}
	}
	return all
}

// Where nobody takes TCP, or nothing says that it is taken, or the INVITE is
// short, it is a datagram as ever.
func TestInviteThatStaysADatagram(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ways []way, far *callee){
		"nobody takes TCP": func(ways []way, far *callee) { long(ways); ways[0].stream = far.addr() },
		"TCP is not known": func(ways []way, _ *callee) { long(ways) },
		"a short INVITE":   func(ways []way, far *callee) { ways[0].stream = unused(t, far.ip) },
		"TCP says nothing": func(ways []way, far *callee) { long(ways); ways[0].stream = deaf(t, far.ip) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.6.2")
			h := outHouse(t, func(h *house, ways []way) {
				h.server.calls.patience.trunk = 500 * time.Millisecond
				change(ways, far)
			}, far)
			invite := outUp(h, far)
			if !strings.HasPrefix(invite.Header("Via"), "SIP/2.0/UDP ") || strings.Contains(invite.Header("Contact"), "tcp") {
				t.Errorf("INVITE\n%s", invite.Text)
			}
			if n := far.count("INVITE"); n != 1 {
				t.Errorf("%d INVITEs", n)
			}
			far.byes()
		})
	}
}

// unused is an address nobody may connect to.
func unused(t *testing.T, ip string) string {
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(time.Millisecond))
		if _, err := l.Accept(); err == nil {
			t.Error("a connection was opened")
		}
		l.Close()
	})
	return l.Addr().String()
}

// deaf takes connections and says nothing.
func deaf(t *testing.T, ip string) string {
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// What makes us try TCP: the trunk's own DNS, or that it calls us by TCP.
func TestWhoTakesTCP(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort("192.0.2.1:5060")
	udp, tcp := place{at, "UDP"}, place{netip.MustParseAddrPort("192.0.2.1:5070"), "TCP"}
	other := place{netip.MustParseAddrPort("192.0.2.2:5070"), "TCP"}
	for name, c := range map[string]struct {
		server string
		places []place
		heard  bool
		silent bool
		want   string
	}{
		"nothing is known":      {server: "192.0.2.1", places: []place{udp}},
		"another host takes it": {server: "sbc.test", places: []place{udp, other}},
		"DNS says so":           {server: "sbc.test", places: []place{udp, tcp}, want: "192.0.2.1:5070"},
		"it calls by it":        {server: "192.0.2.1", places: []place{udp}, heard: true, want: "192.0.2.1:5060"},
		"it failed lately":      {server: "sbc.test", places: []place{udp, tcp}, heard: true, silent: true},
		"the settings say UDP":  {server: "sip:sbc.test;transport=udp", places: []place{udp}, heard: true},
	} {
		ts, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{{Name: "t", Server: c.server}}})
		if err != nil {
			t.Fatal(err)
		}
		trunk := ts.all[0]
		trunk.streaming.heard.Store(c.heard)
		if c.silent {
			trunk.streaming.silent.Store(time.Now().UnixNano())
		}
		if got := trunk.uplink.streamAt(c.places[0], c.places); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	s := startServer(t, nil)
	conn := dialFrom(t, s, "127.0.0.2")
	_, _ = conn.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
	conn.read(5 * time.Second)
	if !s.trunks.all[0].streaming.heard.Load() {
		t.Error("a trunk that speaks TCP was not noticed")
	}
}
