package queuetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// patience is how long a test waits for a happening before it fails.
const patience = 10 * time.Second

// Log is a list that grows and that others can wait on.
type Log[T any] struct {
	mu    sync.Mutex // guards list and grew
	list  []T
	grew  chan struct{}
	start sync.Once
}

func (l *Log[T]) init() { l.start.Do(func() { l.grew = make(chan struct{}) }) }

func (l *Log[T]) add(v T) {
	l.init()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, v)
	close(l.grew)
	l.grew = make(chan struct{})
}

// All returns what happened so far.
func (l *Log[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// Wait returns the first item, old or new, for which want is true; the test
// fails if none comes in time.
func (l *Log[T]) Wait(t testing.TB, what string, want func(T) bool) T {
	t.Helper()
	l.init()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for from := 0; ; {
		l.mu.Lock()
		list, grew := l.list, l.grew
		l.mu.Unlock()
		for _, v := range list[from:] {
			if want(v) {
				return v
			}
		}
		from = len(list)
		select {
		case <-grew:
		case <-deadline.C:
			t.Fatalf("%s did not happen; what did: %+v", what, list)
		}
	}
}

// Channel is a fake channel. It writes orders down as effects. With a Desk set
// and Easy true it also plays a caller without problems: Answer is followed by
// Established, Connect by Connected, End and Close by HungUp.
type Channel struct {
	Orders Log[queue.Effect]
	Easy   bool
	Desk   interface{ Post(queue.Event) }
}

var _ queue.Channel = (*Channel)(nil)

func (c *Channel) order(e queue.Effect, then queue.Event) {
	c.Orders.add(e)
	if c.Easy && c.Desk != nil && then != nil {
		c.Desk.Post(then)
	}
}

// Refuse writes the order down.
func (c *Channel) Refuse(id queue.ContactID, why queue.Refusal) {
	c.order(queue.Refuse{Contact: id, Why: why}, nil)
}

// Answer is followed by Established.
func (c *Channel) Answer(id queue.ContactID, s queue.Sound) {
	c.order(queue.Answer{Contact: id, Sound: s}, queue.Established{Contact: id})
}

// Wait writes the order down.
func (c *Channel) Wait(id queue.ContactID, s queue.Sound) {
	c.order(queue.Wait{Contact: id, Sound: s}, nil)
}

// Announce writes the order down.
func (c *Channel) Announce(id queue.ContactID, a queue.Announcement) {
	c.order(queue.Announce{Contact: id, Announcement: a}, nil)
}

// Ask is followed by Asked.
func (c *Channel) Ask(id queue.ContactID, n int, prompts []string, s queue.Sound) {
	c.order(queue.Ask{Contact: id, Ask: n, Prompts: prompts, Sound: s}, queue.Asked{Contact: id, Ask: n})
}

// TakeMessage is followed by a message of ten seconds.
func (c *Channel) TakeMessage(id queue.ContactID, o queue.MessageOrder) {
	c.order(queue.TakeMessage{Contact: id, Order: o}, queue.MessageTaken{Contact: id, Length: 10 * time.Second, Kept: true})
}

// Connect is followed by Connected.
func (c *Channel) Connect(id queue.ContactID, a queue.AgentID) {
	c.order(queue.Connect{Contact: id, Agent: a}, queue.Connected{Contact: id, Agent: a})
}

// Hold writes the order down.
func (c *Channel) Hold(id queue.ContactID, s queue.Sound) {
	c.order(queue.Hold{Contact: id, Sound: s}, nil)
}

// Resume writes the order down.
func (c *Channel) Resume(id queue.ContactID) { c.order(queue.Resume{Contact: id}, nil) }

// Mute writes the order down.
func (c *Channel) Mute(id queue.ContactID, on bool) {
	c.order(queue.Mute{Contact: id, On: on}, nil)
}

// Bring is followed by GuestJoined.
func (c *Channel) Bring(id queue.ContactID, g queue.Guest) {
	c.order(queue.Bring{Contact: id, Guest: g}, queue.GuestJoined{Contact: id, Guest: g.ID})
}

// Reseat writes the order down.
func (c *Channel) Reseat(id queue.ContactID) { c.order(queue.Reseat{Contact: id}, nil) }

// SetMode writes the order down.
func (c *Channel) SetMode(id queue.ContactID, g queue.GuestID, m queue.Mode) {
	c.order(queue.SetMode{Contact: id, Guest: g, Mode: m}, nil)
}

// MuteGuest writes the order down.
func (c *Channel) MuteGuest(id queue.ContactID, g queue.GuestID, on bool) {
	c.order(queue.MuteGuest{Contact: id, Guest: g, On: on}, nil)
}

// Dismiss writes the order down.
func (c *Channel) Dismiss(id queue.ContactID, g queue.GuestID) {
	c.order(queue.Dismiss{Contact: id, Guest: g}, nil)
}

// Promote is followed by Connected.
func (c *Channel) Promote(id queue.ContactID, g queue.GuestID, a queue.AgentID) {
	c.order(queue.Promote{Contact: id, Guest: g, Agent: a}, queue.Connected{Contact: id, Agent: a})
}

// SendKeys writes the order down.
func (c *Channel) SendKeys(id queue.ContactID, keys string) {
	c.order(queue.SendKeys{Contact: id, Keys: keys}, nil)
}

// Close is followed by HungUp.
func (c *Channel) Close(id queue.ContactID, words string) {
	c.order(queue.Close{Contact: id, Words: words}, queue.HungUp{Contact: id, By: queue.BySystem, Cause: queue.CausePlayed})
}

// End is followed by HungUp.
func (c *Channel) End(id queue.ContactID, by queue.Party, cause queue.Cause) {
	c.order(queue.End{Contact: id, By: by, Cause: cause}, queue.HungUp{Contact: id, By: by, Cause: cause})
}

// Say writes the order down.
func (c *Channel) Say(id queue.ContactID, prompts []string, language string) {
	c.order(queue.Say{Contact: id, Prompts: prompts, Language: language}, nil)
}

// Dial is followed by Ringing, Established and Connected.
func (c *Channel) Dial(id queue.ContactID, a queue.AgentID, number queue.Caller, how queue.Manner) {
	c.order(queue.Dial{Contact: id, Agent: a, Number: number, Manner: how}, queue.Ringing{Contact: id})
	if c.Easy && c.Desk != nil {
		c.Desk.Post(queue.Established{Contact: id})
		c.Desk.Post(queue.Connected{Contact: id, Agent: a})
	}
}

// Forward is followed by Connected.
func (c *Channel) Forward(id queue.ContactID, number queue.Caller) {
	c.order(queue.Forward{Contact: id, Number: number}, queue.Connected{Contact: id})
}

// Devices are fake phones and mobiles. They write orders down as effects; with
// a Desk set and Easy true whoever is rung picks up.
type Devices struct {
	Orders Log[queue.Effect]
	Easy   bool
	Desk   interface{ Post(queue.Event) }
}

var _ queue.Devices = (*Devices)(nil)

// Ring is followed by Accepted.
func (d *Devices) Ring(a queue.AgentID, o queue.OfferID, c queue.ContactID, dev queue.Device, who queue.Caller) {
	d.Orders.add(queue.Ring{Agent: a, Offer: o, Contact: c, Device: dev, Caller: who})
	if d.Easy && d.Desk != nil {
		d.Desk.Post(queue.Accepted{Agent: a, Offer: o})
	}
}

// StopRinging writes the order down.
func (d *Devices) StopRinging(a queue.AgentID, o queue.OfferID) {
	d.Orders.add(queue.StopRinging{Agent: a, Offer: o})
}

// Release writes the order down.
func (d *Devices) Release(a queue.AgentID) { d.Orders.add(queue.Release{Agent: a}) }

// Transferred writes the order down.
func (d *Devices) Transferred(a queue.AgentID, c queue.ContactID, code queue.NoticeCode) {
	d.Orders.add(queue.Transferred{Agent: a, Contact: c, Code: code})
}

// Screens are fake screens.
type Screens struct {
	Shown   Log[queue.Show]
	Notices Log[queue.Notify]
}

var _ queue.Screens = (*Screens)(nil)

// Show writes the view down.
func (s *Screens) Show(a queue.AgentID, v queue.AgentView) {
	s.Shown.add(queue.Show{Agent: a, View: v})
}

// Notify writes the notice down.
func (s *Screens) Notify(a queue.AgentID, n queue.Notice) {
	s.Notices.add(queue.Notify{Agent: a, Notice: n})
}

// Journal keeps entries in memory and numbers them.
type Journal struct {
	Entries Log[queue.Entry]

	mu      sync.Mutex // guards what follows
	seq     uint64
	appends int
	err     error
}

var _ queue.Journal = (*Journal)(nil)

// Fail makes each Append return err until it is called with nil.
func (j *Journal) Fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

// Appends tells how many commits there were.
func (j *Journal) Appends() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.appends
}

// Append keeps entries, all or none.
func (j *Journal) Append(entries []queue.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.appends++
	for _, e := range entries {
		j.seq++
		e.Seq = j.seq
		j.Entries.add(e)
	}
	return nil
}

// Calls folds the entries into call records, in the order of arrival.
func (j *Journal) Calls() []queue.Call {
	var ids []queue.ContactID
	calls := map[queue.ContactID]*queue.Call{}
	for _, e := range j.Entries.All() {
		if e.Kind == queue.CallArrived {
			ids = append(ids, e.Contact)
			calls[e.Contact] = &queue.Call{}
		}
		if c := calls[e.Contact]; c != nil {
			queue.Fold(c, e)
		}
	}
	out := make([]queue.Call, 0, len(ids))
	for _, id := range ids {
		out = append(out, *calls[id])
	}
	return out
}

// Verify returns an error naming the broken conservation laws.
func (j *Journal) Verify() error {
	var a queue.Audit
	for _, e := range j.Entries.All() {
		a.Add(e)
	}
	var errs []error
	for _, v := range a.Violations() {
		errs = append(errs, errors.New(v.String()))
	}
	return errors.Join(errs...)
}

// House is a running desk between fakes.
type House struct {
	Desk    *queue.Desk
	Channel *Channel
	Screens *Screens
	Devices *Devices
	Journal *Journal
}

// NewHouse starts a desk with an easy channel; it stops with the test, which
// fails if the journal broke a law.
func NewHouse(t testing.TB, r configs.Routing, log *slog.Logger) *House {
	t.Helper()
	h := &House{Channel: &Channel{Easy: true}, Screens: &Screens{}, Devices: &Devices{}, Journal: &Journal{}}
	h.Desk = queue.NewDesk(queue.DeskOptions{Routing: r, Revision: 1, Channel: h.Channel, Screens: h.Screens, Devices: h.Devices, Journal: h.Journal, Log: log, Seed: 1})
	h.Channel.Desk, h.Devices.Desk = h.Desk, h.Desk
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Desk.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("desk: %v", err)
		}
		if err := h.Journal.Verify(); err != nil {
			t.Errorf("journal: %v", err)
		}
	})
	return h
}

