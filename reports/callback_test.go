package reports

import (
	"fmt"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// choices is a hotline that offers a call-back at once.
func choices() configs.Routing {
	r := hotline(1)
	r.Queues[0].Ladder = []configs.Rung{{After: configs.Duration(10 * time.Second), Prompt: "choices", Choices: []configs.Option{{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}, {Key: "3", Do: configs.DoMessage}}}}
	r.Outgoing = configs.Outgoing{Allow: []string{"+62"}, MaxAtOnce: 1, MaxPerHour: 9, MaxMinutes: 60}
	return r
}

// Callers who choose a call-back are counted as that: not as failed, not as
// unserved, and in no share of those who were answered. What is read is what the
// desk wrote, whichever way the call ends after the choice.
func TestChosenCallbacks(t *testing.T) {
	desk := queue.NewReplay(choices(), noon, 1)
	r := NewReader(noon, noon.Add(time.Hour), DefaultLimits)
	now := noon
	var asked queue.Ask
	post := func(ev queue.Event) {
		for _, e := range desk.Apply(ev, now) {
			switch e := e.(type) {
			case queue.Record:
				r.Add(e.Entry)
			case queue.Ask:
				asked = e
			}
		}
	}
	post(queue.SessionOpened{Agent: "v0"})
	post(queue.ShiftStarted{Agent: "v0"}) // on shift, and not ready
	const callers = 6
	for i := range callers {
		c := queue.ContactID(fmt.Sprint("C", i))
		post(queue.Arrived{Contact: c, Channel: queue.Voice, Dialled: "0211500", Caller: queue.NewCaller(fmt.Sprintf("+628123456780%d", i))})
		post(queue.Established{Contact: c})
		for asked = (queue.Ask{}); asked.Contact != c; {
			due, _ := desk.Next()
			now = due
			post(queue.Ticked{})
		}
		post(queue.KeyPressed{Contact: c, Key: '2'})
		post(queue.KeyPressed{Contact: c, Key: '1'})
		now = now.Add(time.Second)
		how := []queue.HungUp{{By: queue.BySystem, Cause: queue.CausePlayed}, {By: queue.ByCaller, Cause: queue.CauseNormal}, {By: queue.BySystem, Cause: queue.CausePanic}}[i%3]
		how.Contact = c
		post(how)
	}
	all := r.All()
	if all.Callbacks != callers || all.Offered() != callers || all.Unserved != 0 {
		t.Errorf("%d call-backs chosen, counted %d of %d offered, %d not served", callers, all.Callbacks, all.Offered(), all.Unserved)
	}
	for _, k := range all.KPIs() {
		if k.ID == "service_level" && k.N != 0 || k.ID == "answer_rate" && k.N != 0 {
			t.Errorf("%s is taken over %d call-backs", k.ID, k.N)
		}
	}
}

// Callers who chose a call-back choose it again in the replay, from nothing but
// the journal: who said it is safe, and who said it is not. Whom the house may
// call plays no part, because the journal has no numbers.
func TestWhatIfKnowsCallbacks(t *testing.T) {
	const days = 2
	now := choices()
	for i := range 6 {
		now.Agents = append(now.Agents, configs.Agent{ID: fmt.Sprintf("v%d", i+1), Queues: []string{"hotline"}})
	}
	house := invented(days, 400, 7, 11)
	for i, c := range house.past.calls {
		switch i % 3 {
		case 0:
			c.answers = []press{{"", '2', 8 * time.Second}, {askedSafe, '1', 9 * time.Second}}
		case 1:
			c.answers = []press{{"", '2', 8 * time.Second}, {askedSafe, '2', 9 * time.Second}}
		}
	}
	truth, journal := live(t, house, now)
	now.Outgoing.Allow = []string{"112"}
	trial := whatIf(t, days, journal, now, hotline(7))
	want, got := truth.All(), trial.Control.All()
	t.Logf("call-backs: really %d, control %d, without the choice %d; %+v", want.Callbacks, got.Callbacks, trial.Changed.All().Callbacks, trial.Fit)
	if want.Callbacks < 20 || trial.Real.All().Callbacks != want.Callbacks || trial.Changed.All().Callbacks != 0 {
		t.Errorf("really %d, read %d, without the choice %d", want.Callbacks, trial.Real.All().Callbacks, trial.Changed.All().Callbacks)
	}
	if d := got.Callbacks - want.Callbacks; 10*max(d, -d) > want.Callbacks {
		t.Errorf("%d call-backs in the replay, really %d", got.Callbacks, want.Callbacks)
	}
	if trial.Fit.Verdict != "good" {
		t.Errorf("the control fits %+v", trial.Fit)
	}
}
