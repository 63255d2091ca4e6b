package configs

import (
	"net/netip"
	"strings"
	"time"
)

// SIP says where telephone calls come in and whose calls they are.
type SIP struct {
	Listen        []string `yaml:"listen" default:"0.0.0.0:5060" doc:"Addresses calls come in on, each for UDP and TCP."`
	PublicAddress string   `yaml:"public_address" default:"" example:"203.0.113.10" doc:"The IP address the carrier reaches this server by, when that is not an address of this machine (NAT). Empty: the address the call came in on."`
	Domain        string   `yaml:"domain" default:"sahut" doc:"The realm of SIP phones that sign in here. It is part of every phone password: after a change all passwords must be set anew."`
	Unknown       string   `yaml:"unknown" default:"reject" choices:"reject,silence" doc:"What a call gets that no trunk explains: reject answers 403, silence answers nothing."`
	Trunks        []Trunk  `yaml:"trunks" doc:"The carriers whose calls are taken. Calls from anywhere else never ring."`

	MaxCalls    int      `yaml:"max_calls" default:"1000" doc:"How many calls may run at once; one more is answered 503."`
	MaxCallTime Duration `yaml:"max_call_time" default:"12h" doc:"No call lasts longer; this catches calls whose end got lost."`

	MaxMessageBytes       int      `yaml:"max_message_bytes" default:"65535" doc:"A longer SIP message is refused."`
	MaxHeaders            int      `yaml:"max_headers" default:"100" doc:"A SIP message with more header lines is refused."`
	MaxConnections        int      `yaml:"max_connections" default:"1000" doc:"How many TCP connections may be open at once."`
	MaxConnectionsPerHost int      `yaml:"max_connections_per_host" default:"50" doc:"How many of them one address may hold; trunks are not limited."`
	MessageTimeout        Duration `yaml:"message_timeout" default:"10s" doc:"A message begun on TCP must be complete within this time."`
	IdleTimeout           Duration `yaml:"idle_timeout" default:"2m" doc:"A TCP connection without a message or a call for so long is closed; trunks excepted."`
	MaxRequestsPerSecond  int      `yaml:"max_requests_per_second" default:"20" doc:"How many requests a second one unknown address may send; the rest is dropped. Trunks are not limited."`
	MaxRegistration       Duration `yaml:"max_registration" default:"1h" doc:"The longest time a SIP phone stays signed in without asking again."`
}

// Trunk is one carrier. Its calls are known by the address they come from, by
// a digest user name and password, or by both.
type Trunk struct {
	Name           string   `yaml:"name" default:"" example:"carrier" doc:"A short name for the log and the metrics."`
	Addresses      []string `yaml:"addresses" default:"" example:"198.51.100.0/28" doc:"Addresses its calls come from, each an IP or a network like 198.51.100.0/28."`
	Username       string   `yaml:"username" default:"" doc:"Set with a password, the trunk must also sign each call with it (digest)."`
	Password       Secret   `yaml:"password" default:"" doc:"The password of username. Better: password_file."`
	PasswordFile   string   `yaml:"password_file" default:"" doc:"A file holding the password, readable by Sahut's user only. A relative path counts from this file's folder."`
	MediaAddresses []string `yaml:"media_addresses" default:"" doc:"Networks its sound may come from beside its own addresses."`
	NAT            bool     `yaml:"nat" default:"false" doc:"Whether the trunk sits behind NAT: then its sound is taken from any port of its addresses, whatever its SDP says."`
	MaxCalls       int      `yaml:"max_calls" default:"0" doc:"How many calls of this trunk may run at once; 0 means no limit."`
}

// Prefixes returns the networks the trunk's calls come from.
func (t Trunk) Prefixes() []netip.Prefix { return prefixes(t.Addresses) }

// MediaPrefixes returns the networks its sound may come from: those of its
// calls and those of media_addresses.
func (t Trunk) MediaPrefixes() []netip.Prefix {
	return append(prefixes(t.Addresses), prefixes(t.MediaAddresses)...)
}

func (s SIP) validate(c check) {
	c.choices(s)
	if len(s.Listen) == 0 {
		c.bad("listen", "", "is empty, so no call could come in", "write 0.0.0.0:5060 for every address of this machine")
	}
	for i, l := range s.Listen {
		c := c.in("listen").at(i)
		c.listen("", l)
		for _, before := range s.Listen[:i] {
			if before == l {
				c.bad("", l, "is listed twice", "remove one of the two")
				break
			}
		}
	}
	c.publicAddress("public_address", s.PublicAddress)
	if s.Domain == "" || strings.ContainsAny(s.Domain, " \t\r\n\"\\,;<>@") {
		c.bad("domain", s.Domain, "cannot be a SIP realm", "use a domain name, for example hotline.example.org")
	}
	c.count("max_calls", s.MaxCalls, 1, 10000)
	c.between("max_call_time", s.MaxCallTime, time.Minute, 48*time.Hour)
	c.count("max_message_bytes", s.MaxMessageBytes, 4096, 65535)
	c.count("max_headers", s.MaxHeaders, 30, 1000)
	c.count("max_connections", s.MaxConnections, 1, 20000)
	c.count("max_connections_per_host", s.MaxConnectionsPerHost, 1, 20000)
	c.between("message_timeout", s.MessageTimeout, time.Second, time.Minute)
	c.between("idle_timeout", s.IdleTimeout, 10*time.Second, time.Hour)
	c.count("max_requests_per_second", s.MaxRequestsPerSecond, 1, 10000)
	c.between("max_registration", s.MaxRegistration, time.Minute, 24*time.Hour)
	for i, t := range s.Trunks {
		t.validate(c.in("trunks").at(i))
	}
	s.validateTrunksTogether(c)
}

func (t Trunk) validate(c check) {
	c.name("name", t.Name)
	c.prefixes("addresses", t.Addresses)
	c.prefixes("media_addresses", t.MediaAddresses)
	signs := !t.Password.Empty() || t.PasswordFile != ""
	switch {
	case len(t.Addresses) == 0 && t.Username == "":
		c.bad("addresses", "", "is empty and there is no username, so no call could be known as this trunk's",
			"list the carrier's addresses, or set username and password_file")
	case t.Username != "" && !signs:
		c.bad("username", t.Username, "has no password", "add password_file, or remove username")
	case t.Username == "" && signs:
		c.bad("username", "", "is missing though there is a password", "add username, or remove the password")
	}
	if !t.Password.Empty() && t.PasswordFile != "" {
		c.bad("password_file", t.PasswordFile, "contradicts password: only one of them can hold", "keep password_file and remove password")
	}
	c.count("max_calls", t.MaxCalls, 0, 10000)
}

// validateTrunksTogether finds trunks that could not be told apart.
func (s SIP) validateTrunksTogether(c check) {
	names := map[string]bool{}
	owner := map[netip.Prefix]string{}
	for i, t := range s.Trunks {
		c := c.in("trunks").at(i)
		if t.Name != "" && names[t.Name] {
			c.bad("name", t.Name, "names two trunks", "give each trunk its own name")
		}
		names[t.Name] = true
		for j, a := range t.Addresses {
			p, err := ParsePrefix(a)
			if err != nil {
				continue // said already
			}
			if other, taken := owner[p]; taken && t.Username == "" {
				c.in("addresses").at(j).bad("", a, "belongs to trunk "+other+" already", "keep it in one trunk, or tell the two apart by username")
				continue
			}
			owner[p] = t.Name
		}
	}
}
