package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"text/tabwriter"

	"sahut/agentui"
	"sahut/configs"
)

// routingCommand edits numbers, queues and volunteers as YAML.
func routingCommand(ctx context.Context, term *terminal, args []string) error {
	what, rest, err := verb(args, "export", "apply", "history", "rollback")
	if err != nil {
		return err
	}
	switch what {
	case "export":
		return routingExport(ctx, term, rest)
	case "apply":
		return routingApply(ctx, term, rest)
	case "history":
		return routingHistory(ctx, term, rest)
	}
	return routingRollback(ctx, term, rest)
}

// routingExport prints the present routing, or an old revision of it.
func routingExport(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "routing export")
	d := installation(f)
	revision := f.Uint64("revision", 0, "an old revision `number`")
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		path := "/api/v1/routing"
		if *revision != 0 {
			path += "/" + strconv.FormatUint(*revision, 10)
		}
		res, err := o.do(ctx, http.MethodGet, path, "", nil, "Accept", "application/yaml")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(term.out, res.Body)
		return err
	})
}

// routingApply checks a YAML file and puts it in force; with a mistake in it
// nothing changes.
func routingApply(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "routing apply")
	d := installation(f)
	dry := f.Bool("n", false, "only check and say what would change")
	files, err := parse(f, args, "FILE")
	if err != nil {
		return err
	}
	in := term.in
	if files[0] != "-" {
		file, err := os.Open(files[0])
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	return withOperator(d, func(o *operator) error {
		path := "/api/v1/routing"
		if *dry {
			path += "?dry_run=1"
		}
		res, err := o.do(ctx, http.MethodPut, path, "application/yaml", in, "Accept", "application/json", "If-Match", "*")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		var done struct {
			Revision uint64            `json:"revision"`
			Changes  []configs.Change  `json:"changes"`
			Problems []configs.Problem `json:"problems"`
		}
		if err := decode(res.Body, &done); err != nil {
			return err
		}
		if len(done.Problems) > 0 {
			return &problem{Title: "the routing was not accepted; nothing changed", Problems: done.Problems}
		}
		for _, c := range done.Changes {
			fmt.Fprintln(term.out, c)
		}
		switch {
		case *dry:
			fmt.Fprintf(term.out, "%d changes; nothing was applied\n", len(done.Changes))
		case len(done.Changes) == 0:
			fmt.Fprintf(term.out, "nothing changed; revision %d stays in force\n", done.Revision)
		default:
			fmt.Fprintf(term.out, "revision %d is in force\n", done.Revision)
		}
		return nil
	})
}

// routingHistory lists the revisions, newest first.
func routingHistory(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "routing history")
	d := installation(f)
	asJSON := f.Bool("json", false, "one JSON object a line")
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		var list agentui.History
		if err := o.get(ctx, "/api/v1/routing/history", &list); err != nil {
			return err
		}
		if *asJSON {
			return printLines(term.out, list.Revisions)
		}
		t := tabwriter.NewWriter(term.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "REVISION\tWHEN\tBY\tNOTE")
		for _, r := range list.Revisions {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", r.Number, r.At.Local().Format("2006-01-02 15:04:05"), r.Author, r.Note)
		}
		return t.Flush()
	})
}

// routingRollback puts an old revision in force again, as a new one.
func routingRollback(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "routing rollback")
	d := installation(f)
	rest, err := parse(f, args, "REVISION")
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(rest[0], 10, 64)
	if err != nil {
		return usageError{fmt.Sprintf("%q is not a revision number; see sahut routing history", rest[0])}
	}
	return withOperator(d, func(o *operator) error {
		var done struct {
			Revision uint64 `json:"revision"`
		}
		if err := o.json(ctx, http.MethodPost, "/api/v1/routing/rollback", map[string]uint64{"revision": n}, &done); err != nil {
			return err
		}
		fmt.Fprintf(term.out, "revision %d is in force: the content of revision %d\n", done.Revision, n)
		return nil
	})
}
