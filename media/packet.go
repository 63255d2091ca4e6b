package media

import (
	"encoding/binary"

	"github.com/pion/rtp"
)

// parseRTP reads one packet without allocating: CSRCs and header extensions
// are stepped over, padding is cut off. The payload is part of b.
func parseRTP(b []byte, h *rtp.Header) (payload []byte, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return nil, false
	}
	*h = rtp.Header{
		Version:        2,
		Marker:         b[1]&0x80 != 0,
		PayloadType:    b[1] & 0x7F,
		SequenceNumber: binary.BigEndian.Uint16(b[2:]),
		Timestamp:      binary.BigEndian.Uint32(b[4:]),
		SSRC:           binary.BigEndian.Uint32(b[8:]),
	}
	start, end := 12+4*int(b[0]&0x0F), len(b)
	if b[0]&0x10 != 0 { // extension: 16 bits of profile, 16 of length in words
		if start+4 > end {
			return nil, false
		}
		start += 4 + 4*int(binary.BigEndian.Uint16(b[start+2:]))
	}
	if b[0]&0x20 != 0 { // padding: its length is the last byte
		end -= int(b[end-1])
		if b[len(b)-1] == 0 {
			return nil, false
		}
	}
	if start > end {
		return nil, false
	}
	return b[start:end], true
}

// putHeader writes h in front of a payload. Our packets have neither CSRCs nor
// extensions, so it is always twelve bytes.
func putHeader(b []byte, h *rtp.Header) {
	b[0] = 0x80
	b[1] = h.PayloadType
	if h.Marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.SequenceNumber)
	binary.BigEndian.PutUint32(b[4:], h.Timestamp)
	binary.BigEndian.PutUint32(b[8:], h.SSRC)
}

// isRTCP tells RTCP from RTP on a shared port (RFC 5761 section 4).
func isRTCP(b []byte) bool { return len(b) >= 8 && b[1] >= 192 && b[1] <= 223 }
