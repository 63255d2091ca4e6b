package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// A ringing card says how often she called within 30 days, a restart too; then she
// is forgotten. Who withholds her number is nobody.
func TestHasCalledBefore(t *testing.T) {
	tr := newTrial(t, crew("sari", nil))
	tr.ready("sari")
	before := func() int {
		t.Helper()
		c := tr.call()
		v := tr.s.view(tr.s.agents["sari"])
		if v.Offer == nil || v.Offer.Contact != c {
			t.Fatalf("not offered: %+v", v)
		}
		tr.do(HungUp{c, ByCaller, CauseNormal})
		return v.Offer.Before
	}
	for want := range 3 {
		if got := before(); got != want {
			t.Fatalf("call %d: %d before", want+1, got)
		}
	}
	var kept SafetyProfile
	for _, e := range tr.all {
		if k, ok := e.(KeepSafety); ok {
			kept = k.Profile
		}
	}
	if len(kept.Came) != 3 || kept.Key == "" {
		t.Fatalf("kept %+v", kept)
	}
	next := newTrial(t, crew("sari", nil))
	next.s.pseudonym, next.now = tr.s.pseudonym, tr.now
	next.do(CallbacksKept{Safety: []SafetyProfile{kept}})
	next.ready("sari")
	tr = next
	if got := before(); got != 3 {
		t.Fatalf("after a restart: %d", got)
	}
	tr.pass(31 * 24 * time.Hour)
	tr.ready2OrOn("sari")
	if got := before(); got != 0 {
		t.Fatalf("a month later: %d", got)
	}
}

// ready2OrOn has her take calls, whatever a month did to her shift.
func (tr *trial) ready2OrOn(a AgentID) {
	tr.Helper()
	tr.do(SessionOpened{a}, ShiftStarted{a}, PathProven{a}, ReadyAsked{a})
	tr.mustBe(a, Ready)
}

// The count stops at a number that says enough, and then nothing is written.
func TestCameIsBounded(t *testing.T) {
	p := &SafetyProfile{}
	for range cameMost {
		if !p.comes(day0) {
			t.Fatal("not counted")
		}
	}
	if p.comes(day0) || p.came(day0) != cameMost {
		t.Errorf("%d counted", len(p.Came))
	}
	if p.came(day0.Add(callersKept+24*time.Hour)) != 0 {
		t.Error("not forgotten")
	}
}

// What follows is told while she still writes, as it is marked; where no rest
// follows a heavy contact by itself, one is offered.
func TestRestAhead(t *testing.T) {
	for _, tt := range []struct {
		rest        time.Duration
		most        int
		mark        string
		follows     string
		offered     bool
		description string
	}{
		{10 * time.Minute, 3, "", "", false, "nothing marked"},
		{10 * time.Minute, 3, "listened", "", false, "not heavy"},
		{10 * time.Minute, 3, "hard", PauseDecompression, false, "heavy"},
		{10 * time.Minute, 1, "hard", PauseBreak, false, "the last in a row"},
		{0, 0, "hard", "", true, "no rest by itself"},
	} {
		tr := newTrial(t, caring(func(r *configs.Routing) { r.Care.HeavyRest, r.Care.MaxHeavy = dur(tt.rest), tt.most }))
		tr.ready("sari")
		c := tr.call()
		tr.talk("sari")
		tr.do(HungUp{c, ByCaller, CauseNormal})
		if tt.mark != "" {
			tr.do(DispositionChosen{"sari", c, tt.mark})
		}
		w := tr.s.view(tr.s.agents["sari"]).WrapUp
		if w == nil || w.Follows != tt.follows || w.Rest != tt.offered {
			t.Errorf("%s: %+v", tt.description, w)
			continue
		}
		want := Ready
		if tt.follows != "" || tt.offered {
			want = Paused
		}
		tr.do(RestAsked{"sari", c}, WrapUpFinished{"sari", c, tt.mark})
		tr.mustBe("sari", want)
	}
}
