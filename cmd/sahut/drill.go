package main

import (
	"context"
	"time"

	"sahut/queue"
)

// drillWithin is the longest a trial call may take.
const drillWithin = 45 * time.Second

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
	r := h.sip.Drill(ctx, h.cfg.Drill.Trunk, h.cfg.Drill.Number)
	h.desk.Post(queue.DrillDone{OK: r.OK, Stage: r.Stage, Took: r.Took})
	if !r.OK {
		h.log.Error("the trial call through the trunk failed: callers may not get through; look at the trunks page", "stage", r.Stage, "took", r.Took)
		return
	}
	h.log.Info("the trial call through the trunk was answered", "took", r.Took)
}
