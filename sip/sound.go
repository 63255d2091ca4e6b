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
	// each key the far end presses, on a goroutine that must not wait.
	open(o media.RTPOptions, keys func(rune)) (sound, error)
}

// sound is one caller's side of the media. Nothing here blocks for the network.
type sound interface {
	answer(offer []byte) ([]byte, error)
	offer() ([]byte, error)
	// update is what is agreed on, as an offer.
	update() ([]byte, error)
	accept(answer []byte) error
	// held tells whether the far end asked for quiet.
	held() bool
	// heard is when the latest packet came; zero: none yet.
	heard() time.Time
	// play plays the greeting, if any, and then the music; done, if not nil,
	// is called when the greeting has been said.
	play(greeting, music, language string, done func())
	// ask plays prompts and then the music; done is called when they were said.
	ask(prompts []string, music, language string, done func())
	// say parts her and whoever she is connected with, plays prompts to both and
	// calls done when they have been said.
	say(prompts []string, language string, done func())
	// record takes what she says; over is called when it is enough.
	record(limit, silence time.Duration, over func()) recording
	// announce says where she stands, or a line of comfort, between two bars.
	announce(a queue.Announcement, language string)
	// connect lets her and the agent hear each other; first is called when the
	// agent's first packet was passed on. It is an error when the agent has no
	// path now.
	connect(agent queue.AgentID, first func()) error
	// bridge does the same with the far end of another call of ours.
	bridge(other sound, first func()) error
	// ringBack plays the ringing tone to the agent she is connected with, until
	// sound comes from the far end.
	ringBack()
	// part ends what connect or bridge began.
	part()
	// bring lets somebody else into the room of the contact and her agent, made if
	// need be; first is called when her first packet was passed on. setMode,
	// muteGuest and dismiss are about her; part leaves her seated, and the next
	// connect brings her in again.
	bring(id queue.GuestID, g guestSound, agent queue.AgentID, first func()) error
	// reseat lets the agent's new leg take the place of the one she lost.
	reseat(agent queue.AgentID) error
	setMode(id queue.GuestID, m queue.Mode)
	muteGuest(id queue.GuestID, on bool)
	dismiss(id queue.GuestID)
	// promote puts her in the agent's place.
	promote(id queue.GuestID, first func()) error
	// stepOut takes the contact from the others, who go on among themselves; stepIn
	// brings her back, unless nobody is together any more.
	stepOut()
	stepIn() (bool, error)
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
	// device is the sound of the phone an agent talks by; not ok: her browser.
	device func(queue.AgentID) (sound, bool)
}

func (h *hall) open(o media.RTPOptions, keys func(rune)) (sound, error) {
	leg, err := h.engine.OpenRTP(o)
	if err != nil {
		return nil, err
	}
	leg.OnKey(keys)
	return &stage{hall: h, leg: leg}, nil
}

// stage is the sound of one call: its leg, and the room while somebody is with
// it. Only the call's goroutine uses it, except that close may come from a
// recovered panic, and that another stage's room may take its leg.
type stage struct {
	hall  *hall
	leg   *media.RTPLeg
	room  *media.Room // nil: nobody is with her
	peer  media.Leg   // the agent, or the far end of another call
	out   bool        // she is on hold: the room, if there is one, is the others'
	seats []*seatOf   // who else is with the two
	told  tonePlayer  // hears the same words; nil: nobody does
	once  sync.Once
}

func (s *stage) answer(offer []byte) ([]byte, error) { return s.leg.Answer(offer) }
func (s *stage) offer() ([]byte, error)              { return s.leg.Offer() }
func (s *stage) update() ([]byte, error)             { return s.leg.OfferUpdate() }
func (s *stage) accept(answer []byte) error          { return s.leg.Accept(answer) }
func (s *stage) held() bool                          { return s.leg.RemoteHeld() }
func (s *stage) heard() time.Time                    { return s.leg.LastHeard() }
func (s *stage) keys(keys string)                    { s.leg.SendKeys(keys) }
func (s *stage) stats() media.LegStats               { return s.leg.Stats() }

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

