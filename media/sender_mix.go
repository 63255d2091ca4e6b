package media

import (
	"time"

	"github.com/pion/rtp"
)

// staleAfter is how long after the last sound's end it is not gone on from.
const staleAfter = 2 * frameTime

// relayed is the telephone-event passed on last beside a mix.
type relayed struct {
	yes      bool
	ssrc, ts uint32 // the source's
	ours     uint32 // its timestamp in our stream
	buf      [16]byte
}

// mixed sends 20 ms of the mixer's; from is the mix. As with Forward, its first
// packet ends what the conductor played.
func (s *Sender) mixed(due time.Time, from Source, x *mix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.admit(from) || s.held || s.keying {
		return
	}
	s.filling = false
	s.own(due, x.frame(s.format.Codec))
}

// mixedEvent sends one telephone-event packet of a leg that is heard through
// the mix. Sound goes on beside it: the event takes numbers of the stream, and
// the timestamp of the moment it began, but it does not move the stream's time.
func (s *Sender) mixedEvent(from Source, h *rtp.Header, payload []byte) {
	if s.mustSound(from, h, payload) {
		s.tones(payload[0]) // without the lock: it is the player's to order
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &s.relayed
	if len(payload) < 4 || len(payload) > len(e.buf) || from != s.source || s.out == nil ||
		!s.started || s.held || s.keying || s.format.Event == noEvent {
		return
	}
	first := !e.yes || e.ssrc != h.SSRC || e.ts != h.Timestamp
	if first {
		e.yes, e.ssrc, e.ts, e.ours = true, h.SSRC, h.Timestamp, s.ts+s.samples
	}
	b := e.buf[:copy(e.buf[:], payload)]
	scaleEvent(b, clockRate, s.format.EventRate)
	s.seq++
	s.write(s.format.Event, s.seq, e.ours, b, first)
}

// remember keeps what the far end hears, to go on from it.
func (s *Sender) remember(payload []byte) {
	n := len(payload)
	if n >= pastSamples {
		copy(s.tail[:], payload[n-pastSamples:])
		return
	}
	copy(s.tail[:], s.tail[n:])
	copy(s.tail[pastSamples-n:], payload)
}

// forget lets the next sound come out of silence.
func (s *Sender) forget() { fill(s.tail[:], s.format.Codec.silence()) }

// heard returns what the far end heard last.
func (s *Sender) heard() (p past) {
	table := s.format.Codec.linear()
	for i, v := range s.tail {
		p[i] = table[v]
	}
	return p
}

// lastOf returns the end of what was forwarded of a source.
func (s *Sender) lastOf(from Source) lastWords {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.in
	if from != s.source || !m.valid || s.samples == 0 {
		return lastWords{}
	}
	return lastWords{yes: true, sound: s.heard(), ssrc: m.ssrc, end: s.ts - m.tsOff + s.samples}
}

// blend slides from what the far end heard last to the payload, which begins
// something new and is changed in place.
func (s *Sender) blend(now time.Time, payload []byte) {
	s.blends = false
	var e filler
	if s.started && now.Sub(s.at) < samplesToTime(float64(s.samples))+staleAfter {
		p := s.heard()
		e.begin(&p, fadeSamples)
	}
	table := s.format.Codec.linear()
	n := min(rampSamples, len(payload))
	var pcm [rampSamples]int16
	for i := range n {
		pcm[i] = int16((int(table[payload[i]])*(i+1) + e.next()*(n-1-i)) / n)
	}
	s.format.Codec.encode(payload[:n], pcm[:n])
}
