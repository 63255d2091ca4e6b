package sip

import (
	"context"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"

	"log/slog"
)

// loud gives a house the real sound.
func loud(t *testing.T, ports string) (*media.Engine, *media.Peers, func(*house)) {
	t.Helper()
	engine, err := media.NewEngine(configs.Media{Address: "127.0.0.1", RTPPorts: ports}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	peers := media.NewPeers(engine)
	library, err := media.NewLibrary(configs.Prompts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peers.CloseAll(); engine.Close() })
	return engine, peers, func(h *house) {
		h.server.calls.studio = &hall{engine: engine, peers: peers, library: library, device: h.server.calls.soundOf}
	}
}

// volunteer connects a browser.
func volunteer(h *house, peers *media.Peers, name string) *mediatest.Browser {
	h.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(b.Close)
	offer, err := b.Offer()
	if err != nil {
		h.t.Fatal(err)
	}
	connected := make(chan struct{}, 8)
	peers.OnState(func(_ string, st media.PeerState) {
		if st == media.PeerConnected {
			connected <- struct{}{}
		}
	})
	h.within(func(ctx context.Context) error {
		answer, err := peers.Offer(ctx, name, offer)
		if err != nil {
			return err
		}
		if err := b.Answer(answer); err != nil {
			return err
		}
		if err := b.WaitConnected(ctx); err != nil {
			return err
		}
		select {
		case <-connected:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return b
}

// The main job with real sound: greeting, music, a volunteer, hold, resume,
// from one unbroken stream of packets, with early and with delayed offer and
// both codecs.
func TestCallerHearsMusicThenTheVolunteer(t *testing.T) {
	tests := []struct {
		name string
		o    siptest.Options
	}{
		{"PCMA", siptest.Options{Media: mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMA}}}},
		{"PCMU delayed", siptest.Options{Delayed: true, Media: mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMU}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, peers, sound := loud(t, "42000-42199")
			h := openHouse(t, sound)
			b := volunteer(h, peers, "sari")

			c, id := h.up(h.phone("udp"), tt.o)
			ear := c.Media().Hears()
			h.within(ear.WaitSound)
			r := c.Report()
			t.Logf("first packet %v after the ACK, 200 after %v", r.FirstRTP, r.Setup)
			if r.FirstRTP > 200*time.Millisecond {
				t.Errorf("the first packet came %v after the ACK", r.FirstRTP)
			}

			c.Media().Speak(440)
			h.voice().Connect(id, "sari")
			b.Speak(1000)
			await[queue.Connected](t, h.desk, 1)
			h.within(func(ctx context.Context) error { return ear.WaitTone(ctx, 1000) })
			h.within(func(ctx context.Context) error { return b.Hears().WaitTone(ctx, 440) })

			// Keys both ways.
			if err := c.SendKeys("42#"); err != nil {
				t.Fatal(err)
			}
			for i, want := range "42#" {
				if got := await[queue.KeyPressed](t, h.desk, i+1).Key; got != want {
					t.Errorf("key %d is %q, want %q", i, got, want)
				}
			}
			h.voice().SendKeys(id, "7")
			h.within(func(ctx context.Context) error { return ear.WaitKeys(ctx, "7") })

			h.voice().Mute(id, true)
			h.within(ear.WaitQuiet)
			h.voice().Mute(id, false)
			h.within(func(ctx context.Context) error { return ear.WaitTone(ctx, 1000) })
			h.voice().Hold(id, queue.Sound{Music: "music", Language: "id"})
			h.voice().SendKeys(id, "9") // heard: the order before it was carried out
			h.within(func(ctx context.Context) error { return ear.WaitKeys(ctx, "79") })
			atHold := b.Hears().Heard().Packets
			h.within(func(ctx context.Context) error { return ear.WaitPackets(ctx, ear.Heard().Packets+10) })
			if n := b.Hears().Heard().Packets - atHold; n > 1 { // one may have been on its way
				t.Errorf("%d packets of a held caller reached the volunteer", n)
			}
			h.voice().Resume(id)
			h.within(func(ctx context.Context) error { return b.Hears().WaitTone(ctx, 440) })
			h.within(func(ctx context.Context) error { return ear.WaitTone(ctx, 1000) })

			// The far end holds in each of its ways, and comes back.
			h.within(c.Hold)
			if got := c.Media().RemoteDirection(); got != "recvonly" {
				t.Errorf("sendonly was answered %q", got)
			}
			h.within(c.Unhold)
			if got := c.Media().RemoteDirection(); got != "sendrecv" {
				t.Errorf("sendrecv was answered %q", got)
			}
			h.within(func(ctx context.Context) error { return ear.WaitTone(ctx, 1000) })

			// It moves to another port.
			if err := c.Media().Move(); err != nil {
				t.Fatal(err)
			}
			h.within(c.Unhold)
			h.within(func(ctx context.Context) error { return ear.WaitTone(ctx, 1000) })

			heard := ear.Heard()
			if heard.Sources != 1 || heard.TimeBack != 0 || heard.TimeJumps != 0 || heard.Late != 0 {
				t.Errorf("the stream is not one: %+v", heard)
			}
			h.voice().Wait(id, queue.Sound{Music: "music", Language: "en"})
			h.voice().Close(id, "n1") // short words
			h.within(c.WaitDone)
			h.ended(1, queue.BySystem, queue.CausePlayed)
		})
	}
}

