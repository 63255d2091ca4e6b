package reports

import (
	"slices"
	"testing"
	"time"

	"sahut/queue"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("WIB", 7*3600))

func at(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }

// day is a small journal: an answered caller, one who moved on and was closed,
// one who left during the greeting, one who found it full, one we called.
func day() []queue.Entry {
	in := func(s int, c queue.ContactID) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.CallArrived, Contact: c, Queue: "q", Direction: queue.DirectionIn}
	}
	entered := func(s int, c queue.ContactID, q queue.QueueID) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.QueueEntered, Contact: c, Queue: q}
	}
	left := func(s int, c queue.ContactID, q queue.QueueID, why string, wait int64) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.QueueLeft, Contact: c, Queue: q, Reason: why, WaitMS: wait * 1000}
	}
	over := func(s int, c queue.ContactID, o queue.Outcome) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.CallOver, Contact: c, Outcome: o}
	}
	state := func(s int, from, to queue.AgentState) queue.Entry {
		return queue.Entry{At: at(s), Kind: queue.StateChanged, Agent: "sari", From: from, To: to}
	}
	return []queue.Entry{
		{At: at(-600), Kind: queue.ShiftBegan, Agent: "sari"}, state(-600, queue.Offline, queue.Ready),
		in(0, "a"), entered(1, "a", "q"), left(11, "a", "q", "talk", 10),
		{At: at(11), Kind: queue.TalkStarted, Contact: "a", Agent: "sari", Queue: "q"}, state(11, queue.Ready, queue.Talking),
		in(20, "b"), entered(20, "b", "q"),
		{At: at(80), Kind: queue.LadderRung, Contact: "b", Reason: "max_wait"}, left(80, "b", "q", "exit", 60), entered(80, "b", "r"),
		{At: at(111), Kind: queue.TalkEnded, Contact: "a", Agent: "sari", Queue: "q", TalkMS: 100_000}, over(111, "a", queue.OutcomeAnswered),
		state(111, queue.Talking, queue.WrapUp), state(141, queue.WrapUp, queue.Ready),
		{At: at(140), Kind: queue.LadderRung, Contact: "b", Reason: "nobody"}, left(140, "b", "r", "exit", 60), over(150, "b", queue.OutcomeClosed),
		in(200, "c"), over(203, "c", queue.OutcomeAbandonedShort),
		in(210, "d"), {At: at(211), Kind: queue.LadderRung, Contact: "d", Reason: "full"}, over(215, "d", queue.OutcomeRefusedFull),
		{At: at(300), Kind: queue.CallDialled, Contact: "e", Agent: "sari", Queue: "q", Direction: queue.DirectionOut},
		state(300, queue.Ready, queue.Talking), {At: at(305), Kind: queue.TalkStarted, Contact: "e", Agent: "sari"},
		{At: at(325), Kind: queue.TalkEnded, Contact: "e", Agent: "sari", TalkMS: 20_000}, over(325, "e", queue.OutcomeAnswered),
		state(325, queue.Talking, queue.WrapUp), state(335, queue.WrapUp, queue.Ready),
	}
}

func read(from, to time.Time) *Reader {
	r := NewReader(from, to, DefaultLimits)
	for _, e := range day() {
		r.Add(e)
	}
	r.Close(at(400))
	return r
}

func TestReadsTheJournal(t *testing.T) {
	r := read(at(0), at(400))
	if got := r.Queues(); !slices.Equal(got, []queue.QueueID{"q", "r"}) {
		t.Fatalf("queues %v", got)
	}
	q, other, all := r.Queue("q"), r.Queue("r"), r.All()
	if q.Answered != 1 || q.AnsweredInTime != 1 || q.Overflows != 1 || q.Blocked != 1 || q.Left != 1 || q.Offered() != 1 {
		t.Errorf("q counted %+v", q)
	}
	if other.Unserved != 1 || other.Offered() != 1 || other.longest != 2*time.Minute {
		t.Errorf("r counted %+v: the wait goes on from queue to queue", other)
	}
	// 100 s of talk and 30 s of wrap-up; her own call is not a caller's.
	if all.Handled != 130*time.Second || all.Handling != 165*time.Second || all.Available != 235*time.Second || all.Shift != 400*time.Second {
		t.Errorf("time handled %v, handling %v, available %v, shift %v", all.Handled, all.Handling, all.Available, all.Shift)
	}
}

// Hour by hour is the same as at once, wherever the cuts are.
func TestCutsLoseNothing(t *testing.T) {
	whole := read(at(0), at(400)).All()
	for _, cut := range []int{1, 11, 50, 80, 111, 140, 200, 330} {
		parts := read(at(0), at(cut)).All()
		parts.Merge(read(at(cut), at(400)).All())
		a, b := *whole, *parts
		if a.waits, b.waits = nil, nil; a.Answered != b.Answered || a.Unserved != b.Unserved || a.Blocked != b.Blocked || a.Left != b.Left ||
			a.Overflows != b.Overflows || a.Handled != b.Handled || a.Handling != b.Handling || a.Available != b.Available || a.Shift != b.Shift {
			t.Errorf("cut at %d: %+v, at once %+v", cut, b, a)
		}
	}
	sum := 0
	for _, h := range read(at(0), at(400)).Hours() {
		sum += h.Offered + h.Blocked + h.Overflows
	}
	if want := whole.Offered() + whole.Blocked + whole.Overflows; sum != want {
		t.Errorf("the hours hold %d legs, want %d", sum, want)
	}
}

// Who gave up and was answered the day after does not count as lost, wherever the
// report ends; who hid her number does.
func TestLostForGood(t *testing.T) {
	r := NewReader(noon, noon.Add(time.Hour), DefaultLimits)
	for i, c := range []queue.ContactID{"a", "b", "c", "d", "e", "f"} {
		number := "••••963"
		if c == "c" {
			number = "anonymous"
		}
		r.Add(queue.Entry{At: at(i), Kind: queue.CallArrived, Contact: c, Queue: "q", Direction: queue.DirectionIn, Number: number})
		r.Add(queue.Entry{At: at(i), Kind: queue.QueueEntered, Contact: c, Queue: "q"})
		how := "abandon"
		if c > "d" {
			how = "talk"
		}
		r.Add(queue.Entry{At: at(i + 20), Kind: queue.QueueLeft, Contact: c, Queue: "q", Reason: how, WaitMS: 20_000})
	}
	r.Add(queue.Entry{At: at(100), Kind: queue.CallerFound, Contact: "e", Target: "a"})
	r.Add(queue.Entry{At: at(20 * 3600), Kind: queue.CallerFound, Contact: "z", Target: "b"})
	r.Add(queue.Entry{At: at(20 * 3600), Kind: queue.CallerFound, Contact: "z", Target: "b"})
	r.Add(queue.Entry{At: at(20 * 3600), Kind: queue.CallerFound, Contact: "z", Target: "nobody"})
	values(t, r.All(), map[string]float64{"abandon_rate": 66.67, "lost_caller_rate": 33.33, "lost_caller_rate_withheld": 16.67})
	if rows := r.Rows(Hourly, "q", noon.Location()); rows[0].Found != 2 || rows[0].Withheld != 1 {
		t.Errorf("rows %+v", rows[0].Tally)
	}
}
