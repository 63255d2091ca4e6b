package sip

import (
	"net/netip"
	"testing"
	"time"
)

func limitsAt(now *time.Time) *limits {
	l := newLimits(20)
	l.now = func() time.Time { return *now }
	return l
}

func TestFloodIsCutAndForgiven(t *testing.T) {
	now := time.Now()
	l := limitsAt(&now)
	flood, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")

	passed := 0
	for range 1000 { // 500 a second for two seconds
		if ok, _ := l.allow(flood); ok {
			passed++
		}
		now = now.Add(2 * time.Millisecond)
	}
	if passed == 0 || passed > 60 {
		t.Errorf("%d of a flood passed, want at most 60", passed)
	}
	if banned, bans := l.figures(); banned != 1 || bans != 1 {
		t.Errorf("%d banned after %d bans, want one", banned, bans)
	}
	if ok, _ := l.allow(other); !ok {
		t.Error("a neighbour was cut too")
	}
	now = now.Add(2 * floodBan)
	if ok, _ := l.allow(flood); !ok {
		t.Error("never forgiven")
	}
}

func TestAnIPv6NetworkIsOneHost(t *testing.T) {
	now := time.Now()
	l := limitsAt(&now)
	ip := netip.MustParseAddr("2001:db8::1")
	passed := 0
	for range 200 {
		if ok, _ := l.allow(ip); ok {
			passed++
		}
		ip = ip.Next()
	}
	if passed > 40 {
		t.Errorf("%d passed from one /64", passed)
	}
}

func TestGuessingIsCut(t *testing.T) {
	now := time.Now()
	l := limitsAt(&now)
	thief := netip.MustParseAddr("192.0.2.1")
	home := netip.MustParseAddr("192.0.2.99") // the same /24
	far := netip.MustParseAddr("198.51.100.1")
	l.trust("sari", home, nil, time.Hour)

	for i := range authTries {
		if ok, _ := l.allow(thief); !ok {
			t.Fatalf("cut after %d tries", i)
		}
		l.failed("sari", thief)
		now = now.Add(time.Second)
	}
	if ok, why := l.allow(thief); ok || why != reasonBanned {
		t.Error("not banned after ten tries")
	}
	if !l.locked("sari", netip.MustParseAddr("192.0.2.2")) {
		t.Error("the name is not locked for the thief's network")
	}
	if l.locked("sari", home) {
		t.Error("sari's own phone is locked out")
	}
	if ok, _ := l.allow(home); !ok {
		t.Error("sari's own phone is not heard")
	}
	if l.locked("sari", far) || l.locked("dewi", thief) {
		t.Error("locked too widely")
	}
	now = now.Add(authBan + authWindow)
	if l.locked("sari", thief) {
		t.Error("locked for ever")
	}
}

func TestTablesAreBounded(t *testing.T) {
	now := time.Now()
	l := limitsAt(&now)
	ip := netip.MustParseAddr("10.0.0.0")
	for range 2 * hostsMax {
		l.allow(ip)
		l.failed("sari", ip)
		l.expect(ip)
		l.trust("sari", ip, nil, time.Hour)
		ip = ip.Next()
	}
	if len(l.hosts) > hostsMax || len(l.locks) > hostsMax || len(l.expected) > peersMax || len(l.peers) > peersMax || len(l.devices) > peersMax {
		t.Errorf("%d hosts, %d locks, %d expected, %d peers, %d devices", len(l.hosts), len(l.locks), len(l.expected), len(l.peers), len(l.devices))
	}
	// Newcomers share one bucket now; later, when the flood is over, they do not.
	now = now.Add(time.Hour + time.Minute)
	if ok, _ := l.allow(netip.MustParseAddr("203.0.113.1")); !ok || len(l.hosts) > 2 {
		t.Errorf("%d hosts remembered for ever", len(l.hosts))
	}
}

func TestPeersFade(t *testing.T) {
	now := time.Now()
	l := limitsAt(&now)
	ip := netip.MustParseAddr("192.0.2.1")
	trunk := &Trunk{Name: "carrier"}
	l.learn(ip, trunk, time.Minute)
	if p, ok := l.peer(ip); !ok || p.trunk != trunk {
		t.Error("not learnt")
	}
	l.expect(ip)
	now = now.Add(2 * expectedFor)
	if _, ok := l.peer(ip); ok || l.expects(ip) {
		t.Error("remembered for ever")
	}
}
