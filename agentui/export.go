package agentui

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"sahut/queue"
	"sahut/reports"
)

// columns of an exported report, after start and queue. Each share stands beside
// the n it was taken over.
var (
	exportCounts = []string{"offered", "answered", "answered_in_time", "abandoned", "abandoned_short", "unserved", "callbacks", "overflows", "blocked"}
	exportKPIs   = []string{"service_level", "abandon_rate", "answer_rate", "average_speed_of_answer", "wait_p50", "wait_p90", "longest_wait",
		"average_handle_time", "handle_time_p50", "average_hold_time", "average_wrap_up_time", "occupancy", "shrinkage", "adherence",
		"callback_safety", "callback_reach", "heavy_load_max", "heavy_load_p90"}
)

// getReportTable is the report's rows as a file.
func (s *Server) getReportTable(w http.ResponseWriter, r *request) error {
	q, err := questionOf(r)
	if err != nil {
		return err
	}
	if q.step == "" {
		q.step = reports.Daily
	}
	format := r.URL.Query().Get("format")
	if format != "csv" && format != "xlsx" {
		return badRequest("format is neither csv nor xlsx.")
	}
	rep, err := s.report(r, q)
	if err != nil {
		return err
	}
	if err := s.exported(r, "report."+format, q.queue, q.from, q.to); err != nil {
		return err
	}
	table := exportTable(rep, q)
	name := "sahut-" + q.from.In(q.zone).Format(time.DateOnly) + "-" + q.to.In(q.zone).Format(time.DateOnly) + "." + format
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if format == "csv" {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		return writeCSV(w, table)
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return writeXLSX(w, table)
}

// exported keeps in the journal that somebody takes data out of the house. What
// is not kept is not given.
func (s *Server) exported(r *request, what string, q queue.QueueID, from, to time.Time) error {
	e := queue.Entry{Kind: queue.ExportMade, By: r.author(), Reason: what, Queue: q}
	if !from.IsZero() {
		e.Target = from.Format(time.RFC3339) + "/" + to.Format(time.RFC3339)
	}
	if err := s.directory.Append(e); err != nil {
		return fmt.Errorf("keep that something was exported: %w", err)
	}
	return nil
}

// exportTable has one row a step, and what the figures depend on in each of them:
// rows are cut out and pasted elsewhere.
func exportTable(rep Report, q question) [][]any {
	head := []any{"start", "queue"}
	for _, c := range exportCounts {
		head = append(head, c)
	}
	for _, k := range exportKPIs {
		head = append(head, k, k+"_n")
	}
	table := [][]any{append(head, "t", "s", "time_zone")}
	for _, step := range rep.Steps {
		row := []any{step.Start.In(q.zone).Format("2006-01-02 15:04"), string(q.queue)}
		if step.Withheld { // an empty cell is no nought
			row = append(row, make([]any, len(exportCounts)+2*len(exportKPIs))...)
			table = append(table, append(row, rep.T, rep.S, rep.Zone))
			continue
		}
		row = append(row, step.Offered, step.Answered, step.InTime)
		for _, n := range []int{step.Abandoned, step.Short, step.Unserved, step.Callbacks, step.Overflows, step.Blocked} {
			if q.group != nil { // nobody of a group did that
				row = append(row, nil)
			} else {
				row = append(row, n)
			}
		}
		for _, id := range exportKPIs {
			i := slices.IndexFunc(step.KPIs, func(k reports.KPI) bool { return k.ID == id })
			switch {
			case i < 0:
				row = append(row, nil, nil)
			case step.KPIs[i].Shown:
				row = append(row, step.KPIs[i].Value, step.KPIs[i].N)
			default: // too few to say
				row = append(row, nil, step.KPIs[i].N)
			}
		}
		table = append(table, append(row, rep.T, rep.S, rep.Zone))
	}
	return table
}

// Harmless keeps a text from being taken for a formula by whoever opens the file.
func Harmless(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n|%") {
		return "'" + text
	}
	return text
}

func writeCSV(w http.ResponseWriter, table [][]any) error {
	if _, err := w.Write([]byte("\ufeff")); err != nil { // or Excel takes it for another alphabet
		return nil
	}
	out := csv.NewWriter(w)
	for _, row := range table {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = csvCell(v)
		}
		if err := out.Write(cells); err != nil {
			return nil // she left
		}
	}
	out.Flush()
	return nil
}

func csvCell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case string:
		return Harmless(v)
	}
	return Harmless(fmt.Sprint(v))
}

func writeXLSX(w http.ResponseWriter, table [][]any) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sahut"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	for i, row := range table {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return fmt.Errorf("write a sheet: %w", err)
		}
		cells := make([]any, len(row))
		for j, v := range row {
			cells[j] = v
			if text, ok := v.(string); ok {
				cells[j] = Harmless(text)
			}
		}
		if err := f.SetSheetRow(sheet, cell, &cells); err != nil {
			return fmt.Errorf("write a sheet: %w", err)
		}
	}
	if err := f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}); err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	_, err := f.WriteTo(w)
	return err
}
