package media

import (
	"strings"

	"github.com/pion/webrtc/v4"
)

// peerTrack is what pion sends for us: it hands pion's writer straight to the
// Sender, which does its own SSRC, numbering and timestamps.
type peerTrack struct {
	sender *Sender
	opus   *opusLeg // nil: G.711 is spoken
}

// Bind is called once the codecs are agreed on. The browser's first choice of
// the two laws is what we send. Digits are not sent to it: a page cannot
// receive them, and its jitter buffer would only beep.
func (t *peerTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, p := range c.CodecParameters() {
		if t.opus != nil && uint8(p.PayloadType) == t.opus.pt {
			t.opus.out.to(c.WriteStream())
			t.sender.Bind(t.opus.out, Format{Codec: PCMA, PayloadType: t.opus.pt, Event: noEvent, SSRC: uint32(c.SSRC()), MaxSamples: frameSamples})
			return p, nil
		}
		f := Format{Codec: PCMA, PayloadType: uint8(p.PayloadType), Event: noEvent, SSRC: uint32(c.SSRC())}
		switch {
		case strings.EqualFold(p.MimeType, webrtc.MimeTypePCMU):
			f.Codec = PCMU
		case !strings.EqualFold(p.MimeType, webrtc.MimeTypePCMA):
			continue
		}
		t.sender.Bind(c.WriteStream(), f)
		return p, nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *peerTrack) Unbind(webrtc.TrackLocalContext) error {
	t.sender.Bind(nil, Format{})
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *peerTrack) ID() string { return "caller" }

// RID implements webrtc.TrackLocal: there is no simulcast.
func (t *peerTrack) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (t *peerTrack) StreamID() string { return "sahut" }

// Kind implements webrtc.TrackLocal.
func (t *peerTrack) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }
