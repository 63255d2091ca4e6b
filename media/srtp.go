package media

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// replayWindow is how far out of order an encrypted packet may come: two
// seconds. What came before, or came already, is a replay.
const replayWindow = 128

// srtpOverhead is the most that encryption adds to a packet of ours: the
// longest tag, and for RTCP its index.
const srtpOverhead = 10 + 4

// sealer encrypts what a leg sends. Sound is sealed under the Sender's lock,
// reports by the one reporter, so that each context has one user.
type sealer struct {
	rtp, rtcp *srtp.Context
	header    rtp.Header // reused for each packet
	sent      sentWindow
}

func newSealer(c *crypto) (*sealer, error) {
	s := new(sealer)
	var err error
	if s.rtp, err = c.context(); err != nil {
		return nil, err
	}
	s.rtcp, err = c.context()
	return s, err
}

// context is one direction of SRTP or SRTCP. The rollover counter begins at
// zero with every key (RFC 4568 section 6.4).
func (c *crypto) context() (*srtp.Context, error) {
	key, salt := c.key.bytes()[:keyBytes], c.key.bytes()[keyBytes:]
	return srtp.CreateContext(key, salt, c.suite.profile(), srtp.MasterKeyIndicator([]byte(c.mki)),
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
}

var errNotSealed = errors.New("the packet could not be encrypted, or its number was sent already")

// seal encrypts a packet of n bytes in b, in place, and returns it. False
// means that it must not be sent.
func (s *sealer) seal(b []byte, n int, seq uint16) ([]byte, bool) {
	if !s.sent.first(seq) {
		return nil, false
	}
	out, err := s.rtp.EncryptRTP(b, b[:n], &s.header)
	return out, err == nil
}

// sentWindow remembers the sequence numbers sent last. A number sent twice
// with different sound would give both away (RFC 3711 section 9.1), so a
// packet that the network doubled on its way here is not passed on.
type sentWindow struct {
	started bool
	newest  uint16
	seen    uint64 // bit i: newest-i was sent
}

// first notes the number and tells whether it may be sent.
func (w *sentWindow) first(seq uint16) bool {
	ahead := int16(seq - w.newest)
	switch {
	case !w.started:
		*w = sentWindow{started: true, newest: seq, seen: 1}
		return true
	case ahead > 0:
		w.seen = w.seen<<uint(ahead) | 1 // a shift by 64 or more leaves 0
		w.newest = seq
		return true
	case ahead <= -64 || w.seen>>uint(-ahead)&1 == 1:
		return false
	}
	w.seen |= 1 << uint(-ahead)
	return true
}

// opener decrypts what a leg receives. After a change of key it goes on to
// open packets of the one before, until the first of the new one comes.
type opener struct {
	rtp    *srtp.Context // only the reading goroutine
	header rtp.Header    // reused for each packet
	before atomic.Pointer[opener]

	mu   sync.Mutex // guards rtcp: with rtcp-mux agreed on in mid-call two goroutines read it
	rtcp *srtp.Context
}

func newOpener(c *crypto, before *opener) (*opener, error) {
	o := new(opener)
	var err error
	if o.rtp, err = c.context(); err != nil {
		return nil, err
	}
	if o.rtcp, err = c.context(); err != nil {
		return nil, err
	}
	if before != nil {
		before.before.Store(nil)
		o.before.Store(before)
	}
	return o, nil
}

// open decrypts one packet of sound in place. False means that it was not
// made with the far end's key, or came before.
func (o *opener) open(b []byte) ([]byte, bool) {
	out, err := o.rtp.DecryptRTP(b, b, &o.header)
	if err == nil {
		if o.before.Load() != nil {
			o.before.Store(nil)
		}
		return out, true
	}
	if before := o.before.Load(); before != nil {
		return before.open(b)
	}
	return nil, false
}

// openRTCP decrypts one report.
func (o *opener) openRTCP(b []byte) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var h rtcp.Header
	out, err := o.rtcp.DecryptRTCP(nil, b, &h)
	if err == nil {
		return out, true
	}
	if before := o.before.Load(); before != nil {
		return before.openRTCP(b)
	}
	return nil, false
}

// secret is what protects a leg now; immutable.
type secret struct {
	keys *keys
	seal *sealer
	open *opener
}

// protect makes of the keys agreed on what encrypts and decrypts. A direction
// whose key stayed goes on where it was: its counters must not begin anew.
func protect(k *keys, before *secret) (*secret, error) {
	if k == nil {
		return nil, nil
	}
	s := &secret{keys: k}
	if before != nil && before.keys.out.same(&k.out) {
		s.seal = before.seal
	}
	var old *opener
	if before != nil {
		if old = before.open; before.keys.in.same(&k.in) {
			s.open = old
		}
	}
	var err error
	if s.seal == nil {
		if s.seal, err = newSealer(&k.out); err != nil {
			return nil, err
		}
	}
	if s.open == nil {
		s.open, err = newOpener(&k.in, old)
	}
	return s, err
}
