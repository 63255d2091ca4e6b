package sip

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sahut/configs"
)

func nobodysNumber(string) bool { return false }

const tracedInvite = "INVITE sip:+62213903963@203.0.113.5:5060;user=phone SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 10.20.30.40:5060;branch=z9hG4bK776asdhds;rport\r\n" +
	"Record-Route: <sip:10.20.30.40;lr;ftag=1928301774;vsf=c2FyaQ==>\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: \"Dewi Lestari\" <sip:+6281234567890@ims.example.co.id;user=phone>;tag=1928301774\r\n" +
	"To: <sip:+62213903963@203.0.113.5>\r\n" +
	"Call-ID: 0812-3456-7890@10.20.30.40\r\n" +
	"CSeq: 314159 INVITE\r\n" +
	"Contact: <sip:dewi.l@10.20.30.40:5060;transport=udp>;+sip.instance=\"<urn:uuid:0001>\";expires=3600\r\n" +
	"P-Asserted-Identity: \"Dewi\" <sip:081234567890@ims.example.co.id>, <tel:+62-812-3456-7890;phone-context=+62>\r\n" +
	"Diversion: <sip:(0812)9876543@a.example>;reason=no-answer;counter=1\r\n" +
	"History-Info: <sip:+628129876543@a.example?Reason=SIP%3Bcause%3D302>;index=1\r\n" +
	"Privacy: id\r\n" +
	"P-Charging-Vector: icid-value=\"1234567890\";orig-ioi=dewi\r\n" +
	"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=510100123456\r\n" +
	"Identity: eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7InRuIjoiNjI4MTIifX0.sig\r\n" +
	"Proxy-Authorization: Digest username=\"dewi@ims.example.co.id\", realm=\"ims.example.co.id\", nonce=\"n0nce77\", uri=\"sip:+62213903963@h.example\", response=\"deadbeefcafe\", cnonce=\"cn0nce\", algorithm=MD5, qop=auth, nc=00000001\r\n" +
	"Session-Expires: 1800;refresher=uac\r\n" +
	"Reason: Q.850;cause=16;text=\"call for 081234567890\"\r\n" +
	"Warning: 399 10.20.30.40 \"in_uri=sip:dewi@10.20.30.40\"\r\n" +
	"Subject: I want to die\r\n" +
	"X-Caller: 081234567890\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 9999\r\n\r\n" +
	"v=0\r\no=dewi 2890844526 2890844527 IN IP4 10.20.30.40\r\ns=Dewi calls\r\ne=dewi@example.org\r\np=+62 812 3456 7890\r\n" +
	"c=IN IP4 10.20.30.40\r\nk=clear:s3cretkey\r\nt=0 0\r\nm=audio 40000 RTP/SAVP 8 0 18 96 97 101\r\n" +
	"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9\r\n" +
	"a=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\na=ssrc:1234567890 cname:dewi\r\na=sendrecv\r\n"

