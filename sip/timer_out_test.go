package sip

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
	"sahut/sip/siptest"
)

// The timer of a call we placed, either side refreshing it (RFC 4028 §7.2).
// (Peers of ours lost outgoing calls at 15 minutes because the callee's refresh
// was not taken for theirs.)
func TestSessionOfACallOutIsRefreshedByTheCallee(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.6.1")
	far.byes()
	h := outHouse(t, func(h *house, ways []way) { briefSessions(h); ways[0].session = time.Second }, far)
	invite := outUp(h, far, "Session-Expires: 1;refresher=uas", "Require: timer", "Allow: INVITE, ACK, BYE, UPDATE")
	// It refreshes once by re-INVITE, once by UPDATE, then never again.
	far.ask(invite, "them", "INVITE", 1, quietSDP, "Session-Expires: 1;refresher=uac", "Supported: timer")
	if m := far.status("1 INVITE"); m.Status() != 200 || m.Header("Session-Expires") != "1;refresher=uac" || m.Header("Require") != "timer" {
		t.Errorf("answered\n%s", m.Text)
	}
	far.ask(invite, "them", "ACK", 1, "")
	far.ask(invite, "them", "UPDATE", 2, "", "Session-Expires: 1;refresher=uac", "Supported: timer")
	if m := far.status("2 UPDATE"); m.Status() != 200 || m.Header("Session-Expires") != "1;refresher=uac" {
		t.Errorf("answered\n%s", m.Text)
	}
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Error("the call ended though it was refreshed")
	}
	far.request("BYE", 1)
	h.ended(1, queue.ByNetwork, queue.CauseExpired)
}

func TestSessionOfACallOutIsRefreshedByUs(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"UPDATE", "INVITE"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.6.2")
			h := outHouse(t, func(h *house, ways []way) {
				briefSessions(h)
				ways[0].session = time.Second
				ways[0].sign = func() func(*sip.Request, *sip.Response) error {
					return func(req *sip.Request, _ *sip.Response) error {
						req.AppendHeader(sip.NewHeader("Authorization", "Digest ours"))
						return nil
					}
				}
			}, far)
			outUp(h, far, "Session-Expires: 1;refresher=uac", "Allow: ACK, BYE, "+method)
			first, second := 1, 2
			if method == "INVITE" {
				first, second = 2, 3
			}
			refresh := far.request(method, first)
			if refresh.Header("Session-Expires") != "1;refresher=uac" || refresh.Tag("To") != "them" {
				t.Errorf("refresh\n%s", refresh.Text)
			}
			// The trunk wants it signed; it is, once.
			far.reply(refresh, "401 Unauthorized", "", "", `WWW-Authenticate: Digest realm="x", nonce="y"`)
			signed := far.request(method, second)
			if signed.Header("Authorization") == "" || signed.Header("CSeq") == refresh.Header("CSeq") {
				t.Errorf("second refresh\n%s", signed.Text)
			}
			// The callee takes the refreshing over, and another interval.
			body := ""
			if method == "INVITE" {
				body = quietSDP
			}
			far.reply(signed, "200 OK", "them", body, "Session-Expires: 2;refresher=uas")
			if method == "INVITE" {
				far.wait(1, func(m siptest.Message) bool {
					return m.Method() == "ACK" && strings.Fields(m.Header("CSeq"))[0] == strings.Fields(signed.Header("CSeq"))[0]
				})
			}
			far.reply(far.request("BYE", 1), "200 OK", "", "") // it never does
			h.ended(1, queue.ByNetwork, queue.CauseExpired)
		})
	}
}

// A refresh that is too frequent for the far end is slowed down, one that meets
// another is repeated: later by whoever began the call (RFC 3261 §14.1).
func TestRefreshThatIsNotTakenAtOnce(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.6.3")
	h := outHouse(t, func(h *house, ways []way) { briefSessions(h); ways[0].session = time.Second }, far)
	outUp(h, far, "Session-Expires: 1;refresher=uac", "Allow: UPDATE")
	far.reply(far.request("UPDATE", 1), "422 Session Interval Too Small", "", "", "Min-SE: 3")
	longer := far.request("UPDATE", 2)
	if longer.Header("Session-Expires") != "3;refresher=uac" {
		t.Errorf("Session-Expires %q", longer.Header("Session-Expires"))
	}
	far.reply(longer, "491 Request Pending", "", "")
	again := far.request("UPDATE", 3)
	if waited := again.At.Sub(longer.At); waited < 2*time.Second || waited > 5*time.Second {
		t.Errorf("tried again after %v; who made the Call-ID waits 2.1 to 4 s", waited)
	}
	far.reply(again, "481 No", "", "")
	far.reply(far.request("BYE", 1), "200 OK", "", "")
	h.ended(1, queue.ByNetwork, queue.CauseExpired)
}

