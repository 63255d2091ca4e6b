package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// tracerClock is a tracer whose clock and alarms the test holds.
type tracerClock struct {
	*Tracer
	now    time.Time
	alarms []func()
	delays []time.Duration
}

func newWatch(s *Server) *tracerClock {
	w := &tracerClock{now: time.Date(2026, 7, 29, 4, 0, 0, 0, time.UTC)}
	t := newTracer(s)
	t.clock = func() time.Time { return w.now }
	t.after = func(d time.Duration, f func()) { w.delays, w.alarms = append(w.delays, d), append(w.alarms, f) }
	w.Tracer = t
	return w
}

var (
	traceHere    = netip.MustParseAddrPort("192.0.2.1:5060")
	traceTrunk   = netip.MustParseAddrPort("127.0.0.2:5060")
	traceUnknown = netip.MustParseAddrPort("198.51.100.7:5060")
)

func traced(i int) []byte {
	return fmt.Appendf(nil, "OPTIONS sip:x@192.0.2.1 SIP/2.0\r\nCall-ID: id-%d\r\nCSeq: 1 OPTIONS\r\n\r\n", i)
}

// A trace ends by itself, can be read for an hour, and is gone.
func TestTraceIsBoundInTime(t *testing.T) {
	w := newWatch(startServer(t, nil))
	w.in("UDP", traceHere, traceTrunk, traced(0))
	if got := w.Status(); got.On || got.Messages != 0 {
		t.Fatalf("it runs unasked: %+v", got)
	}
	got := w.Start("ani", 3*time.Hour)
	if !got.On || got.By != "ani" || got.Until.Sub(got.Since) != 30*time.Minute || w.delays[0] != 30*time.Minute {
		t.Fatalf("three hours were asked for and given: %+v, alarms %v", got, w.delays)
	}
	w.in("UDP", traceHere, traceTrunk, traced(1))
	if got := w.Start("budi", time.Minute); got.By != "ani" || got.Messages != 1 {
		t.Errorf("a trace that runs was disturbed: %+v", got)
	}
	w.now = w.now.Add(30 * time.Minute)
	w.alarms[0]()
	w.in("UDP", traceHere, traceTrunk, traced(2))
	if got := w.Status(); got.On || got.Messages != 1 || w.running.Load() != nil {
		t.Errorf("it did not end: %+v", got)
	}
	if n := len(w.Messages("")); n != 1 || w.delays[1] != time.Hour {
		t.Errorf("%d messages after the end, kept for %v", n, w.delays[1])
	}
	w.alarms[1]()
	if got := w.Status(); got != (TraceStatus{}) || w.Messages("") != nil {
		t.Errorf("it is still there after its time: %+v", got)
	}

	w.Start("budi", time.Minute)
	w.now = w.now.Add(time.Second)
	if got := w.Stop("citra"); got.On || got.Until != w.now {
		t.Errorf("it was not stopped: %+v", got)
	}
	w.Start("dian", time.Minute)
	w.alarms[3]() // the forgetting of the trace before
	if got := w.Status(); !got.On || got.By != "dian" {
		t.Errorf("an old trace's end ended a new one: %+v", got)
	}
}

// Many messages, and huge ones, push out the oldest; strangers push out nobody
// but strangers, and not faster than a hundred a second.
func TestTraceIsBoundInSize(t *testing.T) {
	w := newWatch(startServer(t, nil))
	w.Start("ani", time.Minute)
	for i := range traceMessages + 50 {
		w.in("UDP", traceHere, traceTrunk, traced(i))
	}
	for i := range 40 * strangersRate {
		if i%strangersRate == 0 {
			w.now = w.now.Add(time.Second)
		}
		w.in("UDP", traceHere, traceUnknown, traced(i))
		w.in("UDP", traceHere, traceUnknown, traced(i)) // one too many in its second
	}
	got := w.Status()
	if got.Messages != 5000 {
		t.Errorf("%d messages are kept", got.Messages)
	}
	if got.Dropped != 50+2*40*strangersRate-traceStrangers {
		t.Errorf("%d messages are said to be dropped", got.Dropped)
	}
	all := w.Messages("")
	if all[0].CallID != "id-50" || all[0].Trunk != "carrier" || all[len(all)-1].Trunk != "" {
		t.Errorf("the first is %+v", all[0])
	}

	w.Stop("ani")
	w.Start("ani", time.Minute)
	large := "INVITE sip:a@b SIP/2.0\r\nCall-ID: l\r\nUser-Agent: " + strings.Repeat("x", 8000) + "\r\n"
	large += strings.Repeat("Server: "+strings.Repeat("y", 7000)+"\r\n", 6) + "\r\n"
	for range 300 {
		w.in("UDP", traceHere, traceTrunk, []byte(large))
	}
	bytes := 0
	for _, m := range w.Messages("") {
		bytes += len(m.Text)
	}
	if bytes > 8<<20 || bytes < 6<<20 {
		t.Errorf("%d bytes are kept", bytes)
	}
}

