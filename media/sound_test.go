package media

import "sahut/media/mediatest"

// goertzel is the level of one frequency in dBFS.
func goertzel(freq float64, pcm []int16) float64 { return mediatest.Goertzel(freq, pcm) }
