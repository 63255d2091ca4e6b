package main

import "math"

// The piece is made for a telephone and a frightened listener: no drums, no
// voice, no sudden start, nothing below 200 Hz or above 2 kHz, a slow breath of
// eight seconds a chord (about the pace of calm breathing), and its end runs
// into its beginning so that the loop has no seam.
const (
	chordSecs = 8
	bellEvery = 1.0 // seconds between bell notes
)

// Four chords that never ask for a resolution: Cmaj9, Am9, Fmaj9, G6.
var chords = [][]float64{
	{261.63, 329.63, 392.00, 493.88, 587.33},
	{220.00, 329.63, 392.00, 493.88, 523.25},
	{261.63, 349.23, 440.00, 523.25, 659.25},
	{246.94, 293.66, 392.00, 493.88, 659.25},
}

// The order in which the notes of a chord are touched, one a second.
var melody = []int{1, 3, 2, 4, 3, 2, 4, 1}

// music is the progression twice, the second time an octave of air above.
func music() []float64 {
	loop := make([]float64, rate*chordSecs*len(chords)*2)
	for pass := range 2 {
		for c, chord := range chords {
			start := float64((pass*len(chords) + c) * chordSecs)
			for _, f := range chord[:4] {
				pad(loop, start, f)
			}
			for i, n := range melody {
				f := chord[n]
				if pass == 1 && i%2 == 1 {
					f *= 2
				}
				bell(loop, start+float64(i)*bellEvery, f)
			}
		}
	}
	return loop
}

// pad adds a note that swells and fades over its chord and a second beyond.
func pad(loop []float64, start, freq float64) {
	const length = chordSecs + 2.0
	for i := range int(length * rate) {
		t := float64(i) / rate
		swell := math.Pow(math.Sin(math.Pi*t/length), 2)
		drift := 1 + 0.0015*math.Sin(2*math.Pi*0.2*t) // a hair of vibrato, else it hums like a machine
		s := math.Sin(2*math.Pi*freq*drift*t) + 0.25*math.Sin(2*math.Pi*2*freq*t)
		add(loop, start, i, 0.055*swell*s)
	}
}

// bell adds one soft struck note.
func bell(loop []float64, start, freq float64) {
	for i := range int(3.5 * rate) {
		t := float64(i) / rate
		attack := 1 - math.Exp(-t*60)
		s := math.Sin(2*math.Pi*freq*t)*math.Exp(-t*1.6) + 0.3*math.Sin(2*math.Pi*2*freq*t)*math.Exp(-t*3)
		add(loop, start, i, 0.11*attack*s)
	}
}

// add wraps around the end, which is what makes the loop seamless.
func add(loop []float64, start float64, i int, v float64) {
	loop[(int(start*rate)+i)%len(loop)] += v
}
