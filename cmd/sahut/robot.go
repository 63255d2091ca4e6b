package main

import (
	"context"

	"sahut/agentui/livetest"
	"sahut/queue"
)

// robot answers whatever rings, as the load generator's and the tests'
// volunteers do.
type robot struct {
	*livetest.Volunteer
	states chan queue.AgentView
}

// hire signs a robot in and puts it on shift, ready.
func hire(ctx context.Context, base, name, password string, page livetest.Browser) (*robot, error) {
	r := &robot{states: make(chan queue.AgentView, 256)}
	v, err := livetest.SignIn(ctx, base, name, password, page, func(s queue.AgentView) {
		select {
		case r.states <- s:
		default: // a robot that fell behind sees the next state
		}
	})
	if err != nil {
		return nil, err
	}
	r.Volunteer = v
	if err := v.StartShift(ctx); err != nil {
		v.Close()
		return nil, err
	}
	return r, v.Ready(ctx)
}

// work answers each offer once and takes the microphone off between calls,
// until ctx ends.
func (r *robot) work(ctx context.Context, page livetest.Browser) {
	var answered queue.OfferID
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-r.states:
			switch {
			case s.Offer != nil && s.Offer.ID != answered:
				answered = s.Offer.ID
				r.Answer(answered)
			case s.Offer == nil && s.Call == nil:
				page.Attach(false)
			}
			switch s.State {
			case queue.WrapUp:
				r.Send("wrapup.finish", map[string]any{"contact": s.WrapUp.Contact})
			case queue.MediaFault, queue.NotResponding:
				r.Send("ready", nil)
			}
		}
	}
}
