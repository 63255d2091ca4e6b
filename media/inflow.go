package media

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"
)

// The mixer's buffer for one leg. What is kept between a packet's arrival and
// its turn grows to 60 ms with the network's jitter, and back to 20.
const (
	ringSamples = 2048          // 256 ms, a power of two
	absent      = math.MinInt16 // no G.711 code is decoded to it
	leastSlack  = frameSamples  // a new stream's first packet waits for so long
	mostSlack   = 3 * frameSamples
	slackWindow = 100 // frames between two looks at how much is kept
	hastyWindow = 25  // when it is too much
	driedUp     = 5   // frames without a packet: the leg has stopped sending
	quietPeak   = 8   // A-law's silence is decoded to this
)

// inflow takes one leg's packets for the mixer: it decodes them once, puts them
// in order by their timestamps, whatever their lengths, and gives out 20 ms at
// a time. What is missing is concealed. What begins or ends is ramped.
type inflow struct {
	keys atomic.Pointer[[]keyTarget] // who gets the leg's keys

	mu      sync.Mutex // guards what follows: the leg's reader and the mixer share it
	ring    [ringSamples]int16
	running bool
	ssrc    uint32
	play    uint32 // timestamp of the next sample to give out
	end     uint32 // after the newest sample that came
	slack   int32  // how long before its turn the last packet came
	least   int32  // least slack since the window began
	window  int    // frames in it
	squeeze int    // steps of 5 ms to catch up by
	dry     int    // frames in a row with nothing to give
	keying  bool   // the leg sends a key instead of sound

	past   past
	filler filler
	broken bool // the sound is the filler's
	joined int  // samples since there is sound to return to
}

// keyTarget is a leg that gets another's keys.
type keyTarget struct {
	to     *Sender
	source Source
}

func newInflow() *inflow {
	in := &inflow{least: math.MaxInt32}
	in.empty()
	return in
}

func (in *inflow) empty() {
	for i := range in.ring {
		in.ring[i] = absent
	}
}

// lastWords is the end of a stream that was forwarded to somebody.
type lastWords struct {
	sound past
	ssrc  uint32
	end   uint32 // the source's timestamp after it
	yes   bool
}

