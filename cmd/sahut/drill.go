package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"sahut/media/mediatest"
	"sahut/queue"
)

const (
	drillWithin   = 110 * time.Second // the longest a trial call may take
	drillPathTook = 10 * time.Second  // its volunteer's way to the server
	drillTone     = 440               // Hz: what she says
	drillHeard    = 25                // packets, half a second: that she heard the caller
)

// drillOnSchedule calls the helpline through its own trunk, as often as the
// settings say, until ctx ends.
func (h *house) drillOnSchedule(ctx context.Context) {
	for {
		at := h.cfg.Drill.Next(time.Now())
		if at.IsZero() {
			return
		}
		wait := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
			h.drillOnce(ctx)
		}
	}
}

// drillOnce places one trial call and tells the desk how it went.
func (h *house) drillOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drillWithin)
	defer cancel()
	done := queue.DrillDone{Alone: !h.cfg.Drill.Volunteer}
	var v *mediatest.Browser
	if !done.Alone {
		var err error
		if v, err = h.drillVolunteer(ctx); err != nil {
			h.log.Error("the volunteer of the trial call cannot reach this server as browsers do; look at media.address and the firewall", "err", err)
		} else {
			h.desk.Post(queue.PathProven{Agent: queue.DrillAgent})
		}
	}
	r := h.sip.Drill(ctx, h.cfg.Drill.Trunk, h.cfg.Drill.Number)
	done.OK, done.Stage, done.Took = r.OK, r.Stage, r.Took
	if v != nil {
		done.Heard = v.Hears().Heard().Packets >= drillHeard
		h.desk.Post(queue.PathLost{Agent: queue.DrillAgent})
		h.peers.Close(string(queue.DrillAgent))
		v.Close()
	}
	h.desk.Post(done)
	if !r.OK {
		h.log.Error("the trial call through the trunk failed: callers may not get through; look at the trunks page", "stage", r.Stage, "took", r.Took)
		return
	}
	h.log.Info("the trial call through the trunk was heard to its end", "took", r.Took)
}

// drillVolunteer connects to this server by the network, as a browser does, and
// speaks.
func (h *house) drillVolunteer(ctx context.Context) (_ *mediatest.Browser, err error) {
	ctx, cancel := context.WithTimeout(ctx, drillPathTook)
	defer cancel()
	v, err := mediatest.NewBrowser(mediatest.BrowserOptions{Network: netip.MustParsePrefix("0.0.0.0/0")})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			v.Close()
			h.peers.Close(string(queue.DrillAgent))
		}
	}()
	offer, err := v.Offer()
	if err != nil {
		return nil, err
	}
	answer, err := h.peers.Offer(ctx, string(queue.DrillAgent), offer)
	if err != nil {
		return nil, err
	}
	if err := v.Answer(answer); err != nil {
		return nil, err
	}
	if err := v.WaitConnected(ctx); err != nil {
		return nil, fmt.Errorf("no path within %s: %w", drillPathTook, err)
	}
	v.Speak(drillTone)
	return v, nil
}
