package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"sahut/configs"
)

// hiding stands for what is not shown.
const hiding = "••••"

// masker makes messages fit to be shown. It knows what may be seen, header by
// header, and hides the rest: what nobody thought of is hidden, not shown. Its
// last step (runs) lets no row of six digits pass, wherever it stands.
//
// Numbers and names become aliases, "••••123·kfa" and "•kfam", that are the same
// for the same party as long as the masker lives, and tell nothing without its
// key. It never changes, so any goroutine may use it.
type masker struct {
	key  [32]byte
	ours func(number string) bool
}

func newMasker(ours func(string) bool) *masker {
	m := &masker{ours: ours}
	_, _ = rand.Read(m.key[:]) // never fails
	return m
}

// oursOf knows the helpline's own numbers: those its trunks show.
func oursOf(c configs.SIP) func(string) bool {
	own := map[string]bool{}
	for _, t := range c.Trunks {
		if n, err := configs.E164(t.Number, c.Country); err == nil {
			own[n] = true
		}
	}
	return func(number string) bool {
		if len(own) == 0 {
			return false
		}
		n, err := configs.E164(number, c.Country)
		return err == nil && own[n]
	}
}

// masked is a message as it may be shown. rawCallID may not.
type masked struct {
	start, callID, cseq, text string
	method                    string // of the CSeq
	rawCallID                 string
}

// message masks one whole message. Of one that is broken it shows what could be
// read, and how long the rest is.
func (m *masker) message(raw []byte) masked {
	msg, broken := parse(raw, sizes{message: 1 << 16, headers: 1000, line: 8 << 10})
	if broken == errNoSIP || broken == errTooLarge {
		start := firstWord(raw) + " " + hidden(len(raw))
		return masked{start: start, text: start + ": " + broken.Error() + "\n"}
	}
	out := masked{start: m.runs(m.startLine(msg)), rawCallID: msg.first("call-id")}
	out.callID = m.runs(m.opaque(out.rawCallID))
	out.cseq = m.runs(m.sequence(msg.first("cseq")))
	_, out.method, _ = strings.Cut(out.cseq, " ")

	var b strings.Builder
	b.WriteString(out.start + "\n")
	shown := len(msg.start) + 2
	for _, f := range msg.fields {
		b.WriteString(m.header(f) + "\n")
		shown += len(f.name) + len(f.value) + 4
	}
	switch {
	case broken != nil:
		fmt.Fprintf(&b, "(%d of %d bytes shown, the rest cannot be read: %v)\n", min(shown, len(raw)), len(raw), broken)
	case len(msg.body) > 0:
		b.WriteString("\n" + m.body(msg))
	}
	out.text = m.runs(b.String())
	return out
}

// firstWord is what a message that is none begins with, if that is a word that
// tells nothing.
func firstWord(raw []byte) string {
	word, _, _ := strings.Cut(string(raw[:min(len(raw), 40)]), " ")
	switch {
	case isMethod(word), word == "SIP/2.0":
		return word
	}
	return hiding
}

func isMethod(s string) bool {
	for _, list := range [][]string{handled, known} {
		for _, method := range list {
			if s == method {
				return true
			}
		}
	}
	return false
}

func methodName(s string) string {
	if isMethod(s) {
		return s
	}
	return hiding
}

func hidden(n int) string { return fmt.Sprintf("(%d bytes)", n) }

func (m *masker) startLine(msg *message) string {
	if msg.status != 0 {
		_, rest, _ := strings.Cut(msg.start, " ")
		_, reason, _ := strings.Cut(rest, " ")
		return "SIP/2.0 " + strconv.Itoa(msg.status) + " " + m.words(reason)
	}
	version := msg.version
	if version != "SIP/2.0" {
		version = hiding
	}
	return methodName(msg.method) + " " + m.uri(msg.uri) + " " + version
}

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

// unnamed are the words that stand for nobody.
var unnamed = map[string]bool{"anonymous": true, "unavailable": true, "unknown": true, "restricted": true}

// who masks a user part or a display name.
func (m *masker) who(s string) string {
	if unnamed[strings.ToLower(s)] {
		return strings.ToLower(s)
	}
	number, _, _ := strings.Cut(s, ";")
	digits := 0
	for i := 0; i < len(number); i++ {
		switch c := number[i]; {
		case c >= '0' && c <= '9':
			digits++
		case strings.IndexByte("+-.() ", c) < 0:
			return "•" + m.alias("name", strings.ToLower(s), 4)
		}
	}
	if digits == 0 {
		return "•" + m.alias("name", strings.ToLower(s), 4)
	}
	return m.number(number)
}

