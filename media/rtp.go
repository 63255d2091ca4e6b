package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// RTPOptions say whom a leg may hear.
type RTPOptions struct {
	// Allow is where sound may come from besides the address in the far end's
	// SDP: the host that signals, first, and the trunk's media networks.
	Allow []netip.Prefix
	// NAT says that the trunk sits behind a NAT: we send to where its sound
	// comes from, not to where its SDP says.
	NAT bool
	// SRTP is whether sound is encrypted; empty is off.
	SRTP SRTP
	// InbandKeys has keys listened for in the sound itself too, for a far end
	// that sends no telephone-events.
	InbandKeys bool
}

// How many packets a leg takes: twice what 20 ms need, with room for 10 ms
// and for a network that held its breath.
const (
	packetsPerSecond = 150
	packetBurst      = 200
)

// RTPLeg is a caller's end on the trunk: one UDP socket for RTP and one for
// RTCP. It never sends before it has seen an SDP, never stops sending after,
// and hears only whom the gate lets in.
type RTPLeg struct {
	Inlet
	engine  *Engine
	port    uint16
	rtp     *socket
	rtcp    *socket
	sender  *Sender
	player  *player
	gate    gate
	cname   string
	agreed  atomic.Pointer[agreement]
	wire    wire
	telling sync.Mutex // guards rtcpOut, muxOut and the secret's RTCP: one report at a time
	rtcpOut *outlet
	muxOut  *outlet
	secret  atomic.Pointer[secret] // nil: plain sound
	rtcpTo  atomic.Pointer[netip.AddrPort]
	heard   atomic.Int64 // unix nanoseconds of the last packet
	onKey   atomic.Pointer[func(rune)]

	recording atomic.Pointer[Recording] // nil: none
	recv      reception
	closing   sync.Once

	malformed, flooded, unknown, forged atomic.Uint64

	mu      sync.Mutex // guards what follows: the exchange of SDP
	policy  SRTP
	session session
	local   bool // session.local is known

	// owned by what receives on the RTP socket
	ear    keyEar
	tones  *toneEar // nil: keys do not come as tones
	clock  eventClock
	told   presses
	tokens float64
	filled time.Time
}

// OpenRTP takes a port and opens a leg on it.
func (e *Engine) OpenRTP(opts RTPOptions) (*RTPLeg, error) {
	for range 10 { // another program may sit on a port of ours
		port, last, err := e.ports.take()
		if err != nil {
			e.totals.noPorts.Add(1)
			return nil, err
		}
		l, err := e.openRTP(port, last, opts)
		if err == nil {
			return l, nil
		}
		e.ports.put(port, last)
		if errors.Is(err, errClosed) {
			return nil, err
		}
		e.log.Warn("an RTP port is in use by another program; trying the next", "port", port, "error", err)
	}
	e.totals.noPorts.Add(1)
	return nil, ErrNoPorts
}

func (e *Engine) openRTP(port uint16, last stream, opts RTPOptions) (*RTPLeg, error) {
	rtpSocket, err := e.listen(port)
	if err != nil {
		return nil, err
	}
	rtcpSocket, err := e.listen(port + 1)
	if err != nil {
		rtpSocket.close()
		return nil, err
	}
	l := &RTPLeg{
		engine: e, port: port, rtp: rtpSocket, rtcp: rtcpSocket,
		sender: NewSender(), cname: newCNAME(),
		gate:   gate{allow: opts.Allow, nat: opts.NAT, last: last},
		tokens: packetBurst, policy: opts.SRTP,
	}
	l.player = newPlayer(l.sender, true)
	l.sender.tones = func(code byte) { l.player.SendKeys(keyNames[code : code+1]) }
	if opts.InbandKeys {
		l.tones = new(toneEar)
	}
	if err := errors.Join(l.plug(), e.enter(l)); err != nil {
		rtpSocket.close()
		rtcpSocket.close()
		return nil, err
	}
	e.totals.opened.Add(1)
	e.conductor.attach(l.player)
	e.reports.add(l)
	return l, nil
}

