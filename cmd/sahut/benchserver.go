package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sahut/agentui"
	"sahut/configs"
)

// benchServer is a server in a process of its own, so that its CPU and memory
// alone are read from /proc.
type benchServer struct {
	cmd       *exec.Cmd
	dir       string
	sip, http string
	password  string
	names     []string
}

// startBenchServer makes a house with n volunteers and runs `sahut serve` on it.
func startBenchServer(ctx context.Context, n int) (b *benchServer, err error) {
	b = &benchServer{password: "bench-password"}
	if b.dir, err = os.MkdirTemp("", "sahut-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(b.dir)
		}
	}()
	cfg := demoConfig("127.0.0.1", 0, 0, b.data())
	if err := b.prepare(cfg, n); err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "sahut.yaml")
	text := fmt.Sprintf(`data: %s
log_level: error
drain_timeout: 0s
sip:
  listen: ["127.0.0.1:0"]
  max_calls: 3000
  trunks: [{name: bench, addresses: [127.0.0.0/8]}]
media: {address: 127.0.0.1, webrtc_port: 0}
http: {listen: "127.0.0.1:0"}
`, cfg.Data)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b.cmd = exec.CommandContext(ctx, self, "serve", "-config", file)
	b.cmd.Stderr = os.Stderr
	b.cmd.Cancel = func() error { return b.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not start: %w", err), b.cmd.Wait())
	}
	_, err = fmt.Sscanf(line, "ready sip=%s http=%s", &b.sip, &b.http)
	return b, err
}

// data is the server's data directory.
func (b *benchServer) data() string { return filepath.Join(b.dir, "data") }

// prepare keeps accounts and routing: one queue, nobody thrown out of it, no
// wrap-up.
func (b *benchServer) prepare(cfg configs.Server, n int) error {
	s, err := openStore(cfg)
	if err != nil {
		return err
	}
	d := directory{s}
	r := configs.DemoRouting()
	r.Queues[0].WrapUp, r.Queues[0].MaxWaitNobody = 0, r.Queues[0].MaxWait
	r.Agents = nil
	for i := range n {
		name := fmt.Sprintf("v%03d", i)
		b.names = append(b.names, name)
		if err := d.AddUser(agentui.User{Name: name, Role: agentui.Volunteer}, b.password); err != nil {
			return errors.Join(err, s.Close())
		}
		r.Agents = append(r.Agents, configs.Agent{ID: name, Name: name, Queues: []string{"hotline"}})
	}
	_, err = d.SaveRouting(r, "bench", "", 0)
	return errors.Join(err, s.Close())
}

// stop ends the server and removes what it kept.
func (b *benchServer) stop() error {
	err := b.cmd.Process.Signal(syscall.SIGTERM)
	_ = b.cmd.Wait() // ended by our signal
	return errors.Join(err, os.RemoveAll(b.dir))
}

// cpu is the processor time the server has used.
func (b *benchServer) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // 100 ticks a second on every Linux
}

// rss is the server's resident memory in KB.
func (b *benchServer) rss() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n
		}
	}
	return 0
}
