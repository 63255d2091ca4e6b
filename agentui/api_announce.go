package agentui

import (
	"net/http"
	"strings"
	"time"

	"sahut/queue"
)

// Announcement is a short text on every volunteer's page, until its writer, or
// another supervisor, takes it back. It lives in memory only: what is so short
// lived, and may name a danger, is not kept.
type Announcement struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// NewAnnouncement writes one.
type NewAnnouncement struct {
	Text string `json:"text"` // 1 to 280 characters
}

const longestAnnouncement = 280

func (s *Server) postAnnouncement(w http.ResponseWriter, r *request) error {
	var in NewAnnouncement
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	text := strings.TrimSpace(in.Text)
	if n := len([]rune(text)); n == 0 || n > longestAnnouncement {
		return invalidField("text", "An announcement has 1 to 280 characters.")
	}
	a := &Announcement{Text: text, By: r.author(), At: time.Now()}
	s.screens.announce(a)
	s.desk.Post(queue.Announced{By: r.author(), On: true})
	return writeJSON(w, http.StatusOK, a)
}

func (s *Server) deleteAnnouncement(w http.ResponseWriter, r *request) error {
	s.screens.announce(nil)
	s.desk.Post(queue.Announced{By: r.author()})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Supervision is how a supervisor takes part in a running talk.
type Supervision struct {
	Mode queue.Mode `json:"mode"` // listen, whisper, barge, take_over
}

// putSupervision is the button of the board. Her sound is that of her own page,
// where she is on shift; whether she may is the desk's to say, and told there.
func (s *Server) putSupervision(w http.ResponseWriter, r *request) error {
	var in Supervision
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	switch in.Mode {
	case queue.ModeListen, queue.ModeWhisper, queue.ModeBarge, queue.ModeTakeOver:
	default:
		return invalidField("mode", "The ways to take part are listen, whisper, barge and take_over.")
	}
	me, contact := queue.AgentID(r.user.Name), queue.ContactID(r.PathValue("contact"))
	if view, _ := s.desk.View(me); view.Floor == nil || !view.Floor.May && (view.Call == nil || view.Call.Contact != contact) {
		return &Problem{Status: http.StatusConflict, Code: "not_on_shift", Detail: "Open your own volunteer page, start your shift and be ready or on a pause; you hear by it."}
	}
	s.desk.Post(queue.SuperviseAsked{Agent: me, Contact: contact, Mode: in.Mode})
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (s *Server) deleteSupervision(w http.ResponseWriter, r *request) error {
	s.desk.Post(queue.SuperviseEnded{Agent: queue.AgentID(r.user.Name), Contact: queue.ContactID(r.PathValue("contact"))})
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// postSosAnswer comes to a volunteer who called for help.
func (s *Server) postSosAnswer(w http.ResponseWriter, r *request) error {
	s.desk.Post(queue.SosAccepted{Agent: queue.AgentID(r.user.Name), Contact: queue.ContactID(r.PathValue("contact"))})
	w.WriteHeader(http.StatusAccepted)
	return nil
}
