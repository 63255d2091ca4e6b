package media

import (
	"github.com/pion/rtp"

	"sahut/media/opus"
)

const (
	opusTicks  = 6                // ticks of Opus's RTP clock in one of ours (RFC 7587 section 4.1: always 48 kHz)
	mostMended = 5 * frameSamples // a hole longer than 100 ms stays one
	opusStep   = frameSamples / 8 // 2.5 ms, in which libopus fills holes
)

// opusIn makes A-law of the packets of a browser that speaks Opus: what is missing
// is taken from the packet after it, which has it once more, or goes on from the
// sound before, for up to 100 ms. Only the goroutine that reads the browser's
// packets uses it.
//
// Nothing waits here but for one case: a packet that comes before the one in front
// of it, and could not make that good, is kept until the next one comes.
type opusIn struct {
	codec *opus.Codec
	pass  func(h *rtp.Header, alaw []byte) // keeps neither

	started bool
	ssrc    uint32
	seq     uint16     // of the newest packet taken
	end     uint32     // its timestamp after its sound
	out     rtp.Header // of the packet passed on last
	passed  rtp.Header // its copy, which whom it is passed to may change

	kept struct {
		n      int // its length; 0: none
		header rtp.Header
		bytes  [opus.MaxPacket]byte
	}
	pcm  [opus.MostInOne]int16
	alaw [frameSamples]byte
}

func newOpusIn(codec *opus.Codec, pass func(*rtp.Header, []byte)) *opusIn {
	return &opusIn{codec: codec, pass: pass, out: rtp.Header{Version: 2, PayloadType: payloadPCMA}}
}

// packet takes one packet; false: it is none that could be decoded.
func (in *opusIn) packet(h *rtp.Header, payload []byte) bool {
	samples, again, err := in.codec.Look(payload)
	if err != nil {
		return false
	}
	step := int16(h.SequenceNumber - in.seq)
	fresh := !in.started || h.SSRC != in.ssrc || abs(int64(step)) > sourceGap
	if in.kept.n > 0 {
		if !fresh && step == 1 { // the one it waited for
			return in.take(h, payload, samples) && in.release()
		}
		in.release()
		step = int16(h.SequenceNumber - in.seq)
	}
	switch {
	case fresh:
		in.begin(h)
	case step <= 0: // its place is filled, or it came twice
		return true
	case step == 2 && !again && len(payload) <= len(in.kept.bytes):
		in.kept.header, in.kept.n = *h, copy(in.kept.bytes[:], payload)
		return true
	}
	return in.take(h, payload, samples)
}

// skip notes that a packet held no sound.
func (in *opusIn) skip(h *rtp.Header) {
	if in.started && h.SequenceNumber == in.seq+1 {
		in.seq++
	}
}

// release takes the packet that was kept.
func (in *opusIn) release() bool {
	b := in.kept.bytes[:in.kept.n]
	in.kept.n = 0
	samples, _, err := in.codec.Look(b)
	return err == nil && in.take(&in.kept.header, b, samples)
}

// begin begins another stream. What goes out of it has numbers of its own, which
// follow each other with the sound.
func (in *opusIn) begin(h *rtp.Header) {
	if in.started {
		in.codec.Forget()
	}
	in.started, in.ssrc, in.seq, in.end = true, h.SSRC, h.SequenceNumber-1, h.Timestamp
	in.out.SSRC, in.out.SequenceNumber, in.out.Timestamp = h.SSRC, h.SequenceNumber-1, h.Timestamp/opusTicks
}

// take decodes the packet that is next, after what is missing before it.
func (in *opusIn) take(h *rtp.Header, payload []byte, samples int) bool {
	missing := int(h.SequenceNumber-in.seq) - 1
	hole := int(int32(h.Timestamp-in.end)) / opusTicks
	in.seq, in.end = h.SequenceNumber, h.Timestamp+uint32(samples)*opusTicks
	in.out.Marker = h.Marker
	if missing > 0 && hole > 0 && hole <= mostMended {
		mended := hole - hole%opusStep
		if n, err := in.codec.Recover(&in.pcm, mended, payload); err == nil {
			in.give(n)
			hole -= n
			missing = 0
		}
	}
	if hole > 0 { // nothing was said, or what was is lost
		in.out.Timestamp += uint32(hole)
		in.out.SequenceNumber += uint16(missing)
	}
	n, err := in.codec.Decode(&in.pcm, payload)
	if err != nil {
		in.out.Timestamp += uint32(samples) // a hole, which is concealed further on
		in.out.SequenceNumber++
		return false
	}
	in.give(n)
	return true
}

// give passes on what was decoded, in frames of at most 20 ms.
func (in *opusIn) give(n int) {
	for pcm := in.pcm[:n]; len(pcm) > 0; {
		part := pcm[:min(len(pcm), frameSamples)]
		pcm = pcm[len(part):]
		b := in.alaw[:len(part)]
		PCMA.encode(b, part)
		in.out.SequenceNumber++
		in.passed = in.out
		in.pass(&in.passed, b)
		in.out.Timestamp += uint32(len(part))
		in.out.Marker = false
	}
}
