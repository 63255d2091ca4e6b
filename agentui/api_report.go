package agentui

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"sahut/queue"
	"sahut/reports"
)

// Report is the figures of a time, with all that is needed to judge them.
type Report struct {
	From   time.Time      `json:"from"`
	To     time.Time      `json:"to"` // not included
	T      string         `json:"t"`  // as 20s
	S      string         `json:"s"`
	All    ReportLine     `json:"all"`
	Queues []ReportLine   `json:"queues"`
	Hours  []reports.Hour `json:"hours"` // begin at full hours of UTC

	// The rows of a table, of the queue that was asked for or of all; with step only.
	Step  reports.Step `json:"step,omitempty"`
	Zone  string       `json:"zone"`
	Steps []ReportStep `json:"steps"`
}

// ReportLine is one queue, or all of them. Volunteers answer several queues, so
// their time is in the line of all only.
type ReportLine struct {
	Queue     queue.QueueID `json:"queue,omitempty"`
	Offered   int           `json:"offered"`
	Answered  int           `json:"answered"`
	InTime    int           `json:"answered_in_time"`
	Abandoned int           `json:"abandoned"`
	Short     int           `json:"abandoned_short"`
	Unserved  int           `json:"unserved"`
	Callbacks int           `json:"callbacks"`
	Overflows int           `json:"overflows"`
	Blocked   int           `json:"blocked"`
	Left      int           `json:"left_before"` // during the greeting, before any queue
	KPIs      []reports.KPI `json:"kpis"`
	Withheld  bool          `json:"withheld,omitempty"` // of a group: one or two persons made it, so nothing is told
}

// leadIn is read before the time asked for, so that who was on shift or on the
// line when it began is known. No shift and no call is longer.
const leadIn = 24 * time.Hour

// longest is the most a report may cover.
const longestReport = 400 * 24 * time.Hour

// ReportStep is one row of the table.
type ReportStep struct {
	Start time.Time `json:"start"`
	ReportLine
}

// ReportCalls are the calls behind one figure.
type ReportCalls struct {
	Calls []ReportCall `json:"calls"`
	More  bool         `json:"more"`  // there are more than are listed
	Of    int          `json:"of"`    // how many there are
	Share bool         `json:"share"` // the figure is a share of them: those that count are marked
}

// ReportCall is one leg of a caller; or one talk, or one attempt to call back.
type ReportCall struct {
	Contact queue.ContactID `json:"contact"`
	Ended   time.Time       `json:"ended"` // of an attempt: when it went out
	Queue   queue.QueueID   `json:"queue"`
	Result  reports.Result  `json:"result"`
	WaitMS  int64           `json:"wait_ms"`           // of a leg
	TookMS  int64           `json:"took_ms,omitempty"` // of a figure of talks: the time that makes it
	Counts  bool            `json:"counts"`            // of a share: it is counted in it
}

// What became of an attempt to call back, beside the results of legs.
const (
	attemptReached reports.Result = "back_reached"
	attemptMissed  reports.Result = "back_missed"
)

// mostReportCalls is how many calls behind a figure are listed.
const mostReportCalls = 1000

// leastGroup is how many volunteers a group must have: of fewer it would be a
// figure about a person, and there is none (docs/kpi.md).
const leastGroup = 3

// question is what a report is asked for.
type question struct {
	from, to time.Time
	limits   reports.Limits
	step     reports.Step
	zone     *time.Location
	queue    queue.QueueID
	group    map[queue.AgentID]bool
}

func (s *Server) getReport(w http.ResponseWriter, r *request) error {
	q, err := questionOf(r)
	if err != nil {
		return err
	}
	rep, err := s.report(r, q)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, rep)
}

func (s *Server) report(r *request, q question) (Report, error) {
	var who reports.Attendance
	reader, err := s.read(r, q, watch{who: &who})
	if err != nil {
		return Report{}, err
	}
	rep := Report{
		From: q.from, To: q.to, T: q.limits.T.String(), S: q.limits.S.String(), Zone: q.zone.String(), Step: q.step,
		All: reportLine("", reader.All()), Queues: []ReportLine{}, Steps: []ReportStep{}, Hours: reader.Hours(),
	}
	for _, id := range reader.Queues() {
		rep.Queues = append(rep.Queues, reportLine(id, reader.Queue(id)))
	}
	if q.step != "" {
		for _, row := range reader.Rows(q.step, q.queue, q.zone) {
			rep.Steps = append(rep.Steps, ReportStep{row.Start, reportLine(q.queue, row.Tally)})
		}
	}
	if q.group != nil {
		withhold(&rep, q, &who)
		ofAnswered(&rep)
	}
	return rep, nil
}

