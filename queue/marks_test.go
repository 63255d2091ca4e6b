package queue

import (
	"slices"
	"testing"
	"time"

	"sahut/configs"
)

// What a ringing call says of the caller's safety, and that of her number it says
// nothing unless the queue's policy lets it.
func TestSafetyMarks(t *testing.T) {
	for _, test := range []struct {
		name  string
		past  func(tr *trial)
		shown []SafetyMark
		quiet []SafetyMark // without show_safety
	}{
		{"a stranger", func(*trial) {}, nil, nil},
		{"not safe to call", func(tr *trial) {
			c := tr.call()
			tr.talk("sari")
			tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeNo}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
		}, []SafetyMark{MarkUnsafe}, nil},
		{"not safe to call, long ago", func(tr *trial) {
			c := tr.call()
			tr.talk("sari")
			tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeNo}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
			tr.pass(15 * 24 * time.Hour)
		}, nil, nil},
		{"safe to call", func(tr *trial) {
			c := tr.call()
			tr.talk("sari")
			tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, ""})
		}, nil, nil},
		{"was to be called back", func(tr *trial) {
			c := tr.call()
			tr.talk("sari")
			tr.do(CallbackPromised{"sari", c, true}, HungUp{c, ByCaller, CauseNormal})
			tr.pass(3 * time.Minute) // kept, and parked: nobody knows whether it is safe
		}, []SafetyMark{MarkCallback}, nil},
		{"the talk broke off", func(tr *trial) {
			c := tr.call()
			tr.talk("sari")
			tr.do(HungUp{c, ByNetwork, CauseSilence}, WrapUpFinished{"sari", c, ""})
		}, []SafetyMark{MarkCut}, nil},
	} {
		for _, show := range []bool{true, false} {
			tr := newTrial(t, called(func(r *configs.Routing) {
				r.Queues[0].ShowSafety, r.Queues[0].DropReturnFor = show, dur(time.Hour)
				r.Queues[0].WrapUp = dur(2 * time.Minute)
			}))
			tr.ready("sari")
			test.past(tr)
			tr.call()
			want := test.quiet
			if show {
				want = test.shown
			}
			o := tr.s.view(tr.s.agents["sari"]).Offer
			if o == nil || !slices.Equal(o.Safety, want) {
				t.Errorf("%s, shown %v: the offer is %+v, want %v", test.name, show, o, want)
			}
			if o != nil && o.Language != "id" {
				t.Errorf("%s: the language is %q", test.name, o.Language)
			}
		}
	}
}

// A talk that broke in this very call is said whatever the policy is.
func TestCutInThisCall(t *testing.T) {
	tr := newTrial(t, called(func(r *configs.Routing) {
		r.Agents = append(r.Agents, configs.Agent{ID: "dewi", Name: "Dewi", Queues: []string{"hotline"}})
	}))
	tr.ready("sari")
	tr.call()
	tr.talk("sari")
	tr.ready("dewi")
	tr.do(PathLost{Agent: "sari"})
	tr.pass(reconnectWithin)
	if o := tr.s.view(tr.s.agents["dewi"]).Offer; o == nil || !slices.Equal(o.Safety, []SafetyMark{MarkCut}) {
		t.Fatalf("the offer is %+v", o)
	}
}
