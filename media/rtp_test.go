package media

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"sahut/configs"
	"sahut/media/mediatest"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}

// pacer paces all far ends of these tests.
var pacer = sync.OnceValue(mediatest.NewPacer)

func newEngine(t *testing.T, ports string) *Engine {
	t.Helper()
	pacer() // before the running goroutines are noted: it stays
	running := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, running) })
	e, err := NewEngine(configs.Media{Address: "127.0.0.1", RTPPorts: ports}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// line is a leg and the far end that called it.
type line struct {
	*mediatest.Caller
	leg *RTPLeg
}

func newLine(t *testing.T, e *Engine, opts mediatest.CallerOptions) line {
	t.Helper()
	return newTrunkLine(t, e, RTPOptions{}, opts)
}

// newTrunkLine is a line of a trunk that differs from others.
func newTrunkLine(t *testing.T, e *Engine, trunk RTPOptions, opts mediatest.CallerOptions) line {
	t.Helper()
	opts.Pacer = pacer()
	c, err := mediatest.NewCaller(opts)
	must(t, err)
	t.Cleanup(c.Close)
	trunk.Allow = loopback
	leg, err := e.OpenRTP(trunk)
	must(t, err)
	t.Cleanup(leg.Close)
	l := line{c, leg}
	l.exchange(t, c.Offer())
	return l
}

func (l line) exchange(t *testing.T, offer []byte) {
	t.Helper()
	answer, err := l.leg.Answer(offer)
	must(t, err)
	must(t, l.Accept(answer))
}

// smooth fails unless the far end heard one stream without a jump. A key of the
// other side is followed by one, and that is the other side's: it sends no
// marker after it, as browsers do. So is one when this machine was too busy to
// let the other side speak in time.
func (l line) smooth(t *testing.T) {
	t.Helper()
	h := l.Hears().Heard()
	jumps := h.TimeJumps - len(h.Keys)
	if late := pacer().Late(); late > 80*time.Millisecond {
		t.Logf("the far ends spoke up to %v late; their own jumps are not looked at", late)
		jumps = 0
	}
	if h.Sources != 1 || h.Lost != 0 || h.Late != 0 || h.TimeBack != 0 || jumps > 0 || h.Foreign != 0 || h.Empty != 0 || h.Forged != 0 {
		t.Errorf("heard a stream that is not smooth: %+v", h)
	}
}

func TestTwoLegsHearEachOther(t *testing.T) {
	for name, c := range map[string][2]mediatest.CallerOptions{
		"A-law both":         {{}, {}},
		"A-law and mu-law":   {{Laws: []mediatest.Law{mediatest.PCMA}}, {Laws: []mediatest.Law{mediatest.PCMU}}},
		"30 and 60 ms":       {{PTime: 30}, {PTime: 60}},
		"10 ms and 20 ms":    {{PTime: 10}, {}},
		"keys by 96 and 110": {{KeysPT: 96}, {KeysPT: 110}},
	} {
		t.Run(name, func(t *testing.T) {
			e, ctx := newEngine(t, "32000-32398"), soon(t)
			a, b := newLine(t, e, c[0]), newLine(t, e, c[1])
			room := e.NewRoom()
			defer room.Close()
			first := make(chan string, 4)
			room.OnFirst(a.leg, func() { first <- "a" })
			must(t, room.Join(a.leg))
			must(t, room.Join(b.leg))
			a.Speak(440)
			b.Speak(1000)
			must(t, a.Hears().WaitTone(ctx, 1000))
			must(t, b.Hears().WaitTone(ctx, 440))
			room.OnFirst(b.leg, func() { first <- "b" })
			if got := <-first + <-first; got != "ab" && got != "ba" {
				t.Errorf("first packets of %q", got)
			}
			must(t, a.SendKeys("12#"))
			must(t, b.Hears().WaitKeys(ctx, "12#"))
			must(t, b.SendKeys("*9"))
			must(t, a.Hears().WaitKeys(ctx, "*9"))
			a.smooth(t)
			b.smooth(t)
		})
	}
}

// What a caller goes through: music, a volunteer, hold, the volunteer again.
func TestMusicVoiceMusicOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "32400-32498"), soon(t)
	caller, volunteer := newLine(t, e, mediatest.CallerOptions{}), newLine(t, e, mediatest.CallerOptions{})
	music := newPrompt(mediatest.Tone(500, -10, 8000))
	caller.leg.Play(Playlist{Loop: music})
	must(t, caller.Hears().WaitTone(ctx, 500))

	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(caller.leg))
	must(t, room.Join(volunteer.leg))
	// She is joined, but silent: the music goes on.
	caller.Hears().Reset()
	must(t, caller.Hears().WaitPackets(ctx, 20))
	must(t, caller.Hears().WaitTone(ctx, 500))
	for range 2 {
		volunteer.Speak(1000)
		must(t, caller.Hears().WaitTone(ctx, 1000))
		room.Leave(caller.leg)
		caller.leg.Play(Playlist{Loop: music})
		must(t, caller.Hears().WaitTone(ctx, 500))
		must(t, room.Join(caller.leg))
		must(t, caller.Hears().WaitTone(ctx, 1000))
	}
	room.Mute(volunteer.leg, true)
	must(t, caller.Hears().WaitQuiet(ctx))
	must(t, volunteer.SendKeys("7")) // keys pass while muted
	must(t, caller.Hears().WaitKeys(ctx, "7"))
	room.Mute(volunteer.leg, false)
	must(t, caller.Hears().WaitTone(ctx, 1000))
	volunteer.Park() // and then nothing at all: silence, not a dead line
	must(t, caller.Hears().WaitQuiet(ctx))
	caller.smooth(t)
	if h := caller.Hears().Heard(); h.LongestGap > 500*time.Millisecond {
		t.Errorf("the caller's line was dead for %v", h.LongestGap)
	}
}

func TestPlayOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "32500-32598"), soon(t)
	c := newLine(t, e, mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMU}})
	must(t, c.Hears().WaitPackets(ctx, 5)) // silence from the beginning
	done := make(chan struct{})
	c.leg.Play(Playlist{
		Once: []*Prompt{newPrompt(mediatest.Tone(700, -10, 8000))},
		Done: func() { close(done) },
	})
	must(t, c.Hears().WaitTone(ctx, 700))
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("Done was never called")
	}
	must(t, c.Hears().WaitQuiet(ctx))
	c.smooth(t)
}

func TestKeysFromTheCallerOncePerKey(t *testing.T) {
	e, ctx := newEngine(t, "32600-32698"), soon(t)
	c := newLine(t, e, mediatest.CallerOptions{KeysPT: 127})
	keys := make(chan rune, 64)
	c.leg.OnKey(func(k rune) { keys <- k })
	c.Speak(300)
	must(t, c.SendKeys("0123456789*#"))
	var got strings.Builder
	for got.Len() < 12 {
		select {
		case k := <-keys:
			got.WriteRune(k)
		case <-ctx.Done():
			t.Fatalf("heard only %q", got.String())
		}
	}
	if got.String() != "0123456789*#" {
		t.Errorf("heard %q", got.String())
	}
	c.leg.SendKeys("42")
	must(t, c.Hears().WaitKeys(ctx, "42"))
	if h := c.Hears().Heard(); h.Lost != 0 || h.Late != 0 || h.TimeBack != 0 {
		t.Errorf("the keys broke the stream: %+v", h)
	}
	select {
	case k := <-keys:
		t.Errorf("%q was heard again", k)
	default:
	}
}

// Hold in all three spellings: sendonly, inactive, and the address 0.0.0.0.
func TestRemoteHold(t *testing.T) {
	for _, way := range []string{"sendonly", "inactive", "0.0.0.0"} {
		t.Run(way, func(t *testing.T) {
			e, ctx := newEngine(t, "32700-32798"), soon(t)
			c := newLine(t, e, mediatest.CallerOptions{})
			must(t, c.Hears().WaitPackets(ctx, 5))
			if way == "0.0.0.0" {
				_, err := c.leg.Answer([]byte(strings.ReplaceAll(string(c.Offer()), "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0")))
				must(t, err)
			} else {
				c.exchange(t, c.Reoffer(way))
			}
			if !c.leg.RemoteHeld() {
				t.Error("the hold was not noticed")
			}
			sent := c.leg.Stats().Sent
			c.leg.Play(Playlist{Once: []*Prompt{letters("abcdef")}, Done: func() {}})
			played := make(chan struct{})
			c.leg.Play(Playlist{Once: []*Prompt{letters("abcdefgh")}, Done: func() { close(played) }})
			<-played // time passes for the conductor, unheard
			if now := c.leg.Stats().Sent; now != sent {
				t.Errorf("%d packets were sent to a far end that holds", now-sent)
			}
			if _, err := c.leg.Answer([]byte("v=0\nc=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 18\n")); !errors.Is(err, ErrNoCodec) {
				t.Errorf("a re-offer without our codecs: %v", err)
			}
			if !c.leg.RemoteHeld() {
				t.Error("a refused re-offer changed the session")
			}
			c.exchange(t, c.Reoffer("sendrecv"))
			if c.leg.RemoteHeld() {
				t.Error("the resume was not noticed")
			}
			c.leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
			must(t, c.Hears().WaitTone(ctx, 600))
			c.smooth(t)
		})
	}
}

func TestReofferMovesTheCall(t *testing.T) {
	e, ctx := newEngine(t, "32800-32898"), soon(t)
	c := newLine(t, e, mediatest.CallerOptions{})
	c.leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	must(t, c.Hears().WaitTone(ctx, 600))
	must(t, c.Move())
	c.exchange(t, c.Offer())
	c.Hears().Reset()
	must(t, c.Hears().WaitTone(ctx, 600))
}

// The far end moves in mid-call: it re-offers, from another port and address,
// with a stream that begins anew. She is heard again, and hears, within half a
// second; who follows from outside the trunk's networks is not.
func TestTheFarEndMoves(t *testing.T) {
	const soonEnough = 500 * time.Millisecond
	for _, c := range []struct {
		name string
		sdp  string // address its new description names; empty: the one it sends from
		from string // where it sends from
		nat  bool
		ok   bool
	}{
		{"to the address it names", "", "127.0.0.1", false, true},
		{"to another host of the trunk, as it names", "", "127.0.0.5", false, true},
		{"to another host of the trunk, and names the old one", "127.0.0.1", "127.0.0.5", true, true},
		{"behind a NAT", "192.168.7.7", "127.0.0.5", true, true},
		{"to a host that is not the trunk's", "127.0.0.1", "127.0.9.9", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, ctx := newEngine(t, "38600-38698"), soon(t)
			trunk := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/28")}
			leg, err := e.OpenRTP(RTPOptions{Allow: trunk, NAT: c.nat})
			must(t, err)
			defer leg.Close()
			first, err := mediatest.NewCaller(mediatest.CallerOptions{Pacer: pacer()})
			must(t, err)
			other := newLine(t, e, mediatest.CallerOptions{})
			converse(t, ctx, e, line{first, leg}.exchanged(t), other)
			sent := first.Addr()
			first.Close() // and a stream of its own begins: SSRC, numbers and all

			moved, err := mediatest.NewCaller(mediatest.CallerOptions{Address: netip.MustParseAddr(c.from), Pacer: pacer()})
			must(t, err)
			defer moved.Close()
			offer := string(moved.Offer())
			if c.sdp != "" {
				offer = strings.ReplaceAll(offer, "IN IP4 "+c.from, "IN IP4 "+c.sdp)
			}
			if c.sdp == "127.0.0.1" { // names the port it had, too
				offer = strings.Replace(offer, "m=audio "+itoa(int(moved.Addr().Port())), "m=audio "+itoa(int(sent.Port())), 1)
			}
			answer, err := leg.Answer([]byte(offer))
			must(t, err)
			must(t, moved.Accept(answer))
			other.Hears().Reset()
			began := time.Now()
			moved.Speak(700)
			if !c.ok {
				must(t, other.Hears().WaitQuiet(ctx))
				if s := leg.Stats(); s.Rejected < 4 || moved.Hears().Heard().Packets != 0 {
					t.Errorf("%d packets of a stranger rejected; it was sent %d", s.Rejected, moved.Hears().Heard().Packets)
				}
				return
			}
			must(t, other.Hears().WaitTone(ctx, 700))
			must(t, moved.Hears().WaitTone(ctx, 1000))
			if took := time.Since(began); took > soonEnough && pacer().Late() < 80*time.Millisecond {
				t.Errorf("it took %v until both heard each other again", took)
			}
			if h := other.Hears().Heard(); h.Sources != 1 || h.Late != 0 || h.TimeBack != 0 || h.Lost != 0 {
				t.Errorf("the other side heard the seam: %+v", h)
			}
		})
	}
}

// exchanged is the line after its first offer and answer.
func (l line) exchanged(t *testing.T) line {
	t.Helper()
	l.exchange(t, l.Offer())
	return l
}

// The far end changes to the other law in mid-call, then narrows to one codec
// without keys. Keys are tones from then on.
func TestCodecChangeInMidCall(t *testing.T) {
	e, ctx := newEngine(t, "38700-38798"), soon(t)
	c, other := newLine(t, e, mediatest.CallerOptions{}), newLine(t, e, mediatest.CallerOptions{})
	converse(t, ctx, e, c, other)
	for _, lines := range []string{"0 8 96\r\na=rtpmap:96 telephone-event/8000", "0"} {
		offer, _, _ := strings.Cut(string(c.Offer()), "m=audio")
		offer += "m=audio " + itoa(int(c.Addr().Port())) + " RTP/AVP " + lines + "\r\na=ptime:20" // and no line end
		answer, err := c.leg.Answer([]byte(offer))
		must(t, err)
		must(t, c.Accept(answer))
		if c.Law() != mediatest.PCMU || !strings.Contains(string(answer), "RTP/AVP "+strings.SplitAfter(lines, "\r\n")[0]) {
			t.Errorf("offered %s, answered\n%s", lines, answer)
		}
		c.Hears().Reset()
		must(t, c.Hears().WaitTone(ctx, 1000))
		must(t, other.Hears().WaitTone(ctx, 440))
	}
	other.Mute()
	must(t, c.Hears().WaitQuiet(ctx))
	must(t, other.SendKeys("5"))
	must(t, c.Hears().WaitKeyTone(ctx, '5')) // events were never agreed to
	c.smooth(t)
}

func TestDelayedOfferOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "32900-32998"), soon(t)
	leg, err := e.OpenRTP(RTPOptions{Allow: loopback})
	must(t, err)
	defer leg.Close()
	if err := leg.Accept([]byte("v=0\n")); err == nil {
		t.Error("an answer was taken before anything was offered")
	}
	leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	c, err := mediatest.NewCaller(mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMU}})
	must(t, err)
	defer c.Close()
	offer, err := leg.Offer()
	must(t, err)
	answer, err := c.Answer(offer)
	must(t, err)
	must(t, leg.Accept(answer))
	must(t, c.Hears().WaitTone(ctx, 600))
	if c.Law() != mediatest.PCMU {
		t.Errorf("agreed on %v", c.Law())
	}
}

func TestPortExhaustion(t *testing.T) {
	e := newEngine(t, "33400-33403")
	a, err := e.OpenRTP(RTPOptions{})
	must(t, err)
	_, err = e.OpenRTP(RTPOptions{})
	must(t, err)
	if _, err := e.OpenRTP(RTPOptions{}); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("a third leg on two ports: %v", err)
	}
	a.Close()
	a.Close() // twice does nothing
	if _, err := e.OpenRTP(RTPOptions{}); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("a port was lent the moment it was freed: %v", err)
	}
	if s := e.Stats(); s.NoPorts != 2 || s.Legs != 1 || s.RestingPorts != 1 {
		t.Errorf("stats %+v", s)
	}
	must(t, e.Close())
	if _, err := e.OpenRTP(RTPOptions{}); err == nil {
		t.Error("a closed engine opened a leg")
	}
}

// A port that another program holds is stepped over.
func TestPortInUse(t *testing.T) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 33501})
	if err != nil {
		t.Skip("port 33501 is in use")
	}
	defer c.Close()
	e := newEngine(t, "33500-33503")
	leg, err := e.OpenRTP(RTPOptions{})
	must(t, err)
	if leg.port != 33502 {
		t.Errorf("port %d", leg.port)
	}
}

