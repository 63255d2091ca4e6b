package sip

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"strings"
)

// Numbers, names, and text in which one could stand.

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
