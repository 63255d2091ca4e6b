package sip

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sahut/configs"
)

// ca signs the certificates of a test.
type ca struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newCA(t *testing.T) *ca {
	t.Helper()
	c := &ca{t: t, dir: t.TempDir()}
	c.key = c.newKey()
	c.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c.cert, c.cert, &c.key.PublicKey, c.key)
	if err != nil {
		t.Fatal(err)
	}
	c.file = c.write("ca.pem", "CERTIFICATE", der)
	return c
}

func (c *ca) newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	return k
}

func (c *ca) write(name, kind string, der []byte) string {
	file := filepath.Join(c.dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return file
}

// issue writes a certificate for name that holds for so long, with its key.
func (c *ca) issue(file, name string, holds time.Duration) (certFile, keyFile string) {
	key := c.newKey()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		c.t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(holds),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, c.cert, &key.PublicKey, c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	kder, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.write(file+".pem", "CERTIFICATE", der), c.write(file+"-key.pem", "EC PRIVATE KEY", kder)
}

func (c *ca) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c.parsed())
	return p
}

func (c *ca) parsed() *x509.Certificate {
	text, err := os.ReadFile(c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		c.t.Fatal(err)
	}
	return cert
}

// secureServer is a server with TLS, whose trunk is at 127.0.0.2.
func secureServer(t *testing.T, c *ca, change func(*configs.SIP, *Options)) *Server {
	t.Helper()
	cert, key := c.issue("server", "hotline.test", time.Hour)
	return startServer(t, func(cfg *configs.SIP, o *Options) {
		cfg.TLSListen, cfg.TLSCert, cfg.TLSKey = []string{"127.0.0.1:0"}, cert, key
		if change != nil {
			change(cfg, o)
		}
	})
}

// dialTLS connects as the trunk.
func dialTLS(t *testing.T, s *Server, cfg *tls.Config) (*stream, error) {
	t.Helper()
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}, Timeout: 5 * time.Second}
	conn, err := tls.DialWithDialer(d, "tcp", s.TLSAddr(), cfg)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	return &stream{conn, bufio.NewReader(conn)}, nil
}

func TestOptionsOverTLS(t *testing.T) {
	c := newCA(t)
	s := secureServer(t, c, nil)
	conn, err := dialTLS(t, s, &tls.Config{RootCAs: c.pool(), ServerName: "hotline.test"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the same connection serves more than one
		if _, err := conn.Write([]byte(compose("OPTIONS", "sip:127.0.0.1;transport=tls"))); err != nil {
			t.Fatal(err)
		}
		if text, _ := conn.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
			t.Fatalf("answered %q", text)
		}
	}
}

func TestStrangersOnTLSMeetTheSameGuard(t *testing.T) {
	c := newCA(t)
	s := secureServer(t, c, nil)
	conn, err := tls.Dial("tcp", s.TLSAddr(), &tls.Config{RootCAs: c.pool(), ServerName: "hotline.test"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(compose("INVITE", "sip:021@127.0.0.1"))); err != nil {
		t.Fatal(err)
	}
	st := &stream{conn, bufio.NewReader(conn)}
	if text, _ := st.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 403") {
		t.Errorf("answered %q", text)
	}
}

