package store

import (
	"fmt"
	"testing"
	"time"

	"sahut/queue"
)

// Groups come back in their order, and of too many the oldest go.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	for i := range 7 {
		if err := s.AddGroup(Group{day, day.AddDate(0, 0, i), "hotline", []queue.AgentID{"a", queue.AgentID(fmt.Sprint(i))}}, 5); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := open(t, dir).Groups()
	if err != nil || len(all) != 5 {
		t.Fatalf("%+v %v", all, err)
	}
	for i, g := range all {
		if !g.From.Equal(day) || !g.To.Equal(day.AddDate(0, 0, i+2)) || g.Queue != "hotline" || len(g.Agents) != 2 || g.Agents[1] != queue.AgentID(fmt.Sprint(i+2)) {
			t.Errorf("%d: %+v", i, g)
		}
	}
}

// A wish stands from the entry that asks to the one that ends it, and keeps its time
// over what a restart writes.
func TestDebriefsAreTheJournals(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	at := time.Date(2026, 11, 2, 3, 0, 0, 123_000_000, time.Local)
	asked := func(a queue.AgentID, result string, after time.Duration) queue.Entry {
		return queue.Entry{At: at.Add(after), Kind: queue.DebriefCalled, Agent: a, Result: result}
	}
	if err := s.Append([]queue.Entry{
		asked("sari", "on", 0), asked("dewi", "on", time.Minute), asked("ayu", "on", time.Minute), asked("ayu", "off", time.Hour),
		{At: at.Add(time.Hour), Kind: queue.DebriefOver, Agent: "dewi", By: "rina"}, {At: at.Add(time.Hour), Kind: queue.ServerStarted}, asked("sari", "kept", 2*time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	since, err := open(t, dir).Debriefs()
	if err != nil || len(since) != 1 || !since["sari"].Equal(at) {
		t.Errorf("%v %v", since, err)
	}
}
