package agentui

import (
	"errors"
	"net/http"
	"time"

	"sahut/queue"
	"sahut/reports"
)

// WhatIf is what a routing document would have changed.
type WhatIf struct {
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"` // not included
	T       string         `json:"t"`
	S       string         `json:"s"`
	Callers int            `json:"callers"`
	Real    WhatIfRun      `json:"real"`    // what happened
	Control WhatIfRun      `json:"control"` // replayed with the document in force
	Changed WhatIfRun      `json:"changed"` // replayed with the one that was sent
	Fit     reports.Fit    `json:"fit"`     // how near the control comes to what happened
	Notes   []reports.Note `json:"notes"`   // what the replay does not know
	TookMS  int64          `json:"took_ms"`
}

// WhatIfRun is the figures of one run.
type WhatIfRun struct {
	Exits  int          `json:"exits"` // ways out of a queue taken
	All    ReportLine   `json:"all"`
	Queues []ReportLine `json:"queues"`
}

// whatIfSpan is the time looked at unless another is asked for: four whole weeks.
const whatIfSpan = 28 * 24 * time.Hour

// postWhatIf tries a document on the past. The live desk comes first: one runs
// at a time, and it rests as long as it works.
func (s *Server) postWhatIf(w http.ResponseWriter, r *request) error {
	next, problems, err := s.readRouting(w, r)
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		return problems
	}
	from, to, limits, err := spanAsked(r, whatIfSpan)
	switch {
	case err != nil:
		return err
	case to.Sub(from) > reports.WhatIfLongest:
		return &Problem{Status: http.StatusBadRequest, Code: "range_too_long", Args: []string{"31"}, Detail: "a what-if covers at most 31 days."}
	}
	if !s.trying.TryLock() {
		return &Problem{Status: http.StatusConflict, Code: "whatif_running", Detail: "Somebody tries a change at this moment. Wait until that is done, and try again."}
	}
	defer s.trying.Unlock()

	began := time.Now()
	current, _, err := s.directory.Routing()
	if err != nil {
		return err
	}
	trial := reports.NewWhatIf(from, to, limits)
	trial.Pace = restful()
	var read error
	err = s.directory.Since(from.Add(-reports.WhatIfLeadIn), func(e queue.Entry) bool {
		if !e.At.Before(to) {
			return false
		}
		if read = trial.Add(e); read == nil {
			read = r.Context().Err()
		}
		return read == nil
	})
	if err = errors.Join(err, read); errors.Is(err, reports.ErrTooMany) {
		return &Problem{Status: http.StatusBadRequest, Code: "too_many_calls", Detail: reports.ErrTooMany.Error() + "."}
	} else if err != nil {
		return err
	}
	found, err := trial.Run(r.Context(), current, next)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, WhatIf{
		From: from, To: to, T: limits.T.String(), S: limits.S.String(), Callers: found.Callers,
		Real: whatIfRun(found.Real, found.Exits[0]), Control: whatIfRun(found.Control, found.Exits[1]), Changed: whatIfRun(found.Changed, found.Exits[2]),
		Fit: found.Fit, Notes: nonNil(found.Notes), TookMS: time.Since(began).Milliseconds(),
	})
}

func whatIfRun(r *reports.Reader, exits int) WhatIfRun {
	run := WhatIfRun{Exits: exits, All: reportLine("", r.All()), Queues: []ReportLine{}}
	for _, q := range r.Queues() {
		run.Queues = append(run.Queues, reportLine(q, r.Queue(q)))
	}
	return run
}

// workAtOnce is how long a what-if works before it rests.
const workAtOnce = 2 * time.Millisecond

// restful sleeps as long as was worked since it slept last, so that a what-if
// takes half a processor at most.
func restful() func() {
	since := time.Now()
	return func() {
		if worked := time.Since(since); worked >= workAtOnce {
			time.Sleep(worked)
			since = time.Now()
		}
	}
}
