package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sahut/configs"
	"sahut/queue"
	"sahut/queue/queuetest"
)

const number = "0213903963"

func orders[T queue.Effect](h *queuetest.House) (n int) {
	for _, e := range h.Channel.Orders.All() {
		if _, ok := e.(T); ok {
			n++
		}
	}
	return n
}

func TestDeskBringsTwoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := queuetest.NewHouse(t, queuetest.Hotline("sari"), nil)
		h.Ready(t, "sari")
		id := h.Call(number, "081234567890")
		v := h.WaitState(t, "sari", queue.Offered)
		time.Sleep(5 * time.Second) // the bubble's clock
		h.Desk.Post(queue.Accepted{Agent: "sari", Offer: v.Offer.ID})
		h.WaitState(t, "sari", queue.Talking)
		time.Sleep(time.Minute)
		h.Desk.Post(queue.HangUpAsked{Agent: "sari", Contact: id})
		h.WaitState(t, "sari", queue.WrapUp)
		time.Sleep(2 * time.Minute) // nobody posts anything: the desk's own timer
		synctest.Wait()
		if v, ok := h.Desk.View("sari"); !ok || v.State != queue.Ready {
			t.Fatalf("view %+v", v)
		}
		calls := h.Journal.Calls()
		if len(calls) != 1 || calls[0].Outcome != queue.OutcomeAnswered || calls[0].WaitMS != 5000 || calls[0].TalkMS != 60000 {
			t.Fatalf("calls %+v", calls)
		}
		s := h.Desk.Snapshot()
		if s.Contacts != 0 || s.Outcomes[queue.OutcomeAnswered] != 1 || s.Agents[0].State != queue.Ready || s.Queues[0].Ready != 1 {
			t.Fatalf("snapshot %+v", s)
		}
	})
}

// The snapshot is made at most every 250 ms, and is never older than that once
// things are quiet.
func TestSnapshotIsFreshButSparing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := queuetest.NewHouse(t, queuetest.Hotline("sari"), nil)
		seen := map[*queue.Snapshot]bool{}
		for range 1000 { // one second
			h.Call(number, "")
			time.Sleep(time.Millisecond)
			synctest.Wait()
			seen[h.Desk.Snapshot()] = true
		}
		if len(seen) < 4 || len(seen) > 6 {
			t.Fatalf("%d snapshots in a second", len(seen))
		}
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
		if s := h.Desk.Snapshot(); s.Waiting != 1000 {
			t.Fatalf("%d waiting", s.Waiting)
		}
	})
}

// Whoever waits for the end of the last call never looks too early: as soon as
// what she posted is applied, the snapshot knows of it.
func TestADrainIsNotOverTooEarly(t *testing.T) {
	h := queuetest.NewHouse(t, queuetest.Hotline("sari"), nil)
	for range 200 {
		id := h.Call(number, "")
		for h.Desk.Stats().Waiting > 0 {
			runtime.Gosched()
		}
		if h.Desk.Snapshot().Contacts == 0 {
			t.Fatal("a call in progress is not in the snapshot")
		}
		h.Desk.Post(queue.HungUp{Contact: id, By: queue.ByCaller, Cause: queue.CauseNormal})
		for h.Desk.Stats().Waiting > 0 || h.Desk.Snapshot().Contacts > 0 {
			runtime.Gosched()
		}
	}
}

// slowJournal is a disk that takes its time.
type slowJournal struct {
	queuetest.Journal
	wait time.Duration
}

func (j *slowJournal) Append(e []queue.Entry) error {
	time.Sleep(j.wait)
	return j.Journal.Append(e)
}

