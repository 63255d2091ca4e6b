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

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// S5: a server killed while four talk and six wait: after the restart every call
// has exactly one record with outcome system, those who talked with their volunteer,
// and the laws hold.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	openIn(t, dir, nil, func(r *configs.Routing) {
		r.Agents = append(r.Agents, configs.NewAgent("rina", "Rina", "hotline"))
	}).close() // the routing it begins with
	server := startDemo(t, ctx, dir)
	var crew []*livetest.Volunteer
	for _, name := range []string{"sari", "dewi", "ayu", "rina"} {
		crew = append(crew, server.volunteer(t, ctx, name))
	}
	phone, err := siptest.New(siptest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	call := func(n int) {
		t.Helper()
		c, err := phone.Dial(ctx, "sip:"+configs.DemoNumber+"@"+server.sip, siptest.Options{From: fmt.Sprintf("+6281100000%02d", n)})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.WaitAnswered(ctx); err != nil {
			t.Fatal(err)
		}
		c.Media().Speak(callerTone)
	}
	for i, v := range crew {
		call(i)
		view, err := v.Await(ctx, func(a queue.AgentView) bool { return a.Offer != nil })
		if err != nil {
			t.Fatal(err)
		}
		v.Answer(view.Offer.ID)
		if _, err := v.Await(ctx, func(a queue.AgentView) bool { return a.State == queue.Talking && a.Call != nil && !a.Call.Connecting }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 6 {
		call(10 + i)
	}
	if _, err := crew[0].Await(ctx, func(a queue.AgentView) bool { return len(a.Queues) > 0 && a.Queues[0].Waiting == 6 }); err != nil {
		t.Fatal(err)
	}
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.cmd.Wait() // killed: the error says so

	server = startDemo(t, ctx, dir)
	records, talked := map[queue.Outcome]int{}, map[queue.AgentID]int{}
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
		if c.Agent != "" {
			talked[c.Agent]++
		}
		if c.Ended == nil || c.EndedBy != queue.BySystem {
			t.Errorf("record %+v", c)
		}
	}
	if records[queue.OutcomeSystem] != 10 || len(calls) != 10 {
		t.Errorf("%d records, outcomes %v; want 10 of system", len(calls), records)
	}
	for _, v := range crew {
		if talked[queue.AgentID(v.Name)] != 1 {
			t.Errorf("%s talked in %d records", v.Name, talked[queue.AgentID(v.Name)])
		}
	}
	var out strings.Builder
	if code := run(ctx, &terminal{strings.NewReader(""), &out, &out}, []string{"verify", "-data", dir}); code != 0 {
		t.Errorf("verify: %d\n%s", code, out.String())
	}
	if err := server.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.cmd.Wait(); err != nil {
		t.Errorf("the server did not stop cleanly: %v", err)
	}
}

// demoProcess is this program in a process that can be killed.
type demoProcess struct {
	cmd                 *exec.Cmd
	sip, http, password string
}

// startDemo runs this test binary as the program and waits for its ready line.
func startDemo(t *testing.T, ctx context.Context, dir string) demoProcess {
	t.Helper()
	d := demoProcess{cmd: exec.CommandContext(ctx, os.Args[0], "demo", "-sip", "0", "-http", "0", "-data", dir)}
	d.cmd.Env = append(os.Environ(), "SAHUT_RUN=1")
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	told, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	password := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(told); lines.Scan(); {
			if _, found, ok := strings.Cut(lines.Text(), "Password "); ok {
				password <- strings.TrimSpace(found)
			}
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("no ready line: %v", err)
	}
	if _, err := fmt.Sscanf(line, "ready sip=%s http=%s", &d.sip, &d.http); err != nil {
		t.Fatalf("ready line %q: %v", line, err)
	}
	select {
	case d.password = <-password:
	case <-ctx.Done():
		t.Fatal("no password was told")
	}
	return d
}

// startDemoProcess is startDemo for who only calls.
func startDemoProcess(t *testing.T, ctx context.Context, dir string) (*exec.Cmd, string) {
	t.Helper()
	d := startDemo(t, ctx, dir)
	return d.cmd, d.sip
}

// volunteer is one of its volunteers, on shift and ready, with a tone for a voice.
func (d demoProcess) volunteer(t *testing.T, ctx context.Context, name string) *livetest.Volunteer {
	t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	v, err := livetest.SignIn(ctx, d.http, name, d.password, speaker{b, mediatest.ToneSound(volunteerTone)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	if err := v.StartShift(ctx); err != nil {
		t.Fatal(err)
	}
	if err := v.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return v
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
	if _, err := prepareDemo(cfg, configs.DemoRouting()); err != nil {
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
