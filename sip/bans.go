package sip

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Why a host is banned.
const (
	floodCause = "flood"    // it sent too much
	guessCause = "guessing" // it signed with too many wrong passwords
)

// Ban is a host that is not listened to for a while. Trunks are never banned,
// nor phones that are registered or in a call: a ban on the address they share
// with somebody else passes them by.
type Ban struct {
	Host         netip.Prefix // one IPv4 address, or an IPv6 network of 64 bits
	Since, Until time.Time
	Cause        string // flood, guessing
}

// Bans are the hosts banned now, the latest first.
func (s *Server) Bans() []Ban { return s.guard.limits.banned() }

// Unban listens to a host again. host is an address or a network as in
// [Ban.Host]; it is false when that is not banned.
func (s *Server) Unban(host string) bool {
	host = strings.TrimSpace(host)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		p, err := netip.ParsePrefix(host)
		if err != nil {
			return false
		}
		ip = p.Addr()
	}
	return s.guard.limits.unban(ip.Unmap())
}

func (l *limits) banned() []Ban {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	all := []Ban{}
	for at, h := range l.hosts {
		if now.Before(h.banned) {
			all = append(all, Ban{Host: at, Since: h.since, Until: h.banned, Cause: h.cause})
		}
	}
	slices.SortFunc(all, func(a, b Ban) int {
		return cmp.Or(b.Since.Compare(a.Since), strings.Compare(a.Host.String(), b.Host.String()))
	})
	return all
}

// unban forgets what the host of ip did, and the passwords guessed from there.
func (l *limits) unban(ip netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	h := l.hosts[hostOf(ip)]
	if h == nil || !now.Before(h.banned) {
		return false
	}
	h.banned, h.over, h.failures, h.tokens, h.seen = time.Time{}, 0, failures{}, 2*l.rate, now
	near := netOf(ip)
	for k := range l.locks {
		if h.cause == guessCause && k.net == near {
			delete(l.locks, k)
		}
	}
	return true
}