// Nothing is promised before it is kept; while the disk is slow everything
// that waits goes into one commit, and decisions are not delayed.
func TestPerformerKeepsFirstAndInGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &slowJournal{wait: 100 * time.Millisecond}
		ch, sc := &queuetest.Channel{}, &queuetest.Screens{}
		d := queue.NewDesk(queue.DeskOptions{Routing: queuetest.Hotline("sari"), Channel: ch, Screens: sc, Journal: j})
		stop := run(t, d)
		time.Sleep(time.Second) // server.started is kept
		before := j.Appends()
		var ids []queue.ContactID
		post := func() {
			id := queue.NewContactID(time.Now())
			ids = append(ids, id)
			d.Post(queue.Arrived{Contact: id, Channel: queue.Voice, Dialled: number})
		}
		post()
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		if n := len(ch.Orders.All()); n != 0 {
			t.Fatalf("%d orders before the commit", n)
		}
		for range 99 {
			post()
			synctest.Wait()
		}
		if n := d.Stats(); n.Events != 100 || n.Backlog != 99 {
			t.Fatalf("%d applied, %d wait for the disk", n.Events, n.Backlog)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := j.Appends() - before; n != 2 {
			t.Fatalf("%d commits for 100 calls", n)
		}
		got := ch.Orders.All()
		for i, id := range ids {
			if a, ok := got[i].(queue.Answer); !ok || a.Contact != id {
				t.Fatalf("order %d is %+v", i, got[i])
			}
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

// A full disk raises an alarm and silences nobody; what happened meanwhile is
// kept, in order, when it can be.
func TestJournalErrorsSilenceNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := queuetest.NewHouse(t, queuetest.Hotline("sari"), slog.New(slog.NewTextHandler(&log, nil)))
		h.Ready(t, "sari")
		synctest.Wait()
		h.Journal.Fail(errors.New("no space left on device"))
		id := h.Call(number, "")
		v := h.WaitState(t, "sari", queue.Offered)
		h.Desk.Post(queue.Accepted{Agent: "sari", Offer: v.Offer.ID})
		h.WaitState(t, "sari", queue.Talking)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if s := h.Desk.Stats(); !s.JournalFailing || s.Unkept == 0 || s.JournalErrors < 5 {
			t.Fatalf("no alarm: %+v", s)
		}
		h.Journal.Fail(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if s := h.Desk.Stats(); s.JournalFailing || s.Unkept != 0 || s.Dropped != 0 {
			t.Fatalf("still %+v", s)
		}
		h.Desk.Post(queue.HangUpAsked{Agent: "sari", Contact: id})
		h.WaitState(t, "sari", queue.WrapUp)
		synctest.Wait()
		if c := h.Journal.Calls(); len(c) != 1 || c[0].Outcome != queue.OutcomeAnswered {
			t.Fatalf("calls %+v", c)
		}
		if n := strings.Count(log.String(), "journal does not take entries"); n != 1 {
			t.Fatalf("said %d times", n)
		}
	})
}

func TestUnkeptEntriesAreAnErrorOfRun(t *testing.T) {
	j := &queuetest.Journal{}
	j.Fail(errors.New("disk is gone"))
	d := queue.NewDesk(queue.DeskOptions{Channel: &queuetest.Channel{}, Screens: &queuetest.Screens{}, Journal: j})
	stop := run(t, d)
	if err := stop(); err == nil || !strings.Contains(err.Error(), "last 2 entries") {
		t.Fatalf("%v", err)
	}
}

// faultyChannel breaks on one order.
type faultyChannel struct{ queuetest.Channel }

func (f *faultyChannel) Announce(queue.ContactID, queue.Announcement) { panic("a bug in a channel") }

// A panic behind an order costs that order; the desk and the others go on.
func TestAPanicInAChannelCostsOneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := &faultyChannel{}
		j := &queuetest.Journal{}
		d := queue.NewDesk(queue.DeskOptions{Routing: queuetest.Hotline("sari"), Channel: ch, Screens: &queuetest.Screens{}, Journal: j})
		ch.Desk, ch.Easy = d, true
		stop := run(t, d)
		for range 3 {
			d.Post(queue.Arrived{Contact: queue.NewContactID(time.Now()), Dialled: number})
		}
		synctest.Wait()
		if s := d.Stats(); s.Panics != 3 {
			t.Fatalf("%+v", s)
		}
		time.Sleep(3 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if n := len(j.Calls()); n != 3 {
			t.Fatalf("%d calls", n)
		}
	})
}

