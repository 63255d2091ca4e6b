package sip

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
)

// guardOf is the ingress layer of a server that listens nowhere. Its trunk is
// 127.0.0.2.
func guardOf(t testing.TB, change func(*configs.SIP)) *guard {
	t.Helper()
	c := configs.SIP{Domain: phones.realm, Unknown: "reject", Trunks: []configs.Trunk{{Name: "carrier", Addresses: []string{"127.0.0.2"}}}}
	if change != nil {
		change(&c)
	}
	s, err := New(Options{Config: c, Desk: &refusingDesk{}, Credentials: phones})
	if err != nil {
		t.Fatal(err)
	}
	return s.guard
}

var carrierAt = netip.MustParseAddrPort("127.0.0.2:5070")

const goodInvite = "INVITE sip:0213903963@127.0.0.1 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKabc;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: \"Ibu\" <sip:08123@carrier.test>;tag=f1\r\n" +
	"To: <sip:0213903963@127.0.0.1>\r\n" +
	"Call-ID: one@carrier.test\r\n" +
	"CSeq: 7 INVITE\r\n" +
	"Contact: <sip:08123@127.0.0.2:5070>\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 4\r\n" +
	"\r\n" +
	"v=0\n"

func TestIngressAnswersEachFaultWithItsStatus(t *testing.T) {
	g := guardOf(t, nil)
	swap := func(old, new string) string {
		if !strings.Contains(goodInvite, old) {
			t.Fatalf("%q is not in the message", old)
		}
		return strings.Replace(goodInvite, old, new, 1)
	}
	without := func(name string) string {
		i := strings.Index(goodInvite, name)
		j := i + strings.Index(goodInvite[i:], "\r\n") + 2
		return goodInvite[:i] + goodInvite[j:]
	}
	method := func(m string) string { return strings.ReplaceAll(goodInvite, "INVITE", m) }

	for _, tt := range []struct {
		name   string
		msg    string
		status int    // 0: passed, -1: dropped
		header string // the reply has this line
	}{
		{"a good INVITE passes", goodInvite, 0, ""},
		{"no Max-Forwards is forgiven", without("Max-Forwards"), 0, ""},
		{"Max-Forwards 0 is as good as any at the end of the road", swap("Forwards: 70", "Forwards: 0"), 0, ""},
		{"no From", without("From"), 400, ""},
		{"no To", without("To:"), 400, ""},
		{"no Call-ID", without("Call-ID"), 400, ""},
		{"no CSeq", without("CSeq"), 400, ""},
		{"no Via: nowhere to answer", without("Via"), -1, ""},
		{"no Contact in an INVITE", without("Contact"), 400, ""},
		{"two Call-IDs", swap("Call-ID:", "Call-ID: two@x\r\nCall-ID:"), 400, ""},
		{"two From", swap("From:", "f: <sip:x@y>;tag=2\r\nFrom:"), 400, ""},
		{"two CSeq", swap("CSeq:", "CSeq: 8 INVITE\r\nCSeq:"), 400, ""},
		{"two Content-Length", swap("Content-Length:", "l: 4\r\nContent-Length:"), 400, ""},
		{"two Contacts", swap("Contact:", "m: <sip:x@y>\r\nContact:"), 400, ""},
		{"no tag in From", swap(";tag=f1", ""), 400, ""},
		{"two tags in From", swap(";tag=f1", ";tag=f1;TAG=f2"), 400, ""},
		{"an empty tag in To", swap("To: <sip:0213903963@127.0.0.1>", "To: <sip:0213903963@127.0.0.1>;tag="), 400, ""},
		{"CSeq of another method", swap("7 INVITE", "7 OPTIONS"), 400, ""},
		{"CSeq too large", swap("7 INVITE", "2147483648 INVITE"), 400, ""},
		{"CSeq negative", swap("7 INVITE", "-7 INVITE"), 400, ""},
		{"Max-Forwards too large", swap("Forwards: 70", "Forwards: 256"), 400, ""},
		{"Via of nonsense", swap("SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKabc;rport", "nonsense"), 400, ""},
		{"Via with a bad port", swap("127.0.0.2:5070;branch", "127.0.0.2:99999;branch"), 400, ""},
		{"an unknown version", swap("127.0.0.1 SIP/2.0", "127.0.0.1 SIP/3.0"), 505, ""},
		{"a version in small letters is ours", swap("127.0.0.1 SIP/2.0", "127.0.0.1 sip/2.0"), 0, ""},
		{"a version that is none", swap("127.0.0.1 SIP/2.0", "127.0.0.1 SIP/x"), 400, ""},
		{"an unknown method", method("DANCE"), 501, "Allow: INVITE"},
		{"methods are case-sensitive", method("Invite"), 501, "Allow: INVITE"},
		{"a known method we lack", method("SUBSCRIBE"), 405, "Allow: INVITE"},
		{"an unknown scheme", swap("INVITE sip:0213903963@127.0.0.1", "INVITE mailto:x@y"), 416, ""},
		{"sips without TLS", swap("INVITE sip:", "INVITE sips:"), 416, ""},
		{"a tel URI dials too", swap("INVITE sip:0213903963@127.0.0.1", "INVITE tel:+62213903963"), 0, ""},
		{"headers in the Request-URI", swap("127.0.0.1 SIP", "127.0.0.1?Route=x SIP"), 400, ""},
		{"IPv6 without brackets", swap("INVITE sip:0213903963@127.0.0.1", "INVITE sip:x@2001:db8::1"), 400, ""},
		{"an extension we lack", swap("CSeq:", "Require: 100rel, foo\r\nCSeq:"), 420, "Unsupported: foo"},
		{"an extension we have", swap("CSeq:", "Require: timer\r\nCSeq:"), 0, ""},
		{"a body of another type", swap("application/sdp", "application/isup"), 415, "Accept: application/sdp"},
		{"a type with parameters and spaces", swap("application/sdp", "Application / SDP ; charset=utf-8"), 0, ""},
		{"a body without a type", without("Content-Type"), 400, ""},
		{"a compressed body", swap("Content-Type:", "e: gzip\r\nContent-Type:"), 415, "Accept-Encoding: identity"},
		{"who takes no SDP", swap("CSeq:", "Accept: text/plain\r\nCSeq:"), 406, "Accept: application/sdp"},
		{"who takes anything", swap("CSeq:", "Accept: text/plain, */*;q=0.1\r\nCSeq:"), 0, ""},
		{"Content-Length beyond the datagram", swap("Length: 4", "Length: 5"), 400, ""},
		{"Content-Length negative", swap("Length: 4", "Length: -4"), 400, ""},
		{"bytes after the body are ignored", goodInvite + "BYE sip:x SIP/2.0\r\n\r\n", 0, ""},
		{"a body in a CANCEL", method("CANCEL"), 400, ""},
		{"a header without a colon", swap("CSeq:", "Nonsense\r\nCSeq:"), 400, ""},
		{"a header with a space in its name", swap("CSeq:", "Bad Name: x\r\nCSeq:"), 400, ""},
		{"a control character", swap("one@carrier", "one\x07@carrier"), 400, ""},
		{"a bare newline", swap("one@carrier.test\r\n", "one@carrier.test\nX: y\r\n"), 400, ""},
		{"101 headers", swap("CSeq:", strings.Repeat("Y-Y: y\r\n", 92)+"CSeq:"), 400, ""},
		{"100 headers", swap("CSeq:", strings.Repeat("Y-Y: y\r\n", 91)+"CSeq:"), 0, ""},
		{"a line over 8 KB", swap("CSeq:", "Y-Y: "+strings.Repeat("y", 8190)+"\r\nCSeq:"), 400, ""},
		{"a folded line over 8 KB", swap("CSeq:", "Y-Y: y\r\n"+strings.Repeat(" yyyyyyyy\r\n", 1000)+"CSeq:"), 400, ""},
		{"20 hops", swap("Via:", strings.Repeat("v: SIP/2.0/UDP h;branch=z9hG4bKx\r\n", 19)+"Via:"), 0, ""},
		{"21 hops", swap("Via:", strings.Repeat("v: SIP/2.0/UDP h;branch=z9hG4bKx\r\n", 20)+"Via:"), 503, "Retry-After:"},
		{"a quoted separator hides no tag", swap(";tag=f1", `;x="a;tag=evil";tag=f1`), 400, ""},
		{"no ACK is ever answered", method("ACK") + "", 0, ""},
		{"not even a bad one", strings.Replace(method("ACK"), "7 ACK", "7 BYE", 1), -1, ""},
		{"another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", -1, ""},
		{"a start line with escape codes", swap("SIP/2.0\r\nVia", "SIP/\x1b[2J0\r\nVia"), -1, ""},
		{"nothing but zeros", strings.Repeat("\x00", 64), -1, ""},
		{"the header does not end", goodInvite[:200], 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := g.datagram([]byte(tt.msg), carrierAt)
			switch {
			case tt.status == 0:
				if v.pass == nil {
					t.Fatalf("refused:\n%s", v.reply)
				}
				if _, err := sip.ParseMessage(v.pass); err != nil {
					t.Errorf("sipgo cannot read what passed: %v\n%s", err, v.pass)
				}
			case tt.status < 0:
				if v.pass != nil || v.reply != nil {
					t.Errorf("pass %q, reply %q; want neither", v.pass, v.reply)
				}
			default:
				r := parseReply(t, string(v.reply))
				if r.status != tt.status {
					t.Errorf("%d, want %d\n%s", r.status, tt.status, v.reply)
				}
				if !strings.Contains(r.text, tt.header) {
					t.Errorf("no %q in\n%s", tt.header, r.text)
				}
			}
		})
	}
	if n := g.server.panics.Load(); n != 0 {
		t.Errorf("%d panics", n)
	}
}

