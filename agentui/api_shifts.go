package agentui

import (
	"fmt"
	"net/http"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// ShiftPlan is who is planned when, and where too few are.
type ShiftPlan struct {
	From     time.Time            `json:"from"`
	To       time.Time            `json:"to"`        // not included
	TimeZone string               `json:"time_zone"` // of the plan
	Shifts   []queue.PlannedShift `json:"shifts"`    // those that touch the time
	Gaps     []queue.Gap          `json:"gaps"`      // within it
}

// MyShifts are a volunteer's own shifts of the next days.
type MyShifts struct {
	TimeZone string               `json:"time_zone"`
	Shifts   []queue.PlannedShift `json:"shifts"`
}

// A calendar asks for a week; nobody asks for a year of everybody.
const (
	shiftSpan    = 7 * 24 * time.Hour
	shiftLongest = 62 * 24 * time.Hour
)

// shiftSpanAsked reads from and to of a plan.
func shiftSpanAsked(r *request) (from, to time.Time, err error) {
	if from, err = timeOf(r, "from", time.Now()); err != nil {
		return from, to, err
	}
	if to, err = timeOf(r, "to", from.Add(shiftSpan)); err != nil {
		return from, to, err
	}
	if !from.Before(to) || to.Sub(from) > shiftLongest {
		err = badRequest("from is before to, and at most 62 days.")
	}
	return from, to, err
}

func shiftPlan(routing configs.Routing, from, to time.Time) ShiftPlan {
	return ShiftPlan{From: from, To: to, TimeZone: routing.Shifts.TimeZone,
		Shifts: nonNil(queue.Planned(routing, from, to)), Gaps: nonNil(queue.Gaps(routing, from, to))}
}

func (s *Server) getShifts(w http.ResponseWriter, r *request) error {
	from, to, err := shiftSpanAsked(r)
	if err != nil {
		return err
	}
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	return writeJSON(w, http.StatusOK, shiftPlan(routing, from, to))
}

// postShifts shows the plan of a document that is being edited.
func (s *Server) postShifts(w http.ResponseWriter, r *request) error {
	from, to, err := shiftSpanAsked(r)
	if err != nil {
		return err
	}
	routing, problems, err := s.readRouting(w, r)
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		return problems
	}
	return writeJSON(w, http.StatusOK, shiftPlan(routing, from, to))
}

// getMyShifts is for nobody but herself: whose they are comes from the sign-in.
func (s *Server) getMyShifts(w http.ResponseWriter, r *request) error {
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	now := time.Now()
	mine := MyShifts{TimeZone: routing.Shifts.TimeZone, Shifts: []queue.PlannedShift{}}
	for _, p := range queue.Planned(routing, now, now.Add(shiftSpan)) {
		if p.Agent == queue.AgentID(r.author()) {
			mine.Shifts = append(mine.Shifts, p)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, mine)
}
