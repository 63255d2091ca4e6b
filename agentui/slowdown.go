package agentui

import (
	"context"
	"math"
	"net/netip"
	"sync"
	"time"
)

// slowdown makes guessing passwords slow and never locks anyone out. Failures
// of an account delay the next attempts on it, up to maxDelay each; failures
// from a subnet (/24, /64) also put its attempts in a row, one after another.
// Whoever signed in before from a subnet is not delayed there by strangers'
// failures on her account.
type slowdown struct {
	hashing chan struct{} // at most so many password checks at once: each takes memory

	mu       sync.Mutex // guards what follows
	accounts map[string]*failures
	subnets  map[netip.Prefix]*failures
	known    map[familiar]time.Time
}

type failures struct {
	count float64
	at    time.Time // of the last change; one failure is forgiven a minute
	free  time.Time // of a subnet: when its next attempt may begin
}

type familiar struct {
	account string
	subnet  netip.Prefix
}

const (
	accountFree   = 5  // failures before an account is slowed down
	subnetFree    = 20 // and a subnet: an office or a mobile network shares one
	maxDelay      = 10 * time.Second
	maxQueue      = 30 * time.Second // longer waits are refused with Retry-After
	forgiveAfter  = time.Minute
	rememberMost  = 10_000 // accounts, subnets and pairs; beyond that the oldest go
	hashingAtOnce = 2
)

func newSlowdown() *slowdown {
	return &slowdown{
		hashing:  make(chan struct{}, hashingAtOnce),
		accounts: map[string]*failures{}, subnets: map[netip.Prefix]*failures{}, known: map[familiar]time.Time{},
	}
}

// wait holds the attempt as long as its account and subnet deserve. It returns
// how long to stay away instead if the subnet's row is too long.
func (s *slowdown) wait(ctx context.Context, account string, from netip.Addr) (retry time.Duration, err error) {
	delay, retry := s.reserve(account, subnetOf(from), time.Now())
	if retry > 0 {
		return retry, nil
	}
	if delay > 0 {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return 0, nil
}

// reserve says how long an attempt at now must wait. It counts the attempt as
// failed until succeeded says otherwise, so that many at once do not all pass
// before the first has failed.
func (s *slowdown) reserve(account string, subnet netip.Prefix, now time.Time) (delay, retry time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if net := s.subnets[subnet]; net.delay(subnetFree, now) > 0 {
		if net.free.Before(now) {
			net.free = now
		}
		if row := net.free.Sub(now); row > maxQueue {
			return 0, row
		}
		net.free = net.free.Add(net.delay(subnetFree, now))
		delay = net.free.Sub(now)
	}
	if _, known := s.known[familiar{account, subnet}]; !known {
		delay = max(delay, s.accounts[account].delay(accountFree, now))
	}
	count(s.accounts, account, now)
	count(s.subnets, subnet, now)
	return delay, 0
}

// delay is 1, 2, 4, 8 and then maxDelay seconds for each failure after free.
func (f *failures) delay(free int, now time.Time) time.Duration {
	over := math.Ceil(f.left(now)) - float64(free)
	switch {
	case over < 0:
		return 0
	case over >= 4:
		return maxDelay
	}
	return time.Second << int(over)
}

// left is how many failures are not yet forgiven.
func (f *failures) left(now time.Time) float64 {
	if f == nil {
		return 0
	}
	return max(0, f.count-now.Sub(f.at).Minutes()/forgiveAfter.Minutes())
}

// succeeded forgives the account's failures, takes the attempt off its
// subnet's and remembers the subnet as hers.
func (s *slowdown) succeeded(account string, from netip.Addr, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	subnet := subnetOf(from)
	delete(s.accounts, account)
	if f := s.subnets[subnet]; f != nil {
		f.count, f.at = max(0, f.left(now)-1), now
	}
	makeRoom(s.known, func(at time.Time) time.Time { return at })
	s.known[familiar{account, subnet}] = now
}

func count[K comparable](m map[K]*failures, k K, now time.Time) {
	f := m[k]
	if f == nil {
		makeRoom(m, func(f *failures) time.Time { return f.at })
		f = new(failures)
		m[k] = f
	}
	f.count, f.at = f.left(now)+1, now
}

// makeRoom drops the oldest entry of a full map.
func makeRoom[K comparable, V any](m map[K]V, at func(V) time.Time) {
	if len(m) < rememberMost {
		return
	}
	var oldest K
	var when time.Time
	for k, v := range m {
		if t := at(v); when.IsZero() || t.Before(when) {
			oldest, when = k, t
		}
	}
	delete(m, oldest)
}

// subnetOf is what one person or office usually has: /24, or /64 of IPv6,
// where a single machine may use any of 2^64 addresses.
func subnetOf(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, _ := a.Prefix(bits)
	return p
}
