package sip

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// account is who we are at a carrier, and how we prove it (RFC 3261 §22, RFC
// 8760). Its password answers challenges of its own trunk only: one that comes
// from an address of the trunk's server, to a request that went there, for a
// realm that is the trunk's. Everything else could be a callee behind the
// carrier who asks for a digest to crack at leisure.
type account struct {
	username string
	password string
	realms   []string                 // that are the carrier's by its settings
	ours     func(ip netip.Addr) bool // whether an address is the trunk's server

	mu     sync.Mutex // guards what follows
	realm  string     // the carrier's, as its registrar or first challenge said
	latest *challenge // the one to sign by without being asked
	nc     uint32     // how often its nonce was used
}

// challenge is one WWW-Authenticate or Proxy-Authenticate.
type challenge struct {
	realm, nonce, opaque, algorithm string
	qop                             string // auth, or empty as of old (RFC 2069)
	stale                           bool
	proxy                           bool
	method                          string // whose answer it was
}

// Why a challenge is not answered.
var (
	errNotAsked     = errors.New("it asks for no digest we know")
	errForeignHost  = errors.New("it does not come from the trunk's server")
	errForeignRealm = errors.New("its realm is not the trunk's")
	errRefusedAgain = errors.New("our user name or password is wrong there")
	errNoSignature  = errors.New("requests of this kind are never signed")
)

// signable are the requests that may carry the password's proof, when they are
// ours: REGISTER, and what opens or keeps up a call we placed. A BYE is not
// among them: the call is over for us whatever it is answered.
var signable = []sip.RequestMethod{sip.REGISTER, sip.INVITE, sip.UPDATE}

// sign adds the answer to the challenge in res to req, the request that shall
// replace the refused one.
func (a *account) sign(req *sip.Request, res *sip.Response) error {
	if !slices.Contains(signable, req.Method) {
		return errNoSignature
	}
	if !a.isOurs(req.Destination()) || !a.isOurs(res.Source()) {
		return errForeignHost
	}
	c, err := a.choose(res)
	if err != nil {
		return err
	}
	c.method = string(req.Method)
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.accepts(c) {
		return errForeignRealm
	}
	a.latest, a.nc = &c, 0
	a.write(req)
	return nil
}

// signAhead signs req by the latest challenge, so that the registrar need not
// ask again each time.
func (a *account) signAhead(req *sip.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.latest != nil && a.latest.qop != "" && a.latest.method == string(req.Method) && a.isOurs(req.Destination()) {
		a.write(req)
	}
}

// forget drops the challenge to sign ahead by.
func (a *account) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latest = nil
}

func (a *account) isOurs(hostport string) bool {
	at, err := netip.ParseAddrPort(hostport)
	return err == nil && a.ours(at.Addr().Unmap())
}

// accepts tells whether c's realm is the carrier's; mu is held. The registrar
// itself answers a REGISTER, so its realm counts. An INVITE's challenge may
// have been passed on from whoever is called, so without a registrar the first
// realm is kept.
func (a *account) accepts(c challenge) bool {
	switch {
	case c.method == string(sip.REGISTER) || a.realm == "":
		a.realm = c.realm
		return true
	case c.realm == a.realm:
		return true
	}
	return slices.ContainsFunc(a.realms, func(r string) bool { return strings.EqualFold(r, c.realm) })
}

// choose takes the strongest challenge we understand.
func (a *account) choose(res *sip.Response) (challenge, error) {
	var best challenge
	strength := -1
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		proxy := name[0] == 'P'
		if proxy != (res.StatusCode == sip.StatusProxyAuthRequired) {
			continue
		}
		for _, h := range res.GetHeaders(name) {
			c, ok := parseChallenge(h.Value())
			if !ok {
				continue
			}
			c.proxy = proxy
			if s := slices.Index(digests, strings.TrimSuffix(c.algorithm, "-SESS")); s > strength {
				best, strength = c, s
			}
		}
	}
	if strength < 0 {
		return best, errNotAsked
	}
	return best, nil
}

// digests are those we can answer with, the strongest last. SHA-512-256 comes
// before SHA-256: both are strong, and more carriers get the latter right.
var digests = []string{"MD5", "SHA-512-256", "SHA-256"}

