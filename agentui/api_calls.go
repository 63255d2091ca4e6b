package agentui

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sahut/queue"
)

// Calls are call records, newest first.
type Calls struct {
	Calls []queue.Call `json:"calls"`
	More  bool         `json:"more"` // there are older ones within the time asked for
}

func (s *Server) getCalls(w http.ResponseWriter, r *request) error {
	since, err := sinceOf(r.URL.Query().Get("since"), time.Now())
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), "application/x-ndjson") {
		if err := s.exported(r, "calls", "", since, time.Now()); err != nil {
			return err
		}
		return s.streamCalls(w, since)
	}
	limit := 500
	if text := r.URL.Query().Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 5000 {
			return badRequest("limit is not a number from 1 to 5000.")
		}
	}
	// Ids sort by arrival, so the last one of a page says where the next begins.
	before := queue.ContactID(r.URL.Query().Get("before"))
	list := Calls{Calls: []queue.Call{}}
	err = s.directory.Calls(since, func(c queue.Call) bool {
		if before != "" && c.ID >= before {
			return true
		}
		list.More = len(list.Calls) == limit
		if !list.More {
			list.Calls = append(list.Calls, c)
		}
		return !list.More
	})
	if err != nil {
		return fmt.Errorf("list calls: %w", err)
	}
	return writeJSON(w, http.StatusOK, list)
}

// streamCalls writes one record a line as they are read.
func (s *Server) streamCalls(w http.ResponseWriter, since time.Time) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	var gone error
	err := s.directory.Calls(since, func(c queue.Call) bool {
		gone = e.Encode(c)
		return gone == nil
	})
	if err != nil {
		// The status is sent already; a broken connection is the only way left
		// to say that the list is not whole.
		s.log.Error("list calls", "err", err)
		panic(http.ErrAbortHandler)
	}
	if gone == nil {
		b.Flush()
	}
	return nil
}

// sinceOf reads how far back to go: a span, a time, or a day's default.
func sinceOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now.Add(-24 * time.Hour), nil
	}
	if span, err := time.ParseDuration(text); err == nil && span >= 0 {
		return now.Add(-span), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, badRequest("since is neither a span as 24h nor a time as 2026-11-23T08:00:00+07:00.")
}