func TestGlareWaits(t *testing.T) {
	for range 200 {
		if w := (&dialog{ours: true}).glareWait(); w < 2100*time.Millisecond || w > 4*time.Second {
			t.Fatalf("who made the Call-ID waits %v", w)
		}
		if w := (&dialog{}).glareWait(); w < 0 || w > 2*time.Second {
			t.Fatalf("the other waits %v", w)
		}
	}
}

// Two INVITEs that meet in a call we placed: the callee's has to wait.
func TestGlareInACallOut(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.6.4")
	far.byes()
	h := outHouse(t, func(h *house, ways []way) { briefSessions(h); ways[0].session = time.Second }, far)
	invite := outUp(h, far, "Session-Expires: 1;refresher=uac", "Allow: INVITE, ACK, BYE")
	ours := far.request("INVITE", 2)
	far.ask(invite, "them", "INVITE", 5, quietSDP)
	if m := far.status("5 INVITE"); m.Status() != 491 {
		t.Errorf("answered %s", m.Line())
	}
	far.reply(ours, "200 OK", "them", quietSDP, "Session-Expires: 60;refresher=uac")
	far.wait(1, func(m siptest.Message) bool {
		return m.Method() == "ACK" && m.Header("CSeq") == strings.Replace(ours.Header("CSeq"), "INVITE", "ACK", 1)
	})
	h.studio.sound(0).awaitNote(t, "accept", 2) // and now it may
	far.ask(invite, "them", "INVITE", 6, "")    // with a delayed offer
	m := far.status("6 INVITE")
	if m.Status() != 200 || !strings.Contains(m.Body(), "m=audio") {
		t.Errorf("answered\n%s", m.Text)
	}
	far.ask(invite, "them", "ACK", 6, quietSDP)
	h.studio.sound(0).awaitNote(t, "accept", 3)
}

// A caller who could use a timer and asks for none is given the trunk's.
func TestTrunksOwnSessionTimer(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(h *house) {
		if err := h.server.trunks.all[0].cfg.SessionExpires.UnmarshalText([]byte("30m")); err != nil {
			t.Fatal(err)
		}
	})
	s := newScript(h, "udp")
	ok := s.up(h, quietSDP, "Supported: timer")
	if got := ok.Header("Session-Expires"); got != "1800;refresher=uas" {
		t.Errorf("Session-Expires %q", got)
	}
	other := newScript(h, "udp")
	other.id += "2"
	if ok := other.up(h, quietSDP); ok.Header("Session-Expires") != "" {
		t.Errorf("a timer for who does not know it:\n%s", ok.Text)
	}
}

// The same key by INFO and with the sound, as some gateways send it, is one
// press; two of the same way are two.
func TestKeyThatComesTwice(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	seq := 1
	info := func(key string) {
		seq++
		s.send("INFO", seq, key, "Content-Type: application/dtmf")
		h.within(func(ctx context.Context) error {
			_, _, err := s.wire.Wait(ctx, 0, func(m siptest.Message) bool { return m.Header("CSeq") == strconv.Itoa(seq)+" INFO" })
			return err
		})
	}
	sound := h.studio.sound(0)
	sound.press('5')
	await[queue.KeyPressed](t, h.desk, 1)
	info("5") // the echo
	info("5") // pressed again
	sound.press('5')
	sound.press('6')
	sound.press('6')
	var keys strings.Builder
	for n := range 4 {
		keys.WriteRune(await[queue.KeyPressed](t, h.desk, n+1).Key)
	}
	stillThere(h, s)
	if n := count[queue.KeyPressed](h.desk); keys.String() != "5566" || n != 4 {
		t.Errorf("keys %s, %d of them", keys.String(), n)
	}
}

// A question about a call that is not ours is answered 481, one about a call
// that is, or none, 200.
func TestOptionsForACall(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	s.send("OPTIONS", 2, "")
	h.waitStatus(s.wire, "OPTIONS", 200)
	stranger := newScript(h, "udp")
	stranger.to = "nobody"
	stranger.send("OPTIONS", 2, "")
	h.waitStatus(stranger.wire, "OPTIONS", 481)
	stillThere(h, s)
}

// A request of ours waits until the one ahead of it was written: far ends
// refuse numbers that go back.
func TestRequestsAreWrittenInTheirOrder(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.6.5")
	h := outHouse(t, nil, far)
	w := h.server.calls.route("")[0]
	d := newOutDialog(w, h.server.spotTowards("UDP", far.addr()))
	c := &call{server: h.server, inbox: newInbox(), dialog: d}
	ahead := make(chan struct{})
	c.outs.written = ahead
	req := d.request(sip.INFO)
	req.SetDestination(far.addr())
	c.request(req, forProbe)
	h.dialOut()
	far.request("INVITE", 1)
	if n := far.count("INFO"); n != 0 {
		t.Error("written before its turn")
	}
	close(ahead)
	far.reply(far.request("INFO", 1), "200 OK", "x", "")
}
