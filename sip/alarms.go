package sip

import "time"

// alarm is one thing a call waits for.
type alarm int

// What a call waits for. An alarm that rings is over until it is set again.
const (
	alarmRinging  alarm = iota // say 180 again
	alarmReliable              // send the reliable 18x again
	alarmNoPrack               // it was never acknowledged
	alarmSilent                // nothing at all answered our INVITE
	alarmAnswer                // whom we called does not pick up
	alarmResend                // send the 2xx again
	alarmNoAck                 // the 2xx was never acknowledged
	alarmSession               // the far end did not refresh the session
	alarmRefresh               // our turn to refresh it
	alarmSilence               // look whether sound still comes
	alarmProbe                 // nobody answered whether the far end is there
	alarmConnect               // the agent's microphone was not heard
	alarmPress                 // she did not press the key that accepts
	alarmRefer                 // the desk did not say how a transfer went
	alarmMessage               // the words before a message, or the message, should have ended
	alarmWords                 // closing words should have ended
	alarmLimit                 // no call is longer
	alarms
)

// clock holds all alarms of one call behind one timer. Only the call's
// goroutine uses it.
type clock struct {
	timer *time.Timer
	at    [alarms]time.Time
}

func newClock() *clock {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &clock{timer: t}
}

// set rings a after d, in place of an earlier setting.
func (c *clock) set(a alarm, d time.Duration) {
	c.at[a] = time.Now().Add(d)
	c.arm()
}

// stop unsets the given alarms.
func (c *clock) stop(all ...alarm) {
	for _, a := range all {
		c.at[a] = time.Time{}
	}
	c.arm()
}

// stopAllBut unsets every alarm that is not listed.
func (c *clock) stopAllBut(keep ...alarm) {
	var kept [alarms]time.Time
	for _, a := range keep {
		kept[a] = c.at[a]
	}
	c.at = kept
	c.arm()
}

// isSet tells whether a will ring.
func (c *clock) isSet(a alarm) bool { return !c.at[a].IsZero() }

// due unsets and returns the alarms whose time has come, then arms the rest.
func (c *clock) due() []alarm {
	now := time.Now()
	var rung []alarm
	for a := range alarms {
		if c.isSet(a) && !c.at[a].After(now) {
			c.at[a] = time.Time{}
			rung = append(rung, a)
		}
	}
	c.arm()
	return rung
}

func (c *clock) arm() {
	var next time.Time
	for _, at := range c.at {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if next.IsZero() {
		c.timer.Stop()
		return
	}
	c.timer.Reset(time.Until(next))
}
