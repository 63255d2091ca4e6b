package sip

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// uplink is the way out by one trunk: where the carrier's server is, whether it
// answers, who we are there. One goroutine (run) owns what changes; everybody
// else reads the latest view.
type uplink struct {
	trunk   *Trunk
	cfg     configs.Trunk
	house   configs.SIP
	address configs.ServerAddress
	domain  string // of our address there, and of numbers
	account *account
	lines   lines
	log     *slog.Logger
	alarm   func(Alarm)
	rhythm  rhythm

	outgoing atomic.Int64
	seen     atomic.Pointer[view]
	kicked   chan struct{} // look again now
	located  chan struct{} // closed when the first lookup is over
	done     chan any      // what the tasks found out

	// owned by run
	tasks    schedule
	places   []place
	bad      map[netip.AddrPort]time.Time // did not answer; until
	known    map[netip.Addr]time.Time     // addresses DNS gave the server; until
	foundAt  time.Time                    // of the latest good lookup
	health   health
	register registration
}

// lines is what an uplink needs of the server.
type lines interface {
	locate(context.Context, configs.ServerAddress) ([]place, error)
	exchange(context.Context, *sip.Request, place) (*sip.Response, error)
	contact(place) sip.Uri // where the server at this place reaches us
	ping(place) bool       // a few bytes; false: the connection is gone
}

// rhythm are the times an uplink goes by.
type rhythm struct {
	options   time.Duration // between two OPTIONS while all is well
	retry     time.Duration // after one that was not answered
	outage    time.Duration // between two while the trunk is down or was lately
	answer    time.Duration // how long an answer to OPTIONS may take
	register  time.Duration // … and to REGISTER
	spacing   time.Duration // between two REGISTERs at least
	backoff   time.Duration // between them at most, when they fail
	lookup    time.Duration // between two lookups
	keep      time.Duration // between two keep-alives
	calm      time.Duration // without any trouble until an outage is over
	badFor    time.Duration // a place that did not answer comes last for so long
	lastGood  time.Duration // how long addresses outlive a DNS that fails
	forgotten time.Duration // … and one that gives others
	goodbye   time.Duration // for taking a registration back
}

func rhythmOf(c configs.SIP) rhythm {
	return rhythm{
		options: orDefault(c.OptionsEvery.D(), 15*time.Second), retry: time.Second, outage: 5 * time.Second,
		answer: 4 * time.Second, register: 8 * time.Second, spacing: 5 * time.Second, backoff: 5 * time.Minute,
		lookup: time.Minute, keep: orDefault(c.KeepAlive.D(), 25*time.Second), calm: time.Minute,
		badFor: 90 * time.Second, lastGood: 24 * time.Hour, forgotten: time.Hour, goodbye: 2 * time.Second,
	}
}

// view is what the rest of the house may know of an uplink.
type view struct {
	places     []place // the best first
	addrs      []netip.Addr
	up         bool
	since      time.Time
	cause      string
	checked    time.Time
	rtt        time.Duration
	busyUntil  time.Time // it asked for rest (Retry-After)
	registered bool
	expires    time.Time
	contact    sip.Uri   // the one we registered
	routes     []sip.Uri // Service-Route (RFC 3608)
	own        string    // our number as the registrar knows it (P-Associated-URI)
}

func newUplink(t *Trunk, cfg configs.Trunk, house configs.SIP) (*uplink, error) {
	a, err := configs.ParseServerAddress(cfg.Server)
	if err != nil {
		return nil, fmt.Errorf("server %q %w", cfg.Server, err)
	}
	u := &uplink{
		trunk: t, cfg: cfg, house: house, address: a, rhythm: rhythmOf(house),
		domain: cmp.Or(cfg.FromDomain, bracketed(a.Host)),
		kicked: make(chan struct{}, 1), located: make(chan struct{}), done: make(chan any, int(tasksEnd)),
		bad: map[netip.AddrPort]time.Time{}, known: map[netip.Addr]time.Time{},
		log: slog.New(slog.DiscardHandler),
	}
	u.seen.Store(&view{cause: causeUnasked})
	if cfg.AuthUsername != "" {
		u.account = &account{
			username: cfg.AuthUsername, password: cfg.AuthPassword.Reveal(),
			realms: []string{u.domain, a.Host}, ours: u.owns,
		}
	}
	u.register = newRegistration(u)
	return u, nil
}

