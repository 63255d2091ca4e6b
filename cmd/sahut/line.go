package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"text/tabwriter"
	"time"

	"sahut/agentui"
	"sahut/sip"
)

// line fits the SIP side to agentui.Line.
type line struct{ server *sip.Server }

func (l line) Trunks() []agentui.Trunk {
	var all []agentui.Trunk
	for _, t := range l.server.TrunkStates() {
		all = append(all, agentui.Trunk{
			Name: t.Name, Server: t.Server, Address: t.Address, Registers: t.Registers, Registered: t.Registered, Expires: timeOrNone(t.Expires),
			Up: t.Up, Since: t.Since, Cause: t.Cause, CauseCode: t.CauseCode, Checked: timeOrNone(t.Checked), RTTMillis: milli(t.RTT), Calls: t.Calls, Outgoing: t.Outgoing,
		})
	}
	return all
}

// timeOrNone is nil for a time that never was.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (l line) Trace() agentui.Trace { return trace{l.server.Trace()} }

// trace fits sip.Tracer to agentui.Trace.
type trace struct{ tracer *sip.Tracer }

func (t trace) Start(by string, d time.Duration) agentui.TraceStatus {
	return agentui.TraceStatus(t.tracer.Start(by, d))
}

func (t trace) Stop(by string) agentui.TraceStatus { return agentui.TraceStatus(t.tracer.Stop(by)) }
func (t trace) Status() agentui.TraceStatus        { return agentui.TraceStatus(t.tracer.Status()) }
func (t trace) LadderText(filter string) string    { return t.tracer.LadderText(filter) }

func (t trace) Messages(filter string) []agentui.TraceMessage {
	var all []agentui.TraceMessage
	for _, m := range t.tracer.Messages(filter) {
		all = append(all, agentui.TraceMessage{At: m.At, Direction: m.Direction, Transport: m.Transport, Local: m.Local, Remote: m.Remote, Start: m.Start, Text: m.Text})
	}
	return all
}

func (t trace) Ladders(filter string) []agentui.Ladder {
	var all []agentui.Ladder
	for _, l := range t.tracer.Ladders(filter) {
		out := agentui.Ladder{CallID: l.CallID, Contact: l.Contact, Began: l.Began}
		for _, c := range l.Columns {
			out.Columns = append(out.Columns, agentui.LadderColumn(c))
		}
		for _, a := range l.Arrows {
			out.Arrows = append(out.Arrows, agentui.LadderArrow(a))
		}
		all = append(all, out)
	}
	return all
}

// trunksCommand prints how the trunks are, as the running server sees them.
func trunksCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "trunks")
	d := installation(f)
	asJSON := f.Bool("json", false, "one JSON object a line")
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		res, err := o.do(ctx, http.MethodGet, "/api/v1/trunks", "", nil)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		var list agentui.TrunkList
		if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
			return fmt.Errorf("read the trunks: %w", err)
		}
		if *asJSON {
			return printLines(term.out, list.Trunks)
		}
		if len(list.Trunks) == 0 {
			fmt.Fprintln(term.out, "no trunk, or no server is running on this data directory")
			return nil
		}
		t := tabwriter.NewWriter(term.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "TRUNK\tSTATE\tSINCE\tREGISTERED\tSERVER\tCALLS\tWHY")
		for _, k := range list.Trunks {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", k.Name, upOrDown(k.Up), k.Since.Local().Format("2006-01-02 15:04"), registration(k), k.Address, k.Calls, k.Cause)
		}
		return t.Flush()
	})
}

func upOrDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

func registration(t agentui.Trunk) string {
	switch {
	case !t.Registers:
		return "-"
	case t.Registered && t.Expires != nil:
		return "until " + t.Expires.Local().Format("15:04")
	}
	return "no"
}
