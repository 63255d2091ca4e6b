package media

import (
	"math"
	"time"
)

// Keys that come as their sound (ITU-T Q.23, Q.24). Speech has such tones too,
// but never two alone, of about one strength, for so long.
const (
	toneBlock = 102 // samples of one look: 12.75 ms, which tells 697 Hz from 770
	toneHop   = 51  // samples from one look to the next
	toneHits  = 4   // looks in a row that must agree: 32 ms of tone, so that 40 suffice
	toneGone  = 4   // looks without the key that end it: a gap of 10 ms does not

	tonePurity = 0.75 // of all power must be in the two, as far as a look at exact frequencies sees it
)

// Limits of power, as ratios.
var (
	toneLeast  = decibels(-38) * 32768 * 32768 / 2 // each of the two must be louder: -38 dBFS
	mostRow    = decibels(9)                       // the row against the column: lines lose the higher one
	mostColumn = decibels(5)                       // the column against the row
	leastPeak  = decibels(6)                       // each against the others of its group
)

func decibels(dB float64) float64 { return math.Pow(10, dB/10) }

var (
	toneRows    = [4]float64{697, 770, 852, 941}
	toneColumns = [4]float64{1209, 1336, 1477, 1633}
)

const toneKeys = "123A456B789C*0#D"

// The Goertzel coefficients of the eight tones.
var rowTurns, columnTurns = turns(toneRows), turns(toneColumns)

func turns(freqs [4]float64) (c [4]float64) {
	for i, f := range freqs {
		c[i] = 2 * math.Cos(2*math.Pi*f/clockRate)
	}
	return c
}

// toneEar hears keys in sound. One goroutine owns it.
type toneEar struct {
	block [toneBlock]float64 // the samples looked at last; the newer half is being filled
	fill  int                // samples of the newer half
	last  byte               // what the last look saw; 0: no key
	hits  int                // looks in a row that saw it
	key   byte               // that sounds now and was told; 0: none
	gone  int                // looks in a row that did not see it
}

// sound takes a packet and returns the key that began to sound in it.
func (e *toneEar) sound(codec Codec, payload []byte) (key rune, ok bool) {
	table := &alawToLinear
	if codec == PCMU {
		table = &ulawToLinear
	}
	for _, c := range payload {
		e.block[toneBlock-toneHop+e.fill] = float64(table[c])
		if e.fill++; e.fill < toneHop {
			continue
		}
		if k := e.look(keyIn(&e.block)); k != 0 {
			key, ok = rune(k), true
		}
		copy(e.block[:], e.block[toneHop:])
		e.fill = 0
	}
	return key, ok
}

// look takes what one look saw and returns a key that is news.
func (e *toneEar) look(seen byte) (news byte) {
	if seen != e.last {
		e.last, e.hits = seen, 0
	}
	e.hits++
	if seen == e.key {
		e.gone = 0
		return 0
	}
	if e.key != 0 {
		if e.gone++; e.gone >= toneGone {
			e.key = 0
		}
	}
	if seen == 0 || e.hits < toneHits {
		return 0
	}
	e.key, e.gone = seen, 0
	return seen
}

// keyIn is the key that sounds in a block; 0: none.
func keyIn(block *[toneBlock]float64) byte {
	var total float64
	for _, v := range block {
		total += v * v
	}
	// A tone of amplitude a has a²/2 a sample, and a Goertzel power of (a·N/2)²:
	// power = 2·|X|²/N².
	if total /= toneBlock; total < toneLeast {
		return 0
	}
	rows, columns := powers(block, &rowTurns), powers(block, &columnTurns)
	row, alone := strongest(&rows)
	column, alone2 := strongest(&columns)
	r, c := rows[row], columns[column]
	switch {
	case !alone || !alone2 || r < toneLeast || c < toneLeast:
	case r > c*mostRow, c > r*mostColumn:
	case r+c < total*tonePurity:
	default:
		return toneKeys[4*row+column]
	}
	return 0
}

// powers measures four tones at once: side by side they wait for one another's
// multiplications half as long as one by one.
func powers(block *[toneBlock]float64, turn *[4]float64) [4]float64 {
	t0, t1, t2, t3 := turn[0], turn[1], turn[2], turn[3]
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	for _, v := range block {
		a0, b0 = v+t0*a0-b0, a0
		a1, b1 = v+t1*a1-b1, a1
		a2, b2 = v+t2*a2-b2, a2
		a3, b3 = v+t3*a3-b3, a3
	}
	const scale = 2.0 / (toneBlock * toneBlock)
	return [4]float64{
		scale * (a0*a0 + b0*b0 - t0*a0*b0), scale * (a1*a1 + b1*b1 - t1*a1*b1),
		scale * (a2*a2 + b2*b2 - t2*a2*b2), scale * (a3*a3 + b3*b3 - t3*a3*b3),
	}
}

// strongest finds the loudest tone of a group; alone is false when another one
// comes near it.
func strongest(group *[4]float64) (best int, alone bool) {
	for i, p := range group {
		if p > group[best] {
			best = i
		}
	}
	for i, p := range group {
		if i != best && p*leastPeak > group[best] {
			return best, false
		}
	}
	return best, true
}

// bothWays is how far apart in time one press may come as an event and as a
// tone: gateways take a moment to recognise a tone, and to mute it.
const bothWays = 100 * time.Millisecond

// presses tells each press once, whether it came as a telephone-event, as a
// tone, or as both. One goroutine owns it.
type presses struct {
	event struct {
		key          rune
		began, ended time.Time
		open         bool // it still sounds
		matched      bool // its tone was heard, too
	}
	tone struct {
		key rune // 0: none, or it was matched
		at  time.Time
	}
}

// eventBegan notes the first packet of an event.
func (p *presses) eventBegan(key rune, now time.Time) {
	p.event.key, p.event.began, p.event.open, p.event.matched = key, now, true, false
}

// byEvent tells whether an event that is over is news.
func (p *presses) byEvent(key rune, now time.Time) bool {
	e := &p.event
	if e.key != key || !e.open { // nothing but its end came
		e.began = now
	}
	e.key, e.ended, e.open = key, now, false
	if p.tone.key == key && p.tone.at.Sub(e.began) >= -bothWays {
		p.tone.key, e.matched = 0, true
		return false
	}
	return true
}

// byTone tells whether a tone is news.
func (p *presses) byTone(key rune, now time.Time) bool {
	e := &p.event
	if e.key == key && (e.open || !e.matched && now.Sub(e.ended) <= bothWays) {
		e.matched = true
		return false
	}
	p.tone.key, p.tone.at = key, now
	return true
}
