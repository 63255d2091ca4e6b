package queue

import (
	"math"
	"time"
)

// preset is a ring strategy: how it ranks the agents who may be rung, and how
// many it rings at once. All else is the same for all of them.
type preset struct {
	key   func(s *state, c *contact, a *agent) float64 // smaller is rung first
	size  func(s *state, c *contact) int               // nil: everybody of the best tier
	grows bool                                         // size grows while it rings
}

var presets = map[string]preset{
	"longest_idle":     {key: idleKey, size: one},
	"ring_all":         {key: idleKey},
	"fewest_calls":     {key: callsKey, size: one},
	"least_talk":       {key: talkKey, size: one},
	"round_robin":      {key: turnKey, size: one},
	"linear":           {key: seatKey, size: one},
	"random":           {key: lotKey, size: one},
	"weighted_random":  {key: weightedLotKey, size: one},
	"ring_n":           {key: idleKey, size: several},
	"ring_progressive": {key: idleKey, size: growing, grows: true},
}

// presetOf returns the named preset; an unknown name is the default, so that a
// document of a newer version still rings somebody.
func presetOf(name string) preset {
	if p, ok := presets[name]; ok {
		return p
	}
	return presets["longest_idle"]
}

// idleKey: who is ready for longer goes first. Ready counts from the latest of
// end of call, end of wrap-up and becoming ready; see agent.idle.
func idleKey(s *state, _ *contact, a *agent) float64 { return -float64(s.now.Sub(a.idle)) }

// callsKey: who had fewest talks today, those she placed included.
func callsKey(s *state, _ *contact, a *agent) float64 { return float64(a.done.on(s.today()).calls) }

// talkKey: who talked least today.
func talkKey(s *state, _ *contact, a *agent) float64 { return float64(a.done.on(s.today()).talk) }

// turnKey: the agents in the document's order, beginning after the one rung
// last.
func turnKey(_ *state, c *contact, a *agent) float64 {
	l := c.line
	n := len(l.members)
	return float64((l.seat[a.id] - l.turn + n) % n)
}

// seatKey: the agents in the document's order. That a caller's next ring goes
// on below the last is the business of pass.rounds.
func seatKey(_ *state, c *contact, a *agent) float64 { return float64(c.line.seat[a.id]) }

// lotKey draws lots. They are drawn from what a replay has, too: the seed, the
// caller and how many offers there were before.
func lotKey(s *state, c *contact, a *agent) float64 {
	return float64(mix(a.tie^mix(c.seq^mix(uint64(s.lastOffer))))>>11) / (1 << 53)
}

// weightedLotKey draws lots of which an agent has as many as her weight
// (Efraimidis and Spirakis: the smallest of -ln(u)/weight).
func weightedLotKey(s *state, c *contact, a *agent) float64 {
	return -math.Log(1-lotKey(s, c, a)) / float64(max(a.weight, 1))
}

// mix is the finalizer of splitmix64: every bit of n moves every bit of it.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

func one(*state, *contact) int { return 1 }

func several(_ *state, c *contact) int { return c.line.set.RingN }

// growing: one at first, and one more with each ring_step that it rings.
func growing(s *state, c *contact) int {
	if len(c.offers) == 0 {
		return 1
	}
	return 1 + int(s.now.Sub(c.rangSince)/c.line.set.RingStep.D())
}

// growLater arms the moment at which one more rings for c.
func (s *state) growLater(c *contact) {
	step := c.line.set.RingStep.D()
	next := c.rangSince.Add((s.now.Sub(c.rangSince)/step + 1) * step)
	s.timers.arm(&c.grow, next, func() {
		if len(c.offers) > 0 {
			s.growLater(c) // the tick's match rings
		}
	})
}

// done is what an agent did on one day; on another it is nothing.
type done struct {
	day   int
	calls int
	talk  time.Duration
}

func (d done) on(day int) done {
	if d.day != day {
		return done{day: day}
	}
	return d
}
