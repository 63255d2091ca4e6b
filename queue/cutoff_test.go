package queue

import (
	"testing"

	"sahut/configs"
)

// SC-7: what was agreed on before the call broke off decides whether a call-back
// begins; without a word nothing does.
func TestCutOff(t *testing.T) {
	for name, tt := range map[string]struct {
		plan  CutPlan
		by    Party
		cause Cause
		mode  string
		want  bool
	}{
		"we call, the network broke":      {CutWeCall, ByNetwork, CauseSilence, "", true},
		"we call, she hung up":            {CutWeCall, ByCaller, CauseNormal, "", true},
		"we call, no time to write":       {CutWeCall, ByCaller, CauseNormal, noWrapUp, false},
		"we call, broke, no time":         {CutWeCall, ByNetwork, CauseSilence, noWrapUp, true},
		"we call, somebody came in":       {CutWeCall, ByCaller, CauseQuickExit, "", false},
		"we call, the volunteer ended it": {CutWeCall, ByAgent, CauseNormal, "", false},
		"she calls":                       {CutSheCalls, ByNetwork, CauseSilence, "", false},
		"nothing":                         {CutNothing, ByNetwork, CauseSilence, "", false},
		"no word of it":                   {"", ByNetwork, CauseSilence, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(func(r *configs.Routing) { r.Queues[0].WrapUpMode = tt.mode }))
			tr.ready("sari")
			c := tr.call()
			tr.talk("sari")
			tr.do(SafetyAnswered{"sari", c, SafetyAnswer{MayCall: SafeYes}}, CutAgreed{"sari", c, tt.plan}, CutAgreed{"dewi", c, CutWeCall}, CutAgreed{"sari", c, "shout"})
			if v := tr.s.view(tr.s.agents["sari"]).Call.Back; v.IfCut != tt.plan {
				t.Fatalf("on screen %+v", v)
			}
			tr.do(HungUp{c, tt.by, tt.cause})
			if tt.mode != noWrapUp {
				if v := tr.s.view(tr.s.agents["sari"]).WrapUp.Back; v.Promised != tt.want {
					t.Fatalf("on screen %+v", v)
				}
				tr.do(WrapUpFinished{"sari", c, ""})
			}
			if got := tr.s.callbacks[c] != nil; got != tt.want {
				t.Fatalf("a call-back: %v", got)
			}
		})
	}
}
