package opus_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"sahut/media/mediatest"
	"sahut/media/opus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func begin(t testing.TB) *opus.Codec {
	t.Helper()
	c, err := opus.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// speech is eight seconds of a woman's voice that a volunteer hears in the demo.
func speech(t testing.TB) []int16 {
	t.Helper()
	f, err := os.Open("../../cmd/sahut/democaller.wav")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, err := mediatest.ReadWAV(f)
	if err != nil {
		t.Fatal(err)
	}
	return pcm[:min(len(pcm), 8*opus.Rate)]
}

// encoded are the packets of a sound.
func encoded(t testing.TB, c *opus.Codec, pcm []int16) (packets [][]byte) {
	t.Helper()
	for ; len(pcm) >= opus.FrameSize; pcm = pcm[opus.FrameSize:] {
		p := make([]byte, opus.MaxPacket)
		n, err := c.Encode(p, (*[opus.FrameSize]int16)(pcm))
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, p[:n])
	}
	return packets
}

// decoded is the sound of packets; one that is nil is lost, and what the next one
// or the sound before makes of it stands in its place.
func decoded(t testing.TB, c *opus.Codec, packets [][]byte) (pcm []int16) {
	t.Helper()
	var out [opus.MostInOne]int16
	missing := 0
	for _, p := range packets {
		if p == nil {
			missing += opus.FrameSize
			continue
		}
		if missing > 0 {
			n, err := c.Recover(&out, missing, p)
			if err != nil || n != missing {
				t.Fatalf("recover: %d samples, %v", n, err)
			}
			pcm, missing = append(pcm, out[:n]...), 0
		}
		n, err := c.Decode(&out, p)
		if err != nil {
			t.Fatal(err)
		}
		pcm = append(pcm, out[:n]...)
	}
	return pcm
}

func TestTonesComeBack(t *testing.T) {
	for _, freq := range []float64{200, 440, 997, 1800, 3000} {
		c := begin(t)
		packets := encoded(t, c, mediatest.Tone(freq, -12, 2*opus.Rate))
		pcm := decoded(t, c, packets)[opus.Rate/2:]
		if l := mediatest.Goertzel(freq, pcm); l < -15 || l > -10 {
			t.Errorf("%v Hz at -12 dB came back at %.1f dB", freq, l)
		}
		if rest := mediatest.Level(pcm); rest > -9 {
			t.Errorf("%v Hz came back with noise: %.1f dB together", freq, rest)
		}
	}
}

// A voice comes back as itself, not as something like it, for less than we say.
func TestSpeechComesBack(t *testing.T) {
	c := begin(t)
	in := speech(t)
	packets := encoded(t, c, in)
	out := decoded(t, c, packets)
	best := 0.0
	for delay := range opus.Rate / 50 {
		var ab, aa, bb float64
		for i := range out[delay:] {
			a, b := float64(in[i]), float64(out[i+delay])
			ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
		}
		best = max(best, ab/math.Sqrt(aa*bb))
	}
	if best < 0.9 {
		t.Errorf("what came back is like what was said by %.2f of 1", best)
	}
	bytes := 0
	for _, p := range packets {
		bytes += len(p)
	}
	rate := float64(bytes) * 8 / (float64(len(packets)) / 50)
	if rate > opus.Bitrate*1.1 {
		t.Errorf("%.0f bit/s, meant to be at most %d", rate, opus.Bitrate)
	}
	t.Logf("likeness %.3f, %.0f bit/s", best, rate)
}

// A packet holds the sound before it once more: what is lost comes back as it was.
func TestLostSoundIsInTheNextPacket(t *testing.T) {
	c := begin(t)
	in := speech(t)
	packets := encoded(t, c, in)
	again := 0
	for _, p := range packets {
		n, has, err := c.Look(p)
		if err != nil || n != opus.FrameSize {
			t.Fatalf("%d samples, %v", n, err)
		}
		if has {
			again++
		}
	}
	if again < len(packets)/3 {
		t.Errorf("%d of %d packets have the sound before them", again, len(packets))
	}
	whole := decoded(t, begin(t), packets)
	lossy := make([][]byte, len(packets))
	copy(lossy, packets)
	for i := 5; i < len(lossy)-1; i += 10 {
		lossy[i] = nil
	}
	with, without := decoded(t, begin(t), lossy), conceal(t, begin(t), lossy)
	if a, b := unlike(whole, with), unlike(whole, without); a > b/2 {
		t.Errorf("with the next packet it differs by %.3g, without by %.3g", a, b)
	}
}