// plug makes the ways to and from the sockets.
func (l *RTPLeg) plug() (err error) {
	if l.wire.out, err = l.rtp.outlet(); err != nil {
		return err
	}
	if l.rtcpOut, err = l.rtcp.outlet(); err != nil {
		return err
	}
	if l.muxOut, err = l.rtp.outlet(); err != nil {
		return err
	}
	if err = l.rtp.serve(func(now time.Time, from netip.AddrPort, b []byte) {
		l.guard(func() { l.packet(now, from, b) })
	}); err != nil {
		return err
	}
	return l.rtcp.serve(func(now time.Time, from netip.AddrPort, b []byte) {
		l.guard(func() { l.control(now, from, b) })
	})
}

// enter counts the leg among the engine's.
func (e *Engine) enter(l *RTPLeg) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return errClosed
	}
	e.legs[l] = struct{}{}
	return nil
}

func (e *Engine) listen(port uint16) (*socket, error) {
	return e.pollers.listen(netip.AddrPortFrom(e.bind, port), e.dscp)
}

// Sender implements Leg.
func (l *RTPLeg) Sender() *Sender { return l.sender }

// Close ends the leg, waits for the packet in hand and lets its ports rest.
func (l *RTPLeg) Close() {
	if r := l.recording.Load(); r != nil {
		r.Close()
	}
	l.closing.Do(func() {
		e := l.engine
		e.reports.remove(l)
		e.conductor.detach(l.player)
		l.SetRoute(nil)
		l.sender.Shut()
		l.rtp.close()
		l.rtcp.close()
		last, _ := l.gate.state()
		e.ports.put(l.port, last)
		e.mu.Lock()
		delete(e.legs, l)
		e.mu.Unlock()
		e.totals.add(l)
	})
}

// Play replaces what the leg hears of the conductor; see Playlist.
func (l *RTPLeg) Play(p Playlist) { l.player.Play(p) }

// Interject plays prompts once, after any that still play once; then the loop
// goes on where it was.
func (l *RTPLeg) Interject(once []*Prompt) { l.player.Interject(once) }

// Silence stops what plays. The leg goes on sending silence.
func (l *RTPLeg) Silence() { l.player.Silence() }

// SendKeys sends keys (0-9, *, #, A-D) as RFC 4733 telephone-events, or as
// tones when the far end never agreed to events. Other sound waits meanwhile.
func (l *RTPLeg) SendKeys(keys string) { l.player.SendKeys(keys) }

// OnKey has f called for each key the far end presses. It runs on a media
// goroutine and must not block.
func (l *RTPLeg) OnKey(f func(key rune)) { l.onKey.Store(&f) }

// LastHeard returns when the last packet came in; the zero time means never.
func (l *RTPLeg) LastHeard() time.Time {
	if n := l.heard.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// RemoteHeld tells whether the far end has put us on hold.
func (l *RTPLeg) RemoteHeld() bool {
	a := l.agreed.Load()
	return a != nil && a.held()
}

// Answer agrees to an offer or a re-offer and returns our answer. ErrNoCodec
// (ErrNoSRTP is one) and ErrBadSDP leave the session as it was.
func (l *RTPLeg) Answer(offer []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, err := parseSDP(offer)
	if err != nil {
		return nil, err
	}
	audio, _, err := d.audio(l.policy)
	if err != nil {
		return nil, err
	}
	if err := l.locate(audio.addr); err != nil {
		return nil, err
	}
	answer, err := l.session.answer(d)
	if err != nil {
		return nil, err
	}
	return answer, l.apply()
}

// Offer returns our own offer of all we speak: for an INVITE of ours, or one
// that came without an offer.
func (l *RTPLeg) Offer() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.locate(netip.Addr{}); err != nil {
		return nil, err
	}
	return l.session.offer(), nil
}

// OfferUpdate returns what is agreed on as an offer of ours: for a re-INVITE or
// UPDATE that refreshes the session. Its o= line is that of all we said in this
// call; the version grows only when the rest differs from what we said last,
// as it does after the far end held the call.
func (l *RTPLeg) OfferUpdate() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.locate(netip.Addr{}); err != nil {
		return nil, err
	}
	return l.session.update(), nil
}

