package media

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Writer puts one RTP packet on a wire: a UDP socket, or pion's
// webrtc.TrackLocalWriter. It must not keep the header or the payload.
type Writer interface {
	WriteRTP(header *rtp.Header, payload []byte) (int, error)
}

// Format is what a leg's far end agreed to receive.
type Format struct {
	Codec       Codec
	PayloadType uint8
	Event       uint8  // payload type of telephone-event; 0: not agreed
	EventRate   uint32 // ticks a second of its durations; 0: 8000
	SSRC        uint32 // 0: the Sender keeps the one it chose
	MaxSamples  int    // longest packet in samples (maxptime); 0: any
}

// Sender is the one outgoing stream of a leg. Whoever speaks through it (the
// conductor, then another leg, then the conductor again), the far end sees one
// SSRC, sequence numbers without a jump, and timestamps that follow the wall
// clock: browsers play nothing for seconds after a backward jump, and some
// carriers' border controllers stop forwarding.
//
// Packets of another leg keep their spacing and their holes (seqOff, tsOff),
// so that the far end's jitter buffer sees the network as it is. On a change
// of source the offsets are computed anew and the marker bit is set
// (RFC 3551 section 4.1).
//
// The mutex is all but uncontended: the conductor and a forwarding leg meet
// for one packet when the source changes.
type Sender struct {
	mu     sync.Mutex
	out    Writer // nil: nothing agreed yet, or shut
	shut   bool   // for good
	format Format
	held   bool // the far end does not want to hear us

	header  rtp.Header // reused for each packet
	started bool
	seq     uint16    // newest sent
	ts      uint32    // of the newest sent
	samples uint32    // of the newest sent
	at      time.Time // when the newest was sent
	mark    bool      // the next packet begins something new

	anchor   time.Time // the first packet's moment and timestamp: the wall clock of this stream
	anchorTS uint32

	source    Source  // whose packets are sent now
	ended     Source  // this source and all older ones were released
	takeovers uint64  // how often a leg took over from another source
	in        mapping // from the source's numbers to ours
	filling   bool    // silence is sent because the source says nothing
	keying    bool    // telephone-events are being generated; sound waits

	tones func(code byte) // sounds a key for a far end that takes no events; nil: it goes without
	toned struct {        // the event sounded last
		yes      bool
		ssrc, ts uint32
	}
	relayed relayed

	tail    [pastSamples]byte  // what the far end heard last, as it is coded
	blends  bool               // the next sound is another's: it is slid into
	blended [frameSamples]byte // a frame of the conductor's, changed

	packets, octets uint64 // RTP sent, for sender reports
	stale           uint64 // packets dropped: old source, or too late to be worth hearing
	failed          uint64 // writes that failed
}

// mapping turns one source's sequence numbers and timestamps into ours.
type mapping struct {
	valid  bool
	ssrc   uint32
	seqOff uint16
	tsOff  uint32
	floor  uint16 // our number that ended the previous source
	seq    uint16 // newest seen, the source's number
	ts     uint32 // newest seen, the source's timestamp

	epoch     time.Time // lag is measured from here
	epochTS   uint32
	lag       float64   // usual delay against the first packet, in samples
	lateSince time.Time // packets have been too late since; zero: they are not
	lateLag   float64   // how late they were then
	gap       bool      // packets were left out before the next one
}

const (
	sourceJump    = 2 * clockRate          // a timestamp step that is a new beginning
	sourceGap     = 1000                   // a sequence step that is a new beginning
	tooLate       = clockRate / 4          // 250 ms behind its like: not worth hearing
	newNormal     = 100 * time.Millisecond // late for so long, at the pace of speech: the path is longer now
	newNormalEver = 2 * time.Second        // late for so long, at whatever pace
	fillAfter     = 100 * time.Millisecond // a source that is silent for so long is filled in
	maxRTPPayload = 1400
)

