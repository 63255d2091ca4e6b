package media

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"sahut/configs"
)

// How long a browser may be silent, on every path, before its peer is lost,
// and how long after that its connection is kept for an ICE restart. A check
// goes out every iceKeepalive, which is also how often silence is looked for:
// a loss is noticed iceSilence to iceSilence+iceKeepalive after the last
// packet.
const (
	iceSilence   = 4 * time.Second
	iceFailed    = 30 * time.Second
	iceKeepalive = 1500 * time.Millisecond
)

// muxReadBuffer holds a burst of every browser's packets while the process is
// descheduled: 400 calls overflowed 1 MB.
const muxReadBuffer = 4 << 20

// browserPort is the one port number to which every browser sends: UDP for all
// of them, and TCP for those whose network lets no UDP out. Connections made
// by its API share the port, the certificate and the codecs.
type browserPort struct {
	api     *webrtc.API
	config  webrtc.Configuration
	addrs   []netip.AddrPort
	sockets []*muxSocket
	udp     ice.UDPMux
	tcp     ice.TCPMux
	filter  *muxFilter
}

// openBrowserPort binds the address and port of the settings (port 0: any free
// one) for UDP and TCP. An unspecified address binds every address of this
// machine one by one, because a reply must leave from the address the browser
// was told. The public address is the one browsers use when this machine is
// behind a one-to-one NAT.
func openBrowserPort(cfg configs.Media, log *slog.Logger) (*browserPort, error) {
	locals, err := localAddresses(cfg.Address)
	if err != nil {
		return nil, err
	}
	certificate, err := newCertificate()
	if err != nil {
		return nil, err
	}
	b := &browserPort{filter: new(muxFilter)}
	listener, err := b.bind(locals, cfg.Address, cfg.WebRTCPort)
	if err != nil {
		return nil, err
	}
	for _, s := range b.sockets {
		markPackets(s.UDPConn, cfg.DSCP)
	}
	logs := pionLogs{log}
	b.startMuxes(listener, logs)
	settings, err := b.settings(locals, cfg.PublicAddress, logs)
	if err != nil {
		b.close()
		return nil, err
	}
	codecs, err := mediaCodecs()
	if err != nil {
		b.close()
		return nil, err
	}
	// No interceptors: NACK, TWCC and pion's reports cost 15 % of a call's CPU
	// and give G.711 nothing. RTCP is ours (peer_rtcp.go).
	b.api = webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	b.config = webrtc.Configuration{
		Certificates:  []webrtc.Certificate{*certificate},
		BundlePolicy:  webrtc.BundlePolicyMaxBundle,
		RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
	}
	return b, nil
}

func (b *browserPort) close() {
	if b.udp != nil {
		_ = b.udp.Close()
	}
	if b.tcp != nil {
		_ = b.tcp.Close()
	}
	for _, s := range b.sockets {
		_ = s.Close()
	}
}

// settings is the SettingEngine for every peer. The comments give the reasons
// that are not in pion's own documentation.
func (b *browserPort) settings(locals []netip.Addr, public string, logs pionLogs) (webrtc.SettingEngine, error) {
	se := webrtc.SettingEngine{LoggerFactory: logs}
	// As DTLS server we choose the SRTP profile. A browser left to choose takes
	// AES-CM with HMAC-SHA1, which costs three times AES-GCM.
	if err := se.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return se, err
	}
	se.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	se.SetDTLSExtendedMasterSecret(dtls.RequireExtendedMasterSecret)
	se.SetICEUDPMux(b.udp)
	se.SetICETCPMux(b.tcp)
	se.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	se.DisableActiveTCP(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetICETimeouts(iceSilence, iceFailed, iceKeepalive)
	se.SetFireOnTrackBeforeFirstRTP(true) // a parked browser sends nothing until it answers
	bound := make(map[netip.Addr]bool)
	for _, a := range locals {
		bound[a] = true
	}
	se.SetIPFilter(func(ip net.IP) bool {
		a, ok := netip.AddrFromSlice(ip)
		return ok && bound[a.Unmap()]
	})
	se.SetIncludeLoopbackCandidate(locals[0].IsLoopback())
	return se, publish(&se, locals, public)
}

// publish offers the public address in place of the local address that leads
// to it. Other local addresses stay as they are: an office network behind the
// same server still reaches it directly.
func publish(se *webrtc.SettingEngine, locals []netip.Addr, public string) error {
	if public == "" {
		return nil
	}
	addr, err := netip.ParseAddr(public)
	if err != nil {
		return fmt.Errorf("media.public_address: %q is not an IP address; give the address browsers reach this server at, such as 203.0.113.7", public)
	}
	local := locals[0]
	for _, a := range locals {
		if a == addr {
			return nil // bound to it: no NAT in between
		}
		if a == routeTo(addr) {
			local = a
		}
	}
	return se.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		Local: local.String(), External: []string{addr.String()},
		AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
	})
}

// routeTo is the local address this machine would send to addr from. Connecting
// a UDP socket sends nothing.
func routeTo(addr netip.Addr) netip.Addr {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 9)))
	if err != nil {
		return netip.Addr{}
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// mediaCodecs are A-law, mu-law and keypad digits: what the trunk speaks, so
// that nothing is transcoded; and Opus for lines that cannot carry them. pion takes over the browser's payload types
// (telephone-event is 126 in Chromium and 101 in Firefox).
func mediaCodecs() (*webrtc.MediaEngine, error) {
	me := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{PayloadType: payloadPCMA, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}},
		{PayloadType: payloadPCMU, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}},
		{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: opusTicks * clockRate, Channels: 2}},
		{PayloadType: 126, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeTelephoneEvent, ClockRate: 8000}},
	} {
		if err := me.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	return me, nil
}

const (
	payloadPCMU        = 0
	payloadPCMA        = 8
	mimeTelephoneEvent = "audio/telephone-event"
)

// newCertificate makes the process's DTLS identity. It outlives any process:
// pion's own certificates end after a month, and then no new peer would start.
func newCertificate() (*webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	name := pkix.Name{CommonName: "WebRTC"}
	return webrtc.NewCertificate(key, x509.Certificate{
		Issuer: name, Subject: name, SerialNumber: serial, Version: 2,
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
	})
}

var errNoAddress = errors.New("media.address: this machine has no network address to bind; name one, such as 127.0.0.1")

// localAddresses lists what to bind: the given address, or for an unspecified
// one every address of this machine that another machine can send to (of the
// same family; "::" means both). Only a machine that has nothing else binds
// its loopback address.
func localAddresses(address string) ([]netip.Addr, error) {
	if address == "" {
		address = "0.0.0.0"
	}
	want, err := netip.ParseAddr(address)
	if err != nil {
		return nil, fmt.Errorf("media.address: %q is not an IP address; use one of this machine, or 0.0.0.0 for all", address)
	}
	if !want.IsUnspecified() {
		return []netip.Addr{want.Unmap()}, nil
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("media.address: list the machine's addresses: %w", err)
	}
	var out, loopback []netip.Addr
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		addr := p.Addr().Unmap()
		switch {
		case want.Is4() && !addr.Is4(), addr.IsLinkLocalUnicast():
		case addr.IsLoopback():
			loopback = append(loopback, addr)
		default:
			out = append(out, addr)
		}
	}
	if len(out) == 0 {
		out = loopback
	}
	if len(out) == 0 {
		return nil, errNoAddress
	}
	return out, nil
}