func bracketed(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + host + "]"
	}
	return host
}

// owns tells whether ip is an address of the trunk's server: one its settings
// or the DNS records of its name gave.
func (u *uplink) owns(ip netip.Addr) bool { return slices.Contains(u.seen.Load().addrs, ip) }

// start begins to look after the trunks that have a server. The returned
// function ends it, after saying goodbye to the registrars.
func (ts *trunks) start(l lines, log *slog.Logger, alarm func(Alarm)) (stop func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, t := range ts.all {
		if u := t.uplink; u != nil {
			u.lines, u.log, u.alarm = l, log.With("trunk", t.Name), alarm
			running.Go(func() { u.run(ctx) })
		}
	}
	return func(until context.Context) {
		cancel()
		running.Wait()
		var leaving sync.WaitGroup
		for _, t := range ts.all {
			if t.uplink != nil {
				leaving.Go(func() { t.uplink.leave(until) })
			}
		}
		leaving.Wait()
	}
}

// The tasks of an uplink; of each at most one runs at a time.
type task int

const (
	taskLocate task = iota
	taskProbe
	taskRegister
	taskPing
	taskCalm
	tasksEnd
)

// schedule says when each task is next due.
type schedule struct {
	due  [tasksEnd]time.Time // zero: not at all
	busy [tasksEnd]bool
}

// by makes a task due at the latest at t; at sets it.
func (s *schedule) by(k task, t time.Time) {
	if s.due[k].IsZero() || t.Before(s.due[k]) {
		s.due[k] = t
	}
}

func (s *schedule) at(k task, t time.Time) { s.due[k] = t }

// take returns a task that is due, and marks it busy.
func (s *schedule) take(now time.Time) (task, bool) {
	for k := range tasksEnd {
		if !s.busy[k] && !s.due[k].IsZero() && !s.due[k].After(now) {
			s.busy[k], s.due[k] = true, time.Time{}
			return k, true
		}
	}
	return 0, false
}

// next is how long to sleep.
func (s *schedule) next(now time.Time) time.Duration {
	wait := time.Hour
	for k := range tasksEnd {
		if !s.busy[k] && !s.due[k].IsZero() {
			wait = min(wait, s.due[k].Sub(now))
		}
	}
	return max(wait, 0)
}

// run looks after the trunk until ctx is over.
func (u *uplink) run(ctx context.Context) {
	now := time.Now()
	u.health.since = now
	u.tasks.at(taskLocate, now)
	u.tasks.at(taskPing, now.Add(u.rhythm.keep))
	u.publish(now)
	var flying sync.WaitGroup
	defer flying.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.kicked:
			u.tasks.by(taskProbe, time.Now())
		case r := <-u.done:
			u.took(r)
		case <-timer.C:
		}
		now := time.Now()
		for k, ok := u.tasks.take(now); ok; k, ok = u.tasks.take(now) {
			if job := u.begin(k, now); job != nil {
				flying.Go(func() { u.done <- job(ctx) })
				continue
			}
			u.tasks.busy[k] = false
		}
		u.judge(now)
		u.publish(now)
		timer.Reset(u.tasks.next(time.Now()))
	}
}

// begin readies a task; the job it returns runs in a goroutine of its own and
// touches nothing of u but its lines. nil: there was nothing to wait for.
func (u *uplink) begin(k task, now time.Time) func(context.Context) any {
	switch k {
	case taskLocate:
		return u.locate
	case taskProbe:
		return u.beginProbe(now)
	case taskRegister:
		return u.beginRegister(now)
	case taskPing:
		u.tasks.at(taskPing, now.Add(u.rhythm.keep))
		return u.beginPing()
	}
	return nil // taskCalm: judge looks at the clock
}

