package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"sahut/configs"
)

// publishEvery is how often the snapshot may be made anew.
const publishEvery = 250 * time.Millisecond

// DeskOptions is what a desk works with. Channel and Screens may be given
// later with Attach, because they in turn need a desk to post to.
type DeskOptions struct {
	Routing   configs.Routing
	Revision  uint64
	Channel   Channel
	Screens   Screens
	Devices   Devices // nil: only browsers
	Journal   Journal
	Blocks    Blocks    // nil: blocks are not kept
	Callbacks Callbacks // nil: call-backs end with the run
	Log       *slog.Logger
	// Pseudonym stands for a caller's number, in the form CallerKey gives it, where
	// the number itself must not be kept. nil: one that holds until the restart.
	Pseudonym func(number string) string
	// Country is whose numbers are dialled without a country code; empty: ID.
	Country string
	// Past are the Lasting entries of the last PastNeeded, oldest first, so that
	// a restart forgets no limit of outgoing calls and no drill. nil: the limits
	// begin anew.
	Past []Entry
	// Seed orders agents that tie in every other respect; zero takes one from
	// the clock. A replay gives the seed of what it replays.
	Seed uint64
}

// Desk decides who talks to whom. It is the shell around state: it takes
// events from an inbox, applies them one by one and hands what they lead to on
// to the performer. It never waits for the network or the disk.
type Desk struct {
	log     *slog.Logger
	inbox   inbox
	out     *performer
	snap    atomic.Pointer[Snapshot]
	running atomic.Bool
	events  atomic.Uint64
	posted  atomic.Int64
	applied atomic.Int64 // of those posted
	slowest atomic.Int64 // longest apply so far, in nanoseconds

	// Run alone touches what follows.
	state     *state
	published time.Time
	unshown   bool // something happened since
}

