package queue

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// Callers who come back. Their places and broken talks are kept by identity and in
// memory only: the journal has no number a caller could be found by, so a restart
// forgets who was whom. Whom she wants again, or never again, is kept with her
// answers about being called.

// identity stands for a caller's number without telling it: a keyed hash. The
// zero identity is a caller who withheld it, of whom nothing is remembered.
type identity [16]byte

func (s *state) identify(c Caller) identity {
	if c.Anonymous() {
		return identity{}
	}
	return s.hashed(canonical(c.Reveal()))
}

// hashed is the keyed hash of a number.
func (s *state) hashed(number string) (id identity) {
	h := sha256.New()
	var key [8]byte
	binary.LittleEndian.PutUint64(key[:], s.seed)
	h.Write(key[:])
	h.Write([]byte(number))
	copy(id[:], h.Sum(nil))
	return id
}

// visitor is what is remembered of a caller between her contacts.
type visitor struct {
	place  *place  // she hung up while she waited
	broken *broken // she was talking

	// She left at once, as if somebody came in: until when she is served first
	// if she calls again, and whether she was.
	fled     time.Time
	favoured bool
	lost     []lostCall // of the last day, while nobody answered her
}

// lostCall is a contact that she ended while she waited.
type lostCall struct {
	contact ContactID
	until   time.Time
}

// lostFor is how long an answered call makes up for one she gave up, and
// lostKept how many of those are remembered.
const (
	lostFor  = 24 * time.Hour
	lostKept = 20
)

// wanted is what a caller said by keys, and where that led her. Who comes back to
// what is hers is not asked again, so it is remembered for her.
type wanted struct {
	dialled  string // canonical
	line     QueueID
	needs    needs
	language string
	danger   bool
}

func (c *contact) wanted() wanted {
	w := wanted{canonical(c.dialled), c.line.id, c.needs, c.language, c.danger}
	w.needs.supervisor, w.needs.away = false, false // the block's, the call-back's
	return w
}

// after is w where another of her calls left before: what of the two is forgotten
// is never the gender.
func (w wanted) after(before wanted) wanted {
	w.needs.gender = cmp.Or(w.needs.gender, before.needs.gender)
	return w
}

// place is where an abandoned contact stood.
type place struct {
	wanted
	class   Class
	head    bool
	since   time.Time // her key in the order
	stood   time.Time
	expires time.Time
}

// broken is a talk that she may want to go on with.
type broken struct {
	wanted
	agent   AgentID
	dropped bool // it broke; else she hung up herself
	expires time.Time
}

// fledFor is how long who left at once, or by the two zeros, is served before
// others when she calls again: she may have been interrupted.
const fledFor = 30 * time.Minute

// visitorsKept bounds the memory; of those there are, one known for long is
// forgotten.
const visitorsKept = 10_000

// visitors is the memory of callers.
type visitors struct {
	of   map[identity]*visitor
	list []identity // of is these; sweep goes round
}

// remembered returns the memory of id, made if need be; nil for who withheld
// her number.
func (v *visitors) remembered(id identity) *visitor {
	if id == (identity{}) {
		return nil
	}
	if known := v.of[id]; known != nil {
		return known
	}
	if len(v.list) >= visitorsKept {
		v.dropFirst()
	}
	if v.of == nil {
		v.of = map[identity]*visitor{}
	}
	known := &visitor{}
	v.of[id], v.list = known, append(v.list, id)
	return known
}

func (v *visitors) dropFirst() {
	delete(v.of, v.list[0])
	v.list = v.list[1:]
}

// sweep forgets whom nothing is left to be remembered of. It looks at a few at
// a time and goes on there the next time.
func (v *visitors) sweep(now time.Time) {
	for range min(4, len(v.list)) {
		id := v.list[0]
		known := v.of[id]
		known.expire(now)
		if known.place == nil && known.broken == nil && known.fled.IsZero() && len(known.lost) == 0 {
			v.dropFirst()
			continue
		}
		v.list = append(v.list[1:], id)
	}
}

