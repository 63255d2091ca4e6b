package sip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Our registration at a carrier (RFC 3261 §10.2): asked for, kept alive, moved
// when the carrier's place or our own address changes, and taken back at the
// end. At most one attempt in five seconds, whatever happens.

// registerFor is how long we ask to be registered. Short enough that a
// registrar that lost us is noticed within minutes.
const registerFor = 10 * time.Minute

// serviceRoutesMost bounds what we believe of a registrar.
const serviceRoutesMost = 5

// registration is what is known of it. Only the uplink's run touches it.
type registration struct {
	uplink *uplink
	callID string
	tag    string
	seq    uint32

	began    bool
	tried    place // of the latest attempt
	last     time.Time
	failures int           // attempts in a row
	asks     time.Duration // Expires; a 423 makes it longer

	on       bool
	place    place
	contact  sip.Uri
	local    string         // our address when we registered
	observed netip.AddrPort // … as the registrar saw it, if that is another
	expires  time.Time
	routes   []sip.Uri // Service-Route (RFC 3608)
	path     []string  // Path (RFC 3327), as the registrar confirmed it
	own      string    // P-Associated-URI (RFC 7315 §4.1)
}

func newRegistration(u *uplink) registration {
	return registration{uplink: u, callID: sip.GenerateTagN(24), tag: sip.GenerateTagN(12), asks: registerFor}
}

// user is the user part of our address of record.
func (r *registration) user() string {
	u := r.uplink
	return personaOf(u.cfg, u.house.Country, u.domain, "").user
}

// aor is our address of record.
func (r *registration) aor() string { return "sip:" + r.user() + "@" + r.uplink.domain }

// registerBy has us register at t, or as soon after it as the spacing allows.
func (u *uplink) registerBy(t time.Time) {
	if soonest := u.register.last.Add(u.rhythm.spacing); t.Before(soonest) {
		t = soonest
	}
	u.tasks.by(taskRegister, t)
}

// followPlace registers when it is time for a reason other than the clock's:
// for the first time, or because the carrier's place or our address changed.
func (u *uplink) followPlace(now time.Time) {
	places := u.order(now)
	if len(places) == 0 || u.tasks.busy[taskRegister] {
		return
	}
	r := &u.register
	switch {
	case !r.began, places[0] != r.tried:
		u.registerBy(now)
	case r.on && r.failures == 0 && r.local != localOf(u.lines.contact(places[0])):
		u.registerBy(now)
	}
}

func localOf(c sip.Uri) string { return c.Host + ":" + strconv.Itoa(c.Port) }

// registered is what one attempt came to.
type registered struct {
	place   place
	contact sip.Uri
	local   string
	res     *sip.Response // the last one
	err     error
	sent    uint32 // how many requests it took
	asks    time.Duration
}

// beginRegister readies an attempt.
func (u *uplink) beginRegister(now time.Time) func(context.Context) any {
	r := &u.register
	places := u.order(now)
	if len(places) == 0 {
		u.tasks.at(taskRegister, now.Add(u.rhythm.outage))
		return nil
	}
	if soonest := r.last.Add(u.rhythm.spacing); now.Before(soonest) {
		u.tasks.at(taskRegister, soonest)
		return nil
	}
	r.began, r.last, r.tried = true, now, places[0]
	a := r.attempt(places[0])
	if r.on && r.contact.String() != a.contact.String() {
		a.old = r.contact.Clone()
	}
	return func(ctx context.Context) any { return a.run(ctx) }
}

// registering is one attempt on its way; it holds copies only.
type registering struct {
	uplink  *uplink
	place   place
	contact sip.Uri
	local   string
	old     *sip.Uri // a Contact to take back at the same time
	aor     string
	callID  string
	tag     string
	seq     uint32
	asks    time.Duration
}

func (r *registration) attempt(p place) registering {
	contact := r.uplink.lines.contact(p)
	local := localOf(contact)
	if local != r.local {
		r.observed = netip.AddrPort{} // that was about another address
	}
	contact.User = r.user()
	if r.observed.IsValid() {
		contact.Host, contact.Port = bracketed(r.observed.Addr().String()), int(r.observed.Port())
	}
	return registering{
		uplink: r.uplink, place: p, contact: contact, local: local,
		aor: r.aor(), callID: r.callID, tag: r.tag, seq: r.seq, asks: r.asks,
	}
}