// prime lets the inflow go on from what was forwarded: what comes next is
// joined to it, and until then it is echoed.
func (in *inflow) prime(s lastWords) {
	if !s.yes {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.past = s.sound
	in.running, in.ssrc = true, s.ssrc
	in.end, in.play = s.end, s.end-leastSlack
}

// audio takes one packet of sound.
func (in *inflow) audio(codec Codec, h *rtp.Header, payload []byte) {
	n := int32(len(payload))
	if n == 0 || n > maxRTPPayload {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.keying = false
	slack := int32(h.Timestamp - in.play)
	if !in.running || in.ssrc != h.SSRC || slack+n > ringSamples || slack < -sourceJump {
		in.start(h)
		slack = leastSlack
	}
	in.slack, in.least = slack, min(in.least, slack)
	ts := h.Timestamp
	if slack < 0 { // its turn has passed, at least in part
		if -slack >= n {
			return
		}
		payload, ts = payload[-slack:], in.play
	}
	table := codec.linear()
	for i, v := range payload {
		in.ring[(ts+uint32(i))%ringSamples] = table[v]
	}
	if end := ts + uint32(len(payload)); int32(end-in.end) > 0 {
		in.end = end
	}
}

// start begins a stream with this packet.
func (in *inflow) start(h *rtp.Header) {
	if in.running {
		in.empty()
	}
	in.running, in.ssrc, in.dry = true, h.SSRC, 0
	in.play, in.end = h.Timestamp-leastSlack, h.Timestamp
	in.least, in.window, in.squeeze = math.MaxInt32, 0, 0
}

// event takes one telephone-event packet to everybody who hears the leg.
func (in *inflow) event(h *rtp.Header, payload []byte) {
	in.mu.Lock()
	in.keying = true
	in.mu.Unlock()
	if list := in.keys.Load(); list != nil {
		for _, t := range *list {
			t.to.mixedEvent(t.source, h, payload)
		}
	}
}

// read gives the next 20 ms. False means that they are silent, and frame is
// not worth a look.
func (in *inflow) read(frame *[frameSamples]int16) (sounds bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.running {
		return false
	}
	in.adapt()
	if int32(in.end-in.play) < frameSamples {
		if in.dry++; in.dry > driedUp {
			in.stop()
			return false
		}
		if in.dry == 1 && in.slack <= mostSlack-frameSamples { // wait for it: what is late is kept, and there is more slack now
			for i := range frame {
				frame[i] = absent
			}
			return in.mend(frame)
		}
	} else {
		in.dry = 0
	}
	if in.squeeze > 0 && in.whole(frameSamples+rampSamples) {
		in.squeeze--
		in.hurry(frame)
	} else if in.take(frame[:]) > 0 || in.broken {
		return in.mend(frame)
	}
	in.past.add(frame[:])
	return loud(frame)
}

// stop forgets a stream that ended.
func (in *inflow) stop() {
	in.running, in.dry, in.broken, in.joined = false, 0, false, 0
	in.past, in.filler.lag = past{}, 0
	in.empty()
}

// take moves samples out of the ring and returns how many are missing.
func (in *inflow) take(frame []int16) (missing int) {
	for i := range frame {
		p := &in.ring[(in.play+uint32(i))%ringSamples]
		v := *p
		frame[i], *p = v, absent
		if v == absent {
			missing++
		}
	}
	in.play += uint32(len(frame))
	return missing
}

// whole tells whether nothing is missing of the next n samples.
func (in *inflow) whole(n int) bool {
	if in.broken {
		return false
	}
	for i := range n {
		if in.ring[(in.play+uint32(i))%ringSamples] == absent {
			return false
		}
	}
	return true
}

// hurry gives 20 ms made of 25, one sliding into the other.
func (in *inflow) hurry(frame *[frameSamples]int16) {
	var long [frameSamples + rampSamples]int16
	in.take(long[:])
	for i := range frame {
		frame[i] = int16((int(long[i])*(frameSamples-1-i) + int(long[i+rampSamples])*i) / (frameSamples - 1))
	}
}

// adapt looks now and then whether more is kept than the network needs.
func (in *inflow) adapt() {
	in.window++
	if in.window < slackWindow && (in.window < hastyWindow || in.least <= mostSlack) {
		return
	}
	in.squeeze = 0
	if in.least != math.MaxInt32 {
		in.squeeze = int(max(0, in.least-leastSlack)) / rampSamples
	}
	in.least, in.window = math.MaxInt32, 0
}

// mend puts the filler where samples are missing, and slides from it to those
// that are there.
func (in *inflow) mend(frame *[frameSamples]int16) (sounds bool) {
	known := 0 // samples of the frame that are in the past
	for i, v := range frame {
		if v == absent {
			if !in.broken || in.joined > 0 {
				in.past.add(frame[known:i])
				known = i
				in.filler.begin(&in.past, in.fade())
				in.broken, in.joined = true, 0
			}
			frame[i] = int16(in.filler.next())
			continue
		}
		if !in.broken {
			continue
		}
		in.joined++
		frame[i] = int16((int(v)*in.joined + in.filler.next()*(rampSamples-in.joined)) / rampSamples)
		if in.joined == rampSamples {
			in.broken, in.joined = false, 0
		}
	}
	in.past.add(frame[known:])
	return loud(frame)
}

// fade is how long the filler may last: a key is no loss.
func (in *inflow) fade() int {
	if in.keying {
		return rampSamples
	}
	return fadeSamples
}

func loud(frame *[frameSamples]int16) bool {
	for _, v := range frame {
		if v > quietPeak || v < -quietPeak {
			return true
		}
	}
	return false
}
