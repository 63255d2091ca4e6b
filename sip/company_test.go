package sip

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sahut/queue"
)

// sentFrom is a request of s as another host would send it.
func (s *script) sentFrom(f *far, method string, seq int, lines ...string) string {
	text := strings.ReplaceAll(s.message(method, seq, 0, "", lines...), s.wire.Addr(), f.conn.LocalAddr().String())
	return strings.ReplaceAll(strings.Replace(text, "Content-Length:", "Content-Length: 0", 1), "\n", "\r\n")
}

// Who knows all three names of a dialog, but neither is the trunk nor is named
// by the dialog, is told that there is no such call; or nothing, where
// strangers are told nothing.
func TestRightTagsFromAStrangersHost(t *testing.T) {
	t.Parallel()
	for unknown, want := range map[string]int{"reject": 481, "silence": 0} {
		t.Run(unknown, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, func(h *house) { h.server.guard.silent = unknown == "silence" })
			s := newScript(h, "udp")
			s.up(h, quietSDP)
			await[queue.Established](t, h.desk, 1)
			thief, trunk := farAt(t, h.server, "127.0.0.9", 0), farAt(t, h.server, "127.0.0.1", 0)
			for i, method := range []string{"BYE", "INVITE", "UPDATE", "INFO", "PRACK", "REFER", "ACK", "OPTIONS", "NOTIFY"} {
				text := s.sentFrom(thief, method, 2+i, "RAck: 1 1 INVITE", "Refer-To: <sip:0900666@premium.example>")
				if want == 0 || method == "ACK" {
					thief.send(text)
				} else if r := thief.ask(text); r.status != want {
					t.Errorf("%s: %d, want %d", method, r.status, want)
				}
			}
			// A CANCEL has the INVITE's branch and no To tag.
			cancel := s.sentFrom(thief, "CANCEL", 1)
			cancel = strings.Replace(cancel, ";tag="+s.to, "", 1)
			cancel = strings.Replace(cancel, "branch=z9hG4bKher"+"10", "branch=z9hG4bKher1", 1)
			if want == 0 {
				thief.send(cancel)
			} else if r := thief.ask(cancel); r.status != 403 && r.status != 481 {
				t.Errorf("CANCEL: %d", r.status)
			}
			trunk.ask(compose("OPTIONS", "sip:"+h.server.Addr())) // by now all was handled
			if text := thief.receive(10 * time.Millisecond); text != "" {
				t.Errorf("the stranger got\n%s", text)
			}
			stillThere(h, s)
		})
	}
}

// A call may go on without the proxy it began by: who is named by the dialog,
// as the far end or as a proxy that stays in the way, is heard in this call,
// and for nothing else.
func TestWhoTheDialogNamesIsHeard(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"127.0.5.2", "127.0.5.3"} {
		t.Run(ip, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			s := newScript(h, "udp")
			s.contact = "<sip:caller@127.0.5.2:5060>"
			f := farAt(t, h.server, ip, 0)
			s.answered(h, quietSDP, "Record-Route: <sip:127.0.5.3;lr>")
			f.send(s.sentFrom(f, "ACK", 1))
			await[queue.Established](t, h.desk, 1)
			if r := f.ask(compose("OPTIONS", "sip:"+h.server.Addr())); r.status != 403 {
				t.Errorf("OPTIONS outside the call: %d", r.status)
			}
			if r := f.ask(compose("INVITE", "sip:0213903963@"+h.server.Addr())); r.status != 403 {
				t.Errorf("a call of its own: %d", r.status)
			}
			if r := f.ask(s.sentFrom(f, "OPTIONS", 2)); r.status != 200 {
				t.Errorf("OPTIONS in the call: %d", r.status)
			}
			if r := f.ask(s.sentFrom(f, "BYE", 3)); r.status != 200 {
				t.Errorf("BYE: %d", r.status)
			}
			h.ended(1, queue.ByCaller, queue.CauseNormal)
			if r := f.ask(s.sentFrom(f, "BYE", 4)); r.status != 481 {
				t.Errorf("BYE after the end: %d", r.status)
			}
		})
	}
}

// A phone whose registration runs out while somebody talks on it is no
// stranger until the call is over: its requests are heard, and no ban of its
// neighbours silences it.
func TestPhoneThatLapsesInACallIsHeard(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.5.4")
	h := handsetHouse(t, nil, phone)
	invite := offHook(h, phone)
	l := h.server.guard.limits
	ip := netip.MustParseAddr(phone.ip)
	l.mu.Lock()
	l.peers, l.devices = map[netip.Addr]peer{}, map[device]time.Time{} // its time is over
	l.ban(l.host(ip, l.now()), l.now(), time.Hour, floodCause)
	l.mu.Unlock()
	h.server.registrar.phones.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if n := len(h.server.Phones("sari")); n != 0 {
		t.Fatalf("%d phones are registered", n)
	}
	for i, ask := range []string{"INVITE", "INFO", "BYE"} {
		body := ""
		if ask == "INVITE" {
			body = quietSDP
		}
		phone.ask(invite, "sari", ask, 2+i, body)
		want := map[string]int{"INVITE": 200, "INFO": 200, "BYE": 200}[ask]
		if m := phone.status(cseqOf(2+i, ask)); m.Status() != want {
			t.Errorf("%s was answered %s", ask, m.Line())
		}
		if ask == "INVITE" {
			phone.ask(invite, "sari", "ACK", 2+i, "")
		}
	}
	if got := await[queue.HangUpAsked](t, h.desk, 1); got.Agent != "sari" {
		t.Errorf("hung up %+v", got)
	}
	waitFor(t, func() bool { return !l.knows(ip) }) // a stranger again, and banned
}

// A phone that changed its network in a call, and registered from the new one,
// goes on from there; nobody else does.
func TestPhoneThatMovesInACallIsHeard(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.5.5")
	h := handsetHouse(t, nil, phone)
	invite := offHook(h, phone)
	moved, thief := newCallee(t, "127.0.5.6"), newCallee(t, "127.0.5.7")
	for _, p := range []*callee{moved, thief} {
		p.from = phone.from
		h.server.guard.limits.trust("x", netip.MustParseAddr(p.ip), nil, time.Hour)
	}
	ch := change1("sari")
	ch.cseq = 2
	ch.set = []Binding{{URI: "sip:sari@" + moved.addr(), Source: moved.addr(), Via: "UDP", Expires: time.Now().Add(time.Hour), key: uriKey{host: phone.addr()}}}
	if _, err := h.server.registrar.phones.apply(ch); err != nil {
		t.Fatal(err)
	}
	thief.ask(invite, "sari", "BYE", 2, "")
	if m := thief.status("2 BYE"); m.Status() != 481 {
		t.Errorf("another phone's BYE was answered %s", m.Line())
	}
	moved.ask(invite, "sari", "BYE", 2, "")
	if m := moved.status("2 BYE"); m.Status() != 200 {
		t.Errorf("her BYE was answered %s", m.Line())
	}
	await[queue.HangUpAsked](t, h.desk, 1)
}