// conceal is decoded without what the next packet has.
func conceal(t testing.TB, c *opus.Codec, packets [][]byte) (pcm []int16) {
	t.Helper()
	var out [opus.MostInOne]int16
	for _, p := range packets {
		var n int
		var err error
		if p == nil {
			n, err = c.Recover(&out, opus.FrameSize, nil)
		} else {
			n, err = c.Decode(&out, p)
		}
		if err != nil {
			t.Fatal(err)
		}
		pcm = append(pcm, out[:n]...)
	}
	return pcm
}

// unlike is the power of the difference where packets were lost.
func unlike(a, b []int16) (sum float64) {
	for i := 5; (i+1)*opus.FrameSize <= len(b); i += 10 {
		for j := range opus.FrameSize {
			d := float64(a[i*opus.FrameSize+j]) - float64(b[i*opus.FrameSize+j])
			sum += d * d
		}
	}
	return sum
}

// sung is a tone as a voice sings it: with overtones, and swelling four times a
// second. A tone that does not change is noise to the codec, which is not worth
// being sent twice.
func sung(freq float64, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		t := float64(i) / opus.Rate
		var v float64
		for k := 1.0; k*freq < 3400; k++ {
			v += math.Sin(2*math.Pi*freq*k*t) / k
		}
		pcm[i] = int16(6000 * (0.7 + 0.3*math.Sin(2*math.Pi*4*t)) * v)
	}
	return pcm
}

// Five and ten packets in a hundred are lost: what is sung, at -13 dB, has no hole.
func TestToneWithoutHoles(t *testing.T) {
	for _, share := range []float64{0.05, 0.10} {
		c := begin(t)
		packets := encoded(t, c, sung(220, 10*opus.Rate))
		rng := rand.New(rand.NewPCG(7, uint64(100*share)))
		lost := 0
		for i := 1; i < len(packets)-1; i++ {
			if rng.Float64() < share {
				packets[i] = nil
				lost++
			}
		}
		pcm := decoded(t, c, packets)
		for at := opus.Rate / 2; at+opus.Rate/50 <= len(pcm); at += opus.Rate / 50 {
			if l := mediatest.Level(pcm[at : at+opus.Rate/50]); l < -30 {
				t.Errorf("%v lost: %.1f dB at %d ms", share, l, at*1000/opus.Rate)
			}
		}
		t.Logf("%d of %d packets lost", lost, len(packets))
	}
}

