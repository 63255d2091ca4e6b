package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A server killed in the middle of calls: after the restart every call has
// exactly one record with outcome system, and the laws hold.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dir := t.TempDir()
	server, addr := startDemoProcess(t, ctx, dir)
	phone, err := siptest.New(siptest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	for range 5 {
		c, err := phone.Dial(ctx, "sip:"+configs.DemoNumber+"@"+addr, siptest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.WaitAnswered(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait() // killed: the error says so

	server, _ = startDemoProcess(t, ctx, dir)
	records := map[queue.Outcome]int{}
	o, err := openOperator(dir)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := readCalls(ctx, o, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		records[c.Outcome]++
	}
	if records[queue.OutcomeSystem] != 5 || len(calls) != 5 {
		t.Errorf("%d records, outcomes %v; want 5 of system", len(calls), records)
	}
	var out strings.Builder
	if code := run(ctx, &terminal{strings.NewReader(""), &out, &out}, []string{"verify", "-data", dir}); code != 0 {
		t.Errorf("verify: %d\n%s", code, out.String())
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server did not stop cleanly: %v", err)
	}
}

// startDemoProcess runs this test binary as the program, in a process that can
// be killed, and waits for its ready line.
func startDemoProcess(t *testing.T, ctx context.Context, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0], "demo", "-sip", "0", "-http", "0", "-data", dir)
	cmd.Env = append(os.Environ(), "SAHUT_RUN=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no ready line: %v", err)
	}
	var sip, http string
	if _, err := fmt.Sscanf(line, "ready sip=%s http=%s", &sip, &http); err != nil {
		t.Fatalf("ready line %q: %v", line, err)
	}
	return cmd, sip
}

// Used wrongly is 2, failed is 1, done is 0; and every error says what to do.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	missing := t.TempDir() + "/none"
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"help", 0, "sahut demo"},
		{"config example", 0, "trunks"},
		{"dance", 2, "sahut help"},
		{"serve", 2, "-config"},
		{"call -to nowhere", 2, "sip:"},
		{"calls -json -csv", 2, "choose"},
		{"calls -data " + missing, 1, "no data directory"},
		{"routing", 2, "export"},
		{"routing apply", 2, "FILE"},
		{"config check " + missing, 1, "no such file"},
		{"verify extra", 2, "unexpected"},
	} {
		var out strings.Builder
		code := run(t.Context(), &terminal{strings.NewReader(""), &out, &out}, strings.Fields(c.args))
		if code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("sahut %s: exit %d, want %d; says %q, want %q", c.args, code, c.code, out.String(), c.says)
		}
	}
}

// A mistake in a routing file is explained and changes nothing.
func TestRoutingMistake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := demoConfig("127.0.0.1", 0, 0, dir)
	if _, err := prepareDemo(cfg); err != nil {
		t.Fatal(err)
	}
	do := func(in string, args ...string) (int, string) {
		var out strings.Builder
		code := run(t.Context(), &terminal{strings.NewReader(in), &out, &out}, args)
		return code, out.String()
	}
	_, before := do("", "routing", "export", "-data", dir)
	bad := strings.Replace(before, "queue: hotline", "queue: nowhere", 1)
	code, says := do(bad, "routing", "apply", "-data", dir, "-")
	if code != 1 || !strings.Contains(says, "nowhere") {
		t.Errorf("exit %d: %s", code, says)
	}
	if _, after := do("", "routing", "export", "-data", dir); after != before {
		t.Error("the routing changed")
	}
	good := strings.Replace(before, "ring_for: 20s", "ring_for: 30s", 1)
	if code, says := do(good, "routing", "apply", "-data", dir, "-"); code != 0 || !strings.Contains(says, "in force") {
		t.Errorf("exit %d: %s", code, says)
	}
	if _, after := do("", "routing", "export", "-data", dir); !strings.Contains(after, "ring_for: 30s") {
		t.Error("the good change was not applied")
	}
	if code, says := do("", "routing", "rollback", "-data", dir, "1"); code != 0 {
		t.Errorf("exit %d: %s", code, says)
	}
	if _, after := do("", "routing", "export", "-data", dir); after != before {
		t.Error("the rollback did not bring back the old routing")
	}
}
