package agentuitest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// Desk remembers what was posted and shows what it is told to.
type Desk struct {
	mu     sync.Mutex
	events []queue.Event
	views  map[queue.AgentID]queue.AgentView
	posted chan struct{}
}

// NewDesk returns a desk that knows the agents sari and dewi, both offline.
func NewDesk() *Desk {
	d := &Desk{views: map[queue.AgentID]queue.AgentView{}, posted: make(chan struct{}, 1)}
	for _, a := range []queue.AgentID{"sari", "dewi"} {
		d.views[a] = queue.AgentView{State: queue.Offline}
	}
	return d
}

// Post remembers the event.
func (d *Desk) Post(ev queue.Event) {
	d.mu.Lock()
	d.events = append(d.events, ev)
	d.mu.Unlock()
	select {
	case d.posted <- struct{}{}:
	default:
	}
}

// Events returns all that was posted so far.
func (d *Desk) Events() []queue.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// Await waits until ev was posted, n times in all.
func (d *Desk) Await(ctx context.Context, ev queue.Event, n int) error {
	for {
		found := 0
		for _, e := range d.Events() {
			if e == ev { // the events tests wait for are comparable
				found++
			}
		}
		if found >= n {
			return nil
		}
		select {
		case <-d.posted:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Set is what View answers from now on.
func (d *Desk) Set(a queue.AgentID, v queue.AgentView) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.views[a] = v
}

// Conservation is that of a desk that kept nothing.
func (d *Desk) Conservation() queue.Conservation {
	return queue.Conservation{Latest: []queue.Violation{}}
}

// Snapshot is empty but for the time, one call-back, C1, and sari, who has C2.
func (d *Desk) Snapshot() *queue.Snapshot {
	return &queue.Snapshot{At: time.Now(), Revision: 1, Queues: []queue.QueueView{}, Agents: []queue.AgentLine{{Agent: "sari", Contact: "C2"}},
		Callbacks: []queue.CallbackView{{ID: "C1", Queue: "hotline", Label: "Hotline", State: queue.CallbackIsAside, Reason: queue.SafetyUnknown, Most: 3}}}
}

// Waiting is one caller, C1, who waits in the hotline.
func (d *Desk) Waiting(context.Context) ([]queue.WaitingCaller, error) {
	return []queue.WaitingCaller{{Contact: "C1", Queue: "hotline", Place: 1, Caller: "••••963", Class: "normal", Since: time.Now()}}, nil
}

// Why answers for C1 only.
func (d *Desk) Why(_ context.Context, c queue.ContactID) (*queue.Why, error) {
	if c != "C1" {
		return nil, nil
	}
	return &queue.Why{Contact: c, Queue: "hotline", Place: 1, Class: "normal", Agents: []queue.WhyAgent{{Agent: "sari", Name: "Sari", Reason: "paused", Detail: "break"}}}, nil
}

// CancelCallback finds C1 only, which is being called.
func (d *Desk) CancelCallback(_ context.Context, c queue.ContactID, _ string) (string, error) {
	return d.ofCallback(c, queue.CallbackRunning)
}

// UrgeCallback finds C1 only, of whom nobody knows whether it is safe.
func (d *Desk) UrgeCallback(_ context.Context, c queue.ContactID, _ string) (string, error) {
	return d.ofCallback(c, queue.SafetyUnknown)
}

// AnswerSafety finds C1 only, and posts what was answered.
func (d *Desk) AnswerSafety(_ context.Context, c queue.ContactID, w queue.SafetyAnswer, by string) (string, error) {
	d.Post(queue.CallbackSafety{ID: c, Answer: w, By: by})
	return d.ofCallback(c, "")
}

// FinishWrapUp finds C1 of sari only, and posts what was answered. Without an
// answer to whether she could talk safely "helped" is not finished.
func (d *Desk) FinishWrapUp(_ context.Context, a queue.AgentID, c queue.ContactID, disposition string, talk queue.TalkSafe) (string, error) {
	d.Post(queue.WrapUpSaved{Agent: a, Contact: c, Disposition: disposition, Talk: talk})
	switch {
	case a != "sari" || c != "C1":
		return queue.WrapUpNotHers, nil
	case disposition == "helped" && talk == "":
		return string(queue.TalkSafetyMissing), nil
	}
	return "", nil
}

func (d *Desk) ofCallback(c queue.ContactID, why string) (string, error) {
	if c != "C1" {
		return "not_found", nil
	}
	return why, nil
}

// View is what Set said.
func (d *Desk) View(a queue.AgentID) (queue.AgentView, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.views[a]
	if !ok {
		v.State = queue.Offline
	}
	return v, ok
}

// Phone answers every offer with "answer to " and the offer; one of "bad" is
// refused. The zero value is ready.
type Phone struct {
	mu      sync.Mutex
	result  agentui.CheckResult
	count   func(n uint64) (browser, caller *agentui.LegFigures)
	counted uint64
	offers  []string
	closed  []queue.AgentID
	changed chan struct{} // closed and replaced with each Close
	held    string
	release chan struct{}
}

// HoldBack leaves this offer unanswered until Release.
func (p *Phone) HoldBack(sdp string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held, p.release = sdp, make(chan struct{})
}

// Release lets the offer held back be answered.
func (p *Phone) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.release)
}

