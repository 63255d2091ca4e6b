package sip

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"time"

	"sahut/configs"
)

// certificate is a certificate on disk that is renewed while we run. The files
// are looked at when somebody connects, at most every two seconds; new ones
// serve new connections and leave the old ones alone.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	leaf    *x509.Certificate
	stamp   [2]time.Time // of the files current, or the last bad pair, came from
	looked  time.Time
	warned  int // days left when its end was last told; 0: never
}

// lookAgain is how often the files are looked at.
const lookAgain = 2 * time.Second

// openCertificate loads a pair of files. At the start a bad one is an error;
// later it only keeps the old one in use.
func openCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	c.warn(time.Now())
	return c, nil
}

// load reads the files and puts them in use when they are good.
func (c *certificate) load() error {
	c.stamp = c.stamps()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the certificate %s with key %s cannot be used: %w; write both files anew, the certificate with its chain", c.certFile, c.keyFile, err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return fmt.Errorf("the certificate %s cannot be read: %w", c.certFile, err)
	}
	if c.current != nil && time.Now().After(leaf.NotAfter) {
		return fmt.Errorf("the certificate %s ended on %s; write a valid one", c.certFile, leaf.NotAfter.Format(time.DateOnly))
	}
	c.current, c.leaf, c.warned = &pair, leaf, 0
	return nil
}

// stamps are the files' times; zero for one that is not there.
func (c *certificate) stamps() (t [2]time.Time) {
	for i, f := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(f); err == nil {
			t[i] = info.ModTime()
		}
	}
	return t
}

// get returns the certificate in use, after looking whether there is a new one.
func (c *certificate) get() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.looked) < lookAgain {
		return c.current
	}
	c.looked = now
	if c.stamps() != c.stamp {
		if err := c.load(); err != nil {
			c.log.Error("a new certificate was not taken; the old one stays in use", "error", err)
		} else {
			c.log.Info("a new certificate is in use", "file", c.certFile, "until", c.leaf.NotAfter)
		}
	}
	c.warn(now)
	return c.current
}

// warn tells, once for each of the marks, that the end is near.
func (c *certificate) warn(now time.Time) {
	for _, days := range []int{1, 7, 21} {
		if c.leaf.NotAfter.Sub(now) > time.Duration(days)*24*time.Hour {
			continue
		}
		if c.warned != days {
			c.warned = days
			c.log.Warn("a certificate ends soon; renew it, the new file is taken by itself", "file", c.certFile, "ends", c.leaf.NotAfter)
		}
		return
	}
}

// servingTLS is how we receive connections on tls_listen.
func servingTLS(cfg configs.SIP, log *slog.Logger) (*tls.Config, error) {
	own, err := openCertificate(cfg.TLSCert, cfg.TLSKey, log)
	if err != nil {
		return nil, fmt.Errorf("sip.tls_cert: %w", err)
	}
	t := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return own.get(), nil },
	}
	if cfg.TLSClientCA != "" {
		if t.ClientCAs, err = authorities(cfg.TLSClientCA); err != nil {
			return nil, fmt.Errorf("sip.tls_client_ca: %w", err)
		}
		t.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return t, nil
}

// callingTLS is how we connect to a trunk's server. Its certificate is always
// checked: by the machine's authorities or the trunk's own, and for the name
// the settings give.
func callingTLS(cfg configs.Trunk, host string, log *slog.Logger) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if cfg.TLSName != "" {
		t.ServerName = cfg.TLSName
	}
	var err error
	if cfg.TLSCA != "" {
		if t.RootCAs, err = authorities(cfg.TLSCA); err != nil {
			return nil, fmt.Errorf("trunk %q, tls_ca: %w", cfg.Name, err)
		}
	}
	if cfg.TLSCert != "" {
		own, err := openCertificate(cfg.TLSCert, cfg.TLSKey, log)
		if err != nil {
			return nil, fmt.Errorf("trunk %q, tls_cert: %w", cfg.Name, err)
		}
		t.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own.get(), nil }
	}
	return t, nil
}

// authorities reads a file of CA certificates.
func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the file of CA certificates cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", file)
	}
	return pool, nil
}

// errNoTLS: somebody we have no settings for wants to be called over TLS.
var errNoTLS = errors.New("its TLS connection is gone, and only a trunk's server can be connected to anew")

// tlsTowards is the TLS configuration for a connection to ip, which must be
// the server of a trunk: nobody else's name would be known.
func (s *Server) tlsTowards(ip netip.Addr) (*tls.Config, error) {
	for _, t := range s.trunks.all {
		if t.uplink != nil && t.uplink.owns(ip) {
			return callingTLS(t.uplink.cfg, t.uplink.address.Host, s.log)
		}
	}
	return nil, errNoTLS
}
