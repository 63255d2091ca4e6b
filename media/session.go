package media

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
)

// session is one leg's side of the offer/answer exchange (RFC 3264): what is
// agreed now, and what we last said.
type session struct {
	local netip.Addr // what our c= line says
	port  uint16

	id      uint64 // of our o= line
	version uint64
	said    []byte // our last description, after the o= line

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
}

// held tells whether the far end has put us on hold, in whichever spelling.
func (a *agreement) held() bool { return a.way != sendrecv || a.zero }

// deaf tells whether the far end does not want to hear us.
func (a *agreement) deaf() bool { return a.way == sendonly || a.way == inactive || a.zero }

func newSession(local netip.Addr, port uint16) session {
	return session{local: local, port: port, id: rand.Uint64N(1 << 62), version: 0}
}

// answer agrees to an offer. On error nothing has changed.
func (s *session) answer(d *description) (answer []byte, err error) {
	audio, index, err := d.audio()
	if err != nil {
		return nil, err
	}
	s.agreed = agree(audio)
	way := s.agreed.way.reversed()
	if s.agreed.zero && way == sendrecv {
		way = recvonly
	}
	var b bytes.Buffer
	s.writeHead(&b)
	for i := range d.sections {
		if i == index {
			s.writeAudio(&b, audio.proto, s.agreed.payloads, way, packetTime(audio.maxptime), audio.rtcpMux)
		} else { // RFC 3264 section 6: every m-line is answered, in order
			o := &d.sections[i]
			fmt.Fprintf(&b, "m=%s 0 %s", o.media, o.proto)
			for _, f := range o.formats {
				b.WriteString(" " + f)
			}
			b.WriteString("\r\n")
		}
	}
	return s.say(b.Bytes()), nil
}

// offer writes our own offer: all we speak, with the payload types already in
// use if there are any (RFC 3264 section 8.3.2).
func (s *session) offer() []byte {
	payloads := []payload{{number: 8, codec: PCMA}, {number: 0, codec: PCMU}, {number: 101, event: true}}
	if s.agreed != nil {
		payloads = keepNumbers(payloads, s.agreed.payloads)
	}
	var b bytes.Buffer
	s.writeHead(&b)
	s.writeAudio(&b, "RTP/AVP", payloads, sendrecv, 20, s.agreed != nil && s.agreed.mux)
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
	audio, _, err := d.audio()
	if err != nil {
		return err
	}
	s.agreed = agree(audio)
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

// writeHead writes what comes after the o= line and before the first m= line.
// The session's name says nothing: a product's name would tell an attacker
// what to try.
func (s *session) writeHead(b *bytes.Buffer) {
	fmt.Fprintf(b, "s=-\r\nc=IN %s\r\nt=0 0\r\n", sdpAddress(s.local))
}

func (s *session) writeAudio(b *bytes.Buffer, proto string, payloads []payload, way direction, ptime int, mux bool) {
	fmt.Fprintf(b, "m=audio %d %s", s.port, proto)
	for _, p := range payloads {
		b.WriteString(" " + strconv.Itoa(int(p.number)))
	}
	b.WriteString("\r\n")
	for _, p := range payloads {
		if p.event {
			fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", p.number, p.number)
		} else {
			fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", p.number, p.codec)
		}
	}
	fmt.Fprintf(b, "a=ptime:%d\r\na=%s\r\n", ptime, way)
	if mux {
		b.WriteString("a=rtcp-mux\r\n")
	}
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
