package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// Trunk is one carrier's way in. Its INVITEs are calls; everybody else's are
// refused or not even heard.
type Trunk struct {
	Name  string
	NAT   bool           // the carrier's media may come from a translated address
	Media []netip.Prefix // where RTP may come from, besides the signalling source

	cfg       configs.Trunk
	addresses []netip.Prefix
	username  string
	ha1       map[string]string // by algorithm
	maxCalls  int
	calls     atomic.Int64
	heard     atomic.Int64 // when it last brought a call (Unix nanoseconds)
	uplink    *uplink      // nil: it only brings calls
	streaming streaming
}

// Sources returns the addresses RTP of a call may come from: the trunk's own,
// those of its server, its media addresses and the host that signals this call. Everything else
// that reaches the port is a stranger's (RTP bleed).
func (t *Trunk) Sources(signalling string) []netip.Prefix {
	all := append([]netip.Prefix{}, t.addresses...)
	all = append(all, t.Media...)
	if t.uplink != nil {
		for _, ip := range t.uplink.seen.Load().addrs {
			all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
		}
	}
	if a, err := netip.ParseAddrPort(signalling); err == nil {
		ip := a.Addr().Unmap()
		all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
	}
	return all
}

// trunks are all of them. It never changes after newTrunks.
type trunks struct {
	all      []*Trunk
	byUser   map[string]*Trunk // those that sign their calls (digest)
	roaming  bool              // one of them may do so from anywhere
	maxCalls int
	calls    atomic.Int64
	names    names     // answers what we look up
	since    time.Time // when the house began to listen for them
}

func newTrunks(c configs.SIP) (*trunks, error) {
	ts := &trunks{byUser: map[string]*Trunk{}, maxCalls: c.MaxCalls, names: newSystemNames(), since: time.Now()}
	for i, ct := range c.Trunks {
		t := &Trunk{Name: ct.Name, NAT: ct.NAT, maxCalls: ct.MaxCalls, username: ct.Username, cfg: ct}
		var err error
		if t.addresses, err = prefixes(ct.Addresses); err != nil {
			return nil, fmt.Errorf("sip.trunks[%d].addresses: %w", i, err)
		}
		if t.Media, err = prefixes(ct.MediaAddresses); err != nil {
			return nil, fmt.Errorf("sip.trunks[%d].media_addresses: %w", i, err)
		}
		if ct.Server != "" {
			if t.uplink, err = newUplink(t, ct, c); err != nil {
				return nil, fmt.Errorf("sip.trunks[%d] %q: %w", i, ct.Name, err)
			}
		}
		switch {
		case ct.Username == "" && ct.Server != "":
		case ct.Username == "" && len(t.addresses) == 0:
			return nil, fmt.Errorf("sip.trunks[%d] %q has neither addresses nor a username nor a server; one of them must say which INVITEs are its calls", i, ct.Name)
		case ct.Username == "":
		case ts.byUser[ct.Username] != nil:
			return nil, fmt.Errorf("sip.trunks[%d] %q: the username %q is another trunk's; give each its own", i, ct.Name, ct.Username)
		default:
			t.ha1 = map[string]string{}
			for _, alg := range algorithms {
				t.ha1[alg] = hashOf(alg, ct.Username, Realm(c), ct.Password.Reveal())
			}
			ts.byUser[ct.Username] = t
			ts.roaming = ts.roaming || len(t.addresses) == 0
		}
		ts.all = append(ts.all, t)
	}
	return ts, nil
}

