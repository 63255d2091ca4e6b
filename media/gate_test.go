package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// Addresses of a trunk (198.51.100.0/28), of a stranger and of a home network.
var (
	signalled = netip.MustParseAddrPort("198.51.100.2:4000")
	trunk     = netip.MustParseAddrPort("198.51.100.3:5000")
	trunk2    = netip.MustParseAddrPort("198.51.100.4:5000")
	stranger  = netip.MustParseAddrPort("203.0.113.66:5000")
	private   = netip.MustParseAddrPort("192.168.1.20:4000")
)

// door is a gate with a clock the test moves.
type door struct {
	gate
	now time.Time
	seq map[netip.AddrPort]uint16
}

func newDoor(nat bool, to netip.AddrPort) *door {
	d := &door{now: time.Unix(1e9, 0), seq: make(map[netip.AddrPort]uint16)}
	d.gate.allow = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/28")}
	d.gate.nat = nat
	d.signal(to)
	return d
}

// knock sends n packets in sequence and returns how many were admitted.
func (d *door) knock(from netip.AddrPort, n int) (admitted int) {
	for range n {
		d.seq[from]++
		h := rtp.Header{SSRC: uint32(from.Port()), SequenceNumber: d.seq[from]}
		if ok, _ := d.admit(d.now, from, &h); ok {
			admitted++
		}
		d.now = d.now.Add(frameTime)
	}
	return admitted
}

func TestGateBelievesTheSignalledAddress(t *testing.T) {
	d := newDoor(false, signalled)
	if d.knock(signalled, 1) != 1 {
		t.Error("the first packet of the signalled address was rejected")
	}
	if d.destination() != signalled {
		t.Errorf("sound goes to %v", d.destination())
	}
}

func TestGateNeverSendsBeforeSDP(t *testing.T) {
	d := newDoor(true, netip.AddrPort{})
	if d.knock(trunk, 10) != 0 || d.destination().IsValid() {
		t.Error("a leg without SDP took or sent sound")
	}
}

func TestGateProbation(t *testing.T) {
	d := newDoor(true, private)
	if d.destination().IsValid() {
		t.Errorf("sound goes to a private address beyond a NAT: %v", d.destination())
	}
	if got := d.knock(trunk, probation-1); got != 0 {
		t.Fatalf("%d packets admitted on probation", got)
	}
	d.seq[trunk] += 5 // not in sequence: probation begins anew
	if got := d.knock(trunk, probation-1); got != 0 {
		t.Fatalf("%d packets admitted after a gap on probation", got)
	}
	if got := d.knock(trunk, 10); got != 10 {
		t.Fatalf("%d of 10 packets admitted after probation", got)
	}
	if d.destination() != trunk {
		t.Errorf("sound goes to %v, want the source behind the NAT", d.destination())
	}
}

func TestGateProbationIsOfOneSource(t *testing.T) {
	d := newDoor(true, private)
	for range 20 { // two that take turns never have four in a row
		if d.knock(trunk, 1)+d.knock(trunk2, 1) != 0 {
			t.Fatal("a source was believed that never sent four packets in a row")
		}
	}
}

// The bleed and the injection of reliability.md finding 10: no flood from
// elsewhere moves our sound or gets heard.
func TestGateIgnoresStrangers(t *testing.T) {
	for name, prepare := range map[string]func(*door){
		"before anything came": func(*door) {},
		"while locked":         func(d *door) { d.knock(signalled, 5) },
		"after a re-offer":     func(d *door) { d.knock(signalled, 5); d.signal(signalled) },
		"after long silence":   func(d *door) { d.knock(signalled, 5); d.now = d.now.Add(time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(false, signalled)
			prepare(d)
			if got := d.knock(stranger, 500); got != 0 {
				t.Errorf("%d packets of a stranger admitted", got)
			}
			if d.destination() != signalled {
				t.Errorf("sound goes to %v", d.destination())
			}
			if _, rejected := d.state(); rejected != 500 {
				t.Errorf("%d rejects counted, want 500", rejected)
			}
			if d.knock(signalled, 3) != 3 {
				t.Error("the caller is not heard any more")
			}
		})
	}
}

