package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"time"
)

// withProfiles adds Go's profiles to what the operator's socket serves. They
// hold function names and counts, nothing of a caller; and only the user the
// server runs as can open the socket.
func withProfiles(operator http.Handler) http.Handler {
	m := http.NewServeMux()
	m.Handle("/", operator)
	m.HandleFunc("GET /debug/pprof/", pprof.Index)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return m
}

// profileOf writes a profile of the server of data ("heap", "profile?seconds=10")
// to a file.
func profileOf(ctx context.Context, data, what, file string) error {
	socket := filepath.Join(data, controlSocket)
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://operator/debug/pprof/"+what, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server gives no profile: %s", res.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, res.Body)
	return err
}