// number masks a telephone number. The ways to write one (+62811…, 0811…) have
// the same alias.
func (m *masker) number(s string) string {
	digits := onlyDigits(s)
	switch {
	case len(digits) >= 6 && m.ours(s):
		// Grouped, since six digits in a row are never shown.
		var groups []string
		for n := digits; n != ""; n = n[min(4, len(n)):] {
			groups = append(groups, n[:min(4, len(n))])
		}
		return strings.Join(groups, "-")
	case len(digits) < 7: // a short code or extension: three digits would be half of it
		return hiding + "·" + m.alias("number", digits, 3)
	}
	return hiding + digits[len(digits)-3:] + "·" + m.alias("number", digits[max(0, len(digits)-8):], 3)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// alias is n letters that stand for s.
func (m *masker) alias(kind, s string, n int) string {
	const letters = "abcdefghjkmnpqrstuvwxyz"
	mac := hmac.New(sha256.New, m.key[:])
	mac.Write([]byte(kind + "\x00" + s))
	sum := mac.Sum(nil)
	for i := range n {
		sum[i] = letters[int(sum[i])%len(letters)]
	}
	return string(sum[:n])
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

// words shows text of a protocol. Where an address could be in it, it is hidden
// altogether.
func (m *masker) words(v string) string {
	if strings.Contains(v, "@") {
		return hidden(len(v))
	}
	for i := 1; i+1 < len(v); i++ {
		// A scheme; a port or a word of its own behind the colon is none.
		if v[i] == ':' && isLetter(v[i-1]) && v[i+1] != ' ' && !isDigit(v[i+1]) {
			return hidden(len(v))
		}
	}
	return m.opaque(v)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// opaque shows an identifier. Equipment makes Call-IDs of callers' numbers, so
// whatever could be one is masked.
func (m *masker) opaque(v string) string {
	v = m.plain(v)
	var b strings.Builder
	for i := 0; i < len(v); {
		if !isDigit(v[i]) {
			b.WriteByte(v[i])
			i++
			continue
		}
		if n := addressAt(v[i:]); n > 0 {
			b.WriteString(v[i : i+n])
			i += n
			continue
		}
		n := numberAt(v[i:])
		if s := v[i : i+n]; len(onlyDigits(s)) >= 6 {
			b.WriteString(m.number(s))
		} else {
			b.WriteString(s)
		}
		i += n
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// numberAt is how long the digits s begins with are, with what people and
// programs put between the digits of a number.
func numberAt(s string) int {
	end := 0
	for i, gap := 0, 0; i < len(s); i++ {
		switch {
		case isDigit(s[i]):
			if gap > 0 && addressAt(s[i:]) > 0 {
				return end
			}
			end, gap = i+1, 0
		case gap < 2 && strings.IndexByte("-.()/_%+ ", s[i]) >= 0:
			gap++
		default:
			return end
		}
	}
	return end
}

// addressAt is how long the IPv4 address s begins with is, or 0.
func addressAt(s string) int {
	n := 0
	for n < len(s) && n < 16 && (isDigit(s[n]) || s[n] == '.') {
		n++
	}
	if a, err := netip.ParseAddr(s[:n]); err != nil || !a.Is4() {
		return 0
	}
	return n
}

// plain leaves nothing but printable ASCII: digits have many shapes elsewhere.
func (m *masker) plain(v string) string {
	for i := 0; i < len(v); i++ {
		if v[i] < ' ' || v[i] > '~' {
			return strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return '?'
				}
				return r
			}, v)
		}
	}
	return v
}

// runs is the last step: six digits in a row are a number, wherever they are.
func (m *masker) runs(text string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(text); {
		n := 0
		for i+n < len(text) && isDigit(text[i+n]) {
			n++
		}
		if n >= 6 {
			b.WriteString(text[from:i] + m.run(text[i:i+n]))
			from = i + n
		}
		i += max(n, 1)
	}
	if from == 0 {
		return text
	}
	return b.String() + text[from:]
}

// run masks digits of which nobody knows what they are. Three are shown, so
// that a version or a sequence can be seen to grow.
func (m *masker) run(digits string) string {
	return hiding + digits[len(digits)-3:] + "·" + m.alias("number", digits[max(0, len(digits)-8):], 3)
}

// body shows a session description. Of any other body only the kind and the
// length: keys pressed, text messages, a patient's papers.
func (m *masker) body(msg *message) string {
	body := msg.body
	if n, ok, err := msg.contentLength(); ok && err == nil && n < len(body) {
		body = body[:n]
	}
	kind, params, err := mime.ParseMediaType(msg.first("content-type"))
	switch {
	case err != nil:
	case kind == accepted:
		return m.sdp(string(body))
	case kind == "multipart/mixed":
		if sdp, ok := partOf(body, params["boundary"]); ok {
			return fmt.Sprintf("(%d bytes of %s; in it:)\n", len(body), kind) + m.sdp(string(sdp))
		}
	}
	return hidden(len(body)) + "\n"
}

// partOf finds the session description in a multipart body.
func partOf(body []byte, boundary string) ([]byte, bool) {
	parts := multipart.NewReader(strings.NewReader(string(body)), boundary)
	for boundary != "" {
		part, err := parts.NextRawPart()
		if err != nil {
			break
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind == accepted {
			sdp, err := io.ReadAll(part)
			return sdp, err == nil
		}
	}
	return nil, false
}