// Not even a host of the trunk moves a lock.
func TestGateLockDoesNotMove(t *testing.T) {
	d := newDoor(true, private)
	d.knock(trunk, 10)
	samePort := netip.AddrPortFrom(trunk.Addr(), 5555)
	for range 50 { // both speak: the caller and another stream
		if d.knock(trunk, 1) != 1 || d.knock(trunk2, 4) != 0 || d.knock(samePort, 4) != 0 {
			t.Fatal("the lock moved")
		}
	}
}

func TestGateSameHostOtherPortAfterSilence(t *testing.T) {
	d := newDoor(true, private)
	d.knock(trunk, 10)
	moved := netip.AddrPortFrom(trunk.Addr(), 5555)
	d.now = d.now.Add(4 * time.Second)
	if d.knock(moved, 5) != 0 {
		t.Error("another port was believed after four seconds")
	}
	d.now = d.now.Add(sourceGone)
	if d.knock(trunk2, 10) != 0 {
		t.Error("another host was believed after the silence")
	}
	if got := d.knock(moved, 10); got != 10-probation+1 {
		t.Errorf("%d packets of the new port admitted", got)
	}
	if d.destination() != moved {
		t.Errorf("sound goes to %v", d.destination())
	}
}

func TestGateReofferLetsTheSourceMove(t *testing.T) {
	d := newDoor(false, signalled)
	d.knock(signalled, 200)
	d.signal(trunk)
	if d.destination() != trunk {
		t.Errorf("after the re-offer sound goes to %v", d.destination())
	}
	if d.knock(signalled, 5) != 5 {
		t.Error("the old source is cut off before the new one speaks")
	}
	if d.knock(trunk, 1) != 1 {
		t.Error("the new address is not believed")
	}
	if d.knock(signalled, 5) != 0 {
		t.Error("the old source is still heard")
	}
}

// When the re-offer changed nothing, the learning it allowed ends.
func TestGateLearningEnds(t *testing.T) {
	d := newDoor(false, signalled)
	d.knock(signalled, 5)
	d.signal(signalled)
	d.knock(signalled, stillTheOne)
	if d.knock(trunk, 10) != 0 {
		t.Error("another host is believed long after the re-offer")
	}
}

// A stream of the call before still flows to the port: it is not this call's.
func TestGateKnowsTheCallBefore(t *testing.T) {
	d := newDoor(true, private)
	d.last = stream{from: trunk, ssrc: uint32(trunk.Port())}
	if got := d.knock(trunk, 50); got != 0 {
		t.Errorf("%d packets of the call before were heard", got)
	}
	if got := d.knock(trunk2, 10); got != 10-probation+1 {
		t.Errorf("%d packets of this call admitted", got)
	}
}

func TestGateNewSSRCFromTheLockedSource(t *testing.T) {
	d := newDoor(false, signalled)
	d.knock(signalled, 5)
	h := rtp.Header{SSRC: 99, SequenceNumber: 4711}
	if ok, _ := d.admit(d.now, signalled, &h); !ok {
		t.Error("a new SSRC of the locked source was rejected")
	}
}

func TestGateReachable(t *testing.T) {
	g := newDoor(false, signalled)
	for addr, want := range map[string]bool{
		"198.51.100.9:4000":    true,  // in the trunk's network
		"203.0.113.66:4000":    true,  // public, and the trunk says so
		"192.168.1.20:4000":    false, // the far side of a NAT
		"10.0.0.1:4000":        false,
		"100.64.3.3:4000":      false, // a carrier's NAT
		"127.0.0.1:4000":       false, // ourselves
		"169.254.169.254:4000": false,
		"0.0.0.0:4000":         false,
		"224.0.0.1:4000":       false,
		"255.255.255.255:4000": false,
		"198.51.100.9:0":       false,
		"[2001:db8::7]:4000":   true,
		"[fe80::7]:4000":       false,
		"[fd00::7]:4000":       false,
		"[::]:4000":            false,
		"[::1]:4000":           false,
	} {
		if got := g.reachable(netip.MustParseAddrPort(addr)); got != want {
			t.Errorf("%s: reachable %v, want %v", addr, got, want)
		}
	}
	g.allow = append(g.allow, netip.MustParsePrefix("192.168.0.0/16"))
	if !g.reachable(private) {
		t.Error("a trunk in our own network cannot be sent to")
	}
}
