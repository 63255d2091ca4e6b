package sip

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// registeringTrunk is a trunk with an account.
func registeringTrunk() configs.Trunk {
	return configs.Trunk{Register: true, AuthUsername: "Mufasa", AuthPassword: configs.NewSecret("Circle of Life"), FromDomain: "ims.test"}
}

// TestRegisterRefreshes: at half of what was granted, with one request each, as
// nonces stay good.
func TestRegisterRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		c.register = func(req *sip.Request, _ int) *sip.Response {
			if h := req.GetHeader("Authorization"); h == nil {
				return respond(req, 401, `WWW-Authenticate: Digest realm="ims.test", nonce="n", qop="auth"`)
			}
			return respond(req, 200, "Expires: 3000")
		}
		c.register = grant(c.register, 100)
		w := watchTrunk(t, c, registeringTrunk())
		after(time.Second)
		v := w.view()
		if !v.registered || time.Until(v.expires) > 100*time.Second || time.Until(v.expires) < 90*time.Second {
			t.Fatalf("%+v, %s", v, time.Until(v.expires))
		}
		all := c.of(sip.REGISTER)
		if len(all) != 2 {
			t.Fatalf("%d requests", len(all))
		}
		first := all[0].req
		if first.Recipient.String() != "sip:ims.test" || valueOf(first, "To") != "<sip:Mufasa@ims.test>" || valueOf(first, "Expires") != "600" ||
			!strings.HasPrefix(valueOf(first, "Contact"), `<sip:Mufasa@10.0.0.9:5060>;expires=600;+sip.instance="<urn:uuid:`) {
			t.Errorf("the REGISTER is\n%s", first)
		}
		after(10 * time.Minute)
		all = c.of(sip.REGISTER)
		if n := len(all); n < 13 || n > 17 {
			t.Errorf("%d requests in ten minutes of a hundred seconds each", n)
		}
		for i, s := range all {
			if i > 0 && (s.req.CSeq().SeqNo != all[i-1].req.CSeq().SeqNo+1 || valueOf(s.req, "Call-ID") != valueOf(first, "Call-ID")) {
				t.Errorf("request %d: CSeq %d after %d", i, s.req.CSeq().SeqNo, all[i-1].req.CSeq().SeqNo)
			}
			if i > 0 {
				got, _ := parseCredentials(valueOf(s.req, "Authorization"))
				if got.nc != fmt.Sprintf("%08x", i) {
					t.Errorf("request %d has nc %s", i, got.nc)
				}
			}
		}
		if !w.view().registered || len(c.told()) != 0 {
			t.Errorf("%+v %+v", w.view(), c.told())
		}
	})
}

// grant has every 200 name our Contact with a time of its own.
func grant(f func(*sip.Request, int) *sip.Response, expires int) func(*sip.Request, int) *sip.Response {
	return func(req *sip.Request, n int) *sip.Response {
		res := f(req, n)
		if res.IsSuccess() {
			res.RemoveHeader("Contact")
			ours, _, _ := strings.Cut(valueOf(req, "Contact"), ";")
			res.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<sip:other@10.9.9.9>;expires=20, %s;q=0.5;expires=%d", ours, expires)))
		}
		return res
	}
}

