package sip

import (
	"context"
	"strings"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// rack is what a PRACK of a reliable response says of it.
func rack(m siptest.Message) string { return "RAck: " + m.Header("RSeq") + " 1 INVITE" }

// A caller's side that can, or must, acknowledge the ringing: our description
// comes with it, the 200 follows its PRACK and carries none.
func TestReliableRinging(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"Require: 100rel", "Supported: 100rel", "k: timer, 100rel"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			s := newScript(h, "udp")
			s.send("INVITE", 1, quietSDP, line)
			rings := h.waitStatus(s.wire, "INVITE", 180)
			if rings.Header("Require") != "100rel" || rings.Header("RSeq") == "" || !strings.Contains(rings.Body(), "m=audio") {
				t.Fatalf("the ringing is not reliable:\n%s", rings.Text)
			}
			s.to = rings.Tag("To")
			// It is repeated: T1, 2*T1, …
			h.within(func(ctx context.Context) error {
				from := 0
				for range 3 {
					_, next, err := s.wire.Wait(ctx, from, func(m siptest.Message) bool { return m.Status() == 180 })
					if err != nil {
						return err
					}
					from = next
				}
				return nil
			})
			if got := statuses(s.wire, "INVITE"); got[len(got)-1] == 200 {
				t.Error("answered before the PRACK")
			}
			s.send("PRACK", 2, "", "RAck: "+rings.Header("RSeq")+" 7 INVITE")
			h.waitStatus(s.wire, "PRACK", 481) // of another INVITE
			s.send("PRACK", 3, "", rack(rings))
			h.waitStatus(s.wire, "PRACK", 200)
			if ok := h.waitStatus(s.wire, "INVITE", 200); ok.Body() != "" {
				t.Errorf("the 200 describes the session once more:\n%s", ok.Text)
			}
			s.send("ACK", 1, "")
			await[queue.Established](t, h.desk, 1)
			stillThere(h, s)
		})
	}
}

// Without an offer in the INVITE ours goes with the ringing, and the PRACK
// brings the answer (RFC 3262 §5).
func TestReliableRingingWithOurOffer(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.send("INVITE", 1, "", "Require: 100rel")
	rings := h.waitStatus(s.wire, "INVITE", 180)
	s.to = rings.Tag("To")
	s.send("PRACK", 2, quietSDP, rack(rings))
	h.waitStatus(s.wire, "PRACK", 200)
	h.waitStatus(s.wire, "INVITE", 200)
	h.studio.sound(0).awaitNote(t, "accept", 1)
	h.studio.sound(0).awaitNote(t, "play greeting", 1)
	s.send("ACK", 1, "") // without SDP: all was said
	await[queue.Established](t, h.desk, 1)
	stillThere(h, s)
}

// The PRACK never comes: who insists on it is turned away, who only offered it
// is answered as everybody else.
func TestPrackThatNeverComes(t *testing.T) {
	t.Parallel()
	t.Run("required", func(t *testing.T) {
		t.Parallel()
		h := openHouse(t, nil)
		s := newScript(h, "udp")
		s.send("INVITE", 1, quietSDP, "Require: 100rel")
		h.waitStatus(s.wire, "INVITE", 504)
		h.ended(1, queue.ByNetwork, queue.CauseNoAck)
	})
	t.Run("supported", func(t *testing.T) {
		t.Parallel()
		h := openHouse(t, func(h *house) { h.server.calls.patience.prack = 200 * time.Millisecond })
		s := newScript(h, "udp")
		if ok := s.up(h, quietSDP, "Supported: 100rel"); !strings.Contains(ok.Body(), "m=audio") {
			t.Errorf("no description in\n%s", ok.Text)
		}
		await[queue.Established](t, h.desk, 1)
		stillThere(h, s)
	})
	t.Run("switched off", func(t *testing.T) {
		t.Parallel()
		h := openHouse(t, func(h *house) { h.server.trunks.all[0].cfg.Reliable = "off" })
		s := newScript(h, "udp")
		s.up(h, quietSDP, "Supported: 100rel")
		if rings := h.waitStatus(s.wire, "INVITE", 180); rings.Header("RSeq") != "" {
			t.Errorf("reliable all the same:\n%s", rings.Text)
		}
		await[queue.Established](t, h.desk, 1)
	})
}

// She hangs up while we wait for the PRACK.
func TestCancelBeforeThePrack(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.sendRaw(s.message("INVITE", 1, 77, quietSDP, "Require: 100rel"))
	rings := h.waitStatus(s.wire, "INVITE", 180)
	s.sendRaw(s.message("CANCEL", 1, 77, ""))
	h.waitStatus(s.wire, "INVITE", 487)
	h.ended(1, queue.ByCaller, queue.CauseCancel)
	s.to = rings.Tag("To")
	s.send("PRACK", 2, "", rack(rings))
	h.waitStatus(s.wire, "PRACK", 481)
}

const qosSDP = quietSDP + "a=curr:qos local none\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos none remote sendrecv\r\n"

var qosMet = strings.Replace(qosSDP, "curr:qos local none", "curr:qos local sendrecv", 1)

// An IMS core that merely supports preconditions is taken as everybody else;
// its lines are answered.
func TestPreconditionsSupported(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.send("INVITE", 1, qosSDP, "Supported: 100rel, precondition, timer")
	rings := h.waitStatus(s.wire, "INVITE", 180)
	for _, line := range []string{
		"a=curr:qos local sendrecv\r\n", "a=curr:qos remote none\r\n",
		"a=des:qos mandatory local sendrecv\r\n", "a=des:qos mandatory remote sendrecv\r\n", "a=conf:qos remote sendrecv\r\n",
	} {
		if !strings.Contains(rings.Body(), line) {
			t.Errorf("no %s in\n%s", line, rings.Body())
		}
	}
	s.to = rings.Tag("To")
	s.send("PRACK", 2, "", rack(rings))
	h.waitStatus(s.wire, "INVITE", 200)
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
	// Her resources are there only now.
	s.send("UPDATE", 3, qosMet)
	ok := h.waitStatus(s.wire, "UPDATE", 200)
	if !strings.Contains(ok.Body(), "a=curr:qos remote sendrecv\r\n") || strings.Contains(ok.Body(), "a=conf") {
		t.Errorf("answered\n%s", ok.Body())
	}
	if versionIn(t, ok) != versionIn(t, rings)+1 {
		t.Errorf("o= went from version %d to %d", versionIn(t, rings), versionIn(t, ok))
	}
	stillThere(h, s)
}

func versionIn(t *testing.T, m siptest.Message) uint64 {
	t.Helper()
	v, _ := versionOf([]byte(m.Body()))
	return v
}

// One that insists on them is told 183 and PRACKs; its phone rings, and is
// answered, when its UPDATE says that its side is ready (RFC 3312).
func TestPreconditionsRequired(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.send("INVITE", 1, qosSDP, "Require: 100rel, precondition")
	early := h.waitStatus(s.wire, "INVITE", 183)
	if early.Header("Require") != "100rel, precondition" {
		t.Errorf("Require %q", early.Header("Require"))
	}
	s.to = early.Tag("To")
	s.send("UPDATE", 2, qosMet) // before the PRACK: the first offer is not settled
	h.waitStatus(s.wire, "UPDATE", 500)
	s.send("PRACK", 3, "", rack(early))
	h.waitStatus(s.wire, "PRACK", 200)
	s.send("UPDATE", 4, qosSDP) // nothing new
	h.waitStatus(s.wire, "UPDATE", 200)
	s.send("OPTIONS", 5, "")
	h.waitStatus(s.wire, "OPTIONS", 200)
	if got := statuses(s.wire, "INVITE"); got[len(got)-1] >= 200 {
		t.Fatalf("answered before her side was ready: %v", got)
	}
	s.send("UPDATE", 6, qosMet)
	h.waitStatus(s.wire, "INVITE", 200)
	s.send("ACK", 1, "")
	await[queue.Established](t, h.desk, 1)
	stillThere(h, s)
}

// Met from the start, there is nothing to wait for.
func TestPreconditionsRequiredAndMet(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	s := newScript(h, "udp")
	s.send("INVITE", 1, qosMet, "Require: precondition")
	rings := h.waitStatus(s.wire, "INVITE", 180)
	s.to = rings.Tag("To")
	s.send("PRACK", 2, "", rack(rings))
	h.waitStatus(s.wire, "INVITE", 200)
}

