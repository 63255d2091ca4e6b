package reports

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sahut/queue"
)

// Reader makes legs and volunteers' time out of the journal. It is fed every
// entry in order, beginning long enough before From that who talks or is on
// shift at From is known; what it counts lies between From and To. A leg counts
// when it is known how it ended, so an hour that is over never changes.
type Reader struct {
	From, To time.Time // To is not included
	Limits   Limits
	// Group counts only what these volunteers did: the calls they answered, and
	// their time. nil: everybody, and every caller.
	Group map[queue.AgentID]bool
	// OnLeg is told each leg that counts.
	OnLeg func(Leg)
	// OnFound is told, later than its leg, which contact that was given up was
	// answered after all.
	OnFound func(queue.ContactID)
	// OnTalk is told each talk with a caller, when what follows it is over, too.
	OnTalk func(Talk)
	// OnAttempt is told each attempt to call somebody back, and OnReached, later,
	// that the latest attempt of a contact reached her.
	OnAttempt func(Attempt)
	OnReached func(queue.ContactID)

	queues     map[queue.QueueID]*Tally
	hours      map[hourKey]*Tally
	staff      Tally                // what belongs to volunteers and to no queue
	staffHours map[int64]*staffHour // of it, by hour
	contacts   map[queue.ContactID]*caller
	gaveUp     map[queue.ContactID]hourKey // who abandoned, while she may be found
	agents     map[queue.AgentID]*agent
	exits      int // taken
}

// Hour is what one queue did in one hour.
type Hour struct {
	Start          time.Time     `json:"start"`
	Queue          queue.QueueID `json:"queue"`
	Offered        int           `json:"offered"`
	Answered       int           `json:"answered"`
	AnsweredInTime int           `json:"answered_in_time"`
	Abandoned      int           `json:"abandoned"`
	AbandonedShort int           `json:"abandoned_short"`
	Unserved       int           `json:"unserved"`
	Callbacks      int           `json:"callbacks"`
	Overflows      int           `json:"overflows"`
	Blocked        int           `json:"blocked"`
	WaitAnsweredMS int64         `json:"wait_answered_ms"`
}

type hourKey struct {
	start int64
	queue queue.QueueID
}

// caller is a contact that is not over yet.
type caller struct {
	out      bool
	withheld bool // she hid her number
	queue    queue.QueueID
	entered  bool          // ever in a queue
	before   time.Duration // waited in the queues before this one
	pending  *Leg          // left by the ladder; what follows says how it ended
	rung     string        // the ladder's latest reason
	taken    *Leg          // answered, by whom is not known yet; with a Group only
}

// NewReader returns a reader for the given time.
func NewReader(from, to time.Time, l Limits) *Reader {
	return &Reader{
		From: from, To: to, Limits: l,
		queues: map[queue.QueueID]*Tally{}, hours: map[hourKey]*Tally{},
		contacts: map[queue.ContactID]*caller{}, gaveUp: map[queue.ContactID]hourKey{}, agents: map[queue.AgentID]*agent{},
		staffHours: map[int64]*staffHour{},
	}
}

// Add reads the next entry.
func (r *Reader) Add(e queue.Entry) {
	switch e.Kind {
	case queue.CallArrived, queue.CallDialled:
		r.contacts[e.Contact] = &caller{out: e.Kind == queue.CallDialled, withheld: e.Number == hidden, queue: e.Queue}
	case queue.CallRefused:
		r.refused(e)
	case queue.QueueEntered, queue.LadderRung, queue.QueueLeft, queue.TransferDone, queue.TalkEnded, queue.CallOver:
		if c := r.contacts[e.Contact]; c != nil {
			r.contact(e, c)
		}
	case queue.TalkStarted:
		r.talk(e)
	case queue.CallerFound:
		r.found(queue.ContactID(e.Target))
	case queue.ShiftBegan, queue.ShiftOver, queue.StateChanged:
		r.agent(e)
	case queue.ShiftPlanned:
		r.planned(e)
	case queue.WrapUpDone:
		r.wrote(e)
	case queue.CallbackDialled, queue.CallbackReached:
		r.back(e)
	case queue.ServerStarted: // whatever was open then had its entries written
		clear(r.contacts)
		r.restarted()
	}
}

