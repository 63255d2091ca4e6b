package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// Tones of the two people; far apart, and neither in the hold music.
const (
	callerTone    = 620
	volunteerTone = 1400
)

// TestMain lets a test run this program as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("SAHUT_RUN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// site is a whole house on loopback, with a password for its demo accounts.
type site struct {
	*house
	t        *testing.T
	ctx      context.Context
	password string
	phone    *siptest.Phone
}

// open starts a house with the demo's routing, changed by edit, and stops it
// with the test.
func open(t *testing.T, edit func(*configs.Routing)) *site {
	t.Helper()
	cfg := demoConfig("127.0.0.1", 0, 0, t.TempDir())
	cfg.DrainTimeout = 0
	password, err := prepareDemo(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		s, err := openStore(cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := configs.DemoRouting()
		edit(&r)
		if _, err := (directory{s}).SaveRouting(r, "test", "", 0); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	log := io.Discard
	if os.Getenv("SAHUT_LOG") != "" {
		log = os.Stderr
	}
	h, err := openHouse(cfg, newLog(log, slog.LevelDebug))
	if err != nil {
		t.Fatal(err)
	}
	life, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	again := make(chan struct{})
	close(again) // a test never waits for a drain
	go func() { done <- h.run(life, again) }()
	phone, err := siptest.New(siptest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(func() {
		phone.Close()
		cancel()
		stop()
		if err := <-done; err != nil {
			t.Errorf("the house did not stop cleanly: %v", err)
		}
		s, err := openStore(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Recover(time.Now()); err != nil {
			t.Error(err)
		}
		broken, err := directory{s}.Verify()
		if err != nil || len(broken) > 0 {
			t.Errorf("verify after the test: %v\n%s", err, strings.Join(broken, "\n"))
		}
	})
	return &site{house: h, t: t, ctx: ctx, password: password, phone: phone}
}

// volunteer signs name in, on shift and ready, with a tone for a voice.
func (s *site) volunteer(name string) (*livetest.Volunteer, *mediatest.Browser) {
	s.t.Helper()
	v, b := s.onShift(name)
	if err := v.Ready(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	return v, b
}

func (s *site) onShift(name string) (*livetest.Volunteer, *mediatest.Browser) {
	s.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(b.Close)
	v, err := livetest.SignIn(s.ctx, "http://"+s.web.Addr().String(), name, s.password, speaker{b, mediatest.ToneSound(volunteerTone)}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(v.Close)
	if err := v.StartShift(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	return v, b
}

// dial calls the hotline and waits for the answer; the caller speaks her tone.
func (s *site) dial(o siptest.Options) *siptest.Call {
	s.t.Helper()
	c, err := s.phone.Dial(s.ctx, "sip:"+configs.DemoNumber+"@"+s.sip.Addr(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := c.WaitAnswered(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	c.Media().Speak(callerTone)
	return c
}

// must fails the test with what was being done.
func (s *site) must(what string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

// offered waits until v's screen rings.
func (s *site) offered(v *livetest.Volunteer) *queue.OfferView {
	s.t.Helper()
	view, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Offer != nil })
	s.must("ring", err)
	return view.Offer
}

// talking waits until v's screen says that both hear each other.
func (s *site) talking(v *livetest.Volunteer) *queue.CallView {
	s.t.Helper()
	view, err := v.Await(s.ctx, func(a queue.AgentView) bool { return a.Call != nil && !a.Call.Connecting })
	s.must("talk", err)
	return view.Call
}

// record waits until the one call of the house has its record and returns it.
func (s *site) record() queue.Call {
	s.t.Helper()
	for {
		var last queue.Call
		err := s.store.Calls(time.Time{}, func(c queue.Call) bool { last = c; return false })
		s.must("read the record", err)
		if last.Ended != nil {
			return last
		}
		select { // the snapshot after the end is the only sign there is
		case <-time.After(20 * time.Millisecond):
		case <-s.ctx.Done():
			s.t.Fatalf("the call has no end: %+v", last)
		}
	}
}

func bytesReader(b []byte) io.Reader { return strings.NewReader(string(b)) }

// answerAll puts a robot on shift that answers every call.
func (s *site) answerAll(name string) {
	s.t.Helper()
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	s.must("browser", err)
	page := speaker{b, mediatest.ToneSound(volunteerTone)}
	r, err := hire(s.ctx, "http://"+s.web.Addr().String(), name, s.password, page)
	s.must("hire", err)
	life, stop := context.WithCancel(s.ctx)
	done := make(chan struct{})
	go func() { defer close(done); r.work(life, page) }()
	s.t.Cleanup(func() { stop(); <-done; r.Close(); b.Close() })
}
