package queue

import (
	"slices"
	"strings"
	"time"
)

// ledger is what the limits of outgoing calls must remember: who called how
// often within the last hour, and what today cost. It is a fold over the
// journal, so a restart forgets nothing (DeskOptions.Past).
type ledger struct {
	calls map[AgentID][]time.Time // of the last hour, oldest first
	day   string
	cost  float64 // of day
}

func (l *ledger) dialled(a AgentID, at time.Time) {
	if l.calls == nil {
		l.calls = map[AgentID][]time.Time{}
	}
	l.calls[a] = append(l.recent(a, at), at)
}

// recent drops what is older than an hour.
func (l *ledger) recent(a AgentID, now time.Time) []time.Time {
	return slices.DeleteFunc(l.calls[a], func(at time.Time) bool { return now.Sub(at) >= time.Hour })
}

// dials returns how many calls a placed within the last hour.
func (l *ledger) dials(a AgentID, now time.Time) int {
	n := 0
	for _, at := range l.calls[a] {
		if now.Sub(at) < time.Hour {
			n++
		}
	}
	return n
}

func (l *ledger) spend(cost float64, at time.Time) {
	if day := dayOf(at); day != l.day {
		l.day, l.cost = day, 0
	}
	l.cost += cost
}

func (l *ledger) spentOn(now time.Time) float64 {
	if dayOf(now) != l.day {
		return 0
	}
	return l.cost
}

// dayOf is the calendar day of at, in its own time zone.
func dayOf(at time.Time) string { return at.Format(time.DateOnly) }

const numberTarget = "number:"

// add folds an entry of the past; at is its time in the server's zone.
func (l *ledger) add(e Entry, at time.Time) {
	switch {
	case e.Kind == CallDialled && e.Callback != "": // the house called, not she
		l.dialled("", at)
	case e.Kind == CallDialled, e.Kind == TransferBegun && e.Result == "" && strings.HasPrefix(e.Target, numberTarget):
		l.dialled(e.Agent, at)
	case e.Kind == CallOver && e.Cost > 0:
		l.spend(e.Cost, at)
	}
}

// PastNeeded is how far back the desk remembers.
const PastNeeded = 25 * time.Hour

// Lasting tells whether e is one of the entries DeskOptions.Past is for.
func Lasting(e Entry) bool {
	return e.Kind == TalkStarted || e.Kind == TalkEnded || e.Kind == CallDialled || e.Kind == TransferBegun || e.Kind == CallOver && e.Cost > 0 || e.Kind == DrillOver
}

// remember takes in an entry of an earlier run; they come oldest first.
func (s *state) remember(e Entry) {
	at := e.At.In(s.now.Location())
	s.ledger.add(e, at)
	s.recount(e)
	if e.Kind == DrillOver {
		s.drill = &DrillView{At: at, OK: e.Result == resultOK, Stage: e.Stage, TookMS: e.MS}
	}
}