// parseChallenge reads `Digest realm="…", nonce="…"`. One that wants auth-int
// only, which would sign the body, is not for us.
func parseChallenge(s string) (c challenge, ok bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	if !strings.EqualFold(scheme, "Digest") {
		return c, false
	}
	var realm, qop bool
	c.algorithm = "MD5" // RFC 7616 §3.3
	for _, part := range splitAuth(rest) {
		name, value, found := strings.Cut(part, "=")
		if !found {
			continue
		}
		value = unquote(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "realm":
			c.realm, realm = value, true
		case "nonce":
			c.nonce = value
		case "opaque":
			c.opaque = value
		case "algorithm":
			c.algorithm = strings.ToUpper(value)
		case "stale":
			c.stale = strings.EqualFold(value, "true")
		case "qop":
			qop = true
			for one := range strings.SplitSeq(value, ",") {
				if strings.EqualFold(strings.TrimSpace(one), "auth") {
					c.qop = "auth"
				}
			}
		}
	}
	known := slices.Contains(digests, strings.TrimSuffix(c.algorithm, "-SESS"))
	return c, realm && c.nonce != "" && known && (!qop || c.qop != "") && printable(c.realm+c.nonce+c.opaque)
}

// printable keeps what a challenge says from breaking our header.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// write signs req by the latest challenge (RFC 7616 §3.4); mu is held.
func (a *account) write(req *sip.Request) {
	c := a.latest
	a.nc++
	uri := req.Recipient.String()
	h := func(parts ...string) string { return digestOf(c.algorithm, parts...) }
	ha1 := h(a.username, c.realm, a.password)
	cnonce := randomHex()
	if strings.HasSuffix(c.algorithm, "-SESS") {
		ha1 = h(ha1, c.nonce, cnonce)
	}
	ha2 := h(string(req.Method), uri)
	nc := fmt.Sprintf("%08x", a.nc)
	response := h(ha1, c.nonce, ha2)
	if c.qop != "" {
		response = h(ha1, c.nonce, nc, cnonce, c.qop, ha2)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username=%s, realm=%s, nonce=%s, uri=%s, response="%s", algorithm=%s`,
		quoted(a.username), quoted(c.realm), quoted(c.nonce), quoted(uri), response, properCase(c.algorithm))
	if c.opaque != "" {
		b.WriteString(", opaque=" + quoted(c.opaque))
	}
	if c.qop != "" {
		fmt.Fprintf(&b, `, qop=%s, nc=%s`, c.qop, nc)
	}
	if c.qop != "" || strings.HasSuffix(c.algorithm, "-SESS") {
		fmt.Fprintf(&b, `, cnonce="%s"`, cnonce)
	}
	name := "Authorization"
	if c.proxy {
		name = "Proxy-Authorization"
	}
	req.RemoveHeader(name)
	req.AppendHeader(sip.NewHeader(name, b.String()))
}

// properCase is how the registries write an algorithm.
func properCase(algorithm string) string { return strings.Replace(algorithm, "-SESS", "-sess", 1) }

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// digestOf is hashOf for every algorithm a carrier may want.
func digestOf(algorithm string, parts ...string) string {
	var h hash.Hash
	switch strings.TrimSuffix(algorithm, "-SESS") {
	case "SHA-256":
		h = sha256.New()
	case "SHA-512-256":
		h = sha512.New512_256()
	default:
		h = md5.New()
	}
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

func randomHex() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// signer answers the challenges to one request: once, and once more when all
// that was wrong was the age of the nonce (RFC 7616 §3.4.3).
func (a *account) signer() func(*sip.Request, *sip.Response) error {
	asked := 0
	return func(req *sip.Request, res *sip.Response) error {
		if asked++; asked > 1 && (asked > 2 || !isStale(res)) {
			return errRefusedAgain
		}
		return a.sign(req, res)
	}
}

func isStale(res *sip.Response) bool {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		for _, h := range res.GetHeaders(name) {
			if c, ok := parseChallenge(h.Value()); ok && c.stale {
				return true
			}
		}
	}
	return false
}
