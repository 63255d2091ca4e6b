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

// Who does not respond, whose sound is broken or who has not begun answers nobody:
// neither the limits nor the wait that is said count on them, and callers are led
// out as when nobody is there. A break counts as presence, for half an hour.
func TestWhoIsNobody(t *testing.T) {
	for name, test := range map[string]struct {
		become func(*trial)
		want   time.Duration // until the exit
	}{
		"works":           {func(tr *trial) { tr.s.agents["sari"].idle = tr.now }, 10 * time.Minute},
		"does not answer": {func(tr *trial) { tr.pass(45 * time.Second); tr.mustBe("sari", NotResponding) }, 2*time.Minute + 40*time.Second},
		"no sound": {func(tr *trial) {
			c := tr.call()
			tr.accept("sari")
			tr.do(ConnectFailed{c, "sari", "peer"}, HungUp{c, ByCaller, CauseNormal})
			tr.mustBe("sari", MediaFault)
		}, 2 * time.Minute},
		"never began":  {func(tr *trial) { tr.do(ShiftEnded{"sari"}, ShiftStarted{"sari"}); tr.mustBe("sari", Checking) }, 2 * time.Minute},
		"a break":      {func(tr *trial) { tr.do(PauseAsked{"sari", "break"}) }, 10 * time.Minute},
		"a long break": {func(tr *trial) { tr.do(PauseAsked{"sari", "break"}); tr.pass(28 * time.Minute) }, 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, with(func(r *configs.Routing) { r.Agents = r.Agents[:1] }))
			tr.ready("sari")
			l := tr.s.lineByID["hotline"]
			l.pace = time.Minute
			first := ContactID("")
			switch name {
			case "works":
				tr.call()
				tr.talk("sari")
			case "does not answer":
				first = tr.call()
			}
			test.become(tr)
			if first == "" {
				first = tr.call()
			}
			_, _, known := l.expectAt(1)
			if known != (name == "works") {
				t.Errorf("the wait is known: %v", known)
			}
			from := tr.s.contacts[first].since
			for tr.s.contacts[first].line == l && tr.now.Sub(from) < time.Hour {
				tr.pass(time.Second)
			}
			if left := tr.now.Sub(from); left < test.want-time.Second || left > test.want+21*time.Second {
				t.Errorf("led out after %s, want %s", left, test.want)
			}
		})
	}
}

func TestExpectedWait(t *testing.T) {
	l := &line{set: configs.Queue{WrapUp: dur(time.Minute)}}
	if _, known := l.expectedWait(); known {
		t.Fatal("known from nothing")
	}
	l.talkedFor(9 * time.Minute)
	if _, known := l.expectedWait(); known {
		t.Fatal("known with nobody at work")
	}
	l.present, l.working = 9, 4
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

// How long talks last is known after a restart as before it: calls that we placed
// are in neither.
func TestPaceOverARestart(t *testing.T) {
	house := outgoing(nil)
	tr := newTrial(t, house)
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.pass(5 * time.Minute)
	tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
	out := tr.dial("sari", "0811 000 1111")
	tr.do(Ringing{out}, Established{out}, Connected{out, "sari"})
	tr.pass(8 * time.Minute)
	tr.do(HungUp{out, ByCaller, CauseNormal})
	later := newState(house, 1, 1, tr.now)
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && Lasting(r.Entry) {
			later.remember(r.Entry)
		}
	}
	if now, then := tr.s.lineByID["hotline"].pace, later.lineByID["hotline"].pace; now != 5*time.Minute || then != now {
		t.Fatalf("%s, and %s after a restart", now, then)
	}
	if d := later.agents["sari"].done; d.calls != 2 || d.talk != 13*time.Minute {
		t.Fatalf("she did %+v", d) // hers they are
	}
}
