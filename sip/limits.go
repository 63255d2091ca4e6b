package sip

import (
	"net/netip"
	"sync"
	"time"
)

// How strangers are held off. A host is one IPv4 address or one IPv6 /64: a
// home line has that many addresses to itself.
const (
	authTries   = 10               // wrong digests before a host is banned
	authWindow  = 10 * time.Minute // … within this time
	authBan     = 15 * time.Minute // and for so long
	floodOver   = 20               // messages beyond the rate before a host is banned
	floodBan    = time.Minute      // and for so long
	hostsMax    = 50_000           // hosts remembered at once
	peerFactor  = 10               // how much faster an authenticated host may speak
	peersMax    = 10_000           // authenticated hosts remembered at once
	expectedFor = 5 * time.Minute  // how long a host we sent a request to may answer
)

// limits remembers who speaks how fast and who failed to prove herself.
type limits struct {
	rate   float64 // messages a second a stranger may send
	now    func() time.Time
	spared func(netip.Addr) bool // never banned: the trunks

	mu       sync.Mutex // guards everything below
	hosts    map[netip.Prefix]*host
	locks    map[lockKey]*failures
	peers    map[netip.Addr]peer
	devices  map[device]time.Time // until
	expected map[netip.Addr]time.Time
	met      map[netip.Addr]int // how many calls each address is in
	crowd    host               // stands for every host there was no room for
	bans     uint64
	swept    time.Time
}

// host is what is known of one address.
type host struct {
	tokens float64
	seen   time.Time
	over   int
	failures
	banned time.Time // until
	since  time.Time // when that began
	cause  string    // floodCause, guessCause
	conns  int
}

// failures counts wrong digests since the first of them.
type failures struct {
	count int
	first time.Time
}

// lockKey is one user name as guessed from one network (/24 or /64).
type lockKey struct {
	user string
	net  netip.Prefix
}

// device is a phone that proved itself: neither its neighbours' guesses nor a
// ban of their shared address lock it out.
type device struct {
	user string
	ip   netip.Addr
}

// peer is an address that proved itself: a trunk's by digest, or a phone's
// (trunk is nil).
type peer struct {
	trunk *Trunk
	until time.Time
}

func newLimits(perSecond int) *limits {
	if perSecond <= 0 {
		perSecond = 20
	}
	return &limits{
		rate: float64(perSecond), now: time.Now, spared: func(netip.Addr) bool { return false },
		hosts: map[netip.Prefix]*host{}, locks: map[lockKey]*failures{},
		peers: map[netip.Addr]peer{}, devices: map[device]time.Time{}, expected: map[netip.Addr]time.Time{},
		met: map[netip.Addr]int{},
	}
}

func hostOf(ip netip.Addr) netip.Prefix {
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits)
	return p
}

func netOf(ip netip.Addr) netip.Prefix {
	bits := 24
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits)
	return p
}

// host returns the entry for ip; mu is held. When the table is full and none
// is stale, newcomers share one entry: under a flood of forged addresses they
// are slowed together, and memory stays.
func (l *limits) host(ip netip.Addr, now time.Time) *host {
	key := hostOf(ip)
	if h := l.hosts[key]; h != nil {
		return h
	}
	if len(l.hosts) >= hostsMax {
		l.sweep(now)
	}
	if len(l.hosts) >= hostsMax {
		return &l.crowd
	}
	h := &host{tokens: 2 * l.rate, seen: now}
	l.hosts[key] = h
	return h
}

// sweep forgets what nothing needs to be remembered of; mu is held. It looks
// at everything, so under a flood that keeps the tables full it runs once a
// second and not once a packet.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Second {
		return
	}
	l.swept = now
	for k, h := range l.hosts {
		if h.conns == 0 && now.After(h.banned) && now.Sub(h.seen) > 10*time.Second && now.Sub(h.first) > authWindow {
			delete(l.hosts, k)
		}
	}
	for k, f := range l.locks {
		if now.Sub(f.first) > authBan {
			delete(l.locks, k)
		}
	}
	for k, p := range l.peers {
		if now.After(p.until) {
			delete(l.peers, k)
		}
	}
	for k, until := range l.devices {
		if now.After(until) {
			delete(l.devices, k)
		}
	}
	for k, until := range l.expected {
		if now.After(until) {
			delete(l.expected, k)
		}
	}
}

// allow takes one message of ip from its bucket (a token bucket of two
// seconds). The reason says why not.
func (l *limits) allow(ip netip.Addr) (bool, reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	h := l.host(ip, now)
	trusted := l.isPeer(ip, now)
	if now.Before(h.banned) && !trusted {
		return false, reasonBanned
	}
	rate := l.rate
	if trusted {
		rate *= peerFactor
	}
	h.tokens = min(h.tokens+now.Sub(h.seen).Seconds()*rate, 2*rate)
	h.seen = now
	if h.tokens >= 1 {
		h.tokens--
		if h.tokens > rate {
			h.over = 0
		}
		return true, 0
	}
	if h.over++; h.over >= floodOver && !trusted {
		h.over = 0
		l.ban(h, now, floodBan, floodCause)
	}
	return false, reasonRate
}