// refused: the trunk was turned away before anything rang. A wrong number is
// nobody's caller.
func (r *Reader) refused(e queue.Entry) {
	if r.Group == nil && e.Direction == queue.DirectionIn && e.Reason == string(queue.Draining) {
		r.leg(Leg{Queue: e.Queue, Ended: e.At, Result: Closed})
	}
}

func (r *Reader) contact(e queue.Entry, c *caller) {
	switch e.Kind {
	case queue.QueueEntered:
		r.entered(e, c)
	case queue.LadderRung:
		c.rung = e.Reason
		if r.counts(e.At) {
			r.exits++
		}
	case queue.QueueLeft:
		r.left(e, c)
	case queue.TransferDone:
		r.diverted(e, c)
	case queue.TalkEnded:
		r.talkOver(e, c)
	case queue.CallOver:
		r.over(e, c)
	}
}

func (r *Reader) entered(e queue.Entry, c *caller) {
	if p := c.pending; p != nil {
		c.before, c.pending = p.Wait, nil
		if r.Group == nil && p.Queue != e.Queue { // else the service she chose did not answer: it is one stay
			p.Result, p.Ended = Overflow, e.At
			r.leg(*p)
		}
	}
	c.queue, c.entered = e.Queue, true
}

// diverted: she chose another service on a rung, and it answered. Her wait went on
// there, so it is nobody's failure here.
func (r *Reader) diverted(e queue.Entry, c *caller) {
	if p := c.pending; p != nil && e.Reason == "ladder" && e.Result == "ok" {
		p.Result, p.Ended = Overflow, e.At
		c.pending = nil
		if r.Group == nil {
			r.leg(*p)
		}
	}
}

func (r *Reader) left(e queue.Entry, c *caller) {
	l := Leg{Contact: e.Contact, Queue: e.Queue, Ended: e.At, Wait: c.before + ms(e.WaitMS), Withheld: c.withheld}
	c.before = 0
	switch e.Reason {
	case "talk":
		l.Result = Answered
		if r.Group != nil {
			c.taken = &l
			return
		}
	case "abandon":
		l.Result = Abandoned
	case "callback": // her call goes on to some last words; how that ends changes nothing
		l.Result = Callback
	case "exit", "moved":
		c.pending = &l
		return
	default:
		l.Result = Failed
	}
	if !c.out && r.Group == nil {
		r.leg(l)
		if l.Result == Abandoned {
			r.lost(l, c.withheld)
		}
	}
}

// over ends a contact: the leg the ladder left open, or who never had one.
func (r *Reader) over(e queue.Entry, c *caller) {
	delete(r.contacts, e.Contact)
	switch {
	case c.out, r.Group != nil:
	case c.pending != nil:
		c.pending.Result, c.pending.Ended = Timeout, e.At // known only now: an hour that is over must not change
		switch e.Outcome {
		case queue.OutcomeVoicemail:
			c.pending.Result = Message
		case queue.OutcomeSystem, queue.OutcomeFailedMedia:
			c.pending.Result = Failed
		}
		r.leg(*c.pending)
	case c.entered:
	case e.Outcome == queue.OutcomeRefusedFull, e.Outcome == queue.OutcomeClosed, e.Outcome == queue.OutcomeVoicemail:
		r.leg(Leg{Contact: e.Contact, Queue: c.queue, Ended: e.At, Result: notLetIn(c.rung)})
	case e.Outcome == queue.OutcomeBlocked: // a block or a limit, and no queue's doing
	case r.counts(e.At):
		r.tally(c.queue).Left++
	}
}

// notLetIn is why she never entered a queue, whether she left a message or not.
func notLetIn(rung string) Result {
	switch rung {
	case "full", "expected_wait", "ratio":
		return Full
	case "nobody":
		return NoVolunteer
	}
	return Closed
}

