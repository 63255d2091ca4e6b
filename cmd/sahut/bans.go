package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"

	"sahut/agentui"
)

// Bans is part of agentui.Line.
func (l line) Bans() []agentui.Ban {
	var all []agentui.Ban
	for _, b := range l.server.Bans() {
		host := b.Host.String()
		if b.Host.IsSingleIP() {
			host = b.Host.Addr().String()
		}
		all = append(all, agentui.Ban{Host: host, Cause: b.Cause, Since: b.Since, Until: b.Until})
	}
	return all
}

// Unban is part of agentui.Line.
func (l line) Unban(host string) bool { return l.server.Unban(host) }

// bansCommand prints which hosts the running server does not listen to.
func bansCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "bans")
	d := installation(f)
	asJSON := f.Bool("json", false, "one JSON object a line")
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		var list agentui.BanList
		if err := o.get(ctx, "/api/v1/bans", &list); err != nil {
			return err
		}
		if *asJSON {
			return printLines(term.out, list.Bans)
		}
		if len(list.Bans) == 0 {
			fmt.Fprintln(term.out, "nobody is banned, or no server is running on this data directory")
			return nil
		}
		t := tabwriter.NewWriter(term.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "HOST\tWHY\tSINCE\tUNTIL")
		for _, b := range list.Bans {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", b.Host, b.Cause, b.Since.Local().Format("2006-01-02 15:04:05"), b.Until.Local().Format("15:04:05"))
		}
		return t.Flush()
	})
}

// unbanCommand has the running server listen to a host again.
func unbanCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "unban")
	d := installation(f)
	rest, err := parse(f, args, "HOST")
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		if err := o.json(ctx, http.MethodDelete, "/api/v1/bans/"+url.PathEscape(rest[0]), nil, nil); err != nil {
			return fmt.Errorf("%s is not banned, see `sahut bans`: %w", rest[0], err)
		}
		fmt.Fprintf(term.out, "%s is listened to again\n", rest[0])
		return nil
	})
}
