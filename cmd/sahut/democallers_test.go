package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"sahut/sip/siptest"
)

// Whatever is sent to the demo's simulated callers, the demo's log has no number of
// it: sipgo's own would print a datagram that is no SIP.
func TestSimulatedCallersLogNoNumbers(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var log bytes.Buffer
	life, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		keepCalling(life, conn.LocalAddr().String(), 1, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	}()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	read := func(method string) (m siptest.Message, from net.Addr) {
		buf := make([]byte, 65535)
		for m.Method() != method {
			n, at, err := conn.ReadFrom(buf)
			if err != nil {
				t.Fatalf("no %s: %v", method, err)
			}
			m, from = siptest.Message{Text: string(buf[:n])}, at
		}
		return m, from
	}
	invite, from := read("INVITE")
	var busy strings.Builder
	busy.WriteString("SIP/2.0 486 Busy Here\r\n")
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		fmt.Fprintf(&busy, "%s: %s\r\n", name, invite.Header(name))
	}
	for _, text := range []string{"MESSAGE from " + herNumber + "\r\n\r\n", busy.String() + "Content-Length: 0\r\n\r\n"} {
		if _, err := conn.WriteTo([]byte(text), from); err != nil {
			t.Fatal(err)
		}
	}
	read("ACK") // what came before it was read before it
	stop()
	<-done
	if strings.Contains(log.String(), strings.TrimPrefix(herNumber, "+")) {
		t.Errorf("logged:\n%s", log.String())
	}
}
