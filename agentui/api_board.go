package agentui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"sahut/queue"
	"sahut/reports"
)

// Board is what a supervisor's wallboard shows. It has no caller's number.
type Board struct {
	Status       *queue.Snapshot               `json:"status"`
	Waiting      []queue.WaitingCaller         `json:"waiting"`
	Paths        map[queue.AgentID]PathState   `json:"paths"`   // of those whose sound is connected or connecting
	Quality      map[queue.AgentID]PathQuality `json:"quality"` // of those on shift who have talked: their own path's
	Unheard      []Unheard                     `json:"unheard"` // messages nobody took for longer than messages.alarm_after, oldest first
	Trunks       []Trunk                       `json:"trunks"`
	Today        Today                         `json:"today"`
	Calls        []queue.Call                  `json:"calls"`                  // the latest, running ones too, newest first
	Announcement *Announcement                 `json:"announcement,omitempty"` // that volunteers see now
	Conservation bool                          `json:"conservation"`           // the journal's laws hold
	Sos          []queue.SosView               `json:"sos"`                    // volunteers who call for help, also for supervisors off shift
}

// Unheard is a message that waits for a volunteer.
type Unheard struct {
	ID    queue.ContactID `json:"id"`
	Queue queue.QueueID   `json:"queue"`
	At    time.Time       `json:"at"`
}

// Today are the figures since midnight of the house's time zone, the shift plan's, at
// most todayEvery old. The server's own clock may well be of another.
type Today struct {
	From   time.Time      `json:"from"`
	At     time.Time      `json:"at"`
	T      string         `json:"t"` // an answer within it is in time, as 20s
	S      string         `json:"s"` // leaving within it is a short abandon, as 5s
	All    ReportLine     `json:"all"`
	Queues []ReportLine   `json:"queues"`
	Hours  []reports.Hour `json:"hours"`
	// Trends are figures by the hour since From, one for each hour that began;
	// null where there is too little to say.
	Trends map[string][]*float64 `json:"trends"`
}

// boardTrends are the figures with a small chart. Volunteers' time belongs to no
// hour alone, so occupancy has none.
var boardTrends = []string{"service_level", "abandon_rate", "average_speed_of_answer", "lost_caller_rate", "answer_rate", "wait_p90", "longest_wait", "average_time_to_abandon", "blockage"}

// BoardNow is one message of the stream.
type BoardNow struct {
	Now time.Time `json:"now"`
	*Board
	// You is what the supervisor who looks may do herself.
	You struct {
		State    queue.AgentState    `json:"state"`
		Listed   bool                `json:"listed"` // she is in the list of volunteers, so she may start a shift
		May      bool                `json:"may"`    // she can come to a talk now
		Floor    *queue.FloorView    `json:"floor,omitempty"`
		Debriefs []queue.DebriefView `json:"debriefs"` // who would like to talk to somebody about a hard call, but herself
	} `json:"you"`
}

const (
	boardEvery = 400 * time.Millisecond     // so that what is shown is less than a second old
	boardBeat  = 2*time.Second - boardEvery // when nothing changed: the page must hear something every two seconds, and takes silence for a dead connection
	boardWrite = 10 * time.Second           // a page that does not read is let go
	todayEvery = 10 * time.Second
	callsEvery = time.Second
	boardCalls = 25 // the latest calls that are shown
)

// boards makes the picture once for all who look.
type boards struct {
	mu    sync.Mutex // guards what follows
	made  time.Time
	board *Board
	today Today
	calls []queue.Call
	left  []Unheard
	read  time.Time // when calls and left were
}

// getBoard streams the board (server-sent events): whole pictures, when
// something changed. Browsers connect again by themselves.
func (s *Server) getBoard(w http.ResponseWriter, r *request) error {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(boardEvery)
	defer tick.Stop()
	var last []byte
	var told time.Time
	for {
		now := time.Now()
		picture, text, err := s.boardFor(r, now)
		if err != nil {
			return err
		}
		if changed := !bytes.Equal(picture, last); changed || now.Sub(told) >= boardBeat {
			last, told = picture, now
			_ = out.SetWriteDeadline(now.Add(boardWrite))
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
				return nil // she left
			}
			if err := out.Flush(); err != nil {
				return nil
			}
		}
		if r.URL.Query().Get("once") == "1" {
			return nil
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return nil
		case <-s.ctx.Done():
			return nil
		}
		if !s.sessions.unlocked(r.hash, time.Now()) {
			return nil
		}
	}
}

// boardFor is the picture for one supervisor, and the same with the time it is of.
func (s *Server) boardFor(r *request, now time.Time) (picture, text []byte, err error) {
	b, err := s.board(r.Context(), now)
	if err != nil {
		return nil, nil, err
	}
	one := BoardNow{Board: b}
	view, known := s.desk.View(queue.AgentID(r.user.Name))
	one.You.State, one.You.Floor, one.You.Listed = view.State, view.Floor, known && !view.Unlisted
	one.You.May = view.Floor != nil && view.Floor.May
	one.You.Debriefs = slices.DeleteFunc(append([]queue.DebriefView{}, b.Status.Debriefs...), func(d queue.DebriefView) bool { return string(d.Agent) == r.user.Name })
	if picture, err = json.Marshal(one); err != nil {
		return nil, nil, fmt.Errorf("write the board: %w", err)
	}
	one.Now = now
	text, err = json.Marshal(one)
	return picture, text, err
}

