package sip

import (
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// What of a header may be seen, header by header and parameter by parameter. What has
// no rule here is hidden.

// header masks one header line.
func (m *masker) header(f field) string {
	rule, ok := headerRules[f.name]
	if !ok {
		// Its name may be seen when it is one; what it says may not.
		return headerName(f.name) + ": " + hidden(len(f.value))
	}
	return headerName(f.name) + ": " + rule(m, f.value)
}

// oddNames are those whose usual spelling is not Like-This.
var oddNames = map[string]string{
	"call-id": "Call-ID", "cseq": "CSeq", "rseq": "RSeq", "rack": "RAck", "www-authenticate": "WWW-Authenticate",
	"min-se": "Min-SE", "mime-version": "MIME-Version", "sip-etag": "SIP-ETag",
}

func headerName(name string) string {
	if odd, ok := oddNames[name]; ok {
		return odd
	}
	if !isPlainName(name) {
		return hiding
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// isPlainName takes names that only letters and hyphens make up, and a digit or
// two.
func isPlainName(s string) bool {
	digits := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-':
		default:
			return false
		}
	}
	return s != "" && digits <= 2 && len(s) <= 40
}

// headerRules say how the values of headers are shown; those of others are not.
var headerRules = map[string]func(*masker, string) string{}

func init() {
	rule := func(f func(*masker, string) string, names ...string) {
		for _, n := range names {
			headerRules[n] = f
		}
	}
	rule((*masker).addresses, "from", "to", "contact", "route", "record-route", "path", "service-route",
		"p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion", "history-info",
		"refer-to", "referred-by", "reply-to", "p-called-party-id", "p-associated-uri", "p-served-user")
	rule((*masker).ways, "via")
	rule((*masker).opaque, "call-id", "in-reply-to")
	rule((*masker).dialogName, "replaces", "target-dialog", "join")
	rule((*masker).sequence, "cseq")
	rule((*masker).credentials, "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate",
		"authentication-info", "proxy-authentication-info")
	rule((*masker).figures, "max-forwards", "content-length", "expires", "min-expires", "min-se", "session-expires",
		"rseq", "retry-after", "timestamp", "mime-version")
	rule((*masker).date, "date")
	rule((*masker).rack, "rack")
	rule((*masker).words, "allow", "supported", "require", "proxy-require", "unsupported", "accept", "accept-encoding",
		"accept-language", "allow-events", "event", "subscription-state", "content-type", "content-disposition",
		"content-encoding", "privacy", "reason", "warning", "user-agent", "server", "refer-sub", "p-early-media",
		"answer-mode", "request-disposition")
}

// addresses masks a list of name-addrs.
func (m *masker) addresses(v string) string {
	if v == "*" {
		return v
	}
	all := splitOutside(v, ',')
	for i, one := range all {
		all[i] = m.address(one)
	}
	return strings.Join(all, ", ")
}

// address masks one name-addr. What is not cut clearly is not shown.
func (m *masker) address(v string) string {
	var name, uri, params string
	rest := v
	if strings.HasPrefix(v, `"`) {
		end := closingQuote(v)
		if end < 0 {
			return hidden(len(v))
		}
		name, rest = v[1:end], strings.TrimLeft(v[end+1:], " \t")
		if !strings.HasPrefix(rest, "<") {
			return hidden(len(v))
		}
	}
	if before, after, ok := strings.Cut(rest, "<"); ok {
		if name == "" {
			name = strings.TrimSpace(before)
		}
		if uri, params, ok = strings.Cut(after, ">"); !ok {
			return hidden(len(v))
		}
		params = strings.TrimSpace(params)
		if params != "" && params[0] != ';' {
			return hidden(len(v))
		}
		params = strings.TrimPrefix(params, ";")
		out := "<" + m.uri(uri) + ">" + m.params(params, addressParams)
		if name != "" {
			out = `"` + m.who(name) + `" ` + out
		}
		return out
	}
	uri, params, _ = strings.Cut(rest, ";")
	return m.uri(strings.TrimSpace(uri)) + m.params(params, addressParams)
}

// uri masks the user part of a URI, its unknown parameters and its headers.
func (m *masker) uri(text string) string {
	u, ok := parseURI(text)
	if !ok {
		return hidden(len(text))
	}
	switch u.scheme {
	case "sip", "sips":
		host := u.host
		if u.port != 0 {
			host += ":" + strconv.Itoa(u.port)
		}
		out := u.scheme + ":"
		if u.user != "" {
			out += m.who(u.user) + "@"
		}
		out += m.opaque(host)
		out += m.params(u.params, uriParams)
		if u.header != "" {
			out += "?" + hiding
		}
		return out
	case "tel":
		number, params, _ := strings.Cut(u.rest, ";")
		return "tel:" + m.who(number) + m.params(params, uriParams)
	case "urn":
		if strings.HasPrefix(u.rest, "service:sos") {
			return "urn:service:sos"
		}
		return "urn:" + hiding
	}
	return hiding + ":" + hiding
}

// The parameters that may be seen, and how; of others only the name.
var (
	uriParams = map[string]func(*masker, string) string{
		"transport": (*masker).words, "lr": (*masker).words, "user": (*masker).words, "maddr": (*masker).words,
		"ttl": (*masker).words, "method": (*masker).words, "cause": (*masker).words, "ob": (*masker).words,
		"ftag": (*masker).opaque, "r2": (*masker).words, "nat": (*masker).words, "phone-context": (*masker).who,
	}
	addressParams = map[string]func(*masker, string) string{
		"tag": (*masker).opaque, "expires": (*masker).figures, "q": (*masker).words, "reg-id": (*masker).words,
		"reason": (*masker).words, "counter": (*masker).words, "privacy": (*masker).words, "screen": (*masker).words,
		"party": (*masker).words, "index": (*masker).words, "rc": (*masker).words, "mp": (*masker).words,
		"id-type": (*masker).words, "cause": (*masker).words, "lr": (*masker).words, "limit": (*masker).words,
	}
	viaParams = map[string]func(*masker, string) string{
		"branch": (*masker).opaque, "rport": (*masker).words, "received": (*masker).words, "alias": (*masker).words,
		"maddr": (*masker).words, "ttl": (*masker).words, "keep": (*masker).words, "i": (*masker).opaque,
	}
	dialogParams = map[string]func(*masker, string) string{
		"to-tag": (*masker).opaque, "from-tag": (*masker).opaque, "remote-tag": (*masker).opaque,
		"local-tag": (*masker).opaque, "early-only": (*masker).words,
	}
	digestParams = map[string]func(*masker, string) string{
		"realm": (*masker).words, "algorithm": (*masker).words, "qop": (*masker).words, "nc": (*masker).words,
		"stale": (*masker).words, "username": (*masker).quotedWho, "uri": (*masker).quotedURI,
	}
)

// params masks ";a=1;b" given without the first semicolon.
func (m *masker) params(s string, rules map[string]func(*masker, string) string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	var b strings.Builder
	for _, part := range splitOutside(s, ';') {
		b.WriteString(";" + m.param(part, rules))
	}
	return b.String()
}

func (m *masker) param(part string, rules map[string]func(*masker, string) string) string {
	name, value, has := strings.Cut(part, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	rule, ok := rules[strings.ToLower(name)]
	switch {
	case !ok && !isPlainName(strings.TrimLeft(name, "+")):
		return hiding
	case !has:
		return name
	case !ok, !isOneValue(value):
		return name + "=" + hiding
	}
	return name + "=" + rule(m, value)
}

// isOneValue tells whether v is a token or one quoted string. With a quote too
// many, what follows may be another parameter's secret.
func isOneValue(v string) bool {
	if strings.HasPrefix(v, `"`) {
		return len(v) >= 2 && closingQuote(v) == len(v)-1 && !strings.Contains(v, `\`)
	}
	return !strings.ContainsAny(v, "\";,=<>")
}

// ways masks Via values.
func (m *masker) ways(v string) string {
	all := splitOutside(v, ',')
	for i, one := range all {
		way, params, _ := strings.Cut(one, ";")
		if parsed, ok := parseVia(way); ok {
			all[i] = m.words(parsed.String()) + m.params(params, viaParams)
		} else {
			all[i] = hidden(len(one))
		}
	}
	return strings.Join(all, ", ")
}

// dialogName masks Replaces and its like: a Call-ID and two tags.
func (m *masker) dialogName(v string) string {
	id, params, _ := strings.Cut(v, ";")
	return m.opaque(id) + m.params(params, dialogParams)
}

// sequence masks a CSeq.
func (m *masker) sequence(v string) string {
	number, method, ok := strings.Cut(v, " ")
	if !ok || !isDigits(number) {
		return hidden(len(v))
	}
	return number + " " + methodName(strings.TrimSpace(method))
}

// credentials shows which account is asked for and how, not what proves it.
func (m *masker) credentials(v string) string {
	scheme, rest, _ := strings.Cut(v, " ")
	if strings.Contains(scheme, "=") { // Authentication-Info has none
		scheme, rest = "", v
	}
	if scheme != "" && !strings.EqualFold(scheme, "Digest") {
		return hidden(len(v))
	}
	all := splitOutside(rest, ',')
	for i, one := range all {
		all[i] = m.param(one, digestParams)
	}
	return strings.TrimSpace(scheme + " " + strings.Join(all, ", "))
}

func (m *masker) quotedWho(v string) string {
	name, _, _ := strings.Cut(unquote(v), "@")
	return `"` + m.who(name) + `"`
}

func (m *masker) quotedURI(v string) string { return `"` + m.uri(unquote(v)) + `"` }

// figures shows values that are numbers and little more: no words but a session
// timer's, so that no name can stand there.
func (m *masker) figures(v string) string {
	shown, comment, _ := strings.Cut(v, "(")
	for _, word := range strings.FieldsFunc(shown, func(r rune) bool { return strings.ContainsRune("0123456789 .,:;=+-", r) }) {
		if word != "refresher" && word != "uac" && word != "uas" && word != "duration" {
			return hidden(len(v))
		}
	}
	if shown = m.opaque(shown); comment != "" {
		shown += "(" + hiding + ")"
	}
	return shown
}

// date shows a date that is one.
func (m *masker) date(v string) string {
	if _, err := time.Parse(time.RFC1123, v); err != nil {
		return hidden(len(v))
	}
	return v
}

// rack masks RAck: the number of a response, and a CSeq (RFC 3262 §7.2).
func (m *masker) rack(v string) string {
	number, rest, ok := strings.Cut(v, " ")
	if !ok || !isDigits(number) {
		return hidden(len(v))
	}
	return number + " " + m.sequence(rest)
}
