package sip

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Whether a trunk works: asked by OPTIONS, told by its registrar. It is down
// when two questions in a row were not answered, or when the registrar lets us
// down as often. There is one alarm for an outage and one for its end, which is
// only after a minute without any trouble: a trunk that comes and goes is one
// outage.

// fault is one reason for being down.
type fault int

const (
	faultSilent fault = iota
	faultRegister
	faultsEnd
)

// missesDown is how many questions in a row may stay unanswered.
const missesDown = 2

// health is what is known of a trunk's server. It has no clock: the owner says
// what time it is.
type health struct {
	known     bool
	faults    [faultsEnd]string // why it is down; empty: not for this
	misses    int
	since     time.Time // up or down
	checked   time.Time // last answer
	rtt       time.Duration
	busyUntil time.Time
	troubled  time.Time // last sign of trouble
	alarmed   bool
	spoke     bool // OPTIONS was ever answered
}

func (h *health) up() bool { return h.known && h.cause() == "" }

// cause says why the trunk is down; empty when it is up.
func (h *health) cause() string {
	for _, c := range h.faults {
		if c != "" {
			return c
		}
	}
	if !h.known {
		return causeUnasked
	}
	return ""
}

// change runs f and notes when the trunk went up or down by it.
func (h *health) change(now time.Time, f func()) {
	was := h.up()
	knew := h.known
	f()
	if h.up() != was || h.known != knew {
		h.since = now
	}
}

// answered: the server is there.
func (h *health) answered(now time.Time, rtt time.Duration) {
	h.change(now, func() {
		h.known, h.misses, h.checked = true, 0, now
		h.faults[faultSilent] = ""
		if rtt > 0 {
			h.rtt = rtt
		}
	})
}

// miss: the server did not answer, or is not to be used.
func (h *health) miss(now time.Time, cause string) {
	h.change(now, func() {
		h.troubled = now
		if h.misses++; h.misses >= missesDown {
			h.known = true
			h.faults[faultSilent] = cause
		}
	})
}

// fails and mends tell of the registration.
func (h *health) fails(now time.Time, cause string) {
	h.change(now, func() { h.known, h.troubled, h.faults[faultRegister] = true, now, cause })
}

func (h *health) mends(now time.Time) {
	h.change(now, func() { h.known, h.faults[faultRegister] = true, "" })
}

// news says whether the alarm changes now: outage begun or over.
func (h *health) news(now time.Time, calm time.Duration) (up, changed bool) {
	switch {
	case h.known && !h.up() && !h.alarmed:
		h.alarmed = true
		return false, true
	case h.alarmed && h.up() && now.Sub(h.troubled) >= calm:
		h.alarmed = false
		return true, true
	}
	return false, false
}

// judge raises or ends the alarm.
func (u *uplink) judge(now time.Time) {
	h := &u.health
	up, changed := h.news(now, u.rhythm.calm)
	if h.alarmed && h.up() {
		u.tasks.at(taskCalm, h.troubled.Add(u.rhythm.calm))
	}
	if !changed {
		return
	}
	if up {
		u.log.Warn("a trunk works again", "since", h.since)
	} else {
		u.log.Error("a trunk does not work", "cause", inEnglish(h.cause()), "server", u.cfg.Server)
	}
	if u.alarm != nil {
		u.alarm(Alarm{Trunk: u.trunk.Name, Up: up, Since: h.since, Cause: inEnglish(h.cause())})
	}
}

// probed is what OPTIONS found out, by place.
type probed struct {
	all     bool // every place was asked
	answers []answer
}

// answer of one place; status 0: none came.
type answer struct {
	place  place
	status int
	retry  time.Duration // Retry-After
	rtt    time.Duration
	cause  string // why none came, if that is known
}

// beginProbe asks the place in use, or all when something is wrong with it.
func (u *uplink) beginProbe(now time.Time) func(context.Context) any {
	places := u.order(now)
	if len(places) == 0 {
		u.tasks.at(taskProbe, now.Add(u.rhythm.outage))
		u.tasks.by(taskLocate, now)
		return nil
	}
	all := u.health.misses > 0 || len(u.bad) > 0 || len(places) == 1
	if !all {
		places = places[:1]
	}
	return func(ctx context.Context) any { return u.probe(ctx, places, all) }
}

// probe sends OPTIONS to places side by side.
func (u *uplink) probe(ctx context.Context, places []place, all bool) probed {
	ctx, cancel := context.WithTimeout(ctx, u.rhythm.answer)
	defer cancel()
	p := probed{all, make([]answer, len(places))}
	var asking sync.WaitGroup
	for i, at := range places {
		asking.Go(func() { p.answers[i] = u.ask(ctx, at) })
	}
	asking.Wait()
	return p
}

