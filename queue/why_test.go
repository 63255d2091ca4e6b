package queue

import (
	"strings"
	"testing"
	"time"

	"sahut/configs"
)

// reasons prints why: a=reason(detail), in the order of the answer.
func (w *Why) reasons() string {
	var all []string
	for _, a := range w.Agents {
		word := string(a.Agent) + "=" + string(a.Reason)
		if a.Detail != "" {
			word += "(" + a.Detail + ")"
		}
		if a.Until != nil {
			word += "*"
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

func TestWhy(t *testing.T) {
	tr := newTrial(t, crew("man far boss talks writes pause off rests near", func(r *configs.Routing) {
		r.Queues[0].WrapUp = dur(time.Hour)
		r.Queues[0].Steps = []configs.Step{step(time.Minute, func(s *configs.Step) { s.Tiers = 1; s.Supervisors = true })}
		r.Dispositions = []configs.Disposition{{Code: "hard", Heavy: true}}
		r.Care.HeavyRest = dur(time.Hour)
		for i := range r.Agents {
			r.Agents[i].Gender = "f"
		}
		r.Agents[0].Gender = "m"
		r.Agents[1].Tiers = []configs.Tier{{Queue: "hotline", Tier: 1}}
		r.Agents[2].Supervisor = true
	}))
	why := func(c ContactID) *Why { return tr.s.why(c, tr.now) }
	for _, a := range []AgentID{"talks", "writes", "rests"} {
		tr.ready(a)
		c := tr.call()
		tr.talk(a)
		if a != "talks" {
			tr.do(HungUp{c, ByCaller, CauseNormal})
		}
		if a == "rests" {
			tr.do(WrapUpFinished{a, c, "hard"})
		}
	}
	tr.ready("man", "far", "boss", "pause", "near")
	tr.do(PauseAsked{"pause", "break"})
	c := tr.asks(needs{gender: "f"})
	w := why(c)
	want := "near=ringing* man=gender far=tier* boss=supervisor* talks=talking writes=wrapup* pause=paused(break) off=offline rests=limit(decompression)*"
	if got := w.reasons(); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	if w.Place != 1 || w.Needs.Gender != "f" || w.Unmet || w.Next == nil || !w.Next.Equal(tr.now.Add(time.Minute)) || w.Exit == nil {
		t.Fatalf("%+v", w)
	}
	behind := tr.asks(needs{gender: "f"})
	if got := why(behind).reasons(); !strings.Contains(got, "near=other*") {
		t.Fatalf("got %s", got)
	}
	tr.do(HungUp{behind, ByCaller, CauseNormal}, Declined{"near", tr.offerID("near")})
	if got := why(c).reasons(); !strings.Contains(got, "near=declined*") {
		t.Fatalf("got %s", got)
	}
	tr.pass(10 * time.Second)
	tr.accept("near")
	if got := why(c).reasons(); !strings.Contains(got, "near=connecting") {
		t.Fatalf("got %s", got)
	}
	tr.do(Connected{c, "near"})
	if why(c) != nil || why("nobody") != nil {
		t.Fatal("she does not wait")
	}
	lost := tr.asks(needs{gender: "x", language: "jv"})
	if w := why(lost); !w.Unmet {
		t.Fatalf("%+v", w)
	}
	strange := tr.asks(needs{language: "jv"})
	if w := why(strange); w.Unmet || len(w.Needs.Waived) != 1 || w.Needs.Waived[0] != "language" {
		t.Fatalf("%+v", w.Needs)
	}
}
