package configs

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Trunk is one carrier, gateway or proxy. Its calls are known by the address
// they come from, by a digest user name and password, or by both; with a
// server, calls can also go out by it.
type Trunk struct {
	Name           string   `yaml:"name" default:"" example:"carrier" doc:"A short name for the log and the metrics."`
	Addresses      []string `yaml:"addresses" default:"" example:"198.51.100.0/28" doc:"Addresses its calls come from, each an IP or a network like 198.51.100.0/28. Those of server count without being listed."`
	Username       string   `yaml:"username" default:"" doc:"Set with a password, the trunk must also sign each call with it (digest)."`
	Password       Secret   `yaml:"password" default:"" doc:"The password of username. Better: password_file."`
	PasswordFile   string   `yaml:"password_file" default:"" doc:"A file holding the password, readable by Sahut's user only. A relative path counts from this file's folder."`
	MediaAddresses []string `yaml:"media_addresses" default:"" doc:"Networks its sound may come from beside its own addresses."`
	NAT            bool     `yaml:"nat" default:"false" doc:"Whether the trunk sits behind NAT: then its sound is taken from any port of its addresses, whatever its SDP says."`
	MaxCalls       int      `yaml:"max_calls" default:"0" doc:"How many calls of this trunk may run at once, both ways together; 0 means no limit."`

	Server           string `yaml:"server" default:"" doc:"Where we register and send calls: a name like ims.example.co.id, an address like 203.0.113.5:5060, or sip:sbc.example.net;transport=tls. A name is looked up as RFC 3263 says (NAPTR, SRV, A). Empty: this trunk only brings calls."`
	Register         bool   `yaml:"register" default:"false" doc:"Whether we register at server, and so tell the carrier where we are."`
	AuthUsername     string `yaml:"auth_username" default:"" doc:"The user name of our account at the carrier. It and its password are used towards this trunk's server only."`
	AuthPassword     Secret `yaml:"auth_password" default:"" doc:"The password of auth_username. Better: auth_password_file."`
	AuthPasswordFile string `yaml:"auth_password_file" default:"" doc:"A file holding that password, readable by Sahut's user only. A relative path counts from this file's folder."`
	FromDomain       string `yaml:"from_domain" default:"" doc:"The domain of our address at the carrier. Empty: the host of server."`
	FromUser         string `yaml:"from_user" default:"" doc:"The user part of our address at the carrier. Empty: auth_username, else number."`

	Number       string `yaml:"number" default:"" doc:"The hotline's number as the called party shall see it, with country code, for example +622139039630."`
	Identity     string `yaml:"identity" default:"pai" choices:"none,pai,ppi,rpid,from" doc:"How number is told to the carrier: pai (P-Asserted-Identity), ppi (P-Preferred-Identity), rpid (Remote-Party-ID), from (in From only) or none."`
	HideNumber   bool   `yaml:"hide_number" default:"false" doc:"Whether the called party sees no number (CLIR: Privacy: id and an anonymous From)."`
	NumberFormat string `yaml:"number_format" default:"e164" choices:"e164,plain,national" doc:"How this carrier wants numbers written: e164 (+62811…), plain (62811…) or national (0811…)."`
	Priority     int    `yaml:"priority" default:"1" doc:"Outgoing calls try the trunk with the lowest number first, and the next one when it fails before it rings."`
	MaxOutgoing  int    `yaml:"max_outgoing" default:"0" doc:"How many outgoing calls may run by this trunk at once; 0 means no limit."`

	SRTP           string   `yaml:"srtp" default:"off" choices:"off,optional,required" doc:"Whether sound is encrypted (SRTP, keys by SDES): off, optional or required. Meant for trunks over TLS, for else the keys can be read on the way."`
	Keys           string   `yaml:"keys" default:"auto" choices:"auto,inband" doc:"How key presses come: auto takes RFC 4733 and INFO, inband also listens for tones."`
	Reliable       string   `yaml:"reliable" default:"auto" choices:"auto,off" doc:"Reliable ringing (100rel, PRACK): auto when the trunk supports or requires it, or off."`
	SessionExpires Duration `yaml:"session_expires" default:"30m" doc:"How long a call lives without a sign of the signalling (session timer); 0s: only when the trunk asks for it."`

	TLSCert string `yaml:"tls_cert" default:"" doc:"Certificate file (PEM) we show to server over TLS. Empty: none."`
	TLSKey  string `yaml:"tls_key" default:"" doc:"The key of tls_cert (PEM), readable by Sahut's user only."`
	TLSCA   string `yaml:"tls_ca" default:"" doc:"A file of CA certificates (PEM) that may have signed the server's. Empty: those of this machine."`
	TLSName string `yaml:"tls_name" default:"" doc:"The name the server's certificate must have. Empty: the host of server."`
}

// DefaultTrunk returns a trunk of which nothing was said.
func DefaultTrunk() Trunk {
	var t Trunk
	setDefaults(reflect.ValueOf(&t).Elem())
	return t
}

// Prefixes returns the networks the trunk's calls come from.
func (t Trunk) Prefixes() []netip.Prefix { return prefixes(t.Addresses) }

// MediaPrefixes returns the networks its sound may come from: those of its
// calls and those of media_addresses.
func (t Trunk) MediaPrefixes() []netip.Prefix {
	return append(prefixes(t.Addresses), prefixes(t.MediaAddresses)...)
}

