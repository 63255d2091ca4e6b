package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"sahut/configs"
	"sahut/queue"
)

// Applied is what a change of routing led to, or would lead to.
type Applied struct {
	Revision
	Applied  bool              `json:"applied"`            // false: a dry run, or nothing to change
	Changes  []configs.Change  `json:"changes"`            // from the current document
	Problems []configs.Problem `json:"problems,omitempty"` // of a dry run
}

// History is all revisions, newest first.
type History struct {
	Revisions []Revision `json:"revisions"`
}

// Rollback names the revision to return to.
type Rollback struct {
	Revision uint64 `json:"revision"`
}

// Fields describes the routing document for a form.
type Fields struct {
	Fields []configs.Field `json:"fields"`
}

func (s *Server) getRouting(w http.ResponseWriter, r *request) error {
	routing, rev, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	return writeRouting(w, r, routing, rev)
}

func (s *Server) getRoutingAt(w http.ResponseWriter, r *request) error {
	n, err := strconv.ParseUint(r.PathValue("revision"), 10, 64)
	if err != nil {
		return ErrNotFound
	}
	routing, rev, err := s.directory.RoutingAt(n)
	if err != nil {
		return err
	}
	return writeRouting(w, r, routing, rev)
}

func writeRouting(w http.ResponseWriter, r *request, routing configs.Routing, rev Revision) error {
	w.Header().Set("Vary", "Accept")
	w.Header().Set("ETag", etag(rev))
	if r.user.Role != Admin && !r.operator {
		routing = routing.Masked()
	}
	if !strings.Contains(r.Header.Get("Accept"), "yaml") {
		return writeJSON(w, http.StatusOK, routing)
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Write(configs.FormatRouting(routing))
	return nil
}

func etag(rev Revision) string { return `"` + strconv.FormatUint(rev.Number, 10) + `"` }

func (s *Server) getRoutingHistory(w http.ResponseWriter, r *request) error {
	revisions, err := s.directory.Revisions()
	if err != nil {
		return fmt.Errorf("list revisions: %w", err)
	}
	return writeJSON(w, http.StatusOK, History{nonNil(revisions)})
}

func (s *Server) getRoutingFields(w http.ResponseWriter, r *request) error {
	return writeJSON(w, http.StatusOK, Fields{configs.Fields()})
}

// putRouting checks a document, keeps it and has it applied.
func (s *Server) putRouting(w http.ResponseWriter, r *request) error {
	next, problems, err := s.readRouting(w, r)
	if err != nil {
		return err
	}
	base, err := ifMatch(r)
	if err != nil {
		return err
	}
	note := strings.TrimSpace(r.URL.Query().Get("note"))
	if len(note) > 200 {
		return &Problem{Status: http.StatusBadRequest, Code: "reason_too_long", Args: []string{"200"}, Detail: "note is longer than 200 bytes."}
	}
	current, rev, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	if r.URL.Query().Get("dry_run") == "1" {
		plan := Applied{Revision: rev, Changes: []configs.Change{}, Problems: problems}
		if len(problems) == 0 {
			plan.Changes = configs.Changes(current, next)
		}
		w.Header().Set("ETag", etag(rev))
		return writeJSON(w, http.StatusOK, plan)
	}
	if len(problems) > 0 {
		return problems
	}
	return s.applyRouting(w, r, next, base, note)
}

// readRouting reads the document in the request's body and all its problems.
func (s *Server) readRouting(w http.ResponseWriter, r *request) (next configs.Routing, problems configs.Problems, err error) {
	parse := configs.ParseRouting
	switch mediaType(r) {
	case "application/yaml", "application/x-yaml", "text/yaml":
	case "application/json":
		parse = configs.ParseRoutingJSON
	default:
		return next, nil, &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_type", Detail: "Send application/json or application/yaml."}
	}
	text, err := readBody(w, r, maxJSON)
	if err != nil {
		return next, nil, err
	}
	next, err = parse(text, s.promptNames()...)
	if err != nil && !errors.As(err, &problems) {
		return next, nil, fmt.Errorf("read routing document: %w", err)
	}
	return next, problems, nil
}

// whatever is no revision: the change is made from any.
const whatever = ^uint64(0)

// ifMatch is the revision a change was made from; a new house is at 0. Browsers
// must name one, so that two admins never overwrite each other unseen.
func ifMatch(r *request) (uint64, error) {
	text := r.Header.Get("If-Match")
	switch {
	case text == "" && r.operator, text == "*":
		return whatever, nil
	case text == "":
		return 0, &Problem{Status: http.StatusPreconditionRequired, Code: "if_match_missing", Detail: "Say which revision you changed: If-Match with the ETag you got, or * to overwrite whatever is there."}
	}
	n, err := strconv.ParseUint(strings.Trim(text, `"`), 10, 64)
	if err != nil {
		return 0, badRequest("If-Match is not an ETag of the routing document.")
	}
	return n, nil
}

// applyRouting keeps a checked document and tells the desk. A document that
// changes nothing makes no revision. One is applied after the other.
func (s *Server) applyRouting(w http.ResponseWriter, r *request, next configs.Routing, base uint64, note string) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	current, rev, err := s.directory.Routing()
	if err != nil {
		return fmt.Errorf("read routing: %w", err)
	}
	changes := configs.Changes(current, next)
	if base != whatever && base != rev.Number {
		return conflict(w, rev, changes)
	}
	if len(changes) == 0 {
		w.Header().Set("ETag", etag(rev))
		return writeJSON(w, http.StatusOK, Applied{Revision: rev, Changes: changes})
	}
	kept, err := s.directory.SaveRouting(next, r.author(), note, rev.Number)
	switch {
	case errors.Is(err, ErrConflict): // someone was faster between reading and keeping
		if current, rev, err = s.directory.Routing(); err != nil {
			return fmt.Errorf("read routing: %w", err)
		}
		return conflict(w, rev, configs.Changes(current, next))
	case err != nil:
		return fmt.Errorf("keep routing: %w", err)
	}
	// Nothing below can fail.
	s.desk.Post(queue.RoutingChanged{Routing: next, Revision: kept.Number, By: r.author()})
	s.log.Info("routing changed", "revision", kept.Number, "by", r.author(), "changes", len(changes))
	w.Header().Set("ETag", etag(kept))
	return writeJSON(w, http.StatusOK, Applied{Revision: kept, Applied: true, Changes: changes})
}

// conflict tells whoever was slower what is there now and how it differs.
func conflict(w http.ResponseWriter, rev Revision, changes []configs.Change) error {
	w.Header().Set("ETag", etag(rev))
	return &Problem{Status: http.StatusPreconditionFailed, Code: "changed_meanwhile", Current: &rev, Changes: changes,
		Detail: fmt.Sprintf("%s saved revision %d meanwhile. Nothing of yours is lost: look at the differences and save again.", rev.Author, rev.Number)}
}

// postRollback applies an old revision as a new one. It is checked again: the
// rules, the prompts and the accounts may have changed since.
func (s *Server) postRollback(w http.ResponseWriter, r *request) error {
	var b Rollback
	if err := readJSON(w, r, &b); err != nil {
		return err
	}
	old, rev, err := s.directory.RoutingAt(b.Revision)
	if err != nil {
		return err
	}
	if problems := old.Validate(s.promptNames()...); len(problems) > 0 {
		return problems
	}
	base := whatever
	if r.Header.Get("If-Match") != "" {
		if base, err = ifMatch(r); err != nil {
			return err
		}
	}
	return s.applyRouting(w, r, old, base, fmt.Sprintf("back to revision %d", rev.Number))
}
