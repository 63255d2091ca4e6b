package agentui

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"sahut/queue"
)

// Verdict is what the journal's conservation laws say.
type Verdict struct {
	OK         bool     `json:"ok"`
	Violations []string `json:"violations"`
}

// Status is what happens now, and whether the books balance.
type Status struct {
	*queue.Snapshot
	Conservation queue.Conservation `json:"conservation"`
}

func (s *Server) getStatus(w http.ResponseWriter, r *request) error {
	now := s.desk.Snapshot()
	if r.user.Role == Admin {
		now = withoutCallers(now)
	}
	return writeJSON(w, http.StatusOK, Status{now, s.desk.Conservation()})
}

// withoutCallers leaves out what tells of single callers: who waits to be called
// back and when that is safe, and which contact a volunteer has.
func withoutCallers(all *queue.Snapshot) *queue.Snapshot {
	now := *all
	now.Callbacks = nil
	now.Agents = slices.Clone(all.Agents)
	for i := range now.Agents {
		now.Agents[i].Contact = ""
	}
	return &now
}

func (s *Server) getVerify(w http.ResponseWriter, r *request) error {
	violations, err := s.directory.Verify()
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return writeJSON(w, http.StatusOK, Verdict{len(violations) == 0, nonNil(violations)})
}

// getBackup streams a copy of everything. If it breaks off, so does the
// connection: half a backup must not look like a whole one.
func (s *Server) getBackup(w http.ResponseWriter, r *request) error {
	if err := s.exported(r, "backup", "", time.Time{}, time.Time{}); err != nil {
		return err
	}
	s.log.Info("backup taken", "by", r.author())
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="sahut-`+time.Now().UTC().Format("20060102-150405")+`.db"`)
	if err := s.directory.Backup(w); err != nil {
		s.log.Error("backup broke off", "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (s *Server) getOpenAPI(w http.ResponseWriter, r *request) error {
	w.Header().Set("Content-Type", "application/json")
	w.Write(s.openapi)
	return nil
}

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, r *request) error {
	return plain(w, http.StatusOK, "ok")
}

// readyz says whether calls are taken. Why not is for the operator's eyes.
func (s *Server) readyz(w http.ResponseWriter, r *request) error {
	err := s.ready()
	switch {
	case err == nil:
		return plain(w, http.StatusOK, "ready")
	case s.mayScrape(r):
		return plain(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
	}
	return plain(w, http.StatusServiceUnavailable, "not ready")
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *request) error {
	switch {
	case s.metrics == nil:
		return ErrNotFound
	case !s.mayScrape(r):
		return &Problem{Status: http.StatusForbidden, Code: "forbidden", Detail: "Metrics are read from the addresses in http.metrics_from only."}
	}
	s.metrics.ServeHTTP(w, r.Request)
	return nil
}

func (s *Server) mayScrape(r *request) bool { return r.operator || s.scrapers.has(r.from) }

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
	return nil
}
