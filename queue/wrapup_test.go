package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// writer is house with sari in wrap-up of a contact, one minute in.
func writer(t *testing.T, edit func(*configs.Queue)) (*trial, ContactID) {
	t.Helper()
	tr := newTrial(t, with(func(r *configs.Routing) {
		edit(&r.Queues[0])
		r.Dispositions = append(r.Dispositions, configs.Disposition{Code: "acute", WrapUp: dur(15 * time.Minute)})
	}))
	tr.ready("sari")
	tr.call()
	c := tr.talk("sari")
	tr.do(HungUp{c, ByCaller, CauseNormal})
	tr.pass(time.Minute)
	return tr, c
}

// Every way a wrap-up ends, by the queue and by what she chose. extended tells
// whether Extend adds its minute.
func TestWrapUpModes(t *testing.T) {
	for _, test := range []struct {
		mode     string
		choose   string
		lasts    time.Duration // in all; the house gives two minutes
		extended time.Duration
	}{
		{"", "", 2 * time.Minute, time.Minute},
		{"timed_extendable", "listened", 2 * time.Minute, time.Minute},
		{"timed", "", 2 * time.Minute, 0},
		{"timed", "acute", 15 * time.Minute, 0},
		{"timed_extendable", "acute", 15 * time.Minute, time.Minute},
		{"until_done", "acute", time.Hour, 0},
		{"none", "", 0, 0},
	} {
		t.Run(test.mode+" "+test.choose, func(t *testing.T) {
			tr, c := writer(t, func(q *configs.Queue) { q.WrapUpMode = test.mode })
			if test.lasts == 0 {
				tr.mustBe("sari", Ready)
				return
			}
			if test.choose != "" {
				tr.do(DispositionChosen{"sari", c, test.choose})
			}
			tr.do(WrapUpExtended{"sari", c})
			v := tr.s.view(tr.s.agents["sari"]).WrapUp
			if v.Disposition != test.choose || v.Extendable != (test.extended > 0) || v.Open != (test.mode == "until_done") {
				t.Fatalf("on screen: %+v", v)
			}
			tr.pass(test.lasts + test.extended - time.Minute - time.Second)
			tr.mustBe("sari", WrapUp)
			tr.pass(time.Second)
			tr.mustBe("sari", Ready)
			tr.mustDo("Record wrapup.done C1 sari  " + test.choose) // kept although she did nothing more
		})
	}
}

// What was chosen may be changed and finished; what nobody knows is refused and
// changes nothing.
func TestDispositionIsChosenAgain(t *testing.T) {
	tr, c := writer(t, func(*configs.Queue) {})
	tr.do(DispositionChosen{"sari", c, "listened"}, DispositionChosen{"sari", c, "nonsense"}, DispositionChosen{"dewi", c, "acute"})
	tr.mustDo("unknown_disposition")
	if got := tr.s.agents["sari"].writing.disposition; got != "listened" {
		t.Fatalf("%q is chosen", got)
	}
	tr.do(WrapUpFinished{"sari", c, "referred"})
	tr.mustDo("Record wrapup.done C1 sari  referred")
	tr.mustBe("sari", Ready)
}
