package queue

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04 -07", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var office = configs.Hours{
	ID: "office", TimeZone: "Asia/Jakarta",
	Weekly: []configs.Window{
		{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "08:00", To: "12:00"},
		{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "13:00", To: "22:00"},
		{Days: []string{"sat"}, From: "22:00", To: "06:00"},
	},
	Exceptions: []configs.Exception{
		{Date: "2026-12-25", Label: "Natal", Open: "closed"},
		{Date: "2026-12-26", Label: "few volunteers", Open: "windows", Windows: []configs.Span{{From: "10:00", To: "24:00"}}},
		{Date: "2026-12-31", Label: "new year's eve", Open: "open24"},
		{Date: "2027-01-03", Label: "Sunday off", Open: "closed"},
	},
}

// A week of a real office, an hour's break, a night over midnight, holidays; the
// same instant in another zone is the same.
func TestHours(t *testing.T) {
	s := schedulesOf([]configs.Hours{office})["office"]
	for _, test := range []struct {
		at     string
		open   bool
		change string
	}{
		{"2026-11-23 07:59 +07", false, "2026-11-23 08:00 +07"}, // Monday
		{"2026-11-23 08:00 +07", true, "2026-11-23 12:00 +07"},
		{"2026-11-23 12:00 +07", false, "2026-11-23 13:00 +07"},
		{"2026-11-23 21:59 +07", true, "2026-11-23 22:00 +07"},
		{"2026-11-23 14:59 +00", true, "2026-11-23 22:00 +07"},
		{"2026-11-23 15:00 +00", false, "2026-11-24 08:00 +07"},
		{"2026-11-27 22:00 +07", false, "2026-11-28 22:00 +07"}, // Friday night
		{"2026-11-29 05:59 +07", true, "2026-11-29 06:00 +07"},  // Sunday: Saturday's night goes on
		{"2026-11-29 06:00 +07", false, "2026-11-30 08:00 +07"},
		{"2026-12-25 09:00 +07", false, "2026-12-26 10:00 +07"}, // closed on Friday
		{"2026-12-26 09:00 +07", false, "2026-12-26 10:00 +07"},
		{"2026-12-26 23:59 +07", true, "2026-12-27 00:00 +07"}, // not until 06:00: the day is special
		{"2026-12-27 00:00 +07", false, "2026-12-28 08:00 +07"},
		{"2026-12-31 03:00 +07", true, "2027-01-01 00:00 +07"},
		{"2027-01-03 05:00 +07", true, "2027-01-03 06:00 +07"}, // Saturday's night, whatever Sunday says
	} {
		when := at(t, test.at)
		if got := s.open(when); got != test.open {
			t.Errorf("%s: open %v", test.at, got)
		}
		if got, ok := s.change(when); !ok || !got.Equal(at(t, test.change)) {
			t.Errorf("%s: changes %v %v, want %s", test.at, got, ok, test.change)
		}
	}
	var always *schedule
	if _, ok := always.change(day0); ok || !always.open(day0) {
		t.Error("no hours are not always open")
	}
}

// Whatever the hours, change is the first minute at which open differs, and says
// no only when there is none within the days it looks at.
func TestHoursChangeIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := func(name string) string {
			m := rapid.IntRange(0, 24*4-1).Draw(t, name) * 15
			return time.Date(2026, 1, 1, 0, m, 0, 0, time.UTC).Format("15:04")
		}
		h := configs.Hours{ID: "h", TimeZone: rapid.SampledFrom([]string{"Asia/Jakarta", "Asia/Jayapura", "Europe/Berlin", "UTC"}).Draw(t, "zone"), Open24: rapid.Bool().Draw(t, "always")}
		days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
		for range rapid.IntRange(0, 4).Draw(t, "windows") {
			h.Weekly = append(h.Weekly, configs.Window{Days: []string{rapid.SampledFrom(days).Draw(t, "day")}, From: clock("from"), To: clock("to")})
		}
		h.Exceptions = []configs.Exception{{Date: "2026-03-29", Open: rapid.SampledFrom([]string{"closed", "open24", "windows"}).Draw(t, "open"), Windows: []configs.Span{{From: clock("from"), To: clock("to")}}}}
		s := schedulesOf([]configs.Hours{h})["h"]
		from := time.Date(2026, 3, 26, 0, rapid.IntRange(0, 4*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		got, ok := s.change(from)
		for m := from; m.Before(from.Add(8 * 24 * time.Hour)); m = m.Add(15 * time.Minute) {
			first := m.Truncate(15 * time.Minute)
			if first.Before(from) || s.open(first) == s.open(from) {
				continue
			}
			if !ok || !got.Equal(first) {
				t.Fatalf("%+v from %v: change says %v %v, it is %v", h, from, got, ok, first)
			}
			return
		}
		if ok && got.Before(from.Add(8*24*time.Hour)) {
			t.Fatalf("%+v from %v: change says %v, but nothing changes", h, from, got)
		}
	})
}

