package agentui_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sahut/agentui"
	"sahut/configs"
)

func TestOperator(t *testing.T) {
	h := newHouse(t)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.RemoteAddr = "@" // a unix socket
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ui.Operator().ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", "/api/v1/me", ""); !strings.Contains(w.Body.String(), `"operator"`) {
		t.Errorf("me: %s", w.Body)
	}
	if w := ask("POST", "/api/v1/users", `{"name":"ayu","password":"long enough"}`); w.Code != http.StatusCreated {
		t.Errorf("add a user: %d %s", w.Code, w.Body)
	}
	routing := strings.Replace(ask("GET", "/api/v1/routing", "").Body.String(), `"20s"`, `"21s"`, 1)
	if w := ask("PUT", "/api/v1/routing", routing); w.Code != 200 || !strings.Contains(w.Body.String(), `"author":"operator"`) {
		t.Errorf("apply: %d %s", w.Code, w.Body)
	}
	for _, line := range agentui.RouteTable() {
		if w := ask(line.Method, address(line.Path), ""); line.Browser && w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s %s makes no sense for the operator: %d", line.Method, line.Path, w.Code)
		}
	}
}

// TestScreens serves a bundle, and says what to do when there is none.
func TestScreens(t *testing.T) {
	h := newHouse(t)
	b := h.signIn("admin")
	if _, err := h.ui.UsePages(fstest.MapFS{".gitkeep": {}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/admin"} {
		if r := b.send("GET", path, nil); r.status != 200 || !strings.Contains(r.body, "make build") {
			t.Errorf("%s without a bundle: %d %s", path, r.status, r.body)
		}
	}
	script := strings.Repeat("console.log('sahut');", 100)
	hash, err := h.ui.UsePages(fstest.MapFS{"volunteer.js": {Data: []byte(script)}, "admin.js": {Data: []byte("1")}, "style.css": {Data: []byte("a{}")}})
	if err != nil {
		t.Fatal(err)
	}
	r := b.send("GET", "/?lang=id", nil)
	for _, part := range []string{`<html lang="id">`, `src="/static/` + hash + `/volunteer.js"`, `href="/static/` + hash + `/style.css"`, `content="admin"`, `id="app"`} {
		if !strings.Contains(r.body, part) {
			t.Errorf("the page lacks %s:\n%s", part, r.body)
		}
	}
	r = b.send("GET", "/static/"+hash+"/volunteer.js", nil)
	if r.body != script || r.header.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(r.header.Get("Cache-Control"), "immutable") {
		t.Errorf("script: %d %v", r.status, r.header)
	}
	r = b.send("GET", "/static/"+hash+"/volunteer.js", nil, "Accept-Encoding", "gzip")
	if r.header.Get("Content-Encoding") != "gzip" || len(r.body) > len(script)/4 {
		t.Errorf("compressed: %d bytes of %d", len(r.body), len(script))
	}
	r = b.send("GET", "/static/"+hash+"/volunteer.js", nil, "Accept-Encoding", "gzip;q=0")
	if r.header.Get("Content-Encoding") != "" {
		t.Error("compressed for a browser that cannot read it")
	}
	for _, path := range []string{"/static/" + hash + "/nothing.js", "/static/0123/volunteer.js", "/static/" + hash + "/..%2fpages.go", "/static/" + hash + "/.gitkeep"} {
		if r := b.send("GET", path, nil); r.status != http.StatusNotFound || strings.Contains(r.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	other, err := h.ui.UsePages(fstest.MapFS{"volunteer.js": {Data: []byte(script + " ")}})
	if err != nil || other == hash {
		t.Errorf("another bundle has the same address: %v", err)
	}
}

func serving(t *testing.T, config configs.HTTP) (*agentui.Server, error) {
	t.Helper()
	var ui *agentui.Server
	newHouse(t, func(o *agentui.Options) {
		d := *o
		d.Config = config
		var err error
		if ui, err = agentui.New(d); err != nil {
			t.Fatal(err)
		}
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := ui.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return ui, ui.Start()
}

func TestStart(t *testing.T) {
	ui, err := serving(t, configs.HTTP{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(ui.URL() + "/healthz")
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	_, err = serving(t, configs.HTTP{Listen: ui.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "choose another address or port") {
		t.Errorf("a taken port: %v", err)
	}
	_, err = serving(t, configs.HTTP{Listen: "0.0.0.0:0"})
	if err == nil || !strings.Contains(err.Error(), "tls_cert") {
		t.Errorf("plain http for everyone: %v", err)
	}
	_, err = serving(t, configs.HTTP{Listen: "127.0.0.1:0", TLSCert: "nothing.pem", TLSKey: "nothing.pem"})
	if err == nil || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("no certificate: %v", err)
	}
}

// TestSlowHeaders: a connection that never finishes its headers is closed.
// The wait is the server's own 10 s, so only the long run does it.
func TestSlowHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 10 s")
	}
	t.Parallel()
	ui, err := serving(t, configs.HTTP{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", ui.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	b := make([]byte, 512)
	for {
		if _, err := c.Read(b); err != nil {
			if nerr, ok := err.(net.Error); ok && nerr.Timeout() {
				t.Error("the connection was still open after 30 s")
			}
			return
		}
	}
}

// writeCertificate makes a self-signed pair for localhost.
func writeCertificate(t *testing.T, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// TestCertificate: TLS 1.2 or newer, HSTS, and a renewed certificate without a
// restart; a broken one leaves the old in place.
func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := writeCertificate(t, dir, 1)
	ui, err := serving(t, configs.HTTP{Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: key})
	if err != nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		t.Helper()
		c, err := tls.Dial("tcp", ui.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("certificate %d", n)
	}
	writeCertificate(t, dir, 2)
	if err := ui.Reload(); err != nil || serial() != 2 {
		t.Errorf("renewed: %v, certificate %d", err, serial())
	}
	if err := os.WriteFile(key, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ui.Reload(); err == nil || serial() != 2 {
		t.Errorf("broken: %v, certificate %d", err, serial())
	}
	if _, err := tls.Dial("tcp", ui.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	res, err := client.Get("https://" + ui.Addr().String() + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
	client.CloseIdleConnections()
}
