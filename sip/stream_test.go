package sip

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// An INVITE of 30 KB, in many pieces and with the next requests right behind
// it, is a call like any other; what was in it comes back where it must.
func TestLargeInviteInPieces(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "tcp")
	var lines []string
	for i := range 70 {
		lines = append(lines, fmt.Sprintf("X-Carrier-%d: %s", i, strings.Repeat("x", 400)))
	}
	lines = append(lines, "Record-Route: <sip:127.0.0.1:7;transport=tcp;lr;ftag="+strings.Repeat("y", 600)+">")
	body := quietSDP + strings.Repeat("a=x-long:"+strings.Repeat("z", 90)+"\r\n", 20)
	text := s.message("INVITE", 1, 0, body, lines...)
	text = strings.ReplaceAll(strings.Replace(text, "Content-Length:\n", fmt.Sprintf("Content-Length: %d\n", len(body)), 1), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if len(text) < 30_000 {
		t.Fatalf("only %d bytes", len(text))
	}
	conn, err := net.Dial("tcp", h.server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text = strings.ReplaceAll(text, s.wire.Addr(), conn.LocalAddr().String())
	options := strings.ReplaceAll(compose("OPTIONS", "sip:"+h.server.Addr()), "SIP/2.0/UDP", "SIP/2.0/TCP")
	for piece := range strings.SplitSeq(text+options, "x-long") { // within headers, bodies and messages
		if !strings.HasPrefix(piece, "INVITE") {
			piece = "x-long" + piece
		}
		if _, err := conn.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	st := &stream{conn, bufio.NewReader(conn)}
	var ok reply
	options200 := false
	for ok.status != 200 || !options200 {
		msg, open := st.read(10 * time.Second)
		if msg == "" {
			t.Fatalf("open %v; INVITE %d, OPTIONS answered %v", open, ok.status, options200)
		}
		r := parseReply(t, msg)
		if n := r.get("Content-Length"); n != "0" {
			_, _ = st.r.Discard(len(quietSDP))
		}
		switch {
		case strings.Contains(r.get("CSeq"), "OPTIONS"):
			options200 = r.status == 200
		case r.status == 200:
			ok = r
			if !strings.Contains(r.get("Record-Route"), strings.Repeat("y", 600)) {
				t.Errorf("Record-Route %q", r.get("Record-Route"))
			}
		}
	}
	s.to = siptest.Message{Text: ok.text}.Tag("To")
	ack := strings.ReplaceAll(strings.ReplaceAll(s.message("ACK", 1, 0, ""), s.wire.Addr(), conn.LocalAddr().String()), "Content-Length:", "Content-Length: 0")
	_, _ = conn.Write([]byte(strings.ReplaceAll(ack, "\n", "\r\n")))
	await[queue.Established](t, h.desk, 1)
}

// The connection is lost in the middle of a call. The call goes on, and our
// next request, an INVITE that refreshes the session, opens another.
func TestRefreshDialsWhenTheConnectionIsGone(t *testing.T) {
	t.Parallel()
	h := openHouse(t, briefSessions)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newScript(h, "tcp")
	s.contact = "<sip:caller@" + l.Addr().String() + ";transport=tcp>"
	s.up(h, quietSDP, "Session-Expires: 2;refresher=uas", "Supported: timer", "Allow: INVITE, ACK, BYE")
	await[queue.Established](t, h.desk, 1)
	s.wire.Close()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	conn, err := l.Accept()
	if err != nil {
		t.Fatalf("nobody dialled the Contact: %v", err)
	}
	defer conn.Close()
	st := &stream{conn, bufio.NewReader(conn)}
	invite, _ := st.read(10 * time.Second)
	_, _ = st.r.Discard(len(quietSDP))
	r := heads(invite)
	if !strings.HasPrefix(invite, "INVITE sip:caller@") || r["Session-Expires"] != "2;refresher=uac" {
		t.Fatalf("the refresh is\n%s", invite)
	}
	_, _ = fmt.Fprintf(conn, "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: %s\r\nSession-Expires: 2;refresher=uac\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", r["Via"], r["From"], r["To"], r["Call-ID"], r["CSeq"], s.contact, len(quietSDP), quietSDP)
	if ack, _ := st.read(10 * time.Second); !strings.HasPrefix(ack, "ACK sip:caller@") {
		t.Errorf("ACK\n%s", ack)
	}
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Error("the call was ended")
	}
}

// Nobody can be reached at all for a while, but the caller is heard: the
// refresh is tried until the session ends. A caller who is not heard either is
// gone.
func TestRefreshIsTriedWhileSheIsHeard(t *testing.T) {
	t.Parallel()
	for _, heard := range []bool{true, false} {
		t.Run(fmt.Sprint(heard), func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, briefSessions)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := newScript(h, "tcp")
			s.contact = "<sip:caller@" + l.Addr().String() + ";transport=tcp>"
			l.Close() // not now
			s.up(h, quietSDP, "Session-Expires: 4;refresher=uas", "Supported: timer", "Allow: UPDATE")
			await[queue.Established](t, h.desk, 1)
			begun := time.Now()
			if heard {
				sound := h.studio.sound(0)
				sound.mu.Lock()
				sound.lastRTP = time.Now()
				sound.mu.Unlock()
			}
			s.wire.Close()
			if !heard {
				h.ended(1, queue.ByNetwork, queue.CauseExpired)
				if took := time.Since(begun); took > 3500*time.Millisecond {
					t.Errorf("given up after %v, at the end of the session", took)
				}
				return
			}
			again, err := awaitListener(t, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if text, _ := (&stream{again, bufio.NewReader(again)}).read(10 * time.Second); !strings.HasPrefix(text, "UPDATE ") {
				t.Errorf("tried again with\n%s", text)
			}
			if n := count[queue.HungUp](h.desk); n != 0 {
				t.Error("the call was ended")
			}
		})
	}
}

