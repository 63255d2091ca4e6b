package media

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"sahut/configs"
	"sahut/media/mediatest"
)

// dial is how a key's tones are made.
type dial struct {
	row, column float64 // dBFS
	off         float64 // of the frequencies, 0.015 is 1.5 %
	on, gap     int     // milliseconds
	noise       float64 // dBFS; 0: none
	dropout     int     // milliseconds left out in the middle
}

// ordinaryDial is a telephone's: 70 ms and 70 ms, a bit louder than speech.
var ordinaryDial = dial{row: -12, column: -10, on: 70, gap: 70}

// dialled is the sound of the keys, beginning anywhere in a block, after and
// before silence.
func dialled(d dial, keys string, r *rand.Rand) []int16 {
	pcm := make([]int16, 800+r.IntN(toneBlock))
	for _, key := range keys {
		place := strings.IndexRune(toneKeys, key)
		one := tones(r, d.on*8, toneRows[place/4]*(1+d.off), d.row, toneColumns[place%4]*(1+d.off), d.column)
		for i := range d.dropout * 8 {
			one[len(one)/2-d.dropout*4+i] = 0
		}
		pcm = append(append(pcm, one...), make([]int16, d.gap*8)...)
	}
	pcm = append(pcm, make([]int16, 800)...)
	if d.noise != 0 {
		a := amplitude(d.noise) * math.Sqrt2
		for i := range pcm {
			pcm[i] += int16(a * (2*r.Float64() - 1))
		}
	}
	return pcm
}

func amplitude(dB float64) float64 { return 32767 * math.Pow(10, dB/20) }

// tones is a sum of tones: hertz, dBFS, hertz, dBFS …
func tones(r *rand.Rand, n int, list ...float64) []int16 {
	out := make([]int16, n)
	for k := 0; k < len(list); k += 2 {
		phase, a := r.Float64()*2*math.Pi, amplitude(list[k+1])
		for i := range out {
			out[i] += int16(a * math.Sin(phase+2*math.Pi*list[k]*float64(i)/clockRate))
		}
	}
	return out
}

// hears plays sound to a new ear, in packets of 20 ms.
func hears(codec Codec, pcm []int16) string {
	var e toneEar
	var keys []rune
	packet := make([]byte, 0, frameSamples)
	for i, v := range pcm {
		if codec == PCMU {
			packet = append(packet, encodeUlaw(v))
		} else {
			packet = append(packet, encodeAlaw(v))
		}
		if len(packet) == cap(packet) || i == len(pcm)-1 {
			if key, ok := e.sound(codec, packet); ok {
				keys = append(keys, key)
			}
			packet = packet[:0]
		}
	}
	return string(keys)
}

// The limits of ITU-T Q.24 and of those who dial: each key once.
func TestTonesAreHeard(t *testing.T) {
	for name, change := range map[string]func(*dial){
		"ordinary":                      func(*dial) {},
		"40 ms on, 40 ms off":           func(d *dial) { d.on, d.gap = 40, 40 },
		"as we send them":               func(d *dial) { d.on, d.gap, d.row, d.column = 100, 80, -13, -13 },
		"held for a second":             func(d *dial) { d.on = 1000 },
		"loud":                          func(d *dial) { d.row, d.column = -7, -7 },
		"faint":                         func(d *dial) { d.row, d.column = -34, -34 },
		"row 7 dB louder":               func(d *dial) { d.row, d.column = -8, -15 },
		"column 3 dB louder":            func(d *dial) { d.row, d.column = -13, -10 },
		"1.5 % too high":                func(d *dial) { d.off = 0.015 },
		"1.5 % too low, 45 ms":          func(d *dial) { d.off, d.on = -0.015, 45 },
		"noise 18 dB below":             func(d *dial) { d.noise = -28 },
		"a gap of 10 ms in a long tone": func(d *dial) { d.on, d.dropout = 150, 10 },
	} {
		t.Run(name, func(t *testing.T) {
			d := ordinaryDial
			change(&d)
			r := rand.New(rand.NewPCG(1, 2))
			keys := "147*2580369#ABCD11  55"
			keys = strings.ReplaceAll(keys, " ", "")
			for range 20 {
				for _, codec := range []Codec{PCMA, PCMU} {
					if got := hears(codec, dialled(d, keys, r)); got != keys {
						t.Fatalf("%v: heard %q, want %q", codec, got, keys)
					}
				}
			}
		})
	}
}

