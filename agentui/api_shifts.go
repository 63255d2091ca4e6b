package agentui

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// ShiftPlan is who is planned when, and where too few are, day by day.
type ShiftPlan struct {
	TimeZone string          `json:"time_zone"` // whose days they are
	Days     []queue.PlanDay `json:"days"`
}

// MyShifts are a volunteer's own shifts of the next days.
type MyShifts struct {
	TimeZone string               `json:"time_zone"`
	Shifts   []queue.PlannedShift `json:"shifts"`
}

// A calendar asks for a week; nobody asks for a year of everybody.
const (
	shiftSpan        = 7 * 24 * time.Hour
	calendarDaysMost = 31
)

// daysAsked reads which days a calendar asks for.
func daysAsked(r *request) (date string, n int, err error) {
	q := r.URL.Query()
	date, n = q.Get("date"), 7
	if text := q.Get("days"); text != "" {
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > calendarDaysMost {
			return "", 0, badRequest("days is 1 to 31.")
		}
	}
	if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
		return "", 0, badRequest("date is a day like 2026-12-25.")
	}
	return date, n, nil
}

func shiftPlan(r *request, routing configs.Routing) (ShiftPlan, error) {
	date, n, err := daysAsked(r)
	if err != nil {
		return ShiftPlan{}, err
	}
	days, err := queue.PlanDays(routing, date, n, time.Now())
	if err != nil {
		return ShiftPlan{}, fmt.Errorf("lay out the plan: %w", err)
	}
	return ShiftPlan{routing.Shifts.TimeZone, days}, nil
}

func (s *Server) getShifts(w http.ResponseWriter, r *request) error {
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	plan, err := shiftPlan(r, routing)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, plan)
}

// postShifts shows the plan of a document that is being edited.
func (s *Server) postShifts(w http.ResponseWriter, r *request) error {
	routing, problems, err := s.readRouting(w, r)
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		return problems
	}
	plan, err := shiftPlan(r, routing)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, plan)
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
