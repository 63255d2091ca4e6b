package sip

import (
	"net/netip"
	"strconv"
	"strings"
)

// The parts of RFC 3261 §25.1 a request must satisfy before it is believed.
// Where equipment in the field is known to differ harmlessly the grammar is
// wider, and the comment says so.

// isToken tells whether s is a token: a method, a header name, a parameter.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokenChar(s[i]) {
			return false
		}
	}
	return s != ""
}

func tokenChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("-.!%*_+`'~", c) >= 0
}

// isDigits tells whether s is a number without sign.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isVisible tells whether s is printable ASCII without a space.
func isVisible(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// splitOutside cuts s at sep where it stands outside quotes and angle
// brackets, and trims each part.
func splitOutside(s string, sep byte) []string {
	var out []string
	quoted, bracket := false, false
	start := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '<':
			bracket = true
		case c == '>':
			bracket = false
		case c == sep && !bracket:
			out = append(out, strings.Trim(s[start:i], " \t"))
			start = i + 1
		}
	}
	return append(out, strings.Trim(s[start:], " \t"))
}

// param is one ";name=value". The name is lower-case; value keeps its quotes.
type param struct{ name, value string }

// parseParams reads "a=1;b;c=\"x\"".
func parseParams(s string) ([]param, bool) {
	var out []param
	for _, part := range splitOutside(s, ';') {
		name, value, has := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !isToken(name) || has && value == "" {
			return nil, false
		}
		if strings.HasPrefix(value, `"`) {
			if closingQuote(value) != len(value)-1 {
				return nil, false
			}
		} else if strings.ContainsAny(value, " \t\";,<>=\\") {
			return nil, false
		}
		out = append(out, param{strings.ToLower(name), value})
	}
	return out, true
}

// hides tells whether p's quotes hold what separates parameters.
func (p param) hides() bool {
	return strings.HasPrefix(p.value, `"`) && strings.ContainsAny(p.value[1:len(p.value)-1], `;,=\"`)
}

