package queue

import (
	"slices"
	"time"

	"sahut/configs"
)

// When a line is open. What a window says belongs to the day it begins on: a
// night from 22:00 to 06:00 is whole even when the next day is a holiday.

// schedule is opening hours, ready to be asked. nil is always open.
type schedule struct {
	zone   *time.Location
	always bool
	weekly [7][]span
	days   map[string][]span // exceptions, by date
}

// span is from and to after midnight; to may be on the next day.
type span struct{ from, to time.Duration }

const wholeDay = 24 * time.Hour

// schedulesOf takes the document's hours apart. Hours that cannot be read are
// left out: better a line is open than that it never is.
func schedulesOf(list []configs.Hours) map[string]*schedule {
	all := make(map[string]*schedule, len(list))
	for _, h := range list {
		zone, err := time.LoadLocation(h.TimeZone)
		if err != nil {
			continue
		}
		t := &schedule{zone: zone, always: h.Open24, days: map[string][]span{}}
		for _, w := range h.Weekly {
			sp, ok := spanOf(w.From, w.To)
			for _, d := range w.Days {
				if day, known := configs.Weekday(d); ok && known {
					t.weekly[day] = append(t.weekly[day], sp)
				}
			}
		}
		for _, e := range h.Exceptions {
			t.days[e.Date] = exceptionOf(e)
		}
		all[h.ID] = t
	}
	return all
}

func exceptionOf(e configs.Exception) []span {
	spans := []span{}
	switch e.Open {
	case "open24":
		spans = append(spans, span{0, wholeDay})
	case "windows":
		for _, w := range e.Windows {
			if sp, ok := spanOf(w.From, w.To); ok {
				spans = append(spans, sp)
			}
		}
	}
	return spans
}

func spanOf(from, to string) (span, bool) {
	f, ok1 := configs.Clock(from)
	t, ok2 := configs.Clock(to)
	if t <= f {
		t += wholeDay
	}
	return span{f, t}, ok1 && ok2
}

// of returns what is open on the day that begins at midnight.
func (t *schedule) of(midnight time.Time) []span {
	if spans, special := t.days[midnight.Format(time.DateOnly)]; special {
		return spans
	}
	if t.always {
		return []span{{0, wholeDay}}
	}
	return t.weekly[midnight.Weekday()]
}

// midnight returns when the day of at, and n days on, begins.
func (t *schedule) midnight(at time.Time, n int) time.Time {
	y, m, d := at.In(t.zone).Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, t.zone)
}

// clock is a time of a day as the wall shows it, whatever an hour was skipped.
func clock(midnight time.Time, after time.Duration) time.Time {
	y, m, d := midnight.Date()
	return time.Date(y, m, d, 0, int(after/time.Minute), 0, 0, midnight.Location())
}

// open tells whether t is open at that time.
func (t *schedule) open(at time.Time) bool {
	if t == nil {
		return true
	}
	for n := -1; n <= 0; n++ { // what began yesterday may go on
		day := t.midnight(at, n)
		for _, sp := range t.of(day) {
			if !at.Before(clock(day, sp.from)) && at.Before(clock(day, sp.to)) {
				return true
			}
		}
	}
	return false
}

// changesWithin is how far ahead change looks; a gate that is set for then looks
// again.
const changesWithin = 9

// change returns when t opens or closes next, or false if it does not within
// the next days.
func (t *schedule) change(at time.Time) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	var edges []time.Time
	for n := -1; n <= changesWithin; n++ {
		day := t.midnight(at, n)
		for _, sp := range t.of(day) {
			edges = append(edges, clock(day, sp.from), clock(day, sp.to))
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	now := t.open(at)
	for _, e := range edges {
		if e.After(at) && t.open(e) != now {
			return e, true
		}
	}
	return time.Time{}, false
}

// Why a line is closed, as the journal says it.
const (
	closedByHours = "hours"
	closedNow     = "closed_now"
)

// closedAt tells why l takes no callers at that time; empty if it does.
func (l *line) closedAt(at time.Time) string {
	switch {
	case at.Before(l.set.Closed.UntilTime()):
		return closedNow
	case !l.hours.open(at):
		return closedByHours
	}
	return ""
}

// watchHours sets l's gate to when it opens or closes next.
func (s *state) watchHours(l *line) {
	at, ok := l.hours.change(s.now)
	if !ok && l.hours != nil {
		at, ok = s.now.Add(changesWithin*wholeDay), true
	}
	if until := l.set.Closed.UntilTime(); until.After(s.now) && (!ok || until.Before(at)) {
		at, ok = until, true
	}
	if !ok {
		l.gate.disarm()
		return
	}
	s.timers.arm(&l.gate, at, func() { s.turnGate(l) })
}

// turnGate opens or closes l if it is time. Who waits when it closes is kept,
// unless the line says otherwise; a ring is finished first.
func (s *state) turnGate(l *line) {
	if l.gone {
		l.gate.disarm()
		return
	}
	s.watchHours(l)
	why := l.closedAt(s.now)
	if (why != "") == (l.closed != "") {
		l.closed = why
		return
	}
	l.closed = why
	s.touch(l)
	if why == "" {
		s.record(Entry{Kind: QueueOpened, Queue: l.id})
		return
	}
	s.record(Entry{Kind: QueueClosed, Queue: l.id, Reason: why})
	switch l.set.AtClosing {
	case configs.OfferBack:
		s.offerBackAll(l)
		return
	case configs.LeadOut:
	default:
		return
	}
	for _, c := range slices.Clone(l.order.list) {
		if c.virtual != nil { // the promise holds
			continue
		}
		if len(c.offers) > 0 || c.phase == connecting {
			c.exitDue = closedByHours
			continue
		}
		s.takeExit(c, closedByHours)
	}
}

// offerBackAll asks those who wait in l, which closes, whether they would rather be
// called back at their place. Who is rung for, asked something else, or cannot be
// called waits on.
func (s *state) offerBackAll(l *line) {
	for _, c := range slices.Clone(l.order.list) {
		if c.virtual == nil && c.phase == waiting && len(c.offers) == 0 && c.inquiry == nil && c.awaits() == nil && s.denied(c.caller) == "" {
			s.offerCallback(c)
		}
	}
}

// whenClosed is where callers go while l is closed.
func (l *line) whenClosed() configs.Exit {
	if l.set.WhenClosed == (configs.Exit{}) {
		return configs.Exit{Words: closedWords}
	}
	return l.set.WhenClosed
}
