package media

// G.711 by table: the encodings are 8 bits of floating point, so 256 entries
// decode them, 256 translate one into the other, and 64 Ki would encode. The
// tables are computed once at start from the definition in ITU-T G.711.
var (
	alawToLinear [256]int16
	ulawToLinear [256]int16
	alawToUlaw   [256]byte
	ulawToAlaw   [256]byte
)

func init() {
	for i := range 256 {
		alawToLinear[i] = decodeAlaw(byte(i))
		ulawToLinear[i] = decodeUlaw(byte(i))
	}
	for i := range 256 {
		alawToUlaw[i] = encodeUlaw(alawToLinear[i])
		ulawToAlaw[i] = encodeAlaw(ulawToLinear[i])
	}
	// The quietest codes are each other's silence, not its neighbour: a
	// stream of 0xD5 must become a stream of 0xFF and back.
	alawToUlaw[0xD5], ulawToAlaw[0xFF] = 0xFF, 0xD5
	alawToUlaw[0x55], ulawToAlaw[0x7F] = 0x7F, 0x55
}

// translate turns sound coded as from into the other codec, in place.
func translate(b []byte, from Codec) {
	table := &alawToUlaw
	if from == PCMU {
		table = &ulawToAlaw
	}
	for i, v := range b {
		b[i] = table[v]
	}
}

// linear is the table that decodes the codec.
func (c Codec) linear() *[256]int16 {
	if c == PCMU {
		return &ulawToLinear
	}
	return &alawToLinear
}

// encode codes samples into dst, which is as long.
func (c Codec) encode(dst []byte, pcm []int16) {
	if c == PCMU {
		for i, v := range pcm {
			dst[i] = encodeUlaw(v)
		}
		return
	}
	for i, v := range pcm {
		dst[i] = encodeAlaw(v)
	}
}

// decodeAlaw follows ITU-T G.711 table 1a: 13 bits, here scaled to 16.
func decodeAlaw(a byte) int16 {
	a ^= 0x55
	t := int16(a&0x0F) << 4
	switch segment := (a & 0x70) >> 4; segment {
	case 0:
		t += 8
	case 1:
		t += 0x108
	default:
		t = (t + 0x108) << (segment - 1)
	}
	if a&0x80 != 0 {
		return t
	}
	return -t
}

// encodeAlaw is the nearest A-law code of a 16 bit sample.
func encodeAlaw(pcm int16) byte {
	v := int(pcm) >> 3 // 13 bits
	mask := byte(0xD5)
	if v < 0 {
		mask = 0x55
		v = -v - 1
	}
	segment := 0
	for end := 0x1F; v > end && segment < 8; end = end<<1 | 1 {
		segment++
	}
	if segment >= 8 {
		return 0x7F ^ mask
	}
	code := byte(segment << 4)
	if segment < 2 {
		code |= byte(v>>1) & 0x0F
	} else {
		code |= byte(v>>segment) & 0x0F
	}
	return code ^ mask
}

const ulawBias = 0x84

// decodeUlaw follows ITU-T G.711 table 2a: 14 bits, here scaled to 16.
func decodeUlaw(u byte) int16 {
	u = ^u
	t := (int16(u&0x0F)<<3 + ulawBias) << ((u & 0x70) >> 4)
	if u&0x80 != 0 {
		return ulawBias - t
	}
	return t - ulawBias
}

// encodeUlaw is the nearest mu-law code of a 16 bit sample.
func encodeUlaw(pcm int16) byte {
	v := int(pcm)
	mask := byte(0xFF)
	if v < 0 {
		mask = 0x7F
		v = -v
	}
	v = min(v, 32635) + ulawBias
	segment := 7
	for bit := 0x4000; segment > 0 && v&bit == 0; bit >>= 1 {
		segment--
	}
	return (byte(segment<<4) | byte(v>>(segment+3))&0x0F) ^ mask
}