// A volunteer who is not there, or whose microphone is silent, is no end of
// the call, nor of the music.
func TestVolunteerWhoCannotBeHeard(t *testing.T) {
	_, peers, sound := loud(t, "42200-42299")
	h := openHouse(t, func(h *house) {
		sound(h)
		h.server.calls.patience.connect = 200 * time.Millisecond
	})
	volunteer(h, peers, "sari") // parked: no packet comes
	c, id := h.up(h.phone("udp"), siptest.Options{})
	h.voice().Connect(id, "nobody")
	if got := await[queue.ConnectFailed](t, h.desk, 1); got.Stage != "peer" {
		t.Errorf("failed at %q", got.Stage)
	}
	h.voice().Connect(id, "sari")
	if got := await[queue.ConnectFailed](t, h.desk, 2); got.Stage != "microphone" {
		t.Errorf("failed at %q", got.Stage)
	}
	ear := c.Media().Hears()
	h.within(ear.WaitSound)
	if heard := ear.Heard(); heard.TimeJumps != 0 || heard.Sources != 1 {
		t.Errorf("the music was broken: %+v", heard)
	}
	h.within(c.Hangup)
	h.ended(1, queue.ByCaller, queue.CauseNormal)
}

// F35: no port is left for the eleventh caller; she is refused with a record
// and the others go on.
func TestPortsExhausted(t *testing.T) {
	_, _, sound := loud(t, "42300-42307")
	h := openHouse(t, sound)
	p := h.phone("udp")
	for range 4 {
		h.up(p, siptest.Options{})
	}
	c := h.dial(p, siptest.Options{})
	h.within(c.WaitDone)
	if c.Status() != 503 {
		t.Errorf("status %d, want 503", c.Status())
	}
	h.ended(1, queue.BySystem, queue.CauseNoPorts)
	h.within(p.HangUpAll)
	await[queue.HungUp](t, h.desk, 5)
}

// A codec nobody here speaks, and SDP that is none.
func TestOffersThatCannotBe(t *testing.T) {
	_, _, sound := loud(t, "42400-42449")
	h := openHouse(t, sound)
	p := h.phone("udp")
	g729 := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
	for i, tt := range []struct {
		sdp    string
		status int
	}{{g729, 488}, {"v=0\r\nhello\r\n", 400}} {
		c := h.dial(p, siptest.Options{NoMedia: true, SDP: []byte(tt.sdp)})
		h.within(c.WaitDone)
		if c.Status() != tt.status {
			t.Errorf("status %d, want %d", c.Status(), tt.status)
		}
		h.ended(i+1, queue.BySystem, queue.CauseNoCodec)
	}
	// Inside a call the same is refused and the call goes on.
	c, _ := h.up(p, siptest.Options{})
	h.within(func(ctx context.Context) error {
		res, err := c.ReInvite(ctx, []byte(g729))
		if err == nil && res.StatusCode != 488 {
			t.Errorf("re-INVITE answered %d", res.StatusCode)
		}
		return err
	})
	n := c.Media().Hears().Heard().Packets
	h.within(func(ctx context.Context) error { return c.Media().Hears().WaitPackets(ctx, n+10) })
	h.within(c.Hangup)
}
