package mediatest

import "sync"

// Sound is something to say, encoded once and then shared by every Voice that
// says it.
type Sound struct {
	pcm  []int16
	loop bool

	onceA, onceMu sync.Once
	a, mu         []byte
}

// NewSound makes a sound of samples at 8 kHz, said once or over and over.
func NewSound(pcm []int16, loop bool) *Sound { return &Sound{pcm: pcm, loop: loop} }

// ToneSound is an endless tone at -12 dBFS. A whole number of hertz loops
// without a click.
func ToneSound(freq float64) *Sound { return NewSound(Tone(freq, -12, Rate), true) }

// SilentSound is endless digital silence, as a muted microphone sends it.
func SilentSound() *Sound { return NewSound(make([]int16, Rate), true) }

func (s *Sound) codes(law Law) []byte {
	if law == PCMU {
		s.onceMu.Do(func() { s.mu = PCMU.Encode(nil, s.pcm) })
		return s.mu
	}
	s.onceA.Do(func() { s.a = PCMA.Encode(nil, s.pcm) })
	return s.a
}

// frame fills dst from position pos and gives the next position; done when a
// sound that does not loop has been said (the rest of dst is silence then).
func (s *Sound) frame(dst []byte, law Law, pos int) (next int, done bool) {
	codes := s.codes(law)
	for i := 0; i < len(dst); {
		if pos >= len(codes) {
			if !s.loop || len(codes) == 0 {
				for ; i < len(dst); i++ {
					dst[i] = law.Silence()
				}
				return pos, true
			}
			pos = 0
		}
		n := copy(dst[i:], codes[pos:])
		i, pos = i+n, pos+n
	}
	return pos, false
}
