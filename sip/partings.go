package sip

import (
	"context"
	"sync"
	"time"
)

// partingWithin is how long Close waits for the last words of calls that are
// over: the far end of one may be dead.
const partingWithin = 2 * time.Second

// partings are the CANCELs and BYEs that no call waits for any more. (A
// WaitGroup would not do: one may begin while Close waits already.)
type partings struct {
	mu   sync.Mutex
	open int
	idle chan struct{} // closed when the last one is over; nil: nobody waits
}

// say runs f, which says goodbye to somebody, in a goroutine of its own.
func (p *partings) say(f func()) {
	p.mu.Lock()
	p.open++
	p.mu.Unlock()
	go func() {
		defer p.said()
		f()
	}()
}

func (p *partings) said() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open--; p.open == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}

// wait returns when all is said, or enough time has passed.
func (p *partings) wait(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, partingWithin)
	defer cancel()
	p.mu.Lock()
	if p.open == 0 {
		p.mu.Unlock()
		return
	}
	p.idle = make(chan struct{})
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
