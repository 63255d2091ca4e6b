package sip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// softphone registers over the wire.
type softphone struct {
	*far
	user, password, algorithm string
	id                        string
	cseq                      int
	nonce                     string
	nc                        int
}

func newSoftphone(t *testing.T, s *Server, user, password string) *softphone {
	return &softphone{far: farAt(t, s, "127.0.0.1", 0), user: user, password: password, algorithm: "SHA-256", id: "phone-" + user}
}

// register sends one REGISTER, signed when there is a nonce.
func (p *softphone) register(lines ...string) reply {
	p.t.Helper()
	p.cseq++
	if p.nonce != "" {
		p.nc++
		c := credentials{
			username: p.user, realm: phones.realm, nonce: p.nonce, uri: "sip:" + phones.realm, algorithm: p.algorithm,
			cnonce: "c0ffee", qop: "auth", nc: fmt.Sprintf("%08x", p.nc),
		}
		ha1 := hashOf(p.algorithm, p.user, phones.realm, p.password)
		lines = append(lines, fmt.Sprintf(`Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", algorithm=%s, cnonce="%s", qop=auth, nc=%s`,
			c.username, c.realm, c.nonce, c.uri, c.responseOf(ha1, "REGISTER"), c.algorithm, c.cnonce, c.nc))
	}
	msg := composeWith("REGISTER", "sip:"+phones.realm, p.id, p.cseq, lines...)
	msg = strings.Replace(msg, "To: <sip:"+phones.realm+">", "To: <sip:"+p.user+"@"+phones.realm+">", 1)
	return p.ask(msg)
}

// challenged registers without a signature and keeps the nonce.
func (p *softphone) challenged() reply {
	p.t.Helper()
	p.nonce, p.nc = "", 0
	r := p.register()
	p.takeNonce(r)
	return r
}

func (p *softphone) takeNonce(r reply) {
	p.t.Helper()
	c, ok := strings.CutPrefix(r.get("WWW-Authenticate"), "Digest ")
	if r.status != 401 || !ok {
		p.t.Fatalf("no challenge:\n%s", r.text)
	}
	for _, part := range splitAuth(c) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(part), "nonce="); ok {
			p.nonce, p.nc = unquote(v), 0
		}
	}
}

func TestRegister(t *testing.T) {
	s := startServer(t, nil)
	for _, alg := range algorithms {
		p := newSoftphone(t, s, "sari", "rahasia")
		p.algorithm, p.id = alg, "phone-"+alg
		r := p.challenged()
		offers := r.head["www-authenticate"]
		if len(offers) != 2 || !strings.Contains(offers[0], "algorithm=SHA-256") || !strings.Contains(offers[1], "algorithm=MD5") {
			t.Fatalf("challenges %q, want SHA-256 before MD5", offers)
		}
		r = p.register("Contact: <sip:sari@127.0.0.1:" + alg[len(alg)-1:] + "999>;q=0.7")
		if r.status != 200 || !strings.Contains(strings.Join(r.head["contact"], " "), "999>;expires=3600;q=0.7") {
			t.Errorf("%s: %d\n%s", alg, r.status, r.text)
		}
	}
	if n := len(s.Phones("sari")); n != 2 || s.Stats().Registrations != 2 {
		t.Errorf("%d phones, want two", n)
	}
	if s.Phones("dewi") != nil {
		t.Error("phones of nobody")
	}
}

// Some phones give up when a challenge names SHA-256.
func TestRegisterOldPhones(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.Digest = "md5" })
	p := newSoftphone(t, s, "sari", "rahasia")
	p.algorithm = "MD5"
	if offers := p.challenged().head["www-authenticate"]; len(offers) != 1 || !strings.Contains(offers[0], "algorithm=MD5") {
		t.Fatalf("challenges %q, want MD5 alone", offers)
	}
	if r := p.register("Contact: <sip:sari@127.0.0.1:7001>"); r.status != 200 {
		t.Errorf("%d\n%s", r.status, r.text)
	}
}

