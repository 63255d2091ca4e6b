package media

import (
	"net/netip"
	"sync/atomic"

	"github.com/pion/rtp"
)

// wire puts a leg's packets on its socket. Its Sender's lock guards buf.
type wire struct {
	out  *outlet
	to   atomic.Pointer[netip.AddrPort]
	seal atomic.Pointer[sealer] // nil: plain sound
	buf  [12 + maxRTPPayload + srtpOverhead]byte
}

// protect has packets encrypted from now on, or no longer.
func (w *wire) protect(s *secret) {
	if s == nil {
		w.seal.Store(nil)
		return
	}
	w.seal.Store(s.seal)
}

// WriteRTP implements Writer: one system call, no allocation.
func (w *wire) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	putHeader(w.buf[:], h)
	n := 12 + copy(w.buf[12:], payload)
	packet := w.buf[:n]
	if s := w.seal.Load(); s != nil {
		var ok bool
		if packet, ok = s.seal(w.buf[:], n, h.SequenceNumber); !ok {
			return 0, errNotSealed
		}
	}
	return len(packet), w.out.write(packet, *w.to.Load())
}
