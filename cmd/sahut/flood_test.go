package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A stranger who floods the house with INVITEs is cut after sixty, and neither
// the pages nor the trunk notice.
func TestFlood(t *testing.T) {
	s := openAs(t, func(c *configs.Server) { c.SIP.Trunks[0].Addresses = []string{"127.0.0.1/32"} }, nil)
	const rate, seconds, atMost = 500, 3, 60
	conn := s.dialFrom("udp", "127.0.0.2")
	defer conn.Close()
	var answers atomic.Int64
	go func() {
		buf := make([]byte, 4096)
		for {
			_, err := conn.Read(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			answers.Add(1)
		}
	}()
	done := make(chan int)
	go func() {
		sent := 0
		every := time.NewTicker(time.Second / rate)
		defer every.Stop()
		for range rate * seconds {
			<-every.C
			if _, err := conn.Write(strangerInvite(conn.LocalAddr().String(), s.sip.Addr(), sent)); err == nil {
				sent++
			}
		}
		done <- sent
	}()
	s.stillServes()
	sent := <-done
	s.stillServes()
	st := s.sip.Stats()
	if cut := int(st.Rejected["banned"]); sent < rate || cut < sent-2*atMost {
		t.Errorf("of %d INVITEs %d were cut", sent, cut)
	}
	if n := answers.Load(); n == 0 || n > atMost {
		t.Errorf("%d INVITEs were answered, want a few and at most %d", n, atMost)
	}
	s.shutOut()
}

// strangerInvite is the nth INVITE of a stranger.
func strangerInvite(from, to string, n int) []byte {
	return fmt.Appendf(nil, "INVITE sip:%[4]s@%[2]s SIP/2.0\r\nVia: SIP/2.0/UDP %[1]s;branch=z9hG4bKflood%[3]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:+628119999999@%[1]s>;tag=f%[3]d\r\nTo: <sip:%[4]s@%[2]s>\r\nCall-ID: flood%[3]d@%[1]s\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%[1]s>\r\nContent-Length: 0\r\n\r\n",
		from, to, n, configs.DemoNumber)
}

// dialFrom opens a socket to the house with an address of ours.
func (s *site) dialFrom(network, host string) net.Conn {
	s.t.Helper()
	var local net.Addr = &net.TCPAddr{IP: net.ParseIP(host)}
	if network == "udp" {
		local = &net.UDPAddr{IP: net.ParseIP(host)}
	}
	c, err := (&net.Dialer{LocalAddr: local}).DialContext(s.ctx, network, s.sip.Addr())
	s.must("dial the house", err)
	return c
}

// A thousand connections that say nothing, or only begin: one address holds 50
// at most, none longer than it takes to say something, and calls and pages go on.
func TestSlowloris(t *testing.T) {
	s := openAs(t, func(c *configs.Server) {
		c.SIP.Trunks[0].Addresses = []string{"127.0.0.1/32"}
		c.SIP.MessageTimeout = configs.Duration(2 * time.Second)
		c.SIP.IdleTimeout = configs.Duration(10 * time.Second)
	}, nil)
	var open sync.WaitGroup
	var most atomic.Int64
	for i := range 1000 {
		conn := s.dialFrom("tcp", "127.0.0.2")
		defer conn.Close()
		if _, err := conn.Write([]byte("INVITE sip:"[:1+i%11])); err != nil && !gone(err) {
			t.Fatal(err)
		}
		if n := int64(s.sip.Stats().Connections); n > most.Load() {
			most.Store(n)
		}
		open.Go(func() {
			_, err := io.Copy(io.Discard, conn) // until the house closes it
			if err != nil && !gone(err) {
				t.Error(err)
			}
		})
	}
	s.stillServes()
	phone, err := siptest.New(siptest.Config{Network: "tcp"})
	s.must("telephone", err)
	defer phone.Close()
	caller, err := phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+s.sip.Addr(), siptest.Options{})
	s.must("call over TCP", err)
	s.must("answer over TCP", caller.WaitAnswered(s.ctx))
	s.must("hang up", caller.Hangup(s.ctx))
	open.Wait()
	if n := most.Load(); n > 50 {
		t.Errorf("%d connections of one address were open at once", n)
	}
	s.stillServes()
}

// gone tells whether the far end has closed the connection.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF)
}

// stillServes makes a call from the trunk and opens a page.
func (s *site) stillServes() {
	s.t.Helper()
	began := time.Now()
	res, err := http.Get("http://" + s.web.Addr().String() + "/signin")
	s.must("page", err)
	res.Body.Close()
	if took := time.Since(began); res.StatusCode != http.StatusOK || took > time.Second {
		s.t.Errorf("the page came with %s after %s", res.Status, took)
	}
	caller := s.dial(siptest.Options{})
	s.must("greeting", caller.Media().Hears().WaitSound(s.ctx))
	s.must("hang up", caller.Hangup(s.ctx))
	if got := s.record(); got.EndedBy != queue.ByCaller {
		s.t.Errorf("record %+v", got)
	}
}

