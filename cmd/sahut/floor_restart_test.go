package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sahut/agentui"
	"sahut/agentui/livetest"
	"sahut/configs"
	"sahut/media/mediatest"
	"sahut/queue"
	"sahut/sip/siptest"
)

// answeredBy is a call of the past that a volunteer answered.
func answeredBy(c queue.ContactID, a queue.AgentID, at time.Time) []queue.Entry {
	after := func(n int) time.Time { return at.Add(time.Duration(n) * time.Second) }
	return []queue.Entry{
		{At: at, Kind: queue.CallArrived, Contact: c, Queue: "hotline", Channel: queue.Voice, Direction: queue.DirectionIn, Number: "••••963"},
		{At: after(1), Kind: queue.CallEstablished, Contact: c}, {At: after(1), Kind: queue.QueueEntered, Contact: c, Queue: "hotline", Reason: "normal", Position: 1},
		{At: after(7), Kind: queue.QueueLeft, Contact: c, Queue: "hotline", Reason: "talk", WaitMS: 6000},
		{At: after(7), Kind: queue.TalkStarted, Contact: c, Agent: a, Queue: "hotline", WaitMS: 6000, RingMS: 5000},
		{At: after(187), Kind: queue.TalkEnded, Contact: c, Agent: a, Queue: "hotline", By: "caller", Reason: "normal", TalkMS: 180_000},
		{At: after(187), Kind: queue.CallOver, Contact: c, Queue: "hotline", Outcome: queue.OutcomeAnswered, By: "caller", Reason: "normal"},
	}
}

// answeredBefore puts a call a time into the journal of a house that is not open yet.
func answeredBefore(t *testing.T, dir string, times ...time.Time) {
	t.Helper()
	st, err := openStore(demoConfig("127.0.0.1", 0, 0, dir))
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range times {
		if err := st.Append(answeredBy(queue.NewContactID(at), queue.AgentID(fmt.Sprint("v", i)), at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// What a volunteer and a supervisor trust the house to remember outlives restarts:
// her wish to talk about a hard call, and of which groups figures were given, so that
// no two of them tell of one person.
func TestRestartRemembersWishesAndGroups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	night := time.Now().Add(-48 * time.Hour).Truncate(time.Hour)
	var times []time.Time
	for i := range 10 {
		times = append(times, night.Add(time.Duration(i)*5*time.Minute))
	}
	answeredBefore(t, dir, times...)
	group := func(s *site, n int) error {
		o, err := openOperator(dir)
		s.must("control socket", err)
		defer o.close()
		path := fmt.Sprintf("/api/v1/report?from=%s&to=%s", night.UTC().Format(time.RFC3339), night.Add(2*time.Hour).UTC().Format(time.RFC3339))
		for i := range n {
			path += fmt.Sprint("&agent=v", i)
		}
		var rep agentui.Report
		if err := o.get(s.ctx, path, &rep); err != nil {
			return err
		}
		if rep.All.Answered != n {
			t.Errorf("a group of %d answered %d", n, rep.All.Answered)
		}
		return nil
	}
	supervised := func(r *configs.Routing) {
		r.Agents = append(r.Agents, configs.Agent{ID: "rina", Name: "Rina", Queues: []string{"hotline"}, Supervisor: true})
	}
	debriefs := func(s *site) (*livetest.Volunteer, []queue.DebriefView) {
		rina, _ := s.onShift("rina")
		v, err := rina.Await(s.ctx, func(v queue.AgentView) bool { return v.Floor != nil && len(v.Floor.Debriefs) > 0 })
		s.must("the supervisor sees it", err)
		return rina, v.Floor.Debriefs
	}

	s := openIn(t, dir, nil, supervised)
	s.must("a group of three", group(s, 3))
	sari, _ := s.volunteer("sari")
	caller := s.dial(siptest.Options{From: "0811223344"})
	sari.Answer(s.offered(sari).ID)
	contact := s.talking(sari).Contact
	s.must("hang up", caller.Hangup(s.ctx))
	_, err := sari.AwaitState(s.ctx, queue.WrapUp)
	s.must("she writes", err)
	sari.Send("wrapup.finish", map[string]any{"contact": contact, "disposition": "abusive"})
	_, err = sari.Await(s.ctx, func(v queue.AgentView) bool { return v.Debrief == queue.DebriefOffered })
	s.must("somebody to talk to is offered", err)
	sari.Send("debrief", map[string]any{"on": true})
	_, asked := debriefs(s)
	s.close()

	s = openIn(t, dir, nil, nil)
	if err := group(s, 4); err == nil || !strings.Contains(err.Error(), "asked for before") {
		t.Errorf("four of whom three are known, after a restart: %v", err)
	}
	rina, kept := debriefs(s)
	if len(kept) != 1 || kept[0].Agent != "sari" || !kept[0].Since.Equal(asked[0].Since) {
		t.Errorf("after a restart %+v, asked %+v", kept, asked)
	}
	rina.Send("debrief.held", map[string]any{"agent": "sari"})
	_, err = rina.Await(s.ctx, func(v queue.AgentView) bool { return v.Floor != nil && len(v.Floor.Debriefs) == 0 })
	s.must("held", err)
	s.close()
	st, err := openStore(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if left, err := st.Debriefs(); err != nil || len(left) != 0 {
		t.Errorf("after it was held: %v %v", left, err)
	}
}

// A supervisor who is in no list of volunteers is told so, by her own page and by the
// wallboard, also while that page is open; she used to press Start shift for nothing.
func TestUnlistedSupervisorIsTold(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b, err := mediatest.NewBrowser(mediatest.BrowserOptions{})
	s.must("browser", err)
	t.Cleanup(b.Close)
	rina, err := livetest.SignIn(s.ctx, "http://"+s.web.Addr().String(), "rina", s.password, speaker{b, mediatest.ToneSound(volunteerTone)}, nil)
	s.must("sign in", err)
	t.Cleanup(rina.Close)
	_, err = rina.Await(s.ctx, func(v queue.AgentView) bool { return v.State == queue.Offline })
	s.must("her page", err)
	if err := rina.StartShift(s.ctx); err == nil || !strings.Contains(err.Error(), "not_agent") {
		t.Errorf("start of a shift: %v", err)
	}
	if view, known := s.desk.View("rina"); !known || !view.Unlisted {
		t.Errorf("the desk has %v %+v", known, view)
	}
	if view, _ := s.desk.View("sari"); view.Unlisted {
		t.Error("sari is in the list")
	}
}