// A broken invariant of ours ends Run with an error, after everything decided
// was kept: a wrong line must not go on.
func TestABugOfOursStopsTheDeskCleanly(t *testing.T) {
	j := &queuetest.Journal{}
	d := queue.NewDesk(queue.DeskOptions{Routing: queuetest.Hotline("sari"), Channel: &queuetest.Channel{}, Screens: &queuetest.Screens{}, Journal: j})
	queue.Break(d)
	d.Post(queue.Arrived{Contact: "C1", Dialled: number})
	err := d.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "desk:") {
		t.Fatalf("%v", err)
	}
	entries := j.Entries.All()
	if last := entries[len(entries)-1]; last.Kind != queue.ServerStopped {
		t.Fatalf("the journal ends with %s", last.Kind)
	}
	if err := d.Run(context.Background()); err == nil {
		t.Fatal("ran twice")
	}
}

func TestRunNeedsItsCollaborators(t *testing.T) {
	if err := queue.NewDesk(queue.DeskOptions{}).Run(context.Background()); err == nil || !strings.Contains(err.Error(), "Attach") {
		t.Fatalf("%v", err)
	}
}

// Fifty screens press Answer from fifty goroutines.
func TestFiftyGoroutinesAccept(t *testing.T) {
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("v%d", i))
	}
	r := queuetest.Hotline(names...)
	r.Queues[0].Strategy, r.Queues[0].WrapUp = "ring_all", 0
	h := queuetest.NewHouse(t, r, nil)
	for _, n := range names {
		h.Ready(t, queue.AgentID(n))
	}
	for round := range 20 {
		id := h.Call(number, "")
		var group sync.WaitGroup
		for _, n := range names {
			group.Go(func() {
				a := queue.AgentID(n)
				show := h.Screens.Shown.Wait(t, n+" ringing", func(s queue.Show) bool {
					return s.Agent == a && s.View.Offer != nil && s.View.Offer.Contact == id
				})
				h.Desk.Post(queue.Accepted{Agent: a, Offer: show.View.Offer.ID})
			})
		}
		group.Wait()
		talk := h.Journal.Entries.Wait(t, "talk", func(e queue.Entry) bool { return e.Kind == queue.TalkStarted && e.Contact == id })
		h.Desk.Post(queue.HangUpAsked{Agent: talk.Agent, Contact: id})
		h.Journal.Entries.Wait(t, "end", func(e queue.Entry) bool { return e.Kind == queue.CallOver && e.Contact == id })
		if n := orders[queue.Connect](h); n != round+1 {
			t.Fatalf("%d connects after %d calls", n, round+1)
		}
	}
}

// run starts d; stop ends it and returns what Run said.
func run(t *testing.T, d *queue.Desk) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	return func() error {
		cancel()
		return <-done
	}
}

// An edit is one event like any other.
func TestRoutingIsAppliedWhileItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := queuetest.NewHouse(t, queuetest.Hotline("sari"), nil)
		h.Ready(t, "sari")
		r := queuetest.Hotline("sari", "dewi")
		r.Queues[0].Label = "Night line"
		r.Numbers = append(r.Numbers, configs.Number{Number: "0215550000", Queue: "hotline"})
		h.Desk.Post(queue.RoutingChanged{Routing: r, Revision: 7, By: "admin"})
		h.Call("+62215550000", "")
		if v := h.WaitState(t, "sari", queue.Offered); v.Offer.Label != "Night line" {
			t.Fatalf("label %q", v.Offer.Label)
		}
		if _, ok := h.Desk.View("dewi"); !ok {
			t.Fatal("the new agent has no view")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if s := h.Desk.Snapshot(); s.Revision != 7 || len(s.Agents) != 2 {
			t.Fatalf("snapshot %+v", s)
		}
	})
}
