package media

import (
	"sync"
	"time"
)

// Playlist is what a leg hears from the conductor: some prompts once, then one
// for ever. Done is called after the last frame of Once was sent, and also
// when Once is empty. It is not called for a playlist that was replaced, or
// ended by another leg that began to speak. It runs on the pacing goroutine
// and must not block.
type Playlist struct {
	Once []*Prompt
	Loop *Prompt
	Done func()
}

// player is one listener of the conductor.
type player struct {
	slot
	sender *Sender
	always bool // sends silence when nothing plays: carriers hang up on a silent stream

	mu        sync.Mutex
	once      []turn
	loop      *Prompt
	loopFrame int
	takeovers uint64 // of the sender, when the playlist began
	keys      keying
}

// turn is one prompt that plays once.
type turn struct {
	prompt *Prompt // nil: only done
	frame  int     // next to send
	done   func()
}

// newPlayer returns a player for s that the conductor does not yet serve.
func newPlayer(s *Sender, always bool) *player { return &player{sender: s, always: always} }

// Play replaces what plays.
func (p *player) Play(list Playlist) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.once = p.once[:0]
	for _, prompt := range list.Once {
		p.once = append(p.once, turn{prompt: prompt})
	}
	if list.Done != nil {
		p.once = append(p.once, turn{done: list.Done})
	}
	p.loop, p.loopFrame = list.Loop, 0
	p.takeovers, _ = p.sender.takeover()
}

// Interject plays prompts once, after those that still play once; the loop
// then goes on where it was. While another leg speaks there is nothing to
// interject between, and the words would be stale when it ends.
func (p *player) Interject(once []*Prompt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	times, speaking := p.sender.takeover()
	if speaking {
		return
	}
	if len(p.once) == 0 && p.loop == nil {
		p.takeovers = times
	}
	for _, prompt := range once {
		p.once = append(p.once, turn{prompt: prompt})
	}
}

// Silence stops what plays.
func (p *player) Silence() { p.Play(Playlist{}) }

// over tells whether there is nothing to send until Play or SendKeys is called.
func (p *player) over() bool {
	if p.always {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.once) == 0 && p.loop == nil && len(p.keys.codes) == 0 && !p.keys.open
}

// SendKeys has the keys sent after those not yet sent. Runes that are no key
// are left out.
func (p *player) SendKeys(keys string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys.add(keys)
}

// tick sends what is due. Callbacks run after the lock is released, so that
// they may call the player.
func (p *player) tick(due time.Time) {
	p.mu.Lock()
	if p.keys.tick(p.sender, due) {
		p.mu.Unlock()
		return
	}
	done := p.play(due)
	p.mu.Unlock()
	for _, f := range done {
		f()
	}
}

// play sends the next frame of whatever is first in line, and returns the
// callbacks that became due.
func (p *player) play(due time.Time) (done []func()) {
	alaw, ulaw := p.next()
	if alaw == nil {
		if p.always {
			p.sender.silence(due)
		}
		return p.finished(done)
	}
	switch p.sender.frame(due, p.takeovers, alaw, ulaw) {
	case sent:
		p.advance()
	case ousted:
		p.once, p.loop = nil, nil
	case busy:
		if p.always {
			p.sender.silence(due)
		}
	}
	return p.finished(done)
}

// next returns the frame to send now, nil when nothing plays.
func (p *player) next() (alaw, ulaw []byte) {
	for i := range p.once {
		if t := &p.once[i]; t.prompt != nil && t.frame < t.prompt.frames() {
			return t.prompt.frame(t.frame)
		}
	}
	if p.loop != nil && p.loop.frames() > 0 {
		return p.loop.frame(p.loopFrame)
	}
	return nil, nil
}

// advance notes that the frame next returned was sent.
func (p *player) advance() {
	for i := range p.once {
		if t := &p.once[i]; t.prompt != nil && t.frame < t.prompt.frames() {
			t.frame++
			return
		}
	}
	p.loopFrame = (p.loopFrame + 1) % p.loop.frames()
}

// finished removes the turns that are over and returns their callbacks.
func (p *player) finished(done []func()) []func() {
	for len(p.once) > 0 {
		t := p.once[0]
		if t.prompt != nil && t.frame < t.prompt.frames() {
			break
		}
		if t.done != nil {
			done = append(done, t.done)
		}
		p.once[0] = turn{}
		p.once = p.once[1:]
	}
	return done
}