// took takes what a task found out.
func (u *uplink) took(r any) {
	now := time.Now()
	switch r := r.(type) {
	case found:
		u.tasks.busy[taskLocate] = false
		u.gotPlaces(r, now)
	case probed:
		u.tasks.busy[taskProbe] = false
		u.gotProbe(r, now)
	case registered:
		u.tasks.busy[taskRegister] = false
		u.gotRegistered(r, now)
	case pinged:
		u.tasks.busy[taskPing] = false
		if !r.alive && u.cfg.Register {
			u.registerBy(now) // the carrier lost its way to us
		}
	}
}

// found is what a lookup came to.
type found struct {
	places []place
	err    error
}

func (u *uplink) locate(ctx context.Context) any {
	places, err := u.lines.locate(ctx, u.address)
	return found{places, err}
}

// gotPlaces takes the addresses of the server. When DNS fails, the last good
// ones are kept for a day: a carrier moves seldom, a DNS server fails often.
func (u *uplink) gotPlaces(f found, now time.Time) {
	u.tasks.at(taskLocate, now.Add(u.rhythm.lookup))
	switch {
	case f.err == nil:
		u.places, u.foundAt = f.places, now
		for _, p := range f.places {
			u.known[p.addr.Addr()] = now.Add(u.rhythm.forgotten)
		}
	case len(u.places) > 0 && now.Sub(u.foundAt) > u.rhythm.lastGood:
		u.log.Error("the trunk's server was not found for a day; its last addresses are given up", "error", f.err)
		u.places = nil
	case len(u.places) > 0:
		for _, p := range u.places {
			u.known[p.addr.Addr()] = now.Add(u.rhythm.forgotten)
		}
		u.log.Warn("the trunk's server cannot be looked up; its last addresses stay in use", "error", f.err)
	default:
		u.tasks.at(taskLocate, now.Add(u.rhythm.outage))
		u.health.miss(now, causeNotFound)
	}
	for ip, until := range u.known {
		if now.After(until) {
			delete(u.known, ip)
		}
	}
	if len(u.places) > 0 && !u.tasks.busy[taskProbe] {
		ask := now
		if rest := u.health.busyUntil; rest.After(now) { // it asked for rest: a lookup is no reason to disturb it
			ask = rest
		}
		u.tasks.by(taskProbe, ask)
	}
	if len(u.places) > 0 && u.cfg.Register {
		u.followPlace(now)
	}
	select {
	case <-u.located:
	default:
		u.publish(now)
		close(u.located)
	}
}

// order returns the places, those that lately did not answer last.
func (u *uplink) order(now time.Time) []place {
	var good, bad []place
	for _, p := range u.places {
		if now.Before(u.bad[p.addr]) {
			bad = append(bad, p)
		} else {
			good = append(good, p)
		}
	}
	return append(good, bad...)
}

// publish lets everybody see how things are.
func (u *uplink) publish(now time.Time) {
	v := &view{
		places: u.order(now), up: u.health.up(), since: u.health.since, cause: u.health.cause(),
		checked: u.health.checked, rtt: u.health.rtt, busyUntil: u.health.busyUntil,
	}
	for ip := range u.known {
		v.addrs = append(v.addrs, ip)
	}
	r := &u.register
	v.registered, v.expires, v.contact, v.routes, v.own = r.on && now.Before(r.expires), r.expires, r.contact, r.routes, r.own
	u.seen.Store(v)
}

// look has the trunk asked now.
func (u *uplink) look() {
	select {
	case u.kicked <- struct{}{}:
	default:
	}
}

// beginPing keeps NAT on the way open (RFC 5626 §3.5.1).
func (u *uplink) beginPing() func(context.Context) any {
	if len(u.places) == 0 {
		return nil
	}
	p := u.order(time.Now())[0]
	if u.register.on {
		p = u.register.place
	}
	return func(context.Context) any { return pinged{u.lines.ping(p)} }
}

type pinged struct{ alive bool }

// jitter returns between d and one and a half times d.
func jitter(d time.Duration) time.Duration { return d + rand.N(d/2+1) }

// instance names this house to the registrar of a trunk, the same after every
// start, so that a registration replaces the one before (RFC 5626 §4.1).
func (u *uplink) instance() string {
	h := sha256.Sum256([]byte(strings.Join([]string{"sahut", u.trunk.Name, u.register.aor(), u.house.Domain}, "\x00")))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // a UUID of version 8
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
