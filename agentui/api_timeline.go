package agentui

import (
	"fmt"
	"net/http"
	"time"

	"sahut/queue"
)

// Timeline is all the journal has of one call, oldest first. Numbers are masked
// in the journal already.
type Timeline struct {
	Call    queue.Call    `json:"call"`
	Entries []queue.Entry `json:"entries"`
}

// A call's entries begin at most clockSlack before the time in its id, and what
// is written about it after its end comes within writtenWithin.
const (
	clockSlack    = time.Minute
	writtenWithin = 4 * time.Hour
	longestCall   = 24 * time.Hour
)

func (s *Server) getTimeline(w http.ResponseWriter, r *request) error {
	id := queue.ContactID(r.PathValue("contact"))
	begin, ok := id.BeganAt()
	if !ok {
		return ErrNotFound
	}
	until := begin.Add(longestCall)
	t := Timeline{Entries: []queue.Entry{}}
	err := s.directory.Since(begin.Add(-clockSlack), func(e queue.Entry) bool {
		if e.At.After(until) {
			return false
		}
		if e.Contact != id {
			return true
		}
		queue.Fold(&t.Call, e)
		t.Entries = append(t.Entries, e)
		if e.Kind == queue.CallOver {
			until = e.At.Add(writtenWithin)
		}
		return e.Kind != queue.WrapUpDone || t.Call.Ended == nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("read the journal of a call: %w", err)
	case len(t.Entries) == 0:
		return ErrNotFound
	}
	return writeJSON(w, http.StatusOK, t)
}
