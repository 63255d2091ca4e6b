package media

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"sahut/media/mediatest"
	"sahut/media/opus"
)

// sung is a voice's tone at about -13 dB: with overtones, and swelling.
func sung(freq float64, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		t := float64(i) / clockRate
		var v float64
		for k := 1.0; k*freq < 3400; k++ {
			v += math.Sin(2*math.Pi*freq*k*t) / k
		}
		pcm[i] = int16(6000 * (0.7 + 0.3*math.Sin(8*math.Pi*t)) * v)
	}
	return pcm
}

// holes counts the pieces of 20 ms that are 17 dB below what is sung.
func holes(pcm []int16) (n int) {
	for ; len(pcm) >= frameSamples; pcm = pcm[frameSamples:] {
		if mediatest.Level(pcm[:frameSamples]) < -30 {
			n++
		}
	}
	return n
}

func newCodec(t testing.TB) *opus.Codec {
	t.Helper()
	c, err := opus.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// opusPacket is one of a browser's.
type opusPacket struct {
	h rtp.Header
	b []byte
}

// coded are the packets of a sound, numbered across both wraps.
func coded(t testing.TB, pcm []int16) (packets []opusPacket) {
	t.Helper()
	c := newCodec(t)
	h := rtp.Header{Version: 2, PayloadType: 111, SSRC: 7, SequenceNumber: 65500, Timestamp: 1<<32 - 50*960}
	for ; len(pcm) >= frameSamples; pcm = pcm[frameSamples:] {
		b := make([]byte, opus.MaxPacket)
		n, err := c.Encode(b, (*[frameSamples]int16)(pcm))
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, opusPacket{h, b[:n]})
		h.SequenceNumber++
		h.Timestamp += 960
	}
	return packets
}

// heardOpus gives packets to a leg and returns what it made of them, on its clock:
// what it left out is silence.
func heardOpus(t testing.TB, packets []opusPacket) (pcm []int16, in *opusIn) {
	t.Helper()
	var last rtp.Header
	var length uint32
	in = newOpusIn(newCodec(t), func(h *rtp.Header, alaw []byte) {
		if len(pcm) > 0 {
			step := h.SequenceNumber - last.SequenceNumber
			gap := int32(h.Timestamp - last.Timestamp - length)
			if step == 0 || step > 1000 || gap < 0 || (gap > 0) != (step > 1) && !h.Marker {
				t.Errorf("number %d, %d after %d, %d and %d samples", h.SequenceNumber, h.Timestamp, last.SequenceNumber, last.Timestamp, length)
			}
			pcm = append(pcm, make([]int16, max(gap, 0))...)
		}
		last, length = *h, uint32(len(alaw))
		for _, v := range alaw {
			pcm = append(pcm, alawToLinear[v])
		}
	})
	for _, p := range packets {
		if !in.packet(&p.h, p.b) {
			t.Errorf("packet %d was not taken", p.h.SequenceNumber)
		}
	}
	return pcm, in
}

func TestOpusComesIn(t *testing.T) {
	const seconds = 8
	whole := coded(t, sung(220, seconds*clockRate))
	rng := rand.New(rand.NewPCG(1, 2))
	lose := func(share float64) []opusPacket {
		return slices.DeleteFunc(slices.Clone(whole), func(p opusPacket) bool {
			return p.h.SequenceNumber != whole[0].h.SequenceNumber && rng.Float64() < share
		})
	}
	swapped := slices.Clone(whole)
	for i := 4; i+1 < len(swapped); i += 7 {
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
	}
	var twice []opusPacket
	for _, p := range whole {
		twice = append(twice, p, p)
	}
	for _, c := range []struct {
		name    string
		packets []opusPacket
	}{
		{"whole", whole}, {"5 % lost", lose(0.05)}, {"10 % lost", lose(0.10)}, {"out of order", swapped}, {"twice", twice},
	} {
		t.Run(c.name, func(t *testing.T) {
			pcm, _ := heardOpus(t, c.packets)
			if n := len(pcm); n < (seconds*50-3)*frameSamples || n > seconds*clockRate {
				t.Errorf("%d samples of %d", n, seconds*clockRate)
			}
			if n := holes(pcm[10*frameSamples:]); n != 0 {
				t.Errorf("%d holes", n)
			}
		})
	}
}

