package sip

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Binding is one place a volunteer's phone can be reached.
type Binding struct {
	URI     string // as the phone registered it
	Source  string // where it registered from, "192.0.2.1:5060"
	Via     string // UDP or TCP
	Expires time.Time

	key      uriKey
	instance string   // the phone's own name, and which of its flows this is (RFC 5626); "": it has none
	path     []string // the proxies on the way to it, nearest first (RFC 3327)
	q        string   // as written, for the reply
	callID   string
	cseq     uint64
}

// same tells whether b and o are one place of one phone: by the name the phone
// has for itself (RFC 5626 §6), else by its Contact (RFC 3261 §10.3).
func (b Binding) same(o Binding) bool {
	if b.instance != "" && b.instance == o.instance {
		return true
	}
	return b.key == o.key
}

// stream tells whether the phone registered over a connection.
func (b Binding) stream() bool { return b.Via != "UDP" }

// rank is how much the phone wants to be the one that is called.
func (b Binding) rank() float64 {
	q, err := strconv.ParseFloat(b.q, 64)
	if err != nil {
		return 1 // RFC 3261 §10.2.1.2
	}
	return q
}

// bindings are the registered phones by user (RFC 3261 §10.2). They live in
// memory: phones register again by themselves.
type bindings struct {
	now func() time.Time

	mu       sync.Mutex // guards all
	by       map[string][]Binding
	presence presence
}

// contactsMax is how many phones one user may have.
const contactsMax = 10

var (
	errOldRequest   = errors.New("older than the registration it changes")
	errManyContacts = errors.New("too many contacts")
)

// change is one REGISTER, checked and ready to be applied as a whole.
type change struct {
	user, callID string
	cseq         uint64
	clear        bool      // Contact: *
	set          []Binding // with Expires in the past: remove
}

// apply carries ch out or, on an error, leaves everything as it was
// (RFC 3261 §10.3, steps 6 and 7). It returns the user's bindings after it.
func (b *bindings) apply(ch change) ([]Binding, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	have := fresh(b.by[ch.user], now)
	if ch.clear {
		for _, old := range have {
			if old.callID == ch.callID && old.cseq >= ch.cseq {
				return have, errOldRequest
			}
		}
		delete(b.by, ch.user)
		b.watch(ch.user, nil)
		return nil, nil
	}
	next := slices.Clone(have)
	for _, n := range ch.set {
		i := slices.IndexFunc(next, n.same)
		switch {
		case i >= 0 && next[i].callID == ch.callID && next[i].cseq >= ch.cseq:
			return have, errOldRequest
		case !n.Expires.After(now):
			if i >= 0 {
				next = slices.Delete(next, i, i+1)
			}
		case i >= 0:
			next[i] = n
		default:
			next = append(next, n)
		}
	}
	if len(next) > contactsMax {
		return have, errManyContacts
	}
	if len(next) == 0 {
		delete(b.by, ch.user)
	} else {
		b.by[ch.user] = next
	}
	b.watch(ch.user, next)
	return next, nil
}

// of returns the user's phones: as they wish to be called (RFC 3261
// §10.2.1.2), and of two that wish alike the one that registered first.
func (b *bindings) of(user string) []Binding {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := fresh(b.by[user], b.now())
	slices.SortStableFunc(list, func(x, y Binding) int { return cmp.Compare(y.rank(), x.rank()) })
	return list
}

// hungUp forgets the phones that registered over the connection from source: it
// was the only way to them (RFC 5626 §4.2.2).
func (b *bindings) hungUp(source string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for user, list := range b.by {
		left := slices.DeleteFunc(slices.Clone(list), func(x Binding) bool { return x.stream() && x.Source == source })
		if len(left) == len(list) {
			continue
		}
		if len(left) == 0 {
			delete(b.by, user)
		} else {
			b.by[user] = left
		}
		b.watch(user, fresh(left, b.now()))
	}
}

// count returns how many phones are registered, forgetting those that expired.
func (b *bindings) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	n := 0
	for user, list := range b.by {
		live := fresh(list, now)
		n += len(live)
		if len(live) == 0 {
			delete(b.by, user)
		} else {
			b.by[user] = live
		}
	}
	return n
}

func fresh(list []Binding, now time.Time) []Binding {
	var out []Binding
	for _, x := range list {
		if x.Expires.After(now) {
			out = append(out, x)
		}
	}
	return out
}

// uriKey is what makes two URIs the same (RFC 3261 §19.1.4): user as
// unescaped, host without regard to case, and the parameters that choose
// where a request goes.
type uriKey struct {
	scheme, user, host             string
	port                           int
	transport, maddr, method, line string
}

// uriKeyOf returns u's key.
func uriKeyOf(u uri) uriKey {
	k := uriKey{scheme: u.scheme, user: unescape(u.user), host: u.host, port: u.port}
	for p := range strings.SplitSeq(u.params, ";") {
		name, value, _ := strings.Cut(p, "=")
		value = strings.ToLower(value)
		switch strings.ToLower(unescape(name)) {
		case "transport":
			k.transport = value
		case "maddr":
			k.maddr = value
		case "method":
			k.method = value
		case "line", "ob", "rinstance": // phones tell their lines apart by these
			k.line += name + "=" + value + ";"
		}
	}
	return k
}

// unescape decodes %hh. A NUL stays a byte like any other: Go's strings do not
// end there.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}