// NewSender returns a Sender that drops everything until Bind.
func NewSender() *Sender {
	s := &Sender{
		header: rtp.Header{Version: 2, SSRC: rand.Uint32()},
		seq:    uint16(rand.Uint32N(1 << 15)), // RFC 3711 section 3.3.1: not near the wrap
		ts:     rand.Uint32(),
	}
	s.forget()
	return s
}

// Bind says where packets go and what the far end understands. Numbers go on
// from the last packet; out nil stops sending.
func (s *Sender) Bind(out Writer, f Format) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return
	}
	again := f.Codec == s.format.Codec
	s.out, s.format = out, f
	s.in.valid = false
	if !again {
		s.forget()
	}
	if f.SSRC != 0 {
		s.header.SSRC = f.SSRC
	}
}

// Shut stops sending for good: the leg is closed, whoever still binds it.
func (s *Sender) Shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out, s.shut = nil, true
}

// SetHeld stops sending while the far end holds the call, and goes on after.
func (s *Sender) SetHeld(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
	s.in.valid = false
}

// SSRC returns the stream's constant identifier.
func (s *Sender) SSRC() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.header.SSRC
}

// Forward sends one packet of another leg and says whether it was accepted:
// packets of a source older than the one that speaks, or of one released, are
// not. The first packet of a newer source ends what the conductor played. The
// payload is translated in place when the two legs differ in codec.
func (s *Sender) Forward(from Source, codec Codec, h *rtp.Header, payload []byte) bool {
	return s.forward(time.Now(), from, codec, h, payload)
}

func (s *Sender) forward(now time.Time, from Source, codec Codec, h *rtp.Header, payload []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.admit(from) || len(payload) == 0 || len(payload) > maxRTPPayload {
		return false
	}
	if s.held || s.keying {
		s.in.valid = false
		return true
	}
	rebased := s.follow(now, h)
	if !rebased && s.late(now, h.Timestamp) {
		if s.backlog(now, h.Timestamp) {
			s.stale++
			s.omit(h)
			return true
		}
		s.rebase(now, h)
		rebased = true
	}
	s.in.lateSince = time.Time{}
	if codec != s.format.Codec {
		translate(payload, codec)
	}
	s.filling = false
	if s.blends {
		s.blend(now, payload)
	}
	s.pass(now, h, s.format.PayloadType, payload, h.Marker || rebased)
	return true
}

// ForwardEvent sends one telephone-event packet of another leg with the
// payload type the far end agreed to. To one that agreed to none it is left out
// without a gap, and the key sounds instead if the leg can make it.
func (s *Sender) ForwardEvent(from Source, h *rtp.Header, payload []byte) bool {
	if s.mustSound(from, h, payload) {
		s.tones(payload[0]) // without the lock: it is the player's to order
	}
	return s.forwardEvent(time.Now(), from, h, payload)
}

// mustSound tells whether the packet begins a key for a far end without events.
func (s *Sender) mustSound(from Source, h *rtp.Header, payload []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tones == nil || s.format.Event != noEvent || s.held || len(payload) < 4 || int(payload[0]) >= len(keyNames) || !s.admit(from) {
		return false
	}
	t := &s.toned
	if t.yes && t.ssrc == h.SSRC && int32(h.Timestamp-t.ts) <= 0 {
		return false
	}
	t.yes, t.ssrc, t.ts = true, h.SSRC, h.Timestamp
	return true
}

func (s *Sender) forwardEvent(now time.Time, from Source, h *rtp.Header, payload []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.admit(from) || len(payload) > maxRTPPayload {
		return false
	}
	if s.held || s.keying {
		s.in.valid = false
		return true
	}
	if s.format.Event == noEvent {
		if s.in.valid {
			s.omit(h)
		}
		return true
	}
	rebased := s.follow(now, h)
	s.filling = false
	scaleEvent(payload, clockRate, s.format.EventRate)
	s.pass(now, h, s.format.Event, payload, h.Marker || rebased)
	return true
}

