package media

// What was heard last, kept to go on from: two frames, which hold the longest
// period of a voice and enough before it to recognise it by.
const (
	pastSamples = 2 * frameSamples
	leastPeriod = 40  // 200 Hz and its fractions: shorter periods come several at once
	mostPeriod  = 160 // 50 Hz
	matchLength = 80  // 10 ms are compared
	rampSamples = 40  // 5 ms: what begins or ends takes so long, or it clicks
	fadeSamples = 480 // 60 ms: what is lost goes on for so long, ever quieter
)

// past is the sound heard last, the newest sample at its end.
type past [pastSamples]int16

// add appends samples.
func (p *past) add(pcm []int16) {
	n := len(pcm)
	copy(p[:], p[n:])
	copy(p[pastSamples-n:], pcm)
}

// filler goes on with a sound that broke off: it repeats the last whole periods,
// so that a voice keeps its pitch and a tone its phase, and fades.
type filler struct {
	period    [mostPeriod]int16
	lag       int // length of the period; 0: there is nothing to repeat
	at        int // samples given
	fade      int // samples until it is silent
	remainder int // position in the period
}

// begin goes on from p and is silent after fade samples.
func (e *filler) begin(p *past, fade int) {
	e.lag, e.at, e.fade, e.remainder = p.periodic(), 0, fade, 0
	copy(e.period[:e.lag], p[pastSamples-e.lag:])
}

// next returns the next sample.
func (e *filler) next() int {
	if e.lag == 0 || e.at >= e.fade {
		return 0
	}
	v := int(e.period[e.remainder]) * (e.fade - e.at) / e.fade
	e.at++
	if e.remainder++; e.remainder == e.lag {
		e.remainder = 0
	}
	return v
}

// periodic finds the distance at which the end of the sound is most like what
// came before it. It is 0 for silence.
func (p *past) periodic() (lag int) {
	end := p[pastSamples-matchLength:]
	best := -1.0
	loud := false
	for n := leastPeriod; n <= mostPeriod; n++ {
		before := p[pastSamples-matchLength-n : pastSamples-n]
		var product, power int64
		for i, v := range end {
			b := int64(before[i])
			product += int64(v) * b
			power += b * b
		}
		loud = loud || product != 0
		if power == 0 || product <= 0 {
			continue
		}
		if score := float64(product) * float64(product) / float64(power); score > best {
			best, lag = score, n
		}
	}
	if lag == 0 && loud {
		return mostPeriod // nothing like it: noise, or a sound that just began
	}
	return lag
}
