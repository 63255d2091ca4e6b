package queue

import (
	"testing"
	"time"
)

// A call-back that went out although it was not safe is a broken law; one of a
// journal that does not say is none.
func TestAuditOfUnsafeCalls(t *testing.T) {
	for verdict, broken := range map[string]int{"": 0, DialledSafely: 0, SafetyNo: 1, SafetyUnknown: 1} {
		a := audit([]Entry{
			{At: day0, Kind: CallArrived, Contact: "C1"},
			{At: day0, Kind: CallbackQueued, Contact: "C1"},
			{At: day0, Kind: CallOver, Contact: "C1", Outcome: OutcomeCallbackKept},
			{At: day0.Add(time.Minute), Kind: CallbackDialled, Contact: "C1", Result: verdict},
			{At: day0.Add(2 * time.Minute), Kind: CallbackReached, Contact: "C1"},
		})
		if v := a.Violations(); len(v) != broken || broken == 1 && v[0].Law != "safe calls" {
			t.Errorf("%q: %v", verdict, v)
		}
	}
}
