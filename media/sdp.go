package media

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The two ways in which a session description is refused.
var (
	// ErrBadSDP: it cannot be understood.
	ErrBadSDP = errors.New("bad session description")
	// ErrNoCodec: it can, but offers nothing that we speak.
	ErrNoCodec = errors.New("no codec in common: offer PCMA or PCMU over RTP/AVP")
	// ErrNoSRTP: it offers our codecs, but encrypted where this trunk takes only
	// plain sound, or plain (or with keys of no suite we know) where it takes
	// only encrypted. It is an ErrNoCodec to whoever does not care.
	ErrNoSRTP = fmt.Errorf("%w, with keys in a=crypto (AES_CM_128_HMAC_SHA1_80 or _32) if the trunk's srtp setting is required, without if it is off", ErrNoCodec)
)

// Bounds on what is parsed at all.
const (
	maxSDP      = 64 << 10
	maxSections = 16
	maxFormats  = 64
	maxCryptos  = 16
)

// direction is who sends, as the writer of the description sees it.
type direction string

const (
	sendrecv direction = "sendrecv"
	sendonly direction = "sendonly"
	recvonly direction = "recvonly"
	inactive direction = "inactive"
)

// reversed is the direction an answer to d has when we want to hear and be
// heard (RFC 3264 section 6.1).
func (d direction) reversed() direction {
	switch d {
	case sendonly:
		return recvonly
	case recvonly:
		return sendonly
	}
	return d
}

// description is a session description as far as we care.
type description struct {
	sections []section
}

// section is one m-line and what belongs to it.
type section struct {
	media    string
	port     uint16
	proto    string
	formats  []string
	addr     netip.Addr // invalid: none given
	way      direction
	rtpmap   map[uint8]string // payload type to NAME/rate, upper case
	fmtp     map[uint8]string
	ptime    int // ms; 0: not said
	maxptime int // ms; 0: not said
	rtcpMux  bool
	rtcpPort uint16 // 0: not said
	rtcpAddr netip.Addr
	cryptos  []crypto // those we can honour, in the writer's order
}

// parseSDP reads RFC 8866 as leniently as carriers need: bare LF, a missing
// last line end, unknown lines and attributes. What we would have to believe
// must be right.
func parseSDP(text []byte) (*description, error) {
	if len(text) > maxSDP {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrBadSDP, len(text))
	}
	p := sdpParser{session: section{way: sendrecv}}
	for n := 1; len(text) > 0; n++ {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimRight(line, "\r \t\x00")
		if len(line) == 0 {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return nil, fmt.Errorf("%w: line %d is not of the form x=value", ErrBadSDP, n)
		}
		if n == 1 && string(line) != "v=0" {
			return nil, fmt.Errorf("%w: it does not begin with v=0", ErrBadSDP)
		}
		p.lines++
		if err := p.line(line[0], string(line[2:])); err != nil {
			return nil, fmt.Errorf("%w: line %d: %s", ErrBadSDP, n, err)
		}
	}
	if p.lines == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrBadSDP)
	}
	if len(p.sections) == 0 {
		return nil, fmt.Errorf("%w: it has no m= line", ErrBadSDP)
	}
	return &description{sections: p.sections}, nil
}

// sdpParser holds what is read so far.
type sdpParser struct {
	lines    int
	session  section // the lines before the first m=, defaults for all sections
	sections []section
}

// here is the section the present line belongs to.
func (p *sdpParser) here() *section {
	if len(p.sections) == 0 {
		return &p.session
	}
	return &p.sections[len(p.sections)-1]
}

func (p *sdpParser) line(kind byte, value string) error {
	switch kind {
	case 'm':
		return p.media(value)
	case 'c':
		return p.connection(value)
	case 'a':
		return p.here().attribute(value)
	}
	return nil
}

