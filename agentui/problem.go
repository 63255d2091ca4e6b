package agentui

import (
	_ "embed" // the Indonesian sentences
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sahut/configs"
)

// Problem is a refusal as RFC 9457 has it. Code and Args are for programs and
// screens, which say it in the reader's language; Detail is for people who read
// English: what went wrong, then what to try.
type Problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail,omitempty"`
	Code     string            `json:"code"`
	Args     []string          `json:"args,omitempty"`     // what is said in it
	Problems []configs.Problem `json:"problems,omitempty"` // of a document, each with its place
	Current  *Revision         `json:"current,omitempty"`  // 412: what is there now
	Changes  []configs.Change  `json:"changes,omitempty"`  // 412: from the current document to the one refused
}

// Error tells the problem in a line.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

var internal = &Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Something went wrong in the server. Its log says what; try again in a moment."}

// answer turns an error into the answer: the one place where errors of this
// room become HTTP. What it does not know is logged and told as internal.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	var p *Problem
	var document configs.Problems
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
	case errors.As(err, &document):
		p = &Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Detail: "The document has mistakes; nothing was changed.", Problems: document}
	case errors.As(err, &tooLarge):
		p = tooBig(tooLarge.Limit)
	case errors.Is(err, ErrNotFound):
		p = &Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such thing."}
	case errors.Is(err, ErrExists):
		p = &Problem{Status: http.StatusConflict, Code: "exists", Detail: "There is one of that name already."}
	default:
		s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "err", err)
		p = internal
	}
	full := *p
	full.Type, full.Title = "about:blank", http.StatusText(full.Status)
	if wantsPage(r) {
		s.pages.trouble(w, r, &full)
		return
	}
	body, _ := json.Marshal(full) // a struct of texts and numbers always marshals
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(full.Status)
	w.Write(append(body, '\n'))
}

// wantsPage tells a person's browser from a program.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// badRequest refuses what no screen of ours asks.
func badRequest(detail string) error {
	return &Problem{Status: http.StatusBadRequest, Code: "bad_request", Detail: detail}
}

// inWords is the problem's detail in a language.
func (p *Problem) inWords(lang string) string {
	said := problemWords[p.Code]
	if lang != "id" || said == "" {
		return p.Detail
	}
	for i, a := range p.Args {
		said = strings.ReplaceAll(said, fmt.Sprintf("{%d}", i), a)
	}
	return said
}

// problemWords are the Indonesian sentences by code, which the screens have, too.
var problemWords = func() map[string]string {
	all := map[string]string{}
	if err := json.Unmarshal(problemsID, &all); err != nil {
		panic(err) // a file of ours, which a test reads
	}
	return all
}()

//go:embed web/i18n/problems-id.json
var problemsID []byte
