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
