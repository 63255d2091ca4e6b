package mediatest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"sahut/media/opus"
)

// Heard is what an Ear counted since it was made or last reset.
type Heard struct {
	Packets    int // of sound
	Bytes      int // of sound, as G.711: samples
	Opus       int // packets of it that were Opus
	Wire       int // bytes of those
	Lost       int // missing sequence numbers
	Silenced   int // samples of lost packets that nothing could be made of but silence
	Late       int // sequence numbers that came after a higher one, or twice
	Markers    int
	TimeJumps  int // timestamps that did not follow from the packet before, without a marker
	TimeBack   int // timestamps that went back
	Sources    int // SSRCs
	Empty      int // packets with no payload
	Foreign    int // packets that are neither the negotiated sound nor digits
	Forged     int // encrypted packets that were not made with the agreed key
	Events     int // packets of digits
	RTCP       int
	Keys       string // digits, each once
	FirstAt    time.Time
	StampedAt  time.Time // when the first stamped packet came (Voice.Stamp)
	LastAt     time.Time
	LongestGap time.Duration // between two packets of sound
}

// Seconds of sound heard.
func (h Heard) Seconds() float64 { return float64(h.Bytes) / Rate }

// Ear is the receiving half of an endpoint.
type Ear struct {
	mu      sync.Mutex // guards the fields below
	law     Law
	keysPT  uint8
	opus    *opus.Codec // nil: Opus is foreign
	pcm     [opus.MostInOne]int16
	heard   Heard
	keys    []byte
	started bool
	ssrc    uint32
	seq     uint16
	ts      uint32
	length  uint32 // samples in the packet before
	event   uint32 // timestamp of the digit heard last
	digit   bool   // event is set

	ring    []int16 // the last samples; all of them when keep
	at      int     // where the next sample goes
	total   int64
	keep    bool
	maximum int
	latency Latency
	waiters []chan struct{}
}

// ringLength is how much an Ear remembers when it does not record: a second.
const ringLength = Rate

func newEar(record time.Duration) *Ear {
	e := &Ear{law: PCMA, keysPT: 101}
	if record > 0 {
		e.keep, e.maximum = true, int(record.Seconds()*Rate)
	}
	e.ring = make([]int16, 0, ringLength)
	return e
}

func (e *Ear) agree(law Law, keysPT uint8) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.law, e.keysPT = law, keysPT
}

// packet takes one RTP packet.
func (e *Ear) packet(p []byte, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(p) < 12 || p[0]>>6 != 2 {
		e.heard.Foreign++
		return
	}
	if pt := p[1]; pt >= 192 && pt <= 223 { // RFC 5761 §4
		e.heard.RTCP++
		e.wake()
		return
	}
	body, ok := payloadOf(p)
	if !ok {
		e.heard.Foreign++
		return
	}
	pt, marker := p[1]&0x7F, p[1]&0x80 != 0
	seq, ts, ssrc := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint32(p[4:]), binary.BigEndian.Uint32(p[8:])
	digits := pt == e.keysPT && e.keysPT != 0
	coded := pt == opusPT && e.opus != nil
	if pt != uint8(PCMA) && pt != uint8(PCMU) && !digits && !coded {
		e.heard.Foreign++
		return
	}
	before := e.heard.Lost
	fresh := e.order(seq, ssrc)
	switch {
	case len(body) == 0:
		e.heard.Empty++
	case digits:
		e.digits(body, ts)
	case fresh && coded:
		e.opusSound(body, ts, marker, before, now)
	case fresh:
		e.sound(Law(pt), body, ts, marker, before, now)
	}
	e.wake()
}

// forged counts a packet that could not be decrypted.
func (e *Ear) forged() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard.Forged++
	e.wake()
}

func payloadOf(p []byte) ([]byte, bool) {
	at := 12 + 4*int(p[0]&0x0F)
	if p[0]&0x10 != 0 {
		if len(p) < at+4 {
			return nil, false
		}
		at += 4 + 4*int(binary.BigEndian.Uint16(p[at+2:]))
	}
	end := len(p)
	if p[0]&0x20 != 0 {
		end -= int(p[len(p)-1])
	}
	if at > end {
		return nil, false
	}
	return p[at:end], true
}

