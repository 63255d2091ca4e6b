package sip

import (
	"strings"
	"time"
	"unicode"

	"github.com/emiago/sipgo/sip"
)

// gotInfo: some gateways send the keys a caller presses as INFO, in either of
// two bodies nobody ever standardised:
//
//	application/dtmf-relay   Signal=5 and Duration=160, a line each
//	application/dtmf         5
//
// An INFO without a body asks whether we are still here (RFC 6086 §4.2.2).
func (c *call) gotInfo(r *request) {
	key, ok := keyOf(r.Request)
	if !ok {
		res := c.respond(r.Request, sip.StatusUnsupportedMediaType)
		res.RemoveHeader("Accept")
		res.AppendHeader(sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
		r.answer(res)
		return
	}
	r.answer(c.respond(r.Request, sip.StatusOK))
	if key != 0 {
		c.gotKey(key, true)
	}
}

// sameKey is how close the two ways of one key press are: gateways send it as
// INFO and as RFC 4733 at the same time.
const sameKey = 100 * time.Millisecond

// lastKey is the key that came last, and how.
type lastKey struct {
	key  rune
	info bool // by INFO, not with the sound
	at   time.Time
}

// gotKey tells the owner of a key, unless it is the echo of one that came the
// other way just now.
func (c *call) gotKey(key rune, info bool) {
	now := time.Now()
	last := c.lately
	c.lately = lastKey{key, info, now}
	if last.key == key && last.info != info && now.Sub(last.at) <= sameKey {
		c.lately = lastKey{} // the pair is complete; the next is a new press
		return
	}
	if !c.ended {
		c.owner.onKey(key)
	}
}

// keyOf reads the key of an INFO; 0 when it carries none.
func keyOf(req *sip.Request) (key rune, ok bool) {
	body := strings.TrimSpace(string(req.Body()))
	if body == "" {
		return 0, true
	}
	h := req.ContentType()
	if h == nil {
		return 0, false
	}
	kind, _, _ := strings.Cut(strings.ToLower(h.Value()), ";")
	switch strings.TrimSpace(kind) {
	case "application/dtmf-relay":
		for line := range strings.Lines(body) {
			name, value, found := strings.Cut(line, "=")
			if found && strings.EqualFold(strings.TrimSpace(name), "signal") {
				return keyNamed(value)
			}
		}
	case "application/dtmf":
		return keyNamed(body)
	}
	return 0, false
}

// keyNamed takes the key itself, and the event numbers of RFC 4733 that some
// send for the two that are no digits. A hook flash (16) is no key.
func keyNamed(name string) (rune, bool) {
	name = strings.TrimSpace(name)
	switch name {
	case "10":
		return '*', true
	case "11":
		return '#', true
	case "16", "!":
		return 0, true
	}
	if len(name) != 1 {
		return 0, false
	}
	key := unicode.ToUpper(rune(name[0]))
	return key, strings.ContainsRune("0123456789*#ABCD", key)
}
