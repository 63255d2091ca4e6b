package media

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
)

// session is one leg's side of the offer/answer exchange (RFC 3264): what is
// agreed now, and what we last said.
type session struct {
	local  netip.Addr // what our c= line says
	port   uint16
	policy SRTP

	id      uint64 // of our o= line
	version uint64
	said    []byte // our last description, after the o= line
	proto   string // of our audio line; empty: none yet
	ptime   int
	refused []string // the m= lines of the session that are not ours, in order
	index   int      // where ours stands among them
	offered []crypto // the keys of our offer, until they are answered

	agreed *agreement // nil: nothing yet
}

// agreement is the outcome of one exchange. It is immutable: the reading
// goroutine looks at it for every packet.
type agreement struct {
	payloads []payload    // what may come in, and what we may send
	kinds    [128]payload // by payload type
	known    [128]bool
	format   Format
	remote   netip.AddrPort // where the far end says it listens; port only if the address is 0.0.0.0
	rtcp     netip.AddrPort
	mux      bool
	way      direction // as the far end says it
	zero     bool      // c=0.0.0.0 or ::, the old way to hold
	keys     *keys     // nil: not encrypted
}

// held tells whether the far end has put us on hold, in whichever spelling.
func (a *agreement) held() bool { return a.way != sendrecv || a.zero }

// deaf tells whether the far end does not want to hear us.
func (a *agreement) deaf() bool { return a.way == sendonly || a.way == inactive || a.zero }

func newSession(local netip.Addr, port uint16, policy SRTP) session {
	return session{local: local, port: port, policy: policy, id: rand.Uint64N(1 << 62), proto: "RTP/AVP", ptime: 20}
}

// answer agrees to an offer. On error nothing has changed.
func (s *session) answer(d *description) (answer []byte, err error) {
	audio, index, err := d.audio(s.policy)
	if err != nil {
		return nil, err
	}
	next := agree(audio)
	if offered := audio.keysFor(s.policy); len(offered) > 0 {
		next.keys = answerKeys(offered, s.keys())
	}
	s.agreed, s.offered = next, nil
	s.proto, s.ptime, s.index = audio.proto, packetTime(audio.maxptime), index
	s.refused = s.refused[:0]
	for i := range d.sections { // RFC 3264 section 6: every m= line is answered, in order
		if i != index {
			s.refused = append(s.refused, d.sections[i].refusal())
		}
	}
	way := next.way.reversed()
	if next.zero && way == sendrecv {
		way = recvonly
	}
	return s.describe(next.payloads, way, next.mux), nil
}

// refusal is the section's m= line as one who wants no part in it answers.
func (s *section) refusal() string {
	return "m=" + s.media + " 0 " + s.proto + " " + strings.Join(s.formats, " ") + "\r\n"
}

// offer writes our own offer: all we speak, with the payload types and the keys
// already in use if there are any (RFC 3264 section 8.3.2).
func (s *session) offer() []byte {
	payloads := []payload{{number: 8, codec: PCMA}, {number: 0, codec: PCMU}, {number: 101, event: true, rate: clockRate}}
	if s.agreed != nil {
		payloads = keepNumbers(payloads, s.agreed.payloads)
	}
	return s.propose(payloads)
}

// update offers what is agreed on once more, and nothing else: for the far
// end's refresh timer it is the description it knows. What holds the call is
// not repeated: a hold is its writer's to end (RFC 6337 section 5.3).
func (s *session) update() []byte {
	if s.agreed == nil {
		return s.offer()
	}
	return s.propose(s.agreed.payloads)
}

func (s *session) propose(payloads []payload) []byte {
	switch {
	case s.keys() != nil:
		s.offered = []crypto{s.agreed.keys.out}
	case s.policy != SRTPOptional && s.policy != SRTPRequired, s.agreed != nil:
		s.offered = nil // plain sound stays plain: whoever agreed to it may know no better
	case s.offered == nil:
		s.offered = newCryptos()
		if s.policy == SRTPRequired {
			s.proto = "RTP/SAVP"
		}
	}
	return s.describe(payloads, sendrecv, s.agreed == nil || s.agreed.mux)
}

// keys are those in use; nil when sound is plain or nothing is agreed on.
func (s *session) keys() *keys {
	if s.agreed == nil {
		return nil
	}
	return s.agreed.keys
}

// describe writes our description, with a line for each m= line there has been.
func (s *session) describe(payloads []payload, way direction, mux bool) []byte {
	var b bytes.Buffer
	// The session's name says nothing: a product's name would tell an attacker
	// what to try.
	fmt.Fprintf(&b, "s=-\r\nc=IN %s\r\nt=0 0\r\n", sdpAddress(s.local))
	for i := range len(s.refused) + 1 {
		switch {
		case i < s.index:
			b.WriteString(s.refused[i])
		case i > s.index:
			b.WriteString(s.refused[i-1])
		default:
			s.writeAudio(&b, payloads, way, mux)
		}
	}
	return s.say(b.Bytes())
}

