package configs

import (
	"net"
	"net/netip"
	"net/url"
	"time"
)

// HTTP says where volunteers and admins find their pages.
type HTTP struct {
	Listen          string   `yaml:"listen" default:"127.0.0.1:8080" doc:"The address the pages are served on. Browsers give the microphone only to https or to this very machine: set tls_cert and tls_key, or put a TLS proxy in front."`
	TLSCert         string   `yaml:"tls_cert" default:"" doc:"Certificate file (PEM, with its chain) to serve https without a proxy. A relative path counts from this file's folder."`
	TLSKey          string   `yaml:"tls_key" default:"" doc:"The key of tls_cert (PEM), readable by Sahut's user only."`
	Origin          string   `yaml:"origin" default:"" example:"https://hotline.example.org" doc:"The address of the pages as browsers see it, for example https://hotline.example.org. Requests of other pages are refused. Empty: the host the browser asked for."`
	TrustedProxies  []string `yaml:"trusted_proxies" default:"" example:"127.0.0.1" doc:"Addresses or networks of TLS proxies; only their X-Forwarded-For is believed."`
	MetricsFrom     []string `yaml:"metrics_from" default:"127.0.0.0/8, ::1/128" doc:"Addresses or networks that may read /metrics."`
	SessionLifetime Duration `yaml:"session_lifetime" default:"14h" doc:"How long a sign-in lasts; longer than a shift."`
	SessionIdle     Duration `yaml:"session_idle" default:"2h" doc:"A sign-in without any sign of life for so long ends."`
	LockAfter       Duration `yaml:"lock_after" default:"10m" doc:"A volunteer's page locks itself after so long without a key, a movement or her voice in a call; her password opens it, and a call goes on meanwhile. 0s never."`
}

// ProxyPrefixes returns the networks of trusted proxies.
func (h HTTP) ProxyPrefixes() []netip.Prefix { return prefixes(h.TrustedProxies) }

// MetricsPrefixes returns the networks that may read the metrics.
func (h HTTP) MetricsPrefixes() []netip.Prefix { return prefixes(h.MetricsFrom) }

// TLS tells whether the pages are served over https without a proxy.
func (h HTTP) TLS() bool { return h.TLSCert != "" && h.TLSKey != "" }

func (h HTTP) validate(c check) {
	c.listen("listen", h.Listen)
	switch {
	case h.TLSCert != "" && h.TLSKey == "":
		c.bad("tls_key", "", inFile("is missing though tls_cert is set", "name the key's file, or remove tls_cert"))
	case h.TLSCert == "" && h.TLSKey != "":
		c.bad("tls_cert", "", inFile("is missing though tls_key is set", "name the certificate's file, or remove tls_key"))
	}
	h.validateOrigin(c)
	c.prefixes("trusted_proxies", h.TrustedProxies)
	c.prefixes("metrics_from", h.MetricsFrom)
	c.between("session_lifetime", h.SessionLifetime, 10*time.Minute, 7*24*time.Hour)
	c.between("session_idle", h.SessionIdle, 5*time.Minute, 7*24*time.Hour)
	if h.LockAfter != 0 {
		c.between("lock_after", h.LockAfter, time.Minute, 24*time.Hour)
	}
	if h.SessionIdle > h.SessionLifetime {
		c.bad("session_idle", h.SessionIdle.String(), inFile("is longer than session_lifetime, so it would never count", "make it "+h.SessionLifetime.String()+" or shorter"))
	}
}

func (h HTTP) validateOrigin(c check) {
	if h.Origin == "" {
		return
	}
	u, err := url.Parse(h.Origin)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		c.bad("origin", h.Origin, inFile("is not the address of a web site", "write scheme and host only, for example https://hotline.example.org, without a slash at the end"))
		return
	}
	if u.Scheme == "https" {
		return
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	switch {
	case h.TLS():
		c.bad("origin", h.Origin, inFile("says http though tls_cert is set", "write https://"+u.Host))
	case u.Hostname() != "localhost" && !ip.IsLoopback():
		c.bad("origin", h.Origin, inFile("is plain http, where browsers refuse the microphone", "serve https and write https://"+u.Host))
	}
}

// portOf returns the port of host:port, or 0.
func portOf(listen string) int {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return 0
	}
	n, err := net.LookupPort("udp", port)
	if err != nil {
		return 0
	}
	return n
}
