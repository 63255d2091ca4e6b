package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"sahut/configs"
	"sahut/media"
	"sahut/queue"
	"sahut/sip/siptest"
)

// The transactions of the tests live in hundredths of the usual time: 64*T1 is
// 1.6 s.
func init() { sip.SetTimers(25*time.Millisecond, 100*time.Millisecond, 125*time.Millisecond) }

// testDesk is a desk that answers every caller unless told otherwise, and
// remembers what it was told.
type testDesk struct {
	server *Server
	on     func(queue.Event) // called for each event, in place of answering

	mu      sync.Mutex // guards what follows
	events  []queue.Event
	changed chan struct{}
}

func (d *testDesk) Post(ev queue.Event) {
	d.mu.Lock()
	d.events = append(d.events, ev)
	close(d.changed)
	d.changed = make(chan struct{})
	d.mu.Unlock()
	if d.on != nil {
		d.on(ev)
		return
	}
	d.pickUp(ev)
}

// pickUp answers a caller who arrives.
func (d *testDesk) pickUp(ev queue.Event) {
	if a, ok := ev.(queue.Arrived); ok {
		d.server.Voice().Answer(a.Contact, queue.Sound{Greeting: "greeting", Music: "music", Language: "en"})
	}
}

func (d *testDesk) all() []queue.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// await returns the n-th event of a type, counted from 1.
func await[E queue.Event](t *testing.T, d *testDesk, n int) E {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for {
		d.mu.Lock()
		events, changed := d.events, d.changed
		d.mu.Unlock()
		seen := 0
		for _, ev := range events {
			if e, ok := ev.(E); ok {
				if seen++; seen == n {
					return e
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			var e E
			t.Fatalf("no %T number %d came; events: %+v", e, n, d.all())
		}
	}
}

func count[E queue.Event](d *testDesk) (n int) {
	for _, ev := range d.all() {
		if _, ok := ev.(E); ok {
			n++
		}
	}
	return n
}

// quietStudio opens sounds that make none.
type quietStudio struct {
	before func()             // runs in the call's goroutine when it is answered
	fail   error              // of opening
	judge  func([]byte) error // of every SDP that comes in
	noPeer bool               // no volunteer can be heard

	mu     sync.Mutex
	sounds []*quietSound
}

func (q *quietStudio) open(o media.RTPOptions, keys func(rune)) (sound, error) {
	if q.before != nil {
		q.before()
	}
	if q.fail != nil {
		return nil, q.fail
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	s := &quietSound{studio: q, options: o, press: keys, noPeer: q.noPeer, changed: make(chan struct{})}
	q.sounds = append(q.sounds, s)
	return s, nil
}

func (q *quietStudio) sound(i int) *quietSound {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.sounds[i]
}

const quietSDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"

// quietSound notes what a call asks of its sound.
type quietSound struct {
	studio  *quietStudio
	options media.RTPOptions
	press   func(rune) // a key with the sound

	mu      sync.Mutex
	changed chan struct{}
	notes   []string
	first   func()
	done    func()
	asked   func()
	saying  func() // ends the words of a talk
	noPeer  bool
	closed  int
	onHold  bool
	lastRTP time.Time
}

func (s *quietSound) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
	close(s.changed)
	s.changed = make(chan struct{})
}

// awaitNote waits until the n-th note with this prefix is there.
func (s *quietSound) awaitNote(t *testing.T, prefix string, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for {
		s.mu.Lock()
		notes, changed := slices.Clone(s.notes), s.changed
		s.mu.Unlock()
		seen := 0
		for _, note := range notes {
			if strings.HasPrefix(note, prefix) {
				seen++
			}
		}
		if seen >= n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the sound was never told %q (%d times): %q", prefix, n, notes)
		}
	}
}

func (s *quietSound) lock() func() { s.mu.Lock(); return s.mu.Unlock }

func (s *quietSound) answer(offer []byte) ([]byte, error) {
	defer s.lock()()
	if s.studio.judge != nil {
		if err := s.studio.judge(offer); err != nil {
			return nil, err
		}
	}
	s.note("answer")
	return []byte(quietSDP), nil
}

func (s *quietSound) offer() ([]byte, error) {
	defer s.lock()()
	s.note("offer")
	return []byte(quietSDP), nil
}

func (s *quietSound) update() ([]byte, error) { return []byte(quietSDP), nil }

func (s *quietSound) accept(answer []byte) error {
	defer s.lock()()
	if s.studio.judge != nil {
		if err := s.studio.judge(answer); err != nil {
			return err
		}
	}
	s.note("accept")
	return nil
}

func (s *quietSound) held() bool { defer s.lock()(); return s.onHold }

func (s *quietSound) heard() time.Time { defer s.lock()(); return s.lastRTP }

func (s *quietSound) play(greeting, music, language string, done func()) {
	defer s.lock()()
	s.done = done
	s.note("play %s %s %s", greeting, music, language)
}

func (s *quietSound) ask(prompts []string, music, language string, done func()) {
	defer s.lock()()
	s.note("ask %s %s %s", strings.Join(prompts, "+"), music, language)
	s.asked = done
}

func (s *quietSound) say(prompts []string, language string, done func()) {
	defer s.lock()()
	s.note("say %s %s", strings.Join(prompts, "+"), language)
	s.saying = done
}

func (s *quietSound) record(limit, silence time.Duration, over func()) recording {
	defer s.lock()()
	s.note("record %s %s", limit, silence)
	return quietRecording(make(chan []byte))
}

// quietRecording is of a caller who says nothing.
type quietRecording chan []byte

func (r quietRecording) Frames() <-chan []byte { return r }
func (r quietRecording) Spoken() bool          { return false }
func (r quietRecording) Length() time.Duration { return 0 }
func (r quietRecording) Close()                { close(r) }

func (s *quietSound) announce(a queue.Announcement, language string) {
	defer s.lock()()
	s.note("position %d %s", a.Position, language)
}

func (s *quietSound) connect(agent queue.AgentID, first func()) error {
	defer s.lock()()
	if s.noPeer {
		return errNoPeer
	}
	s.first = first
	s.note("connect %s", agent)
	return nil
}

func (s *quietSound) bridge(other sound, first func()) error {
	defer s.lock()()
	s.first = first
	s.note("bridge")
	return nil
}

func (s *quietSound) bring(id queue.GuestID, g guestSound, agent queue.AgentID, first func()) error {
	defer s.lock()()
	s.note("bring %d %s%s", id, g.agent, g.mode)
	if s.noPeer {
		return errNoPeer
	}
	if first != nil {
		go first()
	}
	return nil
}
func (s *quietSound) reseat(agent queue.AgentID) error {
	defer s.lock()()
	s.note("reseat %s", agent)
	if s.noPeer {
		return errNoPeer
	}
	return nil
}
func (s *quietSound) setMode(id queue.GuestID, m queue.Mode) {
	defer s.lock()()
	s.note("mode %d %s", id, m)
}
func (s *quietSound) muteGuest(id queue.GuestID, on bool) {
	defer s.lock()()
	s.note("mute %d %v", id, on)
}
func (s *quietSound) dismiss(id queue.GuestID) { defer s.lock()(); s.note("dismiss %d", id) }
func (s *quietSound) promote(id queue.GuestID, first func()) error {
	defer s.lock()()
	s.note("promote %d", id)
	if first != nil {
		go first()
	}
	return nil
}
func (s *quietSound) stepOut()              { s.part() }
func (s *quietSound) stepIn() (bool, error) { return false, nil }
func (s *quietSound) ringBack()             { defer s.lock()(); s.note("ringback") }

// speak is the agent's first packet.
func (s *quietSound) speak() {
	s.mu.Lock()
	first := s.first
	s.mu.Unlock()
	first()
}

// said is the end of the words that play.
func (s *quietSound) said() {
	s.mu.Lock()
	done := s.done
	s.mu.Unlock()
	done()
}

func (s *quietSound) part()            { defer s.lock()(); s.note("part") }
func (s *quietSound) mute(on bool)     { defer s.lock()(); s.note("mute %v", on) }
func (s *quietSound) keys(keys string) { defer s.lock()(); s.note("keys %s", keys) }
func (s *quietSound) close()           { defer s.lock()(); s.closed++; s.note("close") }

// house is a server, its desk and its silent studio.
type house struct {
	t      *testing.T
	server *Server
	desk   *testDesk
	studio *quietStudio
}

// open runs a server on loopback whose trunk is 127.0.0.1. change may alter
// anything before it starts.
func openHouse(t *testing.T, change func(*house)) *house {
	t.Helper()
	desk := &testDesk{changed: make(chan struct{})}
	level := slog.LevelError + 1
	if os.Getenv("SIP_LOG") != "" {
		level = slog.LevelDebug
	}
	s, err := New(Options{
		Config: configs.SIP{
			Listen: []string{"127.0.0.1:0"}, Domain: "hotline.test", Unknown: "reject",
			Trunks: []configs.Trunk{{Name: "carrier", Addresses: []string{"127.0.0.1"}}},
		},
		Desk: desk,
		Log:  slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, server: s, desk: desk, studio: &quietStudio{}}
	desk.server = s
	s.calls.studio = h.studio
	if change != nil {
		change(h)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

// phone is a telephone of the trunk.
func (h *house) phone(network string) *siptest.Phone {
	h.t.Helper()
	p, err := siptest.New(siptest.Config{Network: network})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(p.Close)
	return p
}

func (h *house) uri(network string) string {
	uri := "sip:0213903963@" + h.server.Addr()
	if network == "tcp" {
		uri += ";transport=tcp"
	}
	return uri
}

// dial places a call by UDP.
func (h *house) dial(p *siptest.Phone, o siptest.Options) *siptest.Call {
	h.t.Helper()
	c, err := p.Dial(h.t.Context(), h.uri("udp"), o)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// up places a call and waits until the desk knows it is up.
func (h *house) up(p *siptest.Phone, o siptest.Options) (*siptest.Call, queue.ContactID) {
	h.t.Helper()
	n := count[queue.Established](h.desk) + 1
	c := h.dial(p, o)
	h.within(func(ctx context.Context) error { return c.WaitAnswered(ctx) })
	return c, await[queue.Established](h.t, h.desk, n).Contact
}

// within gives f fifteen seconds.
func (h *house) within(f func(context.Context) error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 15*time.Second)
	defer cancel()
	if err := f(ctx); err != nil {
		h.t.Fatal(err)
	}
}

// ended asserts how the n-th call ended, and that every contact ended once.
func (h *house) ended(n int, by queue.Party, cause queue.Cause) {
	h.t.Helper()
	got := await[queue.HungUp](h.t, h.desk, n)
	if got.By != by || got.Cause != cause {
		h.t.Errorf("call ended by %s, %s; want by %s, %s", got.By, got.Cause, by, cause)
	}
	seen := map[queue.ContactID]int{}
	for _, ev := range h.desk.all() {
		if e, ok := ev.(queue.HungUp); ok {
			if seen[e.Contact]++; seen[e.Contact] > 1 {
				h.t.Errorf("contact %s ended %d times", e.Contact, seen[e.Contact])
			}
		}
	}
}

// voice gives orders.
func (h *house) voice() queue.Channel { return h.server.Voice() }

// wire opens a bare socket to the server.
func (h *house) wire(network string) *siptest.Wire {
	h.t.Helper()
	w, err := siptest.OpenWire(network, h.server.Addr())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(w.Close)
	return w
}

// waitStatus waits for a response on a wire.
func (h *house) waitStatus(w *siptest.Wire, method string, status int) (m siptest.Message) {
	h.t.Helper()
	h.within(func(ctx context.Context) (err error) {
		m, err = w.WaitStatus(ctx, method, status)
		return err
	})
	return m
}

var errNoCodecInTest = fmt.Errorf("test: %w", media.ErrNoCodec)

var errBoom = errors.New("boom")
