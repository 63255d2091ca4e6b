package sip

import (
	"slices"
	"strconv"
	"strings"

	"sahut/configs"
)

// checked is a message that satisfies RFC 3261 §8.1.1 and §8.2, read once.
type checked struct {
	*message
	target   uri
	vias     []via
	from, to nameAddr
	contacts []nameAddr
	wildcard bool // Contact: *
	callID   string
	cseq     uint64
	hops     int // Max-Forwards
}

// inDialog tells whether the request claims to belong to a dialog.
func (r *checked) inDialog() bool { _, has := get(r.to.params, "tag"); return has }

// refusal is the answer to a message that goes no further.
type refusal struct {
	status int
	header string // one more header line for the reply, or ""
	why    reason
}

func bad(why reason) *refusal { return &refusal{status: 400, why: why} }

// handled are the methods with a handler; known ones without are 405, all
// others 501 (RFC 3261 §8.2.1 and §21.5.2). Methods are case-sensitive.
var (
	handled = []string{"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "PRACK", "REFER", "REGISTER"}
	known   = []string{"SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH"}
)

// carrying are the methods whose body means something to us. Any other body
// is left out (a carrier's ISUP in a BYE), except in a CANCEL, which cannot
// have one (RFC 3261 §20, table 2).
var carrying = []string{"INVITE", "ACK", "UPDATE", "PRACK", "INFO"}

// rules are the settings validation depends on.
type rules struct {
	sizes     sizes
	registrar bool
	allow     string
	supported []string
}

func rulesOf(c configs.SIP, registrar bool, allow string) rules {
	r := rules{
		sizes:     sizes{message: c.MaxMessageBytes, headers: c.MaxHeaders, line: 8 << 10, vias: 20},
		registrar: registrar, allow: allow, supported: extensions,
	}
	if r.sizes.message == 0 {
		r.sizes.message = 65535
	}
	if r.sizes.headers == 0 {
		r.sizes.headers = 100
	}
	return r
}

// checkRequest reads m as a request, in the order the answers take precedence:
// version, mandatory headers, method, Request-URI, body, extensions. What was
// understood until a refusal is in the request, for the reply.
func checkRequest(m *message, cut error, ru rules) (*checked, *refusal) {
	r := &checked{message: m, hops: 70}
	steps := []func(*rules) *refusal{
		r.checkVersion, r.checkVias, r.checkSizes(cut), r.checkOnce, r.checkParties,
		r.checkMethod, r.checkTarget, r.checkBody, r.checkRoutes, r.checkContacts, r.checkRequire, r.checkContent,
	}
	for _, step := range steps {
		if no := step(&ru); no != nil {
			// An answer must find its way, and needs the Via for that.
			if r.vias == nil {
				_ = r.checkVias(&ru)
			}
			return r, no
		}
	}
	return r, nil
}

// checkVersion: RFC 3261 §7.1. The version may be in any case; one we do not
// speak is 505, anything else is not a version.
func (r *checked) checkVersion(*rules) *refusal {
	if strings.EqualFold(r.version, "SIP/2.0") {
		return nil
	}
	major, minor, ok := strings.Cut(strings.TrimPrefix(strings.ToUpper(r.version), "SIP/"), ".")
	if strings.HasPrefix(strings.ToUpper(r.version), "SIP/") && ok && isDigits(major) && isDigits(minor) {
		return &refusal{status: 505, why: reasonVersion}
	}
	return bad(reasonStartLine)
}

// checkSizes refuses what parse could not cut.
func (r *checked) checkSizes(cut error) func(*rules) *refusal {
	return func(*rules) *refusal {
		switch cut {
		case nil:
			return nil
		case errTooLarge:
			return &refusal{status: 513, why: reasonTooLarge}
		case errHeaders, errLine:
			return bad(reasonTooLarge)
		}
		return bad(reasonHeader)
	}
}

// checkVias: the response's way back. More than twenty hops is a loop; the
// refusal is 503 because RFC 4475 §3.1.1.7 sends 34 in a message that is
// otherwise valid, so it is the server that will not, not the request that is
// wrong.
func (r *checked) checkVias(ru *rules) *refusal {
	r.vias = nil
	values := r.list("via")
	for _, s := range values {
		v, ok := parseVia(s)
		if !ok {
			if len(r.vias) == 0 && v.host != "" {
				r.vias = []via{v} // enough to answer to
			}
			return bad(reasonVia)
		}
		r.vias = append(r.vias, v)
	}
	switch {
	case len(values) == 0:
		return bad(reasonMissing)
	case len(values) > ru.sizes.vias:
		return &refusal{status: 503, header: "Retry-After: " + retryAfter, why: reasonTooLarge}
	}
	return nil
}

// single are the headers that may appear once (RFC 3261 §7.3.1).
var single = []string{
	"from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type",
	"expires", "min-expires", "subject", "date", "event", "refer-to", "referred-by", "session-expires", "min-se",
}

// checkOnce: the mandatory headers are there, and none twice.
func (r *checked) checkOnce(*rules) *refusal {
	counts := map[string]int{}
	for _, f := range r.fields {
		counts[f.name]++
	}
	for _, name := range single {
		if counts[name] > 1 {
			return bad(reasonTwice)
		}
	}
	for _, name := range []string{"from", "to", "call-id", "cseq"} {
		if counts[name] == 0 {
			return bad(reasonMissing)
		}
	}
	return nil
}

// checkParties reads From, To, Call-ID, CSeq and Max-Forwards. A missing
// Max-Forwards is forgiven, as RFC 3261 §16.3 does: nothing here is forwarded,
// and refusing a call for it helps nobody. For the same reason 0 is as good as
// 70 at an endpoint.
func (r *checked) checkParties(*rules) *refusal {
	var ok bool
	if r.from, ok = parseNameAddr(r.first("from")); !ok || !oneTag(r.from.params) {
		return bad(reasonHeader)
	}
	if _, tagged := get(r.from.params, "tag"); !tagged {
		return bad(reasonHeader)
	}
	if r.to, ok = parseNameAddr(r.first("to")); !ok || !oneTag(r.to.params) {
		return bad(reasonHeader)
	}
	if r.callID = r.first("call-id"); !isVisible(r.callID) {
		return bad(reasonHeader)
	}
	number, method, _ := strings.Cut(r.first("cseq"), " ")
	if r.cseq, ok = parseNumber(number, 1<<31-1); !ok || strings.TrimSpace(method) != r.method {
		return bad(reasonCSeq)
	}
	if v := r.first("max-forwards"); v != "" {
		n, ok := parseNumber(v, 255)
		if !ok {
			return bad(reasonHeader)
		}
		r.hops = int(n)
	}
	return nil
}

func oneTag(ps []param) bool {
	n := 0
	for _, p := range ps {
		if p.hides() {
			return false
		}
		if p.name == "tag" {
			n++
			if p.value == "" || strings.HasPrefix(p.value, `"`) {
				return false
			}
		}
	}
	return n <= 1
}

func parseNumber(s string, max uint64) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && isDigits(s) && n <= max
}

