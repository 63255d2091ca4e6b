package main

import (
	"testing"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// kamailio is a Kamailio with one of testdata/kamailio for a configuration.
type kamailio struct {
	*program
	site *site
	addr string
	dir  string
	cfg  string
}

// kamailio starts one on addr and waits until it answers. data fills in the
// configuration.
func (s *site) kamailio(cfg, addr string, data map[string]string) *kamailio {
	s.t.Helper()
	needProgram(s.t, "kamailio")
	k := &kamailio{site: s, addr: addr, dir: s.t.TempDir()}
	data["Addr"] = addr
	k.cfg = fillIn(s.t, "kamailio/"+cfg, k.dir, data)
	k.start()
	return k
}

func (k *kamailio) start() {
	k.site.t.Helper()
	k.program = startProgram(k.site.t, k.dir, "kamailio", "-DD", "-E", "-f", k.cfg, "-Y", k.dir, "-w", k.dir, "-m", "32", "-M", "4")
	k.site.must("kamailio", answersSIP(k.site.ctx, k.program, k.addr))
}

// Calls that come by a proxy which stays in their path: sound both ways, hold,
// the end from either side, and a proxy that is restarted in the middle.
func TestKamailioProxy(t *testing.T) {
	needProgram(t, "kamailio")
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			s := open(t, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
			k := s.kamailio("sbc.cfg", freeAddr(t, "127.0.0.1"), map[string]string{"House": s.sip.Addr(), "Transport": transport})
			phone, err := siptest.New(siptest.Config{Network: transport})
			s.must("telephone", err)
			defer phone.Close()
			s.phoneCallsBy(phone, k)
		})
	}
}

// phoneCallsBy makes the calls of TestKamailioProxy.
func (s *site) phoneCallsBy(phone *siptest.Phone, k *kamailio) {
	v, page := s.volunteer("sari")
	dial := func() (*siptest.Call, *queue.CallView) {
		s.t.Helper()
		c, err := phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+k.addr, siptest.Options{})
		s.must("call", err)
		s.must("answer", c.WaitAnswered(s.ctx))
		c.Media().Speak(callerTone)
		v.Answer(s.offered(v).ID)
		call := s.talking(v)
		page.Hears().Reset()
		s.must("volunteer hears caller", page.Hears().WaitTone(s.ctx, callerTone))
		s.must("caller hears volunteer", c.Media().Hears().WaitTone(s.ctx, volunteerTone))
		return c, call
	}
	ended := func(by queue.Party) {
		s.t.Helper()
		_, err := v.AwaitState(s.ctx, queue.Ready)
		s.must("ready again", err)
		if got := s.record(); got.Outcome != queue.OutcomeAnswered || got.EndedBy != by {
			s.t.Errorf("record %+v, want one ended by %s", got, by)
		}
	}

	caller, _ := dial()
	s.must("hold", caller.Hold(s.ctx))
	if d := caller.Media().RemoteDirection(); d != "recvonly" {
		s.t.Errorf("hold was answered with %s", d)
	}
	s.must("unhold", caller.Unhold(s.ctx))
	caller.Media().Hears().Reset()
	s.must("voice after hold", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	s.must("BYE of the caller", caller.Hangup(s.ctx))
	ended(queue.ByCaller)

	caller, call := dial()
	v.HangUp(call.Contact)
	s.must("BYE of the house", caller.WaitDone(s.ctx))
	if caller.EndedBy() != siptest.ByCallee {
		s.t.Errorf("ended by %s", caller.EndedBy())
	}
	if n := len(caller.Bye().GetHeaders("Via")); n != 2 {
		s.t.Errorf("the BYE shows %d hops; it must come by the proxy", n)
	}
	ended(queue.ByAgent)

	caller, call = dial()
	k.stop()
	page.Hears().Reset()
	s.must("sound while the proxy is away", page.Hears().WaitTone(s.ctx, callerTone))
	k.start()
	s.must("hold by the new proxy", caller.Hold(s.ctx))
	s.must("unhold by the new proxy", caller.Unhold(s.ctx))
	v.HangUp(call.Contact)
	s.must("BYE by the new proxy", caller.WaitDone(s.ctx))
	ended(queue.ByAgent)
	if n := s.sip.CallStats().Calls; n != 0 {
		s.t.Errorf("%d calls are left", n)
	}
}
