package media

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sahut/configs"
)

// Engine owns what all legs share: the RTP ports, the one pacing clock, the
// RTCP scheduler and the port browsers connect to.
type Engine struct {
	log    *slog.Logger
	bind   netip.Addr // legs' sockets are bound to it
	public netip.Addr // what SDP says instead; invalid: the address that is bound
	dscp   int        // mark on packets of sound; 0: none
	opus   bool       // browsers that ask for Opus get it

	ports     *ports
	pollers   *pollers
	conductor *conductor
	reports   *reporter
	browsers  *browserPort

	mu     sync.Mutex // guards what follows
	legs   map[*RTPLeg]struct{}
	closed bool

	totals totals
}

// totals count what legs did that are gone; living legs are added when asked.
type totals struct {
	opened       atomic.Uint64
	received     atomic.Uint64
	sent         atomic.Uint64
	lost         atomic.Uint64
	rejected     atomic.Uint64
	forged       atomic.Uint64
	malformed    atomic.Uint64
	flooded      atomic.Uint64
	stale        atomic.Uint64
	writesFailed atomic.Uint64
	noPorts      atomic.Uint64
}

// NewEngine binds the browsers' port and starts the clocks.
func NewEngine(cfg configs.Media, log *slog.Logger) (*Engine, error) {
	bind, err := parseAddress("media.address", cfg.Address, "0.0.0.0")
	if err != nil {
		return nil, err
	}
	public, err := parseAddress("media.public_address", cfg.PublicAddress, "")
	if err != nil {
		return nil, err
	}
	low, high, err := parsePorts(cfg.RTPPorts)
	if err != nil {
		return nil, err
	}
	browsers, err := openBrowserPort(cfg, log)
	if err != nil {
		return nil, err
	}
	pollers, err := startPollers()
	if err != nil {
		browsers.close()
		return nil, err
	}
	return &Engine{
		log: log, bind: bind, public: public, dscp: cfg.DSCP, opus: cfg.Opus != "off",
		ports:     newPorts(low, high, time.Now),
		pollers:   pollers,
		conductor: startConductor(),
		reports:   startReporter(),
		browsers:  browsers,
		legs:      make(map[*RTPLeg]struct{}),
	}, nil
}

// Close ends all legs and stops the clocks. Peers are closed by their owner.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	legs := make([]*RTPLeg, 0, len(e.legs))
	for l := range e.legs {
		legs = append(legs, l)
	}
	e.mu.Unlock()
	for _, l := range legs {
		l.Close()
	}
	e.reports.stop()
	e.conductor.stop()
	e.pollers.stop()
	e.browsers.close()
	return nil
}

// parseAddress reads one of the addresses of the settings.
func parseAddress(key, value, fallback string) (netip.Addr, error) {
	if value == "" {
		value = fallback
	}
	if value == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(value)
	if err != nil {
		return a, fmt.Errorf("%s: %q is not an IP address; write one such as 192.0.2.10", key, value)
	}
	return a.Unmap(), nil
}

// errClosed is returned for legs opened after Close.
var errClosed = errors.New("the media engine is closed")
