package sip

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"sahut/configs"
)

// flooded has each host send more than any may.
func flooded(s *Server, hosts ...string) {
	for _, h := range hosts {
		ip := netip.MustParseAddr(h)
		for range 200 {
			s.guard.limits.allow(ip)
		}
	}
}

func TestBansAreShownAndLifted(t *testing.T) {
	s := startServer(t, nil)
	now := time.Now()
	l := s.guard.limits
	l.now = func() time.Time { return now }
	flooded(s, "192.0.2.1")
	now = now.Add(10 * time.Second)
	flooded(s, "2001:db8::1")
	for range authTries {
		l.failed("sari", netip.MustParseAddr("192.0.2.7"))
	}
	bans := s.Bans()
	var seen []string
	for _, b := range bans {
		seen = append(seen, fmt.Sprintf("%s %s %s", b.Host, b.Cause, b.Until.Sub(b.Since)))
	}
	want := []string{"192.0.2.7/32 guessing 15m0s", "2001:db8::/64 flood 1m0s", "192.0.2.1/32 flood 1m0s"}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("banned %q, want %q", seen, want)
	}
	for host, there := range map[string]bool{"192.0.2.2": false, "no address": false, "": false, "2001:db8::ffff": true, " 192.0.2.1/32": true} {
		if s.Unban(host) != there {
			t.Errorf("unban %q: %v", host, !there)
		}
	}
	if ok, _ := l.allow(netip.MustParseAddr("2001:db8::1")); !ok {
		t.Error("still not heard")
	}
	if !l.locked("sari", netip.MustParseAddr("192.0.2.8")) || !s.Unban("192.0.2.7") || l.locked("sari", netip.MustParseAddr("192.0.2.8")) {
		t.Error("what was guessed is not forgotten")
	}
	flooded(s, "192.0.2.9")
	now = now.Add(floodBan)
	if n := len(s.Bans()); n != 0 {
		t.Errorf("%d bans do not end", n)
	}
}

// No flood, no wrong password and no neighbour ever has a trunk banned, nor a
// phone that is registered or in a call.
func TestWhoIsNeverBanned(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) {
		c.Listen = append(c.Listen, "[::1]:0")
		c.Trunks = []configs.Trunk{{Name: "v6", Addresses: []string{"::1"}}, {Name: "v4", Addresses: []string{"127.0.0.2"}, Username: "pbx", Password: configs.NewSecret("geheim")}}
	})
	l := s.guard.limits
	phone, caller := netip.MustParseAddr("127.0.0.3"), netip.MustParseAddr("127.0.0.4")
	l.trust("sari", phone, nil, time.Hour)
	defer l.meet(caller)()
	for _, ip := range []string{"127.0.0.2", "::1", "127.0.0.3", "127.0.0.4"} {
		for range 2 * authTries {
			l.failed("pbx", netip.MustParseAddr(ip))
		}
	}
	flooded(s, "127.0.0.3", "127.0.0.4", "::2", "127.0.0.5") // ::2 is of the trunk's /64
	var banned []string
	for _, b := range s.Bans() {
		banned = append(banned, b.Host.String()+" "+b.Cause)
	}
	// Those who guess from the address of a phone are banned, the phone is not.
	if fmt.Sprint(banned) != fmt.Sprint([]string{"127.0.0.5/32 flood", "::/64 flood", "127.0.0.4/32 guessing", "127.0.0.3/32 guessing"}) {
		t.Errorf("banned: %q", banned)
	}
	for ip, want := range map[string]standing{"127.0.0.2": carrier, "::1": carrier, "127.0.0.3": proven, "127.0.0.4": proven, "::2": stranger} {
		at := netip.MustParseAddr(ip)
		if got := s.guard.standing(at); got != want {
			t.Errorf("%s: %d", ip, got)
		}
		if ok := l.connect(at, 10); ok != (want != stranger) {
			t.Errorf("%s may connect: %v", ip, ok)
		}
	}
	for i := range 100 {
		if r := farAt(t, s, "127.0.0.2", 0).ask(composeWith("OPTIONS", "sip:127.0.0.1", fmt.Sprint("alive", i), 1)); r.status != 200 {
			t.Fatalf("the trunk: %d", r.status)
		}
	}
}

// Who guesses a trunk's password next door does not lock the trunk out.
func TestTrunkIsNotLockedOutByItsNeighbours(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) {
		c.Trunks = []configs.Trunk{{Name: "dial-in", Username: "pbx", Password: configs.NewSecret("geheim")}}
	})
	ip, neighbour := netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("192.0.2.11")
	s.guard.learn(ip, s.trunks.all[0])
	for range 2 * authTries {
		s.guard.limits.failed("pbx", neighbour)
	}
	if s.guard.limits.locked("pbx", ip) || !s.guard.limits.locked("pbx", neighbour) {
		t.Error("the wrong one is locked out")
	}
}
