package sip

import (
	"strings"
)

// The attributes of a session description that may be seen. Those that are not
// here show their name only: keys (crypto, key-mgmt), passwords (ice-pwd), and
// whatever somebody invents.
var shownAttributes = map[string]bool{
	"rtpmap": true, "fmtp": true, "ptime": true, "maxptime": true, "sendrecv": true, "sendonly": true,
	"recvonly": true, "inactive": true, "rtcp": true, "rtcp-mux": true, "rtcp-fb": true, "rtcp-rsize": true,
	"mid": true, "group": true, "setup": true, "connection": true, "candidate": true, "end-of-candidates": true,
	"ice-lite": true, "ice-options": true, "curr": true, "des": true, "conf": true, "silencesupp": true,
	"ecan": true, "extmap": true, "direction": true, "fingerprint": true,
}

// sdp masks a session description line by line.
func (m *masker) sdp(body string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		if line == "" {
			continue
		}
		b.WriteString(m.sdpLine(line) + "\n")
	}
	return b.String()
}

func (m *masker) sdpLine(line string) string {
	if len(line) < 2 || line[1] != '=' {
		return hidden(len(line))
	}
	kind, value := line[:2], line[2:]
	switch kind[0] {
	case 'v', 'c', 'b', 't', 'm':
		return kind + m.protocol(value)
	case 'o':
		return kind + m.origin(value)
	case 's':
		if value == "-" || value == " " || value == "" {
			return line
		}
		return kind + hiding
	case 'a':
		return kind + m.attribute(value)
	case 'i', 'u', 'e', 'p', 'k', 'r', 'z':
		return kind + hiding
	}
	return hidden(len(line))
}

// protocol shows what is made of letters, numbers and addresses: a media line,
// a connection. Payload types stand in rows, so only runs looks at the digits.
func (m *masker) protocol(v string) string {
	if strings.ContainsAny(v, "@\"<>") {
		return hidden(len(v))
	}
	return m.plain(v)
}

// origin masks "username id version IN IP4 address"; the username may be a
// person's.
func (m *masker) origin(v string) string {
	user, rest, ok := strings.Cut(v, " ")
	if !ok {
		return hidden(len(v))
	}
	if user != "-" {
		user = m.who(user)
	}
	return user + " " + m.protocol(rest)
}

func (m *masker) attribute(v string) string {
	name, value, has := strings.Cut(v, ":")
	switch {
	case strings.EqualFold(name, "crypto"):
		return "crypto:" + m.suite(value)
	case !isPlainName(name):
		return hiding
	case !has:
		return name
	case !shownAttributes[strings.ToLower(name)]:
		return name + ":" + hiding
	}
	return name + ":" + m.protocol(value)
}

// suites are those of SDES one meets (RFC 4568, RFC 6188, RFC 7714).
var suites = []string{
	"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "F8_128_HMAC_SHA1_80", "AES_192_CM_HMAC_SHA1_80",
	"AES_192_CM_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM",
}

// suite shows how sound is encrypted, never the key.
func (m *masker) suite(v string) string {
	fields := strings.Fields(v)
	if len(fields) < 2 || !isDigits(fields[0]) || len(fields[0]) > 3 {
		return hiding
	}
	for _, s := range suites {
		if fields[1] == s {
			return fields[0] + " " + s + " " + hiding
		}
	}
	return hiding
}