// shutOut wants the attacker banned, and the metrics to say so.
func (s *site) shutOut() {
	s.t.Helper()
	if n := s.sip.Stats().Banned; n != 1 {
		s.t.Errorf("%d hosts are banned, want the attacker", n)
	}
	if n := metric(s.t, s.cfg.Data, "sahut_sip_banned"); n != 1 {
		s.t.Errorf("the metrics show %g banned hosts, want the attacker", n)
	}
}

// metric reads one figure of the server of data, as Prometheus does.
func metric(t *testing.T, data, name string) float64 {
	t.Helper()
	text := askOperator(t, data, "/metrics")
	_, after, found := strings.Cut(text, "\n"+name+" ")
	line, _, _ := strings.Cut(after, "\n")
	v, err := strconv.ParseFloat(line, 64)
	if !found || err != nil {
		t.Fatalf("no figure %s in the metrics (%v)", name, err)
	}
	return v
}

func askOperator(t *testing.T, data, path string) string {
	t.Helper()
	o, err := openOperator(data)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	defer o.http.CloseIdleConnections() // each is a goroutine of the server
	res, err := o.do(t.Context(), "GET", path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSoak: two thousand short calls leave a server with the goroutines and
// the heap it had after the first hundred.
func TestSoak(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	server, addr := startDemoProcess(t, ctx, dir)
	calls := func(n int) {
		t.Helper()
		var running sync.WaitGroup
		defer running.Wait()
		for _, network := range []string{"udp", "tcp"} {
			phone, err := siptest.New(siptest.Config{Network: network})
			if err != nil {
				t.Fatal(err)
			}
			running.Go(func() { defer phone.Close(); shortCalls(ctx, t, phone, addr, n/2) })
		}
	}
	// settled waits until the transactions of the calls have timed out and what
	// is left is at most what is allowed; nobody announces that.
	settled := func(goroutines, heap float64) (g, h float64) {
		t.Helper()
		look := time.NewTicker(500 * time.Millisecond)
		defer look.Stop()
		for end := time.After(45 * time.Second); ; {
			askOperator(t, dir, "/debug/pprof/heap?gc=1")
			g, h = metric(t, dir, "go_goroutines"), metric(t, dir, "go_memstats_heap_inuse_bytes")
			if g <= goroutines && h <= heap {
				return g, h
			}
			select {
			case <-look.C:
			case <-end:
				return g, h
			}
		}
	}
	atRest, _ := settled(1e9, 1e9)
	calls(100)
	g0, h0 := settled(atRest+10, 1e9)
	began := time.Now()
	calls(2000)
	t.Logf("2000 calls in %s", time.Since(began))
	g1, h1 := settled(g0+5, h0+4<<20)
	t.Logf("goroutines %g, then %g, heap %.1f MB, then %.1f MB", g0, g1, h0/1e6, h1/1e6)
	if g1 > g0+5 {
		t.Errorf("%g goroutines, then %g:\n%s", g0, g1, askOperator(t, dir, "/debug/pprof/goroutine?debug=1"))
	}
	if h1 > h0+4<<20 {
		t.Errorf("heap of %.1f MB, then %.1f MB", h0/1e6, h1/1e6)
	}
	if t.Failed() {
		var list agentui.Calls
		err := json.Unmarshal([]byte(askOperator(t, dir, "/api/v1/calls?limit=5000")), &list)
		for _, c := range list.Calls {
			if c.EndedBy != queue.ByCaller {
				t.Logf("not ended by its caller: %+v", c)
			}
		}
		t.Logf("%d calls, %v", len(list.Calls), err)
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server did not stop cleanly: %v", err)
	}
}

// shortCalls places n calls, 25 at a time, each until the first sound.
func shortCalls(ctx context.Context, t *testing.T, phone *siptest.Phone, addr string, n int) {
	var running sync.WaitGroup
	defer running.Wait()
	places := make(chan struct{}, 25)
	for range n {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			c, err := phone.Dial(ctx, "sip:"+configs.DemoNumber+"@"+addr, siptest.Options{})
			if err == nil {
				err = c.WaitAnswered(ctx)
			}
			if err == nil {
				err = c.Media().Hears().WaitSound(ctx)
			}
			if err == nil {
				err = c.Hangup(ctx)
			}
			if err != nil && c != nil {
				err = fmt.Errorf("%w; %+v; the house asked %v", err, c.Report(), c.Requests())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}
