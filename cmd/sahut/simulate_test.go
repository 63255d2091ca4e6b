package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sahut/configs"
	"sahut/queue"
	"sahut/sip/siptest"
)

// A real call is replayed with the routing as it is and with nobody to answer.
func TestSimulate(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	v, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{})
	v.Answer(s.offered(v).ID)
	call := s.talking(v)
	s.must("caller hears volunteer", caller.Media().Hears().WaitTone(s.ctx, volunteerTone))
	v.HangUp(call.Contact)
	_, err := v.AwaitState(s.ctx, queue.WrapUp)
	s.must("wrap-up", err)
	s.record()

	o, err := openOperator(s.cfg.Data)
	s.must("control socket", err)
	defer o.close()
	var routing configs.Routing
	s.must("routing", o.get(s.ctx, "/api/v1/routing", &routing))
	for i := range routing.Agents {
		routing.Agents[i].Queues = nil
	}
	for i := range routing.Queues {
		routing.Queues[i].MaxWaitNobody = configs.Duration(1e9 * 10)
	}
	file := filepath.Join(t.TempDir(), "routing.yaml")
	s.must("write", os.WriteFile(file, configs.FormatRouting(routing), 0o600))
	var out bytes.Buffer
	s.must("simulate", simulateCommand(s.ctx, &terminal{out: &out, err: &out}, []string{"-data", s.cfg.Data, "-routing", file}))
	for _, want := range []string{"1 callers", "answered", "Too few callers to judge"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), "answered 1 1 0") {
		t.Errorf("the replay answers her as she was, and not without volunteers:\n%s", out.String())
	}
}
