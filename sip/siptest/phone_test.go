package siptest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func init() { sip.SetTimers(25*time.Millisecond, 100*time.Millisecond, 125*time.Millisecond) }

// callee is a far end written by hand: it reads one datagram after another and
// answers as the test says.
type callee struct {
	t    *testing.T
	conn *net.UDPConn
	from *net.UDPAddr
}

func newCallee(t *testing.T) *callee {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &callee{t: t, conn: conn}
}

func (c *callee) uri() string { return "sip:0213903963@" + c.conn.LocalAddr().String() }

// next returns the next request of that method; repeated others are skipped.
func (c *callee) next(method string) Message {
	c.t.Helper()
	buf := make([]byte, 65535)
	_ = c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		n, from, err := c.conn.ReadFromUDP(buf)
		if err != nil {
			c.t.Fatalf("no %s came: %v", method, err)
		}
		if m := (Message{At: time.Now(), Text: string(buf[:n])}); m.Status() == 0 && m.Method() == method {
			c.from = from
			return m
		}
	}
}

// answer answers a request. tag, if given, is added to To.
func (c *callee) answer(m Message, status, tag, body string) {
	c.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %s\r\n", status)
	for line := range strings.SplitSeq(m.Text, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "To":
			if tag != "" {
				line += ";tag=" + tag
			}
			fallthrough
		case "Via", "From", "Call-ID", "CSeq":
			b.WriteString(line + "\r\n")
		}
	}
	fmt.Fprintf(&b, "Contact: <sip:%s>\r\n", c.conn.LocalAddr())
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	if _, err := c.conn.WriteToUDP([]byte(b.String()), c.from); err != nil {
		c.t.Fatal(err)
	}
}

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"

func start(t *testing.T, c *callee) *Call {
	t.Helper()
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	call, err := p.Dial(t.Context(), c.uri(), Options{NoMedia: true, SDP: []byte(sdp)})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// sipgo's dialogs leave a ghost call when a CANCEL crosses the 200 (neither
// ACK nor BYE is sent).
func TestCancelThatCrossesTheAnswer(t *testing.T) {
	far := newCallee(t)
	call := start(t, far)
	invite := far.next("INVITE")
	far.answer(invite, "180 Ringing", "them", "")
	if err := call.WaitStatus(soon(t), 180); err != nil {
		t.Fatal(err)
	}
	call.Cancel()
	cancel := far.next("CANCEL")
	if cancel.Header("Via") != invite.Header("Via") {
		t.Errorf("CANCEL has Via %q, its INVITE %q", cancel.Header("Via"), invite.Header("Via"))
	}
	far.answer(cancel, "200 OK", "them", "")
	far.answer(invite, "200 OK", "them", sdp) // too late to be cancelled
	far.next("ACK")
	far.answer(far.next("BYE"), "200 OK", "", "")
	if err := call.WaitDone(soon(t)); err != nil {
		t.Fatal(err)
	}
	if call.EndedBy() != ByCaller {
		t.Errorf("ended by %q", call.EndedBy())
	}
}

// A CANCEL may not be sent before a provisional response; it waits for one.
func TestCancelWaitsForAProvisional(t *testing.T) {
	far := newCallee(t)
	call := start(t, far)
	invite := far.next("INVITE")
	call.Cancel()
	far.answer(invite, "100 Trying", "", "")
	far.answer(far.next("CANCEL"), "200 OK", "them", "")
	far.answer(invite, "487 Request Terminated", "them", "")
	far.next("ACK")
	if err := call.WaitDone(soon(t)); err != nil {
		t.Fatal(err)
	}
	if call.Status() != 487 || call.EndedBy() != ByCaller {
		t.Errorf("status %d, ended by %q", call.Status(), call.EndedBy())
	}
}

// A second telephone that answers the same INVITE is acknowledged and hung up,
// a repeated 200 of the first is only acknowledged.
func TestForkedAnswer(t *testing.T) {
	far := newCallee(t)
	call := start(t, far)
	invite := far.next("INVITE")
	far.answer(invite, "200 OK", "first", sdp)
	if ack := far.next("ACK"); ack.Tag("To") != "first" {
		t.Errorf("ACK to %q", ack.Tag("To"))
	}
	if err := call.WaitAnswered(soon(t)); err != nil {
		t.Fatal(err)
	}
	far.answer(invite, "200 OK", "first", sdp)
	if ack := far.next("ACK"); ack.Tag("To") != "first" {
		t.Errorf("second ACK to %q", ack.Tag("To"))
	}
	far.answer(invite, "200 OK", "second", sdp)
	if ack := far.next("ACK"); ack.Tag("To") != "second" {
		t.Errorf("ACK of the fork to %q", ack.Tag("To"))
	}
	bye := far.next("BYE")
	if bye.Tag("To") != "second" {
		t.Errorf("BYE to %q", bye.Tag("To"))
	}
	far.answer(bye, "200 OK", "", "")
	select {
	case <-call.Done():
		t.Error("the call itself ended")
	default:
	}
	if call.Forks() != 1 {
		t.Errorf("%d forks", call.Forks())
	}
}

// A repeated 200 may be handled before the first, which sipgo gives to another
// goroutine: it is no second telephone, and the call is not hung up.
func TestRepeatedAnswerOvertakesTheFirst(t *testing.T) {
	far := newCallee(t)
	call := start(t, far)
	invite := far.next("INVITE")
	res := sip.NewResponseFromRequest(call.invite, 200, "OK", []byte(sdp))
	res.To().Params.Add("tag", "first")
	call.gotAgain(res)
	far.answer(invite, "200 OK", "first", sdp)
	far.next("ACK")
	if err := call.WaitAnswered(soon(t)); err != nil {
		t.Fatal(err)
	}
	if n := call.Forks(); n != 0 {
		t.Errorf("%d forks", n)
	}
}

func TestManyProvisionals(t *testing.T) {
	far := newCallee(t)
	call := start(t, far)
	invite := far.next("INVITE")
	for range 25 {
		far.answer(invite, "183 Session Progress", "them", "")
	}
	if err := call.WaitUntil(soon(t), func(c *Call) bool { return len(c.Codes()) == 25 }); err != nil {
		t.Fatal(err)
	}
	far.answer(invite, "200 OK", "them", sdp)
	far.next("ACK")
	if err := call.WaitAnswered(soon(t)); err != nil {
		t.Fatal(err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	call := start(t, newCallee(t)) // 64*T1 of the tests: 1.6 s
	if err := call.WaitDone(soon(t)); err != nil {
		t.Fatal(err)
	}
	if call.EndedBy() != ByNetwork || call.Err() == nil {
		t.Errorf("ended by %q, %v", call.EndedBy(), call.Err())
	}
}

func TestAddressThatIsNone(t *testing.T) {
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Dial(t.Context(), "not an address", Options{}); err == nil {
		t.Error("dialled")
	}
}
