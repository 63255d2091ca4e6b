package reports

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// wild is a random day at the desk's own rules: callers who press anything and
// go at any moment, volunteers who come, decline, are cut off and transfer.
type wild struct {
	desk    *queue.Replay
	rnd     *rand.Rand
	now     time.Time
	routing configs.Routing
	world   []happening // still to come, not sorted
	calls   int
	busy    map[queue.AgentID]queue.ContactID
	journal []queue.Entry
}

type happening struct {
	at time.Time
	ev queue.Event
}

func newWild(seed uint64) *wild {
	w := &wild{rnd: rand.New(rand.NewPCG(seed, 91)), now: monday, routing: hotline(5), busy: map[queue.AgentID]queue.ContactID{}}
	d := func(most int) configs.Duration {
		return configs.Duration(time.Second + time.Duration(w.rnd.IntN(most*1000))*time.Millisecond)
	}
	for i := range w.routing.Queues {
		q := &w.routing.Queues[i]
		q.MaxWait, q.MaxWaitNobody, q.WrapUp, q.RingFor = d(240), d(120), d(60), d(20)
		q.ResumeFor, q.DropReturnFor = d(300), d(300)
		if q.ID == "legal" && w.chance(30) {
			q.MaxWaiting = 1 + w.rnd.IntN(2)
		}
		if w.chance(40) {
			q.Exit = configs.Exit{Message: true}
		}
		q.Ladder = []configs.Rung{{After: d(60), Prompt: "choices", Choices: []configs.Option{
			{Key: "1", Do: configs.DoStay}, {Key: "2", Do: configs.DoCallback}, {Key: "3", Do: configs.DoMessage}, {Key: "4", Do: configs.DoQueue, Queue: "hotline"}, {Key: "5", Do: configs.DoNumber, Number: "112"},
		}}}
	}
	if w.chance(20) {
		w.routing.Queues[1].Closed.Until = monday.Add(time.Hour).Format(time.RFC3339)
	}
	w.routing.Outgoing = configs.Outgoing{Allow: []string{"+62", "112"}, MaxAtOnce: 2, MaxPerHour: 9, MaxMinutes: 5}
	w.desk = queue.NewReplay(w.routing, w.now, seed)
	return w
}

func (w *wild) chance(percent int) bool { return w.rnd.IntN(100) < percent }

func (w *wild) later(within int, ev queue.Event) {
	w.world = append(w.world, happening{w.now.Add(time.Duration(w.rnd.IntN(within*1000)) * time.Millisecond), ev})
}

// run is the day; looked is called after every event.
func (w *wild) run(looked func()) {
	for range 250 {
		w.advance(time.Duration(w.rnd.IntN(30_000))*time.Millisecond, looked)
		w.post(w.something(), looked)
	}
	w.post(queue.DrainStarted{}, looked)
	w.advance(30*time.Minute, looked)
	for a, c := range w.busy {
		w.post(queue.HangUpAsked{Agent: a, Contact: c}, looked)
	}
	w.advance(30*time.Minute, looked)
	for _, b := range w.desk.Snapshot().Callbacks {
		w.post(queue.CallbackCancelled{ID: b.ID}, looked)
	}
	w.advance(time.Hour, looked)
}

func (w *wild) agent() queue.AgentID { return queue.AgentID(fmt.Sprintf("v%d", w.rnd.IntN(5))) }

func (w *wild) contact() queue.ContactID {
	return queue.ContactID(fmt.Sprintf("C%d", max(1, w.calls-w.rnd.IntN(9))))
}

// something nobody ordered.
func (w *wild) something() queue.Event {
	a, c := w.agent(), w.contact()
	if mine, ok := w.busy[a]; ok && w.chance(70) {
		c = mine
	}
	switch n := w.rnd.IntN(100); {
	case n < 40:
		w.calls++
		caller := queue.Caller{}
		if w.chance(90) {
			caller = queue.NewCaller(fmt.Sprintf("+62811100000%d", w.calls%9))
		}
		return queue.Arrived{Contact: queue.ContactID(fmt.Sprintf("C%d", w.calls)), Channel: queue.Voice, Dialled: []string{"0211500", "0211501", "0219999"}[w.rnd.IntN(20)/9], Caller: caller}
	case n < 44:
		return queue.HungUp{Contact: c, By: queue.ByCaller, Cause: queue.CauseNormal}
	case n < 46:
		return queue.HungUp{Contact: c, By: queue.BySystem, Cause: queue.CausePanic}
	case n < 50:
		return queue.SessionOpened{Agent: a}
	case n < 62:
		return queue.ShiftStarted{Agent: a}
	case n < 68:
		return queue.PathProven{Agent: a}
	case n < 80:
		return queue.ReadyAsked{Agent: a}
	case n < 83:
		return queue.PauseAsked{Agent: a}
	case n < 85:
		return queue.PathLost{Agent: a}
	case n < 87:
		return queue.ShiftEnded{Agent: a}
	case n < 92:
		return queue.TransferAsked{Agent: a, Contact: c, To: queue.Target{Queue: []queue.QueueID{"hotline", "legal"}[w.rnd.IntN(2)]}}
	case n < 96:
		return queue.TransferAsked{Agent: a, Contact: c, To: queue.Target{Agent: w.agent()}}
	}
	return queue.CallbackPromised{Agent: a, Contact: c, On: true}
}

