package configs

import (
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// ServerAddress is where a trunk's server is: the parts of its SIP URI that
// RFC 3263 looks at.
type ServerAddress struct {
	Host      string // a name in small letters, or an IP address without brackets
	Port      int    // 0: not said, so DNS or the transport decides
	Transport string // udp, tcp, tls, or empty: not said
	Secure    bool   // a sips URI: TLS only
}

// ParseServerAddress reads "ims.example.co.id", "203.0.113.5:5060",
// "[2001:db8::1]:5060", "sip:sbc.example.net:5061;transport=tls" or a sips URI.
// The error continues the value: "names no host".
func ParseServerAddress(s string) (ServerAddress, error) {
	var a ServerAddress
	rest := strings.TrimSpace(s)
	scheme, after, ok := strings.Cut(rest, ":")
	if ok && (strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips")) {
		a.Secure, rest = strings.EqualFold(scheme, "sips"), after
	}
	rest, params, _ := strings.Cut(rest, ";")
	if strings.ContainsAny(rest, "@/?") {
		return a, errors.New("is more than the address of a server")
	}
	if err := a.readHost(rest); err != nil {
		return a, err
	}
	for p := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.ToLower(p), "=")
		switch {
		case p == "" || key == "lr":
		case key != "transport":
			return a, errors.New("has a parameter other than transport")
		case value != "udp" && value != "tcp" && value != "tls":
			return a, errors.New("has a transport other than udp, tcp and tls")
		default:
			a.Transport = value
		}
	}
	if a.Secure {
		if a.Transport == "udp" {
			return a, errors.New("asks for TLS over UDP, which does not exist")
		}
		a.Transport = "tls"
	}
	return a, nil
}

// readHost reads host, host:port, an IPv6 address or [IPv6]:port.
func (a *ServerAddress) readHost(s string) error {
	host, port := s, ""
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		host = ip.Unmap().String()
	} else if strings.Contains(s, ":") {
		if host, port, err = net.SplitHostPort(s); err != nil {
			return errors.New("is no address with a port")
		}
		if a.Port, err = strconv.Atoi(port); err != nil || a.Port < 1 || a.Port > 65535 {
			return errors.New("has no port between 1 and 65535")
		}
	}
	a.Host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !validHost(a.Host) {
		return errors.New("names no host")
	}
	return nil
}

// IP returns the address when the host is one and not a name.
func (a ServerAddress) IP() (netip.Addr, bool) {
	ip, err := netip.ParseAddr(a.Host)
	return ip.Unmap(), err == nil
}

// hostPort is the host, with the port when one is said.
func (a ServerAddress) hostPort() string {
	host := a.Host
	if ip, ok := a.IP(); ok && ip.Is6() {
		host = "[" + host + "]"
	}
	if a.Port > 0 {
		host += ":" + itoa(a.Port)
	}
	return host
}

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$`)

// validHost tells whether s is a host name or an IP address. What looks like an
// address, all digits and dots, must be one.
func validHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return len(s) <= 253 && hostPattern.MatchString(s) && strings.Trim(s, "0123456789.") != ""
}
