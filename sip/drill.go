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
//	sound   it was answered, and no sound came, or it stopped
//
// What happened behind that, the desk knows: see queue.DrillDone.
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

// A drill is never without sound for longer than drillSilence, looked at every
// drillListens: greeting, menu, music and volunteer follow each other.
const (
	drillListens = 3 * time.Second
	drillSilence = time.Second
)

// drillSpeaks is the prompt a drill plays, so that whoever answers hears somebody.
const drillSpeaks = "music"

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
	gaveUp   bool        // it was this side that hung up
	returned atomic.Bool // it came back to us
	report   chan DrillReport
}

var _ owner = (*drillCall)(nil)

// Drill calls number, one of ours, through the named trunk (empty: the best
// one), speaks, sends back each key it is sent, listens until the far end hangs
// up, and reports. The desk does within two minutes; ctx ends it sooner. The
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
		d.giveUp(queue.BySystem, queue.CauseNormal)
		return
	}
	d.stage = drillSound
	d.sound.play("", drillSpeaks, "id", nil)
	d.clock.set(alarmConnect, drillListens)
}

func (d *drillCall) giveUp(by queue.Party, cause queue.Cause) {
	d.gaveUp = true
	d.hangUp(by, cause)
}

// onAlarm: is it still heard?
func (d *drillCall) onAlarm(a alarm) {
	if a != alarmConnect {
		return
	}
	if !d.hears() {
		d.giveUp(queue.BySystem, queue.CauseNormal)
		return
	}
	d.clock.set(alarmConnect, drillListens)
}

func (d *drillCall) hears() bool { return time.Since(d.sound.heard()) < drillSilence }

func (d *drillCall) onEnded(queue.Party, queue.Cause) {
	if d.stage == drillSound && !d.gaveUp && d.hears() {
		d.stage = drillDone
	}
	d.report <- DrillReport{OK: d.stage == drillDone, Stage: d.stage, Took: time.Since(d.began)}
}

// onOrder: the house closes, or whoever asked does not wait any more.
func (d *drillCall) onOrder(m any) {
	if m, ok := m.(queue.End); ok {
		d.giveUp(m.By, m.Cause)
	}
}

// onKey sends a key back: the desk presses what a caller would.
func (d *drillCall) onKey(key rune) { d.sound.keys(string(key)) }

func (d *drillCall) onChanged()         {}
func (d *drillCall) onRefer(r *request) { d.refuseRefer(r) }
