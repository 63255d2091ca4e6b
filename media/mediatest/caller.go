package mediatest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// CallerOptions says what kind of endpoint a Caller is. The zero value is a
// gateway on loopback that offers A-law, then mu-law, with telephone-event 101.
type CallerOptions struct {
	Address   netip.Addr            // to bind and to name in SDP; default 127.0.0.1
	Laws      []Law                 // in order of preference; default PCMA, PCMU
	KeysPT    uint8                 // payload type of telephone-event; default 101
	NoKeys    bool                  // offer no telephone-event
	PTime     int                   // milliseconds in a packet: 10, 20, 30, 40 or 60; default 20
	RTCPMux   bool                  // offer to take RTCP on the same port
	Pacer     *Pacer                // default: one of its own
	Record    time.Duration         // keep all that is heard, up to so much; default: the last second
	Loses     func(seq uint16) bool // packets of sound and keys that are lost on its line, either way, by their number; default: none
	SDPDirect string                // direction in the first offer; default sendrecv

	SRTP   string   // protocol of the m= line that keys are offered with: RTP/SAVP or RTP/AVP; empty: plain sound
	Suites []string // of SRTP, in order of preference; default Suite80, Suite32
	MKI    bool     // its packets name their key, as some telephones' do
}

// Caller is a plain RTP endpoint with an offer and an answer in SDP. What it
// sends is its Voice, what it receives its Ear.
type Caller struct {
	*Voice
	ear      *Ear
	opts     CallerOptions
	ownPacer *Pacer
	reading  sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	conn    *net.UDPConn
	to      netip.AddrPort
	remote  terms
	id      uint64
	version uint64
	ours    []cryptoLine // offered, or the one answered with
	seals   *srtp        // nil: plain sound
	opens   *srtp
	packet  [12 + 480]byte // only the Voice uses it, under its own lock
}

// NewCaller binds a port and starts to listen.
func NewCaller(opts CallerOptions) (*Caller, error) {
	if !opts.Address.IsValid() {
		opts.Address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if len(opts.Laws) == 0 {
		opts.Laws = []Law{PCMA, PCMU}
	}
	if opts.KeysPT == 0 {
		opts.KeysPT = 101
	}
	if opts.NoKeys {
		opts.KeysPT = 0
	}
	if opts.PTime == 0 {
		opts.PTime = 20
	}
	if opts.SRTP != "" && len(opts.Suites) == 0 {
		opts.Suites = []string{Suite80, Suite32}
	}
	if opts.SDPDirect == "" {
		opts.SDPDirect = "sendrecv"
	}
	c := &Caller{opts: opts, ear: newEar(opts.Record), id: uint64(random()), version: 1}
	c.Rekey()
	if err := c.Move(); err != nil {
		return nil, err
	}
	if opts.Pacer == nil {
		c.ownPacer = NewPacer()
		opts.Pacer = c.ownPacer
	}
	c.Voice = newVoice(opts.Pacer, c.write)
	c.Voice.ptime = opts.PTime
	return c, nil
}

// Hears is what the caller hears.
func (c *Caller) Hears() *Ear { return c.ear }

// Close stops speaking and listening.
func (c *Caller) Close() {
	c.Voice.close()
	if c.ownPacer != nil {
		c.ownPacer.Close()
	}
	c.mu.Lock()
	_ = c.conn.Close()
	c.mu.Unlock()
	c.reading.Wait()
}

// Move takes a new port; the next Offer names it.
func (c *Caller) Move() error {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(c.opts.Address, 0)))
	if err != nil {
		return fmt.Errorf("bind a port for RTP: %w", err)
	}
	_ = conn.SetReadBuffer(256 << 10)
	c.mu.Lock()
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn = conn
	c.mu.Unlock()
	c.reading.Add(1)
	go c.read(conn)
	return nil
}

// Rekey takes new keys for SRTP; the next Offer names them, and they are used
// from its answer on.
func (c *Caller) Rekey() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ours = nil
	for i, suite := range c.opts.Suites {
		c.ours = append(c.ours, c.newLine(strconv.Itoa(i+1), suite))
	}
}

func (c *Caller) newLine(tag, suite string) cryptoLine {
	l := newCryptoLine(tag, suite)
	if c.opts.MKI {
		l.mki, l.suffix = "\x00\x00\x00\x07", "|2^31|7:4"
	}
	return l
}

// Encrypted tells which suite is in use; empty: plain sound.
func (c *Caller) Encrypted() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seals == nil {
		return ""
	}
	return c.seals.line.suite
}

// Addr is where the caller listens.
func (c *Caller) Addr() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// Offer is the caller's SDP for an INVITE.
func (c *Caller) Offer() []byte { return c.Reoffer(c.opts.SDPDirect) }

// Reoffer is an offer with a direction: sendonly or inactive to hold, sendrecv
// to resume.
func (c *Caller) Reoffer(direction string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := terms{laws: c.opts.Laws, keysPT: c.opts.KeysPT, ptime: c.opts.PTime, direction: direction, mux: c.opts.RTCPMux, proto: "RTP/AVP"}
	if c.opts.SRTP != "" {
		t.proto, t.cryptos = c.opts.SRTP, c.ours
	}
	return c.describe(t)
}