// Accept takes the answer to our offer. An error leaves the session as it was.
func (l *RTPLeg) Accept(answer []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.local {
		return errors.New("an answer came, but nothing was offered")
	}
	d, err := parseSDP(answer)
	if err != nil {
		return err
	}
	if err := l.session.accept(d); err != nil {
		return err
	}
	return l.apply()
}

// locate decides, at the first exchange, which address of ours the far end is
// told: the configured one, or the one this machine would send from.
func (l *RTPLeg) locate(towards netip.Addr) error {
	if l.local {
		return nil
	}
	if (!towards.IsValid() || towards.IsUnspecified()) && len(l.gate.allow) > 0 {
		towards = l.gate.allow[0].Addr()
	}
	addr, err := l.engine.localAddress(towards)
	if err != nil {
		return err
	}
	l.session, l.local = newSession(addr, l.port, l.policy), true
	return nil
}

// localAddress is the address by which a host reaches us.
func (e *Engine) localAddress(towards netip.Addr) (netip.Addr, error) {
	if !towards.IsValid() || towards.IsUnspecified() {
		towards = netip.AddrFrom4([4]byte{192, 0, 2, 1}) // anywhere beyond the default route
	}
	switch {
	case e.public.IsValid() && e.public.Is4() == towards.Is4() && !towards.IsLoopback():
		return e.public, nil
	case !e.bind.IsUnspecified() && e.bind.Is4() != towards.Is4():
		return netip.Addr{}, fmt.Errorf("%w: the far end wants sound over another IP version than media.address has", ErrBadSDP)
	case !e.bind.IsUnspecified():
		return e.bind, nil
	}
	// Connecting a UDP socket sends nothing; it asks the routing table.
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(towards, 9)))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("find the address for sound: no route to the far end: %w; set media.address or media.public_address", err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// apply puts a new agreement into force.
func (l *RTPLeg) apply() error {
	a := l.session.agreed
	secret, err := protect(a.keys, l.secret.Load())
	if err != nil {
		return fmt.Errorf("begin to encrypt the sound: %w", err)
	}
	l.secret.Store(secret)
	l.wire.protect(secret)
	l.gate.signal(a.remote)
	l.agreed.Store(a)
	l.sender.SetHeld(a.deaf())
	l.aim()
	return nil
}

// aim points our sound at the far end, as far as it is known.
func (l *RTPLeg) aim() {
	a := l.agreed.Load()
	to := l.gate.destination()
	if a == nil || !to.IsValid() {
		return
	}
	rtcpTo := netip.AddrPortFrom(to.Addr(), to.Port()+1)
	switch {
	case a.mux:
		rtcpTo = to
	case to == a.remote:
		rtcpTo = a.rtcp
	}
	l.rtcpTo.Store(&rtcpTo)
	l.wire.to.Store(&to)
	l.sender.Bind(&l.wire, a.format)
}

// guard keeps a panic, ours or a callback's, within one packet of one call.
func (l *RTPLeg) guard(f func()) {
	defer func() {
		if p := recover(); p != nil {
			l.malformed.Add(1)
			l.engine.log.Error("a packet caused a panic; it was dropped", "panic", p)
		}
	}()
	f()
}

// packet handles one datagram on the RTP port.
func (l *RTPLeg) packet(now time.Time, from netip.AddrPort, b []byte) {
	a := l.agreed.Load()
	if a != nil && a.mux && isRTCP(b) {
		l.control(now, from, b)
		return
	}
	var h rtp.Header
	data, ok := parseRTP(b, &h)
	if !ok {
		l.malformed.Add(1)
		return
	}
	if s := l.secret.Load(); s != nil {
		// Before the gate: only whoever has the key may move the call, and what
		// could not be the caller's by its address is not worth a look.
		if !l.gate.maybe(from) || !l.unseal(s, b, &h, &data) {
			return
		}
	}
	if a == nil || !a.known[h.PayloadType] {
		l.stranger(from, &h)
		return
	}
	ok, moved := l.gate.admit(now, from, &h)
	if !ok {
		return
	}
	if moved {
		l.aim()
	}
	if !l.affordable(now) { // after the gate: a stranger's flood must not cost the caller her words
		l.flooded.Add(1)
		return
	}
	l.heard.Store(now.UnixNano())
	kind := a.kinds[h.PayloadType]
	l.recv.packet(now, &h, !kind.event)
	if kind.event {
		l.keyEvent(now, &h, data, kind.rate)
		return
	}
	l.keySound(now, kind.codec, data)
	l.clock.sound = h.Timestamp + uint32(len(data))
	if r := l.recording.Load(); r != nil { // before audio, which may rewrite it
		r.packet(kind.codec, &h, data)
	}
	l.audio(kind.codec, &h, data)
}

// keyEvent takes one telephone-event packet.
func (l *RTPLeg) keyEvent(now time.Time, h *rtp.Header, data []byte, rate uint32) {
	_, sounded := l.ear.sounding()
	key, over := l.ear.event(h, data)
	if over && l.told.byEvent(key, now) {
		l.pressed(key)
	}
	if next, sounds := l.ear.sounding(); sounds && (over || !sounded) {
		l.told.eventBegan(next, now)
	}
	if rate != clockRate {
		l.clock.place(h, data, rate)
	}
	l.event(h, data)
}

// keySound looks for keys in a packet of sound: an event whose end was lost,
// and tones.
func (l *RTPLeg) keySound(now time.Time, codec Codec, data []byte) {
	if key, ok := l.ear.sound(); ok && l.told.byEvent(key, now) {
		l.pressed(key)
	}
	if l.tones == nil {
		return
	}
	if key, ok := l.tones.sound(codec, data); ok && l.told.byTone(key, now) {
		l.pressed(key)
	}
}

// unseal decrypts a packet in place.
func (l *RTPLeg) unseal(s *secret, b []byte, h *rtp.Header, data *[]byte) (ok bool) {
	if b, ok = s.open.open(b); ok {
		*data, ok = parseRTP(b, h)
	}
	if !ok {
		l.forged.Add(1)
	}
	return ok
}

// stranger counts a packet of a payload type nobody agreed to, such as comfort
// noise. From the caller it must not look like a loss further on.
func (l *RTPLeg) stranger(from netip.AddrPort, h *rtp.Header) {
	l.unknown.Add(1)
	if s, _ := l.gate.state(); s.from == from {
		l.skip(h)
	}
}

func (l *RTPLeg) pressed(key rune) {
	if f := l.onKey.Load(); f != nil {
		(*f)(key)
	}
}

// affordable is a token bucket against floods.
func (l *RTPLeg) affordable(now time.Time) bool {
	if !l.filled.IsZero() {
		l.tokens = min(packetBurst, l.tokens+now.Sub(l.filled).Seconds()*packetsPerSecond)
	}
	l.filled = now
	if l.tokens < 1 {
		return false
	}
	l.tokens--
	return true
}

// control handles one RTCP datagram.
func (l *RTPLeg) control(now time.Time, from netip.AddrPort, b []byte) {
	if !l.gate.trusts(from.Addr()) {
		return
	}
	if s := l.secret.Load(); s != nil {
		var ok bool
		if b, ok = s.open.openRTCP(b); !ok {
			l.forged.Add(1)
			return
		}
	}
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		l.malformed.Add(1)
		return
	}
	l.recv.take(now, l.sender.SSRC(), packets)
}

// report implements reporting.
func (l *RTPLeg) report(now time.Time) {
	l.telling.Lock()
	defer l.telling.Unlock()
	a, to := l.agreed.Load(), l.rtcpTo.Load()
	if a == nil || to == nil || !to.IsValid() || to.Port() == 0 {
		return
	}
	b, err := rtcp.Marshal(compound(now, l.sender.report(now), &l.recv, l.cname))
	if err != nil {
		return
	}
	if s := l.secret.Load(); s != nil {
		if b, err = s.seal.rtcp.EncryptRTCP(nil, b, nil); err != nil {
			return
		}
	}
	out := l.rtcpOut
	if a.mux {
		out = l.muxOut
	}
	_ = out.write(b, *to)
}
