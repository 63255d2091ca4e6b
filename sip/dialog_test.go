package sip

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// invite parses an INVITE with the given extra header lines.
func invite(t *testing.T, contact string, extra ...string) *sip.Request {
	t.Helper()
	lines := append([]string{
		"INVITE sip:0213903963@203.0.113.5 SIP/2.0",
		"Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKabc",
		"From: \"Ibu\" <sip:+62811@carrier.example>;tag=her",
		"To: <sip:0213903963@203.0.113.5>",
		"Call-ID: one@carrier",
		"CSeq: 7 INVITE",
		"Max-Forwards: 70",
	}, extra...)
	if contact != "" {
		lines = append(lines, "Contact: "+contact)
	}
	lines = append(lines, "Content-Length: 0", "", "")
	msg, err := sip.ParseMessage([]byte(strings.Join(lines, "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	req := msg.(*sip.Request)
	req.SetTransport("UDP")
	req.SetSource("203.0.113.9:5060")
	return req
}

var ourSpot = spot{network: "UDP", host: "203.0.113.5", port: 5060}

func TestDialogRequestGoesBackTheWayTheInviteCame(t *testing.T) {
	tests := []struct {
		name    string
		contact string
		extra   []string
		source  string
		nat     bool
		line    string   // request line
		routes  []string // Route headers
		hop     string
	}{
		{
			name:    "no proxy",
			contact: "<sip:gw@203.0.113.9:5080>",
			line:    "BYE sip:gw@203.0.113.9:5080 SIP/2.0",
			hop:     "203.0.113.9:5080",
		},
		{
			name:    "loose routes keep their order",
			contact: "<sip:gw@198.51.100.1>",
			extra:   []string{"Record-Route: <sip:203.0.113.9;lr>, <sip:198.51.100.7:5070;lr>"},
			line:    "BYE sip:gw@198.51.100.1 SIP/2.0",
			routes:  []string{"<sip:203.0.113.9;lr>", "<sip:198.51.100.7:5070;lr>"},
			hop:     "203.0.113.9:5060",
		},
		{
			name:    "a strict router stands in the request line and the target comes last",
			contact: "<sip:gw@198.51.100.1>",
			extra:   []string{"Record-Route: <sip:203.0.113.9:5062>", "Record-Route: <sip:198.51.100.7;lr>"},
			line:    "BYE sip:203.0.113.9:5062 SIP/2.0",
			routes:  []string{"<sip:198.51.100.7;lr>", "<sip:gw@198.51.100.1>"},
			hop:     "203.0.113.9:5062",
		},
		{
			name:    "a private Contact of a public caller is unreachable",
			contact: "<sip:gw@192.168.1.4:5062>",
			line:    "BYE sip:gw@192.168.1.4:5062 SIP/2.0",
			hop:     "203.0.113.9:5060",
		},
		{
			name:    "a trunk marked NAT is answered where it is",
			contact: "<sip:gw@198.51.100.1:5066>",
			nat:     true,
			line:    "BYE sip:gw@198.51.100.1:5066 SIP/2.0",
			hop:     "203.0.113.9:5060",
		},
		{
			name:    "a host name is not looked up",
			contact: "<sip:gw@sbc.carrier.example>",
			line:    "BYE sip:gw@sbc.carrier.example SIP/2.0",
			hop:     "203.0.113.9:5060",
		},
		{
			name: "no Contact",
			line: "BYE sip:+62811@carrier.example SIP/2.0",
			hop:  "203.0.113.9:5060",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDialog(invite(t, tt.contact, tt.extra...), "ours", ourSpot, tt.nat)
			bye := d.request(sip.BYE)
			if got := bye.StartLine(); got != tt.line {
				t.Errorf("line %q, want %q", got, tt.line)
			}
			var routes []string
			for _, h := range bye.GetHeaders("Route") {
				routes = append(routes, h.Value())
			}
			if strings.Join(routes, " ") != strings.Join(tt.routes, " ") {
				t.Errorf("routes %q, want %q", routes, tt.routes)
			}
			if got := bye.Destination(); got != tt.hop {
				t.Errorf("sent to %s, want %s", got, tt.hop)
			}
			if got := bye.From().Value(); got != "<sip:0213903963@203.0.113.5>;tag=ours" {
				t.Errorf("From %s", got)
			}
			if got := bye.To().Value(); got != `"Ibu" <sip:+62811@carrier.example>;tag=her` {
				t.Errorf("To %s", got)
			}
		})
	}
}

// A stream opened by the caller is the way back, whatever port her Contact or
// Record-Route names (sipgo #361: the BYE was dialled elsewhere and refused).
func TestDialogKeepsTheStreamTheCallerOpened(t *testing.T) {
	req := invite(t, "<sip:gw@203.0.113.9:5099;transport=tcp>", "Record-Route: <sip:203.0.113.9:5061;transport=tcp;lr>")
	req.SetSource("203.0.113.9:49152")
	here := ourSpot
	here.network = "TCP"
	bye := newDialog(req, "ours", here, false).request(sip.BYE)
	if got := bye.Destination(); got != "203.0.113.9:49152" {
		t.Errorf("sent to %s, want the accepted connection", got)
	}
	if got := bye.Transport(); got != "TCP" {
		t.Errorf("transport %s", got)
	}
	if bye.Laddr.Port != 0 {
		t.Errorf("a stream must be found by its far end, not by our listening port %d", bye.Laddr.Port)
	}
}

func TestDialogTargetRefresh(t *testing.T) {
	d := newDialog(invite(t, "<sip:gw@203.0.113.9>"), "ours", ourSpot, false)
	again := invite(t, "<sip:gw@203.0.113.10:5071>")
	again.SetSource("203.0.113.10:5071")
	if !d.retarget(again) {
		t.Fatal("the new Contact was not taken")
	}
	if got := d.request(sip.BYE).Destination(); got != "203.0.113.10:5071" {
		t.Errorf("sent to %s", got)
	}
	if d.retarget(invite(t, "")) {
		t.Error("a request without Contact must not move the target")
	}
}

func TestDialogNumbers(t *testing.T) {
	d := newDialog(invite(t, "<sip:gw@203.0.113.9>"), "ours", ourSpot, false)
	req := invite(t, "")
	for _, step := range []struct {
		seq uint32
		ok  bool
	}{{7, false}, {8, true}, {8, false}, {20, true}, {9, false}, {21, true}} {
		req.CSeq().SeqNo = step.seq
		if got := d.inOrder(req); got != step.ok {
			t.Errorf("CSeq %d: in order %v, want %v", step.seq, got, step.ok)
		}
	}
	first, second := d.request(sip.OPTIONS), d.request(sip.BYE)
	if second.CSeq().SeqNo != first.CSeq().SeqNo+1 {
		t.Errorf("our numbers %d, %d", first.CSeq().SeqNo, second.CSeq().SeqNo)
	}
	reinvite := d.request(sip.INVITE)
	d.request(sip.OPTIONS)
	if got := d.ack(reinvite).CSeq(); got.SeqNo != reinvite.CSeq().SeqNo || got.MethodName != sip.ACK {
		t.Errorf("ACK has CSeq %s, its INVITE %s", got.Value(), reinvite.CSeq().Value())
	}
	if reinvite.Contact() == nil {
		t.Error("an INVITE must carry a Contact")
	}
}
