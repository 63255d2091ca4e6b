package sip

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// A request that is not of this dialog changes nothing, whoever sends it.
func TestStrangersAreToldThereIsNoCall(t *testing.T) {
	t.Parallel()
	tests := map[string]func(s *script){
		"other Call-ID":  func(s *script) { s.id = "other@test" },
		"other From tag": func(s *script) { s.tag = "him" },
		"other To tag":   func(s *script) { s.to = "nobody" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			s := newScript(h, "udp")
			s.up(h, quietSDP)
			await[queue.Established](t, h.desk, 1)
			stranger := newScript(h, "udp")
			stranger.to = s.to
			change(stranger)
			for i, method := range []string{"BYE", "INVITE", "UPDATE", "INFO", "PRACK", "REFER"} {
				stranger.send(method, 2+i, "")
				h.waitStatus(stranger.wire, method, 481)
			}
			stranger.send("CANCEL", 1, "")
			h.waitStatus(stranger.wire, "CANCEL", 481)
			stillThere(h, s)
		})
	}
}

// stillThere asserts that the call of s is up, and hangs it up.
func stillThere(h *house, s *script) {
	h.t.Helper()
	if n := count[queue.HungUp](h.desk); n != 0 {
		h.t.Fatalf("the call was ended by a stranger: %+v", h.desk.all())
	}
	s.send("BYE", 90, "")
	h.waitStatus(s.wire, "BYE", 200)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// All three names of the dialog are right, but they come from a host that has
// nothing to do with the trunk.
func TestRightTagsFromTheWrongHost(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	thief, err := net.ListenPacket("udp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	server, err := net.ResolveUDPAddr("udp", h.server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	bye := strings.ReplaceAll(s.message("BYE", 2, 0, ""), s.wire.Addr(), thief.LocalAddr().String())
	bye = strings.ReplaceAll(strings.ReplaceAll(bye, "Content-Length:", "Content-Length: 0"), "\n", "\r\n")
	if _, err := thief.WriteTo([]byte(bye), server); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	_ = thief.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, _, err := thief.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(buf[:n]); !strings.HasPrefix(got, "SIP/2.0 481 ") && !strings.HasPrefix(got, "SIP/2.0 403 ") {
		t.Errorf("answered %q", got[:min(n, 40)])
	}
	stillThere(h, s)
}

// Transfer is not for callers.
func TestReferInsideACallIsRefused(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	s.send("REFER", 2, "", "Refer-To: <sip:0900666@premium.example>")
	h.waitStatus(s.wire, "REFER", 403)
	s.send("PRACK", 3, "", "RAck: 1 1 INVITE")
	h.waitStatus(s.wire, "PRACK", 481)
	stillThere(h, s)
}

// The same datagrams over and over are one call and one end.
func TestRetransmissionsAreOneCall(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	invite := s.message("INVITE", 1, 77, quietSDP)
	for range 5 {
		s.sendRaw(invite)
	}
	s.to = h.waitStatus(s.wire, "INVITE", 200).Tag("To")
	s.sendRaw(invite)
	ack := s.message("ACK", 1, 78, "")
	for range 3 {
		s.sendRaw(ack)
	}
	await[queue.Established](t, h.desk, 1)
	info := s.message("INFO", 2, 79, "5", "Content-Type: application/dtmf")
	for range 4 {
		s.sendRaw(info)
	}
	h.waitStatus(s.wire, "INFO", 200)
	bye := s.message("BYE", 3, 80, "")
	from := 0
	for range 4 {
		s.sendRaw(bye)
		h.within(func(ctx context.Context) error {
			m, next, err := s.wire.Wait(ctx, from, func(m siptest.Message) bool { return m.Method() == "BYE" })
			if err == nil && m.Status() != 200 {
				err = fmt.Errorf("a repeated BYE was answered %s", m.Line())
			}
			from = next
			return err
		})
	}
	h.ended(1, queue.ByCaller, queue.CauseNormal)
	if a, e, k := count[queue.Arrived](h.desk), count[queue.Established](h.desk), count[queue.KeyPressed](h.desk); a != 1 || e != 1 || k != 1 {
		t.Errorf("arrived %d, established %d, keys %d; want 1 of each", a, e, k)
	}
}

// An INVITE that forked on its way and came back by another branch.
func TestMergedRequestIsALoop(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.sendRaw(s.message("INVITE", 1, 77, quietSDP))
	h.waitStatus(s.wire, "INVITE", 200)
	s.sendRaw(s.message("INVITE", 1, 78, quietSDP))
	h.waitStatus(s.wire, "INVITE", 482)
	if n := count[queue.Arrived](h.desk); n != 1 {
		t.Errorf("arrived %d times", n)
	}
}

func TestReinvite(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)

	s.send("INVITE", 2, quietSDP)
	ok := invitesAnswered(h, s, 2)
	if !strings.Contains(ok.Body(), "m=audio") || ok.Header("Contact") == "" {
		t.Errorf("answer to a re-INVITE:\n%s", ok.Text)
	}
	// Its 200 is repeated until the ACK too.
	h.within(func(ctx context.Context) error {
		from := 0
		for range 3 {
			_, next, err := s.wire.Wait(ctx, from, func(m siptest.Message) bool { return m.Header("CSeq") == "2 INVITE" && m.Status() == 200 })
			if err != nil {
				return err
			}
			from = next
		}
		return nil
	})
	s.send("ACK", 2, "")

	// Without SDP we make the offer, and the ACK brings the answer.
	s.send("INVITE", 3, "")
	if ok := invitesAnswered(h, s, 3); !strings.Contains(ok.Body(), "m=audio") {
		t.Errorf("no offer in\n%s", ok.Text)
	}
	s.send("ACK", 3, quietSDP)
	h.studio.sound(0).awaitNote(t, "accept", 1)

	// The new Contact is where the BYE goes.
	moved := h.wire("udp")
	s.contact = "<sip:caller@" + moved.Addr() + ">"
	s.send("INVITE", 4, quietSDP)
	invitesAnswered(h, s, 4)
	s.send("ACK", 4, "")
	h.voice().End(await[queue.Arrived](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	h.within(func(ctx context.Context) error {
		bye, err := moved.WaitRequest(ctx, "BYE")
		if err == nil && bye.Line() != "BYE sip:caller@"+moved.Addr()+" SIP/2.0" {
			err = fmt.Errorf("the BYE says %s", bye.Line())
		}
		return err
	})
}

// invitesAnswered waits for the final response to the INVITE of that number.
func invitesAnswered(h *house, s *script, seq int) (m siptest.Message) {
	h.t.Helper()
	h.within(func(ctx context.Context) (err error) {
		m, _, err = s.wire.Wait(ctx, 0, func(m siptest.Message) bool {
			return m.Header("CSeq") == strconv.Itoa(seq)+" INVITE" && m.Status() >= 200
		})
		return err
	})
	return m
}

// A change that cannot be leaves the call as it was.
func TestReinviteThatCannotBeKeepsTheCall(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(h *house) {
		h.studio.judge = func(sdp []byte) error {
			if strings.Contains(string(sdp), "G729") {
				return errNoCodecInTest
			}
			return nil
		}
	})
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	other := strings.ReplaceAll(quietSDP, "PCMA", "G729")
	s.send("INVITE", 2, other)
	if m := invitesAnswered(h, s, 2); m.Status() != 488 {
		t.Errorf("answered %s", m.Line())
	}
	s.send("UPDATE", 3, other)
	h.waitStatus(s.wire, "UPDATE", 488)
	s.send("INVITE", 4, quietSDP, "Require: sec-agree")
	if m := invitesAnswered(h, s, 4); m.Status() != 420 {
		t.Errorf("answered %s", m.Line())
	}
	s.send("INVITE", 5, "hello", "Content-Type: text/plain")
	if m := invitesAnswered(h, s, 5); m.Status() != 415 {
		t.Errorf("answered %s", m.Line())
	}
	stillThere(h, s)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	s.send("UPDATE", 2, quietSDP)
	if ok := h.waitStatus(s.wire, "UPDATE", 200); !strings.Contains(ok.Body(), "m=audio") {
		t.Errorf("no answer in\n%s", ok.Text)
	}
	s.send("UPDATE", 3, "")
	h.within(func(ctx context.Context) error {
		m, _, err := s.wire.Wait(ctx, 0, func(m siptest.Message) bool { return m.Header("CSeq") == "3 UPDATE" })
		if err == nil && (m.Status() != 200 || m.Body() != "") {
			err = fmt.Errorf("a refresh was answered\n%s", m.Text)
		}
		return err
	})
	stillThere(h, s)
}

// INVITEs that overlap (RFC 3261 §14.2).
func TestOverlappingInvites(t *testing.T) {
	t.Parallel()
	t.Run("before the first was answered", func(t *testing.T) {
		h := openHouse(t, func(h *house) {
			h.desk.on = func(queue.Event) {}
			h.server.calls.patience.ringing = time.Millisecond
		})
		s := newScript(h, "udp")
		s.send("INVITE", 1, quietSDP)
		s.to = h.waitStatus(s.wire, "INVITE", 180).Tag("To")
		s.send("INVITE", 2, quietSDP)
		m := invitesAnswered(h, s, 2)
		if after, err := strconv.Atoi(m.Header("Retry-After")); m.Status() != 500 || err != nil || after > 10 {
			t.Errorf("answered\n%s", m.Text)
		}
		s.send("UPDATE", 3, quietSDP)
		h.waitStatus(s.wire, "UPDATE", 500)
		s.send("UPDATE", 4, "")
		h.waitStatus(s.wire, "UPDATE", 200)
	})
	t.Run("while our offer waits for its answer", func(t *testing.T) {
		h := openHouse(t, nil)
		s := newScript(h, "udp")
		s.answered(h, "")
		s.send("INVITE", 2, quietSDP)
		if m := invitesAnswered(h, s, 2); m.Status() != 491 {
			t.Errorf("answered %s", m.Line())
		}
		s.send("ACK", 1, quietSDP)
		await[queue.Established](t, h.desk, 1)
		stillThere(h, s)
	})
	t.Run("when only the ACK is missing", func(t *testing.T) {
		// It is lost or a little behind: the new INVITE says that the 200 came.
		h := openHouse(t, nil)
		s := newScript(h, "udp")
		s.answered(h, quietSDP)
		s.send("INVITE", 2, quietSDP)
		if m := invitesAnswered(h, s, 2); m.Status() != 200 {
			t.Errorf("answered %s", m.Line())
		}
		await[queue.Established](t, h.desk, 1)
		s.send("ACK", 1, "")
		s.send("ACK", 2, "")
		stillThere(h, s)
	})
}

// A re-INVITE whose 200 is never acknowledged ends the call (RFC 3261 §14.2).
func TestReinviteThatIsNeverAcked(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "tcp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	s.send("INVITE", 2, quietSDP)
	h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
	h.ended(1, queue.ByNetwork, queue.CauseNoAck)
}

func TestNumbersThatGoBack(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	s.send("UPDATE", 10, "")
	h.waitStatus(s.wire, "UPDATE", 200)
	s.send("BYE", 5, "")
	h.waitStatus(s.wire, "BYE", 500)
	s.send("INFO", 9, "5", "Content-Type: application/dtmf") // a key that was overtaken
	h.waitStatus(s.wire, "INFO", 200)
	if key := await[queue.KeyPressed](t, h.desk, 1).Key; key != '5' {
		t.Errorf("key %q", key)
	}
	stillThere(h, s)
}

func TestInfo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind, body string
		status     int
		key        rune // 0: none
	}{
		{"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 200, '5'},
		{"application/dtmf-relay", "Signal= *\nDuration=100", 200, '*'},
		{"application/dtmf-relay", "signal=11\r\nduration=100", 200, '#'},
		{"application/dtmf-relay", "Duration=100", 415, 0},
		{"application/dtmf-relay", "Signal=ab", 415, 0},
		{"Application/DTMF; charset=utf-8", "d", 200, 'D'},
		{"application/dtmf", "10", 200, '*'},
		{"application/dtmf", "16", 200, 0},
		{"application/dtmf", "x", 415, 0},
		{"application/media_control+xml", "<x/>", 415, 0},
		{"", "", 200, 0},
	}
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	var want []rune
	for i, tt := range tests {
		seq := strconv.Itoa(2 + i)
		var lines []string
		if tt.kind != "" {
			lines = []string{"Content-Type: " + tt.kind}
		}
		s.send("INFO", 2+i, tt.body, lines...)
		h.within(func(ctx context.Context) error {
			m, _, err := s.wire.Wait(ctx, 0, func(m siptest.Message) bool { return m.Header("CSeq") == seq+" INFO" })
			if err == nil && m.Status() != tt.status {
				err = fmt.Errorf("%s %q was answered %s", tt.kind, tt.body, m.Line())
			}
			return err
		})
		if tt.key != 0 {
			want = append(want, tt.key)
			if got := await[queue.KeyPressed](t, h.desk, len(want)).Key; got != tt.key {
				t.Errorf("%s %q is key %q, want %q", tt.kind, tt.body, got, tt.key)
			}
		}
	}
	if n := count[queue.KeyPressed](h.desk); n != len(want) {
		t.Errorf("%d keys, want %d", n, len(want))
	}
	stillThere(h, s)
}

// sipgo #361: a BYE of ours goes back on the connection the call came on, not
// to the port the far end names in Contact and Record-Route.
func TestByeReusesTheCallersConnection(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "tcp")
	s.contact = "<sip:caller@127.0.0.1:9;transport=tcp>"
	s.extra = []string{"Record-Route: <sip:127.0.0.1:7;transport=tcp;lr>"}
	s.up(h, quietSDP)
	h.voice().End(await[queue.Established](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	h.within(func(ctx context.Context) error {
		bye, err := s.wire.WaitRequest(ctx, "BYE")
		if err != nil {
			return err
		}
		if bye.Line() != "BYE sip:caller@127.0.0.1:9;transport=tcp SIP/2.0" || bye.Header("Route") != "<sip:127.0.0.1:7;transport=tcp;lr>" {
			return fmt.Errorf("the BYE is\n%s", bye.Text)
		}
		return nil
	})
}

// When that connection is gone, or goes before our BYE is answered, the Contact
// is dialled.
func TestByeDialsWhenTheConnectionIsGone(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]func(h *house, s *script, hangUp func()){
		"closed before": func(_ *house, s *script, hangUp func()) {
			s.wire.Close()
			hangUp()
		},
		"closed instead of an answer": func(h *house, s *script, hangUp func()) {
			hangUp()
			h.within(func(ctx context.Context) error { _, err := s.wire.WaitRequest(ctx, "BYE"); return err })
			s.wire.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			byeDialsTheContact(t, part)
		})
	}
}

