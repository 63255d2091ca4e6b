package sip

import (
	"strings"
	"unicode"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
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
		c.gotKey(key)
	}
}

// gotKey tells the desk of a key, however it came.
func (c *call) gotKey(key rune) {
	if !c.ended {
		c.post(queue.KeyPressed{Contact: c.contact, Key: key})
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
