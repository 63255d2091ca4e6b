package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Peer is the leg to one agent's browser: one peer connection for a shift. It
// is parked between calls: neither side sends sound, only ICE's checks go on.
// It implements Leg, so a room joins it to a caller.
//
// Two goroutines of its own read: one the browser's sound and its sender
// reports' arrival, one each the two RTCP streams. They end with the connection.
type Peer struct {
	Inlet
	agent   string
	log     *slog.Logger
	pc      *webrtc.PeerConnection
	offer   browserOffer // the first one; an ICE restart keeps what identifies it
	sender  *Sender
	opus    *opusLeg // nil: the browser speaks G.711
	player  *player
	pacing  *conductor
	reports *reporter
	cname   string
	codec   atomic.Uint32 // Codec of what the browser sends
	keys    atomic.Uint32 // payload type of telephone-event, as the browser numbers it

	reception reception
	heard     atomic.Int64 // when the newest packet of sound came, UnixNano
	foreign   atomic.Uint64
	panics    atomic.Uint64
	quiet     atomic.Uint64 // packets that had come and gone at the last report
	meter     atomic.Pointer[meter]
	checking  atomic.Bool

	mu        sync.Mutex // guards what follows
	reporting bool
	ended     bool
	readers   sync.WaitGroup // Add only under mu and before ended
	done      chan struct{}  // closed when everything has ended
}

// newPeer makes a connection for an offer; answer completes it. changed is
// called, from goroutines of pion, when its state may have changed.
func newPeer(e *Engine, agent string, o browserOffer, changed func()) (*Peer, error) {
	pc, err := e.browsers.api.NewPeerConnection(e.browsers.config)
	if err != nil {
		return nil, fmt.Errorf("open a peer connection: %w", err)
	}
	p := &Peer{
		agent: agent, log: e.log.With("agent", agent), pc: pc, offer: o,
		sender: NewSender(), pacing: e.conductor, reports: e.reports, cname: newCNAME(), done: make(chan struct{}),
	}
	p.player = newPlayer(p.sender, false) // silence is not sent: a parked browser costs nothing
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { changed() })
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		p.read(func() { p.readSound(t) })
		p.read(func() { p.readRTCP(r.Read) })
	})
	if o.opus != noEvent {
		if err := p.speakOpus(o.opus); err != nil {
			p.log.Warn("a browser asked for Opus and is answered with G.711", "error", err)
		}
	}
	out, err := pc.AddTrack(&peerTrack{sender: p.sender, opus: p.opus})
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("open a peer connection: %w", err)
	}
	p.read(func() { p.readRTCP(out.Read) })
	return p, nil
}

// answer takes an offer of the browser's connection and returns the answer,
// with all our candidates in it. An offer with new ICE credentials restarts
// ICE; keys and counters of the media stay.
func (p *Peer) answer(ctx context.Context, o browserOffer) (sdp string, err error) {
	defer func() {
		if r := recover(); r != nil { // pion parses what a stranger may have written
			p.panics.Add(1)
			err = refuse("it cannot be read")
			p.log.Error("panic while taking an offer", "panic", r)
		}
	}()
	if p.opus != nil {
		o.sdp = o.speaking(p.opus.pt)
	} else {
		p.keys.Store(uint32(o.keys))
		o.sdp = o.speaking(noEvent)
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.sdp}); err != nil {
		return "", refuse("%v", err)
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", refuse("%v", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(answer); err != nil {
		return "", refuse("%v", err)
	}
	select {
	case <-gathered: // at once: host candidates only
	case <-ctx.Done():
		return "", ctx.Err()
	}
	sdp = p.pc.LocalDescription().SDP
	if p.opus != nil {
		sdp = asksForOpus(sdp, p.opus.pt)
	}
	return sdp, nil
}

// Agent is whose browser this is.
func (p *Peer) Agent() string { return p.agent }

// Sender implements Leg.
func (p *Peer) Sender() *Sender { return p.sender }

// Play replaces what the volunteer hears of the conductor, such as ring-back
// while her call is set up. It ends when a leg she is joined with speaks, and
// when nothing is left to play her browser is parked again.
func (p *Peer) Play(list Playlist) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.player.Play(list)
	p.pacing.attach(p.player)
}

// Silence stops what plays.
func (p *Peer) Silence() { p.player.Silence() }

