package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"sahut/agentui"
	"sahut/queue"
)

// installation adds -data and -config to f.
func installation(f *flag.FlagSet) *dataFlags {
	d := new(dataFlags)
	f.StringVar(&d.data, "data", "", "data `directory`")
	f.StringVar(&d.config, "config", "", "settings `file` that names the data directory")
	return d
}

// withOperator opens the installation, runs do and closes it again.
func withOperator(d *dataFlags, do func(*operator) error) error {
	dir, err := d.dir()
	if err != nil {
		return err
	}
	o, err := openOperator(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(o), o.close())
}

// callsCommand lists the call records, oldest first.
func callsCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "calls")
	d := installation(f)
	since := f.Duration("since", 24*time.Hour, "how far back")
	asJSON := f.Bool("json", false, "one JSON object a line")
	asCSV := f.Bool("csv", false, "comma-separated values with a header")
	if _, err := parse(f, args); err != nil {
		return err
	}
	if *asJSON && *asCSV {
		return usageError{"choose -json or -csv"}
	}
	return withOperator(d, func(o *operator) error {
		calls, err := readCalls(ctx, o, *since)
		if err != nil {
			return err
		}
		switch {
		case *asJSON:
			return printLines(term.out, calls)
		case *asCSV:
			return printCSV(term.out, calls)
		}
		return printTable(term.out, calls)
	})
}

// readCalls reads the records of that time, oldest first.
func readCalls(ctx context.Context, o *operator, since time.Duration) ([]queue.Call, error) {
	query := url.Values{"since": {since.String()}}
	res, err := o.do(ctx, http.MethodGet, "/api/v1/calls?"+query.Encode(), "", nil, "Accept", "application/x-ndjson")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var calls []queue.Call
	for in := json.NewDecoder(res.Body); ; {
		var c queue.Call
		err := in.Decode(&c)
		if errors.Is(err, io.EOF) {
			slices.Reverse(calls)
			return calls, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the records: %w", err)
		}
		calls = append(calls, c)
	}
}

// printLines writes one JSON object a line.
func printLines[T any](w io.Writer, rows []T) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

var callColumns = []string{"id", "started", "ended", "channel", "direction", "number", "queue", "agent", "outcome", "wait_ms", "ring_ms", "talk_ms", "ended_by", "cost"}

// callRow is c in the order of callColumns.
func callRow(c queue.Call) []string {
	ended := ""
	if c.Ended != nil {
		ended = c.Ended.Format(time.RFC3339)
	}
	ms := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{string(c.ID), c.Started.Format(time.RFC3339), ended, string(c.Channel), c.Direction, c.Number,
		string(c.Queue), string(c.Agent), string(c.Outcome), ms(c.WaitMS), ms(c.RingMS), ms(c.TalkMS), string(c.EndedBy), strconv.FormatFloat(c.Cost, 'f', -1, 64)}
}

func printCSV(w io.Writer, calls []queue.Call) error {
	out := csv.NewWriter(w)
	if err := out.Write(callColumns); err != nil {
		return err
	}
	for _, c := range calls {
		row := callRow(c)
		for i := range row {
			row[i] = agentui.Harmless(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// printTable is for a person: local times, seconds, words.
func printTable(w io.Writer, calls []queue.Call) error {
	if len(calls) == 0 {
		_, err := fmt.Fprintln(w, "no calls in this time")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "STARTED\tNUMBER\tQUEUE\tVOLUNTEER\tOUTCOME\tWAITED\tTALKED\tENDED BY")
	seconds := func(ms int64) string { return (time.Duration(ms) * time.Millisecond).Round(time.Second).String() }
	for _, c := range calls {
		outcome := string(c.Outcome)
		if outcome == "" {
			outcome = "(running)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Started.Local().Format("2006-01-02 15:04:05"), c.Number, c.Queue, c.Agent, outcome, seconds(c.WaitMS), seconds(c.TalkMS), c.EndedBy)
	}
	return t.Flush()
}

// verifyCommand checks the conservation laws over the whole journal.
func verifyCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "verify")
	d := installation(f)
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		var found struct {
			Violations []string `json:"violations"`
		}
		if err := o.get(ctx, "/api/v1/verify", &found); err != nil {
			return err
		}
		for _, v := range found.Violations {
			fmt.Fprintln(term.out, v)
		}
		if n := len(found.Violations); n > 0 {
			return fmt.Errorf("%d conservation laws are broken; keep a copy of the data directory and report this", n)
		}
		fmt.Fprintln(term.out, "every conservation law holds")
		return nil
	})
}
