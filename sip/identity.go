package sip

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// persona is who we are to one carrier: what stands in From, P-Asserted-Identity
// and their kin of the calls we place there.
type persona struct {
	kind   string // identity of the settings
	hide   bool   // CLIR
	user   string // from_user of the settings, else the account's name
	set    bool   // from_user was set: From says it whatever the identity
	number string // the hotline's, as this carrier writes numbers; may be empty
	domain string
}

// personaOf reads the settings of a trunk; own is an identity its registrar
// told us (P-Associated-URI), for when the settings have no number.
func personaOf(t configs.Trunk, country, domain, own string) persona {
	p := persona{kind: t.Identity, hide: t.HideNumber, user: t.FromUser, set: t.FromUser != "", domain: domain}
	if p.kind == "" {
		p.kind = "pai"
	}
	switch n, err := configs.E164(t.Number, country); {
	case err == nil:
		p.number = configs.FormatFrom(country, n, t.NumberFormat)
	case own != "":
		p.number = own
	}
	if p.user == "" {
		p.user = firstOf(accountUser(t.AuthUsername), p.number, "anonymous")
	}
	return p
}

// accountUser is the user part of an account name, which may be a whole
// address ("+6221…@ims.example.co.id").
func accountUser(name string) string {
	user, _, _ := strings.Cut(name, "@")
	return user
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// from is the From header, without a tag (RFC 3323 §4.1.1.3 when hidden).
func (p persona) from() sip.FromHeader {
	if p.hide {
		return sip.FromHeader{DisplayName: "Anonymous", Address: sip.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}}
	}
	user := p.user
	switch {
	case p.kind == "none":
	case p.kind == "from" || !p.set:
		user = firstOf(p.number, p.user)
	}
	return sip.FromHeader{Address: p.uri(user)}
}

func (p persona) uri(user string) sip.Uri {
	return sip.Uri{Scheme: "sip", User: user, Host: p.domain}
}

// headers tell the carrier our number (RFC 3325, and the draft all gateways
// speak), and whether the called party may see it.
func (p persona) headers() []sip.Header {
	var all []sip.Header
	uri := p.uri(firstOf(p.number, p.user))
	name := ""
	value := "<" + uri.String() + ">"
	switch p.kind {
	case "pai":
		name = "P-Asserted-Identity"
	case "ppi":
		name = "P-Preferred-Identity"
	case "rpid":
		name = "Remote-Party-ID"
		value += ";party=calling;screen=yes;privacy=off"
		if p.hide {
			value = strings.Replace(value, "privacy=off", "privacy=full", 1)
		}
	}
	if name != "" {
		all = append(all, sip.NewHeader(name, value))
	}
	if p.hide {
		all = append(all, sip.NewHeader("Privacy", "id"))
	}
	return all
}