// run sends the REGISTER, once more with credentials (and again when only the
// nonce was old), and once more when its time was too short.
func (a registering) run(ctx context.Context) registered {
	u := a.uplink
	out := registered{place: a.place, contact: a.contact, local: a.local, asks: a.asks}
	sign := func(*sip.Request, *sip.Response) error { return errNoAccount }
	if u.account != nil {
		sign = u.account.signer()
	}
	var challenged *sip.Response
	longer := false
	for {
		out.sent++
		req := a.build(a.seq+out.sent, out.asks)
		switch {
		case challenged != nil:
			if out.err = sign(req, challenged); out.err != nil {
				out.sent--
				return out
			}
		case u.account != nil:
			u.account.signAhead(req)
		}
		limit, cancel := context.WithTimeout(ctx, u.rhythm.register)
		res, err := u.lines.exchange(limit, req, a.place)
		cancel()
		if out.res, out.err = res, err; err != nil {
			return out
		}
		switch res.StatusCode {
		case sip.StatusUnauthorized, sip.StatusProxyAuthRequired:
			challenged = res
			continue
		case sip.StatusIntervalToBrief:
			least := retryIn(res, "Min-Expires")
			if !longer && least > out.asks && least <= 24*time.Hour {
				longer, challenged = true, nil
				out.asks = least
				continue
			}
		}
		return out
	}
}

var errNoAccount = errors.New("it wants credentials and there are none in the settings (auth_username)")

// build makes one REGISTER (RFC 3261 §10.2, RFC 5626 §4.2).
func (a registering) build(seq uint32, asks time.Duration) *sip.Request {
	u := a.uplink
	req := u.newRequest(sip.REGISTER, sip.Uri{Scheme: "sip", Host: u.domain}, a.callID, seq)
	var aor sip.Uri
	_ = sip.ParseUri(a.aor, &aor)
	from := &sip.FromHeader{Address: aor}
	from.Params.Add("tag", a.tag)
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: aor})
	expires := strconv.Itoa(int(asks / time.Second))
	contact := fmt.Sprintf(`<%s>;expires=%s;+sip.instance="%s";reg-id=1`, a.contact.String(), expires, u.instance())
	if a.old != nil {
		contact += ", <" + a.old.String() + ">;expires=0"
	}
	req.AppendHeader(sip.NewHeader("Contact", contact))
	req.AppendHeader(sip.NewHeader("Expires", expires))
	req.AppendHeader(sip.NewHeader("Supported", "path, outbound"))
	req.AppendHeader(sip.NewHeader("Allow", allow))
	req.SetDestination(a.place.addr.String()) // credentials are for this address
	return req
}

// gotRegistered takes what an attempt came to.
func (u *uplink) gotRegistered(a registered, now time.Time) {
	r := &u.register
	r.seq += a.sent
	r.asks = a.asks
	if a.err == nil && a.res.IsSuccess() {
		u.accepted(a, now)
		return
	}
	cause := causeOfRefusal(a)
	if a.res == nil {
		u.bad[a.place.addr] = now.Add(u.rhythm.badFor)
	}
	if u.account != nil && a.res != nil {
		u.account.forget()
	}
	r.failures++
	wait := min(u.rhythm.spacing<<min(r.failures-1, 10), u.rhythm.backoff)
	wait = jitter(wait)
	if a.res != nil {
		wait = max(wait, min(retryOf(a.res), time.Hour))
	}
	if now.After(r.expires) {
		r.on = false
	}
	if r.failures >= missesDown || !r.on && !r.expires.IsZero() {
		u.health.fails(now, cause)
	} else {
		u.health.troubled = now
	}
	u.log.Warn("the carrier did not register us", "cause", inEnglish(cause), "again in", wait.Round(time.Second))
	u.tasks.at(taskRegister, now.Add(wait))
	u.followPlace(now)
}

// accepted: we are registered.
func (u *uplink) accepted(a registered, now time.Time) {
	r := &u.register
	if !r.on || r.failures > 0 {
		u.log.Info("registered at the carrier", "server", a.place.String())
	}
	granted := grantedIn(a.res, a.contact, a.asks)
	r.on, r.failures, r.place, r.contact, r.local = true, 0, a.place, a.contact, a.local
	r.expires = now.Add(granted)
	r.routes, r.path, r.own = serviceRoutes(a.res), listIn(a.res, "Path"), ownNumber(a.res)
	u.health.mends(now)
	u.health.answered(now, 0)
	delete(u.bad, a.place.addr)
	u.tasks.at(taskRegister, now.Add(refreshAfter(granted)))
	u.observe(a, now)
	u.followPlace(now)
}

// refreshAfter is when to refresh, as 3GPP TS 24.229 §5.1.1.4.1 has it, a
// little sooner so that many trunks do not come at once.
func refreshAfter(granted time.Duration) time.Duration {
	wait := granted / 2
	if granted > 20*time.Minute {
		wait = granted - 10*time.Minute
	}
	return max(wait-jitter(wait/20), time.Second)
}

