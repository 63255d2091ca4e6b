package queue

import (
	"math"
	"time"
)

// How long she will wait, as it may be said to her: two whole minutes that hold
// it in most cases, and never more than she was told before.

// WaitRange is a range of minutes. To 0: nothing can be said.
type WaitRange struct {
	From int `json:"from"` // 0: less than To
	To   int `json:"to"`
}

// saidMinutes are the figures a range is made of: finer ones would be a promise.
var saidMinutes = []int{1, 2, 3, 5, 10, 15, 20, 30, 45, 60}

// expectAt is how long who stands at place of l still waits: the median and what
// nine of ten do not exceed. Each place is a talk that must end first; the end of
// the next talk of n volunteers, each of whom takes pace, is exponential with mean
// pace/n, and the sum of so many of them is a gamma distribution, here by its
// mean and its variance. It is unknown before the first talk, and while nobody
// works.
func (l *line) expectAt(place int) (median, most time.Duration, known bool) {
	if l.working == 0 || l.pace == 0 || place < 1 {
		return 0, 0, false
	}
	ahead := float64(max(0, place-len(l.free)))
	each := float64(l.pace+l.set.WrapUp.D()) / float64(l.working)
	mean, spread := ahead*each, math.Sqrt(ahead)*each
	return time.Duration(max(0, mean-spread/3)), time.Duration(mean + 1.28*spread), true
}

// waitRange is the range that can be said to c now. What would be more than she
// was told is not said, nor what cannot be said at all.
func (l *line) waitRange(c *contact, place int) WaitRange {
	median, most, known := l.expectAt(place)
	if !known || most > time.Duration(saidMinutes[len(saidMinutes)-1])*time.Minute {
		return WaitRange{}
	}
	r := WaitRange{}
	for _, m := range saidMinutes {
		if time.Duration(m)*time.Minute <= median {
			r.From = m
		}
		if r.To == 0 && time.Duration(m)*time.Minute >= most {
			r.To = m
		}
	}
	if r.From >= r.To {
		r.From = 0
	}
	if told := c.told.To; told != 0 && r.To >= told {
		return WaitRange{}
	}
	return r
}