func (r *Reader) talk(e queue.Entry) {
	c := r.contacts[e.Contact]
	if c == nil {
		return
	}
	if r.includes(e.Agent) {
		a := r.agentOf(e.Agent)
		a.out, a.queue = c.out, c.queue
	}
	if l := c.taken; l != nil {
		c.taken = nil
		if r.includes(e.Agent) && !c.out {
			r.leg(*l)
		}
	}
}

// hidden is the number of who withheld it, as the journal has it.
const hidden = "anonymous"

// FoundWithin is how long after To the reader must be fed, to know who of those
// that gave up was answered after all.
const FoundWithin = 24 * time.Hour

// found: she who gave up in that contact talks to somebody now.
func (r *Reader) found(contact queue.ContactID) {
	if k, ok := r.gaveUp[contact]; ok {
		delete(r.gaveUp, contact)
		if r.OnFound != nil {
			r.OnFound(contact)
		}
		r.tally(k.queue).Found++
		r.hours[k].Found++
	}
}

// lost notes that a caller gave up.
func (r *Reader) lost(l Leg, withheld bool) {
	if !r.counts(l.Ended) {
		return
	}
	k := hourKey{l.Ended.Truncate(time.Hour).Unix(), l.Queue}
	if withheld {
		r.tally(l.Queue).Withheld++
		r.hours[k].Withheld++
		return
	}
	r.gaveUp[l.Contact] = k
}

func (r *Reader) counts(at time.Time) bool { return !at.Before(r.From) && at.Before(r.To) }

func (r *Reader) leg(l Leg) {
	if !r.counts(l.Ended) {
		return
	}
	if r.OnLeg != nil {
		r.OnLeg(l)
	}
	r.tally(l.Queue).Add(l)
	r.hour(l.Ended, l.Queue).Add(l)
}

func (r *Reader) tally(q queue.QueueID) *Tally {
	t := r.queues[q]
	if t == nil {
		t = &Tally{Limits: r.Limits}
		r.queues[q] = t
	}
	return t
}

// Close ends the reading at now: volunteers still on shift have worked until
// then. Legs still open count when they end.
func (r *Reader) Close(now time.Time) {
	for _, a := range r.agents {
		r.spent(a, now)
		r.scheduled(a, now)
	}
}

// Queues are the queues that had callers, by name, those deleted since as well.
func (r *Reader) Queues() []queue.QueueID { return slices.Sorted(maps.Keys(r.queues)) }

// Queue is what q counted. Its volunteers' time is not here: they answer several.
func (r *Reader) Queue(q queue.QueueID) *Tally { return r.tally(q) }

// All is every queue and the volunteers' time.
func (r *Reader) All() *Tally {
	all := &Tally{Limits: r.Limits}
	for _, q := range r.Queues() {
		all.Merge(r.queues[q])
	}
	all.Merge(&r.staff)
	who := map[queue.AgentID]bool{}
	for _, h := range r.staffHours {
		maps.Copy(who, h.people)
	}
	all.TooFew = len(who) > 0 && len(who) < leastPeople
	return all
}

// Hours are the hours in which something ended, oldest first, by queue. They
// begin at full hours of UTC; Indonesia's three zones are whole hours away.
func (r *Reader) Hours() []Hour {
	list := make([]Hour, 0, len(r.hours))
	for k, t := range r.hours {
		if t.Offered()+t.Overflows+t.Blocked == 0 {
			continue // only time was spent
		}
		list = append(list, Hour{
			Start: time.Unix(k.start, 0).UTC(), Queue: k.queue, Offered: t.Offered(), Answered: t.Answered, AnsweredInTime: t.AnsweredInTime,
			Abandoned: t.Abandoned, AbandonedShort: t.AbandonedShort, Unserved: t.Unserved, Callbacks: t.Callbacks,
			Overflows: t.Overflows, Blocked: t.Blocked, WaitAnsweredMS: t.WaitAnswered.Milliseconds(),
		})
	}
	slices.SortFunc(list, func(a, b Hour) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Queue, b.Queue)) })
	return list
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