// Phones that can be called over their own connection name themselves
// (RFC 5626 §4.1), in brackets within quotes.
func TestRegisterInstance(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	r := p.register(`Contact: <sip:sari@127.0.0.1:7001>;+sip.instance="<urn:uuid:35f4100f-a822-86ad-a4b8-590e3ee3e094>";reg-id=1`)
	if r.status != 200 || len(s.Phones("sari")) != 1 {
		t.Errorf("%d\n%s", r.status, r.text)
	}
}

func TestRegisterManyContacts(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	r := p.register("Contact: <sip:a@127.0.0.1:7001>, \"b, too\" <sip:b@127.0.0.1:7002>;expires=120", "Contact: <sip:c@127.0.0.1:7003?Route=%3Csip:x%3E>", "Expires: 600")
	want := []string{"<sip:a@127.0.0.1:7001>;expires=600", "<sip:b@127.0.0.1:7002>;expires=120", "<sip:c@127.0.0.1:7003?Route=%3Csip:x%3E>;expires=600"}
	if got := r.head["contact"]; r.status != 200 || strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("%d %q, want %q", r.status, got, want)
	}

	// One of them goes, written differently; a fetch shows the rest.
	if r = p.register("Contact: <sip:%61@127.0.0.1:7001>;expires=0"); r.status != 200 || len(r.head["contact"]) != 2 {
		t.Errorf("removing one: %d %q", r.status, r.head["contact"])
	}
	if r = p.register(); r.status != 200 || len(r.head["contact"]) != 2 {
		t.Errorf("fetch: %d %q", r.status, r.head["contact"])
	}

	// What cannot be is refused as a whole.
	for name, lines := range map[string][]string{
		"the star with a time":       {"Contact: *", "Expires: 60"},
		"the star without a time":    {"Contact: *"},
		"the star beside another":    {"Contact: *", "Contact: <sip:x@y>", "Expires: 0"},
		"a contact that is no phone": {"Contact: <mailto:sari@y>"},
		"no brackets around ?":       {"Contact: sip:x@y?Route=z"},
	} {
		if r = p.register(lines...); r.status != 400 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	if r = p.register("Contact: <sip:x@127.0.0.1>;expires=5"); r.status != 423 || r.get("Min-Expires") != "60" {
		t.Errorf("too short: %d, Min-Expires %q", r.status, r.get("Min-Expires"))
	}
	if r = p.register("Contact: <sip:x@127.0.0.1>;expires=99999999"); r.status != 200 || !strings.Contains(r.text, "<sip:x@127.0.0.1>;expires=3600") {
		t.Errorf("too long: %d\n%s", r.status, r.text)
	}
	if r = p.register("Contact: *", "Expires: 0"); r.status != 200 || r.head["contact"] != nil {
		t.Errorf("the star: %d %q", r.status, r.head["contact"])
	}
	var lines []string
	for i := range contactsMax + 1 {
		lines = append(lines, fmt.Sprintf("Contact: <sip:x@127.0.0.1:%d>", 7100+i))
	}
	if r = p.register(lines...); r.status != 403 || len(s.Phones("sari")) != 0 {
		t.Errorf("%d phones at once: %d", len(lines), r.status)
	}
}

func TestRegisterOnlyInOrder(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	p.cseq = 10
	if r := p.register("Contact: <sip:a@127.0.0.1>"); r.status != 200 {
		t.Fatal(r.text)
	}
	p.cseq = 5 // an old one, late
	if r := p.register("Contact: <sip:b@127.0.0.1>, <sip:a@127.0.0.1>;expires=0"); r.status != 500 {
		t.Errorf("an older CSeq: %d", r.status)
	}
	p.cseq = 6
	if r := p.register("Contact: *", "Expires: 0"); r.status != 500 {
		t.Errorf("an older star: %d", r.status)
	}
	if list := s.Phones("sari"); len(list) != 1 || list[0].URI != "sip:a@127.0.0.1" {
		t.Errorf("half applied: %v", list)
	}
	p.id = "another-run-of-the-phone"
	if r := p.register("Contact: <sip:a@127.0.0.1>;expires=0"); r.status != 200 || len(s.Phones("sari")) != 0 {
		t.Errorf("another Call-ID: %d", r.status)
	}
}

