package sip

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
	"sahut/sip/siptest"
)

func TestCallOut(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.1")
	h := outHouse(t, func(_ *house, ways []way) {
		ways[0].session = 30 * time.Minute
		ways[0].headers = []sip.Header{sip.NewHeader("P-Asserted-Identity", "<sip:+62213903963@hotline.test>")}
	}, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	for name, want := range map[string]string{
		"From":                "<sip:+62213903963@hotline.test>;tag=" + invite.Tag("From"),
		"To":                  "<sip:+62812345678@carrier.example>",
		"P-Asserted-Identity": "<sip:+62213903963@hotline.test>",
		"Session-Expires":     "1800", "Min-SE": "90", "Supported": "timer", "Max-Forwards": "70",
		"Contact": "<sip:" + h.server.Addr() + ">", "Content-Type": "application/sdp",
	} {
		if got := invite.Header(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if invite.Line() != "INVITE sip:+62812345678@carrier.example SIP/2.0" || !strings.Contains(invite.Body(), "m=audio") {
		t.Errorf("the INVITE is\n%s", invite.Text)
	}
	sound := h.studio.sound(0)
	sound.awaitNote(t, "connect sari", 1) // she hears it from the first moment
	far.reply(invite, "100 Trying", "", "")
	far.reply(invite, "180 Ringing", "them", "")
	await[queue.Ringing](t, h.desk, 1)
	sound.awaitNote(t, "ringback", 1)
	far.reply(invite, "180 Ringing", "them", "")
	far.reply(invite, "200 OK", "them", quietSDP)
	ack := far.request("ACK", 1)
	if ack.Line() != "ACK sip:them@"+far.addr()+" SIP/2.0" || ack.Tag("To") != "them" || ack.Header("CSeq") != strings.Replace(invite.Header("CSeq"), "INVITE", "ACK", 1) {
		t.Errorf("the ACK is\n%s", ack.Text)
	}
	if got := await[queue.Established](t, h.desk, 1); got.Contact != outContact {
		t.Errorf("%s was established", got.Contact)
	}
	sound.awaitNote(t, "accept", 1)
	sound.speak()
	if got := await[queue.Connected](t, h.desk, 1); got.Agent != "sari" || got.Contact != outContact {
		t.Errorf("connected %+v", got)
	}
	if n := count[queue.Ringing](h.desk); n != 1 {
		t.Errorf("it rang %d times", n)
	}
	far.ask(invite, "them", "BYE", 7, "")
	far.status("7 BYE")
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// The volunteer hangs up: the BYE goes by the proxies of the 2xx, the last of
// them first (RFC 3261 §12.1.2).
func TestCallOutThroughProxies(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.2")
	far.byes()
	h := outHouse(t, nil, far)
	outUp(h, far, "Record-Route: <sip:192.0.2.1;lr>", "Record-Route: <sip:"+far.addr()+";lr>")
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	bye := far.request("BYE", 1)
	if want := "Route: <sip:" + far.addr() + ";lr>\r\nRoute: <sip:192.0.2.1;lr>\r\n"; !strings.Contains(bye.Text, want) {
		t.Errorf("no\n%s in\n%s", want, bye.Text)
	}
	if !strings.Contains(bye.Header("Reason"), "cause=16") {
		t.Errorf("Reason %q", bye.Header("Reason"))
	}
	h.ended(1, queue.ByAgent, queue.CauseNormal)
}

// A repeated 2xx is acknowledged each time; a second telephone that picks up is
// acknowledged and told goodbye.
func TestRepeatedAndForkedAnswers(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.3")
	far.byes()
	h := outHouse(t, nil, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	far.reply(invite, "180 Ringing", "one", "")
	far.reply(invite, "180 Ringing", "two", "")
	far.reply(invite, "200 OK", "two", quietSDP)
	if ack := far.request("ACK", 1); ack.Tag("To") != "two" {
		t.Errorf("ACK to %q", ack.Tag("To"))
	}
	await[queue.Established](t, h.desk, 1)
	before := acksTo(far, "two")
	far.reply(invite, "200 OK", "two", quietSDP)
	far.until(func() bool { return acksTo(far, "two") > before })
	far.reply(invite, "200 OK", "one", quietSDP)
	if bye := far.request("BYE", 1); bye.Tag("To") != "one" || !strings.Contains(bye.Header("Reason"), "Call completed elsewhere") {
		t.Errorf("BYE\n%s", bye.Text)
	}
	if acksTo(far, "one") == 0 {
		t.Error("the second telephone was not acknowledged")
	}
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Error("the call itself ended")
	}
}

// A far end repeats its 2xx when our ACK is late; the repetition may wait behind the
// first in the call's inbox. It is the same telephone: she is acknowledged again, and
// not told goodbye as a second one would be.
func TestAnswerRepeatedBeforeTheCallGotToIt(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.23")
	far.byes()
	slow := make(chan struct{})
	h := outHouse(t, func(h *house, _ []way) {
		h.desk.on = func(ev queue.Event) {
			if _, rings := ev.(queue.Ringing); rings {
				<-slow // the call's own goroutine
			}
		}
	}, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	far.reply(invite, "180 Ringing", "them", "")
	await[queue.Ringing](t, h.desk, 1)
	far.reply(invite, "200 OK", "them", quietSDP)
	far.reply(invite, "200 OK", "them", quietSDP)
	c := h.server.calls.byContact[outContact]
	waitFor(t, func() bool { c.inbox.mu.Lock(); defer c.inbox.mu.Unlock(); return len(c.inbox.items) == 2 })
	close(slow)
	far.until(func() bool { return acksTo(far, "them") == 2 })
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	h.ended(1, queue.ByAgent, queue.CauseNormal)
	if err := h.server.Close(t.Context()); err != nil { // by then all goodbyes are said
		t.Fatal(err)
	}
	far.mu.Lock()
	defer far.mu.Unlock()
	for _, m := range far.got {
		if m.Method() == "BYE" && strings.Contains(m.Header("Reason"), "elsewhere") {
			t.Errorf("whoever picked up was hung up:\n%s", m.Text)
		}
	}
}

// acksTo counts the ACKs to a tag, each time it came.
func acksTo(c *callee, tag string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.got {
		if m.Status() == 0 && m.Method() == "ACK" && m.Tag("To") == tag {
			n++
		}
	}
	return n
}

// until waits until isSo; it is asked at every message.
func (c *callee) until(isSo func() bool) {
	c.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		if isSo() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			c.t.Fatal("what the test waits for never came")
		}
	}
}

// Sound before the answer: the last telephone that describes some is heard, and
// the one that is picked up wins.
func TestEarlySoundOfForks(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.4")
	var heard []string
	h := outHouse(t, func(h *house, _ []way) {
		h.studio.judge = func(sdp []byte) error { heard = append(heard, string(sdp)); return nil }
	}, far)
	one, two := strings.Replace(quietSDP, "40000", "40010", 1), strings.Replace(quietSDP, "40000", "40020", 1)
	h.dialOut()
	invite := far.request("INVITE", 1)
	sound := h.studio.sound(0)
	far.reply(invite, "183 Session Progress", "one", one)
	sound.awaitNote(t, "accept", 1)
	far.reply(invite, "183 Session Progress", "two", two)
	sound.awaitNote(t, "accept", 2)
	far.reply(invite, "200 OK", "one", "") // its description came before
	far.request("ACK", 1)
	await[queue.Established](t, h.desk, 1)
	sound.awaitNote(t, "accept", 3)
	if got := fmt.Sprint(heard); got != fmt.Sprint([]string{one, two, one}) {
		t.Errorf("heard %s", got)
	}
	sound.mu.Lock()
	defer sound.mu.Unlock()
	for _, note := range sound.notes {
		if note == "ringback" {
			t.Error("our ringing tone covers the callee's own sound")
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"after ringing": true, "before anything came": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.1.5")
			h := outHouse(t, nil, far)
			h.dialOut()
			invite := far.request("INVITE", 1)
			if early {
				far.reply(invite, "180 Ringing", "them", "")
				await[queue.Ringing](t, h.desk, 1)
			}
			h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
			h.ended(1, queue.ByAgent, queue.CauseNormal)
			if !early {
				far.until(func() bool { return far.copies("INVITE") > 2 }) // a CANCEL would have come by now
				if n := far.count("CANCEL"); n != 0 {
					t.Error("cancelled before a provisional response (RFC 3261 §9.1)")
				}
				far.reply(invite, "100 Trying", "", "")
			}
			cancel := far.request("CANCEL", 1)
			for _, name := range []string{"Via", "From", "To", "Call-ID"} {
				if cancel.Header(name) != invite.Header(name) {
					t.Errorf("CANCEL has %s %q, its INVITE %q", name, cancel.Header(name), invite.Header(name))
				}
			}
			if !strings.HasPrefix(cancel.Header("Reason"), "Q.850;cause=16") {
				t.Errorf("Reason %q", cancel.Header("Reason"))
			}
			far.reply(cancel, "200 OK", "them", "")
			far.reply(invite, "487 Request Terminated", "them", "")
			far.request("ACK", 1)
		})
	}
}

// The answer crosses our CANCEL: it is acknowledged and ended, or the callee
// would talk to nobody (sipgo leaves a ghost call there).
func TestCancelThatCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.6")
	h := outHouse(t, nil, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	far.reply(invite, "180 Ringing", "them", "")
	await[queue.Ringing](t, h.desk, 1)
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	far.request("CANCEL", 1)
	far.reply(invite, "200 OK", "them", quietSDP)
	far.request("ACK", 1)
	far.reply(far.request("BYE", 1), "200 OK", "", "")
	h.ended(1, queue.ByAgent, queue.CauseNormal)
	if n := count[queue.Established](h.desk); n != 0 {
		t.Error("a cancelled call was established")
	}
}

func TestRefusalsOfACallOut(t *testing.T) {
	t.Parallel()
	for status, cause := range map[string]queue.Cause{
		"486 Busy": queue.CauseBusy, "600 Busy": queue.CauseBusy, "603 No": queue.CauseRejected, "403 No": queue.CauseRejected,
		"404 No": queue.CauseNotFound, "484 No": queue.CauseNotFound, "480 No": queue.CauseNoAnswer, "503 No": queue.CauseUnreachable,
		"302 There": queue.CauseUnreachable, "408 Late": queue.CauseUnreachable, "488 No": queue.CauseNoCodec,
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.1.7")
			h := outHouse(t, nil, far)
			h.dialOut()
			invite := far.request("INVITE", 1)
			far.reply(invite, status, "them", "", "Retry-After: 5")
			far.request("ACK", 1)
			if got := await[queue.HungUp](t, h.desk, 1); got.Cause != cause {
				t.Errorf("ended %+v, want %s", got, cause)
			}
			if n := far.count("INVITE"); n != 1 {
				t.Errorf("%d INVITEs; a redirection must not be followed", n)
			}
		})
	}
}

