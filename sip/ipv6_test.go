package sip

import (
	"context"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// sixHouse is a house on ::1 alone, whose trunk is a network of IPv6.
func sixHouse(t *testing.T, change func(*house)) *house {
	t.Helper()
	return openHouse(t, func(h *house) {
		h.server.cfg.Listen = []string{"[::1]:0"}
		trunks, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{{Name: "six", Addresses: []string{"::/120"}}}})
		if err != nil {
			t.Fatal(err)
		}
		h.server.trunks.all = trunks.all
		if change != nil {
			change(h)
		}
	})
}

// A whole call over IPv6, sound both ways, hold, and the end from our side;
// with the media address of the settings and with the default one.
func TestCallOverIPv6(t *testing.T) {
	for _, address := range []string{"0.0.0.0", "::"} {
		for _, network := range []string{"udp", "tcp"} {
			t.Run(address+" "+network, func(t *testing.T) { callOverIPv6(t, address, network) })
		}
	}
}

func callOverIPv6(t *testing.T, address, network string) {
	engine, err := media.NewEngine(configs.Media{Address: address, RTPPorts: "43000-43099"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	peers := media.NewPeers(engine)
	library, err := media.NewLibrary(configs.Prompts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peers.CloseAll(); engine.Close() })
	h := sixHouse(t, func(h *house) {
		h.server.calls.studio = &hall{engine: engine, peers: peers, library: library, device: h.server.calls.soundOf}
	})
	h.server.Trace().Start("test", time.Minute)
	b := volunteer(h, peers, "sari")
	phone, err := siptest.New(siptest.Config{Listen: "[::1]:0", Network: network})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(phone.Close)
	c, err := phone.Dial(t.Context(), h.uri(network), siptest.Options{Media: mediatest.CallerOptions{Address: netip.IPv6Loopback()}})
	if err != nil {
		t.Fatal(err)
	}
	h.within(c.WaitAnswered)
	id := await[queue.Established](t, h.desk, 1).Contact
	c.Media().Speak(440)
	h.voice().Connect(id, "sari")
	b.Speak(1000)
	await[queue.Connected](t, h.desk, 1)
	hears := func() {
		t.Helper()
		h.within(func(ctx context.Context) error { return c.Media().Hears().WaitTone(ctx, 1000) })
		h.within(func(ctx context.Context) error { return b.Hears().WaitTone(ctx, 440) })
	}
	hears()
	h.within(c.Hold)
	h.within(c.Unhold)
	hears()
	h.voice().End(id, queue.ByAgent, queue.CauseNormal)
	h.within(c.WaitDone)
	h.ended(1, queue.ByAgent, queue.CauseNormal)
	sixAddresses(t, h)
}

var (
	sixVia     = regexp.MustCompile(`(?m)^Via: SIP/2\.0/(UDP|TCP) \[::1\]:\d+;`)
	sixContact = regexp.MustCompile(`(?m)^Contact: <sip:([^@>]*@)?\[::1\]:\d+[;>]`)
	sixOrigin  = regexp.MustCompile(`(?m)^o=- \S+ \d+ IN IP6 ::1\s`)
	sixPlace   = regexp.MustCompile(`(?m)^c=IN IP6 ::1\s`)
)

// sixAddresses asserts that whatever we sent of our own names us as [::1].
func sixAddresses(t *testing.T, h *house) {
	t.Helper()
	sent := 0
	for _, m := range h.server.Trace().Messages("") {
		if m.Direction != "out" {
			continue
		}
		sent++
		if request := !strings.HasPrefix(m.Text, "SIP/2.0 "); request && !sixVia.MatchString(m.Text) {
			t.Errorf("Via of\n%s", m.Text)
		}
		if strings.Contains(m.Text, "\nContact:") && !sixContact.MatchString(m.Text) {
			t.Errorf("Contact of\n%s", m.Text)
		}
		if strings.Contains(m.Text, "v=0") && (!sixOrigin.MatchString(m.Text) || !sixPlace.MatchString(m.Text)) {
			t.Errorf("description of\n%s", m.Text)
		}
	}
	if sent < 4 {
		t.Errorf("%d messages were sent", sent)
	}
}

// A call of ours over IPv6: its INVITE, CANCEL and BYE leave from the listening
// socket and name it in brackets; early media and the answer are heard.
func TestCallOutOverIPv6(t *testing.T) {
	far := newCallee(t, "::1")
	far.byes()
	h := outHouse(t, func(h *house, _ []way) { h.server.cfg.Listen = []string{"[::1]:0"} }, far)
	invite := outUp(h, far)
	if v := invite.Header("Via"); !strings.HasPrefix(v, "SIP/2.0/UDP "+h.server.Addr()+";") {
		t.Errorf("Via %s", v)
	}
	if c := invite.Header("Contact"); c != "<sip:"+h.server.Addr()+">" {
		t.Errorf("Contact %s", c)
	}
	far.mu.Lock()
	from := far.from.String()
	far.mu.Unlock()
	if from != h.server.Addr() {
		t.Errorf("sent from %s", from)
	}
	far.ask(invite, "them", "INVITE", 2, quietSDP)
	if m := far.status("2 INVITE"); m.Status() != 200 || m.Header("Contact") != "<sip:"+h.server.Addr()+">" {
		t.Errorf("re-INVITE: %s", m.Text)
	}
	far.ask(invite, "them", "ACK", 2, "")
	h.voice().End(outContact, queue.ByAgent, queue.CauseNormal)
	far.request("BYE", 1)
}

// Whose call it is, is told by networks of IPv6 too, mapped IPv4 included.
func TestTrunkByIPv6Network(t *testing.T) {
	t.Parallel()
	ts, err := newTrunks(configs.SIP{Trunks: []configs.Trunk{
		{Name: "wide", Addresses: []string{"2001:db8::/32"}},
		{Name: "narrow", Addresses: []string{"2001:db8:1::/48", "::ffff:192.0.2.1"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]string{
		"2001:db8:2::1": "wide", "2001:db8:1::1": "narrow", "192.0.2.1": "narrow", "2001:db9::1": "", "192.0.2.2": "",
	} {
		got := ""
		if trunk := ts.open(netip.MustParseAddr(ip)); trunk != nil {
			got = trunk.Name
		}
		if got != want {
			t.Errorf("%s is %q's, want %q", ip, got, want)
		}
	}
}
