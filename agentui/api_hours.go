package agentui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// HoursCalendar is when queues are open, day by day.
type HoursCalendar struct {
	Hours []HoursDays `json:"hours"`
}

// HoursDays are the days of one of the document's hours, in its own time zone.
type HoursDays struct {
	ID       string          `json:"id"`
	TimeZone string          `json:"time_zone"`
	Days     []queue.OpenDay `json:"days"`
}

// getHours shows the hours in force.
func (s *Server) getHours(w http.ResponseWriter, r *request) error {
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	return writeHours(w, r, routing.Hours)
}

// postHours shows those of a document that is being edited. What is wrong with
// the rest of it is no reason not to.
func (s *Server) postHours(w http.ResponseWriter, r *request) error {
	routing, problems, err := s.readRouting(w, r)
	if err != nil {
		return err
	}
	mine := slices.DeleteFunc(slices.Clone(problems), func(p configs.Problem) bool { return p.Path != "" && !strings.HasPrefix(p.Path, "hours") })
	if len(mine) > 0 {
		return mine
	}
	return writeHours(w, r, routing.Hours)
}

func writeHours(w http.ResponseWriter, r *request, list []configs.Hours) error {
	date, n, err := daysAsked(r)
	if err != nil {
		return err
	}
	out := HoursCalendar{Hours: []HoursDays{}}
	for _, h := range list {
		days, err := queue.OpenDays(h, date, n, time.Now())
		if err != nil {
			return fmt.Errorf("lay out the hours %s: %w", h.ID, err)
		}
		out.Hours = append(out.Hours, HoursDays{h.ID, h.TimeZone, days})
	}
	return writeJSON(w, http.StatusOK, out)
}