// ban stops listening to h for so long; mu is held.
func (l *limits) ban(h *host, now time.Time, d time.Duration, cause string) {
	if h == &l.crowd {
		return // its members did not all do it
	}
	h.since, h.banned, h.cause = now, now.Add(d), cause
	l.bans++
}

// failed counts a wrong digest of user from ip.
func (l *limits) failed(user string, ip netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	h := l.host(ip, now)
	if h.fail(now) >= authTries && !l.spared(ip) {
		h.count = 0
		l.ban(h, now, authBan, guessCause)
	}
	key := lockKey{user, netOf(ip)}
	f := l.locks[key]
	if f == nil {
		if len(l.locks) >= hostsMax {
			l.sweep(now)
		}
		if len(l.locks) >= hostsMax {
			return
		}
		f = &failures{}
		l.locks[key] = f
	}
	f.fail(now)
}

func (f *failures) fail(now time.Time) int {
	if now.Sub(f.first) > authWindow {
		f.count, f.first = 0, now
	}
	f.count++
	return f.count
}

// locked tells whether guesses of user from ip's network are no longer even
// checked. The user's own phone is not locked out by its neighbours.
func (l *limits) locked(user string, ip netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	f := l.locks[lockKey{user, netOf(ip)}]
	return f != nil && f.count >= authTries && now.Sub(f.first) <= authBan && !now.Before(l.devices[device{user, ip}])
}

// learn remembers that ip proved itself, for a trunk or (nil) a phone.
func (l *limits) learn(ip netip.Addr, t *Trunk, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if _, there := l.peers[ip]; !there && len(l.peers) >= peersMax {
		l.sweep(now)
		if len(l.peers) >= peersMax {
			return
		}
	}
	until := now.Add(d)
	if old := l.peers[ip]; old.trunk == t && old.until.After(until) {
		until = old.until
	}
	l.peers[ip] = peer{t, until}
}

// trust remembers that user's phone is at ip, or the trunk t that signs as user.
func (l *limits) trust(user string, ip netip.Addr, t *Trunk, d time.Duration) {
	l.learn(ip, t, d)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.devices) < peersMax {
		l.devices[device{user, ip}] = l.now().Add(d)
	}
}

// peer returns what ip proved to be.
func (l *limits) peer(ip netip.Addr) (peer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.peers[ip]
	return p, ok && l.now().Before(p.until)
}

// isPeer tells whether ip proved itself, or is in a call with us; mu is held.
func (l *limits) isPeer(ip netip.Addr, now time.Time) bool {
	p, ok := l.peers[ip]
	return ok && now.Before(p.until) || l.met[ip] > 0
}

// knows tells whether ip proved itself, or is in a call with us.
func (l *limits) knows(ip netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isPeer(ip, l.now())
}

// meet remembers that a call with ip began, until it ends: a phone whose
// registration runs out while somebody talks on it is no stranger, and its BYE
// must be heard. The returned function may be called more than once.
func (l *limits) meet(ip netip.Addr) (part func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met[ip]++
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.met[ip]--; l.met[ip] == 0 {
			delete(l.met, ip)
		}
	})
}

// expect lets ip answer: a request of ours goes there.
func (l *limits) expect(ip netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if _, there := l.expected[ip]; !there && len(l.expected) >= peersMax {
		l.sweep(now)
		if len(l.expected) >= peersMax {
			return
		}
	}
	l.expected[ip] = now.Add(expectedFor)
}

// expects tells whether a response from ip can be an answer to us.
func (l *limits) expects(ip netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, ok := l.expected[ip]
	return ok && l.now().Before(until)
}

// connect counts one more connection of ip unless it holds max already or is
// banned; disconnect gives it back.
func (l *limits) connect(ip netip.Addr, max int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	h := l.host(ip, now)
	if h.conns >= max || now.Before(h.banned) && !l.isPeer(ip, now) && !l.spared(ip) {
		return false
	}
	h.conns++
	return true
}

func (l *limits) disconnect(ip netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[hostOf(ip)]
	if h == nil {
		h = &l.crowd
	}
	h.conns = max(h.conns-1, 0)
}

// figures returns how many hosts are banned now and how many bans there were.
func (l *limits) figures() (banned int, bans uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, h := range l.hosts {
		if now.Before(h.banned) {
			banned++
		}
	}
	return banned, l.bans
}
