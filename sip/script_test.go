package sip

import (
	"fmt"
	"strings"
	"testing"

	"sahut/sip/siptest"
)

// script writes the messages of one call by hand, so that a test can send what
// no telephone would.
type script struct {
	t       *testing.T
	wire    *siptest.Wire
	server  string
	network string
	id      string
	tag     string // ours, in From
	to      string // theirs, in To, once known
	contact string
	extra   []string // header lines of every message
	top     []string // Via lines below ours
	branch  int
}

func newScript(h *house, network string) *script {
	w := h.wire(network)
	return &script{
		t: h.t, wire: w, server: h.server.Addr(), network: strings.ToUpper(network),
		id: strings.NewReplacer("/", "-", " ", "_").Replace(h.t.Name()) + "@test", tag: "her",
		contact: "<sip:caller@" + w.Addr() + ";transport=" + network + ">",
	}
}

// message writes one request. A branch of 0 takes a new one.
func (s *script) message(method string, seq, branch int, body string, lines ...string) string {
	if branch == 0 {
		s.branch++
		branch = s.branch
	}
	to := "<sip:0213903963@hotline.test>"
	uri := "sip:0213903963@" + s.server
	if s.to != "" {
		to += ";tag=" + s.to
		uri = "sip:" + s.server
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\n", method, uri)
	fmt.Fprintf(&b, "Via: SIP/2.0/%s %s;branch=z9hG4bK%s%d;rport\n", s.network, s.wire.Addr(), s.tag, branch)
	for _, line := range s.top {
		b.WriteString(line + "\n")
	}
	fmt.Fprintf(&b, "From: <sip:+62811@carrier.example>;tag=%s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\nMax-Forwards: 70\n", s.tag, to, s.id, seq, method)
	if method == "INVITE" || method == "UPDATE" {
		fmt.Fprintf(&b, "Contact: %s\n", s.contact)
	}
	for _, line := range append(s.extra, lines...) {
		b.WriteString(line + "\n")
	}
	if body != "" && !strings.Contains(b.String(), "\nContent-Type:") {
		b.WriteString("Content-Type: application/sdp\n")
	}
	b.WriteString("Content-Length:\n\n" + body)
	return b.String()
}

func (s *script) send(method string, seq int, body string, lines ...string) {
	s.t.Helper()
	s.sendRaw(s.message(method, seq, 0, body, lines...))
}

func (s *script) sendRaw(text string) {
	s.t.Helper()
	if err := s.wire.Send(text); err != nil {
		s.t.Fatal(err)
	}
}

// answered sends an INVITE and waits for its 200, whose tag it takes.
func (s *script) answered(h *house, body string, lines ...string) siptest.Message {
	s.t.Helper()
	s.send("INVITE", 1, body, lines...)
	ok := h.waitStatus(s.wire, "INVITE", 200)
	s.to = ok.Tag("To")
	return ok
}

// up does the same and acknowledges.
func (s *script) up(h *house, body string, lines ...string) siptest.Message {
	s.t.Helper()
	ok := s.answered(h, body, lines...)
	s.send("ACK", 1, "")
	return ok
}

// statuses are the codes of all responses to a method so far, in order.
func statuses(w *siptest.Wire, method string) (codes []int) {
	for _, m := range w.Got() {
		if m.Status() != 0 && m.Method() == method {
			codes = append(codes, m.Status())
		}
	}
	return codes
}
