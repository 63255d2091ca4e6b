package queue

import "time"

// Who did how much is counted by the day of the house, over all queues, and
// never forgotten by a pause, the end of a shift or an edit. A restart reads it
// from the journal again: see Lasting.

// houseZone is where the house's day begins at midnight: Jakarta, which knows
// no summer time, so that no file of time zones is needed.
var houseZone = time.FixedZone("WIB", 7*60*60)

// today is the number of the house's day.
func (s *state) today() int { return dayNumber(s.now) }

func dayNumber(at time.Time) int {
	at = at.In(houseZone)
	return at.Year()*1000 + at.YearDay()
}

// answeredAt counts a talk of a that began, whoever called.
func (a *agent) answeredAt(at time.Time) {
	a.done = a.done.on(dayNumber(at))
	a.done.calls++
}

// talkedUntil counts a talk of a that ended at at.
func (a *agent) talkedUntil(at time.Time, talk time.Duration) {
	a.done = a.done.on(dayNumber(at))
	a.done.talk += talk
}

// paceWeight is how much the latest talk counts in a line's mean.
const paceWeight = 0.1

// talkedFor takes a talk of a contact of l into the mean of how long an agent
// is busy with one.
func (l *line) talkedFor(talk time.Duration) {
	if l.pace == 0 {
		l.pace = talk
		return
	}
	l.pace += time.Duration(paceWeight * float64(talk-l.pace))
}

// expectedWait estimates how long who enters l now waits: those before her and
// she herself, shared among the agents who work, each of whom is busy with one
// for as long as talks lasted lately and wrap-up lasts at most. It is unknown
// before the first talk and while nobody is present.
func (l *line) expectedWait() (wait time.Duration, known bool) {
	waiting := len(l.order.list)
	switch {
	case l.answering() == 0 || l.pace == 0:
		return 0, false
	case waiting < len(l.free):
		return 0, true
	}
	return (l.pace + l.set.WrapUp.D()) * time.Duration(waiting+1) / time.Duration(l.answering()), true
}

// answering is how many share the callers of l: those who work, or, if all are on
// a break, those, because they come back to it.
func (l *line) answering() int {
	if l.working > 0 {
		return l.working
	}
	return l.present
}

// crowded tells why nobody more may enter l, empty if she may. A line without
// anybody in it admits everyone: its limits are about those who wait.
func (l *line) crowded() string {
	waiting := len(l.order.list) - l.virtual
	if waiting == 0 {
		return ""
	}
	wait, known := l.expectedWait()
	switch most := l.set.MaxExpectedWait.D(); {
	case l.set.MaxWaiting > 0 && waiting >= l.set.MaxWaiting:
		return "full"
	case most > 0 && known && wait > most:
		return "expected_wait"
	case l.set.MaxRatio > 0 && float64(waiting) >= l.set.MaxRatio*float64(l.answering()):
		return "ratio"
	}
	return ""
}

// full tells whether l turns newcomers away.
func (l *line) full() bool { return l.crowded() != "" }

// noteTalkBegan and noteTalkOver keep the books of a talk.
func (s *state) noteTalkBegan(c *contact) { c.agent.answeredAt(s.now) }

func (s *state) noteTalkOver(c *contact) {
	talk := s.now.Sub(c.started)
	c.agent.talkedUntil(s.now, talk)
	if !c.out {
		c.line.talkedFor(talk)
	}
}

// recount folds an entry of an earlier run into the books.
func (s *state) recount(e Entry) {
	a, l := s.agents[e.Agent], s.lineByID[e.Queue]
	switch {
	case e.Kind == CallDialled:
		s.placed[e.Contact] = true
	case a == nil:
	case e.Kind == TalkStarted:
		a.answeredAt(e.At)
	case e.Kind == TalkEnded:
		talk := time.Duration(e.TalkMS) * time.Millisecond
		a.talkedUntil(e.At, talk)
		if l != nil && !s.placed[e.Contact] {
			l.talkedFor(talk)
		}
	}
}
