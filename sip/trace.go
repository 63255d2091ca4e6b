package sip

import (
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The limits of one trace. What comes from strangers has a share of its own,
// so that a scanner cannot push a carrier's messages out.
const (
	traceLongest   = 30 * time.Minute // a trace that was forgotten ends by itself
	traceKept      = time.Hour        // … and is thrown away this long after its end
	traceMessages  = 4000
	traceBytes     = 6500 << 10
	traceStrangers = 1000
	strangersBytes = 1500 << 10
	strangersRate  = 100 // messages of strangers in a second; masking costs time
)

// Tracer lets an operator see the SIP messages that pass, for a while. They are
// masked (trace_mask.go) before they are kept; no number, name or secret of
// anybody is ever in it. While it is off it costs each message one atomic load.
type Tracer struct {
	log      *slog.Logger
	trunk    func(netip.Addr) string     // the trunk an address belongs to, or ""
	stranger func(netip.Addr) bool       // nobody knows the address
	contact  func(callID string) string  // the contact a Call-ID belongs to, or ""
	ours     func(number string) bool    // a number of the helpline itself
	clock    func() time.Time            // time.Now
	after    func(time.Duration, func()) // time.AfterFunc
	running  atomic.Pointer[trace]       // nil: off
	mu       sync.Mutex                  // guards what follows
	latest   *trace                      // runs, or is over and can still be read; nil: none
}

// Trace returns the server's tracer.
func (s *Server) Trace() *Tracer { return s.guard.tracer }

func newTracer(s *Server) *Tracer {
	return &Tracer{
		log:      s.log,
		trunk:    s.trunks.nameOf,
		stranger: func(ip netip.Addr) bool { return s.guard.standing(ip) == stranger },
		contact:  func(callID string) string { return s.calls.contactOf(callID) },
		ours:     oursOf(s.cfg),
		clock:    time.Now,
		after:    func(d time.Duration, f func()) { time.AfterFunc(d, f) },
	}
}

// TraceStatus is how things stand with the trace.
type TraceStatus struct {
	On       bool      `json:"on"`
	By       string    `json:"by,omitempty"` // who started it
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"` // when it ends, or ended
	Messages int       `json:"messages"`       // kept now
	Dropped  int       `json:"dropped"`        // for which there was no room
}

// TraceMessage is one message, masked.
type TraceMessage struct {
	At        time.Time `json:"at"`
	Direction string    `json:"direction"` // in or out
	Transport string    `json:"transport"`
	Local     string    `json:"local"`  // our ip:port
	Remote    string    `json:"remote"` // the far end's
	Trunk     string    `json:"trunk,omitempty"`
	Contact   string    `json:"contact,omitempty"`
	CallID    string    `json:"call_id"`
	CSeq      string    `json:"cseq"`
	Start     string    `json:"start"`
	Again     bool      `json:"again,omitempty"` // the very same message went this way before
	Bytes     int       `json:"bytes"`           // on the wire
	Text      string    `json:"text"`
}

// The two directions of a message.
const (
	traceIn  = "in"
	traceOut = "out"
)

// Start begins a trace in by's name that ends after d, at most 30 minutes. One
// that runs already is not disturbed: the status tells whose it is. A trace
// that is over is thrown away.
func (t *Tracer) Start(by string, d time.Duration) TraceStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running.Load() != nil {
		return t.status()
	}
	if d <= 0 || d > traceLongest {
		d = traceLongest
	}
	now := t.clock()
	run := &trace{
		by: by, since: now, until: now.Add(d), masker: newMasker(t.ours), seed: maphash.MakeSeed(),
		contacts: map[string]string{},
		known:    messages{most: traceMessages, room: traceBytes},
		others:   messages{most: traceStrangers, room: strangersBytes},
	}
	t.latest = run
	t.running.Store(run)
	t.after(d, func() { t.end(run, "its time was over") })
	t.log.Info("a SIP trace began", "by", by, "until", run.until.Format(time.RFC3339))
	return t.status()
}

// Stop ends the trace that runs, in by's name. What it has seen can be read
// for another hour.
func (t *Tracer) Stop(by string) TraceStatus {
	if run := t.running.Load(); run != nil {
		t.end(run, "stopped by "+by)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status()
}

func (t *Tracer) end(run *trace, why string) {
	if !t.running.CompareAndSwap(run, nil) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.clock(); now.Before(run.until) {
		run.until = now
	}
	t.after(traceKept, func() { t.forget(run) })
	t.log.Info("a SIP trace ended", "why", why, "begun_by", run.by, "messages", t.status().Messages)
}

func (t *Tracer) forget(run *trace) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.latest == run {
		t.latest = nil
	}
}

// Status tells whether a trace runs, whose it is and how much it holds.
func (t *Tracer) Status() TraceStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status()
}

func (t *Tracer) status() TraceStatus {
	run := t.latest
	if run == nil {
		return TraceStatus{}
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	return TraceStatus{
		On: t.running.Load() == run, By: run.by, Since: run.since, Until: run.until,
		Messages: len(run.known.list) + len(run.others.list), Dropped: run.known.dropped + run.others.dropped,
	}
}

// Messages returns what the latest trace has seen, in order: everything, or
// with a filter the messages of one contact or one Call-ID.
func (t *Tracer) Messages(filter string) []TraceMessage {
	t.mu.Lock()
	run := t.latest
	t.mu.Unlock()
	if run == nil {
		return nil
	}
	return run.read(filter)
}

// in takes a message that came.
func (t *Tracer) in(transport string, local, remote netip.AddrPort, raw []byte) {
	if run := t.running.Load(); run != nil {
		t.take(run, traceIn, transport, local, remote, raw)
	}
}

// out takes a message that goes.
func (t *Tracer) out(transport string, local, remote netip.AddrPort, raw []byte) {
	if run := t.running.Load(); run != nil {
		t.take(run, traceOut, transport, local, remote, raw)
	}
}

// inStream takes a message that came over a connection.
func (t *Tracer) inStream(c *guardedConn, raw []byte) {
	if t.running.Load() != nil {
		transport, local := c.end()
		t.in(transport, local, c.from, raw)
	}
}

// outStream takes a message that goes over a connection.
func (t *Tracer) outStream(c *guardedConn, raw []byte) {
	if t.running.Load() != nil {
		transport, local := c.end()
		t.out(transport, local, c.from, raw)
	}
}

// end is our end of a connection.
func (c *guardedConn) end() (transport string, local netip.AddrPort) {
	transport = "TCP"
	if c.secure() {
		transport = "TLS"
	}
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		local = a.AddrPort()
	}
	return transport, local
}

