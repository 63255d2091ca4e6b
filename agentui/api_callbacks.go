package agentui

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sahut/queue"
)

// CallbackList is every call-back, the first to be served first. Nothing in it
// tells whose number it is.
type CallbackList struct {
	Callbacks []queue.CallbackView `json:"callbacks"`
}

// Safety is an answer to "is it safe to call her?".
type Safety struct {
	MayCall queue.Safe         `json:"may_call"` // yes, no; empty: unknown again
	Windows []queue.SafeWindow `json:"windows,omitempty"`
	Zone    string             `json:"zone,omitempty"` // WIB, WITA, WIT
	Until   *time.Time         `json:"until,omitempty"`
	ShowsUs *bool              `json:"shows_us,omitempty"` // her telephone shows our number; absent: as the queue says
}

func (a Safety) answer() queue.SafetyAnswer { return queue.SafetyAnswer(a) }

func (s *Server) getCallbacks(w http.ResponseWriter, _ *request) error {
	return writeJSON(w, http.StatusOK, CallbackList{nonNil(slices.Clone(s.desk.Snapshot().Callbacks))})
}

// deleteCallback gives a call-back up.
func (s *Server) deleteCallback(w http.ResponseWriter, r *request) error {
	return s.ofCallback(w, r, s.desk.CancelCallback)
}

// callCallback makes a call-back due at once. Whoever asks, the gate decides.
func (s *Server) callCallback(w http.ResponseWriter, r *request) error {
	return s.ofCallback(w, r, s.desk.UrgeCallback)
}

func (s *Server) putCallbackSafety(w http.ResponseWriter, r *request) error {
	var a Safety
	if err := readJSON(w, r, &a); err != nil {
		return err
	}
	if field := a.answer().Wrong(); field != "" {
		return invalidField(field, safetyWords[field])
	}
	return s.ofCallback(w, r, func(ctx context.Context, id queue.ContactID, by string) (string, error) {
		return s.desk.AnswerSafety(ctx, id, a.answer(), by)
	})
}

var safetyWords = map[string]string{
	"may_call": "The answer is yes, no, or empty for unknown.",
	"zone":     "Windows need a zone: WIB, WITA or WIT.",
	"windows":  "A window has days (mon to sun) and two times like 18:00; at most 21 of them.",
}

// ofCallback has the desk do something with a call-back, and tells why not.
func (s *Server) ofCallback(w http.ResponseWriter, r *request, do func(context.Context, queue.ContactID, string) (string, error)) error {
	ctx, cancel := context.WithTimeout(r.Context(), deskWithin)
	defer cancel()
	id := queue.ContactID(r.PathValue("id"))
	why, err := do(ctx, id, r.author())
	switch {
	case err != nil:
		return &Problem{Status: http.StatusServiceUnavailable, Code: "busy", Detail: "The desk did not answer in time. Look at the list before you try again."}
	case why == "not_found":
		return ErrNotFound
	case why != "":
		s.log.Info("a call-back was left as it is", "callback", id, "by", r.author(), "reason", why)
		return &Problem{Status: http.StatusConflict, Code: why, Detail: refusals[why]}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// refusals say why she is not called now.
var refusals = map[string]string{
	queue.SafetyUnknown:   "Nobody knows whether it is safe to call her. Only she can say so.",
	queue.SafetyNo:        "She said that it is not safe to call her.",
	queue.SafetyExpired:   "Her answer is too old, or was for a shorter time. She must be asked again.",
	queue.SafetyWindow:    "It is not safe at this time of her week.",
	queue.ParkedCap:       "She was called as often as one may be within 24 hours.",
	queue.CallbackRunning: "She is being called this very moment.",
	"not_allowed":         "The routing does not allow calls to her number; see outgoing.allow.",
	"withheld":            "Her number is not known.",
	"draining":            "The server is about to stop.",
}
