package agentui

import (
	"io/fs"
	"time"
)

// What tests of the whole room may see of its inside.

type Limits = limits

// Limit changes the live protocol's limits.
func (s *Server) Limit(change func(*Limits)) { change(&s.limits) }

// RouteLine is one line of the route table.
type RouteLine struct {
	Method, Path, Role string
	Browser            bool
}

// RouteTable lists the routes.
func RouteTable() []RouteLine {
	var all []RouteLine
	for _, r := range routes() {
		all = append(all, RouteLine{r.method, r.path, r.rights.String(), r.browser})
	}
	return all
}

// UsePages serves another bundle.
func (s *Server) UsePages(bundle fs.FS) (hash string, err error) {
	s.pages, err = loadPages(bundle)
	if err != nil {
		return "", err
	}
	return s.pages.hash, nil
}

// Write, Silence, Hello, Sound and Rate shorten one limit each.
func (l *Limits) Write(d time.Duration)         { l.write = d }
func (l *Limits) Silence(d time.Duration)       { l.silence, l.tick = d, d/4 }
func (l *Limits) Hello(d time.Duration)         { l.hello, l.tick = d, d/4 }
func (l *Limits) Sound(d time.Duration)         { l.sound, l.tick = d, d/4 }
func (l *Limits) Rate(perSecond, burst float64) { l.perSecond, l.burst = perSecond, burst }

// HoldTrial stands for a what-if that runs; the function it returns ends it.
func (s *Server) HoldTrial() func() {
	s.trying.Lock()
	return s.trying.Unlock
}
