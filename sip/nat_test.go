package sip

import (
	"crypto/tls"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// Answers go to the port a request came from when rport asks for that, else to
// the one its Via names; never to an address a request names (RFC 3581).
func TestAnswersGoWhereRequestsCameFrom(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	inside, named := farAt(t, s, "127.0.0.2", 0), farAt(t, s, "127.0.0.2", 0)
	port := named.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	base := strings.Replace(compose("OPTIONS", "sip:127.0.0.1"), "UDP 127.0.0.2;rport;", "UDP 10.9.8.7:"+portText(port)+";", 1)
	r := inside.ask(strings.Replace(base, ";branch", ";rport;branch", 1))
	if v := r.get("Via"); r.status != 200 || !strings.Contains(v, "received=127.0.0.2") || !strings.Contains(v, "rport="+portText(inside.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())) {
		t.Errorf("with rport: %s", r.text)
	}
	inside.send(strings.Replace(base, ";branch=", ";branch=z9hG4bKother", 1))
	if r := named.final(); r.status != 200 || !strings.Contains(r.get("Via"), "received=127.0.0.2") {
		t.Errorf("without rport: %s", r.text)
	}
}

func portText(p uint16) string { return strconv.Itoa(int(p)) }

// Behind NAT the address of the settings is the one we are known by: in Via and
// Contact of calls of ours, in the Contact of our answers, to carriers beyond.
func TestPublicAddress(t *testing.T) {
	t.Parallel()
	for listen, public := range map[string]string{"127.0.0.1:0": "203.0.113.10", "[::1]:0": "2001:db8::10"} {
		s := startServer(t, func(c *configs.SIP, _ *Options) { c.Listen, c.PublicAddress = []string{listen}, public })
		beyond := "198.51.100.1:5060"
		if strings.HasPrefix(listen, "[") {
			beyond = "[2001:db8:1::1]:5060"
		}
		port := portText(s.listeners[0].addr.Port())
		host := bracketed(public) + ":" + port
		for _, network := range []string{"UDP", "TCP"} {
			d := newOutDialog(way{target: sip.Uri{Scheme: "sip", User: "+62811", Host: "carrier.example"}, network: network, hop: beyond}, s.spotTowards(network, beyond))
			req := d.request(sip.INVITE)
			if v := req.Via().Value(); !strings.HasPrefix(v, "SIP/2.0/"+network+" "+host+";") {
				t.Errorf("Via %s", v)
			}
			if c := req.Contact().Value(); !strings.HasPrefix(c, "<sip:"+host) {
				t.Errorf("Contact %s", c)
			}
			in := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", Host: "x"})
			in.SetTransport(network)
			in.SetSource(beyond)
			if c := s.spotFor(in, nil).contact(); !strings.HasPrefix(c.String(), "sip:"+host) {
				t.Errorf("Contact of an answer %s", c.String())
			}
		}
	}
}

// What keeps NAT open: two empty lines to each trunk's server, over UDP and on
// the connection we opened.
func TestWeKeepNATOpen(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			c := openCarrier(t, "127.0.7.30")
			ct := c.ourTrunk()
			ct.Server, ct.Register = "sip:"+c.addr.String()+";transport="+network, true
			houseWith(t, ct, nil, func(s *Server) {
				s.trunks.all[0].uplink.rhythm.keep = 100 * time.Millisecond
			})
			c.until("a keep-alive after the registration", func() bool {
				return c.pings >= 2 && slices.ContainsFunc(c.requests, signedRight)
			})
		})
	}
}

// Theirs to us: two empty lines are answered with one, over TCP and TLS,
// however they are cut, and also when a request is right behind; over UDP they
// mean nothing (RFC 5626 §3.5.1). One alone is an answer to ours, and gets none.
func TestPingsAreAnswered(t *testing.T) {
	t.Parallel()
	ca := newCA(t)
	s := secureServer(t, ca, nil)
	secure, err := dialTLS(t, s, &tls.Config{RootCAs: ca.pool(), ServerName: "hotline.test"})
	if err != nil {
		t.Fatal(err)
	}
	for network, st := range map[string]*stream{"TCP": dialFrom(t, s, "127.0.0.2"), "TLS": secure} {
		options := func() string {
			return strings.Replace(compose("OPTIONS", "sip:127.0.0.1"), "SIP/2.0/UDP", "SIP/2.0/"+network, 1)
		}
		for _, pieces := range [][]string{
			{"\r\n\r\n"}, {"\r\n", "\r\n"}, {"\r", "\n\r", "\n"}, {"\r\n\r\n" + options()},
			{"\r\n", options()}, // no ping
		} {
			for _, p := range pieces {
				if _, err := st.Write([]byte(p)); err != nil {
					t.Fatal(err)
				}
			}
			if len(pieces) == 2 && pieces[1] != "\r\n" {
				if text, _ := st.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
					t.Errorf("%s %q: %q", network, pieces[0], text)
				}
				continue
			}
			if text, _ := st.read(5 * time.Second); text != "\r\n" {
				t.Errorf("%s %q: %q", network, pieces, text)
			}
			if strings.Contains(pieces[0], "OPTIONS") {
				if text, _ := st.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
					t.Errorf("%s: the request behind a ping got %q", network, text)
				}
			}
		}
	}
	f := farAt(t, s, "127.0.0.2", 0)
	f.silent("\r\n\r\n", compose("OPTIONS", "sip:127.0.0.1"))
}
