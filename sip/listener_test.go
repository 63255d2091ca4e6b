package sip

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sahut/configs"
)

func TestStreamIsReassembled(t *testing.T) {
	s := startServer(t, nil)
	c := dialFrom(t, s, "127.0.0.2")
	one, two := composeWith("OPTIONS", "sip:127.0.0.1", "one", 1), composeWith("OPTIONS", "sip:127.0.0.1", "two", 1)
	both := one + "\r\n\r\n" + two // empty lines between messages are nothing
	for i := range len(both) {     // every boundary there is
		if _, err := c.Write([]byte{both[i]}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	for range 2 {
		text, _ := c.read(5 * time.Second)
		text = strings.TrimPrefix(text, "\r\n")
		if text == "" {
			text, _ = c.read(5 * time.Second) // the answer to the ping
		}
		r := parseReply(t, text)
		seen[r.get("Call-ID")] = r.status
	}
	if seen["one"] != 200 || seen["two"] != 200 {
		t.Errorf("%v", seen)
	}

	// All at once, and a ping at the end.
	if _, err := c.Write([]byte(composeWith("OPTIONS", "sip:127.0.0.1", "three", 1) + composeWith("OPTIONS", "sip:127.0.0.1", "four", 1))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		text, _ := c.read(5 * time.Second)
		if r := parseReply(t, text); r.status != 200 {
			t.Errorf("pipelined: %q", text)
		}
	}
	if _, err := c.Write([]byte("\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if text, _ := c.read(5 * time.Second); text != "\r\n" {
		t.Errorf("a ping got %q", text)
	}
}

// Where a message ends is unknown when its length is: the answer is the last
// thing on that connection, and what follows is never taken for a message.
func TestStreamWithoutFramingEnds(t *testing.T) {
	s := startServer(t, nil)
	for name, tt := range map[string]struct {
		msg    string
		status int
	}{
		"no length":       {strings.Replace(compose("INVITE", "sip:x@127.0.0.1"), "Content-Length: 0\r\n", "", 1), 400},
		"two lengths":     {strings.Replace(compose("INVITE", "sip:x@127.0.0.1"), "Content-Length: 0\r\n", "l: 0\r\nContent-Length: 7\r\n", 1), 400},
		"over 64 KB":      {strings.Replace(compose("INVITE", "sip:x@127.0.0.1"), "Content-Length: 0\r\n", "Content-Length: 65000\r\nX-Y: "+strings.Repeat("y", 2000)+"\r\n", 1), 513},
		"endless headers": {strings.TrimSuffix(compose("INVITE", "sip:x@127.0.0.1"), "\r\n") + strings.Repeat("X-Y: "+strings.Repeat("y", 1000)+"\r\n", 80), 513},
	} {
		t.Run(name, func(t *testing.T) {
			c := dialFrom(t, s, "127.0.0.2")
			// The server may have hung up before all is written.
			_, _ = c.Write([]byte(tt.msg + compose("OPTIONS", "sip:smuggled")))
			text, _ := c.read(5 * time.Second)
			// A reset may eat the last words; then closing is what counts.
			if r := parseReply(t, text); r.status != 0 && r.status != tt.status {
				t.Errorf("%d, want %d", r.status, tt.status)
			}
			if text, open := c.read(5 * time.Second); text != "" || open {
				t.Errorf("it went on: %q, open %v", text, open)
			}
		})
	}
}

// slow are the times of the slow tests, a hundredth of the real ones.
func slow(c *configs.SIP, _ *Options) {
	c.MessageTimeout = configs.Duration(200 * time.Millisecond)
	c.IdleTimeout = configs.Duration(300 * time.Millisecond)
}

// 3,000 connections that say one byte and wait: no more than 50 are ever
// taken, and none of those for long.
func TestSlowloris(t *testing.T) {
	s := startServer(t, slow)
	const attack = 3000
	var alive atomic.Int64
	var wg sync.WaitGroup
	gate := make(chan struct{}, 64) // sockets being opened at once
	for range attack {
		gate <- struct{}{}
		wg.Go(func() {
			c, err := net.DialTimeout("tcp", s.Addr(), 5*time.Second)
			<-gate
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Write([]byte("I"))
			alive.Add(1)
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
			_, err = c.Read(make([]byte, 1)) // until the server hangs up
			alive.Add(-1)
			if nerr, ok := err.(net.Error); err == nil || ok && nerr.Timeout() {
				t.Errorf("still open: %v", err)
			}
		})
		if n := s.Stats().Connections; n > 50 {
			t.Fatalf("%d connections taken", n)
		}
	}
	wg.Wait()
	st := s.Stats()
	if st.Connections != 0 || st.Rejected["slow"] == 0 || st.Rejected["connections"] < 100 {
		t.Errorf("%d left, %d slow, %d refused", st.Connections, st.Rejected["slow"], st.Rejected["connections"])
	}
	// The trunk has its connections meanwhile and after.
	c := dialFrom(t, s, "127.0.0.2")
	_, _ = c.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
	if text, _ := c.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
		t.Errorf("the trunk got %q", text)
	}
}

func TestTrunksHaveAsManyConnectionsAsTheyLike(t *testing.T) {
	s := startServer(t, nil)
	for i := range 60 {
		c := dialFrom(t, s, "127.0.0.2")
		_, _ = c.Write([]byte(composeWith("OPTIONS", "sip:127.0.0.1", fmt.Sprint("many", i), 1)))
		if text, _ := c.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
			t.Fatalf("connection %d: %q", i, text)
		}
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, o *Options) { slow(c, o) })
	// A phone that asked once and then says nothing.
	phone := dialFrom(t, s, "127.0.0.1")
	_, _ = phone.Write([]byte(compose("REGISTER", "sip:"+phones.realm)))
	if text, _ := phone.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 401") {
		t.Fatalf("%q", text)
	}
	// A message that begins and does not end, after a whole one; and a trunk,
	// whose connection may rest.
	half, trunk := dialFrom(t, s, "127.0.0.2"), dialFrom(t, s, "127.0.0.2")
	for _, c := range []*stream{half, trunk} {
		_, _ = c.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
		if text, _ := c.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
			t.Fatalf("%q", text)
		}
	}
	_, _ = half.Write([]byte("OPTIONS sip:"))
	if _, open := phone.read(5 * time.Second); open {
		t.Error("an idle stranger is still there")
	}
	if _, open := half.read(5 * time.Second); open {
		t.Error("half a message is still waited for")
	}
	_, _ = trunk.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
	if text, _ := trunk.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
		t.Errorf("the trunk's connection: %q", text)
	}
}

