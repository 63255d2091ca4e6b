package media

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// How a leg learns where its sound comes from.
const (
	probation   = 4               // packets in a row before a source is believed
	sourceGone  = 5 * time.Second // silence after which the same host may use another port
	stillTheOne = 100             // packets of the old source that end the learning after a re-offer
)

// gate decides which packets are the caller's. A leg that follows whoever
// sends to its port gives the call to a stranger ("RTP bleed", AST-2017-005,
// CVE-2025-53399), so the source is learned once and then locked:
//
//   - the address in the far end's SDP is believed at its first packet;
//   - any other only inside the allowed networks, after four packets in
//     sequence, and only while nothing is locked, after a re-offer, or when the
//     locked source fell silent and the same host speaks from another port.
type gate struct {
	allow []netip.Prefix
	nat   bool
	last  stream // flowed to this port in the call before: never this call's

	mu        sync.Mutex // guards what follows: the reader and re-offers meet
	signalled netip.AddrPort
	locked    netip.AddrPort
	ssrc      uint32
	heard     time.Time
	stale     bool // locked is of before the last change of address
	learning  int  // packets of the locked source until learning ends; 0: it has
	trial     trial
	rejected  uint64
}

// trial is a source on probation.
type trial struct {
	stream
	seq   uint16
	count int
}

// signal notes the address of an offer or answer, and lets the source be
// learned anew.
func (g *gate) signal(addr netip.AddrPort) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if addr != g.signalled {
		g.stale = true
	}
	g.signalled = addr
	g.learning = stillTheOne
	g.trial = trial{}
}

// admit tells whether the packet is the caller's. moved is true when the
// source is another one than before, so that our own sound may have to follow.
func (g *gate) admit(now time.Time, from netip.AddrPort, h *rtp.Header) (ok, moved bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !g.signalled.IsValid(): // nobody has told us who calls
	case g.last.ssrc == h.SSRC && g.last.from == from: // the call before this one
	case from == g.locked:
		g.heard, g.ssrc = now, h.SSRC
		if g.learning > 0 {
			g.learning--
		}
		return true, false
	case from == g.signalled:
		g.lock(now, from, h)
		return true, true
	case g.mayLearn(now, from) && g.tried(from, h):
		g.lock(now, from, h)
		return true, true
	}
	g.rejected++
	return false, false
}

// maybe tells whether a packet from there could be the caller's at all.
func (g *gate) maybe(from netip.AddrPort) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if from == g.locked || from == g.signalled || g.allowed(from.Addr()) {
		return true
	}
	g.rejected++
	return false
}

func (g *gate) lock(now time.Time, from netip.AddrPort, h *rtp.Header) {
	g.locked, g.ssrc, g.heard = from, h.SSRC, now
	g.stale, g.learning, g.trial = false, 0, trial{}
}

// mayLearn tells whether from is a source that may be put on probation.
func (g *gate) mayLearn(now time.Time, from netip.AddrPort) bool {
	switch {
	case !g.allowed(from.Addr()):
		return false
	case !g.locked.IsValid(), g.learning > 0:
		return true
	default:
		return from.Addr() == g.locked.Addr() && now.Sub(g.heard) >= sourceGone
	}
}

// tried puts the source on probation and tells whether it has passed.
func (g *gate) tried(from netip.AddrPort, h *rtp.Header) bool {
	s := stream{from, h.SSRC}
	if g.trial.stream == s && h.SequenceNumber == g.trial.seq+1 {
		g.trial.count++
	} else {
		g.trial.stream, g.trial.count = s, 1
	}
	g.trial.seq = h.SequenceNumber
	return g.trial.count >= probation
}

// allowed tells whether sound may come from this host at all.
func (g *gate) allowed(a netip.Addr) bool {
	return a == g.signalled.Addr() || g.inside(a)
}

func (g *gate) inside(a netip.Addr) bool {
	for _, p := range g.allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// destination is where our own sound goes: the address in the far end's SDP,
// or its source when that address is of no use to us or the trunk is known to
// be behind NAT. Invalid means: nowhere yet.
func (g *gate) destination() netip.AddrPort {
	g.mu.Lock()
	defer g.mu.Unlock()
	follow := g.locked.IsValid() && !g.stale
	switch {
	case g.nat && follow:
		return g.locked
	case g.reachable(g.signalled):
		return g.signalled
	case g.locked.IsValid():
		return g.locked
	default:
		return netip.AddrPort{}
	}
}

var sharedNetwork = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598: behind a carrier's NAT

// reachable tells whether an address from SDP is one to send to. An address of
// a private network is one only if the trunk is there too: otherwise it is the
// far side of a NAT, or a host of ours that never asked for this.
func (g *gate) reachable(a netip.AddrPort) bool {
	ip := a.Addr()
	if !a.IsValid() || a.Port() == 0 || ip.IsUnspecified() || ip.IsMulticast() {
		return false
	}
	if g.inside(ip) {
		return true
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !sharedNetwork.Contains(ip)
}

// trusts tells whether RTCP from this host concerns the call.
func (g *gate) trusts(a netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.locked.IsValid() && a == g.locked.Addr() || g.signalled.IsValid() && a == g.signalled.Addr()
}

// state returns the stream that is believed now and how many packets were
// turned away.
func (g *gate) state() (s stream, rejected uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return stream{g.locked, g.ssrc}, g.rejected
}