func TestNoTrunk(t *testing.T) {
	t.Parallel()
	h := outHouse(t, nil)
	h.dialOut()
	h.ended(1, queue.BySystem, queue.CauseNoTrunk)
}

// A volunteer whose path is gone calls nobody.
func TestNobodyIsCalledForWhoCannotBeHeard(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.18")
	h := outHouse(t, func(h *house, _ []way) { h.studio.noPeer = true }, far)
	h.dialOut()
	if got := await[queue.ConnectFailed](t, h.desk, 1); got.Agent != "sari" || got.Stage != "peer" || got.Contact != outContact {
		t.Errorf("%+v", got)
	}
	h.ended(1, queue.BySystem, queue.CauseSilence)
	h.within(h.server.Close)
	if n := far.count("INVITE"); n != 0 {
		t.Errorf("%d INVITEs", n)
	}
}

// The next trunk is tried when one fails before it rings, and only then.
func TestFailOver(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first func(*house, *callee)
		cause queue.Cause // of the call; empty: the second trunk is tried
	}{
		"503":    {first: func(h *house, c *callee) { c.reply(c.request("INVITE", 1), "503 Service Unavailable", "x", "") }},
		"408":    {first: func(h *house, c *callee) { c.reply(c.request("INVITE", 1), "408 Request Timeout", "x", "") }},
		"silent": {first: func(h *house, c *callee) { c.request("INVITE", 1) }},
		"wants a password we have not": {first: func(h *house, c *callee) {
			c.reply(c.request("INVITE", 1), "407 Who", "x", "", `Proxy-Authenticate: Digest realm="x", nonce="y"`)
		}},
		"503 after ringing": {cause: queue.CauseUnreachable, first: func(h *house, c *callee) {
			invite := c.request("INVITE", 1)
			c.reply(invite, "180 Ringing", "x", "")
			await[queue.Ringing](h.t, h.desk, 1)
			c.reply(invite, "503 Service Unavailable", "x", "")
		}},
		"the callee's own no": {cause: queue.CauseBusy, first: func(h *house, c *callee) { c.reply(c.request("INVITE", 1), "486 Busy Here", "x", "") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, two := newCallee(t, "127.0.1.8"), newCallee(t, "127.0.1.9")
			h := outHouse(t, func(h *house, _ []way) { h.server.calls.patience.trunk = 300 * time.Millisecond }, one, two)
			h.dialOut()
			tt.first(h, one)
			if tt.cause != "" {
				if got := await[queue.HungUp](t, h.desk, 1); got.Cause != tt.cause {
					t.Errorf("ended %+v, want %s", got, tt.cause)
				}
				if n := two.count("INVITE"); n != 0 {
					t.Error("the next trunk was tried")
				}
				return
			}
			invite := two.request("INVITE", 1)
			if invite.Header("Call-ID") == one.request("INVITE", 1).Header("Call-ID") {
				t.Error("the two INVITEs are one call")
			}
			two.reply(invite, "200 OK", "them", quietSDP)
			two.request("ACK", 1)
			await[queue.Established](t, h.desk, 1)
			// The one that was too slow picks up after all: it is sent away.
			if name == "silent" {
				one.reply(one.request("INVITE", 1), "200 OK", "late", quietSDP)
				if bye := one.request("BYE", 1); bye.Tag("To") != "late" {
					t.Errorf("BYE to %q", bye.Tag("To"))
				}
			}
			if n := count[queue.HungUp](h.desk); n != 0 {
				t.Error("the call ended")
			}
		})
	}
}

// A full trunk is passed over.
func TestTrunkWithoutALineIsPassedOver(t *testing.T) {
	t.Parallel()
	one, two := newCallee(t, "127.0.1.10"), newCallee(t, "127.0.1.11")
	var given int
	h := outHouse(t, func(_ *house, ways []way) {
		ways[0].admit = func() (func(), bool) { return nil, false }
		ways[1].admit = func() (func(), bool) { return func() { given++ }, true }
	}, one, two)
	h.dialOut()
	two.reply(two.request("INVITE", 1), "486 Busy Here", "x", "")
	h.ended(1, queue.ByCaller, queue.CauseBusy)
	h.within(h.server.Close)
	if n := one.count("INVITE"); n != 0 || given == 0 {
		t.Errorf("%d INVITEs to the full trunk; the line of the other was given back %d times", n, given)
	}
}

// The trunk's own challenge is answered once.
func TestChallengeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.12")
	h := outHouse(t, func(_ *house, ways []way) {
		ways[0].sign = func() func(*sip.Request, *sip.Response) error {
			asked := false
			return func(req *sip.Request, _ *sip.Response) error {
				if asked {
					return errors.New("asked twice")
				}
				asked = true
				req.AppendHeader(sip.NewHeader("Proxy-Authorization", `Digest username="us"`))
				return nil
			}
		}
	}, far)
	h.dialOut()
	first := far.request("INVITE", 1)
	challenge := `Proxy-Authenticate: Digest realm="carrier", nonce="abc"`
	far.reply(first, "407 Proxy Authentication Required", "x", "", challenge)
	second := far.request("INVITE", 2)
	if first.Header("Proxy-Authorization") != "" || second.Header("Proxy-Authorization") == "" {
		t.Error("the wrong INVITE was signed")
	}
	if second.Header("Call-ID") != first.Header("Call-ID") || second.Tag("From") != first.Tag("From") || second.Header("CSeq") == first.Header("CSeq") {
		t.Errorf("the second INVITE is not the next one of its call:\n%s", second.Text)
	}
	far.reply(second, "407 Proxy Authentication Required", "x", "", challenge)
	h.ended(1, queue.ByNetwork, queue.CauseUnreachable)
	if n := far.count("INVITE"); n != 2 {
		t.Errorf("%d INVITEs", n)
	}
}

