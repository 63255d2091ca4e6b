package queue

import "time"

// Day is what one agent did since midnight, or since her shift began if that was
// before: her own calls and pauses, for herself. No number stands in it in full.
type Day struct {
	From   time.Time  `json:"from"`
	Calls  []DayCall  `json:"calls"`  // talks, oldest first
	Pauses []DayPause `json:"pauses"` // that she took or was given, oldest first
	Sums   DaySums    `json:"sums"`
}

// DayCall is one talk.
type DayCall struct {
	Contact     ContactID `json:"contact"`
	At          time.Time `json:"at"`
	Queue       QueueID   `json:"queue"`
	Direction   string    `json:"direction"` // in, out
	Caller      string    `json:"caller"`    // masked
	TalkMS      int64     `json:"talk_ms"`
	Running     bool      `json:"running,omitempty"`
	Disposition string    `json:"disposition,omitempty"`
}

// DayPause is one pause.
type DayPause struct {
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"`
	MS      int64     `json:"ms"`
	Running bool      `json:"running,omitempty"`
}

// DaySums are the figures of a day; what runs counts up to now.
type DaySums struct {
	Calls    int   `json:"calls"`
	TalkMS   int64 `json:"talk_ms"`
	WrapUpMS int64 `json:"wrapup_ms"`
	ReadyMS  int64 `json:"ready_ms"` // ready, and rung
	PausedMS int64 `json:"paused_ms"`
	ShiftMS  int64 `json:"shift_ms"`
}

// DayReader makes a Day of the journal, fed in order from a while before midnight.
type DayReader struct {
	agent    AgentID
	midnight time.Time
	began    time.Time // of her shift; zero: she is off
	state    AgentState
	since    time.Time // of state
	pausing  bool      // the last of Pauses runs
	callers  map[ContactID]Entry
	day      Day
}

// NewDayReader reads the day of agent that began at midnight.
func NewDayReader(agent AgentID, midnight time.Time) *DayReader {
	return &DayReader{agent: agent, midnight: midnight, callers: map[ContactID]Entry{}}
}

// Add takes the next entry.
func (d *DayReader) Add(e Entry) {
	switch e.Kind {
	case CallArrived, CallDialled:
		d.callers[e.Contact] = e
	case CallOver:
		delete(d.callers, e.Contact)
	}
	if e.Agent != d.agent {
		return
	}
	switch e.Kind {
	case ShiftBegan:
		d.begin(e.At)
	case ShiftOver:
		d.become(Offline, "", e.At)
		d.over(e.At)
	case StateChanged:
		d.begin(e.At)
		d.become(e.To, e.Reason, e.At)
	case TalkStarted:
		d.begin(e.At)
		from := d.callers[e.Contact]
		d.day.Calls = append(d.day.Calls, DayCall{Contact: e.Contact, At: e.At, Queue: e.Queue, Direction: from.Direction, Caller: from.Number, Running: true})
	case TalkEnded:
		if c := d.call(e.Contact); c != nil && c.Running {
			c.Running, c.TalkMS = false, e.TalkMS
		}
	case WrapUpDone:
		if c := d.call(e.Contact); c != nil {
			c.Disposition = e.Reason
		}
	}
}

// begin: she is on shift, at the latest since now.
func (d *DayReader) begin(now time.Time) {
	if d.began.IsZero() {
		d.began, d.state, d.since = now, Offline, now
	}
}

// over ends her shift. One that was over by midnight was yesterday's.
func (d *DayReader) over(now time.Time) {
	addTime(&d.day.Sums.ShiftMS, d.began, now)
	switch {
	case now.Before(d.midnight):
		d.day = Day{}
	case d.began.Before(d.midnight):
		d.day.From = d.began
	}
	d.began = time.Time{}
}

// become ends what she did. A page that reloads does not end a pause.
func (d *DayReader) become(to AgentState, reason string, now time.Time) {
	d.spend(now)
	p := d.pause()
	switch {
	case p != nil && (to == Reconnecting || to == Paused && p.Reason == reason):
		to = Paused
	case p != nil:
		p.MS, p.Running, d.pausing = ms(now.Sub(p.At)), false, false
	}
	if to == Paused && !d.pausing && reason != PauseLogin {
		d.day.Pauses = append(d.day.Pauses, DayPause{At: now, Reason: reason, Running: true})
		d.pausing = true
	}
	d.state, d.since = to, now
}

// spend books the time since the last change.
func (d *DayReader) spend(now time.Time) {
	sums := &d.day.Sums
	switch {
	case d.state == WrapUp:
		addTime(&sums.WrapUpMS, d.since, now)
	case d.state == Ready, d.state == Offered:
		addTime(&sums.ReadyMS, d.since, now)
	case d.pausing:
		addTime(&sums.PausedMS, d.since, now)
	}
	d.since = now
}

func addTime(sum *int64, from, to time.Time) {
	if !from.IsZero() && to.After(from) {
		*sum += ms(to.Sub(from))
	}
}

// pause is the one that runs, or nil.
func (d *DayReader) pause() *DayPause {
	if !d.pausing {
		return nil
	}
	return &d.day.Pauses[len(d.day.Pauses)-1]
}

// call is the latest talk with that contact, or nil.
func (d *DayReader) call(id ContactID) *DayCall {
	for i := len(d.day.Calls) - 1; i >= 0; i-- {
		if d.day.Calls[i].Contact == id {
			return &d.day.Calls[i]
		}
	}
	return nil
}

// Day is her day up to now; nothing may be added after it.
func (d *DayReader) Day(now time.Time) Day {
	d.spend(now)
	day := d.day
	if day.From.IsZero() {
		day.From = d.midnight
	}
	if !d.began.IsZero() {
		addTime(&day.Sums.ShiftMS, d.began, now)
		if d.began.Before(day.From) {
			day.From = d.began
		}
	}
	if p := d.pause(); p != nil {
		p.MS = ms(now.Sub(p.At))
	}
	day.Sums.Calls = len(day.Calls)
	for i := range day.Calls {
		c := &day.Calls[i]
		if c.Running {
			c.TalkMS = ms(now.Sub(c.At))
		}
		day.Sums.TalkMS += c.TalkMS
	}
	return day
}
