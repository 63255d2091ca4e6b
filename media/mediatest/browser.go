package mediatest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"sahut/media/opus"
)

// BrowserOptions says what kind of page a Browser is. The zero value is
// Chromium on loopback that offers A-law, then mu-law.
type BrowserOptions struct {
	Laws    []Law                 // in order of preference; default PCMA, PCMU
	KeysPT  uint8                 // payload type of telephone-event: 126 in Chromium (default), 101 in Firefox
	Opus    bool                  // offer Opus as well, first, and speak it if that is the answer
	Line    int                   // bit/s that get through each way, lower layers included; what is more is lost; 0: all
	Loses   func(seq uint16) bool // RTP packets that are lost, both ways
	OnlyTCP bool                  // as in a network that lets no UDP out
	Network netip.Prefix          // addresses to send from; default 127.0.0.0/8
	Pacer   *Pacer                // default: one of its own
	Record  time.Duration         // keep all that is heard, up to so much; default: the last second
}

// Browser is a volunteer's page: one peer connection, parked until its Voice is
// told to speak. Offer, carry the SDP to the server, Answer, WaitConnected.
type Browser struct {
	*Voice
	ear      *Ear
	pc       *webrtc.PeerConnection
	net      *network
	track    *track
	opus     *opus.Codec // nil: Opus is not offered
	ownPacer *Pacer
	reading  sync.WaitGroup

	mu      sync.Mutex // guards changed
	changed chan struct{}
}

// NewBrowser opens a peer connection that has not offered yet.
func NewBrowser(opts BrowserOptions) (*Browser, error) {
	if len(opts.Laws) == 0 {
		opts.Laws = []Law{PCMA, PCMU}
	}
	if opts.KeysPT == 0 {
		opts.KeysPT = 126
	}
	if !opts.Network.IsValid() {
		opts.Network = netip.MustParsePrefix("127.0.0.0/8")
	}
	way, err := newNetwork()
	if err != nil {
		return nil, err
	}
	way.limit(opts.Line)
	way.loses = opts.Loses
	api, err := browserAPI(opts, way)
	if err != nil {
		return nil, err
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, err
	}
	b := &Browser{ear: newEar(opts.Record), pc: pc, net: way, changed: make(chan struct{})}
	if opts.Pacer == nil {
		b.ownPacer = NewPacer()
		opts.Pacer = b.ownPacer
	}
	b.track = &track{keysPT: opts.KeysPT}
	if opts.Opus {
		if b.opus, err = opus.New(); err != nil {
			_ = pc.Close()
			return nil, err
		}
		b.track.opus, b.ear.opus = b.opus, b.opus
	}
	b.Voice = newVoice(opts.Pacer, b.track.write)
	b.track.agreed = b.Voice.agree
	b.ear.agree(opts.Laws[0], opts.KeysPT)
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { b.stateChanged() })
	pc.OnTrack(b.listen)
	sender, err := pc.AddTrack(b.track)
	if err != nil {
		b.Close()
		return nil, err
	}
	b.reading.Add(1)
	go b.drain(sender)
	return b, nil
}

func browserAPI(opts BrowserOptions, way *network) (*webrtc.API, error) {
	me := &webrtc.MediaEngine{}
	codecs := make([]webrtc.RTPCodecParameters, 0, 4)
	if opts.Opus {
		codecs = append(codecs, codec(opusPT, webrtc.MimeTypeOpus, opusTicks*Rate, 2))
	}
	for _, l := range opts.Laws {
		codecs = append(codecs, codec(uint8(l), "audio/"+l.String(), 8000, 0))
	}
	codecs = append(codecs, codec(opts.KeysPT, "audio/telephone-event", 8000, 0))
	for _, c := range codecs {
		if err := me.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	se := webrtc.SettingEngine{LoggerFactory: quietLogs()}
	se.SetNet(way)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetIncludeLoopbackCandidate(true)
	se.SetFireOnTrackBeforeFirstRTP(true)
	se.SetIPFilter(func(ip net.IP) bool {
		a, ok := netip.AddrFromSlice(ip)
		return ok && opts.Network.Contains(a.Unmap())
	})
	kinds := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if opts.OnlyTCP {
		kinds = []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6}
	}
	se.SetNetworkTypes(kinds)
	return webrtc.NewAPI(webrtc.WithMediaEngine(me), webrtc.WithSettingEngine(se),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})), nil
}

func codec(pt uint8, mime string, rate uint32, channels uint16) webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{
		PayloadType:        webrtc.PayloadType(pt),
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: rate, Channels: channels},
	}
}

func quietLogs() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
}

// Offer makes the SDP offer, with all candidates in it.
func (b *Browser) Offer() (string, error) { return b.offer(false) }

// Restart makes an offer that restarts ICE, from new sockets, as
// RTCPeerConnection.restartIce does.
func (b *Browser) Restart() (string, error) { return b.offer(true) }

