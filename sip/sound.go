package sip

import (
	"errors"
	"sync"
	"time"

	"sahut/media"
	"sahut/queue"
)

// studio opens the sound of calls. The real one is hall; tests of the call's
// states use one that makes no sound.
type studio interface {
	// open gives a call its sound, or media.ErrNoPorts. keys is called for
	// each key the caller presses, on a goroutine that must not wait.
	open(t *Trunk, signalling string, keys func(rune)) (sound, error)
}

// sound is one caller's side of the media. Nothing here blocks for the network.
type sound interface {
	answer(offer []byte) ([]byte, error)
	offer() ([]byte, error)
	accept(answer []byte) error
	// held tells whether the far end asked for quiet.
	held() bool
	// heard is when the latest packet came; zero: none yet.
	heard() time.Time
	// play plays the greeting, if any, and then the music; done, if not nil,
	// is called when the greeting has been said.
	play(greeting, music, language string, done func())
	// position says how many are before her.
	position(n int, language string)
	// connect lets her and the agent hear each other; first is called when the
	// agent's first packet was passed on. It is an error when the agent has no
	// path now.
	connect(agent queue.AgentID, first func()) error
	// part ends what connect began.
	part()
	mute(on bool)
	keys(keys string)
	close()
}

// errNoPeer: the agent's browser has no path to the server.
var errNoPeer = errors.New("the volunteer's browser is not connected")

// hall is the studio of real calls.
type hall struct {
	engine  *media.Engine
	peers   *media.Peers
	library *media.Library
}

func (h *hall) open(t *Trunk, signalling string, keys func(rune)) (sound, error) {
	leg, err := h.engine.OpenRTP(media.RTPOptions{Allow: t.Sources(signalling), NAT: t.NAT})
	if err != nil {
		return nil, err
	}
	leg.OnKey(keys)
	return &stage{hall: h, leg: leg}, nil
}

// stage is the sound of one call: her leg, and the room while an agent is with
// her. Only the call's goroutine uses it, except that close may come from a
// recovered panic.
type stage struct {
	hall *hall
	leg  *media.RTPLeg
	room *media.Room // nil: nobody is with her
	peer *media.Peer
	once sync.Once
}

func (s *stage) answer(offer []byte) ([]byte, error) { return s.leg.Answer(offer) }
func (s *stage) offer() ([]byte, error)              { return s.leg.Offer() }
func (s *stage) accept(answer []byte) error          { return s.leg.Accept(answer) }
func (s *stage) held() bool                          { return s.leg.RemoteHeld() }
func (s *stage) heard() time.Time                    { return s.leg.LastHeard() }
func (s *stage) keys(keys string)                    { s.leg.SendKeys(keys) }

func (s *stage) play(greeting, music, language string, done func()) {
	p := media.Playlist{Done: done}
	if greeting != "" {
		if words := s.hall.library.Get(greeting, language); words != nil {
			p.Once = append(p.Once, words)
		}
	}
	if music != "" {
		p.Loop = s.hall.library.Get(music, language)
	}
	s.leg.Play(p)
}

func (s *stage) position(n int, language string) {
	s.leg.Interject(s.hall.library.Position(n, language))
}

func (s *stage) connect(agent queue.AgentID, first func()) error {
	s.part()
	peer, ok := s.hall.peers.Leg(string(agent))
	if !ok {
		return errNoPeer
	}
	room := s.hall.engine.NewRoom()
	if first != nil {
		room.OnFirst(peer, first)
	}
	if err := errors.Join(room.Join(s.leg), room.Join(peer)); err != nil {
		room.Close()
		return err
	}
	s.room, s.peer = room, peer
	return nil
}

func (s *stage) part() {
	if s.room != nil {
		s.room.Close()
		s.room, s.peer = nil, nil
	}
}

func (s *stage) mute(on bool) {
	if s.room != nil {
		s.room.Mute(s.peer, on)
	}
}

func (s *stage) close() {
	s.once.Do(func() {
		s.part()
		s.leg.Close()
	})
}
