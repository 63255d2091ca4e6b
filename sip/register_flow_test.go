package sip

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

const instance = `+sip.instance="<urn:uuid:35f4100f-a822-86ad-a4b8-590e3ee3e094>";reg-id=1`

// streamPhone registers over a connection.
type streamPhone struct {
	t      *testing.T
	s      *Server
	st     *stream
	cseq   int
	nonce  string
	nc     int
	secure bool
}

func (p *streamPhone) register(lines ...string) reply {
	p.t.Helper()
	for {
		p.cseq++
		all := lines
		if p.nonce != "" {
			p.nc++
			all = append(slices.Clone(lines), authorization("sari", "rahasia", "REGISTER", "sip:"+phones.realm, p.nonce, p.nc))
		}
		network := "SIP/2.0/TCP"
		if p.secure {
			network = "SIP/2.0/TLS"
		}
		msg := composeWith("REGISTER", "sip:"+phones.realm, "phone-of-sari", p.cseq, all...)
		msg = strings.Replace(msg, "To: <sip:"+phones.realm+">", "To: <sip:sari@"+phones.realm+">", 1)
		if _, err := p.st.Write([]byte(strings.Replace(msg, "SIP/2.0/UDP", network, 1))); err != nil {
			p.t.Fatal(err)
		}
		text, _ := p.st.read(5 * time.Second)
		r := parseReply(p.t, text)
		if r.status != 401 || p.nonce != "" {
			return r
		}
		p.nonce = unquote(paramOf(r.get("WWW-Authenticate"), "nonce"))
	}
}

func paramOf(challenge, name string) string {
	for _, part := range splitAuth(strings.TrimPrefix(challenge, "Digest ")) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(part), name+"="); ok {
			return v
		}
	}
	return ""
}

