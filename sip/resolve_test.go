package sip

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"sahut/configs"
)

// nameServer is a DNS server with a zone of its own on loopback.
type nameServer struct {
	addr  string
	zone  map[string][]string // "name TYPE" to records as zone files have them
	mute  atomic.Bool         // questions get no answer
	cut   bool                // NAPTR over UDP is truncated
	forge bool                // a false answer comes before the true one
	asked atomic.Int64
}

// serveNames runs a name server until the test ends. change may alter it
// before it answers.
func serveNames(t *testing.T, zone map[string][]string, change func(*nameServer)) *nameServer {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.53:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{addr: tcp.Addr().String(), zone: zone}
	if change != nil {
		change(s)
	}
	t.Cleanup(func() { udp.Close(); tcp.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, from, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			for _, out := range s.answers(b[:n], true) {
				_, _ = udp.WriteTo(out, from)
			}
		}
	}()
	go func() {
		for {
			conn, err := tcp.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				msg, err := readDNS(conn, "tcp")
				if err != nil {
					return
				}
				for _, out := range s.answers(msg, false) {
					_ = writeDNS(conn, "tcp", out)
				}
			}()
		}
	}()
	return s
}

// names is the system's way to ask, turned to this server.
func (s *nameServer) names() systemNames {
	n := newSystemNames()
	n.servers = func() []string { return []string{s.addr} }
	n.resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, s.addr)
	}
	return n
}

func (s *nameServer) answers(query []byte, udp bool) [][]byte {
	s.asked.Add(1)
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil || s.mute.Load() {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	genuine := s.answer(h.ID, q, udp)
	if s.forge && q.Type == typeNAPTR {
		return [][]byte{s.answer(h.ID+1, q, udp), []byte("junk"), genuine}
	}
	return [][]byte{genuine}
}

func (s *nameServer) answer(id uint16, q dnsmessage.Question, udp bool) []byte {
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	kind := map[dnsmessage.Type]string{dnsmessage.TypeA: "A", dnsmessage.TypeAAAA: "AAAA", dnsmessage.TypeSRV: "SRV", typeNAPTR: "NAPTR"}[q.Type]
	h := dnsmessage.Header{ID: id, Response: true, RecursionAvailable: true, Truncated: s.cut && udp && kind == "NAPTR"}
	known := slices.ContainsFunc(keysOfZone(s.zone), func(k string) bool { return strings.HasPrefix(k, name+" ") })
	if !known {
		h.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, h)
	_ = b.StartQuestions()
	_ = b.Question(q)
	_ = b.StartAnswers()
	rh := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: 60}
	for _, record := range s.zone[name+" "+kind] {
		if h.Truncated {
			break
		}
		addRecord(&b, rh, kind, strings.Fields(record))
	}
	out, _ := b.Finish()
	return out
}

func keysOfZone(zone map[string][]string) []string {
	var keys []string
	for k := range zone {
		keys = append(keys, k)
	}
	return keys
}

func addRecord(b *dnsmessage.Builder, h dnsmessage.ResourceHeader, kind string, words []string) {
	switch kind {
	case "A":
		_ = b.AResource(h, dnsmessage.AResource{A: netip.MustParseAddr(words[0]).As4()})
	case "AAAA":
		_ = b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(words[0]).As16()})
	case "SRV":
		_ = b.SRVResource(h, dnsmessage.SRVResource{Priority: number16(words[0]), Weight: number16(words[1]), Port: number16(words[2]),
			Target: dnsmessage.MustNewName(strings.TrimSuffix(words[3], ".") + ".")})
	case "NAPTR":
		_ = b.UnknownResource(h, dnsmessage.UnknownResource{Type: typeNAPTR, Data: naptrData(words)})
	}
}

func number16(s string) uint16 {
	n, _ := parseNumber(s, 65535)
	return uint16(n)
}