func TestCanonicalIsWhatWasMeant(t *testing.T) {
	g := guardOf(t, nil)
	msg := "INVITE sip:021@127.0.0.1 SIP/2.0\r\n" +
		"v: SIP / 2.0 / UDP  host.test : 5070 ; received=6.6.6.6 ; BRANCH = z9hG4bKx ;rport=99 ,\r\n" +
		"  SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bKy;received=192.0.2.9\r\n" +
		"f: Ibu Sari <sip:08123@carrier.test>;TAG=f1\r\n" +
		"t:sip:021@127.0.0.1\r\n" +
		"i: one\r\n" +
		"CSEQ: 0007   INVITE\r\n" +
		"m: \"a, b\" <sip:08123@127.0.0.2;transport=udp>;q=0.5\r\n" +
		"Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n" +
		"k: 100rel\r\n" +
		"P-Asserted-Identity: <sip:08123@carrier.test>\r\n" +
		"x: 1800\r\n" +
		"\r\n"
	v := g.datagram([]byte(msg), carrierAt)
	if v.pass == nil {
		t.Fatalf("refused:\n%s", v.reply)
	}
	want := "INVITE sip:021@127.0.0.1 SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP host.test:5070;branch=z9hG4bKx;rport;received=127.0.0.2\r\n" +
		"Via: SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bKy;received=192.0.2.9\r\n" +
		"From: \"Ibu Sari\" <sip:08123@carrier.test>;tag=f1\r\n" +
		"To: <sip:021@127.0.0.1>\r\n" +
		"Call-ID: one\r\n" +
		"CSeq: 7 INVITE\r\n" +
		"Max-Forwards: 70\r\n" +
		"Contact: \"a, b\" <sip:08123@127.0.0.2;transport=udp>;q=0.5\r\n" +
		"Record-Route: <sip:p1;lr>\r\n" +
		"Record-Route: <sip:p2;lr>\r\n" +
		"Supported: 100rel\r\n" +
		"P-Asserted-Identity: <sip:08123@carrier.test>\r\n" +
		"Session-Expires: 1800\r\n" +
		"Content-Length: 0\r\n\r\n"
	if got := string(v.pass); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The body of a BYE (a carrier's ISUP) means nothing to us and is left out.
func TestCanonicalLeavesOutForeignBodies(t *testing.T) {
	g := guardOf(t, nil)
	msg := strings.ReplaceAll(strings.Replace(goodInvite, "application/sdp", "application/isup", 1), "INVITE", "BYE")
	v := g.datagram([]byte(msg), carrierAt)
	if s := string(v.pass); !strings.HasSuffix(s, "Content-Length: 0\r\n\r\n") || strings.Contains(s, "isup") {
		t.Errorf("the body went through:\n%s%s", v.pass, v.reply)
	}
}

func TestStatelessAnswersFindTheirWay(t *testing.T) {
	g := guardOf(t, nil)
	for _, tt := range []struct{ via, to, echo string }{
		{"SIP/2.0/UDP 127.0.0.2:5099;branch=z9hG4bKa", "127.0.0.2:5099", "SIP/2.0/UDP 127.0.0.2:5099;branch=z9hG4bKa"},
		{"SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKa", "127.0.0.2:5060", "SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKa"},
		{"SIP/2.0/UDP 10.9.9.9:5099;rport;branch=z9hG4bKa", "127.0.0.2:5070", "SIP/2.0/UDP 10.9.9.9:5099;branch=z9hG4bKa;rport=5070;received=127.0.0.2"},
		// Never to the address the message names, nor to a forged received.
		{"SIP/2.0/UDP 10.9.9.9:5099;branch=z9hG4bKa;received=10.1.1.1;maddr=10.2.2.2", "127.0.0.2:5099", "SIP/2.0/UDP 10.9.9.9:5099;branch=z9hG4bKa;maddr=10.2.2.2;received=127.0.0.2"},
	} {
		msg := strings.Replace(goodInvite, "SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKabc;rport", tt.via, 1)
		msg = strings.Replace(msg, "7 INVITE", "7 BYE", 1)
		v := g.datagram([]byte(msg), carrierAt)
		again := g.datagram([]byte(msg), carrierAt)
		r := parseReply(t, string(v.reply))
		if v.to.String() != tt.to || r.get("Via") != tt.echo {
			t.Errorf("%s: answered to %s with %q, want %s with %q", tt.via, v.to, r.get("Via"), tt.to, tt.echo)
		}
		if string(again.reply) != string(v.reply) || !strings.Contains(r.get("To"), ";tag=") {
			t.Errorf("a stateless answer changed:\n%s\n%s", v.reply, again.reply)
		}
	}
}

func TestFrame(t *testing.T) {
	max := sizes{message: 1000, headers: 10, line: 200, vias: 20}
	head := "BYE sip:x SIP/2.0\r\nContent-Length: 3\r\n\r\n"
	for _, tt := range []struct {
		name, in string
		n        int
		err      error
	}{
		{"a whole one", head + "abc", len(head) + 3, nil},
		{"and more after it", head + "abcBYE", len(head) + 3, nil},
		{"half a body", head + "ab", 0, nil},
		{"half a head", head[:20], 0, nil},
		{"no length", "BYE sip:x SIP/2.0\r\nX: y\r\n\r\n", 0, errLength},
		{"two lengths", "BYE sip:x SIP/2.0\r\nl: 3\r\nContent-Length: 3\r\n\r\nabc", 0, errLength},
		{"a negative length", "BYE sip:x SIP/2.0\r\nl: -3\r\n\r\n", 0, errLength},
		{"a length of 4 GB", "BYE sip:x SIP/2.0\r\nl: 4294967296\r\n\r\n", 0, errLength},
		{"a length over the limit", "BYE sip:x SIP/2.0\r\nl: 990\r\n\r\n", 0, errTooLarge},
		{"a head without end", strings.Repeat("X: y\r\n", 200), 0, errTooLarge},
		{"a line without end", strings.Repeat("y", 300), 0, errLine},
	} {
		if n, err := frame([]byte(tt.in), max); n != tt.n || err != tt.err {
			t.Errorf("%s: %d, %v; want %d, %v", tt.name, n, err, tt.n, tt.err)
		}
	}
}

func FuzzIngress(f *testing.F) {
	for _, m := range tortureSet(f) {
		f.Add(m.message)
	}
	f.Add([]byte(goodInvite))
	f.Add([]byte(strings.ReplaceAll(goodInvite, "INVITE", "REGISTER")))
	g := guardOf(f, nil)
	stranger := netip.MustParseAddrPort("192.0.2.66:5060")
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, from := range []netip.AddrPort{carrierAt, stranger} {
			v := g.datagram(raw, from)
			if g.server.panics.Load() != 0 {
				t.Fatal("a panic")
			}
			if v.reply != nil {
				r := parseReply(t, string(v.reply))
				if head, _, _ := strings.Cut(r.text, "\r\n\r\n"); strings.ContainsAny(strings.ReplaceAll(head, "\r\n", ""), "\x00\x1b\r\n\x7f") {
					t.Errorf("control characters in the reply: %q", r.text)
				}
				if from == stranger && len(v.reply) > 2*len(raw) {
					t.Errorf("%d bytes answered with %d", len(raw), len(v.reply))
				}
				if v.to.Addr() != from.Addr() {
					t.Errorf("answered to %s instead of %s", v.to, from)
				}
			}
			if v.pass == nil {
				continue
			}
			msg, err := sip.ParseMessage(v.pass)
			if err != nil {
				t.Fatalf("sipgo cannot read what passed: %v\n%q", err, v.pass)
			}
			if msg.CallID() == nil || msg.CSeq() == nil || msg.From() == nil || msg.To() == nil || msg.Via() == nil {
				t.Fatalf("a mandatory header is missing:\n%q", v.pass)
			}
			m, cut := parse(v.pass, g.rules.sizes)
			if cut != nil {
				t.Fatalf("the canonical form cannot be cut: %v\n%q", cut, v.pass)
			}
			if req, ok := msg.(*sip.Request); ok {
				if string(req.Method) != m.method || string(req.CSeq().MethodName) != m.method || req.SipVersion != "SIP/2.0" {
					t.Errorf("sipgo reads another method or version:\n%q", v.pass)
				}
				r, no := checkRequest(m, nil, g.rules)
				if no != nil {
					t.Fatalf("the canonical form is refused with %d:\n%q", no.status, v.pass)
				}
				for _, p := range []struct {
					mine   []param
					theirs sip.HeaderParams
				}{{r.from.params, req.From().Params}, {r.to.params, req.To().Params}} {
					tag, _ := get(p.mine, "tag")
					if got, _ := p.theirs.Get("tag"); got != tag {
						t.Errorf("sipgo reads tag %q, we %q:\n%q", got, tag, v.pass)
					}
				}
			}
		}
	})
}

