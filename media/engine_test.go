package media

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"

	"sahut/configs"
	"sahut/media/mediatest"
)

func TestLocalAddress(t *testing.T) {
	addr := netip.MustParseAddr
	for _, c := range []struct{ bind, public, towards, want string }{
		{"127.0.0.1", "", "127.0.0.1", "127.0.0.1"},
		{"0.0.0.0", "", "127.0.0.1", "127.0.0.1"}, // by the routing table
		{"192.0.2.10", "", "198.51.100.2", "192.0.2.10"},
		{"192.0.2.10", "203.0.113.7", "198.51.100.2", "203.0.113.7"},
		{"0.0.0.0", "203.0.113.7", "198.51.100.2", "203.0.113.7"},
		{"0.0.0.0", "203.0.113.7", "127.0.0.1", "127.0.0.1"}, // a test call from this machine
		{"2001:db8::7", "203.0.113.7", "2001:db8::99", "2001:db8::7"},
		{"2001:db8::7", "", "198.51.100.2", "error"},
		{"192.0.2.10", "", "2001:db8::99", "error"},
	} {
		e := &Engine{bind: addr(c.bind)}
		if c.public != "" {
			e.public = addr(c.public)
		}
		got, err := e.localAddress(addr(c.towards))
		switch {
		case c.want == "error":
			if !errors.Is(err, ErrBadSDP) {
				t.Errorf("%+v: %v, error %v", c, got, err)
			}
		case err != nil || got != addr(c.want):
			t.Errorf("%+v: %v, error %v", c, got, err)
		}
	}
}

func TestEngineSettings(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  configs.Media
		says string
	}{
		"address": {configs.Media{Address: "localhost"}, "media.address"},
		"public":  {configs.Media{Address: "127.0.0.1", PublicAddress: "x"}, "media.public_address"},
		"ports":   {configs.Media{Address: "127.0.0.1", RTPPorts: "9-8"}, "media.rtp_ports"},
	} {
		e, err := NewEngine(c.cfg, slog.New(slog.DiscardHandler))
		if err == nil {
			_ = e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not name %s", name, err, c.says)
		}
	}
}

func TestIPv6OnTheWire(t *testing.T) {
	if c, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6 loopback")
	} else {
		_ = c.Close()
	}
	pacer()
	e, err := NewEngine(configs.Media{Address: "::1", RTPPorts: "33500-33598"}, slog.New(slog.DiscardHandler))
	must(t, err)
	defer e.Close()
	ctx := soon(t)
	c := newLine(t, e, mediatest.CallerOptions{Address: netip.IPv6Loopback()})
	c.leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	must(t, c.Hears().WaitTone(ctx, 600))
}
