package agentui_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sahut/agentui"
	"sahut/queue"
)

// reported is a house whose journal has n callers an hour apart, every third of
// whom left.
func reported(t *testing.T, n int, q queue.QueueID) (*browser, time.Time) {
	h := newHouse(t)
	begin := time.Date(2026, 11, 2, 0, 30, 0, 0, time.UTC)
	for i := range n {
		at, c := begin.Add(time.Duration(i)*time.Hour), queue.NewContactID(begin)
		how := "talk"
		if i%3 == 2 {
			how = "abandon"
		}
		h.dir.Journal = append(h.dir.Journal,
			queue.Entry{At: at, Kind: queue.CallArrived, Contact: c, Queue: q, Direction: queue.DirectionIn}, queue.Entry{At: at, Kind: queue.QueueEntered, Contact: c, Queue: q},
			queue.Entry{At: at.Add(9 * time.Second), Kind: queue.QueueLeft, Contact: c, Queue: q, Reason: how, WaitMS: 9000},
			queue.Entry{At: at.Add(9 * time.Second), Kind: queue.TalkStarted, Contact: c, Agent: queue.AgentID(fmt.Sprint("v", i%6))},
			queue.Entry{At: at.Add(time.Minute), Kind: queue.CallOver, Contact: c, Outcome: queue.OutcomeAnswered})
	}
	return h.signIn("rina"), begin
}

const november = "from=2026-11-02T00:00:00%2B07:00&to=2026-11-09T00:00:00%2B07:00&zone=Asia/Jakarta"

// Any figure opens the calls behind it.
func TestReportRowsAndCalls(t *testing.T) {
	rina, _ := reported(t, 48, "hotline")
	var rep agentui.Report
	rina.send("GET", "/api/v1/report?step=day&"+november, nil).into(t, &rep)
	if len(rep.Steps) != 7 || rep.All.Offered != 48 || rep.Zone != "Asia/Jakarta" {
		t.Fatalf("report %+v", rep)
	}
	for i, want := range []int{17, 24, 7} { // the first caller came at 7.30
		if got := rep.Steps[i]; got.Offered != want || got.Start.Format(time.DateOnly) != fmt.Sprintf("2026-11-%02d", i+2) {
			t.Errorf("day %d: %+v", i, got)
		}
	}
	var calls agentui.ReportCalls
	rina.send("GET", "/api/v1/report/calls?figure=abandoned&"+november, nil).into(t, &calls)
	if len(calls.Calls) != rep.All.Abandoned || rep.All.Abandoned != 16 || !calls.Calls[0].Ended.After(calls.Calls[1].Ended) {
		t.Errorf("%d calls behind %d", len(calls.Calls), rep.All.Abandoned)
	}
	rina.send("GET", "/api/v1/report/calls?figure=abandon_rate&"+november, nil).into(t, &calls)
	n := 0
	for _, c := range calls.Calls {
		if c.Counts {
			n++
		}
	}
	if !calls.Share || calls.Of != 48 || len(calls.Calls) != 48 || n != 16 {
		t.Errorf("a share has %d of %d calls behind it", n, len(calls.Calls))
	}
	rina.send("GET", "/api/v1/report/calls?figure=longest_wait&"+november, nil).into(t, &calls)
	if calls.Share || len(calls.Calls) != 48 || !slices.IsSortedFunc(calls.Calls, func(a, b agentui.ReportCall) int { return cmp.Compare(b.WaitMS, a.WaitMS) }) {
		t.Errorf("behind the longest wait: %+v", calls)
	}
	rina.send("GET", "/api/v1/report/calls?figure=offered&queue=other&"+november, nil).into(t, &calls)
	if len(calls.Calls) != 0 {
		t.Errorf("%d calls of another queue", len(calls.Calls))
	}
	rina.send("GET", "/api/v1/report?step=week&agent=v0&agent=v1&agent=v2&"+november, nil).into(t, &rep)
	if rep.All.Answered != 16 || rep.All.Abandoned != 0 {
		t.Errorf("a group answered %d", rep.All.Answered)
	}
	for _, k := range rep.All.KPIs {
		if k.ID == "abandon_rate" || k.ID == "lost_caller_rate" || k.ID == "answer_rate" || k.ID == "blockage" {
			t.Errorf("a group has %+v: who was not answered was nobody's", k)
		}
	}
	file, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(rina.send("GET", "/api/v1/report/table?format=csv&step=week&agent=v0&agent=v1&agent=v2&"+november, nil).body, "\ufeff"))).ReadAll()
	if err != nil || len(file) != 2 {
		t.Fatalf("a group's file: %v %q", err, file)
	}
	for i, column := range file[0] {
		if want, ok := map[string]string{"answered": "16", "abandoned": "", "blocked": "", "abandon_rate": "", "abandon_rate_n": "", "service_level": "100.000", "t": "20s", "time_zone": "Asia/Jakarta"}[column]; ok && file[1][i] != want {
			t.Errorf("a group's file has %s %q", column, file[1][i])
		}
	}
	for _, bad := range []string{"report?step=minute", "report?zone=Mars", "report?agent=v1&agent=v1&agent=v1", "report/calls?figure=tears", "report/calls?figure=occupancy", "report/table?format=pdf"} {
		if r := rina.send("GET", "/api/v1/"+bad, nil); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, r.status)
		}
	}
}