// awaitListener listens at addr a moment after the first try must have failed,
// and returns the next connection.
func awaitListener(t *testing.T, addr string) (net.Conn, error) {
	t.Helper()
	timer := time.NewTimer(2200 * time.Millisecond) // half the session's time, and a little
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		return nil, t.Context().Err()
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	return l.Accept()
}

// A certificate is renewed while a call is up over TLS: who connects next sees
// the new one, the call and its connection go on.
func TestCertificateRenewedInACall(t *testing.T) {
	c := newCA(t)
	cert, key := c.issue("server", "hotline.test", time.Hour)
	h := openHouse(t, func(h *house) {
		h.server.cfg.TLSListen, h.server.cfg.TLSCert, h.server.cfg.TLSKey = []string{"127.0.0.1:0"}, cert, key
	})
	dial := func() *tls.Conn {
		t.Helper()
		conn, err := tls.Dial("tcp", h.server.TLSAddr(), &tls.Config{RootCAs: c.pool(), ServerName: "hotline.test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	first := dial()
	st := &stream{first, bufio.NewReader(first)}
	s := newScript(h, "udp")
	say := func(text string) {
		t.Helper()
		head, body, _ := strings.Cut(text, "\n\n")
		head = strings.NewReplacer("SIP/2.0/UDP", "SIP/2.0/TLS", s.wire.Addr(), first.LocalAddr().String(), "transport=udp", "transport=tls",
			"Content-Length:", fmt.Sprint("Content-Length: ", len(body)), "\n", "\r\n").Replace(head)
		if _, err := first.Write([]byte(head + "\r\n\r\n" + body)); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(method string) reply {
		t.Helper()
		for {
			text, _ := st.read(10 * time.Second)
			r := parseReply(t, text)
			if r.get("Content-Length") != "0" {
				_, _ = st.r.Discard(len(quietSDP))
			}
			if r.status == 0 || r.status >= 200 && strings.Contains(r.get("CSeq"), method) {
				return r
			}
		}
	}
	say(s.message("INVITE", 1, 0, quietSDP))
	ok := hear("INVITE")
	s.to = siptest.Message{Text: ok.text}.Tag("To")
	say(s.message("ACK", 1, 0, ""))
	await[queue.Established](t, h.desk, 1)

	c.issue("server", "hotline.test", 365*24*time.Hour)
	later := time.Now().Add(time.Minute)
	for _, f := range []string{cert, key} {
		if err := os.Chtimes(f, later, later); err != nil {
			t.Fatal(err)
		}
	}
	serial := func(conn *tls.Conn) string { return conn.ConnectionState().PeerCertificates[0].SerialNumber.String() }
	waitFor(t, func() bool { return serial(dial()) != serial(first) })

	say(s.message("INFO", 2, 0, "5", "Content-Type: application/dtmf"))
	if r := hear("INFO"); r.status != 200 {
		t.Errorf("INFO after the renewal: %d", r.status)
	}
	say(s.message("BYE", 3, 0, ""))
	if r := hear("BYE"); r.status != 200 {
		t.Errorf("BYE after the renewal: %d", r.status)
	}
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}