// keepNumbers gives what we offer the payload types of the running session.
func keepNumbers(offer, used []payload) []payload {
	var free []payload
	out := make([]payload, 0, len(offer)+len(used))
	out = append(out, used...)
	taken := make(map[uint8]bool)
	for _, u := range used {
		taken[u.number] = true
	}
	for _, o := range offer {
		have := false
		for _, u := range used {
			have = have || u.event == o.event && (o.event || u.codec == o.codec)
		}
		if !have && !taken[o.number] {
			free = append(free, o)
		}
	}
	return append(out, free...)
}

// accept takes the answer to our offer. On error nothing has changed.
func (s *session) accept(d *description) error {
	audio, _, err := d.audio(s.policy)
	if err != nil {
		return err
	}
	next := agree(audio)
	if answered := audio.keysFor(s.policy); len(answered) > 0 && len(s.offered) > 0 {
		k, ok := acceptKeys(answered, s.offered)
		if !ok {
			return ErrNoSRTP
		}
		next.keys = k
	} else if audio.secure() || s.policy == SRTPRequired {
		return ErrNoSRTP
	}
	s.agreed = next
	return nil
}

// agree makes of the far end's section what both sides keep to from now on.
func agree(s *section) *agreement {
	a := &agreement{
		payloads: s.payloads(),
		remote:   netip.AddrPortFrom(s.addr, s.port),
		way:      s.way,
		zero:     s.addr.IsUnspecified(),
		mux:      s.rtcpMux,
		format:   Format{Event: noEvent, MaxSamples: maxSamples(s.maxptime)},
	}
	first := true
	for _, p := range a.payloads {
		a.kinds[p.number], a.known[p.number] = p, true
		switch {
		case p.event && a.format.Event == noEvent:
			a.format.Event = p.number
			if p.rate != clockRate {
				a.format.EventRate = p.rate
			}
		case !p.event && first:
			a.format.Codec, a.format.PayloadType, first = p.codec, p.number, false
		}
	}
	switch {
	case a.mux:
		a.rtcp = a.remote
	case s.rtcpPort != 0 && s.rtcpAddr.IsValid():
		a.rtcp = netip.AddrPortFrom(s.rtcpAddr, s.rtcpPort)
	case s.rtcpPort != 0:
		a.rtcp = netip.AddrPortFrom(s.addr, s.rtcpPort)
	case s.port < 65535:
		a.rtcp = netip.AddrPortFrom(s.addr, s.port+1)
	}
	return a
}

// packetTime is what we send: 20 ms, or less if the far end can take no more.
func packetTime(maxptime int) int {
	if maxptime >= 5 && maxptime < 20 {
		return maxptime
	}
	return 20
}

// maxSamples is the longest packet the far end takes; 0 is any.
func maxSamples(maxptime int) int {
	if maxptime < 5 { // not said, or nobody can mean it
		return 0
	}
	return maxptime * clockRate / 1000
}

func (s *session) writeAudio(b *bytes.Buffer, payloads []payload, way direction, mux bool) {
	fmt.Fprintf(b, "m=audio %d %s", s.port, s.proto)
	for _, p := range payloads {
		b.WriteString(" " + strconv.Itoa(int(p.number)))
	}
	b.WriteString("\r\n")
	for _, p := range payloads {
		if p.event {
			fmt.Fprintf(b, "a=rtpmap:%d telephone-event/%d\r\na=fmtp:%d 0-15\r\n", p.number, p.rate, p.number)
		} else {
			fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", p.number, p.codec)
		}
	}
	fmt.Fprintf(b, "a=ptime:%d\r\na=%s\r\n", s.ptime, way)
	if mux {
		b.WriteString("a=rtcp-mux\r\n")
	}
	for i := range s.cryptos() {
		b.WriteString(s.cryptos()[i].line())
	}
}

// cryptos are the keys our next description names: what we offer, or what we
// answer with.
func (s *session) cryptos() []crypto {
	if k := s.keys(); len(s.offered) == 0 && k != nil {
		return []crypto{k.out}
	}
	return s.offered
}

// say puts v= and o= in front. The version counts up only when something
// changed since we last spoke (RFC 3264 section 8).
func (s *session) say(rest []byte) []byte {
	if !bytes.Equal(rest, s.said) {
		s.version++
		s.said = bytes.Clone(rest)
	}
	head := fmt.Sprintf("v=0\r\no=- %d %d IN %s\r\n", s.id, s.version, sdpAddress(s.local))
	return append([]byte(head), rest...)
}

func sdpAddress(a netip.Addr) string {
	if a.Is4() {
		return "IP4 " + a.String()
	}
	return "IP6 " + a.String()
}