// The whole of a masked message, so that a change of what is shown is seen.
func TestMaskedMessage(t *testing.T) {
	own := oursOf(configs.SIP{Country: "ID", Trunks: []configs.Trunk{{Number: "+62213903963"}}})
	m := newMasker(own)
	got := m.message([]byte(tracedInvite))
	number, name := m.alias("number", "34567890", 3), m.alias("name", "dewi lestari", 4)
	diverted := m.alias("number", "29876543", 3)
	want := "INVITE sip:6221-3903-963@203.0.113.5:5060;user=phone SIP/2.0\n" +
		"Via: SIP/2.0/UDP 10.20.30.40:5060;branch=z9hG4bK" + "776asdhds;rport\n" +
		"Record-Route: <sip:10.20.30.40;lr;ftag=••••774·" + m.alias("number", "28301774", 3) + ";vsf=••••>\n" +
		"Max-Forwards: 70\n" +
		"From: \"•" + name + "\" <sip:••••890·" + number + "@ims.example.co.id;user=phone>;tag=••••774·" + m.alias("number", "28301774", 3) + "\n" +
		"To: <sip:6221-3903-963@203.0.113.5>\n" +
		"Call-ID: ••••890·" + number + "@10.20.30.40\n" +
		"CSeq: ••••159·" + m.alias("number", "314159", 3) + " INVITE\n" +
		"Contact: <sip:•" + m.alias("name", "dewi.l", 4) + "@10.20.30.40:5060;transport=udp>;••••;expires=3600\n" +
		"P-Asserted-Identity: \"•" + m.alias("name", "dewi", 4) + "\" <sip:••••890·" + number + "@ims.example.co.id>, <tel:••••890·" + number + ";phone-context=••••·" + m.alias("number", "62", 3) + ">\n" +
		"Diversion: <sip:••••543·" + diverted + "@a.example>;reason=no-answer;counter=1\n" +
		"History-Info: <sip:••••543·" + diverted + "@a.example?••••>;index=1\n" +
		"Privacy: id\n" +
		"P-Charging-Vector: (37 bytes)\n" +
		"P-Access-Network-Info: (48 bytes)\n" +
		"Identity: (56 bytes)\n" +
		"Proxy-Authorization: Digest username=\"•" + m.alias("name", "dewi", 4) + "\", realm=\"ims.example.co.id\", nonce=••••, uri=\"sip:6221-3903-963@h.example\", response=••••, cnonce=••••, algorithm=MD5, qop=auth, nc=••••001·" + m.alias("number", "00000001", 3) + "\n" +
		"Session-Expires: 1800;refresher=uac\n" +
		"Reason: Q.850;cause=16;text=\"call for ••••890·" + number + "\"\n" +
		"Warning: (45 bytes)\n" +
		"Subject: (13 bytes)\n" +
		"X-Caller: (12 bytes)\n" +
		"Content-Type: application/sdp\n" +
		"Content-Length: 9999\n" +
		"\n" +
		"v=0\n" +
		"o=•" + m.alias("name", "dewi", 4) + " ••••526·" + m.alias("number", "90844526", 3) + " ••••527·" + m.alias("number", "90844527", 3) + " IN IP4 10.20.30.40\n" +
		"s=••••\ne=••••\np=••••\nc=IN IP4 10.20.30.40\nk=••••\nt=0 0\nm=audio 40000 RTP/SAVP 8 0 18 96 97 101\n" +
		"a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\na=crypto:1 AES_CM_128_HMAC_SHA1_80 ••••\n" +
		"a=ice-ufrag:••••\na=ice-pwd:••••\na=ssrc:••••\na=sendrecv\n"
	gotLines, wantLines := strings.Split(got.text, "\n"), strings.Split(want, "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Errorf("line %d\n got %s\nwant %s", i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Errorf("%d lines, want %d:\n%s", len(gotLines), len(wantLines), got.text)
	}
}

// The same number has the same alias however it is written, another has
// another, and a second trace has its own.
func TestAliasesTellPartiesApart(t *testing.T) {
	m := newMasker(nobodysNumber)
	base := m.who("+6281234567890")
	for _, same := range []string{"081234567890", "6281234567890", "0812-3456-7890", "(0812) 3456.7890", "081234567890;ext=5"} {
		if got := m.who(same); got != base {
			t.Errorf("%s is %s, and %s otherwise", same, got, base)
		}
	}
	if other := m.who("+6281299999890"); other == base {
		t.Errorf("two numbers that end alike are both %s", base)
	}
	if again := newMasker(nobodysNumber).who("+6281234567890"); again == base {
		t.Error("two traces use the same aliases")
	}
	for _, nobody := range []string{"anonymous", "Anonymous", "unavailable"} {
		if got := m.who(nobody); got != strings.ToLower(nobody) {
			t.Errorf("%s is hidden as %s", nobody, got)
		}
	}
	if got := m.who("112"); strings.Contains(got, "1") {
		t.Errorf("a short number is shown: %s", got)
	}
}

