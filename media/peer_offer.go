package media

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrOffer is wrapped by every refusal of a browser's offer; the text says what
// is wrong with it.
var ErrOffer = errors.New("the browser's offer cannot be taken")

// ErrPeerGone is returned for an offer that continues a connection which has
// been closed here. The page must make a new RTCPeerConnection and offer again.
var ErrPeerGone = fmt.Errorf("%w: it continues a connection that has ended; make a new RTCPeerConnection and offer that", ErrOffer)

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOffer, fmt.Sprintf(format, args...))
}

const (
	maxOffer = 64 << 10
	// RFC 8839 §5.4 asks for 24 and 128 bits of randomness; a password of 22
	// characters is what carries 128.
	minUfrag, minPassword = 4, 22
)

// browserOffer is what we ask of an offer before pion sees it.
type browserOffer struct {
	sdp         string // without candidates
	session     string // o= identifier: constant for the life of the browser's connection
	mid         string
	ufrag       string
	password    string
	setup       string
	fingerprint string
	keys        uint8    // payload type of telephone-event/8000; noEvent: none
	opus        uint8    // payload type of Opus, when the offer has it first and we speak it; noEvent: G.711
	formats     []string // of the audio section, as they stand there
	media       string   // its m= line up to them
	opusAt      uint8    // payload type of Opus, if it is there at all
	audio       int      // m= sections that are audio
	sections    int
	g711        bool
	mux         bool
}

// readOffer checks an offer: one audio section with A-law, mu-law or Opus, DTLS with
// SHA-256 or better, ICE credentials worth the name.
//
// The browser's candidates are left out: it reaches us at our address, and what
// its checks come from is where we answer. So a volunteer's LAN addresses are
// never logged, her .local names never resolved, and an offer cannot make this
// server send packets to a third party.
func readOffer(sdp string) (browserOffer, error) {
	var o browserOffer
	if len(sdp) > maxOffer {
		return o, refuse("it is %d bytes long; at most %d are read", len(sdp), maxOffer)
	}
	var kept strings.Builder
	kept.Grow(len(sdp))
	for line := range strings.Lines(sdp) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "a=candidate:") || line == "a=end-of-candidates" || line == "" {
			continue
		}
		if err := o.line(line); err != nil {
			return o, err
		}
		kept.WriteString(line)
		kept.WriteString("\r\n")
	}
	o.sdp = kept.String()
	return o, o.check()
}

func (o *browserOffer) line(line string) error {
	kind, value, ok := strings.Cut(line, "=")
	if !ok || len(kind) != 1 {
		return refuse("it is not SDP")
	}
	switch kind {
	case "o":
		if f := strings.Fields(value); len(f) > 1 {
			o.session = f[1]
		}
	case "m":
		return o.section(strings.Fields(value))
	case "a":
		return o.attribute(value)
	}
	return nil
}

func (o *browserOffer) section(f []string) error {
	o.sections++
	if len(f) < 4 {
		return refuse("it has a broken m= line")
	}
	if f[0] != "audio" || f[1] == "0" {
		return nil
	}
	o.audio++
	o.media, o.formats = strings.Join(f[:3], " "), f[3:]
	for _, format := range f[3:] {
		o.g711 = o.g711 || format == "8" || format == "0"
	}
	return nil
}

func (o *browserOffer) attribute(value string) error {
	name, arg, _ := strings.Cut(value, ":")
	switch name {
	case "mid":
		o.mid = arg
	case "ice-ufrag":
		o.ufrag = arg
	case "ice-pwd":
		o.password = arg
	case "setup":
		o.setup = arg
	case "rtcp-mux":
		o.mux = true
	case "fingerprint":
		return o.print(arg)
	case "rtpmap":
		pt, codec, _ := strings.Cut(arg, " ")
		n, err := strconv.ParseUint(pt, 10, 7)
		switch {
		case err != nil:
		case isTelephoneEvent(codec):
			o.keys = uint8(n)
		case strings.EqualFold(strings.TrimSpace(codec), "opus/48000/2"): // RFC 7587 section 7
			o.opusAt = uint8(n)
			if len(o.formats) > 0 && o.formats[0] == pt {
				o.opus = o.opusAt
			}
		}
	}
	return nil
}

// isTelephoneEvent is for the 8 kHz clock of G.711 only: Chromium also offers
// one of 48 kHz, for Opus. The channel count is optional (RFC 8866 §6.6).
func isTelephoneEvent(codec string) bool {
	codec = strings.TrimSuffix(strings.TrimSpace(codec), "/1")
	return strings.EqualFold(codec, "telephone-event/8000")
}

// print takes a certificate's fingerprint. Anything weaker than SHA-256 could
// be forged, and then the verification would prove nothing.
func (o *browserOffer) print(arg string) error {
	hash, digest, _ := strings.Cut(arg, " ")
	digits := map[string]int{"sha-256": 64, "sha-384": 96, "sha-512": 128}[strings.ToLower(hash)]
	if digits == 0 {
		return refuse("its certificate fingerprint is %q; SHA-256 or better is needed", hash)
	}
	digest = strings.ToLower(strings.TrimSpace(digest))
	if len(strings.ReplaceAll(digest, ":", "")) != digits {
		return refuse("its certificate fingerprint has the wrong length")
	}
	if o.fingerprint != "" && o.fingerprint != digest {
		return refuse("it has two certificate fingerprints")
	}
	o.fingerprint = digest
	return nil
}

func (o *browserOffer) check() error {
	switch {
	case o.session == "" || o.sections == 0:
		return refuse("it is not SDP")
	case o.audio != 1 || o.sections != 1:
		return refuse("it must have one audio section and nothing else; it has %d sections, %d of them audio", o.sections, o.audio)
	case !o.g711 && o.opus == noEvent: // a second offer may have nothing but what was agreed on
		return refuse("it has neither PCMA nor PCMU; put them first with setCodecPreferences")
	case o.fingerprint == "":
		return refuse("it has no certificate fingerprint")
	case len(o.ufrag) < minUfrag || len(o.password) < minPassword:
		return refuse("its ICE credentials are too short")
	case o.setup == "passive":
		return refuse("it wants to be the DTLS server (setup:passive); offer actpass")
	case !o.mux:
		return refuse("it does not put RTCP on the same port (rtcp-mux)")
	}
	return nil
}

// speaking is the offer as it is answered: with Opus alone (its payload type), or
// without it (noEvent). A connection speaks one of the two as long as it lasts.
func (o *browserOffer) speaking(opus uint8) string {
	kept := slices.DeleteFunc(slices.Clone(o.formats), func(f string) bool {
		return (f == strconv.Itoa(int(o.opusAt))) != (opus != noEvent)
	})
	if o.opusAt == noEvent || len(kept) == 0 {
		return o.sdp
	}
	line := "m=" + o.media + " "
	return strings.Replace(o.sdp, line+strings.Join(o.formats, " "), line+strings.Join(kept, " "), 1)
}

// continues tells whether o is a new offer of the connection that made old: an
// ICE restart, or the same offer once more.
func (o *browserOffer) continues(old *browserOffer) bool {
	return o.session == old.session && o.fingerprint == old.fingerprint && o.mid == old.mid
}
