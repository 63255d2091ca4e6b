package main

import "math"

// The ring-back tone of Indonesian exchanges (ITU-T E.180 supplement 2): 425 Hz,
// a second of tone, four of silence.
const (
	ringTone    = 425.0
	ringOnSecs  = 1
	ringOffSecs = 4
	ringRamp    = 0.01 // seconds to swell and to fade, so that it does not click
)

// ringback is one turn of it, to be played over and over.
func ringback() []float64 {
	loop := make([]float64, rate*(ringOnSecs+ringOffSecs))
	for i := range rate * ringOnSecs {
		t := float64(i) / rate
		envelope := min(1, t/ringRamp, (ringOnSecs-t)/ringRamp)
		loop[i] = envelope * math.Sin(2*math.Pi*ringTone*t)
	}
	return loop
}