// admit lets the current source and newer ones in.
func (s *Sender) admit(from Source) bool {
	if s.out == nil {
		return false
	}
	if from <= s.ended || from < s.source {
		s.stale++
		return false
	}
	if from != s.source {
		s.source = from
		s.takeovers++
		s.in.valid = false
		s.blends = true
	}
	return true
}

// follow keeps the mapping when h continues the stream it was made for, and
// makes a new one otherwise: a new source, a new SSRC within it, or a step so
// large that the sender must have started anew.
func (s *Sender) follow(now time.Time, h *rtp.Header) (rebased bool) {
	m := &s.in
	if m.valid && m.ssrc == h.SSRC &&
		abs(int64(int32(h.Timestamp-m.ts))) <= sourceJump &&
		abs(int64(int16(h.SequenceNumber-m.seq))) <= sourceGap {
		return false
	}
	s.rebase(now, h)
	return true
}

// rebase lets h continue our stream: the next number, and a timestamp as far
// from the last as the wall clock is.
func (s *Sender) rebase(now time.Time, h *rtp.Header) {
	s.in = mapping{
		valid:   true,
		ssrc:    h.SSRC,
		seqOff:  s.seq + 1 - h.SequenceNumber,
		tsOff:   s.ts + s.step(now) - h.Timestamp,
		floor:   s.seq,
		seq:     h.SequenceNumber - 1,
		ts:      h.Timestamp,
		epoch:   now,
		epochTS: h.Timestamp,
	}
}

// step is how far the timestamp of a packet that starts now is from the last
// one's: what brings it back to the wall clock, in whole frames, but never less
// than the last packet's length. It is measured from the stream's first packet,
// so that the rounding of many changes of source does not add up.
func (s *Sender) step(now time.Time) uint32 {
	if !s.started {
		return 0
	}
	behind := int64(int32(s.wallTS(now) - s.ts))
	frames := (behind + frameSamples/2) / frameSamples
	return max(uint32(max(frames, 1))*frameSamples, s.samples)
}

// wallTS is the timestamp that belongs to a moment by the wall clock.
func (s *Sender) wallTS(now time.Time) uint32 {
	return s.anchorTS + uint32(int64(now.Sub(s.anchor).Seconds()*clockRate))
}

// late tells whether a packet comes so far behind its like that playing it
// would only add delay.
func (s *Sender) late(now time.Time, ts uint32) bool {
	m := &s.in
	lag := m.lagOf(now, ts)
	if lag > m.lag+tooLate {
		return true
	}
	m.lag += (lag - m.lag) / 256 // follows the drift of two clocks
	if now.Sub(m.epoch) > time.Hour {
		m.epoch, m.epochTS, m.lag = now, ts, 0 // long before the timestamp wraps
	}
	return false
}

func (m *mapping) lagOf(now time.Time, ts uint32) float64 {
	return now.Sub(m.epoch).Seconds()*clockRate - float64(int32(ts-m.epochTS))
}

// backlog tells two kinds of lateness apart. After a stop of this process or
// of the network, old packets come all at once: they are better left out. When
// they come late but one every 20 ms, the path is longer now, or the phone
// stopped its clock while it was silent, and there is nothing to win.
func (s *Sender) backlog(now time.Time, ts uint32) bool {
	m := &s.in
	lag := m.lagOf(now, ts)
	if m.lateSince.IsZero() {
		m.lateSince, m.lateLag = now, lag
		return true
	}
	since := now.Sub(m.lateSince)
	catchingUp := m.lateLag-lag > since.Seconds()*clockRate/4
	return since < newNormal || catchingUp && since < newNormalEver
}

