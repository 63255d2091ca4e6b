package queue

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// said is all that was announced to c, in order.
func (tr *trial) said(c ContactID) (all []Announcement) {
	for _, e := range tr.all {
		if a, ok := e.(Announce); ok && a.Contact == c {
			all = append(all, a.Announcement)
		}
	}
	return all
}

// Which places are told, in each mode, to the last of five callers, when one
// after the other leaves.
func TestPlacesThatAreTold(t *testing.T) {
	for _, test := range []struct {
		mode  string
		limit int
		want  []Announcement
	}{
		{"", 0, []Announcement{{Position: 5}, {Position: 4}, {Position: 3}, {Position: 2}, {Position: 1}}},
		{configs.AnnounceAll, 2, []Announcement{{Position: 5}, {Position: 4}, {Position: 3}, {Position: 2}, {Position: 1}}},
		{configs.AnnounceNone, 0, nil},
		{configs.AnnounceFirst, 2, []Announcement{{Position: 2}, {Position: 1}}},
		{configs.AnnounceMore, 3, []Announcement{{More: 3}, {Position: 3}, {Position: 2}, {Position: 1}}},
	} {
		tr := newTrial(t, with(func(r *configs.Routing) {
			r.Queues[0].AnnouncePosition, r.Queues[0].AnnounceLimit = test.mode, test.limit
			r.Queues[0].MaxWaitNobody = dur(10 * time.Minute)
		}))
		var callers []ContactID
		for range 5 {
			callers = append(callers, tr.call())
		}
		last := callers[4]
		for _, c := range callers[:4] {
			tr.pass(46 * time.Second)
			tr.do(HungUp{c, ByCaller, CauseNormal})
		}
		tr.pass(46 * time.Second)
		got := tr.said(last)
		if len(got) > 1 && got[0].More > 0 { // it is said again only when nothing better can be
			for len(got) > 1 && got[1].More > 0 {
				got = got[1:]
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("%s %d: %+v, want %+v", test.mode, test.limit, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s %d: %+v, want %+v", test.mode, test.limit, got, test.want)
				break
			}
		}
	}
}

// Who waits hears the lines of comfort in turn, those of the document or the
// built-in ones, and a place that improved instead of one.
func TestComfort(t *testing.T) {
	for _, lines := range [][]string{nil, {"one", "two", "three"}} {
		tr := newTrial(t, with(func(r *configs.Routing) {
			q := &r.Queues[0]
			q.Comfort, q.ComfortEvery, q.AnnouncePosition, q.MaxWaitNobody = lines, dur(time.Minute), configs.AnnounceNone, dur(10*time.Minute)
		}))
		c := tr.call()
		tr.pass(4*time.Minute + time.Second)
		want := lines
		if want == nil {
			want = comfortLines
		}
		got := tr.said(c)
		if len(got) != 4 {
			t.Fatalf("%+v", got)
		}
		for i, a := range got {
			if a != (Announcement{Comfort: want[i%len(want)]}) {
				t.Errorf("%d: %+v", i, a)
			}
		}
	}
}

// A line of comfort that falls due while she is asked something is said when that is
// over, whether she answers or not, but not within the gap.
func TestComfortAfterAQuestion(t *testing.T) {
	for name, end := range map[string]func(*trial, ContactID){
		"she stays": func(tr *trial, c ContactID) { tr.do(KeyPressed{c, '1'}) },
		"she says nothing": func(tr *trial, c ContactID) {
			tr.do(Asked{c, tr.s.contacts[c].asks})
			tr.pass(choiceWithin)
		},
	} {
		for _, after := range []time.Duration{55 * time.Second, 115 * time.Second} {
			tr := newTrial(t, with(func(r *configs.Routing) {
				q := &r.Queues[0]
				q.ComfortEvery, q.AnnouncePosition, q.MaxWaitNobody = dur(time.Minute), configs.AnnounceNone, dur(10*time.Minute)
				q.Ladder = []configs.Rung{{After: dur(after), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}}}}
			}))
			c := tr.call()
			tr.pass(after + 15*time.Second) // the words of the question are long
			before := len(tr.said(c))
			end(tr, c)
			tr.pass(0)
			if n := len(tr.said(c)); n != before+1 {
				t.Errorf("%s at %s: %d lines after the question, %d before", name, after, n, before)
			}
			tr.pass(time.Minute - 1)
			if n := len(tr.said(c)); n != before+1 {
				t.Errorf("%s at %s: again too soon", name, after)
			}
		}
	}
	tr := newTrial(t, with(func(r *configs.Routing) {
		q := &r.Queues[0]
		q.ComfortEvery, q.AnnouncePosition, q.MaxWaitNobody = dur(40*time.Second), configs.AnnounceNone, dur(10*time.Minute)
		q.Ladder = []configs.Rung{{After: dur(30 * time.Second), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}}}}
	}))
	c := tr.call()
	tr.pass(45 * time.Second)
	tr.s.contacts[c].saidAt = tr.now // her place
	tr.do(KeyPressed{c, '1'})
	tr.pass(announceGap - 1)
	if n := len(tr.said(c)); n != 0 {
		t.Errorf("%d lines within the gap", n)
	}
	tr.pass(1)
	if n := len(tr.said(c)); n != 1 {
		t.Errorf("%d lines after the gap", n)
	}
}