// closingSoon is a house whose hotline closes at 18:10 UTC, ten minutes from now.
func closingSoon(edit func(*configs.Queue)) configs.Routing {
	return with(func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "day", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"sun"}, From: "08:00", To: "18:10"}, {Days: []string{"mon"}, From: "08:00", To: "18:10"}}}}
		r.Queues[0].Hours = "day"
		r.Queues[0].MaxWait = dur(time.Hour)
		edit(&r.Queues[0])
	})
}

// S3: closing time with five who wait. They are kept; who comes later is told.
func TestClosingTimeKeepsThoseWhoWait(t *testing.T) {
	tr := newTrial(t, closingSoon(func(*configs.Queue) {}))
	tr.ready("sari")
	tr.do(PauseAsked{"sari", "break"})
	var five []ContactID
	for range 5 {
		five = append(five, tr.call())
	}
	tr.pass(10 * time.Minute)
	if tr.kinds[QueueClosed] != 1 {
		t.Fatal("the journal does not say that it closed")
	}
	for _, c := range five {
		tr.mustPhase(c, waiting)
	}
	late := tr.knock(hotlineNumber)
	tr.mustDo("Answer {Contact:C6 Sound:{Greeting: Music") // the words that say so come at once
	tr.do(Established{late})
	tr.mustDo("Record ladder.rung C6  hotline hours", "Close {Contact:C6 Words:closed}")
	tr.do(HungUp{late, BySystem, CausePlayed})
	tr.mustEnd(late, OutcomeClosed)
	tr.do(ReadyAsked{"sari"})
	for _, c := range five {
		if got := tr.talk("sari"); got != c {
			t.Fatalf("%s before %s", got, c)
		}
		tr.do(HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, "listened"})
	}
	tr.pass(14 * time.Hour)
	if tr.kinds[QueueOpened] != 1 {
		t.Fatal("it did not open in the morning")
	}
	tr.do(Established{tr.knock(hotlineNumber)})
	tr.mustDo("Record queue.entered C7")
}

// At closing time they may be led out instead; a ring is finished first.
func TestClosingTimeLeadsOutWhenItShall(t *testing.T) {
	tr := newTrial(t, closingSoon(func(q *configs.Queue) {
		q.AtClosing, q.WhenClosed = configs.LeadOut, configs.Exit{Queue: "backup"}
	}))
	tr.ready("sari")
	tr.pass(9*time.Minute + 50*time.Second)
	rung, waits := tr.call(), tr.call()
	tr.pass(10 * time.Second)
	tr.mustPhase(rung, waiting)
	if l := tr.s.contacts[waits].line.id; l != "backup" {
		t.Fatalf("she waits in %s", l)
	}
	if got := tr.offered("sari"); got != rung {
		t.Fatalf("%s rings", got)
	}
	tr.do(Declined{"sari", tr.offerID("sari")})
	if l := tr.s.contacts[rung].line.id; l != "backup" {
		t.Fatalf("after the ring she waits in %s", l)
	}
}

// Closed by hand it opens again by itself, and an edit of the hours takes effect
// at once.
func TestCloseNow(t *testing.T) {
	r := with(func(r *configs.Routing) {
		r.Queues[0].Closed = configs.Closing{Until: day0.Add(time.Hour).Format(time.RFC3339), Reason: "flood"}
	})
	tr := newTrial(t, r)
	tr.ready("sari")
	c := tr.call()
	tr.mustDo("Record ladder.rung C1  hotline closed_now", "Close {Contact:C1 Words:closed}")
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.mustEnd(c, OutcomeClosed)
	tr.pass(time.Hour)
	if tr.kinds[QueueOpened] != 1 {
		t.Fatal("it did not open by itself")
	}
	tr.mustBe("sari", Ready)
	tr.call()
	tr.mustBe("sari", Offered)
	r.Queues[0].Closed.Until = tr.now.Add(time.Hour).Format(time.RFC3339)
	tr.do(RoutingChanged{Routing: r, Revision: 2, By: "admin"})
	tr.mustDo("Record queue.closed   hotline closed_now")
	tr.mustBe("sari", Offered)
	r.Queues[0].Closed = configs.Closing{}
	tr.do(RoutingChanged{Routing: r, Revision: 3, By: "admin"})
	tr.mustDo("Record queue.opened   hotline")
}

// Who comes back to a place that is hers is kept out only when nobody is there.
func TestClosedForNewcomersOnly(t *testing.T) {
	for _, staffed := range []bool{true, false} {
		tr := newTrial(t, closingSoon(func(q *configs.Queue) { q.ResumeFor = dur(5 * time.Minute) }))
		if staffed {
			tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"})
		}
		tr.pass(9 * time.Minute)
		c := tr.call()
		tr.do(HungUp{c, ByCaller, CauseNormal})
		tr.pass(2 * time.Minute)
		back := tr.call()
		if want := map[bool]string{true: "waiting", false: "closing"}[staffed]; tr.phase(back) != want {
			t.Errorf("staffed %v: she is %s", staffed, tr.phase(back))
		}
	}
}

// At closing who waits may choose to be called back; whoever does not, cannot be
// called, or is being rung for, waits on and is answered.
func TestCallbackAtClosing(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "office", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"sun"}, From: "08:00", To: "18:05"}}}} // day0 is a Sunday, 18:00
		r.Queues[0].Hours, r.Queues[0].AtClosing, r.Queues[0].Ladder = "office", configs.OfferBack, nil
		r.Queues[0].RingFor = dur(5 * time.Minute)
	}))
	call := func(number string) ContactID {
		tr.n++
		c := ContactID(fmt.Sprintf("C%d", tr.n))
		tr.do(Arrived{Contact: c, Channel: Voice, Dialled: hotlineNumber, Caller: NewCaller(number)}, Established{c})
		return c
	}
	rung, yes, no, silent, withheld := call("+62811000001"), call("+62811000002"), call("+62811000003"), call("+62811000004"), call("")
	chooses := call("+62811000005")
	tr.pass(4 * time.Minute)
	tr.ready2("sari", t)
	if tr.offered("sari") != rung {
		t.Fatal("she rings for another")
	}
	tr.pass(55 * time.Second)
	tr.accept("sari") // connecting when it closes
	asked := ""
	tr.s.inquire(tr.s.contacts[chooses], inquiry{prompts: []string{"choices"}, keys: "1", answer: func(key rune) { asked = string(key) }})
	tr.s.batch()
	tr.all = nil
	tr.pass(5 * time.Second)
	if n := find(tr.all, "Prompts:[callback-safe]"); n != 3 {
		t.Fatalf("%d were asked", n)
	}
	tr.mustNotDo("callback.denied") // who withheld her number is not told no unasked
	tr.do(KeyPressed{chooses, '1'})
	if asked != "1" {
		t.Fatal("another question was cut off")
	}
	tr.do(Connected{rung, "sari"})
	tr.mustPhase(rung, talking)
	tr.do(KeyPressed{yes, '1'})
	tr.mustDo("Record callback.queued "+string(yes), "Close {Contact:"+string(yes)+" Words:callback-kept}")
	tr.do(KeyPressed{no, '2'})
	for range 2 {
		tr.do(Asked{silent, tr.s.contacts[silent].asks})
		tr.pass(safeWithin)
	}
	for _, c := range []ContactID{no, silent, withheld, chooses} {
		tr.mustPhase(c, waiting)
	}
}

// Nor is she asked who was given to one volunteer and waits for her alone, or for whom
// it rings.
func TestNoCallbackAtClosingForWhomOneAwaits(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Hours = []configs.Hours{{ID: "office", TimeZone: "UTC", Weekly: []configs.Window{{Days: []string{"sun"}, From: "08:00", To: "18:05"}}}}
		r.Queues[0].Hours, r.Queues[0].AtClosing, r.Queues[0].Ladder = "office", configs.OfferBack, nil
		r.Queues[0].RingFor = dur(5 * time.Minute)
		r.Agents = house().Agents
	}))
	c := tr.call()
	tr.ready2("sari", t)
	tr.talk("sari")
	tr.ready("ayu")
	tr.pass(4 * time.Minute)
	tr.do(PauseAsked{"ayu", "break"}, TransferAsked{"sari", c, Target{Agent: "ayu"}})
	d := tr.call()
	tr.ready2("dewi", t)
	tr.pass(time.Minute)
	tr.mustDo("Record queue.closed")
	tr.mustNotDo("callback-safe")
	tr.mustPhase(c, waiting)
	if tr.offered("dewi") != d {
		t.Fatal("the ring was cut")
	}
}
