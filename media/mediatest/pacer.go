package mediatest

import (
	"sync"
	"time"
)

// The pacer's frame, cut into phases so that many voices do not all speak in
// the same instant.
const (
	frameTime = 20 * time.Millisecond
	phases    = 5
	phaseTime = frameTime / phases
)

// Pacer gives each Voice its turn every 20 ms from one goroutine. It keeps to
// the wall clock: late turns are made up for, so nobody speaks too slowly.
type Pacer struct {
	stop, done chan struct{}

	mu   sync.Mutex // guards the fields below
	turn [phases]map[*Voice]struct{}
	next int
	late time.Duration
	now  []*Voice // the pacer's own list of the phase it is in
}

// NewPacer starts a pacer.
func NewPacer() *Pacer {
	p := &Pacer{stop: make(chan struct{}), done: make(chan struct{})}
	for i := range p.turn {
		p.turn[i] = make(map[*Voice]struct{})
	}
	go p.run()
	return p
}

// Close stops the pacer and waits for it.
func (p *Pacer) Close() {
	close(p.stop)
	<-p.done
}

// Late is the most that a turn has been late: a load generator that is late
// measures itself.
func (p *Pacer) Late() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.late
}

func (p *Pacer) add(v *Voice) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn[p.next%phases][v] = struct{}{}
	p.next++
}

func (p *Pacer) remove(v *Voice) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.turn {
		delete(t, v)
	}
}

func (p *Pacer) run() {
	defer close(p.done)
	due := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for phase := 0; ; phase = (phase + 1) % phases {
		due = due.Add(phaseTime)
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-p.stop:
				return
			}
		}
		select {
		case <-p.stop:
			return
		default:
		}
		p.speak(phase, due)
	}
}

func (p *Pacer) speak(phase int, due time.Time) {
	now := time.Now()
	p.mu.Lock()
	p.late = max(p.late, now.Sub(due))
	p.now = p.now[:0]
	for v := range p.turn[phase] {
		p.now = append(p.now, v)
	}
	voices := p.now
	p.mu.Unlock()
	for _, v := range voices {
		v.tick(now)
	}
}