// A message and then a reset leave nothing behind.
func TestResetInTheMiddle(t *testing.T) {
	s := startServer(t, nil)
	for range 100 {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, compose("REGISTER", "sip:"+phones.realm)[:100])
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for s.Stats().Connections != 0 { // or the test's deadline comes
		<-tick.C
	}
}

// What a socket refuses for a moment does not end the listener.
func TestAcceptGoesOnAfterAShortage(t *testing.T) {
	s := startServer(t, nil)
	inner := &shortListener{Listener: s.listeners[0].tcp, failures: 2}
	l := &guardedListener{Listener: inner, server: s}
	done := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
		done <- err
	}()
	for { // the server's own loop may take some of them
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		select {
		case err := <-done:
			if err != nil || inner.failures != 0 {
				t.Errorf("%v after %d failures left", err, inner.failures)
			}
			return
		case <-time.After(time.Millisecond):
		}
	}
}

type shortListener struct {
	net.Listener
	failures int
}

func (l *shortListener) Accept() (net.Conn, error) {
	if l.failures > 0 {
		l.failures--
		return nil, fmt.Errorf("too many open files")
	}
	return l.Listener.Accept()
}

// INVITEs at 500 a second from an unknown host: cut, and the trunk's calls go on.
func TestInviteFlood(t *testing.T) {
	s := startServer(t, nil)
	flood, trunk := farAt(t, s, "127.0.0.1", 0), farAt(t, s, "127.0.0.2", 0)
	for i := range 1000 {
		flood.send(composeWith("INVITE", "sip:021@127.0.0.1", fmt.Sprint("flood", i), 1))
		if i%100 == 0 {
			if r := trunk.ask(compose("OPTIONS", "sip:127.0.0.1")); r.status != 200 {
				t.Errorf("the trunk in the flood: %d", r.status)
			}
		}
	}
	answers := 0
	for flood.receive(100*time.Millisecond) != "" {
		answers++
	}
	if answers > 60 {
		t.Errorf("%d of the flood were answered", answers)
	}
	if st := s.Stats(); st.Banned != 1 {
		t.Errorf("%d banned", st.Banned)
	}
}
