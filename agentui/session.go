package agentui

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"sahut/queue"
)

// session is one page's live connection. run is its goroutine and owns it;
// a reader and a writer goroutine carry messages to and from it, and all
// others write to its mailbox.
//
//	hello ─► greeted: welcome ─► live ──────────► over
//	         or elsewhere ─► waiting ─► live        ▲
//	                             └──────────────────┘
type session struct {
	server  *Server
	log     *slog.Logger
	conn    *websocket.Conn
	agent   queue.AgentID
	hash    [32]byte // of the sign-in it belongs to
	expires time.Time
	born    time.Time
	mail    *mailbox
	out     *outbox
	in      chan incoming
	waits   atomic.Bool // told elsewhere; screens reads it

	// run alone touches what follows.
	phase      phase
	signedOut  bool                 // the sign-in ended; read by screens.leave, which run calls
	code       websocket.StatusCode // why it is over
	heard      time.Time
	checked    time.Time // when the session was last looked up
	tokens     float64   // messages she may send at once
	refilled   time.Time
	state      queue.AgentState // as last sent
	inContact  bool
	shift      shift
	call       *queue.CallView // of the view sent last
	listening  listening
	listenedAt time.Time
	leads      bool // her account lets her supervise
	locked     bool
}

// phase is how far a connection has come.
type phase int8

const (
	greeting phase = iota // hello has not come
	waiting               // told elsewhere
	live
	over
)

// incoming is one frame, decoded.
type incoming struct {
	message any
	kind    string
	err     error
}

const (
	lookUpEvery  = 15 * time.Second // is the sign-in still good
	contactGrace = 2 * time.Minute  // how long it stays good beyond its time, from the last look at her contact
)

func (s *Server) newSession(conn *websocket.Conn, agent queue.AgentID, hash [32]byte, expires time.Time) *session {
	now := time.Now()
	x := &session{
		server: s, log: s.log.With("agent", agent), conn: conn, agent: agent, hash: hash, expires: expires,
		born: now, heard: now, checked: now, refilled: now, tokens: s.limits.burst,
		mail: newMailbox(), in: make(chan incoming),
	}
	x.out = newOutbox(conn, s.limits, func() { x.mail.letter(written{}) })
	return x
}

// run is the session's life.
func (x *session) run(parent context.Context) {
	// Reader and writer outlive parent by the farewell.
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	wrote, read := make(chan struct{}), make(chan struct{})
	go func() { defer close(wrote); x.out.run(ctx) }()
	go func() { defer close(read); x.read(ctx) }()
	x.server.screens.join(x)
	x.lookLock(x.born) // from here on a letter tells of it
	tick := time.NewTicker(x.server.limits.tick)
	for x.phase != over {
		select {
		case m := <-x.in:
			x.got(m)
		case <-x.mail.wake:
			x.collect()
		case <-tick.C:
			x.onTick(time.Now())
		case <-wrote: // writing failed
			x.end(websocket.StatusAbnormalClosure)
		case <-read: // she left, or sent what no page sends, or never read
			cancel()
			<-wrote // knows which
			x.end(websocket.StatusNormalClosure)
		case <-parent.Done():
			x.end(websocket.StatusGoingAway)
		}
	}
	tick.Stop()
	x.depart()
	x.farewell(cancel, wrote, read)
}

// depart tells the house that this page is gone.
func (x *session) depart() {
	if x.out.wasSlow() {
		x.server.counts.slowReaders.Add(1)
		x.code = CloseSlow
	}
	if x.server.screens.leave(x) {
		x.server.hangUp(x.agent)
	}
	x.server.screens.invite(x.agent)
	x.log.Info("page left", "code", int(x.code))
}

// farewell sends what is still to be said and the close frame, gives the page
// a moment to answer, and waits for the two goroutines.
func (x *session) farewell(cancel func(), wrote, read <-chan struct{}) {
	if x.code == CloseSlow || x.code == websocket.StatusAbnormalClosure {
		cancel() // nothing would arrive
	} else {
		x.out.finish(x.code)
	}
	t := time.AfterFunc(x.server.limits.farewell, cancel)
	<-wrote
	t.Stop()
	cancel()
	<-read
}

