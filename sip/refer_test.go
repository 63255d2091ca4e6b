package sip

import (
	"strings"
	"testing"
	"time"

	"sahut/queue"
	"sahut/sip/siptest"
)

// directory is a desk that has a queue, a volunteer, and nobody else.
type directory struct{ *testDesk }

func (directory) Snapshot() *queue.Snapshot {
	return &queue.Snapshot{Queues: []queue.QueueView{{Queue: "night"}}, Agents: []queue.AgentLine{{Agent: "dewi"}}}
}

// A REFER of a volunteer's phone asks the desk, and is told how it went.
func TestReferOfAPhone(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]queue.Target{
		"<sip:night@hotline.test>":                 {Queue: "night"},
		"<sip:dewi@hotline.test>":                  {Agent: "dewi"},
		"<sip:0812-3456@hotline.test;user=phone>":  {Number: "08123456"},
		"\"The other line\" <tel:+62-21-390-3963>": {Number: "+62213903963"},
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			h, phone, invite := referring(t, 10*time.Second)
			phone.ask(invite, "sari", "REFER", 2, "", "Refer-To: "+target)
			if m := phone.status("2 REFER"); m.Status() != 202 {
				t.Fatalf("answered %s", m.Line())
			}
			if got := await[queue.TransferAsked](t, h.desk, 1); got.To != want || got.Agent != "sari" || got.Contact != "C" {
				t.Errorf("asked %+v, want %+v", got, want)
			}
			trying := phone.request("NOTIFY", 1)
			if trying.Header("Event") != "refer;id=2" || !strings.HasPrefix(trying.Header("Subscription-State"), "active") || !strings.Contains(trying.Body(), "SIP/2.0 100") {
				t.Errorf("NOTIFY\n%s", trying.Text)
			}
			phone.ask(invite, "sari", "REFER", 3, "", "Refer-To: "+target)
			if m := phone.status("3 REFER"); m.Status() != 403 {
				t.Errorf("a second REFER was answered %s", m.Line())
			}
			h.server.Devices().Transferred("sari", "C", "")
			h.server.Devices().Release("sari")
			done := phone.request("NOTIFY", 2)
			if !strings.HasPrefix(done.Header("Subscription-State"), "terminated") || !strings.Contains(done.Body(), "SIP/2.0 200 OK") {
				t.Errorf("NOTIFY\n%s", done.Text)
			}
			phone.request("BYE", 1)
			if n := phone.count("INVITE"); n != 1 {
				t.Errorf("%d INVITEs were sent", n)
			}
		})
	}
}

// referring is a house with sari's phone off the hook.
func referring(t *testing.T, patience time.Duration) (*house, *callee, siptest.Message) {
	t.Helper()
	phone := newCallee(t, "127.0.4.1")
	phone.byes()
	h := handsetHouse(t, func(h *house) {
		h.server.opts.Desk = directory{h.desk}
		h.server.calls.patience.refer = patience
	}, phone)
	return h, phone, offHook(h, phone)
}

// The desk says no, or says nothing.
func TestReferThatComesToNothing(t *testing.T) {
	t.Parallel()
	for code, status := range map[queue.NoticeCode]string{
		queue.TransferUnknown: "404", queue.DialNotAllowed: "403", queue.TransferNotNow: "603", "": "603",
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			patience := 10 * time.Second
			if code == "" {
				patience = 100 * time.Millisecond
			}
			h, phone, invite := referring(t, patience)
			phone.ask(invite, "sari", "REFER", 2, "", "Refer-To: <sip:night@hotline.test>")
			await[queue.TransferAsked](t, h.desk, 1)
			if code != "" {
				h.server.Devices().Transferred("sari", "C", code)
			}
			if m := phone.request("NOTIFY", 2); !strings.Contains(m.Body(), "SIP/2.0 "+status) {
				t.Errorf("NOTIFY says %q, want %s", m.Body(), status)
			}
			// She may try again, and is still in her call.
			phone.ask(invite, "sari", "REFER", 3, "", "Refer-To: <sip:dewi@hotline.test>")
			if m := phone.status("3 REFER"); m.Status() != 202 {
				t.Errorf("answered %s", m.Line())
			}
		})
	}
}

func TestReferToNobody(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"<sip:someone@elsewhere.example>", "<sip:elsewhere.example>",
		"<sip:dewi@hotline.test?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			h, phone, invite := referring(t, 10*time.Second)
			phone.ask(invite, "sari", "REFER", 2, "", "Refer-To: "+target)
			if m := phone.status("2 REFER"); m.Status() != 404 {
				t.Errorf("answered %s", m.Line())
			}
			if n := count[queue.TransferAsked](h.desk); n != 0 {
				t.Error("the desk was asked")
			}
		})
	}
}

// Nothing that a trunk, a called party or a stranger sends ever makes us call
// anybody: not a REFER within or without a call, not Replaces or Join, not a
// redirection, not a challenge, not a description that leads elsewhere.
func TestNobodyOutsideCanMakeUsCall(t *testing.T) {
	t.Parallel()
	victim := newCallee(t, "127.0.4.2")
	far := newCallee(t, "127.0.4.3")
	far.byes()
	h := outHouse(t, func(h *house, _ []way) { h.desk.on = h.desk.pickUp }, far)
	route := h.server.calls.route
	asked := make(chan string, 100)
	h.server.calls.route = func(n string) []way { asked <- n; return route(n) }
	to := "<sip:0900666@" + victim.addr() + ">"
	hostile := []string{"Refer-To: " + to, "Referred-By: " + to, "Replaces: abc;to-tag=1;from-tag=2", "Join: abc;to-tag=1;from-tag=2",
		"Contact: " + to, "Route: <sip:" + victim.addr() + ";lr>", "Target-Dialog: abc;local-tag=1;remote-tag=2"}

	// A caller, before and in her call.
	s := newScript(h, "udp")
	s.send("REFER", 1, "", hostile[0])
	h.waitStatus(s.wire, "REFER", 403)
	s.id += "2"
	s.contact = to
	s.up(h, quietSDP, hostile[1], hostile[2], hostile[3], "Supported: replaces, join")
	await[queue.Established](t, h.desk, 1)
	for i, method := range []string{"REFER", "INFO", "UPDATE", "INVITE", "PRACK"} {
		s.send(method, 2+i, "", hostile[0], hostile[1])
	}
	h.waitStatus(s.wire, "PRACK", 481)

	// A stranger, with everything.
	thief := farAt(t, h.server, "127.0.4.9", 0)
	for _, method := range []string{"REFER", "INVITE", "OPTIONS", "NOTIFY", "MESSAGE", "SUBSCRIBE", "UPDATE"} {
		thief.send(compose(method, "sip:0900666@"+h.server.Addr(), hostile[0], hostile[2]))
	}
	thief.ask(compose("OPTIONS", "sip:"+h.server.Addr()))

	// Whom we called.
	h.dialOut()
	invite := far.request("INVITE", 1)
	far.reply(invite, "200 OK", "them", quietSDP)
	far.request("ACK", 1)
	await[queue.Established](t, h.desk, 2)
	far.ask(invite, "them", "REFER", 2, "", hostile[0])
	if m := far.status("2 REFER"); m.Status() != 403 {
		t.Errorf("the called party's REFER was answered %s", m.Line())
	}
	h.voice().Dial("01SECOND", "sari", queue.NewCaller("+62812345678"), queue.Manner{})
	second := far.wait(1, func(m siptest.Message) bool {
		return m.Method() == "INVITE" && m.Header("Call-ID") != invite.Header("Call-ID")
	})
	far.reply(second, "302 Moved", "them", "", "Contact: "+to)
	if got := await[queue.HungUp](t, h.desk, 1); got.Contact != "01SECOND" || got.Cause != queue.CauseUnreachable {
		t.Errorf("the redirected call ended %+v", got)
	}
	h.within(h.server.Close)
	if n := victim.count("INVITE"); n != 0 {
		t.Errorf("%d INVITEs went where the enemy wanted them", n)
	}
	if n := far.count("INVITE"); n != 2 {
		t.Errorf("%d INVITEs; the desk ordered 2", n)
	}
	if n := len(asked); n != 2 {
		t.Errorf("the trunks were asked for %d ways; the desk ordered 2 calls", n)
	}
}
