package agentui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// How much a request may bring.
const (
	maxJSON   = 1 << 20
	maxUpload = 10 << 20
	maxForm   = 8 << 10
	maxDepth  = 32
)

func tooBig(limit int64) *Problem {
	return &Problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Args: []string{fmt.Sprintf("%d kB", limit/1000)}, Detail: fmt.Sprintf("At most %d bytes are taken here.", limit)}
}

// readBody reads the body up to limit. One that says it is longer is refused
// before it is read, and the connection closed so that it is not sent.
func readBody(w http.ResponseWriter, r *request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return nil, tooBig(limit)
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	switch err := err.(type) {
	case nil:
		return b, nil
	case *http.MaxBytesError:
		return nil, err
	}
	return nil, badRequest("The request's body did not arrive in full.")
}

// readJSON reads a JSON body strictly: one value, known fields, no deep nest.
func readJSON(w http.ResponseWriter, r *request, into any) error {
	if t := mediaType(r); t != "application/json" {
		return &Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_type", Detail: "Send application/json."}
	}
	b, err := readBody(w, r, maxJSON)
	if err != nil {
		return err
	}
	if tooDeep(b) {
		return badRequest(fmt.Sprintf("The JSON is nested deeper than %d.", maxDepth))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("The JSON cannot be read: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return badRequest("There is something after the JSON.")
	}
	return nil
}

// tooDeep counts brackets outside of texts; it need not be a whole parser.
func tooDeep(b []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func mediaType(r *request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(b, '\n')) // a reader who left is no error of ours
	return nil
}
