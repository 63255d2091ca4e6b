package agentui

import (
	"testing"
	"time"
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