func (s *stage) ask(prompts []string, music, language string, done func()) {
	p := media.Playlist{Done: done}
	for _, name := range prompts {
		if words := s.hall.library.Get(name, language); words != nil {
			p.Once = append(p.Once, words)
		}
	}
	if music != "" {
		p.Loop = s.hall.library.Get(music, language)
	}
	s.leg.Play(p)
}

func (s *stage) say(prompts []string, language string, done func()) {
	peer := s.peer
	s.part()
	p := media.Playlist{}
	for _, name := range prompts {
		if words := s.hall.library.Get(name, language); words != nil {
			p.Once = append(p.Once, words)
		}
	}
	if o, ok := peer.(tonePlayer); ok {
		o.Play(p)
		s.told = o
	}
	p.Done = done
	s.leg.Play(p)
}

func (s *stage) record(limit, silence time.Duration, over func()) recording {
	return s.leg.Record(media.RecordOptions{Limit: limit, Silence: silence, Over: over})
}

func (s *stage) announce(a queue.Announcement, language string) {
	library := s.hall.library
	var words []*media.Prompt
	if a.Position > 0 {
		words = append(words, library.Position(a.Position, language)...)
	}
	if a.More > 0 {
		words = append(words, library.MoreThan(a.More, language)...)
	}
	if a.Wait.To > 0 {
		words = append(words, library.Wait(a.Wait.From, a.Wait.To, language)...)
	}
	if comfort := library.Get(a.Comfort, language); comfort != nil {
		words = append(words, comfort)
	}
	s.leg.Interject(words)
}

func (s *stage) connect(agent queue.AgentID, first func()) error {
	s.part()
	leg, err := s.hall.legOf(agent)
	if err != nil {
		return err
	}
	return s.join(leg, first)
}

// legOf is what an agent speaks and hears by: her phone while it is off the
// hook, else her browser.
func (h *hall) legOf(agent queue.AgentID) (media.Leg, error) {
	if h.device != nil {
		if d, ok := h.device(agent); ok {
			if s, ok := d.(*stage); ok {
				return s.leg, nil
			}
		}
	}
	peer, ok := h.peers.Leg(string(agent))
	if !ok {
		return nil, errNoPeer
	}
	return peer, nil
}

func (s *stage) bridge(other sound, first func()) error {
	s.part()
	o, ok := other.(*stage)
	if !ok {
		return errNoPeer
	}
	return s.join(o.leg, first)
}

// join puts her and leg into a room of their own.
func (s *stage) join(leg media.Leg, first func()) error {
	room := s.hall.engine.NewRoom()
	if first != nil {
		room.OnFirst(leg, first)
	}
	if err := errors.Join(room.JoinAs(s.leg, media.RoleCaller), room.JoinAs(leg, media.RoleAgent)); err != nil {
		room.Close()
		return err
	}
	s.room, s.peer, s.out = room, leg, false
	for _, g := range s.seats {
		if err := s.sit(g); err != nil {
			return err
		}
	}
	return nil
}

// tonePlayer is a leg that prompts can be played to.
type tonePlayer interface {
	Play(media.Playlist)
	Silence()
}

func (s *stage) ringBack() {
	if p, ok := s.peer.(tonePlayer); ok {
		p.Play(media.Playlist{Loop: s.hall.library.Get("ringback", "id")})
	}
}

// hush ends the words that are played to the agent, also when she is the agent no
// more.
func (s *stage) hush() {
	if s.told != nil {
		s.told.Silence()
		s.told = nil
	}
}

func (s *stage) part() {
	s.hush()
	if s.room == nil {
		return
	}
	s.room.Close()
	if p, ok := s.peer.(tonePlayer); ok {
		p.Silence()
	}
	s.room, s.peer = nil, nil
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
