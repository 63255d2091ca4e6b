package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// MaxWAV is how large an uploaded recording may be.
const MaxWAV = 10 << 20

// The formats of a WAV file that we read.
const (
	wavPCM        = 1
	wavAlaw       = 6
	wavUlaw       = 7
	wavExtensible = 0xFFFE
)

var wavRates = []uint32{8000, 16000, 22050, 44100, 48000}

// remedy is what to do about a file that cannot be read, in the words of every
// error below.
const remedy = "save it as WAV, 16 bit PCM, mono, 8000 to 48000 Hz"

// ParseWAV reads a recording of at most limit bytes (0: MaxWAV): 8, 16, 22.05,
// 44.1 or 48 kHz, mono or stereo, 16 bit PCM, A-law or mu-law. Stereo is mixed
// to mono; loudness is left as it is. It is tolerant of what recorders leave
// behind: unknown chunks, sizes that were never filled in, a cut-off end.
func ParseWAV(r io.Reader, limit int64) (*Prompt, error) {
	if limit <= 0 {
		limit = MaxWAV
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the recording: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the recording is larger than %d MB; %s, or cut it", limit>>20, remedy)
	}
	format, sound, err := wavChunks(data)
	if err != nil {
		return nil, err
	}
	pcm, err := format.samples(sound)
	if err != nil {
		return nil, err
	}
	pcm = resample(pcm, int(format.rate))
	if len(pcm) == 0 {
		return nil, errors.New("the recording is empty; record it again")
	}
	return newPrompt(pcm), nil
}

// wavFormat is the fmt chunk.
type wavFormat struct {
	tag      uint16
	channels uint16
	rate     uint32
	bits     uint16
}

// wavChunks finds the format and the sound. A size that runs past the end of
// the file (0xFFFFFFFF of a stream, or a copy that was cut off) means: as much
// as there is.
func wavChunks(b []byte) (f wavFormat, sound []byte, err error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return f, nil, errors.New("the file is not a WAV recording (an MP3 or M4A with another name?); " + remedy)
	}
	b = b[12:]
	known := false
	for len(b) >= 8 {
		id, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		b = b[8:]
		body := b[:min(size, int64(len(b)))]
		switch id {
		case "fmt ":
			if f, err = parseWAVFormat(body); err != nil {
				return f, nil, err
			}
			known = true
		case "data":
			if !known {
				return f, nil, errors.New("the WAV file has its sound before its format; " + remedy)
			}
			return f, body, nil
		}
		b = b[min(size+size&1, int64(len(b))):] // chunks are padded to even lengths
	}
	if !known {
		return f, nil, errors.New("the WAV file does not say its format; " + remedy)
	}
	return f, nil, errors.New("the WAV file has no sound in it; record it again")
}

func parseWAVFormat(b []byte) (f wavFormat, err error) {
	if len(b) < 16 {
		return f, errors.New("the WAV file's format is cut off; " + remedy)
	}
	f = wavFormat{
		tag:      binary.LittleEndian.Uint16(b),
		channels: binary.LittleEndian.Uint16(b[2:]),
		rate:     binary.LittleEndian.Uint32(b[4:]),
		bits:     binary.LittleEndian.Uint16(b[14:]),
	}
	if f.tag == wavExtensible && len(b) >= 26 {
		f.tag = binary.LittleEndian.Uint16(b[24:]) // the sub-format's first two bytes
	}
	switch {
	case f.tag != wavPCM && f.tag != wavAlaw && f.tag != wavUlaw:
		return f, fmt.Errorf("the WAV file is compressed in a way (format %d) that is not read here; %s", f.tag, remedy)
	case f.tag == wavPCM && f.bits != 16:
		return f, fmt.Errorf("the WAV file has %d bits a sample, not 16; %s", f.bits, remedy)
	case f.tag != wavPCM && f.bits != 8:
		return f, fmt.Errorf("the WAV file has %d bits a sample, G.711 has 8; %s", f.bits, remedy)
	case f.channels != 1 && f.channels != 2:
		return f, fmt.Errorf("the WAV file has %d channels, not one or two; %s", f.channels, remedy)
	case !slices.Contains(wavRates, f.rate):
		return f, fmt.Errorf("the WAV file has %d samples a second; %s", f.rate, remedy)
	}
	return f, nil
}

// samples decodes the sound to mono.
func (f wavFormat) samples(b []byte) ([]int16, error) {
	width := int(f.bits/8) * int(f.channels)
	n := len(b) / width // half a sample at the end is left out
	if seconds := n / int(f.rate); seconds > 600 {
		return nil, fmt.Errorf("the recording is %d minutes long, more than 10; cut it", seconds/60)
	}
	pcm := make([]int16, n)
	for i := range pcm {
		at := b[i*width:]
		v := int(f.sample(at))
		if f.channels == 2 {
			v = (v + int(f.sample(at[f.bits/8:]))) / 2
		}
		pcm[i] = int16(v)
	}
	return pcm, nil
}

func (f wavFormat) sample(b []byte) int16 {
	switch f.tag {
	case wavAlaw:
		return alawToLinear[b[0]]
	case wavUlaw:
		return ulawToLinear[b[0]]
	}
	return int16(binary.LittleEndian.Uint16(b))
}

// resample turns samples of the given rate into 8000 a second. What lies above
// the telephone's band is taken out first, or it would fold back as noise: a
// windowed sinc of 32 zero crossings on either side, cut off at 3.6 kHz. A peak the
// filter pushes over full scale is clipped, not wrapped.
func resample(in []int16, rate int) []int16 {
	if rate == clockRate || len(in) == 0 {
		return in
	}
	const crossings = 32
	cutoff := 2 * 3600 / float64(rate) // of half the input's rate
	reach := int(math.Ceil(crossings / cutoff))
	out := make([]int16, int(int64(len(in))*clockRate/int64(rate)))
	// The positions between samples repeat, so that their filters are made once.
	step := gcd(rate, clockRate)
	places := clockRate / step
	filters := make([][]float64, places)
	for i := range out {
		at := int64(i) * int64(rate)
		center, rest := int(at/clockRate), int(at%clockRate)
		place := rest / step
		if filters[place] == nil {
			filters[place] = lowPass(float64(rest)/clockRate, cutoff, reach)
		}
		var sum float64
		for k, weight := range filters[place] {
			if j := center + k - reach; j >= 0 && j < len(in) {
				sum += weight * float64(in[j])
			}
		}
		out[i] = int16(math.Round(max(math.MinInt16, min(math.MaxInt16, sum))))
	}
	return out
}

// lowPass is the filter for one output sample that lies shift (0 to 1) of a
// sample after an input sample. Its weights sum to one, so that loudness stays.
func lowPass(shift, cutoff float64, reach int) []float64 {
	filter := make([]float64, 2*reach+1)
	var sum float64
	for k := range filter {
		x := float64(k-reach) - shift
		y := x / float64(reach+1)
		window := 0.42 + 0.5*math.Cos(math.Pi*y) + 0.08*math.Cos(2*math.Pi*y) // Blackman
		sinc := 1.0
		if t := math.Pi * x * cutoff; t != 0 {
			sinc = math.Sin(t) / t
		}
		filter[k] = sinc * window
		sum += filter[k]
	}
	for k := range filter {
		filter[k] /= sum
	}
	return filter
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
