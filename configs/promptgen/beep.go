package main

import "math"

// The tone after which a message begins: short, and none of a telephone's keys.
const (
	beepTone = 880.0
	beepSecs = 0.4
)

func beep() []float64 {
	out := make([]float64, int(rate*beepSecs))
	for i := range out {
		t := float64(i) / rate
		out[i] = min(1, t/ringRamp, (beepSecs-t)/ringRamp) * math.Sin(2*math.Pi*beepTone*t)
	}
	return out
}
