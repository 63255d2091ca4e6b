package sip

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// guard decides what becomes of every message that reaches a socket of ours,
// before sipgo has seen a byte of it: passed on in canonical form, answered
// here, or dropped. It keeps no state per message, so forged sources cost
// nothing but the token bucket they drain.
type guard struct {
	server *Server
	trunks *trunks
	nonces *nonces
	limits *limits
	rules  rules
	secret [32]byte // makes To tags of stateless answers
	silent bool     // strangers get no answer at all
	tracer *Tracer

	accepted sync.Map // remote address of each TCP connection we guard
	open     atomic.Int64
	counts   [reasonsEnd]atomic.Uint64
	passed   atomic.Uint64
}

// verdict is what becomes of one message.
type verdict struct {
	pass  []byte         // give this to sipgo
	reply []byte         // or send this …
	to    netip.AddrPort // … there (UDP)
	close bool           // the stream ends here (TCP)
}

// reason says why a message was not passed on; it is a metric's label.
type reason int

const (
	_ reason = iota
	reasonNotSIP
	reasonStartLine
	reasonVersion
	reasonHeader
	reasonMissing
	reasonTwice
	reasonVia
	reasonCSeq
	reasonContact
	reasonMethod
	reasonScheme
	reasonLength
	reasonBody
	reasonExtension
	reasonTooLarge
	reasonStranger
	reasonBanned
	reasonRate
	reasonUnauthorized
	reasonStray
	reasonResponse
	reasonConnections
	reasonSlow
	reasonAmplify
	reasonFault
	reasonsEnd
)

var reasonNames = [reasonsEnd]string{
	reasonNotSIP: "not_sip", reasonStartLine: "start_line", reasonVersion: "version", reasonHeader: "header",
	reasonMissing: "missing_header", reasonTwice: "header_twice", reasonVia: "via", reasonCSeq: "cseq",
	reasonContact: "contact", reasonMethod: "method", reasonScheme: "uri_scheme", reasonLength: "content_length",
	reasonBody: "body", reasonExtension: "extension", reasonTooLarge: "too_large", reasonStranger: "stranger",
	reasonBanned: "banned", reasonRate: "rate", reasonUnauthorized: "unauthorized", reasonStray: "stray_response",
	reasonResponse: "bad_response", reasonConnections: "connections", reasonSlow: "slow",
	reasonAmplify: "amplification", reasonFault: "fault",
}

func newGuard(s *Server, n *nonces) *guard {
	g := &guard{
		server: s, trunks: s.trunks, nonces: n,
		limits: newLimits(s.cfg.MaxRequestsPerSecond),
		rules:  rulesOf(s.cfg, s.registrar.on(), s.allowed()),
		silent: s.cfg.Unknown != "reject",
		tracer: newTracer(s),
	}
	g.limits.spared = s.trunks.near
	_, _ = rand.Read(g.secret[:]) // never fails
	return g
}

// count counts one message refused for why.
func (g *guard) count(why reason) { g.counts[why].Add(1) }

// trunkOfPeer is the trunk that ip proved to be by digest, if any.
func (g *guard) trunkOfPeer(ip netip.Addr) *Trunk {
	p, _ := g.limits.peer(ip)
	return p.trunk
}

// learn remembers that ip proved itself as t, long enough for the longest call
// to end.
func (g *guard) learn(ip netip.Addr, t *Trunk) { g.limits.trust(t.username, ip, t, 24*time.Hour) }

// standing is how far a source is known.
type standing int

const (
	stranger standing = iota
	proven            // by digest, or in a call with us
	carrier           // on a trunk's address list
)

func (g *guard) standing(ip netip.Addr) standing {
	if g.trunks.near(ip) {
		return carrier
	}
	if g.limits.knows(ip) {
		return proven
	}
	return stranger
}

// inspect decides about raw, one whole message from from; stream says whether
// it came over TCP. A fault of ours costs this message only.
func (g *guard) inspect(raw []byte, from netip.AddrPort, stream bool) (v verdict) {
	defer func() {
		if f := recover(); f != nil {
			g.count(reasonFault)
			g.server.caught("ingress", f)
			v = verdict{close: stream}
		}
	}()
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	who := g.standing(from.Addr())
	if who != carrier {
		if ok, why := g.limits.allow(from.Addr()); !ok {
			g.count(why)
			return verdict{close: stream}
		}
	}
	if !looksLikeSIP(raw) {
		g.count(reasonNotSIP)
		return verdict{close: stream}
	}
	m, cut := parse(raw, g.rules.sizes)
	if cut == errNoSIP {
		g.count(reasonNotSIP)
		return verdict{close: stream}
	}
	if m.status != 0 {
		return g.response(m, cut, from, who)
	}
	v = g.request(m, cut, from, who, stream)
	if v.reply != nil && who == stranger && len(v.reply) > 2*len(raw) {
		// A forged source would make us an amplifier.
		g.count(reasonAmplify)
		v.reply = nil
	}
	if v.pass != nil {
		g.passed.Add(1)
	}
	return v
}

