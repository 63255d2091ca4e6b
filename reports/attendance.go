package reports

import (
	"time"

	"sahut/queue"
)

// Attendance is who answered callers, by hour and queue: a figure of a group is
// about a person when only one of the group did. The zero value is ready.
type Attendance struct {
	hours map[hourKey]map[queue.AgentID]bool
}

// Add reads the next entry.
func (a *Attendance) Add(e queue.Entry) {
	if e.Kind != queue.TalkStarted {
		return
	}
	if a.hours == nil {
		a.hours = map[hourKey]map[queue.AgentID]bool{}
	}
	k := hourKey{e.At.Truncate(time.Hour).Unix(), e.Queue}
	if a.hours[k] == nil {
		a.hours[k] = map[queue.AgentID]bool{}
	}
	a.hours[k][e.Agent] = true
}

// Between is who answered from the hour from lies in until to, in q or (empty) in
// any queue.
func (a *Attendance) Between(from, to time.Time, q queue.QueueID) map[queue.AgentID]bool {
	who := map[queue.AgentID]bool{}
	begin := from.Truncate(time.Hour).Unix()
	for k, agents := range a.hours {
		if k.start < begin || k.start >= to.Unix() || q != "" && k.queue != q {
			continue
		}
		for id := range agents {
			who[id] = true
		}
	}
	return who
}
