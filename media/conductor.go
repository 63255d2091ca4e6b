package media

import (
	"sync"
	"sync/atomic"
	"time"
)

// The conductor's pace. Listeners are spread over phases so that a thousand of
// them are not one burst every 20 ms.
const (
	frameTime = 20 * time.Millisecond
	phases    = 5
	tickTime  = frameTime / phases
	tooStale  = 60 * time.Millisecond // later than this, frames are skipped
)

// paced is what the conductor has do something every 20 ms: a player, or the
// mixer of a room.
type paced interface {
	tick(due time.Time)
	over() bool // it needs no more ticks
	at() *slot
}

// slot is a place in the conductor's lists, which guards it.
type slot struct {
	phase  int
	served bool // it is in a list
}

func (s *slot) at() *slot { return s }

// conductor paces everything no human speaks: one goroutine for all listeners,
// on an absolute schedule. A late tick is caught up; after a long stop (a
// suspended machine) the missed frames are skipped, because a burst of old
// sound would only stand in the far end's buffer as delay.
type conductor struct {
	mu     sync.Mutex // guards writes to lists
	lists  [phases]atomic.Pointer[[]paced]
	count  int
	beat   atomic.Int32  // the phase served last
	wake   chan struct{} // there is a listener again
	quit   chan struct{}
	gone   chan struct{}
	late   atomic.Uint64 // ticks more than 10 ms late
	skip   atomic.Uint64 // frames skipped
	panics atomic.Uint64 // players taken out because a callback panicked
}

func startConductor() *conductor {
	c := &conductor{
		wake: make(chan struct{}, 1),
		quit: make(chan struct{}),
		gone: make(chan struct{}),
	}
	go c.run()
	return c
}

// stop ends the goroutine and waits for it.
func (c *conductor) stop() {
	close(c.quit)
	<-c.gone
}

// attach begins to serve the player, at the phase with the fewest listeners:
// its first frame leaves within 20 ms. One that is served stays where it is.
func (c *conductor) attach(p paced) {
	c.mu.Lock()
	defer c.mu.Unlock()
	best := 0
	for i := range c.lists {
		if len(c.players(i)) < len(c.players(best)) {
			best = i
		}
	}
	c.add(p, best)
}

// attachSoon begins to serve at a phase that is about to come, so that the
// first frame leaves within 8 ms: who was heard a moment ago goes on.
func (c *conductor) attachSoon(p paced) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(p, int(c.beat.Load()+2)%phases) // the next one may be under way
}

// add puts p into a list; c.mu is held.
func (c *conductor) add(p paced, best int) {
	if p.at().served {
		return
	}
	p.at().served = true
	old := c.players(best)
	list := append(make([]paced, 0, len(old)+1), old...)
	list = append(list, p)
	c.lists[best].Store(&list)
	p.at().phase = best
	c.count++
	if c.count == 1 {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

// detach stops serving the player; a tick that runs may still serve it once.
func (c *conductor) detach(p paced) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(p)
}

// retire stops serving a player that has nothing more to play. It asks again
// under the lock: Play may have come in between, and it attaches afterwards.
func (c *conductor) retire(p paced) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.over() {
		c.remove(p)
	}
}

// remove takes the player out of its list; c.mu is held.
func (c *conductor) remove(p paced) {
	if !p.at().served {
		return
	}
	p.at().served = false
	old := c.players(p.at().phase)
	list := make([]paced, 0, len(old)-1)
	for _, q := range old {
		if q != p {
			list = append(list, q)
		}
	}
	c.lists[p.at().phase].Store(&list)
	c.count--
}

func (c *conductor) players(phase int) []paced {
	if l := c.lists[phase].Load(); l != nil {
		return *l
	}
	return nil
}

func (c *conductor) run() {
	defer close(c.gone)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for c.listeners() {
		start := time.Now()
		for tick := 0; ; tick++ {
			due := start.Add(time.Duration(tick) * tickTime)
			if wait := time.Until(due); wait > 0 {
				timer.Reset(wait)
				select {
				case <-timer.C:
				case <-c.quit:
					return
				}
			}
			late := time.Since(due)
			if late > 10*time.Millisecond {
				c.late.Add(1)
			}
			if late > tooStale {
				frames := int(late / frameTime)
				c.skip.Add(uint64(frames))
				tick += frames * phases // whole frames: every listener keeps its phase
				due = due.Add(time.Duration(frames) * frameTime)
			}
			phase := tick % phases
			c.beat.Store(int32(phase))
			for _, p := range c.players(phase) {
				c.serve(p, due)
			}
			if phase == 0 && c.idle() {
				break
			}
		}
	}
}

// listeners waits until there is somebody to play to; false means stop.
func (c *conductor) listeners() bool {
	for c.idle() {
		select {
		case <-c.wake:
		case <-c.quit:
			return false
		}
	}
	return true
}

func (c *conductor) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count == 0
}

// serve gives one listener its frame. A panic in somebody's callback costs
// that listener the conductor, not the others.
func (c *conductor) serve(p paced, due time.Time) {
	defer func() {
		if recover() != nil {
			c.panics.Add(1)
			c.detach(p)
		}
	}()
	p.tick(due)
	if p.over() {
		c.retire(p)
	}
}
