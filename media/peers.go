package media

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// PeerState is whether an agent's browser can be spoken to. The server judges
// it by the packets that come, never the page by a timer.
type PeerState uint8

// The states of a peer.
const (
	PeerLost       PeerState = iota // none, closed, or silent for too long
	PeerConnecting                  // an offer was answered, the path is being proven
	PeerConnected
)

// String names the state as the live protocol does.
func (s PeerState) String() string {
	switch s {
	case PeerConnecting:
		return "connecting"
	case PeerConnected:
		return "connected"
	}
	return "lost"
}

// ErrNoPeer is returned when an agent's browser is not connected.
var ErrNoPeer = errors.New("the agent's browser is not connected")

var errPeersClosed = errors.New("the server is closing: no browser can connect")

// restartGrace is how long a connected peer may take for an ICE restart before
// it counts as lost.
const restartGrace = 5 * time.Second

// Peers knows each agent's browser. An agent has one: a new offer replaces the
// old connection. The registry is by agent, so that whoever was told of a
// change asks Leg again; a replaced peer is told as connecting, then connected.
type Peers struct {
	e    *Engine
	wake chan struct{}
	quit chan struct{}
	work sync.WaitGroup // run, and what closes peers and checks microphones

	mu     sync.Mutex // guards what follows
	seats  map[string]*seat
	dirty  []*seat // whose state may have changed
	told   func(agent string, st PeerState)
	closed bool
	totals PeerTotals
}

// seat is one agent's place. Its peer changes, the seat stays.
type seat struct {
	agent    string
	offering sync.Mutex // one offer at a time

	// guarded by Peers.mu
	peer    *Peer
	ended   string // session of the newest connection that was closed here
	marked  bool   // in dirty
	state   PeerState
	of      *Peer     // whose state that is
	restart time.Time // when a connected peer began to look for a new path
}

// PeerTotals counts what peers did since the start.
type PeerTotals struct {
	Open      int // connections now, connected or not
	Connected int
	Offers    uint64 // answered
	Refused   uint64 // offers that were not
	Restarts  uint64 // answered on the connection that was there
	Replaced  uint64 // connections a newer offer of the agent ended
	Lost      uint64 // times a connected browser was lost
	Foreign   uint64 // packets on the browsers' port that were nobody's
	Received  uint64 // packets from browsers open now
	Sent      uint64 // packets to browsers open now
	Missing   uint64 // packets of browsers open now that never came
	Opus      int    // connections now that speak Opus
}

// NewPeers starts a registry on the engine's browser port.
func NewPeers(e *Engine) *Peers {
	ps := &Peers{e: e, wake: make(chan struct{}, 1), quit: make(chan struct{}), seats: make(map[string]*seat)}
	ps.work.Add(1)
	go ps.run()
	return ps
}

// OnState has f told of each change of an agent's state, once and in order,
// from one goroutine. f must not block.
func (ps *Peers) OnState(f func(agent string, st PeerState)) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.told = f
}

// Offer answers a page's offer: a new connection, which replaces the agent's
// old one, or new ICE credentials for the one there is. Errors wrap ErrOffer
// when it is the offer's fault; an old connection is then left as it was.
func (ps *Peers) Offer(ctx context.Context, agent, sdp string) (answer string, err error) {
	defer func() { ps.count(err) }()
	o, err := readOffer(sdp)
	if err != nil {
		return "", err
	}
	if !ps.e.opus {
		o.opus = noEvent
		if err := o.check(); err != nil {
			return "", err
		}
	}
	s, err := ps.seat(agent)
	if err != nil {
		return "", err
	}
	s.offering.Lock()
	defer s.offering.Unlock()
	old, ended := ps.at(s)
	switch {
	case old != nil && o.continues(&old.offer):
		return ps.again(ctx, s, old, o)
	case o.session == ended:
		return "", ErrPeerGone
	}
	p, err := newPeer(ps.e, agent, o, func() { ps.changed(s) })
	if err != nil {
		return "", err
	}
	if answer, err = p.answer(ctx, o); err != nil {
		p.Close()
		return "", err
	}
	return answer, ps.replace(s, p)
}