func (w *wild) advance(by time.Duration, looked func()) {
	end := w.now.Add(by)
	for {
		first, at := -1, end
		for i, h := range w.world {
			if h.at.Before(at) {
				first, at = i, h.at
			}
		}
		if due, ok := w.desk.Next(); ok && !due.After(at) {
			if due.After(w.now) {
				w.now = due
			}
			w.post(queue.Ticked{}, looked)
			continue
		}
		if first < 0 {
			break
		}
		ev := w.world[first].ev
		w.world = slices.Delete(w.world, first, first+1)
		w.now = at
		w.post(ev, looked)
	}
	w.now = end
}

func (w *wild) post(ev queue.Event, looked func()) {
	for _, e := range w.desk.Apply(ev, w.now) {
		w.react(e)
	}
	looked()
}

// react plays channels and people, who mostly do what is expected of them.
func (w *wild) react(e queue.Effect) {
	switch e := e.(type) {
	case queue.Record:
		w.journal = append(w.journal, e.Entry)
		w.recorded(e.Entry)
	case queue.Answer:
		if w.chance(90) {
			w.later(3, queue.Established{Contact: e.Contact})
		} else {
			w.later(3, queue.HungUp{Contact: e.Contact, By: queue.ByCaller, Cause: queue.CauseCancel})
		}
	case queue.Ask:
		key := rune("12222345"[w.rnd.IntN(8)])
		if e.Prompts[0] == queue.SafeQuestion {
			key = rune("1112"[w.rnd.IntN(4)])
		}
		if w.chance(80) {
			w.later(9, queue.KeyPressed{Contact: e.Contact, Key: key})
		}
		w.later(9, queue.Asked{Contact: e.Contact, Ask: e.Ask})
	case queue.TakeMessage:
		kept := w.chance(70)
		w.later(40, queue.MessageTaken{Contact: e.Contact, Length: 9 * time.Second, Kept: kept, Gone: kept && w.chance(50)})
		w.later(60, queue.HungUp{Contact: e.Contact, By: queue.ByCaller, Cause: queue.CauseNormal})
	case queue.Connect:
		if w.chance(90) {
			w.later(2, queue.Connected(e))
		} else {
			w.later(4, queue.ConnectFailed{Contact: e.Contact, Agent: e.Agent, Stage: "microphone"})
		}
	case queue.Dial:
		w.later(9, queue.Established{Contact: e.Contact})
		w.later(12, queue.Connected{Contact: e.Contact, Agent: e.Agent})
	case queue.Forward:
		if w.chance(60) {
			w.later(9, queue.Connected{Contact: e.Contact})
			w.later(90, queue.HungUp{Contact: e.Contact, By: queue.ByCaller, Cause: queue.CauseNormal})
		} else {
			w.later(9, queue.ConnectFailed{Contact: e.Contact, Stage: string(queue.CauseBusy)})
		}
	case queue.Close:
		w.later(20, queue.HungUp{Contact: e.Contact, By: queue.BySystem, Cause: queue.CausePlayed})
	case queue.End:
		w.later(2, queue.HungUp(e))
	}
}

func (w *wild) recorded(e queue.Entry) {
	switch e.Kind {
	case queue.OfferMade:
		switch {
		case w.chance(75):
			w.later(12, queue.Accepted{Agent: e.Agent, Offer: e.Offer})
		case w.chance(50):
			w.later(9, queue.Declined{Agent: e.Agent, Offer: e.Offer})
		}
	case queue.TalkStarted:
		w.busy[e.Agent] = e.Contact
		if w.chance(60) {
			w.later(200, queue.HungUp{Contact: e.Contact, By: queue.ByCaller, Cause: queue.CauseNormal})
		}
	case queue.TalkEnded:
		delete(w.busy, e.Agent)
	case queue.StateChanged:
		switch e.To {
		case queue.Checking:
			w.later(4, queue.PathProven{Agent: e.Agent})
		case queue.Paused, queue.NotResponding, queue.MediaFault:
			w.later(60, queue.ReadyAsked{Agent: e.Agent})
		}
	}
}