// A hole that is too long to be made good stays one: who hears it conceals it, and
// counts it.
func TestLongHolesStay(t *testing.T) {
	packets := coded(t, sung(220, 2*clockRate))
	pcm, _ := heardOpus(t, slices.Delete(slices.Clone(packets), 50, 58))
	if n := len(pcm); n != 100*frameSamples {
		t.Errorf("%d samples", n)
	}
	if n := holes(pcm[10*frameSamples:]); n < 7 {
		t.Errorf("%d holes of 20 ms, want 8 or nearly so", n)
	}
}

// A packet that comes before one whose sound it does not have waits for it.
func TestOpusWithoutRepairWaitsForOrder(t *testing.T) {
	packets := coded(t, make([]int16, clockRate)) // silence is not worth sending twice
	got := 0
	in := newOpusIn(newCodec(t), func(*rtp.Header, []byte) { got++ })
	for _, i := range []int{0, 1, 3} {
		in.packet(&packets[i].h, packets[i].b)
	}
	if got != 2 {
		t.Fatalf("%d packets passed, want 2: the third waits", got)
	}
	in.packet(&packets[2].h, packets[2].b)
	if got != 4 {
		t.Errorf("%d packets passed, want 4", got)
	}
	for _, i := range []int{5, 6} { // 4 is lost
		in.packet(&packets[i].h, packets[i].b)
	}
	if got != 7 {
		t.Errorf("%d packets passed, want 7: the lost one is made up for", got)
	}
}

// Whatever a browser sends, what goes on to a caller is in order, and the leg lives.
func FuzzOpusIn(f *testing.F) {
	f.Add([]byte{1, 0, 1, 9, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 4, 0x7b, 1, 2, 3})
	f.Add([]byte{200, 255, 200, 2, 0xfc, 0xff, 0, 1, 0, 3, 3, 1, 2})
	in := newOpusIn(newCodec(f), func(*rtp.Header, []byte) {})
	f.Fuzz(func(t *testing.T, b []byte) {
		frames := 0
		in.pass = func(h *rtp.Header, alaw []byte) {
			frames++
			if len(alaw) == 0 || len(alaw) > frameSamples {
				t.Fatalf("%d samples", len(alaw))
			}
		}
		h := rtp.Header{Version: 2, SSRC: 1, SequenceNumber: 10}
		packets := 0
		for len(b) > 3 { // each packet: steps of number and time, length
			h.SequenceNumber += uint16(int8(b[0]))
			h.Timestamp += uint32(int32(int8(b[1])) * 240)
			n := min(int(b[2]), len(b)-3)
			in.packet(&h, b[3:3+n])
			b = b[3+n:]
			packets++
		}
		if frames > packets*(2*6+5) {
			t.Fatalf("%d frames of %d packets", frames, packets)
		}
	})
}

// kept is a wire that keeps what is sent and tells of each.
type kept struct{ packets chan opusPacket }

func (k kept) WriteRTP(h *rtp.Header, b []byte) (int, error) {
	k.packets <- opusPacket{*h, slices.Clone(b)}
	return len(b), nil
}

// A caller's packets become a browser's, whatever their length: 20 ms each, numbers
// and times without a jump, and her losses filled.
func TestOpusGoesOut(t *testing.T) {
	for _, c := range []struct {
		name   string
		length int
		lost   func(i int) bool
		jumps  bool
	}{
		{"20 ms", 160, func(int) bool { return false }, false},
		{"30 ms", 240, func(int) bool { return false }, false},
		{"10 ms", 80, func(int) bool { return false }, false},
		{"one in twenty lost", 160, func(i int) bool { return i%20 == 7 }, false},
		{"200 ms lost", 160, func(i int) bool { return i >= 40 && i < 50 }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			wire := kept{make(chan opusPacket, 1)}
			o := newOpusOut(newCodec(t))
			defer o.close()
			o.to(wire)
			s := NewSender()
			s.Bind(o, Format{Codec: PCMA, PayloadType: 111, MaxSamples: frameSamples})
			from, now := nextSource(), time.Now()
			in := sung(220, 3*clockRate)
			var got []opusPacket
			h := rtp.Header{SSRC: 3, SequenceNumber: 65530, Timestamp: 1<<32 - 4000}
			collect := func(n int) {
				for range n {
					got = append(got, <-wire.packets)
				}
			}
			owed := 0
			for i := 0; (i+1)*c.length <= len(in); i++ {
				if c.lost(i) {
					owed += c.length // what is made up for comes with the next
				} else {
					payload := make([]byte, c.length)
					PCMA.encode(payload, in[i*c.length:(i+1)*c.length])
					s.forward(now, from, PCMA, &h, payload)
					if owed > fadeSamples {
						owed = 0
					}
					owed += c.length
					collect(owed / frameSamples)
					owed %= frameSamples
				}
				h.SequenceNumber++
				h.Timestamp += uint32(c.length)
				now = now.Add(time.Duration(c.length) * time.Second / clockRate)
			}
			ear := newCodec(t)
			var pcm [opus.MostInOne]int16
			var heard []int16
			jumps := 0
			for i, p := range got {
				if p.h.PayloadType != 111 || p.h.SSRC != s.SSRC() {
					t.Fatalf("packet %d: %+v", i, p.h)
				}
				if i > 0 {
					step, time := got[i].h.SequenceNumber-got[i-1].h.SequenceNumber, got[i].h.Timestamp-got[i-1].h.Timestamp
					if uint32(step)*960 != time {
						t.Errorf("packet %d is %d numbers and %d ticks after the one before", i, step, time)
					}
					if step != 1 {
						jumps++
					}
				}
				n, err := ear.Decode(&pcm, p.b)
				if err != nil || n != frameSamples {
					t.Fatalf("packet %d: %d samples, %v", i, n, err)
				}
				heard = append(heard, pcm[:n]...)
			}
			if (jumps == 1) != c.jumps || jumps > 1 {
				t.Errorf("%d jumps", jumps)
			}
			if n := holes(heard[10*frameSamples:]); n != 0 {
				t.Errorf("%d holes", n)
			}
			if r := (&opusLeg{out: o}).sent(s.report(now)); r.packets != uint64(len(got)) && r.packets != uint64(len(got)-1) {
				t.Errorf("the report says %+v after %d packets", r, len(got))
			}
		})
	}
}