// TestRegisterAnswers: each answer of a registrar, and how the next five
// minutes go.
func TestRegisterAnswers(t *testing.T) {
	const challenge = `WWW-Authenticate: Digest realm="ims.test", nonce="n%d", qop="auth"%s`
	for name, c := range map[string]struct {
		trunk      configs.Trunk
		register   func(req *sip.Request, n int) *sip.Response
		registered bool
		cause      string
		most       int // requests in five minutes
	}{
		"a longer time is wanted": {registeringTrunk(), func(req *sip.Request, _ int) *sip.Response {
			if valueOf(req, "Expires") != "1800" {
				return respond(req, 423, "Min-Expires: 1800")
			}
			return respond(req, 200, "Expires: 1800")
		}, true, "", 2},
		"an endless time is wanted": {registeringTrunk(), func(req *sip.Request, _ int) *sip.Response {
			return respond(req, 423, "Min-Expires: 99999999")
		}, false, "refuses our registration (423)", 8},
		"the nonce is always old": {registeringTrunk(), func(req *sip.Request, n int) *sip.Response {
			return respond(req, 401, fmt.Sprintf(challenge, n, ", stale=true"))
		}, false, "refuses our user name or password", 24},
		"the first nonce was old": {registeringTrunk(), func(req *sip.Request, n int) *sip.Response {
			if n < 3 {
				return respond(req, 401, fmt.Sprintf(challenge, n, ", stale=true"))
			}
			return respond(req, 200)
		}, true, "", 4},
		"the password is wrong": {registeringTrunk(), func(req *sip.Request, n int) *sip.Response {
			return respond(req, 401, fmt.Sprintf(challenge, n, ""))
		}, false, "refuses our user name or password", 16},
		"a proxy asks": {registeringTrunk(), func(req *sip.Request, n int) *sip.Response {
			if valueOf(req, "Proxy-Authorization") == "" {
				return respond(req, 407, `Proxy-Authenticate: Digest realm="ims.test", nonce="n"`)
			}
			return respond(req, 200)
		}, true, "", 4},
		"there is no account": {configs.Trunk{Register: true, FromUser: "hotline"}, func(req *sip.Request, n int) *sip.Response {
			return respond(req, 401, fmt.Sprintf(challenge, n, ""))
		}, false, "its challenge was not answered: it wants credentials and there are none in the settings (auth_username)", 8},
		"we are not wanted": {registeringTrunk(), func(req *sip.Request, _ int) *sip.Response { return respond(req, 403) }, false, "refuses our registration (403)", 8},
		"rest is wanted":    {registeringTrunk(), func(req *sip.Request, _ int) *sip.Response { return respond(req, 503, "Retry-After: 120") }, false, "refuses our registration (503)", 3},
		"we are sent away":  {registeringTrunk(), func(req *sip.Request, _ int) *sip.Response { return respond(req, 302, "Contact: <sip:evil.test>") }, false, "refuses our registration (302)", 8},
		"nothing comes":     {registeringTrunk(), func(*sip.Request, int) *sip.Response { return nil }, false, "does not answer our registration", 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				paper := newPaperCarrier("192.0.2.1:5060")
				paper.register = c.register
				w := watchTrunk(t, paper, c.trunk)
				after(30 * time.Second)
				if alarms := paper.told(); c.cause != "" && name != "rest is wanted" && (len(alarms) != 1 || alarms[0].Cause != c.cause) {
					t.Errorf("%s: alarms after 30 s: %+v", name, alarms)
				}
				after(270 * time.Second)
				v := w.view()
				if v.registered != c.registered || v.up != c.registered || inEnglish(v.cause) != c.cause {
					t.Errorf("%s: registered %v, up %v, %q", name, v.registered, v.up, v.cause)
				}
				if n := len(paper.of(sip.REGISTER)); n > c.most {
					t.Errorf("%s: %d requests", name, n)
				}
				for _, s := range paper.of(sip.REGISTER) {
					if s.place.addr.String() != "192.0.2.1:5060" {
						t.Errorf("%s: sent to %s", name, s.place)
					}
				}
			})
		})
	}
}

// TestRegistrationLapses: the registrar goes on answering OPTIONS but no longer
// registers us.
func TestRegistrationLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		w := watchTrunk(t, c, registeringTrunk())
		after(time.Minute)
		c.set(func() { c.register = func(req *sip.Request, _ int) *sip.Response { return respond(req, 500) } })
		after(10 * time.Minute)
		if v := w.view(); v.registered || v.up || len(c.told()) != 1 {
			t.Errorf("%+v %+v", v, c.told())
		}
		c.set(func() { c.register = nil })
		after(8 * time.Minute)
		if v := w.view(); !v.registered || !v.up || len(c.told()) != 2 {
			t.Errorf("%+v %+v", v, c.told())
		}
	})
}

// TestRegistrarTells: Service-Route, P-Associated-URI and Path of the 200.
func TestRegistrarTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		c.register = func(req *sip.Request, _ int) *sip.Response {
			return respond(req, 200, "Service-Route: <sip:orig@scscf.ims.test;lr>, <sip:192.0.2.8;lr>", "Path: <sip:term@pcscf.ims.test;lr>",
				"P-Associated-URI: <sip:hotline@ims.test>, <tel:+62213903963>")
		}
		w := watchTrunk(t, c, registeringTrunk())
		one := w.ts.route("+628111234567")[0]
		var got []string
		for _, h := range one.headers {
			got = append(got, h.String())
		}
		want := "P-Asserted-Identity: <sip:+62213903963@ims.test> Route: <sip:orig@scscf.ims.test;lr> Route: <sip:192.0.2.8;lr>"
		if s := strings.Join(got, " "); s != want {
			t.Errorf("headers are %s", s)
		}
		if one.hop != "192.0.2.1:5060" || one.target.String() != "sip:+628111234567@ims.test;user=phone" {
			t.Errorf("goes to %s for %s", one.hop, one.target.String())
		}
		if p := w.register.path; len(p) != 1 || p[0] != "<sip:term@pcscf.ims.test;lr>" {
			t.Errorf("path %q", p)
		}
	})
}

// TestAddressChanges: the registrar sees us behind NAT, then elsewhere; then
// this machine itself moves.
func TestAddressChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		seenAt, port := "203.0.113.9", "40001"
		c.register = func(req *sip.Request, _ int) *sip.Response {
			res := respond(req, 200, "Expires: 60")
			if seenAt != "" {
				res.Via().Params.Add("received", seenAt)
				res.Via().Params.Add("rport", port)
			}
			return res
		}
		w := watchTrunk(t, c, registeringTrunk())
		latest := func() string {
			all := c.of(sip.REGISTER)
			return valueOf(all[len(all)-1].req, "Contact")
		}
		after(6 * time.Second)
		if got := latest(); !strings.HasPrefix(got, "<sip:Mufasa@203.0.113.9:40001>;") || !strings.HasSuffix(got, ", <sip:Mufasa@10.0.0.9:5060>;expires=0") {
			t.Errorf("registered %s", got)
		}
		n := len(c.of(sip.REGISTER))
		after(20 * time.Second)
		if len(c.of(sip.REGISTER)) != n {
			t.Error("registered again for nothing")
		}
		c.set(func() { seenAt = "203.0.113.10" })
		after(time.Minute)
		if got := latest(); !strings.HasPrefix(got, "<sip:Mufasa@203.0.113.10:40001>;") {
			t.Errorf("registered %s", got)
		}
		c.set(func() { c.contact.Host, seenAt = "10.0.0.10", "" })
		after(16 * time.Second)
		if got := latest(); !strings.HasPrefix(got, "<sip:Mufasa@10.0.0.10:5060>;") {
			t.Errorf("registered %s", got)
		}
		if v := w.view(); !v.registered || len(c.told()) != 0 {
			t.Errorf("%+v %+v", v, c.told())
		}
	})
}

