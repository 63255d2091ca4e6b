package sip

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// message is one SIP message cut into its parts, before anything is believed.
type message struct {
	start  string // the start line as it came
	fields []field
	body   []byte

	// A request has method, uri and version; a response has a status.
	method  string
	uri     string
	version string
	status  int
	raw     int // bytes on the wire
}

// field is one header: its long lower-case name and its value, unfolded and
// trimmed.
type field struct{ name, value string }

// limitsOf the messages we take apart (reliability: a message that exceeds
// them is an attack or a loop, never a call).
type sizes struct {
	message int // bytes in all
	headers int // header lines
	line    int // bytes of one unfolded line
	vias    int
}

var (
	errNoSIP       = errors.New("not SIP")
	errNoEnd       = errors.New("the header has no end")
	errBareNewline = errors.New("a line does not end in CRLF")
	errLine        = errors.New("a line is too long")
	errHeaders     = errors.New("too many headers")
	errHeader      = errors.New("a line is not a header")
	errControl     = errors.New("control characters in a header")
	errTooLarge    = errors.New("the message is too large")
	errLength      = errors.New("Content-Length is not one number")
)

// compact are the short header names (RFC 3261 §7.3.3 and later RFCs) sipgo
// knows only some of; behind the ingress layer there are long names only.
var compact = map[string]string{
	"a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition",
	"e": "content-encoding", "f": "from", "i": "call-id", "j": "reject-contact",
	"k": "supported", "l": "content-length", "m": "contact", "n": "identity-info",
	"o": "event", "r": "refer-to", "s": "subject", "t": "to", "u": "allow-events",
	"v": "via", "x": "session-expires", "y": "identity",
}

// parse cuts raw, which holds one whole message and perhaps more after it
// (UDP: RFC 3261 §18.3 says to ignore it). On an error the message holds what
// could be read until there, for the reply.
func parse(raw []byte, max sizes) (*message, error) {
	m := &message{raw: len(raw)}
	if len(raw) > max.message {
		return m, errTooLarge
	}
	head, body, ended := bytes.Cut(raw, []byte("\r\n\r\n"))
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	m.start = string(line)
	if !m.splitStart() {
		return m, errNoSIP
	}
	err := m.splitFields(string(rest), max)
	if err == nil && !ended {
		err = errNoEnd
	}
	m.body = body
	return m, err
}

// splitStart reads the start line just far enough to know what it is; the
// exact grammar is validate's business. A request line without a version
// counts as SIP when something follows that could be headers.
func (m *message) splitStart() bool {
	if v, rest, ok := strings.Cut(m.start, " "); ok && len(v) >= 4 && strings.EqualFold(v[:4], "SIP/") {
		m.version = v
		code, _, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(code, 10, 16)
		if err != nil {
			n = 9999 // a response all the same, and a bad one
		}
		m.status = int(n)
		return true
	}
	method, rest, ok := strings.Cut(m.start, " ")
	if !ok || !isToken(method) {
		return false
	}
	m.method = method
	i := strings.LastIndexByte(rest, ' ')
	if i < 0 {
		m.uri = rest
		return true
	}
	m.uri, m.version = rest[:i], rest[i+1:]
	return true
}

// splitFields reads the header lines, joining folded ones (RFC 3261 §7.3.1).
func (m *message) splitFields(head string, max sizes) error {
	for len(head) > 0 {
		var line string
		line, head, _ = strings.Cut(head, "\r\n")
		for len(head) > 0 && (head[0] == ' ' || head[0] == '\t') && len(line) <= max.line {
			var more string
			more, head, _ = strings.Cut(head, "\r\n")
			line += " " + strings.Trim(more, " \t")
		}
		if len(line) > max.line {
			return errLine
		}
		if len(m.fields) == max.headers {
			return errHeaders
		}
		f, err := parseField(line)
		if err != nil {
			return err
		}
		m.fields = append(m.fields, f)
	}
	return nil
}

func parseField(line string) (field, error) {
	name, value, ok := strings.Cut(line, ":")
	name = strings.ToLower(strings.TrimRight(name, " \t"))
	if !ok || !isToken(name) {
		return field{}, errHeader
	}
	if long, ok := compact[name]; ok {
		name = long
	}
	value, err := cleanValue(strings.Trim(value, " \t"))
	return field{name, value}, err
}

// cleanValue makes a header value printable: tabs become spaces, and an
// escaped control character, which RFC 3261 §25.1 allows inside quotes
// ("\NUL"), is left out. A naked one is an attack.
func cleanValue(v string) (string, error) {
	clean := true
	for i := 0; i < len(v); i++ {
		if v[i] < ' ' || v[i] == 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return v, nil
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == '\\' && quoted && i+1 < len(v):
			i++
			if v[i] >= ' ' && v[i] != 0x7f {
				b.WriteByte(c)
				b.WriteByte(v[i])
			}
			if v[i] == '\r' || v[i] == '\n' {
				return "", errBareNewline
			}
		case c == '\t':
			b.WriteByte(' ')
		case c == '\r' || c == '\n':
			return "", errBareNewline
		case c < ' ' || c == 0x7f:
			return "", errControl
		default:
			if c == '"' {
				quoted = !quoted
			}
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// all returns the values of the headers with that name.
func (m *message) all(name string) []string {
	var out []string
	for _, f := range m.fields {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}

// list returns the single values of a header whose lines may hold several,
// separated by commas (RFC 3261 §7.3.1).
func (m *message) list(name string) []string {
	var out []string
	for _, v := range m.all(name) {
		out = append(out, splitOutside(v, ',')...)
	}
	return out
}

// first returns the first header of that name, or "".
func (m *message) first(name string) string {
	for _, f := range m.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// contentLength returns the one Content-Length; ok is false without any.
func (m *message) contentLength() (n int, ok bool, err error) {
	all := m.all("content-length")
	if len(all) == 0 {
		return 0, false, nil
	}
	v, e := strconv.ParseUint(all[0], 10, 31)
	if len(all) > 1 || e != nil || !isDigits(all[0]) {
		return 0, true, errLength
	}
	return int(v), true, nil
}

// frame finds the first message in a stream (RFC 3261 §18.3). It returns how
// many bytes it takes, or 0 when more must arrive first. An error means that
// the stream cannot be followed any further; buf then holds what is known of
// the message that broke it.
func frame(buf []byte, max sizes) (int, error) {
	end := bytes.Index(buf, []byte("\r\n\r\n"))
	if end < 0 {
		if len(buf) > max.message {
			return 0, errTooLarge
		}
		// One line that does not end is cut long before the whole is.
		if i := bytes.LastIndexByte(buf, '\n'); len(buf)-i > max.line+2 {
			return 0, errLine
		}
		return 0, nil
	}
	head := end + 4
	if head > max.message {
		return 0, errTooLarge
	}
	var length string
	found := 0
	for line := range strings.SplitSeq(string(buf[:end]), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.ToLower(strings.TrimSpace(name)); ok && (name == "content-length" || name == "l") {
			length = strings.Trim(value, " \t")
			found++
		}
	}
	n, err := strconv.ParseUint(length, 10, 31)
	if found != 1 || err != nil || !isDigits(length) {
		return 0, errLength
	}
	if head+int(n) > max.message {
		return 0, errTooLarge
	}
	if len(buf) < head+int(n) {
		return 0, nil
	}
	return head + int(n), nil
}
