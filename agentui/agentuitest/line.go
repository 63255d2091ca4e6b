package agentuitest

import (
	"time"

	"sahut/agentui"
)

// Line is two trunks, one of them down, a trace of one call, and a banned host.
type Line struct {
	running  agentui.TraceStatus
	unbanned bool
}

// Bans is part of agentui.Line.
func (l *Line) Bans() []agentui.Ban {
	if l.unbanned {
		return nil
	}
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	return []agentui.Ban{{Host: "2001:db8::/64", Cause: "guessing", Since: at, Until: at.Add(15 * time.Minute)}}
}

// Unban is part of agentui.Line.
func (l *Line) Unban(host string) bool {
	if host != "2001:db8::/64" || l.unbanned {
		return false
	}
	l.unbanned = true
	return true
}

// Trunks is part of agentui.Line.
func (l *Line) Trunks() []agentui.Trunk {
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	return []agentui.Trunk{
		{Name: "carrier", Server: "ims.example.co.id", Address: "203.0.113.5:5060", Registers: true, Registered: true, Up: true, Since: at, Calls: 3, RTTMillis: 12},
		{Name: "gsm", Server: "192.0.2.20", Address: "192.0.2.20:5060", Since: at, Cause: "no answer to OPTIONS"},
	}
}

// Trace is part of agentui.Line.
func (l *Line) Trace() agentui.Trace { return l }

// Start is part of agentui.Trace.
func (l *Line) Start(by string, d time.Duration) agentui.TraceStatus {
	if !l.running.On {
		now := time.Now()
		l.running = agentui.TraceStatus{On: true, By: by, Since: now, Until: now.Add(d), Messages: 2}
	}
	return l.running
}

// Stop is part of agentui.Trace.
func (l *Line) Stop(string) agentui.TraceStatus {
	l.running.On = false
	return l.running
}

// Status is part of agentui.Trace.
func (l *Line) Status() agentui.TraceStatus { return l.running }

// Ladders is part of agentui.Trace.
func (l *Line) Ladders(string) []agentui.Ladder {
	if l.running.Since.IsZero() {
		return nil
	}
	return []agentui.Ladder{{
		CallID: "a84b4c76e66710", Began: l.running.Since,
		Columns: []agentui.LadderColumn{{Name: "carrier", Address: "203.0.113.5:5060"}, {Name: "Sahut", Address: "192.0.2.1:5060", Us: true}},
		Arrows: []agentui.LadderArrow{
			{At: l.running.Since, From: 0, To: 1, Label: "INVITE (SDP)", CSeq: "1 INVITE"},
			{At: l.running.Since, From: 1, To: 0, Label: "200 OK (SDP)", CSeq: "1 INVITE", Message: 1},
		},
	}}
}

// Messages is part of agentui.Trace.
func (l *Line) Messages(string) []agentui.TraceMessage {
	return []agentui.TraceMessage{{Direction: "in", Transport: "UDP", Start: "INVITE sip:••••963@192.0.2.1 SIP/2.0", Text: "INVITE sip:••••963@192.0.2.1 SIP/2.0\r\n"}}
}

// LadderText is part of agentui.Trace.
func (l *Line) LadderText(string) string { return "carrier  Sahut\n   |--INVITE-->|\n" }
