package sip

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// Each way a handshake can fail is told apart, by the setting that mends it.
func TestCauseOfTLS(t *testing.T) {
	now := time.Now()
	good := selfSigned(t, "sbc.example.net", now.Add(time.Hour))
	old := selfSigned(t, "sbc.example.net", now.Add(-time.Hour))
	trusting := func(c tls.Certificate) *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AddCert(c.Leaf)
		return pool
	}
	for _, c := range []struct {
		name   string
		server *tls.Config // nil: it does not speak TLS
		client *tls.Config
		want   string
	}{
		{"another name", &tls.Config{Certificates: []tls.Certificate{good}}, &tls.Config{ServerName: "sip.example.org", RootCAs: trusting(good)}, "another name than sip.example.org (tls_name)"},
		{"another authority", &tls.Config{Certificates: []tls.Certificate{good}}, &tls.Config{ServerName: "sbc.example.net", RootCAs: trusting(old)}, "nobody we trust (tls_ca)"},
		{"expired", &tls.Config{Certificates: []tls.Certificate{old}}, &tls.Config{ServerName: "sbc.example.net", RootCAs: trusting(old)}, "expired"},
		{"wants ours", &tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, &tls.Config{ServerName: "sbc.example.net", RootCAs: trusting(good)}, "refused our TLS connection"},
		{"no TLS", nil, &tls.Config{ServerName: "sbc.example.net"}, "does not speak TLS"},
		{"all well", &tls.Config{Certificates: []tls.Certificate{good}}, &tls.Config{ServerName: "sbc.example.net", RootCAs: trusting(good)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				far, err := l.Accept()
				if err != nil {
					return
				}
				defer far.Close()
				if c.server != nil {
					_ = tls.Server(far, c.server).HandshakeContext(context.Background())
					return
				}
				_, _ = far.Write([]byte("SIP/2.0 400 Bad Request\r\n\r\n"))
				_, _ = io.Copy(io.Discard, far)
			}()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			near, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer near.Close()
			err = tls.Client(near, c.client).HandshakeContext(ctx)
			if got := inEnglish(causeOfTLS(err)); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("%v is told as %q, want %q", err, got, c.want)
			}
		})
	}
	if got := causeOfTLS(errors.New("connection refused")); got != "" {
		t.Errorf("what is not about TLS is told as %q", got)
	}
}

// selfSigned is a certificate for name that ends at end.
func selfSigned(t *testing.T, name string, end time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name + end.String()}, DNSNames: []string{name},
		NotBefore: end.Add(-24 * time.Hour), NotAfter: end, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