// The ACK of a 2xx carries the credentials of its INVITE (RFC 3261 §13.2.2.4);
// a BYE that is challenged carries none.
func TestCredentialsOfACallOut(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.13")
	h := outHouse(t, func(_ *house, ways []way) {
		ways[0].sign = func() func(*sip.Request, *sip.Response) error {
			return func(req *sip.Request, _ *sip.Response) error {
				req.AppendHeader(sip.NewHeader("Authorization", `Digest username="us"`))
				return nil
			}
		}
	}, far)
	h.dialOut()
	challenge := `WWW-Authenticate: Digest realm="carrier", nonce="abc"`
	far.reply(far.request("INVITE", 1), "401 Unauthorized", "x", "", challenge)
	far.reply(far.request("INVITE", 2), "200 OK", "them", quietSDP)
	ack := far.wait(1, func(m siptest.Message) bool { return m.Method() == "ACK" && m.Tag("To") == "them" })
	if ack.Header("Authorization") == "" {
		t.Error("the ACK lacks the credentials of its INVITE")
	}
	await[queue.Established](t, h.desk, 1)
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	far.reply(far.request("BYE", 1), "401 Unauthorized", "x", "", challenge)
	h.within(h.server.Close)
	if n := far.count("BYE"); n != 1 {
		t.Errorf("%d BYEs", n)
	}
}