// watch is told what a reader finds; any of it may be nil.
type watch struct {
	leg     func(reports.Leg)
	found   func(queue.ContactID)
	talk    func(reports.Talk)
	attempt func(reports.Attempt)
	reached func(queue.ContactID)
	who     *reports.Attendance
}

// read makes the figures q asks for; of a group only those that are about no one
// person.
func (s *Server) read(r *request, q question, w watch) (*reports.Reader, error) {
	now := time.Now()
	reader := reports.NewReader(q.from, q.to, q.limits)
	reader.Group, reader.OnLeg, reader.OnFound = q.group, w.leg, w.found
	reader.OnTalk, reader.OnAttempt, reader.OnReached = w.talk, w.attempt, w.reached
	who := cmp.Or(w.who, &reports.Attendance{})
	err := s.directory.Since(q.from.Add(-leadIn), func(e queue.Entry) bool {
		if !e.At.Before(q.to.Add(reports.FoundWithin)) {
			return false
		}
		reader.Add(e)
		if q.group != nil && !e.At.Before(q.from) && e.At.Before(q.to) {
			who.Add(e)
		}
		return r.Context().Err() == nil
	})
	if err != nil {
		return nil, err
	}
	reader.Close(now)
	if q.group != nil {
		if err := s.groups.admit(q, who.Between(q.from, q.to, q.queue)); err != nil {
			return nil, err
		}
	}
	return reader, nil
}

// getReportCalls lists the calls behind a figure, newest first; of a time, the longest
// first.
func (s *Server) getReportCalls(w http.ResponseWriter, r *request) error {
	q, err := questionOf(r)
	if err != nil {
		return err
	}
	id := r.URL.Query().Get("figure")
	find := s.legsBehind
	switch {
	case id == reports.Median:
		find = s.talksBehind
	case reports.OfAttempts[id] != nil:
		find = s.attemptsBehind
	case reports.Figures[id].Whole == nil:
		return badRequest("figure is neither a count as answered nor a figure as service_level that is made of calls (docs/kpi.md).")
	}
	list, err := find(r, q, id)
	if err != nil {
		return err
	}
	list.Of = len(list.Calls)
	if list.More = len(list.Calls) > mostReportCalls; list.More {
		list.Calls = list.Calls[:mostReportCalls]
	}
	return writeJSON(w, http.StatusOK, list)
}

// legsBehind are callers' stays in queues.
func (s *Server) legsBehind(r *request, q question, id string) (ReportCalls, error) {
	figure := reports.Figures[id]
	list := ReportCalls{Calls: []ReportCall{}, Share: figure.Part != nil}
	found := map[queue.ContactID]bool{}
	took := map[queue.ContactID]int64{}
	watch := watch{leg: func(l reports.Leg) {
		if figure.Whole(l, q.limits) && q.asksFor(l.Queue) {
			list.Calls = append(list.Calls, ReportCall{Contact: l.Contact, Ended: l.Ended, Queue: l.Queue, Result: l.Result, WaitMS: l.Wait.Milliseconds(), Counts: figure.Part != nil && figure.Part(l, q.limits)})
		}
	}, found: func(c queue.ContactID) { found[c] = true }}
	if figure.Time != nil {
		watch.talk = func(t reports.Talk) { took[t.Contact] += figure.Time(t).Milliseconds() }
	}
	if _, err := s.read(r, q, watch); err != nil {
		return list, err
	}
	slices.Reverse(list.Calls)
	for i := range list.Calls {
		c := &list.Calls[i]
		c.TookMS = took[c.Contact]
		if figure.Lost && found[c.Contact] {
			c.Counts = false
		}
	}
	switch {
	case figure.Longest:
		slices.SortStableFunc(list.Calls, func(a, b ReportCall) int { return cmp.Compare(b.WaitMS, a.WaitMS) })
	case figure.Time != nil:
		list.longestTalkFirst()
	}
	return list, nil
}

// talksBehind are talks with the writing after them.
func (s *Server) talksBehind(r *request, q question, _ string) (ReportCalls, error) {
	list := ReportCalls{Calls: []ReportCall{}}
	_, err := s.read(r, q, watch{talk: func(t reports.Talk) {
		if q.asksFor(t.Queue) {
			list.Calls = append(list.Calls, ReportCall{Contact: t.Contact, Ended: t.Ended, Queue: t.Queue, Result: reports.Answered, TookMS: t.Took.Milliseconds()})
		}
	}})
	list.longestTalkFirst()
	return list, err
}