// Figures of talks open the talks, the longest first, with the time that makes them;
// figures of call-backs the attempts, those that were not safe first.
func TestTalksAndAttemptsBehindFigures(t *testing.T) {
	h := newHouse(t)
	begin := time.Date(2026, 11, 3, 1, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return begin.Add(time.Duration(s) * time.Second) }
	state := func(s int, from, to queue.AgentState) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.StateChanged, Agent: "sari", From: from, To: to}
	}
	add := func(list ...queue.Entry) { h.dir.Journal = append(h.dir.Journal, list...) }
	add(queue.Entry{At: at(0), Kind: queue.ShiftBegan, Agent: "sari"}, state(0, queue.Offline, queue.Ready))
	for i, talk := range []int{100, 400, 200} { // and on hold and writing for a tenth of it
		s, c := 1000*(i+1), queue.ContactID(fmt.Sprint("C", i))
		add(queue.Entry{At: at(s), Kind: queue.CallArrived, Contact: c, Queue: "hotline", Direction: queue.DirectionIn}, queue.Entry{At: at(s), Kind: queue.QueueEntered, Contact: c, Queue: "hotline"},
			queue.Entry{At: at(s), Kind: queue.QueueLeft, Contact: c, Queue: "hotline", Reason: "talk", WaitMS: 3000}, queue.Entry{At: at(s), Kind: queue.TalkStarted, Contact: c, Agent: "sari", Queue: "hotline"},
			state(s, queue.Ready, queue.Talking), state(s+10, queue.Talking, queue.Held), state(s+10+talk/10, queue.Held, queue.Talking),
			queue.Entry{At: at(s + talk), Kind: queue.TalkEnded, Contact: c, Agent: "sari", Queue: "hotline", TalkMS: int64(talk) * 1000}, queue.Entry{At: at(s + talk), Kind: queue.CallOver, Contact: c, Outcome: queue.OutcomeAnswered},
			state(s+talk, queue.Talking, queue.WrapUp), state(s+talk+talk/10, queue.WrapUp, queue.Ready))
	}
	for i, verdict := range []string{queue.DialledSafely, "", queue.SafetyUnknown, queue.DialledSafely} {
		add(queue.Entry{At: at(5000 + i), Kind: queue.CallbackDialled, Contact: queue.ContactID(fmt.Sprint("B", i)), Agent: "sari", Queue: "hotline", Result: verdict})
	}
	add(queue.Entry{At: at(5010), Kind: queue.CallbackReached, Contact: "B0", Agent: "sari", Queue: "hotline"})
	rina := h.signIn("rina")
	for figure, want := range map[string]string{
		"handle_time_p50": "C1 440 answered, C2 220 answered, C0 110 answered", "average_handle_time": "C1 440 answered, C2 220 answered, C0 110 answered",
		"average_hold_time": "C1 40 answered, C2 20 answered, C0 10 answered", "average_wrap_up_time": "C1 40 answered, C2 20 answered, C0 10 answered",
		"callback_safety": "B2 0 back_missed, B3 0 back_missed counts, B0 0 back_reached counts",
		"callback_reach":  "B3 0 back_missed, B2 0 back_missed, B1 0 back_missed, B0 0 back_reached counts",
	} {
		var calls agentui.ReportCalls
		rina.send("GET", "/api/v1/report/calls?figure="+figure+"&"+november, nil).into(t, &calls)
		var got []string
		for _, c := range calls.Calls {
			got = append(got, fmt.Sprint(c.Contact, " ", c.TookMS/1000, " ", c.Result)+map[bool]string{true: " counts"}[c.Counts])
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("behind %s stand %s", figure, strings.Join(got, ", "))
		}
		if calls.Share != strings.HasPrefix(figure, "callback") {
			t.Errorf("%s: a share is %v", figure, calls.Share)
		}
	}
	var none agentui.ReportCalls
	rina.send("GET", "/api/v1/report/calls?figure=callback_safety&queue=other&"+november, nil).into(t, &none)
	if none.Of != 0 {
		t.Errorf("%d attempts of another queue", none.Of)
	}
}