// board is at most boardEvery old.
func (s *Server) board(ctx context.Context, now time.Time) (*Board, error) {
	s.boards.mu.Lock()
	defer s.boards.mu.Unlock()
	if s.boards.board != nil && now.Sub(s.boards.made) < boardEvery {
		return s.boards.board, nil
	}
	ctx, cancel := context.WithTimeout(ctx, deskWithin)
	defer cancel()
	waiting, err := s.desk.Waiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask who waits: %w", err)
	}
	if here := now.In(s.boards.today.At.Location()); now.Sub(s.boards.today.At) >= todayEvery || dayOf(here) != dayOf(s.boards.today.At) {
		if s.boards.today, err = s.today(now); err != nil {
			return nil, err
		}
	}
	if now.Sub(s.boards.read) >= callsEvery {
		if s.boards.calls, err = s.latestCalls(now); err != nil {
			return nil, err
		}
		if s.boards.left, err = s.unheard(now); err != nil {
			return nil, err
		}
		s.boards.read = now
	}
	status := s.desk.Snapshot()
	b := &Board{
		Status: status, Sos: nonNil(status.Sos), Waiting: nonNil(waiting), Paths: s.screens.allPaths(), Quality: s.screens.allQualities(), Trunks: []Trunk{}, Unheard: s.boards.left,
		Today: s.boards.today, Calls: s.boards.calls, Announcement: s.screens.announced(), Conservation: len(s.desk.Conservation().Latest) == 0,
	}
	if s.line != nil {
		b.Trunks = nonNil(s.line.Trunks())
	}
	s.boards.board, s.boards.made = b, now
	return b, nil
}

// latestCalls are those of the last day, at most boardCalls.
func (s *Server) latestCalls(now time.Time) ([]queue.Call, error) {
	list := make([]queue.Call, 0, boardCalls)
	err := s.directory.Calls(now.Add(-24*time.Hour), func(c queue.Call) bool {
		list = append(list, c)
		return len(list) < boardCalls
	})
	if err != nil {
		return nil, fmt.Errorf("read the latest calls: %w", err)
	}
	return list, nil
}

// unheard are the messages that are open for too long.
func (s *Server) unheard(now time.Time) ([]Unheard, error) {
	left := []Unheard{}
	routing, _, err := s.directory.Routing()
	if err != nil {
		return nil, fmt.Errorf("read routing for the board: %w", err)
	}
	most := routing.Messages.Alarm.D()
	if s.messages == nil || most <= 0 {
		return left, nil
	}
	all, err := s.messages.List()
	if err != nil {
		return nil, fmt.Errorf("list messages for the board: %w", err)
	}
	for _, m := range all {
		if m.State == "open" && now.Sub(m.At) >= most {
			left = append(left, Unheard{m.ID, m.Queue, m.At})
		}
	}
	return left, nil
}

func dayOf(at time.Time) string { return at.Format(time.DateOnly) }

// today reads the journal since midnight, and before it who was there then.
func (s *Server) today(now time.Time) (Today, error) {
	routing, _, err := s.directory.Routing()
	if err != nil {
		return Today{}, fmt.Errorf("read the house's time zone: %w", err)
	}
	if zone, err := time.LoadLocation(routing.Shifts.TimeZone); err == nil {
		now = now.In(zone)
	}
	year, month, day := now.Date()
	from := time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	reader := reports.NewReader(from, now, reports.DefaultLimits)
	err = s.directory.Since(from.Add(-leadIn), func(e queue.Entry) bool {
		reader.Add(e)
		return true
	})
	if err != nil {
		return Today{}, fmt.Errorf("read today: %w", err)
	}
	reader.Close(now)
	t := Today{From: from, At: now, T: reports.DefaultLimits.T.String(), S: reports.DefaultLimits.S.String(), All: reportLine("", reader.All()), Queues: []ReportLine{}, Hours: nonNil(reader.Hours()), Trends: map[string][]*float64{}}
	for _, row := range reader.Rows(reports.Hourly, "", now.Location()) {
		for _, k := range row.KPIs() {
			if !slices.Contains(boardTrends, k.ID) {
				continue
			}
			var v *float64
			if k.Shown {
				rounded := math.Round(k.Value*10) / 10
				v = &rounded
			}
			t.Trends[k.ID] = append(t.Trends[k.ID], v)
		}
	}
	for _, q := range reader.Queues() {
		t.Queues = append(t.Queues, reportLine(q, reader.Queue(q)))
	}
	return t, nil
}