// order counts losses; fresh is false for a packet that came too late to be
// played in order.
func (e *Ear) order(seq uint16, ssrc uint32) (fresh bool) {
	if !e.started || ssrc != e.ssrc {
		e.started, e.ssrc, e.seq = true, ssrc, seq
		e.length = 0
		e.heard.Sources++
		return true
	}
	step := int16(seq - e.seq)
	if step <= 0 {
		e.heard.Late++
		if step < 0 && e.heard.Lost > 0 {
			e.heard.Lost--
		}
		return false
	}
	e.heard.Lost += int(step) - 1
	e.seq = seq
	return true
}

func (e *Ear) sound(law Law, body []byte, ts uint32, marker bool, lost int, now time.Time) {
	e.arrived(len(body), now)
	if marker {
		e.heard.Markers++
	}
	e.clock(ts, marker, lost)
	e.ts, e.length = ts, uint32(len(body))
	if e.latency.stamped(body, now) && e.heard.StampedAt.IsZero() {
		e.heard.StampedAt = now
	}
	for _, c := range body {
		if law == PCMU {
			e.put(decodedMu[c])
		} else {
			e.put(decodedA[c])
		}
	}
}

// arrived counts a packet of so many samples.
func (e *Ear) arrived(samples int, now time.Time) {
	h := &e.heard
	if h.FirstAt.IsZero() {
		h.FirstAt = now
	} else {
		h.LongestGap = max(h.LongestGap, now.Sub(h.LastAt))
	}
	h.LastAt = now
	h.Packets++
	h.Bytes += samples
}

// clock checks the timestamp and fills what was not sent or was lost with
// silence, so that a recording keeps time.
func (e *Ear) clock(ts uint32, marker bool, lost int) {
	if e.length == 0 {
		return
	}
	gap := int32(ts - e.ts - e.length)
	if gap == 0 {
		return
	}
	if gap < 0 {
		e.heard.TimeBack++
		return
	}
	if !marker && e.heard.Lost == 0 {
		e.heard.TimeJumps++
	}
	gap = min(gap, 10*Rate)
	if e.heard.Lost > lost {
		e.heard.Silenced += int(gap)
	}
	for range gap {
		e.put(0)
	}
}

func (e *Ear) digits(body []byte, ts uint32) {
	e.heard.Events++
	if len(body) < 4 || int(body[0]) >= len(keyNames) || (e.digit && ts == e.event) {
		return
	}
	e.digit, e.event = true, ts
	e.keys = append(e.keys, keyNames[body[0]])
}

func (e *Ear) put(s int16) {
	e.total++
	if e.keep {
		if len(e.ring) < e.maximum {
			e.ring = append(e.ring, s)
		}
		return
	}
	if len(e.ring) < ringLength {
		e.ring = append(e.ring, s)
		return
	}
	e.ring[e.at] = s
	e.at = (e.at + 1) % ringLength
}

func (e *Ear) wake() {
	for _, w := range e.waiters {
		close(w)
	}
	e.waiters = e.waiters[:0]
}

// Heard is what has been counted.
func (e *Ear) Heard() Heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts()
}

func (e *Ear) counts() Heard {
	h := e.heard
	h.Keys = string(e.keys)
	return h
}

// Reset sets the counters to zero; the order of packets is still followed.
func (e *Ear) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard, e.latency = Heard{Sources: min(e.heard.Sources, 1)}, Latency{}
	e.keys = nil
}

// Latency is how long stamped packets took (Voice.Stamp).
func (e *Ear) Latency() Latency {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.latency
}

// Recording is what was heard: everything when the endpoint records, else the
// last second.
func (e *Ear) Recording() []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last(len(e.ring))
}

// last is a copy of the n samples heard last.
func (e *Ear) last(n int) []int16 {
	n = min(n, len(e.ring))
	out := make([]int16, 0, n)
	if e.keep {
		return append(out, e.ring[len(e.ring)-n:]...)
	}
	for i := range n {
		out = append(out, e.ring[(e.at+len(e.ring)-n+i)%len(e.ring)])
	}
	return out
}