// observe looks which address the registrar saw us at (RFC 3581). When NAT
// made another of ours, that is the one to register; unless the settings say
// which.
func (u *uplink) observe(a registered, now time.Time) {
	r := &u.register
	via := a.res.Via()
	if via == nil || u.house.PublicAddress != "" {
		return
	}
	received, _ := via.Params.Get("received")
	ip, err := netip.ParseAddr(strings.Trim(received, "[]"))
	if err != nil {
		return // it saw what our Via says
	}
	port := a.contact.Port
	if v, ok := via.Params.Get("rport"); ok {
		if n, err := strconv.ParseUint(v, 10, 16); err == nil && n > 0 {
			port = int(n)
		}
	}
	seen := netip.AddrPortFrom(ip.Unmap(), uint16(port))
	if seen == r.observed || bracketed(seen.Addr().String()) == a.contact.Host {
		return
	}
	u.log.Info("the carrier sees us at another address; registering that one")
	r.observed = seen
	u.registerBy(now)
}

// leave takes the registration back. It runs after run has ended.
func (u *uplink) leave(ctx context.Context) {
	r := &u.register
	if !r.on || time.Now().After(r.expires) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, u.rhythm.goodbye)
	defer cancel()
	a := r.attempt(r.place)
	a.contact, a.asks = r.contact, 0
	if out := a.run(ctx); out.err != nil || !out.res.IsSuccess() {
		u.log.Info("the registration could not be taken back; it runs out by itself", "expires", r.expires)
	}
	r.on = false
}

// causeOfRefusal words why an attempt failed.
func causeOfRefusal(a registered) string {
	switch {
	case errors.Is(a.err, errRefusedAgain):
		return causeLogin
	case a.err != nil && a.res != nil:
		return causeChallenge + ":" + a.err.Error()
	case a.err != nil:
		return cmp.Or(causeOfTLS(a.err), causeUnheard)
	}
	return fmt.Sprintf("%s:%d", causeRefused, a.res.StatusCode)
}

// retryIn reads a header of seconds.
func retryIn(res *sip.Response, name string) time.Duration {
	h := res.GetHeader(name)
	if h == nil || !isDigits(strings.TrimSpace(h.Value())) {
		return 0
	}
	return min(seconds(strings.TrimSpace(h.Value())), 365*24*time.Hour)
}

// grantedIn is how long the registrar keeps us: what it says of our Contact,
// else its Expires, else what we asked for (RFC 3261 §10.3 step 8).
func grantedIn(res *sip.Response, contact sip.Uri, asked time.Duration) time.Duration {
	granted := cmp.Or(retryIn(res, "Expires"), asked)
	ours := strings.ToLower(contact.User + "@" + contact.Host)
	contacts := listIn(res, "Contact")
	for _, one := range contacts {
		if !strings.Contains(strings.ToLower(one), ours) && len(contacts) > 1 {
			continue
		}
		for p := range strings.SplitSeq(afterBracket(one), ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(p), "=")
			if strings.EqualFold(strings.TrimSpace(key), "expires") && isDigits(strings.TrimSpace(value)) {
				granted = seconds(strings.TrimSpace(value))
			}
		}
	}
	return min(max(granted, 2*time.Second), 24*time.Hour)
}

// afterBracket is what follows the URI of a name-addr: its header parameters.
func afterBracket(v string) string {
	_, rest, ok := strings.Cut(v, ">")
	if !ok {
		_, rest, _ = strings.Cut(v, ";")
	}
	return rest
}

// listIn returns the single values of a header (RFC 3261 §7.3.1).
func listIn(res *sip.Response, name string) []string {
	var all []string
	for _, h := range res.GetHeaders(name) {
		for _, one := range splitOutside(h.Value(), ',') {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// serviceRoutes is the way requests of ours shall go inside the carrier. Where
// they are sent to stays the trunk's own place: no name of a message is ever
// looked up.
func serviceRoutes(res *sip.Response) []sip.Uri {
	var all []sip.Uri
	for _, one := range listIn(res, "Service-Route") {
		if i, j := strings.IndexByte(one, '<'), strings.IndexByte(one, '>'); i >= 0 && j > i {
			one = one[i+1 : j]
		}
		var uri sip.Uri
		if sip.ParseUri(one, &uri) == nil && uri.Host != "" && len(all) < serviceRoutesMost {
			all = append(all, uri)
		}
	}
	return all
}

// ownNumber is the first number the carrier says is ours.
func ownNumber(res *sip.Response) string {
	for _, one := range listIn(res, "P-Associated-URI") {
		if n := numberIn(one); n != "" && strings.Trim(n, "+0123456789") == "" {
			return n
		}
	}
	return ""
}
