package queue

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// What the performer does while the disk refuses.
const (
	journalRetry = time.Second
	unkeptMax    = 100_000 // entries held in memory: hours of a busy house
)

// PerformStats are figures about keeping and handing out.
type PerformStats struct {
	Backlog        int           // batches decided, not yet handed out
	Commits        uint64        // Appends that succeeded
	Kept           uint64        // entries in them
	LastCommit     time.Duration // how long the last one took
	JournalErrors  uint64        // Appends that failed
	JournalFailing bool          // the last one did: an alarm
	Unkept         int           // entries waiting in memory for the disk
	Dropped        uint64        // entries lost because too many were waiting
	Panics         uint64        // orders that broke a channel or a screen
}

// performer does what the desk decided, in order: it commits the Record
// effects of everything that waits in one Append, and only then hands the
// other effects to their owners. So nothing is promised to a caller before it
// is kept, and a slow disk delays orders but never decisions. A disk that
// fails must not silence a hotline: entries then wait in memory, an alarm is
// raised, and calls go on.
type performer struct {
	channel   Channel
	screens   Screens
	devices   Devices   // nil: only browsers
	blocks    Blocks    // nil: none are kept
	callbacks Callbacks // nil: none are kept
	journal   Journal
	log       *slog.Logger
	views     sync.Map // AgentID -> AgentView, as last shown
	watch     *watch   // the laws of what was kept

	wake     chan struct{}
	mu       sync.Mutex // guards what follows
	batches  [][]Effect
	stopping bool
	figures  PerformStats

	unkept []Entry // run alone touches it
}

func newPerformer(o DeskOptions) *performer {
	return &performer{blocks: o.Blocks, callbacks: o.Callbacks, channel: o.Channel, screens: o.Screens, devices: o.Devices, journal: o.Journal, log: o.Log, watch: newWatch(time.Now()), wake: make(chan struct{}, 1)}
}

// put adds a batch. It never blocks.
func (p *performer) put(batch []Effect) {
	p.mu.Lock()
	p.batches = append(p.batches, batch)
	p.mu.Unlock()
	p.nudge()
}

// stop lets run return when everything was done.
func (p *performer) stop() {
	p.mu.Lock()
	p.stopping = true
	p.mu.Unlock()
	p.nudge()
}

func (p *performer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *performer) run() {
	var retry <-chan time.Time
	for {
		p.mu.Lock()
		batches, stopping := p.batches, p.stopping
		p.batches = nil
		p.mu.Unlock()
		if len(batches) > 0 || len(p.unkept) > 0 {
			p.keep(batches)
			for _, batch := range batches {
				for _, e := range batch {
					p.hand(e)
				}
			}
		}
		if stopping && len(batches) == 0 {
			return
		}
		if stopping {
			continue
		}
		retry = nil
		if len(p.unkept) > 0 {
			retry = time.After(journalRetry)
		}
		select {
		case <-p.wake:
		case <-retry:
		}
	}
}

// keep commits the records of batches, after those that wait already.
func (p *performer) keep(batches [][]Effect) {
	entries := p.unkept
	for _, batch := range batches {
		for _, e := range batch {
			r, ok := e.(Record)
			if !ok {
				break // records come first
			}
			entries = append(entries, r.Entry)
			p.tell(r.Entry)
		}
	}
	if len(entries) == 0 {
		return
	}
	began := time.Now()
	kept := slices.Clone(entries) // and numbered by the journal
	err := p.append(kept)
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.figures
	if err != nil {
		if !f.JournalFailing {
			p.log.Error("the journal does not take entries; calls go on, records wait in memory: check the disk", "error", err)
		}
		f.JournalErrors++
		f.JournalFailing = true
		if over := len(entries) - unkeptMax; over > 0 {
			f.Dropped += uint64(over)
			entries = slices.Clone(entries[over:])
		}
		p.unkept = entries
		f.Unkept = len(entries)
		return
	}
	if f.JournalFailing {
		p.log.Warn("the journal takes entries again", "entries", len(entries))
	}
	f.JournalFailing, f.Unkept = false, 0
	f.Commits++
	f.Kept += uint64(len(entries))
	f.LastCommit = time.Since(began)
	p.unkept = nil
	for _, v := range p.watch.add(kept) {
		p.log.Error("a conservation law is broken: a bug of ours; please report it", "law", v.Law, "entry", v.Seq, "contact", v.Contact, "agent", v.Agent, "detail", v.Detail)
	}
}

// append calls the journal; a panic in it is an error like any other.
func (p *performer) append(entries []Entry) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("journal: %v", r)
			p.log.Error("the journal broke", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	return p.journal.Append(entries)
}