// Whatever the settings and whoever comes and goes: never two announcements to
// one caller within announceGap, never a figure that grew, never one while she is
// asked something, and while comfort is on never longer without words than its
// time and the gap.
func TestAnnouncementsAreCalm(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tr := newTrial(t, with(func(r *configs.Routing) {
			q := &r.Queues[0]
			q.AnnouncePosition = rapid.SampledFrom([]string{"yes", "no", "limit", "more"}).Draw(rt, "mode")
			q.AnnounceLimit, q.AnnounceWait = rapid.IntRange(0, 4).Draw(rt, "limit"), rapid.Bool().Draw(rt, "wait")
			q.AnnounceEvery, q.ComfortEvery = dur(time.Duration(rapid.IntRange(0, 90).Draw(rt, "every"))*time.Second), dur(time.Duration(rapid.IntRange(20, 120).Draw(rt, "comfort"))*time.Second)
			q.MaxWaitNobody, q.MaxWait = dur(time.Hour), dur(time.Hour)
			r.Care = configs.Care{}
		}))
		tr.keep = false
		tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
		last, place, most := map[ContactID]time.Time{}, map[ContactID]int{}, map[ContactID]int{}
		look := func() {
			for _, e := range tr.last {
				a, ok := e.(Announce)
				if !ok {
					continue
				}
				if at, spoken := last[a.Contact]; spoken && tr.now.Sub(at) < announceGap {
					rt.Fatalf("%s was told %+v %s after the last", a.Contact, a.Announcement, tr.now.Sub(at))
				}
				last[a.Contact] = tr.now
				if p := a.Position; p > 0 {
					if place[a.Contact] != 0 && p >= place[a.Contact] {
						rt.Fatalf("place %d after %d", p, place[a.Contact])
					}
					place[a.Contact] = p
				}
				if to := a.Wait.To; to > 0 {
					if most[a.Contact] != 0 && to >= most[a.Contact] || a.Wait.From >= to {
						rt.Fatalf("wait %+v after %d", a.Wait, most[a.Contact])
					}
					most[a.Contact] = to
				}
			}
			tr.last = nil
		}
		var here []ContactID
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0, 1:
				here = append(here, tr.call())
				look()
			case 2:
				if len(here) > 0 {
					i := rapid.IntRange(0, len(here)-1).Draw(rt, "who")
					tr.do(HungUp{here[i], ByCaller, CauseNormal})
					look()
				}
			case 3:
				if a := tr.s.agents["sari"]; a.offer != nil {
					c := a.offer.contact.id
					tr.do(Accepted{Agent: "sari", Offer: a.offer.id}, Connected{c, "sari"})
				} else if a.contact != nil {
					tr.do(HungUp{a.contact.id, ByCaller, CauseNormal})
				} else if a.writing != nil {
					tr.do(WrapUpFinished{"sari", a.writing.contact, "listened"})
				}
				look()
			}
			for range rapid.IntRange(0, 90).Draw(rt, "seconds") {
				tr.pass(time.Second)
				look()
			}
		}
	})
}

// The range that is said holds what the model expects, and is unknown before it
// can be known.
func TestWaitRange(t *testing.T) {
	l := &line{set: configs.Queue{}}
	if _, _, known := l.expectAt(1); known {
		t.Error("known without a talk")
	}
	l.working, l.pace = 2, 8*time.Minute
	for place, want := range map[int]WaitRange{1: {2, 10}, 2: {5, 20}, 4: {10, 30}, 8: {20, 60}, 30: {}} {
		if got := l.waitRange(&contact{}, place); got != want {
			t.Errorf("place %d: %+v, want %+v", place, got, want)
		}
	}
	if got := l.waitRange(&contact{told: WaitRange{2, 10}}, 2); got != (WaitRange{}) {
		t.Errorf("it grew: %+v", got)
	}
	if got := l.waitRange(&contact{told: WaitRange{5, 20}}, 1); got != (WaitRange{2, 10}) {
		t.Errorf("better is not said: %+v", got)
	}
}
