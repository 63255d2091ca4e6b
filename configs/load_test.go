package configs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestExampleIsDefault: the example loads and says what no file says.
func TestExampleIsDefault(t *testing.T) {
	got, err := Parse("sahut.yaml", Example())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("got  %+v\nwant %+v", got, Default())
	}
	// The element commented out below an empty list must work as it stands.
	whole := strings.Replace(string(Example()), "  trunks: []\n", "  trunks:\n", 1)
	head, sample, _ := strings.Cut(whole, "  # One element looks like this:\n")
	var b strings.Builder
	for line := range strings.Lines(sample) {
		if rest, ok := strings.CutPrefix(line, "  #  "); ok {
			line = "  " + rest
		}
		b.WriteString(line)
	}
	got, err = Parse("sahut.yaml", []byte(head+b.String()))
	if err != nil || len(got.SIP.Trunks) != 1 || got.SIP.Trunks[0].Prefixes()[0].String() != "198.51.100.0/28" {
		t.Errorf("%v\n%+v", err, got.SIP.Trunks)
	}
}

// TestEveryKeyIsDocumented wants a doc and a default for each, and that Describe
// lists the keys of both documents.
func TestEveryKeyIsDocumented(t *testing.T) {
	for _, s := range append(Describe(), DescribeRouting()...) {
		if s.Doc == "" || !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: doc is %q", s.Key, s.Doc)
		}
		if s.Default == "" && (s.Type == "duration" || s.Type == "number" || s.Type == "switch" || s.Type == "choice" && !slices.Contains(s.Choices, "")) {
			t.Errorf("%s has no default", s.Key)
		}
	}
	if n := len(Describe()); n < 40 {
		t.Errorf("Describe lists %d keys", n)
	}
	if found := Default().Validate(); found != nil {
		t.Errorf("the defaults are wrong: %v", found)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sahut.yaml")
	write(t, path, 0o644, "data: data\nlog_level: debug\nsip:\n  trunks:\n    - name: carrier\n      username: hotline\n      password_file: carrier.secret\n")
	write(t, filepath.Join(dir, "carrier.secret"), 0o600, "s3cret\n")
	s, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.SIP.Trunks[0].Password.Reveal() != "s3cret" || s.Data != filepath.Join(dir, "data") || s.Level() != slog.LevelDebug {
		t.Errorf("got %+v", s)
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "nowhere.yaml"), "nowhere.yaml: cannot be read: no such file or directory; check the path"},
		{dir, "is no settings file"},
	} {
		if _, err := Load(c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// TestSecretFiles: who else can read it is told, and never what it says.
func TestSecretFiles(t *testing.T) {
	for _, c := range []struct {
		mode       os.FileMode
		text, want string
	}{
		{0o640, "canary\r\n", ""},
		{0o644, "canary", "can be read by every user of this machine (mode 0644); chmod 600 "},
		{0o600, "", "is empty"},
		{0o600, "canary\ncanary\n", "holds more than one line"},
	} {
		path := filepath.Join(t.TempDir(), "secret")
		write(t, path, c.mode, c.text)
		_, err := Parse("sahut.yaml", fmt.Appendf(nil, "sip:\n  trunks:\n    - name: a\n      username: b\n      password_file: %s\n", path))
		switch {
		case c.want == "" && err != nil:
			t.Error(err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary")):
			t.Errorf("mode %o: got %v, want %s", c.mode, err, c.want)
		}
	}
}

// TestSecretPrintsMasked tries every way to print one.
func TestSecretPrintsMasked(t *testing.T) {
	s := Default()
	s.SIP.Trunks = []Trunk{{Name: "a", Password: NewSecret("canary")}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "trunk", s.SIP.Trunks[0], "secret", s.SIP.Trunks[0].Password)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "trunk", s.SIP.Trunks[0])
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(b) + fmt.Sprintf("%v %+v %#v %s", s, s, s, s.SIP.Trunks[0].Password) + string(encode(s, true))
	if strings.Contains(all, "canary") || !strings.Contains(all, "***") {
		t.Errorf("a secret was told: %s", all)
	}
	if _, err := Parse("x", []byte("sip:\n  trunks:\n    - password: [canary]\n      nat: canary2\n")); strings.Contains(err.Error(), "canary ") {
		t.Errorf("a secret was told: %v", err)
	}
}

func TestTLSFiles(t *testing.T) {
	dir := t.TempDir()
	cert, key := selfSigned(t)
	write(t, filepath.Join(dir, "cert.pem"), 0o644, cert)
	write(t, filepath.Join(dir, "key.pem"), 0o600, key)
	_, otherKey := selfSigned(t)
	write(t, filepath.Join(dir, "other.pem"), 0o600, otherKey)
	write(t, filepath.Join(dir, "open.pem"), 0o644, key)
	for name, want := range map[string]string{
		"key.pem":   "",
		"other.pem": "cannot be used with tls_key: tls: private key does not match public key",
		"open.pem":  "can be read by every user",
	} {
		_, err := Parse(filepath.Join(dir, "sahut.yaml"), []byte("http:\n  tls_cert: cert.pem\n  tls_key: "+name+"\n"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

// TestForeignText: what editors of other systems save.
func TestForeignText(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfel\x00o\x00":          "s.yaml:1:1: is UTF-16 text; save the file as UTF-8",
		"log_level: info\ndata: \xe9": "s.yaml:2:1: holds bytes that are not UTF-8",
		"data: a\x00b":                "holds a zero byte",
		"{{{{":                        "cannot be read as YAML",
		"- a\n- b\n":                  "s.yaml:1:1: is a list, not a group of keys",
		"hello":                       "s.yaml:1:1: hello is a value, not a group of keys",
		"? [a, b]\n: c\n":             "found an invalid key",
		"data: !!binary aGk=\n":       "anchor, alias or tag",
		"\"\\e[2J\": 1\n":             `\x1b[2J" is unknown`,
	} {
		if _, err := Parse("s.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 20 * time.Second: "20s", 90 * time.Minute: "1h30m", time.Hour: "1h", 2 * time.Minute: "2m",
		time.Hour + time.Second: "1h0m1s", 1500 * time.Millisecond: "1.5s", 10 * time.Minute: "10m", 10 * time.Hour: "10h",
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
		var back Duration
		if err := back.UnmarshalText([]byte(want)); err != nil || back.D() != d {
			t.Errorf("%s is read as %v, %v", want, back, err)
		}
	}
}

func write(t *testing.T, path string, mode os.FileMode, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

// selfSigned makes a certificate and its key, PEM.
func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}