func TestSessionTooBriefIsAskedAgain(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.14")
	h := outHouse(t, func(_ *house, ways []way) { ways[0].session = 2 * time.Minute }, far)
	h.dialOut()
	far.reply(far.request("INVITE", 1), "422 Session Interval Too Small", "x", "", "Min-SE: 600")
	again := far.request("INVITE", 2)
	if again.Header("Session-Expires") != "600" || again.Header("Min-SE") != "600" {
		t.Errorf("asked again with Session-Expires %q, Min-SE %q", again.Header("Session-Expires"), again.Header("Min-SE"))
	}
	far.reply(again, "422 Session Interval Too Small", "x", "", "Min-SE: 900")
	await[queue.HungUp](t, h.desk, 1)
	if n := far.count("INVITE"); n != 2 {
		t.Errorf("%d INVITEs", n)
	}
}

// Nobody picks up.
func TestNobodyPicksUp(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.15")
	far.byes()
	h := outHouse(t, func(h *house, _ []way) { h.server.calls.patience.answer = 300 * time.Millisecond }, far)
	h.dialOut()
	far.reply(far.request("INVITE", 1), "180 Ringing", "them", "")
	far.request("CANCEL", 1)
	h.ended(1, queue.BySystem, queue.CauseNoAnswer)
}

// A description we cannot use ends the call, and not with a ghost.
func TestUnusableAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"none": "", "no codec": strings.ReplaceAll(quietSDP, "PCMA", "G729")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.1.16")
			far.byes()
			h := outHouse(t, func(h *house, _ []way) {
				h.studio.judge = func(sdp []byte) error {
					if strings.Contains(string(sdp), "G729") {
						return errNoCodecInTest
					}
					return nil
				}
			}, far)
			h.dialOut()
			far.reply(far.request("INVITE", 1), "200 OK", "them", body)
			far.request("ACK", 1)
			far.request("BYE", 1)
			h.ended(1, queue.BySystem, queue.CauseNoCodec)
		})
	}
}

// Closing the house sends away who is being called.
func TestCloseCancelsCallsOut(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.17")
	far.byes()
	h := outHouse(t, nil, far)
	h.dialOut()
	far.reply(far.request("INVITE", 1), "180 Ringing", "them", "")
	await[queue.Ringing](t, h.desk, 1)
	h.within(h.server.Close)
	h.ended(1, queue.BySystem, queue.CauseDrain)
	far.request("CANCEL", 1)
	h.voice().Dial("01LATE", "sari", queue.NewCaller("+62812345678"), queue.Manner{})
	if got := await[queue.HungUp](t, h.desk, 2); got.Contact != "01LATE" {
		t.Errorf("ended %+v", got)
	}
}

// Who answers may be reached without the proxy that brought the call there: our
// requests go to its Contact, and its answers are heard from there.
func TestBeyondAProxyThatStaysNotInTheWay(t *testing.T) {
	t.Parallel()
	proxy, beyond := newCallee(t, "127.0.6.40"), newCallee(t, "127.0.6.41")
	beyond.byes()
	h := outHouse(t, nil, proxy)
	h.dialOut()
	invite := proxy.request("INVITE", 1)
	tagged := siptest.Message{Text: strings.Replace(invite.Text, "\r\nTo: "+invite.Header("To"), "\r\nTo: "+invite.Header("To")+";tag=them", 1)}
	proxy.reply(tagged, "200 OK", "", quietSDP, "Contact: <sip:them@"+beyond.addr()+">")
	beyond.request("ACK", 1)
	await[queue.Established](t, h.desk, 1)
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	beyond.request("BYE", 1)
	h.within(h.server.Close)
	if n := beyond.copies("BYE"); n != 1 {
		t.Errorf("the BYE was sent %d times", n)
	}
}

// Who is called back must not be reached at somebody else's telephone, nor see our
// number: a call that is forwarded is given up before it is answered, and a way
// that cannot hide the number is none.
func TestCalledBackAloneAndUnseen(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.1.31")
	far.byes()
	h := outHouse(t, nil, far)
	h.voice().Dial(outContact, "sari", queue.NewCaller("+62812345678"), queue.Manner{Listen: true})
	far.reply(far.request("INVITE", 1), "181 Call Is Being Forwarded", "them", "")
	h.ended(1, queue.BySystem, queue.CauseVoicemail)
	far.request("CANCEL", 1)
	h.voice().Dial("01HIDE", "sari", queue.NewCaller("+62812345678"), queue.Manner{Hide: true})
	if got := await[queue.HungUp](t, h.desk, 2); got.Contact != "01HIDE" || got.Cause != queue.CauseNoTrunk {
		t.Errorf("ended %+v", got)
	}
	if n := far.count("INVITE"); n != 1 {
		t.Errorf("%d calls went out", n)
	}
}