// take masks and keeps one message. A fault here must not cost the message.
func (t *Tracer) take(run *trace, direction, transport string, local, remote netip.AddrPort, raw []byte) {
	defer func() {
		if v := recover(); v != nil {
			t.log.Error("a message was left out of the trace because of a fault in this program; please report it", "panic", fmt.Sprintf("%T", v))
		}
	}()
	if isKeepAlive(raw) {
		return
	}
	now := t.clock()
	remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	local = netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
	unknown := t.stranger(remote.Addr())
	if unknown && !run.mayTake(now) {
		return
	}
	m := run.masker.message(raw)
	contact := ""
	if m.rawCallID != "" && inCalls(m.method) {
		contact = t.contact(m.rawCallID)
	}
	run.keep(kept{
		TraceMessage: TraceMessage{
			At: now, Direction: direction, Transport: transport, Local: local.String(), Remote: remote.String(),
			Trunk: t.trunk(remote.Addr()), CallID: m.callID, CSeq: m.cseq, Start: m.start, Bytes: len(raw), Text: m.text,
		},
		print: maphash.Bytes(run.seed, raw),
	}, contact, unknown)
}

// isKeepAlive tells whether raw is nothing but line ends and NULs.
func isKeepAlive(raw []byte) bool {
	for _, c := range raw {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

// inCalls tells whether requests of this method belong to a call.
func inCalls(method string) bool { return method != "REGISTER" && method != "OPTIONS" && method != "" }

// trace is one trace, running or over.
type trace struct {
	by     string
	since  time.Time
	until  time.Time // guarded by Tracer.mu
	masker *masker
	seed   maphash.Seed

	mu       sync.Mutex        // guards what follows
	known    messages          // of trunks and volunteers' phones
	others   messages          // of strangers
	number   uint64            // of the latest message
	contacts map[string]string // by masked Call-ID
	second   int64             // strangers' messages are counted by
	taken    int               // in that second
}

// kept is one message in a trace.
type kept struct {
	TraceMessage
	number uint64
	print  uint64 // equal for equal messages
}

// messages are the latest ones within two limits.
type messages struct {
	most, room int
	list       []kept
	bytes      int
	dropped    int
}

// overhead is what a message costs besides its texts.
const overhead = 400

func (k *kept) size() int {
	return len(k.Text) + len(k.Start) + len(k.CallID) + len(k.CSeq) + overhead
}

func (ms *messages) add(k kept) {
	ms.list = append(ms.list, k)
	ms.bytes += k.size()
	for len(ms.list) > ms.most || ms.bytes > ms.room {
		ms.bytes -= ms.list[0].size()
		ms.list[0] = kept{} // the array lives on
		ms.list = ms.list[1:]
		ms.dropped++
	}
}

// mayTake limits what strangers make us do.
func (r *trace) mayTake(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := now.Unix(); s != r.second {
		r.second, r.taken = s, 0
	}
	r.taken++
	if r.taken > strangersRate {
		r.others.dropped++
		return false
	}
	return true
}

func (r *trace) keep(k kept, contact string, unknown bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number++
	k.number = r.number
	if contact != "" && len(r.contacts) < traceMessages {
		r.contacts[k.CallID] = contact
	}
	if unknown {
		r.others.add(k)
		return
	}
	r.known.add(k)
}

// read returns the messages the filter asks for.
func (r *trace) read(filter string) []TraceMessage {
	r.mu.Lock()
	all := slices.Concat(r.known.list, r.others.list)
	contacts := make(map[string]string, len(r.contacts))
	for id, c := range r.contacts {
		contacts[id] = c
	}
	r.mu.Unlock()
	slices.SortFunc(all, func(a, b kept) int { return int(a.number) - int(b.number) })

	callID := r.masker.opaque(filter)
	type way struct {
		print             uint64
		direction, remote string
	}
	seen := map[way]bool{}
	var out []TraceMessage
	for _, k := range all {
		w := way{k.print, k.Direction, k.Remote}
		k.Again, seen[w] = seen[w], true
		k.Contact = contacts[k.CallID]
		if filter == "" || k.CallID == filter || k.CallID == callID || k.Contact == filter {
			out = append(out, k.TraceMessage)
		}
	}
	return out
}

// nameOf returns the name of the trunk an address belongs to, or "".
func (ts *trunks) nameOf(ip netip.Addr) string {
	name, bits := "", -1
	for _, t := range ts.all {
		if n := t.has(ip); n > bits {
			name, bits = t.Name, n
		}
	}
	return name
}

// contactOf returns the contact whose call has this Call-ID, or "".
func (cs *calls) contactOf(callID string) string {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for id, c := range cs.byDialog {
		if id.callID != callID {
			continue
		}
		for contact, of := range cs.byContact {
			if of == c {
				return string(contact)
			}
		}
		return ""
	}
	return ""
}
