package sip

import (
	"crypto/rand"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"

	"sahut/configs"
)

// hiding stands for what is not shown.
const hiding = "••••"

// masker makes messages fit to be shown. It knows what may be seen, header by
// header, and hides the rest: what nobody thought of is hidden, not shown. Its
// last step (runs) lets no row of six digits pass, wherever it stands.
//
// Numbers and names become aliases, "••••123·kfa" and "•kfam", that are the same
// for the same party as long as the masker lives, and tell nothing without its
// key. It never changes, so any goroutine may use it.
type masker struct {
	key  [32]byte
	ours func(number string) bool
}

func newMasker(ours func(string) bool) *masker {
	m := &masker{ours: ours}
	_, _ = rand.Read(m.key[:]) // never fails
	return m
}

// oursOf knows the helpline's own numbers: those its trunks show.
func oursOf(c configs.SIP) func(string) bool {
	own := map[string]bool{}
	for _, t := range c.Trunks {
		if n, err := configs.E164(t.Number, c.Country); err == nil {
			own[n] = true
		}
	}
	return func(number string) bool {
		if len(own) == 0 {
			return false
		}
		n, err := configs.E164(number, c.Country)
		return err == nil && own[n]
	}
}

// masked is a message as it may be shown. rawCallID may not.
type masked struct {
	start, callID, cseq, text string
	method                    string // of the CSeq
	rawCallID                 string
}

// message masks one whole message. Of one that is broken it shows what could be
// read, and how long the rest is.
func (m *masker) message(raw []byte) masked {
	msg, broken := parse(raw, sizes{message: 1 << 16, headers: 1000, line: 8 << 10})
	if broken == errNoSIP || broken == errTooLarge {
		start := firstWord(raw) + " " + hidden(len(raw))
		return masked{start: start, text: start + ": " + broken.Error() + "\n"}
	}
	out := masked{start: m.runs(m.startLine(msg)), rawCallID: msg.first("call-id")}
	out.callID = m.runs(m.opaque(out.rawCallID))
	out.cseq = m.runs(m.sequence(msg.first("cseq")))
	_, out.method, _ = strings.Cut(out.cseq, " ")

	var b strings.Builder
	b.WriteString(out.start + "\n")
	shown := len(msg.start) + 2
	for _, f := range msg.fields {
		b.WriteString(m.header(f) + "\n")
		shown += len(f.name) + len(f.value) + 4
	}
	switch {
	case broken != nil:
		fmt.Fprintf(&b, "(%d of %d bytes shown, the rest cannot be read: %v)\n", min(shown, len(raw)), len(raw), broken)
	case len(msg.body) > 0:
		b.WriteString("\n" + m.body(msg))
	}
	out.text = m.runs(b.String())
	return out
}

// firstWord is what a message that is none begins with, if that is a word that
// tells nothing.
func firstWord(raw []byte) string {
	word, _, _ := strings.Cut(string(raw[:min(len(raw), 40)]), " ")
	switch {
	case isMethod(word), word == "SIP/2.0":
		return word
	}
	return hiding
}

func isMethod(s string) bool {
	for _, list := range [][]string{handled, known} {
		for _, method := range list {
			if s == method {
				return true
			}
		}
	}
	return false
}

func methodName(s string) string {
	if isMethod(s) {
		return s
	}
	return hiding
}

func hidden(n int) string { return fmt.Sprintf("(%d bytes)", n) }

func (m *masker) startLine(msg *message) string {
	if msg.status != 0 {
		_, rest, _ := strings.Cut(msg.start, " ")
		_, reason, _ := strings.Cut(rest, " ")
		return "SIP/2.0 " + strconv.Itoa(msg.status) + " " + m.words(reason)
	}
	version := msg.version
	if version != "SIP/2.0" {
		version = hiding
	}
	return methodName(msg.method) + " " + m.uri(msg.uri) + " " + version
}

// body shows a session description. Of any other body only the kind and the
// length: keys pressed, text messages, a patient's papers.
func (m *masker) body(msg *message) string {
	body := msg.body
	if n, ok, err := msg.contentLength(); ok && err == nil && n < len(body) {
		body = body[:n]
	}
	kind, params, err := mime.ParseMediaType(msg.first("content-type"))
	switch {
	case err != nil:
	case kind == accepted:
		return m.sdp(string(body))
	case kind == "multipart/mixed":
		if sdp, ok := partOf(body, params["boundary"]); ok {
			return fmt.Sprintf("(%d bytes of %s; in it:)\n", len(body), kind) + m.sdp(string(sdp))
		}
	}
	return hidden(len(body)) + "\n"
}

// partOf finds the session description in a multipart body.
func partOf(body []byte, boundary string) ([]byte, bool) {
	parts := multipart.NewReader(strings.NewReader(string(body)), boundary)
	for boundary != "" {
		part, err := parts.NextRawPart()
		if err != nil {
			break
		}
		if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind == accepted {
			sdp, err := io.ReadAll(part)
			return sdp, err == nil
		}
	}
	return nil, false
}
