package queue

import (
	"strings"
	"testing"
	"time"
)

// goodDay is a short journal that breaks no law.
func goodDay() []Entry {
	at := func(s int) time.Time { return day0.Add(time.Duration(s) * time.Second) }
	list := []Entry{
		{At: at(0), Kind: ServerStarted},
		{At: at(1), Kind: ShiftBegan, Agent: "sari"},
		{At: at(1), Kind: StateChanged, Agent: "sari", From: Offline, To: Checking},
		{At: at(2), Kind: StateChanged, Agent: "sari", From: Checking, To: Ready},
		{At: at(3), Kind: CallArrived, Contact: "C1", Queue: "hotline"},
		{At: at(4), Kind: CallEstablished, Contact: "C1"},
		{At: at(4), Kind: QueueEntered, Contact: "C1", Queue: "hotline"},
		{At: at(4), Kind: QueuePlace, Contact: "C1", Queue: "hotline", Position: 2},
		{At: at(5), Kind: QueuePlace, Contact: "C1", Queue: "hotline", Position: 1},
		{At: at(5), Kind: StateChanged, Agent: "sari", From: Ready, To: Offered},
		{At: at(5), Kind: OfferMade, Contact: "C1", Agent: "sari", Queue: "hotline", Offer: 1},
		{At: at(8), Kind: OfferEnded, Contact: "C1", Agent: "sari", Queue: "hotline", Offer: 1, Reason: "accepted"},
		{At: at(8), Kind: StateChanged, Agent: "sari", From: Offered, To: Talking},
		{At: at(9), Kind: QueueLeft, Contact: "C1", Queue: "hotline", Reason: "talk"},
		{At: at(9), Kind: TalkStarted, Contact: "C1", Agent: "sari", Queue: "hotline"},
		{At: at(60), Kind: TalkEnded, Contact: "C1", Agent: "sari", TalkMS: 51000},
		{At: at(60), Kind: CallOver, Contact: "C1", Outcome: OutcomeAnswered},
		{At: at(60), Kind: StateChanged, Agent: "sari", From: Talking, To: WrapUp},
		{At: at(99), Kind: WrapUpDone, Contact: "C1", Agent: "sari"},
		{At: at(99), Kind: StateChanged, Agent: "sari", From: WrapUp, To: Offline},
		{At: at(99), Kind: ShiftOver, Agent: "sari"},
		{At: at(99), Kind: CallRefused, Contact: "C2", Reason: "draining"},
	}
	return list
}

func audit(list []Entry) *Audit {
	a := &Audit{}
	for i, e := range list {
		if e.Seq == 0 {
			e.Seq = uint64(i + 1)
		}
		a.Add(e)
	}
	return a
}

func TestAuditOfAGoodDay(t *testing.T) {
	a := audit(goodDay())
	if v := a.Violations(); len(v) > 0 {
		t.Fatal(v)
	}
	if n := a.Totals(); n.Arrived != 1 || n.Refused != 1 || n.InProgress != 0 || n.Outcomes[OutcomeAnswered] != 1 || n.Entries != 22 {
		t.Fatalf("%+v", n)
	}
}

