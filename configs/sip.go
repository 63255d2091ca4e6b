package configs

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// SIP says where telephone calls come in and whose calls they are.
type SIP struct {
	Listen        []string `yaml:"listen" default:"0.0.0.0:5060" doc:"Addresses calls come in on, each for UDP and TCP."`
	PublicAddress string   `yaml:"public_address" default:"" example:"203.0.113.10" doc:"The IP address the carrier reaches this server by, when that is not an address of this machine (NAT). Empty: the address the call came in on."`
	Domain        string   `yaml:"domain" default:"voice" doc:"The realm of SIP phones that sign in here. It is part of every phone password: after a change all passwords must be set anew."`
	Unknown       string   `yaml:"unknown" default:"reject" choices:"reject,silence" doc:"What a call gets that no trunk explains: reject answers 403, silence answers nothing."`
	Trunks        []Trunk  `yaml:"trunks" doc:"The carriers whose calls are taken. Calls from anywhere else never ring."`

	TLSListen   []string `yaml:"tls_listen" default:"" example:"0.0.0.0:5061" doc:"Addresses calls come in on over TLS. Empty: none."`
	TLSCert     string   `yaml:"tls_cert" default:"" doc:"Certificate file (PEM, with its chain) of tls_listen. A relative path counts from this file's folder."`
	TLSKey      string   `yaml:"tls_key" default:"" doc:"The key of tls_cert (PEM), readable by Sahut's user only."`
	TLSClientCA string   `yaml:"tls_client_ca" default:"" doc:"A file of CA certificates (PEM). Set: who connects to tls_listen must show a certificate one of them signed."`
	DSCP        int      `yaml:"dscp" default:"24" doc:"The mark of SIP packets for the routers on the way (DSCP); 24 is CS3, 0 none."`
	UserAgent   string   `yaml:"user_agent" default:"" example:"hotline" doc:"What SIP messages tell about the program that sent them. Empty: nothing, so that scanners learn nothing."`
	Country     string   `yaml:"country" default:"ID" doc:"The country (ISO code of two letters) whose way of dialling is meant by numbers without a country code."`

	KeepAlive    Duration `yaml:"keep_alive" default:"25s" doc:"How often a few bytes go to each trunk's server, so that NAT on the way stays open."`
	OptionsEvery Duration `yaml:"options_every" default:"30s" doc:"How often each trunk's server is asked whether it is there (OPTIONS), when nothing else was heard of it."`

	MaxCalls    int      `yaml:"max_calls" default:"1000" doc:"How many calls may run at once; one more is answered 503."`
	MaxCallTime Duration `yaml:"max_call_time" default:"12h" doc:"No call lasts longer; this catches calls whose end got lost."`

	MaxMessageBytes       int      `yaml:"max_message_bytes" default:"65535" doc:"A longer SIP message is refused."`
	MaxHeaders            int      `yaml:"max_headers" default:"100" doc:"A SIP message with more header lines is refused."`
	MaxConnections        int      `yaml:"max_connections" default:"1000" doc:"How many TCP connections may be open at once."`
	MaxConnectionsPerHost int      `yaml:"max_connections_per_host" default:"50" doc:"How many of them one address may hold; trunks are not limited."`
	MessageTimeout        Duration `yaml:"message_timeout" default:"10s" doc:"A message begun on TCP must be complete within this time."`
	IdleTimeout           Duration `yaml:"idle_timeout" default:"2m" doc:"A TCP connection without a message or a call for so long is closed; trunks excepted."`
	MaxRequestsPerSecond  int      `yaml:"max_requests_per_second" default:"20" doc:"How many requests a second one unknown address may send; the rest is dropped. Trunks are not limited."`
	Digest                string   `yaml:"digest" default:"both" choices:"both,md5" doc:"How SIP phones and trunks are asked to sign: both offers them SHA-256 and MD5, md5 only the old one. Needed for phones that give up when they see SHA-256, as baresip before version 2 does."`
	MaxRegistration       Duration `yaml:"max_registration" default:"1h" doc:"The longest time a SIP phone stays signed in without asking again."`
}