func TestReportsOnTheWire(t *testing.T) {
	e, ctx := newEngine(t, "33600-33698"), soon(t)
	c := newLine(t, e, mediatest.CallerOptions{RTCPMux: true})
	c.Speak(440)
	must(t, c.Hears().WaitPackets(ctx, 10))
	c.leg.report(time.Now())
	must(t, c.Hears().WaitRTCP(ctx, 1))

	// The far end's reports, on the shared port; a BYE is no hang-up.
	ours := c.leg.sender.SSRC()
	sent := ntpTime(time.Now().Add(-80*time.Millisecond)) >> 16
	b, err := rtcp.Marshal([]rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{
			{SSRC: ours, TotalLost: 7, Jitter: 80, LastSenderReport: uint32(sent), Delay: 65536 / 50},
			{SSRC: ours + 1, TotalLost: 99},
		}},
		&rtcp.Goodbye{Sources: []uint32{5}},
	})
	must(t, err)
	c.leg.packet(time.Now(), c.Addr(), b)
	s := c.leg.Stats()
	if s.FarLost != 7 || s.FarJitter != 10*time.Millisecond {
		t.Errorf("the far end lost %d with jitter %v, want 7 and 10ms", s.FarLost, s.FarJitter)
	}
	if s.RTT < 55*time.Millisecond || s.RTT > 75*time.Millisecond {
		t.Errorf("round trip %v, want about 60ms", s.RTT)
	}
	c.leg.packet(time.Now(), netip.MustParseAddrPort("127.0.0.9:5"), b) // a stranger's
	c.leg.Play(Playlist{Loop: newPrompt(mediatest.Tone(600, -10, 8000))})
	must(t, c.Hears().WaitTone(ctx, 600))
}

// Without rtcp-mux reports go to the next port.
func TestReportsOnTheNextPort(t *testing.T) {
	e := newEngine(t, "33700-33798")
	listener, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	defer listener.Close()
	port := listener.LocalAddr().(*net.UDPAddr).Port
	leg, err := e.OpenRTP(RTPOptions{Allow: loopback})
	must(t, err)
	offer := "v=0\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 8\na=rtcp:" + itoa(port) + "\n"
	_, err = leg.Answer([]byte(offer))
	must(t, err)
	leg.report(time.Now())
	must(t, listener.SetReadDeadline(time.Now().Add(5*time.Second)))
	buf := make([]byte, 1500)
	n, from, err := listener.ReadFromUDPAddrPort(buf)
	must(t, err)
	if from.Port() != leg.port+1 {
		t.Errorf("the report came from port %d, not %d", from.Port(), leg.port+1)
	}
	packets, err := rtcp.Unmarshal(buf[:n])
	must(t, err)
	if len(packets) != 2 {
		t.Fatalf("%d packets in the report", len(packets))
	}
	name, ok := packets[1].(*rtcp.SourceDescription)
	if !ok || len(name.Chunks[0].Items[0].Text) != 16 {
		t.Errorf("no random name in %v", packets[1])
	}
}

func itoa(n int) string {
	return strings.TrimPrefix(netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(n)).String(), "0.0.0.0:")
}

// A packet's way through a leg, from the datagram to the other leg's socket.
func TestPacketDoesNotAllocate(t *testing.T) {
	e := newEngine(t, "33900-33998")
	a, b := newLine(t, e, mediatest.CallerOptions{}), newLine(t, e, mediatest.CallerOptions{Laws: []mediatest.Law{mediatest.PCMU}})
	room := e.NewRoom()
	defer room.Close()
	must(t, room.Join(a.leg))
	must(t, room.Join(b.leg))
	e.conductor.detach(a.leg.player) // its work is not counted here
	e.conductor.detach(b.leg.player)
	from, packet := a.Addr(), make([]byte, 12+frameSamples)
	h := rtp.Header{SSRC: 1, PayloadType: 8}
	now := time.Now()
	n := testing.AllocsPerRun(500, func() {
		now = now.Add(frameTime)
		h.SequenceNumber++
		h.Timestamp += frameSamples
		putHeader(packet, &h)
		a.leg.guard(func() { a.leg.packet(now, from, packet) })
	})
	if n >= 1 { // the far ends' own goroutines allocate now and then
		t.Errorf("%v allocations a packet", n)
	}
}
