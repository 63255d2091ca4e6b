package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"sahut/configs"
)

// controlSocket is the name of the server's Unix socket in its data directory.
// Who may open it (mode 0600: the server's own user) is the local operator.
const controlSocket = "control.sock"

// operator speaks the HTTP API with the rights of the local operator: to the
// running server, or to the same handlers in this process.
type operator struct {
	http  http.Client
	close func() error
}

// openOperator finds the server of the data directory dir, or opens the
// directory itself when none runs.
func openOperator(dir string) (*operator, error) {
	socket := filepath.Join(dir, controlSocket)
	conn, err := net.Dial("unix", socket)
	if err == nil {
		conn.Close()
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}
		return &operator{http.Client{Transport: &http.Transport{DialContext: dial}}, func() error { return nil }}, nil
	}
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("the server's control socket %s may only be opened by the user it runs as; try again as that user (sudo -u sahut …)", socket)
	}
	if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("open the server's control socket %s: %w", socket, err)
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("there is no data directory %s; the server makes it when it starts for the first time; name another one with -data or -config", dir)
	}
	return openOffline(dir)
}

// do sends one request and returns the answer's body; a problem answer becomes
// an error with all it says.
func (o *operator) do(ctx context.Context, method, path, kind string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://operator"+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Sahut", "1")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := o.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, problemOf(res)
}

// get reads a JSON answer into out.
func (o *operator) get(ctx context.Context, path string, out any) error {
	return o.json(ctx, http.MethodGet, path, nil, out)
}

// json sends in as JSON (nil: nothing) and reads the answer into out (nil: not).
func (o *operator) json(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	res, err := o.do(ctx, method, path, "application/json", body, "Accept", "application/json")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// problem is an RFC 9457 answer.
type problem struct {
	Title    string            `json:"title"`
	Detail   string            `json:"detail"`
	Code     string            `json:"code"`
	Problems []configs.Problem `json:"problems"`
}

func (p *problem) Error() string {
	lines := []string{strings.TrimSpace(p.Title + ": " + p.Detail)}
	if p.Detail == "" {
		lines[0] = p.Title
	}
	for _, one := range p.Problems {
		lines = append(lines, "  "+one.String())
	}
	return strings.Join(lines, "\n")
}

// problemOf turns a refused request into an error for a person.
func problemOf(res *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	p := new(problem)
	if json.Unmarshal(b, p) == nil && p.Title != "" {
		return p
	}
	return fmt.Errorf("the server answered %s", res.Status)
}

// dataFlags adds the two ways to name an installation; dir tells which.
type dataFlags struct{ data, config string }

func (d *dataFlags) dir() (string, error) {
	switch {
	case d.data != "" && d.config != "":
		return "", usageError{"name the installation by -data or by -config, not both"}
	case d.config != "":
		cfg, err := configs.Load(d.config)
		return cfg.Data, err
	case d.data != "":
		return d.data, nil
	}
	return configs.Default().Data, nil
}
