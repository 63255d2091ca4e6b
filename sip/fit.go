package sip

import (
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// datagramMost is how long a request may be to be sent as a datagram when the
// path may not be (RFC 3261 §18.1.1). Longer ones are split by IP, and carriers'
// firewalls are known to lose the second half.
const datagramMost = 1300

// streaming is what is known of a trunk's server and TCP, which its settings do
// not ask for: that it called us by it, or that it did not answer there lately.
type streaming struct {
	heard  atomic.Bool
	silent atomic.Int64 // when (Unix nanoseconds)
}

// silentFor is how long TCP is not tried again after it came to nothing.
const silentFor = time.Hour

// streamAt is where t takes TCP of who it is called by at p: another of its
// places, as its own DNS has it, or the same port when it calls us by TCP
// itself. Settings that say UDP are kept to.
func (u *uplink) streamAt(p place, all []place) string {
	k := &u.trunk.streaming
	if p.network != "UDP" || u.address.Transport == "udp" || time.Since(time.Unix(0, k.silent.Load())) < silentFor {
		return ""
	}
	for _, o := range all {
		if o.network == "TCP" && o.addr.Addr() == p.addr.Addr() {
			return o.addr.String()
		}
	}
	if k.heard.Load() {
		return p.addr.String()
	}
	return ""
}

// fit has a long INVITE go by TCP, where the trunk is known to take that.
func (c *call) fit(req *sip.Request) {
	o := c.out
	if o.way.stream == "" || o.way.network != "UDP" || len(req.String()) <= datagramMost {
		return
	}
	before := o.way
	o.tight = &before
	o.way.network, o.way.hop = "TCP", o.way.stream
	here := c.server.spotTowards(o.way.network, o.way.hop)
	o.proto.here, o.proto.source = here, o.way.hop
	via := req.Via()
	via.Transport, via.Host, via.Port = here.network, here.host, here.port
	req.Contact().Address = here.contact()
	req.Laddr = sip.Addr{}
	req.SetTransport(here.network)
	req.SetDestination(o.way.hop)
}

// backToDatagrams sends the INVITE once more over UDP when nothing came of TCP
// (RFC 3261 §18.1.1).
func (c *call) backToDatagrams() bool {
	o := c.out
	if o.tight == nil || o.rung {
		return false
	}
	c.log.Info("a trunk did not take a long INVITE by TCP; it goes by UDP", "trunk", c.trunkName())
	if c.trunk != nil {
		c.trunk.streaming.silent.Store(time.Now().UnixNano())
	}
	o.abandon(whyHeader("SIP", sip.StatusServiceUnavailable, "No answer in time"))
	o.way = *o.tight
	o.way.stream = ""
	c.invite()
	return true
}

// calledByTCP notes that a trunk speaks TCP.
func (ts *trunks) calledByTCP(c *guardedConn) {
	if c.own || !c.carrier || c.secure() {
		return
	}
	for _, t := range ts.all {
		if !t.streaming.heard.Load() && t.has(c.from.Addr()) >= 0 {
			t.streaming.heard.Store(true)
		}
	}
}
