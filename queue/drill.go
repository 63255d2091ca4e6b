package queue

import "time"

// A drill is the house calling itself through a trunk. Whoever places that call
// knows how it went and posts DrillDone; here it is only answered, greeted and
// kept out of everything that counts: it has no record, rings nobody and waits
// in no line.

// drillWithin ends a drill whose caller half does not hang up.
const drillWithin = 90 * time.Second

// onDrillArrived answers as the dialled number's line would.
func (s *state) onDrillArrived(ev Arrived) {
	n, known := s.numbers[canonical(ev.Dialled)]
	switch {
	case s.drills[ev.Contact] != nil:
	case s.draining:
		s.order(Refuse{Contact: ev.Contact, Why: Draining})
	case !known:
		s.order(Refuse{Contact: ev.Contact, Why: UnknownNumber})
	default:
		limit := new(token)
		s.drills[ev.Contact] = limit
		s.order(Answer{Contact: ev.Contact, Sound: Sound{Greeting: n.line.set.Greeting, Music: n.line.set.Music, Language: n.language}})
		s.arm(limit, drillWithin, func() { s.order(End{Contact: ev.Contact, By: BySystem, Cause: CauseDuration}); s.drillGone(ev.Contact) })
	}
}

func (s *state) drillGone(id ContactID) {
	if limit := s.drills[id]; limit != nil {
		limit.disarm()
		delete(s.drills, id)
	}
}

func (s *state) onDrillDone(ev DrillDone) {
	result := resultOK
	if !ev.OK {
		result = "failed"
	}
	s.drill = &DrillView{At: s.now, OK: ev.OK, Stage: ev.Stage, TookMS: ms(ev.Took)}
	s.record(Entry{Kind: DrillOver, Result: result, Stage: ev.Stage, MS: ms(ev.Took)})
}