// toneLength is how much of a tone must be heard: 100 ms tells tones apart that
// differ by 20 Hz.
const toneLength = Rate / 10

// ErrNotHeard wraps what WaitTone and its siblings waited for in vain.
var ErrNotHeard = errors.New("not heard")

// WaitTone returns when 100 ms heard after the call are a tone of freq hertz.
func (e *Ear) WaitTone(ctx context.Context, freq float64) error {
	return e.waitSound(ctx, fmt.Sprintf("a tone of %g Hz", freq), func(pcm []int16) bool { return hasTone(freq, pcm) })
}

// WaitQuiet returns when 100 ms of silence have been heard after the call:
// packets that carry it, not their absence.
func (e *Ear) WaitQuiet(ctx context.Context) error {
	return e.waitSound(ctx, "silence", func(pcm []int16) bool { return Level(pcm) < -60 })
}

// WaitSound returns when 100 ms of anything but silence have been heard after
// the call.
func (e *Ear) WaitSound(ctx context.Context) error {
	return e.waitSound(ctx, "sound", func(pcm []int16) bool { return Level(pcm) > -40 })
}

// WaitSoundBut returns when 100 ms of something else than that tone have been
// heard after the call.
func (e *Ear) WaitSoundBut(ctx context.Context, freq float64) error {
	return e.waitSound(ctx, fmt.Sprintf("something else than %g Hz", freq), func(pcm []int16) bool { return Level(pcm) > -40 && !hasTone(freq, pcm) })
}

func (e *Ear) waitSound(ctx context.Context, what string, match func([]int16) bool) error {
	e.mu.Lock()
	from := e.total
	e.mu.Unlock()
	return e.wait(ctx, what, func() bool {
		return e.total >= from+toneLength && match(e.last(toneLength))
	})
}

// WaitKeyTone returns when 40 ms heard after the call are the two tones of a key
// and nothing else.
func (e *Ear) WaitKeyTone(ctx context.Context, key rune) error {
	place := strings.IndexRune("123A456B789C*0#D", key)
	if place < 0 {
		return ErrKey
	}
	row, column := []float64{697, 770, 852, 941}[place/4], []float64{1209, 1336, 1477, 1633}[place%4]
	return e.waitSound(ctx, "the tones of key "+string(key), func(pcm []int16) bool {
		pcm = pcm[:toneLength*2/5]
		a, b, all := Goertzel(row, pcm), Goertzel(column, pcm), Level(pcm)
		return a > -45 && all-a < 6 && all-b < 6 && all-10*math.Log10(math.Pow(10, a/10)+math.Pow(10, b/10)) < 1
	})
}

// WaitKeys returns when these digits have been heard since the last Reset.
func (e *Ear) WaitKeys(ctx context.Context, keys string) error {
	return e.wait(ctx, "keys "+keys, func() bool { return string(e.keys) == keys })
}

// WaitPackets returns when n more packets of sound have come.
func (e *Ear) WaitPackets(ctx context.Context, n int) error {
	e.mu.Lock()
	goal := e.heard.Packets + n
	e.mu.Unlock()
	return e.wait(ctx, fmt.Sprintf("%d packets", n), func() bool { return e.heard.Packets >= goal })
}

// WaitRTCP returns when n more RTCP packets have come.
func (e *Ear) WaitRTCP(ctx context.Context, n int) error {
	e.mu.Lock()
	goal := e.heard.RTCP + n
	e.mu.Unlock()
	return e.wait(ctx, fmt.Sprintf("%d RTCP packets", n), func() bool { return e.heard.RTCP >= goal })
}

// wait asks after each packet whether it has come true.
func (e *Ear) wait(ctx context.Context, what string, isSo func() bool) error {
	for {
		e.mu.Lock()
		if isSo() {
			e.mu.Unlock()
			return nil
		}
		w := make(chan struct{})
		e.waiters = append(e.waiters, w)
		e.mu.Unlock()
		select {
		case <-w:
		case <-ctx.Done():
			return fmt.Errorf("%w: %s (%+v, level %.0f dBFS): %w", ErrNotHeard, what, e.Heard(), Level(e.tail()), ctx.Err())
		}
	}
}

func (e *Ear) tail() []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last(toneLength)
}
