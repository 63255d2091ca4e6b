package sip

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// The examples of RFC 7616 §3.9.1; RFC 8760 takes its computation over as it is.
func TestDigestVectors(t *testing.T) {
	for alg, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		c, ok := parseCredentials(`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=` + alg +
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="` + want +
			`", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
		if !ok {
			t.Fatal("not understood")
		}
		if got := c.responseOf(hashOf(alg, "Mufasa", "http-auth@example.org", "Circle of Life"), "GET"); got != want {
			t.Errorf("%s: %s, want %s", alg, got, want)
		}
	}
}

func TestParseCredentials(t *testing.T) {
	for _, tt := range []struct {
		in string
		ok bool
	}{
		{`Digest username="a",realm="r",nonce="n",uri="sip:x",response="0"`, true},
		{`digest Username = "a" , realm="r", nonce="n", uri="sip:x", response="0", future="1,2"`, true},
		{`Digest username="a\"b,c", realm="r", nonce="n", uri="sip:x", response="0"`, true},
		{`Digest username="a",username="b",realm="r",nonce="n",uri="sip:x",response="0"`, false},
		{`Digest username="a",realm="r",nonce="n",uri="sip:x"`, false},
		{`Basic YTpi`, false},
		{`Digest`, false},
		{``, false},
	} {
		c, ok := parseCredentials(tt.in)
		if ok != tt.ok {
			t.Errorf("%s: %v", tt.in, ok)
		}
		if strings.Contains(tt.in, `\"`) && c.username != `a"b,c` {
			t.Errorf("unquoted to %q", c.username)
		}
	}
}

func TestNonces(t *testing.T) {
	n := newNonces()
	now := time.Now()
	n.now = func() time.Time { return now }
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	nonce := n.issue(here)

	if !n.authentic(nonce, here) || n.authentic(nonce, there) || n.authentic("x"+nonce[1:], here) || n.authentic("", here) {
		t.Error("a nonce is not known by its address and signature")
	}
	if newNonces().authentic(nonce, here) {
		t.Error("another run takes this run's nonce for its own")
	}
	if n.use(nonce, 0, here) {
		t.Error("nc 0 taken")
	}
	if !n.use(nonce, 1, here) || n.use(nonce, 1, here) {
		t.Error("nc 1 must be good once")
	}
	if !n.use(nonce, 5, here) || n.use(nonce, 4, here) {
		t.Error("nc must go up")
	}
	if n.use(nonce, 6, there) {
		t.Error("taken from another address")
	}
	now = now.Add(nonceLife + 2*time.Second)
	if n.use(nonce, 7, here) {
		t.Error("taken after its life")
	}
	if !n.authentic(nonce, here) {
		t.Error("an old nonce must still be known, to say stale")
	}
}

// The table of used nonces does not grow without end.
func TestNoncesAreBounded(t *testing.T) {
	n := newNonces()
	now := time.Now()
	n.now = func() time.Time { return now }
	here := netip.MustParseAddr("192.0.2.1")
	for range usedMax {
		if !n.use(n.issue(here), 1, here) {
			t.Fatal("refused before the table was full")
		}
	}
	if n.use(n.issue(here), 1, here) || len(n.used) > usedMax {
		t.Errorf("%d nonces kept", len(n.used))
	}
	now = now.Add(2 * nonceLife)
	if !n.use(n.issue(here), 1, here) {
		t.Error("still full when all are old")
	}
}
