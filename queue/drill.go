package queue

import (
	"slices"
	"strings"
	"time"

	"sahut/configs"
)

// A drill is the house calling itself through a trunk: a synthetic caller who
// walks the number's hours, menu and queue to a synthetic volunteer. Whoever
// places the call is its caller and posts DrillDone; here is what answers it.
//
// It runs in a desk of its own, made of the routing in force with one volunteer,
// whom nobody else sees. So it walks what a caller walks, by the same code, and
// yet takes nobody's place, rings nobody, counts nowhere and is in no record.

// DrillAgent is the volunteer of drills. No account can have the name.
const DrillAgent AgentID = "drill:volunteer"

// The stages of a drill the desk knows, in the order they are passed. Those
// before them, and the last, are the caller's: see sip.DrillReport.
const (
	drillMenu      = "menu"      // a menu did not get its key
	drillQueue     = "queue"     // no queue took her
	drillVolunteer = "volunteer" // the volunteer could not be rung
	drillTalk      = "talk"      // the two could not be joined
	drillWalked    = ""          // nothing is left to walk
)

const (
	drillWithin  = 90 * time.Second // ends a drill whose caller does not hang up
	drillRings   = time.Second
	drillTalks   = 3 * time.Second
	drillPatient = 10 * time.Second // with who should be rung at once
)

// rehearsal is a drill on its way.
type rehearsal struct {
	contact ContactID
	state   *state
	missing string // the stage it has not passed
	limit   token
	next    token // when state has something to do
	turn    token // when the volunteer answers, or the talk is over
	talked  bool
	gone    bool
}

// onDrillArrived begins a drill.
func (s *state) onDrillArrived(ev Arrived) {
	if s.drills[ev.Contact] != nil {
		return
	}
	r := &rehearsal{contact: ev.Contact, state: newState(rehearsed(s.routing), s.revision, s.seed, s.now), missing: drillMenu}
	r.state.draining, r.state.onlyBrowsers, r.state.unseen = s.draining, true, true
	s.drills[ev.Contact], s.walk = r, r
	r.state.apply(SessionOpened{DrillAgent}, s.now)
	r.state.apply(ShiftStarted{DrillAgent}, s.now)
	if s.drillPath {
		r.state.apply(PathProven{DrillAgent}, s.now)
		r.state.apply(ReadyAsked{DrillAgent}, s.now)
	}
	s.arm(&r.limit, drillWithin, func() { s.endDrill(r, CauseDuration) })
	ev.Drill = false
	s.rehearse(r, ev)
}

// rehearsed is the routing a drill walks: that in force, with the one volunteer,
// and without what would keep a real one from a caller.
func rehearsed(r configs.Routing) configs.Routing {
	v := configs.Agent{ID: string(DrillAgent), Name: "drill", Languages: []string{"id", "en"}}
	for _, q := range r.Queues {
		v.Queues = append(v.Queues, q.ID)
	}
	r.Agents = []configs.Agent{v}
	r.Menus = slices.Clone(r.Menus)
	for i, m := range r.Menus {
		r.Menus[i].Choices = slices.Clone(m.Choices)
		for j := range m.Choices {
			o := &r.Menus[i].Choices[j]
			o.Language, o.Gender, o.Topic = "", "", ""
		}
	}
	r.Blocked, r.Flood = configs.Blocked{}, configs.Flood{}
	return r
}

// drillOf finds the drill an event is about.
func (s *state) drillOf(ev Event) *rehearsal {
	if len(s.drills) == 0 {
		return nil
	}
	switch ev := ev.(type) {
	case Established:
		return s.drills[ev.Contact]
	case Connected:
		return s.drills[ev.Contact]
	case ConnectFailed:
		return s.drills[ev.Contact]
	case HungUp:
		return s.drills[ev.Contact]
	case KeyPressed:
		return s.drills[ev.Contact]
	case Asked:
		return s.drills[ev.Contact]
	}
	return nil
}