// again answers one more offer of a connection: an ICE restart.
func (ps *Peers) again(ctx context.Context, s *seat, p *Peer, o browserOffer) (string, error) {
	answer, err := p.answer(ctx, o)
	if err != nil {
		// pion may be half way into the new description: start afresh.
		ps.drop(s, p)
		return "", errors.Join(ErrPeerGone, err)
	}
	ps.mu.Lock()
	ps.totals.Restarts++
	ps.mu.Unlock()
	ps.changed(s)
	return answer, nil
}

// replace seats the new peer and closes the old one: newest leg wins.
func (ps *Peers) replace(s *seat, p *Peer) error {
	ps.mu.Lock()
	if ps.closed {
		ps.mu.Unlock()
		p.Close()
		return errPeersClosed
	}
	old := s.peer
	s.peer, s.restart = p, time.Time{}
	if old != nil {
		s.ended = old.offer.session
		ps.totals.Replaced++
		ps.closeLocked(old)
	}
	ps.mu.Unlock()
	ps.changed(s)
	return nil
}

// Leg returns the agent's peer if it is connected.
func (ps *Peers) Leg(agent string) (*Peer, bool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	s := ps.seats[agent]
	if s == nil || s.peer == nil || s.of != s.peer || s.state != PeerConnected {
		return nil, false
	}
	return s.peer, true
}

// Stats returns the figures of the agent's peer.
func (ps *Peers) Stats(agent string) (LegStats, bool) {
	ps.mu.Lock()
	s := ps.seats[agent]
	if s == nil || s.peer == nil {
		ps.mu.Unlock()
		return LegStats{}, false
	}
	p := s.peer
	ps.mu.Unlock()
	return p.Stats(), true
}

// Totals returns the figures of all peers.
func (ps *Peers) Totals() PeerTotals {
	ps.mu.Lock()
	t := ps.totals
	open := make([]*Peer, 0, len(ps.seats))
	for _, s := range ps.seats {
		if s.peer != nil {
			open = append(open, s.peer)
		}
		if s.state == PeerConnected {
			t.Connected++
		}
	}
	ps.mu.Unlock()
	t.Open, t.Foreign = len(open), ps.e.browsers.filter.foreign.Load()
	for _, p := range open {
		s := p.Stats()
		t.Received += s.Received
		t.Sent += s.Sent
		t.Missing += s.Lost
		if s.Opus {
			t.Opus++
		}
	}
	return t
}

// Close ends the agent's connection: the shift is over.
func (ps *Peers) Close(agent string) {
	ps.mu.Lock()
	s := ps.seats[agent]
	ps.mu.Unlock()
	if s == nil {
		return
	}
	s.offering.Lock()
	defer s.offering.Unlock()
	if p, _ := ps.at(s); p != nil {
		ps.drop(s, p)
	}
}

// CloseAll ends all connections and waits for every goroutine.
func (ps *Peers) CloseAll() {
	ps.mu.Lock()
	if ps.closed {
		ps.mu.Unlock()
		return
	}
	ps.closed = true
	for _, s := range ps.seats {
		if s.peer != nil {
			ps.closeLocked(s.peer)
			s.peer = nil
		}
	}
	ps.mu.Unlock()
	close(ps.quit)
	ps.work.Wait()
}

func (ps *Peers) count(err error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if err == nil {
		ps.totals.Offers++
	} else {
		ps.totals.Refused++
	}
}

func (ps *Peers) seat(agent string) (*seat, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.closed {
		return nil, errPeersClosed
	}
	s := ps.seats[agent]
	if s == nil {
		s = &seat{agent: agent}
		ps.seats[agent] = s
	}
	return s, nil
}

func (ps *Peers) at(s *seat) (p *Peer, ended string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return s.peer, s.ended
}

