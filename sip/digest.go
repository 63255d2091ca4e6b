package sip

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// algorithms are the digests we take, the one we prefer first (RFC 8760 §2.1:
// one challenge each, in that order).
var algorithms = []string{"SHA-256", "MD5"}

// Realm is the realm of every challenge we send. Passwords are kept hashed
// with it, so the store must use the same.
func Realm(c configs.SIP) string {
	if c.Domain == "" {
		return "voice"
	}
	return c.Domain
}

// hashOf joins the parts with colons and hashes them (RFC 7616 §3.4.1).
func hashOf(algorithm string, parts ...string) string {
	var h hash.Hash
	if algorithm == "MD5" {
		h = md5.New()
	} else {
		h = sha256.New()
	}
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// credentials are those of an Authorization header.
type credentials struct {
	username, realm, nonce, uri, response string
	algorithm, cnonce, qop, nc            string
}

// parseCredentials reads "Digest username=\"…\", …". Other schemes are not
// ours and are ignored (RFC 4475 §3.3.14).
func parseCredentials(s string) (credentials, bool) {
	var c credentials
	scheme, rest, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok || !strings.EqualFold(scheme, "Digest") {
		return c, false
	}
	into := map[string]*string{
		"username": &c.username, "realm": &c.realm, "nonce": &c.nonce, "uri": &c.uri, "response": &c.response,
		"algorithm": &c.algorithm, "cnonce": &c.cnonce, "qop": &c.qop, "nc": &c.nc,
	}
	for _, part := range splitAuth(rest) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return c, false
		}
		field := into[strings.ToLower(strings.TrimSpace(name))]
		if field == nil {
			continue // opaque, userhash and the future
		}
		if *field != "" {
			return c, false // twice
		}
		*field = unquote(strings.TrimSpace(value))
	}
	if c.algorithm == "" {
		c.algorithm = "MD5" // RFC 7616 §3.4
	}
	c.algorithm = strings.ToUpper(c.algorithm)
	return c, c.username != "" && c.nonce != "" && c.uri != "" && c.response != ""
}

// splitAuth cuts at commas outside quotes; unlike in other headers angle
// brackets mean nothing here.
func splitAuth(s string) []string {
	var out []string
	quoted := false
	start := 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// responseOf computes the response c should carry (RFC 7616 §3.4.1, qop=auth).
func (c credentials) responseOf(ha1, method string) string {
	return hashOf(c.algorithm, ha1, c.nonce, c.nc, c.cnonce, c.qop, hashOf(c.algorithm, method, c.uri))
}

// authOutcome is what checking a signature came to.
type authOutcome int

const (
	authMissing authOutcome = iota // nothing for our realm
	authWrong                      // unknown user or wrong password: the two look alike
	authStale                      // right, but with a used or old nonce
	authOK
)

// check verifies req against the passwords in cr. Unknown users cost the same
// time as wrong passwords, and are locked after as many tries.
func (r *registrar) check(req *sip.Request, ip netip.Addr, cr Credentials) (user string, outcome authOutcome) {
	c, ok := r.credentialsIn(req)
	if !ok {
		return "", authMissing
	}
	if r.limits.locked(c.username, ip) {
		return "", authWrong
	}
	right := c.qop == "auth" && c.cnonce != "" && sameTarget(c.uri, req.Recipient) && r.signedBy(c, string(req.Method), cr)
	if !right {
		r.limits.failed(c.username, ip)
		return "", authWrong
	}
	nc, err := strconv.ParseUint(c.nc, 16, 32)
	if err != nil || len(c.nc) != 8 || !r.nonces.use(c.nonce, nc, ip) {
		return "", authStale
	}
	return c.username, authOK
}

// credentialsIn finds the credentials for our realm.
func (r *registrar) credentialsIn(req *sip.Request) (credentials, bool) {
	for _, h := range req.GetHeaders("Authorization") {
		if c, ok := parseCredentials(h.Value()); ok && c.realm == r.realm {
			return c, true
		}
	}
	return credentials{}, false
}

// signedBy compares the signature in constant time; an unknown user is
// compared with one nobody has.
func (r *registrar) signedBy(c credentials, method string, cr Credentials) bool {
	if c.algorithm != "MD5" && c.algorithm != "SHA-256" {
		return false
	}
	ha1, known := cr.HA1(c.username, c.algorithm)
	if !known || ha1 == "" {
		ha1, known = r.nobody, false
	}
	want := c.responseOf(ha1, method)
	same := subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.response))) == 1
	return same && known
}

// sameTarget tells whether the signed URI is the one the request goes to, but
// for parameters, which clients leave out of it.
func sameTarget(signed string, target sip.Uri) bool {
	u, ok := parseURI(signed)
	if !ok {
		return false
	}
	if u.scheme == "tel" {
		return strings.EqualFold(target.Scheme, "tel")
	}
	return u.scheme == strings.ToLower(target.Scheme) && u.user == target.User &&
		u.host == strings.ToLower(target.Host) && u.port == target.Port
}

// offered are the digests a 401 asks for, by the settings. Some phones cannot
// read a challenge that names SHA-256, though RFC 8760 lets them skip it.
func offered(setting string) []string {
	if setting == "md5" {
		return []string{"MD5"}
	}
	return algorithms
}

// challenges are the WWW-Authenticate lines of a 401.
func (r *registrar) challenges(nonce string, stale bool) []string {
	var out []string
	for _, alg := range r.offers {
		h := fmt.Sprintf(`WWW-Authenticate: Digest realm="%s", nonce="%s", algorithm=%s, qop="auth"`, r.realm, nonce, alg)
		if stale {
			h += ", stale=true"
		}
		out = append(out, h)
	}
	return out
}

// challenge is the 401 to req. It is the same for an unknown user and a wrong
// password.
func (s *Server) challenge(req *sip.Request, stale bool) *sip.Response {
	res := s.reply(req, sip.StatusUnauthorized)
	for _, line := range s.registrar.challenges(s.registrar.nonces.issue(sourceOf(req)), stale) {
		name, value, _ := strings.Cut(line, ": ")
		res.AppendHeader(sip.NewHeader(name, value))
	}
	return res
}