// attemptsBehind are attempts to call back; those that were not safe come first.
func (s *Server) attemptsBehind(r *request, q question, id string) (ReportCalls, error) {
	list := ReportCalls{Calls: []ReportCall{}, Share: true}
	latest := map[queue.ContactID]int{} // in list
	_, err := s.read(r, q, watch{attempt: func(a reports.Attempt) {
		if reports.OfAttempts[id](a) && q.asksFor(a.Queue) {
			latest[a.Contact] = len(list.Calls)
			list.Calls = append(list.Calls, ReportCall{Contact: a.Contact, Ended: a.At, Queue: a.Queue, Result: attemptMissed, Counts: a.Safe})
		}
	}, reached: func(c queue.ContactID) {
		if i, ok := latest[c]; ok {
			list.Calls[i].Result = attemptReached
		}
	}})
	slices.Reverse(list.Calls)
	for i := range list.Calls {
		if c := &list.Calls[i]; id == "callback_reach" {
			c.Counts = c.Result == attemptReached
		}
	}
	if id == "callback_safety" {
		slices.SortStableFunc(list.Calls, func(a, b ReportCall) int {
			switch {
			case a.Counts == b.Counts:
				return 0
			case b.Counts:
				return -1
			}
			return 1
		})
	}
	return list, err
}

func (l *ReportCalls) longestTalkFirst() {
	slices.SortStableFunc(l.Calls, func(a, b ReportCall) int { return cmp.Compare(b.TookMS, a.TookMS) })
}

// asksFor tells whether calls of that queue are asked for.
func (q question) asksFor(id queue.QueueID) bool { return q.queue == "" || q.queue == id }

func questionOf(r *request) (q question, err error) {
	if q.from, q.to, q.limits, err = spanAsked(r, 24*time.Hour); err != nil {
		return q, err
	}
	if q.to.Sub(q.from) > longestReport {
		return q, &Problem{Status: http.StatusBadRequest, Code: "range_too_long", Args: []string{"400"}, Detail: "a report covers at most 400 days."}
	}
	values := r.URL.Query()
	q.queue = queue.QueueID(values.Get("queue"))
	switch q.step = reports.Step(values.Get("step")); q.step {
	case "", reports.Hourly, reports.Daily, reports.Weekly:
	default:
		return q, badRequest("step is none of hour, day, week.")
	}
	q.zone = time.Local
	if name := values.Get("zone"); name != "" {
		if q.zone, err = time.LoadLocation(name); err != nil {
			return q, badRequest("zone is no time zone as Asia/Jakarta.")
		}
	}
	if names := values["agent"]; len(names) > 0 {
		q.group = map[queue.AgentID]bool{}
		for _, name := range names {
			q.group[queue.AgentID(name)] = true
		}
		if len(q.group) < leastGroup {
			return q, &Problem{Status: http.StatusBadRequest, Code: "group_too_small", Detail: "a group has at least three volunteers; there are no figures about one person."}
		}
	}
	return q, nil
}

// spanAsked reads the time a report is about, and its limits.
func spanAsked(r *request, usual time.Duration) (from, to time.Time, limits reports.Limits, err error) {
	limits = reports.DefaultLimits
	if to, err = timeOf(r, "to", time.Now()); err != nil {
		return from, to, limits, err
	}
	if from, err = timeOf(r, "from", to.Add(-usual)); err != nil {
		return from, to, limits, err
	}
	if limits.T, err = spanOf(r, "t", limits.T); err != nil {
		return from, to, limits, err
	}
	if limits.S, err = spanOf(r, "s", limits.S); err != nil {
		return from, to, limits, err
	}
	if !from.Before(to) {
		err = &Problem{Status: http.StatusBadRequest, Code: "range_reversed", Detail: "from is not before to."}
	}
	return from, to, limits, err
}

func reportLine(q queue.QueueID, t *reports.Tally) ReportLine {
	return ReportLine{
		Queue: q, Offered: t.Offered(), Answered: t.Answered, InTime: t.AnsweredInTime, Abandoned: t.Abandoned, Short: t.AbandonedShort, Unserved: t.Unserved,
		Callbacks: t.Callbacks, Overflows: t.Overflows, Blocked: t.Blocked, Left: t.Left, KPIs: t.KPIs(),
	}
}

func timeOf(r *request, name string, otherwise time.Time) (time.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, badRequest(name + " is no time as 2026-11-23T08:00:00+07:00.")
	}
	return at, nil
}

func spanOf(r *request, name string, otherwise time.Duration) (time.Duration, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > time.Hour {
		return d, badRequest(name + " is no span up to an hour, as 20s.")
	}
	return d, nil
}