func BenchmarkIngress(b *testing.B) {
	g := guardOf(b, nil)
	b.SetBytes(int64(len(goodInvite)))
	b.ReportAllocs()
	for b.Loop() {
		if v := g.datagram([]byte(goodInvite), carrierAt); v.pass == nil {
			b.Fatal("refused")
		}
	}
}

// A forged source must not get more than twice what was sent in its name.
func TestNoAmplification(t *testing.T) {
	g := guardOf(t, nil)
	small := "REGISTER sip:a SIP/2.0\r\nv:SIP/2.0/UDP a\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\nCSeq:1 REGISTER\r\nl:0\r\n\r\n"
	if v := g.datagram([]byte(small), netip.MustParseAddrPort("192.0.2.66:5060")); v.reply != nil || v.pass != nil {
		t.Errorf("%d bytes answered with %d", len(small), len(v.reply))
	}
	if g.counts[reasonAmplify].Load() != 1 {
		t.Error("not counted")
	}
	// Who is known gets her challenge, however short she is.
	if v := g.datagram([]byte(small), carrierAt); v.reply == nil {
		t.Error("the trunk's host is not challenged")
	}
}

// What sipgo would cut in two never reaches it, and the rest of the value does.
func TestQuotedSeparatorsStayOutside(t *testing.T) {
	for text, want := range map[string]string{
		`<sip:a@x>;expires=120;received="sip:1.2.3.4:5060;transport=TCP";reg-id=1`: `<sip:a@x>;expires=120;reg-id=1`,
		`<sip:a@x>;+sip.instance="<urn:uuid:a>";q=1`:                               `<sip:a@x>;+sip.instance="<urn:uuid:a>";q=1`,
		`<sip:a@x>;a="b\"c";d`: `<sip:a@x>;d`,
	} {
		a, ok := parseNameAddr(text)
		if got := a.String(); !ok || got != want {
			t.Errorf("%s becomes %v %s, want %s", text, ok, got, want)
		}
	}
	for _, text := range []string{`<sip:a@x>;a="b`, `<sip:a@x>;a="b"c`, `<sip:a@x>;a="b\"`} {
		if _, ok := parseNameAddr(text); ok {
			t.Errorf("%s was taken", text)
		}
	}
}
