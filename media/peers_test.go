package media

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sahut/configs"
	"sahut/media/mediatest"
)

// desk is a server's media side on loopback, with what it told of its peers.
type desk struct {
	t      testing.TB
	ctx    context.Context
	engine *Engine
	peers  *Peers
	pacer  *mediatest.Pacer

	mu      sync.Mutex
	told    map[string][]PeerState
	changed chan struct{}
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	running := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, running) })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	e, err := NewEngine(configs.Media{Address: "127.0.0.1", RTPPorts: "31000-31998"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, ctx: ctx, engine: e, peers: NewPeers(e), pacer: mediatest.NewPacer(),
		told: make(map[string][]PeerState), changed: make(chan struct{})}
	d.peers.OnState(d.hear)
	t.Cleanup(func() {
		d.peers.CloseAll()
		d.pacer.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) hear(agent string, st PeerState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told[agent] = append(d.told[agent], st)
	close(d.changed)
	d.changed = make(chan struct{})
}

// waitTold waits until exactly these states were told of the agent.
func (d *desk) waitTold(agent string, want ...PeerState) {
	d.t.Helper()
	for {
		d.mu.Lock()
		got, changed := slices.Clone(d.told[agent]), d.changed
		d.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-changed:
		case <-d.ctx.Done():
			d.t.Fatalf("told of %s: %v, want %v", agent, got, want)
		}
	}
}

func (d *desk) browser(opts mediatest.BrowserOptions) *mediatest.Browser {
	d.t.Helper()
	opts.Pacer = d.pacer
	b, err := mediatest.NewBrowser(opts)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(b.Close)
	return b
}

// sits offers for the agent and waits for the path.
func (d *desk) sits(agent string, opts mediatest.BrowserOptions) *mediatest.Browser {
	d.t.Helper()
	b := d.browser(opts)
	d.offer(agent, b)
	if err := b.WaitConnected(d.ctx); err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *desk) offer(agent string, b *mediatest.Browser) {
	d.t.Helper()
	o, err := b.Offer()
	if err != nil {
		d.t.Fatal(err)
	}
	d.answer(agent, b, o)
}

func (d *desk) answer(agent string, b *mediatest.Browser, offer string) {
	d.t.Helper()
	a, err := d.peers.Offer(d.ctx, agent, offer)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := b.Answer(a); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) leg(agent string) *Peer {
	d.t.Helper()
	p, ok := d.peers.Leg(agent)
	if !ok {
		d.t.Fatalf("%s has no leg", agent)
	}
	return p
}

// calls opens a trunk leg and the caller at its far end.
func (d *desk) calls(opts mediatest.CallerOptions) (*RTPLeg, *mediatest.Caller) {
	d.t.Helper()
	opts.Pacer = d.pacer
	c, err := mediatest.NewCaller(opts)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(c.Close)
	leg, err := d.engine.OpenRTP(RTPOptions{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(leg.Close)
	answer, err := leg.Answer(c.Offer())
	if err != nil {
		d.t.Fatal(err)
	}
	if err := c.Accept(answer); err != nil {
		d.t.Fatal(err)
	}
	return leg, c
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// room joins the two and closes with the test.
func (d *desk) room(legs ...Leg) *Room {
	d.t.Helper()
	r := d.engine.NewRoom()
	d.t.Cleanup(r.Close)
	for _, l := range legs {
		d.must(r.Join(l))
	}
	return r
}

const (
	callerTone, agentTone = 440, 620
)

func TestCallerAndBrowserHearEachOther(t *testing.T) {
	for _, laws := range []struct {
		name           string
		caller, agent  mediatest.Law
		keys           uint8
		opus, onlyTCP  bool
		callerHasNoKey bool
	}{
		{"A-law, Chromium", mediatest.PCMA, mediatest.PCMA, 126, false, false, false},
		{"mu-law, Firefox", mediatest.PCMU, mediatest.PCMU, 101, false, false, false},
		{"A-law to mu-law", mediatest.PCMA, mediatest.PCMU, 126, false, false, false},
		{"mu-law to A-law", mediatest.PCMU, mediatest.PCMA, 101, false, false, false},
		{"Opus", mediatest.PCMU, mediatest.PCMA, 126, true, false, false},
		{"over TCP", mediatest.PCMA, mediatest.PCMA, 126, false, true, false},
	} {
		t.Run(laws.name, func(t *testing.T) {
			d := newDesk(t)
			b := d.sits("sari", mediatest.BrowserOptions{
				Laws: []mediatest.Law{laws.agent}, KeysPT: laws.keys, Opus: laws.opus, OnlyTCP: laws.onlyTCP})
			d.waitTold("sari", PeerConnecting, PeerConnected)
			leg, c := d.calls(mediatest.CallerOptions{Laws: []mediatest.Law{laws.caller}})
			pressed := make(chan rune, 16)
			leg.OnKey(func(k rune) { pressed <- k })
			d.room(leg, d.leg("sari"))
			c.Speak(callerTone)
			b.Speak(agentTone) // answering is attaching the microphone
			d.must(b.Hears().WaitTone(d.ctx, callerTone))
			d.must(c.Hears().WaitTone(d.ctx, agentTone))

			if !laws.opus { // a page that speaks it sends keys by the live protocol only
				d.must(b.InsertDTMF("12#"))
				d.must(c.Hears().WaitKeys(d.ctx, "12#"))
			}
			d.must(c.SendKeys("5*"))
			for _, want := range "5*" {
				select {
				case k := <-pressed:
					if k != want {
						t.Errorf("the caller pressed %c, told %c", want, k)
					}
				case <-d.ctx.Done():
					t.Fatalf("key %c was not told", want)
				}
			}
			d.must(b.Hears().WaitTone(d.ctx, callerTone))
			h := b.Hears().Heard()
			if laws.opus != (h.Opus == h.Packets) || laws.opus != d.leg("sari").Stats().Opus {
				t.Errorf("%d of %d packets were Opus", h.Opus, h.Packets)
			}
			if h.Events != 0 || h.Lost != 0 || h.Sources != 1 || h.TimeBack != 0 || h.Foreign != 0 {
				t.Errorf("the browser should hear one stream without holes and without digits: %+v", h)
			}
			h = c.Hears().Heard()
			if h.Lost != 0 || h.Sources != 1 || h.TimeBack != 0 {
				t.Errorf("the caller should hear one stream without holes: %+v", h)
			}
		})
	}
}

func TestParkedBrowserCostsNothing(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	leg, c := d.calls(mediatest.CallerOptions{})
	c.Speak(callerTone)
	// Fifty packets of silence reached the caller: a second in which a parked
	// browser got none.
	d.must(c.Hears().WaitPackets(d.ctx, 50))
	if h := b.Hears().Heard(); h.Packets != 0 || h.RTCP != 0 {
		t.Errorf("a parked browser got %+v", h)
	}
	if n, _ := b.Sent(); n != 0 {
		t.Errorf("a parked browser sent %d packets", n)
	}
	// In a room it hears the caller though it still sends nothing, and the
	// caller goes on hearing silence.
	room := d.room(leg, d.leg("sari"))
	d.must(b.Hears().WaitTone(d.ctx, callerTone))
	d.must(c.Hears().WaitQuiet(d.ctx))
	b.Speak(agentTone)
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	// Parked again between calls, and answering again.
	room.Leave(d.leg("sari"))
	b.Park()
	d.must(c.Hears().WaitQuiet(d.ctx))
	d.must(room.Join(d.leg("sari")))
	b.Speak(700)
	d.must(c.Hears().WaitTone(d.ctx, 700))
	if h := c.Hears().Heard(); h.Lost != 0 || h.TimeBack != 0 || h.Sources != 1 {
		t.Errorf("parking made holes: %+v", h)
	}
}

func TestRestartKeepsTheCall(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	leg, c := d.calls(mediatest.CallerOptions{})
	before := d.leg("sari")
	d.room(leg, before)
	c.Speak(callerTone)
	b.Speak(agentTone)
	d.must(b.Hears().WaitTone(d.ctx, callerTone))
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	for range 3 {
		o, err := b.Restart()
		d.must(err)
		d.answer("sari", b, o)
		d.must(b.Hears().WaitTone(d.ctx, callerTone))
		d.must(c.Hears().WaitTone(d.ctx, agentTone))
	}
	if d.leg("sari") != before {
		t.Error("an ICE restart made a new peer")
	}
	if n := d.peers.Totals(); n.Restarts != 3 || n.Replaced != 0 || n.Open != 1 {
		t.Errorf("totals %+v", n)
	}
	d.waitTold("sari", PeerConnecting, PeerConnected)
}

func TestNewestConnectionWins(t *testing.T) {
	d := newDesk(t)
	first := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	leg, c := d.calls(mediatest.CallerOptions{})
	old := d.leg("sari")
	room := d.room(leg, old)
	first.Speak(agentTone)
	d.must(c.Hears().WaitTone(d.ctx, agentTone))

	second := d.sits("sari", mediatest.BrowserOptions{}) // the page was reloaded
	d.waitTold("sari", PeerConnecting, PeerConnected, PeerConnecting, PeerConnected)
	d.must(first.WaitGone(d.ctx))
	p := d.leg("sari")
	if p == old {
		t.Fatal("the old peer is still the agent's")
	}
	room.Leave(old)
	d.must(room.Join(p))
	second.Speak(700)
	d.must(c.Hears().WaitTone(d.ctx, 700))

	// The old page does not get its place back by a restart.
	o, err := first.Restart()
	if err == nil {
		if _, err = d.peers.Offer(d.ctx, "sari", o); !errors.Is(err, ErrPeerGone) {
			t.Errorf("an offer of the replaced connection: %v, want ErrPeerGone", err)
		}
	}
	d.peers.Close("sari")
	d.must(second.WaitGone(d.ctx))
	if _, ok := d.peers.Leg("sari"); ok {
		t.Error("a closed peer is still a leg")
	}
	d.waitTold("sari", PeerConnecting, PeerConnected, PeerConnecting, PeerConnected, PeerLost)
}

func TestSilentLossIsNoticed(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	b.Speak(agentTone)
	start := time.Now()
	b.Cut(true)
	d.waitTold("sari", PeerConnecting, PeerConnected, PeerLost)
	if took := time.Since(start); took > 6*time.Second || took < 2*time.Second {
		t.Errorf("a silent loss was noticed after %v", took)
	}
	if _, ok := d.peers.Leg("sari"); ok {
		t.Error("a lost peer is offered as a leg")
	}
	// The network comes back: the same connection goes on.
	b.Cut(false)
	d.waitTold("sari", PeerConnecting, PeerConnected, PeerLost, PeerConnected)
	if d.leg("sari").LastHeard().IsZero() {
		t.Error("sound came, LastHeard is zero")
	}
}

func TestClosedPageIsNoticedAtOnce(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	start := time.Now()
	b.Close()
	d.waitTold("sari", PeerConnecting, PeerConnected, PeerLost)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("a page that closed was noticed after %v", took)
	}
}

// Ring-back to the volunteer until the one she calls speaks; then her browser
// is parked, and costs the conductor nothing.
func TestPlayToABrowser(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	p := d.leg("sari")
	ring := Playlist{Loop: newPrompt(mediatest.Tone(500, -10, 8000))}
	p.Play(ring)
	p.Play(ring) // twice is once
	d.must(b.Hears().WaitTone(d.ctx, 500))

	leg, c := d.calls(mediatest.CallerOptions{})
	room := d.room(leg, p)
	d.must(b.Hears().WaitTone(d.ctx, 500)) // joined, but nobody has spoken yet
	c.Speak(callerTone)
	d.must(b.Hears().WaitTone(d.ctx, callerTone))
	room.Leave(leg)
	p.Play(ring)
	d.must(b.Hears().WaitTone(d.ctx, 500))
	p.Silence()
	done := make(chan struct{})
	p.Play(Playlist{Once: []*Prompt{newPrompt(mediatest.Tone(700, -10, 2000))}, Done: func() { close(done) }})
	d.must(b.Hears().WaitTone(d.ctx, 700))
	select {
	case <-done:
	case <-d.ctx.Done():
		t.Fatal("Done was never called")
	}
	h := b.Hears().Heard()
	if h.Sources != 1 || h.TimeBack != 0 || h.Late != 0 {
		t.Errorf("the browser's stream is not smooth: %+v", h)
	}
	p.Play(ring)
	d.peers.Close("sari")
	<-p.done
	if p.Play(ring); p.player.served {
		t.Error("a closed peer is still played to")
	}
}

func TestCheckHearsTheMicrophone(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	check := func() CheckResult {
		got := make(chan CheckResult, 1)
		d.must(d.peers.Check("sari", func(r CheckResult) { got <- r }))
		if err := d.peers.Check("sari", func(CheckResult) {}); !errors.Is(err, ErrChecking) {
			t.Errorf("a second check: %v", err)
		}
		d.must(b.Hears().WaitTone(d.ctx, 659.26))
		d.must(b.Hears().WaitTone(d.ctx, 880))
		select {
		case r := <-got:
			return r
		case <-d.ctx.Done():
			t.Fatal("no result")
		}
		return CheckResult{}
	}
	if r := check(); r.Packets != 0 || r.LevelDB != noLevel {
		t.Errorf("no microphone: %+v", r)
	}
	b.Speak(agentTone) // at -12 dBFS
	if r := check(); r.Packets < 40 || math.Abs(r.LevelDB+12) > 0.5 {
		t.Errorf("a tone at -12 dBFS: %+v", r)
	}
	b.Mute()
	if r := check(); r.Packets < 40 || r.LevelDB > -60 {
		t.Errorf("a muted microphone: %+v", r)
	}
	if err := d.peers.Check("dewi", func(CheckResult) {}); !errors.Is(err, ErrNoPeer) {
		t.Errorf("a check of nobody: %v", err)
	}
}

// She hears what she said, after she said it, and what was lost of it is counted.
func TestEchoGivesHerVoiceBack(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	b.Speak(agentTone)
	got := make(chan EchoResult, 1)
	d.must(d.peers.Echo("sari", func(r EchoResult) { got <- r }))
	if err := d.peers.Check("sari", func(CheckResult) {}); !errors.Is(err, ErrChecking) {
		t.Errorf("a check meanwhile: %v", err)
	}
	d.must(b.Hears().WaitTone(d.ctx, agentTone))
	select {
	case r := <-got:
		if r.Packets < 130 || r.Lost > 5 || math.Abs(r.LevelDB+12) > 0.5 {
			t.Errorf("echo %+v", r)
		}
	case <-d.ctx.Done():
		t.Fatal("no result")
	}
	if err := d.peers.Echo("dewi", func(EchoResult) {}); !errors.Is(err, ErrNoPeer) {
		t.Errorf("an echo of nobody: %v", err)
	}
}

// Nobody hears her own voice while somebody else is on the line.
func TestNoEchoInACall(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	b.Speak(agentTone)
	p, _ := d.peers.Leg("sari")
	p.SetRoute(newRoute(NewSender(), new(atomic.Bool)))
	got := make(chan EchoResult, 1)
	d.must(d.peers.Echo("sari", func(r EchoResult) { got <- r }))
	select {
	case <-got:
	case <-d.ctx.Done():
		t.Fatal("no result")
	}
	if n := p.Stats().Sent; n != 0 {
		t.Errorf("%d packets were played to her", n)
	}
}

func TestBadOffersAreRefused(t *testing.T) {
	d := newDesk(t)
	kept := d.sits("sari", mediatest.BrowserOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	good, err := d.browser(mediatest.BrowserOptions{}).Offer()
	d.must(err)
	replace := func(old, new string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("the offer has no %q:\n%s", old, good)
		}
		return strings.ReplaceAll(good, old, new)
	}
	hash := good[strings.Index(good, "a=fingerprint:"):]
	hash = hash[:strings.Index(hash, "\r\n")]
	password := good[strings.Index(good, "a=ice-pwd:"):]
	password = password[:strings.Index(password, "\r\n")]
	audio := good[strings.Index(good, "m=audio"):]
	for name, sdp := range map[string]string{
		"empty":            "",
		"garbage":          "\x00\xff\x01 hello",
		"70 KB":            good + strings.Repeat("a=x:"+strings.Repeat("y", 96)+"\r\n", 700),
		"no audio":         good[:strings.Index(good, "m=audio")],
		"G.722 only":       strings.NewReplacer(" 8 0 126", " 9").Replace(good),
		"two audio":        good + audio,
		"weak fingerprint": replace(hash, "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"),
		"no fingerprint":   replace(hash, "a=x"),
		"cut fingerprint":  replace(hash, hash[:60]),
		"short password":   replace(password, "a=ice-pwd:abc"),
		"no mux":           replace("a=rtcp-mux\r\n", ""),
		"passive":          replace("a=setup:actpass", "a=setup:passive"),
		"broken m line":    replace("m=audio 9", "m=audio"),
		"bare text":        strings.ReplaceAll(good, "=", ":"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := d.peers.Offer(d.ctx, "sari", sdp); !errors.Is(err, ErrOffer) {
				t.Errorf("answered with %v, want ErrOffer", err)
			} else if len(err.Error()) > 300 {
				t.Errorf("a refusal that long is no help: %v", err)
			}
		})
	}
	// Whatever came, the connection there was is untouched.
	leg, c := d.calls(mediatest.CallerOptions{})
	d.room(leg, d.leg("sari"))
	kept.Speak(agentTone)
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
}

// A certificate that is not the offered one must never get a media path.
func TestFingerprintIsVerified(t *testing.T) {
	d := newDesk(t)
	b := d.browser(mediatest.BrowserOptions{})
	o, err := b.Offer()
	d.must(err)
	i := strings.Index(o, "a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
	forged := o[:i] + strings.Repeat("AB:", 31) + "AB" + o[i+95:]
	a, err := d.peers.Offer(d.ctx, "sari", forged)
	d.must(err)
	d.must(b.Answer(a))
	d.waitTold("sari", PeerConnecting, PeerLost)
	if _, ok := d.peers.Leg("sari"); ok {
		t.Error("a stranger's certificate was taken")
	}
}

func TestGarbageOnTheBrowserPortDoesNoHarm(t *testing.T) {
	d := newDesk(t)
	b := d.sits("sari", mediatest.BrowserOptions{})
	leg, c := d.calls(mediatest.CallerOptions{})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	d.room(leg, d.leg("sari"))
	b.Speak(agentTone)
	d.must(c.Hears().WaitTone(d.ctx, agentTone))

	port := d.engine.browsers.addrs[0]
	udp, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(port))
	d.must(err)
	defer udp.Close()
	stun := []byte{0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 6, 0, 4, 'a', ':', 'b', 'c'}
	clientHello := append([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1}, make([]byte, 39)...)
	for n := range stun {
		_, _ = udp.Write(stun[:n])
	}
	for _, p := range [][]byte{stun, clientHello, make([]byte, 1), make([]byte, 60000), {0x80, 8}, append([]byte{0x80, 8}, make([]byte, 170)...)} {
		_, _ = udp.Write(p)
	}
	tcp, err := net.Dial("tcp", port.String())
	d.must(err)
	defer tcp.Close()
	_, _ = tcp.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
	silent, err := net.Dial("tcp", port.String())
	d.must(err)
	defer silent.Close() // says nothing: must not hold up the engine's end

	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	second := d.sits("dewi", mediatest.BrowserOptions{})
	d.waitTold("dewi", PeerConnecting, PeerConnected)
	second.Close()
	if n := d.engine.browsers.filter.foreign.Load(); n < uint64(len(stun)) {
		t.Errorf("%d foreign packets were counted", n)
	}
}
