package sip

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"sahut/configs"
	"sahut/queue"
)

// DrillReport is how a trial call through a trunk went. Stage is the one that
// failed, or "done":
//
//	trunk   no trunk could take the call
//	answer  it was refused, or nobody answered in time
//	return  it was answered, but did not come back to us as our own call
//	sound   it was answered, and no sound came
type DrillReport struct {
	OK    bool
	Stage string
	Took  time.Duration // until then
}

// Stages of a drill.
const (
	drillTrunk  = "trunk"
	drillAnswer = "answer"
	drillReturn = "return"
	drillSound  = "sound"
	drillDone   = "done"
)

// drillListens is how long a drill hears the greeting.
const drillListens = 3 * time.Second

// drills is the trial call on its way; at most one is.
type drills struct {
	current atomic.Pointer[drillCall]
}

// drillCall is the caller's half of a trial call: the house calls its own
// number through a trunk, and hears whether somebody would be answered.
type drillCall struct {
	*call
	began    time.Time
	stage    string
	returned atomic.Bool // it came back to us
	report   chan DrillReport
}

var _ owner = (*drillCall)(nil)

// Drill calls number, one of ours, through the named trunk (empty: the best
// one) and reports. It takes half a minute at most; ctx ends it sooner. The
// call is known again by its caller, our own number, so a trunk that hides it
// cannot be drilled; a volunteer is never rung for longer than it takes to see
// that. Only one drill runs at a time.
func (s *Server) Drill(ctx context.Context, trunk, number string) DrillReport {
	d := &drillCall{began: time.Now(), stage: drillTrunk, report: make(chan DrillReport, 1)}
	d.call = s.newOut(func() []way { return d.ways(trunk, number) })
	d.out.limit = 20 * time.Second
	d.owner = d
	if s.closing.Load() || !s.drills.current.CompareAndSwap(nil, d) {
		return DrillReport{Stage: drillTrunk}
	}
	defer s.drills.current.Store(nil)
	if !s.calls.addOut(d.call, "") {
		return DrillReport{Stage: drillTrunk}
	}
	s.running.Go(d.run)
	select {
	case r := <-d.report:
		return r
	case <-ctx.Done():
		d.inbox.put(queue.End{By: queue.BySystem, Cause: queue.CauseDrain})
		return DrillReport{Stage: d.failedStage(), Took: time.Since(d.began)}
	}
}

// ways are those of one trunk, or all.
func (d *drillCall) ways(trunk, number string) []way {
	number, err := configs.E164(number, d.server.cfg.Country)
	if err != nil {
		return nil
	}
	var ways []way
	for _, w := range d.server.calls.route(number) {
		if trunk == "" || w.trunk.Name == trunk {
			ways = append(ways, w)
		}
	}
	return ways
}

// failedStage may be asked while the call still runs.
func (d *drillCall) failedStage() string {
	if d.returned.Load() {
		return drillSound
	}
	return drillAnswer
}

// expects tells whether an arriving call is the trial call on its way: it
// comes from our own number.
func (ds *drills) expects(t *Trunk, caller queue.Caller) bool {
	d := ds.current.Load()
	if d == nil || caller.Anonymous() || t.uplink == nil {
		return false
	}
	own := t.uplink.cfg.Number
	if own == "" {
		own = t.uplink.cfg.FromUser
	}
	if !sameNumber(own, caller.Reveal(), d.server.cfg.Country) {
		return false
	}
	d.returned.Store(true)
	return true
}

// sameNumber compares two spellings of a number.
func sameNumber(a, b, country string) bool {
	x, err := configs.E164(a, country)
	if err != nil {
		return false
	}
	y, err := configs.E164(b, country)
	return err == nil && strings.TrimPrefix(x, "+") == strings.TrimPrefix(y, "+")
}

// onDial: nobody here speaks; the far end hears silence.
func (d *drillCall) onDial() error {
	d.stage = drillAnswer
	return nil
}

func (d *drillCall) onRing(bool) {}

// onAnswered: was it us who answered? Then listen.
func (d *drillCall) onAnswered() {
	if !d.returned.Load() {
		d.stage = drillReturn
		d.hangUp(queue.BySystem, queue.CauseNormal)
		return
	}
	d.stage = drillSound
	d.clock.set(alarmConnect, drillListens)
}

// onAlarm: the greeting was heard for long enough, or not at all.
func (d *drillCall) onAlarm(a alarm) {
	if a != alarmConnect {
		return
	}
	if time.Since(d.sound.heard()) < time.Second {
		d.stage = drillDone
	}
	d.hangUp(queue.BySystem, queue.CauseNormal)
}

func (d *drillCall) onEnded(queue.Party, queue.Cause) {
	d.report <- DrillReport{OK: d.stage == drillDone, Stage: d.stage, Took: time.Since(d.began)}
}

// onOrder: the house closes, or whoever asked does not wait any more.
func (d *drillCall) onOrder(m any) {
	if m, ok := m.(queue.End); ok {
		d.hangUp(m.By, m.Cause)
	}
}

func (d *drillCall) onKey(rune)         {}
func (d *drillCall) onChanged()         {}
func (d *drillCall) onRefer(r *request) { d.refuseRefer(r) }
