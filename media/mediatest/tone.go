package mediatest

import (
	"encoding/binary"
	"math"
)

// Rate is the sampling rate of everything here.
const Rate = 8000

// Tone makes n samples of a sine of freq hertz at level dBFS (0 is a sine that
// just does not clip).
func Tone(freq, level float64, n int) []int16 {
	amplitude := 32767 * math.Pow(10, level/20)
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*freq*float64(i)/Rate)))
	}
	return out
}

// Goertzel is the level, in dBFS, of the part of pcm at freq hertz; -120 when
// there is none.
func Goertzel(freq float64, pcm []int16) float64 {
	if len(pcm) == 0 {
		return silent
	}
	w := 2 * math.Pi * freq / Rate
	k := 2 * math.Cos(w)
	var s1, s2 float64
	for _, x := range pcm {
		s1, s2 = float64(x)+k*s1-s2, s1
	}
	power := s1*s1 + s2*s2 - k*s1*s2
	return decibels(2 * math.Sqrt(max(power, 0)) / float64(len(pcm)))
}

// Level is the level of all of pcm in dBFS; -120 for digital silence.
func Level(pcm []int16) float64 {
	if len(pcm) == 0 {
		return silent
	}
	var sum float64
	for _, x := range pcm {
		sum += float64(x) * float64(x)
	}
	return decibels(math.Sqrt(2 * sum / float64(len(pcm))))
}

const silent = -120

func decibels(amplitude float64) float64 {
	if amplitude <= 0 {
		return silent
	}
	return max(20*math.Log10(amplitude/32767), silent)
}

// WAVHasTone tells whether the sound of a 16 bit WAV holds the tone somewhere.
func WAVHasTone(wav []byte, freq float64) bool {
	pcm := make([]int16, max(0, len(wav)-44)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(wav[44+2*i:]))
	}
	const window = Rate / 5
	for at := 0; at+window <= len(pcm); at += window {
		if hasTone(freq, pcm[at:at+window]) {
			return true
		}
	}
	return false
}

// hasTone says that freq makes up most of pcm and can be heard.
func hasTone(freq float64, pcm []int16) bool {
	at, all := Goertzel(freq, pcm), Level(pcm)
	return at > -45 && all-at < 3
}
