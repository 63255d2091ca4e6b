package agentui

import (
	"net/http"
	"time"
)

// Me is who is signed in.
type Me struct {
	Name  string `json:"name"`
	Alias string `json:"alias"` // what screens call her
	Role  Role   `json:"role"`
	Lang  string `json:"lang"`  // of the page: en or id
	Zone  string `json:"zone"`  // whose clock the house goes by, like Asia/Jakarta
	Agent bool   `json:"agent"` // she is on a queue's list of volunteers
}

// Ticket opens one live connection.
type Ticket struct {
	Ticket string `json:"ticket"`
}

func (s *Server) getMe(w http.ResponseWriter, r *request) error {
	if r.operator {
		return writeJSON(w, http.StatusOK, Me{Name: r.author(), Alias: r.author(), Role: Admin, Lang: language(r.Request)})
	}
	return writeJSON(w, http.StatusOK, s.me(r, r.user))
}

func (s *Server) me(r *request, u User) Me {
	me := Me{Name: u.Name, Alias: u.Name, Role: u.Role, Lang: language(r.Request)}
	routing, _, err := s.directory.Routing()
	if err != nil {
		s.log.Error("read routing for an alias", "err", err)
	}
	me.Zone = routing.Shifts.TimeZone
	for _, a := range routing.Agents {
		if a.ID == u.Name {
			me.Alias, me.Agent = a.Name, true
		}
	}
	return me
}

func (s *Server) postTicket(w http.ResponseWriter, r *request) error {
	return writeJSON(w, http.StatusOK, Ticket{s.tickets.issue(r.hash, time.Now())})
}
