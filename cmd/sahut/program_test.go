package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// program is one that is not ours and runs beside the house.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *lines
	done chan struct{} // closed when it ended
	err  error         // how
}

// startProgram runs name in dir until the test ends or stop is called. What it
// says is shown when the test failed.
func startProgram(t *testing.T, dir, name string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(name, args...), out: &lines{}, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.out, p.out
	p.cmd.Env = append(os.Environ(), "HOME="+dir)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its children can be found
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, lastLines(p.out.String(), 60))
		}
	})
	return p
}

// stop asks the program to end and waits for it; one that does not listen is
// killed with its children.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// says waits until the program has written text.
func (p *program) says(ctx context.Context, text string) error {
	for {
		more := p.out.bell.wait()
		if strings.Contains(p.out.String(), text) {
			return nil
		}
		select {
		case <-more:
		case <-p.done:
			return fmt.Errorf("%s ended (%v) before it said %q", p.cmd.Path, p.err, text)
		case <-ctx.Done():
			return fmt.Errorf("%s never said %q: %w", p.cmd.Path, text, ctx.Err())
		}
	}
}

// lines keeps what a program writes.
type lines struct {
	bell bell
	mu   sync.Mutex
	buf  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	n, err := l.buf.Write(b)
	l.mu.Unlock()
	l.bell.ring()
	return n, err
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// answersSIP waits until addr answers OPTIONS over UDP, as it does when the
// program p is ready.
func answersSIP(ctx context.Context, p *program, addr string) error {
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return err
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer conn.Close()
	own := conn.LocalAddr().String()
	buf := make([]byte, 2048)
	for try := 0; ; try++ {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it was ready: %v", p.cmd.Path, p.err)
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer on %s: %w", p.cmd.Path, addr, ctx.Err())
		default:
		}
		if _, err := conn.WriteTo(ping(own, addr, try), to); err != nil {
			return err
		}
		_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // a retransmission, as SIP does it
		n, _, err := conn.ReadFrom(buf)
		if err == nil && bytes.HasPrefix(buf[:n], []byte("SIP/2.0 ")) {
			return nil
		}
	}
}

// ping is an OPTIONS for the host itself.
func ping(from, to string, try int) []byte {
	return fmt.Appendf(nil, "OPTIONS sip:%[2]s SIP/2.0\r\nVia: SIP/2.0/UDP %[1]s;branch=z9hG4bKready%[3]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:test@%[1]s>;tag=t%[3]d\r\nTo: <sip:%[2]s>\r\nCall-ID: ready%[3]d@%[1]s\r\nCSeq: 1 OPTIONS\r\nContact: <sip:test@%[1]s>\r\nContent-Length: 0\r\n\r\n", from, to, try)
}

// freeAddr is an address of host whose port is free for UDP and TCP.
func freeAddr(t *testing.T, host string) string {
	t.Helper()
	for range 20 {
		u, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", u.LocalAddr().String())
		u.Close()
		if err == nil {
			l.Close()
			return l.Addr().String()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
	t.Fatalf("no port of %s is free for UDP and TCP", host)
	return ""
}

// fillIn writes testdata/name into dir with data filled in.
func fillIn(t *testing.T, name, dir string, data any) string {
	t.Helper()
	tmpl, err := template.ParseFiles(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, filepath.Base(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tmpl.Execute(f, data), f.Close()); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