// rehearse lets something happen in r's desk, and carries out what follows for
// her call.
func (s *state) rehearse(r *rehearsal, ev Event) {
	if r.gone {
		return
	}
	do := r.state.apply(ev, s.now)
	switch ev.(type) {
	case HungUp:
		s.drillGone(r)
		return
	case ConnectFailed:
		s.endDrill(r, CauseNormal)
		return
	}
	for _, e := range do {
		s.rehearsalOrders(r, e)
		if r.gone {
			return
		}
	}
	s.answerRehearsal(r)
	if at, ok := r.state.next(); ok {
		s.timers.arm(&r.next, at, func() { s.rehearse(r, Ticked{}) })
	} else {
		r.next.disarm()
	}
}

// rehearsalOrders hands on what her call must do. Everything else, the journal
// first, is of no account.
func (s *state) rehearsalOrders(r *rehearsal, e Effect) {
	switch e := e.(type) {
	case Ask:
		s.order(e)
		s.pressFor(r)
	case Record:
		s.rehearsalWalks(r, e.Entry)
	case Close, TakeMessage, Forward: // it is closed; these words are the end of the way
		if r.missing == drillMenu || r.missing == drillQueue {
			r.missing = drillWalked
		}
		s.endDrill(r, CausePlayed)
	case Refuse, Answer, Wait, Announce, Connect, End:
		s.order(e)
	}
}

// pressFor has the caller press a key: ours, which she sends back. So keys are
// proven to pass the trunk both ways.
func (s *state) pressFor(r *rehearsal) {
	c := r.state.contacts[r.contact]
	if c == nil || c.inquiry == nil {
		return
	}
	if keys := strings.Trim(c.inquiry.keys, "0"); keys != "" {
		s.order(SendKeys{Contact: r.contact, Keys: keys[:1]})
	}
}

// rehearsalWalks notes how far she came.
func (s *state) rehearsalWalks(r *rehearsal, e Entry) {
	switch e.Kind {
	case MenuAnswered:
		if e.Result == "timeout" { // a caller would go on; a drill has its answer
			s.endDrill(r, CauseNormal)
			return
		}
		r.missing = drillQueue
	case QueueEntered:
		r.missing = drillVolunteer
		s.arm(&r.turn, drillPatient, func() { s.endDrill(r, CauseNormal) })
	case TalkStarted:
		r.missing, r.talked = drillWalked, true
		s.arm(&r.turn, drillTalks, func() { s.endDrill(r, CauseNormal) })
	}
}

// answerRehearsal has the volunteer answer when she rings.
func (s *state) answerRehearsal(r *rehearsal) {
	v := r.state.agents[DrillAgent]
	if v == nil || v.state != Offered || v.offer == nil || r.missing != drillVolunteer {
		return
	}
	r.missing = drillTalk
	answered := Accepted{Agent: DrillAgent, Offer: v.offer.id, Page: true}
	s.arm(&r.turn, drillRings, func() { s.rehearse(r, answered) })
}

// endDrill hangs up; the caller sees it and reports.
func (s *state) endDrill(r *rehearsal, cause Cause) {
	s.order(End{Contact: r.contact, By: BySystem, Cause: cause})
	s.drillGone(r)
}

// drillGone forgets a drill, but for how far it came.
func (s *state) drillGone(r *rehearsal) {
	r.gone = true
	r.limit.disarm()
	r.next.disarm()
	r.turn.disarm()
	delete(s.drills, r.contact)
}

// onDrillPath: the volunteer of drills has a path, or no more.
func (s *state) onDrillPath(a AgentID, proven bool) {
	if a == DrillAgent {
		s.drillPath = proven
	}
}

// onDrillDone keeps how a drill went. Her caller heard somebody until the end;
// the desk knows who that was.
func (s *state) onDrillDone(ev DrillDone) {
	ok, stage := ev.OK, ev.Stage
	switch r := s.walk; {
	case !ok || r == nil:
	case r.missing == drillVolunteer && ev.Alone:
	case r.missing != drillWalked:
		ok, stage = false, r.missing
	case r.talked && !ev.Heard:
		ok, stage = false, drillTalk
	}
	s.walk = nil
	result := resultOK
	if !ok {
		result = "failed"
	}
	s.drill = &DrillView{At: s.now, OK: ok, Stage: stage, TookMS: ms(ev.Took)}
	s.record(Entry{Kind: DrillOver, Result: result, Stage: stage, MS: ms(ev.Took)})
}