func (v *visitor) expire(now time.Time) {
	if v.place != nil && now.After(v.place.expires) {
		v.place = nil
	}
	if v.broken != nil && now.After(v.broken.expires) {
		v.broken = nil
	}
	v.lost = slices.DeleteFunc(v.lost, func(l lostCall) bool { return now.After(l.until) })
	if now.After(v.fled) {
		v.fled, v.favoured = time.Time{}, false
	}
}

// What queue.entered says of a caller who came back.
const (
	resultResumed  = "resumed"  // has the place back that she left
	resultReturned = "returned" // her talk broke off
)

// recall gives c, who is about to enter her line, what she had before. It
// tells whether she has a place that is hers already; then she has what she told
// before, too, because no menu asks her.
func (s *state) recall(c *contact) (hers bool) {
	s.visitors.sweep(s.now)
	if c.out {
		return false
	}
	var said wanted
	if was := s.takeBack(c); was != nil {
		hers, said = true, was.wanted()
		c.awaitedBack = true
		c.class, c.head, c.prefers, c.never = max(c.class, was.class), was.head, was.prefers, was.never
		c.credit = c.entered.Sub(was.entered.Add(-was.credit))
		c.stood = was.stood
		c.back = resultResumed
	}
	if p := s.safety.of[s.keyOf(c)]; p != nil {
		c.prefers, c.never = cmp.Or(p.Same, c.prefers), joined(c.never, p.Never)
	}
	known := s.visitors.of[s.identify(c.caller)]
	if known == nil {
		known = &visitor{}
	}
	known.expire(s.now)
	c.wasCut = known.fled.After(s.now) || known.broken != nil && known.broken.dropped
	if known.fled.After(s.now) && !known.favoured && c.class == ClassNormal { // SI-4; once, or who calls to annoy would always be first
		known.favoured = true
		c.class = ClassPriority
	}
	if p := known.place; p != nil {
		known.place = nil
		hers, said = true, p.after(said)
		c.class, c.head = max(c.class, p.class), p.head
		c.credit = c.entered.Sub(p.since)
		c.stood = p.stood
		c.back = resultResumed
	}
	if b := known.broken; b != nil {
		known.broken = nil
		c.prefers = b.agent
		if b.dropped {
			hers, said = true, b.after(said)
			c.class, c.back = ClassInterrupted, resultReturned
		}
	}
	if hers {
		s.retell(c, said)
	}
	return hers
}

// retell gives c what she told before, and the line she was led to, if that still
// takes her and it is the same number that she called.
func (s *state) retell(c *contact, was wanted) {
	greeting := c.line.set.Greeting
	if l := s.lineByID[was.line]; l != nil && was.dialled == canonical(c.dialled) && (l.closedAt(s.now) == "" || l.present > 0) {
		c.line = l
	}
	c.resumed = c.back == resultResumed && was.line == c.line.id
	c.needs, c.danger = was.needs, was.danger
	if was.language != "" && was.language != c.language { // the greeting began in that of the number
		c.language = was.language
		s.order(Wait{Contact: c.id, Sound: c.sound(greeting)})
	}
}

