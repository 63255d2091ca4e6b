package agentui

import (
	"context"
	"net/http"

	"sahut/queue"
)

// Finished is how she finishes what she writes about a contact.
type Finished struct {
	Disposition string         `json:"disposition"`           // a configured code, or empty
	TalkSafety  queue.TalkSafe `json:"talk_safety,omitempty"` // yes, no, unknown; absent: as it was noted
}

// putMyWrapUp finishes her wrap-up by the rules that hold for her page, too.
func (s *Server) putMyWrapUp(w http.ResponseWriter, r *request) error {
	var f Finished
	if err := readJSON(w, r, &f); err != nil {
		return err
	}
	if f.TalkSafety != "" && !f.TalkSafety.Known() {
		return invalidField("talk_safety", "The answer is yes, no, or unknown.")
	}
	ctx, cancel := context.WithTimeout(r.Context(), deskWithin)
	defer cancel()
	id := queue.ContactID(r.PathValue("contact"))
	why, err := s.desk.FinishWrapUp(ctx, queue.AgentID(r.author()), id, f.Disposition, f.TalkSafety)
	switch {
	case err != nil:
		return &Problem{Status: http.StatusServiceUnavailable, Code: "busy", Detail: "The desk did not answer in time. Look at your page before you try again."}
	case why == queue.WrapUpNotHers:
		return &Problem{Status: http.StatusConflict, Code: why, Detail: "You do not write about this contact now."}
	case why != "":
		return &Problem{Status: http.StatusUnprocessableEntity, Code: why, Detail: unfinished[queue.NoticeCode(why)]}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// unfinished says why a wrap-up is not finished, and what to do.
var unfinished = map[queue.NoticeCode]string{
	queue.TalkSafetyMissing:  "First note whether she could talk safely: yes, no, or unknown if it could not be asked.",
	queue.SafetyMissing:      "You promised to call her back. First note whether it is safe to call her.",
	queue.UnknownDisposition: "There is no such disposition; an administrator may have taken it away.",
}
