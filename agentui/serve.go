package agentui

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"
)

// serves is the listening side of a Server.
type serves struct {
	mu       sync.Mutex // guards what follows, between Start and Close
	listener net.Listener
	http     *http.Server
	cert     *certificate
	failed   chan error
}

// Start opens http.listen and serves it. The error names the address and what
// to try.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("http.listen %s: %w; choose another address or port, or stop the program that has it", s.config.Listen, err)
	}
	if err := s.Serve(l); err != nil {
		l.Close()
		return err
	}
	return nil
}

// Serve serves l and returns at once: with TLS if a certificate is configured,
// else plain http, which is for this machine and for a TLS proxy only.
func (s *Server) Serve(l net.Listener) error {
	s.serves.mu.Lock()
	defer s.serves.mu.Unlock()
	if s.serves.http != nil {
		return errors.New("the pages are served already")
	}
	if err := s.mayServe(l.Addr()); err != nil {
		return err
	}
	if s.config.TLS() {
		cert, err := openCertificate(s.config.TLSCert, s.config.TLSKey)
		if err != nil {
			return err
		}
		s.serves.cert = cert
		l = tls.NewListener(l, &tls.Config{
			MinVersion: tls.VersionTLS12, GetCertificate: cert.get, NextProtos: []string{"http/1.1"},
		})
		s.tasks.Go(func() { cert.watch(s.ctx, s.log) })
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what strangers do to the port
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
	}
	s.serves.listener, s.serves.http, s.serves.failed = l, server, make(chan error, 1)
	failed := s.serves.failed
	s.tasks.Go(func() {
		defer close(failed)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the pages are no longer served", "err", err)
			failed <- err
		}
	})
	return nil
}

// mayServe refuses plain http where strangers could read passwords.
func (s *Server) mayServe(a net.Addr) error {
	if s.config.TLS() || len(s.proxies) > 0 || a.Network() == "unix" {
		return nil
	}
	if ap, err := netip.ParseAddrPort(a.String()); err == nil && ap.Addr().Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("http.listen %s without TLS would send passwords in the clear; set tls_cert and tls_key, or listen on 127.0.0.1 behind a TLS proxy, or name the proxy in trusted_proxies", a)
}

// Addr is where the pages are served; nil before Start.
func (s *Server) Addr() net.Addr {
	s.serves.mu.Lock()
	defer s.serves.mu.Unlock()
	if s.serves.listener == nil {
		return nil
	}
	return s.serves.listener.Addr()
}

// URL is the address to open in a browser; empty before Start.
func (s *Server) URL() string {
	a := s.Addr()
	switch {
	case a == nil:
		return ""
	case s.config.Origin != "":
		return s.config.Origin
	case s.config.TLS():
		return "https://" + a.String()
	}
	return "http://" + a.String()
}

// Failed gives the reason if the pages stop being served by themselves. It is
// closed when they are no longer served for any reason.
func (s *Server) Failed() <-chan error {
	s.serves.mu.Lock()
	defer s.serves.mu.Unlock()
	return s.serves.failed
}

// Reload reads the certificate anew, if there is one. When it cannot be read
// the old one stays.
func (s *Server) Reload() error {
	s.serves.mu.Lock()
	cert := s.serves.cert
	s.serves.mu.Unlock()
	if cert == nil {
		return nil
	}
	return cert.load()
}

// stopServing lets running requests finish while ctx lasts.
func (s *Server) stopServing(ctx context.Context) error {
	s.serves.mu.Lock()
	server := s.serves.http
	s.serves.mu.Unlock()
	if server == nil {
		return nil
	}
	err := server.Shutdown(ctx)
	if err != nil {
		server.Close()
	}
	return err
}

// certificate is a pair of files that may be renewed while the program runs.
type certificate struct {
	certFile, keyFile string

	mu      sync.RWMutex // guards what follows
	current *tls.Certificate
	changed [2]time.Time
}

const lookAtCertificate = 30 * time.Second

func openCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	return c, c.load()
}

func (c *certificate) load() error {
	changed := c.times()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed = changed // a bad pair is complained about once, not every time we look
	if err != nil {
		return fmt.Errorf("http.tls_cert %s and http.tls_key %s: %w; both must be PEM files that belong together", c.certFile, c.keyFile, err)
	}
	c.current = &pair
	return nil
}

func (c *certificate) times() (t [2]time.Time) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			t[i] = info.ModTime()
		}
	}
	return t
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.current, nil
}

// refresh loads the pair if its files changed.
func (c *certificate) refresh(log *slog.Logger) {
	c.mu.RLock()
	known := c.changed
	c.mu.RUnlock()
	if c.times() == known {
		return
	}
	if err := c.load(); err != nil {
		log.Error("the new certificate cannot be used, the old one stays", "err", err)
		return
	}
	log.Info("certificate renewed", "file", c.certFile)
}

// watch looks at the files now and then: whoever renews certificates need not
// know of us.
func (c *certificate) watch(ctx context.Context, log *slog.Logger) {
	t := time.NewTicker(lookAtCertificate)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			c.refresh(log)
		case <-ctx.Done():
			return
		}
	}
}
