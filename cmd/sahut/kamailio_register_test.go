package main

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip"
	"sahut/sip/siptest"
)

// The helpline's account at the Kamailio of testdata/kamailio/registrar.cfg.
const (
	carrierDomain   = "ims.test"
	carrierAccount  = "hotline"
	carrierPassword = "canary-password"
)

// carrierTrunk is that carrier in our settings.
func carrierTrunk(server string) configs.Trunk {
	t := configs.DefaultTrunk()
	t.Name, t.Server, t.Register = "ims", server, true
	t.AuthUsername, t.AuthPassword, t.FromDomain = carrierAccount, configs.NewSecret(carrierPassword), carrierDomain
	t.Number, t.NumberFormat = "+622139039630", "national"
	t.MediaAddresses = []string{"127.0.0.0/8"} // sound does not go through it
	return t
}

// A carrier we register at, over UDP, TCP and TLS with a certificate of ours:
// registration and its refresh by digest, a call of the helpline to itself
// (407 on the way out, our Contact on the way in), a caller, and a call a
// volunteer places, with sound both ways.
func TestKamailioRegistrar(t *testing.T) {
	needProgram(t, "kamailio")
	needProgram(t, "sipp")
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			addr, server, tlsAddr := carrierPlaces(t, transport)
			c := newCerts(t)
			trunk := carrierTrunk(server)
			if transport == "tls" {
				trunk.TLSCA, trunk.TLSCert, trunk.TLSKey, trunk.TLSName = c.ca, c.cert, c.key, "localhost"
			}
			s := openAs(t, func(cfg *configs.Server) {
				cfg.SIP.Trunks = []configs.Trunk{trunk}
				cfg.Drill.Trunk, cfg.Drill.Number = "ims", configs.DemoNumber
			}, mayDial)
			callee := freeAddr(t, "127.0.0.51")
			k := s.registrar(addr, tlsAddr, callee, c)
			s.trunkIs("registered", func(st sip.TrunkState) bool { return st.Registered && st.Up })

			s.drillOnce(s.ctx)
			if d := s.drilled(); d.Result != "ok" || d.Stage != "done" {
				t.Errorf("the call to ourselves: %+v", d)
			}
			phone, err := siptest.New(siptest.Config{Listen: "127.0.0.52:0"})
			s.must("telephone", err)
			defer phone.Close()
			s.phoneCallsIn(phone, k)
			s.volunteerCallsOut(callee)
		})
	}
}

// trunkIs waits until the first trunk is so. Its state changes without telling.
func (s *site) trunkIs(what string, isSo func(sip.TrunkState) bool) sip.TrunkState {
	s.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
	defer cancel()
	for {
		st := s.sip.TrunkStates()[0]
		if isSo(st) {
			return st
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("the trunk never was %s: %+v", what, st)
		}
	}
}

// mayDial lets sari call out within the country.
func mayDial(r *configs.Routing) {
	r.Queues[0].WrapUp = 0
	r.Outgoing.Allow = []string{"+62"}
	for i := range r.Agents {
		r.Agents[i].Dial = r.Agents[i].ID == "sari"
	}
}

// carrierPlaces are the addresses of a carrier, and how our settings name it.
func carrierPlaces(t *testing.T, transport string) (addr, server, tlsAddr string) {
	t.Helper()
	addr, tlsAddr = freeAddr(t, "127.0.0.50"), freeAddr(t, "127.0.0.50")
	if transport == "tls" {
		return addr, "sip:" + tlsAddr + ";transport=tls", tlsAddr
	}
	return addr, "sip:" + addr + ";transport=" + transport, tlsAddr
}

// registrar starts the carrier.
func (s *site) registrar(addr, tlsAddr, callee string, c certs) *kamailio {
	s.t.Helper()
	secure := fillIn(s.t, "kamailio/tls.cfg", s.t.TempDir(), map[string]string{"CA": c.ca, "Cert": c.cert, "Key": c.key})
	return s.kamailio("registrar.cfg", addr, map[string]string{
		"TLS": secure, "TLSAddr": tlsAddr, "Domain": carrierDomain, "Account": carrierAccount, "Password": carrierPassword,
		"Number": configs.DemoNumber, "Callee": callee,
	})
}

