package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// Limits turn newcomers to the exit, never from an empty queue.
func TestAdmission(t *testing.T) {
	busy := func(edit func(*configs.Queue)) *trial {
		tr := newTrial(t, crew("sari dewi", func(r *configs.Routing) { edit(&r.Queues[0]) }))
		tr.ready("sari", "dewi")
		for _, a := range []AgentID{"sari", "dewi"} { // ten minutes each
			c := tr.call()
			tr.talk(AgentID(ringing(tr, c)))
			_ = a
		}
		tr.pass(10 * time.Minute)
		for _, id := range []ContactID{"C1", "C2"} {
			tr.do(HungUp{id, ByCaller, CauseNormal})
		}
		tr.do(PauseAsked{"sari", "break"}, PauseAsked{"dewi", "break"})
		return tr
	}
	entered := func(tr *trial) (n int, why string) {
		for range 20 {
			c := tr.call()
			if tr.s.contacts[c].line.id != "hotline" {
				for _, e := range tr.last {
					if r, ok := e.(Record); ok && r.Entry.Kind == LadderRung {
						return n, r.Entry.Reason
					}
				}
			}
			n++
		}
		return n, ""
	}
	for _, tt := range []struct {
		name string
		edit func(*configs.Queue)
		n    int
		why  string
	}{
		{"none", func(*configs.Queue) {}, 20, ""},
		{"size", func(q *configs.Queue) { q.MaxWaiting = 4 }, 4, "full"},
		{"ratio", func(q *configs.Queue) { q.MaxRatio = 2.5 }, 5, "ratio"},
		{"expected wait", func(q *configs.Queue) { q.MaxExpectedWait = dur(20 * time.Minute) }, 4, "expected_wait"}, // the fifth: 5 × 10 min / 2
		{"tiny ratio", func(q *configs.Queue) { q.MaxRatio = 0.1 }, 1, "ratio"},
		{"tiny wait", func(q *configs.Queue) { q.MaxExpectedWait = dur(time.Second) }, 1, "expected_wait"},
	} {
		if n, why := entered(busy(tt.edit)); n != tt.n || why != tt.why {
			t.Errorf("%s: %d entered, then %q; want %d, %q", tt.name, n, why, tt.n, tt.why)
		}
	}
	// Nobody on shift, nothing known: the empty queue admits, the ratio then holds.
	tr := newTrial(t, crew("sari", func(r *configs.Routing) {
		r.Queues[0].MaxRatio, r.Queues[0].MaxExpectedWait = 3, dur(time.Second)
	}))
	if n, why := entered(tr); n != 1 || why != "ratio" {
		t.Errorf("%d entered, then %q", n, why)
	}
}

func TestExpectedWait(t *testing.T) {
	l := &line{set: configs.Queue{WrapUp: dur(time.Minute)}}
	if _, known := l.expectedWait(); known {
		t.Fatal("known from nothing")
	}
	l.talkedFor(9 * time.Minute)
	if _, known := l.expectedWait(); known {
		t.Fatal("known with nobody on shift")
	}
	l.onShift = 4
	if wait, known := l.expectedWait(); !known || wait != 150*time.Second {
		t.Fatalf("%v %v", wait, known)
	}
	l.free = []*agent{{}}
	if wait, known := l.expectedWait(); !known || wait != 0 {
		t.Fatalf("%v with somebody free", wait)
	}
	l.talkedFor(19 * time.Minute)
	if l.pace != 10*time.Minute {
		t.Fatalf("pace %v", l.pace)
	}
}
