package media

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/srtp/v3"
)

// SRTP is whether a leg's sound is encrypted, with keys in the SDP (SDES, RFC
// 4568). Whoever reads the signalling has the keys, so it is meant for TLS.
type SRTP string

// What a trunk may ask for. Empty is off.
const (
	SRTPOff      SRTP = "off"
	SRTPOptional SRTP = "optional" // RTP/AVP with keys is offered; plain sound is taken too
	SRTPRequired SRTP = "required" // RTP/SAVP is offered; plain sound is refused
)

// suite is how packets are encrypted and authenticated.
type suite uint8

// The suites every implementation of SDES has (RFC 4568 section 6.2). They
// differ in the length of the tag on a packet of sound: 10 bytes or 4.
const (
	suite80 suite = iota
	suite32
)

// suites are those we know, the better one first.
var suites = []suite{suite80, suite32}

// String is the suite's name in SDP.
func (s suite) String() string {
	if s == suite32 {
		return "AES_CM_128_HMAC_SHA1_32"
	}
	return "AES_CM_128_HMAC_SHA1_80"
}

func (s suite) profile() srtp.ProtectionProfile {
	if s == suite32 {
		return srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	return srtp.ProtectionProfileAes128CmHmacSha1_80
}

const (
	keyBytes  = 16
	saltBytes = 14
)

// masterKey is a key and its salt. However it is printed, it is not shown: by
// itself it is masked, and within another struct, where fmt asks no Formatter,
// a function is only an address.
type masterKey struct{ bytes func() []byte }

func keep(secret []byte) masterKey { return masterKey{func() []byte { return secret }} }

func newMasterKey() masterKey {
	secret := make([]byte, keyBytes+saltBytes)
	_, _ = rand.Read(secret) // never fails
	return keep(secret)
}

func (k masterKey) equal(o masterKey) bool { return bytes.Equal(k.bytes(), o.bytes()) }

// Format implements fmt.Formatter for every verb.
func (masterKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "•••") }

// LogValue implements slog.LogValuer.
func (masterKey) LogValue() slog.Value { return slog.StringValue("•••") }

// crypto is one a=crypto line: what its writer encrypts with.
type crypto struct {
	tag   string // digits, repeated in the answer
	suite suite
	key   masterKey
	mki   string // bytes every packet carries before its tag; mostly none
}

// same tells whether two lines lead to the same stream of keys.
func (c *crypto) same(o *crypto) bool {
	return c.suite == o.suite && c.key.equal(o.key) && c.mki == o.mki
}

// line is the line as it is written; ours never has an MKI.
func (c *crypto) line() string {
	return "a=crypto:" + c.tag + " " + c.suite.String() + " inline:" + base64.StdEncoding.EncodeToString(c.key.bytes()) + "\r\n"
}

// newCryptos are the lines of an offer: each suite with a key of its own.
func newCryptos() (lines []crypto) {
	for i, s := range suites {
		lines = append(lines, crypto{tag: strconv.Itoa(i + 1), suite: s, key: newMasterKey()})
	}
	return lines
}

// parseCrypto reads what stands after a=crypto: (RFC 4568 section 9.1)
//
//	1 AES_CM_128_HMAC_SHA1_80 inline:BASE64|2^20|1:4 WSH=128
//
// A line we cannot honour whole is none: half of it would be a lie.
func parseCrypto(value string) (c crypto, ok bool) {
	f := strings.Fields(value)
	if len(f) < 3 || len(f[0]) > 9 || strings.Trim(f[0], "0123456789") != "" {
		return c, false
	}
	c.tag = f[0]
	i := slices.IndexFunc(suites, func(s suite) bool { return strings.EqualFold(s.String(), f[1]) })
	if i < 0 || slices.ContainsFunc(f[3:], unknownParameter) {
		return c, false
	}
	c.suite = suites[i]
	return c, c.inline(f[2])
}

// unknownParameter tells a session parameter that changes what is sent. WSH is
// a hint, and a minus says that it may be ignored (section 6.3.7).
func unknownParameter(p string) bool {
	return !strings.HasPrefix(p, "-") && !strings.HasPrefix(strings.ToUpper(p), "WSH=")
}

// inline reads inline:KEY|LIFETIME|MKI:LENGTH. No call lives as long as a key
// may: 2^48 packets are 178,000 years.
func (c *crypto) inline(s string) bool {
	method, s, _ := strings.Cut(s, ":")
	parts := strings.Split(s, "|")
	if !strings.EqualFold(method, "inline") || len(parts) > 3 || strings.Contains(s, ";") {
		return false // several keys, told apart by MKI, are nothing anybody sends
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	if err != nil || len(raw) != keyBytes+saltBytes {
		return false
	}
	c.key = keep(raw)
	for _, p := range parts[1:] {
		value, length, isMKI := strings.Cut(p, ":")
		if isMKI && !c.identifier(value, length) {
			return false
		}
	}
	return true
}

// identifier reads an MKI: a number, and how many bytes it takes.
func (c *crypto) identifier(value, length string) bool {
	v, errValue := strconv.ParseUint(value, 10, 64)
	n, errLength := strconv.Atoi(length)
	if errValue != nil || errLength != nil || n < 1 || n > 128 {
		return false
	}
	b := make([]byte, max(n, 8))
	binary.BigEndian.PutUint64(b[len(b)-8:], v)
	if len(strings.Trim(string(b[:len(b)-n]), "\x00")) > 0 {
		return false // the number is larger than its bytes
	}
	c.mki = string(b[len(b)-n:])
	return true
}

// keys are both directions of an encrypted leg.
type keys struct {
	in, out crypto
}

// answerKeys takes the first line of an offer. Keys in use stay in use when
// the far end still has its own; when it has a new one, ours is new as well:
// somebody else may be listening there now, who knows neither our old key nor
// how often its packet counter has wrapped.
func answerKeys(offered []crypto, before *keys) *keys {
	in := offered[0]
	if before != nil && before.in.same(&in) {
		out := before.out
		out.tag = in.tag
		return &keys{in: in, out: out}
	}
	return &keys{in: in, out: crypto{tag: in.tag, suite: in.suite, key: newMasterKey()}}
}

// acceptKeys finds the line of our offer that the answer took.
func acceptKeys(answered, ours []crypto) (*keys, bool) {
	for _, in := range answered {
		for _, out := range ours {
			if in.tag == out.tag && in.suite == out.suite {
				return &keys{in: in, out: out}, true
			}
		}
	}
	return nil, false
}
