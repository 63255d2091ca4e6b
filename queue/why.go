package queue

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Why is the answer to "why is she still waiting?".
type Why struct {
	Contact ContactID  `json:"contact"`
	Queue   QueueID    `json:"queue"`
	Place   int        `json:"place"` // in her queue, from 1
	Class   string     `json:"class"`
	Since   time.Time  `json:"since"`          // in this queue
	Step    int        `json:"step"`           // how many steps of the queue she has taken
	Next    *time.Time `json:"next,omitempty"` // when the next step is due
	Exit    *time.Time `json:"exit,omitempty"` // when she leaves at the latest, if nobody answers
	Needs   WhyNeeds   `json:"needs"`
	// Unmet: nobody present may be rung for her, whatever step is taken.
	Unmet  bool       `json:"unmet"`
	Agents []WhyAgent `json:"agents"` // those of her queue, in the document's order; ringing ones first
}

// WhyNeeds is what she asked for, and what of it was waived.
type WhyNeeds struct {
	Language string   `json:"language,omitempty"`
	Gender   string   `json:"gender,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Waived   []string `json:"waived,omitempty"`
}

// WhyAgent is why one volunteer does not talk to her. Reason is an Exclusion;
// Detail is the reason of a pause or a fault; Until when it ends, if that is
// known; Tier how late she is rung.
type WhyAgent struct {
	Agent  AgentID    `json:"agent"`
	Name   string     `json:"name"`
	Reason Exclusion  `json:"reason"`
	Detail string     `json:"detail,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
	Tier   int        `json:"tier,omitempty"`
}

// Why a volunteer is not rung for a caller, beside what she lacks for her. The
// words of states are those of AgentState.
const (
	ExcludedRinging     Exclusion = "ringing"     // is rung for this very caller
	ExcludedOther       Exclusion = "other"       // is rung for somebody else
	ExcludedTurn        Exclusion = "turn"        // may be rung; the strategy rings others first
	ExcludedHandover    Exclusion = "handover"    // the caller waits for another volunteer alone
	ExcludedConnecting  Exclusion = "connecting"  // a volunteer accepted the caller and is being connected
	ExcludedUnreachable Exclusion = "unreachable" // her device or path does not work
	ExcludedLimit       Exclusion = "limit"       // rests after what she bore
	ExcludedExit        Exclusion = "exit"        // the caller is on her way out
	ExcludedLine        Exclusion = "line"        // a call-back: no further call out may be placed now
)

// why answers for c. The reasons are found by the very functions that decide,
// so they cannot be others; nil if c does not wait.
func (s *state) why(id ContactID, now time.Time) *Why {
	s.now = now
	c := s.contacts[id]
	if b := s.callbacks[id]; b != nil && b.entry.phase == waiting { // her call is over
		c = b.entry
	}
	if c == nil || !c.phase.inLine() {
		return nil
	}
	l := c.line
	w := &Why{
		Contact: c.id, Queue: l.id, Place: l.order.place(c), Class: c.class.String(), Since: c.since, Step: c.step,
		Needs: WhyNeeds{Language: c.needs.language, Gender: c.needs.gender, Topic: c.needs.topic}, Unmet: s.unmet(c),
		Agents: make([]WhyAgent, 0, len(l.members)),
	}
	r := c.reach()
	if c.needs.language != "" && (l.oneLanguage || c.needs.anyLanguage(r)) {
		w.Needs.Waived = append(w.Needs.Waived, "language")
	}
	if c.needs.topic != "" && r.anyTopic {
		w.Needs.Waived = append(w.Needs.Waived, "topic")
	}
	if c.widen.armed() {
		at := c.widen.at
		w.Next = &at
	}
	if c.virtual == nil {
		exit := c.since.Add(l.set.MaxWait.D())
		w.Exit = &exit
	}
	for _, a := range l.members {
		w.Agents = append(w.Agents, s.whyNot(c, a))
	}
	slices.SortStableFunc(w.Agents, func(a, b WhyAgent) int {
		return cmp.Compare(a.Reason.weight(), b.Reason.weight())
	})
	return w
}

func (e Exclusion) weight() int {
	if e == ExcludedRinging || e == ExcludedConnecting {
		return 0
	}
	return 1
}

// whyNot is why a does not talk to c, for a screen.
func (s *state) whyNot(c *contact, a *agent) WhyAgent {
	w := WhyAgent{Agent: a.id, Name: a.name, Tier: c.line.tier[a.id]}
	var until *token
	if w.Reason, w.Detail, until = s.exclusion(c, a); until != nil && until.armed() {
		at := until.at
		w.Until = &at
	}
	return w
}

// exclusion is the one reason that comes first: what c needs, then what a does,
// then what stands between the two; with its detail, and what ends it.
func (s *state) exclusion(c *contact, a *agent) (why Exclusion, detail string, until *token) {
	unfit := c.line.unfit(c.reach(), c.needs, a)
	switch {
	case a.contact == c:
		return ExcludedConnecting, "", nil
	case a.offer != nil && a.offer.contact == c:
		return ExcludedRinging, "", &a.offer.lapse
	case unfit == ExcludedTier, unfit == ExcludedSupervisor, unfit == ExcludedMobile:
		return unfit, "", &c.widen
	case unfit != "":
		return unfit, "", nil
	case slices.Contains(c.never, a.id):
		return ExcludedNever, "", nil
	case a.offer != nil:
		return ExcludedOther, "", &a.offer.lapse
	case a.guest != nil && a.guest.stage == summoned:
		return ExcludedOther, "", &a.guest.limit
	case a.state != Ready:
		return a.notReady()
	case c.awaits() != nil:
		return ExcludedHandover, string(c.awaits().id), nil
	case c.phase == connecting:
		return ExcludedConnecting, "", nil
	case c.exitDue != "":
		return ExcludedExit, c.exitDue, nil
	case c.virtual != nil && !s.mayCallBack():
		return ExcludedLine, "", nil
	}
	switch between := s.excluded(c, a); {
	case between == ExcludedDeclined:
		return between, "", &c.passed[a.id].again
	case between != "":
		return between, "", nil
	case s.spares(c, a):
		return ExcludedShiftEnding, "", &c.spared
	}
	return ExcludedTurn, "", nil
}

// notReady is why a serves nobody now.
func (a *agent) notReady() (why Exclusion, detail string, until *token) {
	switch {
	case a.state == Paused && (a.reason == PauseDecompression || a.reason == PauseBreak):
		return ExcludedLimit, a.reason, &a.rested.calm
	case a.state == MediaFault:
		return ExcludedUnreachable, a.reason, nil
	case a.writing != nil || a.state == Reconnecting:
		return Exclusion(a.state), a.reason, &a.timer
	}
	return Exclusion(a.state), a.reason, nil
}

// unmet tells whether nobody present may be rung for c, whatever step is
// taken. It is what a ladder asks before it lets her wait for a woman who is
// not here.
func (s *state) unmet(c *contact) bool {
	last := &c.line.reaches[len(c.line.reaches)-1]
	return !slices.ContainsFunc(c.line.members, func(a *agent) bool {
		return a.present && c.line.unfit(last, c.needs, a) == "" && !slices.Contains(c.never, a.id)
	})
}

// Why tells why a caller still waits; nil if she does not.
func (d *Desk) Why(ctx context.Context, c ContactID) (*Why, error) {
	return look(ctx, d, func(s *state, now time.Time) *Why { return s.why(c, now) })
}