func (b *Browser) offer(restart bool) (string, error) {
	if restart {
		// pion cannot take a second offer back by itself; a page would.
		if b.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer {
			return "", errors.New("the offer before has no answer yet")
		}
	}
	o, err := b.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return "", fmt.Errorf("make the offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(o); err != nil {
		return "", fmt.Errorf("make the offer: %w", err)
	}
	<-gathered
	return b.pc.LocalDescription().SDP, nil
}

// Answer takes the server's answer.
func (b *Browser) Answer(sdp string) error {
	return b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp})
}

// Hears is what the page's loudspeaker plays.
func (b *Browser) Hears() *Ear { return b.ear }

// InsertDTMF sends digits as the page's keypad does.
func (b *Browser) InsertDTMF(keys string) error { return b.SendKeys(keys) }

// ErrNotConnected is returned when the path did not come up.
var ErrNotConnected = errors.New("browser is not connected")

// WaitConnected returns when ICE and DTLS are up.
func (b *Browser) WaitConnected(ctx context.Context) error {
	return b.waitState(ctx, webrtc.PeerConnectionStateConnected)
}

// WaitGone returns when the server has closed the connection or ICE has failed.
func (b *Browser) WaitGone(ctx context.Context) error {
	return b.waitState(ctx, webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateDisconnected)
}

func (b *Browser) waitState(ctx context.Context, want ...webrtc.PeerConnectionState) error {
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		state := b.pc.ConnectionState()
		for _, w := range want {
			if state == w {
				return nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w (%s): %w", ErrNotConnected, state, ctx.Err())
		}
	}
}

func (b *Browser) stateChanged() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.changed)
	b.changed = make(chan struct{})
}

// State is the connection's state, in the words of RTCPeerConnection.
func (b *Browser) State() string { return b.pc.ConnectionState().String() }

// Cut loses every packet from now on, both ways, without a word to anybody.
func (b *Browser) Cut(on bool) { b.net.cut.Store(on) }

// Vanish is a browser killed: the network is cut, then everything is closed.
func (b *Browser) Vanish() {
	b.Cut(true)
	b.Close()
}

// Close closes the connection as a page does that is left.
func (b *Browser) Close() {
	b.Voice.close()
	if b.ownPacer != nil {
		b.ownPacer.Close()
	}
	_ = b.pc.GracefulClose()
	b.reading.Wait()
	if b.opus != nil {
		b.opus.Close()
	}
}

// listen reads the server's track until the connection ends.
func (b *Browser) listen(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	b.reading.Add(2)
	go func() {
		defer b.reading.Done()
		buf := make([]byte, 1500)
		for {
			n, _, err := r.Read(buf)
			if err != nil {
				return
			}
			b.ear.packet(buf[:n], time.Now())
		}
	}()
	defer b.reading.Done()
	buf := make([]byte, 2048)
	for {
		n, _, err := t.Read(buf)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return
		}
		if n > 0 {
			b.ear.packet(buf[:n], time.Now())
		} else if err != nil {
			return
		}
	}
}

// drain takes the server's RTCP about what we send.
func (b *Browser) drain(s *webrtc.RTPSender) {
	defer b.reading.Done()
	buf := make([]byte, 1500)
	for {
		n, _, err := s.Read(buf)
		if err != nil {
			return
		}
		b.ear.packet(buf[:n], time.Now())
	}
}

// track gives the Voice pion's writer without another layer between.
type track struct {
	keysPT uint8
	agreed func(law Law, keysPT uint8, ssrc uint32)
	opus   *opus.Codec // nil: it does not speak it

	mu    sync.Mutex // guards what follows
	out   webrtc.TrackLocalWriter
	coded bool // what goes out is Opus
	buf   [opus.MaxPacket]byte
}

func (t *track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var chosen *webrtc.RTPCodecParameters
	keys := t.keysPT
	for _, p := range c.CodecParameters() {
		switch {
		case strings.EqualFold(p.MimeType, "audio/telephone-event"):
			keys = uint8(p.PayloadType)
		case chosen == nil:
			chosen = &p
		}
	}
	if chosen != nil && t.opus != nil && chosen.PayloadType == opusPT {
		t.mu.Lock()
		t.out, t.coded = c.WriteStream(), true
		t.mu.Unlock()
		t.agreed(PCMA, keys, uint32(c.SSRC()))
		return *chosen, nil
	}
	if chosen == nil || (chosen.PayloadType != webrtc.PayloadType(PCMA) && chosen.PayloadType != webrtc.PayloadType(PCMU)) {
		return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
	}
	t.mu.Lock()
	t.out, t.coded = c.WriteStream(), false
	t.mu.Unlock()
	t.agreed(Law(chosen.PayloadType), keys, uint32(c.SSRC()))
	return *chosen, nil
}

func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out = nil
	return nil
}

func (t *track) write(h *rtp.Header, payload []byte) error {
	t.mu.Lock()
	out, coded := t.out, t.coded
	t.mu.Unlock()
	if out == nil {
		return ErrNotConnected
	}
	if coded {
		return t.writeOpus(out, h, payload)
	}
	_, err := out.WriteRTP(h, payload)
	return err
}

func (t *track) ID() string                { return "audio" }
func (t *track) RID() string               { return "" }
func (t *track) StreamID() string          { return "microphone" }
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }
