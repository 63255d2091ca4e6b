package sip

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// mufasa is the account of RFC 7616 §3.9.1 at a trunk on 192.0.2.1.
func mufasa() *account {
	return &account{
		username: "Mufasa", password: "Circle of Life", realms: []string{"ims.test"},
		ours: func(ip netip.Addr) bool { return ip == netip.MustParseAddr("192.0.2.1") },
	}
}

func toTrunk(method sip.RequestMethod, destination string) *sip.Request {
	req := sip.NewRequest(method, sip.Uri{Scheme: "sip", User: "+62811", Host: "ims.test"})
	req.SetDestination(destination)
	return req
}

func asks(req *sip.Request, status int, source string, challenges ...string) *sip.Response {
	res := sip.NewResponse(status, "")
	name := "WWW-Authenticate: "
	if status == 407 {
		name = "Proxy-Authenticate: "
	}
	for _, c := range challenges {
		res.AppendHeader(sip.NewHeader(strings.TrimSuffix(name, ": "), c))
	}
	res.SetSource(source)
	return res
}

// TestDigestOfTheRFC: the example of RFC 7616 §3.9.1, computed by the parts
// write uses.
func TestDigestOfTheRFC(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		h := func(parts ...string) string { return digestOf(algorithm, parts...) }
		ha1 := h("Mufasa", "http-auth@example.org", "Circle of Life")
		got := h(ha1, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "auth", h("GET", "/dir/index.html"))
		if got != want {
			t.Errorf("%s: %s, want %s", algorithm, got, want)
		}
	}
}

// TestSign answers challenges, and checks the answer as a registrar would.
func TestSign(t *testing.T) {
	for _, c := range []struct{ challenge, algorithm, qop string }{
		{`Digest realm="ims.test", nonce="n\"1", algorithm=MD5, qop="auth,auth-int", opaque="o"`, "MD5", "auth"},
		{`Digest realm="ims.test", nonce="n"`, "MD5", ""},
		{`Digest realm="ims.test",nonce="n",algorithm=SHA-256,qop="auth"`, "SHA-256", "auth"},
		{`digest realm="ims.test", nonce="n", algorithm=md5-sess, qop=auth`, "MD5-sess", "auth"},
		{`Digest realm="ims.test", nonce="n", algorithm=SHA-512-256, qop="auth"`, "SHA-512-256", "auth"},
	} {
		for _, status := range []int{401, 407} {
			a := mufasa()
			req := toTrunk(sip.INVITE, "192.0.2.1:5060")
			if err := a.sign(req, asks(req, status, "192.0.2.1:5060", c.challenge)); err != nil {
				t.Errorf("%s: %v", c.challenge, err)
				continue
			}
			name := "Authorization"
			if status == 407 {
				name = "Proxy-Authorization"
			}
			h := req.GetHeader(name)
			if h == nil {
				t.Errorf("%s: no %s", c.challenge, name)
				continue
			}
			verifySignature(t, h.Value(), "INVITE", c.algorithm, c.qop)
		}
	}
}

// verifySignature recomputes the response by the text of the header alone.
func verifySignature(t *testing.T, header, method, algorithm, qop string) {
	t.Helper()
	got, ok := parseCredentials(header)
	if !ok || got.username != "Mufasa" || got.realm != "ims.test" || got.uri != "sip:+62811@ims.test" || !strings.EqualFold(got.algorithm, algorithm) || got.qop != qop {
		t.Errorf("%+v of %s", got, header)
		return
	}
	h := func(parts ...string) string { return digestOf(got.algorithm, parts...) }
	ha1 := h("Mufasa", "ims.test", "Circle of Life")
	if strings.HasSuffix(got.algorithm, "-SESS") {
		ha1 = h(ha1, got.nonce, got.cnonce)
	}
	want := h(ha1, got.nonce, h(method, got.uri))
	if qop != "" {
		want = h(ha1, got.nonce, got.nc, got.cnonce, qop, h(method, got.uri))
	}
	if got.response != want {
		t.Errorf("%s: want response %s", header, want)
	}
}

