package media

import (
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"

	"sahut/media/opus"
)

// opusOut is the wire of a Sender whose far end speaks Opus: it takes A-law and
// sends Opus. The Sender only lays its packets down here; a goroutine of this leg
// codes them, so that nobody who speaks to many ever waits for one.
//
// What was lost on the caller's side is filled in here, for up to 60 ms: in the
// browser the repair of a loss of its own line would be taken for it.
type opusOut struct {
	codec *opus.Codec

	dropped atomic.Uint64 // packets for which there was no place, that came too late, or that could not be coded
	packets atomic.Uint64 // sent
	octets  atomic.Uint64 // in them
	wake    chan struct{}
	quit    chan struct{}
	gone    chan struct{}

	mu      sync.Mutex // guards what follows
	wire    Writer     // nil: nowhere to
	ring    [opusBacklog]laidDown
	first   int
	waiting int

	// The goroutine's own.
	started bool
	seq     uint16 // newest taken
	end     uint32 // timestamp after its sound
	frame   [frameSamples]int16
	filled  int // samples of frame
	header  rtp.Header
	past    past
	packet  [opus.MaxPacket]byte
}

// opusBacklog is how many packets wait at most: 320 ms, a little more than a Sender
// lets pass late.
const opusBacklog = 16

// laidDown is a packet of A-law that waits.
type laidDown struct {
	header rtp.Header
	n      int
	alaw   [frameSamples]byte
}

// newOpusOut begins; close ends it.
func newOpusOut(codec *opus.Codec) *opusOut {
	o := &opusOut{codec: codec, wake: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{})}
	go o.run()
	return o
}

// to says where packets go.
func (o *opusOut) to(wire Writer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wire = wire
}

// WriteRTP implements Writer: it takes at most 20 ms of A-law, and never waits.
func (o *opusOut) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	o.mu.Lock()
	if o.waiting == opusBacklog || len(payload) > frameSamples {
		o.mu.Unlock()
		o.dropped.Add(1)
		return len(payload), nil
	}
	p := &o.ring[(o.first+o.waiting)%opusBacklog]
	p.header, p.n = *h, copy(p.alaw[:], payload)
	o.waiting++
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
	return len(payload), nil
}

// close ends the goroutine and waits for it.
func (o *opusOut) close() {
	close(o.quit)
	<-o.gone
}

func (o *opusOut) run() {
	defer close(o.gone)
	var p laidDown
	for {
		select {
		case <-o.quit:
			return
		case <-o.wake:
		}
		for o.next(&p) {
			o.take(&p)
		}
	}
}

// next takes up the oldest packet that waits.
func (o *opusOut) next(p *laidDown) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting == 0 {
		return false
	}
	*p = o.ring[o.first]
	o.first = (o.first + 1) % opusBacklog
	o.waiting--
	return true
}

// take codes one packet, after what is missing before it.
func (o *opusOut) take(p *laidDown) {
	h := &p.header
	if !o.started {
		o.started, o.seq, o.end = true, h.SequenceNumber-1, h.Timestamp
		o.header = rtp.Header{Version: 2, SequenceNumber: h.SequenceNumber - 1}
	}
	step := int16(h.SequenceNumber - o.seq)
	if step <= 0 { // its place is filled
		o.dropped.Add(1)
		return
	}
	if hole := int32(h.Timestamp - o.end); hole != 0 {
		o.mend(int(hole), int(step)-1)
	}
	o.seq, o.end = h.SequenceNumber, h.Timestamp+uint32(p.n)
	o.header.SSRC, o.header.PayloadType = h.SSRC, h.PayloadType
	o.header.Marker = o.header.Marker || h.Marker
	for i, v := range p.alaw[:p.n] {
		o.add(alawToLinear[v], h.Timestamp+uint32(i))
	}
}

// mend fills a hole of a few lost packets. Another one, or a step back, is kept:
// what was begun is completed with silence, and the numbers jump as they did.
func (o *opusOut) mend(hole, missing int) {
	if missing > 0 && hole > 0 && hole <= fadeSamples {
		var f filler
		f.begin(&o.past, fadeSamples)
		for i := range hole {
			o.add(int16(f.next()), o.end+uint32(i))
		}
		return
	}
	for i := 0; o.filled > 0; i++ {
		o.add(0, o.end+uint32(i))
	}
	if hole > 0 && missing > 0 {
		o.header.SequenceNumber += uint16(min(missing, sourceGap))
	}
}

// add puts one sample into the frame and sends it when it is full.
func (o *opusOut) add(v int16, ts uint32) {
	if o.filled == 0 {
		o.header.Timestamp = ts * opusTicks // wraps where ts does
	}
	o.frame[o.filled] = v
	if o.filled++; o.filled == frameSamples {
		o.filled = 0
		o.send()
	}
}

func (o *opusOut) send() {
	o.past.add(o.frame[:])
	n, err := o.codec.Encode(o.packet[:], &o.frame)
	o.header.SequenceNumber++
	if err != nil {
		o.dropped.Add(1)
		return
	}
	o.mu.Lock()
	wire := o.wire
	o.mu.Unlock()
	if wire == nil {
		return
	}
	if _, err := wire.WriteRTP(&o.header, o.packet[:n]); err == nil { // else the connection is gone
		o.packets.Add(1)
		o.octets.Add(uint64(n))
	}
	o.header.Marker = false
}
