package sip

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Registrations last between these; a phone asking for less is told 423
// (RFC 3261 §10.2.8), one asking for more gets the most there is.
const (
	registerMin     = 60 * time.Second
	registerDefault = time.Hour
)

// registerExtensions are the option tags a REGISTER may Require of us.
var registerExtensions = []string{"outbound", "path"}

// registrar keeps where volunteers' phones are (RFC 3261 §10.3). Who registers
// must sign; the user who signs is the only one she may register.
type registrar struct {
	realm  string
	offers []string    // the digests we ask for
	users  Credentials // nil: no registrar
	nonces *nonces
	limits *limits
	nobody string // the hash unknown users are compared with
	max    time.Duration
	phones *bindings
}

func newRegistrar(realm, digest string, users Credentials, n *nonces, max time.Duration) *registrar {
	if max <= 0 {
		max = registerDefault
	}
	return &registrar{
		realm: realm, offers: offered(digest), users: users, nonces: n, max: max,
		nobody: hashOf("SHA-256", string(n.key[:])),
		phones: &bindings{now: time.Now, by: map[string][]Binding{}},
	}
}

// on tells whether phones may register.
func (r *registrar) on() bool { return r.users != nil }

// Phones returns where the user's SIP phones are; none when she has no phone
// registered.
func (s *Server) Phones(user string) []Binding { return s.registrar.phones.of(user) }

// onRegister handles a REGISTER. The ingress layer has challenged those
// without a nonce of ours.
func (s *Server) onRegister(req *sip.Request, tx sip.ServerTransaction) {
	r := s.registrar
	if !r.on() {
		_ = tx.Respond(s.reply(req, sip.StatusMethodNotAllowed))
		return
	}
	ip := sourceOf(req)
	user, outcome := r.check(req, ip, r.users)
	if outcome != authOK {
		s.guard.count(reasonUnauthorized)
		_ = tx.Respond(s.challenge(req, outcome == authStale))
		return
	}
	ch, no := r.read(req, user)
	if no != nil {
		res := s.reply(req, no.status)
		if name, value, ok := strings.Cut(no.header, ": "); ok {
			res.AppendHeader(sip.NewHeader(name, value))
		}
		_ = tx.Respond(res)
		return
	}
	now, err := r.phones.apply(ch)
	switch {
	case errors.Is(err, errOldRequest):
		_ = tx.Respond(s.reply(req, sip.StatusInternalServerError))
		return
	case err != nil:
		_ = tx.Respond(s.reply(req, sip.StatusForbidden))
		return
	}
	r.settle(user, ip, now)
	s.log.Debug("a phone registered", "user", user, "phones", len(now))
	_ = tx.Respond(s.registered(req, now))
}

// settle lets a registered phone's address speak to us while its registration
// lasts.
func (r *registrar) settle(user string, ip netip.Addr, phones []Binding) {
	var longest time.Duration
	for _, p := range phones {
		longest = max(longest, p.Expires.Sub(r.phones.now()))
	}
	if longest > 0 {
		r.limits.trust(user, ip, nil, longest)
	}
}