// Line ends that keep a path open are no messages; a message that cannot be
// masked costs nothing but itself.
func TestTraceLeavesOut(t *testing.T) {
	w := newWatch(startServer(t, nil))
	w.Start("ani", time.Minute)
	w.in("UDP", traceHere, traceTrunk, []byte("\r\n\r\n"))
	w.out("TCP", traceHere, traceTrunk, []byte("\r\n"))
	w.in("UDP", traceHere, traceTrunk, nil)
	w.trunk = func(netip.Addr) string { panic("boom") }
	w.in("UDP", traceHere, traceTrunk, traced(1))
	if n := w.Status().Messages; n != 0 {
		t.Errorf("%d messages", n)
	}
}

// While it is off, a message costs nothing to speak of.
func TestTraceOffAllocatesNothing(t *testing.T) {
	s := startServer(t, nil)
	raw := traced(1)
	if n := testing.AllocsPerRun(100, func() {
		s.Trace().in("UDP", traceHere, traceTrunk, raw)
		s.Trace().out("UDP", traceHere, traceTrunk, raw)
	}); n != 0 {
		t.Errorf("%v allocations per message while off", n)
	}
}

func BenchmarkTraceOff(b *testing.B) {
	t, raw := &Tracer{}, traced(1)
	for b.Loop() {
		t.in("UDP", traceHere, traceTrunk, raw)
	}
}

func BenchmarkMask(b *testing.B) {
	m, raw := newMasker(nobodysNumber), []byte(tracedInvite)
	for b.Loop() {
		m.message(raw)
	}
}

// A real call, and everything of it in order: the caller's own number nowhere,
// found by contact and by Call-ID, also over TCP.
func TestTraceOfACall(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			h := openHouse(t, nil)
			h.server.Trace().Start("ani", time.Minute)
			p := h.phone(network)
			c, err := p.Dial(t.Context(), h.uri(network), siptest.Options{From: "+6281234567890"})
			if err != nil {
				t.Fatal(err)
			}
			id := await[queue.Established](t, h.desk, 1).Contact
			h.within(c.Hangup)
			await[queue.HungUp](t, h.desk, 1)
			other := h.wire("udp")
			if err := other.Send("OPTIONS sip:x@" + h.server.Addr() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + other.Addr() + ";branch=z9hG4bK1\r\n" +
				"From: <sip:x@h>;tag=1\r\nTo: <sip:x@h>\r\nCall-ID: other\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			h.waitStatus(other, "OPTIONS", 200)

			messages := h.server.Trace().Messages(string(id))
			var steps []string
			for _, m := range messages {
				steps = append(steps, m.Direction+" "+labelOf(m))
				if m.Transport != strings.ToUpper(network) || m.Local != h.server.Addr() || m.Remote != p.Addr() && network == "udp" || m.Trunk != "carrier" {
					t.Errorf("%+v", m)
				}
				if at := leaks(masked{text: m.Text, start: m.Start, callID: m.CallID, cseq: m.CSeq}, []string{"6281234567890", "213903963"}, nil); at != "" {
					t.Errorf("%q is seen in\n%s", at, m.Text)
				}
			}
			want := "in INVITE (SDP), out 100 Trying, out 180 Ringing, out 200 OK (SDP), in ACK, in BYE, out 200 OK"
			if got := strings.Join(steps, ", "); got != want {
				t.Errorf("the contact's messages are %s", got)
			}
			if got := h.server.Trace().Messages(messages[0].CallID); len(got) != len(messages) {
				t.Errorf("%d messages by Call-ID, %d by contact", len(got), len(messages))
			}
			if all := h.server.Trace().Messages(""); len(all) != len(messages)+2 {
				t.Errorf("%d messages in all", len(all))
			}
			h.server.Trace().Stop("ani")
		})
	}
}