// What is not SIP, or not whole, shows its length and at most a method.
func TestMaskingFailsClosed(t *testing.T) {
	m := newMasker(nobodysNumber)
	tests := []struct{ raw, shows, hides string }{
		{"081234567890 hello", "•••• (5 bytes) ••••", "0812"},
		{"081234567890", "•••• (12 bytes): not SIP", "0812"},
		{"sari@example.org wants help\r\n\r\n", "(31 bytes)", "sari"},
		{"INVITE", "INVITE (6 bytes)", ""},
		{"0812345 sip:sari@x SIP/2.0\r\n\r\n", "•••• sip:•", "sari"},
		{"INVITE <sip:sari@x> SIP/2.0\r\nFrom: sari\r\nTo sari\r\n\r\n", "From: (4 bytes)", "sari"},
		{"INVITE sip:a@x SIP/2.0\r\nFrom: \"sari <sip:sari@x>\r\nTo: sari <sip:sari@x\r\n\r\n", "To: (16 bytes)", "sari"},
		{"OPTIONS sip:x SIP/2.0\r\nCall-ID: 1-193290@10.0.0.1\r\n\r\n", "Call-ID: ••••290", "1932"},
		{"MESSAGE sip:a@x SIP/2.0\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nhelp me sari", "(12 bytes)", "sari"},
		{"INFO sip:a@x SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=7\r\nDuration=160\r\n", "(24 bytes)", "Signal"},
		{"INVITE sip:a@x SIP/2.0\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\nContent-Type: application/isup\r\n\r\nsari\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nm=audio 1 RTP/AVP 0\r\n--b--\r\n", "in it:)\nv=0\nm=audio 1 RTP/AVP 0\n", "sari"},
		{"REGISTER sip:x SIP/2.0\r\nAuthorization: Basic c2FyaTpyYWhhc2lh\r\n\r\n", "Authorization: (22 bytes)", "c2Fy"},
		{"REGISTER sip:x SIP/2.0\r\nAuthorization: Digest realm=\"x, nonce=\"geheim\", qop=auth\r\n\r\n", "realm=••••", "geheim"},
		{"INVITE sip:sari:rahasia@x SIP/2.0\r\n\r\n", "INVITE sip:•", "rahasia"},
		{"SIP/2.0 200 sip:sari@x\r\n\r\n", "SIP/2.0 200 (10 bytes)", "sari"},
		{"INVITE sip:a@x SIP/2.0\r\nSari-0812345: 1\r\n\r\n", "••••: (1 bytes)", "ari"},
		{"PRACK sip:a@x SIP/2.0\r\nRAck: 12 3 INVITE\r\nDate: Tue, 29 Jul 2026 04:13:31 GMT\r\n\r\n", "RAck: 12 3 INVITE\nDate: Tue, 29 Jul 2026 04:13:31 GMT\n", ""},
		{"PRACK sip:a@x SIP/2.0\r\nRAck: sari 3 INVITE\r\nDate: sari\r\n\r\n", "RAck: (13 bytes)\nDate: (4 bytes)\n", "sari"},
		{"INVITE sip:a@x SIP/2.0\r\nRetry-After: 5 (sari)\r\nExpires: sari\r\n\r\n", "Retry-After: 5 (••••)", "sari"},
	}
	for _, tt := range tests {
		got := m.message([]byte(tt.raw))
		if !strings.Contains(got.text, tt.shows) {
			t.Errorf("%q does not show %q:\n%s", tt.raw, tt.shows, got.text)
		}
		if all := got.text + got.start + got.callID; tt.hides != "" && strings.Contains(all, tt.hides) {
			t.Errorf("%q lets %q be seen:\n%s", tt.raw, tt.hides, all)
		}
	}
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

// leaks looks for what may not be in a masked message: six digits in a row,
// any six digits of a number in whatever shape, and words.
func leaks(shown masked, numbers, words []string) string {
	text := shown.text + "\n" + shown.start + "\n" + shown.callID + "\n" + shown.cseq
	if at := sixDigits.FindString(text); at != "" {
		return at
	}
	squeezed := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.()/_%+ \t", r) {
			return -1
		}
		return r
	}, text)
	for _, n := range numbers {
		for i := 0; i+6 <= len(n); i++ {
			if strings.Contains(squeezed, n[i:i+6]) {
				return n[i : i+6]
			}
		}
	}
	for _, w := range words {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}

