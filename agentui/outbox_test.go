package agentui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"sahut/queue"
)

// TestBacklog: what a page has not read is bounded in bytes.
func TestBacklog(t *testing.T) {
	o := newOutbox(nil, limits{backlog: 100}, func() {})
	for i := range 10 {
		if !o.put(make([]byte, 10)) {
			t.Fatalf("message %d of 10 bytes was refused", i)
		}
	}
	if o.wasSlow() || o.idle() {
		t.Error("100 bytes are within the limit, and not written yet")
	}
	if o.put([]byte("x")) || !o.wasSlow() {
		t.Error("one more byte was taken")
	}
}

// TestLaterIsEnough: while a page has not read, views are not put in line but
// replaced, and notices wait for the view they came after.
func TestLaterIsEnough(t *testing.T) {
	x := &session{phase: live, mail: newMailbox(), out: newOutbox(nil, limits{backlog: 1 << 20}, func() {})}
	for i := 1; i <= 5; i++ {
		x.mail.view(queue.AgentView{State: queue.Ready, Reason: strconv.Itoa(i)})
		x.mail.notice(queue.Notice{Code: queue.CallerLeft})
		x.collect()
	}
	if n := len(x.out.queue); n != 2 {
		t.Fatalf("%d messages wait to be written, want the first view and its notice", n)
	}
	x.out.queue, x.out.bytes = nil, 0 // the page has read them
	x.collect()
	if n := len(x.out.queue); n != 5 {
		t.Fatalf("%d messages, want the last view and four notices", n)
	}
	if !strings.Contains(string(x.out.queue[0]), `"reason":"5"`) {
		t.Errorf("the view sent is %s", x.out.queue[0])
	}
}

// TestTickets: 30 seconds, and only so many unused ones a session.
func TestTickets(t *testing.T) {
	k, now := newTickets(), time.Now()
	mine, other := [32]byte{1}, [32]byte{2}
	late := k.issue(mine, now)
	if k.take(late, mine, now.Add(ticketLife)) {
		t.Error("an old ticket was good")
	}
	theirs := k.issue(other, now)
	first := k.issue(mine, now)
	var last string
	for i := range ticketMost {
		last = k.issue(mine, now.Add(time.Duration(i+1)*time.Millisecond))
	}
	if k.take(first, mine, now) {
		t.Error("a session hoards tickets")
	}
	if !k.take(last, mine, now) || !k.take(theirs, other, now) {
		t.Error("a good ticket was refused")
	}
	k.issue(mine, now.Add(time.Hour))
	if len(k.open) != 1 {
		t.Errorf("%d tickets are remembered", len(k.open))
	}
}