func (r *checked) checkMethod(ru *rules) *refusal {
	switch {
	case r.method == "REGISTER" && !ru.registrar, slices.Contains(known, r.method):
		return &refusal{status: 405, header: "Allow: " + ru.allow, why: reasonMethod}
	case !slices.Contains(handled, r.method):
		return &refusal{status: 501, header: "Allow: " + ru.allow, why: reasonMethod}
	}
	return nil
}

// checkTarget: RFC 3261 §8.2.2.1. A carrier may dial by tel URI; sips promises
// TLS all the way, which is not ours to promise (RFC 5630 §3.2).
func (r *checked) checkTarget(*rules) *refusal {
	var ok bool
	r.target, ok = parseURI(r.uri)
	switch {
	case !ok || r.target.header != "":
		return bad(reasonStartLine)
	case r.target.scheme == "sip", r.target.scheme == "tel" && r.method != "REGISTER":
		return nil
	}
	return &refusal{status: 416, why: reasonScheme}
}

// checkBody: RFC 3261 §18.3. Without Content-Length a datagram's end is the
// body's; frame has refused that on a stream.
func (r *checked) checkBody(*rules) *refusal {
	n, has, err := r.contentLength()
	switch {
	case err != nil, has && n > len(r.body):
		return bad(reasonLength)
	case has:
		r.body = r.body[:n]
	}
	if len(r.body) > 0 && r.method == "CANCEL" {
		return bad(reasonBody)
	}
	if !slices.Contains(carrying, r.method) {
		r.body = nil
	}
	return nil
}

// checkRoutes: each Route and Record-Route is a URI in brackets.
func (r *checked) checkRoutes(*rules) *refusal {
	for _, name := range []string{"route", "record-route", "refer-to", "referred-by"} {
		for _, s := range r.list(name) {
			if _, ok := parseNameAddr(s); !ok {
				return bad(reasonHeader)
			}
		}
	}
	return nil
}