// omit leaves one packet of the source out and closes the gap, unless it came
// out of order: then a hole is better than a number sent twice.
func (s *Sender) omit(h *rtp.Header) {
	m := &s.in
	if int16(h.SequenceNumber-m.seq) > 0 {
		m.seq, m.ts = h.SequenceNumber, h.Timestamp
		m.seqOff--
		m.gap = true
	}
}

// pass sends a packet of the source with our numbers.
func (s *Sender) pass(now time.Time, h *rtp.Header, payloadType uint8, payload []byte, marker bool) {
	m := &s.in
	if int16(h.SequenceNumber-m.seq) > 0 {
		m.seq, m.ts = h.SequenceNumber, h.Timestamp
	}
	seq, ts := h.SequenceNumber+m.seqOff, h.Timestamp+m.tsOff
	if int16(seq-m.floor) <= 0 { // from before the switch
		s.stale++
		return
	}
	if ahead := s.seq - m.floor; ahead > 2*sourceGap && ahead < 1<<15 {
		m.floor = s.seq - sourceGap // or the comparison would wrap after eleven minutes
	}
	marker, m.gap = marker || m.gap, false
	limit := s.format.MaxSamples
	if limit <= 0 || payloadType != s.format.PayloadType {
		s.put(now, payloadType, seq, ts, payload, marker)
		return
	}
	for len(payload) > limit {
		s.put(now, payloadType, seq, ts, payload[:limit], marker)
		payload, marker = payload[limit:], false
		seq, ts = seq+1, ts+uint32(limit)
		m.seqOff++
	}
	s.put(now, payloadType, seq, ts, payload, marker)
}

// put writes one packet and remembers it if it is the newest.
func (s *Sender) put(now time.Time, payloadType uint8, seq uint16, ts uint32, payload []byte, marker bool) {
	s.write(payloadType, seq, ts, payload, marker)
	s.mark = false
	if !s.started {
		s.anchor, s.anchorTS = now, ts
	}
	if !s.started || int16(seq-s.seq) > 0 {
		s.started, s.seq, s.ts, s.at = true, seq, ts, now
		s.samples = 0
		if payloadType == s.format.PayloadType {
			s.samples = uint32(len(payload))
			s.remember(payload)
		}
	}
}

// write puts one packet on the wire.
func (s *Sender) write(payloadType uint8, seq uint16, ts uint32, payload []byte, marker bool) {
	h := &s.header
	h.Marker, h.PayloadType, h.SequenceNumber, h.Timestamp = marker, payloadType, seq, ts
	if _, err := s.out.WriteRTP(h, payload); err != nil {
		s.failed++
		return
	}
	s.packets++
	s.octets += uint64(len(payload))
}

// Skip notes that a packet of the source was taken out on the way, so that the
// far end sees no hole.
func (s *Sender) Skip(from Source, h *rtp.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if from == s.source && s.in.valid && s.in.ssrc == h.SSRC {
		s.omit(h)
	}
}

// Release ends a source: none of its packets, nor of any older one, is sent
// any more, and the conductor may play again.
func (s *Sender) Release(from Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = max(s.ended, from)
	if s.source != 0 && s.source <= from {
		s.source = 0
		s.in.valid = false
		s.mark, s.blends = true, true
	}
}

// takeover returns how often a leg took over, and whether one speaks now.
func (s *Sender) takeover() (times uint64, speaking bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeovers, s.source != 0
}

// sentReport is what a sender report says about the stream.
type sentReport struct {
	ssrc            uint32
	started         bool
	ts              uint32 // the timestamp of the moment asked for
	packets, octets uint64
	stale, failed   uint64
}

// report returns the stream's counters, and the RTP time that belongs to now.
func (s *Sender) report(now time.Time) sentReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := sentReport{
		ssrc: s.header.SSRC, started: s.started, ts: s.ts,
		packets: s.packets, octets: s.octets, stale: s.stale, failed: s.failed,
	}
	if s.started {
		r.ts += uint32(now.Sub(s.at).Seconds() * clockRate)
	}
	return r
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
