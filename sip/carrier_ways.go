package sip

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// Which ways a call of ours has over the trunks, and what becomes of a trunk by how
// calls go there.

// route returns the ways a call to number (E.164 or a short code) can go: by
// priority, trunks that are down last, each with every address of its server.
// It never waits for DNS but for the first lookup after the start, and for
// that no longer than a lookup may take.
func (ts *trunks) route(number string) []way {
	var all []*uplink
	limit := time.NewTimer(lookupLimit)
	defer limit.Stop()
	for _, t := range ts.all {
		if t.uplink == nil {
			continue
		}
		select {
		case <-t.uplink.located:
		default:
			select {
			case <-t.uplink.located:
			case <-limit.C:
				limit.Reset(0)
			}
		}
		all = append(all, t.uplink)
	}
	now := time.Now()
	rank := func(u *uplink) int {
		v := u.seen.Load()
		switch {
		case !v.up:
			return 2
		case now.Before(v.busyUntil):
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b *uplink) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.cfg.Priority, b.cfg.Priority))
	})
	var ways []way
	for _, u := range all {
		ways = append(ways, u.ways(ts, number)...)
	}
	return ways
}

// waysMost is how many addresses of one server a call tries.
const waysMost = 4

func (u *uplink) ways(ts *trunks, number string) []way {
	v := u.seen.Load()
	who := personaOf(u.cfg, u.house.Country, u.domain, v.own)
	full := func(p persona) []sip.Header {
		headers := p.headers()
		for _, r := range v.routes {
			headers = append(headers, &sip.RouteHeader{Address: *r.Clone()})
		}
		return headers
	}
	nobody := who
	nobody.hide = true
	var sign func() func(*sip.Request, *sip.Response) error
	var ways []way
	for _, p := range v.places[:min(len(v.places), waysMost)] {
		if u.account != nil {
			sign = u.account.signer
		}
		ways = append(ways, way{
			trunk: u.trunk, target: u.target(number), network: p.network, hop: p.addr.String(), stream: u.streamAt(p, v.places),
			from: who.from(), headers: full(who), sign: sign,
			hide:    func() (sip.FromHeader, []sip.Header) { return nobody.from(), full(nobody) },
			admit:   func() (func(), bool) { return ts.admitOutgoing(u) },
			session: u.cfg.SessionExpires.D(), reliable: u.cfg.Reliable != "off",
		})
	}
	return ways
}

// target is the request line of a call: in the home domain where we register,
// else at the server itself.
func (u *uplink) target(number string) sip.Uri {
	uri := sip.Uri{Scheme: "sip", User: configs.FormatFrom(u.house.Country, number, u.cfg.NumberFormat), Host: u.domain}
	if !u.cfg.Register {
		uri.Host, uri.Port = bracketed(u.address.Host), u.address.Port
	}
	uri.UriParams.Add("user", "phone")
	return uri
}

// admitOutgoing takes a line of the trunk, both ways together and outgoing, and
// one of the house.
func (ts *trunks) admitOutgoing(u *uplink) (release func(), ok bool) {
	if !take(&u.outgoing, u.cfg.MaxOutgoing) {
		return nil, false
	}
	if !take(&u.trunk.calls, u.trunk.maxCalls) {
		u.outgoing.Add(-1)
		return nil, false
	}
	if !take(&ts.calls, ts.maxCalls) {
		u.trunk.calls.Add(-1)
		u.outgoing.Add(-1)
		return nil, false
	}
	return sync.OnceFunc(func() {
		u.outgoing.Add(-1)
		u.trunk.calls.Add(-1)
		ts.calls.Add(-1)
	}), true
}

// outcome tells the trunk what became of a call placed on it: the status of the
// final response, or 0 when not even a 100 came. It only makes the trunk look
// sooner; health is what OPTIONS and REGISTER say.
func (t *Trunk) outcome(status int) {
	if t.uplink == nil {
		return
	}
	switch up := t.uplink.seen.Load().up; {
	case status == 0, status == sip.StatusServiceUnavailable, status == sip.StatusRequestTimeout:
		t.uplink.look()
	case !up:
		t.uplink.look() // it answers again
	}
}
