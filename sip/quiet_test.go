package sip

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/queue"
)

// The name of the settings is in everything we send to whom we talk with, and
// in nothing a stranger gets; without one there is none (noProduct sees to the
// rest, in every test).
func TestUserAgentOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "hotline/7"} {
		t.Run("name "+name, func(t *testing.T) {
			t.Parallel()
			far := newCallee(t, "127.0.6.20")
			far.byes()
			h := outHouse(t, func(h *house, _ []way) { h.server.cfg.UserAgent = name; h.desk.on = h.desk.pickUp }, far)
			tells := func(what, header, text string) {
				t.Helper()
				got := ""
				for line := range strings.SplitSeq(text, "\r\n") {
					if n, v, ok := strings.Cut(line, ": "); ok && (n == "User-Agent" || n == "Server") {
						got += n + " " + v
					}
				}
				want := ""
				if name != "" && header != "" {
					want = header + " " + name
				}
				if got != want {
					t.Errorf("%s tells %q, want %q", what, got, want)
				}
			}
			invite := outUp(h, far)
			tells("INVITE", "User-Agent", invite.Text)
			tells("ACK", "User-Agent", far.request("ACK", 1).Text)
			far.ask(invite, "them", "OPTIONS", 2, "")
			tells("200 to OPTIONS", "Server", far.status("2 OPTIONS").Text)
			h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
			tells("BYE", "User-Agent", far.request("BYE", 1).Text)

			s := newScript(h, "udp")
			tells("200 to INVITE", "Server", s.up(h, quietSDP).Text)
			await[queue.Established](t, h.desk, 2)
			s.send("BYE", 2, "")
			tells("200 to BYE", "Server", h.waitStatus(s.wire, "BYE", 200).Text)

			stranger := farAt(t, h.server, "127.0.6.21", 0)
			for _, method := range []string{"OPTIONS", "INVITE", "REGISTER", "BYE", "NONSENSE"} {
				tells("a stranger's "+method, "", stranger.ask(compose(method, "sip:"+h.server.Addr())).text)
			}
		})
	}
}

// Neither OPTIONS nor REGISTER, which the carrier gets unasked, tell more; and
// what the default settings put on the wire is no product's name either.
func TestTrunksAreToldNoProduct(t *testing.T) {
	t.Parallel()
	c := openCarrier(t, "127.0.7.20")
	ct := c.ourTrunk()
	ct.Register = true
	h := houseWith(t, ct, nil, func(s *Server) { s.cfg.UserAgent = "hotline/7" })
	for _, m := range []string{"REGISTER", "OPTIONS"} {
		req := c.wait(m, method(sip.RequestMethod(m)))
		if ua := req.GetHeader("User-Agent"); ua == nil || ua.Value() != "hotline/7" {
			t.Errorf("%s tells %v", m, ua)
		}
	}
	waitState(t, h.server, func(st TrunkState) bool { return st.Registered })
	defaults := configs.Default().SIP
	noProduct(t, Realm(defaults)+" "+defaults.UserAgent)
}
