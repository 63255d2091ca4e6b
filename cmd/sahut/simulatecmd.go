package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"sahut/agentui"
	"sahut/reports"
)

// simulateCommand replays the past through another routing and prints what it
// would have changed.
func simulateCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "simulate")
	d := installation(f)
	file := f.String("routing", "", "the changed routing, a YAML `file`; - is the standard input")
	span := spanFlags(f)
	asJSON := f.Bool("json", false, "one JSON object")
	if _, err := parse(f, args); err != nil {
		return err
	}
	query, err := span.query()
	if err != nil {
		return err
	}
	if *file == "" {
		return usageError{"name the changed routing with -routing; sahut routing export prints the present one"}
	}
	text, err := os.ReadFile(*file)
	if *file == "-" {
		text, err = io.ReadAll(term.in)
	}
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		res, err := o.do(ctx, http.MethodPost, "/api/v1/routing/whatif?"+query.Encode(), "application/yaml", bytes.NewReader(text), "Accept", "application/json")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		var found agentui.WhatIf
		if err := json.NewDecoder(res.Body).Decode(&found); err != nil {
			return err
		}
		if *asJSON {
			return printLines(term.out, []agentui.WhatIf{found})
		}
		return printWhatIf(term.out, found)
	})
}

// whatIfKPIs are the figures that are printed.
var whatIfKPIs = []string{"service_level", "abandon_rate", "answer_rate", "blockage", "average_speed_of_answer", "wait_p50", "wait_p90", "longest_wait", "occupancy"}

func printWhatIf(w io.Writer, f agentui.WhatIf) error {
	zone, _ := f.From.Local().Zone()
	fmt.Fprintf(w, "%s to %s (%s), T = %s, S = %s, %d callers\n\n", f.From.Local().Format(time.DateTime), f.To.Local().Format(time.DateTime), zone, f.T, f.S, f.Callers)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	queues := map[string]bool{}
	for _, run := range []agentui.WhatIfRun{f.Real, f.Control, f.Changed} {
		for _, l := range run.Queues {
			queues[string(l.Queue)] = true
		}
	}
	for _, q := range append(sortedKeys(queues), "") {
		name, exits := q, ""
		if q == "" {
			name, exits = "all", fmt.Sprintf("exits taken\t%d\t%d\t%d\n", f.Real.Exits, f.Control.Exits, f.Changed.Exits)
		}
		fmt.Fprintf(t, "%s\tREALLY\tREPLAYED\tCHANGED\n", name)
		a, b, c := lineOf(f.Real, q), lineOf(f.Control, q), lineOf(f.Changed, q)
		for _, row := range []struct {
			name    string
			a, b, c int
		}{
			{"answered", a.Answered, b.Answered, c.Answered}, {"abandoned", a.Abandoned, b.Abandoned, c.Abandoned}, {"unserved", a.Unserved, b.Unserved, c.Unserved},
			{"moved on", a.Overflows, b.Overflows, c.Overflows}, {"blocked", a.Blocked, b.Blocked, c.Blocked},
		} {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\n", row.name, row.a, row.b, row.c)
		}
		fmt.Fprint(t, exits)
		for _, id := range whatIfKPIs {
			if q != "" && id == "occupancy" { // volunteers answer several queues
				continue
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", id, kpiOf(a, id), kpiOf(b, id), kpiOf(c, id))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, fitWords(f.Fit))
	for _, n := range f.Notes {
		fmt.Fprintf(w, "- %s\n", noteWords(n))
	}
	return nil
}

func lineOf(run agentui.WhatIfRun, queue string) agentui.ReportLine {
	if queue == "" {
		return run.All
	}
	for _, l := range run.Queues {
		if string(l.Queue) == queue {
			return l
		}
	}
	return agentui.ReportLine{}
}

func kpiOf(l agentui.ReportLine, id string) string {
	for _, k := range l.KPIs {
		if k.ID == id {
			return kpiValue(k)
		}
	}
	return "-"
}

// fitWords say how far the figures can be trusted.
func fitWords(f reports.Fit) string {
	off := fmt.Sprintf("replayed unchanged, the past comes out with %+.1f points of abandons, %+.1f points of service level and %+.1f s of mean wait", f.AbandonRate, f.ServiceLevel, f.MeanWait)
	switch f.Verdict {
	case "good":
		return "Good fit: " + off + ". Compare REPLAYED with CHANGED."
	case "fair":
		return "Fair fit: " + off + ". Trust the direction of a change, not its size; compare REPLAYED with CHANGED."
	case "poor":
		return "Poor fit: " + off + ". Do not decide by these figures."
	}
	return "Too few callers to judge: " + off + "."
}

func noteWords(n reports.Note) string {
	switch n.Code {
	case "routing_changed":
		return fmt.Sprintf("the routing was changed %d times within; REPLAYED uses the present one throughout", n.N)
	case "server_started":
		return fmt.Sprintf("the server started %d times within; calls that this broke are replayed as if it had not", n.N)
	case "number_gone":
		return fmt.Sprintf("%d callers dialled a number that is no longer there, and are left out", n.N)
	case "no_shifts":
		return fmt.Sprintf("%d volunteers of the changed routing were not on shift in this time; they answer nobody", n.N)
	case "came_back":
		return fmt.Sprintf("%d callers came back to their place or after a break; the journal does not know who called again, so they are replayed as new ones", n.N)
	case "transferred":
		return fmt.Sprintf("%d talks were transferred; they are replayed as one talk with the first volunteer", n.N)
	}
	return fmt.Sprintf("%s: %d", n.Code, n.N)
}

func sortedKeys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