// get returns the parameter's value.
func get(ps []param, name string) (string, bool) {
	for _, p := range ps {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// writeParams appends ";a=1;b". A quoted value that holds a separator is left
// out: sipgo would cut it in two and see parameters we did not. Registrars send
// them (received="sip:192.0.2.1:5060;transport=TCP").
func writeParams(b *strings.Builder, ps []param) {
	for _, p := range ps {
		if p.hides() {
			continue
		}
		b.WriteByte(';')
		b.WriteString(p.name)
		if p.value != "" {
			b.WriteByte('=')
			b.WriteString(p.value)
		}
	}
}

// uri is a URI as far as we look into it. Of a scheme other than sip and sips
// only rest is known.
type uri struct {
	scheme string
	user   string // without password, as written
	host   string // lower-case; IPv6 in brackets
	port   int
	params string // after the first ;
	header string // after ?
	rest   string // everything after the scheme
}

// parseURI reads an addr-spec. Spaces, controls and quotes never belong to one.
func parseURI(s string) (uri, bool) {
	scheme, rest, ok := strings.Cut(s, ":")
	u := uri{scheme: strings.ToLower(scheme), rest: rest}
	if !ok || rest == "" || !isScheme(scheme) || !isVisible(s) || strings.ContainsAny(s, "<>\"\\") {
		return u, false
	}
	if u.scheme != "sip" && u.scheme != "sips" {
		return u, true
	}
	// The user part may hold ; ? : / but never @ or brackets. Carriers send
	// "#" there although it should be escaped.
	if user, after, has := strings.Cut(rest, "@"); has {
		user, _, _ = strings.Cut(user, ":")
		if user == "" || strings.ContainsAny(user, "[]{}|^") || !escapesOK(user) {
			return u, false
		}
		u.user, rest = user, after
	}
	rest, u.header, _ = strings.Cut(rest, "?")
	rest, u.params, _ = strings.Cut(rest, ";")
	host, port, ok := hostPort(rest)
	u.host, u.port = host, port
	return u, ok
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return s != ""
}

// escapesOK tells whether every % is followed by two hexadecimal digits.
func escapesOK(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 2
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// hostPort reads "host", "host:5060", "[2001:db8::1]:5060".
func hostPort(s string) (host string, port int, ok bool) {
	host = s
	rest := ""
	if strings.HasPrefix(s, "[") {
		i := strings.IndexByte(s, ']')
		if i < 0 {
			return "", 0, false
		}
		host, rest = s[:i+1], s[i+1:]
		a, err := netip.ParseAddr(s[1:i])
		if err != nil || !a.Is6() || a.Zone() != "" {
			return "", 0, false
		}
	} else {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			host, rest = s[:i], s[i:]
		}
		if !isHostname(host) {
			return "", 0, false
		}
	}
	if rest != "" {
		digits := strings.Trim(strings.TrimPrefix(rest, ":"), " \t")
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 || rest[0] != ':' || !isDigits(digits) {
			return "", 0, false
		}
		port = int(n)
	}
	return strings.ToLower(host), port, true
}

// isHostname takes a name or an IPv4 address. The underscore is not allowed in
// either and common in both.
func isHostname(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return s != "" && len(s) <= 255
}

// nameAddr is the value of From, To, Contact, Route: a display name, a URI and
// parameters of the header.
type nameAddr struct {
	display string // without quotes, escapes as written
	uri     uri
	text    string // the URI as written
	params  []param
}

// parseNameAddr reads name-addr or addr-spec with parameters. In the form
// without brackets the first ; begins the header's parameters and a ? is an
// error (RFC 3261 §20.10).
func parseNameAddr(s string) (nameAddr, bool) {
	var a nameAddr
	rest := s
	bracketed := true
	switch {
	case strings.HasPrefix(s, `"`):
		end := closingQuote(s)
		if end < 0 {
			return a, false
		}
		a.display = s[1:end]
		rest = strings.TrimLeft(s[end+1:], " \t")
		if !strings.HasPrefix(rest, "<") {
			return a, false
		}
	case strings.Contains(s, "<"):
		i := strings.IndexByte(s, '<')
		a.display = strings.Trim(s[:i], " \t")
		// Only tokens may stand unquoted. Gateways put @ / ( ) there as well,
		// which harms nobody; a comma or semicolon would end the value.
		if strings.ContainsAny(a.display, ",;\"\\>") {
			return a, false
		}
		rest = s[i:]
	default:
		bracketed = false
	}

	var params string
	var has bool
	if bracketed {
		i := strings.IndexByte(rest, '>')
		if i < 0 {
			return a, false
		}
		a.text = rest[1:i]
		params = strings.TrimLeft(rest[i+1:], " \t")
		if params != "" && params[0] != ';' {
			return a, false
		}
		params, has = strings.CutPrefix(params, ";")
	} else {
		a.text, params, has = strings.Cut(rest, ";")
		a.text = strings.TrimRight(a.text, " \t")
		if strings.ContainsAny(a.text, "?,") {
			return a, false
		}
	}
	var ok bool
	// sipgo reads no scheme with anything but letters in it.
	if a.uri, ok = parseURI(a.text); !ok || strings.ContainsAny(a.uri.scheme, "0123456789+-.") {
		return a, false
	}
	if has {
		a.params, ok = parseParams(params)
	}
	return a, ok
}

// closingQuote returns where the string s begins with ends, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// String writes the value the way every parser reads alike: display name in
// quotes, URI in brackets, lower-case parameter names.
func (a nameAddr) String() string {
	var b strings.Builder
	if a.display != "" {
		b.WriteByte('"')
		b.WriteString(a.display)
		b.WriteString(`" `)
	}
	b.WriteByte('<')
	b.WriteString(a.text)
	b.WriteByte('>')
	writeParams(&b, a.params)
	return b.String()
}

// via is one Via value (RFC 3261 §20.42).
type via struct {
	transport string
	host      string // IPv6 in brackets
	port      int    // 0: none given
	params    []param
}

// parseVia reads "SIP / 2.0 / UDP host : 5060 ; branch=…". When only the
// parameters are bad, the sent-by is still returned, for the reply.
func parseVia(s string) (via, bool) {
	var v via
	proto, rest, ok1 := strings.Cut(s, "/")
	version, rest, ok2 := strings.Cut(rest, "/")
	rest = strings.TrimLeft(rest, " \t")
	i := strings.IndexAny(rest, " \t")
	if !ok1 || !ok2 || i < 0 || !strings.EqualFold(strings.TrimSpace(proto), "SIP") || strings.TrimSpace(version) != "2.0" {
		return v, false
	}
	v.transport = strings.ToUpper(rest[:i])
	sentBy, params, has := strings.Cut(rest[i:], ";")
	var ok bool
	sentBy = strings.Trim(sentBy, " \t")
	if h, p, colon := strings.Cut(sentBy, ":"); colon && !strings.HasPrefix(sentBy, "[") {
		sentBy = strings.TrimSpace(h) + ":" + strings.TrimSpace(p) // "host : port" is allowed
	}
	if v.host, v.port, ok = hostPort(sentBy); !ok || !isToken(v.transport) {
		return v, false
	}
	if !has {
		return v, true
	}
	if v.params, ok = parseParams(params); !ok {
		return v, false
	}
	for _, p := range v.params {
		if strings.HasPrefix(p.value, `"`) {
			return v, false // sipgo misreads them, and nobody sends them
		}
	}
	return v, true
}

// String writes the value without optional spaces.
func (v via) String() string {
	var b strings.Builder
	b.WriteString("SIP/2.0/" + v.transport + " " + v.host)
	if v.port != 0 {
		b.WriteString(":" + strconv.Itoa(v.port))
	}
	writeParams(&b, v.params)
	return b.String()
}

// received returns v as our side must see it (RFC 3261 §18.2.1, RFC 3581 §4):
// what the sender claims about where it sent from is removed, what we saw is
// added. An rport stays without value, for the response to fill.
func (v via) received(from netip.AddrPort) via {
	out := v
	out.params = nil
	rport := false
	for _, p := range v.params {
		switch p.name {
		case "received":
		case "rport":
			rport = true
		default:
			out.params = append(out.params, p)
		}
	}
	ip := from.Addr().String()
	if rport {
		out.params = append(out.params, param{name: "rport"})
	}
	if rport || strings.Trim(v.host, "[]") != ip {
		out.params = append(out.params, param{"received", ip})
	}
	return out
}
