package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
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

// TestMain lets a test run this program as a process of its own. Four tests run
// side by side on two cores, because they mostly wait for sound and timers.
func TestMain(m *testing.M) {
	if os.Getenv("SAHUT_RUN") != "" {
		main()
		return
	}
	flag.Parse()
	if n, _ := strconv.Atoi(flag.Lookup("test.parallel").Value.String()); n < 4 {
		_ = flag.Set("test.parallel", "4")
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
	kept     bell            // rung when entries are on the disk
	close    func()          // ends the house, once
	ways     map[string]bool // other addresses of the house, as a cable's
}

// open starts a house with the demo's routing, changed by edit, and stops it
// with the test.
func open(t *testing.T, edit func(*configs.Routing)) *site {
	t.Helper()
	return openAs(t, nil, edit)
}

// openAs is open with other server settings as well.
func openAs(t *testing.T, serve func(*configs.Server), edit func(*configs.Routing)) *site {
	t.Helper()
	return openIn(t, t.TempDir(), serve, edit)
}

// openIn is openAs in a data directory that may have been in use.
func openIn(t *testing.T, dir string, serve func(*configs.Server), edit func(*configs.Routing)) *site {
	t.Helper()
	cfg := demoConfig("127.0.0.1", 0, 0, dir)
	cfg.DrainTimeout = 0
	if serve != nil {
		serve(&cfg)
	}
	password, err := prepareDemo(cfg, configs.DemoRouting())
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
	return start(t, cfg, password)
}

// openNew starts a house as it is on its first day: its accounts, and nothing set.
func openNew(t *testing.T) *site {
	t.Helper()
	cfg := demoConfig("127.0.0.1", 0, 0, t.TempDir())
	cfg.DrainTimeout = 0
	s, err := openStore(cfg)
	if err != nil {
		t.Fatal(err)
	}
	password, err := demoAccounts(directory{s})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return start(t, cfg, password)
}

// start runs a house that is prepared.
func start(t *testing.T, cfg configs.Server, password string) *site {
	t.Helper()
	log := io.Discard
	if os.Getenv("SAHUT_LOG") != "" {
		log = os.Stderr
	}
	h, err := openHouse(cfg, newLog(log, slog.LevelDebug))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{house: h, t: t, password: password}
	h.onKept, h.messages.onSound = s.kept.ring, s.kept.ring
	life, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	again := make(chan struct{})
	close(again) // a test never waits for a drain
	go func() { done <- h.run(life, again) }()
	if s.phone, err = siptest.New(siptest.Config{}); err != nil {
		t.Fatal(err)
	}
	var cancel context.CancelFunc
	s.ctx, cancel = context.WithTimeout(context.Background(), 90*time.Second)
	s.close = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the house did not stop cleanly: %v", err)
		}
	})
	t.Cleanup(func() {
		s.close() // while there is somebody to answer its last BYEs
		s.phone.Close()
		cancel()
		s.audit()
	})
	return s
}

// audit is what `sahut verify` says after the house was closed.
func (s *site) audit() {
	st, err := openStore(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Recover(time.Now()); err != nil {
		s.t.Error(err)
	}
	broken, err := directory{st}.Verify()
	if err != nil || len(broken) > 0 {
		s.t.Errorf("verify after the test: %v\n%s", err, strings.Join(broken, "\n"))
	}
}

// bell lets everybody look again when something happened.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// wait is closed by the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

// until waits for isSo, and asks it again whenever entries were kept.
func (s *site) until(what string, isSo func() bool) {
	s.t.Helper()
	for {
		kept := s.kept.wait()
		if isSo() {
			return
		}
		select {
		case <-kept:
		case <-s.ctx.Done():
			s.t.Fatalf("waiting for %s: %v", what, s.ctx.Err())
		}
	}
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

// record waits until the latest call of the house has ended and returns what
// is kept of it.
func (s *site) record() (last queue.Call) {
	s.t.Helper()
	s.until("the record of a call that ended", func() bool {
		last = queue.Call{}
		s.must("read the record", s.store.Calls(time.Time{}, func(c queue.Call) bool { last = c; return false }))
		return last.Ended != nil
	})
	return last
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