// endsAs are the results that the first stay of a caller may have had, none of
// them if she was in no queue, by the outcome her call has on every screen. A
// stay that led on to another queue is not meant.
var endsAs = map[queue.Outcome][]Result{
	queue.OutcomeAnswered:       {Answered},
	queue.OutcomeCallbackKept:   {Callback},
	queue.OutcomeVoicemail:      {Message, Closed, Full},
	queue.OutcomeAbandoned:      {Abandoned, "", Timeout},                       // Timeout: while another service was called for her
	queue.OutcomeAbandonedShort: {Abandoned, "", Timeout},                       // Timeout: while another service was called for her
	queue.OutcomeClosed:         {Timeout, Closed, NoVolunteer, Full, Overflow}, // Full: the way out was a message, and she said nothing
	queue.OutcomeRefusedFull:    {Full},
	queue.OutcomeSystem:         {Answered, Failed, Callback, Overflow, ""}, // whatever it was: our side broke
	queue.OutcomeFailedMedia:    {Failed, "", Timeout},
}

// picture is the figures of a wallboard at some moment of the day.
type picture struct {
	at    time.Time
	kpis  map[string]KPI
	count Tally
	hours []Hour
}

// pictureOf reads the day up to at as a wallboard does, or (at being long ago) a
// report.
func pictureOf(journal []queue.Entry, at, now time.Time) picture {
	r := NewReader(monday, at, DefaultLimits)
	for _, e := range journal {
		r.Add(e)
	}
	r.Close(now)
	p := picture{at: at, kpis: map[string]KPI{}, count: *r.All(), hours: r.Hours()}
	for _, k := range p.count.KPIs() {
		p.kpis[k.ID] = k
	}
	delete(p.kpis, "lost_caller_rate") // who gave up may be answered later: it is final after a day
	p.count.Found, p.count.waits = 0, nil
	return p
}

// Random days: what the screens showed when it happened, counted by the desk in
// its own memory, is what the reports read out of the journal, at that moment and
// ever after.
func TestReportsAreWhatTheScreensShowed(t *testing.T) {
	results, elsewhere := map[Result]int{}, 0
	for seed := uint64(1); seed <= 60; seed++ {
		w := newWild(seed)
		first, out, outcomes := map[queue.ContactID]Result{}, map[queue.ContactID]bool{}, map[queue.Outcome]uint64{}
		live := NewReader(monday, monday.Add(24*time.Hour), DefaultLimits)
		live.OnLeg = func(l Leg) {
			results[l.Result]++
			if _, known := first[l.Contact]; !known && l.Result != Overflow && l.Contact != "" {
				first[l.Contact] = l.Result
			}
		}
		read, diverted := 0, 0
		var boards []picture
		w.run(func() {
			for ; read < len(w.journal); read++ {
				e := w.journal[read]
				live.Add(e)
				switch {
				case e.Kind == queue.CallDialled:
					out[e.Contact] = true
				case e.Kind == queue.TransferDone && e.Reason == "ladder" && e.Result == "ok" && first[e.Contact] == "":
					first[e.Contact] = Overflow // out of the house, by her own choice
					diverted++
				case e.Kind == queue.CallOver && !out[e.Contact]:
					outcomes[e.Outcome]++
					if !slices.Contains(endsAs[e.Outcome], first[e.Contact]) {
						t.Fatalf("day %d: the screens say that %s was %s, the reports that she was %q", seed, e.Contact, e.Outcome, first[e.Contact])
					}
				}
			}
			if snap := w.desk.Snapshot(); !maps.Equal(snap.Outcomes, outcomes) {
				t.Fatalf("day %d: the screens show %v, the journal has %v", seed, snap.Outcomes, outcomes)
			}
			if w.rnd.IntN(60) == 0 {
				boards = append(boards, pictureOf(w.journal, w.now, w.now))
			}
		})
		snap, all := w.desk.Snapshot(), live.All()
		if snap.Contacts != 0 || len(snap.Callbacks) != 0 {
			t.Fatalf("day %d: %d are left, and %d call-backs", seed, snap.Contacts, len(snap.Callbacks))
		}
		elsewhere += diverted
		if got := uint64(len(first) + all.Left); got != snap.Arrived {
			t.Fatalf("day %d: %d arrived, the reports have %d", seed, snap.Arrived, got)
		}
		for _, b := range boards {
			if again := pictureOf(w.journal, b.at, w.now); !reflect.DeepEqual(again, b) {
				t.Fatalf("day %d: the board of %s was\n%+v\nand the report of that time is\n%+v", seed, b.at, b, again)
			}
		}
	}
	if elsewhere == 0 {
		t.Error("nobody was served elsewhere: the days are too tame")
	}
	for _, want := range []Result{Answered, Abandoned, Timeout, Message, Callback, Overflow, Failed, Closed, Full} {
		if results[want] == 0 {
			t.Errorf("nobody was %s: the days are too tame", want)
		}
	}
}