// TestCredentialsStayHome: every way somebody could ask for a digest that is
// not his.
func TestCredentialsStayHome(t *testing.T) {
	const home = "192.0.2.1:5060"
	const fine = `Digest realm="ims.test", nonce="n", qop="auth"`
	for name, c := range map[string]struct {
		method              sip.RequestMethod
		destination, source string
		challenge           string
		want                error
	}{
		"all is well":                    {sip.INVITE, home, home, fine, nil},
		"from another port of the host":  {sip.INVITE, home, "192.0.2.1:6060", fine, nil},
		"an answer to a BYE":             {sip.BYE, home, home, fine, errNoSignature},
		"an answer to an OPTIONS":        {sip.OPTIONS, home, home, fine, errNoSignature},
		"an answer to a NOTIFY":          {sip.NOTIFY, home, home, fine, errNoSignature},
		"from another address":           {sip.INVITE, home, "198.51.100.66:5060", fine, errForeignHost},
		"from nowhere":                   {sip.INVITE, home, "", fine, errForeignHost},
		"a request that went elsewhere":  {sip.INVITE, "198.51.100.66:5060", home, fine, errForeignHost},
		"another realm":                  {sip.INVITE, home, home, `Digest realm="evil.test", nonce="n", qop="auth"`, errForeignRealm},
		"auth-int only":                  {sip.INVITE, home, home, `Digest realm="ims.test", nonce="n", qop="auth-int"`, errNotAsked},
		"an algorithm of tomorrow":       {sip.INVITE, home, home, `Digest realm="ims.test", nonce="n", algorithm=SHA3`, errNotAsked},
		"Basic":                          {sip.INVITE, home, home, `Basic realm="ims.test"`, errNotAsked},
		"no nonce":                       {sip.INVITE, home, home, `Digest realm="ims.test"`, errNotAsked},
		"a nonce that breaks the header": {sip.INVITE, home, home, "Digest realm=\"ims.test\", nonce=\"a\r\nb\"", errNotAsked},
	} {
		a := mufasa()
		a.realm = "carrier.test" // as the registrar said
		req := toTrunk(c.method, c.destination)
		err := a.sign(req, asks(req, 401, c.source, c.challenge))
		signed := req.GetHeader("Authorization") != nil
		if !errors.Is(err, c.want) || signed != (c.want == nil) {
			t.Errorf("%s: %v, signed %v; want %v", name, err, signed, c.want)
		}
	}
}

// TestRealmIsLearnt: from the registrar always, from a call only the first.
func TestRealmIsLearnt(t *testing.T) {
	const home = "192.0.2.1:5060"
	sign := func(a *account, method sip.RequestMethod, realm string) error {
		req := toTrunk(method, home)
		return a.sign(req, asks(req, 401, home, fmt.Sprintf(`Digest realm="%s", nonce="n"`, realm)))
	}
	a := mufasa()
	for _, step := range []struct {
		method sip.RequestMethod
		realm  string
		want   error
	}{
		{sip.INVITE, "asterisk", nil}, {sip.INVITE, "evil", errForeignRealm}, {sip.INVITE, "asterisk", nil}, {sip.INVITE, "IMS.test", nil},
		{sip.REGISTER, "moved", nil}, {sip.INVITE, "asterisk", errForeignRealm}, {sip.INVITE, "moved", nil},
	} {
		if err := sign(a, step.method, step.realm); !errors.Is(err, step.want) {
			t.Errorf("%s of %s: %v, want %v", step.method, step.realm, err, step.want)
		}
	}
}

// TestStrongestWins, and each nonce counts its own uses.
func TestStrongestWins(t *testing.T) {
	const home = "192.0.2.1:5060"
	a := mufasa()
	req := toTrunk(sip.REGISTER, home)
	err := a.sign(req, asks(req, 401, home, `Digest realm="ims.test", nonce="md5", qop="auth"`,
		`Digest realm="ims.test", nonce="sha", algorithm=SHA-256, qop="auth"`, `Digest realm="ims.test", nonce="x", algorithm=AKAv1-MD5`))
	if err != nil {
		t.Fatal(err)
	}
	for _, nc := range []string{"00000001", "00000002", "00000003"} {
		got, _ := parseCredentials(req.GetHeader("Authorization").Value())
		if got.nonce != "sha" || got.algorithm != "SHA-256" || got.nc != nc {
			t.Errorf("%+v, want nc %s", got, nc)
		}
		req = toTrunk(sip.REGISTER, home)
		a.signAhead(req)
	}
	if a.signAhead(req); len(req.GetHeaders("Authorization")) != 1 {
		t.Error("signed twice")
	}
	invite := toTrunk(sip.INVITE, home)
	if a.signAhead(invite); invite.GetHeader("Authorization") != nil {
		t.Error("an INVITE was signed by the registrar's nonce without being asked")
	}
	elsewhere := toTrunk(sip.REGISTER, "198.51.100.66:5060")
	if a.signAhead(elsewhere); elsewhere.GetHeader("Authorization") != nil {
		t.Error("signed ahead for another host")
	}
}

// TestSignerGivesUp: a second challenge means a wrong password, unless only
// the nonce was old; a third is the end.
func TestSignerGivesUp(t *testing.T) {
	const home = "192.0.2.1:5060"
	fresh, stale := `Digest realm="ims.test", nonce="a"`, `Digest realm="ims.test", nonce="b", stale=TRUE`
	for _, c := range []struct {
		challenges string
		want       int
	}{{"fresh fresh", 1}, {"fresh stale", 2}, {"stale stale stale", 2}, {"fresh stale fresh", 2}} {
		sign := mufasa().signer()
		done := 0
		for _, word := range strings.Fields(c.challenges) {
			text := fresh
			if word == "stale" {
				text = stale
			}
			req := toTrunk(sip.INVITE, home)
			if err := sign(req, asks(req, 407, home, text)); err != nil {
				if !errors.Is(err, errRefusedAgain) {
					t.Error(err)
				}
				break
			}
			done++
		}
		if done != c.want {
			t.Errorf("%s: answered %d times, want %d", c.challenges, done, c.want)
		}
	}
}