// hand gives one effect to its owner. A panic there is counted and costs this
// order only; the owner's contact ends by its own deadline.
func (p *performer) hand(e Effect) {
	defer func() {
		if r := recover(); r != nil {
			p.mu.Lock()
			p.figures.Panics++
			p.mu.Unlock()
			p.log.Error("an order broke its receiver", "order", fmt.Sprintf("%T", e), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	switch e := e.(type) {
	case Refuse:
		p.channel.Refuse(e.Contact, e.Why)
	case Answer:
		p.channel.Answer(e.Contact, e.Sound)
	case Wait:
		p.channel.Wait(e.Contact, e.Sound)
	case Announce:
		p.channel.Announce(e.Contact, e.Announcement)
	case Ask:
		p.channel.Ask(e.Contact, e.Ask, e.Prompts, e.Sound)
	case TakeMessage:
		p.channel.TakeMessage(e.Contact, e.Order)
	case Connect:
		p.channel.Connect(e.Contact, e.Agent)
	case Hold:
		p.channel.Hold(e.Contact, e.Sound)
	case Resume:
		p.channel.Resume(e.Contact)
	case Mute:
		p.channel.Mute(e.Contact, e.On)
	case SendKeys:
		p.channel.SendKeys(e.Contact, e.Keys)
	case Close:
		p.channel.Close(e.Contact, e.Words)
	case End:
		p.channel.End(e.Contact, e.By, e.Cause)
	case Dial:
		p.channel.Dial(e.Contact, e.Agent, e.Number, e.Manner)
	case Forward:
		p.channel.Forward(e.Contact, e.Number)
	case Bring:
		p.channel.Bring(e.Contact, e.Guest)
	case Reseat:
		p.channel.Reseat(e.Contact)
	case SetMode:
		p.channel.SetMode(e.Contact, e.Guest, e.Mode)
	case MuteGuest:
		p.channel.MuteGuest(e.Contact, e.Guest, e.On)
	case Dismiss:
		p.channel.Dismiss(e.Contact, e.Guest)
	case Promote:
		p.channel.Promote(e.Contact, e.Guest, e.Agent)
	case Say:
		p.channel.Say(e.Contact, e.Prompts, e.Language)
	case KeepBlock, HitBlock, DropBlock:
		p.toBlocks(e)
	case KeepCallback, DropCallback, KeepSafety, DropSafety:
		p.toCallbacks(e)
	case Ring, StopRinging, Release, Transferred:
		p.toDevices(e)
	case Show:
		p.views.Store(e.Agent, e.View)
		p.screens.Show(e.Agent, e.View)
	case Notify:
		p.screens.Notify(e.Agent, e.Notice)
	}
}

// toBlocks hands an order to whoever keeps blocks, if anybody does.
func (p *performer) toBlocks(e Effect) {
	if p.blocks == nil {
		return
	}
	switch e := e.(type) {
	case KeepBlock:
		p.blocks.Keep(e.Block)
	case HitBlock:
		p.blocks.Hit(e.ID, e.At)
	case DropBlock:
		p.blocks.Drop(e.ID)
	}
}

// toCallbacks hands an order to whoever keeps call-backs, if anybody does.
func (p *performer) toCallbacks(e Effect) {
	if p.callbacks == nil {
		return
	}
	switch e := e.(type) {
	case KeepCallback:
		p.callbacks.KeepCallback(e.Callback)
	case DropCallback:
		p.callbacks.DropCallback(e.ID)
	case KeepSafety:
		p.callbacks.KeepSafety(e.Profile)
	case DropSafety:
		p.callbacks.DropSafety(e.Key)
	}
}

// toDevices hands an order to the devices, if there are any beside browsers.
func (p *performer) toDevices(e Effect) {
	if p.devices == nil {
		return
	}
	switch e := e.(type) {
	case Ring:
		p.devices.Ring(e.Agent, e.Offer, e.Contact, e.Device, e.Caller)
	case StopRinging:
		p.devices.StopRinging(e.Agent, e.Offer)
	case Release:
		p.devices.Release(e.Agent)
	case Transferred:
		p.devices.Transferred(e.Agent, e.Contact, e.Code)
	}
}

func (p *performer) stats() PerformStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.figures
	f.Backlog = len(p.batches)
	return f
}

// tell writes the story of a call to the log, one line a step, so that one
// grep for the contact tells it. Figures and agents' states are for Debug.
func (p *performer) tell(e Entry) {
	level := slog.LevelInfo
	switch e.Kind {
	case QueuePlace, StateChanged, CallEstablished, WrapUpDone:
		level = slog.LevelDebug
	case OfferFailed, LegLost:
		level = slog.LevelWarn
	case DrillOver:
		if e.Result != resultOK {
			level = slog.LevelWarn
		}
	}
	if !p.log.Enabled(context.Background(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 8)
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("contact", string(e.Contact))
	add("queue", string(e.Queue))
	add("agent", string(e.Agent))
	add("caller", e.Number)
	add("from", string(e.From))
	add("to", string(e.To))
	add("outcome", string(e.Outcome))
	add("reason", e.Reason)
	add("target", e.Target)
	add("block", string(e.Block))
	add("result", e.Result)
	add("stage", e.Stage)
	add("by", e.By)
	if e.WaitMS > 0 {
		attrs = append(attrs, slog.Duration("wait", time.Duration(e.WaitMS)*time.Millisecond))
	}
	if e.TalkMS > 0 {
		attrs = append(attrs, slog.Duration("talk", time.Duration(e.TalkMS)*time.Millisecond))
	}
	p.log.LogAttrs(context.Background(), level, string(e.Kind), attrs...)
}