// media reads m=audio 49170 RTP/AVP 8 0 101.
func (p *sdpParser) media(value string) error {
	if len(p.sections) == maxSections {
		return errors.New("too many m= lines")
	}
	f := strings.Fields(value)
	if len(f) < 4 || len(f)-3 > maxFormats {
		return errors.New("the m= line must be: media port protocol formats")
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return errors.New("the port of the m= line is not a number below 65536")
	}
	for _, t := range f {
		if !isToken(t) {
			return errors.New("the m= line has characters that do not belong there")
		}
	}
	p.sections = append(p.sections, section{
		media: strings.ToLower(f[0]), port: uint16(n), proto: f[2], formats: f[3:],
		addr: p.session.addr, way: p.session.way,
		ptime: p.session.ptime, maxptime: p.session.maxptime, rtcpMux: p.session.rtcpMux,
		rtpmap: make(map[uint8]string), fmtp: make(map[uint8]string),
	})
	return nil
}

// connection reads c=IN IP4 203.0.113.7, with the TTL of a multicast address
// cut off. A host name is refused: looking it up would stall the call and tell
// a name server of it.
func (p *sdpParser) connection(value string) error {
	f := strings.Fields(value)
	if len(f) != 3 || !strings.EqualFold(f[0], "IN") {
		return errors.New("the c= line must be: IN IP4|IP6 address")
	}
	addr, err := parseSDPAddress(f[2])
	if err != nil {
		return err
	}
	p.here().addr = addr
	return nil
}

func parseSDPAddress(s string) (netip.Addr, error) {
	s, _, _ = strings.Cut(s, "/")
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return netip.Addr{}, errors.New("the address is not an IP address")
	}
	return addr.Unmap(), nil
}

// attribute reads the few a= lines that concern us.
func (s *section) attribute(value string) error {
	name, rest, _ := strings.Cut(value, ":")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		s.way = direction(strings.ToLower(strings.TrimSpace(name)))
	case "rtpmap":
		return s.attributeOf(s.rtpmap, strings.ToUpper(rest))
	case "fmtp":
		return s.attributeOf(s.fmtp, rest)
	case "ptime":
		s.ptime = milliseconds(rest)
	case "maxptime":
		s.maxptime = milliseconds(rest)
	case "rtcp-mux":
		s.rtcpMux = true
	case "rtcp":
		return s.rtcp(rest)
	case "crypto":
		if c, ok := parseCrypto(rest); ok && s.rtpmap != nil && len(s.cryptos) < maxCryptos {
			s.cryptos = append(s.cryptos, c)
		}
	}
	return nil
}

// attributeOf reads "101 telephone-event/8000" into a map by payload type.
func (s *section) attributeOf(m map[uint8]string, value string) error {
	if m == nil {
		return nil // before the first m= line it belongs to nothing
	}
	pt, rest, ok := strings.Cut(value, " ")
	n, err := strconv.ParseUint(pt, 10, 8)
	if !ok || err != nil || n > 127 {
		return errors.New("the attribute names no payload type below 128")
	}
	m[uint8(n)] = strings.TrimSpace(rest)
	return nil
}

// rtcp reads a=rtcp:53020 [IN IP4 203.0.113.7] (RFC 3605).
func (s *section) rtcp(value string) error {
	f := strings.Fields(value)
	if len(f) == 0 {
		return errors.New("a=rtcp has no port")
	}
	n, err := strconv.ParseUint(f[0], 10, 16)
	if err != nil {
		return errors.New("the port of a=rtcp is not a number below 65536")
	}
	s.rtcpPort = uint16(n)
	if len(f) == 4 {
		s.rtcpAddr, err = parseSDPAddress(f[3])
	}
	return err
}

// milliseconds reads a packet time. Some write 20.0; nonsense says nothing.
func milliseconds(s string) int {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(v >= 1 && v <= 1000) {
		return 0
	}
	return int(v)
}