// As the caller: reliable responses are acknowledged in their order, each once.
func TestPrackOfReliableResponses(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.2.1")
	far.byes()
	h := outHouse(t, func(_ *house, ways []way) { ways[0].reliable = true }, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	if got := invite.Header("Supported"); got != "100rel, timer" {
		t.Errorf("Supported: %s", got)
	}
	far.reply(invite, "183 Session Progress", "them", quietSDP, "Require: 100rel", "RSeq: 500")
	first := far.request("PRACK", 1)
	seq := strings.Fields(invite.Header("CSeq"))[0]
	if first.Header("RAck") != "500 "+seq+" INVITE" || first.Line() != "PRACK sip:them@"+far.addr()+" SIP/2.0" || first.Tag("To") != "them" {
		t.Errorf("PRACK\n%s", first.Text)
	}
	await[queue.Ringing](t, h.desk, 1)
	far.reply(invite, "183 Session Progress", "them", quietSDP, "Require: 100rel", "RSeq: 500") // repeated
	far.reply(invite, "180 Ringing", "them", "", "Require: 100rel", "RSeq: 502")                // 501 was lost
	far.reply(invite, "180 Ringing", "them", "", "Require: 100rel", "RSeq: 501")
	if second := far.request("PRACK", 2); second.Header("RAck") != "501 "+seq+" INVITE" {
		t.Errorf("the second PRACK is for %s", second.Header("RAck"))
	}
	far.reply(invite, "180 Ringing", "them", "", "Require: 100rel", "RSeq: 502")
	if third := far.request("PRACK", 3); third.Header("RAck") != "502 "+seq+" INVITE" {
		t.Errorf("the third PRACK is for %s", third.Header("RAck"))
	}
	far.reply(invite, "200 OK", "them", "") // the answer came with the 183
	far.request("ACK", 1)
	await[queue.Established](t, h.desk, 1)
	if n := far.count("PRACK"); n != 3 {
		t.Errorf("%d PRACKs", n)
	}
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	bye := far.request("BYE", 1)
	if a, b := bye.Header("CSeq"), far.request("PRACK", 3).Header("CSeq"); strings.Fields(a)[0] <= strings.Fields(b)[0] {
		t.Errorf("the BYE has CSeq %s after a PRACK with %s", a, b)
	}
}

// A callee changes the session before it is picked up (RFC 3311).
func TestUpdateOfACalleeThatRings(t *testing.T) {
	t.Parallel()
	far := newCallee(t, "127.0.2.2")
	h := outHouse(t, func(_ *house, ways []way) { ways[0].reliable = true }, far)
	h.dialOut()
	invite := far.request("INVITE", 1)
	// It overtakes the response that makes its dialog.
	far.ask(invite, "them", "UPDATE", 1, quietSDP)
	far.reply(invite, "183 Session Progress", "other", "")
	await[queue.Ringing](t, h.desk, 1)
	far.reply(invite, "183 Session Progress", "them", "", "Require: 100rel", "RSeq: 1")
	if m := far.status("1 UPDATE"); m.Status() != 491 {
		t.Errorf("an offer while ours is not answered was answered %s", m.Line())
	}
	far.reply(invite, "183 Session Progress", "them", quietSDP, "Require: 100rel", "RSeq: 2")
	far.request("PRACK", 2)
	far.ask(invite, "them", "UPDATE", 2, quietSDP)
	if m := far.status("2 UPDATE"); m.Status() != 200 || !strings.Contains(m.Body(), "m=audio") {
		t.Errorf("answered\n%s", m.Text)
	}
	far.ask(invite, "nobody", "UPDATE", 1, quietSDP)
	far.reply(invite, "200 OK", "them", quietSDP)
	far.request("ACK", 1)
	await[queue.Established](t, h.desk, 1)
	far.wait(1, func(m siptest.Message) bool { return m.Status() == 481 })
	if n := count[queue.HungUp](h.desk); n != 0 {
		t.Error("the call ended")
	}
}
