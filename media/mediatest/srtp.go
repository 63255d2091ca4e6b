package mediatest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"slices"
	"strings"
)

// The suites of SDES (RFC 4568 section 6.2), by the length of their tag.
const (
	Suite80 = "AES_CM_128_HMAC_SHA1_80"
	Suite32 = "AES_CM_128_HMAC_SHA1_32"
)

// cryptoLine is one a=crypto line.
type cryptoLine struct {
	tag, suite string
	key        [30]byte // master key and salt
	mki        string   // bytes
	suffix     string   // what else stands after the key, as written
}

func newCryptoLine(tag, suite string) cryptoLine {
	l := cryptoLine{tag: tag, suite: suite}
	_, _ = rand.Read(l.key[:])
	return l
}

func (l cryptoLine) String() string {
	return "a=crypto:" + l.tag + " " + l.suite + " inline:" + base64.StdEncoding.EncodeToString(l.key[:]) + l.suffix + "\r\n"
}

// readCryptoLine reads what stands after a=crypto:, as plainly as our server
// writes it.
func readCryptoLine(value string) (l cryptoLine, ok bool) {
	f := strings.Fields(value)
	if len(f) != 3 || !slices.Contains([]string{Suite80, Suite32}, f[1]) {
		return l, false
	}
	key, ok := strings.CutPrefix(f[2], "inline:")
	raw, err := base64.StdEncoding.DecodeString(key)
	if !ok || err != nil || len(raw) != len(l.key) {
		return l, false
	}
	l.tag, l.suite = f[0], f[1]
	copy(l.key[:], raw)
	return l, true
}

// srtp is one direction of SRTP and SRTCP (RFC 3711) with AES-CM and
// HMAC-SHA1, written from the RFC and from nothing else.
type srtp struct {
	line      cryptoLine
	tag       int // bytes, of RTP; RTCP always has 10
	rtp, rtcp derived
	streams   map[uint32]*rollover
	index     uint32 // of the SRTCP packet sent last
	buf       []byte
}

// derived are the session keys of RTP, or of RTCP.
type derived struct {
	block cipher.Block
	salt  [14]byte
	mac   hash.Hash
}

// rollover is how far one SSRC has counted.
type rollover struct {
	roc uint32
	seq uint16
}

func newSRTP(l cryptoLine) *srtp {
	s := &srtp{line: l, tag: 10, streams: make(map[uint32]*rollover), buf: make([]byte, 0, 2048)}
	if l.suite == Suite32 {
		s.tag = 4
	}
	s.rtp, s.rtcp = derive(l.key, 0), derive(l.key, 3)
	return s
}

// derive makes session keys from labels label to label+2 (section 4.3.1).
func derive(master [30]byte, label byte) (d derived) {
	block, err := aes.NewCipher(master[:16])
	if err != nil {
		panic(err) // sixteen bytes are a key
	}
	stream := func(label byte, n int) []byte {
		var x [16]byte
		copy(x[:], master[16:])
		x[7] ^= label
		out := make([]byte, n)
		cipher.NewCTR(block, x[:]).XORKeyStream(out, out)
		return out
	}
	if d.block, err = aes.NewCipher(stream(label, 16)); err != nil {
		panic(err)
	}
	d.mac = hmac.New(sha1.New, stream(label+1, 20))
	copy(d.salt[:], stream(label+2, 14))
	return d
}

// crypt encrypts or decrypts b, of a stream at an index (section 4.1.1).
func (d *derived) crypt(b []byte, ssrc uint32, index uint64) {
	var iv [16]byte
	copy(iv[:], d.salt[:])
	for i, v := range binary.BigEndian.AppendUint32(nil, ssrc) {
		iv[4+i] ^= v
	}
	for i, v := range binary.BigEndian.AppendUint64(nil, index)[2:] {
		iv[8+i] ^= v
	}
	cipher.NewCTR(d.block, iv[:]).XORKeyStream(b, b)
}

func (d *derived) sign(b []byte, roc []byte, n int) []byte {
	d.mac.Reset()
	d.mac.Write(b)
	d.mac.Write(roc)
	return d.mac.Sum(nil)[:n]
}

// guess is the counter that belongs to a sequence number (appendix A).
func (r *rollover) guess(seq uint16) uint32 {
	if d := int32(seq) - int32(r.seq); d < -1<<15 {
		return r.roc + 1
	} else if d > 1<<15 && r.roc > 0 {
		return r.roc - 1
	}
	return r.roc
}

func (s *srtp) stream(ssrc uint32, seq uint16) *rollover {
	r := s.streams[ssrc]
	if r == nil {
		r = &rollover{seq: seq}
		s.streams[ssrc] = r
	}
	return r
}

func (r *rollover) note(roc uint32, seq uint16) {
	if uint64(roc)<<16|uint64(seq) > uint64(r.roc)<<16|uint64(r.seq) {
		r.roc, r.seq = roc, seq
	}
}

// seal encrypts an RTP packet. What it returns is good until the next one.
func (s *srtp) seal(p []byte) []byte {
	seq, ssrc := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint32(p[8:])
	r := s.stream(ssrc, seq)
	roc := r.guess(seq)
	r.note(roc, seq)
	out := append(s.buf[:0], p...)
	s.rtp.crypt(out[12:], ssrc, uint64(roc)<<16|uint64(seq))
	tag := s.rtp.sign(out, binary.BigEndian.AppendUint32(nil, roc), s.tag)
	return append(append(out, s.line.mki...), tag...)
}

// open decrypts an RTP packet.
func (s *srtp) open(p []byte) ([]byte, bool) {
	end := len(p) - s.tag
	if end < 12 || p[0]&0x3F != 0 { // our server sends neither CSRCs nor extensions
		return nil, false
	}
	seq, ssrc := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint32(p[8:])
	r := s.streams[ssrc]
	if r == nil {
		r = &rollover{seq: seq}
	}
	roc := r.guess(seq)
	if !hmac.Equal(p[end:], s.rtp.sign(p[:end], binary.BigEndian.AppendUint32(nil, roc), s.tag)) {
		return nil, false
	}
	s.streams[ssrc] = r
	r.note(roc, seq)
	out := append(s.buf[:0], p[:end]...)
	s.rtp.crypt(out[12:], ssrc, uint64(roc)<<16|uint64(seq))
	return out, true
}

// sealRTCP encrypts a report (section 3.4).
func (s *srtp) sealRTCP(p []byte) []byte {
	s.index++
	out := slices.Clone(p)
	s.rtcp.crypt(out[8:], binary.BigEndian.Uint32(p[4:]), uint64(s.index))
	out = binary.BigEndian.AppendUint32(out, s.index|1<<31)
	tag := s.rtcp.sign(out, nil, 10)
	return append(append(out, s.line.mki...), tag...)
}

// openRTCP decrypts a report.
func (s *srtp) openRTCP(p []byte) ([]byte, bool) {
	end := len(p) - 10
	if end < 12 || !hmac.Equal(p[end:], s.rtcp.sign(p[:end], nil, 10)) {
		return nil, false
	}
	index := binary.BigEndian.Uint32(p[end-4:])
	out := slices.Clone(p[:end-4])
	if index>>31 == 1 {
		s.rtcp.crypt(out[8:], binary.BigEndian.Uint32(p[4:]), uint64(index&^(1<<31)))
	}
	return out, true
}
