package agentui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Line is the telephone side of the house as its operators see it.
type Line interface {
	Trunks() []Trunk
	Trace() Trace
	Bans() []Ban
	Unban(host string) bool // false: it is not banned
}

// Trace lets an operator see SIP messages for a while, masked before they are
// kept. filter is a contact's id or a Call-ID; empty: everything.
type Trace interface {
	Start(by string, d time.Duration) TraceStatus
	Stop(by string) TraceStatus
	Status() TraceStatus
	Ladders(filter string) []Ladder
	Messages(filter string) []TraceMessage
	LadderText(filter string) string
}

// Trunk is one way to the outside.
type Trunk struct {
	Name       string     `json:"name"`
	Server     string     `json:"server"`  // as in the settings; empty: it only brings calls
	Address    string     `json:"address"` // where the server is now
	Registers  bool       `json:"registers"`
	Registered bool       `json:"registered"`
	Expires    *time.Time `json:"expires,omitempty"` // of the registration
	Up         bool       `json:"up"`
	Since      time.Time  `json:"since"`                // up or down since
	Cause      string     `json:"cause"`                // why it is down
	CauseCode  string     `json:"cause_code,omitempty"` // the same as a code, and behind a colon what is said with it
	Checked    *time.Time `json:"checked,omitempty"`
	RTTMillis  float64    `json:"rtt_ms"`
	Calls      int        `json:"calls"`
	Outgoing   int        `json:"outgoing"`
}

// TraceStatus is how things stand with the trace.
type TraceStatus struct {
	On       bool      `json:"on"`
	By       string    `json:"by,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Messages int       `json:"messages"`
	Dropped  int       `json:"dropped"`
}

// TraceMessage is one message, masked.
type TraceMessage struct {
	At        time.Time `json:"at"`
	Direction string    `json:"direction"`
	Transport string    `json:"transport"`
	Local     string    `json:"local"`
	Remote    string    `json:"remote"`
	Start     string    `json:"start"`
	Text      string    `json:"text"`
}

// Ladder is one call of a trace: the parties side by side, time downwards.
type Ladder struct {
	CallID  string         `json:"call_id"`
	Contact string         `json:"contact,omitempty"`
	Began   time.Time      `json:"began"`
	Columns []LadderColumn `json:"columns"`
	Arrows  []LadderArrow  `json:"arrows"`
}

// LadderColumn is one party of a ladder.
type LadderColumn struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Us      bool   `json:"us,omitempty"`
}

// LadderArrow is one message between two of them.
type LadderArrow struct {
	At      time.Time `json:"at"`
	From    int       `json:"from"`
	To      int       `json:"to"`
	Label   string    `json:"label"`
	CSeq    string    `json:"cseq"`
	Again   bool      `json:"again,omitempty"`
	Message int       `json:"message"` // its place in the messages of the same filter
}

// TrunkList is every trunk.
type TrunkList struct {
	Trunks []Trunk `json:"trunks"`
}

// TraceView is a trace as the page draws it. Messages come only with a filter.
type TraceView struct {
	TraceStatus
	Ladders []Ladder       `json:"ladders"`
	Texts   []TraceMessage `json:"texts,omitempty"`
}

// NewTrace starts one.
type NewTrace struct {
	Minutes int `json:"minutes"` // 1 to 30
}

// longestTrace is how long a trace may be asked for.
const longestTrace = 30

func (s *Server) getTrunks(w http.ResponseWriter, _ *request) error {
	list := TrunkList{Trunks: []Trunk{}}
	if s.line != nil {
		list.Trunks = nonNil(s.line.Trunks())
	}
	return writeJSON(w, http.StatusOK, list)
}

// trace is the house's, or a problem when there is none.
func (s *Server) trace() (Trace, error) {
	if s.line == nil {
		return nil, ErrNotFound
	}
	return s.line.Trace(), nil
}

func (s *Server) getTrace(w http.ResponseWriter, r *request) error {
	t, err := s.trace()
	if err != nil {
		return err
	}
	filter := r.URL.Query().Get("call")
	view := TraceView{TraceStatus: t.Status(), Ladders: nonNil(t.Ladders(filter))}
	if filter != "" {
		view.Texts = nonNil(t.Messages(filter))
	}
	return writeJSON(w, http.StatusOK, view)
}

// postTrace starts a trace. Who did it stands in the log, and on the page of
// everybody who looks.
func (s *Server) postTrace(w http.ResponseWriter, r *request) error {
	t, err := s.trace()
	if err != nil {
		return err
	}
	var in NewTrace
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if in.Minutes < 1 || in.Minutes > longestTrace {
		return invalidField("minutes", fmt.Sprintf("A trace runs for 1 to %d minutes.", longestTrace), strconv.Itoa(longestTrace))
	}
	st := t.Start(r.author(), time.Duration(in.Minutes)*time.Minute)
	s.log.Warn("SIP trace started; it is masked and ends by itself", "by", st.By, "until", st.Until)
	return writeJSON(w, http.StatusOK, TraceView{TraceStatus: st, Ladders: []Ladder{}})
}

func (s *Server) deleteTrace(w http.ResponseWriter, r *request) error {
	t, err := s.trace()
	if err != nil {
		return err
	}
	st := t.Stop(r.author())
	s.log.Warn("SIP trace stopped", "by", r.author())
	return writeJSON(w, http.StatusOK, TraceView{TraceStatus: st, Ladders: nonNil(t.Ladders(""))})
}

// getLadderText is what an operator sends to a carrier.
func (s *Server) getLadderText(w http.ResponseWriter, r *request) error {
	t, err := s.trace()
	if err != nil {
		return err
	}
	filter := r.URL.Query().Get("call")
	var b strings.Builder
	b.WriteString(t.LadderText(filter))
	if filter != "" {
		for _, m := range t.Messages(filter) {
			fmt.Fprintf(&b, "\n%s  %s  %s  %s %s\n%s\n", m.At.UTC().Format("15:04:05.000"), m.Direction, m.Transport, m.Local, m.Remote, m.Text)
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="sip-trace.txt"`)
	_, _ = w.Write([]byte(b.String()))
	return nil
}
