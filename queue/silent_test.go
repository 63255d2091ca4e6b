package queue

import (
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// TestSilentCaller: 1 and 2 are answers after a question and until it is said
// that she speaks; other keys are keys, and only answers are in the journal.
func TestSilentCaller(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.call()
	c := tr.talk("sari")
	keys := func() string { return tr.s.view(tr.s.agents["sari"]).Call.Keys }
	tr.do(KeyPressed{c, '1'})
	tr.mustDo("Code:key_heard")
	tr.do(SilentAsked{"sari", c, "danger"})
	tr.mustDo("Say {Contact:C1 Prompts:[ask-danger yes-no] Language:id}", "Record silent.asked C1 sari hotline danger")
	tr.pass(90 * time.Millisecond)
	tr.do(KeyPressed{c, '1'})
	tr.mustDo("Record silent.answered C1 sari hotline danger", "res=yes", "Code:silent_answered Contact:C1 Offer:0 Key:yes")
	tr.do(KeyPressed{c, '5'})
	tr.mustDo("Code:key_heard")
	tr.mustNotDo("Record")
	tr.do(SilentAsked{"sari", c, OwnQuestion})
	tr.mustDo("Say {Contact:C1 Prompts:[yes-no] Language:id}")
	shown := tr.s.view(tr.s.agents["sari"]).Call.Silent
	tr.do(KeyPressed{c, '2'}, KeyPressed{c, '2'})
	v := tr.s.view(tr.s.agents["sari"]).Call.Silent
	if len(shown.Answers) != 1 || len(v.Answers) != 3 || v.Answers[2] != (SilentAnswer{OwnQuestion, "no", tr.now}) || keys() != "15" {
		t.Errorf("shown %+v, now %+v, keys %s", shown, v, keys())
	}
	tr.do(SilentAsked{"sari", c, "nonsense"}, SilentAsked{"dewi", c, "danger"}, SilentAsked{"sari", "C9", "danger"})
	tr.mustNotDo("Say", "Record")
	tr.do(HoldAsked{"sari", c}, SilentAsked{"sari", c, "danger"})
	tr.mustNotDo("Say")
	tr.do(ResumeAsked{"sari", c}, SilentEnded{"sari", c}, KeyPressed{c, '1'})
	if keys() != "151" {
		t.Errorf("keys %s", keys())
	}
	for range answersShown + 5 {
		tr.do(SilentAsked{"sari", c, "near"}, KeyPressed{c, '1'})
	}
	if n := len(tr.s.view(tr.s.agents["sari"]).Call.Silent.Answers); n != answersShown {
		t.Errorf("%d answers on the screen", n)
	}
	tr.do(HangUpAsked{"sari", c}, HungUp{c, ByAgent, CauseNormal})
	for _, e := range tr.all {
		if r, ok := e.(Record); ok && strings.HasPrefix(string(r.Entry.Kind), "silent.") && strings.ContainsAny(r.Entry.Reason+r.Entry.Result, "0123456789") {
			t.Errorf("a key is in the journal: %+v", r.Entry)
		}
	}
}

// TestSilenceLastsOneTalk: the next volunteer asks anew; a path that comes back
// goes on.
func TestSilenceLastsOneTalk(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.call()
	c := tr.talk("sari")
	tr.do(SilentAsked{"sari", c, "danger"}, PathLost{Agent: "sari"}, PathProven{"sari"}, Connected{c, "sari"}, KeyPressed{c, '1'})
	tr.mustDo("Record silent.answered")
	tr.ready("dewi")
	tr.do(TransferAsked{"sari", c, Target{Queue: "hotline"}})
	tr.talk("dewi")
	tr.do(KeyPressed{c, '1'})
	tr.mustDo("Code:key_heard")
	tr.mustNotDo("Record")
}

// TestSilentIsNoFlag (SI-5): a caller whom a volunteer wrote down as silent is
// served the next time exactly as before.
func TestSilentIsNoFlag(t *testing.T) {
	tr := newTrial(t, with(func(r *configs.Routing) {
		r.Dispositions = append(r.Dispositions, configs.Disposition{Code: "silent"})
		r.Flood = configs.Flood{PerNumber: 10, Within: dur(10 * time.Minute)}
	}))
	tr.ready("sari")
	for range 3 {
		c := tr.from("08112222")
		if p := tr.s.contacts[c]; p.class != ClassNormal || p.bar != nil || len(p.never) != 0 || p.credit != 0 {
			t.Fatalf("she is served %+v", p)
		}
		tr.talk("sari")
		tr.do(SilentAsked{"sari", c, "danger"}, HungUp{c, ByCaller, CauseNormal}, WrapUpFinished{"sari", c, "silent"})
		if len(tr.s.blocks.byID) != 0 || tr.s.visitors.of[tr.s.identify(NewCaller("08112222"))] != nil && len(tr.s.safety.of[tr.s.keySafety("08112222")].Never) != 0 {
			t.Fatal("something was written against her")
		}
	}
}

// TestSilenceEndsNothing (SI-1): the desk has no clock for a talk in which nobody
// says a word.
func TestSilenceEndsNothing(t *testing.T) {
	tr := newTrial(t, house())
	tr.ready("sari")
	tr.call()
	c := tr.talk("sari")
	tr.do(SilentAsked{"sari", c, "danger"})
	tr.pass(12 * time.Hour)
	tr.mustPhase(c, talking)
	tr.mustBe("sari", Talking)
}

// TestAbusiveCall: the volunteer is off in the same moment in every state of a
// talk, and has a rest offered or taken.
func TestAbusiveCall(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before []Event
		edit   func(*configs.Routing)
		state  AgentState // at once
		reason string     // after the wrap-up, if she wants the rest
	}{
		{"talking", nil, nil, WrapUp, PauseBreak},
		{"held", []Event{HoldAsked{"sari", "C1"}}, nil, WrapUp, PauseBreak},
		{"muted", []Event{MuteAsked{"sari", "C1", true}}, nil, WrapUp, PauseBreak},
		{"with rests after heavy contacts", nil, func(r *configs.Routing) { r.Care.HeavyRest = dur(10 * time.Minute) }, WrapUp, PauseDecompression},
		{"without writing time", nil, func(r *configs.Routing) { r.Queues[0].WrapUp = 0 }, Paused, PauseBreak},
		{"who writes nothing", nil, func(r *configs.Routing) { r.Queues[0].WrapUpMode = "none" }, Paused, PauseBreak},
		{"who goes home", []Event{ShiftEnded{"sari"}}, nil, WrapUp, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edit := tt.edit
			if edit == nil {
				edit = func(*configs.Routing) {}
			}
			tr := newTrial(t, with(edit))
			tr.ready("sari")
			tr.call()
			c := tr.talk("sari")
			tr.pass(time.Minute)
			tr.do(tt.before...)
			tr.do(AbuseEnded{"dewi", c}, AbuseEnded{"sari", "C9"})
			tr.mustNotDo("Close")
			tr.do(AbuseEnded{"sari", c})
			tr.mustDo("Close {Contact:C1 Words:limits}", "Record talk.ended C1 sari hotline abusive")
			tr.mustBe("sari", tt.state)
			tr.do(AbuseEnded{"sari", c})
			tr.mustNotDo("Close")
			if tt.state == WrapUp {
				if v := tr.s.view(tr.s.agents["sari"]); !v.WrapUp.Rest {
					t.Error("no rest is offered")
				}
				tr.do(RestAsked{"sari", c}, RestAsked{"sari", c}, WrapUpFinished{"sari", c, "listened"})
			}
			if tt.reason == "" {
				tr.mustBe("sari", Offline)
			} else {
				tr.mustBe("sari", Paused)
				if got := tr.s.agents["sari"].reason; got != tt.reason {
					t.Errorf("paused for %s", got)
				}
			}
			tr.do(HungUp{c, BySystem, CausePlayed})
			if got := tr.mustEnd(c, OutcomeAnswered); got.TalkMS != 60000 {
				t.Errorf("record %+v", got)
			}
		})
	}
	tr := newTrial(t, house()) // no rest was offered: none can be taken
	tr.ready("sari")
	c := tr.call()
	tr.talk("sari")
	tr.do(HungUp{c, ByCaller, CauseNormal}, RestAsked{"sari", c}, WrapUpFinished{"sari", c, ""})
	tr.mustBe("sari", Ready)
}
