package media

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

func TestPortsQuarantine(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := newPorts(20000, 20019, func() time.Time { return now })
	taken := make(map[uint16]bool)
	for range 10 {
		port, _, err := p.take()
		if err != nil {
			t.Fatal(err)
		}
		if port%2 != 0 || port < 20000 || port > 20018 || taken[port] {
			t.Fatalf("port %d lent (again: %v)", port, taken[port])
		}
		taken[port] = true
	}
	if _, _, err := p.take(); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("the eleventh call: %v, want ErrNoPorts", err)
	}
	from := stream{from: netip.MustParseAddrPort("198.51.100.2:4000"), ssrc: 7}
	p.put(20004, from)
	now = now.Add(time.Second)
	p.put(20006, stream{})
	now = now.Add(3900 * time.Millisecond)
	if _, _, err := p.take(); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("a port was lent 4.9 s after it was freed: %v", err)
	}
	now = now.Add(100 * time.Millisecond)
	port, last, err := p.take()
	if err != nil || port != 20004 || last != from {
		t.Fatalf("after 5 s: %d %v %v, want 20004 and the stream before", port, last, err)
	}
	if _, _, err := p.take(); !errors.Is(err, ErrNoPorts) {
		t.Fatal("the younger port was lent after 4 s")
	}
	now = now.Add(quarantine)
	if port, last, err := p.take(); err != nil || port != 20006 || last != (stream{}) {
		t.Fatalf("after the quarantine: %d %v %v", port, last, err)
	}
}

// While others are free, a freed port is not lent again for thirty seconds.
func TestPortsRest(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := newPorts(20000, 20003, func() time.Time { return now })
	a, _, _ := p.take()
	p.put(a, stream{})
	now = now.Add(29 * time.Second)
	if b, _, _ := p.take(); b == a {
		t.Error("the freed port was lent while another was free")
	}
}

func TestPortsAreNotSequential(t *testing.T) {
	p := newPorts(20000, 29999, time.Now)
	before, steps := uint16(0), 0
	for range 100 {
		port, _, _ := p.take()
		if port == before+2 {
			steps++
		}
		before = port
	}
	if steps > 5 {
		t.Errorf("%d of 100 ports followed the one before", steps)
	}
}

func TestParsePorts(t *testing.T) {
	if low, high, err := parsePorts(""); err != nil || low != 20000 || high != 29999 {
		t.Errorf("default: %d-%d %v", low, high, err)
	}
	for _, bad := range []string{"x", "20000", "20001-20010", "20000-19000", "80-100", "20000-70000", "-", "20000-20000"} {
		if _, _, err := parsePorts(bad); err == nil {
			t.Errorf("%q was taken for a range", bad)
		}
	}
}
