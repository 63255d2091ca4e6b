package queue

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sahut/configs"
)

// limited is a house with limits of 10 calls in 10 minutes, and of 4 of withheld
// numbers.
func limited(edit func(*configs.Routing)) configs.Routing {
	return returns(func(r *configs.Routing) {
		r.Flood = configs.Flood{PerNumber: 10, Withheld: 4, Within: dur(10 * time.Minute), Over: configs.FloodLowClass}
		r.Blocked.Prompt = "blocked"
		if edit != nil {
			edit(r)
		}
	})
}

// call calls from number and hangs up after a second; it returns how she was
// served.
func (tr *trial) brief(number string) string {
	tr.Helper()
	id := tr.from(number)
	c := tr.s.contacts[id]
	how := c.class.String()
	if c.phase == choosing {
		how = "words"
	}
	tr.pass(time.Second)
	tr.do(HungUp{id, ByCaller, CauseNormal})
	return how
}

func TestFloods(t *testing.T) {
	for _, tt := range []struct {
		name   string
		number string
		calls  int
		edit   func(*configs.Routing)
		last   string
	}{
		{"a frightened caller", "0811222", 5, nil, "priority"},
		{"up to the limit", "0811222", 10, nil, "priority"},
		{"over it", "0811222", 11, nil, "low"},
		{"far over it", "0811222", 60, nil, "low"},
		{"words", "0811222", 11, func(r *configs.Routing) { r.Flood.Over = configs.FloodWords }, "words"},
		{"no limit", "0811222", 60, func(r *configs.Routing) { r.Flood.PerNumber = 0 }, "priority"},
		{"withheld", "", 4, nil, "normal"},
		{"withheld, over it", "", 5, nil, "low"},
		{"withheld, no limit", "", 60, func(r *configs.Routing) { r.Flood.Withheld = 0 }, "normal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := newTrial(t, limited(tt.edit))
			last := ""
			for range tt.calls {
				last = tr.brief(tt.number)
			}
			if last != tt.last {
				t.Errorf("the last is served %s, want %s", last, tt.last)
			}
			met := tt.last == "low" || tt.last == "words" // else it is who left at once that comes first (SI-4)
			if (tr.kinds[FloodMet] > 0) != met {
				t.Errorf("%d in the journal", tr.kinds[FloodMet])
			}
			for _, e := range tr.all {
				if r, ok := e.(Record); ok && r.Entry.Kind == FloodMet && r.Entry.Count != 11 && r.Entry.Count != 5 {
					t.Fatalf("%d calls in the journal", r.Entry.Count)
				}
			}
			if met {
				if got := tr.brief("0899" + tt.number); got != "normal" {
					t.Errorf("somebody else is served %s", got)
				}
				tr.pass(10 * time.Minute)
				if got := tr.brief(tt.number); got != "normal" {
					t.Errorf("after the time she is served %s", got)
				}
			}
		})
	}
}

// TestFloodSparesBrokenTalks: who was talking when it broke is never counted
// out, however often it breaks.
func TestFloodSparesBrokenTalks(t *testing.T) {
	tr := newTrial(t, limited(func(r *configs.Routing) {
		r.Queues[0].WrapUp, r.Flood.Over = 0, configs.FloodWords
	}))
	tr.ready("sari")
	for range 11 {
		tr.brief("0811222")
	}
	tr.pass(10 * time.Minute)
	for range 10 {
		tr.brief("0811222")
	}
	tr.pass(10*time.Minute + time.Second)
	c := tr.from("0811222")
	tr.talk("sari")
	tr.do(HungUp{c, ByNetwork, CauseSilence}) // her tunnel
	for range 15 {
		d := tr.from("0811222")
		if p := tr.s.contacts[d]; p.class != ClassInterrupted {
			t.Fatalf("she is %s, served %s", p.phase, p.class)
		}
		tr.talk("sari")
		tr.do(HungUp{d, ByNetwork, CauseSilence})
	}
}

// TestPropertyFlood: in any time as long as the limit's, no more calls of one
// number than the limit are served like everybody's, and none below it is not.
func TestPropertyFlood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		within := time.Duration(rapid.IntRange(1, 10).Draw(t, "within")) * time.Minute
		tr := newTrial(rapidTB{t: t}, with(func(r *configs.Routing) {
			r.Flood = configs.Flood{PerNumber: limit, Withheld: limit, Within: dur(within), Over: configs.FloodLowClass}
		}))
		came := map[string][]time.Time{}
		for range rapid.IntRange(1, 80).Draw(t, "calls") {
			number := rapid.SampledFrom([]string{"0811", "0822", ""}).Draw(t, "from")
			recent := 0
			for _, at := range came[number] {
				if tr.now.Sub(at) < within {
					recent++
				}
			}
			came[number] = append(came[number], tr.now)
			if low := tr.brief(number) == "low"; low != (recent >= limit) {
				t.Fatalf("%d calls of %q before, limit %d: low %v", recent, number, limit, low)
			}
			tr.pass(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
		}
	})
}

// TestFloodMemory is bounded, and who calls no more is forgotten.
func TestFloodMemory(t *testing.T) {
	var f floods
	now := day0
	for i := range visitorsKept + 500 {
		var id identity
		id[0], id[1], id[2] = byte(i), byte(i>>8), byte(i>>16)
		f.noted(id).add(now, 10, time.Minute)
	}
	if len(f.of) != visitorsKept || len(f.list) != visitorsKept {
		t.Fatalf("%d, %d", len(f.of), len(f.list))
	}
	for range visitorsKept {
		f.sweep(now.Add(time.Hour), time.Minute)
	}
	if len(f.of) != 0 || len(f.list) != 0 {
		t.Errorf("%d are left", len(f.of))
	}
}