// An unknown user and a wrong password look the same, byte for byte but for
// nonces and tags.
func TestRegisterTellsNoNames(t *testing.T) {
	s := startServer(t, nil)
	shape := func(user, password string) string {
		p := newSoftphone(t, s, user, password)
		first := p.challenged()
		second := p.register("Contact: <sip:x@127.0.0.1>")
		if second.status != 401 || strings.Contains(second.text, "stale") {
			t.Errorf("%s: %d\n%s", user, second.status, second.text)
		}
		var out []string
		for _, r := range []reply{first, second} {
			text := r.text
			for _, name := range []string{"via", "to", "from", "call-id"} {
				text = strings.ReplaceAll(text, r.get(name), name)
			}
			for _, part := range splitAuth(r.get("WWW-Authenticate")) {
				if v, ok := strings.CutPrefix(strings.TrimSpace(part), "nonce="); ok {
					text = strings.ReplaceAll(text, v, "N")
				}
			}
			out = append(out, text)
		}
		return strings.Join(out, "\n")
	}
	if known, unknown := shape("sari", "wrong"), shape("nobo", "wrong"); known != unknown {
		t.Errorf("a known name gets\n%s\nan unknown one\n%s", known, unknown)
	}
}

func TestRegisterAnotherUser(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	p.cseq++
	msg := composeWith("REGISTER", "sip:"+phones.realm, p.id, p.cseq, "Contact: <sip:x@127.0.0.1>",
		authorization("sari", "rahasia", "REGISTER", "sip:"+phones.realm, p.nonce, 1))
	msg = strings.Replace(msg, "To: <sip:"+phones.realm+">", "To: <sip:dewi@"+phones.realm+">", 1)
	if r := p.ask(msg); r.status != 403 || s.Phones("dewi") != nil {
		t.Errorf("sari registered for dewi: %d", r.status)
	}
}

// authorization signs with SHA-256.
func authorization(user, password, method, target, nonce string, nc int) string {
	c := credentials{nonce: nonce, uri: target, algorithm: "SHA-256", cnonce: "c0ffee", qop: "auth", nc: fmt.Sprintf("%08x", nc)}
	return fmt.Sprintf(`Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", algorithm=SHA-256, cnonce="c0ffee", qop=auth, nc=%s`,
		user, phones.realm, nonce, target, c.responseOf(hashOf("SHA-256", user, phones.realm, password), method), c.nc)
}

func TestNonceReplayIsStale(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	if r := p.register("Contact: <sip:a@127.0.0.1>"); r.status != 200 {
		t.Fatal(r.text)
	}
	p.nc = 0 // the same nc again: a replay
	r := p.register("Contact: <sip:thief@127.0.0.1>")
	if r.status != 401 || !strings.Contains(r.get("WWW-Authenticate"), "stale=true") {
		t.Fatalf("a replay: %d\n%s", r.status, r.text)
	}
	if list := s.Phones("sari"); len(list) != 1 {
		t.Errorf("the replay registered: %v", list)
	}
	// With the new nonce it goes on without asking a person.
	p.takeNonce(r)
	if r := p.register("Contact: <sip:a@127.0.0.1>"); r.status != 200 {
		t.Errorf("after stale: %d", r.status)
	}
	// A nonce of another run of the server is stale too.
	p.nonce, p.nc = newNonces().issue(netip.MustParseAddr("127.0.0.1")), 0
	if r := p.register("Contact: <sip:a@127.0.0.1>"); r.status != 401 || !strings.Contains(r.get("WWW-Authenticate"), "stale=true") {
		t.Errorf("after a restart: %d\n%s", r.status, r.text)
	}
}