// TestConnectionLost: over TCP the registration lives with its connection.
func TestConnectionLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		watchTrunk(t, c, registeringTrunk())
		n := len(c.of(sip.REGISTER))
		c.set(func() { c.alive = false })
		after(26 * time.Second)
		if len(c.of(sip.REGISTER)) != n+1 {
			t.Error("not registered anew when the connection was gone")
		}
	})
}

// TestLeave: Close takes the registration back, and waits no longer than it
// must.
func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		ct := registeringTrunk()
		ct.Name, ct.Server = "carrier", "ims.test"
		ts, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{ct}})
		if err != nil {
			t.Fatal(err)
		}
		for _, silent := range []bool{false, true} {
			stop := ts.start(paperLines{c}, noLog(), nil)
			after(time.Second)
			c.quiet(silent)
			begun := time.Now()
			stop(context.Background())
			all := c.of(sip.REGISTER)
			if last := all[len(all)-1].req; valueOf(last, "Expires") != "0" || !strings.HasPrefix(valueOf(last, "Contact"), "<sip:Mufasa@10.0.0.9:5060>;expires=0") {
				t.Errorf("the last request is\n%s", last)
			}
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("leaving took %s", took)
			}
		}
	})
}

// TestCalledAtTheContact: what number an INVITE to our registered Contact is
// for, and whose it is when two trunks share an address.
func TestCalledAtTheContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newPaperCarrier("192.0.2.1:5060")
		ct := registeringTrunk()
		ct.Number = "+62213903963"
		w := watchTrunk(t, c, ct)
		tr := w.ts.all[0]
		for _, x := range []struct{ target, to, called, want string }{
			{"sip:0211111@10.0.0.9", "sip:Mufasa@ims.test", "", "0211111"},
			{"sip:Mufasa@10.0.0.9:5060", "sip:+62212222@ims.test", "", "+62212222"},
			{"sip:Mufasa@10.0.0.9:5060", "sip:+62212222@ims.test", "<sip:+62213333@ims.test>", "+62213333"},
			{"sip:Mufasa@10.0.0.9:5060", "sip:Mufasa@ims.test", "", "+62213903963"},
		} {
			var target, to sip.Uri
			if sip.ParseUri(x.target, &target) != nil || sip.ParseUri(x.to, &to) != nil {
				t.Fatal(x)
			}
			req := sip.NewRequest(sip.INVITE, target)
			req.AppendHeader(&sip.ToHeader{Address: to})
			if x.called != "" {
				req.AppendHeader(sip.NewHeader("P-Called-Party-ID", x.called))
			}
			if got := tr.dialled(req); got != x.want {
				t.Errorf("%+v is for %s", x, got)
			}
			if got := w.ts.called(req, c.places[0].addr.Addr()); (got == tr) != (target.User == "Mufasa") {
				t.Errorf("%+v is the call of %v", x, got)
			}
			if w.ts.called(req, mustAddr("192.0.2.66")) != nil {
				t.Error("a stranger may use the Contact")
			}
		}
		if w.ts.open(c.places[0].addr.Addr()) != tr || !w.ts.near(c.places[0].addr.Addr()) || w.ts.near(mustAddr("192.0.2.66")) {
			t.Error("the server's address is the trunk's, and no other is")
		}
	})
}

// What a registrar notes of us in the Contact it sends back, separators within
// quotes included, is no reason to lose its answer.
func TestRegistrarNotesWhereWeAre(t *testing.T) {
	t.Parallel()
	c := openCarrier(t, "127.0.7.31")
	c.answerBy(func(req *sip.Request) *sip.Response {
		if req.Method != sip.REGISTER || !signedRight(req) {
			return c.serve(req)
		}
		contact, _, _ := strings.Cut(req.GetHeader("Contact").Value(), ">")
		return respond(req, 200, "Contact: "+contact+`>;expires=120;received="sip:127.0.0.1:43922;transport=TCP";+sip.instance="<urn:uuid:a>";reg-id=1`)
	})
	ct := c.ourTrunk()
	ct.Register = true
	h := houseWith(t, ct, nil, nil)
	waitState(t, h.server, func(st TrunkState) bool { return st.Registered && time.Until(st.Expires) < 3*time.Minute })
}