func (u *uplink) ask(ctx context.Context, at place) answer {
	begun := time.Now()
	res, err := u.lines.exchange(ctx, u.options(), at)
	a := answer{place: at, rtt: time.Since(begun)}
	if err != nil {
		a.cause = causeOfTLS(err)
		return a
	}
	a.status = res.StatusCode
	a.retry = retryOf(res)
	return a
}

// options builds the question (RFC 3261 §11.1). Whatever the answer, even 404
// or 401, somebody is there.
func (u *uplink) options() *sip.Request {
	target := sip.Uri{Scheme: "sip", Host: bracketed(u.address.Host), Port: u.address.Port}
	req := u.newRequest(sip.OPTIONS, target, sip.GenerateTagN(20), 1)
	req.AppendHeader(&sip.ToHeader{Address: target})
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: u.register.user(), Host: u.domain}}
	from.Params.Add("tag", sip.GenerateTagN(10))
	req.AppendHeader(from)
	req.AppendHeader(sip.NewHeader("Accept", accepted))
	return req
}

// newRequest builds what every request outside a dialog has.
func (u *uplink) newRequest(method sip.RequestMethod, target sip.Uri, callID string, seq uint32) *sip.Request {
	req := sip.NewRequest(method, target)
	id := sip.CallIDHeader(callID)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.SetBody(nil)
	return req
}

// gotProbe takes the answers.
func (u *uplink) gotProbe(p probed, now time.Time) {
	var best *answer
	for i := range p.answers {
		a := &p.answers[i]
		if a.status == 0 || a.status == sip.StatusServiceUnavailable {
			u.bad[a.place.addr] = now.Add(u.rhythm.badFor)
			continue
		}
		delete(u.bad, a.place.addr)
		if best == nil {
			best = a
		}
	}
	for addr, until := range u.bad {
		if now.After(until) {
			delete(u.bad, addr)
		}
	}
	h := &u.health
	switch {
	case best != nil:
		u.tasks.at(taskProbe, now.Add(u.rhythm.options))
		back := h.faults[faultSilent] != ""
		h.spoke = true
		h.answered(now, best.rtt)
		if back && u.cfg.Register && !u.register.on {
			u.registerBy(now)
		}
	case !p.all:
		u.tasks.at(taskProbe, now) // ask the others before judging
	case !h.spoke && u.register.on && p.answers[0].status == 0:
		// A registrar that keeps us registered but never answers OPTIONS is
		// not down; what it does about REGISTER counts.
		u.bad = map[netip.AddrPort]time.Time{}
		u.tasks.at(taskProbe, now.Add(u.rhythm.options))
	default:
		u.missed(p, now)
	}
	if u.troubledLately(now) {
		u.tasks.by(taskProbe, now.Add(u.rhythm.outage))
	}
	if u.cfg.Register {
		u.followPlace(now)
	}
}

// troubledLately: while an outage may still come back, it is asked more often,
// so that no short silence is overlooked.
func (u *uplink) troubledLately(now time.Time) bool {
	return u.health.alarmed && now.Sub(u.health.troubled) < u.rhythm.calm && !now.Before(u.health.busyUntil)
}

// missed: no place answered as it should.
func (u *uplink) missed(p probed, now time.Time) {
	h := &u.health
	cause, wait := causeSilent, u.rhythm.retry
	if h.misses > 0 {
		wait = u.rhythm.outage
	}
	for _, a := range p.answers {
		if a.cause != "" && cause == causeSilent {
			cause = a.cause
		}
		if a.status != 0 {
			cause = causeBusy
			rest := min(a.retry, 30*time.Second)
			h.busyUntil = now.Add(rest)
			if h.misses == 0 {
				rest = min(rest, 10*time.Second) // soon enough to raise the alarm
			}
			wait = max(wait, rest)
		}
	}
	h.miss(now, cause)
	u.tasks.at(taskProbe, now.Add(wait))
	u.tasks.by(taskLocate, now.Add(wait))
}

// retryOf reads Retry-After: "120", "18000;duration=3600", "120 (in a moment)".
func retryOf(res *sip.Response) time.Duration {
	h := res.GetHeader("Retry-After")
	if h == nil {
		return 0
	}
	var n int
	if _, err := fmt.Sscanf(h.Value(), "%d", &n); err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 86400)) * time.Second
}
