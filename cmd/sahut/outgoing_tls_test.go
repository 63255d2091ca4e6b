package main

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip"
)

// calledNumber is whom the volunteers of these tests call.
const calledNumber = "+628123456789"

// calledPhone starts a baresip that takes calls for calledNumber over TLS, with
// a certificate of c, and returns the address it takes them at. enc is its
// mediaenc.
func (s *site) calledPhone(c certs, enc string) (*baresip, string) {
	s.t.Helper()
	plain, secure := addrPair(s.t)
	return s.baresip("<sip:"+calledNumber+"@127.0.0.1;transport=tls>;regint=0;audio_codecs=pcma,pcmu"+enc,
		map[string]string{"Addr": plain, "Cert": c.both, "CA": c.ca}), secure
}

// addrPair are a free address and the next, where a baresip listens for TLS.
func addrPair(t *testing.T) (plain, secure string) {
	t.Helper()
	for range 20 {
		plain = freeAddr(t, "127.0.0.1")
		at := netip.MustParseAddrPort(plain)
		secure = netip.AddrPortFrom(at.Addr(), at.Port()+1).String()
		if l, err := net.Listen("tcp", secure); err == nil {
			l.Close()
			return plain, secure
		}
	}
	t.Fatal("no two ports in a row are free")
	return "", ""
}

// secureTrunk is a carrier at addr that wants TLS and encrypted sound.
func secureTrunk(addr string, c certs) configs.Trunk {
	t := configs.DefaultTrunk()
	t.Name, t.Server, t.Number = "secure", "sip:"+addr+";transport=tls", "+622139039630"
	t.SRTP, t.TLSCA, t.TLSName = "required", c.ca, "localhost"
	t.MediaAddresses = []string{"127.0.0.0/8"}
	return t
}

// A volunteer calls somebody over TLS with encrypted sound, in either suite:
// both hear each other, and either hangs up. The shorter suite needs a proxy
// that makes the longer one unknown, for every telephone takes that.
func TestCallsOutOverTLS(t *testing.T) {
	t.Parallel()
	needProgram(t, "baresip")
	needProgram(t, "kamailio")
	for _, suite := range []string{mediatest.Suite80, mediatest.Suite32} {
		t.Run(suite, func(t *testing.T) {
			c := newCerts(t)
			at := freeAddr(t, "127.0.0.1")
			house := func(cfg *configs.Server) { cfg.SIP.Trunks = []configs.Trunk{secureTrunk(at, c)} }
			s := openAs(t, house, mayDial)
			phone, phoneAt := s.calledPhone(c, ";mediaenc=srtp-mand")
			strike := ""
			if suite == mediatest.Suite32 {
				strike = mediatest.Suite80
			}
			secure := fillIn(t, "kamailio/tls.cfg", t.TempDir(), map[string]string{"CA": c.ca, "Cert": c.cert, "Key": c.key, "Open": "yes"})
			s.kamailio("sbc.cfg", freeAddr(t, "127.0.0.1"), map[string]string{
				"TLS": secure, "TLSAddr": at, "House": phoneAt, "Transport": "tls", "Strike": strike,
			})
			s.trunkIs("up", func(st sip.TrunkState) bool { return st.Up })
			v, page := s.volunteer("sari")
			for _, by := range []queue.Party{queue.ByCaller, queue.ByAgent} {
				page.Hears().Reset()
				page.Speak(volunteerTone)
				s.desk.Post(queue.Dialled{Agent: "sari", Number: calledNumber})
				phone.gets("CALL_INCOMING")
				phone.do("accept", "")
				call := s.talking(v)
				s.must("volunteer hears the telephone", page.Hears().WaitTone(s.ctx, phoneTone))
				s.must("half a second", page.Hears().WaitPackets(s.ctx, 25)) // the telephone hears as much
				if by == queue.ByCaller {
					phone.do("hangup", "")
				} else {
					v.HangUp(call.Contact)
				}
				phone.gets("CALL_CLOSED")
				_, err := v.AwaitState(s.ctx, queue.Ready)
				s.must("ready again", err)
				if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != by || got.Direction != queue.DirectionOut {
					t.Errorf("record %+v, want one ended by %s", got, by)
				}
			}
			s.must("the telephone heard the volunteer", phone.heard(volunteerTone))
			said := phone.out.String()
			if !strings.Contains(said, "a=crypto:2 "+mediatest.Suite32) || strings.Contains(said, "RTP/AVP ") || (strike != "" && strings.Contains(said, strike)) {
				t.Errorf("the session descriptions are not all of %s:\n%s", suite, said)
			}
		})
	}
}

// Whom we cannot trust is not called: a certificate of another authority or for
// another name. The trunk's state says which, and what to set. A telephone that
// would speak in the clear is not heard either.
func TestCallsOutTrustNobody(t *testing.T) {
	t.Parallel()
	needProgram(t, "baresip")
	c, other := newCerts(t), newCerts(t)
	for name, a := range map[string]struct {
		change  func(*configs.Trunk)
		enc     string
		cause   string // of the trunk's state; "": it is up
		outcome queue.Outcome
	}{
		"another authority": {func(t *configs.Trunk) { t.TLSCA = other.ca }, ";mediaenc=srtp-mand", "tls_ca", queue.OutcomeUnreached},
		"another name":      {func(t *configs.Trunk) { t.TLSName = "sbc.example.net" }, ";mediaenc=srtp-mand", "sbc.example.net (tls_name)", queue.OutcomeUnreached},
		"in the clear":      {func(*configs.Trunk) {}, "", "", queue.OutcomeFailedMedia},
	} {
		t.Run(name, func(t *testing.T) {
			plain, at := addrPair(t)
			trunk := secureTrunk(at, c)
			a.change(&trunk)
			s := openAs(t, func(cfg *configs.Server) { cfg.SIP.Trunks = []configs.Trunk{trunk} }, mayDial)
			phone := s.baresip("<sip:"+calledNumber+"@127.0.0.1;transport=tls>;regint=0"+a.enc,
				map[string]string{"Addr": plain, "Cert": c.both, "CA": c.ca})
			st := s.trunkIs("known", func(st sip.TrunkState) bool {
				return st.Cause != "not asked yet" && !strings.Contains(st.Cause, "does not answer")
			})
			if st.Up != (a.cause == "") || !strings.Contains(st.Cause, a.cause) {
				t.Errorf("the trunk's state is %+v, want %q", st, a.cause)
			}
			v, _ := s.volunteer("sari")
			s.desk.Post(queue.Dialled{Agent: "sari", Number: calledNumber})
			got := s.record()
			if got.Outcome != a.outcome || got.Direction != queue.DirectionOut {
				t.Errorf("record %+v", got)
			}
			_, err := v.AwaitState(s.ctx, queue.Ready)
			s.must("ready again", err)
			if strings.Contains(phone.out.String(), "Call established") {
				t.Error("the telephone talked")
			}
		})
	}
}
