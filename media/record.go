package media

import (
	"encoding/binary"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// Recording is what a leg says, as 16 bit samples at 8 kHz, in order and without
// holes: what was lost or never sent is silence. The goroutine that receives
// never waits for whoever keeps the sound.
type Recording struct {
	leg    *RTPLeg
	lost   atomic.Uint64
	spoken atomic.Bool
	length atomic.Int64 // samples

	mu     sync.Mutex // guards what follows
	out    chan []byte
	closed bool

	// owned by what receives on the leg's socket
	begun    bool
	next     uint32 // timestamp that follows what was taken
	taken    int    // samples
	quietFor int    // samples since a word
	done     bool

	limit, silence int // samples
	over           func()
}

// RecordOptions say when a recording is over by itself.
type RecordOptions struct {
	Limit   time.Duration
	Silence time.Duration // without a word
	// Over is called once when one of the two is reached. It runs on the
	// receiving goroutine and must not block, nor call Close.
	Over func()
}

const (
	telephoneRate = 8000              // samples a second
	recordBuffer  = 250               // frames: five seconds of a disk that does nothing
	longestGap    = telephoneRate / 2 // samples of silence put in for what did not come
	wordLevel     = 180               // root mean square of 16 bit samples: a whisper is above, a line's hiss is not
)

// Record begins to record what the leg says; what it forwards is not touched.
// A leg has one recording at a time: a new one replaces the other, which gets
// no more. Frames come from Frames until Close.
func (l *RTPLeg) Record(o RecordOptions) *Recording {
	samples := func(d time.Duration) int { return int(d * telephoneRate / time.Second) }
	r := &Recording{leg: l, out: make(chan []byte, recordBuffer), limit: samples(o.Limit), silence: samples(o.Silence), over: o.Over}
	l.recording.Store(r)
	return r
}

// Frames are the sound, little-endian, 20 ms each. It is closed by Close.
func (r *Recording) Frames() <-chan []byte { return r.out }

// Lost is how many frames nobody took in time.
func (r *Recording) Lost() uint64 { return r.lost.Load() }

// Length is how long it is so far.
func (r *Recording) Length() time.Duration {
	return time.Duration(r.length.Load()) * time.Second / telephoneRate
}

// Spoken tells whether there was a word in it so far.
func (r *Recording) Spoken() bool { return r.spoken.Load() }

// Close ends the recording; closing it twice is fine.
func (r *Recording) Close() {
	r.leg.recording.CompareAndSwap(r, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		close(r.out)
	}
}

// packet takes one packet of sound, on the receiving goroutine.
func (r *Recording) packet(codec Codec, h *rtp.Header, payload []byte) {
	if r.done || len(payload) == 0 || len(payload) > 10*frameSamples {
		return
	}
	if !r.begun {
		r.begun, r.next = true, h.Timestamp
	}
	gap := int(int32(h.Timestamp - r.next))
	if gap < 0 { // late or twice: its place was filled
		if gap < -10*telephoneRate { // another clock: the far end began anew
			r.next = h.Timestamp
		}
		return
	}
	r.fill(min(gap, longestGap))
	pcm := make([]byte, 2*len(payload))
	table := &alawToLinear
	if codec == PCMU {
		table = &ulawToLinear
	}
	sum := 0.0
	for i, b := range payload {
		v := table[b]
		binary.LittleEndian.PutUint16(pcm[2*i:], uint16(v))
		sum += float64(v) * float64(v)
	}
	r.next = h.Timestamp + uint32(len(payload))
	r.put(pcm, math.Sqrt(sum/float64(len(payload))) >= wordLevel)
}

func (r *Recording) fill(samples int) {
	for samples > 0 && !r.done {
		n := min(samples, frameSamples)
		r.put(make([]byte, 2*n), false)
		samples -= n
	}
}

// put hands on what was taken and looks whether it is enough.
func (r *Recording) put(pcm []byte, word bool) {
	r.hand(pcm)
	n := len(pcm) / 2
	r.taken += n
	r.length.Store(int64(r.taken))
	r.quietFor += n
	if word {
		r.quietFor = 0
		r.spoken.Store(true)
	}
	if r.taken >= r.limit || r.quietFor >= r.silence {
		r.done = true
		if r.over != nil {
			r.over()
		}
	}
}

// hand gives a frame to whoever keeps the sound, if it is not five seconds
// behind.
func (r *Recording) hand(pcm []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	select {
	case r.out <- pcm:
	default:
		r.lost.Add(1)
	}
}