// validate judges one trunk; s is the group it stands in.
func (t Trunk) validate(c check, s SIP) {
	c.name("name", t.Name)
	c.choices(t)
	c.prefixes("addresses", t.Addresses)
	c.prefixes("media_addresses", t.MediaAddresses)
	if len(t.Addresses) == 0 && t.Username == "" && t.Server == "" {
		c.bad("addresses", "", inFile("is empty and there is neither username nor server, so no call could be known as this trunk's",
			"list the carrier's addresses, or set username and password_file, or server"))
	} else {
		t.validateAccount(c, account{"username", "password", "password_file", t.Username, t.Password, t.PasswordFile})
	}
	t.validateAccount(c, account{"auth_username", "auth_password", "auth_password_file", t.AuthUsername, t.AuthPassword, t.AuthPasswordFile})
	c.count("max_calls", t.MaxCalls, 0, 10000)
	c.count("max_outgoing", t.MaxOutgoing, 0, 10000)
	c.count("priority", t.Priority, 1, 100)
	if t.SessionExpires != 0 {
		c.between("session_expires", t.SessionExpires, 90*time.Second, 24*time.Hour) // RFC 4028 §4: never below 90 s
	}
	if t.Server == "" {
		t.validateWithoutServer(c)
	} else {
		t.validateServer(c, s)
	}
	if t.Number != "" {
		if n, err := E164(t.Number, s.Country); err != nil {
			c.bad("number", t.Number, inFile(err.Error(), "write it with its country code, for example +622139039630"))
		} else if n[0] != '+' {
			c.bad("number", t.Number, inFile("is a short code, which nobody abroad could call back", "write the full number with its country code"))
		}
	}
}

// account is a user name with its password, by the keys they stand under.
type account struct {
	userKey, passwordKey, fileKey string
	user                          string
	password                      Secret
	file                          string
}

// validateAccount finds half accounts and passwords given twice.
func (t Trunk) validateAccount(c check, a account) {
	signs := !a.password.Empty() || a.file != ""
	switch {
	case a.user != "" && !signs:
		c.bad(a.userKey, a.user, inFile("has no password", "add "+a.fileKey+", or remove "+a.userKey))
	case a.user == "" && signs:
		c.bad(a.userKey, "", inFile("is missing though there is a password", "add "+a.userKey+", or remove the password"))
	}
	if !a.password.Empty() && a.file != "" {
		c.bad(a.fileKey, a.file, inFile("contradicts "+a.passwordKey+": only one of them can hold", "keep "+a.fileKey+" and remove "+a.passwordKey))
	}
}

// validateWithoutServer finds settings that need a server.
func (t Trunk) validateWithoutServer(c check) {
	if t.Register {
		c.bad("register", "", inFile("is on, but there is no server to register at", "add server, or remove register"))
	}
	for _, k := range []struct{ key, value string }{
		{"auth_username", t.AuthUsername}, {"from_domain", t.FromDomain}, {"from_user", t.FromUser},
		{"tls_cert", t.TLSCert}, {"tls_key", t.TLSKey}, {"tls_ca", t.TLSCA}, {"tls_name", t.TLSName},
	} {
		if k.value != "" {
			c.bad(k.key, k.value, inFile("means nothing without a server", "add server, or remove "+k.key))
		}
	}
}

// validateServer checks the outgoing side.
func (t Trunk) validateServer(c check, s SIP) {
	a, err := ParseServerAddress(t.Server)
	if err != nil {
		c.bad("server", t.Server, inFile(err.Error(), "write a name, an address with or without port, or sip:host:port;transport=tcp"))
		return
	}
	if t.Register && t.AuthUsername == "" && t.FromUser == "" && t.Number == "" {
		c.bad("register", "", inFile("is on, but nothing says who we are there", "add auth_username with auth_password_file, or from_user"))
	}
	if t.FromDomain != "" && !validHost(t.FromDomain) {
		c.bad("from_domain", t.FromDomain, inFile("is neither a domain nor an address", "write a domain, for example ims.example.co.id"))
	}
	for _, u := range []struct{ key, value string }{{"from_user", t.FromUser}, {"auth_username", t.AuthUsername}} {
		if strings.ContainsFunc(u.value, func(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || r == 0x7f }) {
			c.bad(u.key, u.value, inFile("holds a space, a quote or a bracket", "write the user name alone, as the carrier gave it"))
		}
	}
	t.validateTLS(c, s, a)
}

// validateTLS finds settings that only TLS gives a meaning.
func (t Trunk) validateTLS(c check, s SIP, a ServerAddress) {
	plain := slices.Contains([]string{"udp", "tcp"}, a.Transport)
	for _, k := range []struct{ key, value string }{
		{"tls_cert", t.TLSCert}, {"tls_key", t.TLSKey}, {"tls_ca", t.TLSCA}, {"tls_name", t.TLSName},
	} {
		if k.value != "" && plain {
			c.bad(k.key, k.value, inFile("means nothing, for server is reached over "+a.Transport, "write server as sip:"+a.hostPort()+";transport=tls, or remove "+k.key))
		}
	}
	switch {
	case t.TLSCert != "" && t.TLSKey == "":
		c.bad("tls_key", "", inFile("is missing though tls_cert is set", "name the key's file, or remove tls_cert"))
	case t.TLSCert == "" && t.TLSKey != "":
		c.bad("tls_cert", "", inFile("is missing though tls_key is set", "name the certificate's file, or remove tls_key"))
	}
	if t.TLSName != "" && !validHost(t.TLSName) {
		c.bad("tls_name", t.TLSName, inFile("is no name a certificate could have", "write a host name, for example sbc.example.net"))
	}
	if t.SRTP == "required" && plain && len(s.TLSListen) == 0 {
		c.bad("srtp", t.SRTP, inFile("sends its keys for everyone to read, for server is reached over "+a.Transport, "write server as sip:"+a.hostPort()+";transport=tls, or make srtp optional"))
	}
}
