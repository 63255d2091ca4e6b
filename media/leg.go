package media

import (
	"sync/atomic"

	"github.com/pion/rtp"
)

// Codec is how a leg's sound is coded. Everything here is G.711: 8000 samples
// a second, one byte each, so a byte is a tick of the RTP clock.
type Codec uint8

// The codecs a leg may speak.
const (
	PCMA Codec = iota // A-law, RFC 3551 payload type 8
	PCMU              // mu-law, RFC 3551 payload type 0
)

// String returns the codec's name in SDP.
func (c Codec) String() string {
	if c == PCMU {
		return "PCMU"
	}
	return "PCMA"
}

// silence is the byte that sounds like nothing.
func (c Codec) silence() byte {
	if c == PCMU {
		return 0xFF
	}
	return 0xD5
}

const (
	clockRate    = 8000 // RTP ticks a second of both codecs and of telephone-event
	frameSamples = 160  // 20 ms, what we send
	noEvent      = 0    // Format.Event of a leg without telephone-event (0 is PCMU's)
)

// Leg is one end of an audio path: a caller on the trunk (RTPLeg) or a
// volunteer's browser (Peer). A room needs nothing else of it.
type Leg interface {
	// Sender is the leg's outgoing stream: what the person at that end hears.
	Sender() *Sender
	// SetRoute says where the leg's incoming packets go from now on; nil lets
	// them end here. Only rooms call it.
	SetRoute(*Route)
	// Close ends the leg and waits for its goroutines.
	Close()
}

// Source names one stream a Sender may forward. Newer sources have greater
// numbers, so a packet of an older one is known to be late. Zero is the
// conductor: prompts, music and silence.
type Source uint64

var sources atomic.Uint64

// nextSource returns a source newer than all others.
func nextSource() Source { return Source(sources.Add(1)) }

// Route is where one leg's incoming packets go: the Sender of another leg, or
// the mixer. It is immutable but for its flags; a change of plan is a new Route.
type Route struct {
	to     *Sender
	source Source
	muted  *atomic.Bool // belongs to the room's member, survives a new route
	mix    *inflow      // not nil: the mixer's, and nothing of the above is set
	heard  atomic.Bool  // a packet was accepted
	first  atomic.Pointer[func()]
}

func newRoute(to *Sender, muted *atomic.Bool) *Route {
	return &Route{to: to, source: nextSource(), muted: muted}
}

func mixRoute(in *inflow) *Route { return &Route{mix: in} }

// onFirst has f called once, when the first packet was accepted.
func (r *Route) onFirst(f func()) {
	r.first.Store(&f)
	if r.heard.Load() {
		r.callFirst()
	}
}

// accepted notes that a packet of this route went out.
func (r *Route) accepted() {
	if !r.heard.Load() {
		r.heard.Store(true)
		r.callFirst()
	}
}

func (r *Route) callFirst() {
	if f := r.first.Swap(nil); f != nil {
		(*f)()
	}
}

// Inlet is the incoming half of a leg. RTPLeg and Peer embed it and pass it
// each packet they trust; it takes the packet where the room says.
type Inlet struct{ route atomic.Pointer[Route] }

// SetRoute implements Leg.
func (in *Inlet) SetRoute(r *Route) { in.route.Store(r) }

// audio passes on one packet of sound. The payload may be rewritten in place.
func (in *Inlet) audio(codec Codec, h *rtp.Header, payload []byte) {
	r := in.route.Load()
	if r == nil {
		return
	}
	if r.mix != nil {
		r.mix.audio(codec, h, payload)
		r.accepted()
		return
	}
	if r.muted.Load() {
		fill(payload, codec.silence())
	}
	if r.to.Forward(r.source, codec, h, payload) {
		r.accepted()
	}
}

// event passes on one telephone-event packet (RFC 4733). The other leg sends
// it with the payload type it negotiated, or leaves it out without a hole in
// its sequence numbers when it negotiated none.
func (in *Inlet) event(h *rtp.Header, payload []byte) {
	r := in.route.Load()
	if r == nil {
		return
	}
	if r.mix != nil {
		r.mix.event(h, payload)
		return
	}
	r.to.ForwardEvent(r.source, h, payload)
}

// skip notes that a packet of this leg's stream is not passed on.
func (in *Inlet) skip(h *rtp.Header) {
	if r := in.route.Load(); r != nil && r.mix == nil {
		r.to.Skip(r.source, h)
	}
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}
