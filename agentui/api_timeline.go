package agentui

import (
	"fmt"
	"net/http"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// Timeline is all the journal has of one call, oldest first. Numbers are masked
// in the journal already.
type Timeline struct {
	Call    queue.Call    `json:"call"`
	Entries []queue.Entry `json:"entries"`
	// Dispositions are the words for the codes of wrapup.done; a code that was
	// taken away since has none.
	Dispositions map[string]configs.Label `json:"dispositions"`
}

// A call's entries begin at most clockSlack before the time in its id, and what
// is written about it after its end (notes that are read, messages that are heard)
// is looked for within writtenWithin.
const (
	clockSlack    = time.Minute
	writtenWithin = 31 * 24 * time.Hour
	longestCall   = 24 * time.Hour
)

func (s *Server) getTimeline(w http.ResponseWriter, r *request) error {
	id := queue.ContactID(r.PathValue("contact"))
	begin, ok := id.BeganAt()
	if !ok {
		return ErrNotFound
	}
	until := begin.Add(longestCall)
	routing, _, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read the dispositions: %w", err)
	}
	t := Timeline{Entries: []queue.Entry{}, Dispositions: map[string]configs.Label{}}
	for _, d := range routing.Dispositions {
		t.Dispositions[d.Code] = d.Label
	}
	err = s.directory.Since(begin.Add(-clockSlack), func(e queue.Entry) bool {
		if e.At.After(until) {
			return false
		}
		if e.Contact != id {
			return r.Context().Err() == nil
		}
		queue.Fold(&t.Call, e)
		t.Entries = append(t.Entries, e)
		if e.Kind == queue.CallOver {
			until = e.At.Add(writtenWithin)
		}
		return r.Context().Err() == nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("read the journal of a call: %w", err)
	case len(t.Entries) == 0:
		return ErrNotFound
	}
	return writeJSON(w, http.StatusOK, t)
}
