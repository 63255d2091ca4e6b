package sip

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Ladder is one call of a trace as it is drawn: the parties side by side, time
// downwards.
type Ladder struct {
	CallID  string         `json:"call_id"`
	Contact string         `json:"contact,omitempty"`
	Began   time.Time      `json:"began"`
	Columns []LadderColumn `json:"columns"`
	Arrows  []LadderArrow  `json:"arrows"`
}

// LadderColumn is one party.
type LadderColumn struct {
	Name    string `json:"name"` // "Sahut", a trunk's name, or ""
	Address string `json:"address"`
	Us      bool   `json:"us,omitempty"`
}

// LadderArrow is one message between two of them.
type LadderArrow struct {
	At      time.Time `json:"at"`
	From    int       `json:"from"` // a column
	To      int       `json:"to"`
	Label   string    `json:"label"` // "INVITE (SDP)", "200 OK"
	CSeq    string    `json:"cseq"`
	Again   bool      `json:"again,omitempty"` // a retransmission
	Message int       `json:"message"`         // its place in what Messages returns for the same filter
}

// ladderUs is the name of our own column.
const ladderUs = "Sahut"

// Ladders returns the calls of the latest trace, oldest first; filter is that
// of Messages. Whatever has no Call-ID is no ladder.
func (t *Tracer) Ladders(filter string) []Ladder {
	var order []string
	calls := map[string]*Ladder{}
	for i, m := range t.Messages(filter) {
		if m.CallID == "" {
			continue
		}
		l := calls[m.CallID]
		if l == nil {
			l = &Ladder{CallID: m.CallID, Contact: m.Contact, Began: m.At}
			calls[m.CallID] = l
			order = append(order, m.CallID)
		}
		l.add(m, i)
	}
	out := make([]Ladder, 0, len(order))
	for _, id := range order {
		out = append(out, *calls[id])
	}
	return out
}

func (l *Ladder) add(m TraceMessage, place int) {
	// Who began stands left.
	us := LadderColumn{Name: ladderUs, Address: m.Local, Us: true}
	them := LadderColumn{Name: m.Trunk, Address: m.Remote}
	if m.Direction == traceIn {
		l.column(them)
	}
	u, far := l.column(us), l.column(them)
	a := LadderArrow{At: m.At, From: far, To: u, Label: labelOf(m), CSeq: m.CSeq, Again: m.Again, Message: place}
	if m.Direction == traceOut {
		a.From, a.To = u, far
	}
	l.Arrows = append(l.Arrows, a)
}

// column finds or adds a party. We are one, whatever our address is.
func (l *Ladder) column(c LadderColumn) int {
	for i, have := range l.Columns {
		if have == c || have.Us && c.Us {
			return i
		}
	}
	l.Columns = append(l.Columns, c)
	return len(l.Columns) - 1
}

// labelOf is what stands on the arrow.
func labelOf(m TraceMessage) string {
	word, rest, _ := strings.Cut(m.Start, " ")
	label := word
	if word == "SIP/2.0" {
		label = rest
	}
	if strings.Contains(m.Text, "\n\nv=0\n") || strings.Contains(m.Text, "in it:)\nv=0\n") {
		label += " (SDP)"
	}
	return label
}

// LadderText draws the calls as text: who sends what to whom when, with the
// number of the request, and an asterisk at what was sent before.
//
//	Call-ID a84b4c76e66710
//	              carrier             Sahut
//	         10.0.0.1:5060     10.0.0.9:5060
//	+0.000          |--INVITE (SDP)-->|        1 INVITE
//	+0.002          |<---200 OK (SDP)-|        1 INVITE
func (t *Tracer) LadderText(filter string) string {
	var b strings.Builder
	for i, l := range t.Ladders(filter) {
		if i > 0 {
			b.WriteString("\n")
		}
		l.write(&b)
	}
	return b.String()
}

// spacing is the room between two columns of the text.
const spacing = 34

// margin is the room of the time.
const margin = 12

func (l *Ladder) write(b *strings.Builder) {
	fmt.Fprintf(b, "Call-ID %s\n", l.CallID)
	if l.Contact != "" {
		fmt.Fprintf(b, "contact %s\n", l.Contact)
	}
	fmt.Fprintf(b, "%s\n", l.Began.Format("2006-01-02 15:04:05.000 MST"))
	l.heads(b, func(c LadderColumn) string { return c.Name })
	l.heads(b, func(c LadderColumn) string { return c.Address })
	again := false
	for _, a := range l.Arrows {
		again = again || a.Again
		fmt.Fprintf(b, "%-*s%s   %s\n", margin, fmt.Sprintf("+%.3f", a.At.Sub(l.Began).Seconds()), l.line(a), a.CSeq)
	}
	if again {
		b.WriteString("* sent before (retransmission)\n")
	}
}

// heads writes one line of what stands above the columns, each in the middle
// of its line.
func (l *Ladder) heads(b *strings.Builder, text func(LadderColumn) string) {
	line := []rune(strings.Repeat(" ", margin+len(l.Columns)*spacing))
	for i, c := range l.Columns {
		s := []rune(text(c))
		if len(s) > spacing-2 {
			s = s[:spacing-2]
		}
		copy(line[max(0, margin+i*spacing-len(s)/2):], s)
	}
	fmt.Fprintf(b, "%s\n", strings.TrimRight(string(line), " "))
}

// line draws one arrow over all columns.
func (l *Ladder) line(a LadderArrow) string {
	from, to := min(a.From, a.To), max(a.From, a.To)
	line := []rune(strings.Repeat(" ", (len(l.Columns)-1)*spacing+1))
	for i := range l.Columns {
		line[i*spacing] = '|'
	}
	room := (to-from)*spacing - 1
	label := a.Label
	if a.Again {
		label += " *"
	}
	if n := room - 4; utf8.RuneCountInString(label) > n {
		label = string([]rune(label)[:n-1]) + "…"
	}
	shaft := []rune(strings.Repeat("-", room))
	copy(shaft[(room-utf8.RuneCountInString(label))/2:], []rune(label))
	if a.To > a.From {
		shaft[room-1] = '>'
	} else {
		shaft[0] = '<'
	}
	copy(line[from*spacing+1:], shaft)
	return string(line)
}