// Ten thousand messages made of the places a number, a name and a secret can
// stand in, well-formed and cut anywhere: nothing of them is ever seen.
func TestNothingOfAPartyIsSeen(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	for range 10_000 {
		m := newMasker(nobodysNumber)
		digits := fmt.Sprintf("8%d%09d", 1+rng.IntN(9), rng.IntN(1e9))
		name := "Zq" + m.alias("x", digits, 8) + "Zq"
		secret := "Wv" + m.alias("y", digits, 12) + "Wv"
		dashed := "0" + digits[:3] + "-" + digits[3:7] + "-" + digits[7:]
		number := func() string {
			return pick([]string{"+62" + digits, "0" + digits, "62" + digits, dashed, strings.ReplaceAll(dashed, "-", "."), "(0" + digits[:3] + ")" + digits[3:], "%2B62" + digits})
		}
		spaced := strings.ReplaceAll(dashed, "-", " ")
		who := func() string {
			return pick([]string{number(), name, name + ":" + secret, number() + ";isub=" + number()})
		}
		shown := func() string {
			return pick([]string{"", name + " ", `"` + name + `" `, `"` + spaced + `" `, number() + " "})
		}
		uri := func() string {
			return pick([]string{"sip:" + who() + "@h.example", "sips:" + who() + "@10.0.0.1:5061;user=phone;x=" + number(), "tel:" + number() + ";phone-context=" + number(),
				"sip:" + who() + "@h.example?Replaces=" + number(), "urn:" + name, "mailto:" + name + "@x"})
		}
		address := func() string {
			return shown() + "<" + uri() + ">" + pick([]string{"", ";tag=" + number(), ";x=" + secret, ";+sip.instance=\"<" + secret + ">\"", ";tag=a;y=\"" + name + "\""})
		}
		lines := []string{
			"From: " + address(), "t: " + address(), "Contact: " + address() + ", " + address(), "P-Asserted-Identity: " + address(),
			"P-Preferred-Identity: " + address(), "Remote-Party-ID: " + address() + ";party=calling", "Diversion: " + address(),
			"History-Info: " + address(), "r: " + address(), "Referred-By: " + address(), "Record-Route: " + address(), "Route: " + address(),
			"Call-ID: " + number() + "@h", "Call-ID: x" + number() + "y", "CSeq: 0" + digits + " INVITE", "Via: SIP/2.0/UDP " + digits + ".example;branch=z9hG4bK" + number() + ";x=" + secret,
			"Authorization: Digest username=\"" + who() + "\", realm=\"r\", nonce=\"" + secret + "\", response=\"" + secret + "\", opaque=\"" + secret + "\"",
			"Authorization: Digest nonce=" + secret + ",realm=\"x\", response=" + secret, "Proxy-Authorization: " + secret, "WWW-Authenticate: Digest realm=\"r\", nonce=\"" + secret + "\"",
			"Subject: " + name, "Reason: SIP;text=\"" + number() + "\"", "User-Agent: gate " + number(), "X-" + pick([]string{"A", "B"}) + ": " + secret, "Replaces: " + number() + ";to-tag=" + number() + ";from-tag=1",
			"Identity: " + secret, "Expires: " + number(), "Warning: 399 h \"" + uri() + "\"", "Alert-Info: <http://x/" + secret + ">",
		}
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		body, kind := "help "+name+" "+number(), pick([]string{"text/plain", "application/dtmf", "multipart/mixed;boundary=q", "application/sdp"})
		if rng.IntN(3) > 0 {
			kind = "application/sdp"
			body = "v=0\r\no=" + name + " 1 2 IN IP4 10.0.0.1\r\ns=" + name + "\r\ni=" + number() + "\r\np=" + spaced + "\r\nk=clear:" + secret +
				"\r\nm=audio 4000 RTP/AVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + secret + "\r\na=ice-pwd:" + secret + "\r\na=x-" + "y:" + name + "\r\na=" + number() + "\r\n"
		}
		start := pick([]string{"INVITE " + uri() + " SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 480 " + number(), number() + " " + uri() + " SIP/2.0", "MESSAGE " + uri() + " " + secret})
		raw := start + "\r\n" + strings.Join(lines[:rng.IntN(len(lines))], "\r\n") + "\r\nContent-Type: " + kind + "\r\n\r\n" + body
		switch rng.IntN(4) {
		case 0:
			raw = raw[:rng.IntN(len(raw))]
		case 1:
			i := rng.IntN(len(raw))
			raw = raw[:i] + pick([]string{`"`, "<", ">", ";", "\r\n", "\x00", "=", ","}) + raw[i:]
		}
		// Pieces of names may be left where a cut or a stray character split
		// them; whole ones may not.
		if at := leaks(m.message([]byte(raw)), []string{"0" + digits, digits}, []string{name, secret}); at != "" {
			t.Fatalf("%q is seen:\n%s\nof\n%s", at, m.message([]byte(raw)).text, raw)
		}
	}
}

// FuzzMask: whatever comes, no six digits in a row are seen and nothing panics.
func FuzzMask(f *testing.F) {
	f.Add([]byte(tracedInvite))
	for _, folder := range []string{"rfc4475", "rfc5118"} {
		files, _ := filepath.Glob(filepath.Join("testdata", folder, "*"))
		for _, name := range files {
			if raw, err := os.ReadFile(name); err == nil {
				f.Add(raw)
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if at := leaks(newMasker(nobodysNumber).message(raw), nil, nil); at != "" {
			t.Errorf("%q is seen", at)
		}
	})
}