// What svcrack does: guess until it is cut off.
func TestGuessingPasswordsIsCut(t *testing.T) {
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "")
	answers := 0
	for i := range 30 {
		p.password = fmt.Sprint("guess", i)
		if p.nonce == "" {
			p.challenged()
		}
		p.cseq++
		p.nc++
		msg := composeWith("REGISTER", "sip:"+phones.realm, p.id, p.cseq, authorization("sari", p.password, "REGISTER", "sip:"+phones.realm, p.nonce, p.nc))
		p.send(msg)
		if text := p.receive(300 * time.Millisecond); text == "" {
			break
		}
		answers++
	}
	if answers > authTries {
		t.Errorf("%d guesses were answered, want at most %d", answers, authTries)
	}
	if st := s.Stats(); st.Banned != 1 || st.Rejected["banned"] == 0 {
		t.Errorf("not counted: %+v", st)
	}
	// Another house is not hurt.
	f := farAt(t, s, "127.0.0.2", 0)
	if r := f.ask(compose("OPTIONS", "sip:127.0.0.1")); r.status != 200 {
		t.Errorf("the trunk: %d", r.status)
	}
}

// 10,000 REGISTERs for as many names leave nothing behind.
func TestRegisterFloodLeavesNothing(t *testing.T) {
	g := guardOf(t, func(c *configs.SIP) { c.MaxRequestsPerSecond = 10000 })
	for i := range 10000 {
		msg := composeWith("REGISTER", "sip:"+phones.realm, fmt.Sprint("flood", i), 1, fmt.Sprintf("Contact: <sip:n%d@x>", i))
		v := g.datagram([]byte(msg), netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 5060))
		if v.pass != nil {
			t.Fatal("an unsigned REGISTER reached sipgo")
		}
		if len(v.reply) > 2*len(msg) {
			t.Fatalf("%d bytes answered with %d", len(msg), len(v.reply))
		}
	}
	if n := g.server.registrar.phones.count(); n != 0 || len(g.nonces.used) != 0 {
		t.Errorf("%d bindings, %d nonces kept", n, len(g.nonces.used))
	}
}

func TestBindingsExpire(t *testing.T) {
	now := time.Now()
	b := &bindings{now: func() time.Time { return now }, by: map[string][]Binding{}}
	u, _ := parseURI("sip:sari@127.0.0.1")
	if _, err := b.apply(change{user: "sari", callID: "1", cseq: 1, set: []Binding{{URI: "x", key: uriKeyOf(u), Expires: now.Add(time.Minute)}}}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Minute)
	if b.of("sari") != nil || b.count() != 0 || len(b.by) != 0 {
		t.Error("an expired phone is still there")
	}
}

func TestSameContact(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"sip:%61lice@Example.COM", "sip:alice@example.com", true},
		{"sip:a@h;transport=TCP", "sip:a@h;transport=tcp", true},
		{"sip:a@h;transport=tcp", "sip:a@h", false},
		{"sip:a@h:5060", "sip:a@h", false}, // RFC 3261 §19.1.4 says so
		{"sip:A@h", "sip:a@h", false},
		{"sip:a@h;line=1", "sip:a@h;line=2", false},
		{"sip:a@h;x=1", "sip:a@h", true},
		{"sip:null-%00@h", "sip:null-@h", false},
		{"sips:a@h", "sip:a@h", false},
	} {
		a, _ := parseURI(tt.a)
		b, _ := parseURI(tt.b)
		if same := uriKeyOf(a) == uriKeyOf(b); same != tt.same {
			t.Errorf("%s and %s: %v", tt.a, tt.b, same)
		}
	}
}
