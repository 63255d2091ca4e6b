package configs

import (
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check collects what validate methods find at one place of a document.
type check struct {
	path  string
	found *Problems
}

// in returns the check of a key below this one.
func (c check) in(key string) check {
	c.path = join(c.path, key)
	return c
}

// at returns the check of element i of this list.
func (c check) at(i int) check {
	c.path += "[" + strconv.Itoa(i) + "]"
	return c
}

// bad notes that the value of key is wrong; an empty key means this place
// itself. A place, with all inside it, is blamed once: its first problem usually
// causes the next.
func (c check) bad(key, value string, m mistake, args ...any) {
	path := join(c.path, key)
	for _, p := range *c.found {
		if inside, ok := strings.CutPrefix(path, p.Path); ok && p.Path != "" && (inside == "" || inside[0] == '.' || inside[0] == '[') {
			return
		}
	}
	*c.found = append(*c.found, m.problem(path, value, args...))
}

func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

// choices checks every field of s that has a choices tag.
func (c check) choices(s any) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("choices")
		if tag == "" {
			continue
		}
		all := strings.Split(tag, ",")
		if got := v.Field(i).String(); !slices.Contains(all, got) {
			all = slices.DeleteFunc(all, func(s string) bool { return s == "" }) // nothing said, too, is a choice
			if near := nearest(got, all); near != "" {
				c.bad(yamlName(f), got, noChoiceNear, near, all)
			} else {
				c.bad(yamlName(f), got, noChoice, all)
			}
		}
	}
}

func (c check) between(key string, d Duration, low, high time.Duration) {
	switch {
	case d.D() < low:
		c.bad(key, d.String(), tooShort, Duration(low), Duration(high))
	case d.D() > high:
		c.bad(key, d.String(), tooLong, Duration(low), Duration(high))
	}
}

func (c check) count(key string, n, low, high int) {
	if n < low || n > high {
		c.bad(key, itoa(n), outOfRange, low, high)
	}
}

// listen checks a host:port to listen on. Hosts are IP addresses: a name could
// mean another machine tomorrow.
func (c check) listen(key, s string) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		c.bad(key, s, inFile("is no address with a port", "write ip:port, for example 0.0.0.0:5060 or [::]:5060"))
		return
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		c.bad(key, s, inFile("has no port between 0 and 65535", "write ip:port, for example 0.0.0.0:5060"))
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		c.bad(key, s, inFile("names no IP address", "write an address of this machine, or 0.0.0.0 for all of them"))
	}
}

// address checks an IP address to bind to.
func (c check) address(key, s string) {
	if _, err := netip.ParseAddr(s); err != nil {
		c.bad(key, s, inFile("is no IP address", "write an address of this machine, or 0.0.0.0 for all of them"))
	}
}

// publicAddress checks an IP address others are told to use; empty is fine.
func (c check) publicAddress(key, s string) {
	if s == "" {
		return
	}
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		c.bad(key, s, inFile("is no IP address", "write the IP address itself, not a name"))
	case a.IsUnspecified() || a.IsMulticast():
		c.bad(key, s, inFile("is no address anyone could send to", "write the address the carrier sees, or leave it empty"))
	}
}

func (c check) prefixes(key string, list []string) {
	for i, s := range list {
		if _, err := ParsePrefix(s); err != nil {
			c.in(key).at(i).bad("", s, inFile("is neither an IP address nor a network", "write 198.51.100.7 or 198.51.100.0/28"))
		}
	}
}

// ParsePrefix reads an IP address or a network; an address is a network of one.
func ParsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.WithZone("").Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// prefixes reads those of list that can be read; validate has judged them.
func prefixes(list []string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		if p, err := ParsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

const nameRemedy = "use a small letter first, then small letters, digits, - or _, at most 32"

// nearest returns the choice a typing mistake away from s, or "".
func nearest(s string, choices []string) string {
	best, most := "", max(1, len(s)/3)+1
	for _, c := range choices {
		if d := distance(strings.ToLower(s), strings.ToLower(c)); d < most {
			best, most = c, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with a neighbour to
// make a of b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

func itoa(n int) string { return strconv.Itoa(n) }

// plural fills "%d call%s".
func plural(format string, n int) string {
	s := "s"
	if n == 1 {
		s = ""
	}
	return fmt.Sprintf(format, n, s)
}

// orList joins words: "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// ValidName tells whether s is a short stable name, as users, queues, agents
// and prompts have: a small letter first, then small letters, digits, - or _,
// at most 32.
func ValidName(s string) bool { return namePattern.MatchString(s) }
