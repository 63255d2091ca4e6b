package sip

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// company are those who may speak inside one call, besides knowing its names:
// the trunk, the host it is signalled with, and the proxies and the far end the
// dialog itself names, for a call that began by way of one proxy may go on
// without it (RFC 3261 §12.2). Everybody else is a stranger, whatever it knows.
// The call's goroutine writes it, the SIP layer's read it.
type company struct {
	mu    sync.Mutex // guards what follows
	trunk *Trunk
	hosts []netip.Addr
	also  func(netip.Addr) bool // nil: nobody
	part  func()                // the guard need not know the far end any more; nil: it never did
}

// companyMost bounds what a dialog may name.
const companyMost = 16

// admit lets the far end of c at address ("192.0.2.1:5060") speak, and no
// longer those of the way that was tried before.
func (k *company) admit(c *call, address string) {
	k.leave()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trunk, k.hosts = c.trunk, nil
	if a, err := netip.ParseAddrPort(address); err == nil {
		ip := a.Addr().Unmap()
		k.hosts = []netip.Addr{ip}
		k.part = c.server.guard.limits.meet(ip)
	}
}

// named lets those speak whom d names.
func (k *company) named(d *dialog) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, uri := range append(slices.Clone(d.routes), d.target) {
		ip, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
		if ip = ip.Unmap(); err == nil && len(k.hosts) < companyMost && !slices.Contains(k.hosts, ip) {
			k.hosts = append(k.hosts, ip)
		}
	}
}

// has tells whether ip may speak.
func (k *company) has(ip netip.Addr) bool {
	k.mu.Lock()
	trunk, also := k.trunk, k.also
	known := slices.Contains(k.hosts, ip)
	k.mu.Unlock()
	if known || also != nil && also(ip) {
		return true
	}
	if trunk == nil {
		return false
	}
	return slices.ContainsFunc(trunk.Sources(""), func(p netip.Prefix) bool { return p.Contains(ip) })
}

// leave ends what the guard knows of the far end by this call.
func (k *company) leave() {
	k.mu.Lock()
	part := k.part
	k.part = nil
	k.mu.Unlock()
	if part != nil {
		part()
	}
}

// isParty tells whether m, which came from ip, is a request inside a call of
// ours, and ip one of those that may speak in it. The guard asks this of
// strangers; the call's handlers ask again.
func (s *Server) isParty(m *message, ip netip.Addr) bool {
	id := dialogID{callID: m.first("call-id"), local: tagIn(m.first("to")), remote: tagIn(m.first("from"))}
	if id.callID == "" || id.local == "" || id.remote == "" {
		return false
	}
	s.calls.mu.Lock()
	c := s.calls.byDialog[id]
	s.calls.mu.Unlock()
	return c != nil && c.company.has(ip)
}

// tagIn is the tag of a From or To.
func tagIn(value string) string {
	a, ok := parseNameAddr(value)
	if !ok {
		return ""
	}
	tag, _ := get(a.params, "tag")
	return tag
}
