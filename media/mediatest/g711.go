package mediatest

import "math/bits"

// Law is a G.711 codec, by its RTP payload type (RFC 3551 §6).
type Law uint8

// The two laws.
const (
	PCMU Law = 0
	PCMA Law = 8
)

// String is the codec's name in SDP.
func (l Law) String() string {
	if l == PCMU {
		return "PCMU"
	}
	return "PCMA"
}

// Silence is the code of zero.
func (l Law) Silence() byte {
	if l == PCMU {
		return 0xFF
	}
	return 0xD5
}

// Encode appends the codes of pcm to dst.
func (l Law) Encode(dst []byte, pcm []int16) []byte {
	encode := encodeA
	if l == PCMU {
		encode = encodeMu
	}
	for _, s := range pcm {
		dst = append(dst, encode(s))
	}
	return dst
}

// Decode appends the samples of codes to dst.
func (l Law) Decode(dst []int16, codes []byte) []int16 {
	table := &decodedA
	if l == PCMU {
		table = &decodedMu
	}
	for _, c := range codes {
		dst = append(dst, table[c])
	}
	return dst
}

var decodedA, decodedMu = decodeTables()

func decodeTables() (a, mu [256]int16) {
	for i := range 256 {
		a[i], mu[i] = decodeA(byte(i)), decodeMu(byte(i))
	}
	return a, mu
}

// encodeMu is G.711's mu-law with a 16-bit sample scaled to its 14 bits.
func encodeMu(s int16) byte {
	const bias, clip = 0x84, 32635
	v, sign := int(s), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, clip) + bias
	exponent := bits.Len(uint(v)) - 8
	return ^(sign | byte(exponent)<<4 | byte(v>>(exponent+3))&0x0F)
}

func decodeMu(c byte) int16 {
	c = ^c
	exponent := int(c>>4) & 7
	v := (int(c&0x0F)<<3+0x84)<<exponent - 0x84
	if c&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

// encodeA is G.711's A-law with a 16-bit sample scaled to its 13 bits.
func encodeA(s int16) byte {
	v, sign := int(s), byte(0x80)
	if v < 0 {
		v, sign = -v-1, 0
	}
	v >>= 4
	c := byte(v)
	if v >= 32 { // below, the first two segments are one straight line
		exponent := bits.Len(uint(v)) - 4
		c = byte(exponent)<<4 | byte(v>>(exponent-1))&0x0F
	}
	return (sign | c) ^ 0x55
}

func decodeA(c byte) int16 {
	c ^= 0x55
	exponent := int(c>>4) & 7
	v := int(c&0x0F)<<4 + 8
	if exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	if c&0x80 == 0 {
		v = -v
	}
	return int16(v)
}
