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