// Who takes figures out of the house is in the journal first; if that cannot be
// kept, nothing is given.
func TestExportsAreKept(t *testing.T) {
	h := newHouse(t)
	rina, admin := h.signIn("rina"), h.signIn("admin")
	rina.send("GET", "/api/v1/report?"+november, nil) // reading is none
	rina.send("GET", "/api/v1/report/table?format=csv&queue=hotline&"+november, nil)
	rina.send("GET", "/api/v1/report/table?format=xlsx&"+november, nil)
	rina.send("GET", "/api/v1/calls", nil, "Accept", "application/x-ndjson")
	admin.send("GET", "/api/v1/backup", nil)
	var got []string
	for _, e := range h.dir.Journal {
		if e.Kind == queue.ExportMade {
			got = append(got, e.By+" "+e.Reason)
		}
	}
	if want := []string{"rina report.csv", "rina report.xlsx", "rina calls", "admin backup"}; !slices.Equal(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
	for _, e := range h.dir.Journal {
		if e.Reason == "report.csv" && (e.Queue != "hotline" || e.Target != "2026-11-02T00:00:00+07:00/2026-11-09T00:00:00+07:00") {
			t.Errorf("kept %+v", e)
		}
	}
	h.dir.Full = true
	for _, path := range []string{"report/table?format=csv&" + november, "report/table?format=xlsx&" + november} {
		if r := rina.send("GET", "/api/v1/"+path, nil); r.status != http.StatusInternalServerError || strings.Contains(r.body, "offered") {
			t.Errorf("%s without a journal: %d", path, r.status)
		}
	}
	if r := admin.send("GET", "/api/v1/backup", nil); r.status != http.StatusInternalServerError {
		t.Errorf("a backup without a journal: %d", r.status)
	}
}

// No figure is about one or two persons, not by the rest, nor by what was asked
// before, nor in a row.
func TestNoFigureOfAPerson(t *testing.T) {
	rina, _ := reported(t, 48, "hotline") // v0 to v5, an hour each
	day := "from=2026-11-02T00:00:00%2B07:00&to=2026-11-04T00:00:00%2B07:00&zone=Asia/Jakarta"
	ask := func(span string, who ...string) (string, agentui.Report) {
		path := "/api/v1/report?" + span
		for _, w := range who {
			path += "&agent=" + w
		}
		var rep agentui.Report
		r := rina.send("GET", path, nil)
		if r.status == http.StatusOK {
			r.into(t, &rep)
		}
		return r.code, rep
	}
	for _, c := range []struct {
		why  string
		who  []string
		want string
	}{
		{"three", []string{"v0", "v1", "v2"}, ""},
		{"the same again", []string{"v0", "v1", "v2"}, ""},
		{"one more", []string{"v0", "v1", "v2", "v3"}, "group_rest"}, // and two others
		{"one who was not there", []string{"v0", "v1", "nobody"}, "group_idle"},
		{"all but one", []string{"v0", "v1", "v2", "v3", "v4"}, "group_rest"},
		{"the other three", []string{"v3", "v4", "v5"}, ""},
		{"one replaced", []string{"v1", "v2", "v3"}, ""}, // its difference is of two, and of no one
	} {
		if got, _ := ask(day, c.who...); got != c.want {
			t.Errorf("%s: %q", c.why, got)
		}
	}
	if got, _ := ask("from=2026-12-01T00:00:00%2B07:00&to=2026-12-02T00:00:00%2B07:00", "v0", "v1", "v4"); got != "" {
		t.Errorf("another time: %q", got)
	}
	// A row of an hour is one volunteer's.
	_, rep := ask("step=hour&"+day, "v0", "v1", "v2")
	hidden := 0
	for _, row := range rep.Steps {
		if row.Answered != 0 {
			t.Errorf("an hour of one volunteer is told: %+v", row)
		}
		if row.Withheld {
			hidden++
		}
	}
	if hidden < 20 {
		t.Errorf("only %d hours are withheld", hidden)
	}
	r := rina.send("GET", "/api/v1/report/table?format=csv&step=hour&"+day+"&agent=v0&agent=v1&agent=v2", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.body, "\ufeff"))).ReadAll() // wants as many cells in each row
	if err != nil || len(rows) != 49 || rows[8][2] != "" || rows[8][len(rows[8])-1] != "Asia/Jakarta" {
		t.Errorf("the file: %v %q", err, rows[8])
	}
	if len(rep.Hours) != 0 {
		t.Error("the hours are told, too")
	}
	if r := rina.send("GET", "/api/v1/report/calls?figure=answered&agent=v0&agent=v1&agent=v2&from=2026-11-02T07:00:00%2B07:00&to=2026-11-02T08:00:00%2B07:00", nil); r.code != "group_idle" {
		t.Errorf("the calls of one volunteer's hour: %d %s", r.status, r.code)
	}
}