// phoneCallsIn: the carrier brings a call to where we registered.
func (s *site) phoneCallsIn(phone *siptest.Phone, k *kamailio) {
	s.t.Helper()
	v, page := s.volunteer("dewi")
	c, err := phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+k.addr, siptest.Options{})
	s.must("call", err)
	s.must("answer", c.WaitAnswered(s.ctx))
	c.Media().Speak(callerTone)
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
	s.must("caller hears volunteer", c.Media().Hears().WaitTone(s.ctx, volunteerTone))
	v.HangUp(call.Contact)
	s.must("BYE of the house", c.WaitDone(s.ctx))
	if c.EndedBy() != siptest.ByCallee {
		s.t.Errorf("ended by %s", c.EndedBy())
	}
	_, err = v.AwaitState(s.ctx, queue.Ready)
	s.must("ready again", err)
	v.Send("shift.end", nil)
}

// volunteerCallsOut: sari calls a telephone at the carrier, which sends back
// what it hears.
func (s *site) volunteerCallsOut(callee string) {
	s.t.Helper()
	host, port, err := net.SplitHostPort(callee)
	s.must("address", err)
	scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", "echo.xml"))
	s.must("scenario", err)
	sipp := startProgram(s.t, s.t.TempDir(), "sipp", "-sf", scenario, "-i", host, "-p", port, "-rtp_echo", "-m", "1", "-nostdin")
	s.must("sipp", takes(s.ctx, callee))
	v, page := s.volunteer("sari")
	page.Hears().Reset()
	page.Speak(volunteerTone)
	s.desk.Post(queue.Dialled{Agent: "sari", Number: "0812 3456 789"})
	call := s.talking(v)
	s.must("volunteer hears the telephone", page.Hears().WaitTone(s.ctx, volunteerTone))
	v.HangUp(call.Contact)
	<-sipp.done
	if sipp.err != nil {
		s.t.Errorf("the telephone's call failed: %v", sipp.err)
	}
	_, err = v.AwaitState(s.ctx, queue.Ready)
	s.must("ready again", err)
	if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != queue.ByAgent {
		s.t.Errorf("record %+v", got)
	}
}

// takes waits until a program has bound addr.
func takes(ctx context.Context, addr string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.ListenPacket("udp", addr)
		if err != nil {
			return nil
		}
		conn.Close()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A carrier that wants a certificate, and us without one, with one of another
// authority, or expecting another name: no registration, and the page says why
// the trunk is down; nothing is ever sent in the clear instead.
func TestKamailioWantsACertificate(t *testing.T) {
	needProgram(t, "kamailio")
	c, other := newCerts(t), newCerts(t)
	addr, server, tlsAddr := carrierPlaces(t, "tls")
	for name, change := range map[string]func(*configs.Trunk){
		"none of ours":      func(*configs.Trunk) {},
		"another authority": func(t *configs.Trunk) { t.TLSCert, t.TLSKey = other.cert, other.key },
		"another name":      func(t *configs.Trunk) { t.TLSCert, t.TLSKey, t.TLSName = c.cert, c.key, "sbc.example.net" },
		"not their CA":      func(t *configs.Trunk) { t.TLSCert, t.TLSKey, t.TLSCA = c.cert, c.key, other.ca },
	} {
		t.Run(name, func(t *testing.T) {
			trunk := carrierTrunk(server)
			trunk.TLSCA, trunk.TLSName = c.ca, "localhost"
			change(&trunk)
			s := openAs(t, func(cfg *configs.Server) { cfg.SIP.Trunks = []configs.Trunk{trunk} }, nil)
			k := s.registrar(addr, tlsAddr, "127.0.0.51:9", c)
			s.must("a handshake that fails", k.says(s.ctx, "TLS accept:"))
			st := s.trunkIs("down", func(st sip.TrunkState) bool { return !st.Up && st.Cause != "" && st.Cause != "not asked yet" })
			if st.Registered {
				t.Errorf("registered: %+v", st)
			}
		})
	}
}