// joined is both lists, each volunteer once.
func joined(a, b []AgentID) []AgentID {
	all := slices.Clone(a)
	for _, id := range b {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// noteLost remembers that she gave up waiting, so that the figures know whether
// somebody answered her after all.
func (s *state) noteLost(c *contact) {
	if v := s.visitors.remembered(s.identify(c.caller)); v != nil {
		v.lost = append(v.lost, lostCall{c.id, s.now.Add(lostFor)})
		if len(v.lost) > lostKept {
			v.lost = v.lost[1:]
		}
	}
}

// noteFound: somebody answers her. The journal has which of her calls that makes
// up for, and still nothing that would find her.
func (s *state) noteFound(c *contact) {
	if c.out && c.calls == nil {
		return
	}
	v := s.visitors.of[s.identify(c.caller)]
	if v == nil {
		return
	}
	for _, l := range v.lost {
		if s.now.Before(l.until) {
			s.record(Entry{Kind: CallerFound, Contact: c.id, Queue: c.line.id, Target: string(l.contact)})
		}
	}
	v.lost = nil
}

// noteLeft remembers a contact that ends while she waits or talks.
func (s *state) noteLeft(c *contact, by Party, cause Cause) {
	if c.out {
		return
	}
	set := c.line.set
	if by == ByCaller && !c.talked && (cause == CauseQuickExit || c.phase != arriving && s.now.Sub(c.entered) <= set.ShortAbandon.D()) {
		if v := s.visitors.remembered(s.identify(c.caller)); v != nil {
			v.fled = s.now.Add(fledFor)
		}
	}
	if by == ByCaller && !c.talked && c.phase.inLine() {
		s.noteLost(c)
	}
	switch {
	case c.phase.inLine():
		if keep := set.ResumeFor.D(); keep > 0 {
			if v := s.visitors.remembered(s.identify(c.caller)); v != nil {
				v.place = &place{c.wanted(), c.class, c.head, c.entered.Add(-c.credit), c.stood, s.now.Add(keep)}
			}
		}
	case c.phase.withAgent() && by != ByAgent && cause != CauseDrain && cause != CauseDuration:
		if keep := set.DropReturnFor.D(); keep > 0 {
			if v := s.visitors.remembered(s.identify(c.caller)); v != nil {
				dropped := c.phase != talking || by != ByCaller
				v.broken = &broken{c.wanted(), c.agent.id, dropped, s.now.Add(keep)}
			}
		}
	}
}

// Asked for by the caller, told by the volunteer who talks to her or writes
// about her.
const (
	sameAsked  = "same"
	neverAsked = "never"
)

// onStickyAsked: she would like the same volunteer again.
func (s *state) onStickyAsked(ev StickyAsked) {
	p, a := s.wishing(ev.Agent, ev.Contact)
	if p == nil {
		return
	}
	switch {
	case ev.On:
		p.Same = a.id
		p.Never = slices.DeleteFunc(slices.Clone(p.Never), func(id AgentID) bool { return id == a.id })
	case p.Same == a.id:
		p.Same = ""
	}
	s.keepProfile(p)
	s.recordWish(a, ev.Contact, sameAsked, ev.On)
}

// onNeverAsked: she, or the volunteer, would rather not meet again.
func (s *state) onNeverAsked(ev NeverAsked) {
	p, a := s.wishing(ev.Agent, ev.Contact)
	if p == nil {
		return
	}
	p.Never = slices.DeleteFunc(slices.Clone(p.Never), func(id AgentID) bool { return id == a.id })
	if ev.On {
		p.Never = append(p.Never, a.id)
		if p.Same == a.id {
			p.Same = ""
		}
	}
	for _, c := range s.contacts { // she waits for somebody else, or may when it breaks
		if c.id != ev.Contact && s.keyOf(c) != p.Key {
			continue
		}
		c.never = slices.Clone(p.Never)
		if ev.On && c.prefers == a.id {
			c.prefers = ""
		}
	}
	s.releaseRefused()
	if b := s.callbackOf(p.Key); b != nil { // it may be hers who writes
		b.entry.never = slices.Clone(p.Never)
		s.keepCallback(b)
	}
	s.keepProfile(p)
	s.recordWish(a, ev.Contact, neverAsked, ev.On)
}

func (s *state) recordWish(a *agent, c ContactID, what string, on bool) {
	result := "off"
	if on {
		result = "on"
	}
	s.record(Entry{Kind: WishNoted, Contact: c, Agent: a.id, Reason: what, Result: result})
	s.notify(a, Notice{Code: WishKept, Contact: c, Key: what + ":" + result})
}

// wishing returns the profile of the caller whom agent id talks to or writes about,
// because a wish outlives a restart as her answers do. Who withheld her number, or
// was called and never called here, cannot be known again; the volunteer is told.
func (s *state) wishing(id AgentID, contact ContactID) (*SafetyProfile, *agent) {
	a := s.agents[id]
	if a == nil {
		return nil, nil
	}
	key, hers := s.personOf(a, contact)
	switch {
	case !hers:
		return nil, nil
	case key == "":
		s.notify(a, Notice{Code: WishUnknown, Contact: contact})
		return nil, nil
	}
	return s.profile(key), a
}
