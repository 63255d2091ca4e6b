package media

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrNoPorts is returned by OpenRTP when every RTP port is in use.
var ErrNoPorts = errors.New("no RTP port is free: too many calls for the range in media.rtp_ports; widen it")

// How long a freed port rests, so that what still flows to it is not heard in
// the next call, and how long at least when the range runs out.
const (
	quarantine    = 30 * time.Second
	minQuarantine = 5 * time.Second
)

// ports lends pairs of UDP ports: an even one for RTP, the next for RTCP. They
// are lent at random, because a port that can be guessed can be aimed at.
type ports struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows
	free    []uint16
	resting []restingPort // oldest first
}

type restingPort struct {
	port  uint16
	since time.Time
	last  stream
}

// stream is one RTP stream as it is seen on the wire.
type stream struct {
	from netip.AddrPort
	ssrc uint32
}

// newPorts lends the even ports from low up to high.
func newPorts(low, high uint16, now func() time.Time) *ports {
	p := &ports{now: now}
	for port := int(low); port+1 <= int(high); port += 2 {
		p.free = append(p.free, uint16(port))
	}
	return p
}

// take lends a port and tells which stream flowed to it last, if any did.
func (p *ports) take() (port uint16, last stream, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for len(p.resting) > 0 && now.Sub(p.resting[0].since) >= quarantine {
		p.free = append(p.free, p.resting[0].port)
		p.resting = p.resting[1:]
	}
	if n := len(p.free); n > 0 {
		i := rand.IntN(n)
		port = p.free[i]
		p.free[i] = p.free[n-1]
		p.free = p.free[:n-1]
		return port, stream{}, nil
	}
	if len(p.resting) > 0 && now.Sub(p.resting[0].since) >= minQuarantine {
		r := p.resting[0]
		p.resting = p.resting[1:]
		return r.port, r.last, nil
	}
	return 0, stream{}, ErrNoPorts
}

// put takes a port back and lets it rest.
func (p *ports) put(port uint16, last stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resting = append(p.resting, restingPort{port: port, since: p.now(), last: last})
}

// count returns how many ports could be lent now without haste, and how many
// rest.
func (p *ports) count() (free, resting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free), len(p.resting)
}

// parsePorts reads a range such as 20000-29999.
func parsePorts(s string) (low, high uint16, err error) {
	if s == "" {
		s = "20000-29999"
	}
	a, b, _ := strings.Cut(s, "-")
	l, errLow := strconv.ParseUint(strings.TrimSpace(a), 10, 16)
	h, errHigh := strconv.ParseUint(strings.TrimSpace(b), 10, 16)
	if errLow != nil || errHigh != nil || l < 1024 || l%2 != 0 || h <= l {
		return 0, 0, fmt.Errorf("media.rtp_ports: %q is not a range of ports; write an even first and a larger last port from 1024 on, such as 20000-29999", s)
	}
	return uint16(l), uint16(h), nil
}