// prefixes reads addresses and networks; an address is a network of one.
func prefixes(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not an IP address or network; write 192.0.2.10 or 192.0.2.0/24", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// near tells whether ip is on some trunk's address list.
func (ts *trunks) near(ip netip.Addr) bool {
	for _, t := range ts.all {
		if t.has(ip) >= 0 {
			return true
		}
	}
	return false
}

// open returns the trunk whose calls are known by their address alone, by the
// longest matching network.
func (ts *trunks) open(ip netip.Addr) *Trunk {
	var best *Trunk
	bits := -1
	for _, t := range ts.all {
		if n := t.has(ip); n > bits && t.username == "" {
			best, bits = t, n
		}
	}
	return best
}

// signed returns the trunk that signs as user, if it may do so from ip.
func (ts *trunks) signed(user string, ip netip.Addr) *Trunk {
	t := ts.byUser[user]
	if t == nil || len(t.addresses) > 0 && t.has(ip) < 0 {
		return nil
	}
	return t
}

// called returns the trunk whose registered Contact an INVITE from ip is for,
// of several at one address; nil when it is for none.
func (ts *trunks) called(req *sip.Request, ip netip.Addr) *Trunk {
	for _, t := range ts.all {
		if t.uplink != nil && t.username == "" && t.has(ip) >= 0 && t.isOurs(req.Recipient) {
			return t
		}
	}
	return nil
}

// isOurs tells whether uri is the Contact we registered at t.
func (t *Trunk) isOurs(uri sip.Uri) bool {
	if t.uplink == nil {
		return false
	}
	v := t.uplink.seen.Load()
	return v.registered && uri.User == v.contact.User
}

// dialled is the number an INVITE of the trunk is for. What comes to the
// Contact we registered names our account in the request line; the number then
// stands in P-Called-Party-ID (RFC 7315 §4.2) or To.
func (t *Trunk) dialled(req *sip.Request) string {
	if !t.isOurs(req.Recipient) {
		return dialledOf(req)
	}
	if h := req.GetHeader("P-Called-Party-ID"); h != nil {
		if n := numberIn(h.Value()); n != "" {
			return n
		}
	}
	if to := plain(req.To().Address.User); to != "" && to != req.Recipient.User {
		return to
	}
	if n := t.uplink.cfg.Number; n != "" && strings.Trim(dialledOf(req), "+0123456789") != "" {
		return n
	}
	return dialledOf(req)
}

// has returns the length of t's longest network that holds ip, or -1. An
// address of its server counts as much as one that is listed by itself.
func (t *Trunk) has(ip netip.Addr) int {
	if t.uplink != nil && t.uplink.owns(ip) {
		return ip.BitLen()
	}
	bits := -1
	for _, p := range t.addresses {
		if p.Bits() > bits && p.Contains(ip) {
			bits = p.Bits()
		}
	}
	return bits
}

// HA1 makes the digest trunks a source of credentials like the users.
func (ts *trunks) HA1(username, algorithm string) (string, bool) {
	t := ts.byUser[username]
	if t == nil {
		return "", false
	}
	return t.ha1[algorithm], true
}

// trunkOf finds the trunk an INVITE belongs to: by address list, by digest
// (RFC 3261 §22), or by both. When there is none it returns the refusal to
// send.
func (s *Server) trunkOf(req *sip.Request) (*Trunk, *sip.Response) {
	ip := sourceOf(req)
	t := s.trunks.called(req, ip)
	if t == nil {
		t = s.trunks.open(ip)
	}
	if t != nil {
		t.alive()
		return t, nil
	}
	// A re-INVITE from the host that proved itself when the call began needs
	// no second proof; the dialog's tags are known to nobody else.
	if _, inDialog := req.To().Params.Get("tag"); inDialog {
		if t := s.guard.trunkOfPeer(ip); t != nil {
			return t, nil
		}
	}
	if len(s.trunks.byUser) == 0 {
		s.guard.count(reasonStranger)
		return nil, s.reply(req, sip.StatusForbidden)
	}
	user, outcome := s.registrar.check(req, ip, s.trunks)
	t = s.trunks.signed(user, ip)
	if outcome != authOK || t == nil {
		s.guard.count(reasonUnauthorized)
		return nil, s.challenge(req, outcome == authStale)
	}
	s.guard.learn(ip, t)
	t.alive()
	return t, nil
}

// alive notes that the trunk brought something. One that was thought dead is
// asked again at once.
func (t *Trunk) alive() {
	t.heard.Store(time.Now().UnixNano())
	if t.uplink != nil && !t.uplink.seen.Load().up {
		t.uplink.look()
	}
}

// admit takes one of the lines t and the house have. When none is free, status
// is the refusal; otherwise the call runs release when it ends, once or more.
func (s *Server) admit(t *Trunk) (release func(), status int) {
	if !take(&t.calls, t.maxCalls) {
		return nil, sip.StatusBusyHere
	}
	if !take(&s.trunks.calls, s.trunks.maxCalls) {
		t.calls.Add(-1)
		return nil, sip.StatusServiceUnavailable
	}
	return sync.OnceFunc(func() {
		t.calls.Add(-1)
		s.trunks.calls.Add(-1)
	}), 0
}

// take counts one more in n unless limit (0: none) is reached.
func take(n *atomic.Int64, limit int) bool {
	if n.Add(1) > int64(limit) && limit > 0 {
		n.Add(-1)
		return false
	}
	return true
}

// sourceOf returns the address a request really came from.
func sourceOf(req *sip.Request) netip.Addr {
	a, err := netip.ParseAddrPort(req.Source())
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}