// Each law is broken once, and each break is seen.
func TestAuditSeesEachBrokenLaw(t *testing.T) {
	drop := func(kind EntryKind, nth int) func([]Entry) []Entry {
		return func(l []Entry) []Entry {
			for i, e := range l {
				if e.Kind == kind {
					if nth--; nth == 0 {
						return append(l[:i:i], l[i+1:]...)
					}
				}
			}
			return l
		}
	}
	again := func(kind EntryKind) func([]Entry) []Entry {
		return func(l []Entry) []Entry {
			for i, e := range l {
				if e.Kind == kind {
					return append(l[:i+1:i+1], append([]Entry{e}, l[i+1:]...)...)
				}
			}
			return l
		}
	}
	change := func(kind EntryKind, f func(*Entry)) func([]Entry) []Entry {
		return func(l []Entry) []Entry {
			for i := range l {
				if l[i].Kind == kind {
					f(&l[i])
					return l
				}
			}
			return l
		}
	}
	at60 := day0.Add(30 * time.Second)
	for _, tt := range []struct {
		law  string
		edit func([]Entry) []Entry
	}{
		{"one arrival", drop(CallArrived, 1)},
		{"one arrival", again(CallArrived)},
		{"one end", again(CallOver)},
		{"one outcome", change(CallOver, func(e *Entry) { e.Outcome = "lost" })},
		{"one place", drop(QueueEntered, 1)},
		{"one place", drop(QueueLeft, 1)},
		{"one place", again(QueueEntered)},
		{"one place", change(TalkStarted, func(e *Entry) { e.Kind, e.Result = QueueWhy, "offline=1" })},
		{"one place", again(QueueLeft)},
		{"one place", change(QueueLeft, func(e *Entry) { e.Queue = "other" })},
		{"one end of an offer", drop(OfferMade, 1)},
		{"one end of an offer", drop(OfferEnded, 1)},
		{"one end of an offer", again(OfferMade)},
		{"one end of an offer", again(OfferEnded)},
		{"one talk", drop(TalkStarted, 1)},
		{"one talk", drop(TalkEnded, 1)},
		{"one talk", again(TalkStarted)},
		{"one talk", change(TalkEnded, func(e *Entry) { e.Agent = "dewi" })},
		{"honest place", change(QueuePlace, func(e *Entry) { e.Position = 0 })},
		{"honest place", func(l []Entry) []Entry { l[8].Position = 3; return l }},
		{"one state", drop(StateChanged, 2)},
		{"one state", change(StateChanged, func(e *Entry) { e.From = Ready })},
		{"whole shifts", drop(ShiftBegan, 1)},
		{"whole shifts", again(ShiftBegan)},
		{"whole shifts", again(ShiftOver)},
		{"whole shifts", func(l []Entry) []Entry { l[20].At = l[20].At.Add(time.Second); return l }},
		{"whole shifts", func(l []Entry) []Entry {
			return append(l[:18:18], Entry{At: at60, Kind: ServerStarted})
		}},
		{"one end", func(l []Entry) []Entry { return append(l[:8:8], Entry{At: at60, Kind: ServerStarted}) }},
		{"one offer an agent", func(l []Entry) []Entry {
			two := []Entry{{At: at60, Kind: CallArrived, Contact: "C9"}, {At: at60, Kind: QueueEntered, Contact: "C9"}, {At: at60, Kind: OfferMade, Contact: "C9", Agent: "sari", Offer: 2}}
			return append(l[:11:11], append(two, l[11:]...)...)
		}},
		{"one talk", func(l []Entry) []Entry {
			two := []Entry{{At: at60, Kind: CallArrived, Contact: "C9"}, {At: at60, Kind: TalkStarted, Contact: "C9", Agent: "sari"}}
			return append(l[:15:15], append(two, l[15:]...)...)
		}},
		{"journal", func(l []Entry) []Entry { l[5].Seq = 99; return l }},
	} {
		found := false
		vs := audit(tt.edit(goodDay())).Violations()
		for _, v := range vs {
			found = found || v.Law == tt.law && strings.Contains(v.String(), "entry ")
		}
		if !found {
			t.Errorf("%s not seen, only %v", tt.law, vs)
		}
	}
}

// Wherever a crash cuts the journal, the closing entries mend it.
func TestClosingMendsACutJournal(t *testing.T) {
	day := goodDay()
	for n := range len(day) {
		a := audit(day[:n])
		open := a.Totals().InProgress
		call := &Call{}
		for _, e := range day[:n] {
			Fold(call, e)
		}
		seq := uint64(n)
		for _, e := range a.Closing(day0.Add(time.Hour)) {
			seq++
			e.Seq = seq
			a.Add(e)
			Fold(call, e)
		}
		a.Add(Entry{Seq: seq + 1, Kind: ServerStarted})
		if v := a.Violations(); len(v) > 0 {
			t.Fatalf("cut after %d: %v", n, v)
		}
		if a.Totals().InProgress != 0 || (open > 0 && (call.Ended == nil || call.Outcome != OutcomeSystem)) {
			t.Fatalf("cut after %d: %+v", n, call)
		}
	}
}

func TestFoldLeavesOthersAlone(t *testing.T) {
	c := &Call{}
	for _, e := range goodDay() {
		if e.Contact == "C2" {
			e.Kind = CallOver
			e.Outcome = OutcomeSystem
		}
		Fold(c, e)
		if e.Kind == CallOver { // a second end changes nothing
			e.Outcome = OutcomeClosed
			Fold(c, e)
		}
	}
	if c.ID != "C1" || c.Outcome != OutcomeAnswered || c.TalkMS != 51000 || c.InProgress() || !c.Ended.Equal(day0.Add(time.Minute)) {
		t.Fatalf("%+v", c)
	}
}
