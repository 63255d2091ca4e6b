package agentui

import (
	"net/http"
	"time"
)

// Ban is a host the telephone side does not listen to for a while.
type Ban struct {
	Host  string    `json:"host"`  // an IPv4 address, or an IPv6 network of 64 bits
	Cause string    `json:"cause"` // flood, guessing
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// BanList is every ban, the latest first.
type BanList struct {
	Bans []Ban `json:"bans"`
}

func (s *Server) getBans(w http.ResponseWriter, _ *request) error {
	list := BanList{Bans: []Ban{}}
	if s.line != nil {
		list.Bans = nonNil(s.line.Bans())
	}
	return writeJSON(w, http.StatusOK, list)
}

// deleteBan listens to a host again. Who did it stands in the log.
func (s *Server) deleteBan(w http.ResponseWriter, r *request) error {
	host := r.PathValue("host")
	if s.line == nil || !s.line.Unban(host) {
		return ErrNotFound
	}
	s.log.Warn("a banned host is listened to again", "host", host, "by", r.author())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