// A phone that registers over a connection is rung by it, whatever its Contact
// says, and is gone with it (RFC 5626).
func TestPhoneOnItsConnection(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "tls"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			h := registrarHouse(t, network)
			p := h.streamPhone(t, network)
			r := p.register("Contact: <sip:sari@192.0.2.77:5060;transport="+network+">;"+instance, "Supported: path, outbound")
			if r.status != 200 || r.get("Require") != "outbound" || !strings.Contains(r.get("Contact"), instance) {
				t.Fatalf("%s", r.text)
			}
			await[queue.PhoneRegistered](t, h.desk, 1)
			h.server.Devices().Ring("sari", 7, "C", queue.DevicePhone, queue.NewCaller(caller))
			invite, _ := p.st.read(10 * time.Second)
			if !strings.HasPrefix(invite, "INVITE sip:sari@192.0.2.77:5060;transport="+network+" SIP/2.0\r\n") {
				t.Fatalf("rung with\n%s", invite)
			}
			p.st.Close()
			if got := await[queue.PhoneRegistered](t, h.desk, 2); got.On {
				t.Error("the phone is still there")
			}
			if n := len(h.server.Phones("sari")); n != 0 {
				t.Errorf("%d phones are left", n)
			}
			if got := await[queue.RingFailed](t, h.desk, 1); got.Reason != "unreachable" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// registrarHouse is a house where phones may register, over TLS too.
func registrarHouse(t *testing.T, network string, change ...func(*house)) *house {
	t.Helper()
	return openHouse(t, func(h *house) {
		s := h.server
		if network == "tls" {
			c := newCA(t)
			s.cfg.TLSListen = []string{"127.0.0.1:0"}
			s.cfg.TLSCert, s.cfg.TLSKey = c.issue("server", "hotline.test", time.Hour)
		}
		s.registrar.users = phones
		s.guard.rules.registrar = true
		h.desk.on = func(queue.Event) {}
		for _, f := range change {
			f(h)
		}
	})
}

func (h *house) streamPhone(t *testing.T, network string) *streamPhone {
	t.Helper()
	p := &streamPhone{t: t, s: h.server, secure: network == "tls"}
	if !p.secure {
		p.st = dialFrom(t, h.server, "127.0.0.3")
		return p
	}
	st, err := dialTLS(t, h.server, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	p.st = st
	return p
}

// A phone that lost its connection and came back by another is one phone, rung
// by the new one; the late end of the old one changes nothing.
func TestPhoneThatReconnects(t *testing.T) {
	t.Parallel()
	h := registrarHouse(t, "tcp")
	old, next := h.streamPhone(t, "tcp"), h.streamPhone(t, "tcp")
	if r := old.register("Contact: <sip:sari@192.0.2.77:5060;transport=tcp>;" + instance); r.status != 200 || r.get("Require") != "" {
		t.Fatalf("%s", r.text) // it did not ask for outbound
	}
	next.cseq = old.cseq
	if r := next.register("Contact: <sip:sari@192.0.2.88:5060;transport=tcp>;" + instance); r.status != 200 || len(r.head["contact"]) != 1 {
		t.Fatalf("%s", r.text)
	}
	old.st.Close()
	waitFor(t, func() bool { return h.server.Stats().Connections == 1 })
	list := h.server.Phones("sari")
	if len(list) != 1 || list[0].Source != next.st.LocalAddr().String() {
		t.Fatalf("phones %+v", list)
	}
	h.server.Devices().Ring("sari", 7, "C", queue.DevicePhone, queue.NewCaller(caller))
	if invite, _ := next.st.read(10 * time.Second); !strings.HasPrefix(invite, "INVITE sip:sari@192.0.2.88") {
		t.Errorf("rung with\n%s", invite)
	}
}

// Proxies between a phone and us stay on the way to it (RFC 3327).
func TestRegisterPath(t *testing.T) {
	t.Parallel()
	phone := newCallee(t, "127.0.3.30")
	h := registrarHouse(t, "udp")
	p := &softphone{far: &far{t, farAt(t, h.server, "127.0.3.29", 0).server, phone.conn}, user: "sari", password: "rahasia", algorithm: "SHA-256", id: "phone-path"}
	// The callee reads its socket; a far end of its own asks by it.
	sent := 0
	ask := func(lines ...string) reply {
		t.Helper()
		sent++
		p.cseq = sent
		if p.nonce != "" {
			p.nc++
			lines = append(lines, authorization("sari", "rahasia", "REGISTER", "sip:"+phones.realm, p.nonce, p.nc))
		}
		msg := composeWith("REGISTER", "sip:"+phones.realm, p.id, p.cseq, lines...)
		p.send(strings.Replace(msg, "To: <sip:"+phones.realm+">", "To: <sip:sari@"+phones.realm+">", 1))
		return parseReply(t, phone.status(cseqOf(sent, "REGISTER")).Text)
	}
	r := ask()
	p.nonce = unquote(paramOf(r.get("WWW-Authenticate"), "nonce"))
	const path = "<sip:edge.example;lr>, <sip:127.0.3.31:5070;lr;ob>"
	r = ask("Contact: <sip:sari@10.0.0.7:5060>", "Path: "+path, "Supported: path", "Require: path", "Expires: 300")
	if r.status != 200 || strings.Join(r.head["path"], ", ") != path || !strings.Contains(r.get("Supported"), "path") {
		t.Fatalf("%d\n%s", r.status, r.text)
	}
	h.server.Devices().Ring("sari", 7, "C", queue.DevicePhone, queue.NewCaller(caller))
	invite := phone.request("INVITE", 1)
	if !strings.Contains(invite.Text, "\r\nRoute: <sip:edge.example;lr>\r\nRoute: <sip:127.0.3.31:5070;lr;ob>\r\n") || invite.Line() != "INVITE sip:sari@10.0.0.7:5060 SIP/2.0" {
		t.Errorf("INVITE\n%s", invite.Text)
	}
	phone.reply(invite, "486 Busy Here", "x", "")
	for _, bad := range []string{"Path: edge.example", "Path: <tel:+62811>", "Path: " + strings.TrimSuffix(strings.Repeat("<sip:a.example;lr>, ", pathMost+1), ", ")} {
		if r := ask("Contact: <sip:sari@10.0.0.7:5060>", bad); r.status != 400 {
			t.Errorf("%s: %d", bad, r.status)
		}
	}
	if r := ask("Contact: <sip:sari@10.0.0.7:5060>", "Require: gruu"); r.status != 420 || r.get("Unsupported") != "gruu" {
		t.Errorf("GRUU: %d\n%s", r.status, r.text)
	}
}

// The phone that wants it most comes first; and the answer says so.
func TestPhonesByTheirWish(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	r := p.register("Contact: <sip:low@127.0.0.1>;q=0.2, <sip:none@127.0.0.1>, <sip:odd@127.0.0.1>;q=7, <sip:half@127.0.0.1>;q=0.5, <sip:full@127.0.0.1>;q=1.000")
	if r.status != 200 {
		t.Fatal(r.text)
	}
	var order []string
	for _, b := range s.Phones("sari") {
		order = append(order, strings.TrimSuffix(strings.TrimPrefix(b.URI, "sip:"), "@127.0.0.1"))
	}
	if want := []string{"none", "odd", "full", "half", "low"}; !slices.Equal(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
	if text := strings.Join(r.head["contact"], "\n"); strings.Contains(text, "q=7") || !strings.Contains(text, "q=0.2") {
		t.Errorf("Contacts\n%s", text)
	}
	for q, want := range map[string]bool{"0": true, "1": true, "0.5": true, "0.": true, "1.0": true, "1.000": true, "0.125": true, "1.1": false, "2": false, "": false, ".5": false, "0.1234": false, "x": false, "0.x": false} {
		if isQ(q) != want {
			t.Errorf("q=%s: %v", q, !want)
		}
	}
}

// How many phones one may have, and for how long.
func TestRegistrationLimits(t *testing.T) {
	t.Parallel()
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.MaxRegistration = configs.Duration(10 * time.Minute) })
	p := newSoftphone(t, s, "sari", "rahasia")
	p.challenged()
	var all []string
	for i := range contactsMax {
		all = append(all, fmt.Sprintf("<sip:a%d@127.0.0.1>", i))
	}
	if r := p.register("Contact: "+strings.Join(all, ", "), "Expires: 7200"); r.status != 200 || !strings.Contains(r.get("Contact"), "expires=600") {
		t.Fatalf("%d\n%s", r.status, r.text)
	}
	if r := p.register("Contact: <sip:more@127.0.0.1>"); r.status != 403 || len(s.Phones("sari")) != contactsMax {
		t.Errorf("one more: %d", r.status)
	}
	if r := p.register("Contact: <sip:a1@127.0.0.1>;expires=30"); r.status != 423 || r.get("Min-Expires") != strconv.Itoa(int(registerMin/time.Second)) {
		t.Errorf("too short: %d %s", r.status, r.get("Min-Expires"))
	}
	if r := p.register("Contact: *", "Expires: 0"); r.status != 200 || len(s.Phones("sari")) != 0 {
		t.Errorf("all away: %d", r.status)
	}
}

// A call on a connection that is lost goes on; our BYE finds the phone where it
// is registered by then.
func TestByeFindsThePhoneThatReconnected(t *testing.T) {
	t.Parallel()
	h := registrarHouse(t, "tcp")
	p := h.streamPhone(t, "tcp")
	contact := "Contact: <sip:sari@192.0.2.77:5060;transport=tcp>;" + instance
	p.register(contact)
	h.server.Devices().Ring("sari", 7, "C", queue.DevicePhone, queue.NewCaller(caller))
	invite, _ := p.st.read(10 * time.Second)
	r := heads(invite)
	_, _ = p.st.r.Discard(len(quietSDP))
	_, _ = fmt.Fprintf(p.st, "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=p\r\nCall-ID: %s\r\nCSeq: %s\r\n%s\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		r["Via"], r["From"], r["To"], r["Call-ID"], r["CSeq"], contact, len(quietSDP), quietSDP)
	await[queue.Accepted](t, h.desk, 1)
	p.st.Close()
	await[queue.PhoneRegistered](t, h.desk, 2)
	again := h.streamPhone(t, "tcp")
	again.cseq = p.cseq
	again.register(contact)
	h.server.Devices().Release("sari")
	if bye, _ := again.st.read(10 * time.Second); !strings.HasPrefix(bye, "BYE sip:sari@192.0.2.77") {
		t.Errorf("BYE\n%s", bye)
	}
	if n := count[queue.PathLost](h.desk); n != 0 {
		t.Error("the path was lost")
	}
}
