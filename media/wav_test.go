package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"sahut/media/mediatest"
)

// chunk is one part of a RIFF file.
func chunk(id string, body []byte) []byte {
	b := append([]byte(id), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	b = append(b, body...)
	if len(body)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func wavFmt(tag, channels uint16, rate uint32, bits uint16) []byte {
	b := binary.LittleEndian.AppendUint16(nil, tag)
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*uint32(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, channels*bits/8)
	return binary.LittleEndian.AppendUint16(b, bits)
}

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WAVE"), bytes.Join(chunks, nil)...)
	return chunk("RIFF", body)
}

// sine makes seconds of 16 bit sound, each sample repeated for each channel.
func sine(freq float64, rate, channels int, seconds, amplitude float64) []byte {
	var b []byte
	for i := range int(float64(rate) * seconds) {
		v := int16(amplitude * math.Sin(2*math.Pi*freq*float64(i)/float64(rate)))
		for range channels {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
	}
	return b
}

// heardOf is what a listener hears of a prompt.
func heardOf(p *Prompt) (pcm []int16) {
	for _, b := range p.alaw {
		pcm = append(pcm, alawToLinear[b])
	}
	return pcm
}

func TestWAVRates(t *testing.T) {
	for _, rate := range wavRates {
		for channels := 1; channels <= 2; channels++ {
			file := riff(chunk("fmt ", wavFmt(wavPCM, uint16(channels), rate, 16)),
				chunk("data", sine(1000, int(rate), channels, 0.5, 16000)))
			p, err := ParseWAV(bytes.NewReader(file), 0)
			if err != nil {
				t.Errorf("%d Hz, %d channels: %v", rate, channels, err)
				continue
			}
			if d := p.Duration(); d < 499*time.Millisecond || d > 501*time.Millisecond {
				t.Errorf("%d Hz: lasts %v, want 500 ms", rate, d)
			}
			// Loudness is left alone: 16000 of 32768 is -6.2 dB.
			if got := mediatest.Goertzel(1000, heardOf(p)[800:3200]); math.Abs(got+6.2) > 0.3 {
				t.Errorf("%d Hz, %d channels: 1000 Hz at %.2f dB, want -6.2", rate, channels, got)
			}
		}
	}
}

// What the telephone cannot carry must not come back as another sound.
func TestWAVResampleTakesOutTheHighs(t *testing.T) {
	for _, rate := range wavRates[1:] {
		for _, freq := range []float64{4500, 5000, 6500, 7800} {
			if freq > float64(rate)/2 {
				continue
			}
			file := riff(chunk("fmt ", wavFmt(wavPCM, 1, rate, 16)), chunk("data", sine(freq, int(rate), 1, 0.5, 16000)))
			p, err := ParseWAV(bytes.NewReader(file), 0)
			if err != nil {
				t.Fatal(err)
			}
			if level := mediatest.Level(heardOf(p)[800:3200]); level > -50 {
				t.Errorf("%d Hz: a tone of %v Hz is heard at %.1f dB", rate, freq, level)
			}
		}
		for _, freq := range []float64{300, 3000, 3400} { // the telephone's band stays
			pcm := resample(samplesOf(sine(freq, int(rate), 1, 0.5, 16000)), int(rate))
			if level := mediatest.Goertzel(freq, pcm[800:3200]); math.Abs(level+6.2) > 1 {
				t.Errorf("%d Hz: a tone of %v Hz is heard at %.1f dB, want -6.2", rate, freq, level)
			}
		}
	}
}

func samplesOf(b []byte) (pcm []int16) {
	for i := 0; i+1 < len(b); i += 2 {
		pcm = append(pcm, int16(binary.LittleEndian.Uint16(b[i:])))
	}
	return pcm
}

// A filter overshoots at full scale; the peak is cut, it does not wrap.
func TestWAVFullScaleDoesNotWrap(t *testing.T) {
	in := make([]int16, 48000)
	for i := range in {
		in[i] = math.MaxInt16
		if i/48%2 == 1 {
			in[i] = math.MinInt16
		}
	}
	out := resample(in, 48000)
	for i := 200; i < len(out)-200; i++ {
		if d := int(out[i]) - int(out[i-1]); d > 60000 || d < -60000 {
			t.Fatalf("sample %d wraps: %d after %d", i, out[i], out[i-1])
		}
	}
}

func TestWAVEncodings(t *testing.T) {
	pcm := mediatest.Tone(700, -10, 4000)
	var alaw, ulaw []byte
	for _, v := range pcm {
		alaw, ulaw = append(alaw, encodeAlaw(v)), append(ulaw, encodeUlaw(v))
	}
	extensible := append(wavFmt(wavExtensible, 1, 8000, 16), 22, 0, 16, 0, 4, 0, 0, 0, 1, 0)
	extensible = append(extensible, make([]byte, 14)...)
	for name, file := range map[string][]byte{
		"A-law":      riff(chunk("fmt ", wavFmt(wavAlaw, 1, 8000, 8)), chunk("data", alaw)),
		"mu-law":     riff(chunk("fmt ", wavFmt(wavUlaw, 1, 8000, 8)), chunk("fact", make([]byte, 4)), chunk("data", ulaw)),
		"extensible": riff(chunk("fmt ", extensible), chunk("data", sine(700, 8000, 1, 0.5, 10362))),
	} {
		p, err := ParseWAV(bytes.NewReader(file), 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if level := mediatest.Goertzel(700, heardOf(p)); math.Abs(level+10) > 0.5 || p.frames() != 25 {
			t.Errorf("%s: 700 Hz at %.1f dB in %d frames", name, level, p.frames())
		}
	}
}

// What recorders leave behind is forgiven.
func TestWAVTolerance(t *testing.T) {
	format := chunk("fmt ", wavFmt(wavPCM, 1, 8000, 16))
	sound := sine(700, 8000, 1, 0.1, 10000)
	endless := chunk("data", sound)
	binary.LittleEndian.PutUint32(endless[4:], 0xFFFFFFFF)
	whole := riff(format, chunk("data", sound))
	for name, file := range map[string][]byte{
		"unknown chunks":      riff(chunk("LIST", []byte("odd")), format, chunk("bext", make([]byte, 602)), chunk("data", sound), chunk("id3 ", []byte{1})),
		"size never filled":   append(riff(format), endless...),
		"RIFF size zero":      append([]byte("RIFF\x00\x00\x00\x00"), whole[8:]...),
		"cut off":             whole[:len(whole)-161],
		"half a sample":       riff(format, chunk("data", append(bytes.Clone(sound), 1))),
		"chunk after the end": append(bytes.Clone(whole), "trailing rubbish"...),
	} {
		p, err := ParseWAV(bytes.NewReader(file), 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := p.Duration(); d < 85*time.Millisecond || d > 102*time.Millisecond {
			t.Errorf("%s: lasts %v", name, d)
		}
	}
}

func TestWAVRefused(t *testing.T) {
	format := func(tag, channels uint16, rate uint32, bits uint16) []byte {
		return riff(chunk("fmt ", wavFmt(tag, channels, rate, bits)), chunk("data", make([]byte, 64)))
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"empty":           {nil, "not a WAV"},
		"an MP3":          {append([]byte("ID3\x04"), make([]byte, 100)...), "not a WAV"},
		"24 bit":          {format(wavPCM, 1, 8000, 24), "24 bits"},
		"8 bit PCM":       {format(wavPCM, 1, 8000, 8), "8 bits"},
		"float":           {format(3, 1, 48000, 32), "format 3"},
		"ADPCM":           {format(2, 1, 8000, 4), "format 2"},
		"MP3 in WAV":      {format(0x55, 1, 44100, 16), "format 85"},
		"six channels":    {format(wavPCM, 6, 48000, 16), "6 channels"},
		"no channel":      {format(wavPCM, 0, 48000, 16), "0 channels"},
		"32 kHz":          {format(wavPCM, 1, 32000, 16), "32000 samples"},
		"0 Hz":            {format(wavPCM, 1, 0, 16), "0 samples"},
		"no sound":        {riff(chunk("fmt ", wavFmt(wavPCM, 1, 8000, 16))), "no sound"},
		"no samples":      {riff(chunk("fmt ", wavFmt(wavPCM, 1, 8000, 16)), chunk("data", nil)), "empty"},
		"no format":       {riff(chunk("LIST", make([]byte, 8))), "does not say its format"},
		"sound first":     {riff(chunk("data", make([]byte, 8)), chunk("fmt ", wavFmt(wavPCM, 1, 8000, 16))), "before its format"},
		"format cut off":  {riff(chunk("fmt ", []byte{1, 0, 1, 0})), "cut off"},
		"too large":       {append(format(wavPCM, 1, 8000, 16), make([]byte, 1<<20)...), "larger than 1 MB"},
		"eleven minutes":  {riff(chunk("fmt ", wavFmt(wavAlaw, 1, 8000, 8)), chunk("data", make([]byte, 8000*660))), "11 minutes"},
		"upside-down ext": {format(wavExtensible, 1, 8000, 16), "format 65534"},
	} {
		limit := int64(0)
		if name == "too large" {
			limit = 1 << 20
		}
		_, err := ParseWAV(bytes.NewReader(c.file), limit)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
			continue
		}
		if !strings.Contains(err.Error(), ";") {
			t.Errorf("%s: %q names no remedy", name, err)
		}
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(riff(chunk("fmt ", wavFmt(wavPCM, 2, 44100, 16)), chunk("data", sine(700, 44100, 2, 0.01, 10000))))
	f.Add(riff(chunk("LIST", []byte("odd")), chunk("fmt ", wavFmt(wavUlaw, 1, 8000, 8)), chunk("data", make([]byte, 33))))
	f.Add(riff(chunk("fmt ", wavFmt(wavAlaw, 1, 22050, 8)), chunk("data", make([]byte, 100)))[:70])
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := ParseWAV(bytes.NewReader(file), 1<<20)
		if err != nil {
			return
		}
		if p.frames() == 0 || len(p.alaw) != len(p.ulaw) || len(p.alaw) != p.frames()*frameSamples || p.Duration() <= 0 {
			t.Fatalf("a prompt of %d frames, %d and %d bytes", p.frames(), len(p.alaw), len(p.ulaw))
		}
	})
}

func TestG711(t *testing.T) {
	for i := range 256 {
		b := byte(i)
		if got := encodeAlaw(decodeAlaw(b)); got != b {
			t.Errorf("A-law %#x becomes %#x", b, got)
		}
		if got := encodeUlaw(decodeUlaw(b)); got != b && b != 0x7F { // 0x7F is minus zero
			t.Errorf("mu-law %#x becomes %#x", b, got)
		}
	}
	// ITU-T G.711: the greatest and the least, and silence.
	if decodeAlaw(0xAA) != 32256 || decodeAlaw(0x2A) != -32256 || decodeAlaw(0xD5) != 8 {
		t.Errorf("A-law: %d %d %d", decodeAlaw(0xAA), decodeAlaw(0x2A), decodeAlaw(0xD5))
	}
	if decodeUlaw(0x80) != 32124 || decodeUlaw(0x00) != -32124 || decodeUlaw(0xFF) != 0 {
		t.Errorf("mu-law: %d %d %d", decodeUlaw(0x80), decodeUlaw(0x00), decodeUlaw(0xFF))
	}
	for v := -32768; v <= 32767; v++ {
		for name, got := range map[string]int{"A": int(decodeAlaw(encodeAlaw(int16(v)))), "mu": int(decodeUlaw(encodeUlaw(int16(v))))} {
			off := got - v
			if limit := 20 + max(v, -v)/24; (off > limit || off < -limit) && v < 32600 && v > -32600 {
				t.Fatalf("%s-law: %d becomes %d", name, v, got)
			}
		}
	}
	silence := []byte{0xD5, 0xD5}
	translate(silence, PCMA)
	if silence[0] != 0xFF {
		t.Errorf("A-law silence becomes mu-law %#x", silence[0])
	}
	translate(silence, PCMU)
	if silence[0] != 0xD5 {
		t.Errorf("mu-law silence becomes A-law %#x", silence[0])
	}
}