// looksLikeSIP is the cheapest test that keeps scanners' other protocols away
// from the parser: a printable first line that names SIP somewhere.
func looksLikeSIP(raw []byte) bool {
	line, _, ok := bytes.Cut(raw, []byte("\r\n"))
	if !ok || len(line) < 8 || len(line) > 8<<10 {
		return false
	}
	for _, c := range line {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return bytes.Contains(bytes.ToLower(line), []byte("sip"))
}

// response passes what can answer a request of ours.
func (g *guard) response(m *message, cut error, from netip.AddrPort, who standing) verdict {
	r, ok := checkResponse(m, cut, g.rules)
	switch {
	case !ok:
		g.count(reasonResponse)
	case who == stranger && !g.limits.expects(from.Addr()):
		g.count(reasonStray)
	default:
		return verdict{pass: r.canonical(from)}
	}
	return verdict{}
}

// request validates, then asks who speaks.
func (g *guard) request(m *message, cut error, from netip.AddrPort, who standing, stream bool) verdict {
	register := m.method == "REGISTER" && g.rules.registrar
	signs := m.method == "INVITE" && g.trunks.open(from.Addr()) == nil
	if who == stranger && g.server.isParty(m, from.Addr()) {
		who = proven
	}
	if who == stranger && !register && !(signs && g.trunks.roaming) {
		return g.refuseStranger(m, cut, from, stream)
	}
	r, no := checkRequest(m, cut, g.rules)
	if no != nil {
		v := g.refuse(r, no, from)
		v.close = stream && cut != nil
		return v
	}
	if register || signs && (who == stranger || !r.inDialog()) {
		if v, stop := g.mustSign(r, from); stop {
			return v
		}
	}
	return verdict{pass: r.canonical(from)}
}

// refuseStranger is what an unknown source gets for everything but a REGISTER
// or an INVITE it could sign: nothing, or 403, or 481 when it speaks of a call.
// An ACK is never answered.
func (g *guard) refuseStranger(m *message, cut error, from netip.AddrPort, stream bool) verdict {
	g.count(reasonStranger)
	if g.silent || m.method == "ACK" {
		return verdict{close: stream}
	}
	r, no := checkRequest(m, cut, g.rules)
	if no != nil && len(r.vias) == 0 {
		return verdict{close: stream}
	}
	status := sip.StatusForbidden
	if r.inDialog() {
		status = sip.StatusCallTransactionDoesNotExists
	}
	return verdict{reply: r.answer(status, from, g.tag(r)), to: r.replyTo(from), close: stream && cut != nil}
}

// refuse answers r, unless it is an ACK or shows no way back.
func (g *guard) refuse(r *checked, no *refusal, from netip.AddrPort) verdict {
	g.count(no.why)
	if r.method == "ACK" || len(r.all("via")) == 0 {
		return verdict{}
	}
	return verdict{reply: r.answer(no.status, from, g.tag(r), no.header), to: r.replyTo(from)}
}

// mustSign challenges a request that carries no nonce of ours, without
// remembering it (RFC 3261 §8.2.7). Only who got our challenge, and so really
// is where it says, reaches the registrar and sipgo's tables.
func (g *guard) mustSign(r *checked, from netip.AddrPort) (verdict, bool) {
	realm := g.server.registrar.realm
	signed := false
	for _, h := range r.all("authorization") {
		c, ok := parseCredentials(h)
		if !ok || c.realm != realm {
			continue
		}
		if g.nonces.authentic(c.nonce, from.Addr()) {
			return verdict{}, false
		}
		signed = true
	}
	g.count(reasonUnauthorized)
	// A phone that signed with a nonce of before our restart, or from before
	// its address changed, must not think its password wrong.
	headers := g.server.registrar.challenges(g.nonces.issue(from.Addr()), signed)
	return verdict{reply: r.answer(401, from, g.tag(r), headers...), to: r.replyTo(from)}, true
}

// tag is the To tag of our stateless answers to r.
func (g *guard) tag(r *checked) string {
	mac := hmac.New(sha256.New, g.secret[:])
	for _, name := range []string{"via", "from", "call-id", "cseq"} {
		mac.Write([]byte(r.first(name)))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// recheck validates a request that came over a TCP connection we opened
// ourselves; sipgo reads those without passing here. It returns the status to
// refuse it with, or 0.
func (g *guard) recheck(req *sip.Request) int {
	if !sip.IsReliable(req.Transport()) {
		return 0
	}
	if _, guarded := g.accepted.Load(req.Source()); guarded {
		return 0
	}
	m, cut := parse([]byte(req.String()), g.rules.sizes)
	if _, no := checkRequest(m, cut, g.rules); no != nil {
		g.count(no.why)
		return no.status
	}
	return 0
}
