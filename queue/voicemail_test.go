package queue

import (
	"testing"
	"time"

	"sahut/configs"
)

// A message by the exit of a line: kept or not, with her on the line or gone, or
// with a channel that never says how it went.
func TestMessageByTheExit(t *testing.T) {
	for name, test := range map[string]struct {
		end     func(*trial, ContactID)
		outcome Outcome
		words   string // that she still hears
	}{
		"kept":          {func(tr *trial, c ContactID) { tr.do(MessageTaken{c, 9 * time.Second, true, false}) }, OutcomeVoicemail, "thanks"},
		"nothing said":  {func(tr *trial, c ContactID) { tr.do(MessageTaken{c, 8 * time.Second, false, false}) }, OutcomeClosed, "goodbye"},
		"kept and gone": {func(tr *trial, c ContactID) { tr.do(MessageTaken{c, 9 * time.Second, true, true}) }, OutcomeVoicemail, ""},
		"gone":          {func(tr *trial, c ContactID) { tr.do(MessageTaken{c, 0, false, true}) }, OutcomeClosed, ""},
		"never said":    {func(tr *trial, c ContactID) { tr.pass(time.Hour) }, OutcomeClosed, "goodbye"},
		"just hung up":  {func(tr *trial, c ContactID) {}, OutcomeClosed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, with(func(r *configs.Routing) {
				r.Queues[0].Exit = configs.Exit{Message: true}
				r.Messages.Thanks = "thanks"
				r.Queues[1].Exit = configs.Exit{Words: "goodbye"}
				r.Queues[0].WhenClosed = configs.Exit{Message: true}
			}))
			tr.s.lineByID["hotline"].set.Exit.Words = "goodbye" // what the line says when there is no message
			c := tr.call()
			tr.pass(2 * time.Minute)
			tr.mustPhase(c, recording)
			tr.mustDo("Record queue.left C1  hotline exit", "TakeMessage {Contact:C1 Order:{Queue:hotline Caller:••••890 Language:id Consent:message-consent")
			before := len(tr.all)
			test.end(tr, c)
			closes := find(tr.all[before:], "Close {Contact:C1 Words:"+test.words)
			if (test.words != "") != (closes == 1) {
				t.Errorf("%d times words %q", closes, test.words)
			}
			tr.do(HungUp{c, ByCaller, CauseNormal}, MessageTaken{c, time.Second, true, false})
			tr.mustEnd(c, test.outcome)
			if kept := tr.kinds[MessageLeft] == 1; kept != (test.outcome == OutcomeVoicemail) {
				t.Errorf("in the journal: %v", kept)
			}
		})
	}
}

// Who leaves a message is asked whether it is safe to call her back. A clear yes
// is a call-back at the place she had, by the gate of all; no, silence and whoever
// cannot be asked are called by nobody.
func TestMessageAndTheWayBack(t *testing.T) {
	for name, test := range map[string]struct {
		answer  func(*trial, ContactID)
		words   string
		waits   bool // a call-back
		unsafe  bool
		withold bool
	}{
		"yes": {func(tr *trial, c ContactID) { tr.do(KeyPressed{c, '1'}) }, callbackWords, true, false, false},
		"no":  {func(tr *trial, c ContactID) { tr.do(KeyPressed{c, '2'}) }, aloneWords, false, true, false},
		"nothing said": {func(tr *trial, c ContactID) {
			tr.do(Asked{c, tr.s.contacts[c].asks})
			tr.pass(safeWithin)
			tr.do(Asked{c, tr.s.contacts[c].asks})
			tr.pass(safeWithin)
		}, aloneWords, false, false, false},
		"never over":      {func(tr *trial, c ContactID) { tr.pass(closeWithin) }, aloneWords, false, false, false},
		"hung up":         {func(tr *trial, c ContactID) { tr.do(HungUp{c, ByCaller, CauseNormal}) }, "", false, false, false},
		"two zeros":       {func(tr *trial, c ContactID) { tr.do(KeyPressed{c, '0'}, KeyPressed{c, '0'}) }, "", false, false, false},
		"told twice":      {func(tr *trial, c ContactID) { tr.do(MessageTaken{c, time.Second, true, false}, KeyPressed{c, '1'}) }, callbackWords, true, false, false},
		"number withheld": {func(*trial, ContactID) {}, "message-thanks", false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, called(func(r *configs.Routing) {
				r.Queues[0].Exit, r.Queues[0].Ladder, r.Queues[0].MaxWaitNobody = configs.Exit{Message: true}, nil, dur(2*time.Minute)
				r.Messages.Thanks = "message-thanks"
			}))
			entered := tr.now
			c := tr.call()
			if test.withold {
				tr.s.contacts[c].caller = Caller{}
			}
			tr.pass(2 * time.Minute)
			tr.mustPhase(c, recording)
			tr.do(MessageTaken{c, 9 * time.Second, true, false})
			if !test.withold {
				tr.mustDo("Ask {Contact:C1 Ask:1 Prompts:[message-thanks callback-safe]")
			}
			before := len(tr.all)
			test.answer(tr, c)
			if n := find(tr.all, "Close {Contact:C1 Words:"+test.words); test.words != "" && n != 1 {
				t.Errorf("%d times words %q: %v", n, test.words, tr.all[before:])
			}
			tr.do(HungUp{c, BySystem, CausePlayed})
			tr.mustEnd(c, OutcomeVoicemail)
			b := tr.s.callbacks[c]
			if (b != nil) != test.waits {
				t.Fatalf("the call-back is %+v", b)
			}
			if p := tr.s.safety.of[tr.s.keySafety("+6281234567890")]; test.unsafe != (p != nil && p.MayCall == SafeNo) {
				t.Errorf("what she answered: %+v", p)
			}
			if b == nil {
				return
			}
			if !b.entry.entered.Equal(entered) {
				t.Errorf("her place counts from %v, she came at %v", b.entry.entered, entered)
			}
			tr.do(SessionOpened{"sari"}, ShiftStarted{"sari"}, PathProven{"sari"}, ReadyAsked{"sari"})
			if tr.offered("sari") != c {
				t.Error("nobody is offered to call her")
			}
		})
	}
}