// naptrData writes "10 20 s SIP+D2U _sip._udp.example" as it travels.
func naptrData(words []string) []byte {
	b := binary.BigEndian.AppendUint16(nil, number16(words[0]))
	b = binary.BigEndian.AppendUint16(b, number16(words[1]))
	for _, text := range []string{words[2], words[3], ""} {
		b = append(append(b, byte(len(text))), text...)
	}
	for label := range strings.SplitSeq(words[4], ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}

// zone is a carrier with everything.
func carrierZone() map[string][]string {
	return map[string][]string{
		"ims.test NAPTR": {
			"50 10 s SIP+D2T _sip._tcp.ims.test", "20 50 s SIPS+D2T _sips._tcp.ims.test", "20 10 s SIP+D2U _sip._udp.ims.test",
			"1 1 u E2U+sip nowhere.test", "1 1 s SIP+D2S _sip._sctp.ims.test",
		},
		"_sip._udp.ims.test SRV":     {"20 0 5062 b.ims.test", "10 0 5061 a.ims.test"},
		"_sip._tcp.ims.test SRV":     {"10 0 5063 a.ims.test"},
		"_sips._tcp.ims.test SRV":    {"10 0 5064 b.ims.test"},
		"a.ims.test A":               {"192.0.2.1"},
		"b.ims.test A":               {"192.0.2.2"},
		"b.ims.test AAAA":            {"2001:db8::2"},
		"direct.test NAPTR":          {"10 10 a SIP+D2T a.ims.test"},
		"srv.test A":                 {"192.0.2.9"},
		"_sip._tcp.srv.test SRV":     {"10 0 5070 a.ims.test"},
		"_sips._tcp.srv.test SRV":    {"10 0 5071 a.ims.test"},
		"gone.test A":                {"192.0.2.9"},
		"_sip._udp.gone.test SRV":    {"0 0 1 ."},
		"half.test NAPTR":            {"10 10 s SIP+D2U _sip._udp.half.test"},
		"_sip._udp.half.test SRV":    {"10 0 5060 nobody.test", "20 0 5060 a.ims.test"},
		"plain.test A":               {"192.0.2.3", "192.0.2.4"},
		"odd.test A":                 {"0.0.0.0", "224.0.0.1", "192.0.2.5"},
		"empty.test TXT":             {},
		"_sip._udp.weights.test SRV": {"10 90 5060 a.ims.test", "10 10 5060 b4.test"},
		"b4.test A":                  {"192.0.2.2"},
		"weights.test NAPTR":         {"1 1 s SIP+D2U _sip._udp.weights.test"},
	}
}

// TestLocate follows RFC 3263 for every kind of server setting.
func TestLocate(t *testing.T) {
	s := serveNames(t, carrierZone(), nil)
	for _, c := range []struct{ server, want string }{
		{"192.0.2.7", "udp:192.0.2.7:5060"},
		{"sip:192.0.2.7;transport=tcp", "tcp:192.0.2.7:5060"},
		{"sips:[2001:db8::7]", "tls:[2001:db8::7]:5061"},
		{"192.0.2.7:5080", "udp:192.0.2.7:5080"},
		{"ims.test", "udp:192.0.2.1:5061 udp:192.0.2.2:5062 udp:[2001:db8::2]:5062 tls:192.0.2.2:5064 tls:[2001:db8::2]:5064 tcp:192.0.2.1:5063"},
		{"IMS.test.", "udp:192.0.2.1:5061 udp:192.0.2.2:5062 udp:[2001:db8::2]:5062 tls:192.0.2.2:5064 tls:[2001:db8::2]:5064 tcp:192.0.2.1:5063"},
		{"sip:ims.test;transport=tcp", "tcp:192.0.2.1:5063"},
		{"sips:ims.test", "tls:192.0.2.2:5064 tls:[2001:db8::2]:5064"},
		{"a.ims.test:5099", "udp:192.0.2.1:5099"},
		{"sip:a.ims.test:5099;transport=tls", "tls:192.0.2.1:5099"},
		{"direct.test", "tcp:192.0.2.1:5060"},
		{"srv.test", "tcp:192.0.2.1:5070 tls:192.0.2.1:5071"},
		{"sip:srv.test;transport=udp", "udp:192.0.2.9:5060"},
		{"gone.test", "udp:192.0.2.9:5060"},
		{"half.test", "udp:192.0.2.1:5060"},
		{"plain.test", "udp:192.0.2.3:5060 udp:192.0.2.4:5060"},
		{"sips:plain.test", "tls:192.0.2.3:5061 tls:192.0.2.4:5061"},
		{"odd.test", "udp:192.0.2.5:5060"},
		{"nobody.test", ""},
		{"empty.test", ""},
	} {
		if got := located(t, s.names(), c.server); got != c.want {
			t.Errorf("%s is at %s\nwant %s", c.server, got, c.want)
		}
	}
}

// located writes where a server is; empty when it is nowhere.
func located(t *testing.T, n names, server string) string {
	t.Helper()
	a, err := configs.ParseServerAddress(server)
	if err != nil {
		t.Fatal(err)
	}
	places, err := locate(t.Context(), n, a)
	if (err != nil) != (len(places) == 0) {
		t.Errorf("%s: %v and %v", server, places, err)
	}
	var all []string
	for _, p := range places {
		all = append(all, p.String())
	}
	return strings.Join(all, " ")
}

// TestNAPTRComesWhole: cut off over UDP it is fetched over TCP, and a forged
// answer is not taken.
func TestNAPTRComesWhole(t *testing.T) {
	s := serveNames(t, carrierZone(), func(s *nameServer) { s.cut, s.forge = true, true })
	if got := located(t, s.names(), "direct.test"); got != "tcp:192.0.2.1:5060" {
		t.Errorf("direct.test is at %s", got)
	}
}

// TestWeights: nine of ten callers go where the weights say (RFC 2782).
func TestWeights(t *testing.T) {
	s := serveNames(t, carrierZone(), nil)
	first := 0
	const tries = 200
	for range tries {
		if strings.HasPrefix(located(t, s.names(), "weights.test"), "udp:192.0.2.1") {
			first++
		}
	}
	if first < tries*80/100 || first > tries*97/100 {
		t.Errorf("%d of %d to the one with nine tenths of the weight", first, tries)
	}
}

// TestSilentDNS: a lookup ends after two seconds whatever the name servers do.
func TestSilentDNS(t *testing.T) {
	s := serveNames(t, carrierZone(), nil)
	s.mute.Store(true)
	begun := time.Now()
	if got := located(t, s.names(), "ims.test"); got != "" {
		t.Errorf("found %s", got)
	}
	if took := time.Since(begun); took > lookupLimit+500*time.Millisecond {
		t.Errorf("it took %s", took)
	}
}

// TestParseNAPTR feeds what no name server should send.
func TestParseNAPTR(t *testing.T) {
	good := naptrData([]string{"1", "2", "s", "SIP+D2U", "_sip._udp.ims.test"})
	if r, ok := parseNAPTR(good); !ok || r != (naptr{1, 2, "s", "SIP+D2U", "_sip._udp.ims.test"}) {
		t.Errorf("%+v, %v", r, ok)
	}
	for i := range good {
		if _, ok := parseNAPTR(good[:i]); ok {
			t.Errorf("%d bytes of %d were taken", i, len(good))
		}
	}
	for _, bad := range [][]byte{nil, append(slices.Clone(good), 0), append(slices.Clone(good[:len(good)-1]), 0xc0, 0x0c)} {
		if _, ok := parseNAPTR(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestNameServersIn(t *testing.T) {
	got := nameServersIn("# nameserver 9.9.9.9\nsearch test\nnameserver 127.0.0.53\nnameserver 2001:db8::53 \nnameserver\nnameserver x\n")
	if !slices.Equal(got, []string{"127.0.0.53:53", "[2001:db8::53]:53"}) {
		t.Errorf("%q", got)
	}
}
