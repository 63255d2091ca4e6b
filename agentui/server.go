package agentui

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// Options are what a Server needs of the rest of the house.
type Options struct {
	Config    configs.HTTP
	Desk      Desk
	Directory Directory
	Phone     Phone
	Prompts   Prompts
	Line      Line         // nil: no trunks are shown
	Messages  Messages     // nil: there are none
	Notes     Notes        // nil: none are written
	Metrics   http.Handler // what /metrics serves; nil: 404
	Ready     func() error // nil error: calls are taken
	Log       *slog.Logger
}

// Server serves the pages, the API and the live protocol, and shows agents
// what the desk decided: it is the desk's queue.Screens.
type Server struct {
	config    configs.HTTP
	desk      Desk
	directory Directory
	phone     Phone
	prompts   Prompts
	line      Line
	messages  Messages
	notes     Notes
	metrics   http.Handler
	ready     func() error
	log       *slog.Logger

	origins  origins
	proxies  trusted
	scrapers trusted
	sessions *sessions
	tickets  *tickets
	slowdown *slowdown
	screens  *screens
	boards   boards
	groups   *groups
	pages    *pages
	loginKey [32]byte // signs the sign-in form's token; new at each start
	openapi  []byte
	limits   limits
	counts   counts
	trying   sync.Mutex // one what-if at a time
	applying sync.Mutex // one change of the routing at a time

	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	tasks  sync.WaitGroup // live connections and what they started
	serves serves
}

// limits are the times and sizes of the live protocol; tests shorten them.
type limits struct {
	hello     time.Duration // from connecting to hello
	silence   time.Duration // a ping every 2 s, and 3 s for it to arrive
	tick      time.Duration // how often a session looks at its deadlines
	sound     time.Duration // how often a talk's sound is judged
	write     time.Duration // one message may stay unsent
	backlog   int           // bytes unsent
	frame     int64
	farewell  time.Duration // for the other side to answer our close
	perSecond float64       // messages, and how many at once
	burst     float64
}

func defaultLimits() limits {
	return limits{
		hello: 5 * time.Second, silence: 5 * time.Second, tick: 500 * time.Millisecond, sound: 2 * time.Second,
		write: 10 * time.Second, backlog: 1 << 20, frame: 64 << 10, farewell: time.Second,
		perSecond: 50, burst: 200,
	}
}

type counts struct {
	signIns, signInFailures, slowReaders, silentPages, panics atomic.Uint64
}

// New makes the server; nothing listens yet.
func New(o Options) (*Server, error) {
	switch {
	case o.Desk == nil, o.Directory == nil, o.Phone == nil, o.Prompts == nil:
		return nil, errors.New("agentui: Desk, Directory, Phone and Prompts are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Ready == nil {
		o.Ready = func() error { return nil }
	}
	if o.Config.SessionLifetime == 0 {
		o.Config.SessionLifetime = configs.Duration(12 * time.Hour)
	}
	if o.Config.SessionIdle == 0 {
		o.Config.SessionIdle = configs.Duration(2 * time.Hour)
	}
	s := &Server{
		config: o.Config, desk: o.Desk, directory: o.Directory, phone: o.Phone, prompts: o.Prompts, line: o.Line, messages: o.Messages, notes: o.Notes,
		metrics: o.Metrics, ready: o.Ready, log: o.Log,
		origins:  newOrigins(o.Config.Origin),
		proxies:  trusted(o.Config.ProxyPrefixes()),
		scrapers: trusted(o.Config.MetricsPrefixes()),
		tickets:  newTickets(),
		slowdown: newSlowdown(),
		limits:   defaultLimits(),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.sessions = newSessions(o.Directory, o.Config.SessionLifetime.D(), o.Config.SessionIdle.D())
	s.screens = newScreens(o.Desk)
	if _, err := rand.Read(s.loginKey[:]); err != nil {
		return nil, err
	}
	var err error
	if s.pages, err = loadPages(bundle); err != nil {
		return nil, err
	}
	if s.openapi, err = describeAPI(routes()); err != nil {
		return nil, err
	}
	if s.groups, err = openGroups(o.Directory); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves browsers: pages, API, live protocol, health.
func (s *Server) Handler() http.Handler { return s.outer(s.mux(false)) }

// Operator serves the API with the rights of the operator of this machine:
// without sessions, cookies and the headers that protect them. Whoever can
// reach it can do everything; it belongs on a socket only the operator's user
// may open, and in the program itself.
func (s *Server) Operator() http.Handler { return s.outer(s.mux(true)) }

// Show gives the agent's page her state; part of queue.Screens.
func (s *Server) Show(agent queue.AgentID, view queue.AgentView) {
	if s.screens.show(agent, view) {
		s.tasks.Go(func() { s.hangUp(agent) })
	}
}

// Notify tells the agent's page of a happening; part of queue.Screens.
func (s *Server) Notify(agent queue.AgentID, n queue.Notice) { s.screens.notify(agent, n) }

// PathChanged tells that an agent's path is connecting, connected or lost, as
// the server's own end sees it. It does not block.
func (s *Server) PathChanged(agent queue.AgentID, state PathState) { s.pathChanged(agent, state) }

// Drain tells every page that no new calls are taken.
func (s *Server) Drain() { s.screens.drain() }

// Close ends every live connection and stops listening. Requests in progress
// finish while ctx lasts.
func (s *Server) Close(ctx context.Context) error {
	err := s.stopServing(ctx)
	s.stop()
	done := make(chan struct{})
	go func() { s.tasks.Wait(); close(done) }()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

// Stats are the server's figures for the metrics.
type Stats struct {
	Live           int    // pages with a shift's connection
	Connections    int    // live connections, waiting ones too
	SignIns        uint64 // since the start
	SignInFailures uint64
	SlowReaders    uint64 // connections closed because the page did not read
	SilentPages    uint64 // connections closed because nothing came
	Panics         uint64 // requests that ended in a bug of ours
}

// Stats returns the figures now.
func (s *Server) Stats() Stats {
	live, all := s.screens.count()
	return Stats{
		Live: live, Connections: all,
		SignIns: s.counts.signIns.Load(), SignInFailures: s.counts.signInFailures.Load(),
		SlowReaders: s.counts.slowReaders.Load(), SilentPages: s.counts.silentPages.Load(), Panics: s.counts.panics.Load(),
	}
}

// hangUp closes the agent's path.
func (s *Server) hangUp(agent queue.AgentID) {
	s.screens.path(agent, "")
	s.phone.Close(agent)
}
