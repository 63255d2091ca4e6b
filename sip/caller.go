package sip

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"sahut/queue"
)

// callerOf is the number an INVITE came from: what the trunk asserts (RFC
// 3325), else what the caller's side claims. It is empty when she withheld it
// in any of the ways there are, even if the trunk tells us anyway.
func callerOf(req *sip.Request) queue.Caller {
	from := req.From()
	if withheld(req) || anonymous(from.Address) || strings.EqualFold(from.DisplayName, "anonymous") {
		return queue.NewCaller("")
	}
	// The header may hold a sip and a tel URI, in one line or two.
	for _, h := range req.GetHeaders("P-Asserted-Identity") {
		for one := range strings.SplitSeq(h.Value(), ",") {
			if number := numberIn(one); number != "" {
				return queue.NewCaller(number)
			}
		}
	}
	if raw := from.Address.Raw(); raw != "" {
		return queue.NewCaller(plain(raw)) // a tel URI
	}
	return queue.NewCaller(plain(from.Address.User))
}

// withheld tells whether Privacy asks for any service that hides the caller
// (RFC 3323 §4.2, RFC 3325 §9.3); none and critical ask for nothing.
func withheld(req *sip.Request) bool {
	for _, h := range req.GetHeaders("Privacy") {
		for _, want := range strings.FieldsFunc(h.Value(), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			switch strings.ToLower(want) {
			case "id", "user", "header", "session":
				return true
			}
		}
	}
	return false
}

// anonymous knows the URIs of RFC 3323 §4.1.1.3 and what gateways make of them.
func anonymous(uri sip.Uri) bool {
	switch strings.ToLower(uri.User) {
	case "anonymous", "unavailable", "restricted", "unknown":
		return true
	}
	return strings.HasSuffix(strings.ToLower(uri.Host), "anonymous.invalid")
}

// numberIn reads one element of P-Asserted-Identity: "Name" <sip:+62811@host>,
// <tel:+62811>, or the URI alone.
func numberIn(value string) string {
	value = strings.TrimSpace(value)
	if i := strings.IndexByte(value, '<'); i >= 0 {
		value = value[i+1:]
		if j := strings.IndexByte(value, '>'); j >= 0 {
			value = value[:j]
		}
	}
	scheme, rest, ok := strings.Cut(value, ":")
	if !ok {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "tel":
		return plain(rest)
	case "sip", "sips":
		user, _, ok := strings.Cut(rest, "@")
		if !ok || strings.EqualFold(user, "anonymous") {
			return ""
		}
		return plain(user)
	}
	return ""
}

// dialledOf is the number the call is for: the user part of the request line.
func dialledOf(req *sip.Request) string {
	if raw := req.Recipient.Raw(); raw != "" {
		return plain(raw)
	}
	return plain(req.Recipient.User)
}

// plain takes the parameters (";phone-context=", ";npdi") and the visual
// separators of RFC 3966 §5.1.1 off a number. A name that is no number stays
// as it is.
func plain(user string) string {
	user, _, _ = strings.Cut(user, ";")
	user, _, _ = strings.Cut(user, ":") // a password
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, user)
	if bare == "" || strings.Trim(bare, "+0123456789*#") != "" {
		return user
	}
	return bare
}
