package media

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// thirty is a master key of 30 bytes in base64, thirty2 another one.
const (
	thirty  = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
	thirty2 = "HRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"
)

func TestParseCrypto(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       string // tag suite mki; empty: refused
	}{
		{"plain", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty, "1 80 "},
		{"short tag", "2 AES_CM_128_HMAC_SHA1_32 inline:" + thirty, "2 32 "},
		{"lower case", "1 aes_cm_128_hmac_sha1_80 INLINE:" + thirty, "1 80 "},
		{"lifetime", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|2^31", "1 80 "},
		{"lifetime and MKI", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|2^31|1:4", "1 80 00000001"},
		{"MKI of one byte", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|255:1", "1 80 ff"},
		{"long MKI", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|258:10", "1 80 00000000000000000102"},
		{"a window hint", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " WSH=128", "1 80 "},
		{"an unknown parameter that may be ignored", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " -FANCY", "1 80 "},
		{"an unknown parameter", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " FANCY", ""},
		{"not encrypted", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " UNENCRYPTED_SRTP", ""},
		{"not authenticated", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " UNAUTHENTICATED_SRTP", ""},
		{"keys derived anew", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + " KDR=1", ""},
		{"a suite we do not know", "1 AES_256_CM_HMAC_SHA1_80 inline:" + thirty + thirty, ""},
		{"a short key", "1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgc=", ""},
		{"no base64", "1 AES_CM_128_HMAC_SHA1_80 inline:" + strings.Repeat("!", 40), ""},
		{"several keys", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|2^20|1:4;inline:" + thirty2 + "|2^20|2:4", ""},
		{"MKI too large for its bytes", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|256:1", ""},
		{"MKI of no bytes", "1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty + "|1:0", ""},
		{"no key", "1 AES_CM_128_HMAC_SHA1_80", ""},
		{"no tag", "x AES_CM_128_HMAC_SHA1_80 inline:" + thirty, ""},
		{"empty", "", ""},
	} {
		got, ok := parseCrypto(c.line)
		said := ""
		if ok {
			said = fmt.Sprintf("%s %s %x", got.tag, got.suite.String()[21:], got.mki)
			if base64.StdEncoding.EncodeToString(got.key.bytes()) != thirty {
				t.Errorf("%s: another key was read", c.name)
			}
		}
		if said != c.want {
			t.Errorf("%s: read %q, want %q", c.name, said, c.want)
		}
	}
}

// However a key is printed, it is not shown.
func TestKeysAreNotPrinted(t *testing.T) {
	line, ok := parseCrypto("1 AES_CM_128_HMAC_SHA1_80 inline:" + thirty)
	if !ok {
		t.Fatal("the line was refused")
	}
	k := &keys{in: line, out: line}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q", "%o"} {
		fmt.Fprintf(&b, verb+verb+verb+"\n", line.key, line, k)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("a key", "key", line.key, "line", line, "keys", k)
	}
	shown := strings.ToLower(b.String())
	for _, secret := range []string{thirty[:8], "00010203", "0 1 2 3", "0x0, 0x1", "0, 1, 2", "\\x00\\x01"} {
		if strings.Contains(shown, strings.ToLower(secret)) {
			t.Fatalf("%q is shown in\n%.400s", secret, shown)
		}
	}
}

// libsrtp's reference packets (test/srtp_driver.c), which every implementation
// is held against.
func TestSRTPKnownAnswers(t *testing.T) {
	b := func(s string) []byte {
		out, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	c := crypto{key: keep(b("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6"))}
	abab := strings.Repeat("ab", 16)
	plain, sealed := b("800f1234decafbadcafebabe"+abab), b("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb")
	s, err := newSealer(&c)
	must(t, err)
	buf := append(make([]byte, 0, 200), plain...)
	got, ok := s.seal(buf, len(plain), 0x1234)
	if !ok || !bytes.Equal(got, sealed) {
		t.Errorf("sealed as %x, want %x", got, sealed)
	}
	o, err := newOpener(&c, nil)
	must(t, err)
	if got, ok := o.open(bytes.Clone(sealed)); !ok || !bytes.Equal(got, plain) {
		t.Errorf("opened as %x, want %x", got, plain)
	}
	report, sealedReport := b("81c8000bcafebabe"+abab), b("81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798")
	out, err := s.rtcp.EncryptRTCP(nil, report, nil)
	if err != nil || !bytes.Equal(out, sealedReport) {
		t.Errorf("the report was sealed as %x, want %x (%v)", out, sealedReport, err)
	}
	if got, ok := o.openRTCP(bytes.Clone(sealedReport)); !ok || !bytes.Equal(got, report) {
		t.Errorf("the report was opened as %x, want %x", got, report)
	}
}

// With the short suite a packet of sound has a tag of 4 bytes, a report one of
// 10 all the same (RFC 4568 section 6.2.2).
func TestShortSuite(t *testing.T) {
	c := crypto{suite: suite32, key: newMasterKey()}
	s, err := newSealer(&c)
	must(t, err)
	got, _ := s.seal(append(make([]byte, 0, 64), packetOf(1, "sound")...), 17, 1)
	if len(got) != 12+5+4 {
		t.Errorf("a packet of 17 bytes became %d", len(got))
	}
	report, err := s.rtcp.EncryptRTCP(nil, make([]byte, 8), nil)
	if err == nil || report != nil {
		t.Error("a report of no version was sealed")
	}
	if report, err = s.rtcp.EncryptRTCP(nil, []byte{0x80, 201, 0, 1, 0, 0, 0, 1}, nil); err != nil || len(report) != 8+4+10 {
		t.Errorf("a report of 8 bytes became %d (%v)", len(report), err)
	}
}

// packetOf is a packet of sound.
func packetOf(seq uint16, payload string) []byte {
	return append([]byte{0x80, 8, byte(seq >> 8), byte(seq), 0, 0, 0, 0, 0, 0, 0, 9}, payload...)
}

func TestOpenerTrustsNobody(t *testing.T) {
	c := crypto{key: newMasterKey()}
	s, err := newSealer(&c)
	must(t, err)
	o, err := newOpener(&c, nil)
	must(t, err)
	seal := func(seq uint16) []byte {
		p := packetOf(seq, "the sound of a voice")
		out, ok := s.seal(append(make([]byte, 0, 200), p...), len(p), seq)
		if !ok {
			t.Fatalf("packet %d was not sealed", seq)
		}
		return bytes.Clone(out)
	}
	opens := func(p []byte) bool {
		_, ok := o.open(bytes.Clone(p))
		return ok
	}
	first := seal(100)
	for i := range first {
		touched := bytes.Clone(first)
		touched[i] ^= 1
		if opens(touched) {
			t.Fatalf("byte %d was changed and the packet opened", i)
		}
		if i > 0 && opens(first[:i]) {
			t.Fatalf("cut to %d bytes the packet opened", i)
		}
	}
	if !opens(first) || opens(first) {
		t.Error("a packet must open once")
	}
	later := seal(150)
	between := seal(130)
	if !opens(later) || !opens(between) || opens(between) || opens(later) || opens(first) {
		t.Error("packets out of order must open, each once")
	}
	old := seal(151)
	for seq := uint16(152); seq < 152+replayWindow; seq++ {
		if !opens(seal(seq)) {
			t.Fatalf("packet %d did not open", seq)
		}
	}
	if opens(old) {
		t.Error("a packet from before the window opened")
	}
}

// After a change of key packets on their way still open, until the first one
// of the new key has come.
func TestOpenerOverAChangeOfKey(t *testing.T) {
	one, two := crypto{key: newMasterKey()}, crypto{key: newMasterKey()}
	sealed := func(c *crypto, seqs ...uint16) (out [][]byte) {
		s, err := newSealer(c)
		must(t, err)
		for _, seq := range seqs {
			p := packetOf(seq, "sound")
			b, _ := s.seal(append(make([]byte, 0, 200), p...), len(p), seq)
			out = append(out, bytes.Clone(b))
		}
		return out
	}
	before, after := sealed(&one, 1, 2, 3), sealed(&two, 4)
	old, err := newOpener(&one, nil)
	must(t, err)
	o, err := newOpener(&two, old)
	must(t, err)
	for i, step := range []struct {
		packet []byte
		want   bool
	}{{before[0], true}, {before[1], true}, {after[0], true}, {before[2], false}} {
		if _, ok := o.open(bytes.Clone(step.packet)); ok != step.want {
			t.Errorf("packet %d opens: %v", i, ok)
		}
	}
}

func TestSentWindow(t *testing.T) {
	var w sentWindow
	for i, step := range []struct {
		seq  uint16
		want bool
	}{
		{65534, true}, {65534, false}, {0, true}, {65535, true}, {65535, false}, {0, false}, {1, true},
		{200, true}, {199, true}, {199, false}, {137, true}, {136, false}, {200, false}, {2, false}, {201, true},
	} {
		if got := w.first(step.seq); got != step.want {
			t.Errorf("step %d: %d may be sent: %v", i, step.seq, got)
		}
	}
}

// Keys stay while the far end keeps its own, and change when it does.
func TestAnswerKeys(t *testing.T) {
	a, b := crypto{tag: "1", key: newMasterKey()}, crypto{tag: "1", key: newMasterKey()}
	first := answerKeys([]crypto{a, b}, nil)
	retagged := a
	retagged.tag = "7"
	if again := answerKeys([]crypto{retagged}, first); !again.out.same(&first.out) || again.out.tag != "7" {
		t.Error("the same key under another tag changed ours")
	}
	if again := answerKeys([]crypto{b}, first); again.out.same(&first.out) {
		t.Error("a new key of the far end left ours as it was")
	}
	short := a
	short.suite = suite32
	if again := answerKeys([]crypto{short}, first); again.out.suite != suite32 || again.out.key.equal(first.out.key) {
		t.Error("another suite left our key as it was")
	}
}
