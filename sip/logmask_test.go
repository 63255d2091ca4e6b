package sip

import (
	"log/slog"
	"strings"
	"testing"

	"sahut/queue"
	"sahut/sip/siptest"
)

// What we log of a message that could not be sent has no number: sipgo quotes its
// first line, which is the address of whom we call or talk with.
func TestLogOfWhatCouldNotBeSent(t *testing.T) {
	t.Parallel()
	const number, nowhere = "6281234567890", "192.0.2.1" // nobody sends there from loopback
	for name, fail := range map[string]func(*testing.T, *logLines){
		"an INVITE": func(t *testing.T, log *logLines) {
			h := outHouse(t, func(h *house, ways []way) {
				h.server.log = slog.New(slog.NewTextHandler(log, nil))
				ways[0].target.User, ways[0].hop = "+"+number, nowhere+":5060"
			}, newCallee(t, "127.0.1.29"))
			h.dialOut()
			await[queue.HungUp](t, h.desk, 1)
		},
		"a BYE": func(t *testing.T, log *logLines) {
			h := openHouse(t, func(h *house) { h.server.log = slog.New(slog.NewTextHandler(log, nil)) })
			_, id := h.up(h.phone("udp"), siptest.Options{Contact: "sip:+" + number + "@" + nowhere})
			h.voice().End(id, queue.ByAgent, queue.CauseNormal)
			await[queue.HungUp](t, h.desk, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log logLines
			fail(t, &log)
			waitFor(t, func() bool { return strings.Contains(log.String(), "write udp") })
			if text := log.String(); strings.Contains(text, number) {
				t.Errorf("logged:\n%s", text)
			}
		})
	}
}
