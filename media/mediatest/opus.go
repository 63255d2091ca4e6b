package mediatest

import (
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"sahut/media/opus"
)

// A page that speaks Opus. The codec is the house's, for it is not what is tested
// here; what is done with packets and their numbers is not.
const (
	opusPT    = 111 // as Chromium has it
	opusTicks = 6   // of its 48 kHz in a sample
)

// writeOpus sends 20 ms of A-law as Opus. Keys are not sent: a page has its own way.
func (t *track) writeOpus(out webrtc.TrackLocalWriter, h *rtp.Header, payload []byte) error {
	if h.PayloadType != uint8(PCMA) || len(payload) != opus.FrameSize {
		return nil
	}
	var pcm [opus.FrameSize]int16
	for i, c := range payload {
		pcm[i] = decodedA[c]
	}
	n, err := t.opus.Encode(t.buf[:], &pcm)
	if err != nil {
		return err
	}
	h.PayloadType, h.Timestamp = opusPT, h.Timestamp*opusTicks
	_, err = out.WriteRTP(h, t.buf[:n])
	return err
}

// opusSound hears one packet that is next, after what was lost before it and can be
// made good. lost is how many were until then.
func (e *Ear) opusSound(body []byte, ts uint32, marker bool, lost int, now time.Time) {
	h := &e.heard
	h.Opus++
	if e.length > 0 {
		gap := int32(ts-e.ts)/opusTicks - int32(e.length)
		if gap < 0 {
			h.TimeBack++
		}
		if gap > 0 && h.Lost == lost && !marker {
			h.TimeJumps++
		}
		if gap > 0 && gap <= opus.MostInOne && h.Lost > lost {
			if n, err := e.opus.Recover(&e.pcm, int(gap), body); err == nil {
				e.putAll(e.pcm[:n])
				gap -= int32(n)
			}
		}
		gap = min(max(gap, 0), 10*Rate)
		if h.Lost > lost {
			h.Silenced += int(gap)
		}
		for range gap {
			e.put(0)
		}
	}
	n, err := e.opus.Decode(&e.pcm, body)
	if err != nil {
		h.Foreign++
		return
	}
	e.arrived(n, now)
	h.Wire += len(body)
	if marker {
		h.Markers++
	}
	e.ts, e.length = ts, uint32(n)
	e.putAll(e.pcm[:n])
}

func (e *Ear) putAll(pcm []int16) {
	for _, s := range pcm {
		e.put(s)
	}
}
