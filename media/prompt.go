package media

import "time"

// Prompt is recorded sound, encoded once for every leg that will hear it. It
// is immutable and shared by all listeners.
type Prompt struct {
	alaw, ulaw []byte // whole frames, the last one filled up with silence
	samples    int
}

// silentFrame is 20 ms of nothing.
var silentFrame = func() *Prompt {
	p := &Prompt{alaw: make([]byte, frameSamples), ulaw: make([]byte, frameSamples), samples: frameSamples}
	fill(p.alaw, PCMA.silence())
	fill(p.ulaw, PCMU.silence())
	return p
}()

// coded returns the prompt in a codec.
func (p *Prompt) coded(c Codec) []byte {
	if c == PCMU {
		return p.ulaw
	}
	return p.alaw
}

// newPrompt encodes samples taken 8000 times a second.
func newPrompt(pcm []int16) *Prompt {
	size := (len(pcm) + frameSamples - 1) / frameSamples * frameSamples
	p := &Prompt{alaw: make([]byte, size), ulaw: make([]byte, size), samples: len(pcm)}
	for i, v := range pcm {
		p.alaw[i], p.ulaw[i] = encodeAlaw(v), encodeUlaw(v)
	}
	fill(p.alaw[len(pcm):], PCMA.silence())
	fill(p.ulaw[len(pcm):], PCMU.silence())
	return p
}

// Duration returns how long the prompt sounds.
func (p *Prompt) Duration() time.Duration {
	return time.Duration(p.samples) * time.Second / clockRate
}

// frames returns how many packets the prompt is. A nil prompt has none, so
// that a missing one plays as nothing.
func (p *Prompt) frames() int {
	if p == nil {
		return 0
	}
	return len(p.alaw) / frameSamples
}

// frame returns packet i, coded both ways.
func (p *Prompt) frame(i int) (alaw, ulaw []byte) {
	i *= frameSamples
	return p.alaw[i : i+frameSamples : i+frameSamples], p.ulaw[i : i+frameSamples : i+frameSamples]
}