// checkContacts: a dialog needs exactly one way back (RFC 3261 §8.1.1.8); a
// REGISTER may have many, or the star alone.
func (r *checked) checkContacts(*rules) *refusal {
	values := r.list("contact")
	if len(values) == 1 && values[0] == "*" && r.method == "REGISTER" {
		r.wildcard = true
		return nil
	}
	for _, s := range values {
		a, ok := parseNameAddr(s)
		if !ok {
			return bad(reasonContact)
		}
		r.contacts = append(r.contacts, a)
	}
	if r.method != "INVITE" || r.status != 0 { // of responses only a 2xx must name one
		return nil
	}
	if len(r.contacts) != 1 || r.contacts[0].uri.scheme != "sip" && r.contacts[0].uri.scheme != "sips" {
		return bad(reasonContact)
	}
	return nil
}

// checkRequire: RFC 3261 §8.2.2.3. ACK and CANCEL are never refused for it.
func (r *checked) checkRequire(ru *rules) *refusal {
	if r.method == "ACK" || r.method == "CANCEL" {
		return nil
	}
	var missing []string
	for _, tag := range r.list("require") {
		supported := ru.supported
		if r.method == "REGISTER" {
			supported = registerExtensions
		}
		if tag == "" || slices.Contains(supported, strings.ToLower(tag)) {
			continue
		}
		if !isToken(tag) {
			return bad(reasonHeader)
		}
		missing = append(missing, tag)
	}
	if missing == nil {
		return nil
	}
	return &refusal{status: 420, header: "Unsupported: " + strings.Join(missing, ", "), why: reasonExtension}
}

// checkContent: RFC 3261 §8.2.3. An INVITE speaks SDP or nothing, and takes
// SDP for an answer.
func (r *checked) checkContent(*rules) *refusal {
	if r.method == "ACK" {
		return nil
	}
	kind := mediaType(r.first("content-type"))
	if len(r.body) > 0 && kind == "" {
		return bad(reasonBody)
	}
	if r.method != "INVITE" && r.method != "UPDATE" && r.method != "PRACK" {
		return nil
	}
	if len(r.body) > 0 {
		if kind != accepted {
			return &refusal{status: 415, header: "Accept: " + accepted, why: reasonBody}
		}
		for _, e := range r.list("content-encoding") {
			if e != "" && !strings.EqualFold(e, "identity") {
				return &refusal{status: 415, header: "Accept-Encoding: identity", why: reasonBody}
			}
		}
	}
	if r.method == "INVITE" && !takesSDP(r.message) {
		return &refusal{status: 406, header: "Accept: " + accepted, why: reasonBody}
	}
	return nil
}

func mediaType(s string) string {
	t, _, _ := strings.Cut(s, ";")
	kind, sub, ok := strings.Cut(strings.ToLower(strings.TrimSpace(t)), "/")
	kind, sub = strings.TrimSpace(kind), strings.TrimSpace(sub)
	if !ok || !isToken(kind) || !isToken(sub) {
		return ""
	}
	return kind + "/" + sub
}

// takesSDP reads Accept; without the header SDP is understood (§20.1).
func takesSDP(m *message) bool {
	if len(m.all("accept")) == 0 {
		return true
	}
	return slices.ContainsFunc(m.list("accept"), func(s string) bool {
		switch mediaType(s) {
		case accepted, "application/*", "*/*":
			return true
		}
		return false
	})
}

// checkResponse reads m as a response; one that is not well-formed is dropped,
// for a response is never answered.
func checkResponse(m *message, cut error, ru rules) (*checked, bool) {
	r := &checked{message: m}
	if cut != nil || m.version != "SIP/2.0" || m.status < 100 || m.status > 699 {
		return r, false
	}
	_, method, _ := strings.Cut(m.first("cseq"), " ")
	m.method = strings.TrimSpace(method)
	for _, step := range []func(*rules) *refusal{r.checkVias, r.checkOnce, r.checkParties, r.checkBodyLength, r.checkRoutes, r.checkContacts} {
		if step(&ru) != nil {
			return r, false
		}
	}
	return r, isToken(m.method)
}

// checkBodyLength is checkBody without its rules about methods.
func (r *checked) checkBodyLength(*rules) *refusal {
	n, has, err := r.contentLength()
	if err != nil || has && n > len(r.body) {
		return bad(reasonLength)
	}
	if has {
		r.body = r.body[:n]
	}
	return nil
}