// registered is the 200 with every phone of the user (RFC 3261 §10.3 step 8).
func (s *Server) registered(req *sip.Request, phones []Binding) *sip.Response {
	res := s.reply(req, sip.StatusOK)
	now := s.registrar.phones.now()
	for _, b := range phones {
		left := max(int(b.Expires.Sub(now).Round(time.Second)/time.Second), 0)
		value := "<" + b.URI + ">;expires=" + strconv.Itoa(left)
		if b.q != "" {
			value += ";q=" + b.q
		}
		res.AppendHeader(sip.NewHeader("Contact", value+b.instance))
	}
	for _, h := range req.GetHeaders("Path") {
		res.AppendHeader(sip.NewHeader("Path", h.Value())) // RFC 3327 §5.3
	}
	res.AppendHeader(sip.NewHeader("Supported", strings.Join(registerExtensions, ", ")))
	if bound(req) {
		res.AppendHeader(sip.NewHeader("Require", "outbound")) // RFC 5626 §6
	}
	res.AppendHeader(sip.NewHeader("Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))
	return res
}

// bound tells whether the phone wants to be called by the connection it
// registers over, and is (RFC 5626). Over UDP it is called back where it came
// from as well, but we answer no STUN on the port of SIP and do not promise it.
func bound(req *sip.Request) bool {
	if !sip.IsReliable(req.Transport()) || !slices.Contains(tokens(req, "Supported"), "outbound") {
		return false
	}
	for _, h := range req.GetHeaders("Contact") {
		if a, ok := parseNameAddr(h.Value()); ok && instanceOf(a) != "" {
			return len(pathOf(req)) == 0
		}
	}
	return false
}

// instanceOf is how a phone names itself and the flow it registers over, as
// parameters of its Contact; empty when it does not do both (RFC 5626 §4.1).
// The names of RFC 5627 (GRUU) are not made: nobody calls a volunteer's phone
// but this house, which knows the Contact.
func instanceOf(a nameAddr) string {
	name, named := get(a.params, "+sip.instance")
	flow, numbered := get(a.params, "reg-id")
	if !named || !numbered || !isDigits(flow) || len(name) > 256 {
		return ""
	}
	return ";+sip.instance=" + name + ";reg-id=" + flow
}

// pathMost bounds how many proxies may stand between a phone and us.
const pathMost = 5

// pathOf are the proxies that want to be on the way to the phone (RFC 3327),
// nearest to us first.
func pathOf(req *sip.Request) (path []string) {
	for _, h := range req.GetHeaders("Path") {
		path = append(path, splitOutside(h.Value(), ',')...)
	}
	return path
}

// readPath is pathOf when each is a URI in brackets.
func readPath(req *sip.Request) (path []string, ok bool) {
	for _, one := range pathOf(req) {
		a, ok := parseNameAddr(one)
		if !ok || a.uri.scheme != "sip" || len(path) == pathMost || len(a.text) > 512 {
			return nil, false
		}
		path = append(path, a.text)
	}
	return path, true
}

// read turns a REGISTER signed by user into a change, or into its refusal.
func (r *registrar) read(req *sip.Request, user string) (change, *refusal) {
	ch := change{user: user, callID: req.CallID().Value(), cseq: uint64(req.CSeq().SeqNo)}
	to := req.To().Address
	if to.Scheme != "sip" && to.Scheme != "sips" {
		return ch, bad(reasonScheme)
	}
	if unescape(to.User) != user {
		return ch, &refusal{status: sip.StatusForbidden, why: reasonUnauthorized}
	}
	asked, has := expiresOf(req)
	contacts := req.GetHeaders("Contact")
	if len(contacts) == 1 && strings.TrimSpace(contacts[0].Value()) == "*" {
		if !has || asked != 0 {
			return ch, bad(reasonContact)
		}
		ch.clear = true
		return ch, nil
	}
	path, ok := readPath(req)
	if !ok {
		return ch, bad(reasonHeader)
	}
	now := r.phones.now()
	for _, h := range contacts {
		a, ok := parseNameAddr(h.Value())
		if !ok || a.uri.scheme != "sip" && a.uri.scheme != "sips" || len(a.text) > 1024 {
			return ch, bad(reasonContact)
		}
		want := registerDefault
		if has {
			want = asked
		}
		if v, own := get(a.params, "expires"); own {
			want = seconds(v)
		}
		if want > 0 && want < registerMin {
			return ch, &refusal{status: sip.StatusIntervalToBrief, header: "Min-Expires: " + strconv.Itoa(int(registerMin/time.Second)), why: reasonContact}
		}
		b := Binding{
			URI: a.text, Source: req.Source(), Via: req.Transport(), Expires: now.Add(min(want, r.max)),
			key: uriKeyOf(a.uri), instance: instanceOf(a), path: path, callID: ch.callID, cseq: ch.cseq,
		}
		if q, _ := get(a.params, "q"); isQ(q) {
			b.q = q
		}
		ch.set = append(ch.set, b)
	}
	return ch, nil
}

// isQ tells whether s is a qvalue (RFC 3261 §25.1): 0 to 1, up to three places.
func isQ(s string) bool {
	whole, places, _ := strings.Cut(s, ".")
	return len(places) <= 3 && (places == "" || isDigits(places)) &&
		(whole == "0" || whole == "1" && strings.Trim(places, "0") == "")
}

// expiresOf reads the Expires header.
func expiresOf(req *sip.Request) (time.Duration, bool) {
	h := req.GetHeader("Expires")
	if h == nil {
		return 0, false
	}
	return seconds(strings.TrimSpace(h.Value())), true
}

// seconds reads a delta-seconds; RFC 3261 §10.2.1.1 takes a malformed one for
// an hour.
func seconds(s string) time.Duration {
	n, ok := parseNumber(s, 1<<32-1)
	if !ok {
		return registerDefault
	}
	return time.Duration(n) * time.Second
}