// drop ends the seat's peer if it is still p.
func (ps *Peers) drop(s *seat, p *Peer) {
	ps.mu.Lock()
	if s.peer == p {
		s.peer, s.ended = nil, p.offer.session
		if !ps.closed {
			ps.closeLocked(p)
		}
	}
	ps.mu.Unlock()
	ps.changed(s)
}

// closeLocked closes a peer without waiting: pion waits for its goroutines,
// and one of them may be on its way to us. Promptly, though: pion's mux routes
// by remote address, and a dead connection keeps its address.
func (ps *Peers) closeLocked(p *Peer) {
	ps.work.Add(1)
	go func() {
		defer ps.work.Done()
		p.Close()
	}()
}

// changed has run look at the seat. It never blocks: pion calls it.
func (ps *Peers) changed(s *seat) {
	ps.mu.Lock()
	if !s.marked {
		s.marked = true
		ps.dirty = append(ps.dirty, s)
	}
	ps.mu.Unlock()
	select {
	case ps.wake <- struct{}{}:
	default:
	}
}

// run tells of changes. It looks at states rather than being sent them, so
// that the order in which pion's goroutines get here does not matter.
func (ps *Peers) run() {
	defer ps.work.Done()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var restarting []*seat
	for {
		select {
		case <-ps.quit:
			return
		case <-ps.wake:
		case <-tick.C:
			if len(restarting) == 0 {
				continue
			}
		}
		ps.mu.Lock()
		seats := append(ps.dirty, restarting...)
		ps.dirty = nil
		for _, s := range seats {
			s.marked = false
		}
		ps.mu.Unlock()
		restarting = restarting[:0]
		for _, s := range seats {
			if ps.look(s, time.Now()) && !slices.Contains(restarting, s) {
				restarting = append(restarting, s)
			}
		}
	}
}

// look tells of the seat's state if it is news; restarting seats must be looked
// at again.
func (ps *Peers) look(s *seat, now time.Time) (restarting bool) {
	ps.mu.Lock()
	p, fresh := s.peer, s.peer != s.of
	st := ps.judge(s, now)
	news := s.news(st, fresh)
	if fresh {
		s.of = p
	}
	if st == PeerLost && s.state == PeerConnected {
		ps.totals.Lost++
	}
	s.state = st
	told := ps.told
	over := p != nil && finished(p.pc.ConnectionState())
	restarting = !s.restart.IsZero()
	ps.mu.Unlock()
	if st == PeerConnected {
		p.startReports()
	}
	if told != nil {
		for _, n := range news {
			told(s.agent, n)
		}
	}
	if over {
		ps.drop(s, p)
	}
	return restarting
}

// news is what has to be told: a peer that took another's place begins anew.
func (s *seat) news(st PeerState, fresh bool) []PeerState {
	switch {
	case fresh && st == PeerConnected:
		if s.state == PeerConnecting {
			return []PeerState{st}
		}
		return []PeerState{PeerConnecting, st}
	case st != s.state:
		return []PeerState{st}
	}
	return nil
}

// judge says what the seat's state is. A connected peer that restarts ICE stays
// connected for a while: its sound goes on within a few packets.
func (ps *Peers) judge(s *seat, now time.Time) PeerState {
	if s.peer == nil {
		s.restart = time.Time{}
		return PeerLost
	}
	switch s.peer.pc.ConnectionState() {
	case webrtc.PeerConnectionStateConnected:
		s.restart = time.Time{}
		return PeerConnected
	case webrtc.PeerConnectionStateNew, webrtc.PeerConnectionStateConnecting:
		if s.of != s.peer || s.state != PeerConnected {
			s.restart = time.Time{}
			return PeerConnecting
		}
		if s.restart.IsZero() {
			s.restart = now
		}
		if now.Sub(s.restart) < restartGrace {
			return PeerConnected
		}
	}
	s.restart = time.Time{}
	return PeerLost
}

// finished is a connection that will not come back.
func finished(st webrtc.PeerConnectionState) bool {
	return st == webrtc.PeerConnectionStateFailed || st == webrtc.PeerConnectionStateClosed
}