func TestWhatIsNoPacketIsRefused(t *testing.T) {
	c := begin(t)
	var out [opus.MostInOne]int16
	for _, b := range [][]byte{nil, {}, make([]byte, opus.MaxPacket+1), {0x03}, {0x03, 0x3F, 0xFF}} {
		if _, _, err := c.Look(b); !errors.Is(err, opus.ErrPacket) {
			t.Errorf("look at %d bytes: %v", len(b), err)
		}
		if _, err := c.Decode(&out, b); !errors.Is(err, opus.ErrPacket) {
			t.Errorf("decode %d bytes: %v", len(b), err)
		}
	}
	if _, err := c.Recover(&out, opus.FrameSize+1, nil); !errors.Is(err, opus.ErrPacket) {
		t.Errorf("recover what is no multiple of 2.5 ms: %v", err)
	}
	c.Close()
	c.Close()
	if _, err := c.Decode(&out, []byte{8, 1, 2, 3}); !errors.Is(err, opus.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// A codec that stopped in the middle of its work is replaced.
func TestABrokenCodecIsReplaced(t *testing.T) {
	c := begin(t)
	c.Break()
	var frame [opus.FrameSize]int16
	packet := make([]byte, opus.MaxPacket)
	if _, err := c.Encode(packet, &frame); !errors.Is(err, opus.ErrTrapped) {
		t.Fatalf("encode: %v", err)
	}
	if _, err := c.Encode(packet, &frame); err != nil {
		t.Errorf("and then: %v", err)
	}
}

// Two directions and several legs at once; nothing of one reaches another.
func TestLegsAreApart(t *testing.T) {
	var all sync.WaitGroup
	for i := range 4 {
		freq := float64(400 + 300*i)
		c := begin(t)
		all.Go(func() {
			pcm := decoded(t, c, encoded(t, c, mediatest.Tone(freq, -12, opus.Rate)))[opus.Rate/2:]
			if l := mediatest.Goertzel(freq, pcm); l < -16 {
				t.Errorf("%v Hz came back at %.1f dB", freq, l)
			}
		})
	}
	all.Wait()
}

// The codec in the repository is the one that its build script made.
func TestCodecIsTheOneOfTheChecksum(t *testing.T) {
	b, err := os.ReadFile("opus.wasm.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(opus.Wasm)); !strings.HasPrefix(string(b), got+" ") {
		t.Errorf("opus.wasm has the checksum %s; opus.wasm.sha256 says %s", got, b)
	}
}

// Whatever comes, the codec answers, and goes on afterwards: first a stranger's
// bytes as a packet, then a frame of ours.
func FuzzDecode(f *testing.F) {
	c := begin(f)
	for _, p := range encoded(f, c, mediatest.Tone(440, -12, opus.Rate/5)) {
		f.Add(p)
	}
	for config := range 32 { // each mode, bandwidth and frame size; mono and stereo; one frame to many
		for _, toc := range []byte{0, 1, 2, 3, 4, 7} {
			f.Add([]byte{byte(config<<3) | toc, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var out [opus.MostInOne]int16
		n, _, err := c.Look(b)
		if errors.Is(err, opus.ErrTrapped) || n < 0 || n > opus.MostInOne {
			t.Fatalf("look: %d, %v", n, err)
		}
		for _, samples := range []int{opus.FrameSize, opus.MostInOne} {
			if _, err := c.Recover(&out, samples, b); errors.Is(err, opus.ErrTrapped) {
				t.Fatal(err)
			}
		}
		if n, err := c.Decode(&out, b); errors.Is(err, opus.ErrTrapped) || n > opus.MostInOne {
			t.Fatalf("decode: %d, %v", n, err)
		}
		var frame [opus.FrameSize]int16
		for i := range frame {
			if i < len(b) {
				frame[i] = int16(b[i]) << 8
			}
		}
		if _, err := c.Encode(fuzzed[:], &frame); err != nil {
			t.Fatal(err)
		}
	})
}

var fuzzed [opus.MaxPacket]byte

func TestNothingIsAllocated(t *testing.T) {
	c := begin(t)
	packets := encoded(t, c, mediatest.Tone(440, -12, opus.Rate))
	var pcm [opus.MostInOne]int16
	var frame [opus.FrameSize]int16
	var packet [opus.MaxPacket]byte
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		i++
		_, _, _ = c.Look(packets[i%50])
		_, _ = c.Recover(&pcm, opus.FrameSize, packets[i%50])
		_, _ = c.Decode(&pcm, packets[i%50])
		_, _ = c.Encode(packet[:], &frame)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkOpus is what 20 ms of one leg cost, each way.
func BenchmarkOpus(b *testing.B) {
	c := begin(b)
	in := speech(b)
	packets := encoded(b, c, in)
	b.Run("encode", func(b *testing.B) {
		var packet [opus.MaxPacket]byte
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := c.Encode(packet[:], (*[opus.FrameSize]int16)(in[i%len(packets)*opus.FrameSize:])); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		var pcm [opus.MostInOne]int16
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := c.Decode(&pcm, packets[i%len(packets)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