// read hands frames to run until there is no more to read.
func (x *session) read(ctx context.Context) {
	for {
		kind, text, err := x.conn.Read(ctx)
		if err != nil {
			x.log.Debug("websocket ended", "err", err)
			return
		}
		m := incoming{}
		if kind == websocket.MessageText {
			m.message, m.kind, m.err = decode(clientMessages, text)
		} else {
			m.err = errBinary
		}
		select {
		case x.in <- m:
		case <-ctx.Done():
			return
		}
	}
}

type wireError string

func (e wireError) Error() string { return string(e) }

const errBinary = wireError("binary frame")

// got handles one message of the page.
func (x *session) got(m incoming) {
	now := time.Now()
	x.heard = now
	if !x.allowed(now) {
		x.say(Trouble{Head: Head{"error"}, Code: TooFast, For: m.kind})
		x.end(CloseTooFast)
		return
	}
	if m.err != nil {
		x.log.Debug("message cannot be read", "err", m.err)
		x.trouble(BadMessage, m.kind)
		return
	}
	switch msg := m.message.(type) {
	case *Hello:
		x.onHello(msg)
	case *Ping:
		x.say(Pong{Head{"pong"}, msg.T})
	case *Takeover:
		x.onTakeover()
	default:
		if x.phase != live {
			x.trouble(NotLive, m.kind)
			return
		}
		if x.locked && !behindLock(m.message) {
			x.trouble(PageLocked, m.kind)
			return
		}
		x.onRequest(m.message, m.kind)
	}
}

// allowed takes a token from the bucket.
func (x *session) allowed(now time.Time) bool {
	l := x.server.limits
	x.tokens = min(l.burst, x.tokens+now.Sub(x.refilled).Seconds()*l.perSecond) - 1
	x.refilled = now
	return x.tokens >= 0
}

// onHello is the first message.
func (x *session) onHello(m *Hello) {
	if x.phase != greeting {
		x.trouble(BadMessage, "hello")
		return
	}
	if !slices.ContainsFunc(m.Versions, func(v int) bool { return slices.Contains(versions, v) }) {
		x.trouble(NoVersion, "hello")
		x.end(CloseVersion)
		return
	}
	x.claim(m.Takeover)
}

func (x *session) onTakeover() {
	switch x.phase {
	case greeting:
		x.trouble(NotLive, "takeover")
	case waiting:
		x.claim(true)
	}
}

// claim asks for the agent's place and greets the page accordingly.
func (x *session) claim(takeover bool) {
	epoch, drains, ok := x.server.screens.claim(x, takeover)
	if !ok {
		// From here on an invitation may come. The place may also have become
		// free a moment ago, when nobody was waiting yet.
		x.phase = waiting
		x.waits.Store(true)
		if epoch, drains, ok = x.server.screens.claim(x, false); !ok {
			x.say(Elsewhere{Head{"elsewhere"}})
			return
		}
	}
	x.waits.Store(false)
	x.phase = live
	x.welcome(epoch, drains)
}