func TestWhatIsNoKey(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const long = 4000
	for name, pcm := range map[string][]int16{
		"silence":            make([]int16, long),
		"20 ms":              dialled(dial{row: -10, column: -10, on: 20, gap: 50}, "123456789", r),
		"too faint":          dialled(dial{row: -42, column: -42, on: 100, gap: 50}, "123456789", r),
		"row 12 dB louder":   dialled(dial{row: -6, column: -18, on: 100, gap: 50}, "123456789", r),
		"column 8 dB louder": dialled(dial{row: -18, column: -10, on: 100, gap: 50}, "123456789", r),
		"in noise":           dialled(dial{row: -20, column: -20, on: 100, gap: 50, noise: -20}, "123456789", r),
		"one tone":           tones(r, long, 697, -10),
		"two of one group":   tones(r, long, 697, -10, 941, -10),
		"dial tone":          tones(r, long, 425, -10),
		"American dial tone": tones(r, long, 350, -13, 440, -13),
		"ringing":            tones(r, long, 440, -13, 480, -13),
		"fax":                tones(r, long, 1100, -10),
		"fax answers":        tones(r, long, 2100, -10),
		"R2 forward":         tones(r, long, 1380, -13, 1500, -13),
		"three tones":        tones(r, long, 770, -12, 1336, -12, 1000, -12),
		"two rows":           tones(r, long, 697, -10, 770, -14, 1336, -10),
		"two columns":        tones(r, long, 770, -10, 1209, -14, 1336, -10),
		"a vowel":            tones(r, long, 770, -12, 1336, -14, 150, -10, 300, -12, 2400, -20),
	} {
		for _, codec := range []Codec{PCMA, PCMU} {
			if got := hears(codec, pcm); got != "" {
				t.Errorf("%s (%v): heard %q", name, codec, got)
			}
		}
	}
	noise := make([]int16, 60*clockRate)
	for i := range noise {
		noise[i] = int16(r.NormFloat64() * 4000)
	}
	if got := hears(PCMA, noise); got != "" {
		t.Errorf("a minute of noise: heard %q", got)
	}
}

// Talk-off: what the program says and plays, and what a synthesiser says with
// many voices, is no key. Each is heard at several loudnesses.
func TestSpeechIsNoKey(t *testing.T) {
	corpus := make(map[string][]int16)
	must(t, fs.WalkDir(configs.Prompts(), ".", func(name string, _ fs.DirEntry, err error) error {
		if path.Ext(name) != ".wav" {
			return err
		}
		f, err := configs.Prompts().Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		p, err := ParseWAV(f, 0)
		if err != nil {
			return err
		}
		for _, c := range p.alaw {
			corpus[name] = append(corpus[name], alawToLinear[c])
		}
		return nil
	}))
	for name, pcm := range spoken(t) {
		corpus[name] = pcm
	}
	var length time.Duration
	for name, pcm := range corpus {
		for _, gain := range []float64{1, 0.3, 1.9} {
			louder := make([]int16, len(pcm))
			for i, v := range pcm {
				louder[i] = int16(max(-32767, min(32767, float64(v)*gain)))
			}
			if got := hears(PCMA, louder); got != "" {
				t.Errorf("%s at %.1f: heard %q", name, gain, got)
			}
		}
		length += samplesToTime(float64(len(pcm)))
	}
	t.Logf("%d sounds, %v", len(corpus), length.Round(time.Second))
}

// spoken has espeak-ng say a page with many voices, if it is installed.
func spoken(t *testing.T) map[string][]int16 {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		t.Log("espeak-ng is not installed: only the shipped prompts are tried")
		return nil
	}
	texts := map[string]string{
		"id": "Selamat malam, saya ingin bicara dengan seseorang. Sudah beberapa hari ini saya tidak bisa tidur, dan saya tidak tahu harus menelepon siapa. " +
			"Ibu saya sakit, ayah sudah lama pergi, dan di rumah sepi sekali. Iya, iya, saya mengerti. Terima kasih banyak, Mbak. Nomor saya nol delapan satu dua tiga empat lima enam tujuh.",
		"en": "Good evening, I would like to talk to somebody. I have not slept for days, and I do not know whom to call. You know, they say it will pass, but when? " +
			"My mother is ill, my father left us long ago, and the house is so quiet. Yes, yes, I see. Thank you very much. My number is zero eight one two three four five six seven eight nine.",
	}
	all := make(map[string][]int16)
	for lang, text := range texts {
		for _, voice := range []string{"f1", "f2", "f3", "f4", "f5", "m1", "m3", "m5", "m7", "croak", "whisper", "klatt2"} {
			for _, pitch := range []string{"30", "60", "95"} {
				var out bytes.Buffer
				cmd := exec.Command(program, "-v", lang+"+"+voice, "-p", pitch, "-s", "150", "--stdout", text)
				cmd.Stdout = &out
				must(t, cmd.Run())
				b := out.Bytes()
				// It writes to a pipe and cannot say how long the file will be.
				pcm := make([]int16, 0, len(b)/2)
				for i := 44; i+1 < len(b); i += 2 {
					pcm = append(pcm, int16(uint16(b[i])|uint16(b[i+1])<<8))
				}
				all[lang+" "+voice+" "+pitch] = downsampled(pcm)
			}
		}
	}
	return all
}