// The ladder as text, line by line.
func TestLadderText(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) {
		c.Trunks = append(c.Trunks, configs.Trunk{Name: "other", Addresses: []string{"127.0.0.3"}})
	})
	w := newWatch(s)
	w.Start("ani", time.Minute)
	other := netip.MustParseAddrPort("127.0.0.3:5060")
	say := func(after time.Duration, in bool, far netip.AddrPort, start, cseq, body string) {
		w.now = w.now.Add(after)
		raw := start + "\r\nCall-ID: abc@x\r\nCSeq: " + cseq + "\r\n"
		if body != "" {
			raw += "Content-Type: application/sdp\r\n"
		}
		if raw += "\r\n" + body; in {
			w.in("UDP", traceHere, far, []byte(raw))
			return
		}
		w.out("UDP", traceHere, far, []byte(raw))
	}
	sdp := "v=0\r\nc=IN IP4 192.0.2.1\r\n"
	say(0, true, traceTrunk, "INVITE sip:+62213903963@192.0.2.1 SIP/2.0", "1 INVITE", sdp)
	say(2*time.Millisecond, false, traceTrunk, "SIP/2.0 100 Trying", "1 INVITE", "")
	say(500*time.Millisecond, true, traceTrunk, "INVITE sip:+62213903963@192.0.2.1 SIP/2.0", "1 INVITE", sdp)
	say(time.Millisecond, false, traceTrunk, "SIP/2.0 488 Not Acceptable Here, and a very long reason", "1 INVITE", "")
	say(time.Second, false, other, "BYE sip:x@127.0.0.3 SIP/2.0", "2 BYE", "")
	w.in("UDP", traceHere, traceTrunk, traced(1))
	want := `Call-ID abc@x
2026-07-29 04:00:00.000 UTC
         carrier                            Sahut                             other
      127.0.0.2:5060                   192.0.2.1:5060                    127.0.0.3:5060
+0.000      |-----------INVITE (SDP)---------->|                                 |   1 INVITE
+0.002      |<-----------100 Trying------------|                                 |   1 INVITE
+0.502      |----------INVITE (SDP) *--------->|                                 |   1 INVITE
+0.503      |<-488 Not Acceptable Here, and…---|                                 |   1 INVITE
+1.503      |                                 |-----------BYE------------->|   2 BYE
* sent before (retransmission)
`
	got := w.LadderText("abc@x")
	if squeeze(got) != squeeze(want) {
		t.Errorf("the ladder is\n%s", got)
	}
	for i, line := range strings.Split(got, "\n")[4:9] {
		if n := len([]rune(line[:strings.LastIndex(line, "|")])); n != margin+2*spacing {
			t.Errorf("line %d is not in its column: %q", i, line)
		}
	}
	ladders := w.Ladders("")
	if len(ladders) != 2 || len(ladders[0].Columns) != 3 || !ladders[0].Arrows[2].Again || ladders[0].Arrows[1].Again {
		t.Errorf("%+v", ladders)
	}
	if i := ladders[1].Arrows[0].Message; w.Messages("")[i].CallID != "id-1" {
		t.Errorf("an arrow points at another message")
	}
}

// squeeze takes out what only aligns.
func squeeze(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(strings.NewReplacer("-", " ", "|", " ").Replace(line)), " ")
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// Messages come from many goroutines while others read, start and stop.
func TestTraceUnderRace(t *testing.T) {
	s := startServer(t, nil)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 200 {
				s.Trace().in("UDP", traceHere, traceTrunk, traced(n))
				s.Trace().out("TCP", traceHere, traceUnknown, traced(n))
				switch (n + i) % 40 {
				case 0:
					s.Trace().Start("ani", time.Minute)
				case 20:
					s.Trace().Stop("ani")
				case 30:
					_ = s.Trace().LadderText("")
				}
			}
		})
	}
	all.Wait()
	s.Trace().Stop("ani")
}
