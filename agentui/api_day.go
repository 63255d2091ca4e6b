package agentui

import (
	"fmt"
	"net/http"
	"time"

	"sahut/queue"
)

// dayLead is read before midnight, so that a shift of the night is known whole.
const dayLead = 12 * time.Hour

// getMyDay is for nobody but herself: whose day it is comes from the sign-in.
func (s *Server) getMyDay(w http.ResponseWriter, r *request) error {
	now := time.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if text := r.URL.Query().Get("from"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || at.After(now) || now.Sub(at) > 25*time.Hour { // a day, and the hour of a clock change
			return badRequest("from is a time (RFC 3339) of the last 25 hours.")
		}
		midnight = at
	}
	reader := queue.NewDayReader(queue.AgentID(r.author()), midnight)
	err := s.directory.Since(midnight.Add(-dayLead), func(e queue.Entry) bool {
		reader.Add(e)
		return r.Context().Err() == nil
	})
	if err != nil {
		return fmt.Errorf("read the day: %w", err)
	}
	day := reader.Day(now)
	day.Calls, day.Pauses = nonNil(day.Calls), nonNil(day.Pauses)
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, day)
}
