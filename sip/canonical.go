package sip

import (
	"net/netip"
	"strconv"
	"strings"
)

// canonical writes r for sipgo: one header a line, long names, single values,
// no optional space, the exact Content-Length. So sipgo's parser, which
// refuses some valid messages and misreads others, only ever sees the plain
// form of what was checked here. The top Via of a request says where it really
// came from.
func (r *checked) canonical(from netip.AddrPort) []byte {
	var b strings.Builder
	b.Grow(r.raw + 128)
	line := func(name, value string) {
		b.WriteString(name)
		b.WriteString(": ")
		b.WriteString(value)
		b.WriteString("\r\n")
	}
	if r.status != 0 {
		b.WriteString("SIP/2.0 " + strconv.Itoa(r.status) + " " + reasonFor(r.status) + "\r\n")
	} else {
		b.WriteString(r.method + " " + r.uri + " SIP/2.0\r\n")
	}
	for i, v := range r.vias {
		if i == 0 && r.status == 0 {
			v = v.received(from)
		}
		line("Via", v.String())
	}
	line("From", r.from.String())
	line("To", r.to.String())
	line("Call-ID", r.callID)
	line("CSeq", strconv.FormatUint(r.cseq, 10)+" "+r.method)
	if r.status == 0 {
		line("Max-Forwards", strconv.Itoa(r.hops))
	}
	if r.wildcard {
		line("Contact", "*")
	}
	for _, c := range r.contacts {
		line("Contact", c.String())
	}
	for _, f := range r.fields {
		switch f.name {
		case "via", "from", "to", "call-id", "cseq", "max-forwards", "contact", "content-length":
		case "route", "record-route", "refer-to", "referred-by":
			for _, s := range splitOutside(f.value, ',') {
				if a, ok := parseNameAddr(s); ok {
					line(title(f.name), a.String())
				}
			}
		case "content-type":
			if len(r.body) > 0 && f.value != "" {
				line("Content-Type", f.value)
			}
		default:
			line(title(f.name), f.value)
		}
	}
	line("Content-Length", strconv.Itoa(len(r.body)))
	b.WriteString("\r\n")
	b.Write(r.body)
	return []byte(b.String())
}

// title writes a header name as RFCs do: p-asserted-identity becomes
// P-Asserted-Identity.
func title(name string) string {
	out := []byte(name)
	up := true
	for i, c := range out {
		if up && c >= 'a' && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
		up = c == '-'
	}
	return string(out)
}

// answer writes a response to r without sipgo, as a stateless server does
// (RFC 3261 §8.2.7): the same request always gets the same bytes, To tag
// included. r may be a request that was only half understood; what is missing
// in it is missing in the answer. headers are whole lines.
func (r *checked) answer(status int, from netip.AddrPort, toTag string, headers ...string) []byte {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + strconv.Itoa(status) + " " + reasonFor(status) + "\r\n")
	if len(r.vias) > 0 {
		for i, v := range r.vias {
			if i == 0 {
				v = v.received(from).filled(from)
			}
			b.WriteString("Via: " + v.String() + "\r\n")
		}
	}
	for _, name := range []string{"from", "to", "call-id", "cseq"} {
		value := r.first(name)
		if value == "" || !utf8Printable(value) {
			continue
		}
		if name == "to" && !strings.Contains(strings.ToLower(strings.ReplaceAll(value, " ", "")), ";tag=") {
			value += ";tag=" + toTag
		}
		b.WriteString(properName[name] + ": " + value + "\r\n")
	}
	for _, h := range headers {
		if h != "" {
			b.WriteString(h + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String())
}

var properName = map[string]string{"from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}

// utf8Printable tells whether s holds no control character; cleanValue has
// removed them, and this is the net below it.
func utf8Printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// filled gives rport its value, for a response (RFC 3581 §4).
func (v via) filled(from netip.AddrPort) via {
	out := v
	out.params = append([]param(nil), v.params...)
	for i, p := range out.params {
		if p.name == "rport" {
			out.params[i].value = strconv.Itoa(int(from.Port()))
		}
	}
	return out
}

// replyTo is where the response to r goes over UDP: to the address it came
// from, never to one it names; the port is the source's when rport asks for
// it, else the sent-by's (RFC 3261 §18.2.2, RFC 3581 §4).
func (r *checked) replyTo(from netip.AddrPort) netip.AddrPort {
	if len(r.vias) == 0 {
		return from
	}
	v := r.vias[0]
	if _, rport := get(v.params, "rport"); rport {
		return from
	}
	port := uint16(5060)
	if v.port != 0 {
		port = uint16(v.port)
	}
	return netip.AddrPortFrom(from.Addr(), port)
}
