package agentui

import (
	"net/http"
	"time"

	"github.com/coder/websocket"

	"sahut/queue"
)

// live is one page's websocket, from handshake to close. Cookie, ticket and
// Origin must all be right: the first two say who, the last one which page.
func (s *Server) live(w http.ResponseWriter, r *request) error {
	if origin := r.Header.Get("Origin"); !s.origins.isOwn(origin, r.Request) {
		return &Problem{Status: http.StatusForbidden, Code: "cross_site", Detail: "A live connection is opened by Sahut's own page only."}
	}
	if !s.tickets.take(r.URL.Query().Get("ticket"), r.hash, time.Now()) {
		return &Problem{Status: http.StatusUnauthorized, Code: "bad_ticket", Detail: "The ticket was used, is older than 30 seconds, or belongs to another session. Ask for a new one."}
	}
	// The Origin was checked above, against the configured address too.
	conn, err := websocket.Accept(w, r.Request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.log.Debug("websocket refused", "err", err)
		return nil // Accept has answered
	}
	conn.SetReadLimit(s.limits.frame)
	x := s.newSession(conn, queue.AgentID(r.user.Name), r.hash, r.session.Expires)
	x.leads = r.user.Role == Supervisor
	s.tasks.Add(1)
	defer s.tasks.Done()
	x.run(s.ctx)
	return nil
}
