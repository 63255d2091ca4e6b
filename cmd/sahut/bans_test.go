package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/configs"
)

// The operator sees who is banned and lifts it; the trunk's address is not on
// the list, whatever it sends.
func TestBansCommands(t *testing.T) {
	t.Parallel()
	s := openAs(t, func(c *configs.Server) { c.SIP.Trunks[0].Addresses = []string{"127.0.0.1/32"} }, nil)
	do := func(args ...string) (int, string) {
		var out strings.Builder
		code := run(s.ctx, &terminal{strings.NewReader(""), &out, &out}, append(args[:1:1], append([]string{"-data", s.cfg.Data}, args[1:]...)...))
		return code, out.String()
	}
	if code, says := do("bans"); code != 0 || !strings.Contains(says, "nobody is banned") {
		t.Errorf("exit %d: %s", code, says)
	}
	for _, from := range []string{"127.0.0.1", "127.0.0.2"} {
		conn := s.dialFrom("udp", from)
		defer conn.Close()
		for i := range 200 {
			if _, err := conn.Write(ping(conn.LocalAddr().String(), s.sip.Addr(), i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx := s.ctx
	for len(s.sip.Bans()) == 0 && ctx.Err() == nil {
		answersOnce(t, s.dialFrom("udp", "127.0.0.1"), s.sip.Addr())
	}
	code, says := do("bans")
	if code != 0 || !strings.Contains(says, "127.0.0.2  flood") || strings.Contains(says, "127.0.0.1") {
		t.Errorf("exit %d: %s", code, says)
	}
	if code, says = do("bans", "-json"); code != 0 || !strings.Contains(says, `"host":"127.0.0.2"`) {
		t.Errorf("exit %d: %s", code, says)
	}
	if code, says = do("unban", "127.0.0.9"); code != 1 || !strings.Contains(says, "sahut bans") {
		t.Errorf("exit %d: %s", code, says)
	}
	if code, says = do("unban", "127.0.0.2"); code != 0 || !strings.Contains(says, "listened to again") {
		t.Errorf("exit %d: %s", code, says)
	}
	if n := len(s.sip.Bans()); n != 0 {
		t.Errorf("%d bans are left", n)
	}
	answersOnce(t, s.dialFrom("udp", "127.0.0.2"), s.sip.Addr())
	var _ agentui.Line = line{}
}

// answersOnce asks by conn and waits for some answer.
func answersOnce(t *testing.T, conn net.Conn, addr string) {
	t.Helper()
	defer conn.Close()
	if _, err := conn.Write(ping(conn.LocalAddr().String(), addr, 1)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		t.Errorf("no answer: %v", err)
	}
}
