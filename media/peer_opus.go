package media

import (
	"fmt"
	"strings"
	"time"

	"github.com/pion/rtp"

	"sahut/media/opus"
)

// opusLeg is what a peer has more whose browser speaks Opus. All else of the house
// speaks G.711 with it as with any other: it is made of Opus where it comes in, and
// Opus of it where it goes out.
type opusLeg struct {
	pt    uint8 // payload type, as the browser numbers it
	codec *opus.Codec
	in    *opusIn
	out   *opusOut
}

// speakOpus readies the peer for an offer that has Opus first.
func (p *Peer) speakOpus(pt uint8) error {
	codec, err := opus.New()
	if err != nil {
		return err
	}
	p.opus = &opusLeg{pt: pt, codec: codec, out: newOpusOut(codec), in: newOpusIn(codec, func(h *rtp.Header, alaw []byte) {
		p.sounded(PCMA, h, alaw)
	})}
	p.reception.clock = clockRate * opusTicks
	return nil
}

// close ends it once nothing reads or sends any more.
func (l *opusLeg) close() {
	l.out.close()
	l.codec.Close()
}

// packet takes one packet of the browser's.
func (l *opusLeg) packet(p *Peer, now time.Time, h *rtp.Header, payload []byte) {
	if h.PayloadType != l.pt {
		p.foreign.Add(1)
		l.in.skip(h)
		return
	}
	p.reception.packet(now, h, true)
	if len(payload) == 0 { // both browsers begin with a few empty probes
		l.in.skip(h)
		return
	}
	if !l.in.packet(h, payload) {
		p.foreign.Add(1)
		return
	}
	p.heard.Store(now.UnixNano())
}

// sent says of the Opus that went out what own says of the G.711 it was made of.
func (l *opusLeg) sent(own sentReport) sentReport {
	own.ts *= opusTicks
	own.packets, own.octets = l.out.packets.Load(), l.out.octets.Load()
	own.stale += l.out.dropped.Load()
	return own
}

// asksForOpus puts into an answer how we would like to be spoken to: as a telephone
// sounds, with the sound before once more in each packet (RFC 7587 section 6.1). What
// the browser offered stands there otherwise: 48 kHz, and as many bits as it likes.
func asksForOpus(answer string, pt uint8) string {
	var b strings.Builder
	b.Grow(len(answer) + 160)
	mapped, old := fmt.Sprintf("a=rtpmap:%d ", pt), fmt.Sprintf("a=fmtp:%d ", pt)
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, old) {
			continue
		}
		b.WriteString(line)
		if strings.HasPrefix(line, mapped) {
			fmt.Fprintf(&b, "%sminptime=20;maxplaybackrate=%d;sprop-maxcapturerate=%d;maxaveragebitrate=%d;stereo=0;useinbandfec=1;usedtx=0\r\n",
				old, opus.Rate, opus.Rate, opus.Bitrate)
		}
	}
	return b.String()
}
