package media

import (
	"math/bits"
	"slices"
	"sync"
	"time"
)

// mask is a set of places.
type mask uint32

const allBits = 32

// mixer is what a room of three and more legs hears through. Every 20 ms the
// conductor has it take a frame of each leg that speaks, add those up once for
// every set of legs that somebody hears, code the sum once for every codec in
// which somebody hears it, and send it. A silent leg is not added, and who
// hears only silent legs gets the same ready-made silence.
type mixer struct {
	slot

	mu      sync.Mutex // guards what follows; a tick holds it
	places  []*place
	bit     [allBits]*place
	mixes   []mix // as many as there are places
	used    int   // of mixes, in this tick
	sum     [frameSamples]int32
	stopped bool
	left    int // ticks until it stops; 0: it does not
}

// place is one leg at the mixer.
type place struct {
	leg     Leg
	sender  *Sender
	bit     mask
	source  Source // the mix, at the leg's Sender; 0: she is on hold
	in      *inflow
	closing bool // in is read once more, to fade
	gone    bool // the leg has left: the place goes after the next tick
	now     mask // whom she hears
	before  mask // whom she heard in the tick before
	pcm     [frameSamples]int16
}

// mix is the sum of some places' frames.
type mix struct {
	now, before mask // only places that sound
	pcm         [frameSamples]int16
	coded       [2][frameSamples]byte
	ready       [2]bool // coded is
}

// fadingTicks is how long a mixer goes on when only two legs are left, for the
// packets that will be forwarded to come.
const fadingTicks = 5

func newMixer() *mixer { return new(mixer) }

// arrange takes over who is there and who hears whom. Members that speak have a
// route to their inflow.
func (m *mixer) arrange(members []*member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.places {
		if !s.gone && !slices.ContainsFunc(members, func(b *member) bool { return b.leg == s.leg }) {
			s.gone, s.now = true, 0
			s.silence()
		}
	}
	for _, b := range members {
		s := m.placeOf(b.leg)
		if s.closing = b.route == nil || b.route.mix == nil; !s.closing {
			s.in = b.route.mix
		}
		switch {
		case b.held:
			s.silence()
		case s.source == 0:
			s.source = nextSource()
		}
	}
	for _, to := range members {
		s := m.placeOf(to.leg)
		old := s.now
		s.now = 0
		for _, from := range members {
			if reaches(from, to) && !from.muted.Load() {
				s.now |= m.placeOf(from.leg).bit
			}
		}
		if old == 0 {
			s.before = s.now // her Sender ramps what begins
		}
	}
	for _, from := range members {
		if in := m.placeOf(from.leg).in; in != nil {
			m.listen(in, from, members)
		}
	}
}

// listen tells an inflow who gets the leg's keys.
func (m *mixer) listen(in *inflow, from *member, members []*member) {
	var list []keyTarget
	for _, to := range members {
		if reaches(from, to) {
			s := m.placeOf(to.leg)
			list = append(list, keyTarget{s.sender, s.source})
		}
	}
	in.keys.Store(&list)
}

// placeOf returns the leg's place, a new one if it has none.
func (m *mixer) placeOf(leg Leg) *place {
	for _, s := range m.places {
		if s.leg == leg && !s.gone {
			return s
		}
	}
	free := slices.Index(m.bit[:], nil)
	if free < 0 { // so many came and went within 20 ms
		m.sweep()
		free = slices.Index(m.bit[:], nil)
	}
	s := &place{leg: leg, sender: leg.Sender(), bit: 1 << free}
	m.bit[free] = s
	m.places = append(m.places, s)
	m.mixes = append(m.mixes, mix{})
	return s
}

// silence ends what the mixer sends to the leg: the conductor may play.
func (s *place) silence() {
	s.sender.Release(nextSource()) // and whatever was forwarded before
	s.source = 0
}

// fade has the mixer stop soon. Whoever gets forwarded packets until then does
// not hear it any more.
func (m *mixer) fade() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = fadingTicks
}

// stop ends the mixer now.
func (m *mixer) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end()
}

func (m *mixer) end() {
	for _, s := range m.places {
		if s.source != 0 {
			s.sender.Release(s.source)
		}
	}
	m.stopped = true
	m.places = nil
}

// over implements paced.
func (m *mixer) over() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stopped
}

// tick sends everybody 20 ms.
func (m *mixer) tick(due time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sounds mask
	sweep := false
	for _, s := range m.places {
		if s.in != nil && s.in.read(&s.pcm) {
			sounds |= s.bit
		}
		sweep = sweep || s.gone || s.closing
	}
	m.used = 0
	for _, s := range m.places {
		if s.source != 0 {
			s.sender.mixed(due, s.source, m.mixOf(s.now&sounds, s.before&sounds))
		}
		s.before = s.now
	}
	if sweep {
		m.sweep()
	}
	if m.left > 0 {
		if m.left--; m.left == 0 {
			m.end()
		}
	}
}

// sweep forgets who has left or speaks no more.
func (m *mixer) sweep() {
	for _, s := range m.places {
		if s.closing {
			s.in, s.closing = nil, false
		}
		if s.gone {
			m.bit[bits.TrailingZeros32(uint32(s.bit))] = nil
		}
	}
	m.places = slices.DeleteFunc(m.places, func(s *place) bool { return s.gone })
	m.mixes = m.mixes[:len(m.places)]
}

// mixOf returns the sum of some places; it is made once a tick. nil is silence.
func (m *mixer) mixOf(now, before mask) *mix {
	if now|before == 0 {
		return nil
	}
	for i := range m.mixes[:m.used] {
		if x := &m.mixes[i]; x.now == now && x.before == before {
			return x
		}
	}
	x := &m.mixes[m.used]
	m.used++
	x.now, x.before, x.ready = now, before, [2]bool{}
	if now == before && now&(now-1) == 0 {
		x.pcm = m.bit[bits.TrailingZeros32(uint32(now))].pcm
		return x
	}
	m.add(x)
	return x
}

// add makes the sum. Who is new in it comes by a ramp and who is not in it any
// more goes by one.
func (m *mixer) add(x *mix) {
	sum := &m.sum
	clear(sum[:])
	for left := x.now | x.before; left != 0; left &= left - 1 {
		bit := left & -left
		pcm := &m.bit[bits.TrailingZeros32(uint32(bit))].pcm
		switch {
		case x.now&bit == 0:
			for i, v := range pcm[:rampSamples] {
				sum[i] += int32(v) * int32(rampSamples-1-i) / rampSamples
			}
		case x.before&bit == 0:
			for i, v := range pcm[:rampSamples] {
				sum[i] += int32(v) * int32(i+1) / rampSamples
			}
			for i, v := range pcm[rampSamples:] {
				sum[rampSamples+i] += int32(v)
			}
		default:
			for i, v := range pcm {
				sum[i] += int32(v)
			}
		}
	}
	for i, v := range sum {
		x.pcm[i] = int16(min(max(v, -32768), 32767))
	}
}

// frame returns the mix in a codec.
func (x *mix) frame(c Codec) []byte {
	if x == nil {
		return silentFrame.coded(c)
	}
	b := &x.coded[c]
	if !x.ready[c] {
		x.ready[c] = true
		c.encode(b[:], x.pcm[:])
	}
	return b[:]
}
