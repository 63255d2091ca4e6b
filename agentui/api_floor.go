package agentui

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// WaitingList is who waits, queue by queue in the order they are served.
type WaitingList struct {
	Waiting []queue.WaitingCaller `json:"waiting"`
}

// CloseQueue closes a queue now.
type CloseQueue struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"` // for the history
}

// The longest a supervisor may close a queue for; longer is for the hours.
const closedMost = 7 * 24 * time.Hour

// deskWithin is how long an answer of the desk is waited for; it takes
// microseconds, unless the desk has stopped.
const deskWithin = 2 * time.Second

func (s *Server) getWaiting(w http.ResponseWriter, r *request) error {
	ctx, cancel := context.WithTimeout(r.Context(), deskWithin)
	defer cancel()
	list, err := s.desk.Waiting(ctx)
	if err != nil {
		return fmt.Errorf("ask who waits: %w", err)
	}
	return writeJSON(w, http.StatusOK, WaitingList{nonNil(list)})
}

func (s *Server) getWhy(w http.ResponseWriter, r *request) error {
	ctx, cancel := context.WithTimeout(r.Context(), deskWithin)
	defer cancel()
	why, err := s.desk.Why(ctx, queue.ContactID(r.PathValue("contact")))
	switch {
	case err != nil:
		return fmt.Errorf("ask why she waits: %w", err)
	case why == nil:
		return ErrNotFound
	}
	return writeJSON(w, http.StatusOK, why)
}

// postClosing closes a queue at once, until a time. Supervisors may, because at
// night there is no admin; it is a revision like any other.
func (s *Server) postClosing(w http.ResponseWriter, r *request) error {
	var c CloseQueue
	if err := readJSON(w, r, &c); err != nil {
		return err
	}
	now := time.Now()
	switch reason := strings.TrimSpace(c.Reason); {
	case !c.Until.After(now):
		return &Problem{Status: http.StatusBadRequest, Code: "until_over", Detail: "until is over already; say when the queue opens again."}
	case c.Until.After(now.Add(closedMost)):
		return &Problem{Status: http.StatusBadRequest, Code: "until_too_far", Detail: "until is more than a week away; for longer, change the queue's hours."}
	case len([]rune(reason)) > 80:
		return &Problem{Status: http.StatusBadRequest, Code: "reason_too_long", Args: []string{"80"}, Detail: "reason is longer than 80 letters."}
	default:
		return s.setClosing(w, r, configs.Closing{Until: c.Until.Format(time.RFC3339), Reason: reason}, "closed now: "+reason)
	}
}

// deleteClosing opens it again; its hours hold.
func (s *Server) deleteClosing(w http.ResponseWriter, r *request) error {
	return s.setClosing(w, r, configs.Closing{}, "opened again")
}

func (s *Server) setClosing(w http.ResponseWriter, r *request, c configs.Closing, note string) error {
	routing, rev, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	i := slices.IndexFunc(routing.Queues, func(q configs.Queue) bool { return q.ID == r.PathValue("queue") })
	if i < 0 {
		return ErrNotFound
	}
	routing.Queues = slices.Clone(routing.Queues)
	routing.Queues[i].Closed = c
	return s.applyRouting(w, r, routing, rev.Number, note)
}
