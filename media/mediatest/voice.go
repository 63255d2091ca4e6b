package mediatest

import (
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Voice is the sending half of an endpoint. It starts parked: no packet leaves
// until it is told to speak, as a page with no microphone attached.
type Voice struct {
	pacer *Pacer
	send  func(h *rtp.Header, payload []byte) error

	mu     sync.Mutex // guards the fields below
	law    Law
	keysPT uint8
	ptime  int // milliseconds
	header rtp.Header
	since  time.Time // of the last turn in which the clock of header moved
	owed   int       // milliseconds of sound due
	sound  *Sound
	pos    int
	said   chan struct{}
	keys   []byte // RFC 4733 events to send
	key    keyTurn
	stamp  bool
	sent   int
	failed int
	ready  bool
	buf    [480]byte
	event  [4]byte
	out    rtp.Header // of the packet being sent: a local one would escape, 50 times a second
}

// keyTurn is how far the digit in hand has come.
type keyTurn struct {
	active bool
	began  uint32 // the RTP timestamp that names the event
	turns  int
	pause  int
}

func newVoice(p *Pacer, send func(*rtp.Header, []byte) error) *Voice {
	v := &Voice{pacer: p, send: send, ptime: 20, keysPT: 101, law: PCMA}
	v.header = rtp.Header{Version: 2, SequenceNumber: uint16(random()), Timestamp: random(), SSRC: random()}
	p.add(v)
	return v
}

// agree sets what was negotiated; until then nothing can be sent.
func (v *Voice) agree(law Law, keysPT uint8, ssrc uint32) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.law, v.keysPT, v.ready = law, keysPT, true
	if ssrc != 0 {
		v.header.SSRC = ssrc
	}
}

func (v *Voice) close() { v.pacer.remove(v) }

// Speak begins an endless tone.
func (v *Voice) Speak(freq float64) { v.Say(ToneSound(freq)) }

// Mute begins endless silence: packets go on.
func (v *Voice) Mute() { v.Say(SilentSound()) }

// Park stops sending packets at all.
func (v *Voice) Park() { v.Say(nil) }

// Say begins a sound in place of the one being said. The channel is closed
// when a sound that does not loop has been said; silence follows it.
func (v *Voice) Say(s *Sound) (said <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.said != nil {
		close(v.said)
	}
	v.said = make(chan struct{})
	v.sound, v.pos = s, 0
	return v.said
}

// ErrKey is returned for a key no telephone has.
var ErrKey = errors.New("keys are 0-9, *, #, A-D")

// SendKeys sends digits as RFC 4733 events, 100 ms each with 80 ms between, in
// the same stream as the sound (as RTCDTMFSender does).
func (v *Voice) SendKeys(keys string) error {
	events := make([]byte, 0, len(keys))
	for _, k := range keys {
		e := strings.IndexRune(keyNames, k)
		if e < 0 {
			return ErrKey
		}
		events = append(events, byte(e))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys = append(v.keys, events...)
	return nil
}

const keyNames = "0123456789*#ABCD"

// Stamp writes the time into each packet of sound, for Ear.Latency. Only a path
// that passes the codes on unchanged keeps it.
func (v *Voice) Stamp(on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stamp = on
}

// Sent counts the packets sent, and those the network refused.
func (v *Voice) Sent() (packets, failed int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.sent, v.failed
}

// Renew changes the SSRC, sequence number and timestamp, as a gateway does
// that moves a call to another port.
func (v *Voice) Renew() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.header.SSRC, v.header.SequenceNumber, v.header.Timestamp = random(), uint16(random()), random()
}

// CountFrom goes on with another sequence number, such as one shortly before
// the counter wraps.
func (v *Voice) CountFrom(seq uint16) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.header.SequenceNumber = seq
}

// tick is a turn of 20 ms.
func (v *Voice) tick(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.ready || (v.sound == nil && len(v.keys) == 0 && !v.key.active) {
		return
	}
	v.catchUp(now)
	if v.digit() {
		v.header.Timestamp += Rate / 50
		return
	}
	if v.sound == nil {
		v.header.Timestamp += Rate / 50
		return
	}
	for v.owed += 20; v.owed >= v.ptime; v.owed -= v.ptime {
		v.frame()
	}
}

// catchUp moves the RTP clock over the time in which nothing was sent: the
// timestamp is the sampling clock, not a count of packets (RFC 3550 §5.1).
func (v *Voice) catchUp(now time.Time) {
	if gap := now.Sub(v.since); !v.since.IsZero() && gap > 100*time.Millisecond {
		v.header.Timestamp += uint32(gap/frameTime) * (Rate / 50)
		v.owed = 0
	}
	v.since = now
}

func (v *Voice) frame() {
	payload := v.buf[:Rate/1000*v.ptime]
	pos, done := v.sound.frame(payload, v.law, v.pos)
	v.pos = pos
	if v.stamp {
		putStamp(payload)
	}
	v.write(uint8(v.law), v.header.Timestamp, false, payload)
	v.header.Timestamp += uint32(len(payload))
	if done {
		close(v.said)
		v.said, v.sound, v.pos = nil, quiet, 0
	}
}

var quiet = SilentSound()

// digit takes the turn when a key is being sent.
func (v *Voice) digit() bool {
	k := &v.key
	if k.pause > 0 {
		k.pause--
		return false
	}
	if !k.active {
		if len(v.keys) == 0 {
			return false
		}
		*k = keyTurn{active: true, began: v.header.Timestamp}
	}
	const turns = 5
	k.turns++
	v.event = [4]byte{v.keys[0], 10}
	binary.BigEndian.PutUint16(v.event[2:], uint16(k.turns*Rate/50))
	if k.turns < turns {
		v.write(v.keysPT, k.began, k.turns == 1, v.event[:])
		return true
	}
	v.event[1] |= 0x80 // the end, three times because one may be lost (RFC 4733 §2.5.1.4)
	for range 3 {
		v.write(v.keysPT, k.began, false, v.event[:])
	}
	v.keys = v.keys[1:]
	*k = keyTurn{pause: 4}
	return true
}

func (v *Voice) write(pt uint8, ts uint32, marker bool, payload []byte) {
	v.out = rtp.Header{Version: 2, Marker: marker, PayloadType: pt, SequenceNumber: v.header.SequenceNumber, Timestamp: ts, SSRC: v.header.SSRC}
	v.header.SequenceNumber++
	if err := v.send(&v.out, payload); err != nil {
		v.failed++
		return
	}
	v.sent++
}