// LastHeard is when the newest packet of sound came from the browser's
// microphone; zero when none ever did. A parked browser sends none.
func (p *Peer) LastHeard() time.Time {
	if n := p.heard.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// Stats returns the leg's figures up to now.
func (p *Peer) Stats() LegStats {
	out := p.sent(time.Now())
	s := LegStats{Codec: Codec(p.codec.Load()), Opus: p.opus != nil, Sent: out.packets, Stale: out.stale, Bad: p.foreign.Load()}
	p.reception.fill(&s)
	return s
}

// sent is what went to the browser so far.
func (p *Peer) sent(now time.Time) sentReport {
	r := p.sender.report(now)
	if p.opus != nil {
		r = p.opus.sent(r)
	}
	return r
}

// Close ends the connection and waits for its goroutines. The agent's page
// sees it end and may offer a new one. After a call a peer is left open: leave
// the room instead.
func (p *Peer) Close() {
	p.mu.Lock()
	first := !p.ended
	p.ended = true
	reporting := p.reporting
	p.mu.Unlock()
	if !first {
		<-p.done
		return
	}
	if reporting {
		p.reports.remove(p)
	}
	p.pacing.detach(p.player)
	p.SetRoute(nil)
	p.sender.Shut()
	if err := p.pc.GracefulClose(); err != nil {
		p.log.Debug("peer connection closed", "error", err)
	}
	p.readers.Wait()
	if p.opus != nil {
		p.opus.close()
	}
	close(p.done)
}

// read runs a reading loop. A panic in it ends this peer and no other.
func (p *Peer) read(loop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.readers.Add(1)
	go func() {
		defer p.readers.Done()
		defer func() {
			if r := recover(); r != nil {
				p.panics.Add(1)
				p.log.Error("panic in a browser's media; its connection is closed", "panic", r)
				go p.Close()
			}
		}()
		loop()
	}()
}

// brokenReads is how many reads in a row may fail before the track is given up:
// each bad packet is an error to pion, and so is a payload type it never heard
// of.
const brokenReads = 1000

// readSound takes the browser's packets until its track ends. One buffer and
// one header serve them all.
func (p *Peer) readSound(t *webrtc.TrackRemote) {
	var h rtp.Header
	buf := make([]byte, 1500)
	for broken := 0; broken < brokenReads; {
		n, _, err := t.Read(buf)
		switch {
		case err == nil:
			broken = 0
			p.packet(time.Now(), &h, buf[:n])
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe):
			return
		default:
			broken++
			p.foreign.Add(1)
		}
	}
}

// packet takes one packet: sound and digits go where the room says.
func (p *Peer) packet(now time.Time, h *rtp.Header, b []byte) {
	payload, ok := parseRTP(b, h)
	if !ok {
		p.foreign.Add(1)
		return
	}
	if p.opus != nil {
		p.opus.packet(p, now, h, payload)
		return
	}
	codec := PCMA
	switch pt := h.PayloadType; {
	case pt == payloadPCMA:
	case pt == payloadPCMU:
		codec = PCMU
	case pt != noEvent && uint32(pt) == p.keys.Load():
		p.reception.packet(now, h, false)
		p.event(h, payload)
		return
	default: // further on it must not look like a loss
		p.foreign.Add(1)
		p.skip(h)
		return
	}
	p.reception.packet(now, h, true)
	if len(payload) == 0 { // both browsers begin with a few empty probes
		p.skip(h)
		return
	}
	p.codec.Store(uint32(codec))
	p.heard.Store(now.UnixNano())
	p.sounded(codec, h, payload)
}

// sounded takes sound of the browser's to whom the room says.
func (p *Peer) sounded(codec Codec, h *rtp.Header, payload []byte) {
	if m := p.meter.Load(); m != nil {
		m.hear(codec, payload)
	}
	p.audio(codec, h, payload)
}

// readRTCP takes the browser's reports about what it hears, and its sender
// reports. They must be read in any case: pion's buffers would fill.
func (p *Peer) readRTCP(read func([]byte) (int, interceptor.Attributes, error)) {
	buf := make([]byte, 1500)
	for {
		n, _, err := read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			p.foreign.Add(1)
			continue
		}
		p.reception.take(time.Now(), p.sender.SSRC(), packets)
	}
}

// startReports begins to send RTCP; ICE must be up.
func (p *Peer) startReports() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || p.reporting {
		return
	}
	p.reporting = true
	p.reports.add(p)
}

// report sends a compound RTCP packet, unless nothing has passed since the
// last: a parked browser is left in peace.
func (p *Peer) report(now time.Time) {
	s := p.Stats()
	passed := s.Sent + s.Received
	if p.quiet.Swap(passed) == passed {
		return
	}
	_ = p.pc.WriteRTCP(compound(now, p.sent(now), &p.reception, p.cname)) // lost ICE: the next one may pass
}
