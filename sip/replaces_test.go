package sip

import (
	"net/netip"
	"strings"
	"testing"

	"sahut/queue"
)

// A trunk that knows every name of a call cannot take it over (RFC 3891) nor
// join it (RFC 3911). We do not offer these extensions, so the headers mean
// nothing: who sends them is a caller like any other, for a caller must not be
// lost because of what a proxy wrote; who insists is told 420.
func TestNobodyTakesACallOver(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"Replaces", "Join"} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			s := newScript(h, "udp")
			s.up(h, quietSDP)
			first := await[queue.Established](t, h.desk, 1).Contact
			for i, names := range []string{
				s.id + ";to-tag=" + s.to + ";from-tag=" + s.tag,
				s.id + ";to-tag=" + s.tag + ";from-tag=" + s.to,
				s.id + ";to-tag=" + s.to + ";from-tag=" + s.tag + ";early-only",
			} {
				other := newScript(h, "udp")
				other.id, other.tag = other.id+names[len(names)-3:], "other"+header+string(rune('a'+i))
				other.up(h, quietSDP, header+": "+names, "Supported: replaces, join")
				if got := await[queue.Established](t, h.desk, 2+i).Contact; got == first {
					t.Error("it is the same contact")
				}
			}
			strict := newScript(h, "udp")
			strict.id, strict.tag = "strict@test", "strict"
			strict.send("INVITE", 1, quietSDP, header+": "+s.id+";to-tag="+s.to+";from-tag="+s.tag, "Require: "+strings.ToLower(header))
			if m := h.waitStatus(strict.wire, "INVITE", 420); m.Header("Unsupported") != strings.ToLower(header) {
				t.Errorf("Unsupported %q", m.Header("Unsupported"))
			}
			stranger := farAt(t, h.server, "127.0.8.1", 0)
			if r := stranger.ask(compose("INVITE", "sip:0213903963@"+h.server.Addr(), header+": "+s.id+";to-tag="+s.to+";from-tag="+s.tag)); r.status != 403 {
				t.Errorf("a stranger: %d", r.status)
			}
			if n := len(h.studio.sounds); n != 4 {
				t.Errorf("%d sounds for 4 callers", n)
			}
			for i := range 4 {
				sound := h.studio.sound(i)
				sound.mu.Lock()
				if notes := strings.Join(sound.notes, ","); sound.closed != 0 || strings.Contains(notes, "bridge") {
					t.Errorf("sound %d: %s", i, notes)
				}
				sound.mu.Unlock()
			}
			if n := count[queue.Arrived](h.desk); n != 4 {
				t.Errorf("%d arrived", n)
			}
			stillThere(h, s)
		})
	}
}

// A volunteer's own phone, registered and signing, cannot do it either: it is
// called, and calls nobody.
func TestPhonesTakeNoCallOver(t *testing.T) {
	t.Parallel()
	h := registrarHouse(t, "udp", func(h *house) { h.desk.on = h.desk.pickUp })
	s := newScript(h, "udp")
	s.up(h, quietSDP)
	await[queue.Established](t, h.desk, 1)
	phone := farAt(t, h.server, "127.0.8.2", 0)
	h.server.guard.limits.trust("sari", netip.MustParseAddr("127.0.8.2"), nil, 1<<40)
	const target = "sip:0213903963@hotline.test"
	names := s.id + ";to-tag=" + s.to + ";from-tag=" + s.tag
	r := phone.ask(composeWith("INVITE", target, "steal", 1, "Replaces: "+names))
	if r.status != 401 {
		t.Fatalf("unsigned: %d", r.status)
	}
	nonce := unquote(paramOf(r.get("WWW-Authenticate"), "nonce"))
	for i, header := range []string{"Replaces", "Join"} {
		r = phone.ask(composeWith("INVITE", target, "steal", 2+i, header+": "+names, authorization("sari", "rahasia", "INVITE", target, nonce, 1+i)))
		if r.status != 403 {
			t.Errorf("%s, signed: %d", header, r.status)
		}
		phone.send(strings.Replace(composeWith("ACK", target, "steal", 2+i), "To: <"+target+">", "To: "+r.get("To"), 1))
	}
	if n := count[queue.Arrived](h.desk); n != 1 {
		t.Errorf("%d arrived", n)
	}
	stillThere(h, s)
}
