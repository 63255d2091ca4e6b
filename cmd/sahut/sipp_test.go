package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
)

// sippScenarios are the carriers of testdata/sipp; each file's first line says
// whom it stands for. Cancelling is in package sip, where its race with the
// 200 can be steered.
var sippScenarios = []string{"early-offer", "pcma-only", "pcmu-only", "delayed-offer", "hold", "unknown-number", "no-codec"}

// TestSIPp lets a carrier simulator that is not ours call.
func TestSIPp(t *testing.T) {
	t.Parallel()
	needProgram(t, "sipp")
	for _, name := range sippScenarios {
		t.Run(name, func(t *testing.T) {
			s := open(t, nil)
			number := configs.DemoNumber
			if name == "unknown-number" {
				number = "0219999999"
			}
			s.sipp(name, number, "-m", "1")
		})
	}
}

// TestSIPpCallers: 20 callers with sound against 3 volunteers who answer.
func TestSIPpCallers(t *testing.T) {
	t.Parallel()
	needProgram(t, "sipp")
	s := open(t, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 })
	for _, name := range []string{"sari", "dewi", "ayu"} {
		s.answerAll(name)
	}
	s.sipp("rtp", configs.DemoNumber, "-m", "20", "-r", "5", "-l", "20")
	n := 0
	s.must("records", s.store.Calls(time.Time{}, func(c queue.Call) bool {
		n++
		if c.Ended != nil && c.Outcome != queue.OutcomeAnswered && c.Outcome != queue.OutcomeAbandoned && c.Outcome != queue.OutcomeAbandonedShort {
			t.Errorf("record %+v", c)
		}
		return true
	}))
	if n != 20 {
		t.Errorf("%d records for 20 callers", n)
	}
}

// sipp runs one scenario against the house and fails with what SIPp wrote.
func (s *site) sipp(name, number string, args ...string) {
	s.t.Helper()
	dir := s.t.TempDir()
	scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", name+".xml"))
	s.must("scenario", err)
	s.must("voice", writeSound(filepath.Join(dir, "voice.wav"), mediatest.Tone(callerTone, -12, 8000)))
	args = append([]string{s.sip.Addr(), "-sf", scenario, "-s", number, "-i", "127.0.0.1", "-mi", "127.0.0.1",
		"-nostdin", "-timeout", "60s", "-timeout_error", "-recv_timeout", "20000", "-trace_err", "-trace_msg"}, args...)
	cmd := exec.CommandContext(s.ctx, "sipp", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	for _, pattern := range []string{"*_errors.log", "*_messages.log"} {
		logs, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, l := range logs {
			if b, readErr := os.ReadFile(l); readErr == nil {
				s.t.Logf("%.6000s", b)
			}
		}
	}
	s.t.Fatalf("sipp %s: %v\n%.2000s", name, err, lastLines(string(out), 30))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// needProgram fails when make did not install what a test needs; a bare `go
// test` on a machine without it is told so and skips.
func needProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); errors.Is(err, exec.ErrNotFound) {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing; make test installs it", name)
		}
		t.Skipf("%s is missing; run make test, which installs it", name)
	}
}
