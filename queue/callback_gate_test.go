package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// Only a clear yes makes a call-back; in every other case she stays at her place.
func TestCallbackOnlyWhenItIsSafe(t *testing.T) {
	for name, test := range map[string]struct {
		caller Caller
		edit   func(*configs.Routing)
		keys   string
		want   string
	}{
		"no":              {NewCaller(callerNumber), nil, "2", "Record safety.noted C1  hotline asked pos=0 out= by=caller res=no"},
		"nothing said":    {NewCaller(callerNumber), nil, "", "res=timeout"},
		"withheld number": {Caller{}, nil, "-", "Record callback.denied C1  hotline withheld"},
		"not allowed":     {NewCaller("+18005551234"), nil, "-", "Record callback.denied C1  hotline not_allowed"},
		"a short code":    {NewCaller("112"), nil, "-", "Record callback.denied C1  hotline not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(test.edit))
			tr.do(Arrived{Contact: "C1", Channel: Voice, Dialled: hotlineNumber, Caller: test.caller}, Established{"C1"})
			tr.pass(time.Minute)
			tr.do(KeyPressed{"C1", '2'})
			switch test.keys {
			case "":
				tr.do(Asked{"C1", 2})
				tr.pass(safeWithin)
				tr.do(Asked{"C1", 3})
				tr.pass(safeWithin)
			case "2":
				tr.do(KeyPressed{"C1", '2'})
			}
			if find(tr.all, test.want) != 1 {
				t.Fatalf("no %s", test.want)
			}
			tr.do(Asked{"C1", tr.s.contacts["C1"].asks}) // the words that say so are over
			tr.mustPhase("C1", waiting)
			tr.mustDo("Wait {Contact:C1")
			if len(tr.s.callbacks) != 0 || tr.s.contacts["C1"].line.order.place(tr.s.contacts["C1"]) != 1 {
				t.Fatal("her place is gone")
			}
		})
	}
}

// The window: parked outside of it, back at her place inside, out again when it
// ends, and a ring that outlasts it calls nobody.
func TestCallbackWindow(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued() // Monday 1:01 in Jakarta
	tr.do(CallbackSafety{ID: "C1", Answer: SafetyAnswer{MayCall: SafeYes, Zone: "WIB", Windows: []SafeWindow{{[]string{"mon"}, "09:00", "10:00"}}}, By: "admin"})
	tr.mustDo("Record safety.noted C1  hotline admin pos=0 out= by=admin res=yes")
	tr.ready("sari")
	if v := tr.s.callbackView(tr.s.callbacks["C1"]); v.Reason != SafetyWindow || v.Due == nil || v.Due.In(houseZone).Format("15:04") != "09:00" {
		t.Fatalf("parked %+v", v)
	}
	tr.mustBe("sari", Ready)
	tr.pass(v900(tr) - time.Second)
	tr.mustBe("sari", Ready)
	tr.pass(time.Second)
	if tr.offered("sari") != "C1" {
		t.Fatal("not offered in her window")
	}
	tr.do(PauseAsked{"sari", ""}, Declined{"sari", tr.offerID("sari")})
	tr.pass(time.Hour - 10*time.Second)
	tr.do(ReadyAsked{"sari"})
	id := tr.offerID("sari")
	tr.pass(11 * time.Second) // the window is over, it rings on
	tr.do(Accepted{Agent: "sari", Offer: id})
	tr.mustNotDo("Dial {")
	tr.mustDo("Code:safety_window")
	tr.mustBe("sari", Ready)
	tr.pass(24 * time.Hour)
	if find(tr.all, "Record callback.expired C1") != 1 {
		t.Fatal("never given up")
	}
}

// v900 is how long it is until 9:00 in Jakarta.
func v900(tr *trial) time.Duration {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, houseZone)
	return at.Sub(tr.now)
}

// An admin has no other right to call her than anybody else (SC-2).
func TestAdminCannotPassTheGate(t *testing.T) {
	tr := newTrial(t, called(nil))
	tr.queued()
	asks := func(ev func(asked) Event) string {
		back := make(chan string, 1)
		tr.do(ev(asked{back}))
		return <-back
	}
	urge := func() string { return asks(func(a asked) Event { return CallbackUrged{"C1", "admin", a} }) }
	answer := func(w SafetyAnswer) string {
		return asks(func(a asked) Event { return CallbackSafety{"C1", w, "admin", a} })
	}
	if got := urge(); got != "" {
		t.Fatalf("she may be called: %s", got)
	}
	answer(SafetyAnswer{})
	if got := urge(); got != SafetyUnknown {
		t.Fatalf("unknown: %q", got)
	}
	if got := answer(SafetyAnswer{MayCall: "maybe"}); got != "may_call" {
		t.Fatalf("%q", got)
	}
	soon := tr.now.Add(time.Minute)
	answer(SafetyAnswer{MayCall: SafeYes, Until: &soon})
	tr.pass(time.Minute)
	if got := urge(); got != SafetyExpired {
		t.Fatalf("expired: %q", got)
	}
	answer(SafetyAnswer{MayCall: SafeYes})
	tr.ready2("sari", t)
	c := tr.dialBack("sari")
	if got := urge(); got != CallbackRunning {
		t.Fatalf("calling: %q", got)
	}
	tr.do(Ringing{c}, HungUp{c, ByCaller, CauseBusy})
	tr.mustBe("sari", Ready)
	if got := urge(); got != "" { // the gap is hers to skip
		t.Fatalf("in the gap: %q", got)
	}
	c = tr.dialBack("sari")
	tr.do(Ringing{c}, HungUp{c, ByCaller, CauseBusy})
	if got := asks(func(a asked) Event { return CallbackUrged{"C1", "admin", a} }); got != "not_found" { // per_day ended it
		t.Fatalf("%q", got)
	}
	tr.queued()
	tr.do(ReadyAsked{"sari"}) // after the caller rang out
	tr.mustBe("sari", Ready)
	if v := tr.s.callbackView(tr.s.callbacks["C2"]); v.Reason != ParkedCap || v.Due == nil || v.Due.Sub(tr.now) > 24*time.Hour {
		t.Fatalf("after two calls of today: %+v", v)
	}
	if got := asks(func(a asked) Event { return CallbackUrged{"C2", "admin", a} }); got != ParkedCap {
		t.Fatalf("called twice today: %q", got)
	}
	if got := asks(func(a asked) Event { return CallbackSafety{"C2", SafetyAnswer{MayCall: SafeNo}, "admin", a} }); got != "" {
		t.Fatal(got)
	}
	tr.mustDo("Record callback.refused C2  hotline safety_no")
	if got := asks(func(a asked) Event { return CallbackCancelled{"C2", "admin", a} }); got != "not_found" {
		t.Fatalf("%q", got)
	}
}