// welcome tells the page all it needs to be live.
func (x *session) welcome(epoch uint64, drains bool) {
	routing, _, err := x.server.directory.Routing()
	if err != nil {
		x.log.Error("read routing for a page", "err", err)
	}
	m := Welcome{
		Head: Head{"welcome"}, Version: Version, Agent: x.agent, Name: string(x.agent), Now: time.Now(), Zone: routing.Shifts.TimeZone,
		Dispositions: nonNil(routing.Dispositions), PauseReasons: nonNil(routing.PauseReasons), Epoch: epoch,
		Locked: x.locked, LockAfter: int(x.server.config.LockAfter.D().Seconds()),
	}
	for _, a := range routing.Agents {
		if a.ID == string(x.agent) {
			m.Name = a.Name
		}
	}
	x.say(m)
	x.server.desk.Post(queue.RightsKnown{Agent: x.agent, Supervisor: x.leads})
	view, _ := x.server.desk.View(x.agent)
	x.show(view)
	if view.State != queue.Offline {
		x.say(MediaState{Head{"media.state"}, x.server.screens.pathOf(x.agent)})
	}
	if drains {
		x.say(Draining{Head{"draining"}})
	}
	if a := x.server.screens.announced(); a != nil {
		x.onAnnounced(a)
	}
	x.log.Info("page live", "epoch", epoch)
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// collect reads the mailbox. Views and notices wait while the page has not
// read what it was sent before: of views only the latest counts.
func (x *session) collect() {
	for _, l := range x.mail.takeLetters() {
		x.onLetter(l)
	}
	if x.phase != live || !x.out.idle() {
		return
	}
	view, notices := x.mail.takeShown()
	if view != nil {
		x.show(*view)
	}
	for _, n := range notices {
		if x.locked {
			continue // the state says what there is to do
		}
		x.say(Notified{Head{"notice"}, n})
	}
}

func (x *session) onLetter(l any) {
	switch l := l.(type) {
	case replaced:
		x.onReplaced()
	case invited:
		x.onInvited()
	case lockIs:
		x.onLock(l.on)
	case signedOut:
		x.onSignedOut()
	case draining:
		x.say(Draining{Head{"draining"}})
	case announced:
		x.onAnnounced(l.what)
	case pathIs:
		x.say(MediaState{Head{"media.state"}, l.state})
	case answered:
		x.onAnswered(l)
	case listened:
		x.onListened(l)
	case reechoed:
		x.onEchoed(l)
	case written:
	}
}

// onAnnounced shows a supervisor's text; an empty one takes the last back.
func (x *session) onAnnounced(a *Announcement) {
	if x.phase != live || x.locked {
		return // welcome tells it, or the end of the lock
	}
	m := Announced{Head: Head{"announcement"}}
	if a != nil {
		m.Announcement = *a
	}
	x.say(m)
}

func (x *session) onReplaced() {
	x.say(Replaced{Head{"replaced"}})
	x.end(CloseReplaced)
}

func (x *session) onInvited() {
	if x.phase == waiting {
		x.claim(false)
	}
}

func (x *session) onSignedOut() {
	x.signedOut = true
	x.end(CloseSignedOut)
}

// show sends a view. When it ends the shift, the path goes too.
func (x *session) show(v queue.AgentView) {
	was := x.state
	x.state = v.State
	x.call = v.Call
	x.inContact = v.Offer != nil || v.Call != nil || v.WrapUp != nil
	x.outlast(time.Now())
	if v.Queues == nil {
		v.Queues = []queue.QueueView{}
	}
	if v.State == queue.Offline && was != "" && was != queue.Offline {
		x.shift = shift{offering: x.shift.offering, checking: x.shift.checking}
		x.server.hangUp(x.agent)
	}
	if x.locked {
		v = covered(v)
	}
	x.say(State{Head{"state"}, time.Now(), v})
}

// onTick looks at the deadlines.
func (x *session) onTick(now time.Time) {
	l := x.server.limits
	x.outlast(now)
	if now.Sub(x.listenedAt) >= l.sound {
		x.tellQuality(now)
	}
	switch {
	case x.phase == greeting && now.Sub(x.born) > l.hello:
		x.end(websocket.StatusPolicyViolation)
	case now.Sub(x.heard) > l.silence:
		x.server.counts.silentPages.Add(1)
		x.end(CloseSilent)
	case now.Sub(x.checked) >= lookUpEvery || (now.After(x.expires) && !x.checked.After(x.expires)):
		x.lookUp(now)
	}
}

// outlast sees to it that the time of her sign-in does not cut a contact short: it
// is prolonged, well before it ends, while there is one, so that a page reloaded or
// a wire broken late in a long shift comes back to its caller. Afterwards she is
// asked to sign in again.
func (x *session) outlast(now time.Time) {
	if !x.inContact || x.expires.After(now.Add(contactGrace/2)) {
		return
	}
	x.expires = now.Add(contactGrace)
	if err := x.server.sessions.prolong(x.hash, x.expires, now); err != nil {
		x.log.Error("the sign-in of a volunteer in a contact could not be prolonged", "err", err)
	}
}

// lookUp asks whether the sign-in is still good, which counts as a sign of life.
// In a contact nothing follows from it: signing out or an admin would have ended
// this connection itself.
func (x *session) lookUp(now time.Time) {
	x.checked = now
	if !x.server.sessions.alive(x.hash, now) && !x.inContact {
		x.onSignedOut()
	}
}

func (x *session) trouble(code TroubleCode, kind string) {
	x.say(Trouble{Head{"error"}, code, kind})
}

// say sends a message.
func (x *session) say(m any) {
	if x.phase == over {
		return
	}
	text, err := json.Marshal(m)
	if err != nil {
		x.log.Error("write message", "err", err)
		return
	}
	if !x.out.put(text) {
		x.end(CloseSlow)
	}
}

// end is the last thing that happens to a session; the first reason stays.
func (x *session) end(code websocket.StatusCode) {
	if x.phase != over {
		x.phase, x.code = over, code
	}
}