// Ready takes an agent through start of shift, check and Ready.
func (h *House) Ready(t testing.TB, a queue.AgentID) {
	t.Helper()
	h.Desk.Post(queue.SessionOpened{Agent: a})
	h.Desk.Post(queue.ShiftStarted{Agent: a})
	h.Desk.Post(queue.PathProven{Agent: a})
	h.Desk.Post(queue.ReadyAsked{Agent: a})
	h.WaitState(t, a, queue.Ready)
}

// Call lets a caller arrive.
func (h *House) Call(dialled, number string) queue.ContactID {
	id := queue.NewContactID(time.Now())
	h.Desk.Post(queue.Arrived{Contact: id, Channel: queue.Voice, Dialled: dialled, Caller: queue.NewCaller(number)})
	return id
}

// WaitState waits until the agent's screen shows the state, and returns it.
func (h *House) WaitState(t testing.TB, a queue.AgentID, want queue.AgentState) queue.AgentView {
	t.Helper()
	return h.Screens.Shown.Wait(t, fmt.Sprintf("%s being %s", a, want), func(s queue.Show) bool {
		return s.Agent == a && s.View.State == want
	}).View
}

// Hotline is a routing document of one number, one queue and the agents named.
func Hotline(agents ...string) configs.Routing {
	r := configs.Routing{
		Numbers: []configs.Number{{Number: "0213903963", Queue: "hotline", Language: "id"}},
		Queues: []configs.Queue{{
			ID: "hotline", Label: "Hotline", Strategy: "longest_idle", RingFor: configs.Duration(20 * time.Second),
			Greeting: "greeting", Music: "music", AnnounceEvery: configs.Duration(45 * time.Second),
			MaxWait: configs.Duration(15 * time.Minute), MaxWaitNobody: configs.Duration(2 * time.Minute),
			Exit: configs.Exit{Words: "closing"}, WrapUp: configs.Duration(2 * time.Minute),
			WrapUpExtend: configs.Duration(2 * time.Minute), ShortAbandon: configs.Duration(5 * time.Second),
		}},
		PauseReasons: []configs.PauseReason{{Code: "break", Label: configs.Label{EN: "Break", ID: "Istirahat"}}},
		Dispositions: []configs.Disposition{{Code: "listened", Label: configs.Label{EN: "Listened", ID: "Didengarkan"}}},
	}
	for _, a := range agents {
		r.Agents = append(r.Agents, configs.Agent{ID: a, Name: "Alias " + a, Queues: []string{"hotline"}})
	}
	return r
}
