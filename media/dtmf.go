package media

import (
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// keyNames are the telephone keys in the order of their RFC 4733 event codes.
const keyNames = "0123456789*#ABCD"

// How long a key we send sounds, in frames: 100 ms of tone and 80 ms until the
// next. The end packet is sent three times (RFC 4733 section 2.5.1.4), within
// the gap.
const (
	keyFrames = 5
	keyGap    = 4
	keyEnds   = 3
	keyVolume = 10 // -10 dBm0
)

// keying is the keys one leg still has to send; its player owns it.
type keying struct {
	codes []byte
	step  int  // frame of the key in hand
	tones bool // the far end knows no telephone-event: sound them
	open  bool // the sender's sound is suspended
	buf   [4]byte
}

func (k *keying) add(keys string) {
	for _, r := range strings.ToUpper(keys) {
		if i := strings.IndexRune(keyNames, r); i >= 0 {
			k.codes = append(k.codes, byte(i))
		}
	}
}

// tick sends this frame's part of the key in hand. False means there is none.
func (k *keying) tick(s *Sender, due time.Time) bool {
	if len(k.codes) == 0 {
		if k.open {
			s.endEvents()
			k.open = false
		}
		return false
	}
	if k.step == 0 {
		var ready bool
		if k.tones, ready = s.beginEvent(due); !ready {
			return false // held, or nowhere to send to: the keys wait
		}
		k.open = true
	}
	code := k.codes[0]
	if k.tones {
		k.tone(s, due, code)
	} else {
		k.event(s, code)
	}
	if k.step++; k.step == keyFrames+keyGap {
		k.step, k.codes = 0, k.codes[1:]
	}
	return true
}

// event sends a telephone-event: while the key sounds its duration grows, then
// the end is repeated.
func (k *keying) event(s *Sender, code byte) {
	if k.step >= keyFrames-1+keyEnds {
		return
	}
	duration := min(k.step+1, keyFrames) * frameSamples
	flags := byte(keyVolume)
	if k.step >= keyFrames-1 {
		flags |= 0x80
	}
	k.buf = [4]byte{code, flags, byte(duration >> 8), byte(duration)}
	s.event(k.buf[:], k.step == 0)
}

// tone sounds the key for a far end that takes no events.
func (k *keying) tone(s *Sender, due time.Time, code byte) {
	prompt := silentFrame
	frame := 0
	if k.step < keyFrames {
		prompt, frame = keyTone(code), k.step
	}
	alaw, ulaw := prompt.frame(frame)
	s.sound(due, alaw, ulaw)
}

var keyTones [len(keyNames)]struct {
	once   sync.Once
	prompt *Prompt
}

// keyTone returns the two tones of a key (ITU-T Q.23), each at -9 dBm0 or so.
func keyTone(code byte) *Prompt {
	t := &keyTones[code]
	t.once.Do(func() {
		place := strings.IndexByte(toneKeys, keyNames[code])
		pcm := make([]int16, keyFrames*frameSamples)
		for i := range pcm {
			x := 2 * math.Pi * float64(i) / clockRate
			pcm[i] = int16(7000 * (math.Sin(x*toneRows[place/4]) + math.Sin(x*toneColumns[place%4])))
		}
		t.prompt = newPrompt(pcm)
	})
	return t.prompt
}

// scaleEvent turns an event's duration from one clock into another, in place.
func scaleEvent(payload []byte, from, to uint32) {
	if from == 0 {
		from = clockRate
	}
	if to == 0 {
		to = clockRate
	}
	if from != to && len(payload) >= 4 {
		d := uint64(binary.BigEndian.Uint16(payload[2:])) * uint64(to) / uint64(from)
		binary.BigEndian.PutUint16(payload[2:], uint16(min(d, math.MaxUint16)))
	}
}

// eventClock gives the events of a far end that counts them in another clock a
// place in the time of its sound.
type eventClock struct {
	theirs, ours uint32
	set          bool
	sound        uint32 // end of the newest packet of sound
}

// place moves an event's packet to the moment its sound would have.
func (c *eventClock) place(h *rtp.Header, payload []byte, rate uint32) {
	scaleEvent(payload, rate, clockRate)
	if !c.set || c.theirs != h.Timestamp {
		*c = eventClock{theirs: h.Timestamp, ours: c.sound, set: true, sound: c.sound}
	}
	h.Timestamp = c.ours
}

// keyEar turns telephone-event packets into keys, each once: an event is many
// packets with one timestamp, its end comes three times, and any of them may
// be lost or late. The reading goroutine owns it.
type keyEar struct {
	heard  bool // ts is set
	ts     uint32
	ssrc   uint32
	code   byte
	long   uint16 // the longest duration it had
	told   bool   // the key was reported
	silent int    // packets of sound since the event's last packet
}

// sounding is the key whose event has begun and is not over.
func (e *keyEar) sounding() (key rune, ok bool) {
	return rune(keyNames[e.code]), e.heard && !e.told
}

// lostEnd is how many packets of sound after an event's last packet mean that
// all three of its end packets were lost.
const lostEnd = 3

// event takes one telephone-event packet and returns the key to report now.
func (e *keyEar) event(h *rtp.Header, payload []byte) (key rune, ok bool) {
	if len(payload) < 4 || int(payload[0]) >= len(keyNames) {
		return 0, false
	}
	code, end := payload[0], payload[1]&0x80 != 0
	duration := binary.BigEndian.Uint16(payload[2:])
	if e.heard && !e.told && e.ssrc == h.SSRC && e.code == code && e.long == math.MaxUint16 && h.Timestamp == e.ts+math.MaxUint16 {
		e.ts, e.long = h.Timestamp, 0 // the key is held on, longer than one event can last (RFC 4733 section 2.5.1.3)
	}
	if e.heard && e.ssrc == h.SSRC && e.ts == h.Timestamp {
		e.silent, e.long = 0, max(e.long, duration)
		if e.told || !end {
			return 0, false
		}
		e.told = true
		return rune(keyNames[e.code]), true
	}
	if e.heard && e.ssrc == h.SSRC && int32(h.Timestamp-e.ts) < 0 {
		return 0, false // a late packet of an event long told
	}
	missed, before := e.heard && !e.told, e.code
	*e = keyEar{heard: true, ts: h.Timestamp, ssrc: h.SSRC, code: code, long: duration, told: end && !missed}
	if missed { // its end was lost, the next key tells that it is over
		return rune(keyNames[before]), true
	}
	return rune(keyNames[code]), end
}

// sound takes note of a packet of sound.
func (e *keyEar) sound() (key rune, ok bool) {
	if !e.heard || e.told {
		return 0, false
	}
	if e.silent++; e.silent < lostEnd {
		return 0, false
	}
	e.told = true
	return rune(keyNames[e.code]), true
}
