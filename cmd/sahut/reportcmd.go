package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"

	"sahut/agentui"
	"sahut/reports"
)

// reportCommand prints the figures of a time; days are those of this machine.
func reportCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "report")
	d := installation(f)
	span := spanFlags(f)
	asJSON := f.Bool("json", false, "one JSON object")
	if _, err := parse(f, args); err != nil {
		return err
	}
	query, err := span.query()
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		var rep agentui.Report
		if err := o.get(ctx, "/api/v1/report?"+query.Encode(), &rep); err != nil {
			return err
		}
		if *asJSON {
			return printLines(term.out, []agentui.Report{rep})
		}
		return printKPIs(term.out, rep)
	})
}

// spanAsked is the time a command is about, and the limits of its figures.
type spanAsked struct {
	from, to *string
	t, s     *time.Duration
}

func spanFlags(f *flag.FlagSet) spanAsked {
	return spanAsked{
		from: f.String("from", "", "begin: a `day` as 2026-11-23, or a time; default so long before the end as the command usually looks back"),
		to:   f.String("to", "", "end, not included: a `day` or a time; default now"),
		t:    f.Duration("t", reports.DefaultLimits.T, "an answer within it is in time"),
		s:    f.Duration("s", reports.DefaultLimits.S, "leaving within it is a short abandon"),
	}
}

func (a spanAsked) query() (url.Values, error) {
	query := url.Values{"t": {a.t.String()}, "s": {a.s.String()}}
	for name, text := range map[string]string{"from": *a.from, "to": *a.to} {
		at, err := dayOrTime(text)
		if err != nil {
			return nil, usageError{"-" + name + " takes a day as 2026-11-23 or a time as 2026-11-23T08:00:00+07:00"}
		}
		if text != "" {
			query.Set(name, at.Format(time.RFC3339))
		}
	}
	return query, nil
}

func dayOrTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return day, nil
	}
	return time.Parse(time.RFC3339, text)
}

// printKPIs is for a person: never a figure without its time, T, S and n.
func printKPIs(w io.Writer, rep agentui.Report) error {
	zone, _ := rep.From.Local().Zone()
	fmt.Fprintf(w, "%s to %s (%s), T = %s, S = %s\n\n", rep.From.Local().Format(time.DateTime), rep.To.Local().Format(time.DateTime), zone, rep.T, rep.S)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "QUEUE\tOFFERED\tANSWERED\tABANDONED\tSHORT\tUNSERVED\tCALL-BACK\tMOVED ON\tBLOCKED\tLEFT BEFORE")
	for _, l := range append(rep.Queues, rep.All) {
		name := string(l.Queue)
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", name, l.Offered, l.Answered, l.Abandoned, l.Short, l.Unserved, l.Callbacks, l.Overflows, l.Blocked, l.Left)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "FIGURE\tALL\tN")
	for _, k := range rep.All.KPIs {
		fmt.Fprintf(t, "%s\t%s\t%d\n", k.ID, kpiValue(k), k.N)
	}
	return t.Flush()
}

func kpiValue(k reports.KPI) string {
	switch {
	case !k.Shown:
		return "too few"
	case k.Unit == "percent":
		return fmt.Sprintf("%.2f %%", k.Value)
	case k.Unit == "contacts":
		return fmt.Sprintf("%.0f contacts", k.Value)
	}
	return fmt.Sprintf("%.1f s", k.Value)
}