// Hear is what a check finds from now on.
func (p *Phone) Hear(r agentui.CheckResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result = r
}

// Offers lists the offers made.
func (p *Phone) Offers() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.offers)
}

// Closed counts how often the agent's path was closed.
func (p *Phone) Closed(a queue.AgentID) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.closed {
		if c == a {
			n++
		}
	}
	return n
}

// Offer answers.
func (p *Phone) Offer(ctx context.Context, _ queue.AgentID, sdp string) (string, error) {
	p.mu.Lock()
	p.offers = append(p.offers, sdp)
	held, release := p.held, p.release
	p.mu.Unlock()
	switch sdp {
	case "bad":
		return "", errors.New("no audio line")
	case held:
		select {
		case <-release:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "answer to " + sdp, nil
}

// Check answers what Hear said.
func (p *Phone) Check(context.Context, queue.AgentID) (agentui.CheckResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.result, nil
}

// Echo answers what Hear said, with a packet lost.
func (p *Phone) Echo(context.Context, queue.AgentID) (agentui.EchoResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return agentui.EchoResult{CheckResult: p.result, Lost: 1, Jitter: 2 * time.Millisecond}, nil
}

// Count has the legs of every talk count what f says the nth time they are looked
// at, from 1.
func (p *Phone) Count(f func(n uint64) (browser, caller *agentui.LegFigures)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count = f
}

// Legs answers what Count said.
func (p *Phone) Legs(queue.AgentID, queue.ContactID) (browser, caller *agentui.LegFigures) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == nil {
		return nil, nil
	}
	p.counted++
	return p.count(p.counted)
}

// Close remembers.
func (p *Phone) Close(a queue.AgentID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = append(p.closed, a)
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// AwaitClosed waits until the agent's path was closed n times in all.
func (p *Phone) AwaitClosed(ctx context.Context, a queue.AgentID, n int) error {
	for p.Closed(a) < n {
		p.mu.Lock()
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		if p.Closed(a) >= n {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Prompts has greeting, music, closing and blocked built in. It takes everything that
// begins with RIFF.
type Prompts struct {
	mu       sync.Mutex
	uploaded map[string]bool
}

// Names lists them.
func (p *Prompts) Names() []agentui.PromptInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []agentui.PromptInfo
	builtin := []string{"blocked", "closing", "greeting", "message-consent", "message-thanks", "music"}
	for _, n := range builtin {
		all = append(all, agentui.PromptInfo{Name: n, Builtin: true, Uploaded: p.uploaded[n], Duration: 3 * time.Second})
	}
	for n := range p.uploaded {
		if !slices.Contains(builtin, n) && !strings.Contains(n, "/") {
			all = append(all, agentui.PromptInfo{Name: n, Uploaded: true, Duration: time.Second})
		}
	}
	for i := range all {
		for _, lang := range agentui.PromptLanguages {
			if p.uploaded[lang+"/"+all[i].Name] {
				all[i].Languages = append(all[i].Languages, lang)
			}
		}
	}
	return all
}

// Shipped gives a WAV header for what is built in.
func (p *Prompts) Shipped(name, _ string) ([]byte, bool) {
	return []byte("RIFF"), name == "blocked" || name == "greeting" || name == "music" || name == "closing" || name == "message-consent" || name == "message-thanks"
}

// Check takes what begins with RIFF.
func (p *Prompts) Check(wav []byte) (time.Duration, error) {
	if !bytes.HasPrefix(wav, []byte("RIFF")) {
		return 0, errors.New("this is no WAV file; save the recording as WAV, PCM 16 bit")
	}
	return time.Second, nil
}

// Set marks name as uploaded.
func (p *Prompts) Set(name string, _ []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.uploaded == nil {
		p.uploaded = map[string]bool{}
	}
	p.uploaded[name] = true
	return nil
}

// Delete forgets an upload.
func (p *Prompts) Delete(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.uploaded, name)
}