// Who must show a certificate and has none gets no further than TLS.
func TestClientCertificate(t *testing.T) {
	c := newCA(t)
	s := secureServer(t, c, func(cfg *configs.SIP, _ *Options) { cfg.TLSClientCA = c.file })
	conn, err := dialTLS(t, s, &tls.Config{RootCAs: c.pool(), ServerName: "hotline.test"})
	if err == nil { // in TLS 1.3 the refusal comes with the first reading
		_, _ = conn.Write([]byte(compose("OPTIONS", "sip:127.0.0.1")))
		if text, open := conn.read(5 * time.Second); text != "" || open {
			t.Errorf("answered %q without a certificate", text)
		}
	}
	cert, key := c.issue("carrier", "carrier.test", time.Hour)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	conn, err = dialTLS(t, s, &tls.Config{RootCAs: c.pool(), ServerName: "hotline.test", Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(compose("OPTIONS", "sip:127.0.0.1"))); err != nil {
		t.Fatal(err)
	}
	if text, _ := conn.read(5 * time.Second); !strings.HasPrefix(text, "SIP/2.0 200") {
		t.Errorf("answered %q", text)
	}
}

// A new certificate serves who connects from then on; a broken or ended one
// leaves the old one in use and is told.
func TestCertificateRenewed(t *testing.T) {
	c := newCA(t)
	cert, key := c.issue("server", "hotline.test", time.Hour)
	var log bytes.Buffer
	own, err := openCertificate(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	renewed := func() string { // what the next to connect would get
		own.looked = time.Time{}
		return own.stampless()
	}
	first := renewed()
	old := time.Now().Add(-time.Minute)
	touch := func(at time.Time) {
		for _, f := range []string{cert, key} {
			if err := os.Chtimes(f, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.issue("server", "hotline.test", 365*24*time.Hour)
	touch(old)
	second := renewed()
	if second == first {
		t.Error("a renewed certificate was not taken")
	}
	if err := os.WriteFile(cert, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	touch(old.Add(time.Second))
	if renewed() != second || !strings.Contains(log.String(), "old one stays") {
		t.Errorf("a broken certificate: %s", log.String())
	}
	log.Reset()
	c.issue("server", "hotline.test", -time.Minute)
	touch(old.Add(2 * time.Second))
	if renewed() != second || !strings.Contains(log.String(), "ended") {
		t.Errorf("an ended certificate: %s", log.String())
	}
}

// stampless is the certificate in use, by its serial number.
func (c *certificate) stampless() string {
	leaf, err := x509.ParseCertificate(c.get().Certificate[0])
	if err != nil {
		return err.Error()
	}
	return leaf.SerialNumber.String()
}

func TestCertificateEndsSoon(t *testing.T) {
	c := newCA(t)
	cert, key := c.issue("server", "hotline.test", 20*24*time.Hour)
	var log bytes.Buffer
	own, err := openCertificate(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, later := range []int{0, 0, 14, 14, 19, 19} { // days; each mark is told once
		own.warn(now.AddDate(0, 0, later))
	}
	if n := strings.Count(log.String(), "ends soon"); n != 3 {
		t.Errorf("told %d times\n%s", n, log.String())
	}
}

// The trunk's server is asked over TLS, under the name its certificate has;
// one with another name is no server of ours.
func TestTrunkOverTLS(t *testing.T) {
	c := newCA(t)
	cert, key := c.issue("sbc", "sbc.example.test", time.Hour)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"sbc.example.test": true, "other.example.test": false} {
		t.Run(name, func(t *testing.T) {
			l, err := tls.Listen("tcp", "127.0.0.9:0", &tls.Config{Certificates: []tls.Certificate{pair}})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			asked := make(chan string, 10)
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go answerOptions(conn, asked)
				}
			}()
			alarms := make(chan Alarm, 10)
			secureServer(t, c, func(cfg *configs.SIP, o *Options) {
				cfg.OptionsEvery = configs.Duration(time.Second)
				cfg.Trunks = append(cfg.Trunks, configs.Trunk{
					Name: "sbc", Server: "sip:" + l.Addr().String() + ";transport=tls", TLSName: name, TLSCA: c.file,
				})
				o.Alarm = func(a Alarm) { alarms <- a }
			})
			select {
			case text := <-asked:
				if !want || !strings.Contains(text, "SIP/2.0/TLS ") {
					t.Errorf("asked %q", text)
				}
			case a := <-alarms:
				if want || !strings.Contains(a.Cause, "") || a.Up {
					t.Errorf("alarm %+v", a)
				}
			case <-time.After(20 * time.Second):
				t.Error("neither asked nor told")
			}
		})
	}
}

// answerOptions is a server that answers everything with 200.
func answerOptions(conn net.Conn, asked chan<- string) {
	defer conn.Close()
	st := &stream{conn, bufio.NewReader(conn)}
	for {
		text, open := st.read(20 * time.Second)
		if !open || text == "" {
			return
		}
		asked <- text
		var answer strings.Builder
		answer.WriteString("SIP/2.0 200 OK\r\n")
		for line := range strings.Lines(text) {
			for _, h := range []string{"Via:", "From:", "Call-ID:", "CSeq:"} {
				if strings.HasPrefix(line, h) {
					answer.WriteString(line)
				}
			}
			if strings.HasPrefix(line, "To:") {
				answer.WriteString(strings.TrimSpace(line) + ";tag=x\r\n")
			}
		}
		answer.WriteString("Content-Length: 0\r\n\r\n")
		if _, err := conn.Write([]byte(answer.String())); err != nil {
			return
		}
	}
}

func TestMarkedPackets(t *testing.T) {
	s := startServer(t, func(c *configs.SIP, _ *Options) { c.DSCP = 24 })
	raw, err := s.listeners[0].udp.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) {
		tos, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS)
		if err != nil || tos>>2 != 24 {
			t.Errorf("TOS %#x, %v", tos, err)
		}
	})
}