// NewDesk makes a desk. Events may be posted at once; they wait for Run.
func NewDesk(o DeskOptions) *Desk {
	now := time.Now()
	if o.Seed == 0 {
		o.Seed = uint64(now.UnixNano())
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{
		log:   o.Log,
		inbox: inbox{wake: make(chan struct{}, 1)},
		out:   newPerformer(o),
		state: newState(o.Routing, o.Revision, o.Seed, now),
	}
	d.state.onlyBrowsers = o.Devices == nil
	if o.Pseudonym != nil {
		d.state.pseudonym = o.Pseudonym
	}
	if o.Country != "" {
		d.state.country = o.Country
	}
	for _, e := range o.Past {
		d.state.remember(e)
	}
	for _, a := range d.state.roster {
		d.out.views.Store(a.id, d.state.view(a))
	}
	d.publish(now)
	return d
}

// Attach gives the desk its channel, its screens and the devices that are no
// browsers; devices may be nil: then there are only browsers. Call it before Run.
func (d *Desk) Attach(ch Channel, sc Screens, dev Devices) {
	d.out.channel, d.out.screens, d.out.devices = ch, sc, dev
	d.state.onlyBrowsers = dev == nil
}

// Post tells the desk what happened. It never blocks, and events of one
// poster are applied in the order they were posted.
func (d *Desk) Post(ev Event) {
	d.posted.Add(1)
	d.inbox.put(ev)
}

// Snapshot returns the latest picture, at most publishEvery old while things
// happen; that the first contact came or the last one went is never late. It is
// never nil.
func (d *Desk) Snapshot() *Snapshot { return d.snap.Load() }

// View returns what the agent's screen was last told to show.
func (d *Desk) View(a AgentID) (AgentView, bool) {
	v, ok := d.out.views.Load(a)
	if !ok {
		return AgentView{State: Offline, Queues: []QueueView{}}, false
	}
	return v.(AgentView), true
}

// Stats are figures about the desk itself, for metrics and /readyz.
type Stats struct {
	Events  uint64        // applied since the start
	Waiting int           // posted, not yet applied
	Slowest time.Duration // longest apply since the start
	PerformStats
}

// Stats returns the desk's figures. Its JournalFailing is an alarm: calls go
// on, but what happens is kept in memory only.
func (d *Desk) Stats() Stats {
	return Stats{
		Events:       d.events.Load(),
		Waiting:      int(d.posted.Load() - d.applied.Load()),
		Slowest:      time.Duration(d.slowest.Load()),
		PerformStats: d.out.stats(),
	}
}

// Run is the desk's life. It returns nil when ctx ends, after everything
// decided so far was kept and handed out; an error means that a rule of ours
// was broken and the process should stop, because a wrong line must not go on.
func (d *Desk) Run(ctx context.Context) (err error) {
	if !d.running.CompareAndSwap(false, true) {
		return errors.New("the desk runs already")
	}
	if d.out.channel == nil || d.out.screens == nil || d.out.journal == nil {
		return errors.New("the desk has no channel, screens or journal: pass them to NewDesk or Attach")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.out.run()
	}()
	defer func() {
		if r := recover(); r != nil {
			d.log.Error("the desk stopped on a bug of ours; please report it", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = fmt.Errorf("desk: %v", r)
		}
		d.out.put([]Effect{Record{Entry{At: time.Now(), Kind: ServerStopped}}})
		d.out.stop()
		<-done
		if lost := d.out.stats().Unkept; lost > 0 && err == nil {
			err = fmt.Errorf("desk: the journal did not take the last %d entries; check the disk of the data directory", lost)
		}
	}()
	d.out.put([]Effect{Record{Entry{At: time.Now(), Kind: ServerStarted, Revision: d.state.revision}}})
	d.loop(ctx)
	return nil
}

func (d *Desk) loop(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		for _, ev := range d.inbox.take() {
			d.step(ev)
			d.applied.Add(1)
			d.tick() // a deadline that is due does not wait for a full inbox
		}
		now := d.tick()
		d.publishIfDue(now)
		timer.Reset(d.sleep(now))
		select {
		case <-ctx.Done():
		case <-d.inbox.wake:
		case <-timer.C:
		}
	}
	d.publish(time.Now())
}

// step applies one event.
func (d *Desk) step(ev Event) {
	now := time.Now()
	if g, ok := ev.(glance); ok {
		g.see(d.state, now)
		return
	}
	do := d.state.apply(ev, now)
	if took := int64(time.Since(now)); took > d.slowest.Load() {
		d.slowest.Store(took)
	}
	d.events.Add(1)
	d.unshown = true
	if len(do) > 0 {
		d.out.put(do)
	}
	if (len(d.state.contacts) == 0) != (d.snap.Load().Contacts == 0) {
		d.publish(now) // a drain ends on this figure
	}
}

// tick lets one portion of the deadlines that are due fire.
func (d *Desk) tick() (now time.Time) {
	now = time.Now()
	if at, ok := d.state.next(); ok && !at.After(now) {
		d.step(Ticked{})
	}
	return now
}

// sleep is how long nothing will be due.
func (d *Desk) sleep(now time.Time) time.Duration {
	wait := time.Hour
	if at, ok := d.state.next(); ok {
		wait = min(wait, at.Sub(now))
	}
	if d.unshown {
		wait = min(wait, d.published.Add(publishEvery).Sub(now))
	}
	return max(wait, 0)
}

func (d *Desk) publishIfDue(now time.Time) {
	if d.unshown && now.Sub(d.published) >= publishEvery {
		d.publish(now)
	}
}

func (d *Desk) publish(now time.Time) {
	d.snap.Store(d.state.snapshot(now))
	d.published, d.unshown = now, false
}

// inbox is unbounded: a lost event would strand a caller, and memory is
// cheaper. wake holds at most one token, so Post never blocks.
type inbox struct {
	wake chan struct{}
	mu   sync.Mutex // guards list
	list []Event
}

func (b *inbox) put(ev Event) {
	b.mu.Lock()
	b.list = append(b.list, ev)
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *inbox) take() []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list
}