// downsampled turns 22,050 samples a second into 8,000: a low pass, then the
// samples between.
func downsampled(pcm []int16) []int16 {
	const from, taps, cut = 22050.0, 48, 3400.0 / 22050
	var window [2*taps + 1]float64
	for i := range window {
		x := float64(i - taps)
		window[i] = 2 * cut * (0.54 + 0.46*math.Cos(math.Pi*x/taps))
		if x != 0 {
			window[i] *= math.Sin(2*math.Pi*cut*x) / (2 * math.Pi * cut * x)
		}
	}
	var out []int16
	for at := float64(taps); int(at) < len(pcm)-taps-1; at += from / clockRate {
		var sum float64
		for i, w := range window {
			sum += w * float64(pcm[int(at)-taps+i])
		}
		out = append(out, int16(max(-32767, min(32767, sum))))
	}
	return out
}

// One key is told once, whatever it came as.
func TestPressesBothWays(t *testing.T) {
	for _, c := range []struct{ name, story, want string }{
		{"only events", "0 begin 1, 100 end 1, 180 begin 1, 280 end 1", "11"},
		{"only tones", "0 tone 1, 200 tone 1", "11"},
		{"the tone slips out before the event", "0 tone 1, 20 begin 1, 120 end 1", "1"},
		{"the tone within the event", "0 begin 1, 25 tone 1, 100 end 1", "1"},
		{"the tone after the event", "0 begin 1, 100 end 1, 150 tone 1", "1"},
		{"the tone twice, once for each press", "0 tone 1, 20 begin 1, 60 end 1, 140 tone 1, 160 begin 1, 200 end 1", "11"},
		{"a broken tone within one event", "0 begin 1, 25 tone 1, 80 tone 1, 300 end 1", "1"},
		{"another key", "0 tone 1, 20 begin 2, 120 end 2", "12"},
		{"a press later", "0 tone 1, 300 begin 1, 400 end 1", "11"},
		{"a tone long after the event", "0 begin 1, 100 end 1, 250 tone 1", "11"},
		{"only an end comes, long after the tone", "0 tone 5, 500 end 5", "55"},
	} {
		var p presses
		var got []rune
		start := time.Now()
		for step := range strings.SplitSeq(c.story, ", ") {
			var at int
			var what string
			var key rune
			if _, err := fmt.Sscanf(step, "%d %s %c", &at, &what, &key); err != nil {
				t.Fatal(err)
			}
			now, news := start.Add(time.Duration(at)*time.Millisecond), false
			switch what {
			case "begin":
				p.eventBegan(key, now)
			case "end":
				news = p.byEvent(key, now)
			case "tone":
				news = p.byTone(key, now)
			}
			if news {
				got = append(got, key)
			}
		}
		if string(got) != c.want {
			t.Errorf("%s: told %q, want %q", c.name, string(got), c.want)
		}
	}
}

// Tones on the wire are keys on a trunk that listens for them, and only there.
// A far end that sends both is told once.
func TestInbandKeysOnTheWire(t *testing.T) {
	for _, listen := range []bool{true, false} {
		t.Run(fmt.Sprint(listen), func(t *testing.T) {
			e, ctx := newEngine(t, "38800-38898"), soon(t)
			c := newTrunkLine(t, e, RTPOptions{InbandKeys: listen}, mediatest.CallerOptions{})
			keys := make(chan rune, 64)
			c.leg.OnKey(func(k rune) { keys <- k })
			said := c.Say(mediatest.NewSound(dialled(ordinaryDial, "0123456789*#", rand.New(rand.NewPCG(5, 6))), false))
			wait(t, ctx, said)
			must(t, c.SendKeys("77"))
			want := "77"
			if listen {
				want = "0123456789*#77"
			}
			var got strings.Builder
			for got.Len() < len(want) {
				select {
				case k := <-keys:
					got.WriteRune(k)
				case <-ctx.Done():
					t.Fatalf("heard only %q", got.String())
				}
			}
			if got.String() != want {
				t.Errorf("heard %q, want %q", got.String(), want)
			}
		})
	}
}

func wait(t *testing.T, ctx context.Context, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("it never came")
	}
}

// A packet's worth of listening.
func BenchmarkToneEar(b *testing.B) {
	var e toneEar
	packet := slices.Repeat([]byte{0x12, 0x9A, 0x55, 0xD1}, frameSamples/4)
	b.ReportAllocs()
	for b.Loop() {
		e.sound(PCMA, packet)
	}
}