// The files have the same rows, and no cell that a spreadsheet would calculate.
func TestReportFiles(t *testing.T) {
	rina, _ := reported(t, 30, "=cmd|'/c calc'!A1")
	path := "/api/v1/report/table?queue=%3Dcmd%7C%27%2Fc%20calc%27%21A1&" + november
	r := rina.send("GET", path+"&format=csv", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(r.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 8 || rows[0][2] != "offered" || rows[1][2] != "17" {
		t.Fatalf("%v %v", rows, err)
	}
	if got := rows[1][1]; got != "'=cmd|'/c calc'!A1" {
		t.Errorf("the queue is %q", got)
	}
	for i, name := range rows[0] {
		switch {
		case name == "service_level" && rows[1][i] == "", name == "service_level" && rows[7][i] != "", name == "t" && rows[1][i] != "20s", name == "time_zone" && rows[1][i] != "Asia/Jakarta":
			t.Errorf("%s is %q and %q", name, rows[1][i], rows[7][i])
		}
	}
	if r := rina.send("GET", path+"&format=xlsx", nil); !strings.Contains(r.header.Get("Content-Disposition"), "sahut-2026-11-02-2026-11-09.xlsx") {
		t.Errorf("named %s", r.header.Get("Content-Disposition"))
	} else if f, err := excelize.OpenReader(strings.NewReader(r.body)); err != nil {
		t.Error(err)
	} else {
		defer f.Close()
		sheet, err := f.GetRows("Sahut")
		if err != nil || len(sheet) != 8 || sheet[1][2] != "17" || sheet[1][1] != "'=cmd|'/c calc'!A1" {
			t.Errorf("%v %v", sheet, err)
		}
		for i := range sheet {
			if formula, err := f.GetCellFormula("Sahut", fmt.Sprintf("B%d", i+1)); err != nil || formula != "" {
				t.Errorf("row %d is calculated: %s %v", i, formula, err)
			}
		}
	}
}