func byeDialsTheContact(t *testing.T, part func(h *house, s *script, hangUp func())) {
	h := openHouse(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newScript(h, "tcp")
	s.contact = "<sip:caller@" + l.Addr().String() + ";transport=tcp>"
	s.up(h, quietSDP)
	id := await[queue.Established](t, h.desk, 1).Contact
	part(h, s, func() { h.voice().End(id, queue.ByAgent, queue.CauseNormal) })
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	conn, err := l.Accept()
	if err != nil {
		t.Fatalf("nobody dialled the Contact: %v", err)
	}
	defer conn.Close()
	buf := make([]byte, 4096)
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := conn.Read(buf)
	if err != nil || !strings.HasPrefix(string(buf[:n]), "BYE sip:caller@") {
		t.Errorf("dialled, and said %q, %v", buf[:n], err)
	}
}

// Nothing inside a dialog is signed because the far end asks for it: a caller
// would collect the trunk's password hashes by challenging our BYE.
func TestChallengeOnByeIsNotAnswered(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	h.voice().End(await[queue.Established](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	var bye siptest.Message
	h.within(func(ctx context.Context) (err error) { bye, err = s.wire.WaitRequest(ctx, "BYE"); return err })
	s.sendRaw(answerTo(bye, "401 Unauthorized", `WWW-Authenticate: Digest realm="carrier", nonce="abc", algorithm=MD5`))
	h.within(h.server.Close) // returns when nothing more will be sent
	for _, m := range s.wire.Got() {
		if m.Header("Authorization") != "" || m.Header("Proxy-Authorization") != "" {
			t.Errorf("signed:\n%s", m.Text)
		}
	}
}

// answerTo writes a response to a request that came over the wire.
func answerTo(m siptest.Message, status string, lines ...string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\n")
	for line := range strings.SplitSeq(m.Text, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if slices.Contains([]string{"Via", "From", "To", "Call-ID", "CSeq"}, name) {
			b.WriteString(line + "\n")
		}
	}
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return b.String() + "Content-Length: 0\n\n"
}

// A BYE that crosses ours is in order.
func TestByesThatCross(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	h.voice().End(await[queue.Established](t, h.desk, 1).Contact, queue.ByAgent, queue.CauseNormal)
	var bye siptest.Message
	h.within(func(ctx context.Context) (err error) { bye, err = s.wire.WaitRequest(ctx, "BYE"); return err })
	s.send("BYE", 2, "")
	h.waitStatus(s.wire, "BYE", 200)
	s.send("INFO", 3, "")
	h.waitStatus(s.wire, "INFO", 481)
	s.sendRaw(answerTo(bye, "481 Call Does Not Exist"))
	h.ended(1, queue.ByAgent, queue.CauseNormal)
}