func (c *Caller) describe(t terms) []byte {
	c.version++
	return describe(c.id, c.version, c.conn.LocalAddr().(*net.UDPAddr).AddrPort(), t)
}

// Accept takes the answer to an offer; from then on the Voice can be heard.
func (c *Caller) Accept(answer []byte) error {
	t, err := readTerms(answer)
	if err != nil {
		return err
	}
	return c.agreeOn(t)
}

// Answer answers the other side's offer.
func (c *Caller) Answer(offer []byte) ([]byte, error) {
	t, err := readTerms(offer)
	if err != nil {
		return nil, err
	}
	if len(t.cryptos) > 0 && c.opts.SRTP != "" {
		c.mu.Lock()
		t.cryptos = t.cryptos[:1]
		if c.seals == nil || c.seals.line.suite != t.cryptos[0].suite {
			c.ours = []cryptoLine{c.newLine("", t.cryptos[0].suite)}
		} else {
			c.ours = []cryptoLine{c.seals.line}
		}
		c.ours[0].tag = t.cryptos[0].tag
		c.mu.Unlock()
	}
	if err := c.agreeOn(t); err != nil {
		return nil, err
	}
	law, err := common(t.laws, c.opts.Laws)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	reply := terms{laws: []Law{law}, ptime: c.opts.PTime, direction: mirror(t.direction), mux: t.mux && c.opts.RTCPMux,
		proto: t.proto, others: t.others}
	if c.seals != nil {
		reply.cryptos = []cryptoLine{c.seals.line}
	}
	if !c.opts.NoKeys {
		reply.keysPT = t.keysPT
	}
	return c.describe(reply), nil
}

func (c *Caller) agreeOn(t terms) error {
	law, err := common(t.laws, c.opts.Laws)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.to, c.remote = t.to, t
	err = c.encrypt(t)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	c.Voice.agree(law, t.keysPT, 0)
	c.ear.agree(law, t.keysPT)
	return nil
}

// encrypt begins to use the keys agreed on; a key that stays is used on.
func (c *Caller) encrypt(t terms) error {
	if c.opts.SRTP == "" || len(t.cryptos) == 0 {
		c.seals, c.opens = nil, nil
		if strings.HasPrefix(t.proto, "RTP/S") {
			return ErrSDP("encrypted sound, but no key for it")
		}
		return nil
	}
	theirs := t.cryptos[0]
	i := slices.IndexFunc(c.ours, func(l cryptoLine) bool { return l.tag == theirs.tag && l.suite == theirs.suite })
	if i < 0 {
		return ErrSDP("a key with tag " + theirs.tag + ", which was not offered")
	}
	if c.seals == nil || c.seals.line.key != c.ours[i].key {
		c.seals = newSRTP(c.ours[i])
	}
	c.seals.line.tag = c.ours[i].tag
	if c.opens == nil || c.opens.line.key != theirs.key {
		c.opens = newSRTP(theirs)
	}
	return nil
}

// SendRTCP sends a report on the port of the sound (rtcp-mux).
func (c *Caller) SendRTCP(report []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seals != nil {
		report = c.seals.sealRTCP(report)
	}
	_, err := c.conn.WriteToUDPAddrPort(report, c.to)
	return err
}

// Law is the codec agreed on: what the caller sends.
func (c *Caller) Law() Law {
	c.Voice.mu.Lock()
	defer c.Voice.mu.Unlock()
	return c.Voice.law
}

// RemoteDirection is the direction in the other side's last SDP.
func (c *Caller) RemoteDirection() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote.direction
}

func (c *Caller) write(h *rtp.Header, payload []byte) error {
	if c.opts.Loses != nil && c.opts.Loses(h.SequenceNumber) {
		return nil
	}
	p := c.packet[:12+len(payload)]
	p[0], p[1] = 0x80, h.PayloadType
	if h.Marker {
		p[1] |= 0x80
	}
	binary.BigEndian.PutUint16(p[2:], h.SequenceNumber)
	binary.BigEndian.PutUint32(p[4:], h.Timestamp)
	binary.BigEndian.PutUint32(p[8:], h.SSRC)
	copy(p[12:], payload)
	c.mu.Lock()
	conn, to := c.conn, c.to
	if c.seals != nil {
		p = c.seals.seal(p)
	}
	c.mu.Unlock()
	_, err := conn.WriteToUDPAddrPort(p, to)
	return err
}

func (c *Caller) read(conn *net.UDPConn) {
	defer c.reading.Done()
	buf := make([]byte, 2048)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			c.hear(buf[:n])
		}
	}
}

func (c *Caller) hear(p []byte) {
	if c.opts.Loses != nil && len(p) >= 12 && (p[1] < 192 || p[1] > 223) && c.opts.Loses(binary.BigEndian.Uint16(p[2:])) {
		return
	}
	now, ok := time.Now(), true
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.opens == nil || len(p) < 12:
	case p[1] >= 192 && p[1] <= 223: // RFC 5761 section 4
		p, ok = c.opens.openRTCP(p)
	default:
		p, ok = c.opens.open(p)
	}
	if !ok {
		c.ear.forged()
		return
	}
	c.ear.packet(p, now)
}
