package agentui

import (
	"net/http"
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
}

// ReportLine is one queue, or all of them. Volunteers answer several queues, so
// their time is in the line of all only.
type ReportLine struct {
	Queue     queue.QueueID `json:"queue,omitempty"`
	Offered   int           `json:"offered"`
	Answered  int           `json:"answered"`
	Abandoned int           `json:"abandoned"`
	Short     int           `json:"abandoned_short"`
	Unserved  int           `json:"unserved"`
	Callbacks int           `json:"callbacks"`
	Overflows int           `json:"overflows"`
	Blocked   int           `json:"blocked"`
	Left      int           `json:"left_before"` // during the greeting, before any queue
	KPIs      []reports.KPI `json:"kpis"`
}

// leadIn is read before the time asked for, so that who was on shift or on the
// line when it began is known. No shift and no call is longer.
const leadIn = 24 * time.Hour

// longest is the most a report may cover.
const longestReport = 400 * 24 * time.Hour

func (s *Server) getReport(w http.ResponseWriter, r *request) error {
	now := time.Now()
	from, to, limits, err := spanAsked(r, 24*time.Hour)
	switch {
	case err != nil:
		return err
	case to.Sub(from) > longestReport:
		return badRequest("a report covers at most 400 days.")
	}
	reader := reports.NewReader(from, to, limits)
	err = s.directory.Since(from.Add(-leadIn), func(e queue.Entry) bool {
		if !e.At.Before(to) {
			return false
		}
		reader.Add(e)
		return r.Context().Err() == nil
	})
	if err != nil {
		return err
	}
	reader.Close(now)
	rep := Report{From: from, To: to, T: limits.T.String(), S: limits.S.String(), All: reportLine("", reader.All()), Queues: []ReportLine{}, Hours: reader.Hours()}
	for _, q := range reader.Queues() {
		rep.Queues = append(rep.Queues, reportLine(q, reader.Queue(q)))
	}
	return writeJSON(w, http.StatusOK, rep)
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
		err = badRequest("from is not before to.")
	}
	return from, to, limits, err
}

func reportLine(q queue.QueueID, t *reports.Tally) ReportLine {
	return ReportLine{
		Queue: q, Offered: t.Offered(), Answered: t.Answered, Abandoned: t.Abandoned, Short: t.AbandonedShort, Unserved: t.Unserved,
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