// isToken tells whether s may be repeated in an answer (RFC 8866 token, and
// the slash of a protocol).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),:;<=>?@[\]`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// audio returns the section that carries the call: the first one of sound
// that we could take part in. One with keys goes before one without: some
// telephones offer the same sound twice, plain for those who know no better.
func (d *description) audio(policy SRTP) (*section, int, error) {
	found, refusal := -1, ErrNoCodec
	for i := range d.sections {
		s := &d.sections[i]
		if s.media != "audio" || s.port == 0 || !s.plain() && !s.secure() || len(s.codecs()) == 0 {
			continue
		}
		if !s.suits(policy) {
			refusal = ErrNoSRTP
			continue
		}
		if found < 0 || len(s.keysFor(policy)) > 0 && len(d.sections[found].keysFor(policy)) == 0 {
			found = i
		}
	}
	if found < 0 {
		return nil, 0, refusal
	}
	if s := &d.sections[found]; s.addr.IsValid() {
		return s, found, nil
	}
	return nil, 0, fmt.Errorf("%w: there is no c= line", ErrBadSDP)
}

// suits tells whether the section is encrypted as the trunk wants it.
func (s *section) suits(policy SRTP) bool {
	switch policy {
	case SRTPRequired:
		return len(s.cryptos) > 0
	case SRTPOptional:
		return s.plain() || len(s.cryptos) > 0
	}
	return s.plain()
}

// keysFor are the section's keys as far as the trunk may use them.
func (s *section) keysFor(policy SRTP) []crypto {
	if policy == SRTPOptional || policy == SRTPRequired {
		return s.cryptos
	}
	return nil
}

func (s *section) plain() bool {
	return strings.EqualFold(s.proto, "RTP/AVP") || strings.EqualFold(s.proto, "RTP/AVPF")
}

func (s *section) secure() bool {
	return strings.EqualFold(s.proto, "RTP/SAVP") || strings.EqualFold(s.proto, "RTP/SAVPF")
}

// payload is one payload type of a section that we understand.
type payload struct {
	number uint8
	codec  Codec
	event  bool   // telephone-event, not sound
	rate   uint32 // of an event's clock
}

// codecs returns the payload types of sound that we speak, in the far end's
// order of preference.
func (s *section) codecs() (found []payload) {
	for _, p := range s.payloads() {
		if !p.event {
			found = append(found, p)
		}
	}
	return found
}

// payloads returns all payload types that we understand. Telephone-events
// have the clock of the sound they stand for (RFC 4733 section 2.1): those of
// another one belong to codecs we do not speak, and are taken only from a far
// end that has no other.
func (s *section) payloads() (found []payload) {
	var seen [128]bool
	for _, f := range s.formats {
		n, err := strconv.ParseUint(f, 10, 8)
		if err != nil || n > 127 || seen[n] {
			continue
		}
		seen[n] = true
		if p, ok := s.payload(uint8(n)); ok {
			found = append(found, p)
		}
	}
	best := uint32(0)
	for _, p := range found {
		if p.event && (best == 0 || p.rate == clockRate) {
			best = p.rate
		}
	}
	return slices.DeleteFunc(found, func(p payload) bool { return p.event && p.rate != best })
}

func (s *section) payload(n uint8) (payload, bool) {
	name, said := s.rtpmap[n]
	if !said {
		switch n { // RFC 3551 table 4: these need no rtpmap
		case 0:
			name = "PCMU/8000"
		case 8:
			name = "PCMA/8000"
		}
	}
	name = strings.TrimSuffix(name, "/1")
	switch name {
	case "PCMA/8000":
		return payload{number: n, codec: PCMA}, true
	case "PCMU/8000":
		return payload{number: n, codec: PCMU}, true
	}
	if rate, ok := strings.CutPrefix(name, "TELEPHONE-EVENT/"); ok && n != noEvent {
		r, err := strconv.ParseUint(rate, 10, 32)
		return payload{number: n, event: true, rate: uint32(r)}, err == nil && r >= clockRate && r <= 192000
	}
	return payload{}, false
}