// Nobody waits for a leg whose connection does not take its packets.
func TestOpusOutNeverHoldsUp(t *testing.T) {
	wire := kept{make(chan opusPacket)} // nobody reads
	o := newOpusOut(newCodec(t))
	o.to(wire)
	h := rtp.Header{SequenceNumber: 1}
	var alaw [frameSamples]byte
	for range 100 {
		if _, err := o.WriteRTP(&h, alaw[:]); err != nil {
			t.Fatal(err)
		}
		h.SequenceNumber++
		h.Timestamp += frameSamples
	}
	if n := o.dropped.Load(); n < 100-opusBacklog-2 || n > 100-opusBacklog {
		t.Errorf("%d of 100 packets were dropped", n)
	}
	go func() {
		for range wire.packets {
		}
	}()
	o.close()
	close(wire.packets)
}

func TestOpusDoesNotAllocate(t *testing.T) {
	packets := coded(t, sung(220, clockRate))
	in := newOpusIn(newCodec(t), func(*rtp.Header, []byte) {})
	o := &opusOut{codec: newCodec(t), wire: nowhere{}}
	var p laidDown
	p.n = frameSamples
	i := 0
	if n := testing.AllocsPerRun(45, func() {
		in.packet(&packets[i].h, packets[i].b)
		p.header.SequenceNumber++
		p.header.Timestamp += frameSamples
		o.take(&p)
		i++
	}); n != 0 {
		t.Errorf("%v allocations for a packet each way", n)
	}
}

// On a line of 64 kbit/s G.711 is full of holes, and Opus has none.
func TestOpusFitsASlowLine(t *testing.T) {
	for _, speaks := range []string{"Opus", "G.711"} {
		d := newDesk(t)
		b := d.sits("sari", mediatest.BrowserOptions{Opus: speaks == "Opus", Line: 64000})
		d.waitTold("sari", PeerConnecting, PeerConnected)
		leg, c := d.calls(mediatest.CallerOptions{})
		d.room(leg, d.leg("sari"))
		c.Say(mediatest.NewSound(sung(callerTone/2, 5*clockRate), true))
		b.Say(mediatest.NewSound(sung(agentTone/2, 5*clockRate), true))
		d.must(c.Hears().WaitSound(d.ctx))
		d.must(b.Hears().WaitPackets(d.ctx, 100))
		for _, ear := range []*mediatest.Ear{b.Hears(), c.Hears()} {
			h := ear.Heard()
			lost := float64(h.Lost) / float64(h.Lost+h.Packets)
			silent := float64(h.Silenced) / float64(h.Silenced+h.Bytes)
			t.Logf("%s: %.1f %% of %d packets lost, %.1f %% of the time silent", speaks, 100*lost, h.Lost+h.Packets, 100*silent)
			if speaks == "Opus" && (lost > 0.03 || silent > 0.02) || speaks != "Opus" && silent < 0.1 {
				t.Errorf("%s: %+v", speaks, h)
			}
		}
	}
}

// Two volunteers who speak Opus and a caller who does not, one to the others, as in
// any room; then two are left, and then the conductor plays.
func TestOpusInARoom(t *testing.T) {
	d := newDesk(t)
	sari := d.sits("sari", mediatest.BrowserOptions{Opus: true})
	dewi := d.sits("dewi", mediatest.BrowserOptions{Opus: true})
	d.waitTold("sari", PeerConnecting, PeerConnected)
	d.waitTold("dewi", PeerConnecting, PeerConnected)
	leg, c := d.calls(mediatest.CallerOptions{})
	room := d.room(leg, d.leg("sari"), d.leg("dewi"))
	sari.Mute()
	dewi.Mute()
	c.Speak(callerTone)
	d.must(sari.Hears().WaitTone(d.ctx, callerTone))
	d.must(dewi.Hears().WaitTone(d.ctx, callerTone))
	c.Mute()
	sari.Speak(agentTone)
	d.must(dewi.Hears().WaitTone(d.ctx, agentTone))
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	d.must(sari.Hears().WaitQuiet(d.ctx))
	room.Leave(d.leg("dewi"))
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	c.Speak(callerTone)
	d.must(sari.Hears().WaitTone(d.ctx, callerTone))
	if n := d.peers.Totals().Opus; n != 2 {
		t.Errorf("%d legs speak Opus, want 2", n)
	}

	room.Leave(d.leg("sari")) // on hold: she hears what is played to her
	d.leg("sari").Play(Playlist{Loop: newPrompt(mediatest.Tone(700, -12, clockRate))})
	d.must(sari.Hears().WaitTone(d.ctx, 700))
	d.must(room.Join(d.leg("sari")))
	d.must(sari.Hears().WaitTone(d.ctx, callerTone))
	d.must(c.Hears().WaitTone(d.ctx, agentTone))
	room.Leave(d.leg("sari"))

	checked := make(chan CheckResult, 1)
	d.must(d.peers.Check("sari", func(r CheckResult) { checked <- r }))
	if r := <-checked; r.Packets < 20 || math.Abs(r.LevelDB+12) > 3 {
		t.Errorf("a check found %+v", r)
	}
	o, err := sari.Restart()
	d.must(err)
	d.answer("sari", sari, o)
	d.must(room.Join(d.leg("sari")))
	d.must(sari.Hears().WaitTone(d.ctx, callerTone))
	if h := sari.Hears().Heard(); h.Opus != h.Packets || h.Sources != 1 || h.TimeBack != 0 || h.Foreign != 0 {
		t.Errorf("she heard %+v", h)
	}
}

// With `media.opus: off`, or when the page puts it second, G.711 is spoken.
func TestOpusOnlyWhenItIsAskedFor(t *testing.T) {
	first, err := readOffer(chromium)
	if err != nil || first.opus != 111 {
		t.Fatalf("Opus first: %d, %v", first.opus, err)
	}
	second, err := readOffer(strings.Replace(chromium, "RTP/SAVPF 111 ", "RTP/SAVPF 8 111 ", 1))
	if err != nil || second.opus != noEvent || second.opusAt != 111 {
		t.Errorf("Opus second: %d, %v", second.opus, err)
	}
	if got := formats(first.speaking(first.opus)); got != "111" {
		t.Errorf("spoken with Opus: %s", got)
	}
	if got := formats(first.speaking(noEvent)); got != "63 9 0 8 13 110 126" {
		t.Errorf("spoken without: %s", got)
	}
	d := newDesk(t)
	d.engine.opus = false
	o, err := d.browser(mediatest.BrowserOptions{Opus: true}).Offer()
	d.must(err)
	answer, err := d.peers.Offer(d.ctx, "sari", o)
	if err != nil || strings.Contains(strings.ToLower(answer), "opus") || !strings.Contains(answer, "PCMA") {
		t.Errorf("switched off, the answer is %v, %s", err, answer)
	}
}

// A browser is told how we would like to be spoken to, in place of what it offered.
func TestAnswerAsksForATelephonesOpus(t *testing.T) {
	got := asksForOpus("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=sendrecv\r\n", 111)
	want := "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=fmtp:111 minptime=20;maxplaybackrate=8000;sprop-maxcapturerate=8000;maxaveragebitrate=20000;stereo=0;useinbandfec=1;usedtx=0\r\na=sendrecv\r\n"
	if got != want {
		t.Errorf("%s", got)
	}
}