func (s SIP) validate(c check) {
	c.choices(s)
	if len(s.Listen) == 0 {
		c.bad("listen", "", inFile("is empty, so no call could come in", "write 0.0.0.0:5060 for every address of this machine"))
	}
	for i, l := range s.Listen {
		c := c.in("listen").at(i)
		c.listen("", l)
		for _, before := range s.Listen[:i] {
			if before == l {
				c.bad("", l, listedTwice)
				break
			}
		}
	}
	c.publicAddress("public_address", s.PublicAddress)
	if s.Domain == "" || strings.ContainsAny(s.Domain, " \t\r\n\"\\,;<>@") {
		c.bad("domain", s.Domain, inFile("cannot be a SIP realm", "use a domain name, for example hotline.example.org"))
	}
	s.validateTLS(c)
	c.count("dscp", s.DSCP, 0, 63)
	if strings.ContainsFunc(s.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) || len(s.UserAgent) > 64 {
		c.bad("user_agent", s.UserAgent, inFile("cannot stand in a SIP header", "use at most 64 plain letters, or leave it empty"))
	}
	if !knownCountry(s.Country) {
		c.bad("country", s.Country, inFile("is no country code", "write the two capital letters of ISO 3166, for example ID"))
	}
	c.between("keep_alive", s.KeepAlive, 5*time.Second, 5*time.Minute)
	c.between("options_every", s.OptionsEvery, 5*time.Second, 10*time.Minute)
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
		t.validate(c.in("trunks").at(i), s)
	}
	s.validateTrunksTogether(c)
}

// validateTLS checks the TLS side of listening; the files are read later.
func (s SIP) validateTLS(c check) {
	for i, l := range s.TLSListen {
		c := c.in("tls_listen").at(i)
		c.listen("", l)
		switch {
		case slices.Contains(s.TLSListen[:i], l):
			c.bad("", l, listedTwice)
		case slices.Contains(s.Listen, l) && portOf(l) > 0:
			c.bad("", l, inFile("is in listen too, which takes TCP there", "give TLS a port of its own, usually 5061"))
		}
	}
	on := len(s.TLSListen) > 0
	switch {
	case on && s.TLSCert == "":
		c.bad("tls_cert", "", inFile("is missing though tls_listen is set", "name the certificate's file, or remove tls_listen"))
	case on && s.TLSKey == "":
		c.bad("tls_key", "", inFile("is missing though tls_listen is set", "name the key's file, or remove tls_listen"))
	case !on && s.TLSCert != "":
		c.bad("tls_cert", s.TLSCert, inFile("is set though nothing listens for TLS", "add tls_listen: [\"0.0.0.0:5061\"], or remove tls_cert"))
	case !on && s.TLSKey != "":
		c.bad("tls_key", s.TLSKey, inFile("is set though nothing listens for TLS", "add tls_listen: [\"0.0.0.0:5061\"], or remove tls_key"))
	case !on && s.TLSClientCA != "":
		c.bad("tls_client_ca", s.TLSClientCA, inFile("is set though nothing listens for TLS", "add tls_listen: [\"0.0.0.0:5061\"], or remove tls_client_ca"))
	}
}

// validateTrunksTogether finds trunks that could not be told apart.
func (s SIP) validateTrunksTogether(c check) {
	names := map[string]bool{}
	owner := map[netip.Prefix]string{}
	for i, t := range s.Trunks {
		c := c.in("trunks").at(i)
		if t.Name != "" && names[t.Name] {
			c.bad("name", t.Name, inFile("names two trunks", "give each trunk its own name"))
		}
		names[t.Name] = true
		for j, a := range t.Addresses {
			p, err := ParsePrefix(a)
			if err != nil {
				continue // said already
			}
			if other, taken := owner[p]; taken && t.Username == "" {
				c.in("addresses").at(j).bad("", a, inFile("belongs to trunk "+other+" already", "keep it in one trunk, or tell the two apart by username"))
				continue
			}
			owner[p] = t.Name
		}
	}
}
